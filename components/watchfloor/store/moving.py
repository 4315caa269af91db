"""Moving old observations to the archive, so that whatever stops it on the way, none is lost or doubled.

A month of a family of series (the first part of their names) goes as one or more files, sorted by series and time. A
file is written under another name, put on the disk and given its name; then one transaction lists it with its SHA-256
and removes its rows from the table, which lets go of nothing else. Killed at any moment, the rows are either in the
table or in a listed file: a file that is not listed does not count, and is removed by the next run.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import InvalidInputError, StoreError
from watchfloor.store import parquet
from watchfloor.store.archive import digest_of
from watchfloor.store.database import Database
from watchfloor.store.journal import Journal
from watchfloor.store.revisions import parts
from watchfloor.store.series import names
from watchfloor.store.sqlite import flush
from watchfloor.store.tables import observation, passage, shelved

__all__ = ["FEW", "ROWS", "Moved", "Mover", "family"]

ROWS = 1_000_000
"""Most rows of a file, unless one series alone has more in a month."""
FEW = 1_000
"""Fewer rows than these, which came late for a month that is in the archive, wait in the table for company."""
_PART = ".part"


@dataclass(frozen=True)
class Moved:
    """What went to the archive.

    Parameters
    ----------
    rows
        Observations, corrections counted by themselves.
    files, size
        Files that were written, and their bytes.
    """

    rows: int = 0
    files: int = 0
    size: int = 0

    def __add__(self, other: "Moved") -> "Moved":
        return Moved(self.rows + other.rows, self.files + other.files, self.size + other.size)


class Mover:
    """Moves observations to the archive.

    Parameters
    ----------
    database, journal
        The store's.
    folder
        The archive's; None where there is no place for any.
    """

    def __init__(self, database: Database, journal: Journal, folder: Path | None) -> None:
        self._database, self._journal, self.folder = database, journal, folder

    def move(self, before: datetime, actor: str, *, few: int = FEW) -> Moved:
        """Move whole months that end at or before a time.

        Raises
        ------
        StoreError
            If there is no folder, it cannot be written, or another process is at it.
        """
        if self.folder is None:
            raise StoreError(
                f"The store {self._database.where} has no folder for its archive; name one with the setting `archive`."
            )
        edge = micros(_month(before))
        moved = Moved()
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._alone():
                self._clean()
                for task in self._due(edge, few):
                    moved += self._move(task, actor)
        except OSError as error:
            raise StoreError(
                f"The archive {self.folder} cannot be written: {error.strerror or error}. Nothing was lost; free some "
                "space or mend its rights, and run it again."
            ) from error
        return moved

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """See to it that one process at a time moves."""
        assert self.folder is not None
        handle = os.open(self.folder / ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StoreError(
                    f"Another process is moving observations to {self.folder}; try again later."
                ) from error
            yield
        finally:
            os.close(handle)

    def _clean(self) -> None:
        """Remove what a run that was killed has left: unfinished files, and files that were never listed."""
        assert self.folder is not None
        with self._database.read() as connection:
            listed = set(connection.execute(select(shelved.c.file)).scalars())
        for path in self.folder.glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]/*.parquet*"):
            if path.relative_to(self.folder).as_posix() not in listed:
                path.unlink()

    def _due(self, edge: int, few: int) -> Iterator["_Task"]:
        """Yield what is to be moved, a file at a time."""
        with self._database.read() as connection:
            table = names(connection)
            done = {(row.family, row.month) for row in connection.execute(select(shelved))}
        families: dict[str, list[int]] = {}
        for number, name in sorted(table.items()):
            families.setdefault(family(name), []).append(number)
        for kin, ids in families.items():
            start = -(2**63)
            while (first := self._first(ids, start, edge)) is not None:
                month = _month(from_micros(first))
                begin, start = micros(month), micros(_month(month + timedelta(days=32)))
                counts = self._counts(ids, begin, start)
                if (kin, f"{month:%Y-%m}") in done and sum(counts.values()) < few:
                    continue
                for chosen in _packed(counts):
                    yield _Task(kin, month, begin, start, chosen, table)

    def _first(self, ids: Sequence[int], start: int, edge: int) -> int | None:
        """Return the first time of series from `start` on and before `edge`."""
        first = None
        with self._database.read() as connection:
            for number in ids:  # one seek each
                found = connection.execute(
                    select(func.min(observation.c.time)).where(
                        observation.c.series_id == number,
                        observation.c.time >= start,
                        observation.c.time < edge,
                    )
                ).scalar_one()
                first = found if first is None else min(first, found if found is not None else first)
        return first

    def _counts(self, ids: Sequence[int], start: int, end: int) -> dict[int, int]:
        found: dict[int, int] = {}
        with self._database.read() as connection:
            for part in parts(ids):
                counted = select(observation.c.series_id, func.count()).where(_within(part, start, end))
                for number, count in connection.execute(counted.group_by(observation.c.series_id)):
                    found[number] = count
        return dict(sorted(found.items()))

    def _move(self, task: "_Task", actor: str) -> Moved:
        """Write a file, and exchange rows for it; begin anew where rows came in between."""
        for last in (False, False, True):
            if not last:
                with self._database.read() as connection:
                    written = self._write(connection, task)
                if written is None:
                    return Moved()
                with self._database.write() as connection:
                    if self._exchange(connection, task, written, actor):
                        return Moved(written.count, 1, written.size)
                (self._at(written.file)).unlink()
                continue
            with self._database.write() as connection:  # at last, while nobody else can write
                written = self._write(connection, task)
                if written is not None:
                    self._exchange(connection, task, written, actor)
        return Moved() if written is None else Moved(written.count, 1, written.size)

    def _write(self, connection: Connection, task: "_Task") -> "_Written | None":
        """Write a file of what the connection sees, if that is anything; it is on the disk, under its name, then."""
        assert self.folder is not None
        place = self.folder / f"{task.month:%Y}" / f"{task.month:%m}"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = place / f"{_slug(task.family)}.parquet{_PART}"
        columns = [
            observation.c[name] for name in ("series_id", "time", "revision", "value", "flag", "known")
        ]
        order = (observation.c.series_id, observation.c.time, observation.c.revision)

        def batches() -> Iterator[Sequence[Row[Any]]]:
            for part in parts(task.ids):
                statement = select(*columns).where(_within(part, task.start, task.end)).order_by(*order)
                yield from connection.execute(
                    statement, execution_options={"yield_per": parquet.GROUP}
                ).partitions()

        span = parquet.write(unfinished, batches(), task.table)
        if span is None:
            unfinished.unlink()
            return None
        flush(unfinished)
        sha256, size = digest_of(unfinished), unfinished.stat().st_size
        name = f"{_slug(task.family)}-{sha256[:16]}.parquet"
        unfinished.rename(place / name)
        for folder in (place, place.parent, self.folder):
            flush(folder)
        return _Written(f"{task.month:%Y}/{task.month:%m}/{name}", sha256, size, **span)

    def _exchange(self, connection: Connection, task: "_Task", written: "_Written", actor: str) -> bool:
        """List the file and remove its rows, unless there are more rows by now; rows are only ever added."""
        there = sum(
            connection.execute(
                select(func.count()).select_from(observation).where(_within(part, task.start, task.end))
            ).scalar_one()
            for part in parts(task.ids)
        )
        if there != written.count:
            return False
        at = self._database.known(connection, None)
        row = vars(written) | {"known": at, "family": task.family, "month": f"{task.month:%Y-%m}"}
        connection.execute(shelved.insert(), row)
        way = {"first": written.first, "last": written.last, "known": written.last_known}
        connection.execute(passage.insert(), way)
        gone = sum(
            connection.execute(observation.delete().where(_within(part, task.start, task.end))).rowcount
            for part in parts(task.ids)
        )
        connection.execute(passage.delete())
        if gone != written.count:
            raise StoreError(
                f"{gone} observations would have been removed for {written.count} in {written.file}; nothing was."
            )
        self._journal.write(
            actor,
            "archive",
            written.file,
            {"rows": written.count, "sha256": written.sha256, "size": written.size},
        )
        return True

    def _at(self, file: str) -> Path:
        assert self.folder is not None
        return self.folder / file


@dataclass(frozen=True)
class _Task:
    """Rows that are to stand in one file: series, and a month from `start` to before `end`."""

    family: str
    month: datetime
    start: int
    end: int
    ids: Sequence[int]
    table: Mapping[int, str]


@dataclass(frozen=True)
class _Written:
    """A file, as it is listed."""

    file: str
    sha256: str
    size: int
    count: int
    first_series: int
    last_series: int
    first: int
    last: int
    first_known: int
    last_known: int


def family(name: str) -> str:
    """Return the family of a series: the first part of its name.

    Examples
    --------
    >>> family("demo/gauge/G01"), family("nwis:01646500"), family("bare")
    ('demo', 'nwis', 'bare')
    """
    return re.split(r"[/:]", name, maxsplit=1)[0]


def _slug(name: str) -> str:
    """Return a name for files that no series can choose freely."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower())[:40].strip("-")
    return f"{plain or 'series'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _packed(counts: Mapping[int, int]) -> Iterator[list[int]]:
    """Yield series that fit one file together, in the order of their numbers."""
    chosen: list[int] = []
    total = 0
    for number, count in counts.items():
        if chosen and total + count > ROWS:
            yield chosen
            chosen, total = [], 0
        chosen.append(number)
        total += count
    if chosen:
        yield chosen


def _within(ids: Sequence[int], start: int, end: int) -> Any:
    return and_(observation.c.series_id.in_(ids), observation.c.time >= start, observation.c.time < end)


def _month(at: datetime) -> datetime:
    """Return when the month of a time began."""
    if at.tzinfo is None:
        raise InvalidInputError(f"{at.isoformat()} has no time zone; times on a floor are aware.")
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
