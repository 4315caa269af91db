"""Stations compared with one another: by their levels, since their limits differ, and by where they are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from watchfloor.alarms import signals
from watchfloor.alarms.boards import Board
from watchfloor.alarms.site import About
from watchfloor.alarms.thresholds import Level, ThresholdSet

__all__ = ["apart", "own_limits", "ranked", "steps"]

Floats = NDArray[np.float32]
_RADIUS = 6371.0088
"""Mean radius of the Earth, km (Moritz 2000, Geodetic Reference System 1980, doi:10.1007/s001900050278)."""


def apart(abouts: Sequence[About]) -> NDArray[np.float64]:
    """Return the great-circle distances between stations, km [n, n]; infinite where one has no place.

    Haversine formula (Sinnott 1984, Sky and Telescope 68, 159).

    Examples
    --------
    >>> pair = [About("a", lon=0.0, lat=0.0), About("b", lon=1.0, lat=0.0)]
    >>> round(float(apart(pair)[0, 1]), 1)
    111.2
    """
    lon, lat = (np.radians([getattr(about, name) for about in abouts]) for name in ("lon", "lat"))
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat)[:, None] * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    found = 2 * _RADIUS * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return np.where(np.isnan(found), np.inf, found)


def own_limits(sets: Sequence[Sequence[ThresholdSet]]) -> tuple[Floats, Floats]:
    """Return the limits of each station at N levels: float32[n, N] of both sides, of the newest version."""
    count = max((len(item[-1].levels) for item in sets if item), default=1)
    high, low = (np.full((len(sets), count), np.nan, np.float32) for _ in range(2))
    for row, item in enumerate(sets):
        for column, level in enumerate(item[-1].levels if item else ()):
            high[row, column], low[row, column] = level.high, level.low
    return high, low


def steps(names: Sequence[Level]) -> ThresholdSet:
    """Return the levels of a signal that counts levels: 1 for the first, 2 for the second.

    Examples
    --------
    >>> [(level.name, level.high) for level in steps([Level("yellow", 2.4), Level("red", 3.9)]).levels]
    [('yellow', 1), ('red', 2)]
    """
    return ThresholdSet(
        tuple(
            Level(item.name, number, np.nan, item.colour, item.grade) for number, item in enumerate(names, 1)
        )
    )


def ranked(
    board: Board,
    place: int,
    members: Sequence[int],
    names: Sequence[str],
    level: int,
    own: tuple[Floats, Floats],
) -> list[tuple[str, float]]:
    """Return names and values of those members that are at a level or beyond in a column, the worst first."""
    rows = [board.place[member] for member in members]
    value = board.value[rows, place][:, None]
    chosen = list(members)
    found = signals.position(np.ascontiguousarray(value), own[0][chosen], own[1][chosen])[:, 0]
    order = np.argsort(-np.nan_to_num(found, nan=-1.0), kind="stable")
    return [(names[members[at]], float(value[at, 0])) for at in order.tolist() if found[at] >= level]
