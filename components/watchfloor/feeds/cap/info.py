"""One ``info`` of an alert: what happens, how bad, when and where, in one language."""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.scales import Certainty, Severity, Urgency, WarningColour
from watchfloor.feeds.base import Rejected
from watchfloor.feeds.cap import words
from watchfloor.feeds.cap.area import Shapes
from watchfloor.feeds.cap.parts import Reader, RefusedError, address, moment, remark

__all__ = ["Info", "read_info"]

_AREAS = 1_000
_GEOCODES = 2_000
_RESOURCES = 50
_CATEGORIES = frozenset(
    "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other".split()  # noqa: SIM905  as CAP lists them
)
_RESPONSES = frozenset("Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None".split())  # noqa: SIM905


@dataclass(frozen=True)
class Info:
    """What one ``info`` says.

    Parameters
    ----------
    severity, urgency, certainty
        CAP words.
    hazard
        Kind of hazard.
    starts, ends
        When it holds: onset, or effective; expires. None where it does not say.
    effective
        When the information takes effect; None where it does not say.
    colour
        Colour of a warning that it names.
    clear
        Whether it gives the all-clear.
    body
        All of it, in JSON's types.
    """

    severity: Severity
    urgency: Urgency
    certainty: Certainty
    hazard: str
    starts: datetime | None
    ends: datetime | None
    effective: datetime | None
    colour: WarningColour | None
    clear: bool
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def english(self) -> bool:
        """Whether it is written in English."""
        return str(self.body["language"]).lower().startswith("en")


def read_info(
    reader: Reader,
    version: str,
    followed: str,
    zone: tzinfo | None,
    shapes: Shapes,
    notes: list[str],
    rejected: list[Rejected],
) -> Info:
    """Read one ``info``.

    Parameters
    ----------
    reader
        Its elements.
    version
        Version of CAP.
    followed
        Profile of CAP that the message follows.
    zone
        Time zone of times without an offset; None leaves them out.
    shapes
        The message's shapes; those of this info are added.
    notes
        What was assumed is added here.
    rejected
        Parts that could not be read are added here.

    Raises
    ------
    RefusedError
        If an element that CAP requires is missing.
    """
    event = reader.need("event", 300)
    categories = _known(reader.texts("category", 40), _CATEGORIES, "category", notes)
    if not categories and version != "1.0":
        remark(notes, "no category, which CAP requires")
    codes = reader.pairs("eventCode")
    parameters = reader.pairs("parameter")
    headline = reader.text("headline", 500)
    said = reader.text("severity", 60)
    colour = words.colour([said, headline, event, *(code["value"] for code in codes)])
    if followed != words.CHINA and words.colour([said]) is None:
        colour = None  # a colour in the headline of others may mean anything
    severity = words.severity(said, colour, notes)
    if severity is None:
        severity = words.scale(Severity, reader.need("severity"), "severity", notes)
    responses = _known(reader.texts("responseType", 40), _RESPONSES, "responseType", notes)
    times = {name: _time(reader, name, zone, notes) for name in ("effective", "onset", "expires")}
    ends = times["expires"]
    if ends is not None and (later := _event_end(parameters)) is not None:
        ends = max(ends, later)
    body: dict[str, Any] = {
        "language": reader.text("language", 35) or "en-US",
        "category": categories,
        "event": event,
        "responseType": responses,
        "urgency": reader.need("urgency", 60),
        "severity": said,
        "certainty": reader.need("certainty", 60),
        "audience": reader.text("audience", 500),
        "eventCode": codes,
        **{name: format_time(at) if at else "" for name, at in times.items()},
        "senderName": reader.text("senderName", 300),
        "headline": headline,
        "description": reader.prose("description", 20_000),
        "instruction": reader.prose("instruction", 20_000),
        "web": address(reader.text("web", 2000), "web", notes),
        "contact": reader.text("contact", 1000),
        "parameters": parameters,
        "resources": _resources(reader, notes),
        "areas": _areas(reader, shapes, notes, rejected),
    }
    texts = [headline, *(code["value"] for code in codes), *_awareness(parameters)]
    return Info(
        severity=severity,
        urgency=words.scale(Urgency, body["urgency"], "urgency", notes),
        certainty=words.certainty(body["certainty"], notes),
        hazard=words.hazard(event, texts, categories),
        starts=times["onset"] or times["effective"],
        ends=ends,
        effective=times["effective"],
        colour=colour,
        clear="AllClear" in responses,
        body={name: value for name, value in body.items() if value not in ("", [])},
    )


def _known(said: list[str], known: frozenset[str], name: str, notes: list[str]) -> list[str]:
    """Return the words as CAP spells them; others are kept as they are, with a note."""
    folded = {word.casefold(): word for word in known}
    for word in said:
        if word.casefold() not in folded:
            remark(notes, f"{name} {word[:40]!r} is not a CAP word")
    return [folded.get(word.casefold(), word) for word in said]


def _time(reader: Reader, name: str, zone: tzinfo | None, notes: list[str]) -> datetime | None:
    """Read a time that CAP does not require: one that cannot be read is left out, with a note."""
    text = reader.text(name, 64)
    if not text:
        return None
    try:
        return moment(text, zone, name, notes)
    except InvalidInputError as error:
        remark(notes, f"left out: {error}")
        return None


def _event_end(parameters: list[dict[str, str]]) -> datetime | None:
    """Return the end of the event where the National Weather Service tells it apart from the message's."""
    for pair in parameters:
        if pair["name"] == "eventEndingTime":
            try:
                return moment(pair["value"], None, "eventEndingTime", [])
            except InvalidInputError:
                return None
    return None


def _awareness(parameters: list[dict[str, str]]) -> list[str]:
    return [pair["value"] for pair in parameters if pair["name"] == "awareness_type"]


def _resources(reader: Reader, notes: list[str]) -> list[dict[str, str]]:
    """Return the resources by description and address; what they carry within the message is left out."""
    found = []
    for element in reader.all("resource")[:_RESOURCES]:
        part = Reader(element, reader.where)
        if part.all("derefUri"):
            remark(notes, "the content of a resource (derefUri) was left out")
        resource = {
            "resourceDesc": part.text("resourceDesc", 500),
            "mimeType": part.text("mimeType", 100),
            "size": part.text("size", 20),
            "uri": address(part.text("uri", 2000), "uri", notes),
            "digest": part.text("digest", 100),
        }
        found.append({name: value for name, value in resource.items() if value})
    return found


def _areas(
    reader: Reader, shapes: Shapes, notes: list[str], rejected: list[Rejected]
) -> list[dict[str, Any]]:
    found = []
    elements = reader.all("area")
    if len(elements) > _AREAS:
        remark(notes, f"{len(elements) - _AREAS} of {len(elements)} areas were left out")
    for place, element in enumerate(elements[:_AREAS], start=1):
        where = f"{reader.where}/area[{place}]"
        part = Reader(element, where)
        area: dict[str, Any] = {"areaDesc": part.text("areaDesc", 10_000)}
        if not area["areaDesc"]:
            raise RefusedError("The element <areaDesc> is missing; CAP requires it.", f"{where}/areaDesc")
        geometries = []
        for name, read in (("polygon", lambda text: shapes.polygon(text, notes)), ("circle", shapes.circle)):
            for number, shape in enumerate(part.all(name), start=1):
                text = "".join(str(piece) for piece in shape.itertext())
                try:
                    geometry = read(text)
                except InvalidInputError as error:
                    spot = f"{where}/{name}[{number}]"
                    remark(notes, f"{spot} was left out: {error}")
                    rejected.append(Rejected(str(error), spot, text[:4096].encode()))
                else:
                    if geometry is not None:
                        geometries.append(geometry)
        if geometries:
            area["geometries"] = geometries
        if codes := part.pairs("geocode", _GEOCODES):
            area["geocode"] = codes
        for name in ("altitude", "ceiling"):
            if text := part.text(name, 30):
                area[name] = text
        found.append(area)
    return found
