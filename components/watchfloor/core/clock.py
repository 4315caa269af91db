"""The one source of time.

A live floor runs on the machine's clock, a replay or a drill on a displaced one. Nothing else in
Watchfloor asks the machine what time it is. Every time is an aware ``datetime`` in UTC.
"""

import re
import time
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchfloor.core.errors import InvalidInputError

__all__ = [
    "EPOCH",
    "Clock",
    "FixedClock",
    "LiveClock",
    "ReplayClock",
    "duration",
    "format_time",
    "from_micros",
    "micros",
    "monotonic",
    "parse_time",
    "zone",
]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*([Zz]|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII)


@runtime_checkable
class Clock(Protocol):
    """What tells the time on a floor."""

    def now(self) -> datetime:
        """Return the floor's time, aware, in UTC."""
        ...


class LiveClock:
    """The machine's clock.

    Examples
    --------
    >>> LiveClock().now().tzinfo
    datetime.timezone.utc
    """

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved, for tests and for single questions.

    Examples
    --------
    >>> FixedClock(parse_time("2026-01-01T00:00:00Z")).now().year
    2026
    """

    def __init__(self, at: datetime) -> None:
        self._at = _aware(at)

    def now(self) -> datetime:
        """Return the time it stands at."""
        return self._at

    def move(self, at: datetime | timedelta) -> None:
        """Move to a time, or by a duration."""
        self._at = self._at + at if isinstance(at, timedelta) else _aware(at)


class ReplayClock:
    """A displaced clock that can run faster, pause, jump and fork.

    Parameters
    ----------
    start
        Floor time at this moment.
    speed
        Floor seconds per real second, >= 0.

    Examples
    --------
    >>> clock = ReplayClock(parse_time("2026-06-01T06:00:00Z"), speed=60)
    >>> clock.pause(); clock.jump(parse_time("2026-06-01T09:00:00Z")); format_time(clock.now())
    '2026-06-01T09:00:00Z'
    """

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        self._anchor = _aware(start)
        self._since = monotonic()
        self._paused = False
        self._speed = _speed(speed)

    @property
    def speed(self) -> float:
        """Floor seconds per real second."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._hold()
        self._speed = _speed(speed)

    @property
    def paused(self) -> bool:
        """Whether the clock stands still."""
        return self._paused

    def now(self) -> datetime:
        """Return the displaced time in UTC."""
        if self._paused:
            return self._anchor
        return self._anchor + timedelta(seconds=(monotonic() - self._since) * self._speed)

    def pause(self) -> None:
        """Stand still."""
        self._hold()
        self._paused = True

    def resume(self) -> None:
        """Run on from where the clock stands."""
        self._hold()
        self._paused = False

    def jump(self, at: datetime | timedelta) -> None:
        """Go to a time, or by a duration."""
        self._hold()
        self._anchor = self._anchor + at if isinstance(at, timedelta) else _aware(at)

    def fork(self) -> "ReplayClock":
        """Return a clock of its own that stands at this one's time."""
        other = ReplayClock(self.now(), self._speed)
        if self._paused:
            other.pause()
        return other

    def _hold(self) -> None:
        self._anchor, self._since = self.now(), monotonic()


def monotonic() -> float:
    """Return seconds that only ever grow, for measuring durations."""
    return time.monotonic()


def parse_time(text: str, zone: tzinfo | None = None) -> datetime:
    """Read an RFC 3339 time.

    Parameters
    ----------
    text
        Date, time and offset, such as ``2026-11-22T03:10:00+08:00``. Nothing is guessed.
    zone
        The source's declared zone, used where the text names no offset.

    Returns
    -------
    datetime
        In UTC.

    Raises
    ------
    InvalidInputError
        If it is not such a time, or names no offset and no zone is given.

    Examples
    --------
    >>> parse_time("2026-11-22T03:10:00+08:00").isoformat()
    '2026-11-21T19:10:00+00:00'
    """
    match = _RFC3339.fullmatch(text.strip()) if len(text) <= 64 else None
    if match is None:
        raise InvalidInputError(
            f"{text[:64]!r} is not a time; expected RFC 3339, like 2026-11-22T03:10:00+08:00."
        )
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        plain = datetime(  # noqa: DTZ001  the offset follows below
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0),
            int((fraction or "0").ljust(6, "0")[:6]),
        )  # fmt: skip
        if offset is None:
            if zone is None:
                raise InvalidInputError(f"{text!r} has no UTC offset, and its source declares no time zone.")
            return plain.replace(tzinfo=zone).astimezone(UTC)
        if offset in "Zz":
            return plain.replace(tzinfo=UTC)
        digits = offset[1:].replace(":", "")
        shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        if shift >= timedelta(hours=24) or int(digits[2:]) > 59:
            raise InvalidInputError(f"{text!r} has an impossible UTC offset {offset}.")
        return (plain - shift if offset[0] == "+" else plain + shift).replace(tzinfo=UTC)
    except InvalidInputError:
        raise
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(f"{text!r} is not a time: {error}.") from error


def format_time(at: datetime, zone: tzinfo | None = None) -> str:
    """Write a time as RFC 3339; ``Z`` for UTC, otherwise with the zone's offset.

    Examples
    --------
    >>> format_time(EPOCH)
    '1970-01-01T00:00:00Z'
    """
    at = _aware(at)
    if zone is None:
        return at.isoformat().replace("+00:00", "Z")
    return at.astimezone(zone).isoformat()


def micros(at: datetime) -> int:
    """Return microseconds since 1970-01-01T00:00:00Z, as the store keeps time."""
    return (_aware(at) - EPOCH) // timedelta(microseconds=1)


def from_micros(value: int) -> datetime:
    """Turn the store's microseconds back into a time."""
    return EPOCH + timedelta(microseconds=value)


def duration(text: str) -> timedelta:
    """Read an ISO 8601 duration without months or years.

    Examples
    --------
    >>> duration("PT10M")
    datetime.timedelta(seconds=600)
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise InvalidInputError(
            f"{text[:64]!r} is not a duration; expected ISO 8601, like PT10M, PT1H30M or P3D."
        )
    weeks, days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def zone(name: str) -> ZoneInfo:
    """Look up an IANA time zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInputError(
            f"There is no time zone {name!r}; expected an IANA name, like Asia/Shanghai."
        ) from error


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InvalidInputError(f"{at.isoformat()} has no time zone; times on a floor are aware.")
    return at.astimezone(UTC)


def _speed(speed: float) -> float:
    if not 0 <= speed <= 1e6:
        raise InvalidInputError(f"A clock cannot run at speed {speed}; expected 0 to 1,000,000.")
    return float(speed)
