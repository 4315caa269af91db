"""What a run of the dam break model holds while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from watchfloor.hazards.dambreak.kernel import advance
from watchfloor.hazards.water import NEVER

__all__ = ["State", "begin"]


@dataclass
class State:
    """Arrays as `kernel.advance` takes them, with a ring of one cell around them, and volumes so far, m^3."""

    arrays: dict[str, np.ndarray]
    dx: float
    dy: float
    grip: float = 0.0
    thick: float = 0.0
    now: float = 0.0
    steps: int = 0
    again: int = 0
    came: float = 0.0
    left: float = 0.0
    start: float = 0.0

    def forward(self, end: float, courant: float = 0.7, wet: float = 0.05, most: int = 10**9) -> None:
        """Run towards `end`, s, for `most` steps at most."""
        a = self.arrays
        self.now, steps, came, left, again = advance(
            a["z"], a["h"], a["hu"], a["hv"], a["n2"], a["source"], a["edges"],
            a["depth"], a["speed"], a["hazard"], a["arrival"], a["duration"], a["spare"],
            self.dx, self.dy, self.now, end, courant, wet, self.grip, self.thick, most,
        )  # fmt: skip
        self.steps += steps
        self.again += again
        self.came += came
        self.left += left

    def inner(self, name: str) -> np.ndarray:
        """Return an array without its ring; it may be written to."""
        return self.arrays[name][1:-1, 1:-1]

    @property
    def volume(self) -> float:
        """Water on the ground, m^3."""
        return float(self.inner("h").sum()) * self.dx * self.dy

    @property
    def balance(self) -> float:
        """Water that is there but should not be, as a share of all that ever was."""
        return (self.volume - (self.start + self.came - self.left)) / max(self.start + self.came, 1e-9)


def begin(
    z: np.ndarray,
    h: np.ndarray,
    n: np.ndarray,
    cell: tuple[float, float],
    edges: Sequence[bool] = (False, False, False, False),
    grip: float = 0.0,
    thick: float = 0.0,
) -> State:
    """Return the state at the start of a run; what is given is copied.

    Parameters
    ----------
    z, h, n
        Bed, m, depth, m, and Manning's n, shape (y, x).
    cell
        Width and height of a cell, m.
    edges
        Whether water leaves over the west, east, first and last edge.
    grip
        Yield stress over density, m^2/s^2.
    thick
        Viscous drag times the depth squared, m^2/s.
    """

    def ring(values: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(np.pad(np.asarray(values, float), 1, mode="edge"))

    shape = (z.shape[0] + 2, z.shape[1] + 2)
    arrays = {
        "z": ring(z),
        "h": ring(h),
        "hu": np.zeros(shape),
        "hv": np.zeros(shape),
        "n2": ring(np.square(n)),
        "source": np.zeros(shape),
        "edges": np.array(edges, float),
        "depth": ring(h),
        "speed": np.zeros(shape),
        "hazard": np.zeros(shape),
        "arrival": np.full(shape, NEVER),
        "duration": np.zeros(shape),
        "spare": np.zeros((3, *shape)),
    }
    state = State(arrays, *cell, grip=grip, thick=thick)
    state.start = state.volume
    return state
