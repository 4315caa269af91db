"""How two series go together: with which lag, how far apart upstream and downstream are, and where one of them broke.

Series may be irregular and have gaps: they are put on one grid by the mean of each step, and only steps that both have count.
Leave out first what the checks of quality call bad: one spike of metres outweighs a month of waves of centimetres.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from watchfloor.core.errors import InvalidInputError
from watchfloor.diagnosis.detectors.base import _arrays

__all__ = ["DoubleMass", "Lags", "TravelTime", "double_mass", "grid", "lag_correlation", "travel_time"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SECOND = 1_000_000
FEWEST = 20
_MOST = 5_000_000


class Lags(NamedTuple):
    """Correlation at each lag.

    Parameters
    ----------
    lag
        Seconds by which the second series comes later, shape (n,).
    correlation, low, high
        Pearson's correlation with its interval, shape (n,); NaN where too few steps are common.
    common
        Common steps, shape (n,).
    best
        Lag of the largest correlation by size, seconds.
    """

    lag: Floats
    correlation: Floats
    low: Floats
    high: Floats
    common: Ints
    best: float


class TravelTime(NamedTuple):
    """How long what happens upstream takes to come downstream.

    Parameters
    ----------
    seconds, low, high
        Time with its interval.
    correlation
        Of the changes, at that time.
    common
        Common steps.
    """

    seconds: float
    low: float
    high: float
    correlation: float
    common: int


class DoubleMass(NamedTuple):
    """Sums of two series against one another.

    Parameters
    ----------
    time
        Microseconds of the end of each step, shape (n,).
    first, second
        Sums up to then.
    slope
        Second over first, over all.
    at
        When the slope changed, microseconds; None for no change.
    before, after
        Slope before and after; both `slope` where nothing changed.
    chance
        Probability of so clear a change by chance.
    """

    time: Ints
    first: Floats
    second: Floats
    slope: float
    at: int | None
    before: float
    after: float
    chance: float


def grid(
    time: ArrayLike, value: ArrayLike, step: float, start: int | None = None, end: int | None = None
) -> tuple[Ints, Floats]:
    """Put a series on a grid: the mean of what was measured in each step, NaN where nothing was.

    Parameters
    ----------
    time, value
        Microseconds or datetime64, increasing, and values, shape (n,); NaN for missing.
    step
        Seconds.
    start, end
        Microseconds that the grid reaches over; None for those of the series.

    Examples
    --------
    >>> grid([0, 1_000_000, 5_000_000], [1.0, 3.0, 7.0], 2.0)[1].tolist()
    [2.0, nan, 7.0]
    """
    times, values, _ = _arrays(time, value, None)
    width = int(step * SECOND)
    if width <= 0:
        raise InvalidInputError(f"The step is {step} s; expected more than 0.")
    kept = np.isfinite(values)
    times, values = times[kept], values[kept]
    if not len(times):
        return np.zeros(0, np.int64), np.zeros(0)
    low, high = (
        (int(times[0]) if start is None else start) // width,
        (int(times[-1]) if end is None else end) // width,
    )
    size = high - low + 1
    if size > _MOST:
        raise InvalidInputError(
            f"The grid has {size:,} steps of {step:g} s; expected at most {_MOST:,}. Take a longer step."
        )
    place = times // width - low
    inside = (place >= 0) & (place < size)
    count = np.bincount(place[inside], minlength=size)
    total = np.bincount(place[inside], weights=values[inside], minlength=size)
    with np.errstate(invalid="ignore"):
        return (np.arange(size, dtype=np.int64) + low) * width, np.where(count > 0, total / count, np.nan)


def lag_correlation(
    first: tuple[ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike],
    *,
    step: float,
    most: float,
    changes: bool = False,
    confidence: float = 0.95,
) -> Lags:
    """Correlate two series at every lag.

    The interval is Fisher's, with as many independent pairs as remain after both series' own persistence is counted
    (Bretherton et al. 1999, eq. 31, doi:10.1175/1520-0442(1999)012<1990:TENOSD>2.0.CO;2).

    Parameters
    ----------
    first, second
        (time, value) of each.
    step
        Seconds of the common grid.
    most
        Largest lag either way, seconds.
    changes
        Whether the changes from step to step are correlated, which a common trend does not feign.
    confidence
        Share of intervals that hold the truth.

    Examples
    --------
    >>> value = np.random.default_rng(0).normal(size=500).cumsum()
    >>> time = np.arange(500) * 60_000_000
    >>> lag_correlation((time, value), (time + 300_000_000, value), step=60.0, most=900.0).best
    300.0
    """
    one, other = _common(first, second, step)
    if changes:
        one, other = np.diff(one), np.diff(other)
    reach = int(most // step)
    lags = np.arange(-reach, reach + 1)
    correlation, low, high = (np.full(len(lags), np.nan) for _ in range(3))
    count = np.zeros(len(lags), np.int64)
    wide = float(stats.norm.ppf(0.5 + confidence / 2))
    for place, lag in enumerate(lags.tolist()):
        if abs(lag) >= len(one):
            continue
        left, right = (
            (one[: len(one) - lag], other[lag:]) if lag >= 0 else (one[-lag:], other[: len(other) + lag])
        )
        both = np.isfinite(left) & np.isfinite(right)
        count[place] = both.sum()
        if count[place] < FEWEST or np.ptp(left[both]) == 0 or np.ptp(right[both]) == 0:
            continue
        correlation[place] = np.corrcoef(left[both], right[both])[0, 1]
        persistence = _persistence(left) * _persistence(right)
        independent = max(count[place] * (1 - persistence) / (1 + persistence), 4.0)
        middle, half = (
            np.arctanh(np.clip(correlation[place], -0.999999, 0.999999)),
            wide / np.sqrt(independent - 3),
        )
        low[place], high[place] = np.tanh(middle - half), np.tanh(middle + half)
    if not np.isfinite(correlation).any():
        raise InvalidInputError(
            f"The two series have at most {int(count.max(initial=0))} steps of {step:g} s in common, or do not move; expected {FEWEST} or more."
        )
    best = float(lags[int(np.nanargmax(np.abs(correlation)))] * step)
    return Lags(lags.astype(np.float64) * step, correlation, low, high, count, best)


def travel_time(
    upstream: tuple[ArrayLike, ArrayLike],
    downstream: tuple[ArrayLike, ArrayLike],
    *,
    step: float,
    most: float,
    confidence: float = 0.9,
    draws: int = 200,
    seed: int = 0,
) -> TravelTime:
    """Return how long a change takes from one gauge to the next below it.

    The lag at which the changes correlate most, between the grid's steps by a parabola. Its interval is drawn with blocks of the
    series (moving block bootstrap, Künsch 1989, doi:10.1214/aos/1176347265), each as long as the largest lag.

    Parameters
    ----------
    upstream, downstream
        (time, value) of each.
    step
        Seconds of the common grid.
    most
        Longest time that is looked at, seconds.
    confidence
        Share of intervals that hold the truth.
    draws, seed
        Of the bootstrap.
    """
    one, other = _common(upstream, downstream, step)
    one, other = np.diff(one), np.diff(other)
    reach = int(most // step)
    size = len(one) - reach
    if size < FEWEST:
        raise InvalidInputError(
            f"The two series are {len(one)} steps of {step:g} s long together, and the longest time is {most:g} s; "
            f"expected {FEWEST} steps more than that."
        )
    pairs = np.lib.stride_tricks.sliding_window_view(other, reach + 1)[:size]
    place, top, count = _peak(one[:size], pairs)
    rng = np.random.default_rng(seed)
    block = min(max(reach, 10), size)
    starts = rng.integers(0, size - block + 1, (draws, -(-size // block)))
    drawn = []
    for row in starts:
        chosen = (row[:, None] + np.arange(block)).ravel()[:size]
        found, _, enough = _peak(one[chosen], pairs[chosen])
        if enough >= FEWEST:
            drawn.append(found)
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail]) if drawn else (np.nan, np.nan)
    return TravelTime(place * step, float(min(low, place)) * step, float(max(high, place)) * step, top, count)


def double_mass(
    first: tuple[ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike],
    *,
    step: float = 86_400.0,
    least: int = 10,
    draws: int = 499,
    level: float = 0.01,
    seed: int = 0,
) -> DoubleMass:
    """Sum up two series against one another, and find where their ratio changed: the double-mass curve.

    Of all places the one is taken at which two slopes explain most more than one (F test); how often chance alone would
    give as much is counted with the steps in random order (after Searcy & Hardison 1960, USGS Water-Supply Paper 1541-B, who
    test the change by an analysis of variance).

    Parameters
    ----------
    first, second
        (time, value) of the reference, such as the mean of several good gauges, and of the one that is checked.
    step
        Seconds of the common grid.
    least
        Fewest steps on each side of a change.
    draws, seed
        Of the random orders.
    level
        Chance from which a change is believed.
    """
    times, one, other = _gridded(first, second, step)
    both = np.isfinite(one) & np.isfinite(other)
    times, one, other = times[both], one[both], other[both]
    if len(one) < 2 * least or not (one**2).sum() > 0:
        raise InvalidInputError(
            f"The two series have {len(one)} steps of {step:g} s in common; expected at least {2 * least}, not all of them 0."
        )
    slope = float((one * other).sum() / (one**2).sum())
    gain, place = _break(one, other, least)
    rng = np.random.default_rng(seed)
    orders = (rng.permutation(len(one)) for _ in range(draws))
    larger = sum(_break(one[order], other[order], least)[0] >= gain for order in orders)
    chance = (larger + 1) / (draws + 1)
    parts = [
        float((one[part] * other[part]).sum() / max((one[part] ** 2).sum(), 1e-300))
        for part in (slice(place), slice(place, None))
    ]
    at = int(times[place]) if chance <= level else None
    before, after = parts if at is not None else (slope, slope)
    return DoubleMass(
        times + int(step * SECOND), one.cumsum(), other.cumsum(), slope, at, before, after, chance
    )


def _gridded(first: tuple[Any, Any], second: tuple[Any, Any], step: float) -> tuple[Ints, Floats, Floats]:
    """Put both series on one grid over the time that they share."""
    (times, _, _), (others, _, _) = _arrays(*first, None), _arrays(*second, None)
    if not len(times) or not len(others) or times[0] > others[-1] or others[0] > times[-1]:
        raise InvalidInputError("The two series have no time in common; expected series that overlap.")
    start, end = int(max(times[0], others[0])), int(min(times[-1], others[-1]))
    axis, one = grid(*first, step, start, end)
    _, other = grid(*second, step, start, end)
    return axis, one, other


def _common(first: tuple[Any, Any], second: tuple[Any, Any], step: float) -> tuple[Floats, Floats]:
    _, one, other = _gridded(first, second, step)
    return one, other


def _persistence(value: Floats) -> float:
    """Return the correlation of a series with itself one step before."""
    both = np.isfinite(value[1:]) & np.isfinite(value[:-1])
    left, right = value[:-1][both], value[1:][both]
    if len(left) < 3 or np.ptp(left) == 0 or np.ptp(right) == 0:
        return 0.0
    return float(np.clip(np.corrcoef(left, right)[0, 1], 0.0, 0.999))


def _peak(one: Floats, pairs: Floats) -> tuple[float, float, int]:
    """Return the lag (steps, between them too) of the largest correlation, that correlation, and the common steps."""
    both = np.isfinite(one)[:, None] & np.isfinite(pairs)
    count = both.sum(axis=0)
    left = np.where(both, np.where(np.isfinite(one), one, 0.0)[:, None], 0.0)
    right = np.where(both, pairs, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, middle = left.sum(axis=0) / count, right.sum(axis=0) / count
        covariance = (left * right).sum(axis=0) / count - mean * middle
        variance = ((left**2).sum(axis=0) / count - mean**2) * ((right**2).sum(axis=0) / count - middle**2)
        correlation = np.where((variance > 0) & (count >= FEWEST), covariance / np.sqrt(variance), -np.inf)
    best = int(np.argmax(correlation))
    place = float(best)
    if 0 < best < len(correlation) - 1 and np.isfinite(correlation[best - 1 : best + 2]).all():
        before, top, after = correlation[best - 1 : best + 2]
        bend = before - 2 * top + after
        if bend < 0:
            place += float(0.5 * (before - after) / bend)
    return place, float(correlation[best]), int(count[best])


def _break(one: Floats, other: Floats, least: int) -> tuple[float, int]:
    """Return what two slopes through the origin explain more than one, in residual variances, and where they part."""
    cross, square = np.cumsum(one * other), np.cumsum(one**2)
    with np.errstate(invalid="ignore", divide="ignore"):
        left = cross**2 / square
        right = (cross[-1] - cross) ** 2 / (square[-1] - square)
    gain = np.nan_to_num(left + right - cross[-1] ** 2 / square[-1])[least - 1 : len(one) - least]
    best = int(np.argmax(gain))
    rest = float((other**2).sum() - cross[-1] ** 2 / square[-1] - gain[best])
    return float(gain[best] / max(rest, 1e-300)), best + least
