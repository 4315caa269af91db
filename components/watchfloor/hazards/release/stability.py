"""The air that carries a release: stability classes, how fast a plume widens, and the wind's profile."""

from typing import Any

import numpy as np

from watchfloor.core.errors import InvalidInputError

__all__ = ["CLASSES", "TERRAINS", "golder", "night_or_day", "puff_sigma", "sigma", "wind_at"]

CLASSES = "ABCDEF"
"""Pasquill's classes, from very unstable (A) over neutral (D) to stable (F)."""
TERRAINS = ("rural", "urban")

# Briggs 1973, ATDL-79; as in Hanna, Briggs and Hosker 1982, doi:10.2172/5591108, table 4.5: sigma = a x (1 + b x)^p
_SIDE = {
    "rural": ((0.22, 0.16, 0.11, 0.08, 0.06, 0.04), (1e-4,) * 6, (-0.5,) * 6),
    "urban": ((0.32, 0.32, 0.22, 0.16, 0.11, 0.11), (4e-4,) * 6, (-0.5,) * 6),
}
_UP = {
    "rural": (
        (0.20, 0.12, 0.08, 0.06, 0.03, 0.016),
        (0.0, 0.0, 2e-4, 1.5e-3, 3e-4, 3e-4),
        (-0.5, -0.5, -0.5, -0.5, -1.0, -1.0),
    ),
    "urban": (
        (0.24, 0.24, 0.20, 0.14, 0.08, 0.08),
        (1e-3, 1e-3, 0.0, 3e-4, 1.5e-3, 1.5e-3),
        (0.5, 0.5, 0.5, -0.5, -0.5, -0.5),
    ),
}
# Slade 1968, as in CCPS 1999, Guidelines for Consequence Analysis of Chemical Releases, table 2.13: sigma = a x^p
_PUFF_SIDE = ((0.18, 0.14, 0.10, 0.06, 0.04, 0.02), (0.92, 0.92, 0.92, 0.92, 0.92, 0.89))
_PUFF_UP = ((0.60, 0.53, 0.34, 0.15, 0.10, 0.05), (0.75, 0.73, 0.71, 0.70, 0.65, 0.61))
# Irwin 1979, doi:10.1016/0004-6981(79)90260-9, as in EPA-454/B-95-003b (ISC3), section 1.1.3
_PROFILE = {
    "rural": (0.07, 0.07, 0.10, 0.15, 0.35, 0.55),
    "urban": (0.15, 0.15, 0.20, 0.25, 0.30, 0.30),
}
# Golder 1972, doi:10.1007/BF00769106, as in Seinfeld and Pandis 2006, p. 751
_GOLDER = ((-0.096, 0.029), (-0.037, 0.029), (-0.002, 0.018), (0.0, 0.0), (0.004, -0.018), (0.035, -0.036))
# EPA-454/R-99-005, table 6-7, by day: rows are wind below 2, 3, 5, 6 m/s and more; columns are solar radiation from
# 925, 675, 175 W/m^2 and below
_DAY = ("AABD", "ABCD", "BBCD", "CCDD", "CDDD")
# Pasquill 1961, as in Turner 1970 (AP-26), table 3-1, by night: at least half, and less than half, of the sky covered;
# below 2 m/s, where Pasquill gives none, the calmest class is taken
_NIGHT = ("FF", "EF", "DE", "DD", "DD")


def sigma(distance: Any, number: int, terrain: str = "rural") -> tuple[np.ndarray, np.ndarray]:
    """Return how wide and how deep a plume is, metres (standard deviations; Briggs 1973).

    Parameters
    ----------
    distance
        Downwind, metres.
    number
        Of the stability class: 0 is A, 5 is F.
    terrain
        ``rural`` or ``urban``.

    Examples
    --------
    >>> side, up = sigma(1000.0, 3)
    >>> round(float(side), 1), round(float(up), 1)
    (76.3, 37.9)
    """
    x = np.maximum(np.asarray(distance, float), 0.0)
    found = []
    for a, b, p in (_SIDE[terrain], _UP[terrain]):
        found.append(a[number] * x * (1.0 + b[number] * x) ** p[number])
    return found[0], found[1]


def puff_sigma(distance: Any, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how wide and how deep a puff that is released at once is, metres (Slade 1968; CCPS 1999)."""
    x = np.maximum(np.asarray(distance, float), 0.0)
    return _PUFF_SIDE[0][number] * x ** _PUFF_SIDE[1][number], _PUFF_UP[0][number] * x ** _PUFF_UP[1][number]


def wind_at(speed: Any, height: float, number: Any, terrain: str = "rural", measured: float = 10.0) -> Any:
    """Return the wind's speed at a height, m/s, by the power law of Irwin 1979.

    Parameters
    ----------
    speed
        At the height `measured`, m/s.
    height
        Metres; below 1 m, that of 1 m is returned, as the law does not hold among grass.
    number
        Of the stability class.
    terrain
        ``rural`` or ``urban``.
    measured
        Metres.
    """
    power = np.asarray(_PROFILE[terrain])[np.asarray(number, int)]
    return np.asarray(speed) * (max(height, 1.0) / measured) ** power


def golder(length: Any, roughness: float) -> Any:
    """Return the number of the stability class that is nearest to a Monin-Obukhov length (Golder 1972).

    Parameters
    ----------
    length
        Monin-Obukhov length, metres; negative by day.
    roughness
        Length of the ground's roughness, metres.

    Examples
    --------
    >>> [CLASSES[k] for k in golder([-10.0, -40.0, 500.0, 10.0], 0.006)]
    ['B', 'C', 'D', 'F']
    """
    if roughness <= 0:
        raise InvalidInputError(
            f"A roughness of {roughness:g} m cannot be; expected about 0.0002 (water) to 2 m (city)."
        )
    lines = np.array([a + b * np.log10(roughness) for a, b in _GOLDER])
    return np.abs(1.0 / np.asarray(length, float)[..., None] - lines).argmin(axis=-1)


def night_or_day(speed: Any, radiation: Any, cover: Any) -> np.ndarray:
    """Return the number of the stability class from what an observer knows.

    By day after the solar radiation method (EPA-454/R-99-005, table 6-7), by night after Pasquill (1961).

    Parameters
    ----------
    speed
        Of the wind at 10 m, m/s.
    radiation
        Of the sun on level ground, W/m^2; 0 is night.
    cover
        Part of the sky that clouds cover, 0 to 1.

    Examples
    --------
    >>> [CLASSES[k] for k in night_or_day([1.5, 4.0, 8.0, 2.5, 2.5], [950, 500, 500, 0, 0], [0, 0, 0, 0.2, 0.9])]
    ['A', 'C', 'D', 'F', 'E']
    """
    speed, radiation, cover = np.broadcast_arrays(
        np.asarray(speed, float), np.asarray(radiation, float), np.asarray(cover, float)
    )
    row = np.searchsorted([2.0, 3.0, 5.0, 6.0], speed, side="right")
    day = np.array([[CLASSES.index(c) for c in line] for line in _DAY])
    night = np.array([[CLASSES.index(c) for c in line] for line in _NIGHT])
    column = 3 - np.searchsorted([175.0, 675.0, 925.0], radiation, side="right")
    return np.asarray(np.where(radiation > 0, day[row, column], night[row, (cover < 0.5).astype(int)]))
