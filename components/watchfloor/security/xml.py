"""Read XML from outside: what could harm is refused before it costs anything.

The bytes are decoded here, strictly, and only then given to libxml2 as UTF-8, so that what was checked and what is
read are the same characters whatever encoding the document claims.
"""

import codecs
import re
from dataclasses import dataclass

from lxml import etree

from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError

__all__ = ["Limits", "parse_xml"]


@dataclass(frozen=True)
class Limits:
    """How large a document may be.

    Parameters
    ----------
    size
        Bytes.
    depth
        Elements within each other.
    elements
        Elements in all.
    attributes
        Attributes of one element.
    text
        Characters in one text or attribute value.

    Examples
    --------
    >>> parse_xml(b"<a><b/></a>", Limits(depth=1))
    Traceback (most recent call last):
    watchfloor.core.errors.LimitError: This XML is nested more than 1 deep.
    """

    size: int = 4 * 1024 * 1024
    depth: int = 64
    elements: int = 10_000
    attributes: int = 64
    text: int = 1024 * 1024


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# By which of the first four bytes are zero, since a document begins with ASCII.
_NO_BOM: dict[tuple[bool, ...], str] = {
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
}
_DECLARED = re.compile(rb"""^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,39})["']""")
# Encodings that keep ASCII as it is. UTF-7 is not one of them: it can hide markup from whoever looks at the bytes.
_ENCODINGS = frozenset(
    (
        "utf-8", "ascii", "gb18030", "gbk", "gb2312", "big5", "big5hkscs", "shift_jis", "cp932", "euc_jp", "euc_kr",
        "cp949", "koi8-r", "koi8-u", "tis-620",
        *(f"iso8859-{part}" for part in range(1, 17) if part != 12),
        *(f"cp125{part}" for part in range(9)),
    )
)  # fmt: skip
_MISC = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_DECLARATION = re.compile(r"\s*<\?xml\s.*?\?>", re.DOTALL)
_SNIPPET = 40


def parse_xml(data: bytes, limits: Limits | None = None, *, comments: bool = False) -> etree._Element:
    """Read an XML document.

    Entities other than the five of XML itself cannot occur, since a document type is refused. Comments and
    processing instructions are left out, so that the text on both sides of one is read as one text.

    Parameters
    ----------
    data
        The document as received.
    limits
        How large it may be; default `Limits`.
    comments
        Keep comments and processing instructions, as a signature may cover them.

    Returns
    -------
    lxml.etree._Element
        The root element.

    Raises
    ------
    LimitError
        If the document is larger, deeper or has more parts than `limits` allow.
    UnsafeError
        If it has a document type (``<!DOCTYPE``) or claims an encoding that is not accepted.
    InvalidInputError
        If it is not well-formed, or not in the encoding that it claims; the message says where.

    Examples
    --------
    >>> parse_xml("<a>水位 &lt; 5 m</a>".encode("utf-16")).text
    '水位 < 5 m'
    >>> parse_xml(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    Traceback (most recent call last):
    watchfloor.core.errors.UnsafeError: This XML has a DOCTYPE at character 0; send it without one.
    """
    limits = limits or Limits()
    if len(data) > limits.size:
        raise LimitError(f"This XML has {len(data):,} bytes; at most {limits.size:,} are read.")
    text = _decode(data)
    start = _refuse_doctype(text)
    # Every tag needs a "<": this bounds the tree before it is built. Comments and CDATA need some too.
    if text.count("<", start) > 8 * limits.elements + 1000:
        raise LimitError(f"This XML has more than {limits.elements:,} elements.")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=not comments,
        remove_pis=not comments,
    )
    declaration = _DECLARATION.match(text)
    body = text[declaration.end() :] if declaration else text
    try:
        root = etree.fromstring(body.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = str(getattr(error, "msg", error))[:300]
        if "Excessive depth" in reason or "Resource limit" in reason:
            raise LimitError(f"This XML is too large in one part: {reason}.") from error
        raise InvalidInputError(f"This is not well-formed XML: {reason}.") from error
    if root is None:
        raise InvalidInputError("This XML has no element.")
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeError("This XML has a DOCTYPE; send it without one.")
    _measure(root, limits)
    return root


def _decode(data: bytes) -> str:
    """Turn bytes into characters, by the byte order mark, the first bytes, or the declaration."""
    if not data.strip(b" \t\r\n\0"):
        raise InvalidInputError("This XML is empty.")
    skip, encoding = 0, ""
    for mark, name in _BOMS:
        if data.startswith(mark):
            skip, encoding = len(mark), name
            break
    else:
        encoding = _NO_BOM.get(tuple(byte == 0 for byte in data[:4]), "")
    if not encoding:
        declared = _DECLARED.match(data[:400])
        encoding = _accept(declared.group(1).decode("ascii")) if declared else "utf-8"
    try:
        return data[skip:].decode(encoding, "strict")
    except UnicodeDecodeError as error:
        at = error.start + skip
        raise InvalidInputError(
            f"Byte {at} (0x{data[at]:02X}) of this XML is not {encoding.upper()}: {error.reason}."
        ) from error


def _accept(declared: str) -> str:
    """Return Python's name of a declared encoding, if it is an accepted one."""
    name = declared.lower()
    if re.sub(r"[^a-z0-9]", "", name).startswith(("utf16", "utf32", "ucs", "iso10646")):
        # Written by programs that serialise to a 16-bit string and send it as bytes; the bytes are not 16-bit.
        return "utf-8"
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = ""
    if known not in _ENCODINGS:
        raise UnsafeError(
            f"This XML claims the encoding {declared!r}, which is not accepted; expected UTF-8, UTF-16, GB18030 or "
            "another that keeps ASCII."
        )
    return known


def _refuse_doctype(text: str) -> int:
    """Walk over the prolog and refuse a document type; return where the root element starts."""
    at = 0
    while found := _MISC.match(text, at):
        at = found.end()
    if text.startswith("<!DOCTYPE", at):
        raise UnsafeError(f"This XML has a DOCTYPE at character {at}; send it without one.")
    if not text.startswith("<", at):
        raise InvalidInputError(
            f"This is not XML: expected an element at character {at}, but found {text[at : at + _SNIPPET]!r}."
        )
    return at


def _measure(root: etree._Element, limits: Limits) -> None:
    """Walk the tree level by level, without recursion, and refuse what passes a limit."""
    level, depth, total = [root], 0, 0
    while level:
        depth += 1
        total += len(level)
        if depth > limits.depth:
            raise LimitError(f"This XML is nested more than {limits.depth} deep.")
        if total > limits.elements:
            raise LimitError(f"This XML has more than {limits.elements:,} elements.")
        below: list[etree._Element] = []
        for element in level:
            attributes = element.attrib
            if attributes:
                if len(attributes) > limits.attributes:
                    raise LimitError(
                        f"An element of this XML has {len(attributes):,} attributes; at most {limits.attributes} are read."
                    )
                if any(len(value) > limits.text for value in attributes.values()):
                    raise LimitError(f"An attribute of this XML has more than {limits.text:,} characters.")
            if len(element.text or "") > limits.text or len(element.tail or "") > limits.text:
                raise LimitError(f"A text of this XML has more than {limits.text:,} characters.")
            below.extend(element)
        level = below
