"""A selection as a URL's query: short, readable, and read as the untrusted text that it is."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import shapely
from shapely.geometry import shape

from watchfloor.core.clock import format_time, parse_time
from watchfloor.core.errors import InvalidInputError, LimitError
from watchfloor.core.geometry import UNREADABLE
from watchfloor.core.kinds import KINDS as HAZARDS
from watchfloor.core.scales import Severity, Status
from watchfloor.core.terms import LANGUAGES
from watchfloor.store.records import KINDS

__all__ = [
    "EARLIEST",
    "LATEST",
    "MAX_POINTS",
    "MAX_QUERY",
    "check_area",
    "kept",
    "pack_area",
    "read",
    "unpack_area",
    "write",
]

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
MAX_QUERY = 8000
"""Most characters of a query that are read."""
MAX_POINTS = 200
"""Most vertices of an area in a URL; a longer outline is simplified until it fits."""
MAX_TEXT = 200
MAX_NAME = 300
MAX_NAMES = 5
"""Most series that are compared with the one in focus."""
MAX_LAYERS = 64
KEPT = {"wall": "1"}
"""Parts of an address that say what page this is, not what it looks at: they stay while all else changes."""
_LAYER = re.compile(r"[a-z0-9][a-z0-9_/-]{0,79}", re.ASCII)
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters, bidirectional overrides and lone surrogates: they make text look like something else."""


def pack_area(area: dict[str, Any]) -> tuple[str, bool]:
    """Write a polygon as ``lon,lat_lon,lat…`` with five decimals (about a metre).

    Rings are parted by ``*``, the outer one first, and polygons by ``~``; the closing point is left out.

    Returns
    -------
    str
        The text.
    bool
        Whether the outline was simplified to fit `MAX_POINTS`.

    Examples
    --------
    >>> pack_area({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0.5, 1.000004], [0, 0]]]})
    ('0,0_1,0_0.5,1', False)
    """
    found = shape(area)
    tolerance, shorter = 1e-4, False
    while shapely.get_num_coordinates(found) > MAX_POINTS and tolerance < 45:
        found, shorter, tolerance = shape(area).simplify(tolerance), True, tolerance * 2
    parts = []
    for polygon in getattr(found, "geoms", [found]):
        rings = [polygon.exterior, *polygon.interiors]
        parts.append(
            "*".join("_".join(f"{_short(x)},{_short(y)}" for x, y, *_ in ring.coords[:-1]) for ring in rings)
        )
    return "~".join(parts), shorter


def unpack_area(text: str) -> dict[str, Any]:
    """Read what `pack_area` wrote.

    Raises
    ------
    InvalidInputError
        If it is no outline of 3 to `MAX_POINTS` points on Earth.
    """
    if text.count("_") > MAX_POINTS + 1:
        raise LimitError(f"an area in a URL has at most {MAX_POINTS} points.")
    polygons = [[_ring(ring) for ring in part.split("*")] for part in text.split("~")]
    single = len(polygons) == 1
    area: dict[str, Any] = {
        "type": "Polygon" if single else "MultiPolygon",
        "coordinates": polygons[0] if single else polygons,
    }
    check_area(area)
    return area


def check_area(area: dict[str, Any]) -> None:
    """Refuse a polygon that is not one, is too long, or lies off the Earth."""
    try:
        found = shape(area)
    except UNREADABLE as error:
        raise InvalidInputError(f"this is no polygon: {error}.") from error
    points = shapely.get_coordinates(found)
    if len(points) < 4 or len(points) > 100_000:
        raise InvalidInputError(f"an area needs 3 to 100,000 points, not {len(points)}.")
    x, y = points[:, 0], points[:, 1]
    if not (abs(x).max() <= 180 and abs(y).max() <= 90):  # also refuses NaN
        raise InvalidInputError("an area lies within longitude -180 to 180 and latitude -90 to 90.")
    if not found.area > 0:
        raise InvalidInputError("an area encloses nothing.")


def write(values: Mapping[str, Any], plain: Mapping[str, Any]) -> str:
    """Write what differs from `plain` as a query, with its question mark, or as ``""``."""
    pairs = []
    for name, (short, to_text, _) in _FORMS.items():
        value = values[name]
        if value != plain[name] and (text := to_text(value)):
            pairs.append((short, text))
    return "?" + urlencode(pairs, quote_via=quote, safe=",:/*~!") if pairs else ""


def read(text: str) -> tuple[dict[str, Any], list[str]]:
    """Read a query: values by parameter, and a note for each part that was left out."""
    if len(text) > MAX_QUERY:
        return {}, [f"The address is {len(text)} characters long; at most {MAX_QUERY} are read."]
    try:
        pairs = parse_qsl(text.removeprefix("?"), keep_blank_values=True, max_num_fields=50, errors="strict")
    except (ValueError, UnicodeDecodeError) as error:
        return {}, [f"The address cannot be read: {str(error)[:80]}."]
    names = {short: name for name, (short, _, _) in _FORMS.items()}
    values: dict[str, Any] = {}
    notes: list[str] = []
    for short, part in pairs:
        if short in KEPT:
            continue
        name = names.get(short)
        if name is None:
            notes.append(f"{_shown(short)} is not a part of this address.")
        elif name in values:
            notes.append(f"{short}: given more than once; the first counts.")
        else:
            try:
                value, left = _FORMS[name][2](part)
            except (InvalidInputError, ValueError) as error:
                notes.append(f"{short}: {error}"[:200])
            else:
                values[name] = value
                notes.extend(f"{short}: {note}"[:200] for note in left)
    return values, notes


def kept(text: str) -> str:
    """Return the parts of an address that stay, as ``wall=1``, or an empty string.

    Examples
    --------
    >>> kept("?sev=Severe&wall=1"), kept("?wall=<b>")
    ('wall=1', '')
    """
    try:
        pairs = parse_qsl(text[:MAX_QUERY].removeprefix("?"), max_num_fields=50, errors="replace")
    except ValueError:
        return ""
    return urlencode([pair for pair in dict(pairs).items() if KEPT.get(pair[0]) == pair[1]])


Read = tuple[Any, list[str]]


def _short(number: float) -> str:
    text = f"{number:.5f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _shown(text: str) -> str:
    return repr(_UNSAFE.sub("", text)[:40])


def _number(text: str) -> float:
    if not re.fullmatch(r"-?\d{1,3}(\.\d{1,12})?", text, re.ASCII):
        raise InvalidInputError(f"{_shown(text)} is not a coordinate in degrees.")
    return float(text)


def _ring(text: str) -> list[list[float]]:
    points = []
    for pair in text.split("_"):
        x, comma, y = pair.partition(",")
        if not comma:
            raise InvalidInputError(f"{_shown(pair)} is not lon,lat.")
        points.append([_number(x), _number(y)])
    if len(points) < 3:
        raise InvalidInputError(f"an outline needs at least 3 points, not {len(points)}.")
    return [*points, points[0]]


def _words(known: tuple[str, ...]) -> Callable[[str], Read]:
    def parse(text: str) -> Read:
        parts = list(dict.fromkeys(text.split(",")))
        expected = ", ".join(known)
        bad = [part for part in parts if part not in known]
        return [part for part in parts if part in known], [
            f"{_shown(part)} is not known; expected {expected}." for part in bad[:3]
        ]

    return parse


def _word(known: tuple[str, ...]) -> Callable[[str], Read]:
    def parse(text: str) -> Read:
        if text not in known:
            raise InvalidInputError(f"{_shown(text)} is not known; expected {', '.join(known)}.")
        return text, []

    return parse


def _moment(text: str) -> Read:
    found = parse_time(text)
    if not EARLIEST <= found <= LATEST:
        raise InvalidInputError(f"{_shown(text)} is outside 1900 to 2200.")
    return found, []


def _text(limit: int) -> Callable[[str], Read]:
    def parse(text: str) -> Read:
        if len(text) > limit:
            raise LimitError(f"{len(text)} characters; at most {limit} are read.")
        if _UNSAFE.search(text):
            raise InvalidInputError("it holds control characters.")
        return text, []

    return parse


def _identity(text: str) -> Read:
    kind, bang, rest = text.partition("!")
    source, second, key = rest.partition("!")
    if not (bang and second and source and key) or kind not in KINDS:
        raise InvalidInputError(f"{_shown(text)} is not kind!source!key.")
    if len(text) > 2 * MAX_NAME or _UNSAFE.search(text):
        raise InvalidInputError("the name of the record is too long or holds control characters.")
    return (kind, source.replace("%21", "!").replace("%25", "%"), key), []


def _names(text: str) -> Read:
    """Read names of series parted by ``!``; one in a name itself is written as ``%21``."""
    found: list[str] = []
    notes: list[str] = []
    for part in dict.fromkeys(text.split("!")):
        if not part or len(part) > 3 * MAX_NAME or _UNSAFE.search(part):
            notes.append(f"{_shown(part)} is not the name of a series.")
        elif len(found) == MAX_NAMES:
            notes.append(f"more than {MAX_NAMES} series; the others are left out.")
            break
        else:
            found.append(part.replace("%21", "!").replace("%25", "%"))
    return found, notes[:3]


def _layers(text: str) -> Read:
    found: dict[str, dict[str, Any]] = {}
    notes = []
    for part in text.split(",")[:MAX_LAYERS]:
        name, *rest = part.split(":")
        if not _LAYER.fullmatch(name) or len(rest) > 3:
            notes.append(f"{_shown(part)} is not a layer.")
            continue
        values: dict[str, Any] = {}
        for kind, value in zip(("visible", "opacity", "order"), rest, strict=False):
            if value and not re.fullmatch(r"-?\d{1,4}", value, re.ASCII):
                notes.append(f"{_shown(part)} is not a layer.")
                break
            if value and kind == "visible":
                values[kind] = value != "0"
            elif value and kind == "opacity":
                values[kind] = min(max(int(value), 0), 100) / 100
            elif value:
                values[kind] = int(value)
        else:
            found[name] = values
    return found, notes[:3]


def _write_identity(value: tuple[str, str, str]) -> str:
    kind, source, key = value
    if len(source) + len(key) > MAX_NAME or _UNSAFE.search(source + key) or not source or not key:
        return ""  # a name that would be refused on the way back is not written
    return f"{kind}!{source.replace('%', '%25').replace('!', '%21')}!{key}"


def _write_names(value: list[str]) -> str:
    good = [name for name in value if name and len(name) <= MAX_NAME and not _UNSAFE.search(name)]
    return "!".join(name.replace("%", "%25").replace("!", "%21") for name in good[:MAX_NAMES])


def _write_layers(value: Mapping[str, Mapping[str, Any]]) -> str:
    parts = []
    for name, held in list(value.items())[:MAX_LAYERS]:
        if not _LAYER.fullmatch(name):
            continue
        opacity = held.get("opacity")
        parts.append(
            ":".join((
                name,
                "" if held.get("visible") is None else str(int(bool(held["visible"]))),
                "" if opacity is None or not math.isfinite(opacity) else str(round(opacity * 100)),
                "" if held.get("order") is None else str(int(held["order"])),
            )).rstrip(":")
        )  # fmt: skip
    return ",".join(parts)


def _write_text(limit: int) -> Callable[[str | None], str]:
    return lambda value: _UNSAFE.sub("", value or "")[:limit]


_FORMS: dict[str, tuple[str, Callable[[Any], str], Callable[[str], Read]]] = {
    "as_of": ("asof", format_time, _moment),
    "time": ("t", format_time, _moment),
    "record": ("r", _write_identity, _identity),
    "series": ("s", _write_text(MAX_NAME), _text(MAX_NAME)),
    "area": ("area", lambda area: pack_area(area)[0], lambda text: (unpack_area(text), [])),
    "kinds": ("kind", ",".join, _words(KINDS)),
    "also": ("also", ",".join, _words(KINDS)),
    "hazards": ("hz", ",".join, _words((*HAZARDS, "other"))),
    "severities": ("sev", ",".join, _words(tuple(item.value for item in Severity))),
    "statuses": ("status", ",".join, _words(tuple(item.value for item in Status))),
    "states": ("state", ",".join, _words(("active", "cancelled", "ended"))),
    "text": ("q", _write_text(MAX_TEXT), _text(MAX_TEXT)),
    "layers": ("layers", _write_layers, _layers),
    "tab": ("tab", str, _word(("wall", "station", "latency", "compare", "rules", "alarm"))),
    "span": ("span", str, _word(("1h", "6h", "24h", "3d", "7d", "30d", "1y"))),
    "group": ("group", str, _word(("none", "hazard", "basin", "kind", "district"))),
    "size": ("size", str, _word(("small", "medium", "large"))),
    "conditions": ("cond", ",".join, _words(("silent", "flagged", "rising", "falling", "soon", "calm"))),
    "others": ("with", _write_names, _names),
    "across": ("over", str, _word(("24h", "3d", "7d", "30d", "1y"))),
    "axis": ("axis", str, _word(("own", "shared"))),
    "model": ("model", _write_text(80), _text(80)),
    "scenario": ("scenario", _write_text(80), _text(80)),
    "language": ("lang", str, _word(tuple(LANGUAGES))),
    "theme": ("theme", str, _word(("dark", "light"))),
}
