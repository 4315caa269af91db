"""The text blocks, links and parameters of a record, whatever standard it came in."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from watchfloor.security.text import plain
from watchfloor.store.records import Record

__all__ = ["infos", "links", "parameters"]

_LONG = 20_000
_MOST = 60
_NAMES = {
    "en": "English",
    "zh": "中文",
    "fr": "Français",
    "es": "Español",
    "de": "Deutsch",
    "pt": "Português",
}
_RESPONSE = ("responseType", "response", "responses")
_SENDER = ("senderName", "sender_name", "sender")
_SHOWN = {
    "headline", "description", "instruction", "disputed", "language", "event", "title", "area", "areaDesc", "web", "url", "uri",
    "info", "infos", "geometry", "parameters", "parameter", *_RESPONSE, *_SENDER, "contact",
}  # fmt: skip


def infos(record: Record) -> list[dict[str, str]]:
    """Return the text of a record in each of its languages.

    Returns
    -------
    list of dict
        Keys language, label, headline, description, instruction, response, sender, contact; plain text, paragraphs
        kept. Empty where a record has no text of its own.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> body = {"info": [{"language": "zh-CN", "description": "水位上涨"}]}
    >>> infos(Record("alert", "cap", "1", "1", sent=EPOCH, valid_from=EPOCH, body=body))[0]["label"]
    '中文'
    """
    found: dict[str, dict[str, str]] = {}
    for place, block in enumerate(_blocks(record)):
        language = plain(_word(block, "language"), 35)
        texts = {
            name: plain(_word(block, name), _LONG, newlines=True)
            for name in ("headline", "description", "instruction")
        }
        if not any(texts.values()):
            continue
        label = _NAMES.get(language[:2].casefold(), language) or "–"
        key = language
        if key in found:  # two blocks in one language are two texts (different areas or severities)
            key, label = f"{language}#{place + 1}", f"{label} {place + 1}"
        found[key] = texts | {
            "language": key,
            "label": label,
            "response": ", ".join(_words(block, _RESPONSE)),
            "sender": ", ".join(_words(block, _SENDER)),
            "contact": plain(_word(block, "contact"), 300),
        }
    return list(found.values())[:20]


def links(record: Record) -> list[str]:
    """Return the web addresses that a record names: http and https only, as text."""
    found: list[str] = []
    for block in (*_blocks(record), record.body):
        for name in ("web", "url", "uri", "link", "detail"):
            found += _addresses(block.get(name))
        for resource in _sequence(block.get("resource") or block.get("resources")):
            if isinstance(resource, Mapping):
                found += _addresses(resource.get("uri") or resource.get("url"))
    return list(dict.fromkeys(found))[:20]


def parameters(record: Record) -> list[tuple[str, str]]:
    """Return all else that a record says, as names and plain values."""
    found: list[tuple[str, str]] = []
    for block in _blocks(record):
        for held in (block.get("parameters"), block.get("parameter")):
            found += list(_pairs(held))
        if block is not record.body:
            found += [
                (str(name), _plain(value))
                for name, value in block.items()
                if name not in _SHOWN and _simple(value)
            ]
    found += [
        (str(name), _plain(value))
        for name, value in record.body.items()
        if name not in _SHOWN and _simple(value)
    ]
    kept = dict.fromkeys((plain(name, 80), plain(value, 500)) for name, value in found if value)
    return list(kept)[:_MOST]


def _blocks(record: Record) -> list[Mapping[str, Any]]:
    held = record.body.get("info") or record.body.get("infos")
    blocks = [item for item in _sequence(held) if isinstance(item, Mapping)]
    if blocks:
        return blocks
    properties = record.body.get("properties")
    return [properties if isinstance(properties, Mapping) else record.body]


def _sequence(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(value)
    return [value]


def _word(block: Mapping[str, Any], name: str) -> str:
    value = block.get(name)
    return value if isinstance(value, str) else ""


def _words(block: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    for name in names:
        if found := [plain(str(item), 120) for item in _sequence(block.get(name)) if _simple(item)]:
            return found
    return []


def _addresses(value: Any) -> list[str]:
    found = []
    for item in _sequence(value):
        text = item if isinstance(item, str) else ""
        try:
            parts = urlsplit(text.strip())
        except ValueError:
            continue
        if parts.scheme.casefold() in {"http", "https"} and parts.netloc and len(text) <= 2000:
            found.append(plain(text.strip(), 2000))
    return found


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    """Read parameters, whether they are a mapping, a list of pairs, or a list of name-value objects."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield str(name), ", ".join(_plain(part) for part in _sequence(item) if _simple(part))
        return
    for item in _sequence(value):
        if isinstance(item, Mapping):
            name = item.get("valueName") or item.get("name")
            if name is not None and _simple(item.get("value")):
                yield str(name), _plain(item.get("value"))
        elif isinstance(item, Sequence) and not isinstance(item, str) and len(item) == 2 and _simple(item[1]):
            yield str(item[0]), _plain(item[1])


def _simple(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
