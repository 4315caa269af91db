"""The part of a store that holds what is measured: series, observations and marks of quality."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from watchfloor.store.archive import Archive
from watchfloor.store.database import Database
from watchfloor.store.marks import Marked
from watchfloor.store.measured import Measured
from watchfloor.store.moving import FEW, Moved, Mover
from watchfloor.store.records import Mark, Observation, Series
from watchfloor.store.revisions import Appended
from watchfloor.store.series import Directory

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Measurements"]


class Measurements:
    """What a `Store` does with series.

    Parameters
    ----------
    database, archive
        Where they are, and where old ones are.
    mover
        Brings them there.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> from watchfloor.store import Store
    >>> with Store.open(":memory:") as store:
    ...     store.observe([Observation("g", EPOCH, 1.0)]).stored, store.mark([Mark("g", EPOCH, 1, 2)]).stored
    (1, 1)
    """

    def __init__(self, database: Database, archive: Archive, mover: Mover) -> None:
        self._directory = Directory(database)
        self._archive, self._mover = archive, mover
        self._measured = Measured(database, self._directory, archive)
        self._marked = Marked(database, self._directory)

    def describe(self, series: Iterable[Series], known: datetime | None = None) -> Appended:
        """Store what series measure; the same description again is a duplicate."""
        return self._directory.describe(series, known)

    def series(
        self, as_of: datetime | None = None, names: str | Iterable[str] | None = None
    ) -> "pd.DataFrame":
        """Return every series, or those of `names` that there are: index name; columns title, field, units, lon, lat, hazard, attrs."""
        return self._directory.series(as_of, [names] if isinstance(names, str) else names)

    def observe(
        self, observations: "Iterable[Observation] | pd.DataFrame", known: datetime | None = None
    ) -> Appended:
        """Store observations, all or none; each (series, time, value, flag) once.

        Parameters
        ----------
        observations
            Observations, or a table with the columns series, time (with a zone), value and, if wanted, flag.
        known
            When they were learned; as in `append`.
        """
        return self._measured.observe(observations, known)

    def observations(
        self,
        series: str | Sequence[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
        *,
        latest: bool = True,
    ) -> "pd.DataFrame":
        """Return observations from `start` up to, but not at, `end`: series, time, value, flag, known.

        Of a corrected value the last correction known is returned, or every one, in their order, if `latest` is
        false. Rows are sorted by series and time.
        """
        names = [series] if isinstance(series, str) else series
        return self._measured.observations(names, start, end, as_of, latest=latest)

    def latest(self, as_of: datetime | None = None) -> "pd.DataFrame":
        """Return the newest observation of each series: index series; columns time, value, flag, known."""
        return self._measured.latest(as_of)

    def archive(self, before: datetime, *, actor: str, few: int | None = None) -> Moved:
        """Move observations of whole months that ended before a time into Parquet files beside the database.

        They are read as if they had not been moved, and the journal tells of each file. Others may read and write
        meanwhile. Whatever stops it on the way, nothing is lost or doubled; run it again.

        Parameters
        ----------
        before
            Months that end at or before it are moved.
        actor
            Who does it, for the journal.
        few
            Late rows for a month that is in the archive wait until they are so many; None for `moving.FEW`.

        Raises
        ------
        StoreError
            If there is no folder for it, or it cannot be written.
        """
        return self._mover.move(before, actor, few=FEW if few is None else few)

    def mark(self, marks: "Iterable[Mark] | pd.DataFrame", known: datetime | None = None) -> Appended:
        """Store what the checks of quality say of values, all or none; the same as was said last is a duplicate.

        Parameters
        ----------
        marks
            Marks, or a table with the columns series, time (with a zone), checks, flag and, if wanted, reason.
        known
            When it was judged so; as in `append`.
        """
        return self._marked.mark(marks, known)

    def marks(
        self,
        series: str | Sequence[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
    ) -> "pd.DataFrame":
        """Return the last mark of each value from `start` up to, but not at, `end`, by series and time.

        Columns series, time, checks, flag, reason, known. Marks that were taken back are there with flag 0.
        """
        return self._marked.marks([series] if isinstance(series, str) else series, start, end, as_of)
