"""The live wall: worked out once for all pages of a process, and sent to them as the same bytes.

For each span and width that somebody looks at there is one full message a minute, and between two of them small ones
with the stations that changed. They go over the broadcast channel; a notebook, which has no channel, is called.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, RLock, Thread
from typing import Any
from weakref import WeakMethod

import numpy as np

from watchfloor.core.clock import from_micros, micros, monotonic
from watchfloor.core.errors import UnknownNameError
from watchfloor.views.monitor import wire
from watchfloor.views.monitor.board import SPANS, Board, board, facts, flagged
from watchfloor.views.monitor.past import Reading
from watchfloor.views.monitor.stations import Regions, Roster, regions, roster

__all__ = ["FULL_EVERY", "POLL", "STATIONS", "Live", "rest", "topic"]

log = logging.getLogger(__name__)

POLL = 0.1
"""Seconds between two looks at the store's cursor, while somebody looks at the wall."""
SHARE = 4.0
"""A rest lasts at least so many times as long as the round before took: the wall must not slow down what raises alarms."""
LONGEST = 0.5
"""Seconds that a rest lasts at most."""
FULL_EVERY = 60.0
"""Seconds after which every station is sent anew."""
AGAIN = 5.0
"""Seconds until the next try after a failure."""
TAIL = 12
"""Columns that a small message may hold; where time has gone on further, a full one takes its place."""
REST = 30.0
"""Seconds after which the poller ends if nobody looks."""
PART = 0.25
"""Part of a full message's bytes that small ones since then may have sent before a full one takes their place."""
STATIONS = "wall/stations"
"""Topic of the roster."""
_MOST = 3_500_000
"""Bytes of the sparklines of a full message; beyond, columns are joined."""
_OWN = "_watchfloor_wall"

Key = tuple[str, int]
"""A span's name, and a width."""
Hearer = Callable[[bytes, bytes, bytes], None]
"""Takes roster, full and small message."""


def topic(key: Key) -> str:
    """Return the topic of the full messages of a span and width; small ones are told under it and ``/now``.

    Examples
    --------
    >>> topic(("6h", 80))
    'wall/6h/80'
    """
    return f"wall/{key[0]}/{key[1]}"


def rest(took: float) -> float:
    """Return how long to rest after a round, seconds.

    Examples
    --------
    >>> rest(0.0), rest(0.05), rest(3.0)
    (0.1, 0.2, 0.5)
    """
    return min(max(POLL, SHARE * took), LONGEST)


@dataclass
class _Track:
    """What is sent of one span and width."""

    key: Key
    number: int = 0
    board: Board | None = None
    payload: bytes = b""
    made: float = float("-inf")
    sent: int = 0
    touched: set[str] = field(default_factory=set)
    said: bytes = b""
    """The last small message."""
    hearers: list["WeakMethod[Hearer]"] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)


class Live:
    """The live wall of one store in this process.

    Parameters
    ----------
    floor
        Whose stations they are.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     Live.of(floor).full(("6h", 80))[:4]
    b'WFF1'
    """

    _guard = RLock()

    def __init__(self, floor: Any, channel: Any = None) -> None:
        self._floor = floor
        self._channel = channel
        self._lock = RLock()
        self._tracks: dict[Key, _Track] = {}
        self._offered: set[Key] = set()
        self._regions: dict[str, Regions] | None = None
        self._roster: Roster | None = None
        self._cursor = -1
        self._thread: Thread | None = None
        self._stop = Event()
        self.rounds = 0
        """Rounds in which something was sent."""

    @classmethod
    def of(cls, floor: Any) -> "Live":
        """Return the one of a floor's store."""
        from watchfloor.views.serve.broadcast import Broadcast

        with cls._guard:
            own: Live | None = vars(floor.store).get(_OWN)
            if own is None:
                own = vars(floor.store)[_OWN] = cls(floor, Broadcast.of(floor.store))
            return own

    @property
    def reading(self) -> Reading:
        """The values, as now known."""
        from watchfloor.store.cube import Cube

        found: Reading = Cube.of(self._floor.store)
        return found

    def roster(self) -> Roster:
        """Return the stations, read anew where one was described."""
        with self._lock:
            if self._roster is None:
                self._regions = self._regions if self._regions is not None else regions(self._floor)
                self._roster = roster(self._floor.store.series(), self._regions)
            return self._roster

    def offer(self, key: Key) -> None:
        """Have a span and width told over the channel while somebody listens."""
        if self._channel is None:
            return
        with self._lock:
            if key in self._offered:
                return
            self._offered.add(key)
        self._channel.topic(STATIONS, self._stations)
        self._channel.topic(topic(key), lambda: self._first(key))
        self._channel.topic(topic(key) + "/now", lambda: self._track(key).said)

    def full(self, key: Key) -> bytes:
        """Return a full message of now."""
        track = self._track(key)
        with track.lock:
            return self._whole(track)

    def board(self, key: Key) -> Board:
        """Return the board of now."""
        track = self._track(key)
        with track.lock:
            self._whole(track)
            assert track.board is not None
            return track.board

    def hear(self, key: Key, hearer: Hearer) -> Callable[[], None]:
        """Have a method called when something changes, until what is returned is called or its object is gone.

        It is called on the poller's thread, where there is no channel: in a notebook.
        """
        track = self._track(key)
        ref: WeakMethod[Hearer] = WeakMethod(hearer)
        track.hearers.append(ref)
        self._begin()

        def end() -> None:
            if ref in track.hearers:
                track.hearers.remove(ref)

        return end

    def close(self) -> None:
        """End the poller."""
        self._stop.set()
        thread = self._thread
        if thread is not None:
            thread.join(timeout=5)

    # inside

    def _track(self, key: Key) -> _Track:
        if key[0] not in SPANS:
            raise UnknownNameError("span", key[0], SPANS)
        with self._lock:
            return self._tracks.setdefault(key, _Track(key))

    def _stations(self) -> bytes:
        """Make the roster's payload; it is kept up from then on."""
        self._begin()
        return self.roster().message

    def _first(self, key: Key) -> bytes:
        """Make a topic's payload for its first listener, and keep it up from then on."""
        track = self._track(key)
        self._begin()
        with track.lock:
            if track.board is None or monotonic() - track.made > 2:
                self._whole(track)
            return track.payload

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                # before anything is read: what is stored from here on is told of
                self._cursor, self._roster = self._floor.store.cursor(), None
                self._stop = Event()
                self._thread = Thread(target=self._run, args=(self._stop,), name="wall", daemon=True)
                self._thread.start()

    def _wanted(self) -> list[_Track]:
        channel = self._channel
        with self._lock:
            tracks = list(self._tracks.values())
        for track in tracks:
            track.hearers = [ref for ref in track.hearers if ref() is not None]
        return [
            track
            for track in tracks
            if track.hearers or (channel is not None and channel.listened(topic(track.key)))
        ]

    def _run(self, stop: Event) -> None:
        wanted, wait = monotonic(), POLL
        while not stop.wait(wait):
            wait = POLL
            try:
                tracks = self._wanted()
                if tracks:
                    wanted = monotonic()
                    self._round(tracks)
                    wait = rest(monotonic() - wanted)
            except Exception:  # the store may be busy or gone; the next round tries again
                log.exception("the wall could not be brought up to date")
                wait = AGAIN
            with self._lock:
                if monotonic() - wanted > REST:
                    self._thread = None
                    return

    def _round(self, tracks: Iterable[_Track]) -> None:
        """Take over what is new, and send it."""
        names, described = self._news()
        if described:
            with self._lock:
                before, self._roster = self._roster, None
            described = before is None or self.roster().version != before.version
            if described and self._channel is not None:
                self._channel.changed(STATIONS)
        for track in tracks:
            with track.lock:
                track.touched |= names
                if (
                    described
                    or track.board is None
                    or monotonic() - track.made > FULL_EVERY
                    or self._worn(track)
                ):
                    self._send(track, whole=True)
                elif names:
                    self._send(track, whole=False)

    def _news(self) -> tuple[set[str], bool]:
        """Return the names of the series that changed since the last look, and whether one was described."""
        store = self._floor.store
        cursor = store.cursor()
        names: set[str] = set()
        described = False
        while self._cursor < cursor:
            page = store.changes(self._cursor)
            for change in page:
                names.update(change.series)
                described = described or change.table == "series"
            self._cursor = max([change.cursor for change in page], default=cursor)
        if names:
            place = self.roster().place
            described = described or not names <= place.keys()
        return names, described

    def _worn(self, track: _Track) -> bool:
        """Tell whether small messages have become too many, or time has gone on too far, for this full one."""
        held = track.board
        if held is None:
            return True
        ahead = (micros(self._floor.now()) - held.end) // held.step
        since = monotonic() - track.made
        return since > 2 and (
            ahead >= TAIL - 2 or ahead < -held.width or track.sent > 40 * PART * len(track.payload)
        )

    def _send(self, track: _Track, *, whole: bool) -> None:
        if whole:
            self._whole(track)
        else:
            self._small(track)
        self.rounds += 1
        channel, name = self._channel, topic(track.key)
        if channel is not None:
            if whole:
                channel.publish(name, track.payload)
            elif track.said:
                channel.publish(name + "/now", track.said)
        for ref in list(track.hearers):
            hearer = ref()
            if hearer is not None:
                hearer(self.roster().message, track.payload, track.said)

    def _whole(self, track: _Track) -> bytes:
        self._catch_up()
        held = self.roster()
        span = SPANS[track.key[0]]
        width = max(12, min(track.key[1], _MOST // 8 // max(len(held), 1)))
        track.touched.clear()
        track.board = board(self.reading, held, self._floor.now(), span, width)
        track.number += 1
        track.payload, track.said = wire.full(track.board, track.number), b""
        track.made, track.sent = monotonic(), 0
        return track.payload

    def _small(self, track: _Track) -> None:
        """Tell of the stations that changed since the full message."""
        held = track.board
        if held is None:
            return
        self._catch_up()
        place = held.roster.place
        rows = np.array(sorted(place[name] for name in track.touched if name in place), np.int64)
        now = self._floor.now()
        start = held.end - held.step
        count = max(1, min(TAIL, (micros(now) - start) // held.step + 1))
        tail = self.tail(self.reading, held, rows, now, start, count)
        track.said = wire.delta(tail, track.number, held.roster.version)
        track.sent += len(track.said)

    @staticmethod
    def tail(reading: Reading, held: Board, rows: Any, now: datetime, start: int, count: int) -> wire.Tail:
        """Work out how some stations stand now, with their columns from `start` (microseconds) on."""
        names = [held.roster.names[row] for row in rows.tolist()]
        end = start + count * held.step
        spark = reading.sparklines(names, from_micros(start), from_micros(end), count)
        odd = flagged(reading, names, start, end, count)
        return wire.Tail(facts(reading, held.roster, rows, now), micros(now), start, held.step, spark, odd)

    def _catch_up(self) -> None:
        take: Callable[[], object] | None = getattr(self.reading, "catch_up", None)
        if take is not None:
            take()
