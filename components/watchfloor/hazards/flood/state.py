"""What a run of the flood model holds while it runs, and what interventions make of the bed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from watchfloor.hazards.flood.kernel import advance
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.water import NEVER

__all__ = ["State", "begin", "crests"]


OWN = 0.9
"""How much of its discharge a face keeps; 1 lets long waves over deep water ring, 0.8 blurs fronts (de Almeida et al. 2012)."""


@dataclass
class State:
    """Arrays as `kernel.advance` takes them, and volumes so far, m^3."""

    arrays: dict[str, np.ndarray]
    grid: Grid
    now: float = 0.0
    steps: int = 0
    came: float = 0.0
    soaked: float = 0.0
    left: float = 0.0
    held: float = 0.0
    start: float = 0.0
    own: float = OWN

    def forward(self, end: float, courant: float, wet: float, most: int) -> None:
        """Run towards `end`, s, for `most` steps at most."""
        a = self.arrays
        self.now, steps, came, soaked, left, held = advance(
            a["z"], a["h"], a["qx"], a["qy"], a["crest_x"], a["crest_y"], a["friction_x"], a["friction_y"],
            a["source"], a["conductivity"], a["suction"], a["soaked"],
            a["edges"], a["edge_slope"], a["edge_friction"],
            a["stage_rows"], a["stage_columns"], a["stage"],
            a["depth"], a["pace"], a["arrival"], a["duration"],
            self.grid.dx, self.grid.dy, self.now, end, courant, self.own, wet, most,
        )  # fmt: skip
        self.steps += steps
        self.came += came
        self.soaked += soaked
        self.left += left
        self.held += held

    @property
    def balance(self) -> float:
        """Water that is there but should not be, as a share of all that ever was."""
        volume = float(self.arrays["h"].sum()) * self.grid.cell_area
        expected = self.start + self.came - self.soaked - self.left + self.held
        scale = max(self.start + abs(self.came) + max(self.held, 0.0), 1e-9)
        return (volume - expected) / scale


def begin(
    grid: Grid,
    z: np.ndarray,
    h: np.ndarray,
    friction: np.ndarray,
    conductivity: np.ndarray,
    suction: np.ndarray,
    edges: Sequence[bool],
    stage: tuple[np.ndarray, np.ndarray],
) -> State:
    """Return the state at the start of a run; what is given is copied.

    Parameters
    ----------
    grid
        The grid.
    z, h
        Bed and depth, m, shape (y, x).
    friction
        Manning's n, shape (y, x).
    conductivity, suction
        Green-Ampt: m/s; suction head times moisture deficit, m.
    edges
        Whether water leaves over the west, east, first and last edge.
    stage
        Rows and columns of cells of a given level.
    """
    rows, columns = grid.shape
    z = np.array(z, float, order="C")  # a read-only one would be another type, and compiled anew
    n2 = np.square(np.ascontiguousarray(friction, float))
    crest_x, crest_y = crests(z)
    long = max(rows, columns)
    slope, edge_friction = np.full((4, long), 1e-3), np.full((4, long), 1e-3)
    inner = (
        (z[:, 1] - z[:, 0], grid.dx, n2[:, 0]),
        (z[:, -2] - z[:, -1], grid.dx, n2[:, -1]),
        (z[1] - z[0], grid.dy, n2[0]),
        (z[-2] - z[-1], grid.dy, n2[-1]),
    )
    for side, (fall, across, rough) in enumerate(inner):
        # on level or rising ground it leaves as slowly as on a slope of 1 in 1,000
        slope[side, : fall.size] = np.clip(fall / across, 1e-3, 1.0)
        edge_friction[side, : fall.size] = rough
    arrays: dict[str, np.ndarray] = {
        "z": z,
        "h": np.array(h, float, order="C"),
        "qx": np.zeros((rows, columns + 1), np.float32),
        "qy": np.zeros((rows + 1, columns), np.float32),
        "crest_x": crest_x,
        "crest_y": crest_y,
        "friction_x": ((n2[:, 1:] + n2[:, :-1]) / 2).astype(np.float32),
        "friction_y": ((n2[1:] + n2[:-1]) / 2).astype(np.float32),
        "source": np.zeros(grid.shape),
        "conductivity": np.array(conductivity, np.float32, order="C"),
        "suction": np.array(suction, np.float32, order="C"),
        "soaked": np.zeros(grid.shape),
        "edges": np.array(edges, float),
        "edge_slope": slope,
        "edge_friction": edge_friction,
        "stage_rows": np.asarray(stage[0], np.int64),
        "stage_columns": np.asarray(stage[1], np.int64),
        "stage": np.zeros((2, len(stage[0]))),
        "depth": np.array(h, np.float32, order="C"),
        "pace": np.zeros(grid.shape, np.float32),
        "arrival": np.full(grid.shape, NEVER),
        "duration": np.zeros(grid.shape),
    }
    state = State(arrays, grid)
    state.start = float(arrays["h"].sum()) * grid.cell_area
    return state


def crests(z: np.ndarray, raised: Sequence[tuple[np.ndarray, float]] = ()) -> tuple[np.ndarray, np.ndarray]:
    """Return the bed of the faces between columns and between rows, m: the higher side, and levees upon it.

    Parameters
    ----------
    z
        Bed, m, shape (y, x).
    raised
        Cells on which a levee stands, and its height over the ground, m.
    """
    x, y = np.maximum(z[:, 1:], z[:, :-1]), np.maximum(z[1:], z[:-1])
    for cells, height in raised:
        top = np.where(cells, z + height, -np.inf)
        x = np.maximum(x, np.maximum(top[:, 1:], top[:, :-1]))
        y = np.maximum(y, np.maximum(top[1:], top[:-1]))
    return np.ascontiguousarray(x), np.ascontiguousarray(y)
