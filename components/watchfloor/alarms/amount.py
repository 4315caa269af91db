"""Amounts as people write them in a rule: ``20 min``, ``0.05 m``, ``5 %``."""

import math
import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic.dataclasses import dataclass

from watchfloor.core.clock import duration
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.fields import convert

__all__ = ["Amount", "Band", "Span", "short", "span", "spoken"]

_SPAN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|sec|min|h|hour|hours|d|day|days)\s*", re.ASCII)
_UNIT = {
    "s": 1,
    "sec": 1,
    "min": 60,
    "h": 3600,
    "hour": 3600,
    "hours": 3600,
    "d": 86400,
    "day": 86400,
    "days": 86400,
}
_AMOUNT = re.compile(r"\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(.{0,40}?)\s*", re.ASCII)
_LONGEST = timedelta(days=3700)


def span(value: Any) -> timedelta:
    """Read a length of time: ISO 8601 (``PT20M``) or words (``20 min``, ``2 h``, ``1 d``).

    Raises
    ------
    ValueError
        If it is neither, or longer than ten years.

    Examples
    --------
    >>> span("20 min") == span("PT20M")
    True
    """
    if isinstance(value, timedelta):
        found = value
    elif isinstance(value, str) and (match := _SPAN.fullmatch(value)):
        found = timedelta(seconds=float(match[1]) * _UNIT[match[2]])
    elif isinstance(value, str):
        try:
            found = duration(value)
        except InvalidInputError as error:
            raise ValueError(
                f"{value[:40]!r} is not a length of time; expected `20 min`, `2 h` or PT20M."
            ) from error
    else:
        raise ValueError(f"{value!r} is not a length of time; expected a number and a unit, like `20 min`.")
    if not timedelta(0) <= found <= _LONGEST:
        raise ValueError(f"{value!r} is out of range; expected 0 to {_LONGEST.days} days.")
    return found


Span = Annotated[timedelta, BeforeValidator(span)]
"""A field of a document that holds a length of time."""


@dataclass(frozen=True)
class Amount:
    """A number with its unit; a percentage is of whatever it is held against.

    Examples
    --------
    >>> Amount.read("5 %").of(2.0, "m"), Amount.read("10 cm").of(2.0, "m"), Amount.read(0.3).of(2.0, "m")
    (0.1, 0.1, 0.3)
    """

    value: float
    units: str = ""

    @classmethod
    def read(cls, value: Any) -> "Amount":
        """Read a number, or a text of a number and a unit."""
        if isinstance(value, cls):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return cls(float(value))
        if isinstance(value, str) and (match := _AMOUNT.fullmatch(value)):
            return cls(float(match[1]), match[2])
        raise ValueError(f"{value!r} is not an amount; expected a number, `0.05 m` or `5 %`.")

    def of(self, limit: float, units: str) -> float:
        """Return it in a series' units; a percentage of the size of `limit`.

        Raises
        ------
        InvalidInputError
            If its unit is unknown or measures something else.
        """
        if self.units in {"%", "percent"} and units != "percent":
            return abs(limit) * self.value / 100
        if not self.units or self.units in {"%", "percent"}:
            return self.value
        # A difference of temperatures has no zero point: 2 degC apart are 2 K, not 275.
        return float(convert(self.value, _apart(self.units), _apart(units)))


Band = Annotated[Amount, BeforeValidator(Amount.read)]
"""A field of a document that holds an amount."""


def spoken(length: timedelta | float, language: str = "en") -> str:
    """Say a length of time, or seconds, in words.

    Examples
    --------
    >>> spoken(timedelta(minutes=20)), spoken(5400), spoken(3 * 86400)
    ('20 min', '1 h 30 min', '3 d')
    >>> spoken(5400, "zh")
    '1小时30分钟'
    """
    seconds = round(length.total_seconds() if isinstance(length, timedelta) else length)
    parts = []
    zh = language.startswith("zh")
    for size, word, name in ((86400, "d", "天"), (3600, "h", "小时"), (60, "min", "分钟"), (1, "s", "秒")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{name}" if zh else f"{count} {word}")
    if zh:
        return "".join(parts[:2]) or "0分钟"
    return " ".join(parts[:2]) or "0 min"


def short(value: float, units: str = "", language: str = "en") -> str:
    """Write a number as a person would, with its unit.

    Examples
    --------
    >>> short(2.4, "m"), short(1234.5678), short(0.0123), short(40.0, "percent")
    ('2.40 m', '1,235', '0.0123', '40.0 %')
    """
    size = abs(value)
    if not math.isfinite(value):
        return "无数据" if language.startswith("zh") else "no value"
    if size >= 1000:
        text = f"{value:,.0f}"
    elif size >= 10:
        text = f"{value:.1f}"
    elif size >= 1 or value == 0:
        text = f"{value:.2f}"
    else:
        text = f"{value:.3g}"
    unit = {
        "percent": "%",
        "1": "",
        "degC": "°C",
        "degF": "°F",
        "ug/m^3": "µg/m³",
        "m^3/s": "m³/s",
        "m/s^2": "m/s²",
    }.get(units, units)
    return f"{text} {unit}".strip()


def _apart(units: str) -> str:
    return {"degC": "delta_degC", "degF": "delta_degF"}.get(units, units)
