"""Published values, and cases with a known answer, that the equations must reproduce."""

import numpy as np

from watchfloor.hazards.landslide.drainage import (
    fed,
    gathered,
    order,
    reach_slope,
    reached,
    wetness,
)
from watchfloor.hazards.landslide.failure import failure
from watchfloor.hazards.landslide.shaking import displacement
from watchfloor.hazards.landslide.stability import WATER, critical_rain, critical_wetness, instability
from watchfloor.hazards.landslide.threshold import THRESHOLDS
from watchfloor.hazards.reference import Reference

__all__ = ["REFERENCES"]

_HOURS = np.array([1.0, 6.0, 24.0, 72.0])
_DIETRICH = "Montgomery and Dietrich 1994, doi:10.1029/93WR02979"


def _safety(friction: float, slope: float, wet: float) -> float:
    return 1.0 / float(instability(0.0, friction, 2.0, slope, wet, 18.0))


def _stable_below() -> float:
    """Return the slope, degrees, below which saturated ground of 45 degrees and 1.7 times water's weight stands."""
    slope = np.linspace(1.0, 44.0, 43_001)
    holds = critical_wetness(0.0, 45.0, 1.0, slope, 1.7 * WATER) > 1.0
    return float(slope[holds].max())


def _plane() -> float:
    """Return the area above a metre of contour, m, 400 m down a plane."""
    height = np.tile(50.0 - np.arange(50)[:, None] * 1.0, (1, 81))
    cells = order(height)
    return float(gathered(height, np.full(height.shape, 100.0), cells, 10.0, 10.0)[39, 40] / 10.0)


def _cliff() -> float:
    """Return how far a slide of 1,000 m^3 runs from a cliff of 100 m over a gentle plane that falls 1 %, m."""
    length = np.arange(400) * 5.0
    height = np.where(length < 100.0, 200.0 - 1e-3 * length, 100.0 - 0.01 * (length - 100.0))[None, :]
    slides = np.zeros(height.shape, bool)
    slides[0, 19] = True
    line, _ = reached(height, slides, order(height), 5.0, 5.0, float(reach_slope(1e3)))
    return float(length[np.nonzero(line[0])[0].max()] - length[19])


def _soak() -> float:
    """Return the share of a steady rain that feeds the soil after one memory."""
    return float(fed(np.array([0.0, 43_200.0, 172_800.0]), np.full((2, 1), 10.0), 48.0)[1, 0] / 10.0)


def _inverse() -> tuple[float, float]:
    """Return the times of failure, h, of speeds that rise as 1 / (t_f - t)."""
    hours = np.arange(0.0, 40.0, 0.1)
    made = []
    for end in (45.0, 60.0):
        found = failure(hours * 3600.0, -30.0 * np.log(1.0 - hours / end), window=3, last=60)
        made.append(found.time / 3600.0 if found else np.nan)
    return made[0], made[1]


REFERENCES = (
    Reference("Threshold of Caine at 1, 6, 24 and 72 h", (14.82, 7.37, 4.29, 2.80), lambda: THRESHOLDS["caine 1980"].rain(_HOURS),
              "Caine 1980, doi:10.1080/04353676.1980.11879996", rtol=0, atol=6e-3, units="mm/h"),
    Reference("Threshold of Guzzetti at 1, 6, 24 and 72 h", (2.20, 1.00, 0.543, 0.335),
              lambda: THRESHOLDS["guzzetti 2008"].rain(_HOURS), "Guzzetti et al. 2008, doi:10.1007/s10346-007-0112-1", rtol=0,
              atol=6e-3, units="mm/h"),
    Reference("Dry sand at its angle of repose: factor of safety", 1.0, lambda: _safety(30.0, 30.0, 0.0),
              "Infinite slope: tan phi / tan slope"),
    Reference("Dry sand, friction 30, slope 20 degrees", 1.5863, lambda: _safety(30.0, 20.0, 0.0), "Infinite slope: tan 30 / tan 20",
              rtol=1e-4),
    Reference("Saturated sand of 18 kN/m^3, friction 35, slope 25 degrees", 0.6832, lambda: _safety(35.0, 25.0, 1.0),
              "Infinite slope with flow along it: (1 - 9.81 / 18) tan 35 / tan 25", rtol=1e-3),
    Reference("Slope below which saturated ground of friction 45 degrees and 1.7 times water's weight always stands", 22.38,
              _stable_below, f"{_DIETRICH}: tan slope < tan phi (1 - rho_w / rho_s)", rtol=0, atol=0.02, units="degrees"),
    Reference("Wetness at SHALSTAB's critical rain is the critical wetness", float(1.7 * (1.0 - np.tan(np.pi / 6.0))),
              lambda: float(wetness(critical_rain(45.0, 30.0, 80.0, 65.0, 1.7 * WATER) * 80.0, 65.0, 30.0)), f"{_DIETRICH}, eq. 9",
              rtol=1e-9),
    Reference("Area that drains through a metre of contour 400 m down a plane", 400.0, _plane, "Geometry", rtol=1e-9, units="m"),
    Reference("Steady rain that feeds the soil after one memory: 1 - 1/e", 1.0 - float(np.exp(-1.0)), _soak, "Linear store", rtol=1e-9),
    Reference("Run of a slide from a cliff of 100 m: (H + 0.01 L) / tan of the angle of reach", 203.0, _cliff,
              "Corominas 1996, doi:10.1139/t96-005: log tan = -0.085 log 1000 - 0.047, and the energy line of Heim 1932", rtol=0,
              atol=8.0, units="m", note="A cell is 5 m wide."),
    Reference("Failure at 45 and 60 h by the inverse velocity", (45.0, 60.0), _inverse,
              "Fukuzono 1985; Voight 1989, doi:10.1126/science.243.4888.200", rtol=2e-3, units="h"),
    Reference("Newmark displacement at critical over peak accelerations of 0.1, 0.5 and 0.9", (35.15, 0.8772, 0.00871),
              lambda: displacement(np.array([0.05, 0.25, 0.45]), 0.5),
              "Jibson 2007, doi:10.1016/j.enggeo.2007.01.013, eq. 6: log D = 0.215 + log((1 - r)^2.341 r^-1.438)", rtol=2e-3,
              units="cm"),
)  # fmt: skip
