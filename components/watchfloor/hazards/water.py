"""What models of water over the ground share: constants, the cube root, what holds at a time, levees, and places."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numba import njit

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Patch
from watchfloor.hazards.grid import Grid

__all__ = ["GRAVITY", "NEVER", "cube_root", "levees", "lowered", "moments", "places", "stops"]

GRAVITY = 9.80665
"""m/s^2."""
NEVER = 1e30
"""Arrival of what has not come yet, s."""


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy", inline="always")  # type: ignore[misc]
def cube_root(value):  # type: ignore[no-untyped-def]
    """Return the cube root of a positive number to 1e-13.

    A third of the bits of a float is a guess within 4 %; Halley's step in float32 and once more in float64 is the rest.
    The library's cube root cannot be a vector instruction, and is ten times slower.
    """
    short = np.float32(value)
    bits = np.int32(np.float32(short.view(np.int32)) * np.float32(1.0 / 3.0) + np.float32(709921077.0))
    guess = bits.view(np.float32)
    cube = guess * guess * guess
    root = np.float64(guess * (cube + np.float32(2.0) * short) / (np.float32(2.0) * cube + short))
    third = root * root * root
    return root * (third + 2.0 * value) / (2.0 * third + value)


def moments(patches: Sequence[Patch], until: float) -> list[float]:
    """Return the times within a run at which some patch begins or ends, s."""
    found: set[float] = set()
    for patch in patches:
        found |= {patch.start} | ({patch.end} if patch.end is not None else set())
    return sorted(time for time in found if 0.0 < time < until)


def stops(*times: Any) -> list[float]:
    """Return times after the start in order, each once; two that differ by a millionth of a second are one."""
    joined = np.unique(np.concatenate([np.atleast_1d(np.asarray(list(part), float)) for part in times]))
    later = joined[joined > 1e-6]
    return [float(time) for time in later[np.append(np.diff(later) > 1e-6, True)]]


def levees(
    patches: Sequence[Patch], now: float, masks: Mapping[int, np.ndarray]
) -> list[tuple[np.ndarray, float]]:
    """Return the levees that stand at a time: on which cells, and how high over the ground, m."""
    return [
        (masks[number], patch.value)
        for number, patch in enumerate(patches)
        if patch.target == "levee" and patch.applies(now)
    ]


def lowered(
    z: np.ndarray, patches: Sequence[Patch], now: float, masks: Mapping[int, np.ndarray]
) -> np.ndarray:
    """Return the bed, m, where dikes are cut at a time; no deeper than the lowest bed within two cells.

    Examples
    --------
    >>> dike = np.array([[1.0, 1.0, 4.0, 1.5, 1.5]])
    >>> cut = Patch("field", "dike", "add", -10.0)
    >>> lowered(dike, [cut], 0.0, {0: dike > 3.0}).tolist()
    [[1.0, 1.0, 1.0, 1.5, 1.5]]
    """
    for number, patch in enumerate(patches):
        if patch.target == "dike" and patch.applies(now):
            from scipy.ndimage import minimum_filter

            deepest = minimum_filter(z, size=5, mode="nearest")
            z = np.where(masks[number], np.maximum(patch.apply(z), deepest), z)
    return z


def places(data: xr.Dataset, grid: Grid, what: str) -> list[tuple[int, int]]:
    """Return row and column of each place that a dataset names by the coordinates longitude and latitude.

    Parameters
    ----------
    data
        With one-dimensional coordinates ``longitude`` and ``latitude``.
    grid
        The grid of the run.
    what
        What the places are, for messages: ``source``, ``dam``.

    Raises
    ------
    InvalidInputError
        If one lies outside of the grid.
    """
    found: list[tuple[int, int]] = []
    for lon, lat in zip(_degrees(data, "longitude"), _degrees(data, "latitude"), strict=True):
        place = grid.place(lon, lat)
        if place is None:
            raise InvalidInputError(
                f"A {what} at {lon:.5f}, {lat:.5f} lies outside of the site; move it, or widen the site."
            )
        found.append(place)
    return found


def _degrees(data: xr.Dataset, name: str) -> list[float]:
    values: Any = np.atleast_1d(np.asarray(data[name].values, float))
    if not np.isfinite(values).all():
        raise InvalidInputError(f"A place has no {name}; give it in degrees.")
    return [float(value) for value in values]
