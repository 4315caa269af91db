"""Bring the tables of an older file up to date, one numbered step after another."""

from collections.abc import Callable

from sqlalchemy import Connection

from watchfloor.core.errors import StoreError
from watchfloor.store.backend import Backend
from watchfloor.store.tables import METADATA

__all__ = ["STEPS", "Step", "is_current", "upgrade"]

Step = Callable[[Connection], None]
"""Changes the tables from one version to the next. It asks nothing but the connection."""


def _marks(connection: Connection) -> None:
    """Version 2: marks of quality; changes tell the span of time that they touch."""
    connection.exec_driver_sql(
        "CREATE TABLE mark (series_id BIGINT NOT NULL, time BIGINT NOT NULL, revision INTEGER NOT NULL, "
        "known BIGINT NOT NULL, checks BIGINT NOT NULL, flag INTEGER NOT NULL, reason TEXT NOT NULL, "
        "PRIMARY KEY (series_id, time, revision)) WITHOUT ROWID"
    )
    for column in ("first", "last"):
        connection.exec_driver_sql(f"ALTER TABLE change ADD COLUMN {column} BIGINT")


def _archive(connection: Connection) -> None:
    """Version 3: the files of the archive, and the way there."""
    connection.exec_driver_sql(
        "CREATE TABLE shelved (seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, known BIGINT NOT NULL, "
        "family VARCHAR NOT NULL, month VARCHAR NOT NULL, file VARCHAR NOT NULL, sha256 VARCHAR(64) NOT NULL, "
        "size BIGINT NOT NULL, count BIGINT NOT NULL, first_series BIGINT NOT NULL, last_series BIGINT NOT NULL, "
        "first BIGINT NOT NULL, last BIGINT NOT NULL, "
        "first_known BIGINT NOT NULL, last_known BIGINT NOT NULL, UNIQUE (file))"
    )
    connection.exec_driver_sql(
        "CREATE TABLE passage (first BIGINT NOT NULL, last BIGINT NOT NULL, known BIGINT NOT NULL, "
        "PRIMARY KEY (first))"
    )


STEPS: tuple[Step, ...] = (_marks, _archive)
"""``STEPS[0]`` leads from version 1 to 2. A step that was released is never changed."""


def is_current(backend: Backend, connection: Connection) -> bool:
    """Tell whether the tables are those of this program, so that opening a store need not wait for its writers."""
    return backend.version(connection) == 1 + len(STEPS)


def upgrade(backend: Backend, connection: Connection) -> int:
    """Make the tables in an empty database, or bring older ones up to date, within the caller's transaction.

    Returns
    -------
    int
        The version that the tables had; 0 for an empty database.

    Raises
    ------
    StoreError
        If the file is of a newer version than this program knows.
    """
    current, target = backend.version(connection), 1 + len(STEPS)
    if current > target:
        raise StoreError(
            f"This store has tables of version {current}, and this program knows up to version {target}; "
            "start the newer Watchfloor that wrote it, or restore a backup from before the upgrade."
        )
    if current == target:
        return current
    if current == 0:
        METADATA.create_all(connection)
    else:
        for step in STEPS[current - 1 :]:
            step(connection)
    backend.guard(connection)
    backend.set_version(connection, target)
    return current
