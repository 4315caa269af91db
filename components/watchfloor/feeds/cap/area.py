"""CAP's places: polygons and circles, latitude first, made into one checked geometry, longitude first."""

import re
from typing import Any

import numpy as np
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
# Crossing edges that are worked out at most: beyond, putting shapes together could take minutes.
_CROSSINGS = 100_000


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
        shapes = [shape for shape in self._found.values() if shape is not None]
        polygons = [leaf for shape in shapes for leaf in _leaves(shape) if leaf.geom_type == "Polygon"]
        others = [leaf for shape in shapes for leaf in _leaves(shape) if leaf.geom_type != "Polygon"]
        if len(polygons) > 1:
            _refuse_tangle(polygons)
            try:
                polygons = [shapely.union_all(polygons)]
            except shapely.errors.GEOSException:
                polygons = [shapely.union_all(polygons, grid_size=1e-7)]
        return geometry.write(geometry.combine([*polygons, *others]))

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
            _refuse_tangle([drawn])
        return geometry.polygon(pairs)

    def _round(self, text: str) -> BaseGeometry | None:
        parts = _COMMA.sub(",", text).split()
        if len(parts) != 2 or _KM.fullmatch(parts[1]) is None:
            raise InvalidInputError(
                f"{text[:60]!r} is not a circle; expected latitude,longitude and a radius in km."
            )
        lon, lat = _pair(parts[0])
        radius = float(parts[1])
        if radius > 0 and abs(lat) + radius / 110.5 >= 90:
            raise InvalidInputError(f"The circle {text[:60]!r} covers a pole, which no map polygon can.")
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


def _leaves(shape: BaseGeometry) -> list[BaseGeometry]:
    return list(getattr(shape, "geoms", [shape]))


def _refuse_tangle(polygons: list[BaseGeometry]) -> None:
    """Refuse polygons whose edges meet so often that putting them together would stall the floor.

    The number of pairs of edges with overlapping boxes is an upper bound for the crossings; it is estimated from
    at most 500 edges, evenly taken, so that the question itself stays cheap.
    """
    edges = np.concatenate([_edges(polygon) for polygon in polygons])
    if len(edges) < 500:
        return
    boxes = shapely.box(
        np.minimum(edges[:, 0], edges[:, 2]), np.minimum(edges[:, 1], edges[:, 3]),
        np.maximum(edges[:, 0], edges[:, 2]), np.maximum(edges[:, 1], edges[:, 3]),
    )  # fmt: skip
    step = max(1, len(edges) // 500)
    sample = boxes[::step]
    met = shapely.STRtree(boxes).query(sample).shape[1] - 3 * len(sample)  # itself and its two neighbours
    if met * step > 2 * _CROSSINGS:
        raise LimitError("These polygons cross themselves or each other too often to be put together.")


def _edges(polygon: BaseGeometry) -> Any:
    ring = shapely.get_coordinates(polygon)
    return np.hstack([ring[:-1], ring[1:]])
