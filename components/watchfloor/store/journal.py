"""The journal of human acts: who did what to which thing, chained so that no entry can be changed unseen.

The hash of an entry covers its content and the hash before it. Whoever can write the file can write a new chain: what
proves the old one is a head (`Journal.head`) that was kept elsewhere, on paper or on another machine.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.provenance import canonical, digest
from watchfloor.store.database import Database
from watchfloor.store.tables import change, journal, meta

__all__ = ["Entry", "Head", "Journal", "Verified"]

_LIMIT = 256 * 1024


@dataclass(frozen=True)
class Entry:
    """One act.

    Parameters
    ----------
    seq
        Its number, from 1 without a gap.
    at
        When it was written.
    actor
        Who did it.
    action
        What was done, as a verb, such as ``acknowledge``.
    subject
        What it was done to.
    detail
        All else, in JSON's types.
    previous, hash
        SHA-256 of the entry before, and of this one.
    """

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True)
class Head:
    """The last entry's number and hash; keep it off the machine to prove the chain later."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Verified:
    """What a check of the chain found.

    Parameters
    ----------
    ok
        Whether every entry is as it was written.
    entries
        How many entries were read.
    first_bad
        Number of the first entry that is not, or that is missing; None if all are well.
    reason
        What is wrong with it.
    """

    ok: bool
    entries: int
    first_bad: int | None = None
    reason: str = ""


class Journal:
    """The store's journal.

    Examples
    --------
    >>> from watchfloor.store import Store
    >>> with Store.open(":memory:") as store:
    ...     entry = store.journal.write("li.wei", "acknowledge", "alert/42", {"note": "seen"})
    ...     store.journal.verify().ok, entry.seq
    (True, 1)
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(
        self,
        actor: str,
        action: str,
        subject: str,
        detail: Mapping[str, Any] | None = None,
        *,
        known: datetime | None = None,
    ) -> Entry:
        """Write an act down; it is on the disk when this returns.

        Parameters
        ----------
        actor, action, subject, detail
            As of `Entry`.
        known
            When it was done; the clock's time if None, and never before the last commit.

        Raises
        ------
        InvalidInputError
            If nobody is named, nothing was done, or the detail is no JSON or longer than 256 KiB.
        """
        if not actor.strip() or not action.strip() or "\0" in actor + action + subject:
            raise InvalidInputError(f"An act by {actor!r}, {action!r}: expected who, and what was done.")
        content = canonical(dict(detail or {}))
        if len(content) + len(subject) + len(actor) + len(action) > _LIMIT:
            raise InvalidInputError(
                f"The detail of {action!r} is longer than {_LIMIT // 1024} KiB; store a record."
            )
        with self._database.write() as connection:
            at = self._database.known(connection, known)
            last = _last(connection)
            row = {
                "seq": last.seq + 1,
                "at": at,
                "actor": actor,
                "action": action,
                "subject": subject,
                "detail": content,
                "previous": last.hash,
            }
            row["hash"] = _hash(row)
            connection.execute(journal.insert(), row)
            self._database.note(
                connection,
                at,
                [
                    {
                        "table": "journal",
                        "key": str(row["seq"]),
                        "kind": action,
                        "source": actor,
                        "detail": row["hash"],
                    }
                ],
            )
        return _entry(row)

    def entries(
        self,
        *,
        actor: str | None = None,
        action: str | None = None,
        subject: str | None = None,
        since: int = 0,
        as_of: datetime | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        """Return entries after number `since`, oldest first; with a limit, the last ones."""
        conditions = [journal.c.seq > since]
        for column, word in (
            (journal.c.actor, actor),
            (journal.c.action, action),
            (journal.c.subject, subject),
        ):
            if word is not None:
                conditions.append(column == word)
        if as_of is not None:
            conditions.append(journal.c.at <= micros(as_of))
        statement = select(journal).where(*conditions).order_by(journal.c.seq.desc()).limit(limit)
        with self._database.read() as connection:
            return [_entry(row._asdict()) for row in connection.execute(statement)][::-1]

    def head(self) -> Head:
        """Return the last entry's number and hash; number 0 for an empty journal."""
        with self._database.read() as connection:
            return _last(connection)

    def verify(self, head: Head | None = None) -> Verified:
        """Compute the whole chain anew.

        Parameters
        ----------
        head
            A head that was kept elsewhere: the chain must still hold it.
        """
        with self._database.read() as connection:
            return verify(connection, head)


def verify(connection: Connection, head: Head | None = None) -> Verified:
    """Check the chain: numbers without a gap, links, hashes, nothing cut off at the end."""
    seq, previous, count = 0, _genesis(connection), 0
    kept = head is None or (head.seq == 0 and head.hash == previous)
    for row in connection.execute(select(journal).order_by(journal.c.seq)).yield_per(1000):
        count += 1
        if row.seq != seq + 1:
            return _bad(count, seq + 1, f"entry {seq + 1} is missing")
        if row.previous != previous:
            return _bad(count, row.seq, "it does not follow from the entry before it")
        if row.hash != _hash(row._asdict()):
            return _bad(count, row.seq, "its content is not what was written")
        seq, previous = row.seq, row.hash
        kept = kept or (head is not None and (seq, previous) == (head.seq, head.hash))
    noted = connection.execute(select(func.count()).where(change.c.table == "journal")).scalar_one()
    if noted != count:
        return _bad(count, seq + 1, f"{noted} entries were noted and {count} are there")
    if not kept and head is not None:
        return _bad(count, head.seq, f"the head kept elsewhere, entry {head.seq}, is not in this chain")
    return Verified(ok=True, entries=count)


def _bad(entries: int, first: int, reason: str) -> Verified:
    return Verified(ok=False, entries=entries, first_bad=first, reason=reason)


def _genesis(connection: Connection) -> str:
    # The store's own id starts the chain: the journal of another store does not fit in here.
    store = connection.execute(
        select(meta.c.value).where(meta.c.key == "store.id").order_by(meta.c.seq)
    ).scalar()
    return digest(["watchfloor journal", store])


def _last(connection: Connection) -> Head:
    row = connection.execute(
        select(journal.c.seq, journal.c.hash).order_by(journal.c.seq.desc()).limit(1)
    ).one_or_none()
    return Head(0, _genesis(connection)) if row is None else Head(row.seq, row.hash)


def _hash(row: Mapping[str, Any]) -> str:
    return digest([row[name] for name in ("previous", "seq", "at", "actor", "action", "subject", "detail")])


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(**(row | {"at": from_micros(row["at"]), "detail": json.loads(row["detail"])}))
