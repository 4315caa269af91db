"""The Canadian Forest Fire Weather Index System: three moisture codes and four indices from the weather at noon.

Van Wagner and Pickett 1985 (Forestry Technical Report 33) and Van Wagner 1987 (Forestry Technical Report 35), whose equations
are named by their numbers. Where the report's Fortran program rewrites an equation to be more accurate (12 and 15), the program's
form is taken, as the Canadian Forest Service's own package cffdrs does.
"""

from math import exp, log, sqrt
from typing import Any

import numpy as np
from numba import njit

__all__ = ["EXACT", "PUBLISHED", "bands", "day", "month_of", "overwintered"]

PUBLISHED = 147.2
"""Coefficient between moisture and the fine fuel moisture code, as equation 1 has it."""
EXACT = 250.0 * 59.5 / 101.0
"""The same such that a moisture of 250 percent is a code of 0, as the package cffdrs has it."""

DUFF_DAYS = np.array(
    [
        [6.5, 7.5, 9.0, 12.8, 13.9, 13.9, 12.4, 10.9, 9.4, 8.0, 7.0, 6.0],
        [7.9, 8.4, 8.9, 9.5, 9.9, 10.2, 10.1, 9.7, 9.1, 8.6, 8.1, 7.8],
        [9.0] * 12,
        [10.1, 9.6, 9.1, 8.5, 8.1, 7.8, 7.9, 8.3, 8.9, 9.4, 9.9, 10.2],
        [11.5, 10.5, 9.2, 7.9, 6.8, 6.2, 6.5, 7.4, 8.7, 10.0, 11.2, 11.8],
    ]
)
"""Effective length of the day by band (from 30 N, 10 to 30 N, the equator, 10 to 30 S, from 30 S) and month, h (Van Wagner 1987,
table 1, for 46 N; Lawson and Armitage 2008 and cffdrs for the others)."""

DROUGHT_DAYS = np.array(
    [
        [-1.6, -1.6, -1.6, 0.9, 3.8, 5.8, 6.4, 5.0, 2.4, 0.4, -1.6, -1.6],
        [1.4] * 12,
        [6.4, 5.0, 2.4, 0.4, -1.6, -1.6, -1.6, -1.6, -1.6, 0.9, 3.8, 5.8],
    ]
)
"""Day length adjustment of the drought code by band (from 20 N, the equator, from 20 S) and month (Van Wagner 1987, table 2)."""

_LENGTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def month_of(day_of_year: int) -> int:
    """Return the month, 0 to 11, of a day of the year that may lie in the next one.

    Examples
    --------
    >>> month_of(103), month_of(366)
    (3, 0)
    """
    return int(np.searchsorted(np.cumsum(_LENGTHS), (day_of_year - 1) % 365, "right"))


def bands(latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of `DUFF_DAYS` and `DROUGHT_DAYS` that hold at latitudes in degrees."""
    duff = np.select([latitude > 30, latitude > 10, latitude > -10, latitude > -30], [0, 1, 2, 3], 4)
    drought = np.select([latitude > 20, latitude > -20], [0, 1], 2)
    return duff.astype(np.int64), drought.astype(np.int64)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def fine_fuel(code, temperature, humidity, wind, rain, scale):  # type: ignore[no-untyped-def]
    """Return the fine fuel moisture code of today (eq. 1 to 10).

    Parameters
    ----------
    code
        Of yesterday.
    temperature, humidity
        At noon, degrees Celsius and percent.
    wind
        At noon, 10 m, km/h.
    rain
        Of the last 24 hours, mm.
    scale
        `PUBLISHED` or `EXACT`.
    """
    m = scale * (101.0 - code) / (59.5 + code)
    if rain > 0.5:
        fall = rain - 0.5
        wetter = m + 42.5 * fall * exp(-100.0 / (251.0 - m)) * (1.0 - exp(-6.93 / fall))
        if m > 150.0:
            wetter += 0.0015 * (m - 150.0) ** 2 * sqrt(fall)
        m = min(wetter, 250.0)
    warm = 0.18 * (21.1 - temperature) * (1.0 - exp(-0.115 * humidity))
    damp = exp((humidity - 100.0) / 10.0)
    drying = 0.942 * humidity**0.679 + 11.0 * damp + warm
    wetting = 0.618 * humidity**0.753 + 10.0 * damp + warm
    if m > drying:
        part = humidity / 100.0
        rate = 0.424 * (1.0 - part**1.7) + 0.0694 * sqrt(wind) * (1.0 - part**8)
        m = drying + (m - drying) * 10.0 ** -(rate * 0.581 * exp(0.0365 * temperature))
    elif m < wetting:
        part = (100.0 - humidity) / 100.0
        rate = 0.424 * (1.0 - part**1.7) + 0.0694 * sqrt(wind) * (1.0 - part**8)
        m = wetting - (wetting - m) * 10.0 ** -(rate * 0.581 * exp(0.0365 * temperature))
    return min(max(59.5 * (250.0 - m) / (scale + m), 0.0), 101.0)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def duff(code, temperature, humidity, rain, length):  # type: ignore[no-untyped-def]
    """Return the duff moisture code of today (eq. 11 to 17); `length` is the effective length of the day, h."""
    warm = max(temperature, -1.1)
    drying = 1.894 * (warm + 1.1) * (100.0 - humidity) * length * 1e-4
    if rain > 1.5:
        net = 0.92 * rain - 1.27
        moisture = 20.0 + 280.0 / exp(0.023 * code)
        if code <= 33.0:
            slope = 100.0 / (0.5 + 0.3 * code)
        elif code <= 65.0:
            slope = 14.0 - 1.3 * log(code)
        else:
            slope = 6.2 * log(code) - 17.2
        moisture += 1000.0 * net / (48.77 + slope * net)
        code = max(43.43 * (5.6348 - log(moisture - 20.0)), 0.0)
    return max(code + drying, 0.0)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def drought(code, temperature, rain, length):  # type: ignore[no-untyped-def]
    """Return the drought code of today (eq. 18 to 23); `length` is the day length adjustment."""
    use = max((0.36 * (max(temperature, -2.8) + 2.8) + length) / 2.0, 0.0)
    if rain > 2.8:
        net = 0.83 * rain - 1.27
        code = max(code - 400.0 * log(1.0 + 3.937 * net / (800.0 * exp(-code / 400.0))), 0.0)
    return code + use


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def spread(code, wind, scale):  # type: ignore[no-untyped-def]
    """Return the initial spread index of today's fine fuel moisture code and wind in km/h (eq. 24 to 26)."""
    m = scale * (101.0 - code) / (59.5 + code)
    return 0.208 * exp(0.05039 * wind) * 91.9 * exp(-0.1386 * m) * (1.0 + m**5.31 / 4.93e7)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def buildup(of_duff, of_drought):  # type: ignore[no-untyped-def]
    """Return the buildup index of today's duff moisture and drought codes (eq. 27)."""
    if of_duff <= 0.0:
        return 0.0
    whole = 0.8 * of_drought * of_duff / (of_duff + 0.4 * of_drought)
    if whole < of_duff:
        whole = of_duff - (1.0 - whole / of_duff) * (0.92 + (0.0114 * of_duff) ** 1.7)
    return max(whole, 0.0)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def weather_index(of_spread, of_buildup):  # type: ignore[no-untyped-def]
    """Return the fire weather index (eq. 28 to 30)."""
    if of_buildup > 80.0:
        heat = 1000.0 / (25.0 + 108.64 * exp(-0.023 * of_buildup))
    else:
        heat = 0.626 * of_buildup**0.809 + 2.0
    raw = 0.1 * of_spread * heat
    return exp(2.72 * (0.434 * log(raw)) ** 0.647) if raw > 1.0 else raw


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def severity(index):  # type: ignore[no-untyped-def]
    """Return the daily severity rating of a fire weather index (eq. 31)."""
    return 0.0272 * index**1.77


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def day(temperature, humidity, wind, rain, duff_days, drought_days, codes, out, scale):  # type: ignore[no-untyped-def]
    """Bring the codes of many places forward by a day.

    Parameters
    ----------
    temperature, humidity, wind, rain
        At noon: degrees Celsius, percent, km/h, mm of the last 24 hours; float64 (places).
    duff_days, drought_days
        Length of the day for both codes, float64 (places).
    codes
        Fine fuel, duff and drought code: yesterday's, and on return today's; float64 (3, places).
    out
        Initial spread, buildup and fire weather index, severity; float64 (4, places).
    scale
        `PUBLISHED` or `EXACT`.
    """
    for i in range(temperature.size):
        codes[0, i] = fine_fuel(codes[0, i], temperature[i], humidity[i], wind[i], rain[i], scale)
        codes[1, i] = duff(codes[1, i], temperature[i], humidity[i], rain[i], duff_days[i])
        codes[2, i] = drought(codes[2, i], temperature[i], rain[i], drought_days[i])
        out[0, i] = spread(codes[0, i], wind[i], scale)
        out[1, i] = buildup(codes[1, i], codes[2, i])
        out[2, i] = weather_index(out[0, i], out[1, i])
        out[3, i] = severity(out[2, i])


def overwintered(fall: Any, winter: Any, carry: float = 0.75, wetting: float = 0.75) -> Any:
    """Return the drought code in spring (Lawson and Armitage 2008, eq. 2 to 4; Van Wagner 1985).

    Parameters
    ----------
    fall
        Drought code at the end of the last season.
    winter
        Precipitation since then, mm.
    carry
        Share of the moisture in autumn that is carried over: 1 where daily codes are known up to 1 November, 0.75 where not up to
        freeze-up, 0.5 where the season ended early (their table 3).
    wetting
        Share of the winter's precipitation that wets the layer: 0.9 on poorly drained, 0.75 on usual, 0.5 on well drained ground.

    Examples
    --------
    >>> round(float(overwintered(300.0, 110.0)), 4)
    109.4657
    """
    moisture = carry * 800.0 * np.exp(-np.asarray(fall, float) / 400.0) + wetting * 3.94 * np.asarray(
        winter, float
    )
    return np.maximum(400.0 * np.log(800.0 / moisture), 15.0)
