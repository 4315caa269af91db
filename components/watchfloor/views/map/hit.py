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
        The nearest marker or line within reach, of the topmost layer among equals; else the smallest area that
        holds the place, since the larger ones can be hit beside it.
    """
    best: tuple[float, Hit] | None = None
    for layer, table, rows in reversed(seen):
        if not len(rows):
            continue
        points = table.points[rows]
        distance = np.hypot(points[:, 0] - x, points[:, 1] - y)
        near = int(np.nanargmin(distance)) if np.isfinite(distance).any() else -1
        if near >= 0 and distance[near] <= reach and (best is None or distance[near] < best[0] - 1e-9):
            best = (float(distance[near]), Hit(layer, int(rows[near])))
        if layer.style.kind != "cloud":
            line = _line(table, rows, x, y, reach)
            if line is not None and (best is None or line[0] < best[0] - 1e-9):
                best = (line[0], Hit(layer, line[1]))
    if best is not None:
        return best[1]
    return _area(seen, x, y)


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
