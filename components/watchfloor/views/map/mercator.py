"""From longitude and latitude to the map's metres (EPSG:3857) and back."""

import math

import numpy as np
import numpy.typing as npt
import shapely

__all__ = ["EDGE", "RADIUS", "WORLD", "forward", "inverse", "project", "zoom_of"]

Floats = npt.NDArray[np.float64]

RADIUS = 6378137.0
"""Radius of the sphere of EPSG:3857, metres."""
WORLD = math.pi * RADIUS
"""Half the width of the world, metres."""
EDGE = 85.0511287798066
"""Latitude at which the square of EPSG:3857 ends."""


def forward(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Turn longitudes and latitudes in degrees into metres east and north; latitudes stop at `EDGE`.

    Examples
    --------
    >>> x, y = forward(180.0, 0.0); round(float(x)), round(float(y))
    (20037508, 0)
    """
    phi = np.radians(np.clip(np.asarray(lat, float), -EDGE, EDGE))
    return np.radians(np.asarray(lon, float)) * RADIUS, np.arcsinh(np.tan(phi)) * RADIUS


def inverse(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Turn metres east and north into longitudes and latitudes in degrees.

    Examples
    --------
    >>> lon, lat = inverse(*forward(112.5, 30.25)); round(float(lon), 6), round(float(lat), 6)
    (112.5, 30.25)
    """
    return np.degrees(np.asarray(x, float) / RADIUS), np.degrees(
        np.arctan(np.sinh(np.asarray(y, float) / RADIUS))
    )


def project(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Project shapes in degrees to metres; None stays None."""
    found: npt.NDArray[np.object_] = shapely.transform(shapes, _flat)
    return found


def zoom_of(width: float, pixels: float) -> float:
    """Return the zoom level (of 256-pixel tiles) at which `width` metres are `pixels` wide."""
    return math.log2(2 * WORLD / 256 * max(pixels, 1.0) / max(width, 1e-3))


def _flat(at: Floats) -> Floats:
    return np.column_stack(forward(at[:, 0], at[:, 1]))
