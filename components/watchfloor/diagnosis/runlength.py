"""How long a control chart runs before it calls: when all is well, and after a shift.

Computed from the chart's Markov chain (Brook & Evans 1972, doi:10.1093/biomet/59.3.539), not drawn by lot; a trend rule
says with it how often it will call for nothing.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from watchfloor.core.errors import InvalidInputError

__all__ = ["cusum_run_length", "ewma_run_length", "siegmund"]

_STATES = 501


def cusum_run_length(
    limit: float, allowance: float = 0.5, shift: float = 0.0, *, sides: int = 2, states: int = _STATES
) -> float:
    """Return the average run length of a CUSUM chart of independent normal values.

    Parameters
    ----------
    limit
        Decision interval h, standard deviations.
    allowance
        Reference value k, standard deviations.
    shift
        Shift of the mean, standard deviations, from the first value on.
    sides
        1 for the upper sum alone, 2 for both (1/ARL is the sum of both sides' 1/ARL: Kemp 1961, as the two
        sums are never beyond at once).
    states
        States that the range from 0 to h is divided into.

    Returns
    -------
    float
        Values to the first call.

    Examples
    --------
    >>> [round(cusum_run_length(4.0, shift=shift), 2) for shift in (0.0, 1.0)]
    [167.68, 8.38]
    """
    _positive(limit=limit, states=states)
    if sides == 1:
        return _upper(limit, allowance, shift, states)
    if sides != 2:
        raise InvalidInputError(f"A chart has {sides} sides; expected 1 or 2.")
    return 1.0 / (
        1.0 / _upper(limit, allowance, shift, states) + 1.0 / _upper(limit, allowance, -shift, states)
    )


def siegmund(limit: float, allowance: float = 0.5, shift: float = 0.0) -> float:
    """Return Siegmund's approximation of the average run length of a two-sided CUSUM chart.

    ``ARL = (exp(-2 d b) + 2 d b - 1) / (2 d^2)`` with ``d = shift - k`` and ``b = h + 1.166`` (Siegmund 1985, *Sequential Analysis*,
    doi:10.1007/978-1-4757-1862-1; so used by Montgomery).

    Examples
    --------
    >>> round(siegmund(4.0), 1), round(siegmund(5.0, shift=1.0), 2)
    (169.0, 10.34)
    """

    def side(drift: float) -> float:
        width = limit + 1.166
        if abs(drift) < 1e-9:
            return width**2
        return (math.exp(-2 * drift * width) + 2 * drift * width - 1) / (2 * drift**2)

    return 1.0 / (1.0 / side(shift - allowance) + 1.0 / side(-shift - allowance))


def ewma_run_length(limit: float, weight: float, shift: float = 0.0, *, states: int = _STATES) -> float:
    """Return the average run length of an EWMA chart of independent normal values, with its asymptotic limits.

    Parameters
    ----------
    limit
        L, standard deviations of the weighted mean.
    weight
        Weight of the newest value, above 0 and at most 1.
    shift
        Shift of the mean, standard deviations of a value, from the first value on.
    states
        States between the limits; odd, so that one of them is the target.

    Examples
    --------
    >>> [round(ewma_run_length(2.814, 0.1, shift), 1) for shift in (0.0, 1.0)]
    [499.5, 10.3]
    """
    _positive(limit=limit, states=states)
    if not 0 < weight <= 1:
        raise InvalidInputError(f"The weight is {weight}; expected more than 0 and at most 1.")
    states |= 1
    edge = limit * math.sqrt(weight / (2.0 - weight))
    width = 2.0 * edge / states
    middle = -edge + width * (np.arange(states) + 0.5)
    reach = (1.0 - weight) * middle[:, None]
    high = ndtr((middle[None, :] + width / 2 - reach) / weight - shift)
    low = ndtr((middle[None, :] - width / 2 - reach) / weight - shift)
    return float(_absorbed(high - low)[states // 2])


def _upper(limit: float, allowance: float, shift: float, states: int) -> float:
    """Return the average run length of the upper sum, started at 0: state 0 is the sum 0, the others are equally wide."""
    width = 2.0 * limit / (2 * states - 1)
    middle = width * np.arange(states)
    step = middle[None, :] - middle[:, None] + allowance - shift
    chance = ndtr(step + width / 2) - ndtr(step - width / 2)
    chance[:, 0] = ndtr(step[:, 0] + width / 2)
    return float(_absorbed(chance)[0])


def _absorbed(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean number of steps to absorption from each state."""
    size = len(chance)
    return np.asarray(np.linalg.solve(np.eye(size) - chance, np.ones(size)), dtype=np.float64)


def _positive(**given: float) -> None:
    for name, value in given.items():
        if not value > 0:
            raise InvalidInputError(f"The {name} is {value}; expected more than 0.")
