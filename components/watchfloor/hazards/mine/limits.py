"""At what share of methane the law of a place wants something done: a table, never a constant."""

from dataclasses import dataclass

from watchfloor.core.errors import UnknownNameError

__all__ = ["LIMITS", "Limit", "limit"]


@dataclass(frozen=True)
class Limit:
    """One rule.

    Parameters
    ----------
    en, zh
        Where it holds.
    act
        Share of methane, percent by volume, at which power is cut, work stops or ventilation is changed.
    withdraw
        Share at which people leave.
    source
        The rule.
    since
        Date of publication of the text, as its source tells it; empty where it does not.
    """

    en: str
    zh: str
    act: float
    withdraw: float
    source: str
    since: str


LIMITS: dict[str, Limit] = {
    "us-metal-nonmetal": Limit("United States, gassy metal and nonmetal mines", "美国有瓦斯的金属与非金属矿山", 0.5, 1.0,
                               "30 CFR 57.22232 (0.5 %) and 57.22235 (1.0 %; mines I-C, II-A, II-B, IV)", "1987-07-01"),
    "us-bleeder": Limit("United States, bleeder systems of metal and nonmetal mines", "美国金属与非金属矿山回风排放系统", 2.0, 2.5,
                        "30 CFR 57.22237 (mines I-A and III), 50 FR 4082", "1985-01-29"),
    "us-wv-coal": Limit("West Virginia, coal: working places and intake air", "美国西弗吉尼亚州煤矿采掘与进风", 1.0, 1.5,
                        "West Virginia Code 22A-2-43(c)", ""),
    "us-coal-surface": Limit("United States, surface structures of coal mines", "美国煤矿地面设施", 1.0, 1.0,
                             "30 CFR 77.201-2 (ventilation is changed at once; withdrawal is not told apart)", ""),
}  # fmt: skip
"""Rules by name. Add those of your jurisdiction, with their source and date, before you rely on a level."""


def limit(name: str) -> Limit:
    """Look up a rule.

    Examples
    --------
    >>> limit("us-metal-nonmetal").withdraw
    1.0
    """
    if name not in LIMITS:
        raise UnknownNameError("limit", name, LIMITS)
    return LIMITS[name]
