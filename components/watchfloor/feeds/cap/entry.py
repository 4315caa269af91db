"""An entry of an Atom or RSS index that tells of an alert by CAP's elements without holding the alert itself."""

from dataclasses import replace
from typing import Any

from lxml import etree

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.feeds.base import Context, Rejected
from watchfloor.feeds.cap import words
from watchfloor.feeds.cap.alert import read_alert
from watchfloor.feeds.cap.parts import Element, Reader, RefusedError, address, remark
from watchfloor.feeds.values import http_date
from watchfloor.security.text import plain
from watchfloor.store.records import Record

__all__ = ["ATOM", "is_notice", "read_entry"]

ATOM = "{http://www.w3.org/2005/Atom}"
_HEAD = ("identifier", "sender", "sent", "status", "msgType", "scope", "references", "note", "code")
_AREA = ("areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling")
_NOTICE = ("there are no active", "no active alerts", "no warnings", "no alerts in effect")


def is_notice(entry: Element) -> bool:
    """Tell whether an entry only says that there is no alert."""
    return Reader(entry, "").text("title", 200).casefold().startswith(_NOTICE)


def read_entry(entry: Element, context: Context, where: str) -> tuple[Record, list[Rejected]]:
    """Make a record of what an index tells about an alert.

    Its identifier is the entry's own where the index does not give the alert's, so that the full alert, once fetched,
    is another record; `body["partial"]` says so and `body["link"]` names the full one.

    Raises
    ------
    RefusedError
        If the entry has none of CAP's elements, or not those that say how severe and how serious it is.
    """
    told: dict[str, list[Element]] = {}
    version = ""
    for child in entry:
        namespace, _, name = str(child.tag)[1:].partition("}")
        if namespace in words.NAMESPACES:
            version = namespace
            told.setdefault(name, []).append(child)
    plainly = Reader(entry, where)
    link = _link(entry, plainly)
    if not told:
        raise RefusedError(
            f"This entry does not hold an alert but links to one; fetch {link or 'the linked document'} and read that.",
            where,
        )
    alert = etree.Element(f"{{{version}}}alert", nsmap={"cap": version})
    info = etree.SubElement(alert, f"{{{version}}}info")
    area = etree.SubElement(info, f"{{{version}}}area")
    for name, children in told.items():
        into = alert if name in _HEAD else area if name in _AREA else info
        for child in children:
            into.append(_copy(child, version))
    _complete(alert, info, area, entry, plainly, version)
    record, rejected = read_alert(alert, context, where)
    body: dict[str, Any] = dict(record.body)
    body |= {"partial": True, "link": link} if link else {"partial": True}
    return replace(record, body=body), rejected


def _copy(child: Element, namespace: str) -> Element:
    """Copy an element without its tail, so that it can stand in another tree."""
    made = etree.Element(f"{{{namespace}}}{etree.QName(child).localname}")
    made.text = child.text
    for part in child:
        made.append(_copy(part, namespace))
    return made


def _complete(
    alert: Element, info: Element, area: Element, entry: Element, plainly: Reader, version: str
) -> None:
    """Fill what CAP requires from the entry's own elements, where the index leaves it out."""

    def add(into: Element, name: str, text: str) -> None:
        if text and into.find(f"{{{version}}}{name}") is None:
            etree.SubElement(into, f"{{{version}}}{name}").text = text

    author = entry.find(f"{ATOM}author/{ATOM}name")
    above = entry.getparent()
    if author is None and above is not None:
        author = above.find(f"{ATOM}author/{ATOM}name")
    add(alert, "identifier", plainly.text("id", 600) or plainly.text("guid", 600))
    add(alert, "sender", (author.text or "").strip() if author is not None else plainly.text("author", 600))
    add(alert, "sent", _sent(plainly))
    add(alert, "scope", "Public")
    add(info, "event", plainly.text("title", 300))
    add(info, "headline", plainly.text("title", 500))
    add(info, "description", plainly.text("summary", 5000) or plainly.text("description", 5000))
    if area.find(f"{{{version}}}areaDesc") is None and len(area):
        add(area, "areaDesc", plainly.text("title", 500))
    if not len(area):
        info.remove(area)


def _sent(plainly: Reader) -> str:
    for name in ("updated", "published"):
        if text := plainly.text(name, 64):
            return text
    text = plainly.text("pubDate", 64)
    try:
        found = http_date(text, "pubDate") if text else None
    except InvalidInputError:
        return text
    return format_time(found).replace("Z", "+00:00") if found else ""


def _link(entry: Element, plainly: Reader) -> str:
    links = [child for child in entry if str(child.tag) == f"{ATOM}link" and child.get("href")]
    best = [child for child in links if "cap" in str(child.get("type", ""))] or links
    text = str(best[0].get("href")) if best else plainly.text("link", 2000)
    notes: list[str] = []
    found = address(plain(text, 2000), "link", notes)
    for note in notes:
        remark(notes, note)
    return found
