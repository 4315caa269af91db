"""What a series measures and in which unit, as people write it on a screen."""

import re
from typing import Any

from watchfloor.core.fields import FIELDS
from watchfloor.security.text import plain

__all__ = ["quantity", "unit"]

_UNITS = {"1": "", "percent": "%", "degC": "°C", "degF": "°F", "degree": "°"}
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def quantity(field: Any, language: str) -> str:
    """Return what a field of `core.fields` measures, in words; empty where it is none.

    Examples
    --------
    >>> quantity("water_level", "zh"), quantity("nothing", "en")
    ('水位', '')
    """
    known = FIELDS.get(str(field))
    return "" if known is None else str(getattr(known, language, known.en))


def unit(units: Any) -> str:
    """Return a unit as people write it, at most 24 characters; empty for a pure number. Untrusted text stays text.

    Examples
    --------
    >>> unit("ug/m^3"), unit("m^3/s"), unit("degC"), unit("1"), unit("mm")
    ('µg/m³', 'm³/s', '°C', '', 'mm')
    """
    text = plain(str(units), 24)
    text = _UNITS.get(text, text)
    text = re.sub(r"\^(-?\d)", lambda found: found[1].translate(_RAISED), text)
    return re.sub(r"\bu(?=[gmsLlS]\b)", "µ", text)
