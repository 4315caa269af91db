"""Which rows pass the filters, and how many each choice would leave."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from watchfloor.views.query import unpack_area
from watchfloor.views.selection import Filters
from watchfloor.views.situation.rows import Row

__all__ = ["FACETS", "counts", "inside", "match"]

FACETS = ("kinds", "hazards", "severities", "statuses", "states")
"""Names of the filters that choose among words."""


def match(rows: Sequence[Row], filters: Filters) -> list[Row]:
    """Return the rows that pass, in their order.

    Examples
    --------
    >>> match([], Filters(hazards=("flood",)))
    []
    """
    found = [row for row in rows if _passes(row, filters)]
    if filters.area:
        within = inside(found, filters.area)
        found = [row for row, is_in in zip(found, within, strict=True) if is_in]
    return found


def counts(rows: Sequence[Row], filters: Filters) -> dict[str, dict[str, int]]:
    """Count, for each filter, the rows of each word that pass all the *other* filters.

    So the number beside a word is what choosing it (alone) would show.
    """
    found: dict[str, dict[str, int]] = {}
    placed = match(rows, Filters(area=filters.area, text=filters.text))
    for facet in FACETS:
        others = Filters(**{name: getattr(filters, name) for name in FACETS if name != facet})
        tally = Counter(_word(row, facet) for row in placed if _passes(row, others))
        found[facet] = dict(tally)
    return found


def inside(rows: Iterable[Row], area: str) -> list[bool]:
    """Tell which rows touch an area as written in the URL; a row without geometry does not."""
    wanted = shape(unpack_area(area))
    if not wanted.is_valid:
        wanted = shapely.make_valid(wanted)
    shapely.prepare(wanted)
    geometries = np.array([_geometry(row) for row in rows], dtype=object)
    if not len(geometries):
        return []
    touching: list[bool] = shapely.intersects(wanted, geometries).tolist()
    return touching


def _geometry(row: Row) -> Any:
    found = row.shape
    return found if found is None or found.is_valid else shapely.make_valid(found)


def _word(row: Row, facet: str) -> str:
    record = row.record
    if facet == "kinds":
        return record.kind
    if facet == "hazards":
        return record.hazard
    if facet == "severities":
        return str(record.severity)
    if facet == "statuses":
        return str(record.status)
    return record.state


def _passes(row: Row, filters: Filters) -> bool:
    for facet in FACETS:
        wanted = getattr(filters, facet)
        if wanted and _word(row, facet) not in wanted:
            return False
    return not filters.text or all(word in row.text for word in filters.text.split())
