"""What is new: one table that grows with every commit, read from a cursor on."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import func, select

from watchfloor.core.clock import from_micros
from watchfloor.store import series
from watchfloor.store.database import Database
from watchfloor.store.tables import change

__all__ = ["Change", "Part", "changes", "cursor"]

Part = Literal["record", "series", "observation", "mark", "journal", "feed", "quarantine"]
_OF_SERIES = frozenset({"series", "observation", "mark"})


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


def changes(database: Database, since: int, limit: int) -> list[Change]:
    """Return changes after `since`, oldest first."""
    statement = select(change).where(change.c.cursor > since).order_by(change.c.cursor).limit(limit)
    with database.read() as connection:
        rows = connection.execute(statement).all()
        touched = {row.cursor: json.loads(row.detail) for row in rows if row.table in _OF_SERIES}
        names = (
            series.names(connection, (number for ids in touched.values() for number in ids))
            if touched
            else {}
        )
    return [
        Change(
            cursor=row.cursor,
            table=cast("Part", row.table),
            key=row.key,
            known=from_micros(row.known),
            revision=row.detail if row.table == "record" else "",
            kind=row.kind,
            source=row.source,
            series=tuple(names[number] for number in touched.get(row.cursor, ())),
            count=row._mapping["count"],  # a row has a method of that name
            first=None if row.first is None else from_micros(row.first),
            last=None if row.last is None else from_micros(row.last),
        )
        for row in rows
    ]
