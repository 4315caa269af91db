"""Along which straight ways a fire may go from cell to cell, and what they cross."""

from dataclasses import dataclass
from itertools import pairwise
from math import gcd, hypot

import numpy as np

__all__ = ["REACH", "Stencil", "stencil"]

REACH = 5
"""Cells that a way reaches at most: 5 makes 80 directions, with which an ellipse keeps 97 % of its area."""


@dataclass(frozen=True)
class Stencil:
    """The ways from a cell, one for each direction that no shorter way has.

    Parameters
    ----------
    offset
        From the cell to the end of a way, in a flat array, int64 (ways).
    length
        Metres, float64 (ways).
    x, y
        Unit vector, east and north, float64 (ways).
    first
        Where a way's crossed cells begin in `cell` and `part`, int64 (ways + 1); the start's part comes first, the end's last.
    cell
        From the start to a crossed cell, in a flat array, int64.
    part
        Share of the way's length in it, float64.
    corner
        The two cells beside the corner that a way goes through, int64 (ways, 2), or zeros where it goes through none:
        if neither of them can burn, the way is closed.
    """

    offset: np.ndarray
    length: np.ndarray
    x: np.ndarray
    y: np.ndarray
    first: np.ndarray
    cell: np.ndarray
    part: np.ndarray
    corner: np.ndarray


def stencil(columns: int, dx: float, dy: float, down: float, reach: int = REACH) -> Stencil:
    """Return the ways on a grid.

    Parameters
    ----------
    columns
        Cells in a row of the flat array.
    dx, dy
        Size of a cell, m.
    down
        -1 where rows run south, 1 where they run north.
    reach
        See `REACH`: 1, 2, 3, 4, 5 make 8, 16, 32, 48, 80 ways.

    Examples
    --------
    >>> [len(stencil(100, 10.0, 10.0, -1, reach).offset) for reach in (1, 2, 3, 4, 5)]
    [8, 16, 32, 48, 80]
    """
    ways = [
        (i, j) for i in range(-reach, reach + 1) for j in range(-reach, reach + 1) if gcd(abs(i), abs(j)) == 1
    ]
    # short ones first: they set bounds that spare most of the long ones
    ways.sort(key=lambda way: (max(map(abs, way)), abs(way[0]) + abs(way[1]), way))
    offset, length, x, y, first, cell, part, corner = [], [], [], [], [0], [], [], []
    for i, j in ways:
        east, north = j * dx, i * dy * down
        long = hypot(east, north)
        offset.append(i * columns + j)
        length.append(long)
        x.append(east / long)
        y.append(north / long)
        for (row, column), share in _crossed(i, j):
            cell.append(row * columns + column)
            part.append(share)
        first.append(len(cell))
        corner.append(_corner(i, j, columns))
    return Stencil(
        np.array(offset, np.int64),
        np.array(length),
        np.array(x),
        np.array(y),
        np.array(first, np.int64),
        np.array(cell, np.int64),
        np.array(part),
        np.array(corner, np.int64),
    )


def _crossed(i: int, j: int) -> list[tuple[tuple[int, int], float]]:
    """Return the cells that the way from (0, 0) to (i, j) crosses, in order, and its share in each."""
    cuts = {0.0, 1.0}
    for steps in (abs(i), abs(j)):
        cuts |= {(k + 0.5) / steps for k in range(steps)}
    marks = sorted(cuts)
    found = []
    for begin, end in pairwise(marks):
        if end - begin > 1e-9:
            middle = (begin + end) / 2
            found.append(((round(middle * i), round(middle * j)), end - begin))
    return found


def _corner(i: int, j: int, columns: int) -> tuple[int, int]:
    """Return the two cells beside the corner that a way goes through, or (0, 0): it does if both are odd."""
    if i % 2 == 0 or j % 2 == 0:
        return (0, 0)
    near = (abs(i) // 2, abs(j) // 2)
    side = (1 if i > 0 else -1, 1 if j > 0 else -1)
    one = (near[0] + 1) * side[0] * columns + near[1] * side[1]
    other = near[0] * side[0] * columns + (near[1] + 1) * side[1]
    return (one, other)
