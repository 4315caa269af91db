"""What burns: the standard fire behaviour fuel models as a table, and fuel models of one's own.

Loads, surface-area-to-volume ratios, depths and moistures of extinction stand here in the units of the reports, so that
they can be compared with them by eye.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from watchfloor.core.errors import InvalidInputError

__all__ = ["FUELS", "UNBURNABLE", "Fuel", "check", "table", "translate"]


@dataclass(frozen=True)
class Fuel:
    """One fuel model.

    Parameters
    ----------
    code, name
        As in the report.
    dead
        Dry load of dead fuel that dries in 1 h, 10 h and 100 h, short tons per acre.
    herb, woody
        Dry load of live herbs and live woody fuel, short tons per acre.
    ratios
        Surface to volume of 1 h fuel, live herbs and live woody fuel, 1/ft.
    depth
        Of the fuel bed, ft.
    extinction
        Moisture of dead fuel at which it burns no longer, percent.
    dynamic
        Whether herbs move to the dead fuel as they cure.
    heat
        Heat content, Btu/lb.

    Examples
    --------
    >>> FUELS[102].code, FUELS[102].depth
    ('GR2', 1.0)
    """

    code: str
    name: str
    dead: tuple[float, float, float]
    herb: float
    woody: float
    ratios: tuple[float, float, float]
    depth: float
    extinction: float
    dynamic: bool
    heat: float = 8000.0

    def numbers(self) -> list[float]:
        """Return the row of `table`: loads in lb/ft^2, ratios, depth, extinction (share), heat, dynamic, burns."""
        acre = 2000.0 / 43560.0
        loads = [load * acre for load in (*self.dead, self.herb, self.woody)]
        return [
            *loads, *self.ratios, self.depth, self.extinction / 100.0, self.heat, float(self.dynamic), 1.0,
        ]  # fmt: skip


_ANDERSON = """
1|Short grass|.034|0|0|0|0|3500|1.0|12
2|Timber grass and understory|.092|.046|.023|.023|0|3000|1.0|15
3|Tall grass|.138|0|0|0|0|1500|2.5|25
4|Chaparral|.230|.184|.092|0|.230|2000|6.0|20
5|Brush|.046|.023|0|0|.092|2000|2.0|20
6|Dormant brush, hardwood slash|.069|.115|.092|0|0|1750|2.5|25
7|Southern rough|.052|.086|.069|0|.017|1750|2.5|40
8|Short needle litter|.069|.046|.115|0|0|2000|0.2|30
9|Long needle or hardwood litter|.134|.019|.007|0|0|2500|0.2|25
10|Timber litter and understory|.138|.092|.230|0|.092|2000|1.0|25
11|Light logging slash|.069|.207|.253|0|0|1500|1.0|15
12|Medium logging slash|.184|.644|.759|0|0|1500|2.3|20
13|Heavy logging slash|.322|1.058|1.288|0|0|1500|3.0|25
"""
"""Anderson 1982 (USDA INT-GTR-122), after Albini 1976 (INT-GTR-30): number, name, loads of 1 h, 10 h, 100 h, live herbs and
live woody fuel (lb/ft^2), ratio of 1 h fuel (1/ft; live: 1,500), depth (ft), extinction (percent)."""

_SCOTT_BURGAN = """
101|GR1|Short, sparse dry climate grass|.10|0|0|.30|0|2200|2000|1500|0.4|15|D
102|GR2|Low load, dry climate grass|.10|0|0|1.0|0|2000|1800|1500|1.0|15|D
103|GR3|Low load, very coarse, humid climate grass|.10|.40|0|1.50|0|1500|1300|1500|2.0|30|D
104|GR4|Moderate load, dry climate grass|.25|0|0|1.9|0|2000|1800|1500|2.0|15|D
105|GR5|Low load, humid climate grass|.40|0|0|2.5|0|1800|1600|1500|1.5|40|D
106|GR6|Moderate load, humid climate grass|.10|0|0|3.4|0|2200|2000|1500|1.5|40|D
107|GR7|High load, dry climate grass|1.0|0|0|5.4|0|2000|1800|1500|3.0|15|D
108|GR8|High load, very coarse, humid climate grass|.5|1.0|0|7.3|0|1500|1300|1500|4.0|30|D
109|GR9|Very high load, humid climate grass|1.0|1.0|0|9.0|0|1800|1600|1500|5.0|40|D
121|GS1|Low load, dry climate grass-shrub|.2|0|0|.5|.65|2000|1800|1800|0.9|15|D
122|GS2|Moderate load, dry climate grass-shrub|.5|.5|0|.6|1.0|2000|1800|1800|1.5|15|D
123|GS3|Moderate load, humid climate grass-shrub|.3|.25|0|1.45|1.25|1800|1600|1600|1.8|40|D
124|GS4|High load, humid climate grass-shrub|1.9|.3|.1|3.4|7.1|1800|1600|1600|2.1|40|D
141|SH1|Low load, dry climate shrub|.25|.25|0|.15|1.3|2000|1800|1600|1.0|15|D
142|SH2|Moderate load, dry climate shrub|1.35|2.4|.75|0|3.85|2000|1800|1600|1.0|15|S
143|SH3|Moderate load, humid climate shrub|.45|3.0|0|0|6.2|1600|1800|1400|2.4|40|S
144|SH4|Low load, humid climate timber-shrub|.85|1.15|.2|0|2.55|2000|1800|1600|3.0|30|S
145|SH5|High load, dry climate shrub|3.6|2.1|0|0|2.9|750|1800|1600|6.0|15|S
146|SH6|Low load, humid climate shrub|2.9|1.45|0|0|1.4|750|1800|1600|2.0|30|S
147|SH7|Very high load, dry climate shrub|3.5|5.3|2.2|0|3.4|750|1800|1600|6.0|15|S
148|SH8|High load, humid climate shrub|2.05|3.4|.85|0|4.35|750|1800|1600|3.0|40|S
149|SH9|Very high load, humid climate shrub|4.5|2.45|0|1.55|7.0|750|1800|1500|4.4|40|D
161|TU1|Light load, dry climate timber-grass-shrub|.2|.9|1.5|.2|.9|2000|1800|1600|0.6|20|D
162|TU2|Moderate load, humid climate timber-shrub|.95|1.8|1.25|0|.2|2000|1800|1600|1.0|30|S
163|TU3|Moderate load, humid climate timber-grass-shrub|1.1|.15|.25|.65|1.1|1800|1600|1400|1.3|30|D
164|TU4|Dwarf conifer with understory|4.5|0|0|0|2.0|2300|1800|2000|0.5|12|S
165|TU5|Very high load, dry climate timber-shrub|4.0|4.0|3.0|0|3.0|1500|1800|750|1.0|25|S
181|TL1|Low load, compact conifer litter|1.0|2.2|3.6|0|0|2000|1800|1600|0.2|30|S
182|TL2|Low load broadleaf litter|1.4|2.3|2.2|0|0|2000|1800|1600|0.2|25|S
183|TL3|Moderate load conifer litter|.5|2.2|2.8|0|0|2000|1800|1600|0.3|20|S
184|TL4|Small downed logs|.5|1.5|4.2|0|0|2000|1800|1600|0.4|25|S
185|TL5|High load conifer litter|1.15|2.5|4.4|0|0|2000|1800|1600|0.6|25|S
186|TL6|Moderate load broadleaf litter|2.4|1.2|1.2|0|0|2000|1800|1600|0.3|25|S
187|TL7|Large downed logs|.3|1.4|8.1|0|0|2000|1800|1600|0.4|25|S
188|TL8|Long-needle litter|5.8|1.4|1.1|0|0|1800|1800|1600|0.3|35|S
189|TL9|Very high load broadleaf litter|6.65|3.30|4.15|0|0|1800|1800|1600|0.6|35|S
201|SB1|Low load activity fuel|1.5|3.0|11.0|0|0|2000|1800|1600|1.0|25|S
202|SB2|Moderate load activity or low load blowdown|4.5|4.25|4.0|0|0|2000|1800|1600|1.0|25|S
203|SB3|High load activity fuel or moderate load blowdown|5.5|2.75|3.0|0|0|2000|1800|1600|1.2|25|S
204|SB4|High load blowdown|5.25|3.5|5.25|0|0|2000|1800|1600|2.7|25|S
"""
"""Scott and Burgan 2005 (USDA RMRS-GTR-153, doi:10.2737/RMRS-GTR-153), table 7: number, code, name, loads (short tons per
acre), ratios of 1 h fuel, live herbs and live woody fuel (1/ft), depth (ft), extinction (percent), dynamic or static."""

UNBURNABLE: dict[int, str] = {
    0: "not mapped",
    91: "urban (NB1)",
    92: "snow or ice (NB2)",
    93: "cropland (NB3)",
    98: "open water (NB8)",
    99: "bare ground (NB9)",
}
"""Codes of ground that carries no fire in this model (Scott and Burgan 2005)."""


def _read() -> dict[int, Fuel]:
    found = {}
    acre = 2000.0 / 43560.0
    for line in _ANDERSON.split("\n"):
        if line:
            number, name, *rest = line.split("|")
            one, ten, hundred, herb, woody, ratio, depth, extinction = map(float, rest)
            found[int(number)] = Fuel(
                f"FM{number}", name, (one / acre, ten / acre, hundred / acre), herb / acre, woody / acre,
                (ratio, 1500.0, 1500.0), depth, extinction, dynamic=False,
            )  # fmt: skip
    for line in _SCOTT_BURGAN.split("\n"):
        if line:
            number, code, name, *rest, kind = line.split("|")
            one, ten, hundred, herb, woody, ratio, of_herb, of_woody, depth, extinction = map(float, rest)
            found[int(number)] = Fuel(
                code, name, (one, ten, hundred), herb, woody, (ratio, of_herb, of_woody), depth, extinction,
                dynamic=kind == "D", heat=9000.0 if code == "GR6" else 8000.0,
            )  # fmt: skip
    return found


FUELS: dict[int, Fuel] = _read()
"""The 13 models of Anderson and the 40 of Scott and Burgan, by number."""


def table(own: Mapping[int, Sequence[float]] | None = None) -> np.ndarray:
    """Return all fuel models as rows by their number, shape (256, 13), float64; rows of zeros do not burn.

    Parameters
    ----------
    own
        Fuel models of one's own by number, as `Fuel.numbers` gives them; a standard number is replaced.
    """
    made = np.zeros((256, 13))
    standard = {number: fuel.numbers() for number, fuel in FUELS.items()}
    for number, row in (standard | dict(own or {})).items():
        if not 1 <= number <= 255 or number in UNBURNABLE:
            raise InvalidInputError(
                f"A fuel model cannot have the number {number}; expected 1 to 255 but {', '.join(map(str, UNBURNABLE))}."
            )
        if len(row) != 13:
            raise InvalidInputError(
                f"The fuel model {number} has {len(row)} numbers; expected 13, as Fuel(...).numbers() gives them."
            )
        made[number] = row
    if not np.isfinite(made).all() or made.min() < 0.0 or np.any(made[made[:, 12] > 0][:, 5:11] <= 0.0):
        raise InvalidInputError("A fuel model of one's own has a value that is negative, zero or no number.")
    return made


def check(codes: np.ndarray, rows: np.ndarray) -> None:
    """Refuse a map with numbers that are no fuel model.

    Parameters
    ----------
    codes
        Numbers of fuel models, any shape.
    rows
        As `table` returned it.

    Raises
    ------
    InvalidInputError
        If a number is not whole or not known; it names those that are not.
    """
    if np.any(codes != np.round(codes)):
        odd = float(codes[codes != np.round(codes)][0])
        raise InvalidInputError(
            f"The fuel map has the value {odd:g}, which is no whole number; resample classes with the nearest neighbour, never "
            "with an average."
        )
    known = rows[:, 12] > 0
    known[list(UNBURNABLE)] = True
    there = np.unique(codes).astype(int)
    strange = [int(code) for code in there if not (0 <= code <= 255 and known[code])]
    if strange:
        raise InvalidInputError(
            f"The fuel map has the numbers {', '.join(map(str, strange[:8]))}, which are no fuel models; expected 1 to 13 (Anderson), "
            "101 to 204 (Scott and Burgan) and 91 to 99 for what does not burn. Translate other classes first "
            "(hazards.wildfire.fuels.translate), or give your own models."
        )


def translate(classes: np.ndarray, to: Mapping[int, int]) -> np.ndarray:
    """Return a map of fuel models made of a map of other classes, such as land cover.

    Parameters
    ----------
    classes
        Any whole numbers, any shape.
    to
        Number of the fuel model of each class.

    Examples
    --------
    >>> translate(np.array([[10, 30], [80, 10]]), {10: 165, 30: 102, 80: 98}).tolist()
    [[165.0, 102.0], [98.0, 165.0]]
    """
    found = np.unique(classes)
    missing = [int(value) for value in found if int(value) not in to]
    if missing:
        raise InvalidInputError(
            f"No fuel model is said for the classes {', '.join(map(str, missing[:8]))}; name one for each, 98 for water."
        )
    made = np.zeros(classes.shape)
    for value in found:
        made[classes == value] = to[int(value)]
    return made
