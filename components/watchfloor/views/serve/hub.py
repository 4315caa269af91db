"""Carry what is new in a store to every open page: one poller per process and store.

Sessions never bind to objects that other sessions see, because one closed page would then stop the feed for all.
Each subscription stands alone: a callback that raises, or a page that has died, costs the others nothing.
"""

import logging
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, RLock, Thread
from typing import Any, ClassVar, Protocol

from bokeh.document import Document

from watchfloor.core.clock import monotonic
from watchfloor.views.serve.subscription import MOST, Batch, Beat, Subscription

__all__ = ["MOST", "Batch", "Beat", "Hub", "HubStatus", "Subscription"]

log = logging.getLogger(__name__)

POLL = 0.1
"""Seconds between two looks at the store's cursor."""
PUSH = 0.5
"""Least seconds between two pushes to one page."""
URGENT = 0.2
"""The same where an alarm is among what is new."""
BEAT = 2.0
"""Seconds between two signs of life; a page calls itself stale after three without one."""
FAILURES = 5
"""Failures in a row after which a subscription is dropped."""
PAGE = 10_000
"""Changes read at once."""


class _Change(Protocol):
    """What the hub needs to know of a change."""

    @property
    def cursor(self) -> int: ...
    @property
    def table(self) -> str: ...


class _Store(Protocol):
    """What the hub needs of a store."""

    def cursor(self) -> int: ...
    def changes(self, since: int, limit: int = ...) -> Sequence[Any]: ...


@dataclass(frozen=True)
class HubStatus:
    """Figures of a hub, for the health page."""

    cursor: int
    subscribers: int
    behind: int
    pushes: int
    failures: int
    dropped: int
    trouble: str


class Hub:
    """Reads each change of a store once and carries it to every subscription.

    Parameters
    ----------
    store
        What is polled; None for a hub that only beats.
    poll, push, beat
        Seconds, see `POLL`, `PUSH`, `BEAT`.

    Examples
    --------
    >>> hub = Hub(None, poll=0.01, beat=0.01)
    >>> heard = Event()
    >>> subscription = hub.on_beat(lambda beat: heard.set())
    >>> heard.wait(5)
    True
    >>> subscription.close(); hub.status().subscribers
    0
    """

    _hubs: ClassVar["weakref.WeakKeyDictionary[Any, Hub]"] = weakref.WeakKeyDictionary()
    _idle: ClassVar["Hub | None"] = None
    _guard: ClassVar[RLock] = RLock()

    def __init__(
        self, store: _Store | None, *, poll: float = POLL, push: float = PUSH, beat: float = BEAT
    ) -> None:
        self._store: Callable[[], _Store | None] = weakref.ref(store) if store is not None else lambda: None
        self._idles = store is None
        self._poll, self._least, self._rest = poll, push, beat
        self._subscriptions: weakref.WeakSet[Subscription] = weakref.WeakSet()
        self._lock = RLock()
        self._stop = Event()
        self._thread: Thread | None = None
        self._cursor = 0
        self._beats = 0
        self._beaten = float("-inf")
        self._pushes = self._failures = self._dropped = 0
        self._trouble = ""

    @classmethod
    def of(cls, store: _Store | None) -> "Hub":
        """Return the one hub of a store in this process."""
        with cls._guard:
            if store is None:
                cls._idle = cls._idle or cls(None)
                return cls._idle
            if store not in cls._hubs:
                cls._hubs[store] = cls(store)
            return cls._hubs[store]

    def subscribe(
        self,
        callback: Callable[[Batch], object],
        doc: Document | None = None,
        wants: Callable[[Batch], bool] | None = None,
    ) -> Subscription:
        """Have `callback` called with every later change; subscribe first, then read, and nothing is missed.

        Parameters
        ----------
        callback
            Takes a `Batch`.
        doc
            The page's document (``pn.state.curdoc``); the subscription ends with it. Without one the callback runs
            on the hub's thread, and the subscription ends when it is no longer held.
        wants
            See `Subscription`.
        """
        return self._add(callback, doc, beats=False, wants=wants)

    def on_beat(
        self,
        callback: Callable[[Beat], object],
        doc: Document | None = None,
        wants: Callable[[Beat], bool] | None = None,
    ) -> Subscription:
        """Have `callback` called with a `Beat` every two seconds."""
        return self._add(callback, doc, beats=True, wants=wants)

    def status(self) -> HubStatus:
        """Return the figures."""
        with self._lock:
            receivers = [one for one in self._subscriptions if not one.closed]
            behind = [self._cursor - one.delivered for one in receivers if not one.beats]
            return HubStatus(
                self._cursor, len(receivers), max([0, *behind]), self._pushes, self._failures, self._dropped,
                self._trouble,
            )  # fmt: skip

    def close(self) -> None:
        """End every subscription and the poller."""
        for one in list(self._subscriptions):
            one.close()
        self._stop.set()
        thread = self._thread
        if thread is not None:
            thread.join(timeout=5)

    def _add(
        self,
        callback: Callable[[Any], object],
        doc: Document | None,
        *,
        beats: bool,
        wants: Callable[[Any], bool] | None,
    ) -> Subscription:
        with self._lock:
            start = self._cursor
            store = self._store()
            if store is not None:
                try:
                    start = store.cursor()
                except Exception as error:  # noqa: BLE001  a page opens although the store cannot be read
                    self._note(error)
            if not len(self._subscriptions) or self._thread is None:
                self._cursor = max(self._cursor, start)
            ref = weakref.ref(doc) if doc is not None else None
            one = Subscription(callback, ref, start, beats=beats, wants=wants, _hub=self, _reached=start)
            self._subscriptions.add(one)
            if self._thread is None:
                self._stop = Event()
                self._thread = Thread(target=self._run, args=(self._stop,), name="hub", daemon=True)
                self._thread.start()
        if doc is not None:
            _keep(doc, one)
        return one

    def _forget(self, one: Subscription) -> None:
        with self._lock:
            self._subscriptions.discard(one)
        doc = one.doc() if one.doc is not None else None
        if doc is not None:
            getattr(doc, "_watchfloor_subscriptions", set()).discard(one)

    def _failed(self, one: Subscription, error: Exception) -> None:
        self._failures += 1
        log.warning(
            "a page's subscriber failed (%d in a row): %s: %s", one.failures, type(error).__name__, str(error)
        )  # its text: an error holds the page by its frames
        if one.failures >= FAILURES:
            self._dropped += 1
            log.error("a page's subscriber is dropped after %d failures in a row", one.failures)
            one.close()

    def _run(self, stop: Event) -> None:
        while not stop.wait(self._poll):
            self._round()  # apart, so that nothing here holds a subscription while it waits
            with self._lock:
                if not len(self._subscriptions) or (self._store() is None and not self._idles):
                    self._thread = None
                    return

    def _round(self) -> None:
        """Read, and hand on what is due."""
        self._read()
        now = monotonic()
        beat = None
        if now - self._beaten >= self._rest:
            self._beaten = now
            self._beats += 1
            beat = Beat(self._beats, self._cursor, self._trouble)
        for one in list(self._subscriptions):
            if one.beats and beat is not None:
                one._beat = beat
            least = 0 if one.beats else self._least
            self._pushes += one.push(now, least, min(least, URGENT))

    def _read(self) -> None:
        """Read what is new once, for all."""
        store = self._store()
        if store is None:
            return
        try:
            target, complete = store.cursor(), True
            changes: list[Any] = []
            reached = self._cursor
            while reached < target:
                page = store.changes(reached, PAGE)
                if not page:
                    reached = target
                    break
                changes.extend(page)
                reached = max(change.cursor for change in page)
                if len(changes) >= MOST:
                    changes, complete, reached = [], False, max(target, reached)
            if self._trouble:
                log.warning("the store can be read again")
                self._trouble = ""
        except Exception as error:  # noqa: BLE001  a store in trouble must not end the feed
            self._note(error)
            return
        if reached > self._cursor:
            with self._lock:
                self._cursor = reached
                receivers = [one for one in self._subscriptions if not one.beats]
            for one in receivers:
                one.offer(changes, reached, complete=complete)

    def _note(self, error: Exception) -> None:
        if not self._trouble:
            log.error("the store cannot be read: %s: %s", type(error).__name__, error)
        self._trouble = type(error).__name__


def _keep(doc: Document, one: Subscription) -> None:
    """Let a subscription live as long as its page: the page holds it, the hub does not."""
    held: set[Subscription] | None = getattr(doc, "_watchfloor_subscriptions", None)
    if held is None:
        held = set()
        doc._watchfloor_subscriptions = held

        def end(session_context: object) -> None:  # noqa: ARG001  Bokeh checks the signature
            for each in list(held or ()):
                each.close()

        doc.on_session_destroyed(end)
    held.add(one)
