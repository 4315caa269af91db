"""How strongly the ground shakes at a distance: an equation for intensity, and one for acceleration and velocity."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

__all__ = [
    "ROCK",
    "acceleration",
    "amplification",
    "intensity",
    "intensity_from_focus",
    "intensity_spread",
    "motion_spread",
    "velocity",
]

ROCK = 760.0
"""Vs30 of the reference ground of Boore et al. (2014), m/s."""

Measure = Literal["pga", "pgv"]


def intensity(magnitude: Any, distance: Any) -> Any:
    """Return the median intensity (MMI) by distance to the rupture, active shallow crust, without a site term.

    Allen, Wald and Worden 2012, doi:10.1007/s10950-012-9278-7, eq. 2 with table 3.

    Parameters
    ----------
    magnitude
        Moment magnitude; fitted for 5.0 to 7.9.
    distance
        Shortest distance to the rupture, km; fitted up to 300 km.

    Examples
    --------
    >>> round(float(intensity(7.0, 10.0)), 4)
    7.5709
    """
    size = 1.0 + 0.813 * np.exp(magnitude - 5.0)
    return 3.950 + 0.913 * magnitude - 1.107 * 0.5 * np.log(np.square(distance) + size**2)


def intensity_from_focus(magnitude: Any, distance: Any) -> Any:
    """Return the median intensity (MMI) by distance to the focus, km, for a rupture that is not known (the same, eq. 3).

    Examples
    --------
    >>> round(float(intensity_from_focus(6.0, 20.0)), 4)
    6.4047
    """
    size = -0.209 + 2.042 * np.exp(magnitude - 5.0)
    far = np.maximum(distance, 50.0)
    near = 2.085 + 1.428 * magnitude - 1.402 * 0.5 * np.log(np.square(distance) + size**2)
    return near + 0.078 * np.log(far / 50.0)


def intensity_spread(distance: Any, *, focus: bool = False) -> Any:
    """Return the total standard deviation of the intensity (the same, eq. 6), by distance to rupture or focus, km."""
    if focus:
        return 0.82 + 0.37 / (1.0 + np.square(np.asarray(distance) / 22.9))
    return 0.72 + 0.23 / (1.0 + np.square(np.asarray(distance) / 44.7))


@dataclass(frozen=True)
class _Coefficients:
    """Of one measure (Boore et al. 2014, electronic supplement)."""

    e0: float
    e1: float
    e2: float
    e3: float
    e4: float
    e5: float
    e6: float
    mh: float
    c1: float
    c2: float
    c3: float
    h: float
    c: float
    vc: float
    f4: float
    f5: float
    r1: float
    r2: float
    dfr: float
    dfv: float
    phi1: float
    phi2: float
    tau1: float
    tau2: float


_TABLE: dict[str, _Coefficients] = {
    "pga": _Coefficients(0.4473, 0.4856, 0.2459, 0.4539, 1.431, 0.05053, -0.1662, 5.5, -1.134, 0.1917, -0.008088, 4.5,
                         -0.600, 1500.0, -0.150, -0.00701, 110.0, 270.0, 0.100, 0.070, 0.695, 0.495, 0.398, 0.348),
    "pgv": _Coefficients(5.037, 5.078, 4.849, 5.033, 1.073, -0.1536, 0.2252, 6.2, -1.243, 0.1489, -0.00344, 5.3,
                         -0.840, 1300.0, -0.100, -0.00844, 105.0, 272.0, 0.082, 0.080, 0.644, 0.552, 0.401, 0.346),
}  # fmt: skip
"""Boore, Stewart, Seyhan and Atkinson 2014, doi:10.1193/070113EQS184M, without regional and basin terms."""


def _style(k: _Coefficients, rake: float | None) -> float:
    """Return the term of the style of faulting; rake in degrees, None is unspecified."""
    if rake is None or not np.isfinite(rake):
        return k.e0
    if 30.0 < rake < 150.0:
        return k.e3
    return k.e2 if -150.0 < rake < -30.0 else k.e1


def _rock(measure: Measure, magnitude: float, distance: Any, rake: float | None) -> Any:
    """Return the median on rock: ln g, or ln cm/s (eqs. 2 to 4)."""
    k = _TABLE[measure]
    above = magnitude - k.mh
    source = _style(k, rake) + (k.e4 * above + k.e5 * above**2 if above <= 0 else k.e6 * above)
    away = np.sqrt(np.square(distance) + k.h**2)
    return source + (k.c1 + k.c2 * (magnitude - 4.5)) * np.log(away) + k.c3 * (away - 1.0)


def amplification(measure: Measure, vs30: Any, rock_acceleration: Any) -> Any:
    """Return ln of what the ground makes of the motion on rock: linear and, on soft ground, saturating (eqs. 6 to 8).

    Parameters
    ----------
    measure
        ``pga`` or ``pgv``.
    vs30
        Mean shear-wave speed of the upper 30 m, m/s.
    rock_acceleration
        Median acceleration on rock, g.
    """
    k = _TABLE[measure]
    linear = k.c * np.log(np.minimum(vs30, k.vc) / ROCK)
    soft = k.f4 * (np.exp(k.f5 * (np.minimum(vs30, ROCK) - 360.0)) - np.exp(k.f5 * 400.0))
    return linear + soft * np.log((rock_acceleration + 0.1) / 0.1)


def _median(measure: Measure, magnitude: float, distance: Any, vs30: Any, rake: float | None) -> Any:
    rock = np.exp(_rock("pga", magnitude, distance, rake))
    return _rock(measure, magnitude, distance, rake) + amplification(measure, vs30, rock)


def acceleration(magnitude: float, distance: Any, vs30: Any, rake: float | None = None) -> Any:
    """Return ln of the median peak acceleration, g (Boore et al. 2014).

    Parameters
    ----------
    magnitude
        Moment magnitude; fitted for 3.0 to 8.5 (7.0 for normal faults).
    distance
        To the surface above the rupture (Joyner-Boore), km; fitted up to 400 km.
    vs30
        m/s; fitted for 150 to 1,500.
    rake
        Degrees; None leaves the style of faulting open.

    Examples
    --------
    >>> round(float(np.exp(acceleration(7.0, 10.0, 760.0, 0.0))), 5)
    0.24358
    """
    return _median("pga", magnitude, distance, vs30, rake)


def velocity(magnitude: float, distance: Any, vs30: Any, rake: float | None = None) -> Any:
    """Return ln of the median peak velocity, cm/s (the same).

    Examples
    --------
    >>> round(float(np.exp(velocity(7.0, 10.0, 760.0, 0.0))), 3)
    22.419
    """
    return _median("pgv", magnitude, distance, vs30, rake)


def motion_spread(measure: Measure, magnitude: float, distance: Any, vs30: Any) -> tuple[float, Any]:
    """Return the standard deviations between events and within one, of the natural logarithm (eqs. 13 to 17)."""
    k = _TABLE[measure]
    part = float(np.clip(magnitude - 4.5, 0.0, 1.0))
    far = np.clip(np.log(np.maximum(distance, 1e-3) / k.r1) / np.log(k.r2 / k.r1), 0.0, 1.0)
    soft = np.clip(np.log(300.0 / np.asarray(vs30, float)) / np.log(300.0 / 225.0), 0.0, 1.0)
    within = k.phi1 + (k.phi2 - k.phi1) * part + k.dfr * far - k.dfv * soft
    return k.tau1 + (k.tau2 - k.tau1) * part, within
