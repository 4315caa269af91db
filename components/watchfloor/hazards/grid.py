"""The grid of a run: where its cells are, in metres of a named projected system."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely import transform as reproject

from watchfloor.core.burn import burn
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.geometry import drawn

__all__ = ["Grid"]

_LEAST = 0.005
"""Metres: smaller cells are found in no flume, but in maps of degrees."""


@dataclass(frozen=True)
class Grid:
    """A regular grid of square or oblong cells.

    Parameters
    ----------
    x, y
        Centres of columns and rows, metres; `y` may rise or fall.
    crs
        Projected system, as pyproj reads it.

    Examples
    --------
    >>> grid = Grid(np.arange(3) * 10.0, np.arange(2) * 10.0, "EPSG:32650")
    >>> grid.shape, grid.dx, grid.cell_area
    ((2, 3), 10.0, 100.0)
    """

    x: np.ndarray
    y: np.ndarray
    crs: str

    @classmethod
    def of(cls, site: xr.Dataset) -> "Grid":
        """Read the grid of a dataset with dims ``y`` and ``x`` and the attribute ``crs``.

        Raises
        ------
        InvalidInputError
            If dims, spacing or system are not what a run needs; it says what to do.
        """
        for dim in ("y", "x"):
            if dim not in site.coords or site[dim].ndim != 1:
                raise InvalidInputError(
                    f"The site has no one-dimensional coordinate {dim!r}; expected a grid with dims y and x."
                )
            if site.sizes[dim] < 3:
                raise InvalidInputError(
                    f"The site has {site.sizes[dim]} cells along {dim}; expected at least 3."
                )
        name = str(site.attrs.get("crs", ""))
        if not name:
            raise InvalidInputError(
                "The site does not say its coordinate system; set the attribute crs to a projected one in metres, "
                "such as EPSG:32650."
            )
        try:
            crs = CRS.from_user_input(name)
        except CRSError as error:
            raise InvalidInputError(f"{name[:64]!r} is not a coordinate system that pyproj knows.") from error
        if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info[:2]):
            raise InvalidInputError(
                f"The site is in {name[:64]}, which does not measure in metres; reproject it first, for instance "
                "to its UTM zone (rioxarray: site.rio.reproject(site.rio.estimate_utm_crs()))."
            )
        x, y = (np.asarray(site[dim].values, float) for dim in ("x", "y"))
        for dim, values in (("x", x), ("y", y)):
            steps = np.diff(values)
            if not np.all(np.isfinite(values)) or np.any(steps == 0) or np.ptp(steps) > 1e-3 * abs(steps[0]):
                raise InvalidInputError(
                    f"The site's coordinate {dim} is not evenly spaced (steps {steps.min():g} to {steps.max():g} m); "
                    "resample it to a regular grid first."
                )
        if min(abs(x[1] - x[0]), abs(y[1] - y[0])) < _LEAST:
            raise InvalidInputError(
                f"The site's cells are {abs(x[1] - x[0]):g} m wide; if its coordinates are degrees, it is not in {name[:64]}: set "
                "crs to EPSG:4326 and reproject it."
            )
        made = cls(x, y, name)
        corners = np.array([(east, north) for east in x[[0, -1]] for north in y[[0, -1]]])
        back = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        if not np.all(np.isfinite(back.transform(corners[:, 0], corners[:, 1]))):
            raise InvalidInputError(
                f"The site's corners (x {x[0]:g} to {x[-1]:g}, y {y[0]:g} to {y[-1]:g} m) lie nowhere on the earth in {name[:64]}; "
                "check the system and that the coordinates are metres."
            )
        return made

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (self.y.size, self.x.size)

    @property
    def dx(self) -> float:
        """Width of a cell, metres."""
        return float(abs(self.x[1] - self.x[0]))

    @property
    def dy(self) -> float:
        """Height of a cell, metres."""
        return float(abs(self.y[1] - self.y[0]))

    @property
    def cell_area(self) -> float:
        """Area of a cell, square metres."""
        return self.dx * self.dy

    @cached_property
    def _from_degrees(self) -> Transformer:
        return Transformer.from_crs("EPSG:4326", self.crs, always_xy=True)

    def place(self, lon: float, lat: float) -> tuple[int, int] | None:
        """Return row and column of the cell that holds a point, or None outside.

        Raises
        ------
        InvalidInputError
            If there is no such place on the earth.
        """
        if not (-360.0 <= lon <= 360.0 and -90.0 <= lat <= 90.0):
            raise InvalidInputError(
                f"There is no place at longitude {lon:g} and latitude {lat:g}; check whether the two are swapped, and that they "
                "are degrees."
            )
        px, py = self._from_degrees.transform(lon, lat)
        if not (np.isfinite(px) and np.isfinite(py)):
            return None
        column = round((px - self.x[0]) / (self.x[1] - self.x[0]))
        row = round((py - self.y[0]) / (self.y[1] - self.y[0]))
        inside = 0 <= row < self.y.size and 0 <= column < self.x.size
        return (row, column) if inside else None

    def degrees(self) -> tuple[np.ndarray, np.ndarray]:
        """Return longitude and latitude of every cell's centre, shape (y, x)."""
        inverse = Transformer.from_crs(self.crs, "EPSG:4326", always_xy=True)
        east, north = np.meshgrid(self.x, self.y)
        lon, lat = inverse.transform(east, north)
        return np.asarray(lon), np.asarray(lat)

    def check(self, values: xr.DataArray, what: str) -> None:
        """Refuse a map that is on another grid; what is the same everywhere is on every one.

        Parameters
        ----------
        values
            Any dims; those named ``y`` and ``x`` are looked at.
        what
            What it is, for the message.

        Raises
        ------
        InvalidInputError
            If it has other rows or columns.
        """
        if {"y", "x"} & set(values.dims) and (values.sizes.get("y"), values.sizes.get("x")) != self.shape:
            raise InvalidInputError(
                f"{what} is on another grid than the site; interpolate it to the site first."
            )

    def mask(self, where: Any) -> np.ndarray:
        """Return which cells a GeoJSON geometry in EPSG:4326 touches, shape (y, x); None is everywhere.

        Raises
        ------
        InvalidInputError
            If it is no geometry.
        """
        if where is None:
            return np.ones(self.shape, bool)
        from affine import Affine

        geometry = reproject(
            drawn(where),
            self._from_degrees.transform,  # type: ignore[arg-type]  # two arrays, as it is not interleaved
            interleaved=False,
        )
        if geometry.is_empty:
            return np.zeros(self.shape, bool)
        step_x, step_y = self.x[1] - self.x[0], self.y[1] - self.y[0]
        affine = Affine(step_x, 0, self.x[0] - step_x / 2, 0, step_y, self.y[0] - step_y / 2)
        burnt = burn([(geometry, 1)], self.shape, transform=affine, all_touched=True, dtype="uint8")
        return np.asarray(burnt, bool)

    def coarse(self, factor: int) -> "Grid":
        """Return a grid with cells larger by a whole factor; what does not fill a cell at the far edges is cut."""

        def centres(values: np.ndarray) -> np.ndarray:
            whole = values[: values.size // factor * factor]
            return np.asarray(whole.reshape(-1, factor).mean(axis=1))

        return Grid(centres(self.x), centres(self.y), self.crs)
