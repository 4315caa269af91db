"""The store: what we knew, and when."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import ColumnElement, Row, func, select

from watchfloor.core.clock import Clock, LiveClock, micros
from watchfloor.core.errors import StoreError
from watchfloor.store import backup, chains, changes, migrations, revisions
from watchfloor.store.address import backend as backend_of
from watchfloor.store.archive import Archive, folder_of
from watchfloor.store.arrivals import Arrivals
from watchfloor.store.changes import Change, Changes
from watchfloor.store.database import Database
from watchfloor.store.journal import Journal
from watchfloor.store.measurements import Measurements
from watchfloor.store.moving import Mover
from watchfloor.store.records import Record
from watchfloor.store.revisions import Appended, Words
from watchfloor.store.shelf import Shelf
from watchfloor.store.tables import meta, record

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["Store"]


class Store(Measurements, Arrivals):
    """Append-only, bitemporal, idempotent storage of one floor.

    Whatever is stored has a *valid time*, when it holds in the world, and a *known time*, when the floor learned it.
    Every question may be asked `as_of` a known time; None asks for all that is known. The known time of commits
    never goes back, so that an answer as of a time before the last commit stays the answer for ever.

    Several threads may read and write, and several processes at once. What a method stored is on the disk when it
    returns, except inside `batch`.

    Examples
    --------
    >>> from watchfloor.core.clock import FixedClock, parse_time
    >>> at = parse_time("2026-06-01T12:00:00Z")
    >>> alert = Record("alert", "cap:demo", "A1", "1", sent=at, valid_from=at, title="River rises")
    >>> with Store.open(":memory:", clock=FixedClock(at)) as store:
    ...     first, again = store.append([alert]), store.append([alert])
    ...     first.stored, again.duplicates, store.records("alert", valid_at=at)[0].title
    (1, 1, 'River rises')
    """

    def __init__(self, database: Database, archive: Path | None = None) -> None:
        self.journal = Journal(database)
        """The journal of human acts."""
        if archive is None and database.path is not None:
            archive = folder_of(database.path)
        Measurements.__init__(
            self, database, Archive(database.where, archive), Mover(database, self.journal, archive)
        )
        Arrivals.__init__(self, database)
        self._database = database
        self._shelf = Shelf(database)
        self._changes = Changes(database, self._directory)

    @classmethod
    def open(
        cls,
        url: str | Path,
        *,
        clock: Clock | None = None,
        create: bool = True,
        wait: timedelta = timedelta(seconds=30),
        password: str = "",
        archive: str | Path | None = None,
    ) -> Self:
        """Open a store, and make it where there is none.

        Parameters
        ----------
        url
            A file, ``sqlite:///file``, ``:memory:`` for one that is gone when it is closed, or
            ``postgresql://user@host/database``; see `address.backend`.
        clock
            What tells the known time.
        create
            Whether to make a store where there is none.
        wait
            How long a write waits for another one.
        password
            Of the database server's user, where it asks for one; it never stands in the address.
        archive
            Folder of old observations; beside the file, with ``.archive`` after its name, if None.

        Raises
        ------
        SettingsError
            If the address is of a database that is not supported.
        StoreError
            If it cannot be used: it is missing, of another program, of a newer version, or damaged.
        StoreAwayError
            If its server cannot be reached.
        """
        backend = backend_of(url, create=create, password=password)
        database = Database(backend, clock or LiveClock(), wait.total_seconds())
        try:
            with database.read() as connection:
                ready = migrations.is_current(backend, connection)
                if not (ready or create) and backend.version(connection) == 0:
                    raise StoreError(
                        f"There is no store {backend.where}; name another one, or start the floor once to make it."
                    )
            if not ready:
                with database.write() as connection:
                    if migrations.upgrade(backend, connection) == 0:
                        now = micros(database.clock.now())
                        connection.execute(
                            meta.insert(), {"key": "store.id", "value": uuid.uuid4().hex, "known": now}
                        )
        except BaseException:
            database.close()
            raise
        return cls(database, None if archive is None else Path(archive))

    @property
    def path(self) -> Path | None:
        """The store's file; None in memory."""
        return self._database.path

    @property
    def address(self) -> str:
        """Where the store is, for people to read; without a password."""
        return self._database.where

    @property
    def clock(self) -> Clock:
        """What tells the known time."""
        return self._database.clock

    # Records

    def append(self, records: Iterable[Record], known: datetime | None = None) -> Appended:
        """Store records, all or none; they are on the disk when this returns.

        Parameters
        ----------
        records
            Revisions; one whose identity is stored already is a duplicate and costs nothing.
        known
            When they were learned; the clock's time if None, and never before the last commit.

        Raises
        ------
        InvalidInputError
            If a record cannot be written down; nothing of the batch is stored then.
        """
        return revisions.append(self._database, records, known)

    def records(
        self,
        kind: Words = None,
        *,
        as_of: datetime | None = None,
        valid_at: datetime | None = None,
        during: tuple[datetime, datetime] | None = None,
        source: Words = None,
        hazard: Words = None,
        severity: Words = None,
        state: Words = None,
        status: Words = None,
        bbox: Sequence[float] | None = None,
        latest: bool = True,
        limit: int | None = None,
    ) -> list[Record]:
        """Return records, the last issued first.

        Parameters
        ----------
        kind, source, hazard, severity, state, status
            One word or several; None or none for all, of kinds for `records.KINDS`. A source stands for its sub-sources
            too.
        as_of
            Known time.
        valid_at
            Only what holds at this time: valid, and active unless `state` says otherwise.
        during
            Only what holds at some time from the first to the second, as `Record.until` has it, in any state.
        bbox
            West, south, east, north in degrees; what lies or reaches inside by its own bounding box. West greater
            than east spans the antimeridian. Records without a geometry are left out.
        latest
            Only the latest revision of each statement, chosen before the filters: an older revision never stands
            in for one that does not match.
        limit
            At most so many.

        Returns
        -------
        list of Record
            The same objects are given to every caller: their `body` and `geometry` are not to be changed.
        """
        conditions = revisions.query(
            kind, as_of, valid_at, during=during, source=source, hazard=hazard, severity=severity, state=state, status=status,
            bbox=bbox, latest=latest,
        )  # fmt: skip
        with self._database.read() as connection:
            found = revisions.rows(connection, [], conditions, newest_first=valid_at is None, limit=limit)
            return self._shelf.fetch(connection, [row.order_seq for row in found])

    def rows(
        self,
        columns: Sequence[ColumnElement[Any]],
        kind: Words = None,
        *,
        as_of: datetime | None = None,
        valid_at: datetime | None = None,
        limit: int | None = None,
        **filters: Any,
    ) -> Sequence[Row[Any]]:
        """Return some columns of `tables.record` for what `records` would return, for code that needs no more."""
        conditions = revisions.query(kind, as_of, valid_at, **filters)
        with self._database.read() as connection:
            return revisions.rows(connection, columns, conditions, newest_first=valid_at is None, limit=limit)

    def frame(
        self,
        kind: Words = None,
        *,
        as_of: datetime | None = None,
        valid_at: datetime | None = None,
        **filters: Any,
    ) -> "gpd.GeoDataFrame":
        """Return the same as `records`, as a table with geometry (EPSG:4326), worst first; see `store.frames`."""
        from watchfloor.store import frames

        return frames.read(self, kind, as_of=as_of, valid_at=valid_at, **filters)

    def history(self, kind: str, source: str, key: str, as_of: datetime | None = None) -> list[Record]:
        """Return every revision of one statement, in the order in which they became known."""
        with self._database.read() as connection:
            return revisions.history(connection, kind, source, key, as_of)

    def named(self, kind: str, source: str, name: str) -> str | None:
        """Return the key of the statement whose ``body["names"]`` told a message's name first; None if none did."""
        with self._database.read() as connection:
            return chains.named(connection, kind, source, name)

    # What is new

    def cursor(self) -> int:
        """Return a number that grows with every commit; cheap."""
        return changes.cursor(self._database)

    def changes(self, since: int, limit: int = 10_000) -> list[Change]:
        """Return what happened after a cursor, oldest first; observations are one change a commit."""
        return self._changes.after(since, limit)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Make one commit of all that this thread stores within the block: many small writes, one wait for the disk.

        Nothing of it is on the disk, or seen by others, before the block ends; if it fails, nothing is stored. Within
        another batch of the same thread, an inner one that fails is undone alone.
        """
        with self._database.write(apart=True):
            yield

    # The store itself

    def meta(self, key: str) -> str | None:
        """Return a value kept about the store; None where there is none."""
        statement = select(meta.c.value).where(meta.c.key == key).order_by(meta.c.seq.desc()).limit(1)
        with self._database.read() as connection:
            return connection.execute(statement).scalar_one_or_none()

    def set_meta(self, key: str, value: str, *, once: bool = False) -> str:
        """Keep a value about the store and return the one that now holds; with `once`, an earlier one stays."""
        last = self.meta(key)
        if last is not None and (once or last == value):
            return last
        with self._database.write() as connection:
            last = self.meta(key)  # another process may have been first
            if last is not None and (once or last == value):
                return last
            at = self._database.known(connection, None)
            connection.execute(meta.insert(), {"key": key, "value": value, "known": at})
        return value

    def count(self) -> int:
        """Return how many revisions of records are stored."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(record)).scalar_one())

    def backup(self, path: str | Path) -> Path:
        """Write a consistent copy while others write, check it, and only then give it its name.

        Raises
        ------
        StoreError
            If the file exists, cannot be written, or the copy is not sound.
        """
        return backup.backup(self._database, self._archive, Path(path))

    @staticmethod
    def restore(
        source: str | Path,
        target: str | Path,
        *,
        overwrite: bool = False,
        password: str = "",
        archive: str | Path | None = None,
    ) -> None:
        """Put a backup in the place of a store, after checking it.

        Parameters
        ----------
        source, target
            The backup, and the store's address: a file or a server's, whichever the backup was made of.
        overwrite
            Whether a store that is there may be replaced; it is kept beside: as ``….replaced-1``, on a server in
            the schema ``…_replaced_1``.
        password, archive
            As in `open`.

        Raises
        ------
        StoreError
            If the backup is not sound, or a store is there and `overwrite` is false or another process uses it.
        """
        backup.restore(
            Path(source), target, overwrite=overwrite, password=password,
            archive=None if archive is None else Path(archive),
        )  # fmt: skip

    def check(self) -> list[str]:
        """Return all that is wrong with the store, each with what to do; an empty list is good."""
        return backup.check(self._database, self._archive)

    def close(self) -> None:
        """Close the store."""
        self._database.close()

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store."""
        self.close()
