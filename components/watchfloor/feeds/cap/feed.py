"""The CAP feed: finds the alerts of a document, however they are wrapped, and reads each by itself."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta

from lxml import etree

from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.scales import Status
from watchfloor.feeds.base import Context, Feed, Parsed, Rejected
from watchfloor.feeds.cap import words
from watchfloor.feeds.cap.alert import read_alert
from watchfloor.feeds.cap.entry import ATOM, is_notice, read_entry
from watchfloor.feeds.cap.parts import Element, RefusedError, places
from watchfloor.feeds.values import opening
from watchfloor.security.signature import Signature, verify
from watchfloor.security.xml import Limits, parse_xml
from watchfloor.store.records import Record

__all__ = ["MAX_ALERTS", "Cap"]

_ALERTS = tuple(f"{{{namespace}}}alert" for namespace in words.NAMESPACES)
_EDXL = "urn:oasis:names:tc:emergency:EDXL:DE:"
_SIGNATURE = b"http://www.w3.org/2000/09/xmldsig#"
_ONE = Limits()
_MANY = Limits(size=16 * 1024 * 1024, elements=400_000)
_SHOWN = 64 * 1024
MAX_ALERTS = 10_000
_MARKS = (
    *(namespace.encode() for namespace in words.NAMESPACES),
    _EDXL.encode(),
    b"application/cap+xml",
    b"application/common-alerting-protocol+xml",
)


class Cap(Feed):
    """Common Alerting Protocol 1.0, 1.1 and 1.2 (OASIS), alone, or in Atom, RSS or EDXL-DE.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> alert = b'''<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>1</identifier>
    ... <sender>duty@example.org</sender><sent>2026-06-01T12:00:00+00:00</sent><status>Exercise</status>
    ... <msgType>Alert</msgType><scope>Public</scope><info><category>Met</category><event>Flood</event>
    ... <urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty></info></alert>'''
    >>> parsed = Cap().parse(alert, Context(received=parse_time("2026-06-01T12:01:00Z")))
    >>> [(record.source, record.hazard, record.severity.value) for record in parsed.records]
    [('cap:duty@example.org', 'flood', 'Severe')]
    """

    name = "cap"
    title = "Common Alerting Protocol (CAP)"
    cadence = timedelta(minutes=2)
    late_after = timedelta(minutes=10)
    media = (
        "application/cap+xml",
        "application/atom+xml",
        "application/rss+xml",
        "application/xml",
        "text/xml",
    )
    limit = _MANY.size
    generic = True

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:
        """Tell by CAP's namespaces near the beginning, in 8 or 16 bits, or by the file's name."""
        head = opening(data, 256 * 1024)
        if not head.startswith(b"<"):
            return False
        return any(mark in head for mark in _MARKS) or name.lower().endswith((".cap", ".cap.xml", ".edxlde"))

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read a document; each alert stands or falls by itself."""
        signed = len(data) <= _MANY.size and (_SIGNATURE in data or b"\0" in data[:4])
        try:
            root = parse_xml(data, _MANY, comments=signed)
            if root.tag in _ALERTS and len(data) > _ONE.size:
                raise InvalidInputError(
                    f"This alert has {len(data):,} bytes; at most {_ONE.size:,} are read of a single one."
                )
        except WatchfloorError as error:
            return Parsed(rejected=[Rejected(str(error), "/", data[:_SHOWN])])
        records: dict[str, Record] = {}
        rejected: list[Rejected] = []
        found = 0
        doubt = _doubt(root)
        for element, where in _parts(root):
            found += 1
            if found > MAX_ALERTS:
                reason = f"This document has more than {MAX_ALERTS:,} alerts; the rest was not read."
                rejected.append(Rejected(reason, where, _bytes(element)))
                break
            try:
                record, left = _read(element, context, where, signed, doubt)
            except RefusedError as error:
                rejected.append(Rejected(str(error), error.where, _bytes(element)))
                continue
            except WatchfloorError as error:
                rejected.append(Rejected(str(error), where, _bytes(element)))
                continue
            rejected += left
            same = records.setdefault(record.identity, record)
            if same != record:
                reason = "Another alert of this document has the same sender, identifier and time, but says something else."
                rejected.append(Rejected(reason, where, _bytes(element)))
        if not found and not _may_be_empty(root):
            kind = etree.QName(root).localname
            rejected.append(
                Rejected(f"There is no CAP alert in this <{kind}> document.", f"/{kind}", data[:_SHOWN])
            )
        return Parsed(records=list(records.values()), rejected=rejected)


def _parts(root: Element) -> Iterator[tuple[Element, str]]:
    """Find what should be an alert, and where: alerts wherever they stand, and entries of an index that hold none."""
    # A stack of iterators, not of elements: of an index without end only as much is walked as is read.
    stack = [iter([(root, f"/{etree.QName(root).localname}")])]
    while stack:
        element, where = next(stack[-1], (None, ""))
        if element is None:
            stack.pop()
        elif element.tag in _ALERTS:
            yield element, where  # an alert within an alert is part of the outer one, and no message
        elif (_is_entry(element) or _is_content(element)) and next(element.iter(*_ALERTS), None) is None:
            if not is_notice(element):
                yield element, where
        elif len(element):
            stack.append(places(element, where))


def _read(
    element: Element, context: Context, where: str, signed: bool, doubt: Status | None
) -> tuple[Record, list[Rejected]]:
    if _is_entry(element):
        return read_entry(element, context, where)
    if element.tag not in _ALERTS:
        raise RefusedError("This content of an EDXL-DE envelope is not a CAP alert.", where)
    signature = Signature("none")
    if signed:
        alone = element if element.getparent() is None else _alone(element)
        signature = verify(alone, context.trust, context.received, _ONE)
        # Only what was signed is believed; what was not is read without the comments that could split a word.
        element = (
            signature.element
            if signature.element is not None
            else parse_xml(etree.tostring(alone, encoding="utf-8"), _ONE)
        )
    elif sum(1 for _ in element.iter()) > _ONE.elements:
        raise RefusedError(f"This alert has more than {_ONE.elements:,} elements.", where)
    return read_alert(element, context, where, signature=signature, doubt=doubt)


def _alone(element: Element) -> Element:
    """Return a copy that stands by itself, without the text that follows it."""
    copied = deepcopy(element)
    copied.tail = None
    return copied


def _is_entry(element: Element) -> bool:
    tag = element.tag
    if tag == f"{ATOM}entry":
        return True
    if tag != "item":
        return False
    above = element.getparent()
    return above is not None and above.tag in ("channel", "rss")


def _is_content(element: Element) -> bool:
    return str(element.tag).endswith("}contentObject")


def _doubt(root: Element) -> Status | None:
    """Return the status of an EDXL-DE envelope where it is not in earnest: a drill must not pass for real."""
    if not str(root.tag).startswith(f"{{{_EDXL}"):
        return None
    for child in root:
        if str(child.tag).endswith("}distributionStatus"):
            text = (child.text or "").strip().casefold()
            for status in (Status.EXERCISE, Status.SYSTEM, Status.TEST):
                if text == status.value.casefold():
                    return status
    return None


def _may_be_empty(root: Element) -> bool:
    """Tell whether a document of this kind is right without any alert: an index when all is calm."""
    return root.tag in (f"{ATOM}feed", "rss")


def _bytes(element: Element) -> bytes:
    return etree.tostring(element, encoding="utf-8", with_tail=False)[:_SHOWN]
