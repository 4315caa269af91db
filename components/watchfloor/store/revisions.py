"""Records: stored once each, asked for by what was known and by what holds.

The *latest* revision of a statement is the one its source issued last: the greatest (`sent`, `revision`) among those
known at the time asked about. The order in which revisions arrive therefore does not matter: a late one finds its
place, and a cancel that comes before its alert still cancels it.
"""

import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, or_, select, tuple_

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.scales import Certainty, Severity, Status, Urgency
from watchfloor.store import chains, wkb
from watchfloor.store.database import Database
from watchfloor.store.records import ALL, KINDS, MOMENTARY, OPEN_FOR, Kind, Record, State, Trust
from watchfloor.store.tables import FOREVER, record

__all__ = ["Appended", "Words", "append", "history", "query", "rows"]

Words = str | Sequence[str] | None
"""One word, several of which any will do, or None (or none at all) for all."""
_CHUNK = 500
T = TypeVar("T")


@dataclass(frozen=True)
class Appended:
    """What became of a batch.

    Parameters
    ----------
    stored
        Rows that were new.
    duplicates
        Rows that the store had already, or that stood in the batch twice.
    known
        The known time of the new rows; None where there was none.
    """

    stored: int
    duplicates: int
    known: datetime | None = None


def append(database: Database, records: Iterable[Record], known: datetime | None) -> Appended:
    """Store records in one transaction, and each identity once."""
    batch: dict[bytes, dict[str, Any]] = {}
    items: list[Record] = []
    total = 0
    for item in records:
        total += 1
        row = _row(item)
        if row["identity"] not in batch:
            batch[row["identity"]] = row
            items.append(item)
    if not batch:
        return Appended(0, 0)
    with database.write() as connection:
        for part in parts(list(batch)):
            for (found,) in connection.execute(select(record.c.identity).where(record.c.identity.in_(part))):
                del batch[found]
        if not batch:
            return Appended(0, total)
        at = database.known(connection, known)
        rows = list(batch.values())
        for row in rows:
            row["known"] = at
        connection.execute(record.insert(), rows)
        chains.keep(connection, items, at)
        database.note(
            connection,
            at,
            [
                {
                    "table": "record",
                    "key": row["key"],
                    "kind": row["kind"],
                    "source": row["source"],
                    "detail": row["revision"],
                }
                for row in rows
            ],
        )
    return Appended(len(batch), total - len(batch), from_micros(at))


def query(
    kind: Words,
    as_of: datetime | None,
    valid_at: datetime | None,
    *,
    during: tuple[datetime, datetime] | None = None,
    source: Words = None,
    hazard: Words = None,
    severity: Words = None,
    state: Words = None,
    status: Words = None,
    bbox: Sequence[float] | None = None,
    latest: bool = True,
) -> list[ColumnElement[bool]]:
    """Return the conditions that say which revisions are asked for.

    A filter never brings an older revision back: a statement whose latest revision does not match is left out.
    """
    kinds = _words(kind) or list(KINDS)
    found: list[ColumnElement[bool]] = [record.c.kind.in_(kinds)]
    if as_of is not None:
        found.append(record.c.known <= micros(as_of))
    if valid_at is not None:
        at = micros(valid_at)
        found += [record.c.valid_to > at, record.c.valid_from <= at]
        state = _words(state) or "active"
    if during is not None:
        found += _during(*during)
    for column, words in (
        (record.c.hazard, hazard),
        (record.c.severity, severity),
        (record.c.state, state),
        (record.c.status, status),
    ):
        if chosen := _words(words):
            found.append(column.in_(chosen))
    if sources := _words(source):
        # "cap" stands for its sub-sources, "cap:…", too; ";" is the character after ":".
        found.append(
            or_(
                record.c.source.in_(sources),
                *(and_(record.c.source >= f"{name}:", record.c.source < f"{name};") for name in sources),
            )
        )
    if bbox is not None:
        found.append(_inside(bbox))
    if latest:
        later = record.alias("later")
        same = [later.c[name] == record.c[name] for name in ("kind", "source", "key")]
        newer = tuple_(later.c.sent, later.c.revision) > tuple_(record.c.sent, record.c.revision)
        seen = [later.c.known <= micros(as_of)] if as_of is not None else []
        found.append(~exists().where(*same, newer, *seen))
    return found


def _during(start: datetime, end: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions for what holds at some time from `start` to `end`; see `Record.until`."""
    first, told = micros(start), micros(start - OPEN_FOR)
    lasting = and_(record.c.valid_to == FOREVER, record.c.kind.not_in(MOMENTARY))
    moment = and_(record.c.valid_to == FOREVER, or_(record.c.sent >= told, record.c.valid_from >= told))
    ended = and_(record.c.valid_to < FOREVER, record.c.valid_to >= first)
    return [record.c.valid_from <= micros(end), or_(ended, lasting, moment)]


def rows(
    connection: Connection,
    columns: Sequence[ColumnElement[Any]],
    conditions: Sequence[ColumnElement[bool]],
    *,
    newest_first: bool,
    limit: int | None,
) -> Sequence[Row[Any]]:
    """Run a query, the last issued first.

    With `newest_first` the database sorts, which is right where a limit cuts a long answer; else Python does, so
    that the database is free to look up what holds at a time.
    """
    statement: Select[Any] = select(
        *columns, record.c.sent.label("order_sent"), record.c.seq.label("order_seq")
    )
    statement = statement.where(*conditions)
    if newest_first:
        statement = statement.order_by(record.c.sent.desc(), record.c.seq.desc()).limit(limit)
        return connection.execute(statement).all()
    found = sorted(
        connection.execute(statement), key=lambda row: (row.order_sent, row.order_seq), reverse=True
    )
    return found[:limit]


def history(connection: Connection, kind: str, source: str, key: str, as_of: datetime | None) -> list[Record]:
    """Return every revision of one statement, in the order in which they became known."""
    conditions = [record.c.kind == kind, record.c.source == source, record.c.key == key]
    if as_of is not None:
        conditions.append(record.c.known <= micros(as_of))
    statement = select(record).where(*conditions).order_by(record.c.known, record.c.seq)
    return [read(row) for row in connection.execute(statement)]


def read(row: Row[Any]) -> Record:
    """Turn a row of the table back into the record."""
    return Record(
        kind=cast("Kind", row.kind),
        source=row.source,
        key=row.key,
        revision=row.revision,
        sent=from_micros(row.sent),
        valid_from=from_micros(row.valid_from),
        valid_to=None if row.valid_to == FOREVER else from_micros(row.valid_to),
        title=row.title,
        hazard=row.hazard,
        severity=Severity(row.severity),
        urgency=Urgency(row.urgency),
        certainty=Certainty(row.certainty),
        status=Status(row.status),
        state=cast("State", row.state),
        geometry=None if row.geometry is None else wkb.decode(row.geometry),
        area=row.area,
        trust=cast("Trust", row.trust),
        body=json.loads(row.body),
        raw=row.raw,
        known=from_micros(row.known),
    )


def _row(item: Record) -> dict[str, Any]:
    if item.kind not in ALL:
        raise InvalidInputError(f"There is no record kind {item.kind!r}; expected one of {', '.join(ALL)}.")
    if not (item.source and item.key):
        raise InvalidInputError(
            f"A {item.kind} of source {item.source!r} has the key {item.key!r}; expected both to be named."
        )
    if item.state not in {"active", "cancelled", "ended"}:
        raise InvalidInputError(f"There is no state {item.state!r}; expected active, cancelled or ended.")
    try:
        shape, bounds = (None, None) if item.geometry is None else wkb.encode(item.geometry)
        west, south, east, north = bounds or (None, None, None, None)
        row: dict[str, Any] = {
            "identity": bytes.fromhex(item.identity),
            "kind": item.kind,
            "source": item.source,
            "key": item.key,
            "revision": item.revision,
            "sent": micros(item.sent),
            "valid_from": micros(item.valid_from),
            "valid_to": FOREVER if item.valid_to is None else micros(item.valid_to),
            "title": item.title,
            "hazard": item.hazard,
            "severity": Severity(item.severity).value,
            "urgency": Urgency(item.urgency).value,
            "certainty": Certainty(item.certainty).value,
            "status": Status(item.status).value,
            "state": item.state,
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "area": item.area,
            "trust": item.trust,
            "raw": item.raw,
            "geometry": shape,
            "body": text(item.body),
        }
        words = "".join(
            row[name] or "" for name in ("source", "key", "revision", "title", "hazard", "area", "raw")
        )
        (words + row["body"]).encode()
        if "\0" in words:
            raise ValueError("a text holds the character NUL")  # PostgreSQL has no place for it
    except (TypeError, ValueError, LookupError, struct.error) as error:
        raise InvalidInputError(
            f"The {item.kind} {item.key[:80]!r} of {item.source!r} cannot be written down: {error!r}. "
            "Expected CAP's words, a GeoJSON geometry, and JSON's types without NaN or broken characters."
        ) from error
    return row


def text(value: Any) -> str:
    """Write JSON; NaN, infinity and foreign types raise ValueError or TypeError."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _inside(bbox: Sequence[float]) -> ColumnElement[bool]:
    if len(bbox) != 4 or not all(-1e9 < value < 1e9 for value in bbox) or bbox[1] > bbox[3]:
        raise InvalidInputError(
            f"{tuple(bbox)} is no bounding box; expected west, south, east, north in degrees."
        )
    west, south, east, north = map(float, bbox)
    level = and_(record.c.south <= north, record.c.north >= south)
    if west <= east:
        return and_(level, record.c.west <= east, record.c.east >= west)
    # A box over the antimeridian is what lies east of its west side, and what lies west of its east side.
    return and_(level, or_(record.c.east >= west, record.c.west <= east))


def _words(words: Words) -> list[str]:
    if words is None:
        return []
    return [str(words)] if isinstance(words, str) else [str(word) for word in words]


def parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
