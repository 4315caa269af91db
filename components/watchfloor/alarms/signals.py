"""What rules hold against limits: extremes, means, swings, order statistics and trends of a window that ends now.

Each answer depends on the samples of its window alone and is added up in the order of their times, so that it is the
same to the last bit however much is worked out at once.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchfloor.store.cube.compiled import compiled

__all__ = ["across", "held", "nth", "position", "rolling", "swing", "trend"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
_MODES = {"min": 0, "max": 1, "mean": 2}
_SWINGS = {"rise": 0, "fall": 1, "change": 2}


def rolling(value: Floats, time: Ints, begin: int, window: int, of: str, least: int = 1) -> Floats:
    """Return the min, max or mean of the samples in (t - window, t] for the columns from `begin` on.

    Parameters
    ----------
    value
        float32[r, m], NaN where missing.
    time
        int64[m], microseconds; int64[r, m] where each row has times of its own.
    begin
        First column that is wanted.
    window
        Microseconds.
    of
        ``min``, ``max`` or ``mean``.
    least
        Samples that must be there; NaN where there are fewer.

    Returns
    -------
    numpy.ndarray
        float32[r, m - begin].

    Examples
    --------
    >>> rolling(np.float32([[1, 5, 3]]), np.array([0, 10, 20]), 1, 20, "mean").tolist()
    [[3.0, 4.0]]
    """
    out = np.full((len(value), value.shape[1] - begin), np.nan, np.float32)
    for part, at, into in _lanes(value, time, out):
        _rolling(part, at, begin, window, _MODES[of], least, into)
    return out


def swing(value: Floats, time: Ints, begin: int, window: int, of: str, least: int = 1) -> Floats:
    """Return how far the newest value is above the smallest (rise), or below the largest (fall), of [t - window, t].

    Of both the larger one is the ``change``. Arguments are those of `rolling`.

    Examples
    --------
    >>> swing(np.float32([[1, 5, 3]]), np.array([0, 10, 20]), 0, 20, "fall").tolist()
    [[0.0, 0.0, 2.0]]
    """
    out = np.full((len(value), value.shape[1] - begin), np.nan, np.float32)
    for part, at, into in _lanes(value, time, out):
        _swing(part, at, begin, window, _SWINGS[of], least, into)
    return out


def nth(
    value: Floats,
    time: Ints,
    begin: int,
    window: int,
    samples: int,
    n: int,
    share: float,
    largest: bool,
    least: int,
) -> Floats:
    """Return the n-th largest (or smallest) of the last samples.

    Parameters
    ----------
    value, time, begin
        As in `rolling`.
    window
        Only samples in [t - window, t].
    samples
        Only the last so many columns; 0 for all of the window.
    n
        Which one; 0 to have `share` say it.
    share
        Share of the samples that are at least as large: 1 gives the smallest, 0.5 the median.
    largest
        Whether counted from the largest one.
    least
        Samples that must be there.

    Examples
    --------
    >>> nth(np.float32([[4, 1, 3]]), np.array([0, 10, 20]), 2, 100, 3, 2, 0.0, True, 1).tolist()
    [[3.0]]
    """
    out = np.full((len(value), value.shape[1] - begin), np.nan, np.float32)
    for part, at, into in _lanes(value, time, out):
        _nth(part, at, begin, window, samples, n, share, 1 if largest else -1, least, into)
    return out


def trend(value: Floats, time: Ints, begin: int, window: int, ahead: int, z: float, least: int) -> Floats:
    """Return what a straight line through the last samples will reach.

    The ordinary least-squares line through the samples of [t - window, t] is prolonged by `ahead`; `z` standard
    errors of a prediction (Draper & Smith 1998, Applied Regression Analysis, 3rd ed., eq. 3.1.6) are added.

    Parameters
    ----------
    value, time, begin, window
        As in `rolling`.
    ahead
        Microseconds after the newest sample.
    z
        Standard errors.
    least
        Samples that must be there, at least 3.

    Examples
    --------
    >>> trend(np.float32([[1, 2, 3, 4]]), np.arange(4) * 1_000_000, 3, 10_000_000, 2_000_000, 0.0, 3).tolist()
    [[6.0]]
    """
    out = np.full((len(value), value.shape[1] - begin), np.nan, np.float32)
    for part, at, into in _lanes(value, time, out):
        _trend(part, at, begin, window, ahead, z, max(least, 3), into)
    return out


def held(value: Floats, columns: int) -> Floats:
    """Return values with gaps of at most so many columns filled with the value before.

    Examples
    --------
    >>> held(np.float32([[1, np.nan, np.nan]]), 1).tolist()
    [[1.0, 1.0, nan]]
    """
    out = value.copy()
    _held(out, columns)
    return out


def position(value: Floats, high: Floats, low: Floats) -> Floats:
    """Return how many levels each value has reached, with the share of the way to the next as a fraction.

    So stations with different limits can be compared. The way to the first level is as long as that to the
    second, or as the first limit is large if that is less; beyond the last there is nothing more.

    Parameters
    ----------
    value
        float32[r, m].
    high, low
        float32[r, N]; NaN for a side or a level that there is not.

    Examples
    --------
    >>> position(np.float32([[1.0, 2.0, 3.0, 9.0]]), np.float32([[2, 4]]), np.float32([[np.nan, np.nan]])).tolist()
    [[0.5, 1.0, 1.5, 2.0]]
    """
    out = np.full(value.shape, np.nan, np.float32)
    _position(value, high, low, out)
    return out


def across(value: Floats, rows: Ints, n: int, out: Floats) -> None:
    """Write the n-th largest value of some rows of each column; NaN where fewer than n have one.

    Parameters
    ----------
    value
        float32[r, m], none of them negative; NaN where missing.
    rows
        int64[k].
    n
        Which one, from 1.
    out
        float32[m].

    Examples
    --------
    >>> out = np.empty(2, np.float32)
    >>> across(np.float32([[1, 5], [3, np.nan], [2, 4]]), np.array([0, 1, 2]), 2, out)
    >>> out.tolist()
    [2.0, 4.0]
    """
    _across(value, rows, n, out)


def _lanes(value: Floats, time: Ints, out: Floats) -> Iterator[tuple[Floats, Ints, Floats]]:
    """Yield rows of the same times together: all of them, or one after the other."""
    if time.ndim == 1:
        yield value, time, out
        return
    for row in range(len(value)):
        yield value[row : row + 1], time[row], out[row : row + 1]


@compiled()
def _across(value: Floats, rows: Ints, n: int, out: Floats) -> None:
    best = np.empty(n, np.float32)
    for column in range(value.shape[1]):
        best[:] = -1.0
        for row in rows:
            here = value[row, column]
            if here == here and here > best[n - 1]:  # noqa: PLR0124  not NaN
                at = n - 1
                while at > 0 and best[at - 1] < here:
                    best[at] = best[at - 1]
                    at -= 1
                best[at] = here
        out[column] = best[n - 1] if best[n - 1] >= 0 else np.float32(np.nan)


@compiled()
def _rolling(value: Floats, time: Ints, begin: int, window: int, mode: int, least: int, out: Floats) -> None:
    first = 0
    for column in range(begin, len(time)):
        while time[first] <= time[column] - window:
            first += 1
        for row in range(len(value)):
            count, total = 0, 0.0
            low, high = np.float32(np.inf), np.float32(-np.inf)
            for at in range(first, column + 1):
                here = value[row, at]
                if here == here:  # noqa: PLR0124  not NaN
                    count += 1
                    total += here
                    low = min(low, here)
                    high = max(high, here)
            if count >= least and count > 0:
                if mode == 0:
                    out[row, column - begin] = low
                elif mode == 1:
                    out[row, column - begin] = high
                else:
                    out[row, column - begin] = total / count


@compiled()
def _swing(value: Floats, time: Ints, begin: int, window: int, mode: int, least: int, out: Floats) -> None:
    first = 0
    for column in range(begin, len(time)):
        while time[first] < time[column] - window:
            first += 1
        for row in range(len(value)):
            now = value[row, column]
            if now != now:  # noqa: PLR0124  NaN
                continue
            count = 0
            low, high = now, now
            for at in range(first, column + 1):
                here = value[row, at]
                if here == here:  # noqa: PLR0124  not NaN
                    count += 1
                    low = min(low, here)
                    high = max(high, here)
            if count >= least:
                rise, fall = now - low, high - now
                out[row, column - begin] = rise if mode == 0 else fall if mode == 1 else max(rise, fall)


@compiled()
def _nth(
    value: Floats, time: Ints, begin: int, window: int, samples: int, n: int, share: float, sign: int, least: int, out: Floats
) -> None:  # fmt: skip
    first = 0
    buffer = np.empty(len(time), np.float32)
    for column in range(begin, len(time)):
        while time[first] < time[column] - window:
            first += 1
        start = max(first, column + 1 - samples) if samples > 0 else first
        for row in range(len(value)):
            if value[row, column] != value[row, column]:
                continue
            count = 0
            for at in range(start, column + 1):
                here = value[row, at]
                if here == here:  # noqa: PLR0124  not NaN
                    buffer[count] = -here * sign
                    count += 1
            if count < least:
                continue
            place = n if n > 0 else max(1, int(np.ceil(count * share - 1e-9)))
            if place <= count:
                if count > 48:
                    buffer[:count].sort()
                else:  # by insertion: a few values are in order sooner than a sort is called
                    for at in range(1, count):
                        here, to = buffer[at], at
                        while to > 0 and buffer[to - 1] > here:
                            buffer[to] = buffer[to - 1]
                            to -= 1
                        buffer[to] = here
                out[row, column - begin] = -buffer[place - 1] * sign


@compiled()
def _trend(
    value: Floats, time: Ints, begin: int, window: int, ahead: int, z: float, least: int, out: Floats
) -> None:
    first = 0
    for column in range(begin, len(time)):
        while time[first] < time[column] - window:
            first += 1
        for row in range(len(value)):
            if value[row, column] != value[row, column]:
                continue
            count, sx, sy = 0, 0.0, 0.0
            for at in range(first, column + 1):
                here = value[row, at]
                if here == here:  # noqa: PLR0124  not NaN
                    count += 1
                    sx += (time[at] - time[column]) * 1e-6
                    sy += here
            if count < least:
                continue
            mx, my = sx / count, sy / count
            sxx, sxy, syy = 0.0, 0.0, 0.0
            for at in range(first, column + 1):
                here = value[row, at]
                if here == here:  # noqa: PLR0124  not NaN
                    dx, dy = (time[at] - time[column]) * 1e-6 - mx, here - my
                    sxx += dx * dx
                    sxy += dx * dy
                    syy += dy * dy
            if sxx <= 0.0:
                continue
            slope = sxy / sxx
            away = ahead * 1e-6 - mx
            spread = max(0.0, syy - slope * sxy) / (count - 2)
            error = np.sqrt(spread * (1.0 + 1.0 / count + away * away / sxx))
            out[row, column - begin] = my + slope * away + z * error


@compiled()
def _held(value: Floats, columns: int) -> None:
    for row in range(len(value)):
        last, since = np.float32(np.nan), 0
        for column in range(value.shape[1]):
            here = value[row, column]
            if here == here:  # noqa: PLR0124  not NaN
                last, since = here, 0
            else:
                since += 1
                if since <= columns:
                    value[row, column] = last


@compiled()
def _position(value: Floats, high: Floats, low: Floats, out: Any) -> None:  # noqa: PLR0912  one loop for the compiler
    levels = high.shape[1]
    for row in range(len(value)):
        for column in range(value.shape[1]):
            here = value[row, column]
            if here != here:  # noqa: PLR0124  NaN
                continue
            best = np.float32(0.0)
            for side in range(2):
                limits = high if side == 0 else low
                sign = np.float32(1.0) if side == 0 else np.float32(-1.0)
                if not limits[row, 0] == limits[row, 0]:  # noqa: SIM201  NaN
                    continue
                reached, count = 0, 0
                for at in range(levels):
                    if limits[row, at] == limits[row, at]:
                        count = at + 1
                        if sign * here >= sign * limits[row, at]:
                            reached = at + 1
                if reached >= count:
                    found = np.float32(count)
                else:
                    top = sign * limits[row, reached]
                    if reached > 0:
                        size = top - sign * limits[row, reached - 1]
                    else:
                        size = abs(limits[row, 0])
                        if count > 1:
                            apart = sign * limits[row, 1] - top
                            size = min(size, apart) if size > 0 else apart
                    found = np.float32(reached)
                    if size > 0:
                        # Rounding must never lift a value onto a level that it has not reached.
                        found += min(max(np.float32(0.0), 1 - (top - sign * here) / size), np.float32(0.9999))
                best = max(best, found)
            out[row, column] = best
