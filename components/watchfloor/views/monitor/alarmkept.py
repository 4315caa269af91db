"""The alarms of now as all pages of a process see them: kept in step by what changed, and worked out once for all."""

from collections.abc import Callable, Hashable
from datetime import timedelta
from threading import RLock
from typing import Any

from watchfloor.alarms.alarm import Alarm
from watchfloor.alarms.life import Life
from watchfloor.core.errors import UnknownNameError

__all__ = ["LATELY", "Kept"]

LATELY = timedelta(hours=24)
"""Alarms that closed since then are kept beside the open ones."""
_SHARED = 500
"""Things worked out that are held, of one version."""
_SERIES = 32
"""Series of which every alarm is held."""
_PAGE = 10_000


class Kept:
    """Open and lately closed alarms, and what pages make of them.

    An alarm that changes costs the reading of that one, however many are open. What is made of them is held until
    something changes, so that fifty pages that look alike cost as much as one.

    Parameters
    ----------
    floor
        Whose alarms they are.
    life
        Where one alarm is read.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     kept = Kept(floor, Life(floor))
    ...     kept.alarms(), kept.shared("words", lambda: ["made"]) is kept.shared("words", lambda: ["again"])
    ([], True)
    """

    def __init__(self, floor: Any, life: Life) -> None:
        self._floor, self._life = floor, life
        self._lock = RLock()
        self._cursor = -1
        self._version = 0
        self._alarms: dict[str, Alarm] | None = None
        self._order: dict[str, tuple[Any, ...]] = {}
        self._lists: dict[bool, list[Alarm]] = {}
        self._about: dict[str, dict[str, Alarm]] = {}
        self._made: dict[Hashable, Any] = {}
        self.named = 0
        """How often a station or a rule was described since."""

    def version(self) -> int:
        """Take over what changed; the number that is returned is another one when something did."""
        with self._lock:
            store = self._floor.store
            cursor, names, other = store.cursor(), set[str](), False
            if cursor == self._cursor:
                return self._version
            if self._cursor < 0:
                other = True
            else:
                while self._cursor < cursor:
                    page = store.changes(self._cursor, _PAGE)
                    for change in page:
                        if change.kind == "alarm":
                            names.add(change.key)
                        # words around an alarm: what its stations and its rule are called
                        other = other or change.kind == "rule" or change.table == "series"
                    self._cursor = max([change.cursor for change in page], default=cursor)
            self._cursor = cursor
            if names:
                self._take(names)
            self.named += other
            if names or other:
                self._version += 1
                self._lists.clear()
                self._made.clear()
            return self._version

    def alarms(self, *, open_only: bool = True) -> list[Alarm]:
        """Return the alarms in the order of their calls, with those that closed lately unless `open_only`.

        The list is shared: it is not to be changed.
        """
        with self._lock:
            self.version()
            if self._alarms is None:
                self._load()
            if open_only not in self._lists:
                assert self._alarms is not None
                found = [alarm for alarm in self._alarms.values() if alarm.open or not open_only]
                self._lists[open_only] = sorted(found, key=lambda alarm: self._order[alarm.id])
            return self._lists[open_only]

    def about(self, series: str) -> list[Alarm]:
        """Return every alarm that ever rested on a series."""
        with self._lock:
            self.version()
            if series not in self._about:
                while len(self._about) >= _SERIES:
                    del self._about[next(iter(self._about))]
                told = self._life.alarms(open_only=False)
                self._about[series] = {alarm.id: alarm for alarm in told if series in alarm.verdict.series}
            return list(self._about[series].values())

    def shared(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what was made under a key since alarms changed last, made now where it was not."""
        with self._lock:
            self.version()
            if key not in self._made:
                while len(self._made) >= _SHARED:
                    del self._made[next(iter(self._made))]
                self._made[key] = make()
            return self._made[key]

    # inside

    def _load(self) -> None:
        since = self._floor.now() - LATELY
        self._life.alarms()  # the first click must not wait for what is read once
        told = self._life.alarms(open_only=False)
        self._alarms = {alarm.id: alarm for alarm in told if alarm.open or alarm.at >= since}
        self._order = {alarm.id: alarm.order for alarm in self._alarms.values()}

    def _take(self, names: set[str]) -> None:
        """Read what changed, and forget what closed long ago."""
        since = self._floor.now() - LATELY
        for name in names:
            try:
                alarm = self._life.alarm(name)
            except UnknownNameError:
                continue
            if self._alarms is not None:
                self._alarms[name], self._order[name] = alarm, alarm.order
            for series, held in self._about.items():
                if series in alarm.verdict.series:
                    held[name] = alarm
        if self._alarms is not None:
            for name in [each.id for each in self._alarms.values() if not each.open and each.at < since]:
                del self._alarms[name], self._order[name]
