"""The ground and the weather of a run as `growth.burn` takes them: flat arrays with a rim that does not burn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numba import njit

from watchfloor.core.errors import LimitError
from watchfloor.hazards.action import Patch
from watchfloor.hazards.course import holding
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.wildfire.growth import NEVER
from watchfloor.hazards.wildfire.measures import cells
from watchfloor.hazards.wildfire.spread import FOOT, OPEN, adjusted_wind, bed
from watchfloor.hazards.wildfire.stencil import REACH

__all__ = ["DEAD", "MOISTURES", "Ground", "Weather", "flat", "ground", "weather"]

DEAD = ("moisture_1h", "moisture_10h", "moisture_100h")
MOISTURES = (*DEAD, "moisture_herb", "moisture_woody")
DRIEST = 1.0
"""Percent: dead fuel is never drier than that (Rothermel 1983, INT-143, tables of fine dead fuel moisture)."""
_MOST = 2**30
"""Bytes that the weather of one member may take, where it is given as maps."""


@dataclass(frozen=True)
class Ground:
    """What does not change: arrays of the cells with their rim, see `growth.burn`."""

    fuel: np.ndarray
    slope: np.ndarray
    height: np.ndarray


@dataclass(frozen=True)
class Weather:
    """What drives one member, by period, see `growth.burn`."""

    ends: np.ndarray
    beds: np.ndarray
    moisture: np.ndarray
    wind: np.ndarray
    factor: np.ndarray
    of_factor: np.ndarray


def flat(values: np.ndarray, mode: str = "constant") -> np.ndarray:
    """Return a map as a flat array with a rim of `REACH` cells."""
    padded = np.pad(values, REACH) if mode == "constant" else np.pad(values, REACH, mode="edge")
    return np.ascontiguousarray(padded).ravel()


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def _reduction(rows, fuel, cover, height, filled, out):  # type: ignore[no-untyped-def]
    for i in range(fuel.size):
        if fuel[i] > 0:
            out[i] = adjusted_wind(rows[fuel[i], 8], cover[i], height[i], filled)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def _beds(rows, used, moisture, out):  # type: ignore[no-untyped-def]
    for p in range(moisture.shape[0]):
        m = moisture[p, 0]
        for f in used:
            rate, heat, coefficient, exponent, steep, _, _ = bed(rows[f], m[0], m[1], m[2], m[3], m[4])
            out[p, f, 0] = rate
            out[p, f, 1] = heat
            out[p, f, 2] = coefficient
            out[p, f, 3] = exponent
            out[p, f, 4] = steep


def ground(site: xr.Dataset, grid: Grid, rows: np.ndarray, crown_ratio: float) -> Ground:
    """Return the ground of a site whose fields are all maps.

    Parameters
    ----------
    site
        With fuel_model, elevation, canopy_cover, canopy_height.
    grid
        Its grid.
    rows
        As `fuels.table` returned it.
    crown_ratio
        Share of the trees' height that is crown.
    """
    codes = site.fuel_model.values.astype(np.int64)
    fuel = np.where(rows[codes, 12] > 0, codes, 0).astype(np.uint8)
    z = site.elevation.values
    level = np.ptp(z) == 0.0
    slope = np.zeros(((grid.shape[0] + 2 * REACH) * (grid.shape[1] + 2 * REACH), 4), np.float32)
    if not level:
        north, east = np.gradient(z, grid.y, grid.x)
        steep = np.hypot(east, north)
        safe = np.where(steep > 0, steep, 1.0)
        slope[:, 0], slope[:, 1], slope[:, 2] = flat(steep**2), flat(east / safe), flat(north / safe)
    wind = np.zeros(fuel.size)
    cover = np.ascontiguousarray(site.canopy_cover.values.ravel() / 100.0)
    tall = np.ascontiguousarray(site.canopy_height.values.ravel() / FOOT)
    _reduction(rows, fuel.ravel(), cover, tall, crown_ratio / 3.0, wind)
    slope[:, 3] = flat(wind.reshape(fuel.shape))
    return Ground(
        flat(fuel), slope, flat(z, "edge").astype(np.float32) if not level else np.zeros(1, np.float32)
    )


def weather(
    drive: xr.Dataset,
    grid: Grid,
    rows: np.ndarray,
    used: np.ndarray,
    theta: Mapping[str, Any],
    patches: Sequence[Patch],
    until: float,
) -> Weather:
    """Return the weather of a member.

    Parameters
    ----------
    drive
        With wind_speed, wind_direction and the moistures, each with or without time and map.
    grid
        Of the run.
    rows
        As `fuels.table` returned it.
    used
        Numbers of the fuel models that there are.
    theta
        What was drawn.
    patches
        Of which those of the rate of spread matter here.
    until
        Length of the run, s.

    Raises
    ------
    LimitError
        If maps of weather would take too much memory.
    """
    slow = [patch for patch in patches if patch.target == "spread_rate"]
    times = np.asarray(drive.time.values, float) if "time" in drive.coords else np.zeros(1)
    starts = {0.0} | {float(t) for t in times if 0.0 < t < until}
    for patch in slow:
        starts |= {t for t in (patch.start, patch.end) if t is not None and 0.0 < t < until}
    begins = np.array(sorted(starts))
    rimmed = (grid.shape[0] + 2 * REACH) * (grid.shape[1] + 2 * REACH)
    maps = "y" in drive.wind_speed.dims or "y" in drive.wind_direction.dims
    damp_maps = any("y" in drive[name].dims for name in MOISTURES)
    need = begins.size * rimmed * 4 * (3 * maps + 5 * damp_maps)
    if need > _MOST:
        raise LimitError(
            f"Maps of weather for {begins.size} times would take {need / 2**30:.1f} GiB a member; give fewer times, or one value for "
            "the whole site."
        )
    wind = np.zeros((begins.size, rimmed if maps else 1, 3), np.float32)
    moisture = np.zeros((begins.size, rimmed if damp_maps else 1, 5), np.float32)
    # taken out once: looking into a dataset costs more than what is done with the values
    names = ("wind_speed", "wind_direction", *MOISTURES)
    values = {name: (drive[name].values, "time" in drive[name].dims) for name in names}
    for p, now in enumerate(begins):
        at = holding(times, now)
        here = {name: array[at] if timed else array for name, (array, timed) in values.items()}
        to = np.radians(here["wind_direction"] + theta["direction"] + 180.0)
        speed = here["wind_speed"] * theta["wind"] * 60.0 / FOOT / OPEN
        for i, part in enumerate((speed, np.sin(to), np.cos(to))):
            wind[p, :, i] = flat(np.broadcast_to(part, grid.shape), "edge") if maps else part
        for i, name in enumerate(MOISTURES):
            damp = here[name]
            share = (np.maximum(damp + theta["moisture"], DRIEST) if name in DEAD else damp) / 100.0
            moisture[p, :, i] = flat(np.broadcast_to(share, grid.shape), "edge") if damp_maps else share
    beds = np.zeros((begins.size, 256, 5))
    if not damp_maps:
        _beds(rows, used, moisture, beds)
    factor, of_factor = _factors(slow, begins, grid, rimmed)
    ends = np.append(begins[1:], NEVER)
    return Weather(ends, beds, moisture, wind, factor, of_factor)


def _factors(
    slow: Sequence[Patch], begins: np.ndarray, grid: Grid, rimmed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the factors of the rate of spread, and which set holds in each period."""
    of_factor = np.zeros(begins.size, np.int64)
    if not slow:
        return np.ones((1, 1), np.float32), of_factor
    columns = grid.shape[1]
    known: dict[tuple[int, ...], int] = {}
    sets: list[np.ndarray] = []
    for p, now in enumerate(begins):
        active = tuple(number for number, patch in enumerate(slow) if patch.applies(float(now)))
        if active not in known:
            known[active] = len(sets)
            made = np.ones(rimmed, np.float32)
            for number in active:
                where = cells(grid, slow[number].where)
                at = (where // columns + REACH) * (columns + 2 * REACH) + where % columns + REACH
                made[at] = np.maximum(slow[number].apply(made[at]), 0.0)
            sets.append(made)
        of_factor[p] = known[active]
    return np.stack(sets), of_factor
