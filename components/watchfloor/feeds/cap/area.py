"""CAP's places: polygons and circles, latitude first, made into one checked geometry, longitude first."""

import re
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from watchfloor.core import geometry
from watchfloor.core.errors import InvalidInputError, LimitError

__all__ = ["MAX_POINTS", "MAX_SHAPES", "Shapes"]

MAX_SHAPES = 1_000
MAX_POINTS = 50_000
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
_PAIR = re.compile(rf"({_NUMBER}),({_NUMBER})", re.ASCII)
_COMMA = re.compile(r"\s*,\s*")
_KM = re.compile(_NUMBER, re.ASCII)


class Shapes:
    """Gathers the polygons and circles of one message; the same one in several languages counts once.

    Examples
    --------
    >>> shapes = Shapes()
    >>> shapes.polygon("38.47,-120.14 38.34,-119.95 38.52,-119.74 38.47,-120.14", notes=[])["type"]
    'Polygon'
    >>> shapes.whole()["coordinates"][0][0]
    (-120.14, 38.47)
    """

    def __init__(self) -> None:
        self._found: dict[str, BaseGeometry | None] = {}
        self._points = 0
        self._crossings = 0

    def polygon(self, text: str, notes: list[str]) -> dict[str, Any] | None:
        """Read a polygon: at least four pairs ``latitude,longitude``, the last one the same as the first.

        Raises
        ------
        InvalidInputError
            If it cannot be read, or lies outside the Earth's degrees; `LimitError` if there are too many.
        """
        return self._once(text, lambda: self._ring(text, notes))

    def circle(self, text: str) -> dict[str, Any] | None:
        """Read a circle: ``latitude,longitude`` of its centre and the radius in km, such as ``32.9,-115.5 10``.

        Raises
        ------
        InvalidInputError
            If it cannot be read, or lies outside the Earth's degrees; `LimitError` if there are too many.
        """
        return self._once(text, lambda: self._round(text))

    def whole(self) -> dict[str, Any] | None:
        """Return the union of all shapes as GeoJSON.

        Raises
        ------
        LimitError
            If the shapes cross each other too often to be put together.
        """
        return geometry.write(geometry.union(list(self._found.values())))

    def _once(self, text: str, make: Any) -> dict[str, Any] | None:
        key = " ".join(text.split())
        if not key:
            return None
        if key not in self._found:
            if len(self._found) >= MAX_SHAPES:
                raise LimitError(f"There are more than {MAX_SHAPES:,} polygons and circles.")
            self._found[key] = None
            self._found[key] = make()
        return geometry.write(self._found[key])

    def _ring(self, text: str, notes: list[str]) -> BaseGeometry | None:
        pairs = [_pair(part) for part in _COMMA.sub(",", text).split()]
        self._points += len(pairs)
        if self._points > MAX_POINTS:
            raise LimitError(f"The polygons have more than {MAX_POINTS:,} points.")
        if len(set(pairs)) < 3:
            raise InvalidInputError(
                f"This polygon has {len(set(pairs))} different points; expected 3 or more."
            )
        if pairs[0] != pairs[-1]:
            notes.append("a polygon did not end where it began; it was closed")
            pairs.append(pairs[0])
        drawn = shapely.Polygon(pairs)
        if not drawn.is_valid:
            self._crossings += max(0, geometry.crossings([drawn]) - 4 * len(pairs))
            if self._crossings > geometry.MAX_CROSSINGS:
                raise LimitError("The edges of the polygons cross each other too often to be put right.")
        return geometry.polygon(pairs)

    def _round(self, text: str) -> BaseGeometry | None:
        parts = _COMMA.sub(",", text).split()
        if len(parts) != 2 or _KM.fullmatch(parts[1]) is None:
            raise InvalidInputError(
                f"{text[:60]!r} is not a circle; expected latitude,longitude and a radius in km."
            )
        lon, lat = _pair(parts[0])
        radius = float(parts[1])
        return geometry.circle(lon, lat, radius)


def _pair(text: str) -> tuple[float, float]:
    """Return (longitude, latitude) of CAP's ``latitude,longitude``."""
    match = _PAIR.fullmatch(text)
    if match is None:
        raise InvalidInputError(f"{text[:60]!r} is not a pair of numbers latitude,longitude.")
    lat, lon = float(match.group(1)), float(match.group(2))
    if abs(lat) > 90:
        swapped = "; are latitude and longitude swapped? CAP writes latitude first" if abs(lon) <= 90 else ""
        raise InvalidInputError(f"Latitude {lat:g} of {text[:60]!r} is outside -90 to 90{swapped}.")
    if abs(lon) > 360:
        raise InvalidInputError(f"Longitude {lon:g} of {text[:60]!r} is outside -180 to 180.")
    return lon, lat
