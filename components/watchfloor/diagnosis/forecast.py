"""What comes next by the series' own past, with a band that has kept what it promised, and the skill stated.

Simple forecasts only: persistence, the same hour of the day before, a line, an autoregression. Each is tried on the second half of the
series' own past; none is offered that was not better there than persistence and the seasonal naive forecast. The band
is conformal: it is as wide as past errors were, made wider after misses and narrower after hits (adaptive conformal inference,
Gibbs & Candès 2021, arXiv:2106.00170), so that it holds its share also when the series changes its ways.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.jit import jit
from watchfloor.diagnosis.compare import grid

__all__ = ["Band", "Forecast", "Tried", "adaptive_band", "forecast"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SECOND = 1_000_000
BASES = ("persistence", "seasonal")
ORIGINS = 400
"""Most starts in the past from which each forecast is tried."""
FEWEST = 60
BETTER = 0.02
"""Skill from which a forecast counts as better: less is within the luck of one past."""
_PATCH = 3


class Band(NamedTuple):
    """Half-widths of a conformal band, each from the errors before it.

    Parameters
    ----------
    width
        Shape (n,); NaN before there are enough errors.
    held
        Whether each error was within, shape (n,).
    next
        Half-width for what comes after the last error.
    coverage
        Share of the errors that were within.
    """

    width: Floats
    held: NDArray[np.bool_]
    next: float
    coverage: float


@dataclass(frozen=True)
class Tried:
    """How a forecast did on the past.

    Parameters
    ----------
    error
        Mean absolute error over all leads, in the unit of the series.
    skill
        1 is perfect, 0 as good as the better of persistence and seasonal naive, below 0 worse.
    """

    error: float
    skill: float


@dataclass(frozen=True)
class Forecast:
    """What is expected, with its band.

    Parameters
    ----------
    time
        Microseconds, shape (h,).
    value, low, high
        Expected value and band, in the unit of the series, shape (h,).
    model
        Which one was taken: the best on the past; a naive one where none was better.
    coverage
        Share that the band is to hold; `held` is what it held on the past.
    held
        See there.
    tried
        How each one did on the past, by name.
    offered
        Names of those that may be shown: the naive ones, and what was better than both.
    why
        The skill in a sentence.

    Examples
    --------
    >>> time = np.arange(2000) * 600_000_000
    >>> value = np.sin(np.arange(2000) / 144 * 2 * np.pi) + np.random.default_rng(0).normal(0, 0.1, 2000)
    >>> found = forecast(time, value, lead=6 * 3600.0, step=600.0)
    >>> found.model, len(found.value), 0.85 < found.held < 0.95
    ('regression', 36, True)
    """

    time: Ints
    value: Floats
    low: Floats
    high: Floats
    model: str
    coverage: float
    held: float
    tried: dict[str, Tried]
    offered: tuple[str, ...]
    why: str


def adaptive_band(
    error: ArrayLike,
    coverage: float = 0.9,
    *,
    rate: float = 0.02,
    window: int = 300,
    fewest: int = 20,
    delay: int = 1,
) -> Band:
    """Return the band that adaptive conformal inference would have drawn around forecasts, before each error was known.

    Parameters
    ----------
    error
        Forecast errors in the order of time, shape (n,); NaN for unknown.
    coverage
        Share that the band is to hold.
    rate
        How fast the level follows hits and misses (gamma of Gibbs & Candès).
    window
        Errors whose quantile is taken.
    fewest
        Errors before there is a band.
    delay
        Errors that are not known yet when a forecast is made: its lead, in steps.

    Examples
    --------
    >>> band = adaptive_band(np.random.default_rng(0).normal(0, np.linspace(1, 4, 5000)))
    >>> round(band.coverage, 2)
    0.9
    """
    if not 0.0 < coverage < 1.0:
        raise InvalidInputError(f"The coverage is {coverage}; expected a share between 0 and 1.")
    size = np.abs(np.asarray(error, dtype=np.float64))
    width, after = _adapt(size, 1.0 - coverage, rate, window, fewest, max(delay, 1))
    judged = np.isfinite(width) & np.isfinite(size)
    held = judged & (size <= np.where(judged, width, 0.0))
    share = float(held[judged].mean()) if judged.any() else float("nan")
    return Band(width, held, float(after), share)


def forecast(
    time: ArrayLike,
    value: ArrayLike,
    *,
    lead: float,
    step: float,
    season: float = 86_400.0,
    coverage: float = 0.9,
    order: int = 12,
) -> Forecast:
    """Forecast a series by its own past.

    Parameters
    ----------
    time, value
        Microseconds or datetime64, increasing, and values, shape (n,); NaN for missing. Leave out what is flagged bad.
    lead
        How far ahead, seconds.
    step
        Step of the forecast, seconds; the series is averaged to it.
    season
        Period of the seasonal naive forecast, seconds.
    coverage
        Share that the band is to hold.
    order
        Values that the autoregression looks back on.

    Raises
    ------
    InvalidInputError
        If the past is too short to try anything on.
    """
    axis, values = grid(time, value, step)
    ahead, period = max(round(lead / step), 1), max(round(season / step), 1)
    seen = _carried(values)
    begin = max(len(values) // 2, order + ahead)
    known = np.flatnonzero(np.isfinite(values))
    origins = np.arange(begin, len(values) - ahead)
    origins = origins[np.isfinite(values[origins])]
    if len(origins) < FEWEST or not len(known):
        raise InvalidInputError(
            f"The series has {len(values)} steps of {step:g} s, of which {len(origins)} can be tried with {ahead} steps ahead; "
            f"expected {FEWEST} or more. Take a longer past, a longer step or a shorter lead."
        )
    origins = origins[:: max(len(origins) // ORIGINS, 1)]
    truth = values[origins[:, None] + np.arange(1, ahead + 1)]
    models = _models(seen, begin, order, ahead, period)
    said = {name: model(origins) for name, model in models.items()}
    # all are tried on the same cases, else the one that is silent in hard times looks best
    common = np.isfinite(truth)
    for name in BASES:
        common &= np.isfinite(said[name]) if np.isfinite(said[name]).any() else True
    for name in [name for name in said if name not in BASES]:
        if np.isfinite(said[name][common]).mean() < 0.9:
            del said[name]
    said = {name: item for name, item in said.items() if np.isfinite(item).any()}
    for item in said.values():
        common &= np.isfinite(item)
    errors = {name: np.where(common, truth - item, np.nan) for name, item in said.items()}
    mean = {name: float(np.nanmean(np.abs(item))) for name, item in errors.items()}
    base = min(mean[name] for name in BASES if name in mean)
    tried = {name: Tried(found, 1.0 - found / base if base > 0 else 0.0) for name, found in mean.items()}
    better = [name for name, item in tried.items() if name not in BASES and item.skill > BETTER]
    offered = (*(name for name in BASES if name in tried), *sorted(better))
    chosen = min(offered, key=lambda name: tried[name].error)
    last = int(known[-1])
    after = _models(seen, len(seen), order, ahead, period)[chosen](np.array([last]))[0]
    if not np.isfinite(after).all():
        chosen, after = "persistence", np.full(ahead, values[last])
    bands = [
        adaptive_band(errors[chosen][:, at], coverage, delay=-(-(at + 1) // _stride(origins)))
        for at in range(ahead)
    ]
    width = np.array([band.next for band in bands])
    held = float(np.nanmean([band.coverage for band in bands]))
    when = axis[last] + np.arange(1, ahead + 1, dtype=np.int64) * int(step * SECOND)
    return Forecast(
        when,
        after,
        after - width,
        after + width,
        chosen,
        coverage,
        held,
        tried,
        offered,
        _why(chosen, tried, len(origins)),
    )


def _why(chosen: str, tried: dict[str, Tried], count: int) -> str:
    item = tried[chosen]
    if chosen in BASES:
        return f"No model was better than the naive {chosen} forecast in {count} tries on its own past (mean error {item.error:.4g})."
    return f"In {count} tries on its own past, {chosen} was {item.skill:.0%} better than the naive forecasts (mean error {item.error:.4g})."


def _stride(origins: Ints) -> int:
    return max(int(np.median(np.diff(origins))), 1) if len(origins) > 1 else 1


def _carried(values: Floats) -> Floats:
    """Carry the last value over gaps of at most three steps; longer ones stay. Nothing is taken from after the gap."""
    out = values.copy()
    for _ in range(_PATCH):
        lost = np.flatnonzero(np.isnan(out[1:]) & np.isfinite(out[:-1])) + 1
        out[lost] = out[lost - 1]
    # a gap that is longer than that is no shorter for its beginning
    place = np.arange(len(values))
    last = np.maximum.accumulate(np.where(np.isfinite(values), place, -1))
    following = np.minimum.accumulate(np.where(np.isfinite(values), place, len(values))[::-1])[::-1]
    out[(following - last > _PATCH + 1) & np.isnan(values)] = np.nan
    return out


def _models(values: Floats, train: int, order: int, ahead: int, period: int) -> dict[str, Any]:
    """Return the forecasts: functions from starts, shape (n,), to values, shape (n, ahead); what is fitted ends before `train`."""
    leads = np.arange(1, ahead + 1)

    def persistence(at: Ints) -> Floats:
        return np.repeat(values[at][:, None], ahead, axis=1)

    def seasonal(at: Ints) -> Floats:
        back = at[:, None] + leads - period * (-(-leads // period))
        return np.where(back >= 0, values[np.maximum(back, 0)], np.nan)

    def line(at: Ints) -> Floats:
        places = np.arange(1 - order, 1)
        past = values[np.maximum(at[:, None] + places, 0)]
        centred = places - places.mean()
        slope = (past * centred).sum(axis=1) / (centred**2).sum()
        found: Floats = past.mean(axis=1)[:, None] + slope[:, None] * (leads - places.mean())
        return found

    weights = _fitted(values[:train], order, period)

    def regression(at: Ints) -> Floats:
        if weights is None:
            return np.full((len(at), ahead), np.nan)
        past = [values[np.maximum(at - lag, 0)] for lag in range(order)]  # newest first
        out = np.empty((len(at), ahead))
        for lead in range(ahead):
            place = at + lead + 1
            inputs = [np.ones(len(at)), *past[:order], *_phases(place, period)]
            out[:, lead] = np.column_stack(inputs) @ weights
            past.insert(0, out[:, lead])
        return out

    return {"persistence": persistence, "seasonal": seasonal, "line": line, "regression": regression}


def _fitted(values: Floats, order: int, period: int) -> Floats | None:
    """Return weights of one step ahead: a constant, the last values, two waves of the season; least squares, a little shrunk."""
    place = np.arange(order, len(values))
    if len(place) < 4 * order:
        return None
    inputs = np.column_stack(
        [np.ones(len(place)), *(values[place - lag - 1] for lag in range(order)), *_phases(place, period)]
    )
    usable = np.isfinite(inputs).all(axis=1) & np.isfinite(values[place])
    inputs, target = inputs[usable], values[place][usable]
    if len(target) < 4 * order:
        return None
    square = inputs.T @ inputs
    found: Floats = np.linalg.lstsq(
        square + 1e-8 * np.trace(square) / len(square) * np.eye(len(square)), inputs.T @ target, rcond=None
    )[0]
    return found


def _phases(place: Ints, period: int) -> list[Floats]:
    turn = 2 * np.pi * place / period
    return [np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)]


@jit  # pragma: no cover
def _adapt(size: Any, miss: float, rate: float, window: int, fewest: int, delay: int) -> Any:
    n = len(size)
    width = np.full(n, np.nan)
    level = miss
    after = np.nan
    past = np.empty(window)
    for i in range(n + 1):
        end = i - delay + 1  # errors before this one are known
        # what was learned since: the error that became known last
        known = end - 1
        if known >= 0 and known < n and not np.isnan(size[known]) and not np.isnan(width[known]):
            level += rate * (miss - (1.0 if size[known] > width[known] else 0.0))
        count = 0
        k = known
        while k >= 0 and count < window:
            if not np.isnan(size[k]):
                past[count] = size[k]
                count += 1
            k -= 1
        if count < fewest:
            continue
        ordered = np.sort(past[:count])
        if level <= 0.0:
            found = 2.0 * ordered[count - 1]  # wider than anything seen: the method asks for all there is
        elif level >= 1.0:
            found = 0.0
        else:
            rank = int(np.ceil((1.0 - level) * (count + 1)))
            found = ordered[min(max(rank, 1), count) - 1]
        if i < n:
            width[i] = found
        else:
            after = found
    return width, after
