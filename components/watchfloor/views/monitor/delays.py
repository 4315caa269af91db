"""How punctual stations are: age of the newest value, delay from measured to known, gaps, and what checks say.

Percentiles are those of `numpy.percentile` (linear between order statistics; Hyndman and Fan, The American
Statistician 50, 1996, definition 7).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import UnknownNameError
from watchfloor.core.quality import Check
from watchfloor.diagnosis.silence import newest
from watchfloor.store.cube import Cube
from watchfloor.views.monitor.past import Cancelled
from watchfloor.views.monitor.stations import Roster, Station

__all__ = ["BACK", "Punctuality", "gaps", "punctuality", "table"]

BACK = timedelta(hours=24)
"""How far back delays, gaps and flags are counted."""
_PART = 100
_SECOND = 1_000_000


@dataclass(frozen=True)
class Punctuality:
    """How one station came in over the last 24 hours.

    Parameters
    ----------
    station
        The station.
    last
        When its newest value, one that is a number, was measured; None for never.
    age
        Age of that value in expected intervals; NaN where none is expected or none came.
    p50, p95
        Delay from measured to first known, seconds, of half and of 95 % of the values; NaN without values.
    values
        How many times were measured.
    missing
        How many more were expected, by the interval, between them and since.
    revised
        How many of the values were told anew.
    flags
        Quality check -> values it marked; ``source`` counts those that their source flagged, too.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> Punctuality(Station("a", "A")).silent(EPOCH)
    True
    """

    station: Station
    last: datetime | None = None
    age: float = float("nan")
    p50: float = float("nan")
    p95: float = float("nan")
    values: int = 0
    missing: int = 0
    revised: int = 0
    flags: dict[str, int] = field(default_factory=dict)

    def silent(self, at: datetime) -> bool:
        """Tell whether its newest value is older than it may be."""
        return self.last is None or at - self.last > self.station.patience

    def rank(self, at: datetime) -> tuple[bool, float, float, float, str]:
        """Return by what it is sorted: silent first, then the most missing, the latest, the most flagged."""
        share = self.missing / max(1, self.missing + self.values)
        wait = self.p95 if self.p95 == self.p95 else 0.0
        silent = self.silent(at)
        # Of silent ones, the one that is most intervals late is the worst; one that never came is worse still.
        late = (self.age if self.age == self.age else 1e9) if silent else 0.0
        return (
            not silent,
            -late,
            -round(share, 2),
            -(wait + 60.0 * sum(self.flags.values())),
            self.station.name,
        )


def punctuality(
    store: Any,
    roster: Roster,
    at: datetime,
    as_of: datetime | None = None,
    *,
    progress: Callable[[float], None] | None = None,
    wanted: Callable[[], bool] = lambda: True,
) -> list[Punctuality]:
    """Return how every station comes in, worst first.

    Parameters
    ----------
    store
        Where the observations are.
    roster
        The stations.
    at
        The time that is looked at; the 24 hours before it are counted.
    as_of
        Known time; None for all that is known.
    progress, wanted
        As of `past.Past`.
    """
    heard = newest(store, at, as_of)
    start = at - BACK
    found: list[Punctuality] = []
    for first in range(0, len(roster), _PART):
        if not wanted():
            raise Cancelled
        stations = roster.stations[first : first + _PART]
        names = [item.name for item in stations]
        told = store.observations(names, start, at + timedelta(microseconds=1), as_of, latest=False)
        parts = dict(list(told.groupby("series", sort=False))) if len(told) else {}
        marks = store.marks(names, start, at + timedelta(microseconds=1), as_of)
        checked = dict(list(marks.groupby("series", sort=False))) if len(marks) else {}
        found += [
            _one(item, heard.get(item.name), parts.get(item.name), checked.get(item.name), start, at)
            for item in stations
        ]
        if as_of is None:
            found[first:] = [_spoken(item, store, at) for item in found[first:]]
        if progress is not None:
            progress(min(1.0, (first + _PART) / max(1, len(roster))))
    return sorted(found, key=lambda item: item.rank(at))


def gaps(times: npt.NDArray[np.int64], start: int, end: int, interval: int) -> int:
    """Count the values that were expected and are not there.

    Parameters
    ----------
    times
        Microseconds, ascending, each once, from `start` to `end`.
    start, end
        Bounds of what is looked at, microseconds.
    interval
        Expected time between two values, microseconds.

    Examples
    --------
    >>> gaps(np.array([0, 10, 40]), 0, 45, 10), gaps(np.array([0, 10]), 0, 36, 10)
    (2, 2)
    """
    if not len(times):
        return int((end - start) // interval)
    inner = np.rint(np.diff(times) / interval) - 1
    # The first may be due any time within an interval; the next one counts when it is half an interval late.
    before = (times[0] - start) // interval
    after = np.floor((end - times[-1]) / interval - 0.5)
    return int(np.maximum(inner, 0).sum() + max(before, 0) + max(after, 0))


def _one(
    station: Station,
    last: datetime | None,
    told: pd.DataFrame | None,
    checked: pd.DataFrame | None,
    start: datetime,
    at: datetime,
) -> Punctuality:
    interval = None if station.interval is None else station.interval.total_seconds()
    if (
        last is None and told is not None
    ):  # it tells nothing but that values are missing, for longer than it may
        numbers = told[told["value"].notna()]
        last = numbers["time"].max().to_pydatetime() if len(numbers) else None
    age = float("nan") if last is None or not interval else max(0.0, (at - last).total_seconds() / interval)
    flags = _flags(told, checked)
    if told is None or not len(told):
        expected = int(BACK.total_seconds() // interval) if interval else 0
        return Punctuality(station, last, age, missing=expected, flags=flags)
    once = told.drop_duplicates("time", keep="first")
    delay = (once["known"] - once["time"]).dt.total_seconds().to_numpy()
    p50, p95 = np.percentile(np.maximum(delay, 0.0), (50, 95)).tolist()
    times = once["time"].dt.as_unit("us").astype("int64").to_numpy()
    lost = gaps(times, micros(start), micros(at), round(interval * _SECOND)) if interval else 0
    return Punctuality(station, last, age, p50, p95, len(once), lost, len(told) - len(once), flags)


def _spoken(item: Punctuality, store: Any, at: datetime) -> Punctuality:
    """Return the same with the time of the last number, however long ago: only who never told one has none."""
    if item.last is not None:
        return item
    cube = Cube.of(store)
    cube.catch_up()
    try:
        window = cube.window(item.station.name, None, at + timedelta(microseconds=1))
    except UnknownNameError:
        return item
    there = np.flatnonzero(np.isfinite(window.value))
    if not len(there):
        return item
    last = from_micros(int(window.time[there[-1]]))
    interval = item.station.interval
    return replace(item, last=last, age=(at - last) / interval if interval else item.age)


def _flags(told: pd.DataFrame | None, checked: pd.DataFrame | None) -> dict[str, int]:
    found: dict[str, int] = {}
    if checked is not None and len(checked):
        masks = checked["checks"].to_numpy(int)
        for check in Check:
            count = int(((masks & check) > 0).sum())
            if count:
                found[str(check.name).lower()] = count
    if told is not None and len(told):
        last = told.drop_duplicates("time", keep="last")
        theirs = int((last["flag"].to_numpy(int) >= 2).sum())
        if theirs:
            found["source"] = max(found.get("source", 0), theirs)
    return found


def table(rows: Sequence[Punctuality], at: datetime) -> pd.DataFrame:
    """Return the report as a table, one row a station."""
    return pd.DataFrame(
        {
            "series": [row.station.name for row in rows],
            "title": [row.station.title for row in rows],
            "expected_every_s": [
                None if row.station.interval is None else row.station.interval.total_seconds() for row in rows
            ],
            "last_measured": pd.Series([row.last for row in rows], dtype="datetime64[us, UTC]"),
            "age_intervals": [row.age for row in rows],
            "silent": [row.silent(at) for row in rows],
            "delay_p50_s": [row.p50 for row in rows],
            "delay_p95_s": [row.p95 for row in rows],
            "values_24h": [row.values for row in rows],
            "missing_24h": [row.missing for row in rows],
            "revised_24h": [row.revised for row in rows],
            "flags_24h": [" ".join(f"{name}:{count}" for name, count in row.flags.items()) for row in rows],
        }
    )
