"""Series without a cadence, as sorted arrays that grow."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Loose"]

Ints = NDArray[np.int64]


class _Told(NamedTuple):
    """The arrays of one moment: what lies beyond `size` is not told yet."""

    time: Ints
    value: NDArray[np.float32]
    flag: NDArray[np.uint8]
    size: int


class Loose:
    """One series as sorted arrays; a reader's arrays never change below its feet.

    Examples
    --------
    >>> series = Loose()
    >>> series.put(np.array([5, 9]), np.float32([1, 2]), np.uint8([1, 1]))
    >>> series.put(np.array([7, 9]), np.float32([3, 4]), np.uint8([1, 1]))
    >>> [column.tolist() for column in series.told()]
    [[5, 7, 9], [1.0, 3.0, 4.0], [1, 1, 1]]
    """

    def __init__(self) -> None:
        self._told = _Told(np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.uint8), 0)

    def __len__(self) -> int:
        """Return how many times are told."""
        return self._told.size

    @property
    def state(self) -> object:
        """What is another object after each change."""
        return self._told

    def put(self, time: Ints, value: NDArray[np.float32], flag: NDArray[np.uint8]) -> None:
        """Write values; of a time that comes twice the last one stays."""
        if not len(time):
            return
        old = self._told
        rising = len(time) == 1 or bool((np.diff(time) > 0).all())
        if rising and (not old.size or time[0] > old.time[old.size - 1]):
            self._append(old, time, value, flag)
            return
        every = [
            np.concatenate([had[: old.size], new])
            for had, new in ((old.time, time), (old.value, value), (old.flag, flag))
        ]
        order = np.argsort(every[0], kind="stable")
        keep = np.append(np.diff(every[0][order]) != 0, True)
        times, values, flags = (column[order][keep] for column in every)
        self._told = _Told(times, values, flags, len(times))

    def told(self) -> tuple[Ints, NDArray[np.float32], NDArray[np.uint8]]:
        """Return times (microseconds), values and flags."""
        told = self._told
        return told.time[: told.size], told.value[: told.size], told.flag[: told.size]

    def _append(self, old: _Told, time: Ints, value: NDArray[np.float32], flag: NDArray[np.uint8]) -> None:
        size = old.size + len(time)
        if size > len(old.time):
            room = max(size, 2 * old.size, 64)
            new = _Told(np.empty(room, np.int64), np.empty(room, np.float32), np.empty(room, np.uint8), size)
            new.time[: old.size] = old.time[: old.size]
            new.value[: old.size] = old.value[: old.size]
            new.flag[: old.size] = old.flag[: old.size]
        else:
            new = old._replace(size=size)
        new.time[old.size : size] = time
        new.value[old.size : size] = value
        new.flag[old.size : size] = flag
        self._told = new
