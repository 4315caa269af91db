"""One ``alert``: the message as a whole, made into one record."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.scales import Certainty, Severity, Status, Urgency, rank
from watchfloor.feeds.base import Context, Rejected
from watchfloor.feeds.cap import words
from watchfloor.feeds.cap.area import Shapes
from watchfloor.feeds.cap.info import Info, read_info
from watchfloor.feeds.cap.parts import Element, Reader, RefusedError, moment, remark
from watchfloor.security.signature import Signature
from watchfloor.security.text import plain
from watchfloor.store.records import Record, State

__all__ = ["EARLIEST", "SKEW", "Reference", "key_of", "read_alert", "revision_of", "title_of"]

SKEW = timedelta(minutes=5)
"""How far a message may be from the future before its sender's clock is taken to be wrong."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""CAP is of 2001; what claims to be older was written by a clock that was never set."""

_INFOS = 64
_REFERENCES = 500
_TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")
_SCOPES = ("Public", "Restricted", "Private")
# CAP 1.2, 3.2.1: no spaces, commas or restricted characters (< and &), else `references` could not be read.
_NAME = re.compile(r"[^\s,<&]{1,512}")


@dataclass(frozen=True)
class Reference:
    """An earlier message that one refers to: who sent it, its identifier, and when it was sent, if that can be read."""

    sender: str
    identifier: str
    sent: datetime | None


def read_alert(
    element: Element,
    context: Context,
    where: str,
    *,
    signature: Signature | None = None,
    doubt: Status | None = None,
) -> tuple[Record, list[Rejected]]:
    """Read one alert.

    Parameters
    ----------
    element
        The ``alert`` element.
    context
        What is known beside it.
    where
        Its place in the document, like an XPath.
    signature
        What its signature is worth.
    doubt
        Status of the envelope that it came in, where that is not in earnest.

    Returns
    -------
    Record
        Of kind alert; an acknowledgement or an error message is a report.
    list of Rejected
        Parts that could not be read, while the rest could.

    Raises
    ------
    RefusedError
        If it is not an alert that can be taken, with the reason.
    """
    notes: list[str] = []
    rejected: list[Rejected] = []
    head = Reader(element, where)
    version = words.NAMESPACES[str(element.tag)[1:].partition("}")[0]]
    identifier, sender = _name(head, "identifier"), _name(head, "sender")
    codes = head.texts("code", 300)
    blocks = [Reader(info, f"{where}/info[{place}]") for place, info in enumerate(head.all("info"), start=1)]
    if len(blocks) > _INFOS:
        remark(notes, f"{len(blocks) - _INFOS} of {len(blocks)} infos were left out")
        del blocks[_INFOS:]
    named = [
        pair["name"] for block in blocks for name in ("eventCode", "parameter") for pair in block.pairs(name)
    ]
    followed = words.profile(identifier, sender, codes, named)
    zone = words.zone_of(followed) or context.zone
    sent = _sent(head, zone, context, notes)
    status = _status(head, doubt, notes)
    kind = _word(head, "msgType", _TYPES)
    scope = _scope(head, version, notes)
    references = _references(head.text("references", 100_000), notes)
    key, order = key_of(identifier, sender, sent, kind, references, notes, f"{where}/references")
    if order > context.received + SKEW:
        order = sent  # a reference to the future must not hold back what comes later
    shapes = Shapes()
    infos = [read_info(block, version, followed, zone, shapes, notes, rejected) for block in blocks]
    try:
        geometry = shapes.whole()
    except InvalidInputError as error:
        geometry = None
        remark(notes, f"the area cannot be drawn: {error}")
        rejected.append(Rejected(str(error), f"{where}/info/area"))
    lead = min(
        range(len(infos)), key=lambda n: (rank(infos[n].severity), not infos[n].english, n), default=None
    )
    chief = infos[lead] if lead is not None else None
    valid_from, valid_to = _validity(infos, sent, notes)
    note = head.prose("note", 5000)
    signature = signature or Signature("none")
    body: dict[str, Any] = {
        "cap": version,
        "identifier": identifier,
        "sender": sender,
        "sent": head.text("sent", 64),
        "msgType": kind,
        "scope": scope,
        "source": head.text("source", 300),
        "restriction": head.text("restriction", 500),
        "addresses": head.text("addresses", 2000),
        "code": codes,
        "note": note,
        "references": [_told(item) for item in references],
        "incidents": head.text("incidents", 2000),
        "profile": followed,
        "colour": chief.colour.value if chief and chief.colour else "",
        "lead": lead,
        "infos": [info.body for info in infos],
        "names": _names(identifier, sender, kind, references),
        "signature": {"signer": signature.signer, "reason": signature.reason}
        if signature.trust != "none"
        else "",
        "feed": plain(context.source, 300),
        "notes": notes,
    }
    areas = dict.fromkeys(
        area["areaDesc"] for info in infos if info is chief for area in info.body.get("areas", [])
    )
    record = Record(
        kind="report" if kind in ("Ack", "Error") else "alert",
        source=f"cap:{sender}",
        key=key,
        revision=revision_of(order, kind, identifier),
        sent=order,
        valid_from=valid_from,
        valid_to=valid_to,
        title=title_of(chief, kind, note, identifier),
        hazard=chief.hazard if chief else "other",
        severity=chief.severity if chief else Severity.UNKNOWN,
        urgency=chief.urgency if chief else Urgency.UNKNOWN,
        certainty=chief.certainty if chief else Certainty.UNKNOWN,
        status=status,
        state=_state(kind, infos),
        geometry=geometry,
        area=plain("; ".join(areas), 2000),
        trust=signature.trust,
        body={name: value for name, value in body.items() if value not in ("", [], None)},
    )
    return record, rejected


def key_of(
    identifier: str,
    sender: str,
    sent: datetime,
    kind: str,
    references: list[Reference],
    notes: list[str],
    where: str,
) -> tuple[str, datetime]:
    """Return the key of the chain that a message belongs to, as far as it tells by itself, and its place in it.

    The key is the identifier of the earliest message of the same sender that an Update or a Cancel refers to, and
    else its own. What another sender wrote is not touched: anyone can claim to cancel anything. The place is `sent`,
    or the time of the latest message referred to where a wrong clock made that the later one.

    Raises
    ------
    RefusedError
        If it is a Cancel that names nothing.
    """
    if kind not in ("Update", "Cancel"):
        return identifier, sent
    own = [item for item in references if item.sender.casefold() == sender.casefold()]
    if len(own) < len(references):
        remark(notes, "it refers to messages of another sender, which are left as they are")
    if not references:
        if kind == "Cancel":
            raise RefusedError(
                "This Cancel names no earlier message in <references>; it cancels nothing.", where
            )
        remark(notes, "this Update names no earlier message in references")
    if not own:
        return identifier, sent
    first = min(own, key=lambda item: item.sent or datetime.max.replace(tzinfo=UTC))
    last = max((item.sent for item in own if item.sent), default=sent)
    if last > sent:
        remark(
            notes, f"sent before the message that it refers to ({format_time(last)}); taken as following it"
        )
    return first.identifier, max(sent, last)


def revision_of(sent: datetime, kind: str, identifier: str) -> str:
    """Return the name of a revision: of two at the same time, an Update follows an Alert, and a Cancel either."""
    return f"{format_time(sent)}/{_TYPES.index(kind)}/{identifier}"


def title_of(chief: Info | None, kind: str, note: str, identifier: str) -> str:
    """Return one line: the headline, or else what happens where, or else the message's type."""
    if chief is None:
        return plain(f"{kind}: {note or identifier}", 300)
    headline = str(chief.body.get("headline", ""))
    areas = [area["areaDesc"] for area in chief.body.get("areas", [])]
    return plain(headline or ": ".join([str(chief.body["event"]), *areas[:1]]), 300)


def _name(head: Reader, name: str) -> str:
    text = head.need(name, 600)
    if _NAME.fullmatch(text) is None:
        raise RefusedError(
            f"The {name} {text[:80]!r} has a blank, a comma, < or &, or more than 512 characters; CAP allows none.",
            f"{head.where}/{name}",
        )
    return text


def _sent(head: Reader, zone: tzinfo | None, context: Context, notes: list[str]) -> datetime:
    where = f"{head.where}/sent"
    try:
        sent = moment(head.need("sent", 64), zone, "sent", notes)
    except RefusedError:
        raise
    except InvalidInputError as error:
        raise RefusedError(str(error), where) from error
    if sent > context.received + SKEW:
        raise RefusedError(
            f"Sent {format_time(sent)} but received {format_time(context.received)}: clock skew of more than "
            f"{SKEW // timedelta(minutes=1)} minutes; the sender's clock or this floor's is wrong.",
            where,
        )
    if sent < EARLIEST:
        raise RefusedError(
            f"Sent {format_time(sent)}, before there was CAP: clock skew; the clock was not set.", where
        )
    return sent


def _word(head: Reader, name: str, known: tuple[str, ...]) -> str:
    text = head.need(name, 60)
    for word in known:
        if word.casefold() == text.casefold():
            return word
    raise RefusedError(f"The {name} {text[:60]!r} is not one of {', '.join(known)}.", f"{head.where}/{name}")


def _status(head: Reader, doubt: Status | None, notes: list[str]) -> Status:
    status = Status(_word(head, "status", tuple(word.value for word in Status)))
    if doubt is not None and status is Status.ACTUAL:
        remark(notes, f"the envelope says {doubt.value}; taken as that")
        return doubt
    return status


def _scope(head: Reader, version: str, notes: list[str]) -> str:
    text = head.text("scope", 60) if version == "1.0" else head.need("scope", 60)
    if text and text not in _SCOPES:
        remark(notes, f"scope {text!r} is not a CAP word")
    return text


def _references(text: str, notes: list[str]) -> list[Reference]:
    """Read ``sender,identifier,sent`` triples; what is not one is left out, with a note."""
    found: list[Reference] = []
    tokens = text.split()
    if len(tokens) > _REFERENCES:
        remark(notes, f"{len(tokens) - _REFERENCES} of {len(tokens)} references were left out")
    for token in tokens[:_REFERENCES]:
        parts = token.split(",")
        if len(parts) != 3 or not all(parts[:2]):
            remark(notes, f"reference {token[:80]!r} is not sender,identifier,sent and was left out")
            continue
        try:
            sent: datetime | None = moment(parts[2], None, "references", [])
        except InvalidInputError:
            remark(notes, f"reference {token[:80]!r} has no time that can be read")
            sent = None
        found.append(Reference(parts[0], parts[1], sent))
    return found


def _told(item: Reference) -> dict[str, str]:
    told = {"sender": item.sender, "identifier": item.identifier}
    return told | {"sent": format_time(item.sent)} if item.sent else told


def _names(identifier: str, sender: str, kind: str, references: list[Reference]) -> list[str]:
    """Return the identifiers of the chain that the message tells of, its own first, then the earliest."""
    if kind not in ("Update", "Cancel"):
        return [identifier]
    own = [item for item in references if item.sender.casefold() == sender.casefold()]
    own.sort(key=lambda item: item.sent or datetime.max.replace(tzinfo=UTC))
    return list(dict.fromkeys([identifier, *(item.identifier for item in own)]))


def _validity(infos: list[Info], sent: datetime, notes: list[str]) -> tuple[datetime, datetime | None]:
    """Return from when to when the message holds: the earliest start and the latest end of its infos."""
    start = min((info.starts or sent for info in infos), default=sent)
    ends = [info.ends for info in infos if info.ends is not None]
    end = max(ends, default=None)
    if ends and len(ends) < len(infos):
        remark(notes, "not every info says when it expires; the latest that does counts")
    if end is not None and end <= start:
        # The message lapses before what it announces begins: it holds from when it was told.
        start = min((info.effective or sent for info in infos), default=sent)
        if end <= start:
            start = min(start, sent)
        remark(notes, "expires before onset" if end > start else "it had expired when it was sent")
    return start, end


def _state(kind: str, infos: list[Info]) -> State:
    if kind == "Cancel":
        return "cancelled"
    return "ended" if infos and all(info.clear for info in infos) else "active"
