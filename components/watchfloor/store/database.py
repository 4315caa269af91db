"""Transactions: short reads of one snapshot, writes that queue, and one rule for the known time."""

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from watchfloor.core.clock import Clock, micros
from watchfloor.core.errors import StoreError
from watchfloor.store.backend import Backend
from watchfloor.store.tables import change

__all__ = ["Database"]


class _Own(threading.local):
    """What a thread that writes holds: its connection, the last change (cursor and known time), and why it must not be committed."""

    connection: Connection | None = None
    last: tuple[int, int | None] | None = None
    broken: str = ""


class Database:
    """One database, seen by several threads.

    Parameters
    ----------
    backend
        Which one.
    clock
        What tells the known time where the caller does not.
    wait
        Seconds to wait for another writer.
    """

    def __init__(self, backend: Backend, clock: Clock, wait: float) -> None:
        self.backend = backend
        self.clock = clock
        self.engine: Engine = backend.engine(wait)
        self._closed = threading.Event()
        _closing(self.engine, self._closed)
        weakref.finalize(self, self.engine.dispose)  # a store that was forgotten leaves no open file behind
        self.undone: list[Callable[[], None]] = []
        """Called after a write was rolled back, so that nothing of it stays in a cache."""
        self._writing = threading.RLock()
        # A database in memory lives on one connection: who uses it, has it alone.
        self._gate = threading.RLock() if backend.alone else nullcontext()
        self._own = _Own()
        self._errors: tuple[type[Exception], ...] = (DBAPIError, *backend.errors)

    @property
    def where(self) -> str:
        """The address, for messages."""
        return self.backend.where

    @property
    def path(self) -> Path | None:
        """The file; None in memory or on a server."""
        return self.backend.path

    @property
    def writing(self) -> bool:
        """Whether this thread is within a write, and so alone."""
        return self._own.connection is not None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one snapshot; keep it short, a long reader makes the log grow."""
        if self._own.connection is not None:
            yield self._own.connection
            return
        with self._explained(), self._gate, self.engine.connect() as bare:
            connection = bare.execution_options(**self.backend.reading)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self, *, apart: bool = False) -> Iterator[Connection]:
        """Give a connection that holds the write lock; what was written is on the disk when the block ends.

        Inside another write of the same thread it is a part of that one.

        Parameters
        ----------
        apart
            Whether this part alone is undone if it fails, and the rest may go on. A part that is not set apart takes
            the whole down with it: it must check what it is given before it begins to write.
        """
        own = self._own
        if own.connection is not None:
            with self._explained(), self._undoing(), self._part(own.connection, apart=apart):
                yield own.connection
            return
        with self._explained(), self._writing, self._gate, self.engine.connect() as bare:
            connection = bare.execution_options(**self.backend.writing)
            try:
                with self._undoing(), connection.begin():
                    self.backend.lock(connection)
                    own.connection = connection
                    yield connection
                    if own.broken:
                        raise StoreError(
                            f"A part of this write failed, so none of it was stored: {own.broken}"
                        )
            finally:
                own.connection, own.last, own.broken = None, None, ""

    def known(self, connection: Connection, at: datetime | None) -> int:
        """Return the known time of a commit, in microseconds.

        It is `at`, or the clock's time, but never before the last commit's: what was answered as of a time
        stays the answer, whatever is stored later and however clocks jump.
        """
        given = micros(at if at is not None else self.clock.now())
        last = self._last(connection)[1]
        return given if last is None else max(given, last)

    def note(self, connection: Connection, known: int, rows: list[dict[str, Any]]) -> None:
        """Add rows to the table of changes, in the transaction of the data that they speak of."""
        full = {
            "key": "", "kind": "", "source": "", "count": 1, "detail": "", "known": known, "first": None, "last": None,
        }  # fmt: skip
        # Numbered here and not by the database, whose numbers have gaps where a write was undone.
        cursor = self._last(connection)[0]
        numbered = [full | row | {"cursor": cursor + place} for place, row in enumerate(rows, 1)]
        connection.execute(change.insert(), numbered)
        self._own.last = (cursor + len(rows), known)

    def _last(self, connection: Connection) -> tuple[int, int | None]:
        """Return the last change; it is asked for once in a write, for nobody else writes meanwhile."""
        last = self._own.last
        if last is None:
            found = select(change.c.cursor, change.c.known).order_by(change.c.cursor.desc()).limit(1)
            row = connection.execute(found).one_or_none()
            last = self._own.last = (0, None) if row is None else (int(row.cursor), int(row.known))
        return last

    def close(self) -> None:
        """Close every connection: those in use as soon as they are given back."""
        self._closed.set()
        self.engine.dispose()

    @contextmanager
    def _part(self, connection: Connection, *, apart: bool) -> Iterator[None]:
        if apart:
            before = self._own.last, self._own.broken
            try:
                with connection.begin_nested():
                    yield
            except BaseException:
                self._own.last, self._own.broken = before
                raise
            return
        try:
            yield
        except BaseException as error:
            self._own.broken = str(error) or type(error).__name__
            raise

    @contextmanager
    def _undoing(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            for call in self.undone:
                call()
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            raise self.backend.explain(error) from error
        except PoolTimeoutError as error:
            raise StoreError(
                f"Too many threads use the store {self.where} at once; close readers that are done, and try again."
            ) from error


def _closing(engine: Engine, closed: threading.Event) -> None:
    """Have connections closed that are given back after the store was closed: no pool disposes of them any more."""

    def back(raw: Any, held: Any) -> None:
        if raw is not None and closed.is_set():
            held.invalidate()

    event.listen(engine, "checkin", back)
