"""Reading of single values out of a feed's document: what does not say what it must is refused, nothing is guessed."""

import json
import math
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, TypeVar

from watchfloor.core.clock import EPOCH, parse_time
from watchfloor.core.errors import InvalidInputError, UnsafeError
from watchfloor.feeds.base import Rejected
from watchfloor.security.json import parse_json
from watchfloor.security.text import plain

__all__ = [
    "MONTHS",
    "choice",
    "epoch",
    "following",
    "http_date",
    "instant",
    "number",
    "opening",
    "point",
    "refuse",
    "tidy",
    "words",
]

Word = TypeVar("Word", bound=StrEnum)

_EARLIEST_MS = -2_208_988_800_000  # 1900-01-01
_LATEST_MS = 4_102_444_800_000  # 2100-01-01
_SECONDS = range(4_102_444_800)  # numbers in it are far more likely seconds than milliseconds
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHOWN = 8 * 1024


def words(value: Any, limit: int = 500) -> str:
    """Return a value as plain text without control and direction characters; what is no scalar becomes empty.

    Examples
    --------
    >>> words(None), words(12), words(" Flood ")
    ('', '12', 'Flood')
    """
    if value is None or isinstance(value, list | dict | bool):
        return ""
    return plain(str(value), limit).strip()


def tidy(value: Any, depth: int = 8) -> Any:
    """Return JSON's types with every text made plain, so that they can be kept in a record's body.

    Lists and objects keep their first 1,000 items; what lies deeper than `depth` is left out.
    """
    if isinstance(value, str):
        return plain(value, 20_000, newlines=True)
    if isinstance(value, dict):
        if depth == 0:
            return {}
        pairs = list(value.items())[:1000]
        return {plain(str(name), 200): tidy(item, depth - 1) for name, item in pairs}
    if isinstance(value, list):
        return [tidy(item, depth - 1) for item in value[:1000]] if depth else []
    return value


def number(value: Any, name: str, low: float = -math.inf, high: float = math.inf) -> float | None:
    """Read a finite number within a range; None and empty text are no number.

    Raises
    ------
    InvalidInputError
        If it is not a number or outside `low` to `high`.

    Examples
    --------
    >>> number("5.1", "mag", -2, 11)
    5.1
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise InvalidInputError(f"{name} is a {type(value).__name__}; expected a number.")
    try:
        if isinstance(value, str) and not value.isascii():
            raise ValueError  # float() would read other scripts' digits
        found = float(value)
    except (ValueError, OverflowError):
        raise InvalidInputError(f"{name} is {str(value)[:40]!r}; expected a number.") from None
    if not math.isfinite(found):
        raise InvalidInputError(f"{name} is {found}; expected a finite number.")
    if not low <= found <= high:
        raise InvalidInputError(f"{name} is {found:g}; expected {low:g} to {high:g}.")
    return found


def point(lon: Any, lat: Any) -> dict[str, Any]:
    """Make a GeoJSON point from two numbers.

    Raises
    ------
    InvalidInputError
        If one is missing, or outside longitude -180 to 180 (360 is turned round) and latitude -90 to 90.

    Examples
    --------
    >>> point("190", 10.5)
    {'type': 'Point', 'coordinates': (-170.0, 10.5)}
    """
    x, y = number(lon, "longitude", -360, 360), number(lat, "latitude", -90, 90)
    if x is None or y is None:
        raise InvalidInputError("A place needs a longitude and a latitude; one is missing.")
    if not -180 <= x <= 180:
        x = (x + 180) % 360 - 180
    return {"type": "Point", "coordinates": (x, y)}


def instant(value: Any, name: str, zone: tzinfo | None = None) -> datetime | None:
    """Read an RFC 3339 time; None and empty text are no time.

    Raises
    ------
    InvalidInputError
        If it is a bare number (seconds and milliseconds look alike), another form, or has no offset and no zone.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InvalidInputError(
            f"{name} is {str(value)[:40]}, a {type(value).__name__}; expected RFC 3339 text, like 2026-11-22T03:10:00Z."
        )
    try:
        return parse_time(value, zone)
    except InvalidInputError as error:
        raise InvalidInputError(f"{name}: {error}") from error


def epoch(value: Any, name: str) -> datetime | None:
    """Read milliseconds since 1970-01-01T00:00:00Z; None is no time.

    Numbers that, as milliseconds, fall into the first seven weeks of 1970 are refused: they are seconds.

    Raises
    ------
    InvalidInputError
        If it is no whole number, looks like seconds, or lies outside the years 1900 to 2100.

    Examples
    --------
    >>> epoch(1517966773840, "time").isoformat()
    '2018-02-07T01:26:13.840000+00:00'
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInputError(f"{name} is {str(value)[:40]!r}; expected whole milliseconds since 1970.")
    if value in _SECONDS:
        raise InvalidInputError(
            f"{name} is {value}, which looks like seconds; expected milliseconds since 1970."
        )
    if not _EARLIEST_MS <= value < _LATEST_MS:
        raise InvalidInputError(f"{name} is {str(value)[:40]}; expected milliseconds within 1900 to 2100.")
    return EPOCH + timedelta(milliseconds=value)


def http_date(value: str, name: str) -> datetime | None:
    """Read the time of an RSS item (RFC 822 with a four-digit year), such as ``Mon, 30 Dec 2019 00:17:00 GMT``.

    Examples
    --------
    >>> http_date("Mon, 30 Dec 2019 00:17:00 GMT", "pubDate").isoformat()
    '2019-12-30T00:17:00+00:00'
    """
    text = value.strip()
    if not text:
        return None
    parts = text.split()
    if parts[0].endswith(","):
        parts = parts[1:]
    try:
        day, month, year, clock, zone = parts
        shift = "Z" if zone in ("GMT", "UT", "UTC", "Z") else f"{zone[:3]}:{zone[3:]}"
        iso = f"{int(year):04d}-{MONTHS.index(month) + 1:02d}-{int(day):02d}T{clock}{shift}"
        return parse_time(iso).astimezone(UTC)
    except ValueError:
        raise InvalidInputError(
            f"{name} is {text[:60]!r}; expected a time like Mon, 30 Dec 2019 00:17:00 GMT."
        ) from None


def choice(scale: type[Word], value: Any, default: Word) -> Word:
    """Return the word of a scale, whatever its capitals; a word that is not one gives `default`.

    Examples
    --------
    >>> from watchfloor.core.scales import Severity
    >>> choice(Severity, "SEVERE", Severity.UNKNOWN).value
    'Severe'
    """
    word = value.strip().casefold() if isinstance(value, str) else ""
    return next((item for item in scale if item.value.casefold() == word), default)


def opening(data: bytes, size: int) -> bytes:
    """Return how a document begins, in bytes of its text: without a byte order mark, white space, and the NULs of UTF-16.

    Examples
    --------
    >>> opening(" <a/>".encode("utf-16"), 64)
    b'<a/>'
    """
    head = data[:size]
    if b"\0" in head[:4]:
        head = head.replace(b"\0", b"")
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")


def following(data: bytes, limit: int) -> str:
    """Return the address of the next page that an OGC API's answer links to (``rel`` next); empty where there is none.

    Examples
    --------
    >>> following(b'{"links": [{"rel": "self", "href": "a"}, {"rel": "next", "href": "items?offset=10"}]}', 1000)
    'items?offset=10'
    """
    try:
        said = parse_json(data, limit)
    except (InvalidInputError, UnsafeError):
        return ""
    links = said.get("links") if isinstance(said, dict) else None
    for link in links[:100] if isinstance(links, list) else []:
        href = link.get("href") if isinstance(link, dict) and link.get("rel") == "next" else None
        if isinstance(href, str) and href and len(href) <= 2000:
            return href
    return ""


def refuse(error: Exception | str, where: str, part: Any = b"") -> Rejected:
    """Make the note of a part that could not be read, with at most 8 KiB of it."""
    if isinstance(part, bytes):
        data = part[:_SHOWN]
    elif isinstance(part, str):
        data = part[:_SHOWN].encode("utf-8", "replace")
    else:
        data = json.dumps(part, ensure_ascii=True, default=str)[:_SHOWN].encode()
    return Rejected(str(error), where, data)
