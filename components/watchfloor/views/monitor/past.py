"""Measured values as they were known at one time, read from the store: for the past, where no cube is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from watchfloor.core.clock import micros
from watchfloor.store.cube.intake import merged

__all__ = ["Cancelled", "Past", "Reading", "Values", "columns"]

_PART = 40
"""Series read at once: between two parts progress is told, and the work can be given up."""
_BAD = 3
"""Flags from here on are bad or missing: no line is drawn through such a value."""

Times = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float32]
Flags = npt.NDArray[np.uint8]


class Cancelled(Exception):  # noqa: N818  it is not an error
    """The work was given up, because nobody waits for it any more."""


class Values(Protocol):
    """Some values of one series, ascending by time.

    ``time`` is int64 microseconds since 1970 (n,), ``value`` float32 (n,), ``flag`` uint8 (n,).
    """

    @property
    def time(self) -> Times:
        """When they were measured."""
        ...

    @property
    def value(self) -> Numbers:
        """The values."""
        ...

    @property
    def flag(self) -> Flags:
        """Their quality flags."""
        ...


class Reading(Protocol):
    """What a board is made from: `store.cube.Cube` for the present, `Past` for a known time."""

    def window(self, name: str, start: datetime | None = None, end: datetime | None = None) -> Values:
        """Return the values of a series from `start` up to, but not at, `end`."""
        ...

    def sparklines(
        self, names: Sequence[str], start: datetime, end: datetime, width: int
    ) -> npt.NDArray[np.float32]:
        """Return (len(names), width, 2): lowest and highest value of each piece of time; NaN where there is none."""
        ...


@dataclass(frozen=True)
class _Held:
    time: Times
    value: Numbers
    flag: Flags


_NONE = _Held(np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.uint8))


class Past:
    """All values of some series between two times, as known at one.

    Parameters
    ----------
    store
        Where they are.
    names
        The series.
    start, end
        First time, and the time after the last one.
    as_of
        Known time; None for all that is known.
    progress
        Told the part that is done, 0 to 1.
    wanted
        Asked now and then; once it says False, the reading is given up.

    Raises
    ------
    Cancelled
        When it was given up.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> from watchfloor.store import Observation, Store
    >>> from datetime import timedelta
    >>> with Store.open(":memory:") as store:
    ...     _ = store.observe([Observation("a", EPOCH + timedelta(minutes=n), n) for n in range(4)])
    ...     past = Past(store, ["a"], EPOCH, EPOCH + timedelta(minutes=4))
    >>> past.sparklines(["a"], EPOCH, EPOCH + timedelta(minutes=4), 2).tolist()
    [[[0.0, 1.0], [2.0, 3.0]]]
    """

    def __init__(
        self,
        store: Any,
        names: Sequence[str],
        start: datetime,
        end: datetime,
        as_of: datetime | None = None,
        *,
        progress: Callable[[float], None] | None = None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._held: dict[str, _Held] = {}
        for first in range(0, len(names), _PART):
            if not wanted():
                raise Cancelled
            part = list(names[first : first + _PART])
            found = store.observations(part, start, end, as_of)
            if len(found):
                self._take(found, merged(found, store.marks(part, start, end, as_of)))
            if progress is not None:
                progress(min(1.0, (first + _PART) / len(names)))

    def window(self, name: str, start: datetime | None = None, end: datetime | None = None) -> Values:
        """Return the values of a series from `start` up to, but not at, `end`."""
        held = self._held.get(name, _NONE)
        first = 0 if start is None else int(np.searchsorted(held.time, micros(start)))
        last = len(held.time) if end is None else int(np.searchsorted(held.time, micros(end)))
        return _Held(held.time[first:last], held.value[first:last], held.flag[first:last])

    def sparklines(
        self, names: Sequence[str], start: datetime, end: datetime, width: int
    ) -> npt.NDArray[np.float32]:
        """Return the lowest and highest value of each piece of time."""
        found = np.full((len(names), width, 2), np.nan, np.float32)
        for row, name in enumerate(names):
            part = self.window(name, start, end)
            use = np.isfinite(part.value) & (part.flag < _BAD)
            if use.any():
                at = columns(part.time[use], micros(start), micros(end), width)
                found[row] = _extremes(part.value[use], at, width)
        return found

    def _take(self, frame: Any, flag: Flags) -> None:
        time = frame["time"].dt.as_unit("us").astype("int64").to_numpy()
        value = frame["value"].to_numpy(np.float32)
        series = frame["series"].to_numpy(str)
        edges = [0, *(np.flatnonzero(series[1:] != series[:-1]) + 1).tolist(), len(series)]
        for first, last in pairwise(edges):
            self._held[str(series[first])] = _Held(time[first:last], value[first:last], flag[first:last])


def columns(time: Times, start: int, end: int, width: int) -> npt.NDArray[np.int64]:
    """Return in which of `width` equal pieces from `start` to `end` each time lies, all in microseconds.

    Examples
    --------
    >>> columns(np.array([0, 4, 5, 9]), 0, 10, 2).tolist()
    [0, 0, 1, 1]
    """
    found: npt.NDArray[np.int64] = np.minimum((time - start) * width // (end - start), width - 1)
    return found


def _extremes(value: Numbers, at: npt.NDArray[np.int64], width: int) -> npt.NDArray[np.float32]:
    """Return (width, 2): lowest and highest of the values in each column; `at` ascends."""
    found = np.full((width, 2), np.nan, np.float32)
    first = np.flatnonzero(np.append(True, np.diff(at) > 0))
    where = at[first]
    found[where, 0] = np.minimum.reduceat(value, first)
    found[where, 1] = np.maximum.reduceat(value, first)
    return found
