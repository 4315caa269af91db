"""How sensors stand: beyond which threshold, and whether their newest value is there, usable and recent.

The one place that reads a series' thresholds: maps, lists, figures and charts all ask here, so that no two parts of a
screen disagree. When a sensor is silent is decided by `diagnosis.silence`, for them and for the rules alike.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from watchfloor.core.scales import Severity, crosswalk, rank
from watchfloor.diagnosis.silence import UNDECLARED, measures, patience, silent

__all__ = [
    "SILENT_AFTER",
    "UNUSABLE",
    "Sensor",
    "Threshold",
    "beyond",
    "crossed",
    "dead",
    "due",
    "patience",
    "sensors",
    "thresholds",
    "usable",
]

SILENT_AFTER = UNDECLARED
"""Age of the newest value from which a sensor without a cadence of its own counts as silent; with one, three of them."""
UNUSABLE = 3
"""Quality flags from here on are bad (3) or missing (9); below are good, not checked or suspect."""
_COLOURS = {step.source: step.target for step in crosswalk("colour-severity").steps}
_WORDS = {
    "watch": "Minor", "advisory": "Moderate", "warning": "Moderate", "alarm": "Severe", "danger": "Extreme",
    "critical": "Extreme",
}  # fmt: skip
"""Common names of levels, by the order in which services use them; colours follow the cross-walk of `core.scales`."""


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

    Examples
    --------
    >>> Threshold("low", 1.0, falling=True).crossed(0.5)
    True
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

    Examples
    --------
    >>> Sensor("g", "Gauge", "m", "water_level", "flood", None, None, None, math.nan, 9, None, True).silent
    True
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


def thresholds(attrs: Any) -> list[Threshold]:
    """Read the thresholds that a series describes, mildest first; what cannot be read is left out.

    Taken are ``{"thresholds": {"warning": 3.2, …}}`` and ``{"thresholds": [{"name": …, "value": …, "severity": …,
    "falling": …}, …]}``. The severity of a bare word follows the order of warning colours; ``"direction": "below"``
    beside them says that they are crossed downwards.

    Examples
    --------
    >>> [(item.name, item.severity.value) for item in thresholds({"thresholds": {"orange": 4.0, "yellow": 3.0}})]
    [('yellow', 'Moderate'), ('orange', 'Severe')]
    """
    if not isinstance(attrs, Mapping):
        return []
    given = attrs.get("thresholds")
    below = str(attrs.get("direction", "")).casefold() in {"below", "falling", "down"}
    if isinstance(given, Mapping):
        given = [{"name": name, "value": value} for name, value in given.items()]
    found = []
    for item in given if isinstance(given, Sequence) and not isinstance(given, str) else ():
        value = item.get("value") if isinstance(item, Mapping) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            continue
        name = str(item.get("name") or item.get("title") or item.get("label") or "threshold")[:60]
        falling = bool(item.get("falling", below))
        found.append(Threshold(name, float(value), _severity(item.get("severity"), name), falling))
    # Equal words are told apart by their values: the further one is the worse one.
    return sorted(found, key=lambda item: (-rank(item.severity), -item.value if item.falling else item.value))


def usable(value: float, flag: int) -> bool:
    """Tell whether a value is a number whose flag lets it be believed.

    Examples
    --------
    >>> usable(1.0, 2), usable(1.0, 3), usable(math.nan, 0)
    (True, False, False)
    """
    return math.isfinite(value) and flag < UNUSABLE


def crossed(attrs: Any, value: float, flag: int) -> Threshold | None:
    """Return the worst threshold that a value is at or beyond; None where there is none, or the value is unusable."""
    if not usable(value, flag):
        return None
    return next((item for item in reversed(thresholds(attrs)) if item.crossed(value)), None)


def sensors(
    series: pd.DataFrame,
    latest: pd.DataFrame,
    at: datetime,
    heard: Mapping[str, datetime] | None = None,
) -> list[Sensor]:
    """Put every series and its newest value together, those beyond a threshold first, then the silent ones.

    Parameters
    ----------
    series
        As `store.series` returns it.
    latest
        As `store.latest` returns it: index series; columns time, value, flag.
    at
        Time at which they are looked at.
    heard
        Time of the newest value that is a number, by name (`diagnosis.silence.newest`); None for the newest telling.
    """
    newest = {str(row.Index): row for row in latest.itertuples()} if len(latest) else {}
    found = [
        _sensor(str(row.Index), row, newest.get(str(row.Index)), at, heard)
        for row in series.itertuples()
        if measures(row.attrs)
    ]
    found.sort(
        key=lambda item: (
            item.crossed is None,
            rank(item.crossed.severity) if item.crossed else 9,
            not item.silent,
            item.name,
        )
    )
    return found


def beyond(frame: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return, for each row, severity and name of the worst threshold that its value is at or beyond.

    Parameters
    ----------
    frame
        Columns value, flag and attrs, as the live sensors have them.

    Examples
    --------
    >>> rows = pd.DataFrame({"value": [4.2], "flag": [0], "attrs": [{"thresholds": {"yellow": 3.0, "orange": 4.0}}]})
    >>> beyond(rows)
    (['Severe'], ['orange'])
    """
    severities, names = [], []
    for value, flag, attrs in zip(frame["value"], frame["flag"], frame["attrs"], strict=True):
        known = not pd.isna(value) and not pd.isna(flag)
        worst = crossed(attrs, float(value), int(flag)) if known else None
        severities.append("" if worst is None else worst.severity.value)
        names.append("" if worst is None else worst.name)
    return severities, names


def due(frame: pd.DataFrame) -> pd.Series:
    """Return by when each row's next value should have come; NaT where none ever came."""
    waits = pd.Series(
        [patience(attrs) for attrs in frame["attrs"]], index=frame.index, dtype="timedelta64[us]"
    )
    return pd.to_datetime(frame["time"], utc=True) + waits


def dead(frame: pd.DataFrame, at: datetime) -> npt.NDArray[np.bool_]:
    """Tell which rows' newest values are missing, unusable, or silent: those that a map crosses out."""
    until = due(frame)
    flags = pd.to_numeric(frame["flag"], errors="coerce").astype(float).fillna(9)
    bad = until.isna() | (until < pd.Timestamp(at)) | frame["value"].isna() | (flags >= UNUSABLE)
    return bad.to_numpy(dtype=bool)


def _sensor(
    name: str, row: Any, last: Any, at: datetime, heard: Mapping[str, datetime] | None = None
) -> Sensor:
    attrs = row.attrs if isinstance(row.attrs, Mapping) else {}
    time = None if last is None or pd.isna(last.time) else last.time.to_pydatetime()
    value = math.nan if last is None else float(last.value)
    flag = 9 if last is None else int(last.flag)
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
        crossed=crossed(attrs, value, flag),
        silent=silent(time if heard is None else heard.get(name), at, attrs),
    )


def _severity(given: Any, name: str) -> Severity:
    key = name.casefold()
    word = str(given or _COLOURS.get(key) or _WORDS.get(key, "Unknown"))
    return Severity(word) if word in set(Severity) else Severity.UNKNOWN


def _place(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
