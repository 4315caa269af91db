"""Places that a model's example names, moved to a floor: to what its catalog has of the kind, or to its middle."""

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.base import Hazard
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.rasters import BASE

__all__ = ["moved_to"]

_GRID = {"y", "x"}
_FEW = 40
_MARGIN = 0.02
_BARE = (91.0, 99.0)
"""Numbers of fuel models that do not burn (Scott and Burgan 2005)."""


def moved_to(
    floor: Any,
    kind: type[Hazard],
    data: xr.Dataset,
    example: xr.Dataset,
    site: xr.Dataset | None,
    say: Callable[[str], object],
) -> xr.Dataset:
    """Return data whose longitude and latitude, if it has any, lie on the floor.

    Named places go to the first thing that the catalog has of the model's kind of hazard (a plant for a release, a
    reservoir for a dam), else as far from the floor's middle as they were from the example's; those that burn go on to
    the nearest fuel, those that let water in to the lowest ground beside. A course over time is moved as a whole.

    Parameters
    ----------
    floor
        Its catalog is asked.
    kind
        The model.
    data
        Forcing or site, as in the example.
    example
        The example's site.
    site
        Where to; None for the floor's middle.
    say
        Takes a sentence about what was assumed.
    """
    lon, lat = (data.get(name, data.coords.get(name)) for name in ("longitude", "latitude"))
    if lon is None or lat is None or lon.ndim > 1 or lon.dims != lat.dims:
        return data
    east, north = _shift(example, _middle(floor, site))
    lons, lats = np.array(lon.values + east, float), np.array(lat.values + north, float)
    dim = str(lon.dims[0]) if lon.ndim else ""
    if dim == "time":
        say("The course over the ground is that of the model's own example, moved here.")
    elif dim not in {"region", "node", "station"}:
        known = _known(floor, kind.kind, dim)
        if known is not None and (site is None or _inside(site, known[0], known[1])):
            lons, lats = lons + (known[0] - lons.flat[0]), lats + (known[1] - lats.flat[0])
            say(f"The place is that of {known[2]} in the catalog.")
        if site is not None and set(site.coords) >= _GRID and dim:
            lons, lats = _settled(site, lons, lats, wet="discharge" in data or dim == "dam")
    moved = {
        "longitude": (lon.dims, lons, dict(lon.attrs)),
        "latitude": (lat.dims, lats, dict(lat.attrs)),
    }
    return data.assign(moved) if "longitude" in data.data_vars else data.assign_coords(moved)


def _middle(floor: Any, site: xr.Dataset | None) -> tuple[float, float]:
    if site is None:
        lon, lat = floor.centre
        return float(lon), float(lat)
    lons, lats = _corners(site)
    return float(lons.mean()), float(lats.mean())


def _corners(site: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude of a site's corners, or of its named places."""
    if set(site.coords) >= _GRID:
        grid = Grid.of(site)
        return Grid(grid.x[[0, -1]], grid.y[[0, -1]], grid.crs).degrees()
    return np.asarray(site.longitude.values), np.asarray(site.latitude.values)


def _shift(example: xr.Dataset, middle: tuple[float, float]) -> tuple[float, float]:
    """Return how far the example must be moved, degrees east and north."""
    try:
        was = _corners(example)
    except (AttributeError, InvalidInputError):
        return 0.0, 0.0
    return middle[0] - float(was[0].mean()), middle[1] - float(was[1].mean())


def _known(floor: Any, kind: str, dim: str) -> tuple[float, float, str] | None:
    """Return longitude, latitude and name of the first thing of a kind of hazard, or tagged as the dim is called; best both."""
    found = [
        (-(dim in entry.metadata.tags) - (kind in entry.metadata.hazard), key)
        for key, entry in floor.catalog.items()
        if not entry.live and entry.map is not None and entry.map.kind in {"points", "polygons"}
        and (kind in entry.metadata.hazard or dim in entry.metadata.tags)
    ]  # fmt: skip
    for _, key in sorted(found):
        table = floor.read(key)
        if 0 < len(table) <= _FEW:
            point = table.geometry.iloc[0].representative_point()
            name = str(table["name"].iloc[0]) if "name" in table else key
            return float(point.x), float(point.y), name[:80]
    return None


def _inside(site: xr.Dataset, lon: float, lat: float) -> bool:
    return not set(site.coords) >= _GRID or Grid.of(site).place(lon, lat) is not None


def _settled(
    site: xr.Dataset, lons: np.ndarray, lats: np.ndarray, *, wet: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Move places to where their thing can be: fire to the nearest fuel, water to the lowest ground beside."""
    grid = Grid.of(site)
    rows, columns = grid.shape
    for number, (lon, lat) in enumerate(zip(lons, lats, strict=True)):
        row, column = grid.place(float(lon), float(lat)) or (rows // 2, columns // 2)
        if "fuel_model" in site:
            fuel = np.asarray(site.fuel_model.values, float)
            away = np.hypot(*np.meshgrid(np.arange(columns) - column, np.arange(rows) - row))
            away[(fuel >= _BARE[0]) & (fuel <= _BARE[1]) | (fuel <= 0)] = np.inf
            cell = int(np.argmin(away))
        elif wet and BASE in site:
            cell = _lowest(site, row, column)
        else:
            continue
        at = Grid(grid.x[[cell % columns]], grid.y[[cell // columns]], grid.crs).degrees()
        lons[number], lats[number] = at[0][0, 0], at[1][0, 0]
    return lons, lats


def _lowest(site: xr.Dataset, row: int, column: int) -> int:
    """Return the number of the lowest cell of land within a tenth of the site around a cell."""
    height = np.asarray(site[BASE].values, float)
    sea = np.asarray(site["sea_mask"].values) > 0.5 if "sea_mask" in site else np.zeros(height.shape, bool)
    rows, columns = height.shape
    near = np.full(height.shape, np.inf)
    edge_y, edge_x = max(1, int(rows * _MARGIN)), max(1, int(columns * _MARGIN))
    box = (
        slice(max(edge_y, row - rows // 10), min(rows - edge_y, row + rows // 10 + 1)),
        slice(max(edge_x, column - columns // 10), min(columns - edge_x, column + columns // 10 + 1)),
    )
    near[box] = np.where(sea[box], np.inf, height[box])
    return int(np.argmin(near)) if np.isfinite(near).any() else row * columns + column
