"""Put the equations together: what is predicted at places, with its deviations, and as what it is told."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from watchfloor.hazards.earthquake import motion
from watchfloor.hazards.earthquake.conversion import (
    GRAVITY,
    SPREAD,
    SPREAD_BACK,
    from_intensity,
    slope,
    to_intensity,
)
from watchfloor.hazards.earthquake.rupture import Rupture

__all__ = ["Observed", "Predicted", "Source", "observations", "predict", "told"]

Predicted = dict[str, tuple[Any, float | Any, Any]]
"""By measure (``mmi``, or ln ``pga`` in g and ln ``pgv`` in cm/s): median, deviation between events, and within one."""


@dataclass(frozen=True)
class Source:
    """An earthquake.

    Parameters
    ----------
    magnitude
        Moment magnitude.
    rupture
        Where it broke.
    rake
        Degrees; NaN is unknown.
    """

    magnitude: float
    rupture: Rupture
    rake: float = float("nan")


def predict(
    model: str, source: Source, x: np.ndarray, y: np.ndarray, vs30: np.ndarray, share: float, reference: float
) -> Predicted:
    """Return what is predicted at places.

    Parameters
    ----------
    model
        ``allen 2012`` (intensity) or ``boore 2014`` (acceleration and velocity).
    source
        The earthquake.
    x, y
        Metres; of shapes that go together.
    vs30
        There, m/s.
    share
        Part of the variance of the intensity that a whole event has in common.
    reference
        Vs30 that the equation for the intensity stands for, m/s.
    """
    above, rupture, focus = source.rupture.distances(x, y)
    if model == "boore 2014":
        rake = None if np.isnan(source.rake) else source.rake
        found: Predicted = {}
        for measure, equation in (("pga", motion.acceleration), ("pgv", motion.velocity)):
            between, within = motion.motion_spread(measure, source.magnitude, above, vs30)  # type: ignore[arg-type]
            found[measure] = (equation(source.magnitude, above, vs30, rake), between, within)
        return found
    point = source.rupture.length <= 0.0
    mean = (
        motion.intensity_from_focus(source.magnitude, focus)
        if point
        else motion.intensity(source.magnitude, rupture)
    )
    total = motion.intensity_spread(focus if point else rupture, focus=point)
    # the ground enlarges the velocity, and the intensity as much as the velocity that goes with it
    rock = from_intensity("pga", np.clip(mean, 1.0, 10.0)) / GRAVITY
    louder = motion.amplification("pgv", vs30, rock) - motion.amplification("pgv", reference, rock)
    mean = mean + slope("pgv", mean) * louder
    # one number between events, as it is one event: that of places near it
    between = float(np.sqrt(share) * motion.intensity_spread(100.0, focus=point))
    within = np.sqrt(np.maximum(total**2 - between**2, 0.05))
    return {"mmi": (mean, between, within)}


def told(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return intensity, acceleration, m/s^2, and velocity, cm/s, of what was computed.

    The intensity is that of the velocity, which goes with damage better than the acceleration (Worden et al. 2012).
    """
    if "mmi" in values:
        mmi = np.clip(values["mmi"], 1.0, 10.0)
        acceleration, velocity = from_intensity("pga", mmi) / 100.0, from_intensity("pgv", mmi)
    else:
        acceleration, velocity = np.exp(values["pga"]) * GRAVITY / 100.0, np.exp(values["pgv"])
        mmi = to_intensity("pgv", velocity)
    return {"mmi": mmi, "ground_acceleration": acceleration, "ground_velocity": velocity}


@dataclass(frozen=True)
class Observed:
    """One observation at an instrument.

    Parameters
    ----------
    station
        Its number.
    measure
        As in `Predicted`.
    value
        In the measure's own scale.
    noise
        Its standard deviation.
    """

    station: int
    measure: str
    value: float
    noise: float


def observations(
    model: str,
    acceleration: np.ndarray,
    velocity: np.ndarray,
    intensity: np.ndarray,
    *,
    instrument: float = 0.05,
    report: float = 0.5,
) -> list[Observed]:
    """Return what instruments and people told, in the measures of the model; 0 is not measured.

    Parameters
    ----------
    model
        As in `predict`.
    acceleration
        m/s^2.
    velocity
        cm/s.
    intensity
        MMI.
    instrument
        Standard deviation of a measured motion's logarithm.
    report
        Standard deviation of a reported intensity.
    """
    found: list[Observed] = []
    for number in range(acceleration.size):
        pga, pgv, mmi = (float(values[number]) for values in (acceleration, velocity, intensity))
        if model == "boore 2014":
            if pga > 0:
                found.append(Observed(number, "pga", float(np.log(pga * 100.0 / GRAVITY)), instrument))
            if pgv > 0:
                found.append(Observed(number, "pgv", float(np.log(pgv)), instrument))
            elif pga <= 0 < mmi:
                away = float(np.hypot(SPREAD_BACK["pgv"], report / float(slope("pgv", mmi))))
                found.append(Observed(number, "pgv", float(np.log(from_intensity("pgv", mmi))), away))
        elif pgv > 0:
            found.append(Observed(number, "mmi", float(to_intensity("pgv", pgv)), SPREAD["pgv"]))
        elif pga > 0:
            found.append(Observed(number, "mmi", float(to_intensity("pga", pga * 100.0)), SPREAD["pga"]))
        elif mmi > 0:
            found.append(Observed(number, "mmi", mmi, report))
    return found
