"""What each quantity can be and do, and what a series says of itself instead.

The colour scale of a field (`core.fields`) doubles as its plausible range, except where nature reaches further than a
legend: those are named here. A limit that is wrong on the narrow side calls a disaster an error, so each one is
wide, and checks that an outburst would fail (spikes of gas, shaking, rain, crowds) are off for those quantities.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import inf, isfinite
from typing import Any

from watchfloor.core.errors import WatchfloorError
from watchfloor.core.fields import FIELDS, convert

__all__ = ["LIMITS", "Limits", "limits_of"]

_CHECKS = ("range", "season", "rate", "spike", "stuck", "gap", "time", "neighbour", "maintenance")


@dataclass(frozen=True)
class Limits:
    """Limits of one series, in its own unit; None switches a check off.

    Parameters
    ----------
    sensor
        Lowest and highest value that can be true at all: beyond is bad.
    plausible
        Lowest and highest value that is plausible: beyond is suspect.
    seasonal
        Lowest and highest plausible value of each of twelve months, January first.
    step, per_hour
        Largest step from one sample to the next: `step` at once, and `per_hour` for each hour between them.
    spike
        How far a spike stands out at least.
    stuck
        Hours without a change from which a sensor may be stuck.
    tolerance
        Largest difference that is no change.
    idle
        Values at which a sensor may rest for days.
    neighbour
        Smallest disagreement with the neighbours that counts.
    radius
        Kilometres within which a sensor of the same kind is a neighbour.
    strict
        Whether samples are bound to the cadence.
    off
        Checks that the series switches off.
    problems
        What a series said of itself that could not be used.

    Examples
    --------
    >>> LIMITS["temperature"].sensor
    (-95.0, 60.0)
    """

    sensor: tuple[float, float] | None = None
    plausible: tuple[float, float] | None = None
    seasonal: tuple[tuple[float, float], ...] | None = None
    step: float | None = None
    per_hour: float | None = None
    spike: float | None = None
    stuck: float | None = 6.0
    tolerance: float = 0.0
    idle: tuple[float, ...] = ()
    neighbour: float | None = None
    radius: float = 50.0
    strict: bool = False
    off: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()

    def checks(self, name: str) -> bool:
        """Tell whether a check is on: one of range, season, rate, spike, stuck, gap, time, neighbour, maintenance."""
        return name not in self.off


LIMITS: dict[str, Limits] = {
    # Records of the WMO Weather and Climate Extremes Archive (wmo.asu.edu): -89.2 °C and 56.7 °C, a little wider.
    # Steps after Zahumenský (2004), whose 3 K in a minute are the step; a front or foehn goes on at 12 K an hour.
    "temperature": Limits((-95.0, 60.0), (-80.0, 60.0), step=5.0, per_hour=12.0, spike=4.0, stuck=6.0, neighbour=6.0),
    # Sensors read a little over 100 % in fog, and stay there: no flat line.
    "humidity": Limits((-0.5, 105.0), (0.0, 103.0), step=25.0, per_hour=60.0, spike=20.0, stuck=12.0, idle=(100.0, 99.0, 98.0), neighbour=35.0),
    # 113.2 m/s, Barrow Island 1996 (WMO archive). Calm is no flat line.
    "wind_speed": Limits((0.0, 115.0), (0.0, 80.0), step=25.0, per_hour=60.0, spike=None, stuck=6.0, idle=(0.0,)),
    # 31.2 mm in one minute, Unionville 1956 (WMO archive). A burst is one sample wide: no spike test.
    "rain_rate": Limits((0.0, 2000.0), (0.0, 400.0), stuck=6.0, idle=(0.0,)),
    # A level may fall below its datum, and a bore or a dam break rises by metres at once: only what cannot be.
    "water_level": Limits(None, (-5.0, 30.0), step=2.0, per_hour=6.0, spike=0.3, stuck=6.0),
    "water_depth": Limits((-0.5, 200.0), (-0.1, 60.0), step=2.0, per_hour=6.0, spike=0.3, stuck=12.0, idle=(0.0,)),
    # Tides and pumps turn a flow round.
    "discharge": Limits((-400_000.0, 400_000.0), None, stuck=24.0, idle=(0.0,)),
    # 4.4 g at Iwate-Miyagi 2008 (doi:10.1785/0120090240). One report of a shock is one sample: no spike, no rate.
    "ground_acceleration": Limits((0.0, 60.0), (0.0, 45.0), stuck=None),
    # A leak starts at once. A spike of gas is a spike of gas.
    "gas_concentration": Limits((-10.0, 1e6), (-1.0, 1e5), stuck=12.0, idle=(0.0,)),
    "methane_fraction": Limits((-0.2, 100.0), (-0.1, 100.0), stuck=12.0, idle=(0.0,)),
    # A slope that fails moves by metres, prism and all.
    "displacement": Limits(None, (-1e4, 1e5), spike=None, stuck=None),
    "pore_pressure": Limits((-100.0, 20_000.0), (-100.0, 1500.0), step=20.0, per_hour=60.0, spike=8.0, stuck=6.0),
    "pm25": Limits((-10.0, 20_000.0), (-1.0, 5000.0), stuck=12.0, idle=(0.0,)),
    "patients": Limits((0.0, 1e5), (0.0, 500.0), stuck=None),
    "people": Limits((0.0, 1e7), None, stuck=None),
}  # fmt: skip
"""Limits by field, in the field's unit. Where no source is named they are ours: wide, and meant to be overridden."""


def limits_of(field: str, units: str, attrs: Mapping[str, Any]) -> Limits:
    """Return the limits of one series: those of its field in its own unit, and what it says of itself.

    Parameters
    ----------
    field, units
        As the series is described. A field that is unknown has no limits of its own.
    attrs
        Its attributes; ``attrs["quality"]`` overrides, in the unit of the series, with the names of `Limits`, a
        null for "off", and ``off``, a list of checks that are off. Untrusted: what cannot be used is named in `Limits.problems`.

    Examples
    --------
    >>> limits_of("water_level", "ft", {}).plausible[1].__round__(2)
    98.43
    >>> limits_of("water_level", "m", {"quality": {"plausible": [0, 9], "spike": None}}).plausible
    (0.0, 9.0)
    """
    found = _in_units(field, units)
    known = FIELDS.get(field)
    levels = _levels(attrs)
    if found.plausible is not None and levels and known is not None:
        low, high = found.plausible
        if min(levels) < low or max(levels) > high:  # the gauge counts from another datum, such as the sea's
            found = replace(found, plausible=(min(levels) - (high - low), max(levels) + (high - low)))
    own = attrs.get("quality")
    return _override(found, own) if isinstance(own, Mapping) else found


def _in_units(field: str, units: str) -> Limits:
    known = FIELDS.get(field)
    found = LIMITS.get(field) or Limits(plausible=known.limits if known else None)
    if known is None or not units or units == known.units:
        return found
    try:
        zero, one = (float(convert(value, known.units, units)) for value in (0.0, 1.0))
    except WatchfloorError as error:
        return Limits(problems=(str(error),))
    scale = one - zero

    def at(value: float) -> float:
        return value * scale + zero if isfinite(value) else value

    def pair(value: tuple[float, float] | None) -> tuple[float, float] | None:
        return None if value is None else (at(value[0]), at(value[1]))

    def by(value: float | None) -> float | None:
        return None if value is None else value * scale

    return replace(
        found,
        sensor=pair(found.sensor),
        plausible=pair(found.plausible),
        step=by(found.step),
        per_hour=by(found.per_hour),
        spike=by(found.spike),
        tolerance=found.tolerance * scale,
        idle=tuple(at(value) for value in found.idle),
        neighbour=by(found.neighbour),
    )


def _levels(attrs: Mapping[str, Any]) -> list[float]:
    """Return the thresholds of a series: levels that its owner expects to be reached."""
    given = attrs.get("thresholds")
    if isinstance(given, Mapping):
        values: list[Any] = list(given.values())
    elif isinstance(given, Sequence) and not isinstance(given, str):
        values = [item.get("value") for item in given if isinstance(item, Mapping)]
    else:
        values = []
    return [float(value) for value in values if _number(value)]


def _override(found: Limits, own: Mapping[str, Any]) -> Limits:
    names = {item.name for item in fields(Limits)} - {"problems"}
    changes: dict[str, Any] = {}
    problems = list(found.problems)
    for name, value in list(own.items())[:50]:
        if name not in names:
            problems.append(f"quality.{str(name)[:40]} is not known; known are {', '.join(sorted(names))}.")
            continue
        try:
            changes[name] = _READ[name](value)
        except (TypeError, ValueError) as error:
            problems.append(f"quality.{name} is {str(value)[:60]!r}; expected {error}.")
    return replace(found, **changes, problems=tuple(problems))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _positive(value: Any) -> float | None:
    if value is None:
        return None
    if not _number(value) or value <= 0:
        raise ValueError("a number above 0, or null")
    return float(value)


def _tolerance(value: Any) -> float:
    if not _number(value) or value < 0:
        raise ValueError("a number of 0 or more")
    return float(value)


def _pair(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    wrong = ValueError("[lowest, highest], either of them null for none")
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise wrong
    low, high = (
        edge if item is None else float(item) if _number(item) else None
        for item, edge in zip(value, (-inf, inf), strict=True)
    )
    if low is None or high is None or low >= high:
        raise wrong
    return low, high


def _months(value: Any) -> tuple[tuple[float, float], ...] | None:
    if value is None:
        return None
    pairs = [_pair(item) for item in value] if isinstance(value, Sequence) else []
    good = tuple(item for item in pairs if item is not None)
    if len(good) != 12 or len(pairs) != 12:
        raise ValueError("twelve pairs [lowest, highest], January first")
    return good


def _values(value: Any) -> tuple[float, ...]:
    if not isinstance(value, Sequence) or len(value) > 20 or not all(_number(item) for item in value):
        raise ValueError("a list of at most 20 numbers")
    return tuple(float(item) for item in value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _names(value: Any) -> frozenset[str]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not set(value) <= set(_CHECKS):
        raise ValueError(f"a list of {', '.join(_CHECKS)}")
    return frozenset(value)


_READ: dict[str, Any] = {
    "sensor": _pair, "plausible": _pair, "seasonal": _months, "step": _positive, "per_hour": _positive,
    "spike": _positive, "stuck": _positive, "tolerance": _tolerance, "idle": _values, "neighbour": _positive,
    "radius": lambda value: _positive(value) or 50.0, "strict": _truth, "off": _names,
}  # fmt: skip
