"""What part of the rain runs off: curve numbers, Green and Ampt, or an initial and a constant loss."""

import numpy as np

__all__ = ["constant_loss", "curve_number", "green_ampt", "infiltrated", "ponding_time"]

_ROUNDS = 30


def curve_number(rain: np.ndarray, number: np.ndarray | float, ratio: float = 0.2) -> np.ndarray:
    """Return the depth that has run off since a storm began, mm.

    NRCS 1986, TR-55, eq. 2-1 to 2-4: ``Q = (P - Ia)^2 / (P - Ia + S)`` with ``S = 25400 / CN - 254`` mm, ``Ia = 0.2 S``.

    Parameters
    ----------
    rain
        Depth since the storm began, mm.
    number
        Curve number, above 0 to 100.
    ratio
        Initial loss over `S`: 0.2 in TR-55; 0.05 fits many basins better (Woodward et al. 2003), with other numbers.

    Examples
    --------
    >>> round(float(curve_number(np.array(4 * 25.4), 70.0)) / 25.4, 2)
    1.33
    """
    stored = 25400.0 / np.asarray(number, float) - 254.0
    free = np.maximum(np.asarray(rain, float) - ratio * stored, 0.0)
    return np.asarray(free * free / np.maximum(free + stored, 1e-12))


def constant_loss(
    rain: np.ndarray, first: np.ndarray | float, rate: np.ndarray | float, step: float
) -> np.ndarray:
    """Return the depth that runs off in each step, mm, after a first and with a constant loss.

    Parameters
    ----------
    rain
        Depth in each step, mm, shape (time, node).
    first
        Loss before anything runs off, mm.
    rate
        Loss after that, mm/h.
    step
        Length of a step, s.
    """
    total = np.cumsum(rain, axis=0)
    free = np.diff(np.maximum(total - first, 0.0), axis=0, prepend=0.0)
    return np.asarray(np.maximum(free - np.asarray(rate) * step / 3600.0, 0.0))


def infiltrated(hours: np.ndarray | float, rate: float, suction: float, before: float = 0.0) -> np.ndarray:
    """Return the depth that has soaked into soil under water, mm.

    Green and Ampt 1911, doi:10.1017/S0021859600001441; ``F - F0 - s ln((F + s) / (F0 + s)) = K t``. Newton's method.

    Parameters
    ----------
    hours
        Time, h.
    rate
        Hydraulic conductivity, mm/h.
    suction
        Suction head times moisture deficit, mm.
    before
        Depth that had soaked in at the start, mm.

    Examples
    --------
    >>> round(float(infiltrated(1.0, 6.5, 166.8 * 0.3402)), 1)
    31.7
    """
    return np.asarray(
        _soak(np.asarray(hours, float) * rate, np.asarray(suction, float), np.asarray(before, float))
    )


def ponding_time(rain: float, rate: float, suction: float) -> float:
    """Return when water begins to stand on the soil, h, under a steady rain, mm/h (Mein and Larson 1973, doi:10.1029/WR009i002p00384)."""
    return rate * suction / (rain * (rain - rate)) if rain > rate else float("inf")


def _soak(potential: np.ndarray, suction: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Solve Green and Ampt for the depth after `potential` = K t."""
    safe = np.maximum(suction, 1e-9)
    # from above Newton's steps only fall; F - F0 = K t + s ln(...) is at most this
    total = before + potential + np.sqrt(2.0 * safe * potential) + safe * 1e-12
    for _ in range(_ROUNDS):
        wrong = total - before - potential - safe * np.log((total + safe) / (before + safe))
        slope = total / (total + safe)
        total = np.maximum(total - wrong / np.maximum(slope, 1e-12), before)
    return np.asarray(total)


def green_ampt(rain: np.ndarray, rate: np.ndarray, suction: np.ndarray, step: float) -> np.ndarray:
    """Return the depth that runs off in each step, mm, from soils that begin to pond (Mein and Larson 1973).

    Parameters
    ----------
    rain
        Depth in each step, mm, shape (time, node).
    rate
        Hydraulic conductivity, mm/h, shape (node).
    suction
        Suction head times moisture deficit, mm, shape (node).
    step
        Length of a step, s.
    """
    hours = step / 3600.0
    rate, suction = np.broadcast_to(rate, rain.shape[1:]), np.broadcast_to(suction, rain.shape[1:])
    soaked = np.zeros(rain.shape[1:])
    excess = np.zeros_like(rain)
    for number, depth in enumerate(rain):
        intensity = depth / hours
        above = intensity > rate
        # ponding begins where the capacity K (1 + s / F) has fallen to the rain
        point = np.where(above, rate * suction / np.maximum(intensity - rate, 1e-12), np.inf)
        until = np.clip((point - soaked) / np.maximum(intensity, 1e-12), 0.0, hours)
        start = soaked + intensity * until
        ponded = np.minimum(_soak(rate * (hours - until), suction, start), soaked + depth)
        total = np.where(above & (until < hours), ponded, soaked + depth)
        excess[number] = depth - (total - soaked)
        soaked = total
    return np.asarray(np.maximum(excess, 0.0))
