"""How two series of a stretch of time go together, told in JSON's types; what is flagged bad is left out first."""

import math
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from watchfloor.core.clock import micros
from watchfloor.core.errors import WatchfloorError
from watchfloor.core.quality import Flag
from watchfloor.diagnosis.compare import Lags, double_mass, lag_correlation, travel_time
from watchfloor.security.text import plain
from watchfloor.store.cube import Cube
from watchfloor.store.cube.intake import merged

__all__ = ["SPANS", "Span", "Stretch", "compare", "step_of", "stretch", "thinned"]

_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
_GRID = 4500
"""Most steps of a grid: a correlation at every lag of it is a second's work."""
_LAGS = 150


class Span(NamedTuple):
    """How far back is looked.

    Parameters
    ----------
    hours
        Length.
    most
        Largest lag that is looked at, seconds.
    mass
        Step of the double-mass curve, seconds: at least 20 of them are in a span.
    """

    hours: float
    most: float
    mass: float


SPANS: dict[str, Span] = {
    "24h": Span(24.0, 6 * 3600.0, 3600.0),
    "3d": Span(72.0, 12 * 3600.0, 3600.0),
    "7d": Span(168.0, 24 * 3600.0, 10_800.0),
    "30d": Span(720.0, 48 * 3600.0, 86_400.0),
    "1y": Span(8766.0, 120 * 3600.0, 86_400.0),
}
"""What can be looked at."""


class Stretch(NamedTuple):
    """Values of one series that can be used.

    Parameters
    ----------
    time
        Microseconds since 1970 UTC, int64[n].
    value
        In the series' unit, float64[n], all finite.
    left
        How many values were left out because they are flagged bad.
    """

    time: NDArray[np.int64]
    value: NDArray[np.float64]
    left: int

    @property
    def cadence(self) -> float | None:
        """Median seconds from one value to the next; None for fewer than three values."""
        return float(np.median(np.diff(self.time))) / 1e6 if len(self.time) > 2 else None


def stretch(store: Any, name: str, start: datetime, end: datetime, as_of: datetime | None = None) -> Stretch:
    """Return what can be used of a series from `start` up to, but not at, `end`, as of a known time.

    Values flagged bad by their source or by the checks of quality are left out and counted; missing ones are left out.
    """
    if as_of is None:
        cube = Cube.of(store)
        if name not in set(cube.names()):
            return Stretch(np.empty(0, np.int64), np.empty(0), 0)
        time, value, flag = cube.window(name, start, end)
    else:
        frame = store.observations(name, start=start, end=end, as_of=as_of)
        time = frame["time"].to_numpy("datetime64[us]").astype(np.int64)
        value = frame["value"].to_numpy(np.float64)
        flag = merged(frame, store.marks(name, start=start, end=end, as_of=as_of))
    there = np.isfinite(value)
    good = there & (flag < Flag.BAD)
    return Stretch(time[good], value[good].astype(np.float64), int((there & (flag == Flag.BAD)).sum()))


def thinned(found: Stretch, width: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return at most about four points for each of `width` pixel columns; smallest and largest values stay.

    Examples
    --------
    >>> many = Stretch(np.arange(1000), np.where(np.arange(1000) == 437, 9.0, 0.0), 0)
    >>> time, value = thinned(many, 10)
    >>> len(time) <= 40, float(value.max())
    (True, 9.0)
    """
    count = len(found.time)
    if count <= 4 * width:
        return found.time, found.value
    size = -(-count // (2 * width))
    rows = -(-count // size)
    padded = np.full(rows * size, found.value[-1])
    padded[:count] = found.value
    table = padded.reshape(rows, size)
    first = np.arange(rows) * size
    places = np.concatenate([first + table.argmin(axis=1), first + table.argmax(axis=1)])
    places = np.unique(np.minimum(places, count - 1))
    return found.time[places], found.value[places]


def step_of(first: Stretch, second: Stretch, span: Span) -> float:
    """Return the step of the grid that two series are compared on, seconds: no finer than the coarser of them.

    Examples
    --------
    >>> every = Stretch(np.arange(200) * 600_000_000, np.zeros(200), 0)
    >>> [step_of(every, every, SPANS[name]) for name in ("24h", "7d", "1y")]
    [600.0, 600.0, 7200.0]
    """
    least = max(first.cadence or 0.0, second.cadence or 0.0, span.hours * 3600.0 / _GRID, span.most / _LAGS)
    # a median that a few late values stretch by a second is still that cadence
    return float(next((step for step in _STEPS if step >= least * 0.99), _STEPS[-1]))


def compare(first: Stretch, second: Stretch, span: Span) -> dict[str, Any]:
    """Return how two series go together: ``lag``, ``travel`` and ``mass``; what the library refuses has its sentence.

    Parameters
    ----------
    first, second
        What can be used of each.
    span
        How far back is looked.
    """
    step = step_of(first, second, span)
    one, other = (first.time, first.value), (second.time, second.value)
    return {
        "lag": _told(_lag, one, other, step, span),
        "travel": _told(_travel, one, other, step, span),
        "mass": _told(_mass, one, other, step, span),
    }


def number(value: float) -> float | None:
    """Return a number as JSON has it: six digits, None for what is none."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def milliseconds(at: datetime) -> float:
    """Return a time as browsers count it."""
    return micros(at) / 1e3


def _told(work: Any, one: Any, other: Any, step: float, span: Span) -> dict[str, Any]:
    try:
        found: dict[str, Any] = work(one, other, step, span)
    except WatchfloorError as error:
        return {"refused": plain(str(error), 300)}
    return found


def _lag(one: Any, other: Any, step: float, span: Span) -> dict[str, Any]:
    found = lag_correlation(one, other, step=step, most=span.most)
    at = int(np.flatnonzero(found.lag == found.best)[0])
    return {
        "best": found.best,
        "r": number(float(found.correlation[at])),
        "low": number(float(found.low[at])),
        "high": number(float(found.high[at])),
        "common": int(found.common[at]),
        "step": step,
        "most": span.most,
        # the largest at the end of what was looked at may be larger beyond it
        "edge": at in np.flatnonzero(np.isfinite(found.correlation))[[0, -1]],
        "chance": not _beyond(found, at),
    }


def _beyond(lags: Lags, at: int) -> bool:
    """Tell whether a correlation is more than the largest of so many lags would be by chance, at 5 %.

    The interval of one lag is widened for all that were looked at (Bonferroni's inequality; Dunn 1961,
    doi:10.1080/01621459.1961.10482090). Lags next to one another say much the same of slow series: counted are as
    many as are independent by the correlations' own persistence (Bretherton et al. 1999, eq. 31,
    doi:10.1175/1520-0442(1999)012<1990:TENOSD>2.0.CO;2).
    """
    told = lags.correlation[np.isfinite(lags.correlation)]
    kept = float(np.corrcoef(told[1:], told[:-1])[0, 1]) if len(told) > 3 and np.ptp(told) > 0 else 0.0
    kept = min(max(kept, 0.0), 0.999)
    looks = max(len(told) * (1 - kept) / (1 + kept), 1.0)
    low, middle, high = (
        float(np.arctanh(np.clip(part[at], -0.999999, 0.999999)))
        for part in (lags.low, lags.correlation, lags.high)
    )
    wide = float(stats.norm.ppf(1 - 0.025 / looks) / stats.norm.ppf(0.975))
    return abs(middle) > (high - low) / 2 * wide


def _travel(one: Any, other: Any, step: float, span: Span) -> dict[str, Any]:
    """Tell which comes first by the changes, which a common trend does not feign, and by how much."""
    lags = lag_correlation(one, other, step=step, most=span.most, changes=True)
    ahead = lags.best >= 0
    found = travel_time(*((one, other) if ahead else (other, one)), step=step, most=span.most)
    return {
        "ahead": ahead,
        "seconds": number(found.seconds),
        "low": number(found.low),
        "high": number(found.high),
        "r": number(found.correlation),
        "common": found.common,
        # an interval that reaches no time at all, or all of what was looked at, or is longer than the time, tells nothing
        "clear": bool(
            found.low > 0
            and found.high < span.most
            and found.high - found.low <= max(found.seconds, 2 * step)
            and found.correlation > 0
        )
        and _beyond(lags, int(np.flatnonzero(lags.lag == lags.best)[0])),
    }


def _mass(one: Any, other: Any, step: float, span: Span) -> dict[str, Any]:
    if len(one[1]) and len(other[1]) and min(one[1].min(), other[1].min()) < 0:
        return {"negative": True}
    found = double_mass(one, other, step=max(step, span.mass))
    return {
        "t": (found.time / 1e3).tolist(),
        "x": [number(value) for value in found.first.tolist()],
        "y": [number(value) for value in found.second.tolist()],
        "slope": number(found.slope),
        "at": None if found.at is None else found.at / 1e3,
        "before": number(found.before),
        "after": number(found.after),
        "chance": number(found.chance),
        "step": max(step, span.mass),
    }
