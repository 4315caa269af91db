"""Messages of SHEF, in the three kinds A, B and E: from lines of text to single readings."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from watchfloor.core.errors import InvalidInputError
from watchfloor.feeds.shef.codes import zone
from watchfloor.feeds.shef.times import DATED, When, day, step

__all__ = ["Message", "Reading", "messages", "readings"]

_START = re.compile(r"\.([ABE])(R?)\s+(\S.*)", re.ASCII)
_ON = re.compile(r"\.([ABE])R?\d{1,2}(?:\s+(.*))?", re.ASCII)
_HEAD = re.compile(
    r"(\S{1,12})\s+(\d{8}|\d{6}|\d{4})(?!\d)(?:\s+([A-Z]{1,2})(?=[\s/]|$))?[\s/]*(.*)", re.ASCII | re.DOTALL
)
_STATION = re.compile(r"([A-Z0-9_]{1,12})(?:\s+(.*))?", re.ASCII | re.DOTALL)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_GONE = re.compile(r"[+.-]?|-?9999(?:\.0*)?|[Mm]{1,2}|M\.MM|MSG", re.ASCII)
_VALUE = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))\s*([A-Z]?)", re.ASCII)
_UNCLEAR = "\0"
_LATE = re.compile(r"D[A-Z]M(?:M|SG)?", re.ASCII)
"""A time that is missing."""
_TRACE = 0.001
"""What a trace of precipitation (T) stands for (Manual 10-944, section 4.4.6), in inches."""


@dataclass(frozen=True)
class Reading:
    """One value as it was sent: None for a missing one."""

    station: str
    code: str
    time: datetime
    value: float | None
    qualifier: str
    metric: bool
    revised: bool
    issued: datetime | None
    duration: str
    step: tuple[str, int] = ("", 0)


@dataclass
class Message:
    """One message: its kind, whether it revises, and its lines."""

    line: int
    kind: str
    revised: bool
    head: str
    body: list[tuple[int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The message as it was sent."""
        return f".{self.kind} {self.head}\n" + "\n".join(row for _, row in self.body[:20])


@dataclass(frozen=True)
class _State:
    """What holds for the next reading."""

    when: When
    metric: bool = False
    qualifier: str = ""
    issued: datetime | None = None
    duration: str = ""

    def after(self, element: str) -> "_State":
        """Return what holds after an element."""
        name, rest = element[:2], element[2:]
        if name == "DU" and rest in ("E", "S"):
            return replace(self, metric=rest == "S")
        if name == "DQ" and len(rest) == 1:
            return replace(self, qualifier=rest)
        if name == "DC" and len(rest) in (8, 10, 12):
            made = When(day(rest[:-4], self.when.received), self.when.zone, self.when.received)
            return replace(self, issued=made.after(f"DH{rest[-4:]}").time())
        if name == "DV" and re.fullmatch(r"[SNHDMY]\d{2}|Z", rest, re.ASCII):
            return replace(self, duration="" if rest == "Z" else rest)
        if name in ("DV", "DU", "DQ", "DC"):
            raise InvalidInputError(f"{element[:20]!r} cannot be read.")
        return replace(self, when=self.when.after(element))


def messages(text: str) -> Iterator[Message]:
    """Find the messages in a product; all that stands around them is left out."""
    now: Message | None = None
    for line, raw in enumerate(text.split("\n"), 1):
        row = raw.strip()
        if row.upper().startswith(".END"):
            if now is not None:
                yield now
            now = None
        elif match := _START.fullmatch(row):
            if now is not None:
                yield now
            now = Message(line, match[1], match[2] == "R", _bare(match[3]))
        elif (match := _ON.fullmatch(row)) and now is not None and match[1] == now.kind and not now.body:
            now.head = _joined(now.head, _bare(match[2] or ""), now.kind)
        elif now is not None and now.kind == "B" and _bare(row):
            now.body.append((line, _bare(row)))
        elif now is not None and now.kind != "B" and row and not row.startswith(":"):
            yield now
            now = None
    if now is not None:
        yield now


def readings(
    message: Message, received: datetime, refuse: Callable[[Exception, str, str], None]
) -> Iterator[Reading]:
    """Read the values of a message; one that cannot be read is refused, and costs no other.

    Raises
    ------
    InvalidInputError
        If the message itself cannot be read.
    """
    match = _HEAD.fullmatch(message.head)
    if match is None:
        raise InvalidInputError("A message does not begin with a station and a date, like .A ABCD1 0601 Z.")
    name, date, code, rest = match.groups()
    where = zone(code or "Z")
    # Without an hour it is noon of UTC, or the end of the day by local time (Manual 10-944, section 4.1.4).
    usual = timedelta(hours=12 if code in (None, "Z") else 24)
    state = _State(When(day(date, received), where, received, usual=usual))
    parts = [part.strip() for part in rest.split("/")]
    if message.kind == "B":
        yield from _table(message, parts, state, refuse)
    elif message.kind == "E":
        yield from _row_of_times(message, name, parts, state, refuse)
    else:
        yield from _single(message, name, parts, state, refuse)


def _bare(row: str) -> str:
    """Take the comments away: between colons, or from one to the end of the line, and what is quoted."""
    return _QUOTED.sub("", " ".join(row.split(":")[::2])).strip()


def _joined(head: str, more: str, kind: str) -> str:
    if kind == "E" and head.endswith("/") and more.startswith("/"):
        return f"{head}{_UNCLEAR}{more}"  # refused when the message is read: a value may be missing there, or not
    return f"{head.rstrip('/')}/{more.lstrip('/')}" if more else head


def _single(
    message: Message,
    station: str,
    parts: list[str],
    state: _State,
    refuse: Callable[[Exception, str, str], None],
) -> Iterator[Reading]:
    for part in parts:
        words = part.split()
        # Elements of time may stand before a value without a slash between.
        while words and words[0].startswith("D") and not _is_code(words[0]):
            state = state.after(words.pop(0))
        if not words:
            continue
        try:
            yield _reading(message, station, words[0], " ".join(words[1:]), state)
        except InvalidInputError as error:
            refuse(error, f"line {message.line}", f"{station} {part}")


def _row_of_times(
    message: Message,
    station: str,
    parts: list[str],
    state: _State,
    refuse: Callable[[Exception, str, str], None],
) -> Iterator[Reading]:
    if _UNCLEAR in message.head:
        raise InvalidInputError(
            "A line ends with a slash and the next begins with one: whether a value is missing there is not clear."
        )
    code, by, count = "", ("", 0), 0
    for part in parts:
        if by[0] and code:
            if DATED.fullmatch(part):
                state, count = state.after(part), 0
                continue
            if part:
                try:
                    found = _reading(message, station, code, part, state)
                    yield replace(found, time=state.when.time(count, by), step=by)
                except InvalidInputError as error:
                    refuse(error, f"line {message.line}", f"{station} {code} {part}")
            count += 1
        elif part.startswith("DI"):
            by = step(part)
        elif part.startswith("D") and not _is_code(part):
            state = state.after(part)
        elif part:
            code = part
    if not (code and by[0] and count):
        raise InvalidInputError(
            "A message of kind E needs an element, an interval such as DIN15, and values."
        )


def _table(
    message: Message, parts: list[str], state: _State, refuse: Callable[[Exception, str, str], None]
) -> Iterator[Reading]:
    columns: list[tuple[str, _State]] = []
    for part in parts:
        for word in part.split():
            if word.startswith("D") and not _is_code(word):
                state = state.after(word)
            else:
                columns.append((word, state))
    if not columns:
        raise InvalidInputError("A message of kind B names no elements in its first line.")
    for line, row in message.body:
        # Several stations may stand on a line, with commas between.
        for one in row.split(","):
            try:
                yield from _station(message, one.strip(), columns, refuse, line)
            except InvalidInputError as error:
                refuse(error, f"line {line}", row)


def _station(
    message: Message,
    row: str,
    columns: list[tuple[str, _State]],
    refuse: Callable[[Exception, str, str], None],
    line: int,
) -> Iterator[Reading]:
    match = _STATION.fullmatch(row)
    if not row:
        return
    if match is None or DATED.fullmatch(match[1].partition("/")[0]):
        raise InvalidInputError("A row names no station.")
    changes: list[str] = []
    place = 0
    for part in (match[2] or "").split("/"):
        words = part.split()
        only = bool(words)
        while words and words[0].startswith("D"):
            changes.append(words.pop(0))
        if only and not words:
            continue  # a time alone takes no column
        if place >= len(columns):
            raise InvalidInputError(f"A row has more than {len(columns)} values.")
        code, state = columns[place]
        place += 1
        text = " ".join(words)
        if not text or (_GONE.fullmatch(text) and any(_LATE.fullmatch(change) for change in changes)):
            continue
        try:
            relative = state.when.relative
            for change in changes:
                state = state.after(change)
            if relative[0] and not state.when.relative[0]:
                state = replace(state, when=replace(state.when, relative=relative))
            yield _reading(message, match[1], code, text, state)
        except InvalidInputError as error:
            refuse(error, f"line {line}", f"{match[1]} {code} {text}")


def _is_code(word: str) -> bool:
    """Tell a parameter from an element of the message: none that we know begins with D."""
    return not re.fullmatch(r"D[A-Z]\S*", word, re.ASCII)


def _reading(message: Message, station: str, code: str, text: str, state: _State) -> Reading:
    value, qualifier = _value(text, code)
    return Reading(
        station, code, state.when.time(), value, qualifier or state.qualifier, state.metric, message.revised,
        state.issued, state.duration,
    )  # fmt: skip


def _value(text: str, code: str) -> tuple[float | None, str]:
    given = text.strip()
    if _GONE.fullmatch(given):
        return None, ""
    if given == "T" and code[:2] in ("PP", "PC", "SF", "SD", "SW"):
        return _TRACE, ""
    match = _VALUE.fullmatch(given)
    if match is None or len(given) > 30:
        raise InvalidInputError(
            f"{given[:30]!r} is no value of SHEF; expected a number and at most one letter."
        )
    return float(match[1]), match[2]
