"""Live a floor's past again: its own clock, its own store, and what was learned then, when it was learned then."""

import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchfloor.core.clock import Clock, from_micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.floor.floor import Floor, open  # noqa: A004  the floor's own
from watchfloor.floor.place import data_folder
from watchfloor.store import Record, Series, Store
from watchfloor.store.records import ALL, OWN

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Replay"]

_ALL = 2**40
OWN_WORK = "watch"
"""The source that the watch is heard as: a replay's watch speaks for itself."""
_Telling = tuple[datetime, Callable[[Store, datetime], Any]]


class Replay:
    """The past of one floor, told again into a store of its own.

    What the replayed floor knows at a moment of its clock is what the source knew at that moment: records and
    observations with all their revisions, what series measure, and which feeds were heard. What people did is not
    done again: the journal of the replay is its own.

    Parameters
    ----------
    source
        The floor whose past it is; nothing is written to its store.
    clock
        The displaced clock; everything known before its time now is there from the beginning.

    Examples
    --------
    >>> import watchfloor
    >>> from datetime import timedelta
    >>> from watchfloor.core.clock import FixedClock, parse_time
    >>> at = parse_time("2026-06-01T12:00:00Z")
    >>> store = Store.open(":memory:", clock=FixedClock(at))
    >>> alert = Record("alert", "cap:demo", "A1", "1", sent=at, valid_from=at, title="River rises")
    >>> _ = store.append([alert])
    >>> with watchfloor.open("world", store=store) as source:
    ...     clock = FixedClock(at - timedelta(hours=1))
    ...     past = Replay(source, clock)
    ...     with past.floor() as floor:
    ...         before = len(floor.store.records())
    ...         clock.move(at)
    ...         past.tell(floor.store)
    ...         before, len(floor.store.records()), floor.mark
    1
    (0, 1, 'REPLAY · not live')
    """

    def __init__(self, source: Floor, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._tape = sorted(self._tellings(), key=lambda telling: telling[0])
        self._told = 0
        self._telling = threading.Lock()
        if self._tape and clock.now() > source.now():
            raise InvalidInputError(
                f"A replay cannot start at {clock.now().isoformat()}: that is after {source.now().isoformat()}, the floor's time."
            )

    @property
    def ends(self) -> datetime | None:
        """Known time of the last thing that is told; None where there is nothing."""
        return self._tape[-1][0] if self._tape else None

    @contextmanager
    def floor(self) -> Iterator[Floor]:
        """Open the displaced floor, told up to its clock's time; its store is gone when it is closed."""
        parent = data_folder(self._source.settings, self._source.path)
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="replay-", dir=parent) as folder:
            settings = self._source.settings.model_copy(update={"store": "", "collect": False})
            store = Store.open(Path(folder) / "store.sqlite", clock=self._clock)
            try:
                found = open(self._source.path, settings=settings, store=store)
                found.replayed = True
                self.tell(store)
                yield found
            finally:
                store.close()

    def tell(self, store: Store) -> int:
        """Store what has become known by the clock's time, with the time at which it did; return how many tellings."""
        with self._telling:
            now = self._clock.now()
            due: list[_Telling] = []
            while self._told + len(due) < len(self._tape) and self._tape[self._told + len(due)][0] <= now:
                due.append(self._tape[self._told + len(due)])
            with store.batch():
                for known, put in due:
                    put(store, known)
            self._told += len(due)
            return len(due)

    def run(self, store: Store, stop: threading.Event, every: timedelta = timedelta(seconds=0.5)) -> None:
        """Go on telling until `stop` is set."""
        while not stop.wait(every.total_seconds()):
            self.tell(store)

    def _tellings(self) -> Iterator[_Telling]:
        """Yield all that was learned: descriptions before the numbers that they describe, feeds last."""
        store = self._source.store
        changes = store.changes(0, limit=_ALL)
        for change in changes:
            if change.table == "series":
                yield change.known, partial(self._describe, names=change.series)
        # The floor's own work is not told again: a replay's alarms are its own, raised by the rules of that time.
        told = [*(kind for kind in ALL if kind not in OWN), "rule"]
        records = sorted(store.records(told, latest=False), key=_known)
        for known, group in groupby(records, key=_known):
            yield known, partial(_append, records=list(group))
        rows = store.observations(latest=False)
        for ticks, part in rows.groupby(rows["known"].astype("int64"), sort=True):
            yield from_micros(int(str(ticks))), partial(_observe, table=part)
        for change in changes:
            if change.table == "feed" and change.key != OWN_WORK:
                yield change.known, partial(self._hear, source=change.key)

    def _describe(self, into: Store, known: datetime, names: Sequence[str]) -> None:
        table = self._source.store.series(as_of=known).astype({"lon": object, "lat": object})
        told: dict[Any, dict[str, Any]] = table.where(table.notna(), None).to_dict("index")  # type: ignore[assignment]
        into.describe([Series(name, **told[name]) for name in names], known)

    def _hear(self, into: Store, known: datetime, source: str) -> None:
        for state in self._source.store.feeds(as_of=known):
            if state.source == source:
                into.heard(
                    source, feed=state.feed, ok=not state.failures, at=state.last_try, newest=state.newest,
                    message=state.message, cadence=state.cadence, late_after=state.late_after,
                )  # fmt: skip


def _append(into: Store, known: datetime, records: Sequence[Record]) -> None:
    into.append(records, known)


def _observe(into: Store, known: datetime, table: "pd.DataFrame") -> None:
    into.observe(table[["series", "time", "value", "flag"]], known)


def _known(record: Record) -> datetime:
    if record.known is None:
        raise InvalidInputError(f"The record {record.key!r} was never stored: it has no known time.")
    return record.known
