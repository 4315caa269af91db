"""How many cases of the last days are not reported yet: the chain ladder on a reporting triangle.

Mack 1993 (doi:10.2143/AST.23.2.2005092) for the development factors; delays and chance are drawn by parametric bootstrap
(after England and Verrall 2002, doi:10.1017/S1357321700003809), so that the answer is a distribution.
"""

import numpy as np

from watchfloor.core.errors import InvalidInputError

__all__ = ["nowcast", "reported"]


def reported(triangle: np.ndarray) -> np.ndarray:
    """Return what part of a day's cases is reported after so many days, shape (delay,).

    Parameters
    ----------
    triangle
        Cases by day and delay in days, shape (day, delay); NaN where the report is yet to come.

    Examples
    --------
    >>> reported(np.array([[6.0, 3.0, 1.0], [12.0, 6.0, np.nan], [6.0, np.nan, np.nan]])).round(3).tolist()
    [0.6, 0.9, 1.0]
    """
    known = np.isfinite(triangle)
    total = np.cumsum(np.where(known, triangle, 0.0), axis=1)
    delays = triangle.shape[1]
    factors = np.ones(delays)
    for delay in range(1, delays):
        rows = known[:, delay]
        before = total[rows, delay - 1].sum()
        factors[delay] = total[rows, delay].sum() / before if before > 0 else 1.0
    growth = np.cumprod(factors[::-1])[::-1]
    return np.asarray(np.append(1.0 / growth[1:], 1.0))


def nowcast(
    triangle: np.ndarray, draws: int = 1000, rng: np.random.Generator | None = None, spread: float = 0.0
) -> np.ndarray:
    """Return draws of how many cases each day will have once all is reported, shape (draw, day).

    Parameters
    ----------
    triangle
        Cases by day and delay in days, shape (day, delay); NaN where the report is yet to come. The longest delay must be
        known for at least one day.
    draws
        How many.
    rng
        Of chance; seeded with 0 where none is given.
    spread
        By how much more than Poisson the counts vary: their variance is ``1 + spread`` times their mean.

    Raises
    ------
    InvalidInputError
        If the triangle is none.
    """
    table = np.asarray(triangle, float)
    if table.ndim != 2 or not np.all(np.isfinite(table[:, 0])):
        raise InvalidInputError(
            "The reporting triangle needs days and delays, and the first delay of every day."
        )
    known = np.isfinite(table)
    if np.any(np.diff(known.astype(int), axis=1) > 0) or not known[:, -1].any():
        raise InvalidInputError(
            "The reporting triangle has gaps, or no day is reported to the end; leave out delays that no day has reached."
        )
    if np.any(table[known] < 0):
        raise InvalidInputError("The reporting triangle has negative counts; net out corrections first.")
    chance = rng if rng is not None else np.random.default_rng(0)
    days, delays = table.shape
    reach = known.sum(axis=1) - 1
    seen = np.where(known, table, 0.0).sum(axis=1)
    share = reported(table)
    step = np.diff(np.concatenate([[0.0], share]))
    whole = seen / np.maximum(share[reach], 1e-9)
    expected = whole[:, None] * step[None, :]
    found = np.empty((draws, days))
    for draw in range(draws):
        again = np.where(known, _counts(expected, spread, chance), np.nan)
        redrawn = reported(again)
        part = np.maximum(redrawn[reach], 1e-6)
        # of N cases, seen are Binomial(N, part): what is still to come is negative binomial (half a case for the unseen)
        rate = chance.gamma((seen + 0.5) / (1.0 + spread), 1.0 + spread) * (1.0 - part) / part
        found[draw] = seen + np.where(reach < delays - 1, chance.poisson(rate), 0.0)
    return found


def _counts(mean: np.ndarray, spread: float, rng: np.random.Generator) -> np.ndarray:
    """Draw counts with a variance of ``1 + spread`` times the mean."""
    mean = np.maximum(mean, 0.0)
    if spread <= 0:
        return np.asarray(rng.poisson(mean), float)
    return np.asarray(rng.poisson(rng.gamma(np.maximum(mean, 1e-9) / spread, spread)), float)
