"""What a hub delivers, and one receiver of it."""

import logging
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Protocol

from bokeh.document import Document

from watchfloor.views.pageloop import gone, on_page

__all__ = ["MOST", "Batch", "Beat", "Subscription"]

log = logging.getLogger(__name__)

MOST = 50_000
"""Changes kept for a page that does not take them; beyond, the page is told to read everything anew."""


class _Hub(Protocol):
    """What a subscription needs of its hub."""

    def _forget(self, one: "Subscription") -> None: ...
    def _failed(self, one: "Subscription", error: Exception) -> None: ...


@dataclass(frozen=True)
class Batch:
    """What is new since the last batch of the same subscription.

    Parameters
    ----------
    cursor
        The store's cursor after the last change in it.
    changes
        Changes in the order of their cursors, each delivered at least once.
    tables
        Names of the tables that changed.
    complete
        False where changes were left out because the page did not take them for too long: read everything anew.
    """

    cursor: int
    changes: list[Any]
    tables: set[str]
    complete: bool = True


@dataclass(frozen=True)
class Beat:
    """A sign of life.

    Parameters
    ----------
    number
        Grows by one with each beat of the hub.
    cursor
        The store's cursor as last read.
    trouble
        Empty, or why the store cannot be read.
    """

    number: int
    cursor: int
    trouble: str = ""


_URGENT = "alarm"
"""The kind of record that is not kept waiting."""


@dataclass(eq=False)
class Subscription:
    """One receiver; it ends with `close`, with its page, or when nothing holds it.

    Parameters
    ----------
    callback
        Takes a `Batch` (or a `Beat`). It runs on the page's own loop, with the document locked.
    doc
        Document of the page; None calls it on the hub's thread.
    delivered
        Cursor of the last batch that the callback took without raising.
    wants
        Asked on the hub's thread whether a batch (or beat) is to be delivered at all: to wake a page takes a
        millisecond, and a page that hears the same by the broadcast channel has nothing to do.
    """

    callback: Callable[[Any], object]
    doc: "weakref.ref[Document] | None"
    delivered: int
    beats: bool = False
    wants: Callable[[Any], bool] | None = None
    failures: int = 0
    closed: bool = False
    _hub: "_Hub | None" = None
    _pending: list[Any] = field(default_factory=list)
    _beat: Beat | None = None
    _complete: bool = True
    _reached: int = 0
    _scheduled: bool = False
    _pushed: float = float("-inf")
    _lock: RLock = field(default_factory=RLock)

    def close(self) -> None:
        """End it. Safe to call twice, from any thread."""
        self.closed = True
        with self._lock:
            self._pending = []
            self._beat = None
        if self._hub is not None:
            self._hub._forget(self)

    def offer(self, changes: Sequence[Any], reached: int, *, complete: bool) -> None:
        """Take over changes that are newer than those it has."""
        with self._lock:
            new = [change for change in changes if change.cursor > self._reached]
            self._pending.extend(new)
            if len(self._pending) > MOST:
                self._pending, complete = [], False
            self._complete = self._complete and complete
            self._reached = max(self._reached, reached)

    def push(self, now: float, least: float, urgent: float | None = None) -> bool:
        """Hand over what waits, if the last push is long enough ago; tell whether it was handed over.

        Parameters
        ----------
        now
            Seconds of `core.clock.monotonic`.
        least
            Least seconds since the last push.
        urgent
            The same where an alarm waits; as `least` if None.
        """
        with self._lock:
            waits = self._beat is not None or bool(self._pending) or not self._complete
            if urgent is not None and any(change.kind == _URGENT for change in self._pending):
                least = urgent
            if self.closed or self._scheduled or not waits or now - self._pushed < least:
                return False
            if not self._wanted():
                return False
            self._scheduled, self._pushed = True, now
        if self.doc is None:
            self._deliver()
            return True
        doc = self.doc()
        if doc is None or gone(doc):
            self.close()
            return False
        return on_page(doc, self._deliver, self._fail)

    def _wanted(self) -> bool:
        """Ask whether what waits is wanted; what is not counts as taken."""
        if self.wants is None or (self.doc is not None and self.doc() is None):
            return True
        try:
            wanted = self.wants(self._beat if self.beats else self._batch())
        except Exception:  # better one delivery too many than one too few
            log.exception("a page's subscriber cannot say what it wants")
            wanted = True
        if not wanted:
            self._pending, self._beat, self._complete = [], None, True
            self.delivered = max(self.delivered, self._reached)
        return wanted

    def _batch(self) -> Batch:
        tables = {str(change.table) for change in self._pending}
        return Batch(self._reached, list(self._pending), tables, self._complete)

    def _deliver(self) -> None:
        with self._lock:
            self._scheduled = False
            if self.closed:
                return
            changes, self._pending = self._pending, []
            complete, self._complete = self._complete, True
            beat, self._beat = self._beat, None
            cursor = self._reached
        message: Any = beat
        if not self.beats:
            message = Batch(cursor, changes, {str(change.table) for change in changes}, complete)
        try:
            self.callback(message)
        except Exception as error:  # noqa: BLE001  one failing page must not stop the others
            with self._lock:  # what was not taken is offered again
                self._pending = changes + self._pending
                self._complete = self._complete and complete
            self._fail(error)
        else:
            self.failures = 0
            self.delivered = max(self.delivered, cursor)

    def _fail(self, error: Exception) -> None:
        doc = self.doc() if self.doc is not None else None
        if doc is not None and gone(doc):
            self.close()
            return
        with self._lock:
            self._scheduled = False
            self.failures += 1
        if self._hub is not None:
            self._hub._failed(self, error)
