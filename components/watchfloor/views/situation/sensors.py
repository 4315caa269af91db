"""How sensors stand against their thresholds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from watchfloor.core.clock import duration
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.scales import Severity, rank

__all__ = ["SILENT_AFTER", "Sensor", "Threshold", "sensors", "thresholds"]

SILENT_AFTER = timedelta(hours=1)
"""Age of the newest value from which a sensor without a cadence of its own counts as silent."""
_USABLE = 3
"""Quality flags below this are good, not checked or suspect; 3 is bad and 9 missing."""
_WORDS = {
    "blue": "Minor", "yellow": "Moderate", "orange": "Severe", "red": "Extreme",
    "watch": "Minor", "advisory": "Moderate", "warning": "Moderate", "alarm": "Severe", "danger": "Extreme",
    "critical": "Extreme",
}  # fmt: skip


@dataclass(frozen=True)
class Threshold:
    """A value that matters on a series.

    Parameters
    ----------
    name
        Word for it, such as ``warning``. Untrusted.
    value
        In the unit of the series.
    severity
        CAP severity that its crossing stands for.
    falling
        Whether it is crossed downwards (a reservoir that runs dry).
    """

    name: str
    value: float
    severity: Severity = Severity.UNKNOWN
    falling: bool = False

    def crossed(self, value: float) -> bool:
        """Tell whether a value is at or beyond the threshold."""
        return value <= self.value if self.falling else value >= self.value


@dataclass(frozen=True)
class Sensor:
    """One series with its newest value.

    Parameters
    ----------
    time
        Valid time of the newest value; None where there is none.
    value
        The newest value; NaN where it is missing.
    crossed
        The worst threshold that it is at or beyond, or None.
    silent
        Whether the newest value is older than it should be, or there is none: this is not calm.
    """

    name: str
    title: str
    units: str
    field: str
    hazard: str
    lon: float | None
    lat: float | None
    time: datetime | None
    value: float
    flag: int
    crossed: Threshold | None
    silent: bool


def thresholds(attrs: Mapping[str, Any]) -> list[Threshold]:
    """Read the thresholds that a series describes, mildest first; what cannot be read is left out.

    Taken are ``{"thresholds": {"warning": 3.2, …}}`` and ``{"thresholds": [{"name": …, "value": …, "severity": …,
    "falling": …}, …]}``. The severity of a bare word follows the order of warning colours; ``"direction": "below"``
    beside them says that they are crossed downwards.

    Examples
    --------
    >>> [(item.name, item.severity.value) for item in thresholds({"thresholds": {"orange": 4.0, "yellow": 3.0}})]
    [('yellow', 'Moderate'), ('orange', 'Severe')]
    """
    given = attrs.get("thresholds")
    below = str(attrs.get("direction", "")).casefold() in {"below", "falling", "down"}
    found = []
    if isinstance(given, Mapping):
        given = [{"name": name, "value": value} for name, value in given.items()]
    for item in given if isinstance(given, Sequence) and not isinstance(given, str) else ():
        if not isinstance(item, Mapping):
            continue
        value = item.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            continue
        name = str(item.get("name") or item.get("title") or item.get("label") or "threshold")[:60]
        word = str(item.get("severity") or _WORDS.get(name.casefold(), "Unknown"))
        severity = Severity(word) if word in set(Severity) else Severity.UNKNOWN
        falling = bool(item.get("falling", below))
        found.append(Threshold(name, float(value), severity, falling))
    # Equal words are told apart by their values: the further one is the worse one.
    return sorted(found, key=lambda item: (-rank(item.severity), -item.value if item.falling else item.value))


def sensors(series: pd.DataFrame, latest: pd.DataFrame, at: datetime) -> list[Sensor]:
    """Put every series and its newest value together, those beyond a threshold first, then the silent ones.

    Parameters
    ----------
    series
        As `store.series` returns it.
    latest
        As `store.latest` returns it: index series; columns time, value, flag.
    at
        Time at which they are looked at.
    """
    newest = {str(row.Index): row for row in latest.itertuples()} if len(latest) else {}
    found = [_sensor(str(row.Index), row, newest.get(str(row.Index)), at) for row in series.itertuples()]
    found.sort(
        key=lambda item: (
            item.crossed is None,
            rank(item.crossed.severity) if item.crossed else 9,
            not item.silent,
            item.name,
        )
    )
    return found


def _sensor(name: str, row: Any, last: Any, at: datetime) -> Sensor:
    attrs = row.attrs if isinstance(row.attrs, Mapping) else {}
    time = None if last is None or pd.isna(last.time) else last.time.to_pydatetime()
    value = math.nan if last is None else float(last.value)
    flag = 9 if last is None else int(last.flag)
    usable = math.isfinite(value) and flag < _USABLE
    beyond = [item for item in thresholds(attrs) if item.crossed(value)] if usable else []
    return Sensor(
        name=name,
        title=str(row.title or name),
        units=str(row.units),
        field=str(row.field),
        hazard=str(row.hazard),
        lon=_place(row.lon),
        lat=_place(row.lat),
        time=time,
        value=value,
        flag=flag,
        crossed=beyond[-1] if beyond else None,
        silent=time is None or at - time > _patience(attrs),
    )


def _place(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _patience(attrs: Mapping[str, Any]) -> timedelta:
    cadence, seconds = attrs.get("cadence"), attrs.get("interval_s")
    if isinstance(seconds, int | float) and 0 < seconds < 1e7:
        return max(timedelta(seconds=3 * seconds), timedelta(minutes=5))
    if not isinstance(cadence, str):
        return SILENT_AFTER
    try:
        return max(3 * duration(cadence), timedelta(minutes=5))
    except InvalidInputError:
        return SILENT_AFTER
