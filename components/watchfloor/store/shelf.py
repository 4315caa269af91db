"""Records that were read before, so that fifty screens do not each decode them."""

import threading
from collections.abc import Sequence

from sqlalchemy import Connection, select

from watchfloor.store import revisions
from watchfloor.store.database import Database
from watchfloor.store.records import Record
from watchfloor.store.tables import record

__all__ = ["Shelf"]


class Shelf:
    """Records read before, by their number: a row never changes, so it is decoded once, not for every screen.

    Parameters
    ----------
    database
        Where they are.
    limit
        Bytes of stored rows that are held at most.
    """

    def __init__(self, database: Database, limit: int = 32 * 1024 * 1024) -> None:
        self._held: dict[int, tuple[Record, int]] = {}
        self._room = self._limit = limit
        self._lock = threading.Lock()
        database.undone.append(self._clear)

    def fetch(self, connection: Connection, numbers: Sequence[int]) -> list[Record]:
        """Return the records of these numbers, in their order."""
        held = self._held
        found = {number: held[number][0] for number in numbers if number in held}
        missing = [number for number in numbers if number not in found]
        for part in revisions.parts(missing):
            for row in connection.execute(select(record).where(record.c.seq.in_(part))):
                item = found[row.seq] = revisions.read(row)
                self._hold(row.seq, item, len(row.body) + len(row.geometry or b"") + 500)
        return [found[number] for number in numbers]

    def _hold(self, number: int, item: Record, size: int) -> None:
        with self._lock:
            if number in self._held or size > self._limit // 8:
                return
            self._held[number] = (item, size)
            self._room -= size
            while self._room < 0:  # the one held longest goes first
                oldest = next(iter(self._held))
                self._room += self._held.pop(oldest)[1]

    def _clear(self) -> None:
        """Forget all: the numbers of a write that was undone are given again."""
        with self._lock:
            self._held = {}
            self._room = self._limit
