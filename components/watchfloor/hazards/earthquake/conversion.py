"""Intensity from ground motion and back (Worden et al. 2012)."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

__all__ = ["GRAVITY", "SPREAD", "SPREAD_BACK", "from_intensity", "slope", "to_intensity"]

GRAVITY = 980.665
"""Standard gravity, cm/s^2."""
Measure = Literal["pga", "pgv"]


@dataclass(frozen=True)
class _Line:
    """Three lines in the logarithm: weak, moderate, strong."""

    weak: tuple[float, float]
    moderate: tuple[float, float]
    strong: tuple[float, float]
    breaks: tuple[float, float]
    """Logarithms at which the next line begins."""
    steps: tuple[float, float]
    """Intensities at which the next line begins."""


_LINES: dict[str, _Line] = {
    "pga": _Line((1.71, 2.08), (1.78, 1.55), (-1.60, 3.70), (0.14, 1.57), (2.0, 4.22)),
    "pgv": _Line((4.62, 2.17), (3.78, 1.47), (2.89, 3.16), (-1.21, 0.53), (2.0, 4.56)),
}
"""Worden, Gerstenberger, Rhoades and Wald 2012, doi:10.1785/0120110156, table 1; the line below intensity 2, which the
paper discusses only, as ShakeMap has it (usgs/shakemap, shakelib/gmice/wgrw12.py, public domain)."""

SPREAD: dict[str, float] = {"pga": 0.66, "pgv": 0.63}
"""Standard deviation of an intensity made of a ground motion (the same table)."""
SPREAD_BACK: dict[str, float] = {"pga": 0.35 * np.log(10.0), "pgv": 0.38 * np.log(10.0)}
"""Standard deviation of the natural logarithm of a ground motion made of an intensity (the same table)."""


def to_intensity(measure: Measure, value: Any) -> Any:
    """Return the intensity (MMI, 1 to 10) of a peak acceleration, cm/s^2, or a peak velocity, cm/s.

    Examples
    --------
    >>> to_intensity("pga", np.array([1.0, 10.0, 100.0])).round(2).tolist()
    [1.71, 3.33, 5.8]
    """
    line = _LINES[measure]
    log = np.log10(np.maximum(value, 1e-6))
    made = np.where(
        log < line.breaks[0], line.weak[0] + line.weak[1] * log, line.moderate[0] + line.moderate[1] * log
    )
    made = np.where(log >= line.breaks[1], line.strong[0] + line.strong[1] * log, made)
    return np.clip(made, 1.0, 10.0)


def from_intensity(measure: Measure, mmi: Any) -> Any:
    """Return the peak acceleration, cm/s^2, or the peak velocity, cm/s, of an intensity.

    Examples
    --------
    >>> round(float(from_intensity("pga", 5.80)), 1)
    100.0
    """
    line = _LINES[measure]
    mmi = np.asarray(mmi, float)
    log = np.where(
        mmi < line.steps[0], (mmi - line.weak[0]) / line.weak[1], (mmi - line.moderate[0]) / line.moderate[1]
    )
    log = np.where(mmi >= line.steps[1], (mmi - line.strong[0]) / line.strong[1], log)
    return 10.0**log


def slope(measure: Measure, mmi: Any) -> Any:
    """Return by how much the intensity rises when the natural logarithm of the motion rises by one."""
    line = _LINES[measure]
    mmi = np.asarray(mmi, float)
    found = np.where(mmi < line.steps[0], line.weak[1], line.moderate[1])
    return np.where(mmi >= line.steps[1], line.strong[1], found) / np.log(10.0)
