"""Units as sources write them: UCUM symbols, names and common spellings, and the way from one unit to another.

A value is kept in its series' unit; the unit that its source uses, and how to come back to it, is noted beside the series
(`Scale.note`), so that both numbers can always be shown.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.fields import convert, units

__all__ = ["SOURCE", "Scale", "agreed", "readable"]

SOURCE = "source_units"
"""Name in `Series.attrs` under which the source's own unit is noted."""

_AMBIGUOUS = frozenset({"C", "F", "c", "f", "R", "k", "e"})
# UCUM (https://ucum.org/ucum, tables 2 to 4) where pint knows the unit by another name.
_UCUM = {
    "Cel": "degC", "[degF]": "degF", "[ft_i]": "ft", "[ft_us]": "survey_foot", "[in_i]": "inch", "[mi_i]": "mile",
    "[nmi_i]": "nautical_mile", "[kn_i]": "knot", "[yd_i]": "yard", "[in_i'Hg]": "inHg", "mm[Hg]": "mmHg", "[lb_av]": "lb", "[psi]": "psi", "[ppm]": "ppm", "[ppb]": "ppb", "[pH]": "dimensionless",
    "{ratio}": "dimensionless", "[g]": "g_0", "ar": "are", "har": "hectare", "[acr_us]": "acre",
}  # fmt: skip
# Spellings met in hydrology and meteorology, in small letters; pint reads some of them as something else ("mb" is a
# millibarn there), so they are looked up first.
_SPELT = {
    "centigrade": "degC", "celsius": "degC", "degree celsius": "degC", "degrees celsius": "degC", "deg c": "degC",
    "deg_c": "degC", "degc": "degC", "°c": "degC", "℃": "degC", "fahrenheit": "degF", "degree fahrenheit": "degF",
    "degrees fahrenheit": "degF", "deg f": "degF", "deg_f": "degF", "degf": "degF", "°f": "degF", "℉": "degF",
    "cfs": "ft^3/s", "cumec": "m^3/s", "cumecs": "m^3/s", "kts": "knot", "kt": "knot", "knots": "knot",
    "mb": "mbar", "mbars": "mbar", "millibars": "mbar", "hpa": "hPa", "kpa": "kPa", "inhg": "inHg", "in hg": "inHg", "mmhg": "mmHg",
    "sm": "mile", "statute mile": "mile", "statute miles": "mile", "mph": "mile/hour", "km/hr": "km/h", "kph": "km/h",
    "%": "percent", "%rh": "percent", "% rh": "percent", "pct": "percent", "in": "inch", "inches": "inch",
    "ug/m3": "ug/m^3", "degrees": "degree", "deg": "degree", "°": "degree", "-": "dimensionless", "1": "dimensionless",
    "number": "dimensionless", "lumen": "lumen",
}  # fmt: skip
_POWER = re.compile(r"(?<=[A-Za-z)])\^?\*{0,2}([+-]?\d)(?![\d_A-Za-z])")
_BRACKET = re.compile(r"\{[^{}]{0,40}\}")
_WRITTEN = re.compile(r"[\w\s^*/().·%°µμΩ²³⁻¹+\-\[\]'{}℃℉]{1,60}")
# A tower of powers (9**9**9) would be worked out for hours.
_TOWER = re.compile(r"(?:\^|\*\*)[^A-Za-z]*?(?:\^|\*\*)|(?:\^|\*\*)\s*\(?\s*[+-]?\d{2,}|\d{5,}")


@lru_cache(maxsize=4096)
def readable(text: str) -> str:
    """Return a unit as pint reads it.

    Parameters
    ----------
    text
        A UCUM symbol (``m3/s``, ``Cel``, ``[ft_i]``), a name (``Centigrade``) or a common spelling (``cfs``, ``°F``).

    Raises
    ------
    InvalidInputError
        If nobody knows the unit, or it can mean more than one (``C`` is a coulomb, and often written for Celsius).

    Examples
    --------
    >>> readable("m3/s"), readable("Cel"), readable("m s-1"), readable("cfs")
    ('m^3/s', 'degC', 'm * s^-1', 'ft^3/s')
    """
    given = text.strip()
    if not given:
        raise InvalidInputError("No unit is named; a number without a unit is not taken.")
    if given in _AMBIGUOUS:
        raise InvalidInputError(
            f"The unit {given!r} can mean more than one; expected a symbol like degC or Cel, degF or [degF]."
        )
    if not _WRITTEN.fullmatch(given):
        raise InvalidInputError(f"{given[:40]!r} is not a unit.")
    if _TOWER.search(given):
        raise InvalidInputError(f"{given[:40]!r} is not a unit; expected powers of one digit.")
    for candidate in _candidates(given):
        if _known(candidate):
            return candidate
    raise InvalidInputError(f"The unit {given[:40]!r} is not known.")


def agreed(name: str, symbol: str) -> str:
    """Return the unit that a name and a symbol give together.

    Where only one of them is a unit, it counts; where both are, they must measure the same.

    Raises
    ------
    InvalidInputError
        If neither is known, or they contradict each other.

    Examples
    --------
    >>> agreed("Centigrade", "C"), agreed("", "lm"), agreed("m above datum", "m")
    ('degC', 'lm', 'm')
    """
    found: dict[str, str] = {}
    problems: list[str] = []
    for text in dict.fromkeys((symbol, name)):
        try:
            found[text] = readable(text)
        except InvalidInputError as error:
            problems.append(str(error))
    options = list(found.values())
    if not options:
        raise InvalidInputError(problems[0] if symbol.strip() or not name.strip() else problems[-1])
    for other in options[1:]:
        if Scale.between(other, options[0]) != Scale(other, options[0], 1.0, 0.0):
            raise InvalidInputError(
                f"The unit is called {name[:40]!r} and written {symbol[:40]!r}, which differ."
            )
    return options[0]


@dataclass(frozen=True)
class Scale:
    """The way of a number from its source's unit to its series' unit, and back: ``number * factor + offset``.

    Parameters
    ----------
    source, target
        The two units, readable by pint.
    factor, offset
        Of the straight line between them.

    Examples
    --------
    >>> scale = Scale.between("degF", "degC")
    >>> round(scale(50.0), 6), round(scale.back(10.0), 6)
    (10.0, 50.0)
    >>> Scale.noted({"source_units": Scale.between("cm", "m").note()})(122.0)
    1.22
    """

    source: str
    target: str
    factor: float = 1.0
    offset: float = 0.0

    @classmethod
    def between(cls, source: str, target: str) -> "Scale":
        """Return the scale between two units as sources write them.

        Raises
        ------
        InvalidInputError
            If a unit is not known, they measure different things, or are not related by a straight line (decibels).
        """
        return _between(source, target)

    @classmethod
    def noted(cls, attrs: Mapping[str, Any]) -> "Scale | None":
        """Return the scale that a series' `attrs` note; None where they note none that can be used."""
        note = attrs.get(SOURCE)
        if not isinstance(note, Mapping):
            return None
        try:
            scale = cls(str(note["units"]), str(note["to"]), float(note["factor"]), float(note["offset"]))
        except (KeyError, TypeError, ValueError):
            return None
        return scale if scale.factor and math.isfinite(scale.factor) and math.isfinite(scale.offset) else None

    def note(self) -> dict[str, Any]:
        """Return what `noted` reads, in JSON's types."""
        return {"units": self.source, "to": self.target, "factor": self.factor, "offset": self.offset}

    def __call__(self, value: float) -> float:
        """Turn a number in the source's unit into one in the series' unit."""
        inverse = 1 / self.factor
        # 122 cm is 1.22 m; times 0.01 it would often be a hair beside.
        scaled = value / round(inverse) if _whole(inverse) else value * self.factor
        return scaled + self.offset

    def back(self, value: float) -> float:
        """Turn a number in the series' unit into one in the source's unit."""
        return (value - self.offset) / self.factor


def _whole(number: float) -> bool:
    return abs(number) > 1.5 and abs(number - round(number)) < 1e-9 * abs(number)


@lru_cache(maxsize=4096)
def _between(source: str, target: str) -> Scale:
    if source == target:
        readable(source)
        return Scale(source, target)
    ours, theirs = readable(target), readable(source)
    zero, half, full = (float(convert(number, theirs, ours)) for number in (0.0, 500.0, 1000.0))
    factor = (full - zero) / 1000 if zero else float(convert(1.0, theirs, ours))
    if not (math.isfinite(factor) and factor) or abs(full - 2 * half + zero) > 1e-9 * max(1.0, abs(full)):
        raise InvalidInputError(
            f"Values in {source!r} do not follow those in {target!r} along a straight line; they are not converted."
        )
    short = float(f"{factor:.12g}")  # 0.3048, where the library's steps make it 0.30479999999999996
    return Scale(
        theirs, ours, short if math.isclose(short, factor, rel_tol=1e-15) else factor, float(f"{zero:.14g}")
    )


def _candidates(given: str) -> list[str]:
    """Return ways to read a unit, the surest first."""
    spelt = _SPELT.get(given.casefold())
    bare = _BRACKET.sub("", given).strip() or "dimensionless"
    ucum = "/".join(
        "*".join(_atom(atom.strip()) for atom in part.split(".") if atom.strip()) for part in bare.split("/")
    )
    powers = _POWER.sub(r"^\1", _UCUM.get(bare, ucum))
    spaced = re.sub(r"(?<=[\w)])\s+(?=[A-Za-z(])", " * ", powers)
    return list(dict.fromkeys(text for text in (spelt, _UCUM.get(given), spaced, given) if text))


def _atom(text: str) -> str:
    """Return an atom of UCUM as pint names it, with its power."""
    bracket = re.fullmatch(r"(.*\])([+-]?\d)", text)
    name, power = (bracket[1], f"^{bracket[2]}") if bracket else (text, "")
    return _UCUM.get(name, name) + power


def _known(text: str) -> bool:
    try:
        units().parse_units(text)
        units().Quantity(1.0, text).to_base_units()
    except Exception:  # noqa: BLE001  pint's errors have no common ancestor but Exception
        return False
    return True
