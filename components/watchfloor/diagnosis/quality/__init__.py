"""Can this value be trusted? Checks of single series and against neighbours, limits by quantity, and the judging of a cube."""

from watchfloor.diagnosis.quality.assess import Cubic, Sensors, assess, judge
from watchfloor.diagnosis.quality.checks import Found, gap, in_range, in_season, rate, spike, stuck, timing
from watchfloor.diagnosis.quality.limits import LIMITS, Limits, limits_of
from watchfloor.diagnosis.quality.neighbours import neighbour

__all__ = [
    "LIMITS",
    "Cubic",
    "Found",
    "Limits",
    "Sensors",
    "assess",
    "gap",
    "in_range",
    "in_season",
    "judge",
    "limits_of",
    "neighbour",
    "rate",
    "spike",
    "stuck",
    "timing",
]
