"""Where water gathers on a slope, and where a slide runs: down to lower neighbours, in the order of height."""

from typing import Any

import numpy as np
from numba import njit

__all__ = ["SPREAD", "fed", "gathered", "order", "reach_slope", "reached", "wetness"]

SPREAD = 1.1
"""Power of the slope by which flow is shared among lower neighbours (Freeman 1991, doi:10.1016/0098-3004(91)90048-I)."""


def order(height: np.ndarray) -> np.ndarray:
    """Return the cells of a map, numbered row by row, from the highest to the lowest: int64."""
    return np.argsort(-np.asarray(height, float), axis=None, kind="stable").astype(np.int64)


def gathered(height: np.ndarray, amount: np.ndarray, cells: np.ndarray, dx: float, dy: float) -> np.ndarray:
    """Return what passes through each cell of what falls on all, its own share included.

    Water is shared among all lower neighbours (Freeman 1991). What reaches a pit or the edge stays there: nothing is lost.

    Parameters
    ----------
    height
        Metres, shape (y, x).
    amount
        Of each cell.
    cells
        As `order` gives them.
    dx, dy
        Width and height of a cell, metres.

    Examples
    --------
    >>> height = np.array([[3.0, 2.0, 1.0]])
    >>> gathered(height, np.ones((1, 3)), order(height), 1.0, 1.0).tolist()
    [[1.0, 2.0, 3.0]]
    """
    made = np.array(amount, np.float64, order="C")
    _gather(np.ascontiguousarray(height, np.float64), made, cells, dx, dy, SPREAD)
    return made


def fed(edges: np.ndarray, rain: np.ndarray, memory: float, before: Any = 0.0) -> np.ndarray:
    """Return the rain that feeds the soil's water at the ends of steps, mm/h: a mean that forgets.

    ``R' = (P - R) / tau``, solved exactly for each step.

    Parameters
    ----------
    edges
        Seconds: beginnings of steps and the end of the last.
    rain
        mm/h, shape (steps, ...).
    memory
        tau: after which a share 1/e is left, h.
    before
        At the start, mm/h.
    """
    now = np.broadcast_to(np.asarray(before, float), rain.shape[1:]).copy()
    found = np.empty(rain.shape)
    for step, hours in enumerate(np.diff(edges) / 3600.0):
        left = np.exp(-hours / memory)
        now = rain[step] + (now - rain[step]) * left
        found[step] = now
    return found


def wetness(flow: Any, transmissivity: Any, slope: Any, stored: Any = np.inf) -> Any:
    """Return the saturated share of the soil, 0 to 1 (O'Loughlin 1986, doi:10.1029/WR022i005p00794).

    Steady flow supposes that it has rained long enough for water to come from the farthest ridge. Where it has not, the
    soil holds no more than what fell on it (Barling, Moore and Grayson 1994, doi:10.1029/93WR03346, of water that comes
    from as far as it flows meanwhile: their two limits meet where ``v t = a``).

    Parameters
    ----------
    flow
        Through a metre of contour, m^2/d.
    transmissivity
        m^2/d.
    slope
        Degrees.
    stored
        Share of the soil's free pores that the water which fell would fill.
    """
    lean = np.maximum(np.sin(np.radians(slope)), 1e-3)
    return np.clip(np.minimum(flow / (transmissivity * lean), stored), 0.0, 1.0)


def reach_slope(volume: Any) -> Any:
    """Return the tangent of the angle of reach of a slide, by its volume in cubic metres.

    Corominas 1996, doi:10.1139/t96-005, all slides: ``log tan = -0.085 log V - 0.047``. Neither the paper nor a second source of
    the two numbers was at hand.

    Examples
    --------
    >>> round(float(np.degrees(np.arctan(reach_slope(1e3)))), 1)
    26.5
    """
    return 10.0 ** (-0.085 * np.log10(volume) - 0.047)


def reached(
    height: np.ndarray,
    slides: np.ndarray,
    cells: np.ndarray,
    dx: float,
    dy: float,
    tangent: float,
    when: Any = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return how high the energy line of slides stands above the ground, m, and when the first comes.

    From each sliding cell a line falls with the tangent of the angle of reach along ways that go down; where it meets the
    ground the slide ends (Heim 1932; Corominas 1996). A slide needs no time for its way, as it takes a minute or two.

    Parameters
    ----------
    height
        Metres, shape (y, x).
    slides
        Which cells slide.
    cells
        As `order` gives them.
    dx, dy
        Width and height of a cell, metres.
    tangent
        Of the angle of reach.
    when
        Time at which each cell slides.

    Returns
    -------
    tuple of numpy.ndarray
        Energy, 0 where no slide comes, and the earliest time, infinite where none does.
    """
    ground = np.ascontiguousarray(height, np.float64)
    line = np.where(slides, ground, -np.inf)
    first = np.where(slides, when, np.inf).astype(np.float64)
    _run(ground, line, first, cells, dx, dy, tangent)
    return np.maximum(line - ground, 0.0), first


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def _gather(height, amount, cells, dx, dy, power):  # type: ignore[no-untyped-def]
    rows, columns = height.shape
    weights = np.empty(8)
    for cell in cells:
        row, column = cell // columns, cell % columns
        total = 0.0
        k = 0
        for i in range(-1, 2):
            for j in range(-1, 2):
                if i == 0 and j == 0:
                    continue
                weights[k] = 0.0
                y, x = row + i, column + j
                if 0 <= y < rows and 0 <= x < columns and height[y, x] < height[row, column]:
                    away = np.hypot(i * dy, j * dx)
                    # across a corner the contour that it passes is shorter (Quinn et al. 1991: 0.354 to 0.5)
                    wide = 0.5 if i == 0 or j == 0 else 0.354
                    weights[k] = wide * ((height[row, column] - height[y, x]) / away) ** power
                    total += weights[k]
                k += 1
        if total > 0.0:
            k = 0
            for i in range(-1, 2):
                for j in range(-1, 2):
                    if i == 0 and j == 0:
                        continue
                    if weights[k] > 0.0:
                        amount[row + i, column + j] += amount[row, column] * weights[k] / total
                    k += 1


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def _run(height, line, first, cells, dx, dy, tangent):  # type: ignore[no-untyped-def]
    rows, columns = height.shape
    for cell in cells:
        row, column = cell // columns, cell % columns
        energy = line[row, column]
        if energy < height[row, column]:
            continue
        for i in range(-1, 2):
            for j in range(-1, 2):
                y, x = row + i, column + j
                if (i == 0 and j == 0) or not (0 <= y < rows and 0 <= x < columns):
                    continue
                if height[y, x] < height[row, column]:
                    left = energy - tangent * np.hypot(i * dy, j * dx)
                    if left > height[y, x]:
                        line[y, x] = max(line[y, x], left)
                        first[y, x] = min(first[y, x], first[row, column])
