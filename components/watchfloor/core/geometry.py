"""Places on Earth: GeoJSON geometry in EPSG:4326, longitude first, checked and repaired at the border.

Everything here is in degrees, longitude then latitude, as RFC 7946 has it. CAP writes latitude first: its feed
turns that round before it comes here.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely import affinity
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from watchfloor.core.errors import InvalidInputError, LimitError

__all__ = [
    "GEOD",
    "MAX_CROSSINGS",
    "MAX_VERTICES",
    "UNREADABLE",
    "circle",
    "clean",
    "combine",
    "crossings",
    "drawn",
    "polygon",
    "read",
    "repair",
    "union",
    "write",
]

GEOD = Geod(ellps="WGS84")
MAX_VERTICES = 100_000
MAX_CROSSINGS = 20_000
"""Crossings of edges that are worked out at most: 300 random points cross 20,000 times, and take 0.1 s to repair."""
UNREADABLE = (ValueError, TypeError, AttributeError, KeyError, IndexError, shapely.errors.ShapelyError)
"""What shapely raises where a GeoJSON geometry is none."""
_WORLD = shapely.box(-180, -90, 180, 90)


def read(geojson: Any) -> BaseGeometry | None:
    """Turn a GeoJSON geometry into a checked shape; None stays None.

    Raises
    ------
    LimitError
        If it has more than `MAX_VERTICES` vertices or is nested too deep.
    InvalidInputError
        If it is no geometry, or lies outside longitude -180 to 180 (360 for crossings) and latitude -90 to 90.
    """
    if geojson is None:
        return None
    if not isinstance(geojson, dict) or not isinstance(geojson.get("type"), str):
        raise InvalidInputError(
            f"{type(geojson).__name__} is not a GeoJSON geometry; expected an object with a type."
        )
    _count(geojson)
    try:
        found = shape(geojson)
    except UNREADABLE as error:
        raise InvalidInputError(f"This GeoJSON {geojson['type'][:40]} cannot be read: {error}.") from error
    return clean(found)


def drawn(geojson: Any, what: str = "place") -> BaseGeometry:
    """Turn a GeoJSON geometry that somebody drew into a shape as it is, neither cut nor repaired.

    Parameters
    ----------
    geojson
        In EPSG:4326.
    what
        What it is, for the message.

    Raises
    ------
    InvalidInputError
        If it is no geometry.

    Examples
    --------
    >>> drawn({"type": "Point", "coordinates": [112.0, 30.0]}).wkt
    'POINT (112 30)'
    """
    try:
        return shape(geojson)
    except UNREADABLE as error:
        raise InvalidInputError(f"The {what} is not a GeoJSON geometry: {error}.") from error


def clean(found: BaseGeometry) -> BaseGeometry | None:
    """Check the range of a shape, split it at the antimeridian, make it valid and two-dimensional.

    A polygon with an edge of more than 180 degrees of longitude is taken to cross the antimeridian, as RFC 7946
    section 3.1.9 asks writers to avoid and many do not.

    Returns
    -------
    BaseGeometry or None
        None for an empty geometry.
    """
    if found.is_empty:
        return None
    points = shapely.get_coordinates(found)
    if not np.isfinite(points).all():
        raise InvalidInputError("A coordinate is not a finite number.")
    x, y = points[:, 0], points[:, 1]
    if np.abs(y).max() > 90:
        worst = float(y[np.abs(y).argmax()])
        raise InvalidInputError(
            f"Latitude {worst:g} is outside -90 to 90; are longitude and latitude swapped?"
        )
    if np.abs(x).max() > 360:
        worst = float(x[np.abs(x).argmax()])
        raise InvalidInputError(f"Longitude {worst:g} is outside -180 to 180.")
    flat = shapely.force_2d(found)
    parts = [_split(part) for part in getattr(flat, "geoms", [flat])]
    repaired = [repair(part) for part in parts]
    whole = repaired[0] if len(repaired) == 1 else _gather(repaired)
    return None if whole.is_empty else whole


def polygon(ring: Sequence[tuple[float, float]]) -> BaseGeometry | None:
    """Make a polygon from (longitude, latitude) pairs, closed if the ring is not."""
    if len(ring) < 3:
        raise InvalidInputError(f"A polygon needs at least 3 different points, but has {len(ring)}.")
    if len(ring) > MAX_VERTICES:
        raise LimitError(f"A polygon has {len(ring)} points; at most {MAX_VERTICES} are read.")
    closed = list(ring) if ring[0] == ring[-1] else [*ring, ring[0]]
    if len(closed) < 4:
        raise InvalidInputError("A polygon needs at least 3 different points.")
    return clean(shapely.Polygon(closed))


_STRIDE = 90.0
"""Degrees that an edge along a pole spans, at most: one of more than 180 would be read as going the other way round."""


def circle(lon: float, lat: float, radius: float, points: int = 64) -> BaseGeometry | None:
    """Return a geodesic circle of `radius` km as a polygon; a radius of 0 gives the point.

    Where it holds a pole, its edge runs once round the world, and the polygon is closed over the pole along the
    antimeridian; where it holds both, it is the world without what is left over on the other side.

    Examples
    --------
    >>> circle(20.0, 89.0, 500.0).bounds[3]
    90.0
    """
    if not (math.isfinite(radius) and 0 <= radius <= 20_000):
        raise InvalidInputError(f"A circle's radius of {radius} km is outside 0 to 20,000.")
    centre = clean(shapely.Point(lon, lat))
    if radius == 0:
        return centre
    # to the poles along the meridian; the farther one is reached over the nearer one's side of the ellipsoid
    poles = [GEOD.inv(lon, lat, lon, pole)[2] <= radius * 1000 for pole in (90, -90)]
    points = max(points, 180) if any(poles) else points
    azimuths = np.linspace(0, 360, points, endpoint=False)
    x, y, _ = GEOD.fwd(np.full(points, lon), np.full(points, lat), azimuths, np.full(points, radius * 1000))
    if not any(poles):
        return polygon(list(zip(x.tolist(), y.tolist(), strict=True)))
    if all(poles):
        rest = polygon(list(zip(x.tolist(), y.tolist(), strict=True)))
        return shapely.segmentize(shapely.box(-180, -90, 180, 90).difference(rest), _STRIDE)
    return _cap(x, y, 90.0 if poles[0] else -90.0)


def _cap(x: Any, y: Any, pole: float) -> BaseGeometry:
    """Return the polygon between an edge that meets every meridian once and a pole."""
    order = np.argsort(x)
    east, north = x[order], y[order]
    # the edge goes on over the antimeridian: its height there lies between its last and its first point
    gap = east[0] + 360 - east[-1]
    across = north[-1] + (north[0] - north[-1]) * ((180 - east[-1]) / gap if gap > 0 else 0.0)
    ring = [(-180.0, across), *zip(east.tolist(), north.tolist(), strict=True), (180.0, across)]
    return shapely.segmentize(shapely.Polygon([*ring, (180.0, pole), (-180.0, pole)]), _STRIDE)


def combine(shapes: Sequence[BaseGeometry | None]) -> BaseGeometry | None:
    """Put several shapes into one, leaving out None."""
    found = [item for item in shapes if item is not None and not item.is_empty]
    return None if not found else found[0] if len(found) == 1 else _gather(found)


def repair(found: BaseGeometry) -> BaseGeometry:
    """Make a shape valid; every place that a ring goes round counts as inside, whichever way round.

    Raises
    ------
    LimitError
        If its edges may cross each other more than `MAX_CROSSINGS` times, and four times for each edge besides (those
        of a coast lie close without crossing): repairing it could take minutes.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    >>> bow_tie.area, repair(bow_tie).area
    (0.0, 0.5)
    """
    if found.is_valid:
        return found
    if crossings([found]) > MAX_CROSSINGS + 4 * int(shapely.get_num_coordinates(found)):
        raise LimitError(f"The edges of this {found.geom_type} cross each other too often to be put right.")
    return shapely.make_valid(found, method="structure", keep_collapsed=True)


def union(shapes: Sequence[BaseGeometry | None]) -> BaseGeometry | None:
    """Melt areas into one, and put other shapes beside them, leaving out None.

    Raises
    ------
    LimitError
        If the areas may cross each other more than `MAX_CROSSINGS` times, and four times for each edge besides.
    """
    leaves = [leaf for item in shapes if item is not None for leaf in getattr(item, "geoms", [item])]
    areas = [leaf for leaf in leaves if leaf.geom_type == "Polygon"]
    others = [leaf for leaf in leaves if leaf.geom_type != "Polygon"]
    if len(areas) > 1:
        # Neighbours share edges, which meet without crossing: the more edges, the more of those.
        if crossings(areas) > MAX_CROSSINGS + 4 * sum(shapely.get_num_coordinates(area) for area in areas):
            raise LimitError("These areas cross each other too often to be melted into one.")
        areas = [shapely.union_all(areas)]
    return combine([*areas, *others])


def crossings(shapes: Sequence[BaseGeometry]) -> int:
    """Estimate, from above, how often the edges of polygons cross.

    Counted are pairs of edges with overlapping boxes, beyond an edge's own two neighbours; of many edges, 200 evenly
    taken ones stand for all, so that the question itself stays cheap.
    """
    rings = shapely.get_rings([item for item in shapes if "Polygon" in item.geom_type])
    if len(rings) == 0:
        return 0
    points, ring = shapely.get_coordinates(rings, return_index=True)
    inner = ring[1:] == ring[:-1]
    first, last = points[:-1][inner], points[1:][inner]
    boxes = shapely.box(*np.minimum(first, last).T, *np.maximum(first, last).T)
    step = -(-len(boxes) // 200)
    sample = boxes[::step]
    met = shapely.STRtree(boxes).query(sample).shape[1] - 3 * len(sample)
    return max(0, int(met * step) // 2)


def write(found: BaseGeometry | None) -> dict[str, Any] | None:
    """Turn a shape back into a GeoJSON geometry."""
    if found is None:
        return None
    geojson: dict[str, Any] = mapping(found)
    return geojson


def _count(geojson: dict[str, Any]) -> None:
    """Refuse what is too deep or too large before shapely sees it."""
    total = 0
    stack: list[tuple[Any, int]] = [(geojson.get("coordinates"), 0)]
    stack += [(part, 0) for part in geojson.get("geometries") or []]
    while stack:
        item, depth = stack.pop()
        if depth > 8:
            raise LimitError("A geometry is nested more than 8 deep.")
        if isinstance(item, dict):
            stack.append((item.get("coordinates"), depth + 1))
            stack += [(part, depth + 1) for part in item.get("geometries") or []]
        elif isinstance(item, list | tuple):
            if item and not isinstance(item[0], list | tuple | dict):
                total += 1
                if total > MAX_VERTICES:
                    raise LimitError(f"A geometry has more than {MAX_VERTICES} vertices.")
                if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in item):
                    raise InvalidInputError("A coordinate is not a number.")
            else:
                stack += [(part, depth + 1) for part in item]


def _split(part: BaseGeometry) -> BaseGeometry:
    """Bring one shape into -180 to 180, cutting it where it crosses the antimeridian."""
    x = shapely.get_coordinates(part)[:, 0]
    if isinstance(part, shapely.Polygon):
        ring = shapely.get_coordinates(part.exterior)[:, 0]
        worldwide = bool((np.abs(np.abs(ring) - 180) < 1e-3).all())  # a box from -180 to 180 crosses nothing
        if np.abs(np.diff(ring)).max(initial=0) > 180 and not worldwide:
            part = shapely.transform(part, _eastward)
            x = shapely.get_coordinates(part)[:, 0]
    elif part.geom_type == "Point":
        return shapely.transform(part, _wrap) if abs(x[0]) > 180 else part
    if x.max() <= 180 and x.min() >= -180:
        return part
    valid = repair(part)
    pieces = []
    for shift in (-360, 0, 360):
        cut = valid.intersection(affinity.translate(_WORLD, shift))
        if not cut.is_empty and cut.geom_type.removeprefix("Multi") == part.geom_type.removeprefix("Multi"):
            pieces.append(affinity.translate(cut, -shift))
    return pieces[0] if len(pieces) == 1 else _gather(pieces)


def _eastward(xy: np.ndarray) -> np.ndarray:
    out = xy.copy()
    out[out[:, 0] < 0, 0] += 360
    return out


def _wrap(xy: np.ndarray) -> np.ndarray:
    out = xy.copy()
    out[:, 0] = (out[:, 0] + 180) % 360 - 180
    return out


def _gather(parts: Sequence[BaseGeometry]) -> BaseGeometry:
    """Join parts into the simplest collection that holds them."""
    flat = [leaf for part in parts for leaf in getattr(part, "geoms", [part])]
    kinds = {leaf.geom_type for leaf in flat}
    if kinds == {"Polygon"}:
        return shapely.MultiPolygon(flat)
    if kinds == {"LineString"}:
        return shapely.MultiLineString(flat)
    if kinds == {"Point"}:
        return shapely.MultiPoint(flat)
    return shapely.GeometryCollection(flat)
