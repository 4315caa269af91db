"""The place of a measure as its points, and points as a place: what is drawn on the map and what a model takes."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["LEAST", "geometry", "outline"]

LEAST: Mapping[str, int] = {"point": 1, "line": 2, "area": 3}
"""Fewest points by shape."""
_SHAPES = {"Point": "point", "LineString": "line", "Polygon": "area"}


def geometry(shape: str, points: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Return points as a GeoJSON geometry.

    Parameters
    ----------
    shape
        ``point``, ``line`` or ``area``.
    points
        Longitude and latitude of each; an area's ring is closed here.

    Examples
    --------
    >>> geometry("area", [(0, 0), (1, 0), (1, 1)])["coordinates"]
    [[[0, 0], [1, 0], [1, 1], [0, 0]]]
    """
    at = [list(point) for point in points]
    if shape == "point":
        return {"type": "Point", "coordinates": at[0]}
    if shape == "line":
        return {"type": "LineString", "coordinates": at}
    return {"type": "Polygon", "coordinates": [[*at, at[0]]]}


def outline(where: Any) -> tuple[str, list[tuple[float, float]]]:
    """Return the shape and the points of a geometry; no points where it is none that a hand draws.

    Examples
    --------
    >>> outline(geometry("area", [(0, 0), (1, 0), (1, 1)]))
    ('area', [(0, 0), (1, 0), (1, 1)])
    >>> outline({"type": "MultiPolygon", "coordinates": []}), outline("Reedfield")
    (('', []), ('', []))
    """
    if not isinstance(where, Mapping) or where.get("type") not in _SHAPES:
        return "", []
    shape, at = _SHAPES[str(where["type"])], where["coordinates"]
    found = [at] if shape == "point" else at if shape == "line" else at[0][:-1]
    return shape, [(point[0], point[1]) for point in found]
