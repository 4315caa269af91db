"""What stands below the feet: the shear-wave speed of the upper 30 m, from the slope where nobody measured it."""

import numpy as np

from watchfloor.hazards.grid import Grid

__all__ = ["ACTIVE", "STABLE", "WATER", "from_slope", "ground_slope"]

ACTIVE: tuple[tuple[float, float], ...] = (
    (3.0e-4, 180.0), (3.5e-3, 240.0), (0.010, 300.0), (0.018, 360.0), (0.05, 490.0), (0.10, 620.0), (0.14, 760.0),
)  # fmt: skip
"""Slope, m/m, and Vs30, m/s, in active crust (Allen and Wald 2009, doi:10.1785/0120080255, for slopes over 30 seconds)."""
STABLE: tuple[tuple[float, float], ...] = (
    (2.0e-5, 180.0), (2.0e-3, 240.0), (4.0e-3, 300.0), (7.2e-3, 360.0), (0.013, 490.0), (0.018, 620.0), (0.025, 760.0),
)  # fmt: skip
"""The same on stable continents (Wald and Allen 2007, doi:10.1785/0120060267)."""
WATER = 600.0
"""What the global map of the USGS has under water, m/s (usgs/earthquake-global_vs30)."""
LEAST, MOST = 180.0, 900.0
_SPACING = 900.0


def from_slope(slope: np.ndarray, *, stable: bool = False) -> np.ndarray:
    """Return Vs30, m/s, of the ground's slope, m/m, between the table's lines in logarithms.

    Examples
    --------
    >>> from_slope(np.array([0.0, 0.018, 0.5])).round().tolist()
    [180.0, 360.0, 900.0]
    """
    table = np.log(np.array(STABLE if stable else ACTIVE))
    log = np.log(np.maximum(slope, 1e-6))
    made = np.interp(log, table[:, 0], table[:, 1])
    steep = (table[-1, 1] - table[-2, 1]) / (table[-1, 0] - table[-2, 0])
    made = made + np.maximum(log - table[-1, 0], 0.0) * steep
    return np.asarray(np.clip(np.exp(made), LEAST, MOST))


def ground_slope(elevation: np.ndarray, grid: Grid) -> np.ndarray:
    """Return the slope, m/m, over about 900 m (30 seconds), shape (y, x).

    The tables were made for slopes over that distance; those of finer cells are steeper and would make rock of hills.

    Parameters
    ----------
    elevation
        Metres, shape (y, x).
    grid
        Its grid.
    """
    from scipy.ndimage import uniform_filter

    rows, columns = (max(1, round(_SPACING / step)) for step in (grid.dy, grid.dx))
    rows, columns = min(rows, grid.shape[0]), min(columns, grid.shape[1])
    smooth = uniform_filter(np.asarray(elevation, float), (rows, columns), mode="nearest")
    north, east = np.gradient(smooth, grid.dy, grid.dx)
    return np.asarray(np.hypot(east, north))
