"""Observations: measured numbers in named series, with their corrections.

A value that differs from the stored one of the same time is a correction: it becomes the next revision, and the value
before stays. The same value and flag again, even after a correction, is a duplicate.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Row,
    Select,
    bindparam,
    select,
)

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.store import intake
from watchfloor.store.database import Database
from watchfloor.store.records import Observation
from watchfloor.store.revisions import Appended
from watchfloor.store.series import Directory, check_name, names
from watchfloor.store.tables import newest, observation, series

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Measured", "stamped", "ticks"]

_CHUNK = 500
_UTC = "datetime64[us, UTC]"


class Measured:
    """Observations of series.

    Parameters
    ----------
    database
        Where they are.
    directory
        The numbers of series.
    """

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database, self._directory = database, directory

    def observe(self, items: "Iterable[Observation] | pd.DataFrame", known: datetime | None) -> Appended:
        """Store observations in one transaction, each (series, time, value, flag) once."""
        rows = list(_observed(items))
        if not rows:
            return Appended(0, 0)
        told = list(dict.fromkeys(row[0] for row in rows))
        with self._database.write() as connection:
            at = self._database.known(connection, known)
            ids = self._directory.identify(connection, told, at)
            stored = intake.take(
                connection, ((place, ids[s], t, v, f, -1) for place, (s, t, v, f) in enumerate(rows)), at
            )
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
        columns = [observation.c[name] for name in ("series_id", "time", "value", "flag", "known")]
        order = (observation.c.series_id, observation.c.time, observation.c.revision)
        rows: list[Row[Any]] = []
        with self._database.read() as connection:
            table = names(connection)
            if chosen is None:
                parts: list[list[int]] = [[]]
            else:
                wanted = set(chosen)
                ids = sorted(number for number, name in table.items() if name in wanted)
                parts = [ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK)]
            for part in parts:
                within = [observation.c.series_id.in_(part)] if part else []
                rows += connection.execute(
                    select(*columns).where(*within, *conditions).order_by(*order)
                ).all()
        data = _arrays(rows)
        if latest and len(rows) > 1:  # the last revision of a time stands last
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
            rows = [row for row in connection.execute(statement, parameters) if row.series_id is not None]
        return _frame(_arrays(rows), table).set_index("series").sort_index()


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
    for name in ("time", "known"):
        frame[name] = frame[name].astype("datetime64[us]").dt.tz_localize("UTC")
    return frame


def _arrays(rows: Sequence[Row[Any]]) -> dict[str, Any]:
    """Turn rows of series_id, time, value, flag, known into columns."""
    import numpy as np

    kinds = {"series": "int64", "time": "int64", "value": "float64", "flag": "int8", "known": "int64"}
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return {
        name: np.array(column, dtype=kind)
        for (name, kind), column in zip(kinds.items(), columns, strict=True)
    }


def _frame(data: dict[str, Any], table: dict[int, str]) -> "pd.DataFrame":
    import pandas as pd

    frame = pd.DataFrame(data)
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

    # An outer join is never turned round: with an inner one SQLite goes through all observations instead.
    columns = [observation.c[name] for name in ("series_id", "time", "value", "flag", "known")]
    return select(*columns).join_from(
        series,
        observation,
        (observation.c.series_id == series.c.id)
        & (observation.c.time == noted(last.c.time))
        & (observation.c.revision == noted(last.c.revision)),
        isouter=True,
    )


_LATEST, _LATEST_EVER = _latest(ever=False), _latest(ever=True)
