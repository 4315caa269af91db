"""How water runs over a grid: priority flood, receivers, areas, and the slow carving of valleys.

Priority flood: Barnes, Lehman & Mulla (2014), doi:10.1016/j.cageo.2013.04.024. Implicit stream power:
Braun & Willett (2013), doi:10.1016/j.geomorph.2012.10.008.
"""

import heapq
from typing import Any

import numpy as np
from numba import njit

_DR = np.array([-1, -1, -1, 0, 0, 1, 1, 1])
_DC = np.array([-1, 0, 1, -1, 1, -1, 0, 1])
_DD = np.array([2**0.5, 1.0, 2**0.5, 1.0, 1.0, 2**0.5, 1.0, 2**0.5])


@njit(cache=False)
def flood(height: Any, sea: Any, step: float) -> Any:
    """Fill pits so that every land cell stands at least `step` above the neighbour through which it drains.

    Parameters
    ----------
    height
        Heights, float64 (rows, cols).
    sea
        True where water ends (rows, cols); the grid's rim counts as sea.
    step
        Least fall from a cell to the next, in the unit of `height`.

    Returns
    -------
    (filled, order, parent)
        Filled heights; cells of land from the sea upwards as flat indices; for each cell the one it was reached from.
    """
    rows, cols = height.shape
    filled = height.copy()
    done = np.zeros((rows, cols), dtype=np.bool_)
    parent = np.full(rows * cols, -1, dtype=np.int64)
    order = np.empty(rows * cols, dtype=np.int64)
    count = 0
    heap = [(0.0, np.int64(0))]
    heap.pop()
    for r in range(rows):
        for c in range(cols):
            if sea[r, c] or r in (0, rows - 1) or c in (0, cols - 1):
                done[r, c] = True
    for r in range(rows):
        for c in range(cols):
            if not done[r, c]:
                continue
            edge = False
            for k in range(8):
                rr, cc = r + _DR[k], c + _DC[k]
                if 0 <= rr < rows and 0 <= cc < cols and not done[rr, cc]:
                    edge = True
            if edge:
                heapq.heappush(heap, (filled[r, c], np.int64(r * cols + c)))
    while len(heap) > 0:
        level, cell = heapq.heappop(heap)
        r, c = cell // cols, cell % cols
        if parent[cell] >= 0:
            order[count] = cell
            count += 1
        for k in range(8):
            rr, cc = r + _DR[k], c + _DC[k]
            if rr < 0 or rr >= rows or cc < 0 or cc >= cols or done[rr, cc]:
                continue
            done[rr, cc] = True
            if filled[rr, cc] < level + step:
                filled[rr, cc] = level + step
            parent[rr * cols + cc] = cell
            heapq.heappush(heap, (filled[rr, cc], np.int64(rr * cols + cc)))
    return filled, order[:count], parent


@njit(cache=False)
def receivers(filled: Any, order: Any, parent: Any) -> Any:
    """Return for each cell its steepest lower neighbour (D8), else the one through which it was flooded; -1 at sea."""
    rows, cols = filled.shape
    receiver = np.full(rows * cols, -1, dtype=np.int64)
    for i in range(order.size):
        cell = order[i]
        r, c = cell // cols, cell % cols
        best, target = 0.0, parent[cell]
        for k in range(8):
            rr, cc = r + _DR[k], c + _DC[k]
            if 0 <= rr < rows and 0 <= cc < cols:
                fall = (filled[r, c] - filled[rr, cc]) / _DD[k]
                if fall > best:
                    best, target = fall, rr * cols + cc
        receiver[cell] = target
    return receiver


@njit(cache=False)
def sort(receiver: Any) -> Any:
    """Return the draining cells so that every cell comes after the one it drains to."""
    size = receiver.size
    first = np.full(size, -1, dtype=np.int64)
    following = np.full(size, -1, dtype=np.int64)
    for cell in range(size):
        target = receiver[cell]
        if target >= 0:
            following[cell] = first[target]
            first[target] = cell
    out = np.empty(size, dtype=np.int64)
    stack = np.empty(size, dtype=np.int64)
    count = 0
    for root in range(size):
        if receiver[root] >= 0 or first[root] < 0:
            continue
        top = 1
        stack[0] = root
        while top > 0:
            top -= 1
            cell = stack[top]
            if receiver[cell] >= 0:
                out[count] = cell
                count += 1
            child = first[cell]
            while child >= 0:
                stack[top] = child
                top += 1
                child = following[child]
    return out[:count]


@njit(cache=False)
def accumulate(receiver: Any, ordered: Any, weight: Any) -> Any:
    """Sum `weight` (flat) down the flow paths, each cell's own included; `ordered` as `sort` returns it."""
    total = weight.copy()
    for i in range(ordered.size - 1, -1, -1):
        cell = ordered[i]
        total[receiver[cell]] += total[cell]
    return total


@njit(cache=False)
def inherit(receiver: Any, ordered: Any, value: Any, own: Any) -> Any:
    """Hand `value` (flat) up the flow paths: a cell where `own` is False takes what its receiver has."""
    out = value.copy()
    for i in range(ordered.size):
        cell = ordered[i]
        if not own[cell]:
            out[cell] = out[receiver[cell]]
    return out


@njit(cache=False)
def carve(
    height: Any, receiver: Any, ordered: Any, area: Any, strength: Any, lift: Any, cell: float, m: float
) -> Any:
    """Make one implicit step of uplift and stream-power erosion (n = 1); all arrays flat, `lift` in metres.

    `strength` is K dt; returns new heights.
    """
    cols = np.int64(lift.shape[1])
    out = height.ravel().copy()
    flat_lift = lift.ravel()
    flat_strength = strength.ravel()
    for i in range(ordered.size):
        here = ordered[i]
        down = receiver[here]
        diagonal = (here // cols != down // cols) and (here % cols != down % cols)
        length = cell * (2**0.5 if diagonal else 1.0)
        factor = flat_strength[here] * area[here] ** m / length
        lifted = out[here] + flat_lift[here]
        out[here] = (lifted + factor * out[down]) / (1.0 + factor)
    return out.reshape(height.shape)


def drain(height: Any, sea: Any, step: float = 1e-3) -> tuple[Any, Any, Any]:
    """Return filled heights, receivers and drainage order of a grid."""
    filled, order, parent = flood(height.astype(np.float64), sea, step)
    receiver = receivers(filled, order, parent)
    return filled, receiver, sort(receiver)
