"""What changed from one revision of a record to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from shapely.geometry import Point, shape

from watchfloor.core.clock import format_time
from watchfloor.core.geometry import GEOD
from watchfloor.store.records import Record

__all__ = ["Change", "changes", "first_info"]

_PLAIN = ("title", "hazard", "severity", "urgency", "certainty", "status", "state", "area", "trust")
_TEXTS = ("headline", "description", "instruction")
_LONG = 1200


@dataclass(frozen=True)
class Change:
    """One field that reads otherwise than before."""

    field: str
    old: str
    new: str


def changes(old: Record, new: Record, zone: ZoneInfo | None = None) -> list[Change]:
    """Return what reads otherwise in the newer revision, in the order in which it is read.

    Parameters
    ----------
    old, new
        Two revisions of one record.
    zone
        Zone that times are written in; UTC by default.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> before = Record("alert", "cap", "1", "1", sent=EPOCH, valid_from=EPOCH, title="Rain", severity="Minor")
    >>> after = Record("alert", "cap", "1", "2", sent=EPOCH, valid_from=EPOCH, title="Rain", severity="Severe")
    >>> changes(before, after)
    [Change(field='severity', old='Minor', new='Severe')]
    """
    found = [
        Change(name, str(getattr(old, name)), str(getattr(new, name)))
        for name in _PLAIN
        if getattr(old, name) != getattr(new, name)
    ]
    for name in ("valid_from", "valid_to"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            found.append(Change(name, _time(before, zone), _time(after, zone)))
    if old.geometry != new.geometry:
        found.append(Change("geometry", _outline(old.geometry), _outline(new.geometry)))
    before_info, after_info = first_info(old), first_info(new)
    for name in _TEXTS:
        was, now = str(before_info.get(name) or ""), str(after_info.get(name) or "")
        if was != now:
            found.append(Change(name, was[:_LONG], now[:_LONG]))
    was_told, now_told = _properties(old), _properties(new)
    for name in sorted(set(was_told) | set(now_told)):
        if was_told.get(name) != now_told.get(name):
            found.append(
                Change(
                    "properties",
                    f"{name}: {was_told.get(name, '–')}"[:_LONG],
                    f"{name}: {now_told.get(name, '–')}"[:_LONG],
                )
            )
    return found


def first_info(record: Record) -> dict[str, Any]:
    """Return the first block of text of a record, whatever feed it is from."""
    infos = record.body.get("info") or record.body.get("infos")
    if isinstance(infos, Sequence) and not isinstance(infos, str) and infos and isinstance(infos[0], dict):
        return infos[0]
    properties = record.body.get("properties")
    return properties if isinstance(properties, dict) else record.body


def _properties(record: Record) -> dict[str, str]:
    """Return the plain values of a record that is no message of text blocks."""
    if record.body.get("info") or record.body.get("infos"):
        return {}
    told = first_info(record)
    return {
        str(name): str(value)
        for name, value in told.items()
        if name not in _TEXTS and isinstance(value, str | int | float | bool)
    }


def _time(at: Any, zone: ZoneInfo | None) -> str:
    return "–" if at is None else format_time(at, zone)


def _outline(geometry: dict[str, Any] | None) -> str:
    """Describe a geometry in a few words: its type, its area or its place."""
    if geometry is None:
        return "–"
    found = shape(geometry)
    if isinstance(found, Point):
        return f"{found.x:.4f}, {found.y:.4f}"
    size = abs(GEOD.geometry_area_perimeter(found)[0]) / 1e6
    return f"{found.geom_type}, {size:,.1f} km²" if size else found.geom_type
