"""How each sensor is: when it was last heard, its battery, whether it stands still, drifts, or is worked on.

A sensor that falls silent is an event of its own: `findings` says so in the form that alarms are made from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from watchfloor.core.clock import format_time, from_micros, micros
from watchfloor.core.quality import Check, Flag, words
from watchfloor.diagnosis.drift import walked
from watchfloor.diagnosis.quality.assess import Cubic, Sensors
from watchfloor.diagnosis.quality.checks import number
from watchfloor.diagnosis.silence import measures, patience
from watchfloor.diagnosis.windows import FOREVER

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Condition", "Described", "Finding", "SensorHealth", "findings", "health"]

Condition = Literal["ok", "late", "silent", "stuck", "drifting", "maintenance", "suspect"]
DOUBTED = timedelta(hours=24)
"""Past whose marks tell whether a sensor is to be believed."""
SHARE = 0.25
"""Share of doubted values from which a sensor is."""
LOW = 20.0
"""Charge in percent below which a battery is low, unless the series says otherwise (``attrs["battery_low"]``)."""


_Marked = tuple[int, int, int, str]
"""Time, checks, flag and reason of a mark."""
_Said = tuple[Condition, str, datetime | None]
"""A state, why, and since when."""


class Described(Protocol):
    """What `health` needs of a store."""

    def series(self, as_of: datetime | None = None) -> "pd.DataFrame":
        """Return the descriptions of all series."""

    def marks(
        self,
        series: str | Sequence[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
    ) -> "pd.DataFrame":
        """Return the last mark of each value."""


@dataclass(frozen=True)
class SensorHealth:
    """How one sensor is.

    Parameters
    ----------
    series
        Name of its series.
    last_seen
        Valid time of its newest value; None for never.
    expected
        Age of the newest value from which it is silent.
    state
        The worst that is known of it.
    battery
        Charge or voltage, as it is told; None where nothing tells it.
    reason
        Why, in plain sentences; empty where all is well.
    low
        Whether the battery is low.
    since
        When the state began, as far as it is known.

    Examples
    --------
    >>> SensorHealth("demo/gauge/G01", None, timedelta(minutes=30), "silent", None, "Has never told anything.").state
    'silent'
    """

    series: str
    last_seen: datetime | None
    expected: timedelta
    state: Condition
    battery: float | None = None
    reason: str = ""
    low: bool = False
    since: datetime | None = None


@dataclass(frozen=True)
class Finding:
    """What is to be said of a sensor's state, in the words that alarms are made of.

    Parameters
    ----------
    kind
        ``sensor.silent``, ``sensor.stuck``, ``sensor.drifting``, ``sensor.suspect`` or ``sensor.battery``.
    subject
        Name of the series.
    time
        When it was looked at.
    level
        0 where it is not so, 1 for a sensor to look after, 2 for one that does not watch any more.
    why
        Plain sentences with the numbers.
    since
        When it began, as far as it is known.
    clears
        Whether it is over.
    title
        One line: the sensor's title. Untrusted.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> gone = SensorHealth("g", None, timedelta(minutes=30), "silent", None, "Has never told anything.")
    >>> [(item.kind, item.level) for item in findings([gone], EPOCH) if item.level]
    [('sensor.silent', 2)]
    """

    kind: str
    subject: str
    time: datetime
    level: int
    why: str
    since: datetime | None = None
    clears: bool = False
    title: str = ""


def health(cube: Cubic, store: Described, now: datetime) -> list[SensorHealth]:
    """Judge every sensor, by name.

    Parameters
    ----------
    cube
        Where the values are.
    store
        Where descriptions and marks are.
    now
        Time of the floor.

    Returns
    -------
    list of SensorHealth
        One for each series that is described or has values; batteries are told with their sensors.
    """
    series = store.series()
    sensors = Sensors.of(series)
    known = set(cube.names())
    everyone = sorted(known | {str(name) for name in series.index})
    marks = _marks(store.marks(start=now - DOUBTED))
    described: dict[str, Any] = dict(zip(series.index.astype(str), series["attrs"], strict=True))
    batteries = {name for name in everyone if name.endswith("/battery")}
    found = []
    for name in everyone:
        if name in batteries and name.removesuffix("/battery") in everyone:
            continue
        attrs: Mapping[str, Any] = described.get(name) or {}
        if not measures(attrs):
            continue
        battery = _battery(cube, name, attrs, batteries & known)
        low = _number(attrs.get("battery_low"))
        weak = battery is not None and battery < (LOW if low is None else low)
        last = _last(cube, name, now) if name in known else None
        expected = patience(attrs)
        state, reason, since = _state(cube, name, now, last, expected, sensors, marks.get(name, []), known)
        if weak and battery is not None:
            reason = f"{reason} The battery is at {battery:g}.".strip()
        found.append(SensorHealth(name, last, expected, state, battery, reason, weak, since))
    return found


def findings(
    sensors: Iterable[SensorHealth], now: datetime, titles: Mapping[str, str] | None = None
) -> list[Finding]:
    """Say what alarms should know of each sensor: what is wrong, and what is over.

    Parameters
    ----------
    sensors
        As `health` returns them. Those in maintenance are left as they are: nothing is raised, nothing cleared.
    now
        Time of the floor.
    titles
        Title of each series.
    """
    found = []
    for item in sensors:
        if item.state == "maintenance":
            continue
        title = (titles or {}).get(item.series) or item.series
        for state, level in (("silent", 2), ("stuck", 2), ("drifting", 1), ("suspect", 1)):
            holds = item.state == state
            found.append(
                Finding(
                    f"sensor.{state}", item.series, now, level if holds else 0, item.reason if holds else "",
                    item.since if holds else None, not holds, title,
                )
            )  # fmt: skip
        found.append(
            Finding(
                "sensor.battery",
                item.series,
                now,
                int(item.low),
                item.reason if item.low else "",
                None,
                not item.low,
                title,
            )
        )
    return found


def _state(
    cube: Cubic, name: str, now: datetime, last: datetime | None, expected: timedelta, sensors: Sensors,
    marks: Sequence[_Marked], known: set[str],
) -> _Said:  # fmt: skip
    """Return the state, why, and since when."""
    at = micros(now)
    for begin, end in sensors.maintenance.get(name, ()):
        if begin <= at < end:
            until = "" if end >= FOREVER else f" until {format_time(from_micros(end))}"
            return (
                "maintenance",
                f"Is worked on since {format_time(from_micros(begin))}{until}.",
                from_micros(begin),
            )
    if last is None:
        return "silent", "Has never told anything.", None
    told = f"Last value of {format_time(last)}, {_span(now - last)} ago"
    if now - last > expected:
        return "silent", f"{told}; it is silent from {_span(expected)} on.", last
    if (found := _wrong(cube, name, now, last, sensors, marks, known)) is not None:
        return found
    if now - last > expected / 2:
        return "late", f"{told}; it is due every {_span(expected / 3)}.", last
    return "ok", "", None


def _wrong(
    cube: Cubic,
    name: str,
    now: datetime,
    last: datetime,
    sensors: Sensors,
    marks: Sequence[_Marked],
    known: set[str],
) -> _Said | None:
    """Say what is wrong with what a sensor tells, the worst first."""
    stuck = [mark for mark in marks if mark[1] & Check.STUCK]
    if stuck and stuck[-1][0] >= micros(last):
        return "stuck", stuck[-1][3], from_micros(stuck[0][0])
    if (away := walked(cube, name, now, sensors, known)) is not None:
        since, far = away
        word = "above" if far > 0 else "below"
        said = f"Has walked {number(abs(far), sensors.units.get(name, ''))} {word} its neighbours; it shows since {format_time(from_micros(since))}."
        return "drifting", said, from_micros(since)
    doubted = [mark for mark in marks if mark[2] >= Flag.SUSPECT and not mark[1] & Check.MAINTENANCE]
    if len(doubted) < 3:
        return None
    count = int(np.isfinite(np.asarray(cube.window(name, now - DOUBTED).value)).sum())
    if len(doubted) < SHARE * count:
        return None
    which = ", ".join(words(int(np.bitwise_or.reduce([mark[1] for mark in doubted]))))
    said = f"{len(doubted)} of {count} values of the last {_span(DOUBTED)} are doubted ({which})."
    return "suspect", said, from_micros(doubted[0][0])


def _last(cube: Cubic, name: str, now: datetime) -> datetime | None:
    """Return the time of the newest value that is a number, looked for in the last day, then in all."""
    for start in (now - DOUBTED, None):
        window = cube.window(name, start)
        told = np.flatnonzero(np.isfinite(np.asarray(window.value)))
        if len(told):
            return from_micros(int(window.time[told[-1]]))
    return None


def _battery(cube: Cubic, name: str, attrs: Mapping[str, Any], batteries: set[str]) -> float | None:
    """Return the newest value of ``…/battery``, or what the description says."""
    series = f"{name}/battery"
    if series in batteries:
        window = cube.window(series)
        told = np.asarray(window.value, dtype=np.float64)
        told = told[np.isfinite(told)]
        if len(told):
            return round(float(told[-1]), 4)
    return _number(attrs.get("battery"))


def _marks(frame: "pd.DataFrame") -> dict[str, list[_Marked]]:
    """Return time, checks, flag and reason of the marks that hold, by series."""
    out: dict[str, list[_Marked]] = {}
    holding = frame[frame["checks"] > 0] if len(frame) else frame
    columns = (holding[name].tolist() for name in ("series", "time", "checks", "flag", "reason"))
    for name, time, mask, flag, reason in zip(*columns, strict=True):
        out.setdefault(str(name), []).append(
            (micros(time.to_pydatetime()), int(mask), int(flag), str(reason))
        )
    return out


def _number(value: Any) -> float | None:
    return (
        float(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
        else None
    )


def _span(length: timedelta) -> str:
    minutes = length.total_seconds() / 60
    return (
        f"{minutes:.0f} min"
        if minutes < 120
        else f"{minutes / 60:.1f} h"
        if minutes < 2880
        else f"{minutes / 1440:.1f} d"
    )
