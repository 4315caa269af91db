"""A result on the map: brought to the map's metres once, drawn as one picture that moves and zooms with it."""

from typing import Any

import numpy as np
import xarray as xr
from bokeh.models import ColumnDataSource, Image, LinearColorMapper, Scatter
from pyproj import Transformer

from watchfloor.views.map.figure import renderer
from watchfloor.views.map.mercator import forward, inverse
from watchfloor.views.twin.layers import Layer

__all__ = ["Overlay", "Warp"]

_MOST = 720
"""Pixels of a picture along its longer side."""


class Warp:
    """Where each pixel of a picture in EPSG:3857 finds its cell; made once for a grid.

    Parameters
    ----------
    values
        Dims ``y`` and ``x``, with the attribute ``crs``.

    Examples
    --------
    >>> data = xr.DataArray(np.ones((3, 4)), dims=("y", "x"), attrs={"crs": "EPSG:32650"},
    ...                     coords={"y": np.arange(3)[::-1] * 100.0 + 3e6, "x": np.arange(4) * 100.0 + 5e5})
    >>> warp = Warp(data)
    >>> picture = warp(data.values, 0.0, 1.0)
    >>> picture.dtype.name, int(picture.max())
    ('uint8', 255)
    """

    def __init__(self, values: xr.DataArray) -> None:
        x, y = np.asarray(values.x.values, float), np.asarray(values.y.values, float)
        crs = str(values.attrs["crs"])
        dx, dy = float(x[1] - x[0]), float(y[1] - y[0])
        self.key = (crs, x.size, y.size, float(x[0]), float(y[0]), dx, dy)
        edge_x = np.array([x[0] - dx / 2, x[x.size // 2], x[-1] + dx / 2])
        edge_y = np.array([y[0] - dy / 2, y[y.size // 2], y[-1] + dy / 2])
        across, up = np.meshgrid(edge_x, edge_y)
        lon, lat = Transformer.from_crs(crs, 4326, always_xy=True).transform(across, up)
        east, north = forward(lon, lat)
        self.box = (float(east.min()), float(north.min()), float(east.max()), float(north.max()))
        wide, high = self.box[2] - self.box[0], self.box[3] - self.box[1]
        scale = min(_MOST / max(wide, high), 3.0 * max(x.size / wide, y.size / high))
        columns, rows = max(2, round(wide * scale)), max(2, round(high * scale))
        px = self.box[0] + (np.arange(columns) + 0.5) / columns * wide
        py = self.box[1] + (np.arange(rows) + 0.5) / rows * high
        mesh_x, mesh_y = np.meshgrid(px, py)
        lon, lat = inverse(mesh_x, mesh_y)
        gx, gy = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
        column = np.floor((gx - x[0]) / dx + 0.5).astype(int)
        row = np.floor((gy - y[0]) / dy + 0.5).astype(int)
        inside = (column >= 0) & (column < x.size) & (row >= 0) & (row < y.size)
        self._cell = np.where(inside, row * x.size + column, -1)

    def fits(self, values: xr.DataArray) -> bool:
        """Tell whether it was made for this grid."""
        x, y = values.x.values, values.y.values
        return self.key == (
            str(values.attrs["crs"]), x.size, y.size, float(x[0]), float(y[0]), float(x[1] - x[0]), float(y[1] - y[0])
        )  # fmt: skip

    def __call__(self, values: np.ndarray, low: float, high: float) -> np.ndarray:
        """Return a picture: places in a palette, 0 for nothing; uint8, first row at the bottom."""
        place = np.zeros(values.size + 1, np.uint8)  # the last stands for outside
        flat = values.ravel()
        known = np.isfinite(flat)
        place[:-1][known] = np.clip((flat[known] - low) / (high - low) * 254 + 1, 1, 255)
        made: np.ndarray = place[self._cell]
        return made


class Overlay:
    """The renderers of a result in a figure of Bokeh.

    Parameters
    ----------
    figure
        The map's.

    Examples
    --------
    >>> from bokeh.plotting import figure
    >>> Overlay(figure()).visible
    False
    """

    def __init__(self, figure: Any) -> None:
        self._warp: Warp | None = None
        empty: dict[str, list[Any]] = {"image": [], "x": [], "y": [], "dw": [], "dh": []}
        self.source = ColumnDataSource(empty)
        self._mapper = LinearColorMapper(palette=["#00000000"] * 256, low=-0.5, high=255.5)
        glyph = Image(
            image="image", x="x", y="y", dw="dw", dh="dh", color_mapper=self._mapper, global_alpha=0.72
        )
        self.image = renderer(self.source, glyph, name="twin#raster")
        self.spots = ColumnDataSource({"x": [], "y": [], "fill": []})
        dots = Scatter(
            x="x", y="y", size=20, marker="circle", fill_color="fill", line_color="#0B1118", fill_alpha=0.9
        )
        self.dots = renderer(self.spots, dots, name="twin#mark")
        figure.renderers.extend([self.image, self.dots])

    @property
    def visible(self) -> bool:
        """Whether something is drawn."""
        return bool(self.source.data["image"]) or bool(len(self.spots.data["x"]))

    def show(self, made: Layer | None) -> tuple[float, float, float, float] | None:
        """Draw a layer, or nothing; return the box that it fills, metres in EPSG:3857."""
        if made is None:
            self._clear()
            return None
        values = made.values
        if {"y", "x"} <= set(values.dims):
            if self._warp is None or not self._warp.fits(values):
                self._warp = Warp(values)
            warp = self._warp
            colours = ["#00000000", *made.palette[1:]]
            if self._mapper.palette != colours:
                self._mapper.palette = colours
            left, bottom, right, top = warp.box
            picture = warp(np.asarray(values.values, float) / made.factor, made.low, made.high)
            self.spots.data = {"x": [], "y": [], "fill": []}
            self.source.data = {
                "image": [picture], "x": [left], "y": [bottom], "dw": [right - left], "dh": [top - bottom],
            }  # fmt: skip
            return warp.box
        return self._places(made)

    def _places(self, made: Layer) -> tuple[float, float, float, float] | None:
        values = made.values
        lon, lat = (values.coords.get(name) for name in ("longitude", "latitude"))
        if values.ndim != 1 or lon is None or lat is None:
            self._clear()
            return None
        x, y = forward(lon.values, lat.values)
        number = np.asarray(values.values, float) / made.factor
        known = np.isfinite(number)
        place = np.clip(
            (np.where(known, number, 0) - made.low) / (made.high - made.low) * 255, 0, 255
        ).astype(int)
        fill = np.where(known, np.asarray(made.palette)[place], "#9AA3AD")
        self.source.data = {"image": [], "x": [], "y": [], "dw": [], "dh": []}
        self.spots.data = {"x": x, "y": y, "fill": fill}
        return float(x.min()) - 3e3, float(y.min()) - 3e3, float(x.max()) + 3e3, float(y.max()) + 3e3

    def _clear(self) -> None:
        if self.visible:
            self.source.data = {"image": [], "x": [], "y": [], "dw": [], "dh": []}
            self.spots.data = {"x": [], "y": [], "fill": []}
