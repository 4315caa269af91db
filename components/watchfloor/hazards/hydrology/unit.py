"""How runoff becomes a hydrograph at the basin's mouth: unit hydrographs."""

import numpy as np

__all__ = ["clark", "kirpich", "peak", "scs"]

_TIMES = np.array(
    [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0,
     2.2, 2.4, 2.6, 2.8, 3.0, 3.2, 3.4, 3.6, 3.8, 4.0, 4.5, 5.0]
)  # fmt: skip
_FLOWS = np.array(
    [0, 0.03, 0.1, 0.19, 0.31, 0.47, 0.66, 0.82, 0.93, 0.99, 1.0, 0.99, 0.93, 0.86, 0.78, 0.68, 0.56, 0.46, 0.39, 0.33, 0.28,
     0.207, 0.147, 0.107, 0.077, 0.055, 0.04, 0.029, 0.021, 0.015, 0.011, 0.005, 0.0]
)  # fmt: skip


def peak(area: float, depth: float, rise: float) -> float:
    """Return the peak of the SCS hydrograph, m^3/s.

    NRCS 2007, National Engineering Handbook 630, chapter 16: ``q = 0.208 A Q / Tp`` (484 in feet, miles and inches).

    Parameters
    ----------
    area
        km^2.
    depth
        Runoff, mm.
    rise
        Time from the beginning to the peak, h.

    Examples
    --------
    >>> peak(10.0, 10.0, 2.0)
    10.4
    """
    return 0.208 * area * depth / rise


def kirpich(length: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Return the time of concentration of small basins, h, from the way of the water, m, and its slope, m/m.

    Kirpich 1940, Civil Engineering 10(6): ``tc = 0.0195 L^0.77 S^-0.385`` in minutes.

    Examples
    --------
    >>> round(float(kirpich(2000.0, 0.02)), 2)
    0.51
    """
    made = (
        0.0195
        / 60.0
        * np.asarray(length, float) ** 0.77
        * np.maximum(np.asarray(slope, float), 1e-4) ** -0.385
    )
    return np.asarray(made)


def scs(area: float, concentration: float, step: float) -> np.ndarray:
    """Return the unit hydrograph of 1 mm that runs off in one step, m^3/s, at the end of each step.

    The dimensionless hydrograph of the National Engineering Handbook 630, table 16-1; ``Tp = step / 2 + 0.6 tc``. It is scaled
    to hold exactly 1 mm.

    Parameters
    ----------
    area
        km^2.
    concentration
        Time of concentration, h.
    step
        Length of a step, s.
    """
    rise = step / 7200.0 + 0.6 * concentration
    count = max(int(np.ceil(5.0 * rise * 3600.0 / step)), 2)
    flows = np.interp(np.arange(1, count + 1) * step / 3600.0 / rise, _TIMES, _FLOWS)
    return _whole(flows, area, step)


def clark(area: float, concentration: float, storage: float, step: float) -> np.ndarray:
    """Return the unit hydrograph of 1 mm that runs off in one step, m^3/s, by Clark's method.

    Clark 1945, Transactions ASCE 110; the basin's time-area curve is that of HEC-HMS (``1.414 t^1.5`` up to half the time of
    concentration), followed by a linear reservoir.

    Parameters
    ----------
    area
        km^2.
    concentration
        Time of concentration, h.
    storage
        Of the linear reservoir, h.
    step
        Length of a step, s.
    """
    hours = step / 3600.0
    count = max(int(np.ceil((concentration + 12.0 * storage) / hours)), 2)
    share = np.clip(np.arange(count + 1) * hours / max(concentration, 1e-9), 0.0, 1.0)
    reached = np.where(share <= 0.5, 2**0.5 * share**1.5, 1.0 - 2**0.5 * (1.0 - share) ** 1.5)
    inflow = np.diff(reached)
    # exact for an inflow that is even within a step; what runs out is the mean of a step
    keep = np.exp(-hours / max(storage, 1e-9))
    held, flows = 0.0, np.zeros(count)
    for number, comes in enumerate(inflow):
        after = held * keep + comes * (1.0 - keep) * storage / hours
        flows[number] = held + comes - after
        held = after
    return _whole(flows, area, step)


def _whole(flows: np.ndarray, area: float, step: float) -> np.ndarray:
    return np.asarray(flows / max(flows.sum(), 1e-12) * area * 1e3 / step)
