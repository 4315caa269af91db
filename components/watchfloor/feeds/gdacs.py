"""GDACS disaster alerts: the RSS feed and the JSON event lists (gdacs.org)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from lxml import etree

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError, UnsafeError
from watchfloor.core.provenance import digest
from watchfloor.core.scales import Severity, Status, crosswalk
from watchfloor.feeds.base import Context, Feed, Parsed, Rejected
from watchfloor.feeds.values import http_date, instant, number, point, refuse, tidy, words
from watchfloor.security.json import parse_json
from watchfloor.security.xml import Limits, parse_xml
from watchfloor.store.records import Record

__all__ = ["GDACS"]

_NS = {
    "gdacs": "http://www.gdacs.org",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "georss": "http://www.georss.org/georss",
}
_HAZARDS = {
    "EQ": "earthquake", "TS": "earthquake", "VO": "earthquake", "TC": "storm", "FL": "flood", "DR": "drought",
    "WF": "wildfire",
}  # fmt: skip
_KEY = re.compile(r"(EQ|TS|VO|TC|FL|DR|WF)(\d{1,12})", re.ASCII)
_LEVELS = ("green", "orange", "red")
_PLAIN = (
    "alertlevel", "alertscore", "episodealertlevel", "episodealertscore", "eventname", "episodeid", "glide", "iso3",
    "country", "version", "calculationtype", "cap", "bbox",
)  # fmt: skip


class GDACS(Feed):
    """Events of the Global Disaster Alert and Coordination System.

    ``alertlevel`` is the worst that the event was rated, ``episodealertlevel`` what it is rated now: the severity is
    read from the latter, and both are kept. The colour of an icon is never read. Times of the JSON interface have no
    offset; GDACS declares them as UTC. An event
    has ended if it is no longer current and its last day lies before the message; a drought that "is on going" may
    be marked as not current, and stays active. The ids of the source that GDACS
    took an event from are kept as its lineage (an earthquake of NEIC is the USGS's), so that no event counts twice.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> data = b'''{"type": "FeatureCollection", "features": [{"type": "Feature",
    ...   "geometry": {"type": "Point", "coordinates": [110.2, 25.1]},
    ...   "properties": {"eventtype": "FL", "eventid": 1102345, "episodeid": 2, "name": "Flood in China",
    ...     "alertlevel": "Red", "episodealertlevel": "Orange", "iscurrent": "true",
    ...     "fromdate": "2026-06-01T00:00:00", "todate": "2026-06-02T00:00:00", "datemodified": "2026-06-01T06:00:00"}}]}'''
    >>> [event] = GDACS().parse(data, Context(parse_time("2026-06-02T00:00:00Z"))).records
    >>> event.key, event.hazard, event.severity.value
    ('FL1102345', 'flood', 'Severe')
    """

    name: ClassVar[str] = "gdacs"
    title: ClassVar[str] = "GDACS disaster alerts"
    cadence: ClassVar[timedelta] = timedelta(minutes=6)
    late_after: ClassVar[timedelta] = timedelta(minutes=30)
    media: ClassVar[tuple[str, ...]] = (
        "application/rss+xml",
        "application/geo+json",
        "application/json",
        "text/xml",
    )

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  the name says nothing more
        """Tell by the namespace of the RSS, or by the names of a JSON event."""
        head = data[: 64 * 1024].lstrip(b"\xef\xbb\xbf \t\r\n")
        if head.startswith(b"<"):
            return b'"http://www.gdacs.org"' in head[:4096] and b"<rss" in head[:4096]
        return head.startswith(b"{") and b'"eventtype"' in head and b'"alertlevel"' in head

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read the RSS feed, or a JSON list of events."""
        try:
            if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
                events = _features(parse_json(data, limit=self.limit))
            else:
                events = _items(parse_xml(data, Limits(size=self.limit, elements=500_000)))
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[refuse(error, "document", data)])
        records: list[Record] = []
        rejected: list[Rejected] = []
        for where, part in events:
            try:
                said = _item(part) if isinstance(part, etree._Element) else _feature(part)
                records.append(_event(said, context.status))
            except (InvalidInputError, UnsafeError) as error:
                shown = etree.tostring(part, with_tail=False) if isinstance(part, etree._Element) else part
                rejected.append(refuse(error, where, shown))
        return Parsed(records=records, rejected=rejected)


def _items(root: Any) -> list[tuple[str, Any]]:
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        raise InvalidInputError(f"The document is {str(root.tag)[:60]!r}; expected the RSS of GDACS.")
    return [(f"item[{index}]", item) for index, item in enumerate(channel.findall("item"))]


def _features(document: Any) -> list[tuple[str, Any]]:
    """Return the events of a list; the footprints that go with an event's point are its shapes, not events."""
    features = document.get("features") if isinstance(document, dict) else None
    if features is None and isinstance(document, dict) and document.get("type") == "Feature":
        features = [document]
    if not isinstance(features, list):
        raise InvalidInputError("This is no list of GDACS events; expected a GeoJSON FeatureCollection.")
    parts = [(f"features[{index}]", part) for index, part in enumerate(features)]
    points = [(where, part) for where, part in parts if not _shape(part)]
    if parts and not points:
        raise InvalidInputError("The document has shapes of events only; expected their points too.")
    return points


def _shape(part: Any) -> bool:
    given = part.get("properties") if isinstance(part, dict) else None
    kind = given.get("Class") if isinstance(given, dict) else None
    return isinstance(kind, str) and not kind.startswith("Point_Centroid")


def _item(item: Any) -> dict[str, Any]:
    """Bring an RSS item under the names of the JSON interface."""

    def text(path: str, limit: int = 500) -> str:
        return words(item.findtext(path, namespaces=_NS), limit)

    said: dict[str, Any] = {name: text(f"gdacs:{name}") for name in _PLAIN}
    severity, population = item.find("gdacs:severity", _NS), item.find("gdacs:population", _NS)
    lat, lon = text("geo:Point/geo:lat"), text("geo:Point/geo:long")
    if not (lat and lon) and (pair := text("georss:point").split())[1:]:
        lat, lon = pair[:2]
    sources = {
        str(part.get("src", "")): words(part.text, 80)
        for part in item.findall("gdacs:identifiers/gdacs:identifier", _NS)
    }
    return said | {
        "key": f"{text('gdacs:eventtype')}{text('gdacs:eventid')}" if text("gdacs:eventid") else text("guid"),
        "title": text("title"),
        "description": text("description", 8000),
        "url": text("link"),
        "sent": _first(http_date(text(name), name) for name in ("gdacs:datemodified", "pubDate")),
        "from": http_date(text("gdacs:fromdate"), "fromdate"),
        "to": http_date(text("gdacs:todate"), "todate"),
        "iscurrent": text("gdacs:iscurrent"),
        "istemporary": text("gdacs:temporary"),
        "severity": _measure(severity.attrib, severity.text) if severity is not None else None,
        "population": _measure(population.attrib, population.text) if population is not None else None,
        "place": point(lon, lat) if lat or lon else None,
        "neic": sources.get("NEIC", ""),
    }


def _feature(feature: Any) -> dict[str, Any]:
    given = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(given, dict):
        raise InvalidInputError("An event has no properties.")
    place = feature.get("geometry")
    where = place.get("coordinates") if isinstance(place, dict) and place.get("type") == "Point" else None
    url = given.get("url")
    detail = given.get("severitydata")
    said: dict[str, Any] = {name: words(given.get(name)) for name in _PLAIN}
    return said | {
        "key": f"{words(given.get('eventtype'))}{words(given.get('eventid'))}",
        "title": words(given.get("name")) or words(given.get("htmldescription")),
        "description": words(given.get("description"), 8000),
        "url": words(url.get("report")) if isinstance(url, dict) else words(url),
        "sent": _first(
            instant(given.get(name), name, UTC) for name in ("datemodified", "todate", "fromdate")
        ),
        "from": instant(given.get("fromdate"), "fromdate", UTC),
        "to": instant(given.get("todate"), "todate", UTC),
        "iscurrent": _flag(given.get("iscurrent")),
        "istemporary": _flag(given.get("istemporary")),
        "severity": tidy(detail) if isinstance(detail, dict) else None,
        "place": point(where[0], where[1]) if isinstance(where, list) and len(where) > 1 else None,
        "affected": tidy(given.get("affectedcountries")),
        "neic": words(given.get("sourceid"), 80) if given.get("source") == "NEIC" else "",
        "source": words(given.get("source"), 80),
    }


def _event(said: dict[str, Any], status: Status) -> Record:
    match = _KEY.fullmatch(said["key"])
    if match is None:
        raise InvalidInputError(
            f"{said['key'][:60]!r} is no event of GDACS; expected its type and number, like EQ1200043."
        )
    sent, start, end = said["sent"], said["from"], said["to"]
    if sent is None:
        raise InvalidInputError(f"Event {said['key']} has no time.")
    start = start or sent
    ended = said["iscurrent"].casefold() == "false" and end is not None and end < sent
    level = (said["episodealertlevel"] or said["alertlevel"]).casefold()
    severity = Severity(crosswalk("gdacs-severity")(level)) if level in _LEVELS else Severity.UNKNOWN
    left_out = {"key", "title", "sent", "from", "to", "place", "neic"}
    body = {
        name: value for name, value in said.items() if name not in left_out and value not in (None, "", [])
    }
    body |= {"eventtype": match[1], "eventid": match[2], "fromdate": format_time(start)}
    if end is not None:
        body["todate"] = format_time(end)
    if severity is not Severity.UNKNOWN:
        body["severity_basis"] = (
            "GDACS episode alert level" if said["episodealertlevel"] else "GDACS alert level"
        )
    body["lineage"] = [f"gdacs:{said['key']}"] + ([f"usgs:{said['neic']}"] if said["neic"] else [])
    order = [str(said[name] or "0").zfill(8) for name in ("episodeid", "version")]
    return Record(
        kind="event",
        source="gdacs",
        key=said["key"],
        revision="+".join([*order, digest(body)[:12]]),
        sent=sent,
        valid_from=start,
        valid_to=max(end, start) if ended and end is not None else None,
        title=said["title"] or f"{match[1]} {match[2]}",
        hazard=_HAZARDS[match[1]],
        severity=severity,
        status=status,
        state="ended" if ended else "active",
        geometry=said["place"],
        area=said["country"],
        body=body,
    )


def _measure(given: Mapping[Any, Any], text: str | None) -> dict[str, Any]:
    """Read a number with its unit and its words; a number that cannot be read is left out."""
    out: dict[str, Any] = {"text": words(text), "unit": words(given.get("unit"), 40)}
    try:
        out["value"] = number(given.get("value"), "value")
    except InvalidInputError:
        out["value"] = None
    return out


def _flag(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else words(value, 10)


def _first(times: Any) -> datetime | None:
    return next((time for time in times if time is not None), None)
