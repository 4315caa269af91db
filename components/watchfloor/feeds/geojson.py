"""Any GeoJSON (RFC 7946): incidents, reports, resources, places and sensors, by the obvious names of properties."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from watchfloor.core import clock
from watchfloor.core.errors import InvalidInputError, UnknownNameError, UnsafeError
from watchfloor.core.fields import FIELDS
from watchfloor.core.kinds import KINDS as HAZARDS
from watchfloor.core.kinds import guess
from watchfloor.feeds.base import Context, Feed, Parsed, Rejected
from watchfloor.feeds.properties import Properties, feature, identity
from watchfloor.feeds.values import MONTHS, refuse, words
from watchfloor.security.json import parse_json
from watchfloor.store.records import Record, Series

__all__ = ["GeoJSON"]

_GEOMETRIES = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
)  # fmt: skip
_TYPE = re.compile(rb'"type"\s*:\s*"(?:Feature|FeatureCollection|' + "|".join(_GEOMETRIES).encode() + rb')"')
_WGS84 = re.compile(r"(?:urn:ogc:def:crs:)?(?:OGC:[\d.]*:CRS84|EPSG:[\d.]*:?4326)", re.IGNORECASE)

_SYDNEY = "Australia/Sydney"
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d\d):(\d\d) ([AP])M", re.ASCII)
_UPDATED = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d)", re.ASCII)


class GeoJSON(Feed):
    """Features of any origin, read by the names their properties commonly have.

    - ``kind`` names the kind of record; without it a feature is a ``report``. A feature that has ``series`` and
      ``field`` or ``units`` describes a series of measurements instead.
    - Times are RFC 3339 text. A time without an offset is refused unless the source declares its zone; a bare number
      is refused, since seconds and milliseconds look alike. A feature without any time holds from its arrival.
    - The identity is the feature's ``id``, or a property such as ``guid``; else the hash of the feature.
    - ``severity`` may be a CAP word or a warning colour (red, orange, yellow, blue).
    - Coordinates are longitude, latitude on WGS 84; a ``crs`` member that names another system is refused.
    - A feature that has neither a place nor a property says nothing and is refused.
    - Incidents of the New South Wales Rural Fire Service are known by their ``ALERT LEVEL:`` description.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> data = b'{"type": "Feature", "id": 7, "geometry": null, "properties": {"title": "Levee seeps", "kind": "incident"}}'
    >>> [record] = GeoJSON().parse(data, Context(parse_time("2026-01-01T00:00:00Z"), "inbox")).records
    >>> record.kind, record.key, record.title
    ('incident', '7', 'Levee seeps')
    """

    name: ClassVar[str] = "geojson"
    title: ClassVar[str] = "GeoJSON"
    cadence: ClassVar[timedelta] = timedelta(minutes=10)
    late_after: ClassVar[timedelta] = timedelta(hours=1)
    media: ClassVar[tuple[str, ...]] = ("application/geo+json", "application/json")
    generic: ClassVar[bool] = True

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:
        """Tell by an object that has a GeoJSON type in its first 64 KiB, or by the file's name."""
        head = data[: 64 * 1024]
        if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
            return False
        return bool(_TYPE.search(head)) or name.casefold().endswith(".geojson")

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read a FeatureCollection, a Feature or a geometry."""
        try:
            features = _features(parse_json(data, limit=self.limit))
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[refuse(error, "document", data)])
        records: list[Record] = []
        series: list[Series] = []
        rejected: list[Rejected] = []
        for index, one in enumerate(features):
            try:
                found = _read(one, context)
            except (InvalidInputError, UnsafeError) as error:
                rejected.append(refuse(error, f"features[{index}]", one))
                continue
            if isinstance(found, Series):
                series.append(found)
            else:
                records.append(found)
        return Parsed(records=records, rejected=rejected, series=series)


def _features(document: Any) -> list[Any]:
    """Return the features of a document; a bare geometry becomes one."""
    if not isinstance(document, dict):
        raise InvalidInputError(f"The document is a {type(document).__name__}; expected a GeoJSON object.")
    _system(document.get("crs"))
    kind = document.get("type")
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise InvalidInputError("A FeatureCollection has no list of features.")
        return features
    if kind == "Feature":
        return [document]
    if kind in _GEOMETRIES:
        return [{"type": "Feature", "geometry": document, "properties": {}}]
    raise InvalidInputError(
        f"Type {str(kind)[:40]!r} is not one of GeoJSON's; expected FeatureCollection or Feature."
    )


def _system(crs: Any) -> None:
    """Refuse a coordinate system other than WGS 84 (the member is of the 2008 draft; RFC 7946 dropped it)."""
    if crs is None:
        return
    named = crs.get("properties") if isinstance(crs, dict) else None
    name = words(named.get("name"), 100) if isinstance(named, dict) else ""
    if not _WGS84.fullmatch(name.replace("::", ":")):
        raise InvalidInputError(
            f"Coordinates are in {name or 'an unnamed system'!r}; expected EPSG:4326. Convert the file first."
        )


def _read(said: Any, context: Context) -> Record | Series:
    place, body = feature(said)
    body = body | identity(said) | body  # behind the others, and a property of this name stands
    lower = {name.casefold(): value for name, value in body.items()}
    if lower.get("series") and (lower.get("field") or lower.get("units") is not None):
        return _series(lower, place)
    zone = context.zone
    if str(lower.get("description", "")).startswith("ALERT LEVEL:") and lower.get("guid"):
        lower, zone = _fires(lower), clock.zone(_SYDNEY)
        body |= {name: value for name, value in lower.items() if name not in body}
    return Properties(lower, zone).record(body, place, context, GeoJSON.name)


def _series(given: Mapping[str, Any], place: dict[str, Any] | None) -> Series:
    """Read the description of a series of measurements."""
    quantity, unit = words(given.get("field"), 60), words(given.get("units"), 40)
    if quantity and quantity not in FIELDS:
        raise InvalidInputError(str(UnknownNameError("field", quantity, FIELDS)))
    lon, lat = place["coordinates"][:2] if place and place["type"] == "Point" else (None, None)
    known = {"series", "title", "name", "field", "units", "hazard"}
    hazard = words(given.get("hazard"), 60).casefold()
    return Series(
        name=words(given["series"], 200),
        title=words(given.get("title") or given.get("name") or given["series"]),
        field=quantity,
        units=unit or FIELDS[quantity].units,
        lon=lon,
        lat=lat,
        hazard=hazard if hazard in HAZARDS else "other",
        attrs={name: value for name, value in given.items() if name not in known},
    )


def _fires(given: Mapping[str, Any]) -> dict[str, Any]:
    """Bring an incident of the NSW Rural Fire Service under the common names.

    Its description holds ``NAME: value`` pairs; ``pubDate`` is UTC, day first, and ``UPDATED`` is Sydney's time.
    """
    pairs = (part.split(":", 1) for part in re.split(r"<br\s*/?>", str(given["description"])))
    said = {pair[0].strip().casefold(): words(pair[1], 300) for pair in pairs if len(pair) == 2}
    out = {name: value for name, value in given.items() if name not in ("pubdate", "description")}
    match = _DAY_FIRST.fullmatch(words(given.get("pubdate"), 40))
    if match:
        day, month, year, hour, minute, second = map(int, match.groups()[:6])
        hour = hour % 12 + (12 if match[7] == "P" else 0)
        out["time"] = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}Z"
    match = _UPDATED.fullmatch(said.get("updated", ""))
    if match and match[2] in MONTHS:
        out["updated"] = (
            f"{match[3]}-{MONTHS.index(match[2]) + 1:02d}-{int(match[1]):02d}T{match[4]}:{match[5]}"
        )
    fire = said.get("type", "")
    return out | {
        "kind": "incident",
        "severity": said.get("alert level", ""),
        "hazard": "wildfire" if said.get("fire", "").casefold() == "yes" else guess(fire),
        "area": said.get("location", ""),
        "progress": said.get("status", ""),
        "type": fire,
        "size": said.get("size", ""),
        "council": said.get("council area", ""),
        "agency": said.get("responsible agency", ""),
    }
