"""How much comes out of a hole or a pool, and how it is told: source terms of a release (CCPS 1999; EPA 1999)."""

import numpy as np

from watchfloor.core.errors import InvalidInputError

__all__ = ["AIR", "GAS", "ambient_density", "boiling_pressure", "from_mass", "gas_jet", "liquid_jet", "pool"]

GAS = 8.314462618
"""Gas constant, J/mol/K (CODATA 2018)."""
AIR = 101_325.0
"""Standard pressure, Pa."""
_G = 9.80665
_MOLAR_AIR = 0.0289647


def liquid_jet(
    diameter: float, density: float, pressure: float, head: float = 0.0, coefficient: float = 0.61
) -> float:
    """Return the mass flow of a liquid through a sharp hole, kg/s (CCPS 1999, eq. 2.1.10; Bernoulli).

    Parameters
    ----------
    diameter
        Of the hole, metres.
    density
        Of the liquid, kg/m^3.
    pressure
        Above that outside, Pa.
    head
        Height of the liquid above the hole, metres.
    coefficient
        Of discharge; 0.61 for a sharp edge.

    Examples
    --------
    >>> round(liquid_jet(0.01, 490.0, 120_935.0368 - 101_325.0, coefficient=0.63), 6)
    0.216912
    """
    drive = 2.0 * density * max(pressure, 0.0) + 2.0 * density**2 * _G * max(head, 0.0)
    return float(np.pi / 4 * diameter**2 * coefficient * np.sqrt(drive))


def gas_jet(
    diameter: float,
    pressure: float,
    temperature: float,
    molar: float,
    ratio: float,
    outside: float = AIR,
    coefficient: float = 0.85,
) -> float:
    """Return the mass flow of a gas through a hole, kg/s: choked where the pressure is high (CCPS 1999, eq. 2.1.16 to 18).

    Parameters
    ----------
    diameter
        Of the hole, metres.
    pressure, outside
        Absolute, in the vessel and outside, Pa.
    temperature
        In the vessel, K.
    molar
        Molar mass, kg/mol.
    ratio
        Of the heat capacities.
    coefficient
        Of discharge.
    """
    if pressure <= outside:
        return 0.0
    least = (2.0 / (ratio + 1.0)) ** (ratio / (ratio - 1.0))
    eta = max(outside / pressure, least)
    density = pressure * molar / (GAS * temperature)
    flux = np.sqrt(
        density
        * pressure
        * 2.0
        * ratio
        / (ratio - 1.0)
        * (eta ** (2.0 / ratio) - eta ** ((ratio + 1.0) / ratio))
    )
    return float(coefficient * np.pi / 4 * diameter**2 * flux)


def boiling_pressure(boiling: float, latent: float, molar: float, temperature: float) -> float:
    """Return the pressure of a vapour over its liquid, Pa (Clausius and Clapeyron, from the normal boiling point).

    Parameters
    ----------
    boiling
        Normal boiling point, K.
    latent
        Heat of vaporisation, J/kg.
    molar
        Molar mass, kg/mol.
    temperature
        K.
    """
    return float(AIR * np.exp(latent * molar / GAS * (1.0 / boiling - 1.0 / temperature)))


def pool(area: float, wind: float, molar: float, pressure: float, temperature: float) -> float:
    """Return the mass flow from a pool that evaporates, kg/s (EPA 550-B-99-009, appendix D, eq. D-1).

    That equation in SI units: ``K = 0.67 u^0.78 (18/M)^(1/3)`` cm/s in the air over the pool, with M in g/mol.

    Parameters
    ----------
    area
        Square metres.
    wind
        At 10 m, m/s.
    molar
        Molar mass, kg/mol.
    pressure
        Of the vapour, Pa; a pool that boils is held at the pressure of the air.
    temperature
        Of the pool, K.
    """
    if wind < 0 or area < 0:
        raise InvalidInputError(
            f"A pool of {area:g} m^2 in a wind of {wind:g} m/s cannot be; expected neither below 0."
        )
    transfer = 0.0067 * wind**0.78 * (0.018 / molar) ** (1.0 / 3.0)
    return float(transfer * area * molar * min(pressure, AIR) / (GAS * temperature))


def ambient_density(temperature: float) -> float:
    """Return the density of dry air at standard pressure, kg/m^3, at a temperature in K."""
    return AIR * _MOLAR_AIR / (GAS * temperature)


def from_mass(molar: float, temperature: float) -> float:
    """Return how many ppm one kg/m^3 of a gas makes at standard pressure.

    Examples
    --------
    >>> round(1e6 / from_mass(0.070906, 298.15), 2)
    2.9
    """
    return 1e6 * GAS * temperature / (molar * AIR)
