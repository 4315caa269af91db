"""Whether a soil on a slope slides: the infinite slope with water in it."""

from typing import Any

import numpy as np

__all__ = ["WATER", "critical_rain", "critical_wetness", "instability", "needed_cohesion"]

WATER = 9.81
"""Weight of water, kN/m^3."""


def instability(
    cohesion: Any, friction: Any, depth: Any, slope: Any, wetness: Any, weight: Any = 18.0
) -> Any:
    """Return what pulls a slope down over its strength: one over the factor of safety.

    ``F = (c + (g z cos^2 - m g_w z cos^2) tan phi) / (g z sin cos)``: Skempton and DeLory 1957, with the water flowing
    along the slope, as in Montgomery and Dietrich 1994 (doi:10.1029/93WR02979).

    Parameters
    ----------
    cohesion
        Of soil and roots, kPa.
    friction
        Angle, degrees.
    depth
        Of the soil, m (vertical).
    slope
        Degrees.
    wetness
        Saturated share of the depth, 0 to 1.
    weight
        Of the soil, kN/m^3.

    Returns
    -------
    array_like
        0 on the level, 1 where it begins to slide, at most 10.

    Examples
    --------
    >>> round(1.0 / float(instability(0.0, 35.0, 2.0, 25.0, 1.0)), 4)
    0.6832
    """
    lean = np.radians(slope)
    pull = weight * depth * np.sin(lean) * np.cos(lean)
    press = (weight - WATER * np.asarray(wetness)) * depth * np.cos(lean) ** 2
    hold = cohesion + np.maximum(press, 0.0) * np.tan(np.radians(friction))
    return np.minimum(pull / np.maximum(hold, 0.1 * pull + 1e-9), 10.0)


def critical_wetness(cohesion: Any, friction: Any, depth: Any, slope: Any, weight: Any = 18.0) -> Any:
    """Return the wetness at which it begins to slide: above 1 it never does, below 0 it slides when dry."""
    lean, hold = np.radians(slope), np.tan(np.radians(friction))
    press = weight * depth * np.cos(lean) ** 2 * hold
    pull = weight * depth * np.sin(lean) * np.cos(lean)
    return (cohesion + press - pull) / (WATER * depth * np.cos(lean) ** 2 * hold)


def needed_cohesion(
    friction: Any, depth: Any, slope: Any, wetness: Any, safety: float, weight: Any = 18.0
) -> Any:
    """Return the cohesion, kPa, that a slope of a factor of safety has; below 0 it needs none."""
    lean = np.radians(slope)
    pull = weight * depth * np.sin(lean) * np.cos(lean)
    press = (weight - WATER * np.asarray(wetness)) * depth * np.cos(lean) ** 2
    return safety * pull - press * np.tan(np.radians(friction))


def critical_rain(friction: Any, slope: Any, area: Any, transmissivity: Any, weight: Any = 18.0) -> Any:
    """Return the steady rain, m/d, at which a slope without cohesion slides (SHALSTAB: Montgomery and Dietrich 1994, eq. 9).

    Parameters
    ----------
    friction, slope
        Degrees.
    area
        That drains through a metre of contour, m.
    transmissivity
        m^2/d.
    weight
        Of the soil, kN/m^3.
    """
    lean = np.radians(slope)
    return (
        transmissivity
        * np.sin(lean)
        / area
        * (weight / WATER)
        * (1.0 - np.tan(lean) / np.tan(np.radians(friction)))
    )
