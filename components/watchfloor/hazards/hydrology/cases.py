"""Published examples, computed with the model's own functions."""

from itertools import pairwise

import numpy as np

from watchfloor.hazards.hydrology.losses import curve_number, infiltrated, ponding_time
from watchfloor.hazards.hydrology.routing import Reach, coefficients, cunge, muskingum
from watchfloor.hazards.hydrology.unit import clark, peak, scs
from watchfloor.hazards.reference import Reference

__all__ = ["CHOW_INFLOW", "CHOW_OUTFLOW", "REFERENCES", "chow"]

CHOW_INFLOW = (
    93,
    137,
    208,
    320,
    442,
    546,
    630,
    678,
    691,
    675,
    634,
    571,
    477,
    390,
    329,
    247,
    184,
    134,
    108,
    90,
)
CHOW_OUTFLOW = (
    85,
    91,
    114,
    159,
    233,
    324,
    420,
    509,
    578,
    623,
    642,
    635,
    603,
    546,
    479,
    413,
    341,
    274,
    215,
    170,
)
"""Chow, Maidment and Mays 1988, table 8.4.1, cubic feet a second at every hour."""
_SILT = (6.5, 166.8 * 0.486 * 0.7)
"""Silt loam of Chow's example 4.3.1: conductivity, mm/h; suction 166.8 mm times 0.7 of the effective porosity of 0.486."""


def chow() -> np.ndarray:
    """Return the outflow of Chow's example 8.4.1, which begins at 85."""
    c0, c1, c2 = coefficients(2.3, 0.15, 1.0)
    found = [85.0]
    for old, new in pairwise(CHOW_INFLOW):
        found.append(c0 * new + c1 * old + c2 * found[-1])
    return np.array(found)


def emptying() -> float:
    """Return what a linear reservoir (Muskingum with X 0) of 2 h still lets out 3 h after its inflow of 10 ends."""
    inflow = np.where(np.arange(181) == 0, 10.0, 0.0)
    return float(muskingum(inflow, Reach(7200.0, 0.0), 60.0)[-1])


def wave() -> tuple[float, float]:
    """Return how long a long wave takes through 60 km, h, and how much of its volume arrives."""
    step, slope, width, roughness = 300.0, 1e-3, 50.0, 0.03
    time = np.arange(600) * step
    inflow = 100.0 + 20.0 * np.exp(-(((time - 50000.0) / 12000.0) ** 2))
    outflow = muskingum(inflow, cunge(60000.0, 100.0, slope, width, roughness, step), step)
    extra_in, extra_out = inflow - 100.0, outflow - 100.0
    middle = [float((time * extra).sum() / extra.sum()) for extra in (extra_in, extra_out)]
    return (middle[1] - middle[0]) / 3600.0, float(extra_out.sum() / extra_in.sum())


def _celerity() -> float:
    per = 100.0 / 50.0
    return float(5.0 / 3.0 * per / (per * 0.03 / 1e-3**0.5) ** 0.6)


def hump() -> float:
    """Return the peak of the SCS unit hydrograph of 10 mm from 10 km^2 with a rise of 2 h, m^3/s."""
    return float(scs(10.0, (2.0 - 1 / 120) / 0.6, 60.0).max() * 10.0)


_TR55 = "NRCS 1986, TR-55, eq. 2-3 and 2-4, table 2-1"
_CHOW = "Chow, Maidment and Mays 1988, Applied Hydrology"
REFERENCES = (
    Reference("Runoff of 1, 2 and 5 inches on curve number 80, and of 4 on 70", (0.08, 0.56, 2.89, 1.33),
              lambda: [float(curve_number(np.array(p * 25.4), n)) / 25.4 for p, n in ((1, 80), (2, 80), (5, 80), (4, 70))], _TR55,
              rtol=0, atol=0.005, units="in"),
    Reference("Soaked into silt loam in an hour under water", 31.7, lambda: float(infiltrated(1.0, *_SILT)),
              f"{_CHOW}, example 4.3.1; Rawls, Brakensiek and Miller 1983, doi:10.1061/(ASCE)0733-9429(1983)109:1(62)",
              rtol=0, atol=0.05, units="mm"),
    Reference("Ponding on silt loam under 10 and 50 mm/h", (10.5, 0.17), lambda: [ponding_time(i, *_SILT) for i in (10.0, 50.0)],
              f"{_CHOW}, example 4.4.1; Mein and Larson 1973, doi:10.1029/WR009i002p00384", rtol=0, atol=0.05, units="h"),
    Reference("Muskingum's coefficients, K 2.3 h, X 0.15, 1 h", (0.0631, 0.3442, 0.5927), lambda: coefficients(2.3, 0.15, 1.0),
              f"{_CHOW}, example 8.4.1", rtol=0, atol=5e-5),
    Reference("Muskingum routing of a flood", CHOW_OUTFLOW, chow, f"{_CHOW}, table 8.4.1", rtol=0, atol=1.0, units="ft^3/s",
              note="One of 20 differs by its rounding (159.5)."),
    Reference("SCS peak of 10 mm from 10 km^2, rise 2 h", 10.4, lambda: peak(10.0, 10.0, 2.0),
              "NRCS 2007, National Engineering Handbook 630, chapter 16: 0.208 A Q / Tp", rtol=1e-9, units="m^3/s"),
    Reference("The same from the table's shape, which holds exactly 10 mm", 10.4, hump,
              "NRCS 2007, National Engineering Handbook 630, table 16-1", rtol=0.01, units="m^3/s"),
    Reference("Volume of Clark's unit hydrograph", 1.0, lambda: float(clark(25.0, 3.0, 2.0, 600.0).sum() * 600.0 / 25e3),
              "Definition: 1 mm", rtol=1e-12, units="mm"),
    Reference("Linear reservoir of 2 h, 3 h after the inflow ends", 10.0 * float(np.exp(-1.5)), emptying, "O = O0 exp(-t / K)",
              rtol=0.01, units="m^3/s"),
    Reference("Long wave through 60 km", 60000.0 / _celerity() / 3600.0, lambda: wave()[0],
              "Kinematic wave: 5/3 of the speed of the water; Ponce 1986, doi:10.1061/(ASCE)0733-9429(1986)112:8(696)", rtol=0.005,
              units="h"),
    Reference("Volume of that wave after 60 km", 1.0, lambda: wave()[1], "Conservation", rtol=1e-6),
)  # fmt: skip
"""Asserted by the tests and by ``watchfloor verify``."""
