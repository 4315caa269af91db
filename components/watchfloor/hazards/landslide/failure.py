"""When a slope that moves ever faster will fail: the inverse of its velocity falls to zero."""

from dataclasses import dataclass

import numpy as np

from watchfloor.core.errors import InvalidInputError

__all__ = ["Failure", "failure", "speeds"]

_LEAST = 6


@dataclass(frozen=True)
class Failure:
    """What the inverse velocity says.

    Parameters
    ----------
    time
        Of failure, s, on the axis of the readings.
    spread
        Its standard deviation, s.
    speed
        Now, mm/s.
    fit
        Share of the inverse velocity's variance that the line explains.
    """

    time: float
    spread: float
    speed: float
    fit: float

    def between(self, share: float = 0.9) -> tuple[float, float]:
        """Return the times between which it fails with a probability."""
        from scipy.special import ndtri

        wide = float(ndtri(0.5 + share / 2.0)) * self.spread
        return self.time - wide, self.time + wide


def speeds(time: np.ndarray, moved: np.ndarray, window: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return middle times, speeds and their standard errors by straight lines through some readings each.

    Parameters
    ----------
    time
        Seconds, rising.
    moved
        mm; readings that are not there are left out beforehand.
    window
        Readings a line; lines do not share readings, so that their errors are independent.
    """
    count = time.size // window
    t = time[time.size - count * window :].reshape(count, window)
    x = moved[moved.size - count * window :].reshape(count, window)
    middle = t.mean(axis=1)
    away = t - middle[:, None]
    wide = np.sum(away**2, axis=1)
    speed = np.sum(away * (x - x.mean(axis=1, keepdims=True)), axis=1) / wide
    # noise about the lines, of all windows together: one window alone knows too little of it
    rest = x - x.mean(axis=1, keepdims=True) - speed[:, None] * away
    noise = float(np.sqrt(np.sum(rest**2) / max(1, count * (window - 2))))
    return middle, speed, noise / np.sqrt(wide)


def failure(time: np.ndarray, moved: np.ndarray, *, window: int = 5, last: int = 12) -> Failure | None:
    """Return when a slope fails by its inverse velocity, or None where it does not speed up beyond doubt.

    The inverse velocity of creep before failure falls along a line (Fukuzono 1985; Voight 1989,
    doi:10.1126/science.243.4888.200, with alpha 2); where the line meets zero it fails.

    Parameters
    ----------
    time
        Seconds, rising.
    moved
        Displacement, mm; NaN is not measured.
    window
        Readings of one speed.
    last
        How many of the last speeds are looked at.

    Raises
    ------
    InvalidInputError
        If times do not rise or the two are not as long as each other.

    Examples
    --------
    >>> hours = np.arange(0.0, 40.0, 0.25)
    >>> found = failure(hours * 3600.0, -20.0 * np.log(1.0 - hours / 48.0))
    >>> abs(found.time / 3600.0 - 48.0) < 0.2
    True
    """
    time, moved = np.asarray(time, float), np.asarray(moved, float)
    if time.shape != moved.shape or time.ndim != 1:
        raise InvalidInputError(
            f"There are {time.size} times and {moved.size} displacements; expected as many."
        )
    known = np.isfinite(moved)
    time, moved = time[known], moved[known]
    if time.size and np.any(np.diff(time) <= 0):
        raise InvalidInputError("The times of the readings do not rise; sort them and drop what is double.")
    if window < 3:
        raise InvalidInputError(f"A speed of {window} readings has no error; expected 3 or more.")
    if time.size < _LEAST * window:
        return None
    middle, speed, error = (values[-last:] for values in speeds(time, moved, window))
    sure = speed > 2.0 * error
    if sure.size < _LEAST or not sure[-3:].all():
        return None
    # from the last reading back: before it sped up there is another line
    begin = int(np.max(np.nonzero(~sure)[0], initial=-1)) + 1
    middle, speed, error = middle[begin:], speed[begin:], error[begin:]
    if speed.size < 4:
        return None
    inverse = 1.0 / speed
    weight = np.square(speed**2 / np.maximum(error, 1e-12 * speed))
    weight = weight / weight.sum()
    # no one speed may decide alone: the last, fastest ones weigh most
    weight = np.minimum(weight, 3.0 / speed.size)
    weight = weight / weight.sum()
    here = float(weight @ middle)
    level = float(weight @ inverse)
    away = middle - here
    wide = float(weight @ away**2)
    slope = float(weight @ (away * (inverse - level))) / wide
    rest = inverse - level - slope * away
    whole = float(weight @ np.square(inverse - level))
    fit = 1.0 - float(weight @ rest**2) / whole if whole > 0 else 0.0
    free = max(1, speed.size - 2)
    effective = 1.0 / float(weight @ weight)
    scatter = float(weight @ rest**2) * speed.size / free
    of_level, of_slope = scatter / effective, scatter / (effective * wide)
    if slope >= -2.0 * np.sqrt(of_slope):
        return None
    left = -level / slope
    spread = float(np.sqrt(of_level + left**2 * of_slope)) / abs(slope)
    found = here + left
    if found <= time[-1]:
        return None
    return Failure(found, spread, float(speed[-1]), fit)
