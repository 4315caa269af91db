"""Through which cells of the grid a breach lets its water out."""

import numpy as np
from scipy.ndimage import label

__all__ = ["outlet"]


def outlet(
    ground: np.ndarray, wall: np.ndarray, place: tuple[int, int], width: float, cell: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of the cells at the foot of a dam, as wide as the breach, on this side of the wall.

    Parameters
    ----------
    ground
        Bare ground, m, shape (y, x).
    wall
        Where dams and walls stand.
    place
        Cell of the dam's downstream foot; if a wall stands in it (cells may be coarse), the lowest free cell near it is taken.
    width
        Of the breach, m.
    cell
        Width and height of a cell, m.
    """
    rows, columns = np.indices(ground.shape)
    if wall[place]:
        near = ~wall & (np.abs(rows - place[0]) <= 2) & (np.abs(columns - place[1]) <= 2)
        if near.any():
            row, column = np.unravel_index(np.argmin(np.where(near, ground, np.inf)), ground.shape)
            place = int(row), int(column)
    away = np.hypot((rows - place[0]) * cell[1], (columns - place[1]) * cell[0])
    reach = away <= width / 2
    reach[place] = True
    # not through the wall, and not up its flanks: what lies a tenth of the width higher stays dry
    free = reach & ~wall & (ground <= ground[place] + 0.1 * width)
    free[place] = True
    parts, _ = label(free)
    found = np.nonzero(parts == parts[place])
    return found[0], found[1]
