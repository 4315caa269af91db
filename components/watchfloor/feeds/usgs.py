"""USGS earthquakes: the GeoJSON summary feeds and single event details (earthquake.usgs.gov feed v1.0)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError, UnsafeError
from watchfloor.core.kinds import guess
from watchfloor.core.scales import Certainty, Severity, Status, crosswalk
from watchfloor.feeds.base import Context, Feed, Parsed, Rejected
from watchfloor.feeds.values import epoch, number, point, refuse, words
from watchfloor.security.json import parse_json
from watchfloor.store.records import Record, State

__all__ = ["USGS"]

_MARK = re.compile(rb'earthquake\.usgs\.gov|"magType"\s*:')
_OBJECT = re.compile(rb'"type"\s*:\s*"Feature(?:Collection)?"')
_NUMBERS = ("felt", "cdi", "mmi", "sig", "nst", "dmin", "rms", "gap", "tz")
_WORDS = ("net", "code", "magType", "type", "alert", "status", "url", "detail")


class USGS(Feed):
    """Earthquakes as the USGS publishes them.

    An event is joined on its set of ids: the id in front may switch to another network's. Its key is the first id
    of the set in the alphabet, which no order of arrival changes; a set that grows at its front is related to what is
    stored by its other ids (``body["names"]``). Severity is read from PAGER's colour only; without one it is Unknown, since a
    magnitude alone does not say what it does to people.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> USGS().parse(b'{"type": "FeatureCollection", "features": []}', Context(parse_time("2026-01-01T00:00:00Z"))).records
    []
    """

    name: ClassVar[str] = "usgs"
    title: ClassVar[str] = "USGS earthquakes"
    cadence: ClassVar[timedelta] = timedelta(minutes=1)
    late_after: ClassVar[timedelta] = timedelta(minutes=10)
    media: ClassVar[tuple[str, ...]] = ("application/geo+json", "application/json")

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  the name says nothing more
        """Tell by the address or the magnitude's type in the first 4 KiB of a GeoJSON document."""
        head = data[:4096]
        return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and bool(
            _MARK.search(head) and _OBJECT.search(head)
        )

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read a summary feed or one event's detail."""
        try:
            document = parse_json(data, limit=self.limit)
            features = _features(document)
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[refuse(error, "document", data)])
        records: list[Record] = []
        rejected: list[Rejected] = []
        for index, feature in enumerate(features):
            try:
                records.append(_event(feature, context.status))
            except (InvalidInputError, UnsafeError) as error:
                rejected.append(refuse(error, f"features[{index}]", feature))
        return Parsed(records=records, rejected=rejected)


def _features(document: Any) -> list[Any]:
    if isinstance(document, dict):
        if document.get("type") == "Feature":
            return [document]
        features = document.get("features")
        if document.get("type") == "FeatureCollection" and isinstance(features, list):
            return features
    raise InvalidInputError(
        "This is no USGS feed; expected a GeoJSON FeatureCollection with features, or a Feature."
    )


def _event(feature: Any, status: Status) -> Record:
    given = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(given, dict):
        raise InvalidInputError("An event has no properties; expected a GeoJSON Feature of the USGS.")
    ids = _ids(feature, given)
    time, updated = epoch(given.get("time"), "time"), epoch(given.get("updated"), "updated")
    if time is None:
        raise InvalidInputError(f"Event {ids[0]} has no time; expected milliseconds since 1970.")
    sent = updated or time
    state: State = "cancelled" if given.get("status") == "deleted" else "active"
    place, depth = _focus(feature)
    magnitude = number(given.get("mag"), "mag", -5, 12)
    body: dict[str, Any] = {name: text for name in _WORDS if (text := words(given.get(name)))}
    body |= {name: value for name in _NUMBERS if isinstance(value := given.get(name), int | float)}
    body |= {
        "ids": ids,
        "names": ids,
        "mag": magnitude,
        "depth_km": depth,
        "tsunami": given.get("tsunami") == 1,
        "place": words(given.get("place")),
    }
    body["lineage"] = sorted({f"usgs:{name}" for name in ids})
    severity = Severity.UNKNOWN
    if body.get("alert") in ("green", "yellow", "orange", "red"):
        severity = Severity(crosswalk("pager-severity")(body["alert"]))
        body["severity_basis"] = "PAGER alert colour"
    detail = given.get("products")
    if isinstance(detail, Mapping):
        body["products"] = {
            words(kind, 80): len(made) for kind, made in detail.items() if isinstance(made, list)
        }
    kind = body.get("type", "earthquake")
    return Record(
        kind="event",
        source="usgs",
        key=min(ids),
        revision=format_time(sent)
        + ("+deleted" if state == "cancelled" else "+detail" if "products" in body else ""),
        sent=sent,
        valid_from=time,
        title=words(given.get("title")) or _title(magnitude, body["place"] or kind),
        hazard=guess(kind),
        severity=severity,
        certainty=Certainty.OBSERVED if given.get("status") == "reviewed" else Certainty.LIKELY,
        status=status,
        state=state,
        geometry=place,
        area=body["place"],
        body=body,
    )


def _ids(feature: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Return all ids of an event, the one in front first."""
    first = words(feature.get("id"), 64)
    listed = [words(part, 64) for part in words(given.get("ids"), 2000).split(",")]
    found = list(dict.fromkeys(part for part in (first, *listed) if part))
    if not found:
        raise InvalidInputError("An event has neither an id nor ids; it cannot be told from others.")
    return found


def _focus(feature: Mapping[str, Any]) -> tuple[dict[str, Any] | None, float | None]:
    """Return the epicentre, and the depth in km."""
    geometry = feature.get("geometry")
    if geometry is None:
        return None, None
    where = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if not isinstance(where, list) or len(where) < 2 or geometry.get("type") != "Point":
        raise InvalidInputError("The place of an event is no GeoJSON Point of longitude, latitude and depth.")
    depth = number(where[2], "depth", -20, 1000) if len(where) > 2 else None
    return point(where[0], where[1]), depth


def _title(magnitude: float | None, place: str) -> str:
    return f"M {magnitude:.1f} - {place}" if magnitude is not None else place
