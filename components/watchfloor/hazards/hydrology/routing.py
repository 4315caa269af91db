"""How a flood goes down a river: Muskingum, Muskingum-Cunge, lag, recession, and the order of a network."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from watchfloor.core.errors import InvalidInputError

__all__ = [
    "OUTSIDE",
    "Reach",
    "coefficients",
    "cunge",
    "later",
    "muskingum",
    "order",
    "recession",
    "routed",
    "slowed",
]

OUTSIDE = -1
_MOST_PARTS = 400


@dataclass(frozen=True)
class Reach:
    """How a reach is cut for routing.

    Parameters
    ----------
    storage
        Muskingum's K of each part, s.
    weight
        Muskingum's X.
    parts
        In how many equal parts it is cut.
    rest
        Part of a step by which what leaves them is later still: what is left of the reach where a wave takes less than a step.
    """

    storage: float
    weight: float
    parts: int = 1
    rest: float = 0.0


def coefficients(storage: float, weight: float, step: float) -> tuple[float, float, float]:
    """Return Muskingum's coefficients, of the new inflow, the old inflow and the old outflow; together they are 1.

    Chow, Maidment and Mays 1988, Applied Hydrology, eq. 8.4.7 to 8.4.10.

    Examples
    --------
    >>> [round(c, 4) for c in coefficients(2.3, 0.15, 1.0)]
    [0.0631, 0.3442, 0.5927]
    """
    below = 2.0 * storage * (1.0 - weight) + step
    return (
        (step - 2.0 * storage * weight) / below,
        (step + 2.0 * storage * weight) / below,
        (2.0 * storage * (1.0 - weight) - step) / below,
    )


def cunge(length: float, flow: float, slope: float, width: float, roughness: float, step: float) -> Reach:
    """Return how to route a reach so that its numerical spreading is that of the flood wave.

    Cunge 1969, doi:10.1080/00221686909500264; Ponce 1986, doi:10.1061/(ASCE)0733-9429(1986)112:8(696), for a wide rectangular channel: the wave
    runs at 5/3 of the speed of the water, ``X = (1 - q / (S c dx)) / 2``.

    Parameters
    ----------
    length
        m.
    flow
        Reference discharge, m^3/s: halfway between the base flow and the peak.
    slope, width, roughness
        Of the channel: m/m, m, Manning's n.
    step
        Length of a step, s.
    """
    per = max(flow, 1e-3) / width
    depth = (per * roughness / np.sqrt(slope)) ** 0.6
    wave = float(5.0 / 3.0 * per / depth)
    spread = float(per / (slope * wave))  # the length over which the wave spreads
    stride = wave * step
    if spread <= stride:
        # each part as long as the wave runs in a step: no coefficient is negative, and nothing spreads by itself
        parts = min(int(length / stride), _MOST_PARTS)
        share = spread / stride
        return Reach(step, 0.5 * (1.0 - share), parts, min(length / stride - parts, 1.0))
    # longer parts, dx <= c dt + q / (S c), for a wave that spreads more than it runs
    parts = min(max(1, int(np.ceil(length / (spread + stride)))), _MOST_PARTS)
    part = length / parts
    return Reach(part / wave, 0.5 * (1.0 - min(spread / part, 1.0 + stride / part)), parts)


@njit(cache=True, nogil=True)  # type: ignore[misc]
def _route(inflow, parts, c0, c1, c2):  # type: ignore[no-untyped-def]
    """Route through equal parts; return the outflow and what flows out of each part at the end."""
    out = inflow.copy()
    held = np.full(parts, inflow[0])
    for k in range(1, inflow.size):
        old, new = inflow[k - 1], inflow[k]
        for p in range(parts):
            before = held[p]
            held[p] = c0 * new + c1 * old + c2 * before
            old, new = before, held[p]
        out[k] = new
    return out, held


def routed(inflow: np.ndarray, reach: Reach, step: float) -> tuple[np.ndarray, float]:
    """Return the outflow of a reach, and how much more it holds at the end than at the start.

    Parameters
    ----------
    inflow
        At the end of each step, m^3/s; the reach begins as full as the first of it keeps it.
    reach
        How it is cut.
    step
        Length of a step, in the unit of the reach's storage.

    Raises
    ------
    InvalidInputError
        If the weight is above one half, with which no step is stable.
    """
    if reach.weight > 0.5 or reach.storage <= 0:
        raise InvalidInputError(
            f"A reach with K {reach.storage:g} and X {reach.weight:g} cannot be routed; expected K above 0 and X of at most 0.5."
        )
    c0, c1, c2 = coefficients(reach.storage, reach.weight, step)
    flow = np.ascontiguousarray(inflow, float)
    out, held = _route(flow, reach.parts, c0, c1, c2)
    into = np.append(flow[-1], held[:-1]) if reach.parts else held
    stored = reach.weight * (into - flow[0]) + (1.0 - reach.weight) * (held - flow[0])
    gained = reach.storage * float(stored.sum())
    if reach.rest > 0.0:
        gained += reach.rest * step * float(0.5 * (out[-1] + out[-2]) - out[0])
        out = (1.0 - reach.rest) * out + reach.rest * np.append(out[0], out[:-1])
    return out, gained


def muskingum(inflow: np.ndarray, reach: Reach, step: float) -> np.ndarray:
    """Return the outflow of a reach, m^3/s; see `routed`."""
    return routed(inflow, reach, step)[0]


def later(seconds: float, step: float) -> Reach:
    """Return a reach that passes a flood on as it is, later.

    Examples
    --------
    >>> muskingum(np.array([0.0, 8.0, 0.0, 0.0, 0.0]), later(90.0, 60.0), 60.0).tolist()
    [0.0, 0.0, 4.0, 4.0, 0.0]
    """
    parts = int(seconds / step)
    return Reach(step, 0.5, parts, seconds / step - parts)


def slowed(storage: float, weight: float, step: float) -> Reach:
    """Return a Muskingum reach of a storage, s, cut so that no coefficient is negative; a quick one is only passed on later."""
    if storage < step:
        return later(storage, step)
    parts = int(storage / step)
    return Reach(storage / parts, min(weight, 0.5 * step * parts / storage), parts)


def recession(start: np.ndarray, constant: float, seconds: np.ndarray) -> np.ndarray:
    """Return the base flow, m^3/s, shape (time, node), that falls by a constant share a day (Chow 1988, eq. 5.2.1)."""
    return np.asarray(start)[None, :] * constant ** (np.asarray(seconds)[:, None] / 86400.0)


def order(downstream: np.ndarray) -> np.ndarray:
    """Return the nodes of a river network, each before the one that it flows to.

    Raises
    ------
    InvalidInputError
        If it flows in a circle.

    Examples
    --------
    >>> order(np.array([2, 2, -1])).tolist()
    [0, 1, 2]
    """
    above = np.bincount(downstream[downstream >= 0], minlength=downstream.size)
    ready = [int(node) for node in np.nonzero(above == 0)[0]]
    found: list[int] = []
    while ready:
        node = ready.pop(0)
        found.append(node)
        below = int(downstream[node])
        if below != OUTSIDE:
            above[below] -= 1
            if above[below] == 0:
                ready.append(below)
    if len(found) < downstream.size:
        circle = sorted(set(range(downstream.size)) - set(found))
        raise InvalidInputError(
            f"The river flows in a circle through the nodes {', '.join(map(str, circle[:10]))}; check downstream."
        )
    return np.array(found)
