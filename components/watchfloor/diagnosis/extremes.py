"""How rare a value is: return levels and periods with their uncertainty, and the rank against the climatology.

Block maxima follow a generalised extreme value distribution, peaks over a threshold a generalised Pareto one
(Coles 2001, *An Introduction to Statistical Modeling of Extreme Values*, doi:10.1007/978-1-4471-3675-0). Both are fitted by
maximum likelihood; intervals are by profile likelihood, since those of return levels lean to the upper side. The shape is
positive for heavy tails (Coles; SciPy writes its negative for the GEV).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from watchfloor.core.errors import InvalidInputError

__all__ = ["Extremes", "Level", "annual_maxima", "fit_maxima", "fit_peaks", "peaks", "percentile"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
YEAR = 365.25 * 86_400e6
"""Microseconds of a Julian year."""
FEWEST = 10


class Level(NamedTuple):
    """An estimate with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Extremes:
    """A fitted distribution of extremes.

    Parameters
    ----------
    kind
        ``gev`` for yearly maxima, ``gpd`` for peaks over a threshold.
    location
        Location of the GEV, or the threshold, in the unit of the values.
    scale, shape
        Parameters; the shape is positive for a heavy tail.
    data
        What was fitted: maxima, or the peaks themselves.
    rate
        Peaks a year; 1 for yearly maxima.
    likelihood
        Logarithm of the likelihood.

    Examples
    --------
    >>> value = stats.genextreme.rvs(0.0, 10.0, 2.0, size=200, random_state=1)
    >>> fit = fit_maxima(value)
    >>> round(fit.level(100)), round(fit.period(fit.level(100)))
    (19, 100)
    """

    kind: Literal["gev", "gpd"]
    location: float
    scale: float
    shape: float
    data: Floats
    rate: float
    likelihood: float

    def level(self, years: float) -> float:
        """Return the level that is exceeded once in so many years, on average."""
        return float(_level(self.kind, self.location, self.scale, self.shape, self._odds(years)))

    def period(self, value: float) -> float:
        """Return once in how many years a value is exceeded, on average; infinity beyond the distribution's end."""
        excess = (value - self.location) / self.scale
        body = 1.0 + self.shape * excess
        if body <= 0:
            return np.inf if self.shape < 0 else 1.0 if self.kind == "gev" else 1.0 / self.rate
        power = np.exp(-excess) if abs(self.shape) < 1e-9 else body ** (-1.0 / self.shape)
        chance = -np.expm1(-power) if self.kind == "gev" else min(power, 1.0) * self.rate
        return float(1.0 / chance) if chance > 0 else np.inf

    def level_interval(self, years: float, confidence: float = 0.95) -> Level:
        """Return the level of a period with its profile-likelihood interval.

        Parameters
        ----------
        years
            Return period, more than 1 for yearly maxima.
        confidence
            Share of such intervals that hold the true level.
        """
        best = self.level(years)
        step = max(0.02 * abs(best - self.location), 0.05 * self.scale)
        edge = self._edge(confidence)
        ends = [_cross(lambda at: self.profile(years, at) - edge, best, sign * step) for sign in (-1.0, 1.0)]
        return Level(best, *ends)

    def period_interval(self, value: float, confidence: float = 0.95) -> Level:
        """Return the period of a level, in years, with its profile-likelihood interval; infinity where there is no upper end."""
        best = self.period(value)
        edge = self._edge(confidence)
        least = np.log10(1.0001 if self.kind == "gev" else 1.0001 / self.rate)
        start = np.log10(min(max(best, 10.0**least * 1.01), 1e8))

        def beyond(at: float) -> float:
            return self.profile(10.0 ** max(at, least), value) - edge

        low = _cross(beyond, start, -0.05, least)
        high = _cross(beyond, start, 0.05, 9.0)
        return Level(best, 10.0**low, np.inf if high >= 9.0 else 10.0**high)

    def profile(self, years: float, level: float) -> float:
        """Return the largest log-likelihood with which a level has a return period."""
        odds = self._odds(years)

        def worst(shape: float, scale: float) -> float:
            if self.kind == "gpd":
                scale = (level - self.location) / _growth(shape, odds)
                return _loss("gpd", self.data, self.location, scale, shape)
            return _loss("gev", self.data, level - scale * _growth(shape, odds), scale, shape)

        if self.kind == "gpd":
            found = optimize.minimize_scalar(
                lambda shape: worst(shape, 0.0), bounds=(-0.9, 1.5), method="bounded"
            )
            return -float(found.fun)
        start = [self.shape, np.log(self.scale)]
        found = optimize.minimize(
            lambda at: worst(at[0], np.exp(at[1])),
            start,
            method="Nelder-Mead",
            options={"xatol": 1e-6, "fatol": 1e-8, "maxiter": 2000},
        )
        return -float(found.fun)

    @cached_property
    def sorted(self) -> Floats:
        """The data in order, for plots."""
        return np.sort(self.data)

    def _edge(self, confidence: float) -> float:
        if not 0.0 < confidence < 1.0:
            raise InvalidInputError(f"The confidence is {confidence}; expected a share between 0 and 1.")
        return self.likelihood - float(stats.chi2.ppf(confidence, 1)) / 2.0

    def _odds(self, years: float) -> float:
        """Return what the level's formula takes: -log(1 - 1/T) inverted for maxima, expected peaks for peaks."""
        if self.kind == "gev":
            if not years > 1.0:
                raise InvalidInputError(
                    f"The return period is {years} years; expected more than 1 for yearly maxima."
                )
            return -1.0 / float(np.log1p(-1.0 / years))
        if not years * self.rate > 1.0:
            raise InvalidInputError(
                f"The return period is {years} years; expected more than {1 / self.rate:.3g}, the mean time between peaks."
            )
        return years * self.rate


def fit_maxima(maxima: ArrayLike) -> Extremes:
    """Fit a generalised extreme value distribution to yearly maxima.

    Parameters
    ----------
    maxima
        One value a year, at least 10, shape (n,).
    """
    data = _data(maxima, "yearly maxima")
    scale = np.sqrt(6.0) * data.std() / np.pi
    start = (data.mean() - 0.5772 * scale, np.log(scale))
    best = _fitted(lambda at: _loss("gev", data, at[0], np.exp(at[1]), at[2]), start)
    return Extremes(
        "gev", float(best.x[0]), float(np.exp(best.x[1])), float(best.x[2]), data, 1.0, -float(best.fun)
    )


def fit_peaks(peak: ArrayLike, threshold: float, years: float) -> Extremes:
    """Fit a generalised Pareto distribution to independent peaks over a threshold.

    Parameters
    ----------
    peak
        Values above the threshold, at least 10, shape (n,); see `peaks`.
    threshold
        In the unit of the values.
    years
        How long was watched, without the gaps.

    Notes
    -----
    The intervals take the number of peaks a year as known.
    """
    data = _data(peak, "peaks")
    if not years > 0 or data.min() <= threshold:
        raise InvalidInputError(
            f"Peaks go down to {data.min():g} in {years:g} years; expected peaks above the threshold of {threshold:g}, and a time."
        )
    best = _fitted(
        lambda at: _loss("gpd", data, threshold, np.exp(at[0]), at[1]), (np.log(data.mean() - threshold),)
    )
    rate = len(data) / years
    return Extremes(
        "gpd", float(threshold), float(np.exp(best.x[0])), float(best.x[1]), data, rate, -float(best.fun)
    )


def annual_maxima(time: ArrayLike, value: ArrayLike, coverage: float = 0.8) -> tuple[Ints, Floats]:
    """Return calendar years (UTC) and the largest value of each; years that are not watched enough are left out.

    Parameters
    ----------
    time, value
        Microseconds or datetime64, increasing, and values, shape (n,); NaN for missing.
    coverage
        Share of the year's days that must have a value.
    """
    times, values = _series(time, value)
    day = times.astype("datetime64[us]").astype("datetime64[D]")
    year = day.astype("datetime64[Y]").astype(np.int64) + 1970
    years, largest = [], []
    for one in np.unique(year):
        inside = year == one
        if len(np.unique(day[inside])) >= coverage * 365.25:
            years.append(int(one))
            largest.append(float(values[inside].max()))
    return np.array(years, dtype=np.int64), np.array(largest)


def peaks(time: ArrayLike, value: ArrayLike, threshold: float, apart: float) -> tuple[Ints, Floats]:
    """Return time and value of the highest sample of each cluster over a threshold (runs declustering, Coles 2001, 5.3.2).

    Parameters
    ----------
    time, value
        Microseconds or datetime64, increasing, and values, shape (n,); NaN for missing.
    threshold
        In the unit of the values.
    apart
        Hours below the threshold after which a new cluster begins.

    Examples
    --------
    >>> hour = 3_600_000_000
    >>> peaks(np.arange(8) * hour, [0, 3, 4, 0, 3, 0, 0, 5], 2.0, 2.5)[1].tolist()
    [4.0, 5.0]
    """
    times, values = _series(time, value)
    over = np.flatnonzero(values > threshold)
    if not len(over):
        return np.zeros(0, np.int64), np.zeros(0)
    parts = np.split(over, np.flatnonzero(np.diff(times[over]) > apart * 3.6e9) + 1)
    top = np.array([part[int(np.argmax(values[part]))] for part in parts])
    return times[top], values[top]


def percentile(time: ArrayLike, value: ArrayLike, at: int, of: float, days: int = 15) -> float:
    """Return how many percent of the values of the same season were at or below a value (mid-rank).

    Parameters
    ----------
    time, value
        The past: microseconds or datetime64, and values, shape (n,); the year of `at` itself is left out.
    at
        Time of the value, microseconds.
    of
        The value.
    days
        Days before and after the same day of the year that count as its season.

    Returns
    -------
    float
        0 to 100; NaN where no other year was watched.

    Examples
    --------
    >>> day = 86_400_000_000
    >>> percentile(np.arange(3650) * day, np.arange(3650) % 365, 3650 * day, 7.0, days=7).__round__()
    47
    """
    times, values = _series(time, value)
    gone = (at - times) % YEAR
    near = np.minimum(gone, YEAR - gone) <= (days + 0.5) * 86_400e6
    near &= np.abs(times - at) > YEAR / 2
    if not near.any():
        return float("nan")
    chosen = values[near]
    return 100.0 * float((chosen < of).mean() + 0.5 * (chosen == of).mean())


def _growth(shape: float, odds: float) -> float:
    """Return (odds^shape - 1) / shape, its limit at 0."""
    return float(np.log(odds)) if abs(shape) < 1e-9 else float(np.expm1(shape * np.log(odds)) / shape)


def _level(kind: str, location: float, scale: float, shape: float, odds: float) -> float:  # noqa: ARG001  both alike
    return location + scale * _growth(shape, odds)


def _loss(kind: str, data: Floats, location: float, scale: float, shape: float) -> float:
    """Return the negative log-likelihood (Coles 2001, 3.7 and 4.10); large where the data are impossible."""
    if not scale > 0 or not np.isfinite(scale) or abs(shape) > 2:
        return 1e10
    excess = (data - location) / scale
    if abs(shape) < 1e-6:
        log = excess
    else:
        body = 1.0 + shape * excess
        if body.min() <= 0:
            return 1e10
        log = np.log(body) / shape
    total = len(data) * np.log(scale) + (1.0 + shape) * log.sum()
    return float(total + np.exp(-log).sum()) if kind == "gev" else float(total)


def _fitted(loss: Callable[[Floats], float], start: tuple[float, ...]) -> Any:
    """Return where a loss is least: the better of two searches, from a heavy tail and from a bounded one.

    `start` is all but the shape, which is the last of what is searched for.
    """
    found = [
        optimize.minimize(
            loss,
            (*start, shape),
            method="Nelder-Mead",
            options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 5000},
        )
        for shape in (0.1, -0.1)
    ]
    return min(found, key=lambda one: float(one.fun))


def _cross(beyond: Callable[[float], float], start: float, step: float, end: float | None = None) -> float:
    """Return where a function that is positive at `start` falls to 0 on one side; the end where it does not."""
    low = start
    for _ in range(60):
        high = low + step
        if end is not None and (high - end) * np.sign(step) >= 0:
            if beyond(end) > 0:
                return end
            high = end
        if beyond(high) <= 0:
            return (
                float(optimize.brentq(beyond, min(low, high), max(low, high), xtol=1e-6))
                if beyond(low) > 0
                else low
            )
        low, step = high, step * 1.5
    return end if end is not None else float(np.sign(step)) * np.inf


def _data(values: ArrayLike, what: str) -> Floats:
    data = np.asarray(values, dtype=np.float64)
    if data.ndim != 1 or len(data) < FEWEST or not np.isfinite(data).all() or np.ptp(data) == 0:
        raise InvalidInputError(
            f"There are {data.size} {what}, or gaps or nothing but equal values among them; expected at least {FEWEST} numbers. "
            "Watch longer, or lower the threshold."
        )
    return data


def _series(time: ArrayLike, value: ArrayLike) -> tuple[Ints, Floats]:
    given: Any = np.asarray(time)
    if given.dtype.kind == "M":
        given = given.astype("datetime64[us]")
    times, values = given.astype(np.int64), np.asarray(value, dtype=np.float64)
    if times.shape != values.shape or times.ndim != 1:
        raise InvalidInputError(
            f"Times and values have the shapes {times.shape} and {values.shape}; expected the same length."
        )
    kept = np.isfinite(values)
    return times[kept], values[kept]
