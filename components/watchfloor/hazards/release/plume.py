"""A steady plume: Gaussian with reflection at the ground, and what of it has passed by when the release has an end.

In a steady wind the concentration at a place is a coefficient of the place times the strength with which the release
reaches its distance: ``C(x, y, t) = K(x, y) q(x, t)``. So everything that needs time (peaks, doses, indoor air) is
reckoned once along the axis, and a map costs one exponential a cell.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit
from scipy.special import erf

from watchfloor.hazards.release.stability import sigma

__all__ = ["axis", "gaussian", "indoors", "strength", "sweep"]

NODES = 500
FIRST = 1.0
"""Nearest distance of the table, metres: closer, a source is no point."""
_FAR = 25.0
_TINY = 1e-300


def axis(farthest: float) -> np.ndarray:
    """Return the distances downwind at which a plume is tabled, metres, evenly spaced in their logarithm."""
    return np.geomspace(FIRST, max(farthest, 10.0), NODES)


def vertical(height: float, receptor: float, up: Any) -> Any:
    """Return the share of a column at the receptor, 1/m, with reflection at the ground.

    Parameters
    ----------
    height, receptor
        Of the release and of the nose, metres.
    up
        Standard deviation of the plume's depth, metres.
    """
    return (
        np.exp(-((receptor - height) ** 2) / (2 * up**2)) + np.exp(-((receptor + height) ** 2) / (2 * up**2))
    ) / (np.sqrt(2 * np.pi) * up)


def gaussian(
    x: Any,
    y: Any,
    z: float,
    rate: float,
    wind: float,
    number: int,
    height: float = 0.0,
    terrain: str = "rural",
) -> np.ndarray:
    """Return the concentration of a steady plume, kg/m^3 (Pasquill 1961; CCPS 1999, eq. 2.3.7).

    Parameters
    ----------
    x, y, z
        Downwind, crosswind, and above the ground, metres.
    rate
        Kilograms released in a second.
    wind
        That carries the plume, m/s.
    number
        Of the stability class: 0 is A, 5 is F.
    height
        Of the release, metres.
    terrain
        ``rural`` or ``urban``.

    Examples
    --------
    >>> f"{float(gaussian(500.0, 0.0, 0.0, 0.1, 2.0, 5)):.6e}"
    '1.172175e-04'
    """
    x = np.asarray(x, float)
    side, up = sigma(np.maximum(x, 1e-9), number, terrain)
    across = np.exp(-(np.asarray(y, float) ** 2) / (2 * side**2)) / (np.sqrt(2 * np.pi) * side)
    return np.where(x > 0, rate / wind * across * vertical(height, z, up), 0.0)


def strength(
    x: np.ndarray, side: np.ndarray, wind: float, times: np.ndarray, edges: np.ndarray, rates: np.ndarray
) -> np.ndarray:
    """Return the rate of release as it is felt at distances, kg/s, shape (distance, time).

    A release that is constant between two edges is a cloud that travels with the wind and spreads along it as it
    spreads across (Palazzi et al. 1982, doi:10.1016/0004-6981(82)90190-4).

    Parameters
    ----------
    x, side
        Distances and the spread there, metres.
    wind
        That carries the cloud, m/s.
    times
        At which it is asked, seconds.
    edges, rates
        Times between which the rate is constant, seconds, and the rates, kg/s.
    """
    found = np.zeros((x.size, times.size))
    root = np.sqrt(2.0) * side[:, None]
    jumps = np.diff(np.concatenate([[0.0], rates, [0.0]]))
    for edge, jump in zip(edges, jumps, strict=True):
        if jump != 0.0:
            since = times[None, :] - edge
            found += np.where(since > 0, jump * 0.5 * (1.0 + erf((wind * since - x[:, None]) / root)), 0.0)
    return np.maximum(found, 0.0)


def indoors(outside: np.ndarray, times: np.ndarray, changes: np.ndarray) -> np.ndarray:
    """Return the concentration in a house whose air is changed with that outside: ``dC/dt = a (C_out - C)``.

    Parameters
    ----------
    outside
        Last dimension is time.
    times
        Seconds.
    changes
        Air changes in an hour over each step, one fewer than times.
    """
    inside = np.zeros_like(outside)
    for k in range(1, times.size):
        a = changes[k - 1] / 3600.0 * (times[k] - times[k - 1])
        # exact where the outside changes linearly over the step
        keep = np.exp(-a)
        new = 1.0 - (1.0 - keep) / a if a > 1e-9 else a / 2
        old = 1.0 - keep - new
        inside[..., k] = keep * inside[..., k - 1] + old * outside[..., k - 1] + new * outside[..., k]
    return inside


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _row(east, north, sine, cosine, table, hat, upwind, place, value):  # type: ignore[no-untyped-def]
    """Fill one row of cells: place along the axis (in nodes; -1 outside of the plume) and coefficient."""
    nodes = table.shape[1]
    first = table[0, 0]
    step = (table[0, nodes - 1] - first) / (nodes - 1)
    for i in range(east.size):
        place[i] = -1.0
        value[i] = 0.0
        # the wind blows towards -(sine, cosine)
        along = -(east[i] * sine + north * cosine)
        across = east[i] * cosine - north * sine
        if along < 1.0:
            if hat and along > -upwind and abs(across) <= table[2, 0]:
                place[i] = 0.0
                value[i] = np.exp(table[1, 0])
            continue
        at = (np.log(along) - first) / step
        node = min(max(int(at), 0), nodes - 2)
        part = min(at - node, 1.0)
        wide = table[2, node] + part * (table[2, node + 1] - table[2, node])
        off = across * across
        if hat:
            if off <= wide * wide:
                place[i] = node + part
                value[i] = np.exp(table[1, node] + part * (table[1, node + 1] - table[1, node]))
        else:
            power = off / (2.0 * wide * wide)
            if power < _FAR:
                place[i] = node + part
                value[i] = np.exp(table[1, node] + part * (table[1, node + 1] - table[1, node]) - power)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _maps(place, value, tables, front, step, threshold, never, most, out, arrival):  # type: ignore[no-untyped-def]
    """Fill one row of all maps: coefficient times what is tabled along the axis, and the first time of a threshold."""
    for i in range(place.size):
        arrival[i] = never
        if place[i] < 0.0:
            for k in range(tables.shape[0]):
                out[k, i] = 0.0
            continue
        node = min(int(place[i]), tables.shape[1] - 2)
        part = place[i] - node
        # nothing is more than pure gas
        peak = value[i] * (tables[0, node] + part * (tables[0, node + 1] - tables[0, node]))
        scale = min(1.0, most / max(peak, _TINY))
        for k in range(tables.shape[0]):
            out[k, i] = value[i] * scale * (tables[k, node] + part * (tables[k, node + 1] - tables[k, node]))
        if peak >= threshold:
            need = threshold / max(value[i], _TINY)
            near = node + 1 if part > 0.5 else node
            low, high = 0, front.shape[1] - 1
            if front[near, high] < need:
                arrival[i] = high * step
                continue
            while low < high:
                mid = (low + high) // 2
                if front[near, mid] >= need:
                    high = mid
                else:
                    low = mid + 1
            arrival[i] = low * step


def sweep(
    east: np.ndarray,
    north: np.ndarray,
    direction: float,
    table: np.ndarray,
    shape: Mapping[str, Any],
    tables: np.ndarray,
    front: np.ndarray,
    step: float,
    threshold: float,
    never: float,
    tell: Any,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the maps of a steady plume.

    Parameters
    ----------
    east, north
        Of columns and rows from the source, metres.
    direction
        From which the wind blows, degrees.
    table
        Logarithm of the distance, logarithm of the coefficient, and half width (standard deviation, or half of the
        cloud where it is a top hat), shape (3, nodes).
    shape
        ``hat``: whether the cloud has an edge; ``upwind``: how far it spreads against the wind, metres.
    tables
        What is tabled along the axis, the peak first, shape (map, nodes).
    front
        Greatest strength until each time, shape (nodes, times); `step` seconds apart.
    threshold
        Concentration at which it has arrived; `never` is told where it never does.
    tell
        Called with the part that is done.

    Returns
    -------
    tuple of numpy.ndarray
        Maps (map, y, x), arrival (y, x), place along the axis (y, x) and coefficient (y, x).
    """
    rows, columns = north.size, east.size
    place, value = np.empty((rows, columns)), np.empty((rows, columns))
    maps, arrival = np.empty((rows, tables.shape[0], columns)), np.empty((rows, columns))
    turn = np.radians(direction)
    sine, cosine = float(np.sin(turn)), float(np.cos(turn))
    for row in range(rows):
        if row % 64 == 0:
            tell(row / rows)
        _row(
            east,
            float(north[row]),
            sine,
            cosine,
            table,
            shape["hat"],
            shape["upwind"],
            place[row],
            value[row],
        )
        _maps(place[row], value[row], tables, front, step, threshold, never, 1e6, maps[row], arrival[row])
    return maps.transpose(1, 0, 2), arrival, place, value
