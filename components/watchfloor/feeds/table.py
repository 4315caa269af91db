"""Tables: CSV of measurements (series, time, value) or of things at places (longitude, latitude, and what is said)."""

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from watchfloor.core.clock import format_time, parse_time
from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError
from watchfloor.core.kinds import guess
from watchfloor.core.scales import Certainty
from watchfloor.core.units import Scale
from watchfloor.feeds.base import Context, Feed, Parsed, Rejected
from watchfloor.feeds.measures import Measures, name_of
from watchfloor.feeds.profile import Column, Profile, told
from watchfloor.feeds.properties import TIMES, UPDATES, Properties
from watchfloor.feeds.values import instant, number, point, refuse, words
from watchfloor.store.records import Observation, Record

__all__ = ["Table"]

MAX_ROWS = 500_000
MAX_COLUMNS = 200
MAX_CELL = 20_000
_DELIMITERS = (",", ";", "\t", "|")
_LON = ("longitude", "lon", "lng", "long")
_LAT = ("latitude", "lat")
_MEASURED = frozenset({"series", "time", "value"})
_COMCAT = frozenset({"time", "latitude", "longitude", "depth", "mag", "magtype", "net", "id", "updated"})
_MISSING = frozenset({"", "nan", "na", "n/a", "null", "none", "-"})
_CHARSETS = {
    "": "utf-8-sig", "utf-8": "utf-8-sig", "utf8": "utf-8-sig", "us-ascii": "utf-8-sig", "ascii": "utf-8-sig",
    "utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "gb18030": "gb18030", "gbk": "gb18030",
    "gb2312": "gb18030", "iso-8859-1": "iso-8859-1", "windows-1252": "windows-1252",
}  # fmt: skip
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)


class Table(Feed):
    r"""CSV, in one of four forms, told by the names in its first line.

    - Measurements: ``series, time, value`` and, where known, ``flag`` (0 good, 1 not checked, 2 suspect, 3 bad,
      9 missing) and ``units``. Values are converted to the unit that the series is declared in; a series that is not
      declared yet is described by the unit of its first row.
    - Earthquakes of the USGS catalogue (ComCat CSV): events that join those of the ``usgs`` feed.
    - Measurements of another form that a profile (`watchfloor.feeds.profile`) knows: one that the source names, or a
      shipped one, told by its columns. Series are called ``<source>/<station>/<name>``.
    - Things at places: a longitude and a latitude column; the other columns are read by their names as GeoJSON's
      properties are.

    Times are RFC 3339 with an offset, unless the source declares a zone. The delimiter is a comma, semicolon, tab or
    bar. Text is UTF-8, or what a byte order mark or the source declares (UTF-16, GB18030, Latin 1). A cell is text:
    a formula in it is kept as written and never worked out.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> data = b"series,time,value,units\ngauge/1,2026-01-01T00:00:00Z,10,ft\n"
    >>> context = Context(parse_time("2026-01-01T00:01:00Z"), units={"gauge/1": "m"})
    >>> [seen] = Table().parse(data, context).observations
    >>> seen.series, round(seen.value, 3)
    ('gauge/1', 3.048)
    """

    name: ClassVar[str] = "table"
    title: ClassVar[str] = "CSV table"
    cadence: ClassVar[timedelta] = timedelta(minutes=10)
    late_after: ClassVar[timedelta] = timedelta(hours=1)
    media: ClassVar[tuple[str, ...]] = ("text/csv", "text/tab-separated-values")
    limit: ClassVar[int] = 64 * 1024 * 1024
    generic: ClassVar[bool] = True

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:
        """Tell by the names in the first line, or by the file's name."""
        head = data[:4096]
        if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b"<", b""):
            return False
        if name.casefold().endswith((".csv", ".tsv")):
            return True
        try:
            first = io.StringIO(head.decode(_encoding(data, ""), "ignore")).readline()
        except InvalidInputError:
            return False
        columns = _columns(first)[1]
        return _form(columns) != "" or told(columns) is not None

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read the rows; those that cannot be read are rejected one by one."""
        rejected: list[Rejected] = []
        try:
            if len(data) > self.limit:
                raise LimitError(
                    f"A table of {len(data):,} bytes is too large; at most {self.limit:,} are read."
                )
            text = _decode(data, context.charset).lstrip("\r\n")
            delimiter, columns = _columns(text[: 64 * 1024].split("\n", 1)[0])
            profile = context.profile or told(columns)
            form = "profile" if profile else _form(columns)
            if not form:
                raise InvalidInputError(
                    f"Columns are {', '.join(columns)[:200] or 'not named'}; expected series, time, value, or a longitude"
                    " and a latitude."
                )
            if "\n" not in text:
                raise InvalidInputError("The first line does not end; the table was cut off.")
            rows = _rows(text, delimiter, columns, rejected)
            if profile is not None:
                return _profiled(rows, columns, profile, context, rejected)
            if form == "measured":
                return _measurements(rows, columns, context, rejected)
            make = _quake if form == "comcat" else _thing
            return Parsed(records=list(_records(rows, columns, context, make, rejected)), rejected=rejected)
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[*rejected, refuse(error, "document", data)])


Row = tuple[int, list[str]]


def _encoding(data: bytes, charset: str) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    known = _CHARSETS.get(charset.strip().casefold().replace("_", "-"))
    if known is None:
        raise InvalidInputError(f"Encoding {charset[:40]!r} is not read; expected UTF-8, UTF-16 or GB18030.")
    return known


def _decode(data: bytes, charset: str) -> str:
    encoding = _encoding(data, charset)
    try:
        text = data.decode(encoding)
    except UnicodeError as error:
        raise InvalidInputError(
            f"The text is not {encoding.upper()} ({error}). Save the table as UTF-8, or declare its encoding."
        ) from error
    if "\0" in text:
        raise InvalidInputError("The text has NUL characters; expected a CSV table.")
    return text.removeprefix("\ufeff")


def _columns(line: str) -> tuple[str, list[str]]:
    """Return the delimiter that tells the most columns apart, and the columns' names in lower case."""
    delimiter = max(_DELIMITERS, key=line.count)
    try:
        names = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])
    except csv.Error:
        names = []
    if len(names) > MAX_COLUMNS:
        raise LimitError(f"A table has {len(names)} columns; at most {MAX_COLUMNS} are read.")
    return delimiter, [words(name, 100).casefold() for name in names]


def _form(columns: Sequence[str]) -> str:
    names = set(columns)
    if names >= _MEASURED:
        return "measured"
    if names >= _COMCAT:
        return "comcat"
    return "things" if names & set(_LON) and names & set(_LAT) else ""


def _rows(text: str, delimiter: str, columns: Sequence[str], rejected: list[Rejected]) -> Iterator[Row]:
    """Go through the rows below the first line, with their line's number."""
    if len(set(columns)) < len(columns):
        twice = sorted({name for name in columns if columns.count(name) > 1})
        raise InvalidInputError(f"Column {twice[0]!r} is there twice; which one counts is not known.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    next(reader, None)
    width, count = len(columns), 0
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            rejected.append(refuse(f"The row cannot be read: {error}.", f"line {reader.line_num}"))
            continue
        if row is None:
            return
        if not row:
            continue
        count += 1
        if count > MAX_ROWS:
            rejected.append(
                refuse(f"Rows beyond {MAX_ROWS:,} are not read. Split the table.", f"line {reader.line_num}")
            )
            return
        if len(row) != width:
            reason = f"The row has {len(row)} cells; expected {width}."
            rejected.append(refuse(reason, f"line {reader.line_num}", delimiter.join(row)))
            continue
        yield reader.line_num, row


def _measurements(
    rows: Iterator[Row], columns: list[str], context: Context, rejected: list[Rejected]
) -> Parsed:
    """Read observations; made for some hundred thousand rows a second, so texts that repeat are read once."""
    at_series, at_time, at_value = (columns.index(name) for name in ("series", "time", "value"))
    at_flag = columns.index("flag") if "flag" in columns else None
    at_units = columns.index("units") if "units" in columns else None
    times: dict[str, datetime] = {}
    names: dict[str, str] = {}
    found = Measures(context, Table.name)
    seen = found.observations
    for line, row in rows:
        try:
            name = names.get(row[at_series])
            if name is None:
                name = names[row[at_series]] = _name(row[at_series])
            time = times.get(row[at_time])
            if time is None:
                time = times[row[at_time]] = parse_time(row[at_time], context.zone)
            value, flag = _value(row[at_value], row[at_flag] if at_flag is not None else "")
            unit = row[at_units].strip() if at_units is not None else ""
            if unit and (scale := found.scale(name, unit)) is not None:
                value = scale(value)
            seen.append(Observation(name, time, value, flag))
        except InvalidInputError as error:
            rejected.append(refuse(error, f"line {line}", ",".join(row)))
    return replace(found.parsed(), rejected=rejected)


def _profiled(
    rows: Iterator[Row], columns: list[str], profile: Profile, context: Context, rejected: list[Rejected]
) -> Parsed:
    """Read observations by a profile; a cell that cannot be read costs itself, a row without a time itself."""
    lacking = [
        name
        for name in (*profile.times, profile.station, profile.lon, profile.lat)
        if name and name not in columns
    ]
    there = [item for item in profile.series if item.column in columns]
    if lacking or not there:
        raise InvalidInputError(
            f"The profile {profile.name} needs the column {(lacking or [profile.series[0].column])[0]!r}, which is not there."
        )
    at = {name: place for place, name in enumerate(columns)}
    missing = _MISSING | profile.missing
    found = Measures(context, Table.name)
    scales: dict[str, list[tuple[str, int, int, Scale]]] = {}
    for line, row in rows:
        try:
            station = words(row[at[profile.station]], 100) if profile.station else ""
            if profile.station and not station:
                raise InvalidInputError("The row names no station.")
            time = profile.time([row[at[name]] for name in profile.times], context.zone)
            if station not in scales:
                place = None
                if profile.lon and row[at[profile.lon]].casefold() not in missing:
                    place = point(row[at[profile.lon]], row[at[profile.lat]])
                scales[station] = [_declare(found, item, station, place, at[item.column]) for item in there]
        except InvalidInputError as error:
            rejected.append(refuse(error, f"line {line}", ",".join(row)))
            continue
        for name, column, flag, scale in scales[station]:
            cell = row[column].strip()
            low = cell.casefold()
            try:
                if low in missing:
                    found.see(name, time, None, 9, scale)
                else:
                    found.see(name, time, profile.values.get(low, cell), flag, scale)
            except InvalidInputError as error:
                rejected.append(refuse(error, f"line {line} {columns[column]}", ",".join(row)))
    return replace(found.parsed(), rejected=rejected)


def _declare(
    found: Measures, item: Column, station: str, place: dict[str, Any] | None, column: int
) -> tuple[str, int, int, Scale]:
    name = name_of(found.context.source or Table.name, *([station] if station else []), item.name)
    title = f"{station or found.context.source}, {item.title or item.name}"
    scale = found.describe(name, item.units, title=title, quantity=item.quantity, place=place)
    return name, column, item.flag, scale


def _name(text: str) -> str:
    name = words(text, 200)
    if not name:
        raise InvalidInputError("The row names no series.")
    return name


def _value(text: str, flagged: str) -> tuple[float, int]:
    """Return a number and its flag; a missing number is NaN, flagged 9."""
    text = text.strip()
    if text.casefold() in _MISSING:
        return math.nan, 9
    value = number(text, "value")
    if not flagged:
        return value if value is not None else math.nan, 1
    flag = flagged.strip()
    if flag not in ("0", "1", "2", "3", "9"):
        raise InvalidInputError(f"flag is {flag[:20]!r}; expected 0, 1, 2, 3 or 9.")
    return value if value is not None else math.nan, int(flag)


def _records(
    rows: Iterator[Row],
    columns: list[str],
    context: Context,
    make: Callable[[dict[str, str], Context], Record],
    rejected: list[Rejected],
) -> Iterator[Record]:
    for line, row in rows:
        try:
            if max(map(len, row)) > MAX_CELL:
                raise LimitError(f"A cell has more than {MAX_CELL:,} characters.")
            said = {
                name: words(cell, MAX_CELL) for name, cell in zip(columns, row, strict=True) if name and cell
            }
            yield make(said, context)
        except InvalidInputError as error:
            rejected.append(refuse(error, f"line {line}", ",".join(row)))


def _thing(said: dict[str, str], context: Context) -> Record:
    place = point(_first(said, _LON), _first(said, _LAT))
    given = Properties(said, context.zone)
    if not (given.first(UPDATES)[1] or given.first(TIMES)[1]) and len(said) == 2:
        raise InvalidInputError("The row says nothing but a place.")
    return given.record(dict(said), place, context, Table.name)


def _first(said: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((said[name] for name in names if name in said), None)


def _quake(said: dict[str, str], context: Context) -> Record:
    """Read one earthquake of ComCat CSV, so that it joins the same event of the ``usgs`` feed."""
    time = instant(said.get("time"), "time", context.zone)
    sent = instant(said.get("updated"), "updated", context.zone) or time
    key = said.get("id", "")
    if time is None or sent is None or not key:
        raise InvalidInputError("An earthquake needs a time and an id; one is missing.")
    magnitude = number(said.get("mag"), "mag", -5, 12)
    kind, place = said.get("type", "earthquake"), said.get("place", "")
    body: dict[str, Any] = {
        "ids": [key],
        "names": [key],
        "lineage": [f"usgs:{key}"],
        "mag": magnitude,
        "place": place,
        "type": kind,
    }
    body["depth_km"] = number(said.get("depth"), "depth", -20, 1000)
    body |= {name: number(said.get(name), name) for name in ("nst", "gap", "dmin", "rms") if said.get(name)}
    body |= {
        name: text for name, text in (("net", said.get("net")), ("magType", said.get("magtype"))) if text
    }
    return Record(
        kind="event",
        source="usgs",
        key=key,
        revision=format_time(sent),
        sent=sent,
        valid_from=time,
        title=f"M {magnitude:.1f} - {place}" if magnitude is not None else place or kind,
        hazard=guess(kind),
        certainty=Certainty.LIKELY,
        geometry=point(said.get("longitude"), said.get("latitude")),
        area=place,
        body=body,
    )
