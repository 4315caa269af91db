"""Bytes as they came: by their hash, and the ones that could not be read with the reason why."""

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import StoreError, UnknownNameError
from watchfloor.core.provenance import digest_bytes
from watchfloor.store.database import Database
from watchfloor.store.tables import blob, quarantine

__all__ = ["KEPT", "SHARE", "Quarantined", "keep", "put_aside", "put_aside_counts", "put_aside_rows", "raw"]

KEPT = 1024 * 1024
"""Most bytes kept of one document in quarantine."""
SHARE = 64 * 1024 * 1024
"""Bytes in quarantine of one source after which only the first 1,024 bytes of each further document are kept."""
_TEXT = 2000


@dataclass(frozen=True)
class Quarantined:
    """Something that could not be read.

    Parameters
    ----------
    seq
        Its number.
    known
        When it came.
    source
        Where it came from.
    reason
        Why it could not be read.
    where
        Where in the input.
    sha256, size
        Of all the bytes.
    whole
        Whether `data` is all of them, not only the beginning.
    data
        The bytes.
    """

    seq: int
    known: datetime
    source: str
    reason: str
    where: str
    sha256: str
    size: int
    whole: bool
    data: bytes


def keep(database: Database, data: bytes) -> str:
    """Store bytes, compressed, once; return their SHA-256."""
    name = digest_bytes(data)
    there = select(blob.c.size).where(blob.c.sha256 == name)
    if not database.writing:  # else nobody else writes, and it is asked once, below
        with database.read() as connection:
            if connection.execute(there).one_or_none() is not None:
                return name
    row = {"sha256": name, "size": len(data), "data": zlib.compress(data, 6)}
    with database.write() as connection:
        if connection.execute(there).one_or_none() is None:
            connection.execute(blob.insert(), row | {"known": database.known(connection, None)})
    return name


def raw(database: Database, sha256: str) -> bytes:
    """Return bytes by their SHA-256, checked against it."""
    with database.read() as connection:
        row = connection.execute(select(blob.c.data).where(blob.c.sha256 == sha256)).one_or_none()
    if row is None:
        raise UnknownNameError("kept document", sha256, [])
    try:
        data = zlib.decompress(row.data)
    except zlib.error as error:
        raise StoreError(_damaged(sha256)) from error
    if digest_bytes(data) != sha256:
        raise StoreError(_damaged(sha256))
    return data


def put_aside(
    database: Database, source: str, reason: str, data: bytes, where: str, known: datetime | None
) -> Quarantined:
    """Keep what could not be read, with the reason; the same bytes for the same reason once."""
    name, source, reason, where = digest_bytes(data), clip(source), clip(reason), clip(where)
    same = (
        (quarantine.c.sha256 == name)
        & (quarantine.c.source == source)
        & (quarantine.c.reason == reason)
        & (quarantine.c.where == where)
    )
    with database.write() as connection:
        if (found := connection.execute(select(quarantine).where(same)).first()) is not None:
            return _read(found)
        held = connection.execute(
            select(func.coalesce(func.sum(quarantine.c.kept), 0)).where(quarantine.c.source == source)
        ).scalar_one()
        part = data[: KEPT if held < SHARE else 1024]
        at = database.known(connection, known)
        row = {
            "known": at,
            "source": source,
            "reason": reason,
            "where": where,
            "sha256": name,
            "size": len(data),
            "kept": len(part),
            "whole": len(part) == len(data),
            "data": zlib.compress(part, 6),
        }
        key = connection.execute(quarantine.insert(), row).inserted_primary_key
        seq = int(key[0]) if key else 0
        database.note(connection, at, [{"table": "quarantine", "key": str(seq), "source": source}])
        return _read(connection.execute(select(quarantine).where(quarantine.c.seq == seq)).one())


def put_aside_counts(database: Database, as_of: datetime | None) -> dict[str, int]:
    """Return how much was put aside of each source, reading none of the bytes."""
    statement = select(quarantine.c.source, func.count()).group_by(quarantine.c.source)
    if as_of is not None:
        statement = statement.where(quarantine.c.known <= micros(as_of))
    with database.read() as connection:
        return {str(source): int(count) for source, count in connection.execute(statement)}


def put_aside_rows(database: Database, as_of: datetime | None, limit: int | None) -> list[Quarantined]:
    """Return what is in quarantine, the last first."""
    statement = select(quarantine).order_by(quarantine.c.seq.desc()).limit(limit)
    if as_of is not None:
        statement = statement.where(quarantine.c.known <= micros(as_of))
    with database.read() as connection:
        return [_read(row) for row in connection.execute(statement)]


def clip(text: str) -> str:
    """Cut a text to what fits a message, and replace characters that no database can hold."""
    return text[:_TEXT].replace("\0", "?").encode("utf-8", "replace").decode()


def _damaged(sha256: str) -> str:
    return f"The kept document {sha256} is damaged on the disk; run `watchfloor check`, and restore a backup."


def _read(row: Row[Any]) -> Quarantined:
    data = row._asdict()
    del data["kept"]
    return Quarantined(
        **(data | {"known": from_micros(data["known"]), "data": zlib.decompress(data["data"])})
    )
