"""The cube: latest-known values of all series as dense arrays, beside the store and never instead of it.

It is a cache. Deleted, damaged, or of another store, it is made again; what it says is what the store says.
"""

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from watchfloor.core.clock import micros, monotonic
from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.core.quality import Flag
from watchfloor.store.cube import kernels
from watchfloor.store.cube.files import Files, State
from watchfloor.store.cube.group import Group
from watchfloor.store.cube.intake import ALWAYS, Intake, Spans, declared
from watchfloor.store.cube.kernels import UNWRITTEN
from watchfloor.store.cube.layout import Layout
from watchfloor.store.cube.loose import Loose
from watchfloor.store.cube.touched import Touched
from watchfloor.store.cube.window import Latest, Window

if TYPE_CHECKING:
    import pandas as pd

    from watchfloor.store.store import Store

__all__ = ["Cube"]

_SYNC = 300.0
"""Seconds after which what was taken in is put on the disk."""
_CHANGES = 10_000
_making = threading.Lock()


class Cube:
    """Latest-known values of all series of a store.

    Any number of threads may read while one catches up. It holds what was caught up with: ask `catch_up` first.

    Parameters
    ----------
    store
        Where everything is.
    folder
        Folder for its files, which other processes may share; None keeps it in memory.

    Examples
    --------
    >>> from watchfloor.core.clock import FixedClock, parse_time
    >>> from watchfloor.store import Observation, Series, Store
    >>> at = parse_time("2026-06-01T12:00:00Z")
    >>> store = Store.open(":memory:", clock=FixedClock(at))
    >>> _ = store.describe([Series("g", attrs={"interval_s": 600})])
    >>> _ = store.observe([Observation("g", at, 1.5), Observation("g", at + timedelta(minutes=20), 2.5)])
    >>> cube = Cube.of(store)
    >>> cube.catch_up(), cube.window("g").value.tolist(), cube.cadence("g").total_seconds()
    (['g'], [1.5, nan, 2.5], 600.0)
    """

    def __init__(self, store: "Store", folder: Path | None = None) -> None:
        self._store, self._base = store, folder
        self._lock = threading.RLock()
        self._attrs: dict[str, int] = {}
        self._frame: pd.DataFrame | None = None
        self._described = 0
        self._touched = Touched()
        self._state = State()
        self._files = None if folder is None else Files(folder, store.meta("store.id") or "")
        self._ready = False
        self._flushed = monotonic()
        self._fresh()

    @classmethod
    def of(cls, store: "Store") -> "Cube":
        """Return the cube of a store, the same one to every caller; beside a database file it is kept in files."""
        with _making:
            found = vars(store).get("cube")
            if found is None:
                path = store.path
                found = cls(store, None if path is None else path.with_name(f"{path.name}.cube"))
                vars(store)["cube"] = found
            assert isinstance(found, cls)
            return found

    # Keeping up

    def catch_up(self) -> list[str]:
        """Take in what was committed since, and return the names of the series that changed.

        Each change is returned to one caller only; `since` answers for any number of them.
        """
        with self._lock:
            changed: Spans = {}
            if not self._ready:
                changed = self._start()
            if self._store.cursor() < self._state.cursor:  # another history: a backup was put in its place
                changed = self._rebuild()
            while found := self._store.changes(self._state.cursor, _CHANGES):
                if any(change.table in {"series", "observation", "mark"} for change in found):
                    self._describe(found)
                    spans = self._intake.touched(found)
                    self._intake.take(spans, found[-1].cursor)
                    for name, (start, end) in spans.items():
                        before = changed.get(name, (start, end))
                        changed[name] = min(before[0], start), max(before[1], end)
                self._state.cursor, self._state.print = found[-1].cursor, _print(found[-1])
                self._write()
            self._touched.add({name: span[0] for name, span in changed.items()})
            if self._files is not None and monotonic() - self._flushed > _SYNC:
                self.sync()
            return sorted(name for name in changed if name in self._layout.members)

    @property
    def version(self) -> int:
        """A number that grows whenever something was taken in."""
        return self._touched.version

    def since(self, version: int) -> tuple[int, dict[str, int]]:
        """Return the version now, and the earliest time (microseconds) that changed of each series since a version."""
        return self._touched.since(version)

    def sync(self) -> None:
        """Put on the disk what was taken in."""
        with self._lock:
            if self._files is None or not self._ready:
                return
            for grid in self._layout.grids.values():
                grid.flush()
            self._state.synced = self._state.cursor
            self._state.slots = {str(cadence): grid.used for cadence, grid in self._layout.grids.items()}
            self._files.write_state(self._state, sync=True)
            self._flushed = monotonic()

    def close(self) -> None:
        """Put everything on the disk and let go of the folder; what was given out stays readable."""
        with self._lock:
            self.sync()
            self._ready = False
            for grid in self._layout.grids.values():
                grid.close()
            if self._files is not None:
                self._files.close()
            if vars(self._store).get("cube") is self:
                del vars(self._store)["cube"]

    # Reading

    def names(self) -> list[str]:
        """Return the names of all series that have values, sorted."""
        return sorted(self._layout.members)

    def series(self) -> "pd.DataFrame":
        """Return what series say of themselves, as `Store.series` does, as of the last catching up; not to be changed."""
        if self._frame is None:
            self._frame = self._store.series()
        return self._frame

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers that change when a series comes, moves, or says something else of itself."""
        return self._described, self._layout.moves

    def cadence(self, name: str) -> timedelta | None:
        """Return the time between values: declared, or the median step; None where there are too few."""
        member = self._member(name)
        if member is None:
            return None
        if member.cadence:
            return timedelta(microseconds=member.cadence)
        if self._attrs.get(name):
            return timedelta(microseconds=self._attrs[name])
        time = self._layout.loose[name].told()[0]
        return timedelta(microseconds=int(np.median(np.diff(time[-4096:])))) if len(time) > 2 else None

    def regular(self, name: str) -> bool:
        """Tell whether the times of a series keep its cadence."""
        member = self._member(name)
        return member is not None and member.cadence > 0

    def window(self, name: str, start: datetime | None = None, end: datetime | None = None) -> Window:
        """Return values from `start` up to, but not at, `end`.

        Raises
        ------
        UnknownNameError
            If there is no such series.
        """
        low, high = (None if at is None else micros(at) for at in (start, end))
        return self._window(name, low, high)

    def latest(self) -> Latest:
        """Return the newest telling of every series."""
        names: list[str] = []
        columns: list[tuple[NDArray[Any], ...]] = []
        for group in self.groups():
            time, value, flag = group.latest()
            names += group.names
            columns.append((time, value, flag))
        for name in self._layout.free():
            told = [column[-1:] for column in self._layout.loose[name].told()]
            if len(told[0]):
                names.append(name)
                columns.append((told[0], told[1], told[2]))
        if not names:
            return Latest((), np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.uint8))
        time, value, flag = (np.concatenate(parts) for parts in zip(*columns, strict=True))
        order = np.array(sorted(range(len(names)), key=names.__getitem__))
        return Latest(tuple(names[at] for at in order), time[order], value[order], flag[order])

    def decimate(self, name: str, start: datetime | None, end: datetime | None, width: int) -> Window:
        """Return what a line over `width` pixel columns needs: the first, smallest, largest and last value of each.

        A column without any value gives one point that is missing, so that the line breaks there. The worst flag of
        a column is on its nearest point. Fewer values than points are returned as they are.
        """
        if not 1 <= width <= 100_000:
            raise InvalidInputError(f"A picture cannot be {width} pixels wide; expected 1 to 100,000.")
        whole = self.window(name, start, end)
        if len(whole.time) <= 4 * width:
            return whole
        low = int(whole.time[0]) if start is None else micros(start)
        high = int(whole.time[-1]) + 1 if end is None else micros(end)
        edges = np.searchsorted(whole.time, _edges(low, high, width)).astype(np.int64)
        places, flags = kernels.columns(whole.value, whole.flag, edges)
        return Window(whole.time[places], whole.value[places], flags)

    def sparklines(
        self, names: Sequence[str], start: datetime, end: datetime, width: int
    ) -> NDArray[np.float32]:
        """Return the smallest and the largest usable value of each pixel column of many series.

        Returns
        -------
        numpy.ndarray
            float32[len(names), width, 2]; NaN where a column has none, or where there is no such series. Values
            that are flagged bad are left out: a spike would press all else flat.
        """
        if not 1 <= width <= 10_000:
            raise InvalidInputError(f"A sparkline cannot be {width} pixels wide; expected 1 to 10,000.")
        edges = _edges(micros(start), micros(end), width)
        out = np.full((len(names), width, 2), np.nan, np.float32)
        places = {name: at for at, name in enumerate(names)}
        for group in self.groups(names):
            with self._lock:
                group.grid.summarise()
            steps = -((group.phase[:, None] - edges[None, :]) // group.cadence)
            out[[places[name] for name in group.names]] = group.grid.sparks(group.rows, steps)
        free = set(self._layout.free())
        for name in places:
            if name in free:
                time, value, flag = self._layout.loose[name].told()
                kernels.extremes(
                    value, flag, np.searchsorted(time, edges).astype(np.int64), out[places[name]]
                )
        if len(places) < len(names):
            out = out[[places[name] for name in names]]
        return out

    def groups(self, names: Iterable[str] | None = None) -> list[Group]:
        """Return the series that keep a cadence, by cadence: all, or those of `names`."""
        members = self._layout.members
        wanted = (
            list(members) if names is None else [name for name in dict.fromkeys(names) if name in members]
        )
        found: dict[int, list[str]] = {}
        for name in wanted:
            if members[name].cadence:
                found.setdefault(members[name].cadence, []).append(name)
        return [
            Group(
                self._layout.grids[cadence],
                tuple(part),
                np.array([members[name].row for name in part], np.int64),
                np.array([members[name].phase for name in part], np.int64),
            )
            for cadence, part in sorted(found.items())
        ]

    def loose(self, names: Iterable[str]) -> list[Loose]:
        """Return series that keep no cadence, where they stand; they grow as values come."""
        return [self._layout.loose[name] for name in names]

    # Inside

    def _window(self, name: str, low: int | None, high: int | None) -> Window:
        member = self._member(name)
        if member is None:
            return Window(np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.uint8))
        cadence, phase, row = member.cadence, member.phase, member.row
        if cadence:
            grid = self._layout.grids[cadence]
            first, last = grid.span(row)
            begin = first if low is None else max(first, -((phase - low) // cadence))
            stop = last + 1 if high is None else min(last + 1, -((phase - high) // cadence))
            value, flag = grid.take(row, begin, stop)
            time = np.arange(begin, max(begin, stop), dtype=np.int64) * cadence + phase
            flag = np.where(flag == UNWRITTEN, np.uint8(Flag.MISSING), flag)
        else:
            time, value, flag = self._layout.loose[name].told()
            cut = slice(
                0 if low is None else int(np.searchsorted(time, low)),
                None if high is None else int(np.searchsorted(time, high)),
            )
            time, value, flag = time[cut], value[cut], flag[cut]
        value = value.view()
        value.flags.writeable = False
        return Window(time, value, flag)

    def _member(self, name: str) -> Any:
        found = self._layout.members.get(name)
        if found is None and name not in self._attrs:
            raise UnknownNameError("series", name, self._layout.members)
        return found

    def _fresh(self) -> None:
        folder = None if self._files is None else self._files.folder
        self._layout = Layout(folder, lambda name: self._attrs.get(name, 0))
        self._intake = Intake(self._store, self._layout)

    def _start(self) -> Spans:
        """Open what the folder holds, or make all anew; return what was read."""
        self._describe(None)
        found = None if self._files is None else self._files.read()
        if self._files is None or found is None or not self._usable(found[1]):
            return self._rebuild()
        members, self._state = found
        slots = None
        if self._files.crashed:
            self._state.cursor, slots = self._state.synced, self._state.slots
            members = {name: item for name, item in members.items() if item.since <= self._state.synced}
        self._layout.adopt(members, slots)
        if any(self._layout.grid(int(cadence)).used < count for cadence, count in self._state.slots.items()):
            return self._rebuild()  # a file was cut short
        lacking = [name for name in self._attrs if name not in self._layout.members]
        self._intake.load(lacking, self._state.cursor)
        self._ready = True
        self._write()
        return {}

    def _usable(self, state: State) -> bool:
        assert self._files is not None
        if self._files.crashed:
            return 0 < state.synced <= self._store.cursor()
        if not state.cursor:
            return False
        told = self._store.changes(state.cursor - 1, 1)
        return bool(told) and _print(told[0]) == state.print

    def _rebuild(self) -> Spans:
        """Read everything, and return all of it."""
        for grid in self._layout.grids.values():
            grid.close()
        if self._files is not None:
            self._files.clear()
        self._fresh()
        self._describe(None)
        cursor = self._store.cursor()
        told = self._store.changes(cursor - 1, 1) if cursor else []
        self._state = State(cursor, _print(told[0]) if told else "")
        self._intake.load(sorted(self._attrs), cursor)
        self._ready = True
        self._write()
        self.sync()
        return dict.fromkeys(self._layout.members, ALWAYS)

    def _describe(self, changes: Any) -> None:
        """Read what series say of themselves, where that changed or is not known."""
        if changes is not None and all(
            change.table != "series" and all(name in self._attrs for name in change.series)
            for change in changes
        ):
            return
        frame = self._frame = self._store.series()
        self._described += 1
        before = self._attrs
        self._attrs = {str(name): declared(attrs) for name, attrs in frame["attrs"].items()}
        again = [name for name, cadence in self._attrs.items() if before.get(name, cadence) != cadence]
        self._layout.forget(again)
        self._intake.load(again, self._state.cursor)

    def _write(self) -> None:
        """Write down which series there are, then how far all is."""
        if self._files is None:
            return
        if self._layout.moved:
            self._layout.moved = False
            self._files.write_members(self._layout.members)
        self._files.write_state(self._state)


def _edges(start: int, end: int, width: int) -> NDArray[np.int64]:
    """Return the times at which pixel columns begin, and the last one's end."""
    return (
        start
        + (np.arange(width + 1, dtype=np.int64) * ((end - start) // width))
        + (np.arange(width + 1, dtype=np.int64) * ((end - start) % width) // width)
    )


def _print(change: Any) -> str:
    return f"{change.cursor} {change.table} {micros(change.known)} {change.count} {change.key}"
