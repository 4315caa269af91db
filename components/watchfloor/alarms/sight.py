"""What the watch sees of the sensors before any rule is asked: marks of quality, health, maintenance."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from watchfloor.core.clock import from_micros, micros, monotonic
from watchfloor.diagnosis.quality import Sensors, assess
from watchfloor.store.cube import Cube

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["Sight"]

_TOGETHER = 600_000_000
"""Microseconds: what came lately is judged together, what came late by itself."""
_PIECE = 3 * 3_600_000_000
"""The same where the past is lived through, which is told in pieces of up to two hours."""
_ALWAYS = -(2**60)
_PART, _SLICE = 100, 25
"""Series that are judged together, and between two looks at the clock."""


class Sight:
    """Judges what a cube took in, once for each value that came.

    Parameters
    ----------
    floor
        The floor.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     Sight(floor).maintained(floor.now())
    frozenset()
    """

    def __init__(self, floor: "Floor") -> None:
        self._floor, self._store = floor, floor.store
        self._version = 0
        self._waiting: dict[str, int] = {}
        self._sensors: Sensors | None = None
        self._series = -1

    @property
    def waits(self) -> bool:
        """Whether anything is to be judged."""
        return bool(self._waiting)

    def look(self, cube: Cube) -> None:
        """Note what the cube took in and is to be judged."""
        version, touched = cube.since(self._version)
        for name, since in touched.items():
            self._waiting[name] = min(since, self._waiting.get(name, since))
        self._version = version

    def mark(
        self,
        cube: Cube,
        now: datetime,
        known: datetime | None = None,
        *,
        names: Iterable[str] | None = None,
        seconds: float | None = None,
    ) -> int:
        """Judge what waits for it, and store the marks; return how many are new.

        What fails waits on: nothing counts as judged before its marks are stored.

        Parameters
        ----------
        cube
            Where the values are.
        now
            The time that it is about; a value is from the future only where it was known before its time.
        known
            When it is known; None for now.
        names
            Only these series; None for all.
        seconds
            How long it may take, about; the rest waits, and what waited longest is judged first.
        """
        chosen = list(self._waiting) if names is None else [name for name in names if name in self._waiting]
        present = known if known is not None else max(now, self._floor.now())
        began, stored, before = monotonic(), 0, self._store.cursor()
        lately = _TOGETHER if known is None or seconds is not None else _PIECE
        size = len(chosen) if seconds is None else _SLICE
        slices = (chosen[start : start + size] for start in range(0, len(chosen), max(1, size)))
        for since, part in (one for some in slices for one in self._parts(some, micros(now), lately)):
            start = None if since <= _ALWAYS else from_micros(since)
            marks = assess(cube, part, start, series=self._read(), now=present, marked=self._store.marks)
            stored += self._store.mark(marks, known).stored if marks else 0
            for name in part:
                del self._waiting[name]
            if seconds is not None and monotonic() - began > seconds:
                break
        if stored:
            self.look(cube)
            cube.catch_up()
            version = cube.version
            if not any(change.table == "observation" for change in self._store.changes(before)):
                self._version = version  # only the marks are new, and they are not judged again
        return stored

    def _parts(self, names: Iterable[str], now: int, lately: int) -> Iterator[tuple[int, list[str]]]:
        """Yield series that are judged together and from when: what came lately at once, what came late by itself."""
        found: dict[int, list[str]] = {}
        recent = now - lately
        for name in names:
            since = self._waiting[name]
            found.setdefault(recent if since >= recent else since, []).append(name)
        for since, group in sorted(found.items(), reverse=True):
            for start in range(0, len(group), _PART):
                yield since, group[start : start + _PART]

    def maintained(self, now: datetime) -> Collection[str]:
        """Return the series that somebody works on at a time."""
        at = micros(now)
        return frozenset(
            name
            for name, stretches in self._read().maintenance.items()
            if any(begin <= at < end for begin, end in stretches)
        )

    def _read(self) -> Sensors:
        cursor = self._store.cursor()
        if self._sensors is None or (cursor != self._series and self._described(cursor)):
            self._sensors = Sensors.of(self._store.series())
        self._series = cursor
        return self._sensors

    def _described(self, cursor: int) -> bool:
        """Whether series were described anew since the last look."""
        since = self._series
        while since < cursor:
            changes: list[Any] = self._store.changes(since)
            if any(change.table == "series" for change in changes):
                return True
            since = changes[-1].cursor if changes else cursor
        return False
