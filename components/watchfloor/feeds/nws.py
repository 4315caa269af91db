"""US National Weather Service: active alerts of its API as GeoJSON (api.weather.gov, ``/alerts``)."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from watchfloor.core import geometry
from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError, UnsafeError
from watchfloor.core.kinds import guess
from watchfloor.core.scales import Certainty, Severity, Status, Urgency
from watchfloor.feeds.base import Context, Feed, Parsed, Rejected
from watchfloor.feeds.values import choice, instant, refuse, tidy, words
from watchfloor.security.json import parse_json
from watchfloor.store.records import Record, State

__all__ = ["NWS"]

_EMPTY = re.compile(rb'"features"\s*:\s*\[\s*\]')
_TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")
_VTEC = re.compile(
    r"/([OTEX])\.(NEW|CON|EXT|EXA|EXB|UPG|CAN|EXP|COR|ROU)\.([A-Z]{4})\.([A-Z]{2})\.([WAYSOFN])\.(\d{4})\."
    r"(\d{6}T\d{4}Z)-(\d{6}T\d{4}Z)/",
    re.ASCII,
)
_NAME = re.compile(r"[^\s,<&]{1,512}")


class NWS(Feed):
    """Alerts of the US National Weather Service.

    They are CAP alerts in another form: source, key and revision are those of the ``cap`` feed, so that the same
    message is stored once by whichever way it comes. Many have no geometry, but only zones; their codes (SAME, UGC)
    are kept. An alert holds until its event ends, or where that is not known, until the message expires; if it
    expires before the event begins, it holds from when it was sent. P-VTEC is kept and read: where all of an alert's
    codes say CAN it is cancelled, where all say EXP or UPG it has ended.

    An optional time that cannot be read is left out and named in quarantine; the alert itself is kept.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> data = b'''{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": null, "properties": {
    ...   "id": "urn:oid:1", "sender": "w-nws.webmaster@noaa.gov", "sent": "2026-06-01T06:00:00-06:00",
    ...   "status": "Actual", "messageType": "Alert", "event": "Flood Warning", "severity": "Severe",
    ...   "geocode": {"UGC": ["TXC453"]}, "areaDesc": "Travis, TX"}}]}'''
    >>> [alert] = NWS().parse(data, Context(parse_time("2026-06-01T12:01:00Z"))).records
    >>> alert.source, alert.hazard, alert.severity.value
    ('cap:w-nws.webmaster@noaa.gov', 'flood', 'Severe')
    """

    name: ClassVar[str] = "nws"
    title: ClassVar[str] = "US National Weather Service alerts"
    cadence: ClassVar[timedelta] = timedelta(minutes=1)
    late_after: ClassVar[timedelta] = timedelta(minutes=10)
    media: ClassVar[tuple[str, ...]] = ("application/geo+json", "application/ld+json", "application/json")

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  the name says nothing more
        """Tell by the type of its alerts, or by its ontology over an empty list."""
        head = data[: 256 * 1024].lstrip(b"\xef\xbb\xbf \t\r\n")
        if not head.startswith(b"{"):
            return False
        return b'"wx:Alert"' in head or (b"api.weather.gov/ontology" in head and bool(_EMPTY.search(head)))

    def parse(self, data: bytes, context: Context) -> Parsed:  # noqa: ARG002  the document says all
        """Read a collection of alerts, or one alert."""
        try:
            features = _features(parse_json(data, limit=self.limit))
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[refuse(error, "document", data)])
        records: dict[str, Record] = {}
        rejected: list[Rejected] = []
        for index, feature in enumerate(features):
            where = f"features[{index}]"
            try:
                record = _alert(feature, where, rejected)
            except (InvalidInputError, UnsafeError) as error:
                rejected.append(refuse(error, where, feature))
                continue
            same = records.setdefault(record.identity, record)
            if same != record:
                reason = "Another alert of this document has the same id, sender and time, but says something else."
                rejected.append(refuse(reason, where, feature))
        return Parsed(records=list(records.values()), rejected=rejected)


def _features(document: Any) -> list[Any]:
    if isinstance(document, dict):
        if document.get("type") == "Feature":
            return [document]
        if isinstance(document.get("features"), list):
            return list(document["features"])
    raise InvalidInputError("This is no list of alerts; expected the GeoJSON of api.weather.gov/alerts.")


def _alert(feature: Any, where: str, rejected: list[Rejected]) -> Record:
    given = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(given, dict):
        raise InvalidInputError("An alert has no properties; expected a GeoJSON Feature of api.weather.gov.")
    identifier, sender, kind = _name(given, "id"), _name(given, "sender"), words(given.get("messageType"), 20)
    if kind not in _TYPES:
        raise InvalidInputError(f"messageType is {kind!r}; expected one of {', '.join(_TYPES)}.")
    status = choice(Status, given.get("status"), Status.DRAFT)
    if status is Status.DRAFT and given.get("status") != "Draft":
        raise InvalidInputError(
            f"status is {words(given.get('status'), 40)!r}; expected Actual, Exercise, System or Test."
        )
    sent = instant(given.get("sent"), "sent")
    if sent is None:
        raise InvalidInputError("An alert has no time of issue (sent).")
    times = {name: _time(given, name, where, rejected) for name in ("effective", "onset", "expires", "ends")}
    start, end = _validity(sent, times)
    references = _references(given.get("references"), where, rejected)
    severity = choice(Severity, given.get("severity"), Severity.UNKNOWN)
    urgency = choice(Urgency, given.get("urgency"), Urgency.UNKNOWN)
    certainty = choice(Certainty, given.get("certainty"), Certainty.UNKNOWN)
    event, area = words(given.get("event"), 300), words(given.get("areaDesc"), 10_000)
    headline = words(given.get("headline"))
    parameters = given.get("parameters")
    codes = _codes(parameters)
    place = geometry.write(geometry.read(feature.get("geometry")))
    info = {
        "language": "en-US",
        "category": [words(given.get("category"), 40)],
        "event": event,
        "responseType": [words(given.get("response"), 40)],
        "urgency": urgency.value,
        "severity": severity.value,
        "certainty": certainty.value,
        **{name: format_time(time) if time else "" for name, time in times.items()},
        "senderName": words(given.get("senderName"), 300),
        "headline": headline,
        "description": tidy(given.get("description")),
        "instruction": tidy(given.get("instruction")),
        "parameters": _pairs(parameters),
        "areas": [{"areaDesc": area, "geocode": _pairs(given.get("geocode"))}],
    }
    own = [item for item in references if item["sender"].casefold() == sender.casefold()]
    chained = own if kind in ("Update", "Cancel") else []
    body: dict[str, Any] = {
        "identifier": identifier,
        "sender": sender,
        "sent": words(given.get("sent"), 64),
        "msgType": kind,
        "references": references,
        "zones": tidy(given.get("affectedZones")),
        "vtec": codes,
        "lead": 0,
        "infos": [{name: value for name, value in info.items() if value not in ("", [], [""], None)}],
        "names": list(dict.fromkeys([identifier, *(item["identifier"] for item in chained)])),
    }
    return Record(
        kind="report" if kind in ("Ack", "Error") else "alert",
        source=f"cap:{sender}",
        key=chained[0]["identifier"] if chained else identifier,
        revision=f"{format_time(sent)}/{_TYPES.index(kind)}/{identifier}",
        sent=sent,
        valid_from=start,
        valid_to=end,
        title=headline or f"{event}: {area}"[:300],
        hazard=guess(event, words(given.get("category"), 40)),
        severity=severity,
        urgency=urgency,
        certainty=certainty,
        status=status,
        state=_state(kind, words(given.get("response"), 40), codes),
        geometry=place,
        area=area[:2000],
        body={name: value for name, value in body.items() if value not in ("", [], None)},
    )


def _name(given: Mapping[str, Any], name: str) -> str:
    text = words(given.get(name), 600)
    if not _NAME.fullmatch(text):
        raise InvalidInputError(
            f"{name} is {text[:80]!r}; expected a CAP name without blanks, commas, < and &."
        )
    return text


def _time(given: Mapping[str, Any], name: str, where: str, rejected: list[Rejected]) -> datetime | None:
    try:
        return instant(given.get(name), name)
    except InvalidInputError as error:
        rejected.append(
            refuse(f"{error} The alert is kept without it.", f"{where}.properties.{name}", given.get(name))
        )
        return None


def _validity(sent: datetime, times: Mapping[str, datetime | None]) -> tuple[datetime, datetime | None]:
    """Return from when to when an alert holds."""
    told = times["effective"] or sent
    start = times["onset"] or told
    end = times["ends"] or times["expires"]
    if end is not None and end <= start:
        start = min(told, end)
    return start, end


def _references(listed: Any, where: str, rejected: list[Rejected]) -> list[dict[str, str]]:
    """Return the messages that this one follows, the earliest first."""
    found: list[tuple[datetime, dict[str, str]]] = []
    for index, item in enumerate(listed if isinstance(listed, list) else []):
        try:
            if not isinstance(item, dict):
                raise InvalidInputError("A reference is no object of identifier, sender and sent.")
            sent = instant(item.get("sent"), "sent")
            if sent is None:
                raise InvalidInputError("A reference has no time.")
            said = {
                "sender": _name(item, "sender"),
                "identifier": _name(item, "identifier"),
                "sent": format_time(sent),
            }
            found.append((sent, said))
        except InvalidInputError as error:
            rejected.append(
                refuse(
                    f"{error} The alert is kept without it.", f"{where}.properties.references[{index}]", item
                )
            )
    return [said for _, said in sorted(found, key=lambda pair: (pair[0], pair[1]["identifier"]))]


def _pairs(given: Any) -> list[dict[str, str]]:
    """Return an object of lists as CAP's pairs of name and value."""
    if not isinstance(given, dict):
        return []
    return [
        {"name": words(name, 200), "value": words(value, 2000)}
        for name, values in given.items()
        for value in (values if isinstance(values, list) else [values])
    ]


def _codes(parameters: Any) -> list[dict[str, str]]:
    """Read P-VTEC (NWS Instruction 10-1703): action, office, phenomenon, significance, number, begin and end."""
    listed = parameters.get("VTEC") if isinstance(parameters, dict) else None
    out = []
    for text in listed if isinstance(listed, list) else []:
        for match in _VTEC.finditer(text if isinstance(text, str) else ""):
            names = ("class", "action", "office", "phenomenon", "significance", "number", "begin", "end")
            out.append({"code": match[0]} | dict(zip(names, match.groups(), strict=True)))
    return out


def _state(kind: str, response: str, codes: list[dict[str, str]]) -> State:
    actions = {code["action"] for code in codes}
    if kind == "Cancel" or actions == {"CAN"}:
        return "cancelled"
    return "ended" if response == "AllClear" or (actions and actions <= {"CAN", "EXP", "UPG"}) else "active"
