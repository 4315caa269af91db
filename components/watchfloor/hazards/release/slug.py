"""Puffs for a wind that turns, falls calm, or for several sources: a train of slugs that joins up to the plume.

What is released between two moments lies, later, between the two places to which the wind has carried the puffs of
those moments. Such a slug has the spread of its place between the two (after Scire, Strimaitis and Yamartino 2000, A User's
Guide for the CALPUFF Dispersion Model, section 2.1). Where nothing moves a slug is the puff itself.
"""

import math

import numpy as np
from numba import njit

from watchfloor.hazards.release.stability import sigma

__all__ = ["CALM", "Train", "lay", "tally"]

CALM = 0.5
"""Speed with which a puff grows where there is no wind, m/s: meandering air is never quite still."""
SMALLEST = 0.5
"""Least spread, metres: a source is no point."""
REACH = 4.0
"""Spreads around its middle within which a puff is reckoned: all but 0.03 % of it."""
APART = 1.5
"""Most spreads between two puffs."""
ROOT = math.sqrt(2.0 * math.pi)


class Train:
    """The puffs of one source: where they are, and how wide.

    Parameters
    ----------
    east, north
        Of the source, metres.
    terrain
        ``rural`` or ``urban``.
    spread
        Factor on the spread.

    Examples
    --------
    >>> train = Train(0.0, 0.0, "rural")
    >>> for _ in range(10):
    ...     train.step(60.0, 2.0, 270.0, 3, 1.5)
    >>> train.nodes.shape, float(train.nodes[0, 0]), round(float(train.mass.sum()), 6)
    ((11, 4), 1200.0, 900.0)
    """

    def __init__(self, east: float, north: float, terrain: str, spread: float = 1.0) -> None:
        self.terrain, self.spread = terrain, spread
        self.nodes = np.array([[east, north, 0.0, 0.0]])
        self._travelled = np.zeros(1)
        self.mass = np.zeros(0)
        self._home = self.nodes.copy()

    def step(self, seconds: float, wind: float, direction: float, number: int, rate: float) -> None:
        """Let the wind carry all puffs for some seconds, while `rate` kg/s are released.

        Parameters
        ----------
        wind
            That carries them, m/s.
        direction
            From which it blows, degrees.
        number
            Of the stability class.
        """
        turn = math.radians(direction)
        self.nodes[:, 0] -= wind * seconds * math.sin(turn)
        self.nodes[:, 1] -= wind * seconds * math.cos(turn)
        further = self._travelled + max(wind, CALM) * seconds
        for column, (before, after) in enumerate(
            zip(
                sigma(self._travelled, number, self.terrain),
                sigma(further, number, self.terrain),
                strict=True,
            )
        ):
            self.nodes[:, 2 + column] += self.spread * (after - before)
        self._travelled = np.append(further, 0.0)
        self.nodes = np.concatenate([self.nodes, self._home])
        self.mass = np.append(self.mass, rate * seconds)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def lay(x, y, nodes, mass, height, receptor, factor, out):  # type: ignore[no-untyped-def]
    """Add the concentration of a train of slugs to a map.

    Each slug is laid down as round puffs that are no further apart than `APART` spreads, which leaves ripples below
    0.1 %; a round puff is a product of a row and a column, so that a cell costs one multiplication.

    Parameters
    ----------
    x, y
        Of columns and rows, metres, evenly spaced.
    nodes
        East, north, lateral and vertical spread of puffs, oldest first, metres, shape (puff, 4).
    mass
        Between each two of them, kg.
    height, receptor
        Of the release and of the nose, metres.
    factor
        From kg/m^3 to the unit of the map.
    out
        Map, shape (y, x); it is added to.
    """
    step_x, step_y = x[1] - x[0], y[1] - y[0]
    # a cell cannot show what is narrower
    least = max(SMALLEST, 0.25 * min(abs(step_x), abs(step_y)))
    row = np.empty(x.size)
    for j in range(mass.size):
        if mass[j] <= 0.0:
            continue
        east, north = nodes[j, 0] - nodes[j + 1, 0], nodes[j, 1] - nodes[j + 1, 1]
        length = math.sqrt(east * east + north * north)
        middle = max(0.5 * (nodes[j, 2] + nodes[j + 1, 2]), least)
        parts = max(math.ceil(length / (APART * middle)), 1)
        for i in range(parts):
            part = (i + 0.5) / parts
            px, py = nodes[j + 1, 0] + part * east, nodes[j + 1, 1] + part * north
            side = max(nodes[j + 1, 2] + part * (nodes[j, 2] - nodes[j + 1, 2]), least)
            up = max(nodes[j + 1, 3] + part * (nodes[j, 3] - nodes[j + 1, 3]), SMALLEST)
            one, two = (px - REACH * side - x[0]) / step_x, (px + REACH * side - x[0]) / step_x
            left, right = (
                max(math.ceil(min(one, two)), 0),
                min(math.floor(max(one, two)), x.size - 1),
            )
            one, two = (py - REACH * side - y[0]) / step_y, (py + REACH * side - y[0]) / step_y
            low, high = max(math.ceil(min(one, two)), 0), min(math.floor(max(one, two)), y.size - 1)
            if left > right or low > high:
                continue
            half = 0.5 / (side * side)
            column = (
                math.exp(-((receptor - height) ** 2) / (2.0 * up * up))
                + math.exp(-((receptor + height) ** 2) / (2.0 * up * up))
            ) / (ROOT * up)
            whole = factor * mass[j] / parts * column / (ROOT * ROOT * side * side)
            for c in range(left, right + 1):
                row[c] = math.exp(-half * (x[c] - px) ** 2)
            for r in range(low, high + 1):
                scale = whole * math.exp(-half * (y[r] - py) ** 2)
                for c in range(left, right + 1):
                    out[r, c] += scale * row[c]


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy", inline="always")  # type: ignore[misc]
def _power(value, exponent):  # type: ignore[no-untyped-def]
    """Return a power; squares are most of them, and cheap."""
    if exponent == 2.0:
        return value * value
    if exponent == 1.0:
        return value
    return value**exponent


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def tally(now, before, minutes, moment, keep, exponents, threshold, kept):  # type: ignore[no-untyped-def]
    """Take a step into account everywhere: peak, doses, indoor air and arrival.

    Parameters
    ----------
    now, before
        Concentration at the end and at the beginning of the step, ppm, shape (y, x).
    minutes
        Length of the step.
    moment
        Its end, seconds.
    keep
        Share of the indoor air that stays over the step.
    exponents
        Of the toxic load of the guideline levels and of the lethality.
    threshold
        Concentration at which it has arrived.
    kept
        Peak, dose, load, lethal load, indoor air, its peak, its lethal load, arrival, shape (8, y, x).
    """
    faint = 1e-4 * threshold
    for r in range(now.shape[0]):
        for c in range(now.shape[1]):
            value = min(now[r, c], 1e6)
            mean = 0.5 * (value + min(before[r, c], 1e6))
            inside = kept[4, r, c]
            if mean <= 1e-12 and inside <= 1e-12:
                continue
            kept[0, r, c] = max(kept[0, r, c], value)
            kept[1, r, c] += mean * minutes
            if mean > faint:
                kept[2, r, c] += _power(mean, exponents[0]) * minutes
                kept[3, r, c] += _power(mean, exponents[1]) * minutes
            inside = keep * inside + (1.0 - keep) * mean
            kept[4, r, c] = inside
            kept[5, r, c] = max(kept[5, r, c], inside)
            if inside > faint:
                kept[6, r, c] += _power(inside, exponents[1]) * minutes
            if value >= threshold and moment < kept[7, r, c]:
                kept[7, r, c] = moment
