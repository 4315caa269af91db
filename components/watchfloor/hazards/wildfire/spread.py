"""How fast, how hot and in what shape a surface fire spreads: Rothermel's equations.

Rothermel 1972 (USDA INT-115) with the changes of Albini 1976 (INT-GTR-30), as Andrews 2018 (RMRS-GTR-371,
doi:10.2737/RMRS-GTR-371) writes them down; wind and slope are added as vectors; the shape is Anderson's ellipse (1983, INT-305).
Inside, quantities have the units of the reports (feet, minutes, Btu, pounds), in which their constants are known.
"""

from math import atan2, cos, exp, log, pi, radians, sin, sqrt
from typing import Any

import numpy as np
from numba import njit

__all__ = [
    "FOOT",
    "STILL",
    "adjusted_wind",
    "bed",
    "behaviour",
    "ellipse",
    "flame",
    "length_to_breadth",
    "normal_rate",
    "scorch",
]

FOOT = 0.3048
"""m."""
BTU = 3.461469
"""kW/m in one Btu/ft/s."""
PER_AREA = 11.356527
"""kJ/m^2 in one Btu/ft^2."""
STILL = 1e30
"""Slowness where nothing spreads, s/m."""
OPEN = 1.15
"""Wind at 10 m over open ground over wind at 20 ft (Andrews 2012, RMRS-GTR-266)."""


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def _group(ratio):  # type: ignore[no-untyped-def]
    """Return the size class by which net loads are weighted (Albini 1976, p. 88)."""
    if ratio >= 1200.0:
        return 0
    if ratio >= 192.0:
        return 1
    if ratio >= 96.0:
        return 2
    if ratio >= 48.0:
        return 3
    return 4


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def bed(fuel, one, ten, hundred, herb, woody):  # type: ignore[no-untyped-def]  # noqa: PLR0915  one chain of equations
    """Return what a fuel bed of given moisture does without wind and slope, and how it answers to them.

    Parameters
    ----------
    fuel
        Row of `fuels.table`.
    one, ten, hundred, herb, woody
        Moisture of dead fuel (1 h, 10 h, 100 h), live herbs and live woody fuel, share of the dry mass.

    Returns
    -------
    tuple of float
        Rate of spread on level ground in still air (ft/min), heat released by an area (Btu/ft^2), coefficient and exponent of
        the wind factor (wind in ft/min), coefficient of the slope factor (times the squared tangent), moisture at which
        live fuel burns no longer, surface to volume of the whole bed (1/ft).
    """
    load = np.zeros(6)  # dead: 1 h, 10 h, 100 h, cured herbs; live: herbs, woody
    load[0], load[1], load[2], load[4], load[5] = fuel[0], fuel[1], fuel[2], fuel[3], fuel[4]
    ratio = np.array((fuel[5], 109.0, 30.0, fuel[6], fuel[6], fuel[7]))
    moisture = np.array((one, ten, hundred, one, herb, woody))
    if fuel[11] > 0.0:
        # Behave has 1.333 where the text of RMRS-GTR-153 has 1.33
        cured = min(max(1.333 - 1.11 * herb, 0.0), 1.0) if herb >= 0.30 else 1.0
        load[3] = load[4] * cured
        load[4] -= load[3]
    total = load.sum()
    if fuel[12] <= 0.0 or total <= 0.0:
        return 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0
    area = load * ratio / 32.0
    dead_area, live_area = area[:4].sum(), area[4:].sum()
    share_dead = dead_area / (dead_area + live_area)
    # of dead and live fuel: ratio, moisture, net load, heat sink
    of_ratio, of_moisture, of_load, of_sink = np.zeros(2), np.zeros(2), np.zeros(2), np.zeros(2)
    for life in range(2):
        first, last = (0, 4) if life == 0 else (4, 6)
        whole = dead_area if life == 0 else live_area
        if whole <= 0.0:
            continue
        groups = np.zeros(5)
        for i in range(first, last):
            groups[_group(ratio[i])] += area[i] / whole
        for i in range(first, last):
            part = area[i] / whole
            of_ratio[life] += part * ratio[i]
            of_moisture[life] += part * moisture[i]
            of_load[life] += groups[_group(ratio[i])] * load[i] * (1.0 - 0.0555)
            of_sink[life] += part * (250.0 + 1116.0 * moisture[i]) * exp(-138.0 / ratio[i])
    sigma = share_dead * of_ratio[0] + (1.0 - share_dead) * of_ratio[1]
    depth, extinction = fuel[8], fuel[9]
    packing = total / depth / 32.0
    relative = packing / (3.348 * sigma**-0.8189)
    # moisture at which live fuel burns no longer (Albini 1976, p. 89)
    fine_dead, wet, fine_live = 0.0, 0.0, 0.0
    for i in range(4):
        weight = load[i] * exp(-138.0 / ratio[i])
        fine_dead += weight
        wet += weight * moisture[i]
    for i in range(4, 6):
        fine_live += load[i] * exp(-500.0 / ratio[i])
    live_extinction = extinction
    if fine_live > 1e-7 and fine_dead > 1e-7:
        dry = 1.0 - wet / fine_dead / extinction
        live_extinction = max(2.9 * fine_dead / fine_live * dry - 0.226, extinction)
    power = 133.0 * sigma**-0.7913
    bulk = sigma**1.5
    speed = bulk / (495.0 + 0.0594 * bulk) * relative**power * exp(power * (1.0 - relative))
    mineral = min(0.174 * 0.01**-0.19, 1.0)
    intensity = 0.0
    for life in range(2):
        limit = extinction if life == 0 else live_extinction
        if limit > 0.0 and of_moisture[life] < limit:
            x = of_moisture[life] / limit
            damping = 1.0 - 2.59 * x + 5.11 * x * x - 3.52 * x * x * x
            intensity += speed * of_load[life] * fuel[10] * max(damping, 0.0) * mineral
    sink = total / depth * (share_dead * of_sink[0] + (1.0 - share_dead) * of_sink[1])
    flux = exp((0.792 + 0.681 * sqrt(sigma)) * (packing + 0.1)) / (192.0 + 0.2595 * sigma)
    rate = intensity * flux / sink
    wind = 7.47 * exp(-0.133 * sigma**0.55) * relative ** -(0.715 * exp(-3.59e-4 * sigma))
    exponent = 0.02526 * sigma**0.54
    slope = 5.275 * packing**-0.3
    return rate, intensity * 384.0 / sigma, wind, exponent, slope, live_extinction, sigma


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def length_to_breadth(wind):  # type: ignore[no-untyped-def]
    """Return how much longer than wide a fire is, for an effective wind at mid-flame in ft/min (Anderson 1983; at most 8)."""
    miles = wind / 88.0
    return max(1.0, min(8.0, 0.936 * exp(0.1147 * miles) + 0.461 * exp(-0.0692 * miles) - 0.397))


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def ellipse(rate, coefficient, exponent, steep, up_x, up_y, wind, to_x, to_y):  # type: ignore[no-untyped-def]
    """Return how fast and where a fire spreads under wind and slope, and the ellipse that it draws.

    Parameters
    ----------
    rate
        On level ground in still air, ft/min.
    coefficient, exponent
        Of the wind factor.
    steep
        Slope factor.
    up_x, up_y
        Unit vector uphill, east and north.
    wind
        At mid-flame, ft/min.
    to_x, to_y
        Unit vector in which the wind blows, east and north.

    Returns
    -------
    tuple of float
        Rate of the head (m/s), unit vector of its direction (east, north), eccentricity.
    """
    push = coefficient * wind**exponent if wind > 1e-7 else 0.0
    x = steep * up_x + push * to_x
    y = steep * up_y + push * to_y
    both = sqrt(x * x + y * y)
    if both < 1e-12:
        return rate * FOOT / 60.0, 0.0, 1.0, 0.0
    effective = (both / coefficient) ** (1.0 / exponent)
    ratio = length_to_breadth(effective)
    head = rate * (1.0 + both) * FOOT / 60.0
    return head, x / both, y / both, sqrt(max(ratio * ratio - 1.0, 0.0)) / ratio


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def normal_rate(head, eccentricity, cosine):  # type: ignore[no-untyped-def]
    """Return how fast the front advances across itself where a fire came along a ray (Catchpole et al. 1982).

    Parameters
    ----------
    head
        Rate of the head.
    eccentricity
        Of the ellipse.
    cosine
        Of the angle between the ray and the head's direction.

    Returns
    -------
    float
        In the unit of `head`.
    """
    along = head / (1.0 + eccentricity)
    across = along * sqrt(1.0 - eccentricity * eccentricity)
    if across <= 0.0:
        return 0.0
    ray = head * (1.0 - eccentricity) / (1.0 - eccentricity * cosine)
    x = ray * cosine
    y = ray * sqrt(max(1.0 - cosine * cosine, 0.0))
    a = min(max((x - along * eccentricity) / along, -1.0), 1.0)
    b = sqrt(1.0 - a * a)
    return (x * a / along + y * b / across) / sqrt(a * a / along**2 + b * b / across**2)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def flame(intensity):  # type: ignore[no-untyped-def]
    """Return the flame's length, m, of a fireline intensity in kW/m (Byram 1959: 0.45 I^0.46 in ft and Btu/ft/s)."""
    return 0.45 * FOOT * (intensity / BTU) ** 0.46 if intensity > 0.0 else 0.0


def flame_intensity(length: float) -> float:
    """Return the fireline intensity, kW/m, at which flames have a length in m; the inverse of `flame`."""
    return float(BTU * (length / (0.45 * FOOT)) ** (1.0 / 0.46))


def scorch(intensity: float, wind: float, temperature: float) -> float:
    """Return the height to which a fire scorches crowns, m (Van Wagner 1973, doi:10.1139/x73-055).

    Parameters
    ----------
    intensity
        kW/m.
    wind
        At mid-flame, m/s.
    temperature
        Of the air, degrees Celsius, below 60.
    """
    british = intensity / BTU
    miles = wind / 0.44704
    warm = 140.0 - (temperature * 1.8 + 32.0)
    return float(63.0 / warm * british ** (7.0 / 6.0) / np.sqrt(british + miles**3) * FOOT)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def adjusted_wind(depth, cover, height, filled):  # type: ignore[no-untyped-def]
    """Return wind at mid-flame over wind at 20 ft above what grows (Albini and Baughman 1979, INT-221).

    Parameters
    ----------
    depth
        Of the fuel bed, ft.
    cover
        Of the canopy, share.
    height
        Of the canopy, ft.
    filled
        Share of a canopy of full cover that is filled with crowns (a third of the crown ratio; pi/12 in FARSITE).
    """
    crowns = cover * filled
    if cover < 1e-7 or crowns < 0.05 or height < 6.0:
        return 1.83 / log((20.0 + 0.36 * depth) / (0.13 * depth)) if depth > 0.0 else 0.0
    return 0.555 / (sqrt(crowns * height) * log((20.0 + 0.36 * height) / (0.13 * height)))


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def _behaviour(rows, fuel, moisture, slope, aspect, wind, direction, out):  # type: ignore[no-untyped-def]
    for i in range(fuel.size):
        m = moisture[i]
        rate, heat, coefficient, exponent, steep, _, _ = bed(rows[fuel[i]], m[0], m[1], m[2], m[3], m[4])
        up, to = radians(aspect[i] + 180.0), radians(direction[i] + 180.0)
        head, x, y, eccentricity = ellipse(
            rate, coefficient, exponent, steep * slope[i] ** 2, sin(up), cos(up),
            wind[i] * 60.0 / FOOT, sin(to), cos(to),
        )  # fmt: skip
        out[0, i] = head
        out[1, i] = atan2(x, y) * 180.0 / pi % 360.0
        out[2, i] = 1.0 / sqrt(1.0 - eccentricity * eccentricity)
        out[3, i] = heat * PER_AREA * head
        out[4, i] = flame(out[3, i])


def behaviour(
    rows: np.ndarray, fuel: Any, moisture: Any, slope: Any, aspect: Any, wind: Any, direction: Any
) -> dict[str, np.ndarray]:
    """Return how the head of a fire behaves in every cell; arrays are broadcast.

    Parameters
    ----------
    rows
        As `fuels.table` returned it.
    fuel
        Numbers of fuel models.
    moisture
        Last dimension: dead 1 h, 10 h, 100 h, live herbs, live woody; percent.
    slope
        Tangent of the slope.
    aspect
        Direction that the slope faces, degrees.
    wind
        At mid-flame, m/s.
    direction
        That the wind comes from, degrees.

    Returns
    -------
    dict of numpy.ndarray
        ``rate`` m/s along the ground, ``direction`` degrees towards which it spreads fastest, ``length_to_breadth``,
        ``intensity`` kW/m, ``flame`` m.

    Examples
    --------
    >>> from watchfloor.hazards.wildfire.fuels import table
    >>> dry = [3.0, 4.0, 5.0, 30.0, 60.0]
    >>> found = behaviour(table(), 102, dry, 0.0, 0.0, 1.618, 270.0)
    >>> round(float(found["rate"]), 4), round(float(found["direction"])), round(float(found["length_to_breadth"]), 2)
    (0.2343, 90, 1.38)
    """
    damp = np.asarray(moisture, float) / 100.0
    shape = np.broadcast_shapes(
        *(np.shape(item) for item in (fuel, slope, aspect, wind, direction)), damp.shape[:-1]
    )
    flat = [
        np.ascontiguousarray(np.broadcast_to(np.asarray(item, float), shape)).ravel()
        for item in (slope, aspect, wind, direction)
    ]
    codes = np.ascontiguousarray(np.broadcast_to(np.asarray(fuel), shape)).ravel().astype(np.int64)
    damp = np.ascontiguousarray(np.broadcast_to(damp, (*shape, 5))).reshape(-1, 5)
    out = np.zeros((5, codes.size))
    _behaviour(rows, codes, damp, flat[0], flat[1], flat[2], flat[3], out)
    names = ("rate", "direction", "length_to_breadth", "intensity", "flame")
    return {name: out[i].reshape(shape) for i, name in enumerate(names)}


def area_and_perimeter(head: float, ratio: float, seconds: float) -> tuple[float, float]:
    """Return area, m^2, and perimeter, m, of an elliptical fire (Andrews 2018; perimeter after Ramanujan's series).

    Parameters
    ----------
    head
        Rate of the head, m/s.
    ratio
        Length to breadth.
    seconds
        Since it was lit at a point.
    """
    eccentricity = sqrt(ratio * ratio - 1.0) / ratio
    long = head * seconds / (1.0 + eccentricity)
    wide = long / ratio
    h = ((wide - long) / (wide + long)) ** 2
    return pi * long * wide, pi * (long + wide) * (1.0 + h / 4.0 + h * h / 64.0)
