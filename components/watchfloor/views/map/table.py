"""What a layer holds, read once for all sessions: rows, shapes in map metres, and a point for each.

Reading, projecting and indexing are done once for each state of the store and each known time, and shared by all
sessions of the process: the results are never changed.
"""

import threading
import weakref
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from watchfloor.core.answers import Answers
from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.floor.areas import Areas
from watchfloor.store.records import KINDS, MOMENTARY, OPEN_FOR
from watchfloor.views.map.layer import Layer
from watchfloor.views.map.mercator import Floats, forward, project
from watchfloor.views.sensors import beyond, due

__all__ = ["AROUND", "BULK", "BY_CODE", "SHARED", "Table", "read_grid", "read_table", "version"]

_LON = ("lon", "longitude", "lng", "x")
_LAT = ("lat", "latitude", "y")
_DAY = 86_400_000_000
AROUND = timedelta(days=4)
"""How far from the day that is looked at records are read: as far as the time bar reaches."""
CODED = frozenset({"alert"})
"""Kinds of record whose messages name areas by code."""
BY_CODE = "area by code"
"""What the column ``drawn`` says of a row whose shape is not its own."""
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of a layer with their places.

    Parameters
    ----------
    frame
        Rows, index 0 to n-1; without the geometry column.
    shapes
        Shape of each row in EPSG:3857, None where the source names no place, (n,).
    points
        A point inside each shape, metres, NaN where there is none, (n, 2).
    """

    frame: pd.DataFrame
    shapes: npt.NDArray[np.object_]
    points: Floats

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def placed(self) -> npt.NDArray[np.bool_]:
        """Which rows have a place."""
        return np.asarray(np.isfinite(self.points[:, 0]))

    @cached_property
    def span(self) -> tuple[pd.Series, pd.Series] | None:
        """When each record begins and ends to be in force, NaT where it does not; None where rows are no records."""
        frame = self.frame
        if not {"valid_from", "state"} <= set(frame.columns):
            return None
        start = pd.to_datetime(frame["valid_from"], utc=True)
        end = pd.Series(pd.NaT, index=frame.index, dtype=start.dtype)
        if "valid_to" in frame.columns:
            end = pd.to_datetime(frame["valid_to"], utc=True)
            if {"kind", "sent"} <= set(frame.columns):  # as Record.until has it
                told = np.maximum(start, pd.to_datetime(frame["sent"], utc=True))
                end = end.fillna((told + OPEN_FOR).where(frame["kind"].isin(MOMENTARY)))
        return start, end

    @cached_property
    def turns(self) -> npt.NDArray[np.datetime64]:
        """Every time at which a record begins or ends to be in force, ascending, UTC."""
        return _moments(*(self.span or ()))

    @cached_property
    def dues(self) -> npt.NDArray[np.datetime64]:
        """Every time at which a sensor falls silent, ascending, UTC."""
        return _moments(due(self.frame))

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index over the shapes."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def records(self) -> dict[tuple[str, str, str], int]:
        """Row of each record by kind, source and key; empty where the rows are no records."""
        if not {"kind", "source", "key"} <= set(self.frame.columns):
            return {}
        names = zip(*(self.frame[name].astype(str) for name in ("kind", "source", "key")), strict=True)
        return {name: row for row, name in enumerate(names)}

    @cached_property
    def series(self) -> dict[str, int]:
        """Row of each series by name; empty where the rows are no series."""
        if "series" not in self.frame.columns:
            return {}
        return {str(name): row for row, name in enumerate(self.frame["series"])}


SHARED = Answers(160)
"""The process's shared rows and columns."""
BULK = Answers(12)
"""The process's shared grids and clouds: few, because they are large."""


_HELD = threading.local()


@contextmanager
def one_moment(floor: Any) -> Iterator[None]:
    """Ask a floor's store for its cursor once for all versions that are asked for inside, on this thread.

    What is read afterwards may be newer than its version says, never older: it is read again under the next one.
    """
    before, store = getattr(_HELD, "cursor", None), getattr(floor, "store", None)
    try:
        _HELD.cursor = None if store is None else (store, int(store.cursor()))
    except Exception:  # noqa: BLE001  each layer finds out for itself, and says so
        _HELD.cursor = None
    try:
        yield
    finally:
        _HELD.cursor = before


class _Versions:
    """The cursor of the last change of each table of a store, so that an observation does not age the alerts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: weakref.WeakKeyDictionary[Any, tuple[int, dict[str, int]]] = weakref.WeakKeyDictionary()

    def of(self, store: Any, table: str, kind: str = "") -> int:
        """Return it; of the records of one kind only, where that is asked for."""
        held = getattr(_HELD, "cursor", None)
        cursor = held[1] if held is not None and held[0] is store else int(store.cursor())
        with self._lock:
            seen, tables = self._seen.get(store, (-1, {}))
            if cursor > seen:
                changes = store.changes(seen, limit=1000) if seen >= 0 else []
                if seen < 0 or len(changes) >= 1000:
                    names = ("record", "observation", "feed", *(f"record {each}" for each in KINDS))
                    tables = dict.fromkeys(names, cursor)
                else:
                    tables = tables | {change.table: change.cursor for change in changes}
                    tables |= {
                        f"record {each.kind}": each.cursor for each in changes if each.table == "record"
                    }
                self._seen[store] = (cursor, tables)
            return tables.get(f"{table} {kind}" if kind else table, 0)


_VERSIONS = _Versions()
_TOKENS: "weakref.WeakKeyDictionary[Any, int]" = weakref.WeakKeyDictionary()
_TOKENS_LOCK = threading.Lock()


def token(owner: Any) -> int:
    """Return a number for an object that no other object of this process ever gets, unlike its address."""
    with _TOKENS_LOCK:
        return _TOKENS.setdefault(owner, _next())


def version(
    floor: Any, layer: Layer, as_of: datetime | None, at: datetime | None = None
) -> tuple[Hashable, ...]:
    """Return what a layer's content depends on; equal versions mean equal content."""
    if not layer.live:
        return (token(floor.catalog), layer.name)
    known = None if as_of is None else micros(as_of)
    day = None if at is None or layer.table != "record" else micros(at) // _DAY
    return (token(floor.store), layer.name, known, day, _VERSIONS.of(floor.store, layer.table, layer.kind))


def read_table(floor: Any, layer: Layer, as_of: datetime | None = None, at: datetime | None = None) -> Table:
    """Read a layer of points, lines or polygons.

    Of records those are read that hold within `AROUND` of the day of `at`, the valid time that is looked at; without
    it, those that the catalog's entry gives by itself. Where a record has no geometry but codes of areas that the
    floor has a table of, it gets theirs, and its row says so in the column ``drawn``.

    Raises
    ------
    WatchfloorError
        What the catalog raises where the data cannot be read.
    InvalidInputError
        If the data have no places at all: no geometry, and no columns of longitude and latitude.
    """
    during = None
    if at is not None and layer.table == "record":
        day = from_micros(micros(at) // _DAY * _DAY)
        during = (day - AROUND, day + AROUND + timedelta(days=1))

    def make() -> Table:
        data = _read(layer, as_of, during)
        if layer.kind in CODED:
            data = _placed(floor, data, layer.kind, as_of)
        return _table(data, layer)

    return SHARED.get(("table", *version(floor, layer, as_of, at)), make)


def read_grid(floor: Any, layer: Layer, as_of: datetime | None = None) -> Any:
    """Read a layer of cells as its reader gives it (an `xarray` object)."""
    return BULK.get(("grid", *version(floor, layer, as_of)), lambda: _read(layer, as_of))


def _read(layer: Layer, as_of: datetime | None, during: tuple[datetime, datetime] | None = None) -> Any:
    if not layer.live:
        return layer.entry.read()
    return layer.entry.read(as_of=as_of) if during is None else layer.entry.read(as_of=as_of, during=during)


def _placed(floor: Any, data: Any, kind: str, as_of: datetime | None) -> Any:
    """Give the rows without a geometry that of the areas whose codes their messages name."""
    bare = data.geometry.isna().to_numpy()
    areas = Areas.of(floor)
    if not bare.any() or not areas.there:
        return data
    rows = np.flatnonzero(bare)
    first = data["valid_from"].iloc[rows].min().to_pydatetime()
    last = data["valid_from"].iloc[rows].max().to_pydatetime()
    records = floor.store.records(kind, as_of=as_of, during=(first, last))
    bodies = {(item.source, item.key): item for item in records if item.geometry is None}
    shapes = data.geometry.to_numpy().copy()
    drawn = np.full(len(data), "", dtype=object)
    for row, source, key in zip(rows, data["source"].iloc[rows], data["key"].iloc[rows], strict=True):
        record = bodies.get((source, key))
        found = None if record is None else areas.of_record(record)
        if found is not None:
            shapes[row], drawn[row] = found.shape, BY_CODE
    return data.assign(drawn=drawn).set_geometry(gpd.GeoSeries(shapes, index=data.index, crs=data.crs))


def _table(data: Any, layer: Layer) -> Table:
    if isinstance(data, gpd.GeoDataFrame):
        if data.crs is not None and data.crs != "EPSG:4326":
            data = data.to_crs(4326)
        shapes = np.array(data.geometry.to_numpy(), dtype=object)
        shapes[shapely.is_empty(shapes)] = None
        frame = pd.DataFrame(data.drop(columns=data.geometry.name))
        if frame.index.name and frame.index.name not in frame.columns:
            frame = frame.reset_index()
        shapes = project(shapes)
        points = _points(shapes)
    elif isinstance(data, pd.DataFrame):
        lon = next((name for name in _LON if name in data.columns), None)
        lat = next((name for name in _LAT if name in data.columns), None)
        if lon is None or lat is None:
            raise InvalidInputError(
                f"{layer.name} has no places; expected a geometry, or columns named like lon and lat, "
                f"but has {', '.join(map(str, data.columns[:12]))}."
            )
        frame = data if not data.index.name or data.index.name in data.columns else data.reset_index()
        points = np.column_stack(forward(frame[lon].to_numpy(float), frame[lat].to_numpy(float)))
        points[~np.isfinite(points).all(axis=1)] = np.nan
        shapes = np.full(len(frame), None, dtype=object)
        if layer.style.kind != "cloud":  # a cloud's points stay numbers: millions of objects are too many
            good = np.isfinite(points[:, 0])
            shapes[good] = shapely.points(points[good])
    else:
        raise InvalidInputError(
            f"{layer.name} is a {type(data).__name__}, which cannot be drawn as {layer.style.kind}; expected rows."
        )
    frame = frame.reset_index(drop=True)
    if layer.table == "observation" and {"value", "flag", "attrs"} <= set(frame.columns):
        severity, threshold = beyond(frame)
        frame = frame.assign(severity=severity, threshold=threshold)
    return Table(frame, shapes, points)


def _moments(*columns: pd.Series) -> npt.NDArray[np.datetime64]:
    """Return the times in some columns, each once, ascending, without their zone, which is UTC."""
    found = [column.dropna().dt.tz_convert(None).to_numpy("datetime64[us]") for column in columns]
    return np.unique(np.concatenate(found)) if found else np.empty(0, "datetime64[us]")


def _points(shapes: npt.NDArray[np.object_]) -> Floats:
    """Return a point inside each shape; a cheap one for points."""
    inside = np.where(shapely.get_type_id(shapes) == 0, shapes, shapely.point_on_surface(shapes))
    return np.column_stack((shapely.get_x(inside), shapely.get_y(inside))).astype(float)


def _next() -> int:
    _COUNT[0] += 1
    return _COUNT[0]


_COUNT = [0]
