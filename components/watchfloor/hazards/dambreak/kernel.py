"""The shallow water equations on a raster, with shocks: dam breaks, bores, dry fronts, steep valleys.

Second order in space and time (MUSCL-Hancock, minmod), HLL with the contact wave for the transverse speed (Toro 2001,
Shock-Capturing Methods for Free-Surface Shallow Flows), hydrostatic reconstruction (Audusse et al. 2004,
doi:10.1137/S1064827503431090): a lake at rest stays at rest, and no depth becomes negative. Friction is solved exactly:
of ``q + k q|q| = q*`` with ``k = g dt n^2 / h^(7/3)``, the root is ``2 q* / (1 + sqrt(1 + 4 k |q*|))``; a yield stress
takes ``dt tau / rho`` off the discharge and viscosity divides it (O'Brien, Julien and Fullerton 1993,
doi:10.1061/(ASCE)0733-9429(1993)119:2(244)).

Arrays are C-contiguous float64 of shape (ny + 2, nx + 2): the cells, and one ring around them that is kept at will.
Every row is worked on by functions without branches, so that the compiler makes vector instructions of them.
"""

from math import sqrt

import numpy as np
from numba import njit

from watchfloor.hazards.water import GRAVITY, NEVER, cube_root

__all__ = ["DRY", "SLOW", "advance"]

DRY = 1e-6
"""Depth below which water has no speed of its own, m."""
SLOW = 0.03
"""Depth below which no speed is told, m: there it is noise."""
_LOOK = 16
"""Steps between two looks at where the water is."""


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _speeds(h, hu, hv, n2, u, v, drag, dx, dy):  # type: ignore[no-untyped-def]
    """Set the speeds of a row and its drag, 1/s; return the most cells that a wave crosses in a second."""
    most = 0.0
    for i in range(h.size):
        safe = max(h[i], DRY)
        share = h[i] / (safe * safe)
        x = hu[i] * share
        y = hv[i] * share
        u[i] = x
        v[i] = y
        wave = sqrt(GRAVITY * h[i])
        fast = sqrt(x * x + y * y)
        drag[i] = GRAVITY * n2[i] * fast / (safe * cube_root(safe))
        most = max(most, (abs(x) + wave) / dx + (abs(y) + wave) / dy)
    return most


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _slope(before, here, after, out):  # type: ignore[no-untyped-def]
    """Set the change across a cell: the smaller of both sides', none at a peak (minmod)."""
    for i in range(here.size):
        a = here[i] - before[i]
        b = after[i] - here[i]
        out[i] = max(min(a, b), 0.0) + min(max(a, b), 0.0)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _bed_slope(z0, h0, z1, h1, z2, h2, depth, out):  # type: ignore[no-untyped-def]
    """Set the change of the bed across a cell: that of the water's surface less that of the depth."""
    for i in range(h1.size):
        a = z1[i] + h1[i] - z0[i] - h0[i]
        b = z2[i] + h2[i] - z1[i] - h1[i]
        out[i] = max(min(a, b), 0.0) + min(max(a, b), 0.0) - depth[i]


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _predict(h, u, v, drag, xh, xu, xv, xz, yh, yu, yv, yz, half_x, half_y, grip, thick, hp, up, vp):  # type: ignore[no-untyped-def]
    """Bring depth and speeds of a row forward by half a step, each cell by itself."""
    half = half_x[0]
    ax = half_x[1]
    ay = half_y[1]
    for i in range(h.size):
        here = h[i]
        wet = 1.0 if here > DRY else 0.0
        deep = here - ax * (u[i] * xh[i] + here * xu[i]) - ay * (v[i] * yh[i] + here * yv[i])
        x = u[i] - ax * (u[i] * xu[i] + GRAVITY * (xh[i] + xz[i])) - ay * v[i] * yu[i]
        y = v[i] - ay * (v[i] * yv[i] + GRAVITY * (yh[i] + yz[i])) - ax * u[i] * xv[i]
        safe = max(here, DRY)
        # what slows it, implicit as in the whole step, so that steady flow stays steady
        fast = sqrt(x * x + y * y)
        keep = max(fast - half * grip / safe, 0.0) / max(fast, 1e-12)
        keep = keep / (1.0 + half * (drag[i] + thick / (safe * safe)))
        hp[i] = max(deep, 0.0)
        up[i] = wet * keep * x
        vp[i] = wet * keep * y


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _flux(  # type: ignore[no-untyped-def]
    h0, n0, t0, z0, sh0, sn0, st0, sz0, h1, n1, t1, z1, sh1, sn1, st1, sz1, yields, mass, push0, push1, drift
):
    """Set what passes a row of faces, from the lower (0) to the higher (1) side: mass, pushes on both, and drift.

    `n` is the speed across the face, `t` along it; the names with ``s`` are changes across the cells.
    """
    for i in range(mass.size):
        ha = max(h0[i] + 0.5 * sh0[i], 0.0)
        hb = max(h1[i] - 0.5 * sh1[i], 0.0)
        za = z0[i] + 0.5 * sz0[i]
        zb = z1[i] - 0.5 * sz1[i]
        ua = n0[i] + 0.5 * sn0[i]
        ub = n1[i] - 0.5 * sn1[i]
        sill = max(za, zb)
        hl = max(ha + za - sill, 0.0)
        hr = max(hb + zb - sill, 0.0)
        cl = sqrt(GRAVITY * hl)
        cr = sqrt(GRAVITY * hr)
        slow = min(ua - cl, ub - cr)
        fast = max(ua + cl, ub + cr)
        # over dry ground the front runs at twice the wave's speed (Ritter)
        slow = ub - 2.0 * cr if hl <= DRY else slow
        fast = ub + cr if hl <= DRY else fast
        slow = ua - cl if hr <= DRY else slow
        fast = ua + 2.0 * cl if hr <= DRY else fast
        slow = min(slow, 0.0)
        fast = max(fast, 0.0)
        wide = 1.0 / max(fast - slow, 1e-12)
        ql = hl * ua
        qr = hr * ub
        both = slow * fast
        flow = (fast * ql - slow * qr + both * (hr - hl)) * wide
        pl = 0.5 * GRAVITY * hl * hl
        pr = 0.5 * GRAVITY * hr * hr
        thrust = (fast * (ql * ua + pl) - slow * (qr * ub + pr) + both * (qr - ql)) * wide
        moves = abs(n0[i]) + abs(n1[i]) + abs(t0[i]) + abs(t1[i])
        # what is held by its yield stress does not creep
        flow = 0.0 if moves < yields else flow
        mass[i] = flow
        push0[i] = thrust + 0.5 * GRAVITY * ha * ha - pl
        push1[i] = thrust + 0.5 * GRAVITY * hb * hb - pr
        drift[i] = max(flow, 0.0) * (t0[i] + 0.5 * st0[i]) + min(flow, 0.0) * (t1[i] - 0.5 * st1[i])


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _step(  # type: ignore[no-untyped-def]
    h, hu, hv, hp, xz, yz, west, east, north, south,
    west_push, east_push, north_push, south_push, west_drift, east_drift, north_drift, south_drift,
    source, dt, ax, ay, fresh, fresh_u, fresh_v,
):  # fmt: skip
    """Set depth and discharge of a row after a step without friction; return the least depth."""
    least = 0.0
    for i in range(h.size):
        deep = h[i] - ax * (east[i] - west[i]) - ay * (south[i] - north[i]) + dt * source[i]
        least = min(least, deep)
        fresh[i] = max(deep, 0.0)
        weight = GRAVITY * hp[i]
        fresh_u[i] = (
            hu[i]
            - ax * (east_push[i] - west_push[i] + weight * xz[i])
            - ay * (south_drift[i] - north_drift[i])
        )
        fresh_v[i] = (
            hv[i]
            - ay * (south_push[i] - north_push[i] + weight * yz[i])
            - ax * (east_drift[i] - west_drift[i])
        )
    return least


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _slow(h, hu, hv, n2, dt, grip, thick):  # type: ignore[no-untyped-def]
    """Slow a row down: yield stress, viscosity, and turbulent friction, each exactly."""
    for i in range(h.size):
        safe = max(h[i], DRY)
        total = sqrt(hu[i] * hu[i] + hv[i] * hv[i])
        left = max(total - dt * grip, 0.0) / (1.0 + dt * thick / (safe * safe))
        k = GRAVITY * dt * n2[i] / (safe * safe * cube_root(safe))
        share = left / max(total, 1e-30) * 2.0 / (1.0 + sqrt(1.0 + 4.0 * k * left))
        share = share if h[i] > DRY else 0.0
        hu[i] *= share
        hv[i] *= share


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _note(h, hu, hv, now, dt, wet, depth, speed, hazard, arrival, duration):  # type: ignore[no-untyped-def]
    """Keep the maxima of a row, when it was first wet, and for how long."""
    for i in range(h.size):
        here = h[i]
        depth[i] = max(depth[i], here)
        flow = sqrt(hu[i] * hu[i] + hv[i] * hv[i])
        told = here > SLOW
        speed[i] = max(speed[i], flow / max(here, SLOW) if told else 0.0)
        hazard[i] = max(hazard[i], flow if told else 0.0)
        flooded = here > wet
        arrival[i] = min(arrival[i], now if flooded else NEVER)
        duration[i] += dt if flooded else 0.0


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _beyond(h, n, t, z, sh, sn, st, sz, end, sign, out):  # type: ignore[no-untyped-def]
    """Set what lies beyond an edge: what is on this side, with its speed turned back at a wall.

    Over an open edge water leaves, and none comes in. `sign` is 1 where the edge is on the higher side.
    """
    for i in range(h.size):
        speed = n[i] + 0.5 * sign * sn[i]
        leaves = end > 0.0 and speed * sign > 0.0
        out[0, i] = h[i] + 0.5 * sign * sh[i]
        out[1, i] = speed if leaves else -speed
        out[2, i] = t[i] + 0.5 * sign * st[i]
        out[3, i] = z[i] + 0.5 * sign * sz[i]


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _window(h, source, margin):  # type: ignore[no-untyped-def]
    """Return the first and last row and column near water; the last is before the first where all is dry."""
    rows, columns = h.shape[0] - 2, h.shape[1] - 2
    first, last, left, right = rows + 1, 0, columns + 1, 0
    for j in range(1, rows + 1):
        low, high = columns + 1, 0
        for i in range(1, columns + 1):
            if h[j, i] > 0.0 or source[j, i] > 0.0:
                low = min(low, i)
                high = max(high, i)
        if high > 0:
            first = min(first, j)
            last = max(last, j)
            left = min(left, low)
            right = max(right, high)
    return (
        max(first - margin, 1),
        min(last + margin, rows),
        max(left - margin, 1),
        min(right + margin, columns),
    )


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def advance(  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915  one compiled loop; parts of it would be compiled into it anyway
    z, h, hu, hv, n2, source, edges, depth, speed, hazard, arrival, duration, spare,
    dx, dy, start, end, courant, wet, grip, thick, most_steps,
):  # fmt: skip
    """Run from `start` to `end` s, or for `most_steps` steps.

    Parameters
    ----------
    z, h, hu, hv
        Bed and depth, m; discharge along a row and towards higher rows, m^2/s. Shape (ny + 2, nx + 2), changed.
    n2
        Manning's n squared.
    source
        What flows in, m/s, not negative.
    edges
        Four numbers, west, east, first row, last row: 1 lets water leave, 0 is a wall.
    depth, speed, hazard, arrival, duration
        Greatest depth, m, speed, m/s, and depth times speed, m^2/s; first time and time with more than `wet` m, s.
    spare
        Three arrays of the same shape, (3, ny + 2, nx + 2), overwritten.
    courant
        Part of a cell, in both directions together, that the fastest wave crosses in a step.
    grip
        Yield stress over density, m^2/s^2.
    thick
        Viscous drag, times the depth squared, m^2/s.

    Returns
    -------
    tuple
        Time reached, s; steps taken; volumes, m^3: flowed in, and left over edges; steps that were taken again.
    """
    rows, columns = h.shape[0] - 2, h.shape[1] - 2
    u, v, drag = np.zeros(h.shape), np.zeros(h.shape), np.zeros(h.shape)
    bed = np.zeros((2, columns + 2))
    pred = np.zeros((2, 3, columns + 2))
    sx = np.zeros((2, 4, columns + 2))
    sy = np.zeros((2, 4, columns + 2))
    flat = np.zeros((4, columns + 2))
    beyond = np.zeros((4, columns + 2))
    side = np.zeros((4, 1))
    fx = np.zeros((4, columns + 1))
    fy = np.zeros((2, 4, columns + 2))
    half_x, half_y = np.zeros(2), np.zeros(2)
    came = left = 0.0
    steps = again = 0
    now = start
    gush = 0.0
    for j in range(1, rows + 1):
        for i in range(1, columns + 1):
            gush = max(gush, source[j, i])
    yields = 1e-9 if grip > 0.0 else -1.0
    # filling a dry cell makes waves: no more of them than may cross it in a step
    filling = (courant * min(dx, dy) / (2.0 * sqrt(GRAVITY * max(gush, 1e-12)))) ** (2.0 / 3.0)
    j0 = j1 = i0 = i1 = 0
    factor = 1.0
    while now < end and steps < most_steps:
        if steps % _LOOK == 0 and factor == 1.0:
            j0, j1, i0, i1 = _window(h, source, _LOOK + 1)
        if j1 < j0:  # nothing anywhere, and nothing comes
            now = end
            break
        a, b = i0, i1 + 1  # the cells of a row
        pace = 0.0
        for j in range(j0, j1 + 1):
            pace = max(
                pace,
                _speeds(
                    h[j, a:b], hu[j, a:b], hv[j, a:b], n2[j, a:b], u[j, a:b], v[j, a:b], drag[j, a:b], dx, dy
                ),
            )
        floor = 2.0 * sqrt(GRAVITY * 0.01) / min(dx, dy)
        dt = factor * min(courant / max(pace, floor), filling)
        dt = min(dt, end - now)
        ax, ay = dt / dx, dt / dy
        half_x[0], half_x[1], half_y[1] = 0.5 * dt, 0.5 * ax, 0.5 * ay
        # the ring: as its neighbour, with the speed across turned back
        for j in range(j0, j1 + 1):
            for k in range(2):
                own, other = (a, a - 1) if k == 0 else (b - 1, b)
                h[j, other], z[j, other] = (
                    h[j, own],
                    z[j, own] if (other == 0 or other == columns + 1) else z[j, other],
                )
                u[j, other], v[j, other] = -u[j, own], v[j, own]
        for k in range(2):
            own, other = (j0, j0 - 1) if k == 0 else (j1, j1 + 1)
            for i in range(a, b):
                h[other, i] = h[own, i]
                z[other, i] = z[own, i] if (other == 0 or other == rows + 1) else z[other, i]
                u[other, i], v[other, i] = u[own, i], -v[own, i]
        out = 0.0
        least = 0.0
        for j in range(j0, j1 + 2):
            m = j & 1
            w = 1 - m
            if j <= j1:
                p, x, y = pred[m], sx[m], sy[m]
                bed[m, a:b] = z[j, a:b]
                _slope(h[j, a - 1 : b - 1], h[j, a:b], h[j, a + 1 : b + 1], x[0, a:b])
                _slope(u[j, a - 1 : b - 1], u[j, a:b], u[j, a + 1 : b + 1], x[1, a:b])
                _slope(v[j, a - 1 : b - 1], v[j, a:b], v[j, a + 1 : b + 1], x[2, a:b])
                _bed_slope(
                    z[j, a - 1 : b - 1], h[j, a - 1 : b - 1], z[j, a:b], h[j, a:b],
                    z[j, a + 1 : b + 1], h[j, a + 1 : b + 1], x[0, a:b], x[3, a:b],
                )  # fmt: skip
                _slope(h[j - 1, a:b], h[j, a:b], h[j + 1, a:b], y[0, a:b])
                _slope(u[j - 1, a:b], u[j, a:b], u[j + 1, a:b], y[1, a:b])
                _slope(v[j - 1, a:b], v[j, a:b], v[j + 1, a:b], y[2, a:b])
                _bed_slope(
                    z[j - 1, a:b], h[j - 1, a:b], z[j, a:b], h[j, a:b], z[j + 1, a:b], h[j + 1, a:b],
                    y[0, a:b], y[3, a:b],
                )  # fmt: skip
                _predict(
                    h[j, a:b], u[j, a:b], v[j, a:b], drag[j, a:b],
                    x[0, a:b], x[1, a:b], x[2, a:b], x[3, a:b], y[0, a:b], y[1, a:b], y[2, a:b], y[3, a:b],
                    half_x, half_y, grip, thick, p[0, a:b], p[1, a:b], p[2, a:b],
                )  # fmt: skip
            # through the faces between this row and the one before it
            f = fy[m]
            if j == j0:
                p, y = pred[m], sy[m]
                _beyond(
                    p[0, a:b], p[2, a:b], p[1, a:b], bed[m, a:b], y[0, a:b], y[2, a:b], y[1, a:b], y[3, a:b],
                    edges[2] if j == 1 else 0.0, -1.0, beyond[:, a:b],
                )  # fmt: skip
                _flux(
                    beyond[0, a:b], beyond[1, a:b], beyond[2, a:b], beyond[3, a:b],
                    flat[0, a:b], flat[1, a:b], flat[2, a:b], flat[3, a:b],
                    p[0, a:b], p[2, a:b], p[1, a:b], bed[m, a:b], y[0, a:b], y[2, a:b], y[1, a:b], y[3, a:b],
                    yields, f[0, a:b], f[1, a:b], f[2, a:b], f[3, a:b],
                )  # fmt: skip
                for i in range(a, b):
                    out -= f[0, i] * dx
            elif j <= j1:
                p, y, q, t = pred[m], sy[m], pred[w], sy[w]
                _flux(
                    q[0, a:b], q[2, a:b], q[1, a:b], bed[w, a:b], t[0, a:b], t[2, a:b], t[1, a:b], t[3, a:b],
                    p[0, a:b], p[2, a:b], p[1, a:b], bed[m, a:b], y[0, a:b], y[2, a:b], y[1, a:b], y[3, a:b],
                    yields, f[0, a:b], f[1, a:b], f[2, a:b], f[3, a:b],
                )  # fmt: skip
            else:
                p, y = pred[w], sy[w]
                _beyond(
                    p[0, a:b], p[2, a:b], p[1, a:b], bed[w, a:b], y[0, a:b], y[2, a:b], y[1, a:b], y[3, a:b],
                    edges[3] if j1 == rows else 0.0, 1.0, beyond[:, a:b],
                )  # fmt: skip
                _flux(
                    p[0, a:b], p[2, a:b], p[1, a:b], bed[w, a:b], y[0, a:b], y[2, a:b], y[1, a:b], y[3, a:b],
                    beyond[0, a:b], beyond[1, a:b], beyond[2, a:b], beyond[3, a:b],
                    flat[0, a:b], flat[1, a:b], flat[2, a:b], flat[3, a:b],
                    yields, f[0, a:b], f[1, a:b], f[2, a:b], f[3, a:b],
                )  # fmt: skip
                for i in range(a, b):
                    out += f[0, i] * dx
            if j == j0:
                continue
            # the row before is whole now: through its own faces, and the step
            r = j - 1
            p, x, g = pred[w], sx[w], fy[w]
            for k in range(2):
                own, other, sign = (a, a - 1, -1.0) if k == 0 else (b - 1, b, 1.0)
                edge = edges[k] if (other == 0 or other == columns + 1) else 0.0
                _beyond(
                    p[0, own : own + 1], p[1, own : own + 1], p[2, own : own + 1], bed[w, own : own + 1],
                    x[0, own : own + 1], x[1, own : own + 1], x[2, own : own + 1], x[3, own : own + 1],
                    edge, sign, side,
                )  # fmt: skip
                p[0, other], p[1, other], p[2, other], bed[w, other] = (
                    side[0, 0],
                    side[1, 0],
                    side[2, 0],
                    side[3, 0],
                )
                x[:, other] = 0.0
            c, d = a - 1, b  # faces a - 1/2 .. b - 1/2
            _flux(
                p[0, c:d], p[1, c:d], p[2, c:d], bed[w, c:d], x[0, c:d], x[1, c:d], x[2, c:d], x[3, c:d],
                p[0, a : b + 1], p[1, a : b + 1], p[2, a : b + 1], bed[w, a : b + 1],
                x[0, a : b + 1], x[1, a : b + 1], x[2, a : b + 1], x[3, a : b + 1],
                yields, fx[0, c:d], fx[1, c:d], fx[2, c:d], fx[3, c:d],
            )  # fmt: skip
            out += (fx[0, b - 1] - fx[0, a - 1]) * dy
            least = min(least, _step(
                h[r, a:b], hu[r, a:b], hv[r, a:b], p[0, a:b], x[3, a:b], sy[w, 3, a:b],
                fx[0, c : d - 1], fx[0, a:b], g[0, a:b], f[0, a:b],
                fx[2, c : d - 1], fx[1, a:b], g[2, a:b], f[1, a:b],
                fx[3, c : d - 1], fx[3, a:b], g[3, a:b], f[3, a:b],
                source[r, a:b], dt, ax, ay, spare[0, r, a:b], spare[1, r, a:b], spare[2, r, a:b],
            ))  # fmt: skip
        if least < -1e-12 and factor > 1e-3:
            factor *= 0.5  # a cell would have paid more than it holds: the same step again, shorter
            again += 1
            continue
        factor = 1.0
        now += dt
        steps += 1
        left += out * dt
        for j in range(j0, j1 + 1):
            h[j, a:b] = spare[0, j, a:b]
            hu[j, a:b] = spare[1, j, a:b]
            hv[j, a:b] = spare[2, j, a:b]
            _slow(h[j, a:b], hu[j, a:b], hv[j, a:b], n2[j, a:b], dt, grip, thick)
            _note(
                h[j, a:b], hu[j, a:b], hv[j, a:b], now, dt, wet,
                depth[j, a:b], speed[j, a:b], hazard[j, a:b], arrival[j, a:b], duration[j, a:b],
            )  # fmt: skip
        came += dt
    total = 0.0
    for j in range(1, rows + 1):
        for i in range(1, columns + 1):
            total += source[j, i]
    return now, steps, came * total * dx * dy, left, again
