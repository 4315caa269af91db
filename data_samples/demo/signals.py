"""What each sensor says over the 72 hours: the story's physics, plus the faults that real sensors have."""

from typing import Any

import numpy as np
import pandas as pd
from hydrology import Flows
from place import generator
from scipy import ndimage
from weather import END, HOURS, TIMES, Rain, humidity, temperature, wind

__all__ = ["FAIL", "LATE", "QUAKES", "RELEASE", "build"]

FAIL = 38.0 * 3600
"""Second at which the slope of the Brannick gorge fails."""
CREEP = 22.0 * 3600
RELEASE = (33.0 * 3600, 34.2 * 3600)
"""Begin and end of the chlorine release."""
RATE = 0.42
"""Chlorine that escapes, kg/s."""
WIND_FROM = 112.0
"""Degrees from north from which the wind blows during the release; 5.2 m/s, neutral."""
QUAKES = (
    (14.03 * 3600, 4.6, 9.0, 436_800.0, 3_757_400.0),
    (14.62 * 3600, 3.1, 8.0, 437_300.0, 3_757_900.0),
    (17.31 * 3600, 2.7, 8.5, 436_500.0, 3_756_900.0),
)
"""Second, magnitude, depth in km and epicentre in local metres."""
LATE = "demo/rain/R09"
"""Station whose values come hours late, in batches."""
FIRE = (453_100.0, 3_767_300.0)
"""Where the hillside burns, in local metres."""


def build(sensors: pd.DataFrame, flows: Flows, rain: Rain, tank: tuple[float, float]) -> pd.DataFrame:
    """Return columns series, offset (s), value, flag (1 not checked, 9 missing), sorted by offset.

    Parameters
    ----------
    sensors
        The sensors with x and y in local metres.
    flows
        What the rivers do.
    rain
        The weather.
    tank
        Where the chlorine escapes, in local metres.
    """
    rng = generator("signals")
    parts: list[tuple[str, Any, Any]] = []
    for row in sensors.itertuples():
        parts.extend(_signal(row, flows, rain, tank, rng))
    frames = [
        pd.DataFrame(
            {
                "series": name,
                "offset": np.asarray(at, dtype=np.int64),
                "value": np.asarray(value, dtype=float),
            }
        )
        for name, at, value in parts
    ]
    table = pd.concat(frames, ignore_index=True).drop_duplicates(
        ["series", "offset"], keep="last", ignore_index=True
    )
    table["flag"] = np.int8(1)
    table = _faults(table)
    table = table[(table.offset >= 0) & (table.offset < END)]
    return table.sort_values(["offset", "series"], kind="stable", ignore_index=True)


def _signal(
    row: Any, flows: Flows, rain: Rain, tank: tuple[float, float], rng: np.random.Generator
) -> list[tuple[str, Any, Any]]:
    """Return the parts (series, offsets, values) of one sensor."""
    name, kind, quantity = row.series, row.kind, row.field
    # Every logger has its own second, as in the field.
    phase = int(rng.integers(0, 60))
    at = TIMES + phase
    wobble = ndimage.gaussian_filter1d(rng.standard_normal(len(TIMES)), 1.0)
    fine = rng.standard_normal(len(TIMES))
    if row.station == "L01":
        return [(name, at, np.round(flows.pool + 0.006 * fine, 2))]
    if kind == "gauge":
        tide = {"G09": 0.45, "G08": 0.06}.get(row.station, 0.0) * np.sin(2 * np.pi * HOURS / 12.42 + 0.8)
        return [(name, at, np.round(flows.level[row.station] + tide + 0.008 * fine, 2))]
    if kind == "rain":
        return [(name, at, np.round(rain.rate(row.x, row.y)[0] * (1 + 0.06 * fine).clip(0), 1))]
    if kind == "wind":
        exposure = {
            "A01": 1.45,
            "A02": 1.35,
            "A03": 1.5,
            "A04": 1.2,
            "A09": 1.25,
            "A10": 1.15,
            "A12": 1.2,
        }.get(row.station, 0.92)
        return [(name, at, np.round(wind(exposure, rng), 1))]
    if quantity == "temperature":
        return [(name, at, np.round(temperature(row.ground, rng), 1))]
    if quantity == "humidity":
        return [(name, at, np.round(humidity(rng)))]
    if quantity == "pm25":
        return [(name, at, np.round(_dust(row.x, row.y) * np.exp(0.10 * wobble), 1))]
    if kind == "seismic":
        return [_shaking(name, row.x, row.y, at, fine, rng)]
    if quantity == "gas_concentration":
        return [_gas(name, row.x, row.y, tank, phase, rng)]
    if quantity == "methane_fraction":
        return [(name, at, np.round(np.maximum(_methane(row.station) + 0.012 * wobble, 0.0), 2))]
    if kind == "slope":
        return [(name, at, np.round(_creep(row, wobble), 1))]
    if kind == "dam":
        return [(name, at, np.round(_pores(row, flows, rain) + 0.25 * wobble, 1))]
    if kind == "hospital":
        return [_arrivals(name, row, rng)]
    return [_crowd(name, row.station, rng)]


def _pulse(begin: float, rise: float, end: float, fall: float, hours: Any = HOURS) -> Any:
    """Return 0..1: up from hour `begin` over `rise` hours, down from `end` over `fall`."""
    return (
        1
        / (1 + np.exp(-(hours - begin - rise / 2) / (rise / 8)))
        * 1
        / (1 + np.exp((hours - end - fall / 2) / (fall / 8)))
    )


def _dust(x: float, y: float) -> Any:
    """Return PM2.5: dry haze, smoke of the fire to its south-east, washed out by the rain."""
    dx, dy = x - FIRE[0], y - FIRE[1]
    down = (dx - dy) / 2**0.5  # the wind blows from the north-west
    across = (dx + dy) / 2**0.5
    reach = (
        np.exp(-0.5 * (across / (900 + 0.22 * max(down, 0))) ** 2) * np.exp(-max(down, 0) / 14_000)
        if down > -600
        else 0.02
    )
    smoke = 240.0 * reach * _pulse(4.4, 3.0, 17.5, 4.0)
    haze = np.interp(HOURS, [0, 18, 22, 28, 72], [26, 30, 16, 7, 9])
    return haze + smoke


def _shaking(
    name: str, x: float, y: float, at: Any, fine: Any, rng: np.random.Generator
) -> tuple[str, Any, Any]:
    """Return peak ground acceleration: noise, and a report of its own at each shock."""
    times, values = [*at], [*(0.0012 + 0.0004 * np.abs(fine))]
    for second, magnitude, depth, ex, ey in QUAKES:
        distance = np.hypot(np.hypot(x - ex, y - ey) / 1000.0, depth)
        # Shear waves bring the peak at about 3.4 km/s; attenuation of a small crustal shock, scattered as sites are.
        peak = (
            0.62
            * 10 ** (0.62 * (magnitude - 4.6))
            * (distance / 10.0) ** -1.45
            * float(np.exp(rng.normal(0, 0.30)))
        )
        times.append(int(second + distance / 3.4) + 1)
        values.append(peak)
    return name, times, np.round(values, 4)


def _gas(
    name: str, x: float, y: float, tank: tuple[float, float], phase: int, rng: np.random.Generator
) -> tuple[str, Any, Any]:
    """Return chlorine in ppm: a Gaussian plume (Briggs rural D) in a wind that meanders; by the minute near the release."""
    sx, sy = tank
    dense = np.arange(int(RELEASE[0]) - 3600, int(RELEASE[1]) + 7200, 60)
    at = np.unique(np.concatenate([TIMES, dense])) + phase
    swing = np.random.default_rng(7).standard_normal(len(at) + 40)
    bearing = np.radians(WIND_FROM + 180.0 + 9.0 * ndimage.gaussian_filter1d(swing, 5.0)[: len(at)] * 3.0)
    speed = 5.2
    dx, dy = x - sx, y - sy
    down = dx * np.sin(bearing) + dy * np.cos(bearing)
    across = dx * np.cos(bearing) - dy * np.sin(bearing)
    far = np.maximum(down, 1.0)
    sy_ = 0.08 * far / np.sqrt(1 + 1e-4 * far)
    sz = 0.06 * far / np.sqrt(1 + 1.5e-3 * far)
    lag = far / speed
    on = np.clip((at - RELEASE[0] - lag) / 120.0, 0, 1) * np.clip((RELEASE[1] + lag * 1.5 - at) / 300.0, 0, 1)
    density = np.where(
        down > 0, RATE * on / (np.pi * speed * sy_ * sz) * np.exp(-0.5 * (across / sy_) ** 2), 0.0
    )
    ppm = density * 1e6 * 24.45 / 70.9
    return (
        name,
        at,
        np.round(
            np.maximum(
                ppm * np.exp(0.15 * rng.standard_normal(len(at)))
                + 0.02 * np.abs(rng.standard_normal(len(at))),
                0,
            ),
            2,
        ),
    )


def _methane(station: str) -> Any:
    """Return methane in percent: it creeps up for a day and a half; ventilation is mended at T+41 h."""
    share = {"M01": 1.0, "M02": 1.18, "M03": 0.72, "M04": 0.55, "M05": 0.38, "M06": 0.12}[station]
    trend = np.interp(
        HOURS,
        [0, 10, 20, 30, 36, 39, 40.5, 41.5, 44, 48, 72],
        [0.30, 0.32, 0.40, 0.56, 0.74, 0.92, 1.03, 1.05, 0.70, 0.46, 0.38],
    )
    return trend * share


def _creep(row: Any, wobble: Any) -> Any:
    """Return displacement in mm: inverse velocity falls in a straight line to failure (Fukuzono 1985)."""
    if row.place != "slide":
        rate = {"S10": 0.10, "S11": 0.14}.get(row.station, 0.02)
        return 4.0 + rate * HOURS + 0.25 * wobble
    number = int(row.station[1:])
    share = 0.65 + 0.07 * ((number * 5) % 8)
    creep = 6.0 + 0.06 * TIMES / 3600.0
    left = np.maximum(FAIL - TIMES, 300.0)
    fast = np.where(TIMES > CREEP, 118.0 * np.log((FAIL - CREEP) / left), 0.0)
    out = share * (creep + fast) + 0.3 * wobble
    if number % 3 == 0:  # rides down with the mass and is still seen
        return np.where(
            TIMES >= FAIL, 2_450.0 + 160.0 * number + 40.0 * (1 - np.exp(-(TIMES - FAIL) / 2e4)), out
        )
    return np.where(TIMES >= FAIL, np.nan, out)


def _pores(row: Any, flows: Flows, rain: Rain) -> Any:
    """Return pore pressure in kPa: follows the pool, or the rain on the tailings, with the lag of the fill."""
    number = int(row.station[1:])
    if row.place == "nareth":
        base = 150.0 - 9.0 * abs(number - 1 - 3.5)
        rise = ndimage.gaussian_filter1d(flows.pool - flows.pool[0], 3.0, mode="nearest")
        lagged = _lag(rise, 4.0 + 0.4 * number)
        return base + 9.81 * 0.92 * lagged
    k = number - 9
    base = 92.0 - 6.0 * abs(k - 2.5)
    depth = np.cumsum(rain.rate(row.x, row.y)[0]) / 6.0
    soaked = _lag(depth, 7.0) - 0.55 * _lag(depth, 40.0)
    seep = (14.0 if k in (2, 3) else 5.0) * _pulse(42.5, 4.0, 57.0, 10.0)
    return base + 0.13 * soaked + seep


def _lag(series: Any, hours: float) -> Any:
    """Return a series seen through a store that empties in `hours`."""
    out = np.empty(len(series))
    level = float(series[0])
    for i, value in enumerate(series):
        level += (float(value) - level) * (1 / 6) / hours
        out[i] = level
    return out


def _arrivals(name: str, row: Any, rng: np.random.Generator) -> tuple[str, Any, Any]:
    """Return patients an hour: usual days, heat, crowd, chlorine, then gastroenteritis from T+40 h."""
    hours = np.arange(0, 72)
    usual = row.blue / 1.8
    heat = 0.18 * np.interp(hours, [0, 16, 24], [1.0, 1.0, 0.0])
    drinks = {"H04": 3.4, "H01": 1.7, "H07": 2.1, "H03": 0.8, "H02": 0.7, "H05": 0.35}.get(row.station, 0.05)
    # People fall ill 12 to 48 h after they drank (norovirus), so the curve climbs for a day and a half.
    sick = drinks / (1 + np.exp(-(hours - 47.5) / 2.6)) * np.interp(hours, [0, 60, 72], [1.0, 1.0, 0.82])
    crush = {"H02": 22.0, "H01": 16.0}.get(row.station, 0.0) * np.exp(-0.5 * ((hours - 13.3) / 0.9) ** 2)
    chlorine = {"H02": 31.0, "H01": 24.0, "H03": 9.0}.get(row.station, 0.0) * np.exp(
        -0.5 * ((hours - 34.8) / 1.1) ** 2
    )
    mean = usual * (1 + heat + sick) + crush + chlorine
    return name, hours * 3600 + 3300, rng.poisson(mean).astype(float)


def _crowd(name: str, station: str, rng: np.random.Generator) -> tuple[str, Any, Any]:
    """Return people counted: a festival from T+9 h; the north gate jams at T+12.6 h."""
    at = np.arange(0, END, 1800 if station not in ("B01", "B02", "B03", "B04", "B05", "B06") else 600)
    hours = at / 3600.0
    bowl = _pulse(9.0, 1.6, 12.5, 1.6, hours)
    surge = _pulse(12.3, 0.35, 12.95, 0.9, hours)
    coming = np.exp(-0.5 * ((hours - 9.8) / 0.45) ** 2)
    leaving = np.exp(-0.5 * ((hours - 13.1) / 0.5) ** 2)
    calm = np.interp(hours, [0, 20, 24, 30, 72], [1.0, 1.0, 0.45, 0.25, 0.25])
    mean = {
        "B01": 60 * calm + 3_100 * coming + 3_300 * leaving + 6_300 * surge,
        "B02": 50 * calm + 3_000 * coming + 3_600 * leaving,
        "B03": 50 * calm + 2_700 * coming + 3_400 * leaving,
        "B04": 40 * calm + 2_300 * coming + 900 * leaving,
        "B05": 20 * calm + 31_800 * bowl,
        "B06": 1_500 * calm + 5_200 * _pulse(8.0, 2.0, 14.0, 3.0, hours),
        "B07": 900 * calm + 2_400 * coming + 3_000 * leaving,
        "B08": 1_100 * calm + 4_300 * _pulse(7.5, 2.0, 14.5, 3.0, hours),
        "B09": 350 * calm + 500 * _pulse(8.0, 2.0, 14.0, 2.0, hours),
        "B10": 3_600 * calm,
    }[station]
    return name, at + 20, np.round(mean * np.exp(0.05 * rng.standard_normal(len(at))))


def _faults(table: pd.DataFrame) -> pd.DataFrame:
    """Break what breaks: a stuck gauge, a spike, a gap, a drowned gauge; the late station is told by messages."""
    hour = table.offset / 3600.0

    def where(series: str, begin: float, end: float) -> Any:
        return (table.series == series) & (hour >= begin) & (hour < end)

    stuck = where("demo/gauge/G16", 37.0, 47.5)
    table.loc[stuck, "value"] = float(table.loc[stuck, "value"].iloc[0])
    spike = table.index[where("demo/gauge/G05", 29.0, 29.2)][:1]
    table.loc[spike, "value"] = 19.99
    spike = table.index[where("demo/air/T07", 8.0, 8.2)][:1]
    table.loc[spike, "value"] = -40.0
    gap = where("demo/wind/A09", 25.5, 30.0)  # the mast loses its power in the gale: nothing comes
    missing = where("demo/gauge/G12", 39.0, 44.0)  # the radio answers, the sensor does not
    table.loc[missing, "value"] = np.nan
    table.loc[missing | table.value.isna(), "flag"] = np.int8(9)
    return table[~gap].reset_index(drop=True)
