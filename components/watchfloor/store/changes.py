"""What is new: one table that grows with every commit, read from a cursor on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Row, func, select

from watchfloor.core.clock import from_micros
from watchfloor.store.database import Database
from watchfloor.store.series import Directory
from watchfloor.store.tables import change

__all__ = ["Change", "Changes", "Part", "cursor"]

Part = Literal["record", "series", "observation", "mark", "journal", "feed", "quarantine"]
_OF_SERIES = frozenset({"series", "observation", "mark"})
_KEPT = 256


@dataclass(frozen=True)
class Change:
    """One thing that happened in the store.

    Parameters
    ----------
    cursor
        Its number; numbers only grow, in the order of the commits.
    table
        What it happened to.
    key
        The record's key, the journal entry's number, the source heard, the number in quarantine; empty for series.
    known
        When.
    revision
        The record's revision.
    kind
        The record's kind, the act, or the feed.
    source
        The record's or the feed's source, or who acted.
    series
        The series that were described, observed or marked.
    count
        How many rows were stored.
    first, last
        Valid times of the first and the last observation or mark of the commit, those that were duplicates included.
    """

    cursor: int
    table: Part
    key: str
    known: datetime
    revision: str = ""
    kind: str = ""
    source: str = ""
    series: tuple[str, ...] = ()
    count: int = 1
    first: datetime | None = None
    last: datetime | None = None


def cursor(database: Database) -> int:
    """Return the number of the last change; 0 for an empty store."""
    with database.read() as connection:
        return int(connection.execute(select(func.coalesce(func.max(change.c.cursor), 0))).scalar_one())


class Changes:
    """What happened, as it is asked for by many: the newest changes are read from their rows once.

    Parameters
    ----------
    database
        Where they are.
    directory
        The names of series.
    """

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database, self._directory = database, directory
        self._made: dict[int, Change] = {}
        database.undone.append(self._made.clear)

    def after(self, since: int, limit: int) -> list[Change]:
        """Return changes after a cursor, oldest first."""
        statement = select(change).where(change.c.cursor > since).order_by(change.c.cursor).limit(limit)
        made = self._made
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
            found = {row.cursor: made[row.cursor] for row in rows if row.cursor in made}
            new = [row for row in rows if row.cursor not in found]
            ids = {row.cursor: json.loads(row.detail) for row in new if row.table in _OF_SERIES}
            names = self._directory.names(connection, (number for part in ids.values() for number in part))
        found |= {
            row.cursor: _change(row, [names[number] for number in ids.get(row.cursor, ())]) for row in new
        }
        made.update(list(found.items())[-_KEPT:])
        for old in sorted(made)[:-_KEPT]:
            made.pop(old, None)
        return [found[row.cursor] for row in rows]


def _change(row: Row[Any], series: Sequence[str]) -> Change:
    return Change(
        cursor=row.cursor,
        table=cast("Part", row.table),
        key=row.key,
        known=from_micros(row.known),
        revision=row.detail if row.table == "record" else "",
        kind=row.kind,
        source=row.source,
        series=tuple(series),
        count=row._mapping["count"],  # a row has a method of that name
        first=None if row.first is None else from_micros(row.first),
        last=None if row.last is None else from_micros(row.last),
    )
