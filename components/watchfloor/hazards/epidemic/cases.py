"""Published values of an epidemic, computed with the model's own functions."""

import numpy as np

from watchfloor.hazards.epidemic.kernel import expected
from watchfloor.hazards.epidemic.reproduction import reproduction, serial_interval
from watchfloor.hazards.reference import Reference

__all__ = ["FLU", "REFERENCES", "flu"]

FLU = (1, 1, 0, 2, 5, 3, 3, 3, 6, 2, 5, 9, 13, 12, 13, 11, 12, 6, 6, 6, 3, 1, 0, 2, 0, 0, 0, 0, 2, 0, 2, 0)
"""Cases by day in a school in Pennsylvania, 2009 (Cauchemez et al. 2011, doi:10.1073/pnas.1008895108; Cori et al. 2013)."""
_CORI = "Cori et al. 2013, doi:10.1093/aje/kwt133; EpiEstim, demonstration of Flu2009"
_KERMACK = "Kermack and McKendrick 1927, doi:10.1098/rspa.1927.0118: z = 1 - exp(-R z)"


def flu() -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of R in the school for the first six windows of a week."""
    found = reproduction(FLU, serial_interval(2.6, 1.5))
    return found.mean[:6], found.deviation[:6]


def _quantiles() -> np.ndarray:
    found = reproduction(FLU, serial_interval(2.6, 1.5))
    return np.array([found.quantile(share)[0] for share in (0.025, 0.5, 0.975)])


REFERENCES = (
    Reference("Serial interval of mean 2.6 and deviation 1.5 days, days 1 to 5",
              (0.2331721, 0.3585794, 0.1981108, 0.1033427, 0.0529052), lambda: serial_interval(2.6, 1.5)[1:6],
              _CORI, rtol=0, atol=5e-8),
    Reference("R in a school, weeks ending on days 8 to 13", (1.735798, 1.749168, 1.537058, 1.431839, 1.422725, 1.635373),
              lambda: flu()[0], _CORI, rtol=0, atol=1e-6),
    Reference("Standard deviation of R in a school", (0.4091314, 0.3647267, 0.3074116, 0.2705921, 0.2515046, 0.2523436),
              lambda: flu()[1], _CORI, rtol=0, atol=1e-7),
    Reference("Quantiles 2.5, 50 and 97.5 % of R of the first week", (1.0287437, 1.703761, 2.624781), _quantiles, _CORI,
              rtol=0, atol=1e-6),
    Reference("Final size for R 1.2, 1.5, 2, 2.5, 3 and 5", (0.313698, 0.582812, 0.796812, 0.892645, 0.940480, 0.993023),
              lambda: [expected(r, 5.0, 3.0)[0] for r in (1.2, 1.5, 2.0, 2.5, 3.0, 5.0)], _KERMACK, rtol=0, atol=5e-6,
              note="The seed of 1e-7 adds to it."),
    Reference("Final size for R 2 by steps of a quarter of a day", 0.796812, lambda: expected(2.0, 5.0, 3.0, 0.25)[0], _KERMACK,
              rtol=0, atol=5e-6),
    Reference("Peak of the infectious share for R 2", 0.153426, lambda: expected(2.0, 5.0, 0.0, 0.01)[1],
              "Kermack and McKendrick 1927: 1 - (1 + ln R) / R", rtol=0, atol=3e-4, note="It is exact for steps of length 0."),
)  # fmt: skip
