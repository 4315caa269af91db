"""Where the fault broke: its size from the magnitude, and how far a place is from it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Rupture", "rupture_length", "rupture_width"]


def rupture_length(magnitude: Any) -> Any:
    """Return the length of a rupture below ground, km (Wells and Coppersmith 1994, doi:10.1785/BSSA0840040974, table 2A, all).

    Examples
    --------
    >>> round(float(rupture_length(7.0)), 1)
    49.0
    """
    return 10.0 ** (-2.44 + 0.59 * magnitude)


def rupture_width(magnitude: Any) -> Any:
    """Return the width of a rupture down its plane, km (the same)."""
    return 10.0 ** (-1.01 + 0.32 * magnitude)


@dataclass(frozen=True)
class Rupture:
    """A rectangle of a fault, or a point where its direction is not known.

    Parameters
    ----------
    x, y
        Of the focus, metres in the site's system; the plane is centred on it, but does not come out of the ground.
    depth
        Of the focus, km.
    length, width
        km; 0 is a point.
    strike, dip
        Degrees: direction of the fault clockwise from north, and its fall to the right of it.

    Examples
    --------
    >>> plane = Rupture(0.0, 0.0, 10.0, 40.0, 10.0, strike=0.0, dip=90.0)
    >>> above, rupture, focus = plane.distances(np.array([0.0, 30_000.0]), np.array([0.0, 0.0]))
    >>> above.tolist(), rupture.round(2).tolist()
    ([0.0, 30.0], [5.0, 30.41])
    """

    x: float
    y: float
    depth: float
    length: float = 0.0
    width: float = 0.0
    strike: float = 0.0
    dip: float = 90.0

    def distances(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return distances, km: to the surface above the rupture (Joyner-Boore), to the rupture, and to the focus.

        Parameters
        ----------
        x, y
            Metres, of shapes that go together: points, or a row of columns and a column of rows.
        """
        east, north = (np.asarray(x, float) - self.x) / 1000.0, (np.asarray(y, float) - self.y) / 1000.0
        focus = np.sqrt(east**2 + north**2 + self.depth**2)
        if self.length <= 0.0:
            above = np.hypot(east, north)
            return above, focus, focus
        turn, fall = np.radians(self.strike), np.radians(self.dip)
        along = east * np.sin(turn) + north * np.cos(turn)
        across = east * np.cos(turn) - north * np.sin(turn)
        # the plane hangs at the focus; where its middle would lift its upper edge out of the ground it is let down
        top = max(self.depth - self.width / 2.0 * np.sin(fall), 0.0)
        left = (top - self.depth) / np.tan(fall) if fall < np.pi / 2 - 1e-6 else 0.0
        reach = self.width * np.cos(fall)
        beside = np.maximum(np.abs(along) - self.length / 2.0, 0.0)
        outside = np.maximum(np.maximum(left - across, across - left - reach), 0.0)
        above = np.hypot(beside, outside)
        # nearest point of the plane's cross-section, a line from (left, top) that falls to the right
        down = (
            np.clip(((across - left) * np.cos(fall) - top * np.sin(fall)) / self.width, 0.0, 1.0) * self.width
        )
        section = np.hypot(across - left - down * np.cos(fall), top + down * np.sin(fall))
        return above, np.hypot(beside, section), focus
