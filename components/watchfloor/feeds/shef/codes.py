"""Codes of SHEF: physical elements with their units, durations, qualifiers and time zones.

Source of all tables: National Weather Service Manual 10-944, "Standard Hydrometeorological Exchange Format (SHEF) Code
Manual" (5 July 2012), tables 1 to 8 and 10. What is a code and no quantity (present weather, kind of precipitation),
and what the manual and the field write in different units (directions of gusts), is not listed: it is put aside.
"""

import re
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo

from watchfloor.core.clock import zone as named
from watchfloor.core.errors import InvalidInputError

__all__ = ["ELEMENTS", "FLAGS", "Code", "Element", "code", "zone"]


@dataclass(frozen=True)
class Element:
    """One physical element.

    Parameters
    ----------
    title
        What it is, in words.
    english, metric
        Its unit in messages of English (``DUE``, the usual) and of SI units (``DUS``).
    quantity
        Name of `core.fields`; empty where none is the same.
    english_times, metric_times
        How many of that unit a reading of 1 stands for (discharge comes in thousands of cubic feet per second).
    english_range, metric_range
        Readings outside were not in the manual's unit; None to take all.
    """

    title: str
    english: str
    metric: str
    quantity: str = ""
    english_times: float = 1.0
    metric_times: float = 1.0
    english_range: tuple[float, float] | None = None
    metric_range: tuple[float, float] | None = None


def _flow(title: str) -> Element:
    return Element(title, "ft^3/s", "m^3/s", "discharge", english_times=1000.0)


def _length(title: str, quantity: str = "") -> Element:
    return Element(title, "ft", "m", quantity)


def _depth(title: str) -> Element:
    return Element(title, "inch", "mm")


def _thick(title: str) -> Element:
    return Element(title, "inch", "cm")


def _heat(title: str, quantity: str = "") -> Element:
    return Element(title, "degF", "degC", quantity)


def _speed(title: str, quantity: str = "") -> Element:
    return Element(title, "mile/hour", "m/s", quantity)


def _store(title: str) -> Element:
    return Element(title, "acre*ft", "m^3", english_times=1000.0, metric_times=1e6)


def _air(title: str) -> Element:
    # Some stations send hectopascals, which the manual does not know; no weather has such a reading in inches.
    return Element(title, "inHg", "kPa", english_range=(14.0, 33.0), metric_range=(45.0, 112.0))


ELEMENTS: dict[str, Element] = {
    "EP": _depth("Evaporation, pan increment"), "EV": _depth("Evaporation, pan"), "GT": _thick("Frost, depth of thaw"),
    "HA": _length("Height of reading, altitude above surface"), "HF": _length("Elevation, project powerhouse forebay"),
    "HG": _length("River stage", "water_level"), "HH": _length("Height of reading, elevation"),
    "HK": _length("Height, lake above a datum"), "HL": _length("Elevation, natural lake"), "HM": _length("Height of tide", "water_level"),
    "HP": _length("Elevation of the pool"), "HT": _length("Elevation of the tailwater"), "HW": _length("Height, spillway tailwater"),
    "IT": _thick("Ice thickness"), "LS": _store("Lake storage volume"), "LA": Element("Lake surface area", "acre", "km^2", english_times=1000.0),
    "PA": _air("Atmospheric pressure"), "PC": _depth("Precipitation, accumulator"), "PL": _air("Pressure at sea level"),
    "PP": _depth("Precipitation, increment"), "PR": Element("Precipitation rate", "inch/day", "mm/day", "rain_rate"),
    "QD": _flow("Discharge, canal diversion"), "QI": _flow("Discharge, inflow"), "QO": _flow("Discharge, outflow"),
    "QP": _flow("Discharge, pumping"), "QR": _flow("Discharge, river"), "QS": _flow("Discharge, spillway"),
    "QT": _flow("Discharge, computed total project outflow"), "QU": _flow("Discharge, controlled by regulating outlet"),
    "QG": _flow("Discharge, from power generation"), "QV": _store("Cumulative volume increment"),
    "RI": Element("Accumulated solar radiation", "langley", "langley"), "RW": Element("Radiation, total", "W/m^2", "W/m^2"),
    "SD": _thick("Snow depth"), "SF": _thick("Snow depth, new snow"), "SW": _depth("Snow water equivalent"),
    "TA": _heat("Air temperature", "temperature"), "TB": _heat("Bare soil temperature"), "TD": _heat("Dew point temperature"), "TS": _heat("Soil temperature at the surface"),
    "TW": _heat("Water temperature"), "UD": Element("Wind direction", "degree", "degree", "wind_direction"),
    "UG": _speed("Wind gust speed"), "UP": _speed("Peak wind speed"), "US": _speed("Wind speed", "wind_speed"),
    "VB": Element("Voltage of the battery", "volt", "volt"), "WC": Element("Water conductance", "umho/cm", "umho/cm"),
    "WO": Element("Water, dissolved oxygen", "mg/l", "mg/l"), "WP": Element("Water, pH", "dimensionless", "dimensionless"),
    "WV": Element("Water velocity", "ft/s", "m/s"), "XR": Element("Relative humidity", "percent", "percent", "humidity"),
    "XV": Element("Visibility", "mile", "km"),
}  # fmt: skip
# Short codes that stand for a whole one (table 2).
_SENT = {"HN": "HGIRZNZ", "HX": "HGIRZXZ", "QN": "QRIRZNZ", "QX": "QRIRZXZ", "TN": "TAIRZNZ", "TX": "TAIRZXZ"}
# Elements that are increments over a time: without a duration they are of a day ("seasonal" ones have their own).
_DAILY = {"PP": "D", "SF": "D", "EP": "D", "EV": "D", "RI": "D"}
_AHEAD = frozenset("FC")
_EXTREMES = {"N": "lowest", "X": "highest", "H": "highest of the hour", "P": "lowest of 12 hours", "D": "highest of 12 hours"}  # fmt: skip
_CODE = re.compile(r"([A-Z]{2})([A-Z])?([A-Z])?([A-Z0-9])?([A-Z])?([A-Z])?", re.ASCII)
_HOURS = {
    "Z": 0.0, "NS": -3.5, "ND": -2.5, "AS": -4.0, "AD": -3.0, "ES": -5.0, "ED": -4.0, "CS": -6.0, "CD": -5.0, "MS": -7.0,
    "MD": -6.0, "PS": -8.0, "PD": -7.0, "YS": -8.0, "YD": -7.0, "LS": -9.0, "LD": -8.0, "HS": -10.0, "J": 8.0,
}  # fmt: skip
_NAMED = {
    "N": "America/St_Johns", "A": "America/Halifax", "E": "America/New_York", "C": "America/Chicago", "M": "America/Denver",
    "P": "America/Los_Angeles", "L": "America/Anchorage", "H": "Pacific/Honolulu",
}  # fmt: skip
FLAGS = {
    "B": 3, "R": 3, "Q": 2, "F": 2, "E": 2, "D": 2, "W": 2, "L": 2, "T": 1, "Z": 1,
    "G": 0, "M": 0, "P": 0, "S": 0, "V": 0,
}  # fmt: skip
"""Our flag of each qualifier (table 10); screened, passed, verified and manually checked values are good."""


@dataclass(frozen=True)
class Code:
    """A whole parameter code: what is measured, over which time, by what.

    Parameters
    ----------
    element
        Physical element, two letters.
    duration, kind, source, extremum, probability
        One letter each; ``kind`` is R for a reading, F for a forecast, C for a contingency, P for what was processed.
    """

    element: str
    duration: str
    kind: str
    source: str
    extremum: str = "Z"
    probability: str = "Z"

    @property
    def text(self) -> str:
        """The code, without what says nothing at its end."""
        base = f"{self.element}{self.duration}{self.kind}{self.source}"
        if self.probability != "Z":
            return f"{base}{self.extremum}{self.probability}"
        return base if self.extremum == "Z" else f"{base}{self.extremum}"

    @property
    def ahead(self) -> bool:
        """Whether it speaks of times to come."""
        return self.kind in _AHEAD

    @property
    def title(self) -> str:
        """What it is, in words."""
        about = ELEMENTS[self.element].title
        extreme = _EXTREMES.get(self.extremum, "")
        return ", ".join(part for part in (about, extreme, "forecast" if self.ahead else "") if part)


def code(text: str) -> Code:
    """Read a parameter code of two to seven characters; what is left out has its usual value.

    Raises
    ------
    InvalidInputError
        If it is no such code, or one whose element and unit are not known.

    Examples
    --------
    >>> code("HG").text, code("TX").text, code("PPDRG").text, code("QTDFG").ahead
    ('HGIRZ', 'TAIRZX', 'PPDRG', True)
    """
    whole = _SENT.get(text[:2], "") if len(text) == 2 else ""
    match = _CODE.fullmatch(whole or text)
    if match is None:
        raise InvalidInputError(f"{text[:20]!r} is no parameter code; expected one like HG, PPDRZ or TAIRZX.")
    element, duration, kind, source, extremum, probability = match.groups()
    if element not in ELEMENTS:
        raise InvalidInputError(
            f"The element {element} is a code, or its unit is not known; its values are not kept as a series."
        )
    # Z stands for "the usual one" in every place.
    if duration in (None, "Z"):
        duration = _DAILY.get(element, "I")
    kind = "R" if kind in (None, "Z") else kind
    return Code(element, duration, kind, source or "Z", extremum or "Z", probability or "Z")


def zone(text: str) -> tzinfo:
    """Return the time zone of a code (table 8).

    Raises
    ------
    InvalidInputError
        If it is none, or one that is no longer clear (Bering, Yukon without S or D).

    Examples
    --------
    >>> str(zone("E")), str(zone("CS"))
    ('America/New_York', 'UTC-06:00')
    """
    if text in _NAMED:
        return named(_NAMED[text])
    if text in _HOURS:
        return timezone(timedelta(hours=_HOURS[text]))
    raise InvalidInputError(
        f"{text[:10]!r} is no time zone of SHEF that can be told; expected one like Z, E, CS or PD."
    )
