"""Copies of a store, and the checks that say whether one is sound."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from watchfloor.core.clock import LiveClock, from_micros, micros
from watchfloor.core.errors import StoreError
from watchfloor.store import journal, sqlite
from watchfloor.store.database import Database
from watchfloor.store.tables import change, mark, observation, record

__all__ = ["backup", "check", "restore"]

_LOW = 256 * 2**20


def backup(database: Database, target: Path) -> Path:
    """Write a checked copy."""
    part = target.with_name(target.name + ".part")
    if target.exists():
        raise StoreError(f"{target} exists; name a new file, a backup is never overwritten.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        sqlite.copy(database.engine, part)
        _sound(part)
        part.rename(target)
        sqlite.sync(target)
    except (DBAPIError, sqlite3.Error) as error:
        raise sqlite.explain(error, str(target)) from error
    except OSError as error:
        raise StoreError(f"The backup {target} cannot be written: {error.strerror}.") from error
    finally:
        _remove(part)
    return target


def restore(source: Path, target: Path, *, overwrite: bool) -> Path:
    """Put a checked backup in the place of a store; one that was there is moved aside."""
    if not source.is_file():
        raise StoreError(f"There is no backup {source}.")
    if target.exists() and not overwrite:
        raise StoreError(
            f"{target} exists and is not replaced; restore to a new file, or say that it may be overwritten."
        )
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        shutil.copyfile(source, part)
        part.chmod(0o600)
        _sound(part)
        sqlite.sync(part)
        if target.exists():
            _retire(target)
        part.rename(target)
        sqlite.sync(target)
    except sqlite3.Error as error:
        raise sqlite.explain(error, str(target)) from error
    except OSError as error:
        raise StoreError(f"The backup {source} cannot be put at {target}: {error.strerror}.") from error
    finally:
        _remove(part)
    return target


def check(database: Database) -> list[str]:
    """Look for all that can be wrong with a store."""
    try:
        with database.read() as connection:
            problems = database.backend.integrity(connection)
            if problems:
                problems.append(
                    "Stop writing to it, keep the file, and restore a backup with `watchfloor restore`."
                )
            problems += _inspect(connection)
            last = connection.execute(select(func.max(change.c.known))).scalar_one()
    except StoreError as error:
        return [str(error)]
    now = database.clock.now()
    if last is not None and last > micros(now + timedelta(minutes=1)):
        problems.append(
            f"The last commit says it was known at {from_micros(last):%Y-%m-%d %H:%M:%S} UTC, after the clock's "
            f"{now:%Y-%m-%d %H:%M:%S} UTC: the clock went back. New data are dated to that commit; set the clock."
        )
    if database.path is not None and (free := shutil.disk_usage(database.path.parent).free) < _LOW:
        problems.append(f"The disk of {database.path} has {free // 2**20} MiB left; free some space.")
    return problems


def _inspect(connection: Connection) -> list[str]:
    """Compare the parts of the store with one another."""
    problems = []
    verified = journal.verify(connection)
    if not verified.ok:
        problems.append(
            f"The journal was changed by hand: entry {verified.first_bad}: {verified.reason}. "
            "Compare it with a backup, and find out who could write the file."
        )
    for table, name in ((record, "record"), (observation, "observation"), (mark, "mark")):
        have = connection.execute(select(func.count()).select_from(table)).scalar_one()
        noted = connection.execute(
            select(func.coalesce(func.sum(change.c.count), 0)).where(change.c.table == name)
        ).scalar_one()
        if have != noted:
            problems.append(
                f"{noted} rows of {name} were stored and {have} are there: the file was changed by hand. "
                "Restore a backup."
            )
    return problems


def _sound(path: Path) -> None:
    """Refuse a copy that is damaged, of another program, or whose journal does not verify."""
    database = Database(sqlite.SQLite(path), LiveClock(), 5)
    try:
        with database.read() as connection:
            if database.backend.version(connection) == 0:
                raise StoreError(f"{path} holds no store; name a backup that Watchfloor made.")
            problems = database.backend.integrity(connection) + _inspect(connection)
    finally:
        database.close()
    if problems:
        raise StoreError(f"{path} is not sound: {' '.join(problems)}")


def _retire(target: Path) -> None:
    """Move a store that nobody uses aside, with all that its log holds."""
    with closing(sqlite3.connect(target, timeout=1, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    number = 1
    while (aside := target.with_name(f"{target.name}.replaced-{number}")).exists():
        number += 1
    target.rename(aside)
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)


def _remove(part: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        part.with_name(part.name + suffix).unlink(missing_ok=True)
