"""Whether a message is a CAP 1.2 message that receivers can use: each fault with its line and what to do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from watchfloor.alarms.cap import ALERT, AREA, INFO, NAMESPACE
from watchfloor.core.clock import parse_time
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.scales import Certainty, Severity, Status, Urgency
from watchfloor.security.xml import parse_xml

__all__ = ["Fault", "check"]


@dataclass(frozen=True)
class Fault:
    """What is wrong, and on which line of the message."""

    line: int
    where: str
    why: str

    def __str__(self) -> str:
        """Return it as one sentence."""
        return f"line {self.line}, {self.where}: {self.why}"


_NAME = re.compile(r"[^\s,<&]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d", re.ASCII)
_PAIR = re.compile(r"[-+]?\d+(?:\.\d+)?,[-+]?\d+(?:\.\d+)?", re.ASCII)
_CIRCLE = re.compile(rf"{_PAIR.pattern} \d+(?:\.\d+)?", re.ASCII)
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*", re.ASCII)
_WORDS = {
    "status": [item.value for item in Status],
    "msgType": ["Alert", "Update", "Cancel", "Ack", "Error"],
    "scope": ["Public", "Restricted", "Private"],
    "category": "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other".split(),  # noqa: SIM905  as CAP lists them
    "responseType": "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None".split(),  # noqa: SIM905
    "urgency": [item.value for item in Urgency],
    "severity": [item.value for item in Severity],
    "certainty": [item.value for item in Certainty],
}
_NEEDED = {
    "alert": ("identifier", "sender", "sent", "status", "msgType", "scope"),
    "info": ("category", "event", "urgency", "severity", "certainty"),
    "area": ("areaDesc",),
    "resource": ("resourceDesc", "mimeType"),
}
_MANY = frozenset({"code", "category", "responseType", "eventCode", "parameter", "resource", "area", "info", "polygon",
                   "circle", "geocode"})  # fmt: skip
_ORDER = {
    "alert": (*ALERT, "info"),
    "info": INFO,
    "area": AREA,
    "resource": ("resourceDesc", "mimeType", "size", "uri", "derefUri", "digest"),
    "eventCode": ("valueName", "value"),
    "parameter": ("valueName", "value"),
    "geocode": ("valueName", "value"),
}


def check(data: bytes) -> list[Fault]:
    """Return everything that is wrong with a message; an empty list is good.

    Beside the schema's own rules it is asked what receivers need (CAP 1.2, 3.2 and 3.3): times with an offset and never
    ``Z``, an end after the beginning, references of an Update or a Cancel, a description, and an area in every info.

    Examples
    --------
    >>> [str(fault) for fault in check(b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><sender>a b</sender></alert>')][:2]
    ['line 1, alert: <identifier> is missing.', 'line 1, alert: <sent> is missing.']
    """
    try:
        root = parse_xml(data)
    except WatchfloorError as error:
        return [Fault(1, "document", str(error))]
    if root.tag != f"{{{NAMESPACE}}}alert":
        return [
            Fault(_line(root) or 1, "document", f"expected an <alert> of {NAMESPACE}, but found {root.tag}.")
        ]
    return [*_form(root, "alert"), *_sense(root)]


def _form(element: etree._Element, kind: str) -> Iterator[Fault]:
    """Yield what breaks the schema: elements that are missing, strange, twice or out of order, and words."""
    line = _line(element)
    names = [_name(child) for child in element]
    for name in _NEEDED.get(kind, _ORDER[kind] if kind in {"eventCode", "parameter", "geocode"} else ()):
        if name not in names:
            yield Fault(line, kind, f"<{name}> is missing.")
    order, place = _ORDER[kind], 0
    seen: set[str] = set()
    for child, name in zip(element, names, strict=True):
        here = _line(child) or line
        if name == "Signature":
            continue
        if name not in order:
            yield Fault(here, kind, f"<{name}> is no element of CAP 1.2 here.")
            continue
        if order.index(name) < place:
            yield Fault(
                here, kind, f"<{name}> stands after <{order[place]}>; the order is {', '.join(order)}."
            )
        place = max(place, order.index(name))
        if name in seen and name not in _MANY:
            yield Fault(here, kind, f"<{name}> is there twice.")
        seen.add(name)
        if name in _ORDER:
            yield from _form(child, name)
        else:
            yield from _value(child, name)


def _value(element: etree._Element, name: str) -> Iterator[Fault]:
    text = (element.text or "").strip()
    line = _line(element)
    said = text[:60]
    if not text:
        if name != "value":  # a code or a parameter may be there without one
            yield Fault(line, name, "it is empty.")
    elif name in _WORDS and text not in _WORDS[name]:
        yield Fault(line, name, f"{said!r} is not one of {', '.join(_WORDS[name])}.")
    elif name in {"identifier", "sender"} and _NAME.fullmatch(text) is None:
        yield Fault(line, name, f"{said!r} has a blank, a comma, < or &, which CAP forbids here.")
    elif name in _READ and (why := _READ[name](text)):
        yield Fault(line, name, why)
    elif name == "circle" and _CIRCLE.fullmatch(text) is None:
        yield Fault(line, name, f"{said!r} is not latitude,longitude and a radius in km.")
    elif name == "language" and _LANGUAGE.fullmatch(text) is None:
        yield Fault(line, name, f"{said!r} is not a language tag, such as en or zh-CN (RFC 3066).")
    elif name == "references" and not all(_reference(part) for part in text.split()):
        yield Fault(line, name, f"{said!r} are not sender,identifier,sent with a blank between them.")


def _sense(root: etree._Element) -> Iterator[Fault]:
    """Yield what the schema lets through and receivers cannot use."""
    kind, sent = _text(root, "msgType"), _time(_text(root, "sent"))
    line = _line(root) or 0
    if kind in {"Update", "Cancel", "Ack", "Error"} and not _text(root, "references"):
        yield Fault(line, "references", f"a message of type {kind} names the earlier ones that it is about.")
    if _text(root, "scope") == "Restricted" and not _text(root, "restriction"):
        yield Fault(line, "restriction", "a restricted message says whom it is restricted to.")
    if _text(root, "scope") == "Private" and not _text(root, "addresses"):
        yield Fault(line, "addresses", "a private message names whom it is for.")
    infos = [child for child in root if _name(child) == "info"]
    if not infos and kind in {"Alert", "Update"}:
        yield Fault(line, "info", "it says nothing: there is no <info>.")
    languages = [_text(info, "language") or "en-US" for info in infos]
    for info, language in zip(infos, languages, strict=True):
        here = _line(info) or line
        if languages.count(language) > 1 and infos[languages.index(language)] is not info:
            yield Fault(here, "language", f"there are two infos in {language}.")
        onset, ends = _time(_text(info, "onset")), _time(_text(info, "expires"))
        if ends is None:
            yield Fault(here, "expires", "it does not say until when it holds.")
        elif (begins := onset or sent) is not None and ends <= begins:
            yield Fault(here, "expires", f"it ends at {_text(info, 'expires')}, not after it begins.")
        elif sent is not None and ends <= sent:
            yield Fault(here, "expires", "it has expired before it is sent.")
        for name in ("headline", "description"):
            if not _text(info, name):
                yield Fault(here, name, "it is missing; receivers show it.")
        if all(_name(child) != "area" for child in info):
            yield Fault(here, "area", "it does not say where.")


def _untimely(text: str) -> str:
    if _TIME.fullmatch(text) is None:
        return f"{text[:40]!r} is not a time with an offset, such as 2026-06-01T12:00:00+08:00 (-00:00 for UTC, never Z)."
    try:
        parse_time(text)
    except InvalidInputError as error:
        return str(error)
    return ""


def _crooked(text: str) -> str:
    pairs = text.split()
    for pair in pairs:
        if _PAIR.fullmatch(pair) is None:
            return f"{pair[:40]!r} is not latitude,longitude."
        lat, lon = map(float, pair.split(","))
        if abs(lat) > 90 or abs(lon) > 180:
            return f"{pair[:40]!r} is outside the Earth's degrees; latitude stands first."
    if len(pairs) < 4:
        return f"it has {len(pairs)} points; expected four or more."
    return "" if pairs[0] == pairs[-1] else "it does not end where it begins."


_READ = {
    "sent": _untimely,
    "effective": _untimely,
    "onset": _untimely,
    "expires": _untimely,
    "polygon": _crooked,
}


def _reference(part: str) -> bool:
    parts = part.split(",")
    return len(parts) == 3 and all(_NAME.fullmatch(item) for item in parts) and not _untimely(parts[2])


def _time(text: str) -> datetime | None:
    return None if not text or _untimely(text) else parse_time(text)


def _text(element: etree._Element, name: str) -> str:
    return (element.findtext(f"{{{NAMESPACE}}}{name}") or "").strip()


def _line(element: etree._Element) -> int:
    found: Any = element.sourceline
    return int(found or 0)


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
