"""The alarms as they stand: read from the store, kept in step with it, and written back, a step at a time."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watchfloor.alarms.alarm import CHATTER_SPAN, SOURCE, Alarm
from watchfloor.core.errors import UnknownNameError
from watchfloor.core.scales import Status
from watchfloor.store import Store

__all__ = ["Book", "LostError", "Said"]

_MANY = 200
"""Alarms that changed in another process, beyond which all are read anew."""
_PART = 2_000
"""Steps told in one entry of the journal."""
_CHANGES = 10_000


class LostError(Exception):
    """Somebody else took a step first; look again and try again."""


@dataclass(frozen=True)
class Said:
    """What the journal is told of an act."""

    actor: str
    action: str
    subject: str
    detail: dict[str, Any] = field(default_factory=dict)


class Book:
    """All open alarms in memory, in step with the store, whoever else writes to it.

    A step is the next revision of the alarm's record. Two processes that take a step at once would write the same
    revision: the store keeps the first, the second learns of it (`LostError`), reads, and thinks again.

    Parameters
    ----------
    store
        Where the alarms are.
    status
        The floor's.

    Examples
    --------
    >>> Book(Store.open(":memory:"), Status.EXERCISE).all()
    []
    """

    def __init__(self, store: Store, status: Status) -> None:
        self._store, self._status = store, status
        self._alarms: dict[str, Alarm] = {}
        self._points: dict[tuple[str, str], str] = {}
        self._cursor = -1
        self.read: list[Callable[[Iterable[Alarm]], None]] = []
        """Called with the alarms that others changed, or that were read at the start."""

    def sync(self) -> None:
        """Learn what others did since."""
        cursor = self._store.cursor()
        if cursor == self._cursor:
            return
        if self._cursor < 0:
            self._load()
        else:
            changed = self._changed(cursor)
            if len(changed) > _MANY:
                self._load()
            else:
                self._take(filter(None, (self._last(name) for name in changed)))
        self._cursor = cursor

    def all(self) -> list[Alarm]:
        """Return the alarms that are kept in memory: open ones, those closed by hand, and those that closed lately."""
        return list(self._alarms.values())

    def at(self, key: tuple[str, str]) -> Alarm | None:
        """Return the last alarm of a rule and subject that is kept in memory."""
        name = self._points.get(key)
        return None if name is None else self._alarms[name]

    def get(self, name: str) -> Alarm:
        """Return an alarm by its name, however old.

        Raises
        ------
        UnknownNameError
            If there is none.
        """
        found = self._alarms.get(name) or self._last(name)
        if found is None:
            raise UnknownNameError("alarm", name, self._alarms)
        return found

    def has(self, name: str, *, anywhere: bool = False) -> bool:
        """Tell whether there is an alarm of this name: in memory, or anywhere."""
        return name in self._alarms or (anywhere and self._last(name) is not None)

    def commit(self, steps: Sequence[Alarm], said: Sequence[Said], known: datetime | None = None) -> None:
        """Write steps and what the journal is told of them, all or none.

        Parameters
        ----------
        steps
            Each the next one of its alarm, in their order.
        said
            Entries of the journal; the watch's own are made from the steps where there is none.
        known
            When they were taken; None for now.

        Raises
        ------
        LostError
            If another process took one of them first, or any other step since the last look.
        """
        with self._store.batch():
            if self._changed(self._store.cursor()):
                raise LostError
            if self._store.append([item.record(self._status) for item in steps], known).duplicates:
                raise LostError
            for entry in said or _told(steps):
                self._store.journal.write(entry.actor, entry.action, entry.subject, entry.detail, known=known)
        self._take(steps, quiet=True)

    def drop(self, before: datetime) -> None:
        """Forget alarms that closed before a time."""
        for item in [
            one for one in self._alarms.values() if not one.open and not one.standing and one.at < before
        ]:
            del self._alarms[item.id]
            if self._points.get(item.key) == item.id:
                del self._points[item.key]

    def _load(self) -> None:
        self._alarms, self._points = {}, {}
        found = self._store.records("alarm", source=SOURCE, state=("active", "cancelled"))
        since = self._store.clock.now() - CHATTER_SPAN
        lately = self._store.records(
            "alarm", source=SOURCE, state="ended", during=(since, since + 2 * CHATTER_SPAN)
        )
        self._take(Alarm.read(record) for record in [*found, *lately])

    def _take(self, alarms: Iterable[Alarm], *, quiet: bool = False) -> None:
        taken = sorted(alarms, key=lambda item: (item.onset, item.step))
        for item in taken:
            self._alarms[item.id] = item
            other = self.at(item.key)
            if other is None or other.id == item.id or _rank(other) <= _rank(item):
                self._points[item.key] = item.id
        if taken and not quiet:
            for call in self.read:
                call(taken)

    def _changed(self, cursor: int) -> Collection[str]:
        """Return the alarms that have steps up to a cursor which are not known here."""
        found: dict[str, None] = {}
        since = max(self._cursor, 0)
        while since < cursor:
            changes = self._store.changes(since, limit=_CHANGES)
            for change in changes:
                if change.table == "record" and change.kind == "alarm":
                    mine = self._alarms.get(change.key)
                    if mine is None or int(change.revision) > mine.step:
                        found[change.key] = None
            since = changes[-1].cursor if changes else cursor
        return found

    def _last(self, name: str) -> Alarm | None:
        records = self._store.history("alarm", SOURCE, name)
        return Alarm.read(max(records, key=lambda item: item.revision)) if records else None


def _rank(alarm: Alarm) -> tuple[bool, datetime, datetime]:
    """Return what tells which alarm of one rule and subject is the one that counts: an open one, else the last."""
    return alarm.open, alarm.onset, alarm.at


def _told(steps: Sequence[Alarm]) -> list[Said]:
    """Return what the journal is told of the watch's own steps: name, step and event of each."""
    rows = [[item.id, item.step, item.event.value] for item in steps]
    return [
        Said("watch", "step", "alarms", {"steps": rows[start : start + _PART]})
        for start in range(0, len(rows), _PART)
    ]
