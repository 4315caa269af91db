"""Times of SHEF: a date in the message, then elements such as DH, DM and DR that change it."""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from watchfloor.core.errors import InvalidInputError

__all__ = ["DATED", "When", "day", "step"]

DATED = re.compile(r"D(?:[SNHDMYTJ]\d*|HM|R[SNHDMYE][+-]?\d{1,4})", re.ASCII)
"""An element that says when the readings behind it were taken."""
_RELATIVE = re.compile(r"DR([SNHDMYE])([+-]?\d{1,4})", re.ASCII)
_STEP = re.compile(r"DI([SNHDMYE])([+-]?\d{1,4})", re.ASCII)
_UNITS = {"S": "seconds", "N": "minutes", "H": "hours", "D": "days"}
# How many digits each element has, and how they are written: later ones may be left out.
_FORMS = {
    "DS": {2: "%S"}, "DN": {2: "%M", 4: "%M%S"}, "DH": {2: "%H", 4: "%H%M", 6: "%H%M%S"}, "DD": {2: "%d", 4: "%d%H", 6: "%d%H%M", 8: "%d%H%M%S"},
    "DM": {2: "%m", 4: "%m%d", 6: "%m%d%H", 8: "%m%d%H%M", 10: "%m%d%H%M%S"},
    "DY": {2: "%y", 4: "%y%m", 6: "%y%m%d", 8: "%y%m%d%H", 10: "%y%m%d%H%M", 12: "%y%m%d%H%M%S"},
    "DT": {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"},
    "DJ": {5: "%y%j", 7: "%Y%j", 9: "%y%j%H%M", 11: "%Y%j%H%M"},
}  # fmt: skip


@dataclass(frozen=True)
class When:
    """The time of the next reading.

    Parameters
    ----------
    base
        By the clock of the message's zone, without one.
    zone
        The message's zone.
    relative
        Unit and number of the DR element in force; empty for none.
    received
        When the message came, which settles years that are left out.
    usual
        Time of the day until an element names one.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> when = When(datetime(2026, 6, 1, 12), UTC, EPOCH).after("DH0715").after("DRH-1")
    >>> when.time().isoformat()
    '2026-06-01T06:15:00+00:00'
    """

    base: datetime
    zone: tzinfo
    received: datetime
    relative: tuple[str, int] = ("", 0)
    usual: timedelta = timedelta(0)

    def after(self, element: str) -> "When":
        """Return the time that an element changes it to.

        Raises
        ------
        InvalidInputError
            If it is no element of a time, or names one that does not exist.
        """
        if match := _RELATIVE.fullmatch(element):
            # A new relative time counts from the date and time that stand, not from the last relative one.
            return replace(self, relative=(match[1], int(match[2])))
        name, digits = element[:2], element[2:]
        form = _FORMS.get(name, {}).get(len(digits))
        if form is None or not digits.isdecimal():
            raise InvalidInputError(
                f"{element[:20]!r} is no time of SHEF; expected one like DH0715 or DM06010715."
            )
        base = self.base
        if name == "DM" and len(digits) >= 4:
            first = day(digits[:4], self.received)
            base = base.replace(year=first.year, month=1, day=1)
        usual = self.usual if not re.search("%[HMS]", form) else timedelta(0)
        return replace(self, base=_read(element, form, digits, base), relative=("", 0), usual=usual)

    def time(self, steps: int = 0, by: tuple[str, int] = ("", 0)) -> datetime:
        """Return the time in UTC, a number of steps on.

        Raises
        ------
        InvalidInputError
            If there is no such time.
        """
        try:
            base = _moved(self.base + self.usual, *self.relative)
            return _moved(base, by[0], by[1] * steps).replace(tzinfo=self.zone).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise InvalidInputError(f"The message names no time that there is: {error}.") from None


def day(digits: str, received: datetime) -> datetime:
    """Read the date of a message: mmdd, yymmdd or ccyymmdd; a year that is left out is the one closest to its arrival.

    Raises
    ------
    InvalidInputError
        If there is no such day.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> day("1231", parse_time("2026-01-02T00:00:00Z")).date().isoformat()
    '2025-12-31'
    """
    form = {4: "%m%d", 6: "%y%m%d", 8: "%Y%m%d"}.get(len(digits))
    try:
        if form is None or not digits.isdecimal() or not digits.isascii():
            raise ValueError("expected mmdd, yymmdd or ccyymmdd")
        if len(digits) > 4:
            return datetime.strptime(digits, form)  # noqa: DTZ007  the zone follows it
        month, number = int(digits[:2]), int(digits[2:])
        near = received.replace(tzinfo=None)
        found = [
            datetime(year, month, number)  # noqa: DTZ001  the zone follows it
            for year in (near.year - 1, near.year, near.year + 1)
            if 0 < month < 13 and 0 < number <= calendar.monthrange(year, month)[1]
        ]
        return min(found, key=lambda one: abs(one - near))
    except ValueError as error:
        raise InvalidInputError(f"{digits[:12]!r} is no date: {error}.") from None


def step(element: str) -> tuple[str, int]:
    """Read the interval of a message of kind E, such as DIN15 or DIH1.

    Raises
    ------
    InvalidInputError
        If it is none, or none at all (0).
    """
    match = _STEP.fullmatch(element)
    if match is None or not int(match[2]):
        raise InvalidInputError(f"{element[:20]!r} is no interval; expected one like DIN15, DIH1 or DID1.")
    return match[1], int(match[2])


def _read(element: str, form: str, digits: str, base: datetime) -> datetime:
    """Change the parts of a time that an element names; midnight may be the day's hour 24."""
    late = "%H" in form and _part(form, digits, "%H") == "24"
    if late:
        at = sum(
            4 if part == "%Y" else 3 if part == "%j" else 2
            for part in re.findall("%.", form.partition("%H")[0])
        )
        digits = f"{digits[:at]}00{digits[at + 2 :]}"
    try:
        parts = {part: int(_part(form, digits, part)) for part in re.findall("%.", form)}
        year = parts.get("%Y", 2000 + parts["%y"] if "%y" in parts else base.year)
        if "%j" in parts:
            start = datetime(year, 1, 1) + timedelta(days=parts["%j"] - 1)  # noqa: DTZ001  the zone follows it
            if not 1 <= parts["%j"] <= 365 + calendar.isleap(year):
                raise ValueError(f"there is no day {parts['%j']} of {year}")
            month, number = start.month, start.day
        else:
            month, number = parts.get("%m", base.month), parts.get("%d", base.day)
        smaller = {"%H": base.hour, "%M": base.minute, "%S": base.second}
        given = [name for name in smaller if name in parts]
        # Below the smallest part that is named all is 0; above the largest all stays.
        for name in ("%M", "%S"):
            if given and name not in parts and list(smaller).index(name) > list(smaller).index(given[-1]):
                smaller[name] = 0
        hour, minute, second = (parts.get(name, old) for name, old in smaller.items())
        found = datetime(year, month, number, hour, minute, second)  # noqa: DTZ001  the zone follows it
    except ValueError as error:
        raise InvalidInputError(f"{element[:20]!r} is no time: {error}.") from None
    return found + timedelta(days=1) if late else found


def _part(form: str, digits: str, name: str) -> str:
    at = 0
    for part in re.findall("%.", form):
        width = 4 if part == "%Y" else 3 if part == "%j" else 2
        if part == name:
            return digits[at : at + width]
        at += width
    return ""


def _moved(base: datetime, unit: str, count: int) -> datetime:
    """Move a time by a number of units; months keep their day where there is one, or their end (E)."""
    if not unit or not count:
        return base
    if unit in _UNITS:
        return base + timedelta(**{_UNITS[unit]: count})
    months = base.year * 12 + base.month - 1 + (count * 12 if unit == "Y" else count)
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1] if 1 <= year <= 9999 else 0
    return base.replace(year=year, month=month + 1, day=last if unit == "E" else min(base.day, last))
