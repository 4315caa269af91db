"""The archive: observations of months long past, in Parquet files beside the database, read as if they were in it.

A file counts once the database lists it, with its SHA-256; from then on it never changes and never goes. `store.moving`
tells how observations get there.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select

from watchfloor.core.errors import StoreError
from watchfloor.store import parquet
from watchfloor.store.parquet import Columns
from watchfloor.store.tables import passage, shelved

__all__ = ["Archive", "digest_of", "folder_of"]

_FILE = re.compile(r"\d{4}/\d\d/[a-z0-9_-]{1,80}\.parquet")


class Archive:
    """Old observations in files, read from there.

    Parameters
    ----------
    where
        The store's address, for messages.
    folder
        Where the files are; None where there is no place for any.
    """

    def __init__(self, where: str, folder: Path | None) -> None:
        self.where, self.folder = where, folder

    def files(
        self,
        connection: Connection,
        ids: Sequence[int] | None = None,
        start: int | None = None,
        end: int | None = None,
        as_of: int | None = None,
    ) -> list[Row[Any]]:
        """Return the listed files that may hold something of what is asked for; `end` is not inside."""
        conditions = []
        if ids is not None:
            if not ids:
                return []
            conditions += [shelved.c.last_series >= min(ids), shelved.c.first_series <= max(ids)]
        if start is not None:
            conditions.append(shelved.c.last >= start)
        if end is not None:
            conditions.append(shelved.c.first < end)
        if as_of is not None:
            conditions.append(shelved.c.first_known <= as_of)
        return list(connection.execute(select(shelved).where(*conditions).order_by(shelved.c.seq)))

    def read(
        self,
        files: Sequence[Row[Any]],
        ids: Sequence[int] | None = None,
        start: int | None = None,
        end: int | None = None,
        as_of: int | None = None,
    ) -> list[Columns]:
        """Return what the files hold of what is asked for, a set of columns a file."""
        return [parquet.read(self.path(row), ids, start, end, as_of) for row in files]

    def have(
        self, connection: Connection, places: Mapping[tuple[int, int], Any]
    ) -> dict[tuple[int, int], list[tuple[int, float | None, int]]]:
        """Return, of places (number of the series, microseconds), what the archive has there: revision, value, flag."""
        last = connection.execute(select(func.max(shelved.c.last))).scalar_one()
        old = {place for place in places if last is not None and place[1] <= last}
        if not old:
            return {}
        ids = sorted({place[0] for place in old})
        start, end = min(place[1] for place in old), max(place[1] for place in old) + 1
        found: dict[tuple[int, int], list[tuple[int, float | None, int]]] = {}
        for data in self.read(self.files(connection, ids, start, end), ids, start, end):
            columns = (data[name].tolist() for name in ("series", "time", "revision", "value", "flag"))
            for series, time, revision, value, flag in zip(*columns, strict=True):
                if (series, time) in old:
                    number = None if value != value else value  # noqa: PLR0124  NaN stands for a missing value
                    found.setdefault((series, time), []).append((revision, number, flag))
        return found

    def check(self, connection: Connection) -> list[str]:
        """Compare every listed file with its SHA-256, and look whether the way out of the table is shut."""
        problems = []
        if connection.execute(select(func.count()).select_from(passage)).scalar_one():
            problems.append(
                "The way out of the table of observations stands open: someone has changed the database by hand."
            )
        for row in self.files(connection):
            try:
                path = self.path(row)
                if digest_of(path) != row.sha256:
                    problems.append(
                        f"The archive's file {path} is damaged: its SHA-256 is not the listed one. Put it back from a "
                        "backup."
                    )
            except (OSError, StoreError) as error:
                problems.append(str(error))
        return problems

    def paths(self, connection: Connection) -> list[tuple[Path, str]]:
        """Return every listed file, and its name within the folder."""
        return [(self.path(row), row.file) for row in self.files(connection)]

    def count(self, connection: Connection) -> int:
        """Return how many observations stand in listed files."""
        total = select(func.coalesce(func.sum(shelved.c.count), 0))
        return int(connection.execute(total).scalar_one())

    def path(self, row: Row[Any]) -> Path:
        """Return where a listed file is; whatever the database says, it is inside the folder."""
        if self.folder is None:
            raise StoreError(
                f"Observations of the store {self.where} are in an archive, and no folder is named; set "
                "`archive`."
            )
        path: Path = self.folder / row.file
        if not _FILE.fullmatch(row.file):
            raise StoreError(f"The archive lists {row.file[:80]!r}, which is no name of a file of its own.")
        if not path.is_file() or path.stat().st_size != row.size:
            what = "is cut" if path.is_file() else "is missing"
            raise StoreError(
                f"The archive's file {path} {what}: put it back from a backup, or mend `archive`."
            )
        return path


def folder_of(path: Path) -> Path:
    """Return the folder of a file's archive."""
    return path.with_name(path.name + ".archive")


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
