"""How invented sensors behave: daily course, storms that pass, noise, and faults, each a pure function of seed, name and time.

Nothing of it is a measurement or a model of one; it is made to load a floor with what looks like the real thing.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from watchfloor.core.clock import micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.store.records import Series

__all__ = ["SHAPES", "Faults", "Shape", "history", "sample", "skew", "stations"]

Floats = npt.NDArray[np.float64]
Ticks = npt.NDArray[np.int64]
PREFIX = "invented"
_DAY = 86_400.0
_REGIONS = 8
_REACH = 6 * _DAY
"""How long a storm is felt at most."""
_MOST = 10_000_000


@dataclass(frozen=True)
class Shape:
    """How one kind of sensor behaves.

    Parameters
    ----------
    kind
        Its name, a part of its stations' names.
    field
        A name of `core.fields`, or empty.
    units, hazard
        As of `Series`.
    base, spread
        Where it lies on average, and by how much stations differ.
    daily
        Half of the daily course.
    storm
        Rise in a storm of ordinary strength.
    rise
        Seconds from a storm's beginning to the highest value.
    noise
        Standard deviation of the noise.
    low, high
        Where values end.
    """

    kind: str
    field: str
    units: str
    hazard: str
    base: float
    spread: float
    daily: float
    storm: float
    rise: float
    noise: float
    low: float
    high: float


SHAPES: tuple[Shape, ...] = (
    Shape("level", "water_level", "m", "flood", 2.0, 1.0, 0.03, 2.5, 12 * 3600, 0.01, -1, 25),
    Shape("rain", "rain_rate", "mm/h", "flood", 0.0, 0.0, 0.0, 25.0, 2 * 3600, 0.1, 0, 200),
    Shape("wind", "wind_speed", "m/s", "storm", 4.0, 2.0, 1.5, 14.0, 3 * 3600, 0.6, 0, 70),
    Shape("air", "temperature", "degC", "", 15.0, 6.0, 5.0, -6.0, 4 * 3600, 0.2, -45, 50),
    Shape("pore", "pore_pressure", "kPa", "landslide", 120.0, 60.0, 0.5, 40.0, 24 * 3600, 0.3, 0, 1500),
    Shape("gas", "gas_concentration", "ppm", "hazmat", 2.0, 1.0, 0.5, 0.0, 3600, 0.2, 0, 2000),
    Shape("slope", "displacement", "mm", "landslide", 20.0, 10.0, 0.1, 6.0, 36 * 3600, 0.05, -50, 2000),
    Shape("pm25", "pm25", "ug/m^3", "", 35.0, 15.0, 12.0, -20.0, 6 * 3600, 2.5, 0, 900),
)
_BY_KIND = {item.kind: item for item in SHAPES}


@dataclass(frozen=True)
class Faults:
    """How often sensors fail.

    Parameters
    ----------
    spike
        Share of values that are far off.
    stuck
        Share of six-hour stretches in which a sensor repeats one value.
    gap
        Share of hours in which a sensor says nothing.
    drift
        Share of stations that drift, by a tenth of their spread or base a day, for a week, over and over.
    skew
        Share of stations whose clock is wrong, by up to an hour either way.

    Raises
    ------
    InvalidInputError
        If one is not within 0 and 1.

    Examples
    --------
    >>> Faults(spike=0.01).spike
    0.01
    """

    spike: float = 0.0
    stuck: float = 0.0
    gap: float = 0.0
    drift: float = 0.0
    skew: float = 0.0

    def __post_init__(self) -> None:
        for name, share in vars(self).items():
            if not 0 <= share <= 1:
                raise InvalidInputError(f"The share of {name} is {share}; expected 0 to 1.")


def stations(
    count: int,
    seed: int = 0,
    centre: tuple[float, float] = (110.3, 25.3),
    step: timedelta = timedelta(minutes=10),
) -> list[Series]:
    """Return invented stations around a place, each with one series.

    Examples
    --------
    >>> [item.name for item in stations(2)]
    ['invented/level-0000/level', 'invented/rain-0001/rain']
    """
    if not 0 < count <= 1_000_000:
        raise InvalidInputError(f"{count} stations cannot be made; expected 1 to 1,000,000.")
    x, y = (_uniform(seed, f"place-{axis}", np.arange(count, dtype=np.int64)) for axis in "xy")
    width = len(str(max(count - 1, 1000)))
    found = []
    for place in range(count):
        shape = SHAPES[place % len(SHAPES)]
        called = f"{shape.kind}-{place:0{width}d}"
        found.append(
            Series(
                name=f"{PREFIX}/{called}/{shape.kind}",
                title=f"Invented {called}",
                field=shape.field,
                units=shape.units,
                lon=round(centre[0] + float(x[place]) - 0.5, 5),
                lat=round(centre[1] + float(y[place]) - 0.5, 5),
                hazard=shape.hazard,
                attrs={"invented": True, "interval_s": step.total_seconds()},
            )
        )
    return found


def history(
    stations_: int | Sequence[Series],
    start: datetime,
    end: datetime,
    step: timedelta = timedelta(minutes=10),
    seed: int = 0,
    faults: Faults | None = None,
) -> dict[str, npt.NDArray[np.float32]]:
    """Return what invented stations would have measured, from `start` up to, but not at, `end`.

    Parameters
    ----------
    stations_
        As `stations` returns them, or how many.
    start, end, step
        The times: ``start + n * step``. The same time has the same value in every history of the same seed.
    seed
        Which world it is.
    faults
        What goes wrong; nothing if None.

    Returns
    -------
    dict of str to numpy.ndarray
        Values by series, float32, one for each time; NaN for what is missing.

    Raises
    ------
    InvalidInputError
        If the times make no sense, or there are more than 10 million of them.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> year = parse_time("2025-01-01T00:00:00Z"), parse_time("2026-01-01T00:00:00Z")
    >>> {name: values.shape for name, values in history(1, *year).items()}
    {'invented/level-0000/level': (52560,)}
    """
    span = end - start
    if step <= timedelta(0) or span <= timedelta(0) or span / step > _MOST:
        raise InvalidInputError(
            "A history needs an end after its start, a step, and at most 10,000,000 times."
        )
    count = -(-span // step)
    ticks = micros(start) + np.arange(count, dtype=np.int64) * (step // timedelta(microseconds=1))
    chosen = stations(stations_, seed, step=step) if isinstance(stations_, int) else stations_
    return {item.name: sample(item.name, ticks, seed, faults).astype(np.float32) for item in chosen}


def sample(name: str, ticks: Ticks, seed: int = 0, faults: Faults | None = None) -> Floats:
    """Return what one invented sensor measures at some times.

    Parameters
    ----------
    name
        Its series, as `stations` names it.
    ticks
        Microseconds since 1970, UTC, rising; shape (n,).

    Returns
    -------
    numpy.ndarray
        Values in the unit of its kind, shape (n,); NaN where a gap is.
    """
    shape = _BY_KIND.get(name.rpartition("/")[2])
    if shape is None:
        raise InvalidInputError(f"{name[:60]!r} is no invented series; expected one that `stations` names.")
    values = _course(shape, name, ticks, seed)
    values += shape.noise * _normal(seed, f"noise {name}", ticks)
    if faults is not None:
        values = _faulty(shape, name, ticks, seed, values, faults)
    return np.clip(values, shape.low, shape.high) if faults is None else values


def _course(shape: Shape, name: str, ticks: Ticks, seed: int) -> Floats:
    """Return the mean with the daily course and the storms, without noise."""
    own = _uniform(seed, f"station {name}", np.arange(4, dtype=np.int64))
    seconds = ticks / 1e6
    values = np.full(len(ticks), shape.base + shape.spread * (2 * own[0] - 1))
    values += shape.daily * np.sin(2 * np.pi * (seconds / _DAY + own[1] * 0.1 - 0.375))
    region = zlib.crc32(name.encode()) % _REGIONS
    for begin, strength in _storms(region, seed, seconds[0] - _REACH, seconds[-1]):
        late = begin + own[2] * 3600  # it passes one station after the other
        first, last = np.searchsorted(seconds, [late, late + _REACH])
        x = (seconds[first:last] - late) / shape.rise
        values[first:last] += shape.storm * strength * (0.6 + 0.8 * own[3]) * x * np.exp(1 - x)
    return values


def _storms(region: int, seed: int, start: float, end: float) -> list[tuple[float, float]]:
    """Return the storms over a region: when each begins (s) and how strong it is (1 is ordinary)."""
    days = np.arange(int(start // _DAY), int(end // _DAY) + 1, dtype=np.int64)
    there = _uniform(seed, f"storm {region}", days) < 1 / 12
    begin = days * _DAY + _uniform(seed, f"begin {region}", days) * _DAY
    strength = 0.3 - 0.6 * np.log1p(-_uniform(seed, f"strength {region}", days))  # few are strong
    return [(float(b), float(s)) for b, s in zip(begin[there], strength[there], strict=True)]


def _faulty(shape: Shape, name: str, ticks: Ticks, seed: int, values: Floats, faults: Faults) -> Floats:
    """Make a sensor fail."""
    size = max(abs(shape.base), shape.spread, abs(shape.storm), 1.0)
    if faults.drift and _uniform(seed, f"drift {name}", np.zeros(1, dtype=np.int64))[0] < faults.drift:
        values = values + 0.1 * size * (ticks / 1e6 % (7 * _DAY)) / _DAY
    if faults.stuck:
        block = ticks // (6 * 3600 * 1_000_000)
        held = _uniform(seed, f"stuck {name}", block) < faults.stuck
        start = block * (6 * 3600 * 1_000_000)
        unique, back = np.unique(start[held], return_inverse=True)
        if len(unique):
            values = values.copy()
            values[held] = _course(shape, name, unique, seed)[back]
    if faults.spike:
        hit = _uniform(seed, f"spike {name}", ticks) < faults.spike
        values = np.where(hit, values + 20 * size * np.sign(_normal(seed, f"sign {name}", ticks)), values)
    if faults.gap:
        hour = ticks // 3_600_000_000
        values = np.where(_uniform(seed, f"gap {name}", hour) < faults.gap, np.nan, values)
    return values


def skew(name: str, seed: int, faults: Faults | None) -> timedelta:
    """Return by how much a station's clock is wrong."""
    draw = _uniform(seed, f"skew {name}", np.arange(2, dtype=np.int64))
    if faults is None or draw[0] >= faults.skew:
        return timedelta(0)
    return timedelta(seconds=round(float(2 * draw[1] - 1) * 3600))


def _uniform(seed: int, salt: str, numbers: Ticks) -> Floats:
    """Return numbers within 0 and 1 that depend on seed, salt and number only (SplitMix64, doi:10.1145/2660193.2660195)."""
    key = np.uint64((zlib.crc32(salt.encode()) << 32 | (seed & 0xFFFFFFFF)) & 0xFFFFFFFFFFFFFFFF)
    with np.errstate(over="ignore"):
        mixed = (numbers.astype(np.uint64) + key) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _normal(seed: int, salt: str, numbers: Ticks) -> Floats:
    """Return noise of mean 0 and deviation 1, nearly normal: the sum of three even ones."""
    total = _uniform(seed, f"{salt} 0", numbers)
    for place in (1, 2):
        total += _uniform(seed, f"{salt} {place}", numbers)
    return (total - 1.5) * 2.0
