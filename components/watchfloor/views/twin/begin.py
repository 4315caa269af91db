"""What a page begins with: a model that its address names, or the hazard, place and time of a record."""

from typing import Any

from shapely import box
from shapely.geometry import mapping
from shapely.geometry import shape as to_shape

from watchfloor.core.errors import WatchfloorError
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.library import opening
from watchfloor.hazards.place import site_of
from watchfloor.hazards.scenario import Scenario
from watchfloor.security.text import plain
from watchfloor.views.selection import Selection
from watchfloor.views.twin.forms import models, places

__all__ = ["FIRST", "begun", "model_of"]

FIRST = "flood"
"""Model that is open where nobody asked for another."""
_AROUND = 0.04
"""Degrees around a record's place that are simulated at least."""


def model_of(hazard: str) -> str | None:
    """Return the model for a kind of hazard: the one of that name, or the first of that kind.

    Examples
    --------
    >>> model_of("flood"), model_of("other")
    ('flood', None)
    """
    if hazard in HAZARDS:
        return hazard
    return next((one["name"] for one in models() if one["kind"] == hazard), None)


def begun(floor: Any, selection: Selection) -> tuple[Scenario, tuple[str, str, str] | None]:
    """Return the first scenario of a page, and the record that it begins from.

    Parameters
    ----------
    floor
        The floor.
    selection
        As the address says: model, record, area.
    """
    if selection.record is not None:
        found = _of_record(floor, selection.record, selection)
        if found is not None:
            return found, selection.record
    name = selection.model if selection.model in HAZARDS else FIRST
    try:
        first = opening(floor, str(name))
        _ = first.kind
    except WatchfloorError:
        first = opening(floor, models()[0]["name"])
    return (first if selection.area is None else first.but(area=selection.area)), None


def _of_record(floor: Any, name: tuple[str, str, str], selection: Selection) -> Scenario | None:
    """Prefill hazard, place and time from a record; None where no model tells about its hazard."""
    history = floor.store.history(*name, as_of=selection.as_of)
    if not history:
        return None
    record = history[-1]
    model = selection.model if selection.model in HAZARDS else model_of(record.hazard)
    if model is None:
        return None
    first = opening(floor, model).but(start=record.valid_from, title=plain(record.title, 120))
    if record.geometry is None:
        return first
    where = to_shape(record.geometry)
    west, south, east, north = where.bounds
    window = mapping(box(west - _AROUND, south - _AROUND, east + _AROUND, north + _AROUND))
    moved = first.but(area=window, places={})
    try:
        site = site_of(floor, moved.kind, window)
        forcing = moved.but(courses={}).forcing(floor, site)
    except WatchfloorError:
        return first  # it lies where the floor has no data
    if where.geom_type == "Point":
        middle = where.centroid
        moved = moved.but(places={one["name"]: (middle.x, middle.y) for one in places(forcing, site)[:1]})
    return moved
