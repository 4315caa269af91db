"""Published values that the equations must reproduce."""

import numpy as np

from watchfloor.hazards.earthquake.blending import Blend, correlation_range
from watchfloor.hazards.earthquake.conversion import from_intensity, to_intensity
from watchfloor.hazards.earthquake.ground import from_slope
from watchfloor.hazards.earthquake.motion import (
    acceleration,
    intensity,
    intensity_from_focus,
    intensity_spread,
    velocity,
)
from watchfloor.hazards.earthquake.rupture import rupture_length
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.reference import Reference

__all__ = ["REFERENCES"]

_AWW = "Allen, Wald and Worden 2012, doi:10.1007/s10950-012-9278-7, as computed by OpenQuake 3.25.1 (hazardlib, allen_2012_ipe)"
_BSSA = "Boore et al. 2014, doi:10.1193/070113EQS184M, as computed by OpenQuake 3.25.1 (hazardlib, boore_2014), rake 0"
_WGRW = "Worden et al. 2012, doi:10.1785/0120110156, table 1"
_CASES = ((5.0, 10.0), (6.0, 20.0), (7.0, 10.0), (7.0, 50.0), (8.0, 100.0))
_SITES = ((5.0, 10.0, 760.0), (6.0, 20.0, 760.0), (7.0, 10.0, 760.0), (7.0, 50.0, 360.0))


def _half_way() -> list[float]:
    """Return the move at an instrument without noise, and where the correlation is a half, of one that saw 1 more."""
    grid = Grid(np.arange(3) * 1000.0, np.arange(3) * 1000.0, "EPSG:32650")
    far = 3000.0 / np.log(2.0)  # exp(-3 h / far) is a half at 1 km
    spread = {"mmi": (0.0, np.full(grid.shape, 0.5))}
    blend = Blend.of(
        grid, spread, np.array([1000.0]), np.array([1000.0]), ["mmi"], [(0.0, 0.5)], np.zeros(1), far
    )
    moved = blend.move("mmi", np.array([1.0]))
    return [float(moved[1, 1]), float(moved[1, 2])]


REFERENCES = (
    Reference("Intensity by distance to the rupture, M 5 to 8, 10 to 100 km", (5.9481, 6.0976, 7.5709, 5.9996, 6.1397),
              lambda: [float(intensity(*case)) for case in _CASES], _AWW, rtol=0, atol=6e-5),
    Reference("Intensity by distance to the focus, (5, 10), (6, 20), (7, 50)", (5.9736, 6.4047, 6.5369),
              lambda: [float(intensity_from_focus(m, r)) for m, r in ((5.0, 10.0), (6.0, 20.0), (7.0, 50.0))], _AWW,
              rtol=0, atol=6e-5),
    Reference("Standard deviation of the intensity at 10 km", 0.939, lambda: float(intensity_spread(10.0)), _AWW, rtol=0,
              atol=6e-4),
    Reference("Peak acceleration, M 5 to 7, 10 to 50 km, Vs30 760 and 360", (0.06179, 0.09908, 0.24358, 0.09553),
              lambda: [float(np.exp(acceleration(m, r, v, 0.0))) for m, r, v in _SITES], _BSSA, rtol=1e-4, units="g"),
    Reference("Peak velocity, the same", (2.0105, 5.4757, 22.419, 9.5485),
              lambda: [float(np.exp(velocity(m, r, v, 0.0))) for m, r, v in _SITES], _BSSA, rtol=1e-4, units="cm/s"),
    Reference("Intensity of 10, 100, 200 and 500 cm/s^2", (3.33, 5.80, 6.914, 8.386),
              lambda: [float(to_intensity("pga", a)) for a in (10.0, 100.0, 200.0, 500.0)], _WGRW, rtol=0, atol=6e-4),
    Reference("Intensity of 1, 10 and 100 cm/s", (3.78, 6.05, 9.21),
              lambda: [float(to_intensity("pgv", v)) for v in (1.0, 10.0, 100.0)], _WGRW, rtol=0, atol=6e-3),
    Reference("Acceleration of intensity 5.80 and velocity of intensity 6.05", (100.0, 10.0),
              lambda: [float(from_intensity("pga", 5.80)), float(from_intensity("pgv", 6.05))], _WGRW, rtol=1e-3,
              units="cm/s^2, cm/s"),
    Reference("Vs30 of slopes of 0.0003, 0.018, 0.05 and 0.14", (180.0, 360.0, 490.0, 760.0),
              lambda: from_slope(np.array([3.0e-4, 0.018, 0.05, 0.14])),
              "Allen and Wald 2009, doi:10.1785/0120080255, table 2, as in usgs/earthquake-global_vs30 (grad2vs30.c)", units="m/s"),
    Reference("Range of the correlation at 0 and 1 s, without and with clusters, and at 2 s", (8.5, 25.7, 40.7, 25.7, 29.4),
              lambda: [correlation_range(0.0, clustered=False), correlation_range(1.0, clustered=False),
                       correlation_range(0.0, clustered=True), correlation_range(1.0, clustered=True),
                       correlation_range(2.0, clustered=True)],
              "Jayaram and Baker 2009, doi:10.1002/eqe.922, eqs. 17 to 19", units="km"),
    Reference("Length of a rupture of M 7", 10.0**1.69, lambda: float(rupture_length(7.0)),
              "Wells and Coppersmith 1994, table 2A: log L = -2.44 + 0.59 M", units="km"),
    Reference("One exact instrument: the map moves by all at it, by a half where the correlation is a half", (1.0, 0.5),
              _half_way, "Conditional normal distribution, Worden et al. 2018, doi:10.1785/0120170201, eq. 12", rtol=1e-6),
)  # fmt: skip
