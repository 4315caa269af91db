"""Gas that is heavier than air: the correlations of Britter and McQuaid for a steady plume at the ground."""

from typing import Any

import numpy as np

__all__ = ["LEVELS", "Dense", "dense_number"]

LEVELS = (0.10, 0.05, 0.02, 0.01, 0.005, 0.002)
"""Parts of the source's concentration at which the distance is correlated."""
NEAR = 30.0
"""Distances below this many source lengths follow the near field."""
HEAVY = 0.15
"""Dense-gas effects matter from here (Britter and McQuaid 1988; CCPS 1999, eq. 2.3.40)."""
_G = 9.80616
# CCPS 1999, table 2.14, after Britter and McQuaid 1988, HSE contract research report 17/1988: per level, up to which
# alpha which line (slope, intercept) gives log10 of x over the source's length
_LINES: tuple[tuple[tuple[float, float, float], ...], ...] = (
    ((-0.55, 0.0, 1.75), (-0.14, 0.24, 1.88), (9.0, -0.50, 1.78)),
    ((-0.68, 0.0, 1.92), (-0.29, 0.36, 2.16), (-0.18, 0.0, 2.06), (9.0, -0.56, 1.96)),
    ((-0.69, 0.0, 2.08), (-0.31, 0.45, 2.39), (-0.16, 0.0, 2.25), (9.0, -0.54, 2.16)),
    ((-0.70, 0.0, 2.25), (-0.29, 0.49, 2.59), (-0.20, 0.0, 2.45), (9.0, -0.52, 2.35)),
    ((-0.67, 0.0, 2.40), (-0.28, 0.59, 2.80), (-0.15, 0.0, 2.63), (9.0, -0.48, 2.56)),
    ((-0.69, 0.0, 2.60), (-0.25, 0.39, 2.87), (-0.13, 0.0, 2.77), (9.0, -0.50, 2.71)),
)


def lines(alpha: float) -> tuple[float, ...]:
    """Return log10 of the distances, in source lengths, at which `LEVELS` are reached.

    Examples
    --------
    >>> lines(0.0)
    (1.78, 1.96, 2.16, 2.35, 2.56, 2.71)
    """
    return tuple(
        next(slope * alpha + base for most, slope, base in pieces if alpha <= most) for pieces in _LINES
    )


def dense_number(flow: float, density: float, air: float, wind: float) -> float:
    """Return the number that says whether a steady release behaves as a dense gas: from 0.15 on it does.

    Parameters
    ----------
    flow
        Volume of gas released in a second, m^3/s.
    density, air
        Of the gas and of the air, kg/m^3.
    wind
        At 10 m, m/s.
    """
    reduced = _G * max(density - air, 0.0) / air
    return float((reduced * flow / (wind**3 * np.sqrt(flow / wind))) ** (1.0 / 3.0)) if flow > 0 else 0.0


class Dense:
    """A steady plume of dense gas at the ground.

    Parameters
    ----------
    flow
        Volume of gas released in a second, m^3/s.
    density, air
        Of the gas at the source and of the air, kg/m^3.
    wind
        At 10 m, m/s.
    warmth
        Temperature of the gas at the source over that of the air.

    Examples
    --------
    >>> cloud = Dense(0.23 * 425.6 / 1.76, 1.76, 1.1839, 10.9, 111.15 / 298.0)
    >>> round(float(cloud.centre(1200.0)), 5)
    0.00492
    """

    def __init__(self, flow: float, density: float, air: float, wind: float, warmth: float = 1.0) -> None:
        reduced = _G * max(density - air, 0.0) / air
        self.length = float(np.sqrt(flow / wind))
        self.buoyancy = float(flow * reduced / wind**3)
        self.warmth = warmth
        alpha = 0.2 * np.log10(max(reduced**2 * flow / wind**5, 1e-12))
        beta, levels = list(lines(float(alpha))), list(LEVELS)
        least = 10 ** min(beta)
        if least > NEAR:
            self.near = NEAR
            beta, levels = [np.log10(NEAR), *beta], [306.0 / (NEAR**2 + 306.0), *levels]
        else:
            self.near = float(least)
        order = np.argsort(beta)
        self._beta, self._level = np.array(beta)[order], np.array(levels)[order]
        self._far = float(10 ** self._beta[-1])
        self._tail = float(min(levels)) * self._far**2

    def centre(self, distance: Any) -> np.ndarray:
        """Return the volume fraction on the axis at distances downwind, metres."""
        x = np.maximum(np.asarray(distance, float), 1e-6) / self.length
        inner = 306.0 / (306.0 + x**2)
        middle = np.interp(np.log10(x), self._beta, self._level)
        share = np.where(x <= self.near, inner, np.where(x < self._far, middle, self._tail / x**2))
        return np.asarray(share / (share + (1.0 - share) * self.warmth))

    def half_width(self, distance: Any) -> np.ndarray:
        """Return half of the cloud's width at distances downwind, metres (CCPS 1999, eq. 2.3.43 and 44)."""
        x = np.maximum(np.asarray(distance, float), 0.0)
        return np.asarray(self.length + 8.0 * self.buoyancy + 2.5 * np.cbrt(self.buoyancy * x**2))

    @property
    def upwind(self) -> float:
        """How far the cloud spreads against the wind, metres."""
        return 0.5 * self.length + 2.0 * self.buoyancy
