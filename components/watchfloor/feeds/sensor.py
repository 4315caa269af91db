"""Watchfloor's own compact sensor message, as a station would publish it over MQTT."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError
from watchfloor.feeds.base import Context, Feed, Parsed
from watchfloor.feeds.measures import Measures, flag, name_of
from watchfloor.feeds.values import instant, refuse, words
from watchfloor.security.json import parse_json

__all__ = ["Sensor"]

PREFIX = "watchfloor"
MAX_VALUES = 100_000
_STATUS = {"online": 1.0, "offline": 0.0}
_KNOWN = frozenset({"time", "value", "values", "flag", "flags", "units", "series"})


class Sensor(Feed):
    """Measurements as small JSON messages, the series named by the topic.

    The topic is ``watchfloor/<station>/<series>``; its series is called ``<station>/<series>``. Another topic names the
    series as a whole. Without a topic, in a file, a member ``series`` names it. The message is one of

    - ``{"time": "2026-06-01T12:00:00Z", "value": 4.21}``, with ``"flag"`` (0 good, 1 not checked, 2 suspect, 3 bad, 9
      missing) and ``"units"`` where known; a value that is null is missing;
    - ``{"time": ["…", "…"], "value": [4.21, 4.25], "flag": [0, 0]}``: many times of one series;
    - ``{"time": "…", "values": {"level": 4.21, "rain": 0.0}, "units": {"level": "m"}}`` under ``watchfloor/<station>``:
      many series of one station;
    - a list of such objects;
    - ``online`` or ``offline`` under ``watchfloor/<station>/status``, as a birth and a last will are written: a series
      ``<station>/status`` of 1 and 0, at the time at which it came.

    Times are RFC 3339 with an offset, unless the source declares a zone. A message without a time is not taken: sent
    twice, it would count twice.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> context = Context(parse_time("2026-06-01T12:00:01Z"), topic="watchfloor/G01/level")
    >>> [seen] = Sensor().parse(b'{"time": "2026-06-01T12:00:00Z", "value": 4.21}', context).observations
    >>> seen.series, seen.value
    ('G01/level', 4.21)
    """

    name: ClassVar[str] = "sensor"
    title: ClassVar[str] = "Sensor messages"
    cadence: ClassVar[timedelta] = timedelta(minutes=1)
    late_after: ClassVar[timedelta] = timedelta(minutes=10)
    media: ClassVar[tuple[str, ...]] = ("application/json",)
    limit: ClassVar[int] = 1024 * 1024
    generic: ClassVar[bool] = True

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  its bytes tell enough
        """Tell by the members of the first object."""
        head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n[").replace(b" ", b"")
        return (
            head.startswith((b'{"series":', b'{"time":', b'{"value":'))
            and b'"time":' in head
            and (b'"value":' in head or b'"values":' in head)
            and b'"type":' not in head
        )

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read one message."""
        found = Measures(context, self.name)
        topic = context.topic.removeprefix(f"{PREFIX}/")
        try:
            word = _word(data) if topic.endswith("/status") else ""
            if word:
                found.see(name_of(*topic.split("/")), context.received, _STATUS[word], 0, None)
                return found.parsed()
            if not data.strip():
                raise InvalidInputError("The message is empty; expected JSON with a time and a value.")
            said = parse_json(data, self.limit, 8)
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[refuse(error, "message", data)])
        parts = said if isinstance(said, list) else [said]
        if not parts:
            found.refuse("The message is an empty list; expected a time and a value.", "message", data)
        for place, part in enumerate(parts):
            try:
                _read(found, part, topic, context)
            except InvalidInputError as error:
                found.refuse(error, f"part {place}" if isinstance(said, list) else "message", part)
        return found.parsed()


def _word(data: bytes) -> str:
    word = data[:20].strip().strip(b'"').decode("ascii", "replace").casefold()
    return word if word in _STATUS else ""


def _read(found: Measures, part: Any, topic: str, context: Context) -> None:
    """Read one object; nothing of it is taken unless all of it can be."""
    if not isinstance(part, dict):
        raise InvalidInputError(
            f"A message is a {type(part).__name__}; expected an object with a time and a value."
        )
    if unknown := sorted(part.keys() - _KNOWN):
        raise InvalidInputError(
            f"A message has {unknown[0][:40]!r}; expected time, value or values, flag, units and series only."
        )
    if len(found.observations) > MAX_VALUES:
        raise LimitError(f"A message has more than {MAX_VALUES:,} values.")
    name = _base(part, topic)
    count = len(found.observations)
    try:
        for series, time, value, flagged, unit in _rows(part, name, context):
            found.see(series, time, value, flagged, found.scale(series, unit))
    except InvalidInputError:
        del found.observations[count:]
        raise


def _base(part: Mapping[str, Any], topic: str) -> str:
    given = part.get("series")
    if given is not None and not isinstance(given, str):
        raise InvalidInputError(f"series is a {type(given).__name__}; expected text.")
    if topic and given:
        raise InvalidInputError(
            f"The topic and the message both name a series: {topic[:60]!r}, {given[:60]!r}."
        )
    return name_of(*(topic or given or "").split("/"))


Row = tuple[str, datetime, Any, int, str]


def _rows(part: Mapping[str, Any], name: str, context: Context) -> Iterator[Row]:
    """Go through the measurements of one object: series, time, value, flag, unit."""
    units = part.get("units", "")
    flags = part.get("flag", part.get("flags"))
    if "values" in part:
        values = part["values"]
        if "value" in part or not isinstance(values, dict) or not values:
            raise InvalidInputError("values is no object of numbers by series, or stands beside a value.")
        time = _time(part.get("time"), context)
        for key, value in values.items():
            series = name_of(name, key)
            yield series, time, value, flag(_of(flags, key)), _unit(_of(units, key))
        return
    if "value" not in part:
        raise InvalidInputError(
            "A message has no value; expected a number, a list, or null for a missing one."
        )
    times, value = part.get("time"), part["value"]
    if not isinstance(value, list):
        yield name, _time(times, context), value, flag(flags), _unit(units)
        return
    if not isinstance(times, list) or len(times) != len(value):
        raise InvalidInputError(f"A message has {len(value)} values; expected as many times.")
    if isinstance(flags, list) and len(flags) != len(value):
        raise InvalidInputError(f"A message has {len(value)} values and {len(flags)} flags.")
    for place, one in enumerate(value):
        flagged = flag(flags[place] if isinstance(flags, list) else flags)
        yield name, _time(times[place], context), one, flagged, _unit(units)


def _of(given: Any, key: str) -> Any:
    return given.get(key) if isinstance(given, dict) else given


def _unit(given: Any) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        raise InvalidInputError(f"units is a {type(given).__name__}; expected text.")
    return words(given, 60)


def _time(given: Any, context: Context) -> datetime:
    if isinstance(given, Sequence) and not isinstance(given, str):
        raise InvalidInputError("time is a list; expected one time for one value.")
    time = instant(given, "time", context.zone)
    if time is None:
        raise InvalidInputError("A message has no time; sent twice, it would count twice.")
    return time
