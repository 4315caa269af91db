"""The law of aftershocks: how often they come, how it is learnt from those that came, and what that foretells."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from watchfloor.core.errors import InvalidInputError, UnknownNameError

__all__ = [
    "GENERIC",
    "Belief",
    "Law",
    "completeness",
    "expected",
    "generic",
    "probability",
    "shared_time",
    "typical_largest",
]


@dataclass(frozen=True)
class Law:
    """The rate ``10^(a + b (M - m)) (t + c)^-p`` of aftershocks of magnitude m or more, t days after a mainshock M.

    Reasenberg and Jones 1989, doi:10.1126/science.243.4895.1173.

    Parameters
    ----------
    a, b, c, p
        Of the law; c in days.
    spread
        Standard deviation of `a` from sequence to sequence.
    """

    a: float
    b: float
    c: float
    p: float
    spread: float


GENERIC: dict[str, tuple[str, Law]] = {
    "california 1989": ("California, Reasenberg and Jones (1989)", Law(-1.67, 0.91, 0.05, 1.08, 0.5)),
    "southern california": ("Southern California", Law(-2.30, 1.0, 0.0033, 0.83, 0.50)),
    "northern california": ("Northern California", Law(-2.64, 1.0, 0.012, 0.96, 0.48)),
    "mendocino": ("Mendocino", Law(-3.18, 1.0, 0.050, 1.15, 0.47)),
    "hydrothermal california": ("Hydrothermal areas of California", Law(-1.79, 1.0, 0.026, 0.94, 0.29)),
    "active shallow": ("Active crust, shallow continental", Law(-2.42, 1.0, 0.018, 0.98, 0.63)),
    "active deep": ("Active crust, deep continental", Law(-2.13, 1.0, 0.018, 0.98, 0.52)),
    "active hot spot": ("Active crust, hot spot", Law(-3.00, 1.0, 0.018, 1.12, 0.68)),
    "active oceanic": ("Active crust, oceanic boundary", Law(-3.19, 1.0, 0.018, 1.08, 0.60)),
    "above slab deep": ("Active crust above a slab, deep continental", Law(-2.29, 1.0, 0.018, 1.01, 0.63)),
    "above slab oceanic": ("Active crust above a slab, oceanic boundary", Law(-2.82, 1.0, 0.018, 0.64, 0.80)),
    "above slab shallow": (
        "Active crust above a slab, shallow continental",
        Law(-2.85, 1.0, 0.018, 1.06, 0.75),
    ),
    "stable continent": ("Stable continent", Law(-2.85, 1.0, 0.018, 0.73, 0.78)),
    "stable ocean": ("Stable ocean", Law(-3.04, 1.0, 0.018, 0.97, 0.67)),
    "subduction": ("Subduction zone", Law(-2.47, 1.0, 0.018, 0.88, 0.63)),
    "subduction inland": ("Subduction zone, inland and back-arc", Law(-2.43, 1.0, 0.018, 0.86, 0.66)),
    "subduction onshore": ("Subduction zone, onshore", Law(-2.34, 1.0, 0.018, 0.81, 0.60)),
    "subduction outer": ("Subduction zone, outer trench", Law(-2.42, 1.0, 0.018, 0.92, 0.64)),
}
"""Title and law by region: Page et al. 2016, doi:10.1785/0120160073, and for California Hardebeck et al. 2018,
doi:10.1785/0220180240, as in opensha/opensha-oaf (GenericRJ_ParametersFetch.json, CC0). The first is that of 1989,
with the spread of southern California."""


def generic(region: str) -> Law:
    """Return the law of a region.

    Examples
    --------
    >>> generic("subduction").p
    0.88
    """
    if region not in GENERIC:
        raise UnknownNameError("region", region, GENERIC)
    return GENERIC[region][1]


def shared_time(law: Law, start: Any, end: Any) -> Any:
    """Return the integral of ``(t + c)^-p`` from a start to an end, days after the mainshock.

    Examples
    --------
    >>> round(float(shared_time(Law(0, 1, 1.0, 1.0, 0), 0.0, np.e - 1.0)), 6)
    1.0
    """
    begin, finish = np.asarray(start, float) + law.c, np.asarray(end, float) + law.c
    if abs(law.p - 1.0) < 1e-6:
        return np.log(finish / begin)
    return (finish ** (1.0 - law.p) - begin ** (1.0 - law.p)) / (1.0 - law.p)


def expected(law: Law, mainshock: float, magnitude: Any, start: Any, end: Any) -> Any:
    """Return how many aftershocks of a magnitude or more are expected between two times, days after the mainshock.

    Examples
    --------
    >>> round(float(expected(generic("california 1989"), 7.0, 5.0, 0.01, 7.0)), 3)
    7.011
    """
    return 10.0 ** (law.a + law.b * (mainshock - np.asarray(magnitude))) * shared_time(law, start, end)


def probability(number: Any) -> Any:
    """Return the probability of one or more, given the expected number (Poisson)."""
    return -np.expm1(-np.asarray(number))


def typical_largest(law: Law, mainshock: float, start: float, end: float) -> float:
    """Return the magnitude that the largest aftershock passes with even odds.

    Of most laws it lies about 1.2 below the mainshock in the first year, which is known as Båth's law (Båth 1965,
    doi:10.1016/0040-1951(65)90003-X); it follows from the productivity and is no law of its own (Helmstetter and Sornette
    2003, doi:10.1029/2003GL018186).
    """
    number = float(expected(law, mainshock, mainshock, start, end))
    return mainshock + float(np.log10(number / np.log(2.0))) / law.b


def completeness(mainshock: float, day: Any, usual: float) -> Any:
    """Return the magnitude from which a catalogue is whole, a time in days after a mainshock.

    ``max(M / 2 - 0.25 - log10 t, usual)``: Page et al. 2016, doi:10.1785/0120160073 (as in mtpage/Aftershocks), after
    Helmstetter, Kagan and Jackson 2006, doi:10.1785/0120050067.

    Examples
    --------
    >>> float(completeness(7.0, 0.01, 3.0))
    5.25
    """
    return np.maximum(mainshock / 2.0 - 0.25 - np.log10(np.maximum(day, 1e-6)), usual)


@dataclass(frozen=True, eq=False)
class Belief:
    """What is believed of a sequence's productivity: the values of `a`, and how probable each is.

    Parameters
    ----------
    law
        With the generic `a` and its spread.
    values
        Of `a`.
    weights
        Their probabilities, which sum to 1.
    seen
        How many aftershocks it has learnt from.
    whole
        How many of them were expected for ``10^a = 1``.
    """

    law: Law
    values: np.ndarray
    weights: np.ndarray
    seen: int = 0
    whole: float = 0.0

    @classmethod
    def prior(cls, law: Law) -> "Belief":
        """Return what is believed before anything is seen: normal, cut at 4 standard deviations."""
        reach = max(4.0 * law.spread, 0.02)
        values = np.linspace(law.a - reach, law.a + reach, 801)
        weights = np.exp(-0.5 * np.square((values - law.a) / max(law.spread, 1e-3)))
        return cls(law, values, weights / weights.sum())

    def learn(
        self, mainshock: float, days: np.ndarray, magnitudes: np.ndarray, until: float, usual: float
    ) -> "Belief":
        """Return what is believed after aftershocks were seen (Bayes; Page et al. 2016, eq. 6).

        Only those above the completeness at their time count, on both sides.

        Parameters
        ----------
        mainshock
            Magnitude.
        days, magnitudes
            Of the aftershocks; days after the mainshock.
        until
            Up to when they were looked for, days after the mainshock.
        usual
            Magnitude from which the catalogue is whole in quiet times.

        Raises
        ------
        InvalidInputError
            If an aftershock comes before the mainshock or after `until`.
        """
        if days.size and (days.min() < 0.0 or days.max() > until + 1e-9):
            raise InvalidInputError(
                f"Aftershocks run from {days.min():g} to {days.max():g} days after the mainshock; expected 0 to {until:g}, "
                "the time at which the forecast begins."
            )
        if until <= 0.0:
            return self
        # the rate above a completeness that falls with time has no closed form: midpoints of even steps in log (t + c)
        edges = np.exp(np.linspace(np.log(self.law.c), np.log(until + self.law.c), 2001)) - self.law.c
        middle = np.sqrt((edges[1:] + self.law.c) * (edges[:-1] + self.law.c)) - self.law.c
        least = completeness(mainshock, middle, usual)
        part = 10.0 ** (self.law.b * (mainshock - least)) * shared_time(self.law, edges[:-1], edges[1:])
        whole = float(part.sum())
        seen = int(np.sum(magnitudes >= completeness(mainshock, days, usual) - 1e-9)) if days.size else 0
        log = seen * (self.values * np.log(10.0) + np.log(whole)) - 10.0**self.values * whole
        weights = self.weights * np.exp(log - log.max())
        return Belief(self.law, self.values, weights / weights.sum(), seen, whole)

    @property
    def mean(self) -> float:
        """Mean of `a`."""
        return float(self.weights @ self.values)

    @property
    def spread(self) -> float:
        """Standard deviation of `a`."""
        return float(np.sqrt(self.weights @ np.square(self.values - self.mean)))

    def quantile(self, share: float) -> float:
        """Return the `a` that is not passed with a probability."""
        return float(np.interp(share, np.cumsum(self.weights) - 0.5 * self.weights, self.values))

    def forecast(
        self, mainshock: float, magnitude: float, start: float, end: float
    ) -> tuple[float, float, int, int]:
        """Return expected number, probability of one or more, and the 2.5 and 97.5 % quantiles of the number.

        The number is Poisson for each `a`, and these are mixed by how probable each `a` is (U.S. Geological Survey,
        Aftershock Forecast Scientific Background, eq. 2).
        """
        unit = float(expected(self.law, mainshock, magnitude, start, end)) / 10.0**self.law.a
        rate = 10.0**self.values * unit
        mean = float(self.weights @ rate)
        low, high = (self._count(rate, share) for share in (0.025, 0.975))
        return mean, float(self.weights @ probability(rate)), low, high

    def _count(self, rate: np.ndarray, share: float) -> int:
        """Return the least number that is not passed with a probability."""
        from scipy.special import pdtr

        low, high = -1, int(np.ceil(rate.max() + 10.0 * np.sqrt(rate.max()) + 10.0))
        while high - low > 1:
            middle = (low + high) // 2
            if float(self.weights @ pdtr(middle, rate)) >= share:
                high = middle
            else:
                low = middle
        return high
