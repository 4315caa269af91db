"""How many people one case infects now, and how many cases that makes: Rt after Cori et al., and the renewal equation."""

from typing import Any, NamedTuple

import numpy as np
from scipy.special import gammainc, gammaincinv

from watchfloor.core.errors import InvalidInputError

__all__ = ["Reproduction", "infectivity", "renewal", "reproduction", "serial_interval"]


class Reproduction(NamedTuple):
    """Reproduction numbers of windows of days: first and last day, and the gamma posterior's shape and scale."""

    first: np.ndarray
    last: np.ndarray
    shape: np.ndarray
    scale: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Posterior mean."""
        return np.asarray(self.shape * self.scale)

    @property
    def deviation(self) -> np.ndarray:
        """Posterior standard deviation."""
        return np.asarray(np.sqrt(self.shape) * self.scale)

    def quantile(self, share: float) -> np.ndarray:
        """Posterior quantile."""
        return np.asarray(gammaincinv(self.shape, share) * self.scale)


def _gamma(at: np.ndarray, mean: float, deviation: float) -> np.ndarray:
    """Return the cumulative gamma distribution of a mean and a standard deviation."""
    shape = (mean / deviation) ** 2
    return np.asarray(gammainc(shape, np.maximum(at, 0.0) / (deviation**2 / mean)))


def serial_interval(mean: float, deviation: float, days: int = 30) -> np.ndarray:
    """Return how probably a case is reported so many days after the one who infected it; the first is day 0.

    Gamma, shifted by a day (Cori, Ferguson, Fraser and Cauchemez 2013, doi:10.1093/aje/kwt133, web appendix 11).

    Parameters
    ----------
    mean, deviation
        Of the serial interval, days; the mean is above 1.
    days
        Length of the answer.

    Examples
    --------
    >>> serial_interval(2.6, 1.5)[1:4].round(7).tolist()
    [0.2331721, 0.3585794, 0.1981108]
    """
    if mean <= 1.0 or deviation <= 0.0:
        raise InvalidInputError(
            f"A serial interval of {mean:g} days (standard deviation {deviation:g}) cannot be used; expected a mean above 1 "
            "and a positive deviation."
        )
    k = np.arange(days, dtype=float)
    centre = mean - 1.0
    wide, broad = centre + deviation**2 / centre, deviation * np.sqrt(1.0 + (deviation / centre) ** 2)

    def one(at: np.ndarray) -> np.ndarray:
        return _gamma(at, centre, deviation)

    def two(at: np.ndarray) -> np.ndarray:
        return _gamma(at, wide, broad)

    found = k * one(k) + (k - 2) * one(k - 2) - 2 * (k - 1) * one(k - 1)
    found += centre * (2 * two(k - 1) - two(k - 2) - two(k))
    found[0] = 0.0
    return np.asarray(np.maximum(found, 0.0))


def infectivity(cases: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return how much infection earlier cases make felt on each day, shape as `cases` (days first).

    Parameters
    ----------
    cases
        Of each day, shape (day, ...).
    weights
        Of the serial interval; the first is day 0.
    """
    found = np.zeros(cases.shape, float)
    for lag in range(1, min(weights.size, cases.shape[0])):
        found[lag:] += weights[lag] * cases[:-lag]
    return found


def reproduction(
    cases: Any, weights: np.ndarray, window: int = 7, prior: tuple[float, float] = (1.0, 5.0)
) -> Reproduction:
    """Estimate the reproduction number of each window of days (Cori et al. 2013).

    Parameters
    ----------
    cases
        Of each day, none missing, shape (day,).
    weights
        Of the serial interval; the first is day 0.
    window
        Days.
    prior
        Shape and scale of the gamma prior.

    Examples
    --------
    >>> found = reproduction([1, 1, 0, 2, 5, 3, 3, 3, 6, 2], serial_interval(2.6, 1.5))
    >>> found.mean.round(6).tolist()
    [1.735798, 1.749168, 1.537058]
    """
    series = np.asarray(cases, float)
    if series.ndim != 1 or series.size < window + 1:
        raise InvalidInputError(
            f"There are {series.size} days of cases; a window of {window} days needs at least {window + 1}."
        )
    if not np.all(np.isfinite(series)) or np.any(series < 0):
        raise InvalidInputError("Cases are missing or negative on some days; fill or correct them first.")
    felt = np.concatenate([[0.0], np.cumsum(infectivity(series, weights))])
    seen = np.concatenate([[0.0], np.cumsum(series)])
    first = np.arange(1, series.size - window + 1)
    last = first + window
    shape = prior[0] + seen[last] - seen[first]
    scale = 1.0 / (1.0 / prior[1] + felt[last] - felt[first])
    return Reproduction(first, last - 1, shape, scale)


def renewal(
    cases: np.ndarray, weights: np.ndarray, numbers: np.ndarray, days: int, rng: np.random.Generator
) -> np.ndarray:
    """Carry a series of cases on by the renewal equation, with Poisson chance (Fraser 2007, doi:10.1371/journal.pone.0000758).

    Parameters
    ----------
    cases
        Of each day, shape (day,).
    weights
        Of the serial interval; the first is day 0.
    numbers
        Reproduction number of each draw, shape (draw,).
    days
        To come.
    rng
        Of chance.

    Returns
    -------
    numpy.ndarray
        Cases of each draw and day to come.
    """
    past = np.asarray(cases, float)
    series = np.concatenate(
        [np.broadcast_to(past, (numbers.size, past.size)), np.zeros((numbers.size, days))], axis=1
    )
    back = weights[1:][::-1]
    for day in range(past.size, past.size + days):
        reach = min(back.size, day)
        felt = series[:, day - reach : day] @ back[back.size - reach :]
        series[:, day] = rng.poisson(numbers * felt)
    return series[:, past.size :]
