"""What one station's curve is made of: values thinned so that no peak is lost, marks, alarms, events, neighbours."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import WatchfloorError
from watchfloor.core.quality import words as check_words
from watchfloor.diagnosis.extremes import fit_peaks, peaks, percentile
from watchfloor.security.text import plain
from watchfloor.store.cube import Cube, Window
from watchfloor.store.cube.intake import merged
from watchfloor.views.sensors import UNUSABLE

__all__ = ["Curve", "Standing", "curve", "flagged", "happened", "neighbours", "raised", "standing"]

YEAR = 365.25 * 86_400e6
"""Microseconds of a year."""
_MARKS = 400
_EVENTS = 60
_NEAR = 6
_APART = timedelta(hours=24)
"""Peaks closer than this are one event, for return periods."""


@dataclass(frozen=True)
class Curve:
    """Values of a stretch of one series, at most four for each pixel column.

    Parameters
    ----------
    time
        Milliseconds since 1970 UTC, float64[n].
    value
        In the series' unit, float32[n]; NaN breaks the line.
    flag
        Quality, uint8[n].
    first, last
        What there is of the whole series, milliseconds; None where there is nothing.
    """

    time: np.ndarray
    value: np.ndarray
    flag: np.ndarray
    first: float | None
    last: float | None

    def packed(self) -> dict[str, Any]:
        """Return it for the browser: little-endian bytes in base64."""
        return {
            "t": _bytes(self.time.astype("<f8")),
            "v": _bytes(self.value.astype("<f4")),
            "f": _bytes(self.flag.astype("u1")),
            "first": self.first,
            "last": self.last,
        }


@dataclass(frozen=True)
class Standing:
    """How unusual a value is.

    Parameters
    ----------
    percent
        Share of the values of the same season in other years that are at or below it; NaN where there are none.
    period
        Return period, years; NaN where it cannot be told.
    low, high
        Its 90 % interval, years.
    years
        Years that were watched.
    """

    percent: float
    period: float
    low: float
    high: float
    years: float


def curve(
    store: Any, name: str, start: datetime, end: datetime, width: int, as_of: datetime | None = None
) -> Curve:
    """Return a stretch of a series as drawn over `width` pixels; as of a known time it comes from the store itself."""
    if as_of is None:
        cube = Cube.of(store)
        cube.catch_up()
        if name not in set(cube.names()):
            empty = np.array([])
            return Curve(empty, empty, empty, None, None)
        whole = cube.window(name, None, None)
        window = cube.decimate(name, start, end, width)
        ends = (whole.time[0] / 1e3, whole.time[-1] / 1e3) if len(whole.time) else (None, None)
    else:
        frame = store.observations(name, start=start, end=end, as_of=as_of)
        flags = merged(frame, store.marks(name, start=start, end=end, as_of=as_of))
        window = _thinned(frame, flags, width)
        known = store.latest(as_of=as_of)
        last = None if name not in known.index else micros(known.loc[name, "time"].to_pydatetime()) / 1e3
        ends = (float(window.time[0]) / 1e3 if len(window.time) else None, last)
    return Curve(window.time / 1e3, window.value, window.flag, *ends)


def _thinned(frame: pd.DataFrame, flag: np.ndarray, width: int) -> Window:
    """Return at most about four points a pixel column; a bad value takes no good one's place."""
    time = frame["time"].to_numpy("datetime64[us]").astype(np.int64)
    value = frame["value"].to_numpy(np.float32)
    if len(time) > 4 * width:
        keep = set()
        for piece in np.array_split(np.arange(len(time)), 2 * width):
            there = np.isfinite(value[piece])
            for some in (piece[there & (flag[piece] < UNUSABLE)], piece[there & (flag[piece] >= UNUSABLE)]):
                if len(some):
                    keep |= {int(some[value[some].argmin()]), int(some[value[some].argmax()])}
            if not there.any():
                keep.add(int(piece[0]))
        chosen = np.array(sorted(keep))
        time, value, flag = time[chosen], value[chosen], flag[chosen]
    return Window(time, value, flag)


def flagged(
    store: Any, name: str, start: datetime, end: datetime, as_of: datetime | None, language: str
) -> list[dict[str, Any]]:
    """Return what the checks of quality say of a stretch, the newest first."""
    found = store.marks(name, start=start, end=end, as_of=as_of)
    found = found.sort_values("time", ascending=False).head(_MARKS)
    return [
        {
            "at": micros(row.time.to_pydatetime()) / 1e3,
            "flag": int(row.flag),
            "checks": ", ".join(check_words(int(row.checks), language)),
            "reason": plain(str(row.reason), 300),
        }
        for row in found.itertuples()
    ]


def raised(alarms: list[Any], name: str, language: str = "en") -> list[dict[str, Any]]:
    """Return the alarms that rest on a series: when they stood, and which samples fired the rule."""
    made = []
    for alarm in alarms:
        if name not in alarm.verdict.series:
            continue
        fired = [micros(time) / 1e3 for series, time in alarm.verdict.samples if series == name]
        made.append(
            {
                "id": alarm.id,
                "title": plain(alarm.title, 160),
                "why": plain(alarm.why(language), 300),
                "severity": str(alarm.severity),
                "state": str(alarm.state.value),
                "from": micros(alarm.onset) / 1e3,
                "to": None if alarm.cleared is None else micros(alarm.cleared) / 1e3,
                "samples": fired[-200:],
            }
        )
    return made[:_EVENTS]


def happened(
    store: Any, hazard: str, start: datetime, end: datetime, as_of: datetime | None
) -> list[dict[str, Any]]:
    """Return alerts, incidents and events of the same hazard in a stretch of time."""
    found = store.records(["alert", "incident", "event"], as_of=as_of, hazard=hazard, during=(start, end))
    found = sorted(found, key=lambda record: record.valid_from)[-_EVENTS:]
    return [
        {
            "record": [record.kind, record.source, record.key],
            "kind": record.kind,
            "title": plain(record.title, 160),
            "severity": str(record.severity),
            "at": micros(record.valid_from) / 1e3,
        }
        for record in found
        if start <= record.valid_from < end
    ]


def neighbours(table: pd.DataFrame, name: str) -> list[tuple[str, float]]:
    """Return the nearest series of the same quantity, and how far they are, km.

    Parameters
    ----------
    table
        As `Store.series` returns it.
    """
    if name not in table.index:
        return []
    mine = table.loc[name]
    if pd.isna(mine["lon"]) or not mine["field"]:
        return []
    others = table[(table["field"] == mine["field"]) & table["lon"].notna() & (table.index != name)]
    lat = np.radians(others["lat"].to_numpy(float))
    here = np.radians(float(mine["lat"]))
    east = (np.radians(others["lon"].to_numpy(float) - float(mine["lon"])) + np.pi) % (2 * np.pi) - np.pi
    away = 6371.0 * np.hypot(east * np.cos((lat + here) / 2), lat - here)
    order = np.argsort(away, kind="stable")[:_NEAR]
    return [(str(others.index[at]), float(away[at])) for at in order]


def standing(store: Any, name: str, value: float, at: datetime) -> Standing:
    """Return how unusual a value is, by all that is known of the series.

    A return period is told from five years on: fewer say nothing about what comes once in ten.
    """
    cube = Cube.of(store)
    cube.catch_up()
    window = cube.window(name, None, None)
    good = (window.flag < 3) & np.isfinite(window.value)
    time, values = window.time[good], window.value[good].astype(float)
    years = float((time[-1] - time[0]) / YEAR) if len(time) > 1 else 0.0
    nothing = float("nan")
    percent = percentile(time, values, micros(at), value) if len(time) else nothing
    if years < 5.0:
        return Standing(percent, nothing, nothing, nothing, years)
    threshold = float(np.quantile(values, 0.995))
    _, highest = peaks(time, values, threshold, _APART.total_seconds() / 3600.0)
    try:
        fit = fit_peaks(highest, threshold, years)
        period = float(fit.period(value)) if value > threshold else nothing
        interval = fit.period_interval(value, 0.9) if value > threshold else None
    except WatchfloorError:
        return Standing(percent, nothing, nothing, nothing, years)
    low, high = (nothing, nothing) if interval is None else (float(interval.low), float(interval.high))
    return Standing(percent, period, low, high, years)


def latest(frame: pd.DataFrame, name: str) -> Mapping[str, Any] | None:
    """Return the newest telling of a series, or None."""
    if name not in frame.index:
        return None
    row: Any = frame.loc[name]
    return {
        "at": micros(row["time"].to_pydatetime()) / 1e3,
        "value": float(row["value"]),
        "flag": int(row["flag"]),
    }


def moment(ms: float) -> datetime:
    """Return the time that a browser's milliseconds name."""
    return from_micros(int(ms * 1000))


def _bytes(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
