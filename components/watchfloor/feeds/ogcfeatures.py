"""OGC API Features: items as GeoJSON, page by page; what measures becomes a series, the rest records."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError
from watchfloor.feeds.base import Context, Feed, Parsed
from watchfloor.feeds.measures import MISSING, Measures, name_of, quantity
from watchfloor.feeds.properties import Properties, feature, identity
from watchfloor.feeds.values import following, instant, refuse, words
from watchfloor.security.json import parse_json

__all__ = ["OGCFeatures"]

MAX_FEATURES = 100_000
_UNITS = ("unit_of_measure", "units", "unit", "uom")
_STATIONS = (
    "monitoring_location_id",
    "wigos_station_identifier",
    "station_id",
    "station",
    "site",
    "location_id",
)
_MEASURED = ("parameter_code", "observed_property", "observedproperty", "parameter", "name")
_SERIES = ("time_series_id", "datastream_id")
_TIMES = ("phenomenontime", "time", "datetime", "timestamp", "resulttime")
# What data services say of a value's review; the words are those of the USGS.
_REVIEWED = {"approved": 0, "provisional": 1, "estimated": 2}
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WGS84 = re.compile(r".*(?:CRS84h?|EPSG[:/][\d.]*[:/]?4326)\]?", re.IGNORECASE)


class OGCFeatures(Feed):
    """Items of a collection of OGC API Features part 1 (17-069r4), and of OGC API EDR ``items``, as GeoJSON.

    A feature whose properties have a ``value`` with a unit, a time, a station and what is measured is an observation, as the
    water data of the USGS (``api.waterdata.usgs.gov``) and the stations of WMO's WIS 2.0 are given; its series is called
    ``<source>/<station>/<parameter>``, with the source's number of the time series behind. Any other feature is a record, read
    by the names that properties commonly have, as the feed ``geojson`` does.

    The answer's ``next`` link is followed. A day without a time counts at its end, in the source's zone, which must be
    declared. Approved values are good (0), provisional ones not checked (1), estimated ones suspect (2).

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> data = b'''{"type": "FeatureCollection", "numberReturned": 1, "features": [{"type": "Feature", "id": "a",
    ...   "geometry": {"type": "Point", "coordinates": [-92.7, 40.2]}, "properties": {"monitoring_location_id": "USGS-1",
    ...   "parameter_code": "00065", "time": "2026-06-01T10:00:00Z", "value": "10.0", "unit_of_measure": "ft"}}]}'''
    >>> [seen] = OGCFeatures().parse(data, Context(parse_time("2026-06-01T12:00:00Z"), "usgs")).observations
    >>> seen.series, round(seen.value, 3)
    ('usgs/USGS-1/00065', 3.048)
    """

    name: ClassVar[str] = "ogcfeatures"
    title: ClassVar[str] = "OGC API Features"
    cadence: ClassVar[timedelta] = timedelta(minutes=15)
    late_after: ClassVar[timedelta] = timedelta(hours=1)
    media: ClassVar[tuple[str, ...]] = ("application/geo+json", "application/json")
    generic: ClassVar[bool] = False

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  its bytes tell enough
        """Tell by the counts that the standard puts beside the features of a collection."""
        head = data[: 64 * 1024]
        if (
            head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{"
            or b'"FeatureCollection"' not in data[: 256 * 1024]
        ):
            return False
        # Many servers write them behind the features.
        return any(
            mark in part
            for part in (head, data[-8192:])
            for mark in (b'"numberReturned"', b'"numberMatched"')
        )

    def more(self, data: bytes) -> str:
        """Return the address of the next page, if the answer names one."""
        return following(data, self.limit)

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read every feature; one that cannot be read is rejected by itself."""
        try:
            features = _features(parse_json(data, self.limit))
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[refuse(error, "document", data)])
        found = Measures(context, self.name)
        for place, one in enumerate(features):
            try:
                _read(found, one)
            except (InvalidInputError, UnsafeError) as error:
                found.refuse(error, f"features[{place}]", one)
        return found.parsed()


def _features(said: Any) -> list[Any]:
    if not isinstance(said, dict) or said.get("type") not in ("FeatureCollection", "Feature"):
        raise InvalidInputError(
            "The document is no FeatureCollection and no Feature; expected items of OGC API Features."
        )
    system = said.get("coordRefSys") or said.get("crs")
    if isinstance(system, dict):
        system = (
            words((system.get("properties") or {}).get("name"))
            if isinstance(system.get("properties"), dict)
            else "?"
        )
    if system and not _WGS84.fullmatch(words(system, 200)):
        raise InvalidInputError(f"Coordinates are in {words(system, 80)!r}; ask for them in CRS84 (crs=).")
    features = [said] if said["type"] == "Feature" else said.get("features")
    if not isinstance(features, list):
        raise InvalidInputError("A FeatureCollection has no list of features.")
    if len(features) > MAX_FEATURES:
        raise LimitError(
            f"The document has more than {MAX_FEATURES:,} features; ask for smaller pages (limit=)."
        )
    return features


def _read(found: Measures, said: Any) -> None:
    place, body = feature(said)
    lower = {name.casefold(): value for name, value in body.items()}
    if "value" in lower and _said(lower, _UNITS) and _said(lower, _TIMES):
        _measured(found, lower, place)
        return
    told = identity(said)
    body, lower = body | told | body, lower | told | lower  # a property of this name stands
    if lower.get("last_modified"):
        lower.setdefault("updated", lower["last_modified"])
    found.records.append(
        Properties(lower, found.context.zone).record(body, place, found.context, OGCFeatures.name)
    )


def _measured(found: Measures, given: Mapping[str, Any], place: Mapping[str, Any] | None) -> None:
    """Read a feature that is an observation."""
    station, parameter = _said(given, _STATIONS), _said(given, _MEASURED)
    if not station or not parameter:
        raise InvalidInputError(
            "A value does not say at which station it was measured, and what it measures."
        )
    own = _said(given, _SERIES)
    name = name_of(found.context.source or OGCFeatures.name, station, parameter, *([own] if own else []))
    statistic = words(given.get("statistic_id"), 20)
    attrs = {"station": station, "parameter": parameter, "statistic": statistic}
    title = words(given.get("description")) or f"{station}, {parameter}"
    scale = found.describe(
        name, _said(given, _UNITS), title=title, quantity=quantity(parameter),
        place=place if place and place["type"] == "Point" else None, attrs={key: text for key, text in attrs.items() if text},
    )  # fmt: skip
    value = given["value"]
    review = _said(given, ("approval_status", "status")).casefold()
    notes = given.get("qualifier")
    estimated = any(
        "estimate" in str(note).casefold() for note in (notes if isinstance(notes, list) else [notes])
    )
    flagged = 2 if estimated else _REVIEWED.get(review, 1)
    found.see_once(
        name, _time(given, found.context), value, MISSING if value in (None, "") else flagged, scale
    )


def _time(given: Mapping[str, Any], context: Context) -> datetime:
    """Return the time of a value; of an interval or a day its end."""
    text = _said(given, _TIMES).rpartition("/")[2]
    if _DAY.fullmatch(text):
        first = instant(f"{text}T00:00", "time", context.zone)
    else:
        return _sure(instant(text, "time", context.zone))
    try:
        return _sure(first) + timedelta(days=1)
    except OverflowError:
        raise InvalidInputError(f"time is {text}; expected a day before the year 9999.") from None


def _sure(time: datetime | None) -> datetime:
    if time is None:
        raise InvalidInputError("A value has no time, or its interval no end.")
    return time


def _said(given: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of several properties that is set, as text."""
    return next((text for name in names if (text := words(given.get(name), 200))), "")
