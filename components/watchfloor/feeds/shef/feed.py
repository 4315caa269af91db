"""The feed of SHEF: readings of gauges and weather stations as series."""

import re
from datetime import timedelta
from typing import Any, ClassVar

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError, LimitError
from watchfloor.core.units import Scale
from watchfloor.feeds.base import Context, Feed, Parsed
from watchfloor.feeds.measures import MISSING, Measures, name_of
from watchfloor.feeds.shef.codes import ELEMENTS, FLAGS, Code, code
from watchfloor.feeds.shef.message import Message, Reading, messages, readings

__all__ = ["SHEF"]

MAX_MESSAGES, MAX_VALUES = 100_000, 500_000
_SECONDS = {"S": 1, "N": 60, "H": 3600, "D": 86400}
_MESSAGE = re.compile(rb"^\.[ABE]R?[ \t]+[A-Za-z0-9_]{1,12}[ \t]+\d{4,8}[ \t/]", re.MULTILINE)


class SHEF(Feed):
    r"""Readings in SHEF, messages of the kinds A, B and E, alone or within a text product of the NWS.

    A series is called ``<source>/<station>/<code>``, with the whole parameter code (``HGIRZ`` for ``HG``). Forecasts (type
    F or C) have codes of their own and so never mix with readings; their attributes say when they were ``issued``. Messages
    are in English units unless they say ``DUS``. Years that are left out are those closest to the arrival.

    ``M``, ``MM``, ``+``, ``-`` and ``-9999`` are missing values (9); nothing between two slashes is no report. Qualifiers
    become flags: R and B bad, Q, F, E and D suspect, G, M, P, S and V good. A revision (``.AR``, ``.BR``, ``.ER``) replaces
    what the same document said before; otherwise the second of two values that differ is put aside, as are codes that are
    no quantities.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> data = b".A MFBW4 20260601 Z DH1145/HGIRG 10.0 /TA 50\n"
    >>> seen = SHEF().parse(data, Context(parse_time("2026-06-01T12:00:00Z"), "hads")).observations
    >>> [(one.series, round(one.value, 3)) for one in seen]
    [('hads/MFBW4/HGIRG', 3.048), ('hads/MFBW4/TAIRZ', 10.0)]
    """

    name: ClassVar[str] = "shef"
    title: ClassVar[str] = "SHEF (NWS hydrology)"
    cadence: ClassVar[timedelta] = timedelta(minutes=15)
    late_after: ClassVar[timedelta] = timedelta(hours=2)
    media: ClassVar[tuple[str, ...]] = ("text/plain",)
    generic: ClassVar[bool] = False

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  its bytes tell enough
        """Tell by a line that begins a message."""
        return bool(_MESSAGE.search(data[: 64 * 1024]))

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read every message; one that cannot be read costs no other."""
        found = Measures(context, self.name)
        try:
            if len(data) > self.limit:
                raise LimitError(f"The text of {len(data):,} bytes is too large.")
            text = data.decode("ascii", "replace").replace("\r", "").replace("\0", "")
            taken = _Taken(found)
            some = False
            for place, message in enumerate(messages(text)):
                some = True
                if place >= MAX_MESSAGES:
                    raise LimitError(f"The text has more than {MAX_MESSAGES:,} messages.")
                taken.take(message)
            if not some:
                raise InvalidInputError("There is no SHEF in this text, like .A MFBW4 0601 Z DH1145/HG 10.0.")
        except InvalidInputError as error:
            found.refuse(error, "document", data)
        return found.parsed()


class _Taken:
    """What was read so far, and at which place of the list of observations each value stands."""

    def __init__(self, found: Measures) -> None:
        self.found = found
        self.places: dict[tuple[str, Any], int] = {}
        self.unknown: set[tuple[str, str]] = set()
        self.scales: dict[tuple[str, str, bool], tuple[str, Scale]] = {}

    def take(self, message: Message) -> None:
        """Take the readings of a message."""
        try:
            some = False
            before = len(self.found.rejected)
            for reading in readings(message, self.found.context.received, self.found.refuse):
                some = True
                if len(self.found.observations) >= MAX_VALUES:
                    raise LimitError(f"The text has more than {MAX_VALUES:,} values.")
                self._see(message, reading)
            if not some and before == len(self.found.rejected):
                raise InvalidInputError("A message has no values.")
        except LimitError:
            raise
        except InvalidInputError as error:
            self.found.refuse(error, f"line {message.line}", message.text)

    def _see(self, message: Message, reading: Reading) -> None:
        try:
            what = code(reading.code)
            about = ELEMENTS[what.element]
            value = reading.value
            span = about.metric_range if reading.metric else about.english_range
            if value is not None and span and not span[0] <= value <= span[1]:
                unit = about.metric if reading.metric else about.english
                raise InvalidInputError(
                    f"{about.title} is {value:g}; expected {span[0]:g} to {span[1]:g} {unit}: it is in another unit."
                )
            name, scale = self._described(what, reading)
            flagged = MISSING if value is None else FLAGS.get(reading.qualifier, 1)
            times = about.metric_times if reading.metric else about.english_times
            self._put(name, reading, None if value is None else value * times, flagged, scale)
        except InvalidInputError as error:
            # What a station sends and nobody knows comes again with every message: once is enough.
            key = (reading.code, str(error))
            if key not in self.unknown:
                self.unknown.add(key)
                self.found.refuse(
                    error, f"line {message.line}", f"{reading.station} {reading.code} {reading.value}"
                )

    def _put(self, name: str, reading: Reading, value: float | None, flagged: int, scale: Scale) -> None:
        at = (name, reading.time)
        place = self.places.get(at)
        self.found.see(name, reading.time, value, flagged, scale)
        if place is None:
            self.places[at] = len(self.found.observations) - 1
            return
        new, old = self.found.observations.pop(), self.found.observations[place]
        if reading.revised:
            self.found.observations[place] = new
        elif (new.flag == MISSING) != (old.flag == MISSING) or (
            new.flag != MISSING and new.value != old.value
        ):
            raise InvalidInputError(
                f"{name} has two values at {format_time(reading.time)}; the first is kept."
            )

    def _described(self, what: Code, reading: Reading) -> tuple[str, Scale]:
        """Describe the series of a reading, once for each unit."""
        key = (reading.station, what.text + reading.duration, reading.metric)
        if key in self.scales and not what.ahead:
            return self.scales[key]
        about = ELEMENTS[what.element]
        # A duration of its own (DVH24) makes it another quantity than the same code without.
        parts = [reading.station, what.text, *([reading.duration] if reading.duration else [])]
        name = name_of(self.found.context.source or "shef", *parts)
        unit, times = (
            (about.metric, about.metric_times) if reading.metric else (about.english, about.english_times)
        )
        attrs: dict[str, Any] = {
            "station": reading.station,
            "code": what.text,
            "duration": reading.duration or what.duration,
        }
        if times != 1:
            attrs["unit_as_given"] = f"{times:g} {unit}"
        if reading.step[0] in _SECONDS and reading.step[1] > 0:
            attrs["interval_s"] = _SECONDS[reading.step[0]] * reading.step[1]
        if what.ahead:
            self.found.forecast.add(name)
            attrs["member"] = ""
            attrs |= {"issued": format_time(reading.issued)} if reading.issued else {}
        scale = self.found.describe(
            name, unit, title=f"{reading.station}, {what.title}", quantity=about.quantity, attrs=attrs
        )
        self.scales[key] = (name, scale)
        return name, scale
