"""How sensors stand: beyond which threshold, and whether their newest value is too old to be believed."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from watchfloor.core.clock import duration
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.scales import Severity, crosswalk, rank

__all__ = ["SILENT_AFTER", "beyond", "due", "silent"]

SILENT_AFTER = timedelta(hours=1)
"""Age from which a sensor that names no cadence of its own counts as silent; with one it is three cadences."""
_COLOURS = frozenset(step.source for step in crosswalk("colour-severity").steps)


def beyond(frame: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return, for each sensor, severity and name of the worst threshold that its value is at or beyond.

    Parameters
    ----------
    frame
        Columns value, flag and attrs; attrs may hold ``thresholds``: name -> value, or a list of objects with name,
        value, severity and falling. Warning colours (blue to red) stand for their severities.

    Examples
    --------
    >>> rows = pd.DataFrame({"value": [4.2], "flag": [0], "attrs": [{"thresholds": {"yellow": 3.0, "orange": 4.0}}]})
    >>> beyond(rows)
    (['Severe'], ['orange'])
    """
    severities, names = [], []
    for value, flag, attrs in zip(frame["value"], frame["flag"], frame["attrs"], strict=True):
        usable = not pd.isna(value) and not pd.isna(flag) and int(flag) < 3
        crossed = [step for step in _steps(attrs) if usable and _crossed(step, float(value))]
        worst = min(crossed, key=lambda step: rank(step[1]), default=("", "", 0.0, False))
        names.append(worst[0])
        severities.append(worst[1])
    return severities, names


def silent(frame: pd.DataFrame, at: datetime) -> npt.NDArray[np.bool_]:
    """Tell which sensors' newest values are missing, flagged bad (3 and above), or older than they should be."""
    until = due(frame)
    flags = pd.to_numeric(frame["flag"], errors="coerce").astype(float).fillna(9)
    bad = until.isna() | (until < pd.Timestamp(at)) | frame["value"].isna() | (flags >= 3)
    return bad.to_numpy(dtype=bool)


def due(frame: pd.DataFrame) -> pd.Series:
    """Return by when each sensor's next value should have come; NaT where none ever came."""
    patience = pd.Series(
        [_patience(attrs) for attrs in frame["attrs"]], index=frame.index, dtype="timedelta64[us]"
    )
    return pd.to_datetime(frame["time"], utc=True) + patience


def _steps(attrs: Any) -> list[tuple[str, str, float, bool]]:
    given = attrs.get("thresholds") if isinstance(attrs, Mapping) else None
    if isinstance(given, Mapping):
        given = [{"name": name, "value": value} for name, value in given.items()]
    found = []
    for item in given if isinstance(given, Sequence) and not isinstance(given, str) else ():
        value = item.get("value") if isinstance(item, Mapping) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            continue
        name = str(item.get("name") or "threshold")[:60]
        word = str(item.get("severity") or "")
        if word not in set(Severity):
            known = name.casefold() in _COLOURS
            word = crosswalk("colour-severity")(name) if known else Severity.UNKNOWN.value
        found.append((name, word, float(value), bool(item.get("falling", False))))
    return found


def _crossed(step: tuple[str, str, float, bool], value: float) -> bool:
    return value <= step[2] if step[3] else value >= step[2]


def _patience(attrs: Any) -> timedelta:
    cadence = attrs.get("cadence") if isinstance(attrs, Mapping) else None
    if not isinstance(cadence, str):
        return SILENT_AFTER
    try:
        return max(3 * duration(cadence), timedelta(minutes=5))
    except InvalidInputError:
        return SILENT_AFTER
