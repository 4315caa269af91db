"""Send the same bytes to every page that listens: made once, whoever looks, and only while somebody does.

A Bokeh patch is made for each page anew, 2 to 4 ms of the server's time each. What all pages show alike goes over a
second websocket of the same server instead: one frame, built once, written to each. A topic's payload is always the
whole state, never a difference, so that a listener who came late or was slow misses nothing by getting the newest only.
"""

import logging
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import RLock
from typing import Any

from bokeh.document import Document
from tornado.ioloop import IOLoop, PeriodicCallback

from watchfloor.core.errors import InvalidInputError
from watchfloor.security.roles import Capability
from watchfloor.views.serve.hub import Batch, Hub, Subscription
from watchfloor.views.serve.topics import LONGEST, Listener, Topic, frame

__all__ = ["BEAT", "LISTENERS", "NAMES", "TOPICS", "Broadcast", "BroadcastStatus"]

log = logging.getLogger(__name__)

BEAT = 5_000
"""Milliseconds between two signs of life; a page that hears nothing for three of them connects anew."""
LISTENERS = 1_000
"""Listeners of one channel."""
NAMES = 64
"""Topics that one listener may listen to."""
TOPICS = 2_000
"""Topics of one channel."""
_OWN = "_watchfloor_broadcast"


@dataclass(frozen=True)
class BroadcastStatus:
    """Figures of a channel."""

    listeners: int
    topics: int
    kept: int
    made: int
    frames: int


class Broadcast:
    """The channel of one store in one process.

    Examples
    --------
    >>> channel = Broadcast()
    >>> topic = channel.topic("wall", lambda: b"made only while somebody listens")
    >>> channel.publish("wall", b"nobody hears this, so it is not kept")
    >>> channel.status()
    BroadcastStatus(listeners=0, topics=1, kept=0, made=0, frames=0)
    >>> channel.close()
    """

    _guard = RLock()

    def __init__(self, store: Any = None) -> None:
        self._store: Callable[[], Any] = weakref.ref(store) if store is not None else lambda: None
        self._lock = RLock()
        self._topics: dict[str, Topic] = {}
        self._listeners: dict[Listener, set[str]] = {}
        self._pages: dict[str, Listener] = {}
        self._dirty: dict[str, Topic] = {}
        self._scheduled = False
        self._loop: IOLoop | None = None
        self._beats: PeriodicCallback | None = None
        self._hub: Subscription | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._made = self._frames = 0

    @classmethod
    def of(cls, store: Any) -> "Broadcast":
        """Return the one channel of a store, or of a floor's store, in this process.

        The store itself holds it, so that both go together although topics may refer to the store.
        """
        store = getattr(store, "store", store)
        with cls._guard:
            own: Broadcast | None = vars(store).get(_OWN)
            if own is None:
                own = vars(store)[_OWN] = cls(store)
            return own

    def topic(
        self,
        name: str,
        make: Callable[[], bytes] | None = None,
        *,
        every: float | None = None,
        live: bool = False,
        needs: Capability = Capability.VIEW,
        doc: Document | None = None,
    ) -> Topic:
        """Say how a topic is made; of the same name again, the newer word counts from then on, and listeners stay.

        Parameters
        ----------
        make
            Returns the payload, the whole state each time. It runs on a thread of its own, first when somebody
            begins to listen; equal payloads are not sent again. It must hold no page.
        every, live
            When it is made anew, besides `changed`: every so many seconds, and when the store has changed.
        needs
            What one must be allowed to, to hear it, besides opening the page that listens.
        doc
            The topic ends with the last page for which it was made; without one it stays until `Topic.close`.

        Raises
        ------
        InvalidInputError
            If the name is empty or too long, or there are too many topics.
        """
        with self._lock:
            found = self._found(name)
            fresh = found.make is None
            found.make, found.every, found.live, found.needs = make, every, live, needs
            if doc is None:
                found._kept = True
            elif doc not in found._docs:
                found._docs.add(doc)
                ref = weakref.ref(found)

                def end(session_context: object) -> None:  # noqa: ARG001  Bokeh checks the signature
                    topic = ref()
                    if topic is not None:
                        topic._docs.discard(doc)
                        self._forget(topic)

                doc.on_session_destroyed(end)
        if found.listeners and (fresh or doc is None):
            self._begin(found)
        return found

    def publish(self, name: str, payload: bytes) -> None:
        """Send a payload to all who listen to a topic now; where nobody does, it is not kept. From any thread.

        Raises
        ------
        InvalidInputError
            If it is larger than `MOST`, or not bytes.
        """
        made = frame(name, payload)
        with self._lock:
            topic = self._topics.get(name)
            if topic is not None and topic.listeners:
                self._send(topic, made)

    def changed(self, name: str) -> None:
        """Have a topic made anew, if somebody listens. From any thread; many calls at once make it once."""
        with self._lock:
            topic = self._topics.get(name)
        if topic is not None:
            self._remake(topic)

    def listened(self, name: str) -> bool:
        """Tell whether somebody listens to a topic."""
        topic = self._topics.get(name)
        return topic is not None and bool(topic.listeners)

    def hears(self, page: str, names: frozenset[str]) -> bool:
        """Tell whether a page's line is open and hears all of some topics.

        Parameters
        ----------
        page
            The page's signed token.
        names
            Of the topics.
        """
        with self._lock:
            line = self._pages.get(page)
            return line is not None and names <= self._listeners.get(line, set())

    def status(self) -> BroadcastStatus:
        """Return the figures; ``kept`` counts payloads that are held for newcomers."""
        with self._lock:
            kept = sum(topic._frame is not None for topic in self._topics.values())
            return BroadcastStatus(len(self._listeners), len(self._topics), kept, self._made, self._frames)

    def close(self) -> None:
        """End every topic."""
        with self._lock:
            self._topics.clear()
            self._listeners.clear()
            self._pages.clear()
            self._rest()
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    # what the route calls, on the server's loop

    def join(self, listener: Listener) -> bool:
        """Take a listener in; False where there are too many already."""
        with self._lock:
            if len(self._listeners) >= LISTENERS:
                return False
            self._listeners[listener] = set()
            self._pages[listener.page] = listener
            if self._loop is None:
                self._loop = IOLoop.current()
                self._beats = PeriodicCallback(self._beat, BEAT)
                self._beats.start()
            return True

    def hear(self, listener: Listener, name: str) -> bool:
        """Let a listener hear a topic, from its last payload on; False where that is not possible or not allowed."""
        with self._lock:
            names = self._listeners.get(listener)
            if names is None or (name not in names and len(names) >= NAMES):
                return False
            try:
                topic = self._found(name)
            except InvalidInputError:
                return False
            if not listener.may(topic.needs):
                self._forget(topic)
                return False
            names.add(name)
            first = not topic.listeners
            topic.listeners.add(listener)
            if topic._frame is not None:
                listener.offer(name, topic._frame)
        if first:
            self._begin(topic)
        return True

    def leave(self, listener: Listener, name: str) -> None:
        """Let a listener hear a topic no more."""
        with self._lock:
            self._listeners.get(listener, set()).discard(name)
            topic = self._topics.get(name)
            if topic is not None:
                topic.listeners.discard(listener)
                self._forget(topic)

    def part(self, listener: Listener) -> None:
        """Let a listener go."""
        with self._lock:
            for name in list(self._listeners.get(listener, ())):
                self.leave(listener, name)
            self._listeners.pop(listener, None)
            if self._pages.get(listener.page) is listener:
                del self._pages[listener.page]
            if not self._listeners:
                self._rest()

    # inside

    def _found(self, name: str) -> Topic:
        topic = self._topics.get(name)
        if topic is None:
            if not name.strip() or len(name) > LONGEST or not name.isprintable():
                raise InvalidInputError(
                    f"The topic {name[:40]!r} cannot be named; expected 1 to {LONGEST} printable characters."
                )
            if len(self._topics) >= TOPICS:
                raise InvalidInputError(
                    f"There are {TOPICS} topics already; close those that nobody needs, or give them their page (doc=)."
                )
            topic = self._topics[name] = Topic(name, _channel=weakref.ref(self))
        return topic

    def _begin(self, topic: Topic) -> None:
        """Make a topic for its first listener, and watch what it is made from."""
        with self._lock:
            if topic.live and self._hub is None and self._store() is not None:
                self._hub = Hub.of(self._store()).subscribe(self._on_store)
        self._remake(topic)

    def _forget(self, topic: Topic) -> None:
        """Drop what nobody listens to, and the topic itself if nobody wants it kept."""
        with self._lock:
            if topic.listeners:
                return
            topic._frame, topic._again = None, False
            self._dirty.pop(topic.name, None)
            self._cancel(topic)
            if not topic._kept and not len(topic._docs) and self._topics.get(topic.name) is topic:
                del self._topics[topic.name]
            if self._hub is not None and not any(one.live and one.listeners for one in self._topics.values()):
                self._hub.close()
                self._hub = None

    def _rest(self) -> None:
        """Stop what runs for listeners."""
        if self._beats is not None:
            self._beats.stop()
        for topic in self._topics.values():
            self._cancel(topic)
        if self._hub is not None:
            self._hub.close()
        self._beats = self._loop = self._hub = None
        self._dirty.clear()

    def _on_store(self, batch: Batch) -> None:  # noqa: ARG002  that it changed is enough
        with self._lock:
            live = [topic for topic in self._topics.values() if topic.live and topic.listeners]
        for topic in live:
            self._remake(topic)

    def _remake(self, topic: Topic) -> None:
        with self._lock:
            if not topic.listeners or topic.make is None:
                return
            if topic._making:
                topic._again = True
                return
            topic._making = True
            if self._pool is None:
                self._pool = ThreadPoolExecutor(2, thread_name_prefix="broadcast")
            self._pool.submit(self._make, topic)

    def _make(self, topic: Topic) -> None:
        """Make it until nothing asks for it again; on a thread of the pool."""
        while True:
            make = topic.make
            made: bytes | None = None
            try:
                made = frame(topic.name, make()) if make is not None else None
            except Exception:  # one topic that fails costs the others nothing
                log.exception("the topic %s could not be made", topic.name)
            with self._lock:
                self._made += 1
                if topic.listeners and made is not None and made != topic._frame:
                    self._send(topic, made)
                if topic._again and topic.listeners and topic.make is not None:
                    topic._again = False
                    continue
                topic._making = topic._again = False
                loop = self._loop
                if topic.every is not None and topic.listeners and loop is not None:
                    loop.add_callback(self._later, topic)
                return

    def _later(self, topic: Topic) -> None:
        """Have it made again in a while; on the loop."""
        with self._lock:
            self._cancel(topic)
            if self._loop is not None and topic.every is not None and topic.listeners:
                topic._timer = self._loop.call_later(topic.every, self._remake, topic)

    def _cancel(self, topic: Topic) -> None:
        timer, topic._timer = topic._timer, None
        if timer is not None and self._loop is not None:
            self._loop.add_callback(self._loop.remove_timeout, timer)

    def _send(self, topic: Topic, made: bytes) -> None:
        """Keep a frame for newcomers and have it written on the loop."""
        topic._frame = made
        self._dirty[topic.name] = topic
        if not self._scheduled and self._loop is not None:
            self._scheduled = True
            self._loop.add_callback(self._flush)

    def _flush(self) -> None:
        with self._lock:
            self._scheduled = False
            due, self._dirty = list(self._dirty.values()), {}
            sends = [
                (listener, topic.name, topic._frame)
                for topic in due
                for listener in list(topic.listeners)
                if topic._frame is not None and self._hears(listener, topic)
            ]
            self._frames += len(sends)
        for listener, name, made in sends:
            listener.offer(name, made)

    def _hears(self, listener: Listener, topic: Topic) -> bool:
        # whoever may no longer open the page at all is cut off by the sweep
        if topic.needs is Capability.VIEW or listener.may(topic.needs):
            return True
        self.leave(listener, topic.name)
        return False

    def _beat(self) -> None:
        for listener in list(self._listeners):
            listener.beat()
