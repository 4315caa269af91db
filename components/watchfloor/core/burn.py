"""Shapes burnt into a grid, one call at a time: rasterio hushes a warning in a way that holds for all threads."""

from threading import Lock
from typing import Any

__all__ = ["burn"]

_ONE = Lock()


def burn(shapes: Any, shape: tuple[int, int], **values: Any) -> Any:
    """Do as `rasterio.features.rasterize` does, safely from several threads.

    rasterio works on a data set without a place and hushes its own warning of that with `warnings.catch_warnings`, which
    changes the filters of the whole process: two threads undo each other's.

    Parameters
    ----------
    shapes
        Pairs of a GeoJSON geometry and its value.
    shape
        Rows and columns.
    values
        As of `rasterio.features.rasterize`.

    Examples
    --------
    >>> square = {"type": "Polygon", "coordinates": [[(0, 0), (2, 0), (2, 2), (0, 2), (0, 0)]]}
    >>> burn([(square, 1)], (2, 3)).tolist()
    [[1, 1, 0], [1, 1, 0]]
    """
    from rasterio.features import rasterize  # type: ignore[import-untyped]

    with _ONE:
        return rasterize(shapes, shape, **values)
