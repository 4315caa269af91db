"""What the watch sees of the sensors before any rule is asked: marks of quality, health, maintenance."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from watchfloor.alarms.verdict import Verdict
from watchfloor.core.clock import from_micros, micros
from watchfloor.diagnosis.quality import Sensors, assess
from watchfloor.store.cube import Cube

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["Sight"]

_TOGETHER = 600_000_000
"""Microseconds: what came lately is judged together, what came late by itself."""
_ALWAYS = -(2**60)


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
        self._sensors: Sensors | None = None
        self._series = -1

    def mark(self, cube: Cube, now: datetime, known: datetime | None = None) -> int:
        """Mark what came since the last time; return how many marks are new.

        What fails is judged again next time, for nothing counts as seen before its marks are stored.
        """
        version, touched = cube.since(self._version)
        if not touched:
            return 0
        names: dict[int, list[str]] = {}
        recent = micros(now) - _TOGETHER
        for name, since in touched.items():
            names.setdefault(recent if since >= recent else since, []).append(name)
        stored = 0
        for since, part in sorted(names.items()):
            start = None if since <= _ALWAYS else from_micros(since)
            marked = self._store.marks(part, start)
            marks = assess(cube, part, start, series=self._read(), now=now, marked=marked)
            stored += self._store.mark(marks, known).stored if marks else 0
        self._version = version
        if stored:
            cube.catch_up()
        return stored

    def health(self, cube: Cube, now: datetime) -> list[Verdict]:
        """Return what is to be said of sensors that fell silent or are not to be trusted."""
        return []

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
