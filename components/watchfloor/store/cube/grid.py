"""Series of one cadence as dense arrays: 4,096 steps of one series are one slot, and slots are never moved.

Time is counted in steps since 1970, so that late values find their place and the axis grows on both ends without
copying. A slot says itself whose it is; the table that finds it is made anew when the files are opened.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from watchfloor.store.cube import kernels
from watchfloor.store.cube.kernels import BLOCK, UNWRITTEN
from watchfloor.store.cube.room import Room

__all__ = ["STEPS", "WIDEST", "Grid", "View"]

STEPS = 4096
"""Steps of a slot."""
WIDEST = 32_768
"""Most slots between the first and the last step of a series: 2,500 years of 10 minutes, 255 of one minute."""
Ints = NDArray[np.int64]


class View(NamedTuple):
    """What readers see of a grid at one moment; it is replaced as a whole when the grid grows.

    Parameters
    ----------
    values, flags
        float32 and uint8 [slots, STEPS].
    table
        int32[rows, chunks]: the slot of a row's chunk; -1 for none.
    origin
        Number of the table's first chunk.
    first, last
        int64[rows]: the first and the last step ever told; `last` < `first` for none.
    """

    values: NDArray[np.float32]
    flags: NDArray[np.uint8]
    table: NDArray[np.int32]
    origin: int
    first: Ints
    last: Ints


class _Sums(NamedTuple):
    """Smallest and largest usable values, float32[slots, blocks], of the first `size` slots."""

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    size: int


class Grid:
    """Dense values and flags of the series of one cadence.

    Parameters
    ----------
    folder
        Where its files are; None for memory.
    cadence
        Microseconds between steps.
    trusted
        How many slots of the files to believe; None for all.

    Examples
    --------
    >>> grid = Grid(None, 600_000_000)
    >>> row = grid.add()
    >>> grid.put(np.array([row, row]), np.array([10, 12]), np.float32([1, 3]), np.uint8([1, 1]))
    >>> value, flag = grid.take(row, 10, 13)
    >>> value.tolist(), flag.tolist()
    ([1.0, nan, 3.0], [1, 255, 1])
    """

    def __init__(self, folder: Path | None, cadence: int, trusted: int | None = None) -> None:
        self.cadence = cadence
        path = [None if folder is None else folder / f"{cadence}.{end}" for end in ("index", "value", "flag")]
        self._index = Room(path[0], 2, np.int64)
        self._values = Room(path[1], STEPS, np.float32)
        self._flags = Room(path[2], STEPS, np.uint8)
        self.used = 0
        self.rows = 0
        self._sums = _Sums(
            np.empty((0, STEPS // BLOCK), np.float32), np.empty((0, STEPS // BLOCK), np.float32), 0
        )
        self.view = View(
            self._values.array, self._flags.array, np.full((0, 0), -1, np.int32), 0, np.empty(0, np.int64), np.empty(0, np.int64)
        )  # fmt: skip
        self._open(trusted)

    def add(self, count: int = 1) -> int:
        """Make rows for new series; return the number of the first."""
        row = self.rows
        self.rows += count
        self._widen(None)
        return row

    def put(self, rows: Ints, steps: Ints, values: NDArray[np.float32], flags: NDArray[np.uint8]) -> None:
        """Write values; of a (row, step) that comes twice the last one stays."""
        if not len(rows):
            return
        chunks = steps // STEPS
        self._widen((int(chunks.min()), int(chunks.max())))
        view = self.view
        slots = view.table[rows, chunks - view.origin]
        if (slots < 0).any():
            lacking = np.unique(np.stack([rows[slots < 0], chunks[slots < 0]], axis=1), axis=0)
            self._allocate(lacking)
            view = self.view
            slots = view.table[rows, chunks - view.origin]
        places = steps % STEPS
        view.values[slots, places] = values
        view.flags[slots, places] = flags
        np.minimum.at(view.first, rows, steps)
        np.maximum.at(view.last, rows, steps)
        if self._sums.size:
            touched = np.unique(slots.astype(np.int64) * BLOCK + places // BLOCK)
            self._summarise(touched // BLOCK, touched % BLOCK)

    def span(self, row: int) -> tuple[int, int]:
        """Return the first and the last step ever told of a row; the last is the smaller one where there is none."""
        return int(self.view.first[row]), int(self.view.last[row])

    def take(self, row: int, start: int, end: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Return values and flags of the steps from `start` up to, but not at, `end`; a view where they lie together."""
        view = self.view
        if end <= start:
            return np.empty(0, np.float32), np.empty(0, np.uint8)
        chunks = np.arange(start // STEPS, (end - 1) // STEPS + 1)
        inside = (chunks >= view.origin) & (chunks < view.origin + view.table.shape[1])
        slots = np.full(len(chunks), -1, np.int64)
        slots[inside] = view.table[row, chunks[inside] - view.origin]
        skip, size = start - int(chunks[0]) * STEPS, end - start
        if slots[0] >= 0 and (np.diff(slots) == 1).all():
            together = slice(int(slots[0]) * STEPS + skip, int(slots[0]) * STEPS + skip + size)
            return view.values.reshape(-1)[together], view.flags.reshape(-1)[together]
        values = np.full((len(chunks), STEPS), np.nan, np.float32)
        flags = np.full((len(chunks), STEPS), UNWRITTEN, np.uint8)
        for at, slot in enumerate(slots.tolist()):
            if slot >= 0:
                values[at], flags[at] = view.values[slot], view.flags[slot]
        return values.reshape(-1)[skip : skip + size], flags.reshape(-1)[skip : skip + size]

    def block(self, rows: Ints, start: int, end: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Return a copy of the same steps of many rows: float32 and uint8 [rows, end - start]."""
        view = self.view
        size = max(end - start, 0)
        values = np.full((len(rows), size), np.nan, np.float32)
        flags = np.full((len(rows), size), UNWRITTEN, np.uint8)
        step = start
        while step < end:
            chunk = step // STEPS
            stop = min(end, (chunk + 1) * STEPS)
            if 0 <= chunk - view.origin < view.table.shape[1]:
                slots = view.table[rows, chunk - view.origin]
                have = np.flatnonzero(slots >= 0)
                inner = slice(step - chunk * STEPS, stop - chunk * STEPS)
                values[have, step - start : stop - start] = view.values[slots[have], inner]
                flags[have, step - start : stop - start] = view.flags[slots[have], inner]
            step = stop
        return values, flags

    def latest(self) -> tuple[Ints, NDArray[np.float32], NDArray[np.uint8]]:
        """Return the last step told of every row, its value and its flag; UNWRITTEN for a row without any."""
        view = self.view
        last = view.last
        have = np.flatnonzero(last >= view.first)
        values = np.full(len(last), np.nan, np.float32)
        flags = np.full(len(last), UNWRITTEN, np.uint8)
        if len(have):
            slots = view.table[have, last[have] // STEPS - view.origin]
            values[have] = view.values[slots, last[have] % STEPS]
            flags[have] = view.flags[slots, last[have] % STEPS]
        return last, values, flags

    def sparks(self, rows: Ints, edges: Ints) -> NDArray[np.float32]:
        """Return the smallest and the largest usable value of pixel columns; see `kernels.sparks`."""
        sums, view = self._sums, self.view
        out = np.empty((len(rows), edges.shape[1] - 1, 2), np.float32)
        kernels.sparks(view.values, view.flags, *sums, view.table, view.origin, rows, edges, out)
        return out

    def flush(self) -> None:
        """Have the disk hold it."""
        for room in (self._values, self._flags, self._index):
            room.flush()

    def close(self) -> None:
        """Close the files."""
        for room in (self._values, self._flags, self._index):
            room.close()

    def _open(self, trusted: int | None) -> None:
        """Find out whose the slots of the files are."""
        size = min(len(self._index.array), len(self._values.array), len(self._flags.array))
        index = self._index.array[:size]
        free = np.flatnonzero(index[:, 0] == 0)
        self.used = int(free[0]) if len(free) else size
        if trusted is not None and trusted < self.used:
            self.used = trusted
        self._index.array[self.used :] = 0
        if not self.used:
            return
        index = self._index.array[: self.used]
        self.rows = int(index[:, 0].max())
        self._widen((int(index[:, 1].min()), int(index[:, 1].max())))
        self.view.table[index[:, 0] - 1, index[:, 1] - self.view.origin] = np.arange(self.used)
        self.view = self.view._replace(values=self._values.array, flags=self._flags.array)
        self._bound()

    def _bound(self) -> None:
        view = self.view
        for row in range(self.rows):
            chunks = np.flatnonzero(view.table[row] >= 0)
            told = (
                (chunk, np.flatnonzero(view.flags[view.table[row, chunk]] != UNWRITTEN)) for chunk in chunks
            )
            for chunk, places in told:
                if len(places):
                    view.first[row] = (chunk + view.origin) * STEPS + places[0]
                    break
            for chunk in chunks[::-1]:
                places = np.flatnonzero(view.flags[view.table[row, chunk]] != UNWRITTEN)
                if len(places):
                    view.last[row] = (chunk + view.origin) * STEPS + places[-1]
                    break

    def _widen(self, chunks: tuple[int, int] | None) -> None:
        """Make the table hold all rows, and these chunks too."""
        view = self.view
        rows, width = view.table.shape
        low, high = view.origin, view.origin + width - 1
        if chunks is not None and not width:
            low, high = chunks
        elif chunks is not None:
            slack = min(width, 64)  # the axis mostly grows a chunk at a time
            low = low if chunks[0] >= low else chunks[0] - slack
            high = high if chunks[1] <= high else chunks[1] + slack
        if rows >= self.rows and high - low + 1 == width:
            return
        table = np.full(
            (rows if rows >= self.rows else max(self.rows, 2 * rows), high - low + 1), -1, np.int32
        )
        if width:
            table[:rows, view.origin - low : view.origin - low + width] = view.table
        first = np.full(len(table), np.iinfo(np.int64).max)
        last = np.full(len(table), np.iinfo(np.int64).min)
        first[:rows], last[:rows] = view.first, view.last
        self.view = view._replace(table=table, origin=low, first=first, last=last)

    def _allocate(self, lacking: Ints) -> None:
        """Give slots to (row, chunk) pairs: first they are emptied, then they say whose they are."""
        start, end = self.used, self.used + len(lacking)
        if end > len(self._index.array):
            size = max(end, 64, len(self._index.array) + min(len(self._index.array) // 2, 8192))
            for room in (self._values, self._flags, self._index):
                room.grow(size)
        self._values.array[start:end] = np.nan
        self._flags.array[start:end] = UNWRITTEN
        self._index.array[start:end, 1] = lacking[:, 1]
        self._index.array[start:end, 0] = lacking[:, 0] + 1  # 0 says that a slot is nobody's
        view = self.view
        if view.values is not self._values.array:
            # A reader that holds the arrays from before they grew must not find the new slots in its table.
            view = view._replace(values=self._values.array, flags=self._flags.array, table=view.table.copy())
        view.table[lacking[:, 0], lacking[:, 1] - view.origin] = np.arange(start, end)
        self.used = end
        self.view = view

    def summarise(self) -> None:
        """Prepare `sparks`: summarise the slots that were not yet; only who writes may call this."""
        summed, used = self._sums.size, self.used
        if summed < used:
            slots = np.repeat(np.arange(summed, used), STEPS // BLOCK)
            blocks = np.tile(np.arange(STEPS // BLOCK), used - summed)
            self._summarise(slots, blocks)

    def _summarise(self, slots: Ints, blocks: Ints) -> None:
        view, sums, used = self.view, self._sums, int(slots.max()) + 1
        low, high = sums.low, sums.high
        if used > len(low):
            low = np.full((max(used, 2 * len(low)), STEPS // BLOCK), np.inf, np.float32)
            high = np.full(low.shape, -np.inf, np.float32)
            low[: len(sums.low)], high[: len(sums.high)] = sums.low, sums.high
        kernels.summarise(view.values, view.flags, slots, blocks, low, high)
        self._sums = _Sums(low, high, max(sums.size, used))
