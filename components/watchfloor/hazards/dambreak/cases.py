"""Cases with a known answer, computed with the model's own kernel."""

from math import pi, sqrt

import numpy as np

from watchfloor.hazards.dambreak.breach import Breach, drawdown, weir
from watchfloor.hazards.dambreak.state import State, begin
from watchfloor.hazards.reference import Reference
from watchfloor.hazards.water import GRAVITY

__all__ = ["REFERENCES", "bowl", "heap", "island", "ritter", "stoker", "uniform"]


def _dam(high: float, low: float, cell: float, half: float, until: float) -> tuple[np.ndarray, State]:
    """Return the cells' distance from a dam that is gone at once, m, and the state after a time."""
    count = int(2 * half / cell)
    x = (np.arange(count) + 0.5) * cell - half
    h = np.tile(np.where(x < 0, high, low), (3, 1))
    state = begin(np.zeros_like(h), h, np.zeros_like(h), (cell, cell))
    state.forward(until)
    return x, state


def ritter(cell: float = 5.0, depth: float = 5.0, until: float = 20.0) -> tuple[float, float, float]:
    """Return the depth at the dam, m, how far 0.1 m has come, m, and the root mean square error, m.

    Ritter 1892: ``h = (2 sqrt(g h0) - x / t)^2 / (9 g)`` between ``-t sqrt(g h0)`` and ``2 t sqrt(g h0)``.
    """
    x, state = _dam(depth, 0.0, cell, 500.0, until)
    wave = sqrt(GRAVITY * depth)
    exact = np.clip(2 * wave - x / until, 0.0, 3 * wave) ** 2 / (9 * GRAVITY)
    found = state.inner("h")[1]
    front = float(np.interp(-0.1, -found[x > 0], x[x > 0]))
    return float(np.interp(0.0, x, found)), front, float(np.sqrt(np.mean((found - exact) ** 2)))


def stoker(cell: float = 2.5) -> tuple[float, float, float]:
    """Return the depth, m, and speed, m/s, behind the bore of a break of 5 m into 1 m, and the bore's speed, m/s."""
    x, state = _dam(5.0, 1.0, cell, 500.0, 40.0)
    found, speed = state.inner("h")[1], state.inner("hu")[1] / state.inner("h")[1]
    middle = int(np.argmin(np.abs(x - 100.0)))
    bore = float(np.interp(-1.77, -found[x > 150], x[x > 150])) / 40.0
    return float(found[middle]), float(speed[middle]), bore


def shallow() -> tuple[float, float, float]:
    """Return the depth, m, and speed, m/s, behind the bore of a break of 5 mm into 1 mm, and the bore's speed, m/s.

    The case of SWASHES: 10 m long, after 6 s.
    """
    count = 2000
    x = (np.arange(count) + 0.5) * 0.005 - 5.0
    h = np.tile(np.where(x < 0, 0.005, 0.001), (3, 1))
    state = begin(np.zeros_like(h), h, np.zeros_like(h), (0.005, 0.005))
    state.forward(6.0)
    found, speed = state.inner("h")[1], state.inner("hu")[1] / state.inner("h")[1]
    middle = int(np.argmin(np.abs(x - 0.5)))
    bore = float(np.interp(-0.00177, -found[x > 0.8], x[x > 0.8])) / 6.0
    return float(found[middle]), float(speed[middle]), bore


def bowl(cells: int, turns: float = 1.0) -> tuple[float, float]:
    """Return the error of the depth, as a share of the water, and the balance after turns of a tilted lake in a bowl.

    Thacker 1981, doi:10.1017/S0022112081001882: a plane surface goes round in a paraboloid without friction for ever.
    """
    width, deep, tilt = 1.0, 0.1, 0.5
    cell = 4.0 / cells
    x, y = np.meshgrid(*[(np.arange(cells) + 0.5) * cell - 2.0] * 2)
    z = -deep * (1 - (x * x + y * y) / width**2)
    turn = sqrt(2 * GRAVITY * deep) / width
    exact = np.maximum(tilt * deep / width**2 * (2 * x - tilt) - z, 0.0)
    state = begin(z, exact, np.zeros_like(z), (cell, cell))
    state.inner("hv")[:] = exact * tilt * turn
    state.forward(turns * 2 * pi / turn)
    return float(np.abs(state.inner("h") - exact).sum() / exact.sum()), abs(state.balance)


def island() -> float:
    """Return the greatest change of depth, m, and discharge, m^2/s, in an hour in a lake around an island."""
    x, y = np.meshgrid(np.linspace(-1, 1, 40), np.linspace(-1, 1, 30))
    z = 6 * np.exp(-8 * (x * x + y * y)) + np.random.default_rng(1).random(x.shape)
    state = begin(z, np.maximum(4 - z, 0.0), np.full(z.shape, 0.03), (10.0, 10.0))
    before = state.inner("h").copy()
    state.forward(3600.0)
    return float(max(np.abs(state.inner("h") - before).max(), np.abs(state.inner("hu")).max()))


def uniform(slope: float = 0.02, n: float = 0.03, flow: float = 2.0) -> float:
    """Return the depth, m, in the middle of a plane down which 2 m^2/s flow for long enough to be steady."""
    cells, cell = 60, 10.0
    z = np.tile((cells - np.arange(cells)) * cell * slope, (3, 1))
    state = begin(z, np.zeros_like(z), np.full(z.shape, n), (cell, cell), (False, True, False, False))
    state.inner("source")[:, 0] = flow / cell
    state.forward(1200.0)
    return float(state.inner("h")[1, cells // 2])


def heap(over: float, grip: float = 2.0) -> float:
    """Return how far a heap with a yield stress has run beyond its foot, m, after a minute.

    Liu and Mei 1989, doi:10.1017/S0022112089002685: at rest ``h dh/dx = tau / (rho g)``, so ``h^2 = 2 tau / (rho g) (l - x)``.
    `over` times that depth is put down; at 1 or less it does not move.
    """
    x = (np.arange(200) + 0.5) * 0.5
    h = np.tile(over * np.sqrt(np.maximum(2 * grip / GRAVITY * (60.0 - x), 0.0)), (3, 1))
    state = begin(np.zeros_like(h), h, np.zeros_like(h), (0.5, 0.5), grip=grip)
    state.forward(60.0)
    found = state.inner("h")[1]
    return float(x[found > 0.02].max() - 60.0)


def emptied() -> float:
    """Return the depth, m, in a basin with upright walls an hour after a breach of 20 m is there at once."""
    means = drawdown(4e6, 10.0, Breach(20.0, 0.0, 0.0), shape=1.0, edges=np.linspace(0, 3600.0, 61))
    return 10.0 * (1.0 - float(means.sum()) * 60.0 / 4e6)


_SWASHES = "Stoker 1957, Water Waves; Delestre et al. 2013 (SWASHES), doi:10.1002/fld.3741, section 4.1.1"
_RITTER = "Ritter 1892; Delestre et al. 2013 (SWASHES), doi:10.1002/fld.3741, section 4.1.2"

REFERENCES = (
    Reference("Break over dry ground: depth at the dam, 4/9 of 5 m", 20 / 9, lambda: ritter(2.5)[0], _RITTER, rtol=0.01, units="m"),
    Reference("Break over dry ground: where 0.1 m deep after 20 s", 20 * (2 * sqrt(5 * GRAVITY) - 3 * sqrt(0.1 * GRAVITY)),
              lambda: ritter(2.5)[1], _RITTER, rtol=0.03, units="m",
              note="The thin tip of a front over dry ground is smeared; it comes closer with finer cells."),
    Reference("Break of 5 m into 1 m: depth behind the bore", 2.53936, lambda: stoker()[0], _SWASHES, rtol=1e-3, units="m"),
    Reference("Break of 5 m into 1 m: speed behind the bore", 4.02425, lambda: stoker()[1], _SWASHES, rtol=1e-3, units="m/s"),
    Reference("Break of 5 m into 1 m: speed of the bore", 6.6385, lambda: stoker()[2], _SWASHES, rtol=5e-3, units="m/s"),
    Reference("Break of 5 mm into 1 mm: depth, m, and speed, m/s, behind the bore", (0.00253936, 0.12728), lambda: shallow()[:2],
              _SWASHES, rtol=1e-3),
    Reference("Break of 5 mm into 1 mm: speed of the bore", 0.20996, lambda: shallow()[2], _SWASHES, rtol=5e-3, units="m/s"),
    Reference("Lake goes round in a bowl: error after one turn, 80 cells", 0.0, lambda: bowl(80)[0],
              "Thacker 1981, doi:10.1017/S0022112081001882", rtol=0, atol=0.04, units="1"),
    Reference("Lake goes round in a bowl: water made or lost", 0.0, lambda: bowl(40)[1], "Conservation", rtol=0, atol=1e-12),
    Reference("Lake around an island: greatest change in an hour", 0.0, island, "Definition; Audusse et al. 2004", rtol=0, atol=1e-11),
    Reference("Steady flow down a plane", (2.0 * 0.03 / sqrt(0.02)) ** 0.6, uniform, "Manning: q = h^(5/3) sqrt(S) / n", rtol=2e-3,
              units="m"),
    Reference("Heap at its yield stress: how far it runs", 0.0, lambda: heap(0.98), "Liu and Mei 1989, doi:10.1017/S0022112089002685",
              rtol=0, atol=0.51, units="m"),
    Reference("Basin with upright walls an hour after a breach of 20 m",
              (10**-0.5 + (2 / 3) ** 1.5 * sqrt(GRAVITY) * 20 / (2 * 4e5) * 3600) ** -2, emptied,
              "Critical flow over a broad crest, integrated", rtol=1e-3, units="m"),
    Reference("Weir of 10 m under 2 m", 48.2, lambda: weir(2.0, 10.0, 0.0),
              "Q = (2/3)^(3/2) sqrt(g) b H^(3/2) = 1.705 b H^(3/2)", rtol=2e-3, units="m^3/s"),
)  # fmt: skip
"""Asserted by the tests and by ``watchfloor verify``."""
