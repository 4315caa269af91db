"""The words of quality: which check a value failed, and how far it can be trusted.

A flag says how good a value is; the checks say why. Both travel with the value: nothing that rests on a suspect
value is shown without saying so. A check never removes a value.
"""

from enum import IntEnum, IntFlag
from typing import SupportsInt

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.terms import term

__all__ = ["Check", "Flag", "usable", "words", "worst"]


class Flag(IntEnum):
    """How good a value is: the primary level of the IOC's scheme.

    IOC (2013), Ocean Data Standards Vol. 3, Manuals and Guides 54-3; the numbers are those of QARTOD too, with
    ``UNCHECKED`` for its "not evaluated, not available or unknown".

    Examples
    --------
    >>> Flag(3).name, usable(Flag.SUSPECT)
    ('BAD', True)
    """

    GOOD = 0
    UNCHECKED = 1
    SUSPECT = 2
    BAD = 3
    MISSING = 9


class Check(IntFlag):
    """What was found wrong with a value; several at once are added.

    Examples
    --------
    >>> both = Check.RANGE | Check.SPIKE
    >>> int(both), words(both), words(both, "zh")
    (5, ['range', 'spike'], ['超出范围', '尖峰'])
    """

    RANGE = 1
    """Outside what the quantity, the sensor or the season can be."""
    RATE = 2
    """Changes faster than it can."""
    SPIKE = 4
    """Stands alone: the values before and after do not go along."""
    STUCK = 8
    """Does not move where it must."""
    GAP = 16
    """Values before it are missing."""
    TIME = 32
    """Its time is impossible: in the future, out of order, or off the sensor's cadence."""
    NEIGHBOUR = 64
    """Disagrees with the sensors around it, which agree."""
    SOURCE = 128
    """Flagged by its own source."""
    MAINTENANCE = 256
    """Measured while somebody worked on the sensor."""
    DRIFT = 512
    """Walks away from its neighbours slowly."""


def words(checks: SupportsInt, language: str = "en") -> list[str]:
    """Return the words of the checks in a mask, in the order of `Check`.

    Raises
    ------
    InvalidInputError
        If the mask holds a bit that no check has.

    Examples
    --------
    >>> words(0), words(64 | 8)
    ([], ['stuck', 'disagrees with neighbours'])
    """
    mask = int(checks)
    known = sum(Check)
    if mask < 0 or mask & ~known:
        raise InvalidInputError(
            f"{mask} is no mask of quality checks; expected a sum of {', '.join(f'{item.value} ({item.name})' for item in Check)}."
        )
    return [term(f"check.{str(item.name).lower()}", language) for item in Check if mask & item]


def usable(flag: SupportsInt) -> bool:
    """Tell whether a value with this flag may be judged by: good, not checked or suspect.

    Examples
    --------
    >>> [usable(flag) for flag in (0, 1, 2, 3, 9)]
    [True, True, True, False, False]
    """
    return 0 <= int(flag) < Flag.BAD


def worst(*flags: SupportsInt) -> Flag:
    """Return the worst of several flags: missing, bad, suspect, good, not checked.

    A check that found nothing turns "not checked" into "good"; it never improves anything else.

    Examples
    --------
    >>> worst(Flag.UNCHECKED, Flag.GOOD).name, worst(Flag.SUSPECT, Flag.GOOD).name
    ('GOOD', 'SUSPECT')
    """
    order = (Flag.UNCHECKED, Flag.GOOD, Flag.SUSPECT, Flag.BAD, Flag.MISSING)
    found = []
    for flag in flags:
        try:
            found.append(Flag(int(flag)))
        except ValueError:
            found.append(Flag.SUSPECT)  # a number outside the scheme is not to be trusted
    return max(found, key=order.index, default=Flag.UNCHECKED)
