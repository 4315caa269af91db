"""Which sensors are neighbours, and what they say a sensor should read."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from watchfloor.core.jit import jit
from watchfloor.core.quality import Flag
from watchfloor.diagnosis.median import median
from watchfloor.diagnosis.quality.checks import Floats, Found, Ints, number

__all__ = ["COUNT", "HISTORY", "align", "nearest", "neighbour"]

EARTH = 6371.0088
"""Mean radius of the Earth in kilometres (IUGG, Moritz 2000, doi:10.1007/s001900050278)."""
COUNT = 5
"""Neighbours that are asked."""
NEEDED = 3
"""Fewest that must answer: of two that disagree nobody knows which one is right."""
HISTORY = 144
"""Samples before one that tell how a sensor usually stands to its neighbours."""
LEARNED = 24
"""Fewest of them."""


def nearest(lon: Floats, lat: Floats, radius: float, count: int = COUNT) -> list[list[int]]:
    """Return for each place the nearest others within a radius, the nearest first.

    Parameters
    ----------
    lon, lat
        Degrees, shape (n,); NaN where a sensor has no place.
    radius
        Kilometres.
    count
        Most neighbours of each.

    Examples
    --------
    >>> nearest(np.array([0.0, 0.1, 0.3, 9.0]), np.zeros(4), radius=50.0)
    [[1, 2], [0, 2], [1, 0], []]
    """
    found: list[list[int]] = [[] for _ in lon]
    placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if len(placed) < 2:
        return found
    east, north = np.radians(lon[placed]), np.radians(lat[placed])
    points = np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    chord = 2.0 * np.sin(min(radius / (2.0 * EARTH), np.pi / 2))
    away, others = cKDTree(points).query(points, k=min(count + 1, len(placed)), distance_upper_bound=chord)
    for row, at in enumerate(placed):
        pairs = sorted(
            (float(far), int(placed[other]))
            for far, other in zip(away[row], others[row], strict=True)
            if other < len(placed) and other != row
        )
        found[at] = [other for _, other in pairs[:count]]
    return found


def align(time: Ints, others: Sequence[tuple[Ints, Floats]], tolerance: int) -> Floats:
    """Return the nearest value of each neighbour at each time; NaN where none is near enough.

    Parameters
    ----------
    time
        Microseconds, shape (n,).
    others
        Times and values of the neighbours, without NaN, each strictly increasing.
    tolerance
        Microseconds.

    Returns
    -------
    array
        Shape (neighbours, n).
    """
    out = np.full((len(others), len(time)), np.nan)
    for row, (times, values) in enumerate(others):
        if not len(times):
            continue
        after = (
            np.searchsorted(times, time).clip(1, len(times) - 1)
            if len(times) > 1
            else np.zeros(len(time), np.int64)
        )
        before = np.maximum(after - 1, 0)
        pick = np.where(time - times[before] <= times[after] - time, before, after)
        out[row] = np.where(np.abs(times[pick] - time) <= tolerance, values[pick], np.nan)
    return out


def neighbour(
    value: Floats, others: Floats, *, tolerance: float, factor: float = 6.0, units: str = "", start: int = 0
) -> Found:
    """Spatial consistency (QARTOD test 11, neighbour; WMO spatial check): suspect where a sensor leaves its neighbours.

    Each neighbour's usual difference to the sensor is the median over the 144 samples before; added to what it reads
    now it gives what the sensor should read. The median of what at least three say is held against the value, and
    counts if it is off by more than the tolerance, by more than `factor` times the usual scatter (1.4826 MAD), and by
    more than three times what half of the neighbours differ among themselves.

    Parameters
    ----------
    value
        Values without gaps, shape (n,).
    others
        What the neighbours read at the same times, shape (k, n); NaN for nothing.
    tolerance
        Smallest difference that counts, in `units`.
    factor
        Multiple of the usual scatter.
    start
        First sample that is judged.
    """
    expected, scatter, spread = _expected(
        np.ascontiguousarray(value, dtype=np.float64), np.ascontiguousarray(others), start
    )
    with np.errstate(invalid="ignore"):
        off = np.abs(value - expected)
        index = np.flatnonzero((off > np.maximum(tolerance, factor * scatter)) & (off > 3 * spread))
    index = index[index >= start]
    asked = np.isfinite(others[:, index]).sum(axis=0)
    reason = [
        f"{number(value[at], units)}, but {count} neighbours together say {number(expected[at], units)}; half of them are within "
        f"{number(spread[at], units)} of that."
        for at, count in zip(index, asked, strict=True)
    ]
    return Found(index, np.full(len(index), Flag.SUSPECT, np.uint8), reason)


@jit  # pragma: no cover
def _expected(value: NDArray[np.float64], others: NDArray[np.float64], start: int) -> Any:
    n, k = len(value), len(others)
    expected, scatter, spread = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    said, past = np.empty(k), np.empty((k, HISTORY))
    for i in range(max(start, LEARNED), n):
        begin = max(0, i - HISTORY)
        count = 0
        past[:] = np.nan
        for j in range(k):
            said[j] = np.nan
            if np.isnan(others[j, i]):
                continue
            difference = value[begin:i] - others[j, begin:i]
            if np.sum(~np.isnan(difference)) < LEARNED:
                continue
            usual = median(difference)
            said[j] = others[j, i] + usual
            past[j, : i - begin] = difference - usual
            count += 1
        if count < NEEDED:
            continue
        expected[i] = median(said)
        spread[i] = median(np.abs(said - expected[i]))
        # how the sensor itself scattered about what each neighbour said
        scatter[i] = 1.4826 * median(np.abs(past).ravel())
    return expected, scatter, spread
