"""Which sensors walk away from their neighbours, too slowly for any single value to look wrong."""

from datetime import datetime, timedelta

import numpy as np

from watchfloor.diagnosis.detectors.cusum import Cusum
from watchfloor.diagnosis.quality.assess import Cubic, Sensors
from watchfloor.diagnosis.quality.checks import Floats, Ints
from watchfloor.diagnosis.quality.neighbours import NEEDED, align

__all__ = ["WATCHED", "drift", "walked"]

WATCHED = timedelta(days=7)
"""Past that drift is looked for in."""
BLOCK = 6 * 3_600_000_000
"""Microseconds whose median difference is one value of the chart: shorter ones hang together."""
LEAST = 12
"""Blocks before drift is looked for; the first half of them is the reference."""


def drift(
    time: Ints, value: Floats, others: Floats, *, limit: float = 8.0, floor: float = 0.0
) -> tuple[int, float] | None:
    """Look for a slow walk away from the neighbours.

    The median difference to the neighbours, in blocks of six hours, goes into a CUSUM chart whose reference is the first half of
    the blocks. A front passes all of them; what remains is the sensor's own.

    Parameters
    ----------
    time, value
        Samples without gaps, shape (n,).
    others
        What the neighbours read then, shape (k, n), NaN for nothing.
    limit
        Decision interval of the chart, standard deviations.
    floor
        Smallest drift that counts, in the unit of the values.

    Returns
    -------
    tuple or None
        When it began to show (microseconds), and how far it has come; None for no drift.
    """
    use = np.isfinite(others).sum(axis=0) >= NEEDED if len(others) else np.zeros(len(value), dtype=bool)
    if not use.any():
        return None
    # each neighbour stands somewhere else: its own usual difference goes first
    apart = value[use] - others[:, use]
    with np.errstate(invalid="ignore"):
        apart = apart - np.array(
            [[np.median(row[np.isfinite(row)]) if np.isfinite(row).any() else np.nan] for row in apart]
        )
    difference = np.array([np.median(column[np.isfinite(column)]) for column in apart.T])
    block = time[use] // BLOCK
    edges = np.flatnonzero(np.diff(block)) + 1
    parts = np.split(difference, edges)
    starts = time[use][np.r_[0, edges]]
    middle = np.array([np.median(part) for part in parts])
    if len(middle) < LEAST:
        return None
    half = len(middle) // 2
    target = float(np.median(middle[:half]))
    spread = 1.4826 * float(np.median(np.abs(middle[:half] - target)))
    sigma = max(spread, floor / 4, 1e-9)
    chart = Cusum(target=target, sigma=sigma, limit=limit, relearn=False, refractory=0)
    called = chart.score(starts, middle).alarms
    called = called[called >= half]
    far = float(np.median(middle[-4:]) - target)
    if not len(called) or abs(far) < max(floor, 3 * sigma):
        return None
    return int(starts[called[0]]), far


def walked(
    cube: Cubic, name: str, now: datetime, sensors: Sensors, known: set[str]
) -> tuple[int, float] | None:
    """Look for drift of a series of a cube, where its neighbours are comparable at all; see `drift`.

    Parameters
    ----------
    cube
        Where the values are.
    name
        Name of the series.
    now
        Time of the floor.
    sensors
        What is known of the series.
    known
        Names of the series that have values.
    """
    limits = sensors.limits.get(name)
    near = [other for other in sensors.near.get(name, ()) if other in known]
    if limits is None or limits.neighbour is None or len(near) < NEEDED:
        return None
    start = now - WATCHED
    time, value = _values(cube, name, start)
    cadence = cube.cadence(name) or timedelta(minutes=10)
    others = align(
        time, [_values(cube, other, start) for other in near], int(cadence / timedelta(microseconds=1))
    )
    return drift(time, value, others, floor=limits.neighbour / 4)


def _values(cube: Cubic, name: str, start: datetime) -> tuple[Ints, Floats]:
    window = cube.window(name, start)
    value = np.asarray(window.value, dtype=np.float64)
    kept = np.isfinite(value)
    return np.asarray(window.time, dtype=np.int64)[kept], value[kept]
