"""What was heard of each source, and when: the age of a feed is always known, also of one that fell silent."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, func, select

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.store.database import Database
from watchfloor.store.documents import clip
from watchfloor.store.tables import heard

__all__ = ["FeedState", "Health", "Hearing"]

Health = Literal["ok", "late", "down", "new"]
_SPACING = timedelta(seconds=30)
_SECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class FeedState:
    """What is known of one source.

    Parameters
    ----------
    source
        Its name on the floor.
    feed
        The plug-in that reads it.
    last_try
        When it was last asked, or last sent something.
    last_ok
        When that last went well; None for never.
    newest
        Time of the newest thing it said; None where it says none.
    message
        What went wrong, or what there is to say. Untrusted.
    cadence
        How often news is expected.
    late_after
        Age at which it counts as late.
    failures
        Tries since that failed, in a row.
    """

    source: str
    feed: str
    last_try: datetime | None
    last_ok: datetime | None
    newest: datetime | None
    message: str
    cadence: timedelta
    late_after: timedelta
    failures: int

    def health(self, now: datetime, fresh: timedelta | None = None) -> Health:
        """Judge the source at a time.

        A source that answers, but tells the same old things, is ``late`` too where something new must have happened:
        `fresh` is the age of its newest content from which that is so; None where nothing may happen for long.

        ``new``: nothing came yet and nothing failed. ``ok``: something came well within `late_after`. Beyond that,
        ``down`` where the last try failed, ``late`` where nobody tried or nothing came.

        Examples
        --------
        >>> from watchfloor.core.clock import EPOCH
        >>> hour = timedelta(hours=1)
        >>> state = FeedState("usgs", "usgs", EPOCH, EPOCH, None, "", hour / 12, hour, 0)
        >>> state.health(EPOCH + hour), state.health(EPOCH + 2 * hour)
        ('ok', 'late')
        >>> replace(state, newest=EPOCH - 3 * hour).health(EPOCH, fresh=2 * hour)
        'late'
        """
        if self.last_ok is not None and now - self.last_ok <= self.late_after:
            return (
                "late"
                if fresh is not None and self.newest is not None and now - self.newest > fresh
                else "ok"
            )
        if self.failures:
            return "down"
        return "new" if self.last_ok is None else "late"


class Hearing:
    """Writes down what is heard, and answers for each source.

    A row is written when a source's state changes, and at least every 30 s while it is heard; what was heard since
    the last row is known in this process at once, and to the others with the next row.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._live: dict[str, FeedState] = {}
        self._within: Connection | None = None
        self._rows: dict[str, FeedState | None] = {}
        database.undone.append(self._live.clear)
        database.undone.append(self._rows.clear)

    def hear(
        self,
        source: str,
        *,
        feed: str,
        ok: bool,
        at: datetime | None,
        newest: datetime | None,
        message: str,
        cadence: timedelta,
        late_after: timedelta,
    ) -> FeedState:
        """Note a try; see `Store.heard`."""
        if not source or "\0" in source + feed:
            raise InvalidInputError("A source without a name was heard; expected its name on the floor.")
        when = at if at is not None else self._database.clock.now()
        written = self._written(source)
        before = self._live.get(source)
        if before is None or (written is not None and (written.last_try or when) > (before.last_try or when)):
            before = written  # another process heard it later
        state = FeedState(
            source=source,
            feed=feed,
            last_try=when,
            last_ok=when if ok else (before.last_ok if before else None),
            newest=max(filter(None, (newest, before.newest if before else None)), default=None),
            message=clip(message),
            cadence=cadence,
            late_after=late_after,
            failures=0 if ok else (before.failures if before else 0) + 1,
        )
        if written is None or _differs(state, written) or when - (written.last_try or when) >= _SPACING:
            self._write(state)
        self._live[source] = state
        return state

    def states(self, as_of: datetime | None) -> list[FeedState]:
        """Return the state of every source, by name; as of a time, from the rows known then."""
        found: dict[str, FeedState] = {}
        with self._database.read() as connection:
            name: str | None = ""
            # From name to name, and to the last row of each: a year of rows is not read for ten sources.
            while name := connection.execute(_NEXT, {"after": name}).scalar_one():
                if (state := _last(connection, name, as_of)) is not None:
                    found[name] = state
        if as_of is None:
            for source, state in list(self._live.items()):
                other = found.get(source)
                if other is None or _later(state, other):
                    found[source] = state
        return [found[source] for source in sorted(found)]

    def _written(self, source: str) -> FeedState | None:
        """Return the last row of a source; within one write, where no other process can write, it is asked once."""
        with self._database.read() as connection:
            if not self._database.writing:
                return _last(connection, source)
            if self._within is not connection:
                self._within = connection
                self._rows.clear()
            if source not in self._rows:
                self._rows[source] = _last(connection, source)
            return self._rows[source]

    def _write(self, state: FeedState) -> None:
        row: dict[str, Any] = {
            name: None if value is None else micros(value)
            for name, value in (
                ("last_try", state.last_try),
                ("last_ok", state.last_ok),
                ("newest", state.newest),
            )
        }
        row |= {
            "source": state.source,
            "feed": state.feed,
            "message": state.message,
            "cadence": state.cadence // _SECOND,
            "late_after": state.late_after // _SECOND,
            "failures": state.failures,
        }
        with self._database.write() as connection:
            at = self._database.known(connection, state.last_try)
            connection.execute(heard.insert(), row | {"known": at})
            if self._within is connection:
                self._rows[state.source] = state
            self._database.note(
                connection,
                at,
                [{"table": "feed", "key": state.source, "kind": state.feed, "source": state.source}],
            )


def _differs(state: FeedState, written: FeedState) -> bool:
    """Whether more changed than the times and the count of failures after the first."""
    times: dict[str, Any] = {"last_try": None, "last_ok": None, "newest": None}
    one, other = (replace(item, failures=min(item.failures, 1), **times) for item in (state, written))
    return one != other


def _later(state: FeedState, other: FeedState) -> bool:
    times = [item.last_try for item in (state, other)]
    return times[0] is not None and (times[1] is None or times[0] >= times[1])


_NEXT = select(func.min(heard.c.source)).where(heard.c.source > bindparam("after"))


def _last(connection: Connection, source: str, as_of: datetime | None = None) -> FeedState | None:
    statement = select(heard).where(heard.c.source == source)
    if as_of is not None:
        statement = statement.where(heard.c.known <= micros(as_of))
    statement = statement.order_by(heard.c.known.desc(), heard.c.seq.desc()).limit(1)
    row = connection.execute(statement).one_or_none()
    return None if row is None else _read(row)


def _read(row: Row[Any]) -> FeedState:
    def time(value: int | None) -> datetime | None:
        return None if value is None else from_micros(value)

    return FeedState(
        source=row.source,
        feed=row.feed,
        last_try=time(row.last_try),
        last_ok=time(row.last_ok),
        newest=time(row.newest),
        message=row.message,
        cadence=row.cadence * _SECOND,
        late_after=row.late_after * _SECOND,
        failures=row.failures,
    )


def worst(states: Iterable[FeedState], now: datetime) -> Health:
    """Return the worst health of several sources: down, late, new, ok."""
    order: tuple[Health, ...] = ("down", "late", "new", "ok")
    return min((state.health(now) for state in states), key=order.index, default="new")
