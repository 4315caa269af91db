"""Grids as pictures of the present view: cells looked up for each pixel, coloured on the client by one byte each.

A view of 1000 x 600 is then 0.6 MB whatever the size of the grid. A grid in another coordinate system is looked up
through a coarse net of transformed points, exact to a fraction of a pixel.
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
from watchfloor.views.map.style import scale

__all__ = ["Grid", "box_of", "grid", "paint", "ramp", "sample"]

_NET = 33
"""Points of the net along each side."""
_X, _Y = ("x", "lon", "longitude", "easting"), ("y", "lat", "latitude", "northing")


@dataclass(frozen=True, eq=False)
class Grid:
    """A regular grid, north up or not.

    Parameters
    ----------
    values
        (rows, columns), NaN where there is nothing.
    x, y
        Centre of the first cell, in the grid's CRS.
    dx, dy
        Steps from column to column and row to row; dy is negative where the first row is the northern one.
    crs
        Its coordinate system.
    levels
        The grid itself and its halves, quarters, … each cell the mean of those it covers (the first one's value,
        for classes).
    """

    values: Floats
    x: float
    y: float
    dx: float
    dy: float
    crs: str
    levels: tuple[Floats, ...]


def grid(data: Any, crs: str = "EPSG:4326", classes: bool = False) -> Grid:
    """Take a grid from an `xarray` object with two dimensions (further ones of length 1 are dropped).

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
    data = data.squeeze(drop=True)
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
    values = np.asarray(data.values, np.float32)
    missing = data.attrs.get("_FillValue", data.attrs.get("nodata"))
    if missing is not None and np.isscalar(missing):
        values = np.where(values == np.float32(missing), np.float32(np.nan), values)
    return Grid(
        values, float(x[0]), float(y[0]), dx, dy, str(found) if found else crs, _levels(values, classes)
    )


def sample(
    found: Grid, box: tuple[float, float, float, float], width: int, height: int
) -> npt.NDArray[np.float32]:
    """Return the value at each pixel of a view, NaN outside the grid.

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
        float32, (height, width), first row at the bottom.
    """
    px = box[0] + (np.arange(width) + 0.5) * (box[2] - box[0]) / width
    py = box[1] + (np.arange(height) + 0.5) * (box[3] - box[1]) / height
    if CRS.from_user_input(found.crs).is_geographic:
        lon, lat = inverse(px, py)
        return _nearest(found, lon[None, :], lat[:, None], width, height)
    net_x = np.linspace(px[0], px[-1], _NET)
    net_y = np.linspace(py[0], py[-1], _NET)
    across, up = np.meshgrid(net_x, net_y)
    gx, gy = Transformer.from_crs(3857, found.crs, always_xy=True).transform(across, up)
    return _nearest(
        found, _spread(np.asarray(gx), width, height), _spread(np.asarray(gy), width, height), width, height
    )


def paint(values: Any, colour: Colour) -> npt.NDArray[np.uint8]:
    """Turn values into places in the layer's palette: 1 to 255, 0 where there is nothing.

    Examples
    --------
    >>> paint(np.array([np.nan, 0.0, 6.0]), Colour.model_validate({"field": "water_depth"})).tolist()
    [0, 1, 255]
    """
    known = np.isfinite(values)
    out = np.zeros(np.shape(values), np.uint8)
    if colour.values is not None:
        for place, name in enumerate(list(colour.values)[:254], start=1):
            try:
                out[known & (values == float(name))] = place
            except ValueError:
                continue
        out[known & (out == 0)] = 255
        return out
    _, low, high = scale(field(colour.field or ""))
    with np.errstate(invalid="ignore"):
        out[known] = np.clip((values[known] - low) / (high - low) * 254 + 1, 1, 255).astype(np.uint8)
    return out


def ramp(colour: Colour) -> list[str]:
    """Return the palette of `paint`, 256 colours; the first stands for nothing."""
    if colour.values is not None:
        named = list(colour.values.values())[:254]
        # a class without a colour of its own is not drawn: what it hides is worth more
        return ["#000000", *named, *["#00000000"] * (255 - len(named))]
    colours, _, _ = scale(field(colour.field or ""))
    return ["#000000", *colours[1:]]


def box_of(found: Grid) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top of a grid, metres in EPSG:3857."""
    rows, columns = found.values.shape
    xs = found.x + np.array([-0.5, columns / 2, columns - 0.5]) * found.dx
    ys = found.y + np.array([-0.5, rows / 2, rows - 0.5]) * found.dy
    across, up = np.meshgrid(xs, ys)
    lon, lat = Transformer.from_crs(found.crs, 4326, always_xy=True).transform(across, up)
    x, y = forward(lon, lat)
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _step(at: Floats, name: str) -> float:
    if len(at) < 2:
        raise InvalidInputError(f"The dimension {name} has {len(at)} values; a grid needs at least 2.")
    steps = np.diff(at)
    if np.abs(steps - steps.mean()).max() > 0.01 * abs(steps.mean()):
        raise InvalidInputError(
            f"The steps of {name} differ by more than 1 %; a map layer needs a regular grid."
        )
    return float((at[-1] - at[0]) / (len(at) - 1))


def _levels(values: Floats, classes: bool) -> tuple[Floats, ...]:
    levels = [values]
    while min(levels[-1].shape) > 256:
        last = levels[-1]
        even = last[: last.shape[0] // 2 * 2, : last.shape[1] // 2 * 2]
        if classes:
            levels.append(even[::2, ::2])
            continue
        four = np.stack((even[::2, ::2], even[1::2, ::2], even[::2, 1::2], even[1::2, 1::2]))
        known = np.isfinite(four)
        with np.errstate(invalid="ignore"):
            levels.append((np.where(known, four, 0).sum(0) / known.sum(0)).astype(np.float32))
    return tuple(levels)


def _nearest(found: Grid, gx: Any, gy: Any, width: int, height: int) -> npt.NDArray[np.float32]:
    column, row = (gx - found.x) / found.dx, (gy - found.y) / found.dy
    # the level whose cells are no finer than a pixel: each pixel then shows the mean of what it covers
    cells = max(np.ptp(column) / max(width, 1), np.ptp(row) / max(height, 1), 1.0)
    level = min(int(np.log2(cells)), len(found.levels) - 1)
    values, factor = found.levels[level], 2**level
    j = np.floor((column + 0.5) / factor).astype(np.int64)
    i = np.floor((row + 0.5) / factor).astype(np.int64)
    inside = (i >= 0) & (i < values.shape[0]) & (j >= 0) & (j < values.shape[1])
    looked = values[np.clip(i, 0, values.shape[0] - 1), np.clip(j, 0, values.shape[1] - 1)]
    return np.where(inside, looked, np.float32(np.nan))


def _spread(net: Floats, width: int, height: int) -> Floats:
    """Interpolate a net linearly to every pixel."""
    at = np.arange(_NET)
    across = np.linspace(0, _NET - 1, width)
    up = np.linspace(0, _NET - 1, height)
    j = np.clip(across.astype(int), 0, _NET - 2)
    i = np.clip(up.astype(int), 0, _NET - 2)
    fx, fy = across - at[j], (up - at[i])[:, None]
    low = net[i][:, j] * (1 - fx) + net[i][:, j + 1] * fx
    high = net[i + 1][:, j] * (1 - fx) + net[i + 1][:, j + 1] * fx
    return np.asarray(low * (1 - fy) + high * fy)
