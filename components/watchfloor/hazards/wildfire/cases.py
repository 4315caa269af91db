"""Published values that the model must reproduce, computed with its own functions."""

import numpy as np

from watchfloor.hazards.reference import Reference
from watchfloor.hazards.wildfire.fuels import FUELS, table
from watchfloor.hazards.wildfire.spread import (
    BTU,
    FOOT,
    adjusted_wind,
    area_and_perimeter,
    bed,
    behaviour,
    length_to_breadth,
    scorch,
)

__all__ = ["REFERENCES", "lone_fire"]

CHAIN = 66.0 * FOOT
MILE_AN_HOUR = 0.44704
_BEHAVE = "firelab/behave, src/testBehave/testBehave.cpp (USDA Missoula Fire Sciences Laboratory, 2026-06)"
_LOW = (6.0, 7.0, 8.0, 60.0, 90.0)


def head(
    fuel: int,
    slope: float,
    direction: float,
    aspect: float,
    cover: float = 0.5,
    moisture: tuple[float, ...] = _LOW,
) -> float:
    """Return the rate of the head, chains/h, in a wind of 5 mph at 20 ft above trees of 30 ft with half of it crowns."""
    above = adjusted_wind(FUELS[fuel].depth, cover, 30.0, 0.5 / 3.0)
    found = behaviour(table(), fuel, np.array(moisture), slope, aspect, 5.0 * MILE_AN_HOUR * above, direction)
    return float(found["rate"]) * 3600.0 / CHAIN


def _sides() -> tuple[float, float]:
    """Return backing and flanking rate, chains/h, of GS4 with wind up a slope of 30 percent."""
    above = adjusted_wind(FUELS[124].depth, 0.5, 30.0, 0.5 / 3.0)
    found = behaviour(table(), 124, np.array(_LOW), 0.3, 180.0, 5.0 * MILE_AN_HOUR * above, 180.0)
    ratio = float(found["length_to_breadth"])
    rate = float(found["rate"]) * 3600.0 / CHAIN
    eccentricity = np.sqrt(ratio**2 - 1.0) / ratio
    back = rate * (1.0 - eccentricity) / (1.0 + eccentricity)
    return back, (rate + back) / ratio / 2.0


def _live() -> tuple[float, float]:
    found = bed(table()[124], *(value / 100.0 for value in _LOW))
    return found[5] * 100.0, found[6]


def _elmfire() -> tuple[float, float]:
    above = adjusted_wind(1.0, 0.0, 0.0, 0.5 / 3.0)
    dry = np.array([3.0, 4.0, 5.0, 30.0, 60.0])
    found = behaviour(table(), 102, dry, 0.0, 0.0, 10.0 * MILE_AN_HOUR * above, 270.0)
    return float(found["rate"]) * 60.0 / FOOT, 10.0 * above


def lone_fire() -> tuple[float, float, float]:
    """Return area, acres, perimeter, chains, after an hour, and heading over backing rate of GS4 in 5 mph at mid-flame."""
    found = behaviour(table(), 124, np.array(_LOW), 0.0, 0.0, 5.0 * MILE_AN_HOUR, 0.0)
    ratio = float(found["length_to_breadth"])
    area, perimeter = area_and_perimeter(float(found["rate"]), ratio, 3600.0)
    part = np.sqrt(ratio**2 - 1.0)
    return area / 4046.8564224, perimeter / CHAIN, float((ratio + part) / (ratio - part))


def _turned(miles: float) -> float:
    above = adjusted_wind(FUELS[124].depth, 0.5, 30.0, 0.5 / 3.0)
    found = behaviour(table(), 124, np.array(_LOW), _T30, 95.0, miles * MILE_AN_HOUR * above, 45.0)
    return float(found["length_to_breadth"])


def _intensity() -> float:
    above = adjusted_wind(FUELS[124].depth, 0.5, 30.0, 0.5 / 3.0)
    found = behaviour(table(), 124, np.array(_LOW), 0.3, 180.0, 5.0 * MILE_AN_HOUR * above, 180.0)
    return float(found["intensity"]) / BTU


_T30 = float(np.tan(np.radians(30.0)))

REFERENCES = (
    Reference("GS4, wind of 5 mph up a slope of 30 percent, trees: rate of spread", 8.876216, lambda: head(124, 0.3, 180.0, 180.0),
              _BEHAVE, units="ch/h"),
    Reference("The same, wind across the slope", 7.091665, lambda: head(124, 0.3, 270.0, 180.0), _BEHAVE, units="ch/h"),
    Reference("The same, wind from the north-east, slope facing 215 degrees", 4.113265, lambda: head(124, 0.3, 45.0, 215.0), _BEHAVE,
              units="ch/h"),
    Reference("The same, wind from the north-east, slope facing 5 degrees", 8.503960, lambda: head(124, 0.3, 45.0, 5.0), _BEHAVE,
              units="ch/h", note="The test's title says 95 degrees; its code sets 5."),
    Reference("GS4, slope of 30 degrees facing 95 degrees, wind from the north-east", 19.677584, lambda: head(124, _T30, 45.0, 95.0),
              _BEHAVE, units="ch/h"),
    Reference("Chaparral (4), slope of 30 degrees, wind from the east, fewer trees", 46.631688, lambda: head(4, _T30, 90.0, 0.0, 0.4),
              _BEHAVE, units="ch/h"),
    Reference("GS4, dry (D1L1)", 15.023945, lambda: head(124, 0.3, 180.0, 180.0, moisture=(3.0, 4.0, 5.0, 30.0, 60.0)), _BEHAVE,
              units="ch/h"),
    Reference("GS4, damp (D2L3)", 1.978840, lambda: head(124, 0.3, 180.0, 180.0, moisture=(6.0, 7.0, 8.0, 90.0, 120.0)), _BEHAVE,
              units="ch/h"),
    Reference("GS4: backing and flanking rate", (2.91614659, 5.08766627), _sides, _BEHAVE, units="ch/h"),
    Reference("GS4: moisture of extinction of live fuel (percent), surface to volume (1/ft)", (137.968551, 1631.128734), _live, _BEHAVE),
    Reference("GR2, 3 percent, wind of 10 mph: rate (ft/min) and wind at mid-flame (mph)", (46.15, 3.62), _elmfire,
              "lautenberger/elmfire, verification/01-elliptical-shape/01-build-ellipse.sh", rtol=4e-4,
              note="Its length to breadth (2.236) is not reproduced: it puts mph into Anderson's formula for m/s. Behave's is 1.380."),
    Reference("Length to breadth at an effective wind of 5 mph", 1.590064, lambda: length_to_breadth(440.0), _BEHAVE, rtol=1e-6,
              atol=5e-7),
    Reference("GS4 on 30 degrees, 5 and 15 mph from the north-east: length to breadth", (1.375624, 1.519936),
              lambda: (_turned(5.0), _turned(15.0)), _BEHAVE, rtol=0, atol=1e-6),
    Reference("GS4, 5 mph at mid-flame: area (acres) and perimeter (chains) after an hour, heading over backing",
              (55.283555, 86.71476, 7.988029), lone_fire, _BEHAVE, rtol=1e-6),
    Reference("GS4, wind of 5 mph up a slope of 30 percent, trees: fireline intensity", 598.339039, _intensity, _BEHAVE, rtol=1e-6,
              units="Btu/ft/s", note="Its value in kW/m (2072.73) has a rounded factor of 3.4641; a Btu/ft/s is 3.46147 kW/m."),
    Reference("Scorch height at 50 Btu/ft/s, 5 mph, 80 F", 7.617325, lambda: scorch(50.0 * BTU, 5.0 * MILE_AN_HOUR, 48.0 / 1.8) / FOOT,
              _BEHAVE, units="ft", rtol=5e-6, note="Behave rounds the exponent 7/6 to 1.166667."),
    Reference("Scorch height at 55 Btu/ft/s, 300 ft/min, 70 F", 9.923720, lambda: scorch(55.0 * BTU, 5.0 * FOOT, 38.0 / 1.8) / FOOT,
              _BEHAVE, units="ft", rtol=5e-6, note="Behave rounds the exponent 7/6 to 1.166667."),
)  # fmt: skip
