"""Reading of CAP's elements: texts with limits, times, addresses, and pairs of name and value."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, tzinfo

from lxml import etree

from watchfloor.core.clock import parse_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.security.text import plain

__all__ = ["Element", "Reader", "RefusedError", "address", "moment", "places", "prose", "remark"]

Element = etree._Element
_BREAK = re.compile(r"<\s*/?\s*(?:br|p)\s*/?\s*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#39|#34|#160);")
_CHARACTER = {
    "amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " ", "#39": "'", "#34": '"', "#160": " ",
}  # fmt: skip
_NOTES = 50


class RefusedError(InvalidInputError):
    """A message, or a part of it, that cannot be taken; `where` says which, like an XPath."""

    def __init__(self, reason: str, where: str) -> None:
        super().__init__(reason)
        self.where = where


class Reader:
    """The children of one element, by name, in the element's own namespace.

    Parameters
    ----------
    element
        The element.
    where
        Its place in the document, like an XPath.

    Examples
    --------
    >>> reader = Reader(etree.fromstring("<info><event> Flood </event></info>"), "/alert/info[1]")
    >>> reader.text("event"), reader.text("web")
    ('Flood', '')
    """

    def __init__(self, element: Element, where: str) -> None:
        self.where = where
        self._children: dict[str, list[Element]] = {}
        self._pairs: dict[str, list[dict[str, str]]] = {}
        tag = str(element.tag)
        namespace = tag[: tag.rfind("}") + 1]
        start = len(namespace)
        for child in element:
            name = child.tag
            if isinstance(name, str) and name.startswith(namespace) and "}" not in name[start:]:
                self._children.setdefault(name[start:], []).append(child)

    def all(self, name: str) -> list[Element]:
        """Return the children of a name."""
        return self._children.get(name, [])

    def texts(self, name: str, limit: int = 500, most: int = 100) -> list[str]:
        """Return the texts of the children of a name, plain, without empty ones."""
        found = (plain(_raw(child, limit), limit) for child in self.all(name)[:most])
        return [text for text in found if text]

    def text(self, name: str, limit: int = 500) -> str:
        """Return the text of the first child of a name, plain, or an empty text."""
        children = self.all(name)
        return plain(_raw(children[0], limit), limit) if children else ""

    def prose(self, name: str, limit: int) -> str:
        """Return a longer text with its line breaks."""
        children = self.all(name)
        return prose(_raw(children[0], limit), limit) if children else ""

    def need(self, name: str, limit: int = 500) -> str:
        """Return the text of a child that must be there.

        Raises
        ------
        RefusedError
            If it is missing or empty.
        """
        text = self.text(name, limit)
        if not text:
            state = "is empty" if self.all(name) else "is missing"
            raise RefusedError(f"The element <{name}> {state}; CAP requires it.", f"{self.where}/{name}")
        return text

    def pairs(self, name: str, most: int = 200, limit: int = 2000) -> list[dict[str, str]]:
        """Return name and value of the children that hold a ``valueName`` and a ``value``.

        One that holds several of each, as the National Weather Service's index does, gives several. In CAP 1.0 they
        are one text, ``name=value``.
        """
        if name in self._pairs:
            return self._pairs[name]
        found: list[dict[str, str]] = []
        for child in self.all(name):
            label = ""
            for part in child:
                kind = etree.QName(part).localname
                if kind == "valueName":
                    label = plain(_raw(part, 200), 200)
                elif kind == "value":
                    found.append({"name": label, "value": plain(_raw(part, limit), limit)})
            if len(child) == 0 and (text := plain(_raw(child, limit), limit)):
                label, _, value = text.partition("=")
                found.append({"name": label.strip() if value else "", "value": (value or label).strip()})
            if len(found) >= most:
                break
        self._pairs[name] = found[:most]
        return self._pairs[name]


def _raw(element: Element, limit: int) -> str:
    if len(element):
        return "".join(str(part) for part in element.itertext())[: 4 * limit + 64]
    return (element.text or "")[: 4 * limit + 64]


def prose(text: str, limit: int) -> str:
    r"""Return a longer text, plain, with line breaks; what was escaped twice, or breaks lines by HTML, is put right.

    Examples
    --------
    >>> prose("STATUS: Out of Control<br />SIZE: 3&apos;0", 100)
    "STATUS: Out of Control\nSIZE: 3'0"
    """
    if "<" in text:
        text = _BREAK.sub("\n", text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: _CHARACTER[match.group(1)], text)
    return plain(text, limit, newlines=True)


def moment(text: str, zone: tzinfo | None, name: str, notes: list[str]) -> datetime:
    """Read a time of CAP: RFC 3339 with an offset.

    Parameters
    ----------
    text
        The time.
    zone
        The zone that the sender's profile declares for times without an offset; used with a note.
    name
        Name of the element, for the note and the error.
    notes
        What was assumed is added here.

    Raises
    ------
    InvalidInputError
        If it is not such a time.
    """
    if text.lstrip("+-").isdigit():
        raise InvalidInputError(
            f"{name} {text[:40]!r} is a bare number, perhaps seconds or milliseconds since 1970; expected a time with "
            "an offset, like 2026-11-22T03:10:00+08:00."
        )
    try:
        found = parse_time(text)
    except InvalidInputError as error:
        if zone is None:
            raise InvalidInputError(f"{name}: {error}") from error
        found = parse_time(text, zone)
        remark(notes, f"{name} {text!r} has no offset; read in {zone}")
    else:
        if text[-1:] in "Zz":
            remark(notes, f"{name} ends in Z; CAP writes an offset")
    return found


def remark(notes: list[str], note: str) -> None:
    """Add a note once, and not without end."""
    if note not in notes and len(notes) < _NOTES:
        notes.append(note)


def address(text: str, name: str, notes: list[str]) -> str:
    """Return a web address if it is one of http or https, and else nothing, with a note."""
    if not text:
        return ""
    if re.fullmatch(r"https?://[^\s<>\"'`\\]{1,2000}", text, re.IGNORECASE) is None:
        remark(notes, f"{name} {text[:60]!r} is not a web address and was left out")
        return ""
    return text


def places(above: Element, where: str) -> Iterator[tuple[Element, str]]:
    """Return the children of an element, each with where it stands, like an XPath without namespaces.

    Examples
    --------
    >>> [where for _, where in places(etree.fromstring("<feed><id/><entry/><entry/></feed>"), "/feed")]
    ['/feed/id', '/feed/entry[1]', '/feed/entry[2]']
    """
    same = Counter(child.tag for child in above if isinstance(child.tag, str))
    seen: Counter[str] = Counter()
    for child in above:
        tag = child.tag
        if isinstance(tag, str):
            seen[tag] += 1
            name = tag.rpartition("}")[2]
            yield child, f"{where}/{name}[{seen[tag]}]" if same[tag] > 1 else f"{where}/{name}"
