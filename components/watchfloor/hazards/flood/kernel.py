"""The local inertial equations on a raster, written so that the compiler turns every row into vector instructions.

Bates, Horritt and Fewtrell 2010 (doi:10.1016/j.jhydrol.2010.03.027), with friction solved exactly instead of
semi-implicitly: of ``q + k q|q| = q*`` with ``k = g dt n^2 / h^(7/3)``, the root is ``2 q* / (1 + sqrt(1 + 4 k |q*|))``.
Outflow of a cell is cut to the water that it holds, so that no depth is negative and no water is made.

Arrays are C-contiguous float64: cells (ny, nx), faces between columns (ny, nx - 1), faces between rows (ny - 1, nx).
"""

from math import sqrt

import numpy as np
from numba import njit

from watchfloor.hazards.water import GRAVITY, cube_root

__all__ = ["SHALLOW", "advance", "edge_flow"]

SHALLOW = 1e-5
"""Depth below which nothing flows, m."""
SLOW = 0.03
"""Depth below which no speed is told, m: there it is noise."""


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _flux(z0, h0, z1, h1, crest, friction, q, dt, across):  # type: ignore[no-untyped-def]
    """Bring the discharge through a row of faces forward by a step, m^2/s."""
    slope = GRAVITY * dt / across
    for i in range(q.size):
        before = z0[i] + h0[i]
        after = z1[i] + h1[i]
        depth = max(max(before, after) - crest[i], 0.0)
        safe = max(depth, SHALLOW)
        wish = q[i] - slope * depth * (after - before)
        k = GRAVITY * dt * friction[i] / (safe * safe * cube_root(safe))
        flow = 2.0 * wish / (1.0 + sqrt(1.0 + 4.0 * k * abs(wish)))
        critical = safe * sqrt(GRAVITY * safe)
        flow = min(max(flow, -critical), critical)
        q[i] = flow if depth > SHALLOW else 0.0


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _share(h, west, east, north, south, dt, dx, dy, share):  # type: ignore[no-untyped-def]
    """Tell what part of its outflow each cell of a row can pay; return the least."""
    least = 1.0
    for i in range(h.size):
        out = dt * (
            (max(east[i], 0.0) - min(west[i], 0.0)) / dx + (max(south[i], 0.0) - min(north[i], 0.0)) / dy
        )
        part = min(1.0, h[i] / max(out, 1e-300))
        share[i] = part
        least = min(least, part)
    return least


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _cut(q, share0, share1):  # type: ignore[no-untyped-def]
    """Cut the discharge through a row of faces to what the cell that it leaves can pay."""
    for i in range(q.size):
        # both are read, so that no branch is left: a load that depends on a sign is no vector instruction
        q[i] = max(q[i], 0.0) * share0[i] + min(q[i], 0.0) * share1[i]


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _move(h, west, east, north, south, dt, dx, dy):  # type: ignore[no-untyped-def]
    """Move the water of a row."""
    for i in range(h.size):
        h[i] += dt * ((west[i] - east[i]) / dx + (north[i] - south[i]) / dy)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _soak(h, source, conductivity, suction, soaked, dt):  # type: ignore[no-untyped-def]
    """Add rain to a row and let it soak away (Green and Ampt 1911); return the depths that came and went, summed."""
    came = 0.0
    went = 0.0
    for i in range(h.size):
        gain = source[i] * dt
        wet = max(h[i] + gain, 0.0)
        room = conductivity[i] * dt * (1.0 + suction[i] / max(soaked[i], 1e-4))
        down = min(room, wet)
        came += wet - h[i]
        went += down
        soaked[i] += down
        h[i] = wet - down
    return came, went


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _note(h, west, east, north, south, now, dt, wet, depth, speed, arrival, duration):  # type: ignore[no-untyped-def]
    """Keep the maxima of a row, when it was first wet, and for how long; return its greatest depth."""
    most = 0.0
    for i in range(h.size):
        here = h[i]
        most = max(most, here)
        depth[i] = max(depth[i], here)
        x = 0.5 * (west[i] + east[i])
        y = 0.5 * (north[i] + south[i])
        fast = sqrt(x * x + y * y) / max(here, SLOW)
        speed[i] = max(speed[i], fast if here > SLOW else 0.0)
        flooded = here > wet
        arrival[i] = min(arrival[i], now if flooded else 1e300)
        duration[i] += dt if flooded else 0.0
    return most


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
    depth, speed, arrival, duration,
    dx, dy, start, end, courant, wet, most_steps,
):  # fmt: skip
    """Run from `start` to `end` s, or for `most_steps` steps; everything but bed, crests and friction is changed.

    Parameters
    ----------
    z, h
        Bed and depth of cells, m.
    qx, qy
        Discharge through the faces between columns (eastward) and rows (towards higher rows), m^2/s.
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
    depth, speed, arrival, duration
        Greatest depth, m, and speed, m/s; first time, s, and time, s, with more than `wet` m of water.
    courant
        Share of the stable step that is taken.

    Returns
    -------
    tuple
        Time reached, s; steps taken; volumes, m^3: rained and flowed in, soaked away, left over edges, and through
        cells of a given level.
    """
    rows, columns = h.shape
    share = np.empty((rows, columns))
    side = np.zeros((2, rows))
    top = np.zeros((2, columns))
    west = np.zeros(columns)
    east = np.zeros(columns)
    area = dx * dy
    came = 0.0
    went = 0.0
    left = 0.0
    held = 0.0
    now = start
    steps = 0
    deep = 0.0
    for j in range(rows):
        for i in range(columns):
            deep = max(deep, h[j, i])
    while now < end and steps < most_steps:
        dt = courant * min(dx, dy) / sqrt(GRAVITY * max(deep, 0.01))
        dt = min(dt, end - now)
        for j in range(rows):
            _flux(z[j, :-1], h[j, :-1], z[j, 1:], h[j, 1:], crest_x[j], friction_x[j], qx[j], dt, dx)
        for j in range(rows - 1):
            _flux(z[j], h[j], z[j + 1], h[j + 1], crest_y[j], friction_y[j], qy[j], dt, dy)
        if edges[0] > 0:
            edge_flow(h[:, 0].copy(), edge_slope[0, :rows], edge_friction[0, :rows], side[0])
        if edges[1] > 0:
            edge_flow(h[:, columns - 1].copy(), edge_slope[1, :rows], edge_friction[1, :rows], side[1])
        if edges[2] > 0:
            edge_flow(h[0], edge_slope[2, :columns], edge_friction[2, :columns], top[0])
        if edges[3] > 0:
            edge_flow(h[rows - 1], edge_slope[3, :columns], edge_friction[3, :columns], top[1])
        least = 1.0
        for j in range(rows):
            west[0] = -side[0, j]
            west[1:] = qx[j]
            east[:-1] = qx[j]
            east[columns - 1] = side[1, j]
            north = -top[0] if j == 0 else qy[j - 1]
            south = top[1] if j == rows - 1 else qy[j]
            least = min(least, _share(h[j], west, east, north, south, dt, dx, dy, share[j]))
        for j in range(rows if least < 1.0 else 0):
            _cut(qx[j], share[j, :-1], share[j, 1:])
            side[0, j] *= share[j, 0]
            side[1, j] *= share[j, columns - 1]
        for j in range(rows - 1 if least < 1.0 else 0):
            _cut(qy[j], share[j], share[j + 1])
        for i in range(columns if least < 1.0 else 0):
            top[0, i] *= share[0, i]
            top[1, i] *= share[rows - 1, i]
        now += dt
        deep = 0.0
        for j in range(rows):
            west[0] = -side[0, j]
            west[1:] = qx[j]
            east[:-1] = qx[j]
            east[columns - 1] = side[1, j]
            north = -top[0] if j == 0 else qy[j - 1]
            south = top[1] if j == rows - 1 else qy[j]
            _move(h[j], west, east, north, south, dt, dx, dy)
            rained, down = _soak(h[j], source[j], conductivity[j], suction[j], soaked[j], dt)
            came += rained * area
            went += down * area
            deep = max(
                deep,
                _note(
                    h[j], west, east, north, south, now, dt, wet, depth[j], speed[j], arrival[j], duration[j]
                ),
            )
            left += dt * dy * (side[0, j] + side[1, j])
        for i in range(columns):
            left += dt * dx * (top[0, i] + top[1, i])
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
