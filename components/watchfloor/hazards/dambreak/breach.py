"""How a dam breaks: how wide and how fast the breach grows, and what runs out of the reservoir through it."""

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.water import GRAVITY

__all__ = ["Breach", "drawdown", "froehlich", "tailings_release", "weir"]

_RECTANGLE = (2.0 / 3.0) ** 1.5
"""Critical flow over a broad crest: ``Q = (2/3)^(3/2) sqrt(g) b H^(3/2)``."""
_TRIANGLE = 0.8**2 * sqrt(0.4)
"""Critical flow through a triangle with side slope z: ``Q = 0.8^2 sqrt(0.4 g) z H^(5/2)``."""


@dataclass(frozen=True)
class Breach:
    """A breach when it is fully grown.

    Parameters
    ----------
    width
        Mean width, m.
    time
        How long it takes to grow, s.
    side
        Slope of its sides, horizontal over vertical.

    Examples
    --------
    >>> breach = froehlich(310e6, 77.4)
    >>> round(breach.width), round(breach.time / 3600, 2)
    (168, 1.28)
    """

    width: float
    time: float
    side: float


def froehlich(volume: float, depth: float, *, overtopped: bool = False) -> Breach:
    """Return the expected breach of an embankment.

    Froehlich 2008, doi:10.1061/(ASCE)0733-9429(2008)134:12(1708), from 74 failures: ``B = 0.27 K V^0.32 h^0.04`` with
    K 1.3 where it is overtopped and 1 otherwise, ``t = 63.2 sqrt(V / (g h^2))``, sides 1 and 0.7. Width and time were compared
    with open implementations of it, not with the paper; which of the sides is which was not compared.

    Parameters
    ----------
    volume
        Water above the bottom of the breach, m^3.
    depth
        Height of the breach, m.
    overtopped
        Whether water runs over the crest; otherwise it pipes through.
    """
    width = 0.27 * (1.3 if overtopped else 1.0) * volume**0.32 * depth**0.04
    return Breach(width, 63.2 * sqrt(volume / (GRAVITY * depth * depth)), 1.0 if overtopped else 0.7)


def tailings_release(stored: float) -> float:
    """Return how much of a tailings pond runs out, m^3.

    Rico, Benito and Diez-Herrero 2008, doi:10.1016/j.jhazmat.2007.09.110, from 22 failures:
    ``VF = 0.354 VT^1.01`` in 10^6 m^3; about a third. Compared with the preprocessor of FLO-2D, not with the paper.
    """
    return float(min(0.354 * (stored / 1e6) ** 1.01 * 1e6, stored))


def weir(head: float, bottom: float, side: float) -> float:
    """Return the critical flow through a trapezoid, m^3/s: a broad crest and the triangles beside it.

    Parameters
    ----------
    head
        Water level above the bottom, m.
    bottom
        Width of the bottom, m.
    side
        Slope of the sides, horizontal over vertical.
    """
    head = max(head, 0.0)
    root = sqrt(GRAVITY * head)
    return root * head * (_RECTANGLE * bottom + _TRIANGLE * side * head)


def drawdown(
    volume: float, depth: float, breach: Breach, *, shape: float, edges: np.ndarray, parts: int = 20
) -> np.ndarray:
    """Return what runs out of a reservoir in each interval, m^3/s, as means, so that the volume is exact.

    The breach grows evenly from the water level down and to both sides. The reservoir holds ``V (h / h0)^shape``. Midpoint rule.

    Parameters
    ----------
    volume, depth
        Water above the final bottom of the breach at the start, m^3 and m.
    breach
        Fully grown.
    shape
        Power of storage against depth: 1 for upright walls, about 3 for a valley.
    edges
        Times between intervals, s since the breach begins, rising.
    parts
        Steps in each interval.

    Returns
    -------
    numpy.ndarray
        One fewer than `edges`.
    """
    if volume <= 0.0 or depth <= 0.0:
        raise InvalidInputError(
            f"A reservoir of {volume:g} m^3 and {depth:g} m over the bottom of its breach does not break; expected both above 0."
        )
    floor = max(breach.width - breach.side * depth, 0.05 * breach.width)

    def flow(stored: float, time: float) -> float:
        grown = min(max(time / max(breach.time, 1e-9), 0.0), 1.0)
        level = depth * (max(stored, 0.0) / volume) ** (1.0 / shape)
        return weir(level - depth * (1.0 - grown), floor * grown, breach.side)

    stored = volume
    means = np.zeros(edges.size - 1)
    for number, (first, last) in enumerate(pairwise(edges)):
        before = stored
        step = (last - first) / parts
        for part in range(parts):
            time = first + part * step
            half = stored - 0.5 * step * flow(stored, time)
            stored = max(stored - step * flow(half, time + 0.5 * step), 0.0)
        means[number] = (before - stored) / (last - first)
    return means
