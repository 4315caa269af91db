"""Tide gauges of Rijkswaterstaat: DIA files (DONAR) and NOOS series."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, ClassVar

from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError
from watchfloor.feeds.base import Context, Feed, Parsed
from watchfloor.feeds.measures import MISSING, Measures, name_of, quantity
from watchfloor.feeds.values import number, point, refuse, words

__all__ = ["Tides"]

MAX_VALUES = 2_000_000
# DONAR knows no time zone: all its times are MET the year round (Deltares, hatyan, reading of dia files).
_MET = timezone(timedelta(hours=1))
_STEPS = {"min": 60, "uur": 3600, "h": 3600, "sec": 1, "dag": 86400}
_GONE = 99
"""Quality code of a gap; its value is 999999999."""
_BLOCK = re.compile(r"^\[(IDT|W3H|MUX|TYP|RKS|TPS|WRD)[^\]]*\]")
# NOOS (north-west European shelf operational oceanography system) names quantities, whose units it fixes.
_NOOS_UNITS = {
    "waterlevel": "m",
    "surge": "m",
    "tide": "m",
    "waveheight": "m",
    "windspeed": "m/s",
    "discharge": "m3/s",
}
_NOOS_ROW = re.compile(r"(\d{12})\s+(\S{1,24})", re.ASCII)
_NOOS_HEAD = re.compile(
    r"#\s*(Location|Position|Source|Unit|Timezone|Analyse time)\s*:\s*(.{0,200})", re.IGNORECASE
)


class Tides(Feed):
    r"""Series of tide gauges in the exchange form of Rijkswaterstaat (DIA), or as NOOS text.

    A DIA file holds series with a fixed step (``value/quality:``), or events such as high and low waters
    (``date;time;type/quality;value:``). A series is called ``<source>/<location>/<parameter>``, an astronomical
    one with ``/astronomical`` behind. Values in centimetres above the datum become metres; the datum is noted in the
    attributes. Places in the Dutch grid (RD, EPSG:28992) become longitude and latitude. Quality 0 is good, 99 a gap;
    any other is suspect.

    A NOOS file has lines of a head (``# Location : …``, ``# Unit : waterlevel``) and rows ``YYYYMMDDhhmm value`` in UTC.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> data = b"[IDT;*DIF*;A;CENT;20190213]\n[W3H]\nPAR;WATHTE;Waterhoogte;J\nEHD;I;cm\nLOC;VLISSGN;Vlissingen;P;RD;3048000;38522000\n"
    >>> data += b"[RKS]\nTYD;19760101;0000;19760101;0100;60;min\n[WRD]\n122/0:225/0:\n"
    >>> [(seen.series, seen.value) for seen in Tides().parse(data, Context(parse_time("2026-01-01T00:00:00Z"), "rws")).observations]
    [('rws/VLISSGN/WATHTE', 1.22), ('rws/VLISSGN/WATHTE', 2.25)]
    """

    name: ClassVar[str] = "tides"
    title: ClassVar[str] = "Tide gauges (DIA, NOOS)"
    cadence: ClassVar[timedelta] = timedelta(minutes=10)
    late_after: ClassVar[timedelta] = timedelta(hours=1)
    media: ClassVar[tuple[str, ...]] = ("text/plain",)
    limit: ClassVar[int] = 64 * 1024 * 1024
    generic: ClassVar[bool] = False

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  its bytes tell enough
        """Tell by the first line of a DIA file, or by a NOOS head."""
        head = data[:2048]
        return head.startswith(b"[IDT;*DIF*;") or (
            head.startswith(b"#") and b"Location" in head and b"Unit" in head and b"Position" in head
        )

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read every series of the file."""
        found = Measures(context, self.name)
        try:
            if len(data) > self.limit:
                raise LimitError(f"The file of {len(data):,} bytes is too large.")
            text = data.decode("latin-1").replace("\r", "")
            if data.startswith(b"#"):
                _noos(found, text, context)
                return found.parsed()
            parts = list(_parts(text))
            if not parts:
                raise InvalidInputError(
                    "There is no series in this file; expected a DIA file that begins with [IDT;*DIF*;."
                )
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[*found.rejected, refuse(error, "document", data)])
        for part in parts:
            try:
                _dia(found, part, context)
            except InvalidInputError as error:
                found.refuse(error, f"line {part.line}", "\n".join(part.values[:20]))
        return found.parsed()


@dataclass
class _Part:
    """One series of a DIA file: what its head says, and its lines of values."""

    line: int
    head: dict[str, list[str]] = field(default_factory=dict)
    columns: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    values: list[str] = field(default_factory=list)


def _parts(text: str) -> Iterator[_Part]:
    if not text.startswith("[IDT;"):
        raise InvalidInputError("The file does not begin with [IDT;*DIF*;; it is no DIA file.")
    part: _Part | None = None
    block = ""
    for line, row in enumerate(text.split("\n"), 1):
        mark = _BLOCK.match(row)
        if mark:
            block = mark[1]
            if block == "W3H":
                if part is not None:
                    yield part
                part = _Part(line)
        elif part is not None and block == "WRD" and row.strip():
            part.values.append(row.strip())
        elif part is not None and ";" in row:
            key, *cells = row.strip().split(";")
            if block == "MUX" and cells and cells[0].isdecimal():
                part.columns.setdefault(int(cells[0]), {})[key] = cells[1:]
            else:
                part.head.setdefault(key, cells)
    if part is not None:
        yield part


def _dia(found: Measures, part: _Part, context: Context) -> None:
    if not part.values:
        raise InvalidInputError("A series has no values below [WRD].")
    if part.columns:
        _events(found, part, context)
        return
    unit = _cell(part.head, "EHD", 1)
    name, scale = _describe(
        found, part, _cell(part.head, "PAR", 0), unit, _cell(part.head, "HDH", 0, ""), context
    )
    start, end, step = _span(part.head)
    when = start
    pairs = "".join(part.values).split(":")
    if pairs and not pairs[-1]:
        pairs.pop()
    expected = (end - start) // step + 1
    if len(pairs) != expected:
        raise InvalidInputError(
            f"A series has {len(pairs):,} values from its first to its last time; expected {expected:,}."
        )
    for place, pair in enumerate(pairs):
        try:
            value, flagged = _value(pair)
            found.see(name, when, value, flagged, scale)
        except InvalidInputError as error:
            found.refuse(error, f"{name} value {place}", pair)
        when += step


def _events(found: Measures, part: _Part, context: Context) -> None:
    """Read rows of several columns at times of their own; the last column that has a unit of measure counts."""
    wanted = [place for place, said in sorted(part.columns.items()) if _cell(said, "MXE", 0, "") == "I"]
    if not wanted:
        raise InvalidInputError("No column of the series has a unit of measure.")
    place = wanted[-1]
    said = part.columns[place]
    name, scale = _describe(
        found, part, _cell(said, "MXP", 0), _cell(said, "MXE", 1), _cell(said, "MXH", 0, ""), context
    )
    name_count = len(part.columns)
    for number_, row in enumerate(part.values):
        try:
            cells = row.rstrip(":").split(";")
            if len(cells) != name_count + 2:
                raise InvalidInputError(
                    f"A row has {len(cells)} cells; expected a date, a time and {name_count} values."
                )
            # A value without a quality of its own has the row's, which stands with its first column.
            own, quality = cells[place + 1], cells[2].rpartition("/")[2]
            value, flagged = _value(own if "/" in own else f"{own}/{quality}")
            found.see(name, _time(cells[0], cells[1]), value, flagged, scale)
        except InvalidInputError as error:
            found.refuse(error, f"{name} row {number_}", row)


def _describe(
    found: Measures, part: _Part, parameter: str, unit: str, datum: str, context: Context
) -> tuple[str, Any]:
    location = _cell(part.head, "LOC", 0)
    computed = _cell(part.head, "ANA", 1, "").casefold()
    astronomical = "astronomisch" in computed
    name = name_of(
        context.source or "tides", location, parameter, *(["astronomical"] if astronomical else [])
    )
    if len(found.observations) > MAX_VALUES:
        raise LimitError(f"The file has more than {MAX_VALUES:,} values.")
    if astronomical:
        found.forecast.add(name)  # the tide is known ahead
    title = f"{_cell(part.head, 'LOC', 1, location)}, {_cell(part.head, 'PAR', 1, parameter)}"
    about: dict[str, Any] = {"location": location, "parameter": parameter}
    about |= {
        key: value for key, value in (("datum", datum), ("method", _cell(part.head, "ANA", 1, ""))) if value
    }
    if "TYD" in part.head and len(part.head["TYD"]) >= 6:
        about["interval_s"] = _span(part.head)[2].total_seconds()
    scale = found.describe(
        name,
        unit,
        title=words(title),
        quantity=quantity(parameter),
        place=_place(part.head.get("LOC", [])),
        attrs=about,
    )
    return name, scale


def _cell(head: Mapping[str, list[str]], key: str, place: int, default: str | None = None) -> str:
    cells = head.get(key, [])
    if place < len(cells) and cells[place].strip():
        return words(cells[place], 200)
    if default is None:
        raise InvalidInputError(f"A series lacks {key} in its head, or it says too little.")
    return default


def _span(head: Mapping[str, list[str]]) -> tuple[datetime, datetime, timedelta]:
    cells = head.get("TYD", [])
    if len(cells) < 6 or cells[5] not in _STEPS:
        raise InvalidInputError(
            "TYD does not name a first and a last time and a step, like 19760101;0000;19941231;2300;60;min."
        )
    start, end = _time(cells[0], cells[1]), _time(cells[2], cells[3])
    count = number(cells[4], "step", 1, 1e6) or 1.0
    if end < start:
        raise InvalidInputError("The last time of a series lies before its first.")
    step = timedelta(seconds=_STEPS[cells[5]] * count)
    if (end - start) / step > MAX_VALUES:
        raise LimitError(f"A series has more than {MAX_VALUES:,} values.")
    return start, end, step


def _time(date: str, clock: str) -> datetime:
    if not re.fullmatch(r"\d{8}", date, re.ASCII) or not re.fullmatch(r"\d{4}", clock, re.ASCII):
        raise InvalidInputError(f"{date[:12]};{clock[:6]} is no time; expected one like 19760101;0010.")
    try:
        found = datetime(
            int(date[:4]), int(date[4:6]), int(date[6:]), int(clock[:2]), int(clock[2:]), tzinfo=_MET
        )
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(f"{date};{clock} is no time: {error}.") from error


def _value(pair: str) -> tuple[float | None, int]:
    given, _, quality = pair.partition("/")
    code = number(quality, "quality", 0, 999)
    if code is None:
        raise InvalidInputError(f"{pair[:30]!r} is no value with its quality; expected one like 122/0.")
    if code == _GONE:
        return None, MISSING
    return number(given, "value", -1e6, 1e6), 0 if code == 0 else 2


def _place(cells: list[str]) -> dict[str, Any] | None:
    """Turn a place in the Dutch grid, in centimetres, into longitude and latitude."""
    if len(cells) < 6 or cells[3] != "RD":
        return None
    x, y = (number(cell, "LOC") for cell in cells[4:6])
    if x is None or y is None or not (0 < x < 3e7 and 3e7 < y < 6.5e7):
        return None
    lon, lat = _grid(x / 100, y / 100)
    return point(lon, lat)


@lru_cache(maxsize=1024)
def _grid(x: float, y: float) -> tuple[float, float]:
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(28992, 4326, always_xy=True).transform(x, y)
    return round(float(lon), 6), round(float(lat), 6)


def _noos(found: Measures, text: str, context: Context) -> None:
    head: dict[str, str] = {}
    name, scale = "", None
    for line, raw in enumerate(text.split("\n"), 1):
        row = raw.strip()
        if row.startswith("#"):
            said = _NOOS_HEAD.match(row)
            if said:
                if said[1].casefold() == "location":
                    head, name = {}, ""
                head[said[1].casefold()] = words(said[2], 200)
        elif row:
            try:
                if not name:
                    name, scale = _noos_series(found, head, context)
                pair = _NOOS_ROW.fullmatch(row)
                if pair is None:
                    raise InvalidInputError(f"{row[:60]!r} is no row; expected YYYYMMDDhhmm and a value.")
                when = _time(pair[1][:8], pair[1][8:]) + timedelta(hours=1)  # NOOS times are UTC
                value = number(pair[2], "value")
                gone = value is None or value <= -99
                found.see(name, when, None if gone else value, MISSING if gone else 1, scale)
            except InvalidInputError as error:
                found.refuse(error, f"line {line}", row)
    if not (found.observations or found.rejected):
        raise InvalidInputError("The NOOS file has no rows.")


def _noos_series(found: Measures, head: Mapping[str, str], context: Context) -> tuple[str, Any]:
    what = head.get("unit", "").casefold()
    if not head.get("location") or what not in _NOOS_UNITS:
        raise InvalidInputError(
            f"The head names no location, or the quantity {what[:40]!r}, whose unit is not known; expected one of"
            f" {', '.join(_NOOS_UNITS)}."
        )
    if head.get("timezone", "GMT").upper() not in ("GMT", "UTC"):
        raise InvalidInputError(f"Times are in {head['timezone'][:20]!r}; expected GMT.")
    name = name_of(context.source or "tides", head["location"], what)
    place = re.fullmatch(
        r"\(\s*([\d.+-]{1,20})\s*,\s*([\d.+-]{1,20})\s*\)", head.get("position", ""), re.ASCII
    )
    scale = found.describe(
        name,
        _NOOS_UNITS[what],
        title=f"{head['location']}, {what}",
        quantity="water_level" if what == "waterlevel" else quantity(what),
        place=point(place[1], place[2]) if place else None,
        attrs={"method": head.get("source", "")},
    )
    return name, scale
