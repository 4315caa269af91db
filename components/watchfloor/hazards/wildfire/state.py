"""One fire: it is lit, it grows, and what it left behind is read."""

from dataclasses import dataclass, field

import numpy as np

from watchfloor.hazards.progress import Progress
from watchfloor.hazards.wildfire.growth import NEVER, burn, light
from watchfloor.hazards.wildfire.landscape import Ground, Weather
from watchfloor.hazards.wildfire.stencil import REACH, Stencil

__all__ = ["Fire"]

_CHUNK = 20_000
"""Cells between two looks at whether the run is still wanted: well under a second."""
_SLOTS = 8
"""Periods of weather for which the pace of the cells near the front is held."""


@dataclass
class Fire:
    """What a run of the model holds while it runs; arrays have a rim of `REACH` cells, see `growth.burn`.

    Parameters
    ----------
    ground, weather, ways
        Where, in what weather, and along which ways.
    rows
        As `fuels.table` returned it.
    shape
        Rows and columns without the rim.
    factor
        Of the rate of spread everywhere.
    breaks
        As `measures.breaks` returned them.
    """

    ground: Ground
    weather: Weather
    ways: Stencil
    rows: np.ndarray
    shape: tuple[int, int]
    factor: float
    breaks: tuple[np.ndarray, np.ndarray, np.ndarray]
    arrival: np.ndarray = field(init=False)
    found: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        size = self.ground.fuel.size
        self.arrival = np.where(self.ground.fuel > 0, NEVER, -1.0)
        self.found = np.zeros((3, size), np.float32)
        self._via = np.full(size, -1, np.int16)
        self._heap = np.empty(size, np.int32)
        self._place = np.full(size, -1, np.int32)
        slots = min(max(self.weather.ends.size, 2), _SLOTS)
        # zeros, which the system gives page by page: only what the fire touches takes memory
        self._pace = np.zeros((slots, size, 4), np.float32)
        self._heats = np.empty((slots, size), np.float32)
        self._state = np.zeros(2, np.int64)

    def light(self, where: np.ndarray, when: np.ndarray) -> None:
        """Light cells, by their flat numbers without the rim, at times in s."""
        columns = self.shape[1]
        rimmed = (where // columns + REACH) * (columns + 2 * REACH) + where % columns + REACH
        light(
            rimmed.astype(np.int64),
            when,
            self.ground.fuel,
            self.arrival,
            self._heap,
            self._place,
            self._state,
        )

    def grow(self, until: float, progress: Progress | None = None) -> None:
        """Let it burn until a time, s."""
        now, w, s = 0.0, self.weather, self.ways
        while now >= 0.0:
            if progress is not None:
                progress.at(now / until)
            now = burn(
                self.rows, self.ground.fuel, self.ground.slope, self.ground.height,
                w.beds, w.moisture, w.wind, w.factor, w.of_factor, self.factor, w.ends, until,
                s.offset, s.length, s.x, s.y, s.first, s.cell, s.part, s.corner, *self.breaks,
                self.arrival, self._via, self._heap, self._place, self._pace, self._heats,
                self.found[0], self.found[1], self.found[2], self._state, _CHUNK,
            )  # fmt: skip

    def inner(self, values: np.ndarray) -> np.ndarray:
        """Return an array of cells as a map without the rim."""
        rows, columns = self.shape
        return values.reshape(rows + 2 * REACH, columns + 2 * REACH)[REACH:-REACH, REACH:-REACH]
