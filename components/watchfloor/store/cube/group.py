"""Series of one cadence together: the same steps of all of them as one table."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from watchfloor.core.quality import Flag
from watchfloor.store.cube.grid import Grid
from watchfloor.store.cube.kernels import UNWRITTEN

__all__ = ["Group"]

Ints = NDArray[np.int64]


class Group(NamedTuple):
    """Series that keep the same cadence.

    Parameters
    ----------
    grid
        Their arrays.
    names
        Their names, n of them.
    rows, phase
        int64[n]: row in the grid, and microseconds of their times within a step.
    """

    grid: Grid
    names: tuple[str, ...]
    rows: Ints
    phase: Ints

    @property
    def cadence(self) -> int:
        """Microseconds between steps."""
        return self.grid.cadence

    def step(self, at: int) -> Ints:
        """Return the last step of each series at or before a time (microseconds)."""
        return (at - self.phase) // self.cadence

    def span(self) -> tuple[Ints, Ints]:
        """Return the first and the last step told of each series."""
        view = self.grid.view
        return view.first[self.rows], view.last[self.rows]

    def block(self, start: int, end: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Return values and flags of the steps from `start` up to, but not at, `end`: [n, end - start].

        Steps of which nothing was ever told have the flag `kernels.UNWRITTEN`.
        """
        return self.grid.block(self.rows, start, end)

    def latest(self) -> tuple[Ints, NDArray[np.float32], NDArray[np.uint8]]:
        """Return time (microseconds), value and flag of the newest telling of each series."""
        last, value, flag = self.grid.latest()
        flag = np.where(flag == UNWRITTEN, np.uint8(Flag.MISSING), flag)[self.rows]
        return last[self.rows] * self.cadence + self.phase, value[self.rows], flag
