"""What is released: public properties, guideline levels and what is known of its lethality, with sources.

Acute exposure guideline levels (AEGL) are the final values of the National Research Council's committee (EPA 2014,
"Final AEGLs (162)"); emergency response planning guidelines (ERPG) are those of the AIHA. Molar masses, boiling points,
densities at the boiling point (at 20 degrees Celsius, where it boils above) and heats of vaporisation are rounded values
of the NIST Chemistry WebBook (SRD 69); limits of flammability are those of the NIOSH Pocket Guide (2005-149).

Of the levels, those of chlorine and hydrogen sulfide, those for an hour of ammonia, sulfur dioxide, carbon monoxide and
benzene, and hydrogen fluoride's first level and its second for ten minutes (National Research Council 2004, volume 4, page
124) were compared with a second publication; check the others against the current list of their publisher before you act
on them. Lethality is told only where its source was read: for other substances set your own function.
"""

from dataclasses import dataclass

import numpy as np

from watchfloor.core.errors import UnknownNameError

__all__ = ["DURATIONS", "SUBSTANCES", "Probit", "Substance", "substance"]

DURATIONS = (10.0, 30.0, 60.0, 240.0, 480.0)
"""Minutes for which an AEGL is given."""
_NONE = float("nan")
Five = tuple[float, float, float, float, float]
_NR: Five = (_NONE,) * 5


@dataclass(frozen=True)
class Probit:
    """How probably a dose kills: ``probit = a + b ln(C^n t)``, with C in ppm and t in minutes.

    Parameters
    ----------
    a, b, n
        Its constants.
    source
        Where they are from.
    """

    a: float
    b: float
    n: float
    source: str


@dataclass(frozen=True)
class Substance:
    """One substance.

    Parameters
    ----------
    en, zh
        Its name.
    cas
        Registry number.
    molar
        Molar mass, kg/mol.
    boiling
        Normal boiling point, K.
    liquid
        Density of the liquid, kg/m^3.
    latent
        Heat of vaporisation at the boiling point, J/kg.
    ratio
        Of the heat capacities of the gas.
    aegl
        Levels 1 to 3 for `DURATIONS`, ppm; NaN where none is recommended.
    erpg
        Levels 1 to 3 for an hour, ppm.
    flammable
        Lower and upper limit of flammability, volume fraction.
    probit
        Lethality, where a source was at hand.
    """

    en: str
    zh: str
    cas: str
    molar: float
    boiling: float
    liquid: float
    latent: float
    ratio: float
    aegl: tuple[Five, Five, Five] = (_NR, _NR, _NR)
    erpg: tuple[float, float, float] = (_NONE, _NONE, _NONE)
    flammable: tuple[float, float] = (_NONE, _NONE)
    probit: Probit | None = None

    @property
    def toxic(self) -> bool:
        """Whether it has toxic levels; else its zones are those of flammability."""
        return bool(np.isfinite(self.aegl[2][2]) or np.isfinite(self.erpg[2]))

    @property
    def exponent(self) -> float:
        """The n of the toxic load C^n t, as its AEGL-3 of 10 and of 60 minutes imply it (1 to 5; 1 where there is none)."""
        ten, sixty = self.aegl[2][0], self.aegl[2][2]
        if not np.isfinite(ten) or ten <= sixty:
            return 1.0
        return float(np.clip(np.log(6.0) / np.log(ten / sixty), 1.0, 5.0))

    def levels(self, minutes: float, system: str = "AEGL") -> tuple[float, float, float]:
        """Return the concentrations at which zones 1, 2 and 3 begin, ppm; a level that is not given is that of the next.

        Parameters
        ----------
        minutes
            Length of the exposure; AEGL are interpolated in its logarithm.
        system
            ``AEGL`` or ``ERPG``. A substance that only burns has 10, 60 and 100 % of its lower limit of flammability
            (the first two are ALOHA's levels of concern, NOAA technical memorandum NOS OR&R 43).

        Examples
        --------
        >>> substance("chlorine").levels(60.0), substance("methane").levels(60.0)
        ((0.5, 2.0, 20.0), (5000.0, 30000.0, 50000.0))
        """
        if not self.toxic:
            lower = self.flammable[0] * 1e6
            return (round(0.1 * lower, 6), round(0.6 * lower, 6), lower)
        found = list(self.erpg)
        if system == "AEGL" and np.isfinite(self.aegl[2][2]):
            at = np.log(np.clip(minutes, DURATIONS[0], DURATIONS[-1]))
            found = [
                float(np.exp(np.interp(at, np.log(DURATIONS), np.log(np.asarray(row, float)))))
                for row in self.aegl
            ]
        for k in (1, 0):
            if not np.isfinite(found[k]):
                found[k] = found[k + 1]
        return tuple(float(f"{value:.6g}") for value in found)  # type: ignore[return-value]


SUBSTANCES: dict[str, Substance] = {
    "chlorine": Substance("Chlorine", "氯", "7782-50-5", 0.070906, 239.1, 1562, 288e3, 1.33,
        ((0.5,) * 5, (2.8, 2.8, 2.0, 1.0, 0.71), (50, 28, 20, 10, 7.1)), (1, 3, 20),
        probit=Probit(-8.29, 0.92, 2.0, "Withers and Lees 1985, Journal of Hazardous Materials 12, 283-302")),
    "ammonia": Substance("Ammonia", "氨", "7664-41-7", 0.017031, 239.8, 682, 1371e3, 1.31,
        ((30,) * 5, (220, 220, 160, 110, 110), (2700, 1600, 1100, 550, 390)), (25, 150, 1500), (0.15, 0.28),
        Probit(-15.02, 0.942, 2.0, "fitted to LC10 3,800 and LC50 7,500 ppm of 30 min: Engelhardt and Holliday 1985, AECB INFO-0153")),
    "hydrogen sulfide": Substance("Hydrogen sulfide", "硫化氢", "7783-06-4", 0.03408, 212.9, 949, 548e3, 1.32,
        ((0.75, 0.60, 0.51, 0.36, 0.33), (41, 32, 27, 20, 17), (76, 59, 50, 37, 31)), (0.1, 30, 100), (0.04, 0.44)),
    "sulfur dioxide": Substance("Sulfur dioxide", "二氧化硫", "7446-09-5", 0.064066, 263.1, 1435, 389e3, 1.26,
        ((0.2,) * 5, (0.75,) * 5, (30, 30, 30, 19, 9.6)), (0.3, 3, 25)),
    "hydrogen fluoride": Substance("Hydrogen fluoride", "氟化氢", "7664-39-3", 0.020006, 292.7, 968, 374e3, 1.40,
        ((1.0,) * 5, (95, 34, 24, 12, 12), (170, 62, 44, 22, 22)), (2, 20, 50)),
    "hydrogen chloride": Substance("Hydrogen chloride", "氯化氢", "7647-01-0", 0.036461, 188.1, 1190, 443e3, 1.40,
        ((1.8,) * 5, (100, 43, 22, 11, 11), (620, 210, 100, 26, 26)), (3, 20, 150)),
    "phosgene": Substance("Phosgene", "光气", "75-44-5", 0.098916, 280.7, 1410, 247e3, 1.17,
        (_NR, (0.6, 0.6, 0.3, 0.08, 0.04), (3.6, 1.5, 0.75, 0.2, 0.09)), (_NONE, 0.5, 1.5)),
    "hydrogen cyanide": Substance("Hydrogen cyanide", "氰化氢", "74-90-8", 0.027026, 298.8, 687, 933e3, 1.30,
        ((2.5, 2.5, 2.0, 1.3, 1.0), (17, 10, 7.1, 3.5, 2.5), (27, 21, 15, 8.6, 6.6)), (_NONE, 10, 25), (0.056, 0.40)),
    "carbon monoxide": Substance("Carbon monoxide", "一氧化碳", "630-08-0", 0.02801, 81.6, 789, 216e3, 1.40,
        (_NR, (420, 150, 83, 33, 27), (1700, 600, 330, 150, 130)), (200, 350, 500), (0.125, 0.74)),
    "acrolein": Substance("Acrolein", "丙烯醛", "107-02-8", 0.056063, 325.8, 840, 505e3, 1.15,
        ((0.03,) * 5, (0.44, 0.18, 0.1, 0.1, 0.1), (6.2, 2.5, 1.4, 0.48, 0.27)), (0.05, 0.15, 1.5), (0.028, 0.31)),
    "ethylene oxide": Substance("Ethylene oxide", "环氧乙烷", "75-21-8", 0.044053, 283.6, 882, 579e3, 1.21,
        (_NR, (80, 80, 45, 14, 7.9), (360, 360, 200, 63, 35)), (_NONE, 50, 500), (0.03, 1.0)),
    "benzene": Substance("Benzene", "苯", "71-43-2", 0.078112, 353.2, 876, 394e3, 1.10,
        ((130, 73, 52, 18, 9.0), (2000, 1100, 800, 400, 200), (9700, 5600, 4000, 2000, 990)), (50, 150, 1000), (0.012, 0.078)),
    "methane": Substance("Methane or LNG", "甲烷（天然气）", "74-82-8", 0.016043, 111.7, 422, 511e3, 1.31, flammable=(0.05, 0.15)),
    "propane": Substance("Propane or LPG", "丙烷（液化石油气）", "74-98-6", 0.044096, 231.0, 581, 426e3, 1.13, flammable=(0.021, 0.095)),
    "hydrogen": Substance("Hydrogen", "氢", "1333-74-0", 0.002016, 20.4, 71, 446e3, 1.41, flammable=(0.04, 0.75)),
}  # fmt: skip
"""Substances by name."""


def substance(name: str) -> Substance:
    """Look up a substance.

    Examples
    --------
    >>> substance("ammonia").cas
    '7664-41-7'
    """
    if name not in SUBSTANCES:
        raise UnknownNameError("substance", name, SUBSTANCES)
    return SUBSTANCES[name]
