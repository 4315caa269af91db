"""Rivers of the USGS: instantaneous and daily values of NWIS, as WaterML in JSON or as RDB text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone, tzinfo
from html import unescape
from typing import Any, ClassVar

from watchfloor.core.clock import parse_time
from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError
from watchfloor.core.units import Scale
from watchfloor.feeds.base import Context, Feed, Parsed
from watchfloor.feeds.measures import MISSING, Measures, name_of
from watchfloor.feeds.values import number, point, words
from watchfloor.security.json import parse_json

__all__ = ["NWIS"]

MAX_SERIES, MAX_VALUES = 20_000, 1_000_000
# Hours ahead of UTC of the codes in tz_cd (USGS, "Codes and Parameters Used by Water Resources", time zone codes;
# GST is Guam's there).
_ZONES = {
    "UTC": 0, "GMT": 0, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "HDT": -9, "SST": -11, "GST": 10, "CHST": 10,
}  # fmt: skip
# Parameter codes: the quantity of `core.fields` and the unit, which RDB does not write (USGS parameter code
# dictionary, https://help.waterdata.usgs.gov/codes-and-parameters/parameters). Water's temperature is no air's, and a
# reservoir's elevation no stage: they have no quantity.
_PARAMETERS: dict[str, tuple[str, str]] = {
    "00060": ("discharge", "ft3/s"), "00061": ("discharge", "ft3/s"), "72137": ("discharge", "ft3/s"),
    "30208": ("discharge", "m3/s"), "00065": ("water_level", "ft"), "30207": ("water_level", "m"),
    "00010": ("", "degC"), "00011": ("", "degF"), "00020": ("temperature", "degC"), "00021": ("temperature", "degF"),
    "00025": ("", "mmHg"), "00035": ("wind_speed", "mile/hour"), "00036": ("wind_direction", "degree"),
    "00045": ("", "inch"), "00052": ("humidity", "percent"), "00054": ("", "acre*ft"), "00055": ("", "ft/s"),
    "00062": ("", "ft"), "00095": ("", "uS/cm"), "00300": ("", "mg/l"), "00400": ("", "dimensionless"), "62614": ("", "ft"),
    "62615": ("", "ft"), "62620": ("", "ft"), "63160": ("", "ft"), "63680": ("", "FNU"), "72019": ("", "ft"),
    "72255": ("", "ft/s"),
}  # fmt: skip
# What the names of units in the JSON form mean where they cannot be read as they stand.
_SPELT = {"uS/cm @25C": "uS/cm", "std units": "dimensionless", "acre-ft": "acre*ft", "in": "inch"}
# Codes that stand where a value would: ice, equipment, backwater, maintenance, discontinued … (USGS, "Instantaneous
# values: data-value qualification codes").
_NO_VALUE = frozenset(
    ("ice", "eqp", "bkw", "mnt", "dis", "ssn", "***", "--", "pr", "rat", "zfl", "fld", "dry", "tst", "par", "pmp",
     "zrd", "cmp", "nd")
)  # fmt: skip
_DOUBTED = frozenset(("e", "&", "<", ">"))
_COLUMN = re.compile(r"(?:([0-9A-Za-z]{1,20})_)?(\d{5})(?:_(\d{5}))?", re.ASCII)
_ABOUT = re.compile(r"#\s+(\S{1,20})\s+(\d{5})\s+(?:(\d{5})\s+)?(\S.{0,300})", re.ASCII)
_SITE = re.compile(r"#\s+(\S{1,10})\s+(\d{8,15})\s+(\S.{0,200})", re.ASCII)
_WIDTH = re.compile(r"\d{1,4}[sdn]", re.ASCII)


class NWIS(Feed):
    r"""Instantaneous and daily values of the USGS National Water Information System.

    It reads what ``waterservices.usgs.gov/nwis/iv`` and ``/dv`` answer to ``format=json`` (WaterML 1.1 written as
    JSON) and to ``format=rdb``. A series is called ``<source>/<site>/<parameter>``, of daily values with the statistic's
    code behind, then the number that NWIS gives to the time series (the JSON form's method): both forms give the same
    name, and two sensors at a site never mix.

    Approved values are good (0), provisional ones not checked (1), estimated ones and those from affected readings
    suspect (2). A code such as ``Ice`` or ``Eqp`` in place of a value is a missing one (9). A day's value is told at
    the end of that day, in the site's standard time; the RDB form of daily values names no zone: declare it.

    Examples
    --------
    >>> data = b"# retrieved: 2026-06-01\nagency_cd\tsite_no\tdatetime\ttz_cd\t7_00065\t7_00065_cd\n5s\t15s\t20d\t6s\t14n\t10s\n"
    >>> data += b"USGS\t01491000\t2026-06-01 08:00\tEDT\t10.0\tP\n"
    >>> [seen] = NWIS().parse(data, Context(parse_time("2026-06-01T12:01:00Z"), "nwis")).observations
    >>> seen.series, seen.time.hour, round(seen.value, 3), seen.flag
    ('nwis/01491000/00065/7', 12, 3.048, 1)
    """

    name: ClassVar[str] = "nwis"
    title: ClassVar[str] = "USGS water data (NWIS)"
    cadence: ClassVar[timedelta] = timedelta(minutes=15)
    late_after: ClassVar[timedelta] = timedelta(hours=2)
    media: ClassVar[tuple[str, ...]] = ("application/json", "text/plain")
    limit: ClassVar[int] = 32 * 1024 * 1024
    generic: ClassVar[bool] = False

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  its bytes tell enough
        """Tell by the name of the answer's type in JSON, or by the header of an RDB table."""
        head = data[: 64 * 1024].lstrip(b"\xef\xbb\xbf \t\r\n")
        if head.startswith(b"{"):
            return b"timeSeriesResponseType" in head[:4096] or b"org.cuahsi.waterml" in head[:4096]
        return b"agency_cd\tsite_no\tdatetime" in head

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read every series of the answer."""
        found = Measures(context, self.name)
        try:
            if len(data) > self.limit:
                raise LimitError(f"The answer of {len(data):,} bytes is too large.")
            if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
                for place, part in enumerate(_listed(parse_json(data, self.limit))):
                    try:
                        _series(found, part, place)
                    except LimitError:
                        raise
                    except InvalidInputError as error:
                        found.refuse(error, f"timeSeries {place}", part)
            else:
                _tables(found, data.decode("utf-8-sig", "replace"))
        except (InvalidInputError, UnsafeError) as error:
            found.refuse(error, "document", data)
        return found.parsed()


def _listed(said: Any) -> list[Any]:
    """Return the series of an answer in JSON."""
    value = said.get("value") if isinstance(said, dict) else None
    parts = value.get("timeSeries") if isinstance(value, dict) else None
    if not isinstance(parts, list):
        raise InvalidInputError("The document has no list value.timeSeries; expected an answer of NWIS.")
    if not parts:
        raise InvalidInputError("The list timeSeries is empty: no site has values for what was asked.")
    if len(parts) > MAX_SERIES:
        raise LimitError(f"The document has more than {MAX_SERIES:,} series.")
    return parts


@dataclass(frozen=True)
class _About:
    """What is said of a series: which it is, and where."""

    agency: str
    site: str
    parameter: str
    statistic: str = ""
    method: str = ""
    station: str = ""
    description: str = ""
    unit: str = ""
    place: Mapping[str, Any] | None = None

    def describe(self, found: Measures) -> tuple[str, Scale]:
        """Describe the series; return its name and the scale of its values."""
        site = self.site if self.agency in ("", "USGS") else f"{self.agency}-{self.site}"
        parts = [part for part in (self.parameter, self.statistic, self.method) if part]
        name = name_of(found.context.source or "nwis", site, *parts)
        quantity, usual = _PARAMETERS.get(self.parameter, ("", ""))
        # RDB writes no unit but ends the description with it: "Discharge, cubic feet per second".
        unit = _SPELT.get(self.unit, self.unit) or usual or _told_unit(self.description)
        if unit and usual:
            Scale.between(unit, usual)  # a discharge in feet is no discharge
        about = {
            "agency": self.agency, "site": self.site, "parameter": self.parameter, "statistic": self.statistic,
            "method": self.method, "description": self.description,
        }  # fmt: skip
        title = f"{self.station or self.site}, {self.description or self.parameter}"
        attrs: dict[str, Any] = {key: text for key, text in about.items() if text}
        if self.statistic:
            attrs["interval_s"] = 86400
        scale = found.describe(
            name, unit, title=words(title), quantity=quantity, place=self.place, attrs=attrs
        )
        return name, scale


def _told_unit(description: str) -> str:
    plain = re.sub(r"\s*\([^()]*\)\s*$", "", description)
    parts = [part.strip() for part in plain.split(",") if part.strip()]
    # A lone word may be a unit by chance ("Stage"); the unit is never the whole description.
    return parts[-1] if len(parts) > 1 else ""


def _series(found: Measures, part: Any, place: int) -> None:
    """Read one series of the JSON form."""
    info, variable = _dict(part, "sourceInfo"), _dict(part, "variable")
    site, code = _first(info, "siteCode"), _first(variable, "variableCode")
    option = _first(_dict(variable, "options"), "option")
    statistic = words(option.get("optionCode"), 5)
    none = number(variable.get("noDataValue"), "noDataValue")
    zone = _declared(info)
    blocks = part.get("values")
    if not isinstance(blocks, list):
        raise InvalidInputError("A series has no list of values.")
    geo = _dict(_dict(info, "geoLocation"), "geogLocation")
    at = point(geo.get("longitude"), geo.get("latitude")) if geo else None
    parameter = words(code.get("value"), 20)
    kind = words(option.get("value"), 30)
    description = unescape(words(variable.get("variableDescription"), 200)) + (f" ({kind})" if kind else "")
    if not words(site.get("value"), 20) or not parameter:
        raise InvalidInputError("A series does not name its site and its variable.")
    unit = words(_dict(variable, "unit").get("unitCode"), 60)
    for number_, block in enumerate(blocks):
        rows = block.get("value") if isinstance(block, dict) else None
        if not isinstance(rows, list):
            raise InvalidInputError(f"Values {number_} of a series are no list.")
        about = _About(
            words(site.get("agencyCode"), 10), words(site.get("value"), 20), parameter,
            statistic if statistic not in ("", "00000") else "", words(_first(block, "method").get("methodID"), 20),
            words(info.get("siteName"), 200), words(description), unit, at,
        )  # fmt: skip
        name, scale = about.describe(found)
        for index, row in enumerate(rows):
            _limit(found)
            try:
                if not isinstance(row, dict):
                    raise InvalidInputError(f"A value is a {type(row).__name__}; expected an object.")
                codes = row.get("qualifiers") or []
                if not isinstance(codes, list):
                    raise InvalidInputError("The qualifiers of a value are no list.")
                _see(
                    found,
                    name,
                    _when(row.get("dateTime"), zone, about.statistic),
                    row.get("value"),
                    codes,
                    none,
                    scale,
                )
            except InvalidInputError as error:
                found.refuse(error, f"{name} value {index} (series {place})", row)


def _dict(part: Any, name: str) -> Mapping[str, Any]:
    inner = part.get(name) if isinstance(part, Mapping) else None
    return inner if isinstance(inner, dict) else {}


def _first(part: Any, name: str) -> Mapping[str, Any]:
    """Return the first object of a list."""
    inner = part.get(name) if isinstance(part, Mapping) else None
    return inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], dict) else {}


def _declared(info: Mapping[str, Any]) -> tzinfo | None:
    """Return a site's standard time, in which its days are counted."""
    zone = _dict(_dict(info, "timeZoneInfo"), "defaultTimeZone")
    match = re.fullmatch(r"([+-])(\d\d):(\d\d)", words(zone.get("zoneOffset"), 10), re.ASCII)
    if not match or int(match[2]) > 14 or int(match[3]) > 59:
        return None
    shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-shift if match[1] == "-" else shift)


def _when(given: Any, zone: tzinfo | None, statistic: str) -> datetime:
    """Read a time; of a day's value it is the day's end."""
    if not isinstance(given, str):
        raise InvalidInputError("A value has no time.")
    text = given.strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        text += "T00:00"
    time = parse_time(text, zone)
    try:
        return time + timedelta(days=1) if statistic else time
    except OverflowError:
        raise InvalidInputError(f"{text[:40]!r} is no time of a measurement.") from None


def _see(
    found: Measures,
    name: str,
    time: datetime,
    value: Any,
    codes: Sequence[Any],
    none: float | None,
    scale: Scale,
) -> None:
    marks = {word for code in codes for word in words(code, 40).casefold().replace(":", " ").split()}
    text = value.strip() if isinstance(value, str) else value
    stands = isinstance(text, str) and {part.casefold() for part in text.replace("_", " ").split()}
    if text in ("", None) or (stands and stands & _NO_VALUE):
        found.see_once(name, time, None, MISSING, scale)
        return
    measured = number(text, "value")
    if measured is None or (none is not None and measured == none):
        flagged = MISSING
    elif marks & _DOUBTED:
        flagged = 2
    else:
        flagged = 0 if "a" in marks else 1
    found.see_once(name, time, measured, flagged, scale)


def _limit(found: Measures) -> None:
    if len(found.observations) >= MAX_VALUES:
        raise LimitError(f"The document has more than {MAX_VALUES:,} values; ask for fewer at once.")


def _tables(found: Measures, text: str) -> None:
    """Read one table of RDB after the other; each begins with comments that tell of its columns."""
    told: dict[tuple[str, str, str], str] = {}
    sites: dict[str, str] = {}
    head: list[str] = []
    columns: list[tuple[int, _About]] = []
    scales: dict[tuple[str, str, int], tuple[str, Scale]] = {}
    any_table = False
    for line, row in _lines(text):
        if row.startswith("#"):
            _comment(row, told, sites)
            continue
        cells = row.split("\t")
        if cells[:3] == ["agency_cd", "site_no", "datetime"]:
            head, columns, any_table = cells, _columns(cells, told), True
            scales.clear()
        elif not any_table:
            raise InvalidInputError(
                f"Line {line} is no header of an RDB table (agency_cd, site_no, datetime)."
            )
        elif not all(_WIDTH.fullmatch(cell.strip()) for cell in cells):
            _row(found, line, dict(zip(head, cells, strict=False)), cells, columns, sites, scales)
    if not any_table:
        raise InvalidInputError(
            "There is no RDB table in this document; no site has values for what was asked."
        )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for line, row in enumerate(text.split("\n"), 1):
        if row.strip():
            yield line, row.rstrip("\r\n")


def _comment(row: str, told: dict[tuple[str, str, str], str], sites: dict[str, str]) -> None:
    """Take from the comments what the columns and the sites are called."""
    if match := _ABOUT.fullmatch(row.rstrip()):
        told[match[1], match[2], match[3] or ""] = match[4]
    elif match := _SITE.fullmatch(row.rstrip()):
        sites[match[2]] = words(match[3], 200)


def _columns(cells: Sequence[str], told: Mapping[tuple[str, str, str], str]) -> list[tuple[int, _About]]:
    """Return the columns that have values."""
    found = []
    for place, cell in enumerate(cells):
        if match := _COLUMN.fullmatch(cell.strip()):
            key = match[1] or "", match[2], match[3] or ""
            about = _About("", "", match[2], key[2], key[0], description=words(told.get(key), 200))
            found.append((place, about))
    return found


def _row(
    found: Measures, line: int, row: Mapping[str, str], cells: Sequence[str], columns: Sequence[tuple[int, _About]],
    sites: Mapping[str, str], scales: dict[tuple[str, str, int], tuple[str, Scale]],
) -> None:  # fmt: skip
    agency, site = words(row.get("agency_cd"), 10), words(row.get("site_no"), 20)
    for place, about in columns:
        if place >= len(cells) or not cells[place].strip():
            continue  # a site that does not measure this, or no value sent
        _limit(found)
        try:
            key = (agency, site, place)
            if key not in scales:
                named = replace(about, agency=agency, site=site, station=sites.get(site, ""))
                scales[key] = named.describe(found)
            name, scale = scales[key]
            zone = _zone(row.get("tz_cd"), found.context.zone)
            codes = cells[place + 1] if place + 1 < len(cells) else ""
            time = _when(row.get("datetime"), zone, about.statistic)
            _see(found, name, time, cells[place], [codes], None, scale)
        except InvalidInputError as error:
            found.refuse(error, f"line {line}", "\t".join(cells))


def _zone(code: str | None, declared: tzinfo | None) -> tzinfo:
    """Return the zone that a row names, else the one that the source declares."""
    if code is None or not code.strip():
        if declared is None:
            raise InvalidInputError("A row names no tz_cd, and its source declares no time zone.")
        return declared
    hours = _ZONES.get(code.strip().upper())
    if hours is None:
        raise InvalidInputError(f"tz_cd is {code.strip()[:10]!r}; expected one like EST, EDT, AKST or UTC.")
    return timezone(timedelta(hours=hours))
