"""The right to do something alone: one process, or thread, of all that have a store open."""

import fcntl
import os
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import text

from watchfloor.core.errors import InvalidInputError, StoreError
from watchfloor.core.provenance import digest

if TYPE_CHECKING:
    from watchfloor.store.store import Store

__all__ = ["Lease"]

_memory: "weakref.WeakKeyDictionary[Store, set[str]]" = weakref.WeakKeyDictionary()
_guard = threading.Lock()


class Lease:
    """A right that one holder has at a time; it is free again when the holder lets go or dies.

    Beside a database file it is a lock of the operating system on a file of its own, on a PostgreSQL server an
    advisory lock of a connection that is kept open: neither outlives its process, however that ends.

    Parameters
    ----------
    store
        The store.
    name
        What is done alone: letters only.

    Examples
    --------
    >>> from watchfloor.store import Store
    >>> store = Store.open(":memory:")
    >>> first, second = Lease(store, "watch"), Lease(store, "watch")
    >>> first.take(), second.take(), first.free(), second.take()
    (True, False, None, True)
    """

    def __init__(self, store: "Store", name: str) -> None:
        if not name.isalpha():
            raise InvalidInputError(f"{name!r} cannot name a right; expected letters.")
        self._store, self._name = store, name
        self._handle: Any = None
        self.held = False
        """Whether this holder has it, as far as it knows."""

    def take(self) -> bool:
        """Take the right if nobody else has it, without waiting; whoever has it already keeps it.

        Raises
        ------
        StoreError
            If the database cannot be asked.
        """
        if not self.held:
            self.held = self._take()
        elif self._store.path is None and self._handle is not None and not self._still():
            self.held = False
            return self.take()
        return self.held

    def free(self) -> None:
        """Let go of it."""
        handle, self._handle = self._handle, None
        if not self.held:
            return
        self.held = False
        if isinstance(handle, int):
            os.close(handle)
        elif handle is not None:
            with suppress(Exception):  # the server may be gone, and the lock with it
                handle.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": self._number()})
            handle.close()  # the server may take its time to notice, so the lock was let go of before
        else:
            with _guard:
                _memory.get(self._store, set()).discard(self._name)

    def __enter__(self) -> Self:
        """Return itself; `held` says whether it has the right."""
        self.take()
        return self

    def __exit__(self, *error: object) -> None:
        """Let go."""
        self.free()

    def _take(self) -> bool:
        path = self._store.path
        if path is not None:
            return self._take_file(path.with_name(f"{path.name}.{self._name}"))
        if self._store._database.backend.kind == "postgresql":
            return self._take_advisory()
        with _guard:
            held = _memory.setdefault(self._store, set())
            if self._name in held:
                return False
            held.add(self._name)
            return True

    def _take_file(self, path: Path) -> bool:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise StoreError(f"{path} cannot be opened: {error.strerror}.") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def _take_advisory(self) -> bool:
        number = self._number()
        connection = self._store._database.engine.connect()
        try:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            taken = bool(
                connection.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}).scalar()
            )
        except Exception as error:
            connection.close()
            raise StoreError(f"The right {self._name!r} cannot be asked for: {error}.") from error
        if not taken:
            connection.close()
            return False
        connection.detach()  # it does not go back to the pool, where the lock would live on
        self._handle = connection
        return True

    def _number(self) -> int:
        """Return 63 bits of the store's own id and the right's name: stores of one server do not hinder each other."""
        return int(digest([self._store.meta("store.id"), self._name])[:16], 16) >> 1

    def _still(self) -> bool:
        """Whether the connection that holds an advisory lock is alive: a server that went away took the lock along."""
        try:
            self._handle.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001  whatever the driver says of a connection that is gone
            self._handle.close()
            self._handle = None
            return False
        return True
