"""The weather of the story: a hot dry start, a gale, then rain bands that cross the island from west to east."""

from typing import Any

import numpy as np
from place import EAST, NORTH, WEST, generator
from scipy import ndimage
from terrain import noise

__all__ = ["END", "STEP", "TIMES", "Rain", "humidity", "temperature", "wind"]

END = 259_200
"""Length of the story in seconds."""
STEP = 600
TIMES = np.arange(0, END, STEP)
HOURS = TIMES / 3600.0
PULSES = (
    (20.6, 5.0, 1.0),
    (26.0, 11.5, 1.8),
    (31.6, 8.0, 1.5),
    (37.0, 19.5, 1.7),
    (44.8, 24.5, 1.9),
    (49.2, 2.5, 1.4),
)
"""Hour at which a band passes the middle of the island, its mean rate in mm/h there, its half-width in hours."""
SPEED = 6.0
"""The bands' speed to the east in m/s."""


class Rain:
    """Rain rate at places over time.

    Parameters
    ----------
    height
        Ground height in metres on a 1 km grid, from which the lifting over the mountains is taken (24, 30).
    """

    def __init__(self, height: Any) -> None:
        self._lift = 0.62 + 1.05 * np.clip(ndimage.gaussian_filter(height, 1.0) / 450.0, 0, 1)
        rng = generator("rain")
        # Showers drift with the band: a strip of noise that is long enough for the whole story.
        self._cell = 500.0
        cols = int((EAST - WEST + SPEED * END) / self._cell) + 8
        self._texture = np.exp(0.42 * noise(rng, (48, cols), self._cell, 9_000, 4))

    def rate(self, x: Any, y: Any) -> Any:
        """Return mm/h at points in local metres, shape (points, times)."""
        x, y = np.atleast_1d(x), np.atleast_1d(y)
        row = np.clip((NORTH - y) / 1000.0 - 0.5, 0, 23)
        col = np.clip((x - WEST) / 1000.0 - 0.5, 0, 29)
        lift = ndimage.map_coordinates(self._lift, [row, col], order=1, mode="nearest")
        middle = (WEST + EAST) / 2
        delay = (x - middle)[:, None] / SPEED / 3600.0
        clock = HOURS[None, :] - delay
        band = sum(peak * np.exp(-0.5 * ((clock - hour) / width) ** 2) for hour, peak, width in PULSES)
        r = np.broadcast_to(((NORTH - y) / self._cell - 0.5)[:, None], band.shape)
        c = (x[:, None] - WEST + SPEED * (END - TIMES[None, :])) / self._cell
        texture = ndimage.map_coordinates(self._texture, [r, c], order=1, mode="nearest")
        rate = band * texture * lift[:, None]
        return np.where(rate < 0.15, 0.0, rate)

    def grid(self) -> tuple[Any, Any, Any]:
        """Return x, y and rate on the 1 km grid, cells in rows from the north-west."""
        x, y = np.meshgrid(WEST + 500.0 + 1000.0 * np.arange(30), NORTH - 500.0 - 1000.0 * np.arange(24))
        return x.ravel(), y.ravel(), self.rate(x.ravel(), y.ravel())


def wind(exposure: float, rng: np.random.Generator) -> Any:
    """Return 10-minute wind speed in m/s at a mast; `exposure` is 1 in the town and more on a ridge."""
    base = np.interp(HOURS, [0, 3, 10, 17, 21, 23.5, 26.5, 29, 31, 34, 40, 46, 54, 72],
                     [5.5, 7.5, 8.0, 5.0, 5.5, 13.0, 19.5, 15.5, 7.0, 5.2, 7.5, 6.5, 4.0, 2.8])  # fmt: skip
    rough = ndimage.gaussian_filter1d(rng.standard_normal(len(HOURS)), 1.2) * 1.6
    return np.maximum(base * exposure * (1 + 0.16 * rough), 0.2)


def temperature(height: float, rng: np.random.Generator) -> Any:
    """Return air temperature in degC at a height in metres."""
    base = np.interp(
        HOURS, [0, 6, 12, 18, 21, 26, 40, 60, 72], [36.4, 37.6, 37.0, 35.2, 30.0, 25.5, 22.4, 21.5, 22.5]
    )
    return base - 6.5e-3 * height + 0.25 * ndimage.gaussian_filter1d(rng.standard_normal(len(HOURS)), 2.0)


def humidity(rng: np.random.Generator) -> Any:
    """Return relative humidity in percent."""
    base = np.interp(HOURS, [0, 5, 12, 18, 21, 24, 28, 46, 60, 72], [24, 17, 19, 28, 62, 84, 95, 97, 90, 82])
    return np.clip(base + 1.2 * ndimage.gaussian_filter1d(rng.standard_normal(len(HOURS)), 2.0), 8, 100)
