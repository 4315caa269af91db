"""The stations of a floor: what each measures, where, how often, and which values matter on it."""

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from watchfloor.core.scales import rank
from watchfloor.diagnosis.silence import interval, measures, patience
from watchfloor.security.text import plain
from watchfloor.views.sensors import Threshold, thresholds
from watchfloor.views.units import unit

__all__ = ["LEVELS", "Limits", "Regions", "Roster", "Station", "known", "level", "regions", "roster"]

LEVELS = ("", "Unknown", "Minor", "Moderate", "Severe", "Extreme")
"""CAP severity of each level of a tile; 0 is beyond no threshold."""
_MOST = 12
"""Thresholds of one station that are told."""


def level(severity: str) -> int:
    """Return the level of a severity: 1 for Unknown to 5 for Extreme.

    Examples
    --------
    >>> level("Extreme"), level("Unknown")
    (5, 1)
    """
    return 5 - rank(severity)


@dataclass(frozen=True)
class Station:
    """One series, as the wall tells of it. All words are untrusted.

    Parameters
    ----------
    name
        Name of the series.
    title, title_zh
        What it is called; `title_zh` is empty where it has no Chinese name.
    units, field, kind, hazard
        Unit, name of `core.fields`, what sort of sensor, name of `core.kinds`.
    district, basin
        Where it stands, or empty.
    interval
        How often a value is expected; None where nothing says so.
    patience
        Age of the newest value from which it is silent.
    lon, lat
        Degrees, EPSG:4326, or None.
    thresholds
        Mildest first.

    Examples
    --------
    >>> Station("demo/gauge/G01", "Ilven at Nareth Head", units="m").kind
    ''
    """

    name: str
    title: str
    title_zh: str = ""
    units: str = ""
    field: str = ""
    kind: str = ""
    hazard: str = ""
    district: str = ""
    basin: str = ""
    interval: timedelta | None = None
    patience: timedelta = timedelta(hours=1)
    lon: float | None = None
    lat: float | None = None
    thresholds: tuple[Threshold, ...] = ()

    def told(self) -> list[Any]:
        """Return it as a browser takes it, in the order of the fields; times in seconds, thresholds as lists."""
        return [
            self.name, self.title, self.title_zh, unit(self.units), self.field, self.kind, self.hazard, self.district,
            self.basin, None if self.interval is None else self.interval.total_seconds(), self.patience.total_seconds(),
            self.lon, self.lat,
            [[level(item.severity), item.name, item.value, item.falling] for item in self.thresholds],
        ]  # fmt: skip


@dataclass(frozen=True)
class Roster:
    """Every station of a floor, in the order of their names: a board's rows are in this order.

    Examples
    --------
    >>> Roster((Station("a", "A"), Station("b", "B"))).place
    {'a': 0, 'b': 1}
    """

    stations: tuple[Station, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    """Chinese names of districts and basins, where they have one."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.stations)

    @cached_property
    def names(self) -> list[str]:
        """Their names."""
        return [item.name for item in self.stations]

    @cached_property
    def place(self) -> dict[str, int]:
        """Name -> row."""
        return {name: row for row, name in enumerate(self.names)}

    @cached_property
    def limits(self) -> "Limits":
        """Thresholds and waits as tables."""
        return _limits(self.stations)

    @cached_property
    def payload(self) -> bytes:
        """All of it in JSON, for the browser: the same bytes for every page and language."""
        told = {"stations": [item.told() for item in self.stations], "words": dict(self.words)}
        return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(
            "utf-8", "replace"
        )

    @cached_property
    def message(self) -> bytes:
        """What is sent: the version (4 bytes, little-endian), four zeros, and the payload."""
        return struct.pack("<II", self.version, 0) + self.payload

    @cached_property
    def version(self) -> int:
        """A number of 32 bits that differs where the stations do: rows of a board are told by it."""
        return zlib.crc32(self.payload)


@dataclass(frozen=True)
class Limits:
    """What is held against the values of all stations, as tables.

    Parameters
    ----------
    value, falling, level
        (stations, most) thresholds, mildest first: float64 (NaN where a station has fewer), bool, uint8.
    patience
        (stations,) microseconds from which a station is silent, int64.
    reach
        (stations,) seconds that a trend looks back on, float64.
    """

    value: npt.NDArray[np.float64]
    falling: npt.NDArray[np.bool_]
    level: npt.NDArray[np.uint8]
    patience: npt.NDArray[np.int64]
    reach: npt.NDArray[np.float64]


def _limits(stations: Sequence[Station]) -> Limits:
    most = max((len(item.thresholds) for item in stations), default=0)
    shape = (len(stations), max(most, 1))
    value, falling, levels = np.full(shape, np.nan), np.zeros(shape, bool), np.zeros(shape, np.uint8)
    for row, item in enumerate(stations):
        for place, threshold in enumerate(item.thresholds):
            value[row, place] = threshold.value
            falling[row, place] = threshold.falling
            levels[row, place] = level(threshold.severity)
    seconds = [0.0 if item.interval is None else item.interval.total_seconds() for item in stations]
    waits = [item.patience // timedelta(microseconds=1) for item in stations]
    reach = np.maximum(3600.0, 6 * np.array(seconds, float))
    return Limits(value, falling, levels, np.array(waits, np.int64), reach)


def roster(series: pd.DataFrame, regions: Mapping[str, "Regions"] | None = None) -> Roster:
    """Return the stations that a store describes.

    Parameters
    ----------
    series
        As `store.series` returns it.
    regions
        Outlines by which a station without the attribute ``district`` or ``basin`` gets one.
    """
    frame = series.sort_index()
    frame = frame[frame["attrs"].map(measures).to_numpy(bool)]
    where = {
        what: held.of(frame["lon"].to_numpy(float), frame["lat"].to_numpy(float))
        for what, held in (regions or {}).items()
    }
    found = [
        _station(str(row.Index), row, {what: names[at] for what, names in where.items()})
        for at, row in enumerate(frame.itertuples())
    ]
    words: dict[str, str] = {}
    for held in (regions or {}).values():
        words |= held.words
    return Roster(tuple(found), words)


@dataclass(frozen=True)
class Regions:
    """Outlines with names, such as districts.

    Parameters
    ----------
    names
        Name of each outline.
    shapes
        Polygons, EPSG:4326, as many.
    words
        Name -> Chinese name.

    Examples
    --------
    >>> square = Regions(("Old Town",), (shapely.box(0, 0, 1, 1),))
    >>> square.of(np.array([0.5, 3.0]), np.array([0.5, 0.5]))
    ['Old Town', '']
    """

    names: tuple[str, ...]
    shapes: tuple[Any, ...]
    words: Mapping[str, str] = field(default_factory=dict)

    def of(self, lon: np.ndarray, lat: np.ndarray) -> list[str]:
        """Return the name of the region of each place, or an empty string."""
        found = [""] * len(lon)
        placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        if not len(placed) or not self.shapes:
            return found
        tree = shapely.STRtree(list(self.shapes))
        points = shapely.points(lon[placed], lat[placed])
        for point, shape in zip(*tree.query(points, predicate="intersects").tolist(), strict=True):
            found[int(placed[point])] = found[int(placed[point])] or self.names[shape]
        return found


def regions(floor: Any) -> dict[str, Regions]:
    """Return the outlines of a floor's districts and basins: catalog entries of polygons with such a name or tag.

    An entry that cannot be read is left out: stations are then grouped by what they say themselves.
    """
    found: dict[str, Regions] = {}
    for what, tags in (("district", {"administration", "district"}), ("basin", {"basin", "catchment"})):
        for name in floor.catalog:
            entry = floor.catalog[name]
            metadata = entry.metadata
            style = getattr(metadata, "map", None)
            if getattr(style, "kind", "") != "polygons" or not (
                what in name.rpartition("/")[2] or tags & set(getattr(metadata, "tags", ()))
            ):
                continue
            try:
                made = _outlines(floor.read(name))
            except Exception:  # noqa: BLE001  a reader may raise anything; the wall needs no outlines
                made = None
            if made is not None:
                found[what] = made
                break
    return found


def known(floor: Any, as_of: datetime | None = None) -> Roster:
    """Return the stations that a floor knew of at a known time, placed in its districts and basins."""
    series = floor.store.series(as_of=as_of)
    return roster(series, regions(floor) if len(series) else {})


def _outlines(frame: Any) -> Regions | None:
    if "name" not in getattr(frame, "columns", ()) or not len(frame):
        return None
    shown = frame.to_crs(4326) if frame.crs is not None else frame
    names = tuple(plain(str(name), 80) for name in shown["name"])
    words: dict[str, str] = {}
    if "name_zh" in shown.columns:
        words = {
            name: plain(str(zh), 80)
            for name, zh in zip(names, shown["name_zh"], strict=True)
            if isinstance(zh, str) and zh
        }
    return Regions(names, tuple(shown.geometry), words)


def _station(name: str, row: Any, where: Mapping[str, str]) -> Station:
    attrs = row.attrs if isinstance(row.attrs, Mapping) else {}
    return Station(
        name=name,
        title=plain(str(row.title or name), 120),
        title_zh=plain(str(attrs.get("title_zh") or ""), 120),
        units=plain(str(row.units), 24),
        field=plain(str(row.field), 60),
        kind=plain(str(attrs.get("kind") or row.field), 40),
        hazard=plain(str(row.hazard), 40),
        district=plain(str(attrs.get("district") or where.get("district", "")), 80),
        basin=plain(str(attrs.get("basin") or attrs.get("river") or where.get("basin", "")), 80),
        interval=interval(attrs),
        patience=patience(attrs),
        lon=_degrees(row.lon),
        lat=_degrees(row.lat),
        thresholds=tuple(_told(thresholds(attrs))),
    )


def _told(items: Sequence[Threshold]) -> list[Threshold]:
    return [
        Threshold(plain(item.name, 40), item.value, item.severity, item.falling) for item in items[-_MOST:]
    ]


def _degrees(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else round(float(value), 6)
