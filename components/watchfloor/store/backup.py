"""Copies of a store, and the checks that say whether one is sound.

A backup is a store in a file of SQLite, with the archive's files in a folder beside it, whichever database it was made
of: it can be opened, asked and checked as it is, and put back into a file or onto a server.
"""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from watchfloor.core.address import is_server
from watchfloor.core.clock import LiveClock, from_micros, micros
from watchfloor.core.errors import StoreError
from watchfloor.store import journal, sqlite, transfer
from watchfloor.store.address import backend as backend_of
from watchfloor.store.archive import Archive, folder_of
from watchfloor.store.database import Database
from watchfloor.store.tables import change, mark, observation, record

__all__ = ["backup", "check", "restore"]

_LOW = 256 * 2**20


def backup(database: Database, archive: Archive, target: Path) -> Path:
    """Write a checked copy."""
    part, beside = target.with_name(target.name + ".part"), folder_of(target)
    for path in (target, beside):
        if path.exists():
            raise StoreError(f"{path} exists; name a new file, a backup is never overwritten.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove(part)
        if database.backend.kind == "sqlite":
            sqlite.copy(database.engine, part)
        else:
            transfer.to_file(database, part)
            part.chmod(0o600)
        _carry(part, archive.folder)
        _sound(part)
        if folder_of(part).exists():
            folder_of(part).rename(beside)
        part.rename(target)
        sqlite.sync(target)
    except (DBAPIError, sqlite3.Error) as error:
        raise sqlite.explain(error, str(target)) from error
    except OSError as error:
        raise StoreError(f"The backup {target} cannot be written: {error.strerror or error}.") from error
    finally:
        _remove(part)
    return target


def restore(
    source: Path, target: str | Path, *, overwrite: bool, password: str = "", archive: Path | None = None
) -> None:
    """Put a checked backup in the place of a store; one that was there is moved aside."""
    if not source.is_file():
        raise StoreError(f"There is no backup {source}.")
    if is_server(target):
        _restore_server(source, str(target), password, archive, overwrite=overwrite)
        return
    path = backend_of(target, create=True, place=False).path
    if path is None:
        raise StoreError("A backup cannot be restored into memory; open its file instead.")
    if path.exists() and not overwrite:
        raise StoreError(
            f"{path} exists and is not replaced; restore to a new file, or say that it may be overwritten."
        )
    part = path.with_name(path.name + ".part")
    beside = archive if archive is not None else folder_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove(part)
        shutil.copyfile(source, part)
        part.chmod(0o600)
        _carry(part, folder_of(source))
        _sound(part)
        sqlite.sync(part)
        if path.exists():
            _retire(path, beside)
        if folder_of(part).exists():
            _join(folder_of(part), beside)
        part.rename(path)
        sqlite.sync(path)
    except sqlite3.Error as error:
        raise sqlite.explain(error, str(path)) from error
    except OSError as error:
        raise StoreError(
            f"The backup {source} cannot be put at {path}: {error.strerror or error}."
        ) from error
    finally:
        _remove(part)


def _restore_server(source: Path, url: str, password: str, archive: Path | None, *, overwrite: bool) -> None:
    """Put a backup into a schema of its own; one that was there is kept under another name."""
    from watchfloor.store.postgres import PostgreSQL

    _sound(source)
    backend = backend_of(url, create=True, password=password)
    assert isinstance(backend, PostgreSQL)
    database = Database(backend, LiveClock(), 5)
    try:
        with database.write() as connection:
            if backend.version(connection):
                if not overwrite:
                    raise StoreError(
                        f"{backend.where} holds a store and is not replaced; restore to another schema, or say that it "
                        "may be overwritten."
                    )
                backend.retire(connection)
            if folder_of(source).exists():
                if archive is None:
                    raise StoreError(
                        "The backup has an archive, and no folder is named for it; set `archive`."
                    )
                _join(folder_of(source), archive)
            transfer.to_server(source, backend, connection)
        with database.read() as connection:
            if problems := _inspect(connection, _archive(database, archive)):
                raise StoreError(f"What was restored to {backend.where} is not sound: {' '.join(problems)}")
    finally:
        database.close()


def check(database: Database, archive: Archive) -> list[str]:
    """Look for all that can be wrong with a store."""
    try:
        with database.read() as connection:
            problems = database.backend.integrity(connection)
            if problems:
                problems.append(
                    "Stop writing to it, keep it as it is, and restore a backup with `watchfloor restore`."
                )
            problems += _inspect(connection, archive)
            last = connection.execute(select(func.max(change.c.known))).scalar_one()
    except StoreError as error:
        return [str(error)]
    now = database.clock.now()
    if last is not None and last > micros(now + timedelta(minutes=1)):
        problems.append(
            f"The last commit says it was known at {from_micros(last):%Y-%m-%d %H:%M:%S} UTC, after the clock's "
            f"{now:%Y-%m-%d %H:%M:%S} UTC: the clock went back. New data are dated to that commit; set the clock."
        )
    for path in {database.path.parent if database.path else None, archive.folder}:
        if path is not None and path.exists() and (free := shutil.disk_usage(path).free) < _LOW:
            problems.append(f"The disk of {path} has {free // 2**20} MiB left; free some space.")
    return problems


def _inspect(connection: Connection, archive: Archive) -> list[str]:
    """Compare the parts of the store with one another."""
    problems = []
    verified = journal.verify(connection)
    if not verified.ok:
        problems.append(
            f"The journal was changed by hand: entry {verified.first_bad}: {verified.reason}. "
            "Compare it with a backup, and find out who could write the database."
        )
    for table, name in ((record, "record"), (observation, "observation"), (mark, "mark")):
        have = connection.execute(select(func.count()).select_from(table)).scalar_one()
        if table is observation:
            have += archive.count(connection)
        noted = connection.execute(
            select(func.coalesce(func.sum(change.c.count), 0)).where(change.c.table == name)
        ).scalar_one()
        if have != noted:
            problems.append(
                f"{noted} rows of {name} were stored and {have} are there: the database was changed by hand. "
                "Restore a backup."
            )
    return problems + archive.check(connection)


def _archive(database: Database, folder: Path | None) -> Archive:
    return Archive(database.where, folder)


def _carry(part: Path, source: Path | None) -> None:
    """Copy the archive's files that a copy of the database lists, from another folder to beside the copy."""
    database = Database(sqlite.SQLite(part), LiveClock(), 5)
    try:
        with database.read() as connection:
            if database.backend.version(connection) == 0:
                raise StoreError(f"{part} holds no store; name a backup that Watchfloor made.")
            old = (
                connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name='shelved'").scalar()
                is None
            )
            listed = [] if old else _archive(database, source).paths(connection)
    finally:
        database.close()
    for path, name in listed:
        to = folder_of(part) / name
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(path, to)
        sqlite.sync(to)


def _join(source: Path, target: Path) -> None:
    """Put a folder of archived files in its place; files there already have the same name for the same bytes."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in sorted(source.glob("*/*/*.parquet")):
        to = target / path.relative_to(source)
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = to.with_name(to.name + ".part")
        shutil.copyfile(path, part)
        sqlite.sync(part)
        part.rename(to)
        sqlite.sync(to)


def _sound(path: Path) -> None:
    """Refuse a copy that is damaged, of another program, or whose journal or archive does not verify."""
    database = Database(sqlite.SQLite(path), LiveClock(), 5)
    try:
        with database.read() as connection:
            if database.backend.version(connection) == 0:
                raise StoreError(f"{path} holds no store; name a backup that Watchfloor made.")
            problems = database.backend.integrity(connection)
            problems += _inspect(connection, _archive(database, folder_of(path)))
    finally:
        database.close()
    if problems:
        raise StoreError(f"{path} is not sound: {' '.join(problems)}")


def _retire(target: Path, archive: Path) -> None:
    """Move a store that nobody uses aside, with all that its log and its archive hold."""
    with closing(sqlite3.connect(target, timeout=1, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    number = 1
    while (aside := target.with_name(f"{target.name}.replaced-{number}")).exists():
        number += 1
    target.rename(aside)
    if archive.exists():
        archive.rename(folder_of(aside))
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)


def _remove(part: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        part.with_name(part.name + suffix).unlink(missing_ok=True)
    shutil.rmtree(folder_of(part), ignore_errors=True)
