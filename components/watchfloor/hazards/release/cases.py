"""Published values of a release, computed with the model's own functions."""

import numpy as np

from watchfloor.hazards.reference import Reference
from watchfloor.hazards.release.cloud import lethality
from watchfloor.hazards.release.dense import Dense, lines
from watchfloor.hazards.release.outflow import GAS, ambient_density, gas_jet, liquid_jet
from watchfloor.hazards.release.plume import gaussian
from watchfloor.hazards.release.stability import puff_sigma, sigma
from watchfloor.hazards.release.substance import substance

__all__ = ["REFERENCES", "natural_gas", "puff_centre"]

_CCPS = "CCPS 1999, Guidelines for Consequence Analysis of Chemical Releases, page {}"
_JULIA = "aefarrell/GasDispersion.jl, commit 27ac300, {}"


def natural_gas(distances: list[float], wind: float = 10.9) -> np.ndarray:
    """Return the volume fractions of boiling natural gas, 0.23 m^3/s of liquid, at distances downwind, metres."""
    return Dense(0.23 * 425.6 / 1.76, 1.76, ambient_density(298.0), wind, (273.15 - 162.0) / 298.0).centre(
        distances
    )


def puff_centre(distance: float, number: int) -> float:
    """Return the concentration in the middle of a puff at the ground, 1/m^3 of what was released."""
    side, up = puff_sigma(distance, number)
    return float(1.0 / (np.sqrt(2.0) * np.pi**1.5 * side**2 * up))


def _briggs(terrain: str) -> np.ndarray:
    return np.array([value for number in range(6) for value in sigma(1.2, number, terrain)])


def _choked() -> float:
    # the example gives the density in the vessel, 8.90 kg/m^3 at 501 kPa and 298 K, instead of the molar mass
    return gas_jet(0.01, 501e3, 298.0, 8.90 * GAS * 298.0 / 501e3, 1.15)


REFERENCES = (
    Reference("Briggs' open country, sigma y and z at 1.2 m for A to F",
              (0.263984, 0.24, 0.191988, 0.144, 0.131992, 0.0959885, 0.0959942, 0.0719353, 0.0719957, 0.0359870, 0.0479971, 0.0191931),
              lambda: _briggs("rural"), _JULIA.format("test/utils/ccps_tests.jl"), rtol=1e-5, units="m"),
    Reference("Briggs' city, sigma y and z at 1.2 m for A to F",
              (0.383908, 0.288173, 0.383908, 0.288173, 0.263937, 0.24, 0.191954, 0.167970, 0.131968, 0.0959137, 0.131968, 0.0959137),
              lambda: _briggs("urban"), _JULIA.format("test/utils/ccps_tests.jl"), rtol=1e-5, units="m"),
    Reference("Plume, F, 0.1 kg/s in 2 m/s, at 500 m", 1.172175e-4, lambda: gaussian(500.0, 0.0, 0.0, 0.1, 2.0, 5),
              _CCPS.format(97) + ", with Briggs' spread", rtol=1e-6, units="kg/m^3"),
    Reference("Puff, F, at 500 m: sigma y and z", (5.047930, 2.214837), lambda: np.array(puff_sigma(500.0, 5)), _CCPS.format(101),
              rtol=1e-6, units="m", note="The book prints 6.1 m for the first, which its own formula does not give."),
    Reference("Puff, F, at 500 m: concentration of each kilogram", 2.250e-3, lambda: puff_centre(500.0, 5), _CCPS.format(101),
              rtol=5e-4, units="1/m^3"),
    Reference("Liquid from a hole of 10 mm", 0.216912,
              lambda: liquid_jet(0.01, 490.0, 120_935.0368 - 101_325.0, coefficient=0.63), _CCPS.format(40), rtol=1e-5, units="kg/s"),
    Reference("Choked gas from a hole of 10 mm", 0.0900280, _choked, _CCPS.format(47), rtol=1e-5, units="kg/s"),
    Reference("Dense gas: where 10 to 0.2 % are reached, alpha -0.4", (1.784, 2.016, 2.21, 2.394, 2.564, 2.714),
              lambda: lines(-0.4), _JULIA.format("test/models/britter_mcquaid_plume_tests.jl"), rtol=1e-9),
    Reference("Natural gas as a dense cloud at 45.2, 367 and 1,200 m", (0.6720234544594696, 0.050717667650511944, 0.004921409666659286),
              lambda: natural_gas([45.2, 367.0, 1200.0]), _CCPS.format(122) + "; " + _JULIA.format("the same tests"), rtol=2e-3,
              units="1", note="The source's air is that of its own atmosphere model, a little denser."),
    Reference("Chlorine: probability of death at 250 ppm for 30 min", 0.5,
              lambda: lethality(np.array([250.0**2 * 30.0]), substance("chlorine")),
              "Withers and Lees 1985, Journal of Hazardous Materials 12, 283-302, abstract: LC50 of 30 min is 250 ppm",
              rtol=0, atol=0.005),
    Reference("Chlorine: probability of death at 433 ppm for 10 min", 0.5,
              lambda: lethality(np.array([433.0**2 * 10.0]), substance("chlorine")), "the same: LC50 of 10 min is 433 ppm",
              rtol=0, atol=0.005),
    Reference("Ammonia: probability of death at 13,000 and 6,600 ppm for 10 min", (0.5, 0.1),
              lambda: lethality(np.array([13_000.0, 6_600.0]) ** 2 * 10.0, substance("ammonia")),
              "Engelhardt and Holliday 1985, AECB INFO-0153: LC50 and LC10", rtol=0, atol=0.01),
)  # fmt: skip
