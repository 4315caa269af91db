"""Observations: measured numbers in named series, with their corrections.

A value that differs from the stored one of the same time is a correction: it becomes the next revision, and the value
before stays. The same value and flag again, even after a correction, is a duplicate.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    Select,
    bindparam,
    select,
)

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.store import intake
from watchfloor.store.archive import Archive
from watchfloor.store.database import Database
from watchfloor.store.parquet import Columns
from watchfloor.store.records import Observation
from watchfloor.store.revisions import Appended, parts
from watchfloor.store.series import Directory, check_name, names
from watchfloor.store.tables import newest, observation, series

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Measured", "stamped", "ticks"]

_UTC = "datetime64[us, UTC]"
_Given = tuple[int, int, float | None, int]
"""Number of the series, microseconds, value (None for missing) and flag."""


class Measured:
    """Observations of series.

    Parameters
    ----------
    database
        Where they are.
    directory
        The numbers of series.
    archive
        Where old ones are.
    """

    def __init__(self, database: Database, directory: Directory, archive: Archive) -> None:
        self._database, self._directory, self._archive = database, directory, archive

    def observe(self, items: "Iterable[Observation] | pd.DataFrame", known: datetime | None) -> Appended:
        """Store observations in one transaction, each (series, time, value, flag) once."""
        rows = list(_observed(items))
        if not rows:
            return Appended(0, 0)
        told = list(dict.fromkeys(row[0] for row in rows))
        with self._database.write() as connection:
            at = self._database.known(connection, known)
            ids = self._directory.identify(connection, told, at)
            new = self._unknown(connection, [(ids[s], t, v, f) for s, t, v, f in rows])
            stored = intake.take(connection, new, at) if new else 0
            if stored:
                span = min(row[1] for row in rows), max(row[1] for row in rows)
                self._directory.note(connection, at, "observation", ids.values(), stored, span)
        return Appended(stored, len(rows) - stored, from_micros(at) if stored else None)

    def observations(
        self,
        chosen: Sequence[str] | None,
        start: datetime | None,
        end: datetime | None,
        as_of: datetime | None,
        *,
        latest: bool = True,
    ) -> "pd.DataFrame":
        """Return the latest revision of each time, or every one, by series and time."""
        import numpy as np

        conditions = []
        if start is not None:
            conditions.append(observation.c.time >= micros(start))
        if end is not None:
            conditions.append(observation.c.time < micros(end))
        if as_of is not None:
            conditions.append(observation.c.known <= micros(as_of))
        columns = [observation.c[name] for name in _STORED]
        order = (observation.c.series_id, observation.c.time, observation.c.revision)
        span = [None if at is None else micros(at) for at in (start, end, as_of)]
        rows: list[Row[Any]] = []
        with self._database.read() as connection:
            ids = None if chosen is None else self._directory.numbers(connection, chosen)
            table = names(connection) if ids is None else self._directory.names(connection, ids)
            for part in [None] if ids is None else parts(ids):
                within = [] if part is None else [observation.c.series_id.in_(part)]
                rows += connection.execute(
                    select(*columns).where(*within, *conditions).order_by(*order)
                ).all()
            files = self._archive.files(connection, ids, *span)
        data = _arrays(rows)
        if files:  # what is listed stays: the files are read when others may write again
            data = _merged([data, *self._archive.read(files, ids, *span)])
        if latest and len(data["time"]) > 1:  # the last revision of a time stands last
            same = (np.diff(data["series"]) == 0) & (np.diff(data["time"]) == 0)
            data = {name: column[np.append(~same, True)] for name, column in data.items()}
        frame = _frame(data, table)
        named = [table[number] for number in dict.fromkeys(data["series"].tolist())]
        return (
            frame if named == sorted(named) else frame.sort_values("series", kind="stable", ignore_index=True)
        )

    def latest(self, as_of: datetime | None) -> "pd.DataFrame":
        """Return the newest observation of each series."""
        statement = _LATEST_EVER if as_of is None else _LATEST
        parameters = {} if as_of is None else {"as_of": micros(as_of)}
        with self._database.read() as connection:
            table = names(connection)
            rows = list(connection.execute(statement, parameters))
            found = [row[:6] for row in rows if row.series_id is not None]
            gone = {(row.id, row.noted_time): row.noted_revision for row in rows if row.series_id is None}
            moved = self._moved(connection, gone)
        return _frame(_merged([_arrays(found), *moved]), table).set_index("series").sort_index()

    def _unknown(self, connection: Connection, rows: Sequence[_Given]) -> list[intake.Row]:
        """Leave out what the archive has, and say which revision of a time it has last."""
        have = self._archive.have(connection, dict.fromkeys((number, time) for number, time, _, _ in rows))
        if not have:
            return [(place, *row, -1) for place, row in enumerate(rows)]
        found = []
        for place, (number, time, value, flag) in enumerate(rows):
            there = have.get((number, time), [])
            if not any(item[1:] == (value, flag) for item in there):
                base = max((item[0] for item in there), default=-1)
                found.append((place, number, time, value, flag, base))
        return found

    def _moved(self, connection: Connection, gone: Mapping[tuple[int, int], int]) -> list[Columns]:
        """Return the rows of series, times and revisions that are not in the table but in the archive."""
        places = [(number, time) for number, time in gone if time is not None]
        if not places:
            return []
        ids = sorted({number for number, _ in places})
        start, end = min(time for _, time in places), max(time for _, time in places) + 1
        found = []
        for file in self._archive.files(connection, ids, start, end):
            near = [place for place in places if file.first <= place[1] <= file.last]
            if not near:
                continue
            data = self._archive.read([file], [number for number, _ in near])[0]
            keys = zip(data["series"].tolist(), data["time"].tolist(), data["revision"].tolist(), strict=True)
            keep = [gone.get((number, time)) == revision for number, time, revision in keys]
            found.append({name: column[keep] for name, column in data.items()})
        return found


def _observed(items: "Iterable[Observation] | pd.DataFrame") -> Iterator[tuple[str, int, float | None, int]]:
    """Check observations; yield series, microseconds, value (None for NaN), flag."""
    if hasattr(items, "columns"):
        found = _columns(items)
    else:
        found = ((item.series, micros(item.time), item.value, item.flag) for item in items)
    last = None
    for name, time, value, flag in found:
        if name != last:
            check_name(name)
            last = name
        number = float(value)
        if math.isinf(number):
            raise InvalidInputError(
                f"Series {name!r} has the value {value}; expected a number, or NaN for missing."
            )
        if not 0 <= flag <= 9:
            raise InvalidInputError(f"Series {name!r} has the quality flag {flag}; expected 0 to 9.")
        yield name, time, None if number != number else number, int(flag)  # noqa: PLR0124  NaN differs from itself


def _columns(frame: Any) -> Iterator[tuple[str, int, float, int]]:
    lacking = [name for name in ("series", "time", "value") if name not in frame.columns]
    if lacking:
        raise InvalidInputError(
            f"The table lacks {', '.join(lacking)}; expected series, time, value and flag."
        )
    flags = frame["flag"].tolist() if "flag" in frame.columns else [1] * len(frame)
    return zip(
        frame["series"].astype(str).tolist(),
        ticks(frame["time"]),
        frame["value"].astype("float64").tolist(),
        flags,
        strict=True,
    )


def ticks(time: Any) -> list[int]:
    """Return a column of times as microseconds.

    Raises
    ------
    InvalidInputError
        If it has no zone, or gaps.
    """
    import pandas as pd

    if not isinstance(time.dtype, pd.DatetimeTZDtype) or time.isna().any():
        raise InvalidInputError(
            f"The column time is {time.dtype}, or has gaps; expected times with a zone, like {_UTC}, in each row."
        )
    found: list[int] = time.dt.tz_convert("UTC").dt.as_unit("us").astype("int64").tolist()
    return found


def stamped(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Turn the columns time and known of a table from microseconds into times."""
    import pandas as pd

    for name in ("time", "known"):
        ticks = frame[name].to_numpy("int64").astype("datetime64[us]")
        frame[name] = pd.DatetimeIndex(ticks).tz_localize("UTC")
    return frame


def _arrays(rows: Sequence[Any]) -> Columns:
    """Turn rows of series_id, time, revision, value, flag, known into columns."""
    import numpy as np

    columns = list(zip(*rows, strict=True)) or [()] * len(_KINDS)
    return {
        name: np.array(column, dtype=kind)
        for (name, kind), column in zip(_KINDS.items(), columns, strict=True)
    }


def _merged(sets: Sequence[Columns]) -> Columns:
    """Put columns of several places together, sorted by series, time and revision."""
    import numpy as np

    if len(sets) == 1:
        return sets[0]
    data = {name: np.concatenate([each[name] for each in sets]) for name in _KINDS}
    order = np.lexsort((data["revision"], data["time"], data["series"]))
    return {name: column[order] for name, column in data.items()}


def _frame(data: dict[str, Any], table: dict[int, str]) -> "pd.DataFrame":
    import pandas as pd

    frame = pd.DataFrame({name: data[name] for name in ("series", "time", "value", "flag", "known")})
    frame["series"] = frame["series"].map(table).astype("str")
    return stamped(frame)


def _latest(*, ever: bool) -> Select[Any]:
    """Select the newest observation of each series: two seeks a series, however long it is."""
    last = newest.alias("last")

    def noted(column: Any) -> Any:
        found = select(column).where(last.c.series_id == series.c.id)
        if not ever:
            found = found.where(last.c.known <= bindparam("as_of", type_=BigInteger))
        found = found.order_by(last.c.known.desc(), last.c.time.desc(), last.c.revision.desc()).limit(1)
        return found.correlate(series).scalar_subquery()

    # An outer join is never turned round: with an inner one SQLite goes through all observations instead. It also
    # tells which rows are not in the table: they are in the archive.
    columns = [observation.c[name] for name in _STORED]
    top = [noted(last.c.time).label("noted_time"), noted(last.c.revision).label("noted_revision")]
    return select(*columns, series.c.id, *top).join_from(
        series,
        observation,
        (observation.c.series_id == series.c.id)
        & (observation.c.time == noted(last.c.time))
        & (observation.c.revision == noted(last.c.revision)),
        isouter=True,
    )


_STORED = ("series_id", "time", "revision", "value", "flag", "known")
_KINDS = {"series": "int64", "time": "int64", "revision": "int64", "value": "float64", "flag": "int8", "known": "int64"}  # fmt: skip
_LATEST, _LATEST_EVER = _latest(ever=False), _latest(ever=True)
