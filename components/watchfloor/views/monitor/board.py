"""The board: how every station stands at one time, as arrays that a wall draws from.

The trend is a straight line through the last values (ordinary least squares over the mid-range of 24 equal pieces of
the last hour, or of the last six intervals where those are longer), called rising or falling only where its slope is
more than `SURE` of its own standard errors from level (Draper and Smith, Applied Regression Analysis, 3rd ed., 1998,
section 1.4). "Hours to the next threshold" prolongs that line: it is arithmetic, not a forecast, and is told as such.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from watchfloor.core.clock import from_micros, micros
from watchfloor.views.monitor.past import Reading, columns
from watchfloor.views.monitor.stations import Limits, Roster
from watchfloor.views.sensors import UNUSABLE

__all__ = [
    "FALLING",
    "FLAGGED",
    "RISING",
    "SILENT",
    "SPANS",
    "WIDTHS",
    "Board",
    "Facts",
    "board",
    "facts",
    "grid",
    "trends",
]

SPANS: dict[str, timedelta] = {
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "24h": timedelta(hours=24),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "1y": timedelta(days=365),
}
"""Spans of a sparkline."""
WIDTHS: dict[str, int] = {"small": 48, "medium": 80, "large": 160}
"""Columns of a sparkline by the size of a tile."""
SILENT, FLAGGED, RISING, FALLING = 1, 2, 4, 8
"""Bits of a station's state."""
SURE = 2.5
"""Standard errors by which a slope must differ from level to be called a trend."""
FARTHEST = 24.0
"""Hours beyond which the time to a threshold is not told: a straight line says nothing of it."""
_PIECES = 24
_SUSPECT = 2
_NEVER = 9
_AHEAD = 300_000_000
"""Microseconds by which a station's clock may be ahead of the floor's."""


@dataclass(frozen=True)
class Facts:
    """How some stations stand; every array has one entry a station.

    Parameters
    ----------
    rows
        Their rows in the roster, int64.
    time
        When the newest value was measured, int64 microseconds since 1970; 0 where there is none.
    value
        The newest value, float32, in the station's unit; NaN where it is missing.
    flag
        Its quality flag, uint8.
    level
        Level of the worst threshold that it is at or beyond (`stations.LEVELS`), uint8; 0 where its flag is bad.
    state
        Bits `SILENT`, `FLAGGED`, `RISING`, `FALLING`, uint8.
    rate
        Slope of the trend per hour, float32; NaN where it cannot be worked out.
    eta
        Hours until the trend's line reaches the next threshold, float32; NaN where it does not within `FARTHEST`.
    next
        Place of that threshold in the station's list, uint8; 255 for none.
    """

    rows: npt.NDArray[np.int64]
    time: npt.NDArray[np.int64]
    value: npt.NDArray[np.float32]
    flag: npt.NDArray[np.uint8]
    level: npt.NDArray[np.uint8]
    state: npt.NDArray[np.uint8]
    rate: npt.NDArray[np.float32]
    eta: npt.NDArray[np.float32]
    next: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Board:
    """Every station at one time, with its sparkline.

    Parameters
    ----------
    roster
        The stations; row i of every array is its station i.
    at
        The time, int64 microseconds since 1970.
    end, step
        End of the last column, and length of a column, in microseconds.
    facts
        How they stand.
    spark
        (stations, width, 2) float32: lowest and highest value of each column; NaN where there is none.
    odd
        (stations, width) uint8: 1 where a value of the column is flagged suspect, bad or missing.
    """

    roster: Roster
    at: int
    end: int
    step: int
    facts: Facts
    spark: npt.NDArray[np.float32]
    odd: npt.NDArray[np.uint8]

    @property
    def width(self) -> int:
        """How many columns a sparkline has."""
        return int(self.spark.shape[1])


def grid(at: int, span: timedelta, width: int) -> tuple[int, int]:
    """Return end and length of the columns, microseconds: columns lie at multiples of their length, `at` in the last one.

    Examples
    --------
    >>> grid(3_700_000_000, timedelta(hours=1), 60)
    (3720000000, 60000000)
    """
    step = span // timedelta(microseconds=1) // width
    return (at // step + 1) * step, step


def board(reading: Reading, roster: Roster, at: datetime, span: timedelta, width: int) -> Board:
    """Work out how every station stands at a time.

    Parameters
    ----------
    reading
        The values, of all stations, up to `at`.
    roster
        The stations.
    at
        The time that is looked at.
    span
        Length of a sparkline.
    width
        Columns of it.
    """
    moment = micros(at)
    end, step = grid(moment, span, width)
    start = end - step * width
    spark = reading.sparklines(roster.names, from_micros(start), from_micros(end), width)
    odd = flagged(reading, roster.names, start, end, width)
    return Board(roster, moment, end, step, facts(reading, roster, np.arange(len(roster)), at), spark, odd)


def flagged(
    reading: Reading, names: Sequence[str], start: int, end: int, width: int
) -> npt.NDArray[np.uint8]:
    """Return (len(names), width): 1 where a column holds a value that is flagged suspect, bad or missing."""
    found = np.zeros((len(names), width), np.uint8)
    first, last = from_micros(start), from_micros(end)
    for row, name in enumerate(names):
        part = reading.window(name, first, last)
        # a step of which nothing was told is a gap, not a flagged value
        bad = np.flatnonzero((part.flag >= _SUSPECT) & np.isfinite(part.value))
        if len(bad):
            found[row, columns(part.time[bad], start, end, width)] = 1
    return found


def facts(reading: Reading, roster: Roster, rows: npt.NDArray[np.int64], at: datetime) -> Facts:
    """Work out how some stations stand at a time."""
    moment, count = micros(at), len(rows)
    time, value, flag = newest(reading, roster, rows, at)
    limits = roster.limits
    usable = np.isfinite(value) & (flag < UNUSABLE)
    wide = value[:, None].astype(np.float64)
    with np.errstate(invalid="ignore"):
        over = np.where(limits.falling[rows], wide <= limits.value[rows], wide >= limits.value[rows])
    worst = np.where(over & usable[:, None], limits.level[rows], 0).max(axis=1, initial=0).astype(np.uint8)
    rate, sure = trends(reading, roster, rows, at)
    rate = np.where(usable, rate, np.float32(np.nan)).astype(np.float32)
    eta, following = _ahead(limits, rows, wide[:, 0], np.where(sure, rate, 0.0))
    state = np.zeros(count, np.uint8)
    state |= np.where((moment - time) > limits.patience[rows], SILENT, 0).astype(np.uint8)
    state |= np.where((flag >= _SUSPECT) & (time > 0), FLAGGED, 0).astype(np.uint8)
    with np.errstate(invalid="ignore"):
        state |= np.where(sure & (rate > 0), RISING, 0).astype(np.uint8)
        state |= np.where(sure & (rate < 0), FALLING, 0).astype(np.uint8)
    # A line through values that no longer come says nothing of now.
    silent = (state & SILENT) > 0
    state[silent] &= SILENT | FLAGGED
    rate[silent] = np.nan
    eta[silent] = np.nan
    following[silent] = 255
    return Facts(rows, time, value, flag, worst, state, rate, eta, following)


def newest(
    reading: Reading, roster: Roster, rows: npt.NDArray[np.int64], at: datetime
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Return time (0 for none), value and flag of the newest value of some stations at a time."""
    moment, count = micros(at), len(rows)
    time = np.zeros(count, np.int64)
    value = np.full(count, np.nan, np.float32)
    flag = np.full(count, _NEVER, np.uint8)
    told = getattr(reading, "latest", None)
    if told is not None:
        last = told()
        where = {name: place for place, name in enumerate(last.names)}
        places = np.array([where.get(roster.names[row], -1) for row in rows.tolist()], np.int64)
        # A clock that is a little ahead is forgiven; what is told of later times is not the present.
        good = np.flatnonzero(places >= 0)
        good = good[last.time[places[good]] <= moment + _AHEAD]
        # a station that goes on telling that its value is missing does not speak: its last value ages
        good = good[np.isfinite(last.value[places[good]])]
        time[good], value[good], flag[good] = (
            column[places[good]] for column in (last.time, last.value, last.flag)
        )
        rest = np.flatnonzero((places >= 0) & (time == 0))
    else:
        rest = np.arange(count)
    until = from_micros(moment + 1)
    for place in rest.tolist():
        row = int(rows[place])
        part = reading.window(roster.names[row], until - _back(roster, row), until)
        there = np.flatnonzero(np.isfinite(part.value))
        if len(there):
            end = there[-1]
            time[place], value[place], flag[place] = part.time[end], part.value[end], part.flag[end]
    return time, value, flag


def _back(roster: Roster, row: int) -> timedelta:
    """How far back the newest value of a station is looked for."""
    return max(timedelta(days=7), 10 * roster.stations[row].patience)


def trends(
    reading: Reading, roster: Roster, rows: npt.NDArray[np.int64], at: datetime
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Return the slope of each station's last values, per hour, and whether it is told apart from level."""
    rate = np.full(len(rows), np.nan, np.float32)
    sure = np.zeros(len(rows), bool)
    reach = roster.limits.reach[rows]
    for seconds in np.unique(reach).tolist():
        chosen = np.flatnonzero(reach == seconds)
        length = timedelta(seconds=seconds)
        names = [roster.names[row] for row in rows[chosen].tolist()]
        after = at + timedelta(microseconds=1)
        pieces = reading.sparklines(names, after - length, after, _PIECES)
        middle = pieces.astype(np.float64).mean(axis=2)
        hours = (np.arange(_PIECES) + 0.5) * (seconds / 3600 / _PIECES)
        rate[chosen], sure[chosen] = slopes(hours, middle)
    return rate, sure


def slopes(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return least-squares slopes of many lines at once, and which are more than `SURE` standard errors from zero.

    Parameters
    ----------
    x
        (k,) places.
    y
        (n, k) values; NaN where there is none. A line needs four.

    Examples
    --------
    >>> rate, sure = slopes(np.arange(5.0), np.array([[0, 2, 4, 6, 8.0], [1, 1, 1, 1, 1.0]]))
    >>> rate.tolist(), sure.tolist()
    ([2.0, 0.0], [True, False])
    """
    there = np.isfinite(y)
    count = there.sum(axis=1)
    enough = count >= 4
    safe = np.maximum(count, 1)
    mean_x = (there * x).sum(axis=1) / safe
    filled = np.where(there, y, 0.0)
    mean_y = filled.sum(axis=1) / safe
    off_x = np.where(there, x - mean_x[:, None], 0.0)
    off_y = np.where(there, y - mean_y[:, None], 0.0)
    spread = (off_x**2).sum(axis=1)
    enough &= spread > 0
    rate = np.divide((off_x * off_y).sum(axis=1), spread, out=np.full(len(y), np.nan), where=enough)
    rest = ((off_y - rate[:, None] * off_x) ** 2).sum(axis=1)
    error = np.sqrt(np.where(enough, rest / np.maximum(count - 2, 1) / np.where(enough, spread, 1.0), 0.0))
    # A slope that moves a value by less than its float32 can tell is none.
    least = np.abs(mean_y) * 1e-6
    with np.errstate(invalid="ignore"):
        sure = enough & (np.abs(rate) > SURE * error) & (np.abs(rate) > least)
    return rate, sure


def _ahead(
    limits: Limits,
    rows: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    rate: npt.NDArray[Any],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Return hours to the nearest threshold that the trend's line meets, and which one that is."""
    away = limits.value[rows] - value[:, None]
    falling = limits.falling[rows]
    toward = np.where(falling, (away < 0) & (rate[:, None] < 0), (away > 0) & (rate[:, None] > 0))
    hours = np.full(away.shape, np.inf)
    np.divide(away, rate[:, None], out=hours, where=toward)
    nearest = hours.argmin(axis=1)
    least = hours[np.arange(len(rows)), nearest]
    near = least <= FARTHEST
    eta = np.where(near, least, np.nan).astype(np.float32)
    return eta, np.where(near, nearest, 255).astype(np.uint8)
