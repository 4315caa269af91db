"""The local inertial equations on a raster, written so that the compiler turns every row into vector instructions.

Bates, Horritt and Fewtrell 2010 (doi:10.1016/j.jhydrol.2010.03.027), each face sharing a tenth of its discharge with those before and
after it (de Almeida et al. 2012, doi:10.1029/2011WR011570), without which deep water rings; with friction solved exactly instead of
semi-implicitly: of ``q + k q|q| = q*`` with ``k = g dt n^2 / h^(7/3)``, the root is ``2 q* / (1 + sqrt(1 + 4 k |q*|))``.
Outflow of a cell is cut to the water that it holds, so that no depth is negative and no water is made.

What must be exact is in double precision: bed, depth, the difference of two levels, and the sum of what flows into a cell.
Discharges are in single precision, as are the roots and divisions that they need: both sides of a face get the same one
whatever its last bits are. Loops take one or the other: a loop over both would be as slow as one over doubles alone.

Arrays are C-contiguous: cells (ny, nx), faces between columns (ny, nx - 1), between rows (ny - 1, nx); discharges have the faces
at the edges too. They are indexed by row and never sliced, as a slice costs as much as some ten cells.
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
_THIN, _SLOW, _STEEP = np.float32(SHALLOW), np.float32(SLOW), np.float32(8.0 * GRAVITY)
_NONE, _HALF, _ONE, _TWO, _G = (np.float32(value) for value in (0.0, 0.5, 1.0, 2.0, GRAVITY))
_THIRD, _TWO_NINTHS, _LAST = (np.float32(value) for value in (1 / 3, 2 / 9, 14 / 81))
_MAGIC = np.float32(1419900000.0)
_SPARE, _LESS, _LITTLE = np.float32(1.000001), np.float32(0.999999), np.float32(1e-30)
"""What is paid out is less than what is held by more than single precision may be wrong."""


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy", forceinline=True)  # type: ignore[misc]
def _through(fall, deep, friction, left, mine, right, own, shared, slope, weight):  # type: ignore[no-untyped-def]
    """Return the discharge through a face after a step, m^2/s, in single precision.

    `fall` is the level beyond less the level before, `deep` the higher of both over the face's crest.
    """
    # a face through which nothing flows is a wall, with which nothing is shared
    left = left if left != _NONE else mine
    right = right if right != _NONE else mine
    wish = own * mine + shared * (left + right) - slope * max(deep, _NONE) * fall
    safe = np.float32(max(deep, _THIN))
    # one over the cube root: a third of the bits, taken off, is a guess within 4 %; three terms of the binomial series of what
    # it lacks bring it within 2e-5, without a division
    bits = np.int32(_MAGIC - np.float32(safe.view(np.int32)) * _THIRD)
    root = bits.view(np.float32)
    lack = _ONE - safe * root * root * root
    root = root + root * lack * (_THIRD + lack * (_TWO_NINTHS + lack * _LAST))
    square = root * root
    rough = weight * friction * abs(wish) * (square * square * square * root)
    flow = wish * (_TWO / (_ONE + np.sqrt(_ONE + rough)))
    critical = safe * np.sqrt(_G * safe)
    flow = min(max(flow, -critical), critical)
    return flow if deep > _THIN else _NONE


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy", forceinline=True)  # type: ignore[misc]
def _beside(level, crest, fall, deep, m, j):  # type: ignore[no-untyped-def]
    """Find differences of level and depths at the faces within a row."""
    for i in range(crest.shape[1]):
        here = level[m, i]
        there = level[m, i + 1]
        fall[i] = np.float32(there - here)
        deep[i] = np.float32(max(here, there) - crest[j, i])


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy", forceinline=True)  # type: ignore[misc]
def _below(z, h, level, pool, crest, fall, deep, m, w, p, j):  # type: ignore[no-untyped-def]
    """Find differences of level and depths at the faces between a row and the next, whose levels and depths are kept."""
    for i in range(crest.shape[1]):
        here = level[m, i]
        held = h[j + 1, i]
        there = z[j + 1, i] + held
        level[w, i] = there
        pool[p, i] = np.float32(held)
        fall[i] = np.float32(there - here)
        deep[i] = np.float32(max(here, there) - crest[j, i])


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy", forceinline=True)  # type: ignore[misc]
def _eastward(qx, along, fall, deep, friction, j, own, shared, slope, weight):  # type: ignore[no-untyped-def]
    """Bring the discharges within a row forward by a step."""
    for i in range(along.size):
        along[i] = qx[j, i]
    for i in range(friction.shape[1]):
        qx[j, i + 1] = _through(
            fall[i], deep[i], friction[j, i], along[i], along[i + 1], along[i + 2], own, shared, slope, weight
        )


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy", forceinline=True)  # type: ignore[misc]
def _onward(qy, across, fall, deep, friction, m, w, j, own, shared, slope, weight):  # type: ignore[no-untyped-def]
    """Bring the discharges from a row to the next forward by a step; what they were is kept for the row after."""
    for i in range(friction.shape[1]):
        mine = qy[j + 1, i]
        across[m, i] = mine
        qy[j + 1, i] = _through(
            fall[i], deep[i], friction[j, i], across[w, i], mine, qy[j + 2, i], own, shared, slope, weight
        )


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy", forceinline=True)  # type: ignore[misc]
def _out(qx, qy, i, j, ax, ay):  # type: ignore[no-untyped-def]
    """Return what flows out of a cell in a step, m."""
    return (max(qx[j, i + 1], _NONE) - min(qx[j, i], _NONE)) * ax + (
        max(qy[j + 1, i], _NONE) - min(qy[j, i], _NONE)
    ) * ay


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy", forceinline=True)  # type: ignore[misc]
def _short(pool, qx, qy, p, j, ax, ay):  # type: ignore[no-untyped-def]
    """Tell whether a cell of a row cannot pay its outflow."""
    least = _ONE
    for i in range(pool.shape[1]):
        least = min(least, pool[p, i] - _SPARE * _out(qx, qy, i, j, ax, ay))
    return least < _NONE


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _share(pool, qx, qy, p, j, ax, ay, share, m):  # type: ignore[no-untyped-def]
    """Tell what part of its outflow each cell of a row can pay, and cut what leaves it within the row to that."""
    columns = pool.shape[1]
    for i in range(columns):
        share[m, i] = min(_ONE, _LESS * pool[p, i] / max(_out(qx, qy, i, j, ax, ay), _LITTLE))
    qx[j, 0] *= share[m, 0]
    qx[j, columns] *= share[m, columns - 1]
    for i in range(columns - 1):
        # both are read, so that no branch is left: a load that depends on a sign is no vector instruction
        q = qx[j, i + 1]
        qx[j, i + 1] = max(q, _NONE) * share[m, i] + min(q, _NONE) * share[m, i + 1]


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _cut(qy, share, w, m, j):  # type: ignore[no-untyped-def]
    """Cut the discharges from the row before to what the cell that they leave can pay."""
    for i in range(qy.shape[1]):
        q = qy[j, i]
        qy[j, i] = max(q, _NONE) * share[w, i] + min(q, _NONE) * share[m, i]


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy", forceinline=True)  # type: ignore[misc]
def _came(h, qx, qy, i, r, ax, ay):  # type: ignore[no-untyped-def]
    """Return the depth of a cell with what flows in and out; in double precision, as both sides must agree."""
    x = np.float64(qx[r, i]) - np.float64(qx[r, i + 1])
    y = np.float64(qy[r, i]) - np.float64(qy[r + 1, i])
    return h[r, i] + x * ax + y * ay


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy", forceinline=True)  # type: ignore[misc]
def _move(h, source, qx, qy, fresh, r, dt, ax, ay):  # type: ignore[no-untyped-def]
    """Move the water of a row and add what falls and flows in; return that depth, summed."""
    came = 0.0
    for i in range(fresh.size):
        here = _came(h, qx, qy, i, r, ax, ay)
        wet = max(here + source[r, i] * dt, 0.0)
        came += wet - here
        h[r, i] = wet
        fresh[i] = np.float32(wet)
    return came


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy", forceinline=True)  # type: ignore[misc]
def _soak(h, source, conductivity, suction, soaked, qx, qy, fresh, r, dt, ax, ay):  # type: ignore[no-untyped-def]
    """Move the water of a row as `_move`, and let it soak away (Green and Ampt 1911); return both depths, summed."""
    came = 0.0
    went = 0.0
    for i in range(fresh.size):
        here = _came(h, qx, qy, i, r, ax, ay)
        wet = max(here + source[r, i] * dt, 0.0)
        came += wet - here
        drunk = soaked[r, i]
        thirst = np.float64(suction[r, i] / np.float32(max(drunk, 1e-4)))
        down = min(conductivity[r, i] * dt * (1.0 + thirst), wet)
        went += down
        soaked[r, i] = drunk + down
        h[r, i] = wet - down
        fresh[i] = np.float32(wet - down)
    return came, went


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy", forceinline=True)  # type: ignore[misc]
def _tell(fresh, pool, p, qx, qy, depth, pace, r, limit):  # type: ignore[no-untyped-def]
    """Keep the greatest depth and the square of twice the greatest speed of a row.

    Returns its greatest depth, and a number that is positive if no cell passed the limit of what counts as flooded.
    """
    most = _NONE
    turned = _ONE
    for i in range(fresh.size):
        here = fresh[i]
        most = max(most, here)
        depth[r, i] = max(depth[r, i], here)
        turned = min(turned, (here - limit) * (pool[p, i] - limit))
        x = qx[r, i] + qx[r, i + 1]
        y = qy[r, i] + qy[r + 1, i]
        told = max(here, _SLOW)
        # faces are held at Froude 1 in either direction; so is what is told of a cell that is shallower than they are
        fast = min((x * x + y * y) / (told * told), _STEEP * told)
        pace[r, i] = max(pace[r, i], fast if here > _SLOW else _NONE)
    return most, turned


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _turn(was, fresh, arrival, duration, limit, begun, now):  # type: ignore[no-untyped-def]
    """Note a cell that was not flooded before a step and is after it, or the other way round.

    While it is flooded, its duration lacks the time at which that began.
    """
    if fresh > limit and not was > limit:
        return min(arrival, now), duration - begun
    if was > limit and not fresh > limit:
        return arrival, duration + begun
    return arrival, duration


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
        Bed and depth of cells, m, float64.
    qx, qy
        Discharge through the faces before, between and after columns (eastward) and rows (towards higher rows), m^2/s, float32.
    crest_x, crest_y, friction_x, friction_y
        Bed of the faces, m, levees included, float64, and Manning's n squared, float32.
    source
        Rain and inflow, m/s, float64; may be negative (pumps).
    conductivity, suction, soaked
        Green-Ampt: m/s, float32; suction head times moisture deficit, m, float32; depth soaked away so far, m, float64.
    edges
        Four numbers, west, east, first row, last row: 1 lets water leave, 0 is a wall.
    edge_slope, edge_friction
        For the four edges, (4, max(ny, nx)): slope of the steady flow that leaves, Manning's n squared.
    stage_rows, stage_columns, stage
        Cells whose water level is given, and that level, m, at `start` and at `end`: (2, cells).
    depth, pace, arrival, duration
        Greatest depth, m, and four times its speed squared, m^2/s^2, float32; first time, s, and time, s, with more than `wet` m
        of water, float64.
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
    share = np.ones((2, columns), np.float32)
    side = np.zeros(max(rows, columns))
    along = np.zeros(columns + 1, np.float32)
    across = np.zeros((2, columns), np.float32)
    level = np.zeros((2, columns))
    pool = np.zeros((3, columns), np.float32)
    fresh = np.zeros(columns, np.float32)
    fall = np.zeros(columns, np.float32)
    deepness = np.zeros(columns, np.float32)
    limit = np.float32(wet)
    keep = np.float32(own)
    shared = _HALF * (_ONE - keep)
    area = dx * dy
    came = went = left = held = 0.0
    now = start
    steps = 0
    deep = _NONE
    thirsty = False
    for j in range(rows):
        for i in range(columns):
            deep = max(deep, np.float32(h[j, i]))
            thirsty = thirsty or conductivity[j, i] > 0.0
            arrival[j, i], duration[j, i] = _turn(
                _NONE, np.float32(h[j, i]), arrival[j, i], duration[j, i], limit, start, start
            )
    while now < end and steps < most_steps:
        dt = courant * min(dx, dy) / sqrt(GRAVITY * max(np.float64(deep), 0.01))
        dt = min(dt, end - now)
        ax, ay = dt / dx, dt / dy
        bx, by = np.float32(ax), np.float32(ay)
        slope_x, slope_y = np.float32(GRAVITY * ax), np.float32(GRAVITY * ay)
        weight = np.float32(4.0 * GRAVITY * dt)
        begun = now
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
        deep = _NONE
        tight = False  # whether a cell of the row before cannot pay its outflow
        for i in range(columns):
            level[0, i] = z[0, i] + h[0, i]
            pool[0, i] = np.float32(h[0, i])
            across[1, i] = qy[0, i]
        # one way through the grid: a row's discharge is found while the row before it is moved, so that all stays in the cache
        for j in range(rows + 1):
            m = j & 1
            w = 1 - m
            short = False
            if j < rows:
                _beside(level, crest_x, fall, deepness, m, j)
                _eastward(qx, along, fall, deepness, friction_x, j, keep, shared, slope_x, weight)
                if j < rows - 1:
                    _below(z, h, level, pool, crest_y, fall, deepness, m, w, (j + 1) % 3, j)
                    _onward(qy, across, fall, deepness, friction_y, m, w, j, keep, shared, slope_y, weight)
                short = _short(pool, qx, qy, j % 3, j, bx, by)
                if short:
                    _share(pool, qx, qy, j % 3, j, bx, by, share, m)
                if short or tight:
                    if not short:
                        share[m] = _ONE
                    if not tight:
                        share[w] = _ONE
                    # what goes to or comes from the row before; beyond the first row there is none that pays
                    _cut(qy, share, w if j > 0 else m, m, j)
                if short and j == rows - 1:
                    _cut(qy, share, m, m, rows)
            if j > 0:
                r = j - 1
                if thirsty:
                    gain, loss = _soak(h, source, conductivity, suction, soaked, qx, qy, fresh, r, dt, ax, ay)
                    went += loss * area
                else:
                    gain = _move(h, source, qx, qy, fresh, r, dt, ax, ay)
                came += gain * area
                most, turned = _tell(fresh, pool, r % 3, qx, qy, depth, pace, r, limit)
                deep = max(deep, most)
                if turned <= _NONE:
                    for i in range(columns):
                        arrival[r, i], duration[r, i] = _turn(
                            pool[r % 3, i], fresh[i], arrival[r, i], duration[r, i], limit, begun, now
                        )
                left += dt * dy * (np.float64(qx[r, columns]) - np.float64(qx[r, 0]))
            tight = short
        for i in range(columns):
            left += dt * dx * (np.float64(qy[rows, i]) - np.float64(qy[0, i]))
        part = (now - start) / max(end - start, 1e-9)
        for c in range(stage_rows.size):
            j = stage_rows[c]
            i = stage_columns[c]
            water = max(stage[0, c] + part * (stage[1, c] - stage[0, c]) - z[j, i], 0.0)
            arrival[j, i], duration[j, i] = _turn(
                np.float32(h[j, i]), np.float32(water), arrival[j, i], duration[j, i], limit, now, now
            )
            held += (water - h[j, i]) * area
            h[j, i] = water
            deep = max(deep, np.float32(water))
        steps += 1
    for j in range(rows):
        for i in range(columns):
            # what is flooded now was so until now
            _, duration[j, i] = _turn(
                np.float32(h[j, i]), _NONE, arrival[j, i], duration[j, i], limit, now, now
            )
    return now, steps, came, went, left, held
