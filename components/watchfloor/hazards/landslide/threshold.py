"""Rain that sets slides going: intensity and duration against published thresholds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from watchfloor.core.errors import InvalidInputError, UnknownNameError

__all__ = ["THRESHOLDS", "Threshold", "ratio", "threshold"]


@dataclass(frozen=True)
class Threshold:
    """``I = alpha D^-beta``: mean rain, mm/h, above which slides were seen, by duration in hours.

    Parameters
    ----------
    alpha, beta
        Of the line.
    shortest, longest
        Durations that it holds for, h.
    source
        Where it is from.

    Examples
    --------
    >>> round(float(THRESHOLDS["caine 1980"].rain(24.0)), 2)
    4.29
    """

    alpha: float
    beta: float
    shortest: float
    longest: float
    source: str

    def rain(self, hours: Any) -> Any:
        """Return the mean rain of a duration, mm/h."""
        return self.alpha * np.asarray(hours, float) ** -self.beta


THRESHOLDS: dict[str, Threshold] = {
    "caine 1980": Threshold(14.82, 0.39, 1.0 / 6.0, 500.0, "Caine 1980, doi:10.1080/04353676.1980.11879996"),
    "guzzetti 2008": Threshold(
        2.20, 0.44, 0.1, 1000.0, "Guzzetti et al. 2008, doi:10.1007/s10346-007-0112-1"
    ),
}
"""Of the whole world: that of 1980 goes through the middle of what was known, that of 2008 is the least that ever did."""
_EDGES = 160


def threshold(name: str) -> Threshold:
    """Look up a threshold."""
    if name not in THRESHOLDS:
        raise UnknownNameError("threshold", name, THRESHOLDS)
    return THRESHOLDS[name]


def ratio(edges: np.ndarray, rain: np.ndarray, line: Threshold) -> np.ndarray:
    """Return the largest ratio of mean rain to the threshold, over all windows of a run.

    Parameters
    ----------
    edges
        Seconds, rising: beginnings of the steps, and the end of the last.
    rain
        mm/h of each step, shape (steps, ...).
    line
        The threshold.

    Returns
    -------
    numpy.ndarray
        Of the shape of a step; above 1 the threshold is passed. It is proportional to the rain.

    Examples
    --------
    >>> line = THRESHOLDS["caine 1980"]
    >>> float(ratio(np.array([0.0, 86_400.0]), np.array([line.rain(24.0)]), line).round(6))
    1.0
    """
    if edges.size != rain.shape[0] + 1:
        raise InvalidInputError(
            f"There are {rain.shape[0]} steps of rain and {edges.size} edges; expected one more edge."
        )
    hours = np.diff(edges) / 3600.0
    flat = rain.reshape(rain.shape[0], -1)
    depth = np.concatenate([np.zeros((1, flat.shape[1])), np.cumsum(flat * hours[:, None], axis=0)])
    at = np.concatenate([[0.0], np.cumsum(hours)])
    if at.size > _EDGES:
        # windows between fewer edges: long ones lose nothing, and short steps are not told apart by a day's edges
        kept = np.unique(np.linspace(0, at.size - 1, _EDGES).round().astype(int))
        at, depth = at[kept], depth[kept]
    length = at[None, :] - at[:, None]
    first, last = np.nonzero((length >= line.shortest - 1e-9) & (length <= line.longest + 1e-9))
    if not first.size:
        return np.zeros(rain.shape[1:])
    need = 1.0 / (line.rain(length[first, last]) * length[first, last])
    # what `nonzero` returns is strided but where it is short: contiguous, it is one type, and compiled once
    found = _largest(
        np.ascontiguousarray(depth), np.ascontiguousarray(first), np.ascontiguousarray(last), need
    )
    return np.asarray(found.reshape(rain.shape[1:]))


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _largest(depth, first, last, need):  # type: ignore[no-untyped-def]
    """Return the largest of (depth[last] - depth[first]) * need, by column."""
    found = np.zeros(depth.shape[1])
    for k in range(first.size):
        begin, end, factor = depth[first[k]], depth[last[k]], need[k]
        for i in range(found.size):
            found[i] = max(found[i], (end[i] - begin[i]) * factor)
    return found
