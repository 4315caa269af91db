"""Where it is lit: places that are on the site, and on something that burns."""

from math import atan2, degrees, hypot

import numpy as np
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.wildfire.fuels import UNBURNABLE
from watchfloor.hazards.wildfire.landscape import Ground
from watchfloor.hazards.wildfire.stencil import REACH

__all__ = ["places", "spots"]

_WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def places(
    forcing: xr.Dataset, drive: xr.Dataset, grid: Grid, codes: np.ndarray, rows: np.ndarray
) -> list[tuple[float, float, float]]:
    """Return longitude, latitude and time, s, of every ignition.

    Parameters
    ----------
    forcing, drive
        As given, and as conformed.
    grid, codes
        Of the site, at its full resolution.
    rows
        As `fuels.table` returned it.

    Raises
    ------
    InvalidInputError
        If one lies outside of the site or on what does not burn; it says where the nearest fuel is.
    """
    if "ignition_time" not in forcing:
        return []
    if not {"longitude", "latitude"} <= set(forcing.coords):
        raise InvalidInputError(
            "The ignition does not say where it is; give ignition_time a dimension source with the coordinates longitude and latitude."
        )
    when = np.atleast_1d(drive.ignition_time.values)
    lons, lats = np.atleast_1d(forcing.longitude.values), np.atleast_1d(forcing.latitude.values)
    if not when.size == lons.size == lats.size:
        raise InvalidInputError(
            f"There are {when.size} ignition times for {lons.size} longitudes and {lats.size} latitudes; give one of each a place."
        )
    found = []
    for lon, lat, second in zip(lons, lats, when, strict=True):
        cell = grid.place(float(lon), float(lat)) if np.isfinite(lon) and np.isfinite(lat) else None
        if cell is None:
            raise InvalidInputError(
                f"The ignition at {float(lon):.5f}, {float(lat):.5f} lies outside of the site; move it, or widen the site."
            )
        code = int(codes[cell])
        if rows[code, 12] <= 0:
            raise InvalidInputError(
                f"The ignition at {float(lon):.5f}, {float(lat):.5f} lies on {UNBURNABLE.get(code, 'what does not burn')}; "
                + _nearest(cell, grid, rows[codes.astype(int), 12] > 0)
            )
        found.append((float(lon), float(lat), float(second)))
    return found


def spots(lit: list[tuple[float, float, float]], grid: Grid, land: Ground) -> tuple[np.ndarray, np.ndarray]:
    """Return the flat numbers of the cells that are lit, and when, s.

    On the coarser cells of a preview a place may fall on one that does not burn; then the nearest that burns is taken.
    """
    rows, columns = grid.shape
    burns = land.fuel.reshape(rows + 2 * REACH, columns + 2 * REACH)[REACH:-REACH, REACH:-REACH] > 0
    where = []
    for lon, lat, _ in lit:
        row, column = _clipped(grid, lon, lat)
        if not burns[row, column] and burns.any():
            there = np.argwhere(burns)
            row, column = there[np.argmin(((there - (row, column)) ** 2).sum(axis=1))]
        where.append(int(row) * columns + int(column))
    return np.array(where, np.int64), np.array([second for _, _, second in lit])


def _clipped(grid: Grid, lon: float, lat: float) -> tuple[int, int]:
    """Return the cell of a place; one at the edge that a coarser grid cut off counts to the last cell."""
    from pyproj import Transformer

    x, y = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True).transform(lon, lat)
    column = round((x - grid.x[0]) / (grid.x[1] - grid.x[0]))
    row = round((y - grid.y[0]) / (grid.y[1] - grid.y[0]))
    return min(max(row, 0), grid.shape[0] - 1), min(max(column, 0), grid.shape[1] - 1)


def _nearest(cell: tuple[int, int], grid: Grid, burns: np.ndarray) -> str:
    if not burns.any():
        return "and no cell of the site burns: check that fuel_model is a map of fuel models."
    there = np.argwhere(burns)
    away_x = grid.x[there[:, 1]] - grid.x[cell[1]]
    away_y = grid.y[there[:, 0]] - grid.y[cell[0]]
    best = int(np.argmin(away_x**2 + away_y**2))
    wind = _WINDS[round(degrees(atan2(away_x[best], away_y[best])) / 45.0) % 8]
    return f"move it to where there is fuel, {hypot(away_x[best], away_y[best]):.0f} m to the {wind}."
