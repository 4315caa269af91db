"""What the map shows, to take away: features as GeoJSON, and the notebook cell that makes the map again."""

import json
import math
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping

from watchfloor.core.clock import format_time
from watchfloor.security.text import plain
from watchfloor.views import recipe as recipes
from watchfloor.views.map.mercator import inverse
from watchfloor.views.map.picture import png

__all__ = ["data", "png", "recipe"]

_TEXT = 4000
MOST = 50_000
"""Features that are exported, at most."""


def data(view: Any) -> dict[str, Any]:
    """Return what a map shows as a GeoJSON FeatureCollection (RFC 7946: degrees, WGS 84).

    Each feature names its layer; rows without a place are there with a null geometry, so that none is lost. The
    member ``watchfloor`` says which floor, mark and times it stands for.
    """
    chosen, floor = view.selection, view.floor
    features: list[dict[str, Any]] = []
    cut = False
    for layer, table, rows in view.stack.visible():
        if layer.style.kind in {"cloud", "raster"}:
            continue
        placeless = np.flatnonzero(view.stack.kept[layer.name] & ~table.placed)
        for row in [*rows, *placeless]:
            if len(features) >= MOST:
                cut = True
                break
            features.append(_feature(layer.name, table, int(row)))
    return {
        "type": "FeatureCollection",
        "watchfloor": {
            "floor": floor.name,
            "mark": floor.mark,
            "as_of": format_time(chosen.as_of or floor.now()),
            "time": format_time(chosen.time) if chosen.time else None,
            "complete": not cut,
        },
        "features": features,
    }


def recipe(view: Any) -> str:
    """Return the notebook cell that makes a map again: floor, selection and layers.

    The selection is written as its query, a text of percent-encoded characters, so that nothing in it can be code.
    """
    return recipes.recipe(view.floor, view.selection.to_query(), "map.MapView", {})


def _feature(name: str, table: Any, row: int) -> dict[str, Any]:
    shape = table.shapes[row]
    geometry = None
    if shape is not None:
        degrees = shapely.transform(shape, _degrees)
        geometry = json.loads(json.dumps(mapping(degrees)))
    properties = {str(key): _plain(value) for key, value in table.frame.iloc[row].items()}
    return {"type": "Feature", "properties": {"layer": name, **properties}, "geometry": geometry}


def _degrees(at: Any) -> Any:
    return np.round(np.column_stack(inverse(at[:, 0], at[:, 1])), 7)


def _plain(value: Any) -> Any:
    """Return a value in JSON's types; text without what deceives."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if (
        value is None
        or value is pd.NaT
        or value is pd.NA
        or (isinstance(value, float) and not math.isfinite(value))
    ):
        return None
    if isinstance(value, datetime):
        return format_time(value) if value.tzinfo is not None else value.isoformat()
    return value if isinstance(value, bool | int | float) else plain(str(value), _TEXT, newlines=True)
