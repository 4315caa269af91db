"""NASA FIRMS active fires: CSV of MODIS and VIIRS detections (earthdata.nasa.gov, FIRMS FAQ and file attributes)."""

import csv
import io
import math
from datetime import datetime, timedelta
from typing import Any, ClassVar

from watchfloor.core.clock import parse_time
from watchfloor.core.errors import InvalidInputError, LimitError
from watchfloor.core.scales import Certainty, Status
from watchfloor.feeds.base import Context, Feed, Parsed, Rejected
from watchfloor.feeds.values import number, point, refuse, words
from watchfloor.store.records import Record

__all__ = ["FIRMS"]

MAX_ROWS = 500_000
HOLDS = timedelta(hours=24)
"""How long a detection holds: each satellite passes at least twice a day, and FIRMS' own map shows a day."""
_NEEDED = ("latitude", "longitude", "acq_date", "acq_time", "satellite")
_HEADER = frozenset(_NEEDED) | {"confidence"}
_SATELLITES = {
    "T": "Terra", "A": "Aqua", "N": "Suomi NPP", "1": "NOAA-20", "N20": "NOAA-20", "2": "NOAA-21", "N21": "NOAA-21",
}  # fmt: skip
_WORDS = {
    "l": Certainty.POSSIBLE, "low": Certainty.POSSIBLE, "n": Certainty.LIKELY, "nominal": Certainty.LIKELY,
    "h": Certainty.OBSERVED, "high": Certainty.OBSERVED,
}  # fmt: skip
_TYPES = {"": "wildfire", "0": "wildfire", "1": "earthquake", "2": "other", "3": "other"}
_NUMBERS = ("brightness", "bright_ti4", "bright_ti5", "bright_t31", "scan", "track")


class FIRMS(Feed):
    """Fire pixels that MODIS (1 km) and VIIRS (375 m) see.

    ``acq_time`` is hour and minute in UTC, of which tools often drop the leading zeros: 13 is 00:13. Confidence is a
    word for VIIRS and a number of 0 to 100 for MODIS, below 30 low and from 80 on high; it is read as a certainty. A
    detection is known by its satellite, time and place; near-real-time data are revised by the standard data of the
    same pixel.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> data = b'''latitude,longitude,bright_ti4,acq_date,acq_time,satellite,instrument,confidence,version,frp
    ... 35.35244,139.87474,313.07,2025-04-22,13,N,VIIRS,nominal,2.0NRT,10.82
    ... '''
    >>> [seen] = FIRMS().parse(data, Context(parse_time("2025-04-22T03:00:00Z"))).records
    >>> seen.title, seen.sent.isoformat()
    ('Fire of 10.8 MW, seen by Suomi NPP', '2025-04-22T00:13:00+00:00')
    """

    name: ClassVar[str] = "firms"
    title: ClassVar[str] = "NASA FIRMS active fires"
    cadence: ClassVar[timedelta] = timedelta(hours=1)
    late_after: ClassVar[timedelta] = timedelta(hours=6)
    media: ClassVar[tuple[str, ...]] = ("text/csv",)
    limit: ClassVar[int] = 64 * 1024 * 1024

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  the name says nothing more
        """Tell by the names in the first line."""
        first = data[:2048].split(b"\n", 1)[0].decode("utf-8-sig", "ignore")
        return {name.strip() for name in first.split(",")} >= _HEADER

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read the rows; those that cannot be read are rejected one by one."""
        try:
            if len(data) > self.limit:
                raise LimitError(
                    f"A table of {len(data):,} bytes is too large; at most {self.limit:,} are read."
                )
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise InvalidInputError(f"The text is not UTF-8: {error}.") from error
            if text and "\n" not in text:
                raise InvalidInputError("The first line does not end; the table was cut off.")
            rows = csv.reader(io.StringIO(text, newline=""))
            try:
                columns = [name.strip() for name in next(rows, [])]
            except csv.Error as error:
                raise InvalidInputError(f"The first line cannot be read: {error}.") from error
            if missing := [name for name in _NEEDED if columns.count(name) != 1]:
                raise InvalidInputError(
                    f"The column {missing[0]} is not there once; expected a CSV of FIRMS."
                )
        except InvalidInputError as error:
            return Parsed(rejected=[refuse(error, "document", data)])
        records: list[Record] = []
        rejected: list[Rejected] = []
        times: dict[tuple[str, str], datetime] = {}
        while True:
            row: list[str] | None = None
            try:
                row = next(rows, None)
                if row is None:
                    break
                if not row:
                    continue
                if len(records) + len(rejected) >= MAX_ROWS:
                    rejected.append(
                        refuse(f"Rows beyond {MAX_ROWS:,} are not read.", f"line {rows.line_num}")
                    )
                    break
                if len(row) != len(columns):
                    raise InvalidInputError(f"The row has {len(row)} cells; expected {len(columns)}.")
                records.append(_detection(dict(zip(columns, row, strict=True)), times, context.status))
            except (InvalidInputError, csv.Error) as error:
                rejected.append(refuse(error, f"line {rows.line_num}", ",".join(row or [])))
        return Parsed(records=records, rejected=rejected)


def _detection(said: dict[str, str], times: dict[tuple[str, str], datetime], status: Status) -> Record:
    place = point(said["longitude"], said["latitude"])
    moment = (said["acq_date"], said["acq_time"])
    seen = times.get(moment)
    if seen is None:
        seen = times[moment] = _time(*moment)
    code = words(said["satellite"], 20)
    satellite = _SATELLITES.get(code, code)
    power = number(said.get("frp"), "frp", 0, math.inf)
    given = words(said.get("confidence"), 20)
    version = words(said.get("version"), 20)
    near_real_time = version.endswith(("NRT", "URT", "RT"))
    body: dict[str, Any] = {name: number(said[name], name) for name in _NUMBERS if said.get(name)}
    body |= {
        "satellite": satellite,
        "instrument": words(said.get("instrument"), 20)
        or ("MODIS" if code in ("T", "A", "Terra", "Aqua") else ""),
        "confidence": given,
        "frp_mw": power,
        "version": version,
        "daynight": words(said.get("daynight"), 4),
    }
    type_ = said.get("type", "").strip()
    return Record(
        kind="detection",
        source="firms",
        key=f"{code}-{seen:%Y%m%dT%H%M}-{said['latitude'].strip()}-{said['longitude'].strip()}",
        revision=f"{0 if near_real_time else 1}-{version}",
        sent=seen,
        valid_from=seen,
        valid_to=seen + HOLDS,
        title=f"Fire of {power:.1f} MW, seen by {satellite}"
        if power is not None
        else f"Fire, seen by {satellite}",
        hazard=_TYPES.get(type_, "other"),
        certainty=_certainty(given),
        status=status,
        geometry=place,
        body=body,
    )


def _time(date: str, clock: str) -> datetime:
    """Read the date, and the hour and minute that may have lost leading zeros."""
    digits = clock.strip().replace(":", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4):
        raise InvalidInputError(f"acq_time is {clock[:20]!r}; expected hour and minute, like 0013.")
    digits = digits.zfill(4)
    return parse_time(f"{date.strip()}T{digits[:2]}:{digits[2:]}:00Z")


def _certainty(given: str) -> Certainty:
    """Read a confidence (MODIS Collection 6 User's Guide, table 5: below 30 low, from 80 on high)."""
    word = _WORDS.get(given.casefold())
    if word is not None:
        return word
    share = number(given, "confidence", 0, 100)
    if share is None:
        return Certainty.UNKNOWN
    return Certainty.POSSIBLE if share < 30 else Certainty.LIKELY if share < 80 else Certainty.OBSERVED
