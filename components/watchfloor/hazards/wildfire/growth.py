"""When the fire comes: minimum travel time on a raster, in a wind and with moistures that change.

Finney 2002 (doi:10.1139/x02-068). An ellipse that is lit at its rear focus advances in the direction ``u`` with
``R (1 - e) / (1 - e cos)``; its inverse, the slowness, is linear in ``u``: ``a - b . u``. So the time along a straight way is a sum
over the cells that it crosses, and a cell that cannot burn closes the way. Cells are settled in the order of their times
(Dijkstra 1959); where the weather changes under way, the rest of the way is gone at the new pace, which lets no later fire
overtake an earlier one, so that the order stays right.
"""

from math import sqrt

from numba import njit

from watchfloor.hazards.wildfire.spread import PER_AREA, STILL, bed, ellipse, flame, normal_rate

__all__ = ["NEVER", "burn", "light"]

NEVER = 1e300
"""Arrival of what has not come, s."""
BARE = 1e32
"""Slowness where there is nothing to burn, s/m: more than `STILL`, where it is only too wet."""


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _up(heap, place, key, at):  # type: ignore[no-untyped-def]
    """Move a cell of the heap up to where it belongs."""
    cell = heap[at]
    value = key[cell]
    while at > 0:
        above = (at - 1) >> 1
        other = heap[above]
        if key[other] <= value:
            break
        heap[at] = other
        place[other] = at
        at = above
    heap[at] = cell
    place[cell] = at


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _down(heap, place, key, size):  # type: ignore[no-untyped-def]
    """Move the first cell of the heap down to where it belongs."""
    cell = heap[0]
    value = key[cell]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and key[heap[below + 1]] < key[heap[below]]:
            below += 1
        other = heap[below]
        if key[other] >= value:
            break
        heap[at] = other
        place[other] = at
        at = below
    heap[at] = cell
    place[cell] = at


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _bed(rows, f, moisture, p, c):  # type: ignore[no-untyped-def]
    """Return what a cell's fuel does in a period: on its own, so that those who call it hold no slices of arrays."""
    m = moisture[p, c]
    rate, heat, coefficient, exponent, steep, _, _ = bed(rows[f], m[0], m[1], m[2], m[3], m[4])
    return rate, heat, coefficient, exponent, steep


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _pace(c, p, rows, fuel, ground, beds, moisture, wind, factor, of_factor, shape, pace, heats):  # type: ignore[no-untyped-def]
    """Compute the slowness of a cell in a period: a, b (s/m), for which it holds, and its heat (kJ/m^2)."""
    slot = p % pace.shape[0]
    f = fuel[c]
    pace[slot, c, 3] = p + 1
    if f == 0:
        pace[slot, c, 0] = BARE
        return
    if moisture.shape[1] == 1:
        rate, heat = beds[p, f, 0], beds[p, f, 1]
        coefficient, exponent, steep = beds[p, f, 2], beds[p, f, 3], beds[p, f, 4]
    else:
        rate, heat, coefficient, exponent, steep = _bed(rows, f, moisture, p, c)
    if factor.shape[1] > 1:
        rate *= factor[of_factor[p], c]
    rate *= shape
    place = c if wind.shape[1] > 1 else 0  # no row of it is taken: a slice costs more than all that follows
    if rate > 1e-9:
        head, x, y, e = ellipse(
            rate,
            coefficient,
            exponent,
            steep * ground[c, 0],
            ground[c, 1],
            ground[c, 2],
            wind[p, place, 0] * ground[c, 3],
            wind[p, place, 1],
            wind[p, place, 2],
        )
        a = 1.0 / (head * (1.0 - e))
        pace[slot, c, 0] = a
        pace[slot, c, 1] = a * e * x
        pace[slot, c, 2] = a * e * y
        heats[slot, c] = heat * PER_AREA
    else:
        pace[slot, c, 0] = STILL
        pace[slot, c, 1] = 0.0
        pace[slot, c, 2] = 0.0
        heats[slot, c] = 0.0


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def burn(  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915  one compiled loop; parts of it would be compiled into it anyway
    rows, fuel, ground, height, beds, moisture, wind, factor, of_factor, shape,
    ends, until,
    offset, length, way_x, way_y, first, cell, part, corner,
    line, line_from, line_holds,
    arrival, via, heap, place, pace, heats, rate_out, heat_out, flame_out, state, most,
):  # fmt: skip
    """Settle cells in the order in which the fire comes to them, `most` of them at most.

    Parameters
    ----------
    rows
        Fuel models, as `fuels.table` returned them.
    fuel
        Number of each cell's fuel model, uint8 (cells); 0 does not burn. Cells are a grid with a rim of such cells, flat.
    ground
        Squared tangent of the slope, unit vector uphill (east, north), mid-flame wind over wind at 20 ft: float32 (cells, 4).
    height
        Elevation, m, float32 (cells), or of size 1 for level ground.
    beds
        What `spread.bed` returns for each period and fuel model, where moistures are the same everywhere:
        (periods, 256, 5).
    moisture
        Shares of dry mass, (periods, cells or 1, 5).
    wind
        At 20 ft, ft/min, and the unit vector it blows to, (periods, cells or 1, 3).
    factor, of_factor
        Factors of the rate of spread (sets, cells or 1), and which set holds in each period.
    shape
        Factor of the rate of spread everywhere.
    ends
        When each period ends, s; the last is NEVER.
    until
        Where the run ends, s.
    offset, length, way_x, way_y, first, cell, part, corner
        As in `stencil.Stencil`.
    line, line_from, line_holds
        Firebreaks: number of each cell's, int32 (cells) or of size 1 for none, 0 for none; since when, s, and up to which
        fireline intensity they hold, kW/m, by number (breaks, 2): a second, stronger one may follow on the first.
    arrival
        s, float64 (cells): NEVER, but where it is lit, and -1 where nothing burns.
    via
        The way by which the fire came, int16 (cells); -1 where it was lit.
    heap, place, pace, heats
        Work: int32 (cells), int32 (cells; -1), float32 (slots, cells, 4; 0), float32 (slots, cells); at least two slots, and
        best one for each period.
    rate_out, heat_out, flame_out
        What is found: rate of spread (m/s), fireline intensity (kW/m), flame length (m): float32 (cells).
    state
        Size of the heap, and the period: int64 (2). It is kept between calls.
    most
        Cells that are settled before this returns.

    Returns
    -------
    float
        Time of the last settled cell, s, or -1 when the fire goes no farther.
    """
    size, p = state[0], state[1]
    last = ends.size - 1
    now = -1.0
    hilly = height.size > 1
    per_length = 1.0 / length
    lined = line.size > 1
    slots = pace.shape[0]
    for _ in range(most):
        if size == 0:
            now = -1.0
            break
        k = heap[0]
        now = arrival[k]
        size -= 1
        place[k] = -2
        if size > 0:
            heap[0] = heap[size]
            place[heap[0]] = 0
            _down(heap, place, arrival, size)
        if now > until:
            size = 0
            now = -1.0
            break
        while p < last and now >= ends[p]:
            p += 1
        slot = p % slots
        if pace[slot, k, 3] != p + 1:
            _pace(k, p, rows, fuel, ground, beds, moisture, wind, factor, of_factor, shape, pace, heats)
        a0, bx0, by0, heat0 = pace[slot, k, 0], pace[slot, k, 1], pace[slot, k, 2], heats[slot, k]
        if a0 < STILL * 0.5:
            b0 = sqrt(bx0 * bx0 + by0 * by0)
            e0 = b0 / a0
            head0 = 1.0 / (a0 - b0)
            cosine = 1.0
            if via[k] >= 0 and b0 > 0.0:
                cosine = (bx0 * way_x[via[k]] + by0 * way_y[via[k]]) / b0
            fast = normal_rate(head0, e0, cosine)
            rate_out[k] = fast
            heat_out[k] = fast * heat0
            flame_out[k] = flame(fast * heat0)
        room = ends[p] - now
        for way in range(offset.size):
            target = k + offset[way]
            best = arrival[target]
            if best <= now:
                continue
            ux, uy = way_x[way], way_y[way]
            begin, end = first[way], first[way + 1]
            # within the period a way is given up as soon as it is too long; `bound` and `spent` are of a metre of it. What a
            # slope adds to its length is asked for only of those that are not too long without it
            bound = min(best, until) - now
            bound = bound * per_length[way] if bound <= room else NEVER
            spent = part[begin] * (a0 - bx0 * ux - by0 * uy)
            if spent >= bound:
                continue
            shut = False
            for m in range(begin + 1, end):
                c = k + cell[m]
                if pace[slot, c, 3] != p + 1:
                    _pace(
                        c, p, rows, fuel, ground, beds, moisture, wind, factor, of_factor, shape, pace, heats
                    )
                a = pace[slot, c, 0]
                spent += part[m] * (a - pace[slot, c, 1] * ux - pace[slot, c, 2] * uy)
                if spent >= bound or a >= BARE * 0.5:
                    shut = True
                    break
            if shut:
                continue
            one, other = corner[way, 0], corner[way, 1]
            if one != 0 and fuel[k + one] == 0 and fuel[k + other] == 0:
                continue
            long = length[way]
            if hilly:
                rise = (height[target] - height[k]) * per_length[way]
                long *= sqrt(1.0 + rise * rise)
            spent *= long
            comes = now + spent
            q = p
            if spent > room:
                # the weather changes under way: the rest is gone at the new pace
                rest, at, whole = 1.0, now, spent
                while q < last and at + rest * whole > ends[q]:
                    rest -= (ends[q] - at) / whole
                    at = ends[q]
                    if at >= until:
                        break
                    q += 1
                    there = q % slots
                    whole = 0.0
                    for m in range(begin, end):
                        c = k + cell[m]
                        if pace[there, c, 3] != q + 1:
                            _pace(
                                c,
                                q,
                                rows,
                                fuel,
                                ground,
                                beds,
                                moisture,
                                wind,
                                factor,
                                of_factor,
                                shape,
                                pace,
                                heats,
                            )
                        whole += (
                            part[m]
                            * long
                            * (pace[there, c, 0] - pace[there, c, 1] * ux - pace[there, c, 2] * uy)
                        )
                comes = at + rest * whole
                # what was computed ahead may have taken the place of what holds now
                if pace[slot, k, 3] != p + 1:
                    _pace(
                        k, p, rows, fuel, ground, beds, moisture, wind, factor, of_factor, shape, pace, heats
                    )
            if comes >= best or comes > until:
                continue
            if lined:
                # flames that come along this way, kW/m; where a line holds them, the way is closed
                heat = heat0 / max(a0 - bx0 * ux - by0 * uy, 1e-12)
                beside = 0
                for m in range(begin + 1, end + 2):
                    if m < end:
                        c = k + cell[m]
                    elif one == 0:
                        break
                    else:
                        c = k + (one if m == end else other)
                    number = line[c]
                    if number > 0:
                        holds = 0.0
                        for turn in range(2):
                            if comes >= line_from[number, turn]:
                                holds = max(holds, line_holds[number, turn])
                        if heat <= holds:
                            if m < end:
                                shut = True
                                break
                            beside += 1
                    elif m >= end and fuel[c] == 0:
                        beside += 1
                if shut or beside == 2:
                    continue
            arrival[target] = comes
            via[target] = way
            if place[target] < 0:
                heap[size] = target
                place[target] = size
                size += 1
            _up(heap, place, arrival, place[target])
    state[0], state[1] = size, p
    return now


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def light(where, when, fuel, arrival, heap, place, state):  # type: ignore[no-untyped-def]
    """Light cells at times, s; what does not burn is not lit."""
    size = state[0]
    for i in range(where.size):
        cell = where[i]
        if fuel[cell] == 0 or when[i] >= arrival[cell]:
            continue
        arrival[cell] = when[i]
        if place[cell] < 0:
            heap[size] = cell
            place[cell] = size
            size += 1
        _up(heap, place, arrival, place[cell])
    state[0] = size
