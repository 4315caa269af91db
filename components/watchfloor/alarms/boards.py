"""Tables of samples: what a rule looks at, for stations of one cadence together or for one without."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from watchfloor.core.clock import from_micros
from watchfloor.store.cube import Cube, Group

__all__ = ["Axis", "Board", "Even", "Mixed", "Odd", "axes", "together"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
_UNUSABLE = 3
_COLUMNS = 2**40
_MINUTE = 60_000_000
_NEVER = 2**62
_CELLS = 4_000_000


@dataclass(frozen=True)
class Board:
    """Samples of r series in m columns.

    Parameters
    ----------
    time, shift
        int64[m] and int64[r]: the time of a sample is the sum of both, microseconds. Of several series without a
        cadence int64[r, m]: what stands before or after a series' own columns is at no time that is ever reached.
    value
        float32[r, m]; NaN where missing, or flagged bad.
    begin
        The first column that is wanted: those before are there for windows to look back on.
    cadence
        Microseconds between columns; 0 where they keep none.
    place
        int64[members]: the board's row of each member; -1 for one that is not on it.
    """

    time: Ints
    shift: Ints
    value: Floats
    begin: int
    cadence: int
    place: Ints

    def times(self, rows: Ints) -> Ints:
        """Return the times of the columns of some rows, without their shifts: int64[m], or int64[rows, m]."""
        return self.time if self.time.ndim == 1 else self.time[rows]

    def row(self, place: int) -> tuple[slice, Ints]:
        """Return which columns are a series' own, and the times of these."""
        if self.time.ndim == 1:
            return slice(0, len(self.time)), self.time + self.shift[place]
        time = self.time[place]
        own = slice(*np.searchsorted(time, [1 - _NEVER, _NEVER]).tolist())
        return own, time[own] + self.shift[place]


class Axis(Protocol):
    """Series whose samples stand in common columns."""

    names: tuple[str, ...]
    cadence: int

    def ends(self, at: int) -> Ints:
        """Return, of each series, the number of the first column after all that was told up to a time."""

    def begins(self) -> Ints:
        """Return, of each series, the number of the first column that was told."""

    def columns(self, members: Ints, at: int) -> Ints:
        """Return, of some series, the number of the first column at or after a time."""

    def board(self, members: Ints, start: int, end: int, lookback: int) -> Board:
        """Return the columns from `start` up to, but not at, `end`, and as many before as a window looks back on."""


class Even:
    """Series that keep the same cadence: columns are steps.

    Parameters
    ----------
    group
        Where they are.
    """

    def __init__(self, group: Group) -> None:
        self._group = group
        self.names, self.cadence = group.names, group.cadence

    def ends(self, at: int) -> Ints:
        """Return, of each series, the number of the first column after all that was told up to a time."""
        first, last = self._group.span()
        return np.where(last >= first, np.minimum(last, self._group.step(at)) + 1, -_COLUMNS)

    def begins(self) -> Ints:
        """Return, of each series, the number of the first column that was told."""
        return self._group.span()[0]

    def columns(self, members: Ints, at: int) -> Ints:
        """Return, of some series, the number of the first column at or after a time."""
        found: Ints = -((self._group.phase[members] - at) // self.cadence)
        return found

    def board(self, members: Ints, start: int, end: int, lookback: int) -> Board:
        """Return the columns from `start` up to, but not at, `end`, and as many before as a window looks back on."""
        back = -(-lookback // self.cadence)
        group = self._group._replace(rows=self._group.rows[members], phase=self._group.phase[members])
        value, flag = group.block(start - back, end)
        value[flag >= _UNUSABLE] = np.nan
        place = np.full(len(self.names), -1, np.int64)
        place[members] = np.arange(len(members))
        time = np.arange(start - back, end, dtype=np.int64) * self.cadence
        return Board(time, group.phase, value, back, self.cadence, place)


class Odd:
    """Series without a cadence: the columns of each are its samples.

    Parameters
    ----------
    cube
        Where they are.
    names
        Their names.
    """

    def __init__(self, cube: Cube, names: Sequence[str]) -> None:
        self._series = cube.loose(names)
        self._seen: list[object] = [None] * len(names)
        self._size, self._last = np.zeros(len(names), np.int64), np.full(len(names), -_NEVER, np.int64)
        self.names: tuple[str, ...] = tuple(names)
        self.cadence = 0

    def ends(self, at: int) -> Ints:
        """Return, of each series, the number of the first sample after a time."""
        for member, series in enumerate(self._series):
            if series.state is not self._seen[member]:
                self._seen[member] = series.state
                time = series.told()[0]
                self._size[member], self._last[member] = len(time), time[-1] if len(time) else -_NEVER
        ends = self._size.copy()
        later = np.flatnonzero(self._last > at)
        ends[later] = self.columns(later, at + 1)
        return ends

    def begins(self) -> Ints:
        """Return the number of the first sample of each series."""
        return np.zeros(len(self.names), np.int64)

    def columns(self, members: Ints, at: int) -> Ints:
        """Return, of some series, the number of the first sample at or after a time."""
        found = []
        for member in members.tolist():
            time = self._series[member].told()[0]
            found.append(int(time.searchsorted(at)))
        return np.array(found, np.int64)

    def board(self, members: Ints, start: int, end: int, lookback: int) -> Board:
        """Return samples of one series, and as many before as a window looks back on."""
        ((_, found),) = self.boards(members, np.array([max(0, start)]), np.array([end]), lookback)
        return found

    def boards(self, members: Ints, start: Ints, end: Ints, lookback: int) -> Iterator[tuple[Ints, Board]]:
        """Yield samples of several series, from the start of each up to its end, and what a window looks back on.

        Yields
        ------
        places, board
            Which of `members` stand in the rows of a board: all that are about as wide.
        """
        told = [self._series[member].told() for member in members.tolist()]
        stop = np.maximum(start, [min(to, len(one[0])) for to, one in zip(end.tolist(), told, strict=True)])
        first = start
        if lookback:
            first = np.array(
                [_first(one[0], at, lookback) for at, one in zip(start.tolist(), told, strict=True)]
            )
        for places in _alike(stop - first):
            begin = int((start - first)[places].max())
            width = begin + int((stop - start)[places].max())
            time = np.empty((len(places), width), np.int64)
            value = np.full((len(places), width), np.nan, np.float32)
            for row, at in enumerate(places.tolist()):
                own = slice(begin - int(start[at] - first[at]), begin + int(stop[at] - start[at]))
                of = slice(int(first[at]), int(stop[at]))
                time[row, : own.start], time[row, own.stop :] = -_NEVER, _NEVER
                time[row, own] = told[at][0][of]
                value[row, own] = told[at][1][of]
                value[row, own][told[at][2][of] >= _UNUSABLE] = np.nan
            place = np.full(len(self.names), -1, np.int64)
            place[members[places]] = np.arange(len(places))
            shift = np.zeros(len(places), np.int64)
            yield places, Board(time[0] if len(places) == 1 else time, shift, value, begin, 0, place)


def _first(time: Ints, start: int, lookback: int) -> int:
    """Return the first sample that a window which ends with sample `start`, or later, looks back on."""
    if start >= len(time):
        return start
    return min(start, int(np.searchsorted(time, int(time[start]) - lookback)))


def _alike(width: Ints) -> Iterator[Ints]:
    """Put rows together that are about as wide, so that no board is mostly empty, nor too large."""
    order = np.argsort(width, kind="stable")
    begin = 0
    while begin < len(order):
        fits = np.searchsorted(width[order], 2 * int(width[order[begin]]) + 64, side="right")
        most = max(1, _CELLS // max(1, int(width[order[fits - 1]])))
        end = min(int(fits), begin + most)
        yield np.sort(order[begin:end])
        begin = end


class Mixed:
    """Series of different cadences, or of none: a column holds the last sample of each within the time up to it.

    Parameters
    ----------
    cube
        Where they are.
    names
        Their names.
    cadence
        Microseconds between columns.
    """

    def __init__(self, cube: Cube, names: Sequence[str], cadence: int) -> None:
        self._cube = cube
        self.names, self.cadence = tuple(names), cadence

    def ends(self, at: int) -> Ints:
        """Return, of each series, the number of the first column after all that was told up to a time."""
        found = []
        for name in self.names:
            time = self._cube.window(name, None, from_micros(at + 1)).time[-1:]
            found.append(
                min(-(-int(time[0]) // self.cadence), at // self.cadence) + 1 if len(time) else -_COLUMNS
            )
        return np.array(found, np.int64)

    def begins(self) -> Ints:
        """Return, of each series, the number of the first column that was told."""
        first = [self._cube.window(name).time[:1] for name in self.names]
        return np.array(
            [-(-int(time[0]) // self.cadence) if len(time) else _COLUMNS for time in first], np.int64
        )

    def columns(self, members: Ints, at: int) -> Ints:
        """Return, of some series, the number of the first column at or after a time: of all the same."""
        return np.full(len(members), -(-at // self.cadence), np.int64)

    def board(self, members: Ints, start: int, end: int, lookback: int) -> Board:
        """Return the columns from `start` up to, but not at, `end`, and as many before as a window looks back on."""
        back = -(-lookback // self.cadence)
        low = start - back
        value = np.full((len(members), max(0, end - low)), np.nan, np.float32)
        begin, stop = from_micros((low - 1) * self.cadence + 1), from_micros((end - 1) * self.cadence + 1)
        for row, member in enumerate(members.tolist()):
            window = self._cube.window(self.names[member], begin, stop)
            good = window.flag < _UNUSABLE
            value[row, -(-window.time[good] // self.cadence) - low] = window.value[good]  # the last one stays
        place = np.full(len(self.names), -1, np.int64)
        place[members] = np.arange(len(members))
        time = np.arange(low, end, dtype=np.int64) * self.cadence
        return Board(time, np.zeros(len(members), np.int64), value, back, self.cadence, place)


def together(cube: Cube, found: "Sequence[Axis]") -> "Axis":
    """Return one axis for series of several: of the finest cadence, or of a minute where times are free."""
    names = [name for axis in found for name in axis.names]
    cadences = sorted({axis.cadence for axis in found})
    even = cadences[0] > 0 and all(cadence % cadences[0] == 0 for cadence in cadences)
    return Mixed(
        cube, names, cadences[0] if even else min(_MINUTE, *(each for each in cadences if each), _MINUTE)
    )


def axes(cube: Cube, names: Sequence[str]) -> list[Axis]:
    """Return the axes of these series; those of which nothing was told are left out."""
    groups = cube.groups(names)
    even = {name for group in groups for name in group.names}
    have = set(cube.names())
    found: list[Axis] = [Even(group) for group in groups]
    odd = [name for name in names if name in have and name not in even]
    return [*found, Odd(cube, odd)] if odd else found
