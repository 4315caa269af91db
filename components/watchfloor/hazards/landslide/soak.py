"""How the soil's water rises and falls through a run, and when it is too much: all times in one pass over the map."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit

from watchfloor.hazards.landslide.drainage import gathered

__all__ = ["Soak"]

_CHUNK = 4_000_000
"""Cells times moments between two looks at whether the run is still wanted: well under a tenth of a second."""


@dataclass(frozen=True, eq=False)
class Soak:
    """The water that rain brings to each cell, at each moment that is looked at.

    Parameters
    ----------
    moments
        Seconds.
    fading
        What is left at each of them of the water at the start.
    levels
        By which flow and water are multiplied at each moment.
    flows
        Through a metre of contour, m^2/d: (moments, y, x), or (1, y, x) where only the level changes.
    fallen
        Depth of water that the soil remembers, m: (moments, y, x), or (1, 1, x) where only the level changes.
    """

    moments: np.ndarray
    fading: np.ndarray
    levels: np.ndarray
    flows: np.ndarray
    fallen: np.ndarray

    @classmethod
    def of(
        cls,
        moments: np.ndarray,
        water: np.ndarray,
        memory: float,
        height: np.ndarray,
        cells: np.ndarray,
        dx: float,
        dy: float,
    ) -> "Soak":
        """Gather the rain that feeds the soil.

        Parameters
        ----------
        moments
            Seconds.
        water
            Rain that feeds the soil at each, mm/h: (moments,) or (moments, y, x).
        memory
            h.
        height, cells, dx, dy
            See `drainage.gathered`.
        """
        # mm/h over square metres, through the width of a cell, in m^2/d
        unit = 0.024 * np.sqrt(dx * dy)
        keep = memory / 1000.0
        fading = np.exp(-moments / 3600.0 / memory)
        if water.ndim == 1:
            area = gathered(height, np.ones(height.shape), cells, dx, dy)
            fallen = np.full((1, 1, height.shape[1]), keep)
            return cls(moments, fading, water.astype(float), unit * area[None], fallen)
        flows = np.stack([unit * gathered(height, one, cells, dx, dy) for one in water])
        return cls(moments, fading, np.ones(moments.size), flows, np.ascontiguousarray(keep * water))

    def rise(
        self,
        first: np.ndarray,
        conducts: np.ndarray,
        store: np.ndarray,
        most: np.ndarray,
        *,
        rain: np.ndarray,
        caps: np.ndarray,
        until: float,
        told: Callable[[float], object] | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the greatest wetness of each cell, and when it first is too much.

        Parameters
        ----------
        first
            Wetness at the start.
        conducts
            What the ground lets down its slope, m^2/d.
        store
            Depth of water that the soil takes up, m.
        most
            Wetness from which it slides.
        rain
            Factor of the rain at each moment.
        caps
            Wetness that drains leave: (moments, y, x), or (1, 1, x).
        until
            Told where it never is too much.
        told
            Takes the part that is done.
        """
        shape = first.shape
        wettest, arrival = np.zeros(shape), np.full(shape, until)
        ends = np.minimum(self.moments, until)
        given = (self.fading, self.levels * rain, ends)
        maps = [
            np.ascontiguousarray(np.broadcast_to(one, shape), np.float64)
            for one in (first, conducts, store, most)
        ]
        step = max(1, _CHUNK // max(1, shape[1] * self.moments.size))
        for row in range(0, shape[0], step):
            if told is not None:
                told(row / shape[0])
            _rise(  # type: ignore[call-arg]
                row,
                min(row + step, shape[0]),
                *given,
                self.flows,
                self.fallen,
                caps,
                *maps,
                until,
                wettest,
                arrival,
            )
        return wettest, arrival

    def wetness(
        self,
        number: int,
        first: np.ndarray,
        conducts: np.ndarray,
        store: np.ndarray,
        rain: float,
        caps: np.ndarray,
    ) -> np.ndarray:
        """Return the wetness at one moment."""
        level = float(self.levels[number]) * rain
        flow = self.flows[number if self.flows.shape[0] > 1 else 0]
        fallen = self.fallen[number if self.fallen.shape[0] > 1 else 0]
        cap = caps[number if caps.shape[0] > 1 else 0]
        gained = np.minimum(level * flow / conducts, level * fallen / store)
        return np.asarray(np.minimum(np.minimum(first * self.fading[number] + gained, 1.0), cap))


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _rise(  # type: ignore[no-untyped-def]
    start,
    end,
    fading,
    levels,
    ends,
    flows,
    fallen,
    caps,
    first,
    conducts,
    store,
    most,
    until,
    wettest,
    arrival,
):
    """Bring rows from `start` to `end` through all moments."""
    for row in range(start, end):
        high, when = wettest[row], arrival[row]
        begin, let, hold, much = first[row], conducts[row], store[row], most[row]
        for n in range(ends.size):
            flow = flows[n if flows.shape[0] > 1 else 0, row]
            deep = fallen[n if fallen.shape[0] > 1 else 0, row if fallen.shape[1] > 1 else 0]
            cap = caps[n if caps.shape[0] > 1 else 0, row if caps.shape[1] > 1 else 0]
            fade, level, now = fading[n], levels[n], ends[n]
            for i in range(high.size):
                gained = level * min(flow[i] / let[i], deep[i] / hold[i])
                wet = min(begin[i] * fade + gained, 1.0, cap[i])
                high[i] = max(high[i], wet)
                when[i] = min(when[i], now if wet >= much[i] else until)
