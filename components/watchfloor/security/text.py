"""Make text from outside safe to show, to put in a spreadsheet, and to name a file by.

Untrusted text stays text: nothing here makes HTML out of it.
"""

import html
import re
import unicodedata
from typing import Any

__all__ = ["cell", "escape", "filename", "plain"]

_ELLIPSIS = "…"
_KEEP = {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85}  # blanks, dealt with apart
_NOTHING: dict[int, int | None] = {
    point: None
    for first, last in (
        (0x00, 0x1F), (0x7F, 0x9F),  # C0 and C1 controls
        (0xAD, 0xAD), (0x34F, 0x34F), (0x180B, 0x180E),  # soft hyphen, invisible joiners of letters
        (0x200B, 0x200B), (0x2060, 0x206F), (0xFEFF, 0xFEFF),  # zero width, isolates (U+2066 to U+2069), byte order mark
        (0x202A, 0x202E),  # embeddings and overrides of the writing direction
        (0xFFF0, 0xFFFB), (0xFFFE, 0xFFFF), (0x1D173, 0x1D17A), (0xE0000, 0xE007F),  # annotations, tags
    )
    for point in range(first, last + 1)
    if point not in _KEEP
}  # fmt: skip
_NOTHING |= dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
_LINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SIDES = re.compile(r"[^\S\n]+")
_GAPS = re.compile(r"\n[ \n]*\n[ \n]*")
# Zero-width (non-)joiners shape letters of these scripts, and ZWJ joins emoji; elsewhere they only hide.
_JOINED = (
    "\u0600-\u08ff\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1800-\u18af\ufb50-\ufdff\ufe70-\ufefe"
)
_JOINERS = re.compile(f"(?<![{_JOINED}\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]+")
# Marks that stack on a letter: more than four run over the lines above and below.
_STACK = re.compile("([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
                    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")  # fmt: skip


def escape(text: object) -> str:
    """Write text so that HTML shows it as it is, in an element or in a quoted attribute.

    Examples
    --------
    >>> escape('<img src=x onerror="alert(1)">')
    '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;'
    """
    return html.escape(str(text), quote=True)


def plain(text: str, limit: int = 1000, *, newlines: bool = False) -> str:
    r"""Strip what cannot be seen or would deceive, and cap the length.

    Removed are control characters, overrides of the writing direction, zero-width characters (but joiners where a
    script or an emoji needs them), tag characters, and stacked marks beyond the fourth; half characters become
    U+FFFD. The rest is brought to Unicode's form NFC.

    Parameters
    ----------
    text
        Any text.
    limit
        Most characters of the result; what is cut is marked by an ellipsis.
    newlines
        Keep line breaks, at most one empty line in a row; otherwise every blank becomes one space.

    Examples
    --------
    >>> plain("Flood\u202e gninraw\x00 at  level\n3")
    'Flood gninraw at level 3'
    >>> plain("A long headline", limit=8)
    'A long…'
    """
    if len(text) > 4 * limit + 64:
        text = text[: 4 * limit + 64]  # the rest could only be cut
    if not (text.isascii() and text.isprintable()):
        text = _LINES.sub("\n", text).translate(_NOTHING)
        if not text.isascii():
            text = _STACK.sub(r"\1", unicodedata.normalize("NFC", _JOINERS.sub("", text)))
    if newlines:
        text = _GAPS.sub("\n\n", _SIDES.sub(" ", text).replace(" \n", "\n").replace("\n ", "\n")).strip()
    else:
        text = " ".join(text.split())
    if len(text) > limit:
        text = text[: max(limit - 1, 0)].rstrip() + _ELLIPSIS
    return text


_FORMULA = re.compile(
    "[\\s\\x00-\\x1f\u200b\ufeff]*[=+\\-@|%\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b]|[\\t\\r\\n]"
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_XLSX = 32_767


def cell(value: Any) -> Any:
    r"""Make a value safe for one cell of a CSV or XLSX table.

    A text that a spreadsheet program would take for a formula gets an apostrophe in front; texts that are plain
    numbers, and values that are no text, stay as they are.

    Parameters
    ----------
    value
        Anything.

    Examples
    --------
    >>> cell('=HYPERLINK("http://evil.example")'), cell("-5.2"), cell(3)
    ('\'=HYPERLINK("http://evil.example")', '-5.2', 3)
    """
    if not isinstance(value, str):
        return value
    formula = _FORMULA.match(value) is not None and _NUMBER.fullmatch(value) is None
    text = plain(value, _XLSX - 1, newlines=True)
    return "'" + text if formula or (_FORMULA.match(text) and not _NUMBER.fullmatch(text)) else text


_FORBIDDEN = re.compile(r'[<>:"/\\|?*%$`\'&;!#{}\[\]()~^\s]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\..*)?", re.IGNORECASE)


def filename(text: str, limit: int = 120, default: str = "file") -> str:
    """Make a name for a file, without a folder, that every common file system takes.

    Parameters
    ----------
    text
        What the name should say; its last suffix is kept when the name is cut.
    limit
        Most bytes of the name in UTF-8.
    default
        The name where nothing usable is left.

    Examples
    --------
    >>> filename("../../etc/passwd"), filename("Flood report: 3 June.csv"), filename("con")
    ('etc-passwd', 'Flood-report-3-June.csv', '_con')
    """
    name = _FORBIDDEN.sub("-", unicodedata.normalize("NFKC", plain(text, 4 * limit)))
    name = re.sub(r"(?:[.-]*-[.-]*)+", "-", _FORBIDDEN.sub("-", name))
    name = re.sub(r"\.{2,}", ".", name).strip(".- ")
    if not name:
        return default
    if _RESERVED.fullmatch(name):
        name = "_" + name
    if len(name.encode()) > limit:
        stem, dot, suffix = name.rpartition(".")
        tail = f".{suffix}" if dot and 0 < len(suffix.encode()) <= 12 else ""
        stem = stem if tail else name
        name = stem.encode()[: limit - len(tail.encode())].decode("utf-8", "ignore").rstrip(".- ") + tail
    return name
