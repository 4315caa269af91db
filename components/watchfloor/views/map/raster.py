"""Grids as pictures of the present view: a cell looked up for each pixel, sent as one byte, coloured in the browser.

The whole grid is coloured once, at its own and at halved sizes, for all sessions; a view is then one look-up a pixel.
A grid in another coordinate system than the map's is looked up through a coarse net of transformed points, exact to a
fraction of a pixel.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

from watchfloor.catalog.metadata import Colour
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.fields import field
from watchfloor.views.map.mercator import Floats, forward, inverse
from watchfloor.views.map.shading import RELIEF, Bytes, Cells, paint, relief, shade

__all__ = ["Grid", "box_of", "draw", "grid", "sample"]

_NET = 33
"""Points of the net along each side."""
_X, _Y = ("x", "lon", "longitude", "easting"), ("y", "lat", "latitude", "northing")
Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Grid:
    """A regular grid, north up or not.

    Parameters
    ----------
    values
        (rows, columns), float32, NaN where there is nothing.
    x, y
        Centre of the first cell, in the grid's CRS.
    dx, dy
        Steps from column to column and row to row; dy is negative where the first row is the northern one.
    crs
        Its coordinate system.
    levels
        The grid and its halves, quarters, …, coloured: places in the palette, with a border of one empty cell. A cell
        of a smaller one holds the mean of those it covers (of classes, the first).
    """

    values: Cells
    x: float
    y: float
    dx: float
    dy: float
    crs: str
    levels: tuple[Bytes, ...]


def grid(data: Any, colour: Colour, crs: str = "EPSG:4326") -> Grid:
    """Take a grid from an `xarray` object with two dimensions (further ones of length 1 are dropped).

    Parameters
    ----------
    data
        Dataset or DataArray.
    colour
        How the layer is coloured.
    crs
        Its coordinate system, where it does not say so itself.

    Raises
    ------
    InvalidInputError
        If it has no such dimensions, or they are not regular.
    """
    if hasattr(data, "data_vars"):
        names = [name for name, one in data.data_vars.items() if one.ndim >= 2]
        if not names:
            raise InvalidInputError("There is no grid in this dataset; expected a variable over y and x.")
        data = data[names[0]]
    single = [name for name in data.dims if data.sizes[name] == 1 and name not in (*_X, *_Y)]
    data = data.squeeze(single, drop=True)
    across = next((name for name in _X if name in data.dims), None)
    down = next((name for name in _Y if name in data.dims), None)
    if across is None or down is None or data.ndim != 2:
        raise InvalidInputError(
            f"A grid has the dimensions {', '.join(map(str, data.dims))}; expected y and x (or lat and lon)."
        )
    data = data.transpose(down, across)
    x, y = np.asarray(data[across], float), np.asarray(data[down], float)
    dx, dy = _step(x, across), _step(y, down)
    found = getattr(getattr(data, "rio", None), "crs", None)
    crs = str(found) if found else crs
    values: Cells = np.asarray(data.values, np.float32)
    missing = data.attrs.get("_FillValue", data.attrs.get("nodata"))
    if isinstance(missing, int | float | np.number):
        values = np.where(values == float(missing), np.float32(np.nan), values)
    return Grid(
        values, float(x[0]), float(y[0]), dx, dy, crs, _levels(values, colour, _metres(y, dx, dy, crs))
    )


def draw(found: Grid, box: Box, width: int, height: int) -> Bytes:
    """Return a view of a grid as places in its palette, 0 outside.

    Parameters
    ----------
    found
        The grid.
    box
        Left, bottom, right and top, metres in EPSG:3857.
    width, height
        Pixels.

    Returns
    -------
    numpy.ndarray
        uint8, (height, width), first row at the bottom.
    """
    column, row = _places(found, box, width, height)
    # the level whose cells are no finer than a pixel: each pixel then shows the mean of what it covers
    cells = max(float(np.ptp(column)) / max(width, 1), float(np.ptp(row)) / max(height, 1), 1.0)
    level = min(int(np.log2(cells)), len(found.levels) - 1)
    looked: Bytes = _look(found.levels[level], column, row, 2**level)
    return looked


def sample(found: Grid, box: Box, width: int, height: int) -> Cells:
    """Return the value at each pixel of a view, NaN outside; see `draw`."""
    column, row = _places(found, box, width, height)
    looked: Cells = _look(np.pad(found.values, 1, constant_values=np.nan), column, row, 1)
    return looked


def box_of(found: Grid) -> Box:
    """Return left, bottom, right and top of a grid, metres in EPSG:3857."""
    rows, columns = found.values.shape
    xs = found.x + np.array([-0.5, columns / 2, columns - 0.5]) * found.dx
    ys = found.y + np.array([-0.5, rows / 2, rows - 0.5]) * found.dy
    across, up = np.meshgrid(xs, ys)
    lon, lat = Transformer.from_crs(found.crs, 4326, always_xy=True).transform(across, up)
    x, y = forward(lon, lat)
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _places(found: Grid, box: Box, width: int, height: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return column and row (in cells, the first cell's edge at 0) of each pixel: one line of each, or all."""
    px = box[0] + (np.arange(width) + 0.5) * (box[2] - box[0]) / width
    py = box[1] + (np.arange(height) + 0.5) * (box[3] - box[1]) / height
    if CRS.from_user_input(found.crs).is_geographic:
        gx, gy = inverse(px, py)
        return (gx - found.x) / found.dx + 0.5, (gy - found.y) / found.dy + 0.5
    across, up = np.meshgrid(np.linspace(px[0], px[-1], _NET), np.linspace(py[0], py[-1], _NET))
    x, y = (
        np.asarray(v) for v in Transformer.from_crs(3857, found.crs, always_xy=True).transform(across, up)
    )
    columns, rows = (x - found.x) / found.dx + 0.5, (y - found.y) / found.dy + 0.5
    return _spread(columns, width, height), _spread(rows, width, height)


def _look(level: npt.NDArray[Any], column: npt.NDArray[Any], row: npt.NDArray[Any], factor: int) -> Any:
    """Look cells up in a level with a border of one empty cell."""
    rows, columns = level.shape
    j = np.clip(column * (1 / factor) + 1, 0, columns - 0.5).astype(np.int32)
    i = np.clip(row * (1 / factor) + 1, 0, rows - 0.5).astype(np.int32)
    if j.ndim == 1:
        return level[i][:, j]
    i *= columns
    i += j
    return level.ravel()[i]


def _spread(net: Floats, width: int, height: int) -> Cells:
    """Interpolate a net linearly to every pixel."""
    at = np.arange(_NET)
    lines = np.empty((_NET, width))
    across = np.linspace(0, _NET - 1, width)
    for place in range(_NET):
        lines[place] = np.interp(across, at, net[place])
    up = np.linspace(0, _NET - 1, height)
    i = np.clip(up.astype(int), 0, _NET - 2)
    share = (up - i).astype(np.float32)[:, None]
    low = lines.astype(np.float32)
    rise = np.diff(low, axis=0)
    out: Cells = rise[i]
    out *= share
    out += low[i]
    return out


def _metres(y: Floats, dx: float, dy: float, crs: str) -> tuple[float, float]:
    """Return the steps of a grid in metres, at its middle."""
    if not CRS.from_user_input(crs).is_geographic:
        return dx, dy
    return dx * 111_320 * float(np.cos(np.radians(y.mean()))), dy * 110_574


def _step(at: Floats, name: str) -> float:
    if len(at) < 2:
        raise InvalidInputError(f"The dimension {name} has {len(at)} values; a grid needs at least 2.")
    steps = np.diff(at)
    if np.abs(steps - steps.mean()).max() > 0.01 * abs(steps.mean()):
        raise InvalidInputError(
            f"The steps of {name} differ by more than 1 %; a map layer needs a regular grid."
        )
    return float((at[-1] - at[0]) / (len(at) - 1))


def _levels(values: Cells, colour: Colour, steps: tuple[float, float]) -> tuple[Bytes, ...]:
    light = shade(values, *steps) if colour.field in RELIEF else None
    levels = []
    while True:
        cells = paint(values, colour) if light is None else relief(values, light, field(colour.field or ""))
        levels.append(np.pad(cells, 1))
        if min(values.shape) <= 256:
            return tuple(levels)
        classes = colour.values is not None
        values = _half(values, classes)
        light = None if light is None else _half(light, classes)


def _half(values: Cells, classes: bool) -> Cells:
    even = values[: values.shape[0] // 2 * 2, : values.shape[1] // 2 * 2]
    if classes:
        return even[::2, ::2]
    four = np.stack((even[::2, ::2], even[1::2, ::2], even[::2, 1::2], even[1::2, 1::2]))
    known = np.isfinite(four)
    with np.errstate(invalid="ignore"):
        mean: Cells = (np.where(known, four, 0).sum(0) / known.sum(0)).astype(np.float32)
    return mean
