"""What the desk shows at one moment, worked out once and shared by every session that looks at it."""

import threading
import weakref
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

from watchfloor.core.answers import Answers
from watchfloor.core.clock import EPOCH, micros
from watchfloor.core.provenance import digest
from watchfloor.diagnosis.silence import newest
from watchfloor.floor.areas import Areas
from watchfloor.store.records import KINDS, MOMENTARY, Record
from watchfloor.views.selection import Filters
from watchfloor.views.sensors import Sensor, sensors
from watchfloor.views.situation.matching import counts, match
from watchfloor.views.situation.rows import NEW_FOR, Row, rows

__all__ = ["MOST", "STEP", "FeedLine", "Shared", "Snapshot", "take"]

MOST = 20_000
"""Records of one known time that are looked at, at most; `Snapshot.cut` says when there are more."""
AROUND = timedelta(hours=97)
"""How far from the time that is looked at records are read: as far as the time bar reaches, and an hour."""
LASTING = tuple(kind for kind in KINDS if kind not in MOMENTARY)
STEP = timedelta(seconds=10)
"""Where nothing comes, the present is looked at anew after this time; until then sessions share one snapshot."""
_KEPT = 24
"""Answers kept of each kind, for one store."""
_CHECKED = 60
"""Recently learned records whose history is read to tell new from updated."""

T = TypeVar("T")
Name = tuple[str, str, str]
"""Kind, source and key of a record."""
_Again = dict[Name, tuple[str, bool]]


@dataclass(frozen=True)
class FeedLine:
    """How a source stands.

    Parameters
    ----------
    health
        ``ok``, ``late``, ``down``, ``new`` (never heard yet), ``off`` (not allowed to fetch).
    held
        Messages of this source in quarantine.
    """

    source: str
    feed: str
    health: str
    last_ok: datetime | None
    last_try: datetime | None
    newest: datetime | None
    message: str
    cadence: timedelta
    late_after: timedelta
    failures: int
    held: int = 0


@dataclass(frozen=True)
class Snapshot:
    """What is known and looked at.

    Parameters
    ----------
    cursor
        The store's cursor it was read at.
    as_of
        Known time asked for; None for live.
    at
        Valid time that is looked at.
    known
        Known time that is looked at: `as_of`, or the present when this was worked out.
    records
        The latest revision of everything known.
    rows
        Every row of concern, worst first.
    sensors
        Every series with its newest value.
    feeds
        Every source.
    cut
        Whether there are more than `MOST` records, of which the oldest are left out.
    """

    cursor: int
    as_of: datetime | None
    at: datetime
    known: datetime
    records: tuple[Record, ...]
    rows: tuple[Row, ...]
    sensors: tuple[Sensor, ...]
    feeds: tuple[FeedLine, ...]
    cut: bool = False
    _answers: Answers = field(default_factory=lambda: Answers(_KEPT), repr=False, compare=False)

    def matching(self, filters: Filters) -> list[Row]:
        """Return the rows that pass, worst first; sessions with the same filters share the answer."""
        return self._answers.get(("rows", filters), lambda: match(self.rows, filters))

    def counts(self, filters: Filters) -> dict[str, dict[str, int]]:
        """Return how many rows each choice of each filter would leave."""
        return self._answers.get(("counts", filters), lambda: counts(self.rows, filters))

    def find(self, name: tuple[str, str, str] | None) -> Row | None:
        """Return the row of a record, or None where the record is of no concern here."""
        by_name: dict[tuple[str, str, str], Row] = self._answers.get(
            "names", lambda: {row.name: row for row in self.rows}
        )
        return None if name is None else by_name.get(name)

    def keep(self, key: Hashable, work: Callable[[], T]) -> T:
        """Work something out from this snapshot once, for all sessions."""
        return self._answers.get(("kept", key), work)

    @property
    def digest(self) -> str:
        """SHA-256 over the identities of all rows: equal snapshots have equal digests."""
        return self._answers.get("digest", lambda: digest([row.record.identity for row in self.rows]))


class Shared:
    """What the sessions of one process share of one store.

    Examples
    --------
    >>> Shared.of(object.__new__(type("Store", (), {}))).snapshots
    0
    """

    _all: ClassVar["weakref.WeakKeyDictionary[Any, Shared]"] = weakref.WeakKeyDictionary()
    _guard: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self) -> None:
        self._bases = Answers(4)
        self._snapshots = Answers(_KEPT)
        self._lock = threading.Lock()
        self._seen = -1
        self._changed: dict[str, int] = {}
        self._again: _Again = {}

    @classmethod
    def of(cls, store: Any) -> "Shared":
        """Return the one of a store."""
        with cls._guard:
            if store not in cls._all:
                cls._all[store] = cls()
            return cls._all[store]

    @property
    def snapshots(self) -> int:
        """How many snapshots are kept."""
        return len(self._snapshots)

    def snapshot(self, floor: Any, as_of: datetime | None, time: datetime | None) -> Snapshot:
        """Return what is shown; see `take`."""
        cursor = floor.store.cursor()
        now = floor.now()  # after the cursor: what was just stored has begun by then
        if as_of is not None and as_of > now:
            as_of = None  # what will be known is not known: the future is shown as the present
        key = (
            cursor,
            None if as_of is None else micros(as_of),
            time and micros(time),
            as_of is None and micros(now) // micros(EPOCH + STEP),
        )
        return self._snapshots.get(key, lambda: self._take(floor, cursor, now, as_of, time))

    def _take(
        self, floor: Any, cursor: int, now: datetime, as_of: datetime | None, time: datetime | None
    ) -> Snapshot:
        store = floor.store
        known = as_of or now
        at = time or known
        # The past does not change, so what was known then is kept whatever comes; the present is read anew only
        # when a record came, not with every observation.
        stamp = self._stamp(store, cursor)
        then = None if as_of is None else micros(as_of)
        hour = at.replace(minute=0, second=0, microsecond=0)
        records, cut = self._bases.get(
            ("records", then, then is None and stamp["record"], hour),
            lambda: _records(store, as_of, hour),
        )
        revised = self._bases.get(
            ("revised", then, then is None and (stamp["record"], now.replace(second=0, microsecond=0))),
            lambda: _revised(store, records, known, as_of, {} if then is not None else self._again),
        )
        series, latest = store.series(as_of=as_of), store.latest(as_of=as_of)
        heard = newest(store, known, as_of, series=series, latest=latest)
        seen = sensors(series, latest, known, heard)
        return Snapshot(
            cursor=cursor,
            as_of=as_of,
            at=at,
            known=known,
            records=tuple(records),
            rows=tuple(rows(records, at, known, revised, str(floor.status), areas=Areas.of(floor))),
            sensors=tuple(seen),
            feeds=tuple(_feeds(floor, as_of, known)),
            cut=cut,
        )

    def _stamp(self, store: Any, cursor: int) -> dict[str, int]:
        """Return, for the table of records, the cursor of its last change."""
        with self._lock:
            while self._seen < cursor:
                if self._seen < 0:
                    self._changed["record"] = self._seen = cursor
                    break
                changes = store.changes(self._seen)
                for change in changes:
                    self._changed[str(change.table)] = change.cursor
                    if change.table == "record":
                        self._again.pop((change.kind, change.source, change.key), None)
                self._seen = max([change.cursor for change in changes], default=cursor)
            return {"record": self._changed.get("record", 0)}


def take(floor: Any, as_of: datetime | None = None, time: datetime | None = None) -> Snapshot:
    """Return what a floor shows, from what is shared where it was worked out already.

    Parameters
    ----------
    floor
        The floor.
    as_of
        Known time; None for the present.
    time
        Valid time; None for the present of `as_of`.
    """
    return Shared.of(floor.store).snapshot(floor, as_of, time)


def _records(store: Any, as_of: datetime | None, at: datetime) -> tuple[list[Record], bool]:
    """Return what holds around the time looked at; however many moments are told of, no alert makes room for them."""
    around = (at - AROUND, at + AROUND)
    lasting = store.records(LASTING, as_of=as_of, during=around, limit=MOST + 1)
    moments = store.records(sorted(MOMENTARY), as_of=as_of, during=around, limit=MOST + 1)
    cut = len(lasting) > MOST or len(moments) > MOST
    return sorted(lasting[:MOST] + moments[:MOST], key=lambda item: item.sent, reverse=True), cut


def _revised(
    store: Any, records: list[Record], known: datetime, as_of: datetime | None, again: _Again
) -> frozenset[Name]:
    """Return the names of the recently learned records that were told before; `again` keeps what was looked up."""
    recent = [item for item in records if item.known is not None and item.known >= known - NEW_FOR]
    recent.sort(key=lambda item: item.known or known, reverse=True)
    found = set()
    names: dict[Name, str] = {(item.kind, item.source, item.key): item.revision for item in recent[:_CHECKED]}
    for name, revision in names.items():
        held = again.get(name)
        if held is None or held[0] != revision:
            held = again[name] = (revision, len(store.history(*name, as_of=as_of)) > 1)
        if held[1]:
            found.add(name)
    for name in set(again) - set(names):
        again.pop(name, None)
    return frozenset(found)


def _feeds(floor: Any, as_of: datetime | None, known: datetime) -> list[FeedLine]:
    """Return how every source stands: those heard of, those that are configured only, and what was dropped in."""
    held: dict[str, int] = floor.store.held(as_of=as_of)
    lines = [
        FeedLine(
            source=state.source,
            feed=state.feed,
            health=str(floor.health(state, known)),
            last_ok=state.last_ok,
            last_try=state.last_try,
            newest=state.newest,
            message=state.message,
            cadence=state.cadence,
            late_after=state.late_after,
            failures=state.failures,
            held=held.pop(state.source, 0),
        )
        for state in floor.store.feeds(as_of=as_of)
    ]
    heard = {line.source for line in lines}
    none = timedelta(0)
    for source, why in _silent(floor).items():
        if source not in heard:
            health = "off" if why else "new"
            lines.append(
                FeedLine(source, "", health, None, None, None, why, none, none, 0, held.pop(source, 0))
            )
    lines += [
        FeedLine(source, "", "new", None, None, None, "", none, none, 0, count)
        for source, count in held.items()
    ]
    worst = {"down": 0, "late": 1, "new": 2, "ok": 3, "off": 4}
    return sorted(lines, key=lambda line: (worst.get(line.health, 2), line.source))


def _silent(floor: Any) -> dict[str, str]:
    """Return the configured sources, each with why it is off, or empty where it is not."""
    why = {text.partition(" is off")[0]: text for text in floor.feeds_off()}
    return {block.source: why.get(block.source, "") for block in floor.block.feeds if block.url}
