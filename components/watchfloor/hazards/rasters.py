"""The rasters of a floor's catalog on the grid of a run, and the choice of that grid."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr
from pyproj import CRS, Transformer

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.geometry import drawn
from watchfloor.hazards.derived import DERIVED, FILL
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.resample import onto

__all__ = ["BASE", "Rasters", "entry_of", "has", "window"]

BASE = "elevation"
"""Field whose raster says system and extent."""
MOST = 4_000_000
"""Cells that a window has at most."""


class Rasters:
    """The floor's rasters on one grid, each read once; what is derived of them.

    Parameters
    ----------
    floor
        Its catalog is read.
    grid
        Of the run.
    say
        Takes each sentence about what was assumed.
    """

    def __init__(self, floor: Any, grid: Grid, say: Callable[[str], object]) -> None:
        self._floor, self._grid, self._say = floor, grid, say
        self._ready: dict[str, np.ndarray | None] = {}

    def field(self, name: str) -> np.ndarray | None:
        """Return a field on the grid, of the catalog or derived, or None."""
        if name not in self._ready:
            self._ready[name] = None  # a table that needs itself gives nothing
            self._ready[name] = self._find(name)
        return self._ready[name]

    def _find(self, name: str) -> np.ndarray | None:
        raw = self.raw(name)
        if raw is None:
            rule = DERIVED.get(name)
            return None if rule is None else rule.make(self, self._grid, self._say)
        holes = ~np.isfinite(raw)
        if holes.any() and name in FILL:
            value, sentence = FILL[name]
            self._say(sentence)
            raw = np.where(holes, value, raw)
        return raw

    def raw(self, name: str) -> np.ndarray | None:
        """Return a raster of the catalog on the grid, holes as NaN, or None."""
        entry = entry_of(self._floor, name)
        if entry is None:
            return None
        data = _raster(self._floor, entry)
        units = dict(self._floor.catalog[entry].metadata.units).get(name, "1")
        return onto(self._grid, data, name, units)


def entry_of(floor: Any, name: str) -> str | None:
    """Return the entry of the catalog that is a raster of a field."""
    for key, entry in floor.catalog.items():
        drawn = entry.map
        if (
            not entry.live
            and name in (entry.metadata.units or {})
            and drawn is not None
            and drawn.kind == "raster"
        ):
            return str(key)
    return None


def has(floor: Any, name: str) -> bool:
    """Tell whether the catalog has a raster of a field, or of what the field is derived from."""
    rule = DERIVED.get(name)
    return entry_of(floor, name) is not None or (rule is not None and entry_of(floor, rule.of) is not None)


def _raster(floor: Any, entry: str) -> xr.DataArray:
    data: Any = floor.read(entry)
    if isinstance(data, xr.Dataset):
        data = data[next(iter(data.data_vars))]
    data = data.squeeze(drop=True)
    crs = floor.catalog[entry].metadata.crs
    found: xr.DataArray = data.assign_attrs(crs=crs) if crs else data
    return found


def window(floor: Any, area: Mapping[str, Any] | None, resolution: float | None, most: int) -> Grid:
    """Choose system, window and cells: those of the elevation, or of the floor's surroundings where there is none."""
    entry = entry_of(floor, BASE)
    if entry is not None:
        base = _raster(floor, entry)
        crs = str(base.attrs.get("crs") or base.rio.crs)
        x, y = np.asarray(base.x.values, float), np.asarray(base.y.values, float)
        native = abs(float(x[1] - x[0]))
        window = (x.min() - native / 2, y.min() - native / 2, x.max() + native / 2, y.max() + native / 2)
    else:
        lon, lat = floor.centre
        zone = int((lon + 180) // 6) % 60 + 1
        crs = f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"
        px, py = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
        half = 2.0e7 / 2 ** float(floor.zoom) / 2
        native, window = half / 500, (px - half, py - half, px + half, py + half)
    if not CRS.from_user_input(crs).is_projected:
        raise InvalidInputError(
            f"The elevation of this floor is in {crs}, which does not measure in metres; bring one in a projected system."
        )
    if area is not None:
        window = _cut(window, area, crs, native)
    wide, high = window[2] - window[0], window[3] - window[1]
    step = resolution or max(native, math.ceil(math.sqrt(wide * high / most) / native) * native)
    if step <= 0 or min(wide, high) / step < 3:
        raise InvalidInputError(
            f"A window of {wide:.0f} x {high:.0f} m has fewer than 3 cells of {step:g} m; draw a larger one, or take smaller cells."
        )
    if wide * high / step**2 > MOST:
        raise InvalidInputError(
            f"Cells of {step:g} m make {wide * high / step**2 / 1e6:.1f} million of them; expected at most {MOST / 1e6:g} million. "
            "Draw a smaller window, or take larger cells."
        )
    columns, rows = int(wide // step), int(high // step)
    return Grid(
        window[0] + (np.arange(columns) + 0.5) * step, window[3] - (np.arange(rows) + 0.5) * step, crs
    )


def _cut(
    window: tuple[float, float, float, float], area: Mapping[str, Any], crs: str, native: float
) -> tuple[float, float, float, float]:
    west, south, east, north = drawn(area, "area").bounds
    forward = Transformer.from_crs(4326, crs, always_xy=True)
    left, bottom, right, top = forward.transform_bounds(west, south, east, north)
    cut = (max(window[0], left), max(window[1], bottom), min(window[2], right), min(window[3], top))
    if cut[0] >= cut[2] or cut[1] >= cut[3]:
        raise InvalidInputError(
            "The area lies outside of what the floor's elevation covers; draw one inside."
        )
    # its edges are edges of the data's own cells
    first = [window[i] + math.floor((cut[i] - window[i]) / native) * native for i in (0, 1)]
    last = [window[i] - math.floor((window[i] - cut[i]) / native) * native for i in (2, 3)]
    return first[0], first[1], last[0], last[1]
