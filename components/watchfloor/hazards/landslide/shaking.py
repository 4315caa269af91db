"""What an earthquake does to a slope: how far a block on it slides while the ground shakes."""

from typing import Any

import numpy as np

__all__ = ["SPREAD", "critical_acceleration", "displacement"]

SPREAD = 0.510
"""Standard deviation of the displacement's common logarithm (Jibson 2007)."""


def critical_acceleration(safety: Any, slope: Any) -> Any:
    """Return the acceleration, g, from which a slope gives way while it shakes (Newmark 1965, doi:10.1680/geot.1965.15.2.139).

    Parameters
    ----------
    safety
        Factor of safety without shaking.
    slope
        Degrees.

    Examples
    --------
    >>> round(float(critical_acceleration(1.2, 30.0)), 6)
    0.1
    """
    return np.maximum(np.asarray(safety) - 1.0, 0.0) * np.sin(np.radians(slope))


def displacement(critical: Any, peak: Any) -> Any:
    """Return how far it slides, cm (Jibson 2007, doi:10.1016/j.enggeo.2007.01.013, eq. 6).

    Parameters
    ----------
    critical
        Acceleration from which it gives way, g.
    peak
        Peak acceleration of the ground, g.

    Returns
    -------
    array_like
        0 where the peak does not reach the critical acceleration.

    Examples
    --------
    >>> displacement(0.1, np.array([0.05, 0.2])).round(3).tolist()
    [0.0, 0.877]
    """
    part = np.clip(np.asarray(critical) / np.maximum(peak, 1e-9), 1e-3, 1.0)
    return 10.0**0.215 * (1.0 - part) ** 2.341 * part**-1.438
