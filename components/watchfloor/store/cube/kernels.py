"""The cube's loops over arrays: pixel columns for drawing, and summaries of blocks."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchfloor.store.cube.compiled import compiled

__all__ = ["BAD", "BLOCK", "MISSING", "UNWRITTEN", "columns", "extremes", "sparks", "summarise"]

Floats = NDArray[np.float32]
Flags = NDArray[np.uint8]
Ints = NDArray[np.int64]

BLOCK = 64
"""Steps whose smallest and largest value are kept ready."""
BAD = 3
"""Flags from here on are of values that are not to be used (`core.quality`: 3 bad, 9 missing)."""
MISSING = 9
UNWRITTEN = 255
"""Inside the files: nothing was ever told of this step."""


def _columns_plain(value: Floats, flag: Flags, edges: Ints) -> tuple[Ints, Flags]:
    found: list[int] = []
    flags: list[int] = []
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if start >= end:
            continue
        part, told = value[start:end], flag[start:end]
        good = np.flatnonzero(~np.isnan(part))
        if not len(good):
            found.append(start)
            flags.append(int(told[0]))
            continue
        usable = part[good]
        picks = sorted({int(good[0]), int(good[usable.argmin()]), int(good[usable.argmax()]), int(good[-1])})
        marks = [int(told[place]) for place in picks]
        worst = int(good[told[good].argmax()])
        near = min(range(len(picks)), key=lambda at: (abs(picks[at] - worst), at))
        marks[near] = max(marks[near], int(told[worst]))
        found += [start + place for place in picks]
        flags += marks
    return np.array(found, np.int64), np.array(flags, np.uint8)


@compiled(_columns_plain)
def columns(value: Floats, flag: Flags, edges: Ints) -> tuple[Ints, Flags]:  # noqa: PLR0912  one loop for the compiler
    """Choose the first, smallest, largest and last value of each pixel column.

    Parameters
    ----------
    value
        float32[n], NaN where missing.
    flag
        uint8[n].
    edges
        int64[width + 1]: column c holds ``edges[c]`` up to, but not, ``edges[c + 1]``.

    Returns
    -------
    places
        int64[m], m <= 4 width, rising: what to draw. A column without any value gives its first place, a gap.
    flags
        uint8[m]: each point's own flag; the worst flag of a column goes to the point nearest to it.
    """
    width = len(edges) - 1
    out = np.empty(4 * width, np.int64)
    marks = np.empty(4 * width, np.uint8)
    n = 0
    for column in range(width):
        start, end = edges[column], edges[column + 1]
        if start >= end:
            continue
        first, last, low, high, worst = -1, -1, -1, -1, -1
        for place in range(start, end):
            here = value[place]
            if here != here:  # noqa: PLR0124  NaN
                continue
            if first < 0:
                first, low, high, worst = place, place, place, place
            else:
                if here < value[low]:
                    low = place
                if here > value[high]:
                    high = place
                if flag[place] > flag[worst]:
                    worst = place
            last = place
        if first < 0:
            out[n], marks[n] = start, flag[start]
            n += 1
            continue
        begun = n
        middle, later = min(low, high), max(low, high)
        for pick in (first, middle, later, last):
            if n > begun and out[n - 1] == pick:
                continue
            out[n], marks[n] = pick, flag[pick]
            n += 1
        near = begun
        for at in range(begun, n):
            if abs(out[at] - worst) < abs(out[near] - worst):
                near = at
        marks[near] = max(marks[near], flag[worst])
    return out[:n].copy(), marks[:n].copy()


def _extremes_plain(value: Floats, flag: Flags, edges: Ints, out: Floats) -> None:
    out[:] = np.nan
    usable = np.where(flag < BAD, value, np.float32(np.nan))
    for column, (start, end) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        part = usable[start:end]
        if start < end and not np.isnan(part).all():
            out[column] = np.nanmin(part), np.nanmax(part)


@compiled(_extremes_plain)
def extremes(value: Floats, flag: Flags, edges: Ints, out: Floats) -> None:
    """Write the smallest and the largest usable value of each column into ``out[width, 2]``; NaN for none."""
    for column in range(len(edges) - 1):
        low, high = np.float32(np.inf), np.float32(-np.inf)
        for place in range(edges[column], edges[column + 1]):
            if flag[place] < 3:
                here = value[place]
                low = min(low, here)
                high = max(high, here)
        if low <= high:
            out[column, 0], out[column, 1] = low, high
        else:
            out[column, 0], out[column, 1] = np.nan, np.nan


def _summarise_plain(
    values: Floats, flags: Flags, slots: Ints, blocks: Ints, low: Floats, high: Floats
) -> None:
    for slot, block in zip(slots.tolist(), blocks.tolist(), strict=True):
        at = slice(block * BLOCK, (block + 1) * BLOCK)
        part = values[slot, at][flags[slot, at] < BAD]
        part = part[~np.isnan(part)]
        low[slot, block] = part.min() if len(part) else np.inf
        high[slot, block] = part.max() if len(part) else -np.inf


@compiled(_summarise_plain)
def summarise(values: Floats, flags: Flags, slots: Ints, blocks: Ints, low: Floats, high: Floats) -> None:
    """Write the smallest and largest usable value of blocks: ``low[slot, block]``; +inf and -inf for none."""
    for item in range(len(slots)):
        slot, block = slots[item], blocks[item]
        least, most = np.float32(np.inf), np.float32(-np.inf)
        for place in range(block * 64, block * 64 + 64):
            if flags[slot, place] < 3:
                here = values[slot, place]
                least = min(least, here)
                most = max(most, here)
        low[slot, block], high[slot, block] = least, most


def _sparks_plain(
    values: Floats, flags: Flags, _low: Floats, _high: Floats, _summed: int, table: Any, origin: int, rows: Ints, edges: Ints, out: Floats
) -> None:  # fmt: skip
    steps = values.shape[1]
    for item, row in enumerate(rows.tolist()):
        start, end = int(edges[item, 0]), int(edges[item, -1])
        here = np.arange(start, max(start, end))
        chunk = here // steps - origin
        slot = np.where(
            (chunk >= 0) & (chunk < table.shape[1]), table[row, chunk.clip(0, table.shape[1] - 1)], -1
        )
        value = np.where(slot >= 0, values[slot, here % steps], np.float32(np.nan))
        flag = np.where(slot >= 0, flags[slot, here % steps], UNWRITTEN)
        _extremes_plain(value, flag, edges[item] - start, out[item])


@compiled(_sparks_plain)
def sparks(
    values: Floats, flags: Flags, low: Floats, high: Floats, summed: int, table: Any, origin: int, rows: Ints, edges: Ints, out: Floats
) -> None:  # fmt: skip
    """Write the smallest and the largest usable value of each pixel column of many rows, in one pass.

    Parameters
    ----------
    values, flags
        [slots, steps of a slot].
    low, high, summed
        [slots, blocks], as `summarise` makes them, and how many of the slots it was made for.
    table
        int32[rows, chunks]: the slot of a row's chunk; -1 for none.
    origin
        Number of the table's first chunk.
    rows
        int64[n].
    edges
        int64[n, width + 1]: steps at which the columns of each row begin.
    out
        float32[n, width, 2].
    """
    steps = values.shape[1]
    chunks = table.shape[1]
    for item in range(len(rows)):
        row = rows[item]
        for column in range(edges.shape[1] - 1):
            step, end = edges[item, column], edges[item, column + 1]
            least, most = np.float32(np.inf), np.float32(-np.inf)
            while step < end:
                chunk = step // steps
                stop = min(end, (chunk + 1) * steps)
                place = chunk - origin
                slot = -1
                if 0 <= place < chunks:
                    slot = table[row, place]
                if slot < 0:
                    step = stop
                    continue
                base = chunk * steps
                while step < stop:
                    at = step - base
                    if slot < summed and at % 64 == 0 and step + 64 <= stop:
                        block = at // 64
                        least = min(least, low[slot, block])
                        most = max(most, high[slot, block])
                        step += 64
                        continue
                    until = min(stop, base + (at // 64 + 1) * 64)
                    for inner in range(at, until - base):
                        if flags[slot, inner] < 3:
                            here = values[slot, inner]
                            least = min(least, here)
                            most = max(most, here)
                    step = until
            if least <= most:
                out[item, column, 0], out[item, column, 1] = least, most
            else:
                out[item, column, 0], out[item, column, 1] = np.nan, np.nan
