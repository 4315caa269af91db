"""The local inertial equations on a raster, written so that the compiler turns every row into vector instructions.

Bates, Horritt and Fewtrell 2010 (doi:10.1016/j.jhydrol.2010.03.027), each face sharing a tenth of its discharge with those before and
after it (de Almeida et al. 2012, doi:10.1029/2011WR011570), without which deep water rings; with friction solved exactly instead of
semi-implicitly: of ``q + k q|q| = q*`` with ``k = g dt n^2 / h^(7/3)``, the root is ``2 q* / (1 + sqrt(1 + 4 k |q*|))``.
Outflow of a cell is cut to the water that it holds, so that no depth is negative and no water is made.

Arrays are C-contiguous float64 (friction float32): cells (ny, nx), faces between columns (ny, nx - 1), between rows (ny - 1, nx);
discharges have the faces at the edges too.
"""

from math import sqrt

import numpy as np
from numba import njit

from watchfloor.hazards.water import GRAVITY, NEVER, cube_root

__all__ = ["SHALLOW", "advance", "edge_flow"]

SHALLOW = 1e-5
"""Depth below which nothing flows, m."""
SLOW = 0.03
"""Depth below which no speed is told, m: there it is noise."""


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _flux(z0, h0, z1, h1, crest, friction, before, old, after, q, own, dt, across):  # type: ignore[no-untyped-def]
    """Bring the discharge through a row of faces forward by a step, m^2/s.

    What slows it, and how fast it may be at all, is found in single precision: divisions and roots are most of the work, and
    both sides of a face get the same discharge whatever its last bits are.
    """
    slope = GRAVITY * dt / across
    weight = np.float32(4.0 * GRAVITY * dt)
    one, two, gravity = np.float32(1.0), np.float32(2.0), np.float32(GRAVITY)
    third = np.float32(1.0 / 3.0)
    for i in range(q.size):
        high = z0[i] + h0[i]
        low = z1[i] + h1[i]
        depth = max(max(high, low) - crest[i], 0.0)
        mine = old[i]
        # a face through which nothing flows is a wall, with which nothing is shared
        left = before[i] if before[i] != 0.0 else mine
        right = after[i] if after[i] != 0.0 else mine
        wish = own * mine + 0.5 * (1.0 - own) * (left + right) - slope * depth * (low - high)
        safe = np.float32(max(depth, SHALLOW))
        # the cube root of the depth, as one number over another: a third of the bits is a guess within 4 %, Halley's step
        # brings it within 5e-5, and its division is that of the friction
        bits = np.int32(np.float32(safe.view(np.int32)) * third + np.float32(709921077.0))
        guess = bits.view(np.float32)
        cube = guess * guess * guess
        below = safe * safe * guess * (cube + two * safe)
        rough = weight * friction[i] * np.float32(abs(wish)) * (two * cube + safe) / below
        flow = wish * np.float64(two / (one + np.sqrt(one + rough)))
        critical = np.float64(safe * np.sqrt(gravity * safe))
        flow = min(max(flow, -critical), critical)
        q[i] = flow if depth > SHALLOW else 0.0


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _short(h, west, east, north, south, ax, ay):  # type: ignore[no-untyped-def]
    """Return how much the cell of a row lacks that can pay its outflow least, m; not below zero is enough."""
    least = 1.0
    for i in range(h.size):
        out = (max(east[i], 0.0) - min(west[i], 0.0)) * ax + (max(south[i], 0.0) - min(north[i], 0.0)) * ay
        least = min(least, h[i] - out)
    return least


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _share(h, west, east, north, south, ax, ay, share):  # type: ignore[no-untyped-def]
    """Tell what part of its outflow each cell of a row can pay."""
    for i in range(h.size):
        out = (max(east[i], 0.0) - min(west[i], 0.0)) * ax + (max(south[i], 0.0) - min(north[i], 0.0)) * ay
        share[i] = min(1.0, h[i] / max(out, 1e-300))


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _cut(q, share0, share1):  # type: ignore[no-untyped-def]
    """Cut the discharge through a row of faces to what the cell that it leaves can pay."""
    for i in range(q.size):
        # both are read, so that no branch is left: a load that depends on a sign is no vector instruction
        q[i] = max(q[i], 0.0) * share0[i] + min(q[i], 0.0) * share1[i]


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _move(h, source, west, east, north, south, dt, ax, ay):  # type: ignore[no-untyped-def]
    """Move the water of a row and add what falls and flows in; return that depth, summed."""
    came = 0.0
    for i in range(h.size):
        here = h[i] + (west[i] - east[i]) * ax + (north[i] - south[i]) * ay
        wet = max(here + source[i] * dt, 0.0)
        came += wet - here
        h[i] = wet
    return came


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _soak(h, conductivity, suction, soaked, dt):  # type: ignore[no-untyped-def]
    """Let the water of a row soak away (Green and Ampt 1911); return the depth that went, summed."""
    went = 0.0
    for i in range(h.size):
        thirst = np.float64(np.float32(suction[i]) / np.float32(max(soaked[i], 1e-4)))
        down = min(conductivity[i] * dt * (1.0 + thirst), h[i])
        went += down
        soaked[i] += down
        h[i] -= down
    return went


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _peak(h, west, east, north, south, depth, pace):  # type: ignore[no-untyped-def]
    """Keep the greatest depth and the square of twice the greatest speed of a row; return its greatest depth."""
    most = 0.0
    for i in range(h.size):
        here = h[i]
        most = max(most, here)
        depth[i] = max(depth[i], here)
        x = west[i] + east[i]
        y = north[i] + south[i]
        told = max(here, SLOW)
        # faces are held at Froude 1 in either direction; so is what is told of a cell that is shallower than they are
        fast = min((x * x + y * y) / (told * told), 8.0 * GRAVITY * told)
        pace[i] = max(pace[i], fast if here > SLOW else 0.0)
    return most


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _pass(h, source, west, east, north, south, dt, ax, ay, depth, pace):  # type: ignore[no-untyped-def]
    """Move the water of a row and keep its maxima at once, as `_move` and `_peak`, where no soil drinks."""
    came = 0.0
    most = 0.0
    for i in range(h.size):
        here = h[i] + (west[i] - east[i]) * ax + (north[i] - south[i]) * ay
        wet = max(here + source[i] * dt, 0.0)
        came += wet - here
        h[i] = wet
        most = max(most, wet)
        depth[i] = max(depth[i], wet)
        x = west[i] + east[i]
        y = north[i] + south[i]
        told = max(wet, SLOW)
        fast = min((x * x + y * y) / (told * told), 8.0 * GRAVITY * told)
        pace[i] = max(pace[i], fast if wet > SLOW else 0.0)
    return came, most


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _note(h, now, dt, wet, arrival, duration):  # type: ignore[no-untyped-def]
    """Keep when the cells of a row were first wet, and for how long."""
    for i in range(h.size):
        flooded = h[i] > wet
        arrival[i] = min(arrival[i], now if flooded else NEVER)
        duration[i] += dt if flooded else 0.0


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def edge_flow(h, slope, friction, out):  # type: ignore[no-untyped-def]
    """Return the discharge that leaves over an open edge as steady flow on its slope (Manning), m^2/s."""
    for i in range(h.size):
        safe = max(h[i], SHALLOW)
        root = cube_root(safe)
        flow = safe * root * root * sqrt(slope[i]) / sqrt(friction[i])
        flow = min(flow, safe * sqrt(GRAVITY * safe))
        out[i] = flow if h[i] > SHALLOW else 0.0


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def advance(  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915  one compiled loop; parts of it would be compiled into it anyway
    z, h, qx, qy, crest_x, crest_y, friction_x, friction_y,
    source, conductivity, suction, soaked,
    edges, edge_slope, edge_friction,
    stage_rows, stage_columns, stage,
    depth, pace, arrival, duration,
    dx, dy, start, end, courant, own, wet, most_steps,
):  # fmt: skip
    """Run from `start` to `end` s, or for `most_steps` steps; everything but bed, crests and friction is changed.

    Parameters
    ----------
    z, h
        Bed and depth of cells, m.
    qx, qy
        Discharge through the faces before, between and after columns (eastward) and rows (towards higher rows), m^2/s.
    crest_x, crest_y, friction_x, friction_y
        Bed of the faces, m, levees included, and Manning's n squared.
    source
        Rain and inflow, m/s; may be negative (pumps).
    conductivity, suction, soaked
        Green-Ampt: m/s; suction head times moisture deficit, m; depth soaked away so far, m.
    edges
        Four numbers, west, east, first row, last row: 1 lets water leave, 0 is a wall.
    edge_slope, edge_friction
        For the four edges, (4, max(ny, nx)): slope of the steady flow that leaves, Manning's n squared.
    stage_rows, stage_columns, stage
        Cells whose water level is given, and that level, m, at `start` and at `end`: (2, cells).
    depth, pace, arrival, duration
        Greatest depth, m, and four times its speed squared, m^2/s^2; first time, s, and time, s, with more than `wet` m of water.
    courant
        Share of the stable step that is taken.
    own
        How much of its discharge a face keeps, where 1 less this is shared with the faces before and after it
        (theta of de Almeida et al. 2012).

    Returns
    -------
    tuple
        Time reached, s; steps taken; volumes, m^3: rained and flowed in, soaked away, left over edges, and through
        cells of a given level.
    """
    rows, columns = h.shape
    share = np.ones((2, columns))
    side = np.zeros(max(rows, columns))
    along = np.zeros(columns + 1)
    across = np.zeros((2, columns))
    area = dx * dy
    came = went = left = held = 0.0
    now = start
    steps = 0
    deep = 0.0
    thirsty = False
    for j in range(rows):
        for i in range(columns):
            deep = max(deep, h[j, i])
            thirsty = thirsty or conductivity[j, i] > 0.0
    while now < end and steps < most_steps:
        dt = courant * min(dx, dy) / sqrt(GRAVITY * max(deep, 0.01))
        dt = min(dt, end - now)
        ax, ay = dt / dx, dt / dy
        now += dt
        if edges[0] > 0:
            edge_flow(h[:, 0].copy(), edge_slope[0, :rows], edge_friction[0, :rows], side)
            qx[:, 0] = -side[:rows]
        if edges[1] > 0:
            edge_flow(h[:, columns - 1].copy(), edge_slope[1, :rows], edge_friction[1, :rows], side)
            qx[:, columns] = side[:rows]
        if edges[2] > 0:
            edge_flow(h[0], edge_slope[2, :columns], edge_friction[2, :columns], side)
            qy[0] = -side[:columns]
        if edges[3] > 0:
            edge_flow(h[rows - 1], edge_slope[3, :columns], edge_friction[3, :columns], side)
            qy[rows] = side[:columns]
        deep = 0.0
        tight = False  # whether a cell of the row before cannot pay its outflow
        # one way through the grid: a row's discharge is found while the row before it is moved, so that all stays in the cache
        for j in range(rows + 1):
            m = j & 1
            w = 1 - m
            short = False
            if j < rows:
                along[:] = qx[j]
                _flux(
                    z[j, :-1], h[j, :-1], z[j, 1:], h[j, 1:], crest_x[j], friction_x[j],
                    along[:-2], along[1:-1], along[2:], qx[j, 1:-1], own, dt, dx,
                )  # fmt: skip
                if j < rows - 1:
                    # what went through the faces before in the last step is kept, as they are a step ahead already
                    across[m] = qy[j + 1]
                    _flux(
                        z[j], h[j], z[j + 1], h[j + 1], crest_y[j], friction_y[j],
                        across[w] if j > 0 else qy[0], across[m], qy[j + 2], qy[j + 1], own, dt, dy,
                    )  # fmt: skip
                short = _short(h[j], qx[j, :-1], qx[j, 1:], qy[j], qy[j + 1], ax, ay) < 0.0
                if short:
                    _share(h[j], qx[j, :-1], qx[j, 1:], qy[j], qy[j + 1], ax, ay, share[m])
                    _cut(qx[j, 1:-1], share[m, :-1], share[m, 1:])
                    qx[j, 0] *= share[m, 0]
                    qx[j, columns] *= share[m, columns - 1]
                if short or tight:
                    if not short:
                        share[m] = 1.0
                    if not tight:
                        share[w] = 1.0
                    # what goes to or comes from the row before; beyond the first row there is none that pays
                    _cut(qy[j], share[w] if j > 0 else share[m], share[m])
                if short and j == rows - 1:
                    qy[rows] *= share[m]
            if j > 0:
                r = j - 1
                if thirsty:
                    came += _move(h[r], source[r], qx[r, :-1], qx[r, 1:], qy[r], qy[j], dt, ax, ay) * area
                    went += _soak(h[r], conductivity[r], suction[r], soaked[r], dt) * area
                    deep = max(deep, _peak(h[r], qx[r, :-1], qx[r, 1:], qy[r], qy[j], depth[r], pace[r]))
                else:
                    gain, most = _pass(
                        h[r], source[r], qx[r, :-1], qx[r, 1:], qy[r], qy[j], dt, ax, ay, depth[r], pace[r]
                    )
                    came += gain * area
                    deep = max(deep, most)
                _note(h[r], now, dt, wet, arrival[r], duration[r])
                left += dt * dy * (qx[r, columns] - qx[r, 0])
            tight = short
        for i in range(columns):
            left += dt * dx * (qy[rows, i] - qy[0, i])
        part = (now - start) / max(end - start, 1e-9)
        for c in range(stage_rows.size):
            j = stage_rows[c]
            i = stage_columns[c]
            level = stage[0, c] + part * (stage[1, c] - stage[0, c])
            fresh = max(level - z[j, i], 0.0)
            held += (fresh - h[j, i]) * area
            h[j, i] = fresh
            deep = max(deep, fresh)
        steps += 1
    return now, steps, came, went, left, held
