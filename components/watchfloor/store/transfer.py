"""All rows of a store, from one kind of database to the other: a backup is a file of SQLite, wherever it was made."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Boolean, Connection, Float, Integer, LargeBinary, Table, func, select

from watchfloor.core.clock import LiveClock
from watchfloor.store import intake
from watchfloor.store.backend import Backend
from watchfloor.store.database import Database
from watchfloor.store.migrations import STEPS
from watchfloor.store.sqlite import SQLite
from watchfloor.store.tables import METADATA, passage

__all__ = ["to_file", "to_server"]

_BATCH = 10_000
_TYPES = (
    (Boolean, "bool"),
    (BigInteger, "int8"),
    (Integer, "int4"),
    (Float, "float8"),
    (LargeBinary, "bytea"),
)


def to_file(source: Database, target: Path) -> None:
    """Write all that one snapshot of a database holds into a new file of SQLite."""
    copy = Database(SQLite(target), LiveClock(), 5)
    try:
        with source.read() as reading, copy.write() as writing:
            METADATA.create_all(writing)
            for table in _tables():
                marks = ", ".join("?" * len(table.columns))
                insert = f'INSERT INTO "{table.name}" VALUES ({marks})'  # noqa: S608  a name of our own
                for rows in _rows(reading, table):
                    writing.exec_driver_sql(insert, rows)
            copy.backend.guard(writing)
            copy.backend.set_version(writing, 1 + len(STEPS))
    finally:
        copy.close()


def to_server(source: Path, backend: Backend, connection: Connection) -> None:
    """Write all that a file holds into an empty schema of PostgreSQL, within the caller's write."""
    copy = Database(SQLite(source), LiveClock(), 5)
    try:
        METADATA.create_all(connection)
        with copy.read() as reading:
            for table in _tables():
                names = [column.name for column in table.columns]
                rows = (row for part in _rows(reading, table) for row in part)
                intake.copy(
                    connection, table.name, names, [_type(column.type) for column in table.columns], rows
                )
        for table in _tables():
            column = table.autoincrement_column
            if column is None or column.autoincrement is not True:
                continue
            last = connection.execute(select(func.max(column))).scalar_one()
            if last is not None:
                connection.exec_driver_sql(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                    (f'"{table.name}"', column.name, last),
                )
        backend.guard(connection)
        backend.set_version(connection, 1 + len(STEPS))
    finally:
        copy.close()


def _tables() -> list[Table]:
    return [table for table in METADATA.sorted_tables if table is not passage]


def _rows(connection: Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    found = connection.execute(
        select(table).order_by(*table.primary_key.columns), execution_options={"yield_per": _BATCH}
    )
    for part in found.partitions():
        yield [tuple(row) for row in part]


def _type(kind: Any) -> str:
    return next((name for each, name in _TYPES if isinstance(kind, each)), "text")
