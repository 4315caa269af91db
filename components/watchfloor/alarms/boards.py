"""Tables of samples: what a rule looks at, for stations of one cadence together or for one without."""

from collections.abc import Sequence
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


@dataclass(frozen=True)
class Board:
    """Samples of r series in m columns.

    Parameters
    ----------
    time, shift
        int64[m] and int64[r]: the time of a sample is the sum of both, microseconds.
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


class Axis(Protocol):
    """Series whose samples stand in common columns."""

    names: tuple[str, ...]
    cadence: int

    def ends(self, at: int) -> Ints:
        """Return, of each series, the number of the first column after all that was told up to a time."""

    def begins(self) -> Ints:
        """Return, of each series, the number of the first column that was told."""

    def column(self, member: int, at: int) -> int:
        """Return the number of the first column of a series at or after a time."""

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

    def column(self, member: int, at: int) -> int:
        """Return the number of the first column of a series at or after a time."""
        return -((int(self._group.phase[member]) - at) // self.cadence)

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
    """One series without a cadence: columns are its samples.

    Parameters
    ----------
    cube
        Where it is.
    name
        Its name.
    """

    def __init__(self, cube: Cube, name: str) -> None:
        self._cube = cube
        self.names: tuple[str, ...] = (name,)
        self.cadence = 0

    def ends(self, at: int) -> Ints:
        """Return the number of the first sample after a time."""
        return np.array([self.column(0, at + 1)])

    def begins(self) -> Ints:
        """Return the number of the first sample."""
        return np.zeros(1, np.int64)

    def column(self, member: int, at: int) -> int:  # noqa: ARG002  there is one
        """Return the number of the first sample at or after a time."""
        return int(np.searchsorted(self._cube.window(self.names[0]).time, at))

    def board(self, members: Ints, start: int, end: int, lookback: int) -> Board:  # noqa: ARG002  there is one
        """Return samples, and as many before as a window looks back on."""
        time = self._cube.window(self.names[0]).time
        begin = max(0, start)
        low = int(time[begin]) - lookback if begin < len(time) else 0
        first = min(begin, int(np.searchsorted(time, low)))
        window = self._cube.window(self.names[0], from_micros(int(time[first])) if len(time) else None)
        size = max(0, min(end, len(time)) - first)
        value = np.where(window.flag[:size] < _UNUSABLE, window.value[:size], np.float32(np.nan))[None, :]
        return Board(
            window.time[:size], np.zeros(1, np.int64), value, begin - first, 0, np.zeros(1, np.int64)
        )


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

    def column(self, member: int, at: int) -> int:  # noqa: ARG002  of all the same
        """Return the number of the first column at or after a time."""
        return -(-at // self.cadence)

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
    return found + [Odd(cube, name) for name in names if name in have and name not in even]
