"""What a browser says about the map, read as the untrusted message that it is."""

import math
from collections.abc import Mapping
from typing import Any

import shapely

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.geometry import clean, write
from watchfloor.views.map.mercator import WORLD

__all__ = ["area_of", "box_of", "number", "view_of"]

MOST = 200
"""Corners of a drawn area, at most."""


def number(message: Mapping[str, Any], name: str) -> float:
    """Return a finite number of a message."""
    value = message.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidInputError(f"{name} is not a number.")
    return float(value)


def view_of(message: Mapping[str, Any]) -> tuple[tuple[float, float, float, float], int, int]:
    """Return a view: box in metres, width and height in pixels (at most 8192)."""
    box = message.get("box")
    if not isinstance(box, list) or len(box) != 4:
        raise InvalidInputError("A view has four sides.")
    left, bottom, right, top = (float(v) for v in box)
    width, height = number(message, "width"), number(message, "height")
    sound = all(math.isfinite(v) and abs(v) < 20 * WORLD for v in (left, bottom, right, top))
    if not sound or right - left < 1 or top - bottom < 1:
        raise InvalidInputError("That is no view.")
    return (left, bottom, right, top), int(min(max(width, 1), 8192)), int(min(max(height, 1), 8192))


def area_of(ring: Any) -> dict[str, Any]:
    """Return the area that corners (longitude, latitude) enclose, as GeoJSON.

    Examples
    --------
    >>> area_of([[0, 0], [1, 0], [1, 1]])["type"]
    'Polygon'
    """
    if not isinstance(ring, list) or not 3 <= len(ring) <= MOST:
        raise InvalidInputError(f"An area has 3 to {MOST} corners.")
    shape = clean(shapely.Polygon([(float(lon), float(lat)) for lon, lat in ring]))
    parts = [part for part in shapely.get_parts(shape) if part.geom_type.endswith("Polygon")]
    whole = shapely.union_all(parts)
    found = write(whole)
    if found is None or whole.is_empty or whole.area == 0:
        raise InvalidInputError("These corners enclose nothing.")
    return found


def box_of(text: str) -> dict[str, Any]:
    """Return the area of a typed box (west, south, east, north in degrees), as GeoJSON."""
    try:
        west, south, east, north = (float(part) for part in text.replace(";", ",").split(","))
    except ValueError as error:
        raise InvalidInputError(
            f"{text!r} is not a box; expected west, south, east, north in degrees."
        ) from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InvalidInputError(
            f"{text!r} is not a box; expected west < east within -180 to 180 and south < north within -90 to 90."
        )
    return area_of([[west, south], [east, south], [east, north], [west, north]])
