"""Thresholds: which value of a series means which level, since when, and who says so.

A level may carry the colour of a *warning* and the grade of a *response*; they are two axes, and neither is worked
out from the other.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.fields import convert
from watchfloor.core.scales import ResponseGrade, WarningColour

__all__ = ["Direction", "Level", "ThresholdSet", "declared", "levels_of"]

Direction: TypeAlias = Literal["above", "below", "outside"]
_COLOURS = tuple(reversed(WarningColour))
_MOST = 8
_WORDS = {"rising": "above", "up": "above", "falling": "below", "down": "below"}


@dataclass(frozen=True, eq=False)
class Level:
    """One level of a threshold set.

    Parameters
    ----------
    name
        Its own name, such as ``orange`` or ``moderate flood``. Untrusted.
    high, low
        Reached at or above `high`, or at or below `low`, in the set's units; NaN for a side that has none.
    colour
        Colour of the warning, if it stands for one.
    grade
        Grade of the response, if it stands for one.

    Examples
    --------
    >>> Level("orange", high=2.4, colour=WarningColour.ORANGE).reached(2.41)
    True
    """

    name: str
    high: float = math.nan
    low: float = math.nan
    colour: WarningColour | None = None
    grade: ResponseGrade | None = None

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same; a side that neither has is the same, too."""
        return isinstance(other, Level) and self._same() == other._same()

    def __hash__(self) -> int:
        """Return a number that is the same for the same levels."""
        return hash(self._same())

    def _same(self) -> tuple[object, ...]:
        return self.name, repr(self.high), repr(self.low), self.colour, self.grade

    def reached(self, value: float) -> bool:
        """Tell whether a value is at or beyond it."""
        return value >= self.high or value <= self.low

    def limit(self, value: float) -> float:
        """Return the side that a value is nearer to."""
        if math.isnan(self.low) or math.isnan(self.high):
            return self.low if math.isnan(self.high) else self.high
        return self.low if abs(value - self.low) < abs(value - self.high) else self.high


@dataclass(frozen=True)
class ThresholdSet:
    """The levels of one series, or of several, as one authority set them for a time.

    Parameters
    ----------
    levels
        The mildest first.
    units
        Unit of the limits, readable by pint; empty for that of the series.
    direction
        Whether ``above``, ``below`` or ``outside`` is bad.
    id, version, source
        Which set it is, in which wording, and who says so (cited in messages).
    valid_from, valid_to
        When it holds; None for always.

    Examples
    --------
    >>> found = declared({"thresholds": {"yellow": 2.4, "red": 3.9}}, "m")
    >>> [(level.name, level.high, level.colour.value) for level in found.levels]
    [('yellow', 2.4, 'yellow'), ('red', 3.9, 'red')]
    """

    levels: tuple[Level, ...]
    units: str = ""
    direction: Direction = "above"
    id: str = ""
    version: str = "1"
    source: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def at(self, value: float) -> int:
        """Return how many levels a value has reached."""
        return max((number for number, level in enumerate(self.levels, 1) if level.reached(value)), default=0)

    def into(self, units: str) -> "ThresholdSet":
        """Return the same with its limits in another unit.

        Raises
        ------
        InvalidInputError
            If the units measure different things.
        """
        if not self.units or not units or self.units == units:
            return replace(self, units=units or self.units)
        return replace(
            self,
            units=units,
            levels=tuple(
                replace(
                    level,
                    high=_converted(level.high, self.units, units),
                    low=_converted(level.low, self.units, units),
                )
                for level in self.levels
            ),
        )

    def holds(self, at: datetime) -> bool:
        """Tell whether it is in force at a time."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_to is None or at < self.valid_to
        )


def _converted(limit: float, units: str, into: str) -> float:
    """Return a limit in another unit; one that there is not stays the same object, so that equal levels compare as equal."""
    return limit if math.isnan(limit) else float(convert(limit, units, into))


def declared(attrs: Mapping[str, Any], units: str) -> ThresholdSet | None:
    """Read what a series says of itself: ``thresholds``, and ``direction`` beside them.

    Taken are ``{"yellow": 2.4, …}`` and ``[{"name": …, "value": …, "colour": …, "grade": …}, …]``; what cannot be
    read is left out, since it came over the wire. None where nothing is left.
    """
    given = attrs.get("thresholds")
    word = str(attrs.get("direction", "above")).casefold()
    word = _WORDS.get(word, word)
    direction: Direction = "below" if word == "below" else "outside" if word == "outside" else "above"
    rows: Iterable[Any] = ()
    if isinstance(given, Mapping):
        rows = ({"name": name, "value": value} for name, value in given.items())
    elif isinstance(given, Sequence) and not isinstance(given, str):
        rows = (row for row in given if isinstance(row, Mapping))
    found = []
    for row in rows:
        try:
            found.append(_level(str(row.get("name") or row.get("title") or ""), row, direction))
        except InvalidInputError:
            continue
    found = [level for level in found if level.name][:_MOST]
    source = str(attrs.get("threshold_source") or "the series itself")[:200]
    return ThresholdSet(_ordered(found), units, direction, "series", "", source) if found else None


def levels_of(given: Mapping[str, Any], direction: Direction) -> tuple[Level, ...]:
    """Read the levels of a document: name -> number, or name -> {at, low, high, colour, grade}.

    Raises
    ------
    InvalidInputError
        If one cannot be read, two are the same, or there are too many.

    Examples
    --------
    >>> [level.name for level in levels_of({"orange": 3, "alert": {"at": 1, "grade": "IV"}}, "above")]
    ['alert', 'orange']
    """
    if not 1 <= len(given) <= _MOST:
        raise InvalidInputError(f"There are {len(given)} levels; expected 1 to {_MOST}.")
    rows = {str(name): row if isinstance(row, Mapping) else {"at": row} for name, row in given.items()}
    found = _ordered([_level(name, row, direction) for name, row in rows.items()])
    for milder, worse in pairwise(found):
        if milder.high == worse.high or milder.low == worse.low:
            raise InvalidInputError(f"The levels {milder.name!r} and {worse.name!r} have the same limit.")
        if direction == "outside" and (worse.high < milder.high or worse.low > milder.low):
            raise InvalidInputError(
                f"The level {worse.name!r} must lie outside of {milder.name!r} on both sides."
            )
    return found


def _level(name: str, row: Mapping[str, Any], direction: Direction) -> Level:
    known = {"at", "value", "name", "title", "low", "high", "colour", "color", "grade", "severity", "label"}
    if unknown := set(map(str, row)) - known:
        raise InvalidInputError(
            f"The level {name!r} has the unknown key {sorted(unknown)[0]!r}; known: at, low, high, colour, grade."
        )
    given = row.get("at", row.get("value"))
    colour = row.get("colour", row.get("color", name if name.casefold() in set(WarningColour) else None))
    grade = row.get("grade")
    try:
        shade = None if colour is None else WarningColour(str(colour).casefold())
        step = None if grade is None else ResponseGrade(str(grade).upper())
    except ValueError as error:
        raise InvalidInputError(
            f"The level {name!r} has the colour {colour!r} and the grade {grade!r}; expected blue, yellow, orange or red, and IV, III, II or I."
        ) from error
    low = _number(name, row.get("low"))
    high = _number(name, row.get("high"))
    if given is not None:
        if direction == "outside":
            raise InvalidInputError(
                f"The level {name!r} has one limit; outside a range it needs `low` and `high`."
            )
        low, high = (_number(name, given), high) if direction == "below" else (low, _number(name, given))
    if math.isnan(low) and math.isnan(high):
        raise InvalidInputError(f"The level {name!r} has no limit; expected a number.")
    return Level(name[:60], high, low, shade, step)


def _number(name: str, value: Any) -> float:
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidInputError(f"The level {name!r} has the limit {str(value)[:40]!r}; expected a number.")
    return float(value)


def _ordered(levels: Sequence[Level]) -> tuple[Level, ...]:
    """Return levels, the mildest first: limits say which, since a level is never reached before a milder one."""

    def key(level: Level) -> tuple[float, int]:
        size = -level.low if math.isnan(level.high) else level.high
        return size, _COLOURS.index(level.colour) if level.colour else -1

    return tuple(sorted(levels, key=key))
