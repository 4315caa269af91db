"""Earthquakes in QuakeML 1.2, as seismological agencies and FDSN event services give them."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from lxml import etree

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError
from watchfloor.core.kinds import guess
from watchfloor.core.provenance import digest
from watchfloor.core.scales import Certainty
from watchfloor.feeds.base import Context, Feed, Parsed
from watchfloor.feeds.values import instant, number, opening, point, refuse, words
from watchfloor.security.xml import Limits, parse_xml
from watchfloor.store.records import Record, State

__all__ = ["QuakeML"]

MAX_EVENTS = 20_000
_SPACE = re.compile(r"\{http://quakeml\.org/xmlns/[a-z0-9./-]{1,40}\}", re.ASCII)
# The USGS says by it which event of its own catalogue this is.
_CATALOG = "{http://anss.org/xmlns/catalog/0.1}"
_QUALITY = {
    "usedStationCount": ("nst", 0.0, 1e6), "usedPhaseCount": ("phases", 0.0, 1e6), "standardError": ("rms", 0.0, 1e6),
    "azimuthalGap": ("gap", 0.0, 360.0), "minimumDistance": ("dmin", 0.0, 180.0),
}  # fmt: skip
_MAGNITUDES = 50

Element = etree._Element


class QuakeML(Feed):
    """Events of QuakeML 1.2 (and of its draft 1.0), each with its preferred origin and magnitude.

    The key is the event's ``publicID``. A revision is told by the newest ``creationTime`` among the event, its origin and
    its magnitude, by ``version``, and by what it says, so that a change without a new version is not lost. Where no
    preferred origin or magnitude is named, or the one that is named is not there, the first counts (the magnitude of that
    origin before others), and ``body["origin_basis"]`` says so. QuakeML's depth is in metres; ``depth_km`` is in kilometres.

    What a person located (``evaluationMode`` manual) is Observed, what a machine did Likely. An origin that was rejected,
    or a type ``not existing``, cancels the event. The severity is Unknown: a magnitude alone does not say what it does to
    people.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> data = b'''<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2">
    ... <eventParameters publicID="smi:x/1"><event publicID="smi:x/e1"><origin publicID="smi:x/o1"><time><value>2026-06-01T10:00:00Z
    ... </value></time><latitude><value>25.1</value></latitude><longitude><value>110.2</value></longitude>
    ... <depth><value>12000</value></depth></origin></event></eventParameters></q:quakeml>'''
    >>> [record] = QuakeML().parse(data, Context(parse_time("2026-06-01T12:00:00Z"), "fdsn")).records
    >>> record.key, record.hazard, record.body["depth_km"]
    ('smi:x/e1', 'earthquake', 12.0)
    """

    name: ClassVar[str] = "quakeml"
    title: ClassVar[str] = "QuakeML"
    cadence: ClassVar[timedelta] = timedelta(minutes=1)
    late_after: ClassVar[timedelta] = timedelta(minutes=15)
    media: ClassVar[tuple[str, ...]] = ("application/xml", "text/xml")
    generic: ClassVar[bool] = False

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  its bytes tell enough
        """Tell by QuakeML's namespace near the beginning, in 8 or 16 bits."""
        head = opening(data, 8192)
        return head.startswith(b"<") and b"http://quakeml.org/xmlns/" in head

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read every event; one that cannot be read is rejected by itself."""
        try:
            root = parse_xml(data, Limits(size=self.limit, elements=500_000))
            space = _space(root)
            events = list(root.iter(f"{space}event"))
            if len(events) > MAX_EVENTS:
                raise LimitError(f"The document has more than {MAX_EVENTS:,} events.")
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[refuse(error, "document", data)])
        records, rejected = [], []
        for place, event in enumerate(events):
            try:
                records.append(_Event(event, context).record())
            except InvalidInputError as error:
                rejected.append(refuse(error, f"event {place}", etree.tostring(event)))
        return Parsed(records=records, rejected=rejected)


def _space(root: Element) -> str:
    """Return the namespace of the event parameters, in braces."""
    for element in (root, *root):
        tag = str(element.tag)
        space, _, local = tag.rpartition("}")
        if local == "eventParameters" and _SPACE.fullmatch(space + "}"):
            return space + "}"
    raise InvalidInputError("The document has no eventParameters of QuakeML.")


class _Event:
    """One event, read by names in its own namespace."""

    def __init__(self, event: Element, context: Context) -> None:
        self.event, self.context = event, context
        tag = str(event.tag)
        self.space = tag[: tag.rfind("}") + 1]

    def record(self) -> Record:
        """Make the record of the event as its preferred origin and magnitude tell it."""
        key = words(self.event.get("publicID"), 400)
        if not key or len(key) > 300:
            raise InvalidInputError("An event has no publicID, or one of more than 300 characters.")
        origin, origin_basis = self._preferred("origin", "preferredOriginID", "")
        if origin is None:
            raise InvalidInputError(
                f"Event {key[:80]} has no origin, so neither a time nor a place is known."
            )
        magnitude, _ = self._preferred(
            "magnitude", "preferredMagnitudeID", words(origin.get("publicID"), 400)
        )
        time = self._time(origin, "time/value")
        if time is None:
            raise InvalidInputError(f"Event {key[:80]} has no time of origin.")
        lon, lat = self._text(origin, "longitude/value"), self._text(origin, "latitude/value")
        place = point(lon, lat)
        kind = self._text(self.event, "type").casefold()
        kind = "" if kind in ("null", "not reported") else kind
        mode, evaluated = self._text(origin, "evaluationMode"), self._text(origin, "evaluationStatus")
        gone = kind == "not existing" or evaluated == "rejected"
        state: State = "cancelled" if gone else "active"
        body = self._body(origin, magnitude) | {
            "id": key, "type": kind or "earthquake", "status": "reviewed" if mode == "manual" else mode,
            "evaluation_status": evaluated, "origin_basis": origin_basis,
        }  # fmt: skip
        body = {name: value for name, value in body.items() if value not in (None, "", [])}
        body["lineage"] = [f"quakeml:{key}", *self._elsewhere()]
        parts = [part for part in (self.event, origin, magnitude) if part is not None]
        made = [found for part in parts if (found := self._time(part, "creationInfo/creationTime"))]
        sent = max([*made, time])
        version = self._text(self.event, "creationInfo/version") or self._text(origin, "creationInfo/version")
        order = re.sub(r"\d{1,8}", lambda match: match[0].zfill(8), version[:40], flags=re.ASCII)
        source = self.context.source
        mag = body.get("mag")
        return Record(
            kind="event",
            source=f"quakeml:{source}" if source else "quakeml",
            key=key,
            revision="+".join(
                [format_time(sent), *([order] if order else []), digest([body, place, state])[:12]]
            ),
            sent=sent,
            valid_from=time,
            title=f"M {mag:.1f} - {body.get('place', key)}" if mag is not None else body.get("place", key),
            hazard="earthquake" if kind in ("", "earthquake", "induced or triggered event") else guess(kind),
            certainty=Certainty.OBSERVED if mode == "manual" else Certainty.LIKELY,
            status=self.context.status,
            state=state,
            geometry=place,
            area=body.get("place", ""),
            body=body,
        )

    def _body(self, origin: Element, magnitude: Element | None) -> dict[str, Any]:
        depth = number(self._text(origin, "depth/value"), "depth", -20_000, 1_000_000)
        body: dict[str, Any] = {
            "place": self._place(),
            "depth_km": None if depth is None else depth / 1000,
            "depth_type": self._text(origin, "depthType"),
            "agency": self._text(origin, "creationInfo/agencyID")
            or self._text(origin, "creationInfo/agencyURI"),
            "author": self._text(origin, "creationInfo/author"),
            "version": self._text(self.event, "creationInfo/version"),
            "magnitudes": self._magnitudes(),
        }
        if magnitude is not None:
            body["mag"] = number(self._text(magnitude, "mag/value"), "mag", -5, 12)
            body["magType"] = self._text(magnitude, "type")
        for name, (ours, low, high) in _QUALITY.items():
            body[ours] = self._known(origin, f"quality/{name}", low, high)
        return body

    def _magnitudes(self) -> list[dict[str, Any]]:
        """Return all magnitudes, of each kind."""
        found = []
        for part in self._all("magnitude")[:_MAGNITUDES]:
            value = self._known(part, "mag/value", -5, 12)
            if value is not None:
                found.append({"value": value, "type": self._text(part, "type")})
        return found

    def _place(self) -> str:
        """Return the region in words."""
        said = {
            self._text(part, "type"): self._text(part, "text") for part in reversed(self._all("description"))
        }
        kinds = ("region name", "Flinn-Engdahl region", "earthquake name", "nearest cities", "")
        return next((said[kind] for kind in kinds if said.get(kind)), "")

    def _elsewhere(self) -> list[str]:
        """Return the name that the USGS knows it by."""
        net, code = (words(self.event.get(f"{_CATALOG}{name}"), 30) for name in ("eventsource", "eventid"))
        return [f"usgs:{net}{code}"] if net and code else []

    def _preferred(self, name: str, by: str, of: str) -> tuple[Element | None, str]:
        """Return the preferred part of a kind, else the one of an origin, else the first; and how it was chosen."""
        parts = self._all(name)
        wanted = self._text(self.event, by)
        for part in parts:
            if wanted and words(part.get("publicID"), 400) == wanted:
                return part, "preferred"
        mine: Iterable[Element] = (part for part in parts if of and self._text(part, "originID") == of)
        return next(iter(mine), parts[0] if parts else None), "first"

    def _all(self, name: str) -> list[Element]:
        return self.event.findall(f"{self.space}{name}")

    def _text(self, part: Element, path: str) -> str:
        found = part.find("/".join(f"{self.space}{step}" for step in path.split("/")))
        return "" if found is None else words(found.text, 400)

    def _time(self, part: Element, path: str) -> datetime | None:
        return instant(self._text(part, path), path.partition("/")[0], self.context.zone)

    def _known(self, part: Element, path: str, low: float, high: float) -> float | None:
        """Return a number that is good to have; one that cannot be right is left out."""
        try:
            return number(self._text(part, path), path, low, high)
        except InvalidInputError:
            return None
