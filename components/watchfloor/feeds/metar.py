"""METAR and SPECI: what airfields report, in the words of WMO code FM 15."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError
from watchfloor.feeds.base import Context, Feed, Parsed
from watchfloor.feeds.measures import MISSING, Measures, name_of
from watchfloor.feeds.values import refuse
from watchfloor.security.text import plain

__all__ = ["Metar"]

MAX_REPORTS = 100_000
_REPORT = re.compile(
    r"(?:(METAR|SPECI)\s+)?(?:COR\s+)?([A-Z][A-Z0-9]{3})\s+(\d{2})(\d{2})(\d{2})Z\b([^=]*)=?", re.ASCII
)
_START = re.compile(r"(?:(?:METAR|SPECI)\s+)?(?:COR\s+)?[A-Z][A-Z0-9]{3}\s+\d{6}Z\b", re.ASCII)
_WIND = re.compile(r"(\d{3}|VRB|///)(P?\d{2,3}|//)(?:G(P?\d{2,3}))?(KT|MPS|KMH)", re.ASCII)
_METRES = re.compile(r"(\d{4})(?:NDV)?", re.ASCII)
_MILES = re.compile(r"([PM]?)(?:(\d{1,3})\s+)?(\d{1,3})(?:/(\d{1,2}))?SM", re.ASCII)
_TEMPERATURE = re.compile(r"(M?\d{2}|//)/(M?\d{2}|//)?", re.ASCII)
_PRESSURE = re.compile(r"([QA])(\d{4}|////)", re.ASCII)
# Tenths of a degree, in the remarks of stations in the United States (FMH-1, 12.7.2.g).
_TENTHS = re.compile(r"T([01])(\d{3})([01])(\d{3})", re.ASCII)
_WIND_UNITS = {"KT": "knot", "MPS": "m/s", "KMH": "km/h"}
_TREND = re.compile(r"\s(?:BECMG|TEMPO|NOSIG|RMK)\b")
# What a report says by series: its quantity in `core.fields`, and its title.
_SERIES = {
    "wind_speed": ("wind_speed", "wind speed"), "wind_gust": ("wind_speed", "wind gust"),
    "wind_direction": ("", "wind direction"), "visibility": ("", "visibility"),
    "temperature": ("temperature", "air temperature"), "dewpoint": ("temperature", "dew point"),
    "pressure": ("", "pressure at sea level (QNH)"),
}  # fmt: skip


class Metar(Feed):
    """METAR and SPECI reports as text: one a line, in a WMO bulletin, or as a service gives them.

    Each station gives the series ``<source>/<station>/wind_speed``, ``wind_gust``, ``wind_direction``, ``visibility``,
    ``temperature``, ``dewpoint`` and ``pressure``, as far as a report speaks of them. Wind from a variable direction
    has no direction; a visibility of 9999 is 10 km or more, and one beyond what is written (``P6SM``, ``M1/4SM``) is
    flagged 2. Temperatures are those in tenths where the remarks give them. A report names a day of the month only:
    its month is the last one in which that time has passed. Trends are forecasts and are not read.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> context = Context(parse_time("2026-06-01T12:10:00Z"), "metar")
    >>> found = Metar().parse(b"METAR KCLT 011152Z 22010G18KT 10SM SCT040 24/19 A2992 RMK AO2", context)
    >>> [(seen.series[11:], round(seen.value, 2)) for seen in found.observations][:3]
    [('wind_direction', 220.0), ('wind_speed', 5.14), ('wind_gust', 9.26)]
    """

    name: ClassVar[str] = "metar"
    title: ClassVar[str] = "METAR reports"
    cadence: ClassVar[timedelta] = timedelta(minutes=30)
    late_after: ClassVar[timedelta] = timedelta(minutes=90)
    media: ClassVar[tuple[str, ...]] = ("text/plain",)
    limit: ClassVar[int] = 16 * 1024 * 1024
    generic: ClassVar[bool] = False

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  its bytes tell enough
        """Tell by a report at the beginning of one of the first lines."""
        head = data[:4096].decode("ascii", "replace")
        return not head.lstrip().startswith(("{", "[", "<")) and any(
            _START.match(line.strip()) for line in head.split("\n")[:20]
        )

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read every report; one that cannot be read costs no other."""
        try:
            if len(data) > self.limit:
                raise LimitError(f"The text of {len(data):,} bytes is too large.")
            reports = _reports(data)
            if not reports:
                raise InvalidInputError("There is no METAR or SPECI in this text, like METAR KCLT 271753Z ….")
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[refuse(error, "document", data)])
        found = Measures(context, self.name)
        for line, report in reports:
            count = len(found.observations)
            try:
                _read(found, report, context)
            except InvalidInputError as error:
                del found.observations[count:]
                found.refuse(error, f"line {line}", report)
        return found.parsed()


def _reports(data: bytes) -> list[tuple[int, str]]:
    """Return the reports with their line's number; lines that go on belong to the one before."""
    text = data.decode("ascii", "replace").replace("\r", "")
    found: list[tuple[int, str]] = []
    on = False
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if _START.match(line):
            if len(found) >= MAX_REPORTS:
                raise LimitError(f"There are more than {MAX_REPORTS:,} reports; split the text.")
            found.append((number, line))
            on = not line.endswith("=")
        elif not line:
            on = False
        elif on and len(found[-1][1]) < 1000:
            found[-1] = found[-1][0], f"{found[-1][1]} {line}"
            on = not line.endswith("=")
    return found


def _read(found: Measures, report: str, context: Context) -> None:
    match = _REPORT.match(report)
    if match is None:
        raise InvalidInputError(f"{plain(report, 60)!r} is no METAR.")
    station, rest = match[2], match[6]
    if " NIL" in rest:
        raise InvalidInputError(f"The report of {station} is NIL: the station sent none.")
    time = _time(int(match[3]), int(match[4]), int(match[5]), context.received)
    count = len(found.observations)
    body = f" {_TREND.split(rest, maxsplit=1)[0]} "
    remarks = rest.partition(" RMK")[2]
    _wind(found, station, time, body, context)
    _visibility(found, station, time, body, context)
    _temperatures(found, station, time, body, remarks, context)
    pressure = re.search(rf"\s{_PRESSURE.pattern}\s", body)
    if pressure and pressure[2] != "////":
        value, unit = (int(pressure[2]), "hPa") if pressure[1] == "Q" else (int(pressure[2]) / 100, "inHg")
        _see(found, station, "pressure", time, value, unit, context)
    if len(found.observations) == count:
        raise InvalidInputError(
            f"The report of {station} says nothing of wind, visibility, temperature or pressure."
        )


def _time(day: int, hour: int, minute: int, received: datetime) -> datetime:
    """Return the last time with this day of the month that is not ahead of when the report came."""
    edge = received.astimezone(UTC) + timedelta(minutes=5)
    year, month = edge.year, edge.month
    for _ in range(3):
        try:
            time = datetime(year, month, day, hour, minute, tzinfo=UTC)
        except ValueError:
            time = None
        if time is not None and time <= edge:
            return time
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    raise InvalidInputError(
        f"There is no day {day:02d}, {hour:02d}:{minute:02d}, of late; expected a time like 271753Z."
    )


def _wind(found: Measures, station: str, time: datetime, body: str, context: Context) -> None:
    wind = re.search(rf"\s{_WIND.pattern}\s", body)
    if wind is None:
        return
    direction, speed, gust, unit = wind[1], wind[2], wind[3], _WIND_UNITS[wind[4]]
    if direction.isdigit() and speed != "//":
        if int(direction) > 360:
            raise InvalidInputError(
                f"The wind of {station} blows from {direction} degrees; expected 0 to 360."
            )
        calm = int(speed.lstrip("P")) == 0 and direction == "000"
        if not calm:
            _see(found, station, "wind_direction", time, float(direction), "degree", context)
    if speed != "//":
        _see(
            found,
            station,
            "wind_speed",
            time,
            float(speed.lstrip("P")),
            unit,
            context,
            2 if "P" in speed else 1,
        )
    if gust:
        _see(
            found, station, "wind_gust", time, float(gust.lstrip("P")), unit, context, 2 if "P" in gust else 1
        )


def _visibility(found: Measures, station: str, time: datetime, body: str, context: Context) -> None:
    miles = re.search(rf"\s{_MILES.pattern}\s", body)
    if miles:
        whole, top, bottom = miles[2], int(miles[3]), int(miles[4] or 1)
        if not bottom:
            raise InvalidInputError(f"The visibility of {station} is divided by zero.")
        value = (int(whole) if whole else 0) + top / bottom
        _see(found, station, "visibility", time, value, "mile", context, 2 if miles[1] else 1)
        return
    if " CAVOK " in body:
        _see(found, station, "visibility", time, 10_000.0, "m", context)
        return
    # Four digits of their own, after the wind: a runway's visual range and a pressure have a letter before them.
    metres = re.search(rf"\s{_METRES.pattern}\s", body)
    if metres:
        value = 10_000.0 if metres[1] == "9999" else float(metres[1])
        _see(found, station, "visibility", time, value, "m", context)


def _temperatures(
    found: Measures, station: str, time: datetime, body: str, remarks: str, context: Context
) -> None:
    tenths = re.search(rf"\s{_TENTHS.pattern}(?=\s|=|$)", remarks)
    if tenths:
        values: list[Any] = [
            int(tenths[place + 1]) / 10 * (-1 if tenths[place] == "1" else 1) for place in (1, 3)
        ]
    else:
        given = re.search(rf"\s{_TEMPERATURE.pattern}\s", body)
        if given is None:
            return
        values = [_degrees(given[1]), _degrees(given[2])]
    for what, value in zip(("temperature", "dewpoint"), values, strict=True):
        if value is not None:
            _see(found, station, what, time, value, "degC", context)


def _degrees(text: str | None) -> float | None:
    if not text or text == "//":
        return None
    return -float(text[1:]) if text.startswith("M") else float(text)


def _see(
    found: Measures,
    station: str,
    what: str,
    time: datetime,
    value: float,
    unit: str,
    context: Context,
    flagged: int = 1,
) -> None:
    name = name_of(context.source or "metar", station, what)
    field, words = _SERIES[what]
    known = context.described.get(name)
    if known is None:
        scale = found.describe(
            name, unit, title=f"{station}, {words}", quantity=field, attrs={"station": station}
        )
    else:
        scale = found.scale(name, unit) or found.describe(name, unit)
    found.see(name, time, value, flagged if flagged != MISSING else 1, scale)
