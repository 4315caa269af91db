"""Published values that the law must reproduce."""

import numpy as np

from watchfloor.hazards.aftershock.rates import (
    Belief,
    Law,
    completeness,
    expected,
    generic,
    probability,
    typical_largest,
)
from watchfloor.hazards.reference import Reference

__all__ = ["REFERENCES"]

_RJ = "Reasenberg and Jones 1989, doi:10.1126/science.243.4895.1173, eqs. 1 to 4 with the generic California model"
_CALIFORNIA = generic("california 1989")


def _number(mainshock: float, magnitude: float, start: float, end: float) -> float:
    return float(expected(_CALIFORNIA, mainshock, magnitude, start, end))


def _conjugate() -> tuple[float, float]:
    """Return mean and standard deviation of 10^a, over those of the gamma distribution that a flat prior must give."""
    law = Law(-2.5, 1.0, 0.018, 1.0, 20.0)
    # a prior that is flat in 10^a is one whose density in a grows as 10^a: it makes the posterior Gamma(n + 1, whole)
    values = np.linspace(-6.0, 0.0, 20_001)
    weights = 10.0**values
    belief = Belief(law, values, weights / weights.sum()).learn(
        6.0, np.linspace(0.5, 9.5, 12), np.full(12, 4.0), 10.0, 3.5
    )
    rate = 10.0**belief.values
    mean = float(belief.weights @ rate)
    deviation = float(np.sqrt(belief.weights @ np.square(rate - mean)))
    return mean * belief.whole / (belief.seen + 1), deviation * belief.whole / np.sqrt(belief.seen + 1.0)


REFERENCES = (
    Reference("Aftershocks as large as the mainshock, 15 minutes to 7 days: number and probability", (0.1061, 0.1007),
              lambda: (_number(7.0, 7.0, 0.01, 7.0), float(probability(_number(7.0, 7.0, 0.01, 7.0)))), _RJ, rtol=1e-3),
    Reference("M 5 and more after M 7, 15 minutes to 7 days", 7.011, lambda: _number(7.0, 5.0, 0.01, 7.0), _RJ, rtol=1e-3),
    Reference("M 5 and more after M 6, 15 minutes to 7 days: number and probability", (0.8625, 0.578),
              lambda: (_number(6.0, 5.0, 0.01, 7.0), float(probability(_number(6.0, 5.0, 0.01, 7.0)))), _RJ, rtol=1e-3),
    Reference("M 5 and more after M 6.5, days 1 to 8", 0.9276, lambda: _number(6.5, 5.0, 1.0, 8.0), _RJ, rtol=1e-3),
    Reference("Omori's law with p = 1: ln((t + c) / c)", float(np.log(1001.0)),
              lambda: float(expected(Law(0.0, 1.0, 0.01, 1.0, 0.0), 5.0, 5.0, 0.0, 10.0)), "Omori 1894, integral", rtol=1e-9),
    Reference("Completeness an hour, a day and a year after M 7", (4.6302, 3.25, 3.0),
              lambda: completeness(7.0, np.array([1.0 / 24.0, 1.0, 365.0]), 3.0),
              "Page et al. 2016, doi:10.1785/0120160073 (mtpage/Aftershocks): M / 2 - 0.25 - log10 t", rtol=1e-4),
    Reference("Båth's law: the largest of a year in active shallow crust lies 1.2 below the mainshock", 1.2,
              lambda: 7.0 - typical_largest(generic("active shallow"), 7.0, 0.0, 365.0),
              "Båth 1965, doi:10.1016/0040-1951(65)90003-X", rtol=0, atol=0.2,
              note="1.2 is the mean of catalogues; this is the median that follows from Page et al. 2016."),
    Reference("Poisson counts with a flat prior make a gamma distribution: its mean and deviation", (1.0, 1.0), _conjugate,
              "Gelman et al. 2013, Bayesian Data Analysis, 3rd ed., section 2.6", rtol=2e-3),
)  # fmt: skip
