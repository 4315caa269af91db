"""How many people live inside the areas of active warnings, worked out once for each set of areas."""

import logging
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ClassVar

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry import shape

from watchfloor.core.answers import Answers
from watchfloor.core.errors import WatchfloorError
from watchfloor.views.situation.figures import warned
from watchfloor.views.situation.rows import Row
from watchfloor.views.situation.snapshot import Snapshot

__all__ = ["ENTRY", "People", "count"]

log = logging.getLogger(__name__)

ENTRY = "region/population"
"""Catalog entry of the grid: people living in each cell, in any coordinate system that it names."""
_WAIT = 0.25
"""Seconds that a page waits for a number that is not worked out yet; later it comes by itself."""


def count(grid: Any, area: Any) -> float:
    """Sum a grid's cells whose centres lie in an area.

    Parameters
    ----------
    grid
        People living in each cell: two-dimensional, with coordinates x and y of the cells' centres.
    area
        A shape in the same coordinates; people under two warnings are counted once when the areas are joined first.

    Returns
    -------
    float
        People. Cells without a value count nothing.
    """
    x, y = np.asarray(grid["x"]), np.asarray(grid["y"])
    west, south, east, north = area.bounds
    columns = np.flatnonzero((x >= west) & (x <= east))
    lines = np.flatnonzero((y >= south) & (y <= north))
    if not len(columns) or not len(lines):
        return 0.0
    values = np.asarray(grid)[lines[0] : lines[-1] + 1, columns[0] : columns[-1] + 1]
    shapely.prepare(area)
    across, down = np.meshgrid(x[columns[0] : columns[-1] + 1], y[lines[0] : lines[-1] + 1])
    within = shapely.contains_xy(area, across, down)
    return float(np.nansum(np.where(within, values, 0.0), dtype="float64"))


class People:
    """The people inside warned areas of one floor, shared by its sessions.

    Examples
    --------
    >>> People(None).known(None)
    (None, ('nothing is known yet',))
    """

    _all: ClassVar["weakref.WeakKeyDictionary[Any, People]"] = weakref.WeakKeyDictionary()
    _guard: ClassVar[threading.Lock] = threading.Lock()
    _worker: ClassVar[ThreadPoolExecutor | None] = None

    def __init__(self, floor: Any) -> None:
        self._floor = weakref.ref(floor) if floor is not None else lambda: None
        self._grid = Answers(1)
        self._numbers = Answers(64)

    @classmethod
    def of(cls, floor: Any) -> "People":
        """Return the one of a floor."""
        with cls._guard:
            if floor not in cls._all:
                cls._all[floor] = cls(floor)
            return cls._all[floor]

    def known(self, snapshot: Snapshot | None) -> tuple[float | None, tuple[str, ...]]:
        """Return the people inside the active warnings' areas, and what the number leaves out.

        None where there is no grid, or where the number is still being worked out.
        """
        if snapshot is None:
            return None, ("nothing is known yet",)
        areas = warned(snapshot.rows)
        if not areas:
            return 0.0, ()
        key = tuple((row.record.source, row.record.key, row.record.revision) for row in areas)
        future: Future[tuple[float | None, tuple[str, ...]]] = self._numbers.get(
            key, lambda: self._pool().submit(self._work, areas)
        )
        try:
            return future.result(timeout=_WAIT)
        except TimeoutError:
            return None, ("still being worked out",)

    def _work(self, areas: Sequence[Row]) -> tuple[float | None, tuple[str, ...]]:
        floor = self._floor()
        if floor is None:
            return None, ("the floor is closed",)
        try:
            grid = self._grid.get("grid", lambda: _grid(floor))
        except (WatchfloorError, LookupError, OSError, ValueError) as error:
            log.info("no population grid: %s", error)
            return None, ("there is no population grid",)
        project = _projection(grid)
        shapes = [
            shapely.make_valid(shapely.transform(shape(row.record.geometry or {}), project)) for row in areas
        ]
        x, y = np.asarray(grid["x"]), np.asarray(grid["y"])
        region = shapely.box(x.min(), y.min(), x.max(), y.max())
        outside = sum(not region.intersects(item) for item in shapes)
        notes = (f"{outside} warnings lie outside the grid",) if outside else ()
        return count(grid, shapely.union_all(shapes)), notes

    @classmethod
    def _pool(cls) -> ThreadPoolExecutor:
        with cls._guard:
            if cls._worker is None:
                cls._worker = ThreadPoolExecutor(1, thread_name_prefix="people")
            return cls._worker


def _projection(grid: Any) -> Callable[[Any], Any]:
    """Return what brings longitude and latitude into the coordinates of a grid."""
    crs = grid.rio.crs
    if crs is None or crs.is_geographic:
        return lambda points: points
    transformer = Transformer.from_crs("EPSG:4326", crs, always_xy=True)

    def project(points: Any) -> Any:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return project


def _grid(floor: Any) -> Any:
    """Read the grid as an array over y and x, in its own coordinates."""
    import rioxarray  # noqa: F401  gives arrays their coordinate system

    found = floor.read(ENTRY)
    if hasattr(found, "data_vars"):
        found = found[next(iter(found.data_vars))]
    found = found.squeeze(drop=True)
    names = {"lon": "x", "longitude": "x", "lat": "y", "latitude": "y"}
    found = found.rename({old: new for old, new in names.items() if old in found.dims})
    return found.transpose("y", "x").load()
