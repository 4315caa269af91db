"""Bring a raster of a catalog onto the grid of a run: means of measures, sums of counts, the commonest of classes."""

from typing import Any

import numpy as np
import xarray as xr
from pyproj import Transformer

from watchfloor.core.fields import convert, field
from watchfloor.hazards.grid import Grid

__all__ = ["CLASSES", "COUNTS", "onto"]

CLASSES = frozenset({"fuel_model", "land_cover"})
"""Fields whose numbers name a class: there is no mean of them."""
COUNTS = frozenset({"people", "population"})
"""Fields that count what is in a cell: smaller cells hold less."""


def onto(grid: Grid, data: xr.DataArray, name: str, units: str) -> np.ndarray:
    """Return a field on a grid.

    Parameters
    ----------
    grid
        Of the run.
    data
        Dims ``y`` and ``x``, evenly spaced, with its system in the attribute ``crs`` or in ``rio``.
    name
        Of `core.fields`.
    units
        Of the data.

    Returns
    -------
    numpy.ndarray
        float64, (y, x), in the field's unit; NaN where there are no data. Cells larger than the data's hold the mean
        (of counts the sum, of classes the commonest); smaller ones the value there (of counts their share).

    Examples
    --------
    >>> fine = xr.DataArray([[1.0, 3.0], [5.0, 7.0]], dims=("y", "x"), coords={"y": [15.0, 5.0], "x": [5.0, 15.0]},
    ...                     attrs={"crs": "EPSG:32650"})
    >>> onto(Grid(np.array([10.0]), np.array([10.0]), "EPSG:32650"), fine, "elevation", "m").tolist()
    [[4.0]]
    """
    crs = str(data.attrs.get("crs") or data.rio.crs)
    x, y = np.asarray(data.x.values, float), np.asarray(data.y.values, float)
    values = np.asarray(data.transpose("y", "x").values, float)
    if name not in CLASSES:
        values = np.asarray(convert(values, units, field(name).units), float)
    step = float(abs(x[1] - x[0])) if x.size > 1 else grid_step(grid)
    high = float(abs(y[1] - y[0])) if y.size > 1 else step
    same = crs == grid.crs
    if same and grid_step(grid) > 1.5 * step:
        return _gathered(grid, x, y, values, name)
    found = _looked(grid, x, y, values, "" if same else crs)
    if name in COUNTS and same:
        found = found * (grid.cell_area / (step * high))
    return found


def grid_step(grid: Grid) -> float:
    """Return the width of a grid's cells, metres; of a grid of one cell, one metre."""
    return grid.dx if grid.x.size > 1 else 2.0 * float(grid.x[0]) if grid.x[0] > 0 else 1.0


def _edges(values: np.ndarray) -> tuple[float, float]:
    step = float(values[1] - values[0]) if values.size > 1 else 2.0 * float(values[0])
    return float(values[0]) - step / 2, step


def _gathered(grid: Grid, x: np.ndarray, y: np.ndarray, values: np.ndarray, name: str) -> np.ndarray:
    """Fold fine cells into coarse ones."""
    (left, dx), (top, dy) = _edges(grid.x), _edges(grid.y)
    columns = np.floor((x - left) / dx).astype(int)
    rows = np.floor((y - top) / dy).astype(int)
    inside_x, inside_y = (columns >= 0) & (columns < grid.x.size), (rows >= 0) & (rows < grid.y.size)
    cell = rows[inside_y][:, None] * grid.x.size + columns[inside_x][None, :]
    taken = values[np.ix_(inside_y, inside_x)]
    known = np.isfinite(taken)
    size = grid.x.size * grid.y.size
    if name in CLASSES:
        made = np.full(size, np.nan)
        most = np.zeros(size)
        for one in np.unique(taken[known]):
            count = np.bincount(cell[known & (taken == one)], minlength=size)
            better = count > most
            made[better], most[better] = one, count[better]
        return made.reshape(grid.y.size, grid.x.size)
    total = np.bincount(cell[known], taken[known], size)
    count = np.bincount(cell[known], minlength=size)
    with np.errstate(invalid="ignore"):
        made = np.where(count > 0, total if name in COUNTS else total / np.maximum(count, 1), np.nan)
    return np.asarray(made.reshape(grid.y.size, grid.x.size))


def _looked(grid: Grid, x: np.ndarray, y: np.ndarray, values: np.ndarray, crs: str) -> np.ndarray:
    """Look up the cell of the data that holds each cell's centre."""
    east, north = np.meshgrid(grid.x, grid.y)
    px: Any = east
    py: Any = north
    if crs:
        px, py = Transformer.from_crs(grid.crs, crs, always_xy=True).transform(east, north)
    (left, dx), (top, dy) = _edges(x), _edges(y)
    columns, rows = np.floor((px - left) / dx).astype(int), np.floor((py - top) / dy).astype(int)
    inside = (columns >= 0) & (columns < x.size) & (rows >= 0) & (rows < y.size)
    made = np.full(px.shape, np.nan)
    made[inside] = values[rows[inside], columns[inside]]
    return made
