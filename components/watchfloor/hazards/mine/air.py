"""Methane in moving air, and where a row of readings is heading: pure functions."""

from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from watchfloor.core.errors import InvalidInputError

__all__ = ["Trend", "advance", "needed_air", "steady", "time_to_limit", "trend"]


def steady(inflow: Any, airflow: Any, upstream: Any = 0.0) -> Any:
    """Return the volume fraction of methane where air and gas mix and flow off: ``(q + Q c) / (Q + q)``.

    Parameters
    ----------
    inflow
        Of methane, m^3/s.
    airflow
        Of air, m^3/s.
    upstream
        Fraction of methane in that air.

    Examples
    --------
    >>> round(float(steady(0.1, 9.9)), 6)
    0.01
    """
    return (np.asarray(inflow) + np.asarray(airflow) * upstream) / (np.asarray(airflow) + inflow)


def needed_air(inflow: float, allowed: float, upstream: float = 0.0) -> float:
    """Return the airflow that dilutes an inflow of gas to a fraction, m^3/s (McPherson 1993, section 12.4).

    Examples
    --------
    >>> round(needed_air(0.1, 0.01), 6)
    9.9
    """
    if not upstream < allowed <= 1.0:
        raise InvalidInputError(
            f"Air with {upstream:.2%} of methane cannot dilute it to {allowed:.2%}; fresher air is needed."
        )
    return inflow * (1.0 - allowed) / (allowed - upstream)


def advance(
    fraction: np.ndarray,
    volume: np.ndarray,
    inflow: np.ndarray,
    airflow: np.ndarray,
    upstream: np.ndarray,
    seconds: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Let gas gather and be carried off for some seconds: ``V dc/dt = q (1 - c) + Q (c_up - c)``, solved exactly.

    Parameters
    ----------
    fraction
        Of methane in each working, shape (node,).
    volume
        Of each working, m^3.
    inflow, airflow
        Of methane and of air, m^3/s.
    upstream
        Mean fraction in the air that comes, over the step.
    seconds
        Length of the step.

    Returns
    -------
    tuple of numpy.ndarray
        The fraction at the end, and its mean over the step: what flows off.
    """
    flow = inflow + airflow
    rate = flow / volume * seconds
    end = np.where(flow > 0, (inflow + airflow * upstream) / np.maximum(flow, 1e-300), fraction)
    decay = np.exp(-rate)
    kept = np.where(rate > 1e-8, -np.expm1(-rate) / np.maximum(rate, 1e-300), 1.0 - rate / 2)
    return end + (fraction - end) * decay, end + (fraction - end) * kept


class Trend(NamedTuple):
    """A straight line through readings: slope per second, its standard error, value at time 0, scatter."""

    slope: float
    error: float
    level: float
    scatter: float


def trend(times: Any, values: Any, share: float = 0.95) -> Trend:
    """Fit a line that few wrong readings cannot turn (Theil 1950; Sen 1968, doi:10.1080/01621459.1968.10480934).

    The error is a quarter of Sen's confidence interval made of Kendall's statistic, over the normal quantile.

    Parameters
    ----------
    times
        Seconds.
    values
        Readings; NaN is left out.
    share
        Of Sen's interval.

    Examples
    --------
    >>> trend([1, 2, 3, 4, 10, 12, 18], [9, 15, 19, 20, 45, 55, 78]).slope
    4.0
    """
    t, y = np.asarray(times, float), np.asarray(values, float)
    good = np.isfinite(t) & np.isfinite(y)
    t, y = t[good], y[good]
    n = t.size
    if n < 4:
        raise InvalidInputError(f"There are {n} readings; a trend needs at least 4.")
    first, second = np.triu_indices(n, 1)
    apart = t[second] - t[first]
    slopes = np.sort(((y[second] - y[first])[apart > 0]) / apart[apart > 0])
    if slopes.size == 0:
        raise InvalidInputError("All readings are of one time; a trend needs several.")
    slope = float(np.median(slopes))
    z = float(ndtri(0.5 + share / 2))
    spread = z * np.sqrt(n * (n - 1) * (2 * n + 5) / 18.0)
    low = int(np.clip(np.floor((slopes.size - spread) / 2), 0, slopes.size - 1))
    high = int(np.clip(np.ceil((slopes.size + spread) / 2), 0, slopes.size - 1))
    error = float(slopes[high] - slopes[low]) / (2 * z)
    level = float(np.median(y - slope * t))
    scatter = float(np.median(np.abs(y - level - slope * t))) * 1.4826
    return Trend(slope, error, level, scatter)


def time_to_limit(
    found: Trend, limit: float, draws: int = 1000, rng: np.random.Generator | None = None
) -> np.ndarray:
    """Return draws of when a line passes a limit, seconds from time 0; infinite where it never does.

    Parameters
    ----------
    found
        The line; time 0 is now.
    limit
        In the readings' unit.
    draws
        How many.
    rng
        Of chance; seeded with 0 where none is given.
    """
    chance = rng if rng is not None else np.random.default_rng(0)
    slopes = found.slope + found.error * chance.standard_normal(draws)
    rest = limit - found.level
    if rest <= 0:
        return np.zeros(draws)
    with np.errstate(divide="ignore"):
        return np.where(slopes > 0, rest / np.maximum(slopes, 1e-300), np.inf)
