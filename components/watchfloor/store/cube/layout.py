"""Which series lies where: in the grid of its cadence, or loose where its times keep none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from watchfloor.store.cube.files import Member
from watchfloor.store.cube.grid import STEPS, WIDEST, Grid
from watchfloor.store.cube.kernels import UNWRITTEN
from watchfloor.store.cube.loose import Loose

__all__ = ["Batch", "Layout", "cadence_of"]

SECOND = 1_000_000
_ENOUGH = 64
"""Values from which a cadence that nobody declared may be seen."""
_DENSE = 0.3
"""Least share of the steps that must be there for a cadence that nobody declared."""
Ints = NDArray[np.int64]


class Batch(NamedTuple):
    """Values of several series.

    Parameters
    ----------
    names
        Names of the series.
    code
        int64[n]: place of each value's series in `names`.
    time, value, flag
        int64[n] microseconds, float32[n], uint8[n].
    """

    names: Sequence[str]
    code: Ints
    time: Ints
    value: NDArray[np.float32]
    flag: NDArray[np.uint8]

    def of(self, codes: Ints) -> "Batch":
        """Return the part that is of these series."""
        here = np.isin(self.code, codes)
        return Batch(self.names, self.code[here], self.time[here], self.value[here], self.flag[here])


class Layout:
    """All grids and all loose series.

    Parameters
    ----------
    folder
        Where the grids' files are; None for memory.
    declared
        Tells a series' declared cadence in microseconds; 0 for none.
    """

    def __init__(self, folder: Path | None, declared: Callable[[str], int]) -> None:
        self.folder, self._declared = folder, declared
        self.members: dict[str, Member] = {}
        self.grids: dict[int, Grid] = {}
        self.loose: dict[str, Loose] = {}
        self.moves = 0
        """How often a series came or moved."""
        self.moved = False
        """Whether `members` says something that was not written down yet."""

    def grid(self, cadence: int, trusted: int | None = None) -> Grid:
        """Return the grid of a cadence, made where there is none."""
        if cadence not in self.grids:
            self.grids[cadence] = Grid(self.folder, cadence, trusted)
        return self.grids[cadence]

    def adopt(self, members: dict[str, Member], slots: dict[str, int] | None) -> None:
        """Take over what the files hold; `slots` says how many slots of each grid to believe, None for all."""
        for cadence in sorted({item.cadence for item in members.values() if item.cadence}):
            self.grid(cadence, None if slots is None else slots.get(str(cadence), 0))
        for name, item in members.items():
            if item.cadence:
                grid = self.grids[item.cadence]
                grid.add(max(0, item.row + 1 - grid.rows))
                self.members[name] = item

    def put(self, batch: Batch, cursor: int) -> None:
        """Write values of series, new ones included."""
        order = np.argsort(batch.code, kind="stable")
        bounds = np.searchsorted(batch.code[order], np.arange(len(batch.names) + 1))
        regular: dict[int, list[int]] = {}
        for code, name in enumerate(batch.names):
            mine = order[bounds[code] : bounds[code + 1]]
            if not len(mine):
                continue
            member = self.members.get(name)
            if member is None:
                member = self._place(name, batch.time[mine], cursor)
            if member.cadence and not self._fits(member, batch.time[mine]):
                self._loosen(name, member)
                member = self.members[name]
            if member.cadence:
                regular.setdefault(member.cadence, []).append(code)
            else:
                self._put_loose(name, batch, mine, cursor)
        for cadence, codes in regular.items():
            part = batch if len(codes) == len(batch.names) else batch.of(np.array(codes))
            rows, phases = (np.zeros(len(batch.names), np.int64) for _ in range(2))
            for code in codes:
                member = self.members[batch.names[code]]
                rows[code], phases[code] = member.row, member.phase
            steps = (part.time - phases[part.code]) // cadence
            self.grids[cadence].put(rows[part.code], steps, part.value, part.flag)

    def forget(self, names: Iterable[str]) -> None:
        """Forget series, so that they are placed anew."""
        for name in names:
            if self.members.pop(name, None) is not None:
                self._note()

    def free(self) -> list[str]:
        """Return the names of the series without a cadence."""
        return [name for name, item in list(self.members.items()) if not item.cadence]

    def _note(self) -> None:
        self.moves += 1
        self.moved = True

    def _place(self, name: str, time: Ints, cursor: int) -> Member:
        cadence = cadence_of(time, self._declared(name))
        if cadence:
            member = Member(cadence, int(time[0] % cadence), self.grid(cadence).add(), since=cursor)
        else:
            member = Member(since=cursor)
            self.loose[name] = Loose()
        self.members[name] = member
        self._note()
        return member

    def _fits(self, member: Member, time: Ints) -> bool:
        """Tell whether times are on the series' steps, and not absurdly far from the others."""
        away = time - member.phase
        if (away % member.cadence).any():
            return False
        first, last = self.grids[member.cadence].span(member.row)
        low, high = int(away.min()) // member.cadence, int(away.max()) // member.cadence
        if last >= first:
            low, high = min(low, first), max(high, last)
        return (high - low) // STEPS < WIDEST

    def _put_loose(self, name: str, batch: Batch, mine: Ints, cursor: int) -> None:
        series = self.loose.setdefault(name, Loose())
        before = len(series)
        order = mine[np.argsort(batch.time[mine], kind="stable")]
        keep = np.append(np.diff(batch.time[order]) != 0, True)
        order = order[keep]
        series.put(batch.time[order], batch.value[order], batch.flag[order])
        after = len(series)
        if (
            after >= _ENOUGH and after.bit_length() > before.bit_length()
        ):  # looked at each time it has doubled
            self._tighten(name, series, cursor)

    def _loosen(self, name: str, member: Member) -> None:
        """Move a series whose times left its steps to where times are free."""
        grid = self.grids[member.cadence]
        first, last = grid.span(member.row)
        value, flag = grid.take(member.row, first, last + 1)
        told = np.flatnonzero(flag != UNWRITTEN)
        series = Loose()
        series.put((told + first) * member.cadence + member.phase, value[told], flag[told])
        self.loose[name] = series
        self.members[name] = replace(member, cadence=0, phase=0, row=-1)  # as a whole: others are reading
        self._note()

    def _tighten(self, name: str, series: Loose, cursor: int) -> None:
        """Move a series whose times turn out to keep a cadence into a grid."""
        time, value, flag = series.told()
        cadence = cadence_of(time, self._declared(name))
        if not cadence:
            return
        grid, member = self.grid(cadence), self.members[name]
        row, phase = grid.add(), int(time[0] % cadence)
        steps = (time - phase) // cadence
        if (steps[-1] - steps[0]) // STEPS >= WIDEST:
            return
        grid.put(np.full(len(time), row), steps, value, flag)
        self.members[name] = replace(member, cadence=cadence, phase=phase, row=row, since=cursor)
        self._note()


def cadence_of(time: Ints, declared: int) -> int:
    """Return the cadence that rising times keep, in microseconds; 0 for none.

    Parameters
    ----------
    time
        int64[n], microseconds, rising.
    declared
        What the series says of itself; 0 for nothing.

    Examples
    --------
    >>> cadence_of(np.arange(100) * 600 * SECOND, 0) // SECOND, cadence_of(np.array([0, 7]), 600)
    (600, 0)
    """
    if not len(time):
        return 0
    cadence = declared
    if not cadence:
        if len(time) < _ENOUGH:
            return 0
        cadence = int(np.median(np.diff(time)))
        if cadence < SECOND or len(time) * cadence < _DENSE * (int(time[-1]) - int(time[0])):
            return 0
    if ((time - time[0]) % cadence).any() or (int(time[-1]) - int(time[0])) // cadence // STEPS >= WIDEST:
        return 0
    return cadence
