"""What lies under a tap: the nearest marker, line or area of the layers that are seen, the topmost first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from watchfloor.views.map.layer import Layer
from watchfloor.views.map.table import Table

__all__ = ["Hit", "hit"]


@dataclass(frozen=True)
class Hit:
    """A row that was hit.

    Parameters
    ----------
    layer
        Its layer.
    row
        Its position in the layer's table.
    """

    layer: Layer
    row: int


def hit(
    seen: Sequence[tuple[Layer, Table, npt.NDArray[np.intp]]], x: float, y: float, reach: float
) -> Hit | None:
    """Return what a tap means, or None.

    Parameters
    ----------
    seen
        Layer, table and positions of the rows that are seen, lowest layer first.
    x, y
        Place of the tap, metres.
    reach
        Distance within which a marker or line counts as hit, metres.

    Returns
    -------
    Hit or None
        The nearest marker within reach; else the nearest line; else the smallest area that holds the place, since the
        larger ones can be hit beside it. Among equals it is the topmost layer's.
    """
    lines: tuple[float, Hit] | None = None
    marks: tuple[float, Hit] | None = None
    for layer, table, rows in reversed(seen):
        if not len(rows) or layer.style.kind == "cloud":
            continue
        mark = _mark(layer, table, rows, x, y, reach)
        if mark is not None and (marks is None or mark[0] < marks[0]):
            marks = (mark[0], Hit(layer, mark[1]))
        line = _line(table, rows, x, y, reach)
        if line is not None and (lines is None or line[0] < lines[0]):
            lines = (line[0], Hit(layer, line[1]))
    best = marks or lines
    return best[1] if best is not None else _area(seen, x, y)


def _mark(
    layer: Layer, table: Table, rows: npt.NDArray[np.intp], x: float, y: float, reach: float
) -> tuple[float, int] | None:
    """Return the nearest marker: of a point, and of an area that has one."""
    points = table.points[rows]
    distance = np.hypot(points[:, 0] - x, points[:, 1] - y)
    signed = layer.style.kind == "points" or layer.style.colour.severity or layer.style.shape.severity
    drawn = np.isin(shapely.get_type_id(table.shapes[rows]), (0, 4) if not signed else (0, 3, 4, 6, 7))
    distance = np.where(drawn, distance, np.inf)
    near = int(distance.argmin())
    return (float(distance[near]), int(rows[near])) if distance[near] <= reach else None


def _line(
    table: Table, rows: npt.NDArray[np.intp], x: float, y: float, reach: float
) -> tuple[float, int] | None:
    found = np.intersect1d(table.tree.query(shapely.box(x - reach, y - reach, x + reach, y + reach)), rows)
    found = found[np.isin(shapely.get_type_id(table.shapes[found]), (1, 2, 5))]
    if not len(found):
        return None
    distance = shapely.distance(table.shapes[found], shapely.Point(x, y))
    near = int(distance.argmin())
    return (float(distance[near]), int(found[near])) if distance[near] <= reach else None


def _area(seen: Sequence[tuple[Layer, Table, npt.NDArray[np.intp]]], x: float, y: float) -> Hit | None:
    best: tuple[float, Hit] | None = None
    for layer, table, rows in reversed(seen):
        if layer.style.kind == "cloud":
            continue
        found = np.intersect1d(table.tree.query(shapely.Point(x, y), predicate="within"), rows)
        if len(found):
            sizes = shapely.area(table.shapes[found])
            least = int(sizes.argmin())
            if best is None or sizes[least] < best[0]:
                best = (float(sizes[least]), Hit(layer, int(found[least])))
    return None if best is None else best[1]
