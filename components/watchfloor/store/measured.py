"""Observations: measured numbers in named series, with their corrections.

A value that differs from the stored one of the same time is a correction: it becomes the next revision, and the value
before stays. The same value and flag again, even after a correction, is a duplicate.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Float,
    Integer,
    Row,
    Select,
    bindparam,
    func,
    insert,
    select,
)

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.store.database import Database
from watchfloor.store.records import Observation, Series
from watchfloor.store.revisions import Appended, text
from watchfloor.store.tables import description, newest, observation, series

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Measured"]

_NAME = 200
_CHUNK = 500
_UTC = "datetime64[us, UTC]"


class Measured:
    """Series and their observations.

    Parameters
    ----------
    database
        Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids: dict[str, int] = {}
        database.undone.append(self._ids.clear)

    def describe(self, items: Iterable[Series], known: datetime | None) -> Appended:
        """Store descriptions; one that says what the last one said is a duplicate."""
        batch = [(item, _described(item)) for item in items]
        if not batch:
            return Appended(0, 0)
        stored: dict[str, None] = {}
        with self._database.write() as connection:
            at = self._database.known(connection, known)
            ids = self._identify(connection, [item.name for item, _ in batch], at)
            for item, row in batch:
                last = connection.execute(
                    select(*(description.c[name] for name in row))
                    .where(description.c.series_id == ids[item.name])
                    .order_by(description.c.seq.desc())
                    .limit(1)
                ).one_or_none()
                if last is None or dict(last._mapping) != row:
                    connection.execute(description.insert(), row | {"series_id": ids[item.name], "known": at})
                    stored[item.name] = None
            if stored:
                self._note(connection, at, "series", [ids[name] for name in stored], len(stored))
        return Appended(len(stored), len(batch) - len(stored), from_micros(at) if stored else None)

    def series(self, as_of: datetime | None) -> "pd.DataFrame":
        """Return what is known of each series, described or not."""
        import pandas as pd

        inner = description.alias("inner")
        last = select(func.max(inner.c.seq)).where(inner.c.series_id == series.c.id)
        statement = select(series.c.name, *(description.c[name] for name in _COLUMNS))
        if as_of is not None:
            last = last.where(inner.c.known <= micros(as_of))
            statement = statement.where(series.c.known <= micros(as_of))
        statement = statement.join_from(
            series, description, description.c.seq == last.correlate(series).scalar_subquery(), isouter=True
        )
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(series.c.name)).all()
        frame = pd.DataFrame(
            [
                (
                    row.name,
                    *((row[1 + place] or "") for place in range(3)),
                    row.lon,
                    row.lat,
                    row.hazard or "",
                    json.loads(row.attrs or "{}"),
                )
                for row in rows
            ],
            columns=["name", *_COLUMNS],
        ).set_index("name")
        return frame.astype({"lon": "float64", "lat": "float64"})

    def observe(self, items: "Iterable[Observation] | pd.DataFrame", known: datetime | None) -> Appended:
        """Store observations in one transaction, each (series, time, value, flag) once."""
        rows = list(_observed(items))
        if not rows:
            return Appended(0, 0)
        names = list(dict.fromkeys(row[0] for row in rows))
        with self._database.write() as connection:
            at = self._database.known(connection, known)
            ids = self._identify(connection, names, at)
            stored = connection.execute(
                _NEXT, [{"s": ids[s], "t": t, "v": v, "f": f, "k": at} for s, t, v, f in rows]
            ).rowcount
            if stored:
                connection.execute(_NEWEST, [{"s": ids[name], "k": at} for name in names])
                self._note(connection, at, "observation", [ids[name] for name in names], stored)
        return Appended(stored, len(rows) - stored, from_micros(at) if stored else None)

    def observations(
        self,
        names: Sequence[str] | None,
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
            table = _names(connection)
            if names is None:
                parts: list[list[int]] = [[]]
            else:
                wanted = set(names)
                ids = sorted(number for number, name in table.items() if name in wanted)
                parts = [ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK)]
            for part in parts:
                chosen = [observation.c.series_id.in_(part)] if part else []
                rows += connection.execute(
                    select(*columns).where(*chosen, *conditions).order_by(*order)
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
            table = _names(connection)
            rows = [row for row in connection.execute(statement, parameters) if row.series_id is not None]
        return _frame(_arrays(rows), table).set_index("series").sort_index()

    def _identify(self, connection: Connection, names: Sequence[str], at: int) -> dict[str, int]:
        """Return the number of each series, new ones included."""
        missing = [name for name in dict.fromkeys(names) if name not in self._ids]
        for start in range(0, len(missing), _CHUNK):
            part = missing[start : start + _CHUNK]
            found = select(series.c.name, series.c.id).where(series.c.name.in_(part))
            have = {row.name: row.id for row in connection.execute(found)}
            if new := [name for name in part if name not in have]:
                connection.execute(series.insert(), [{"name": name, "known": at} for name in new])
                have = {row.name: row.id for row in connection.execute(found)}
            self._ids.update(have)
        return {name: self._ids[name] for name in names}

    def _note(self, connection: Connection, at: int, table: str, ids: Sequence[int], count: int) -> None:
        row = {"table": table, "count": count, "detail": text(sorted(ids))}
        self._database.note(connection, at, [row])


def names(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Return the names of series by their numbers."""
    wanted = set(numbers)
    return {number: name for number, name in _names(connection).items() if number in wanted} if wanted else {}


def _names(connection: Connection) -> dict[int, str]:
    return {row.id: row.name for row in connection.execute(select(series.c.id, series.c.name))}


def _described(item: Series) -> dict[str, Any]:
    for name, limit in (("lon", 180), ("lat", 90)):
        value = getattr(item, name)
        if value is not None and not (math.isfinite(value) and abs(value) <= limit):
            raise InvalidInputError(
                f"Series {item.name!r} has {name} {value}; expected degrees from -{limit} to {limit}."
            )
    try:
        attrs = json.dumps(
            item.attrs, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
        )
        attrs.encode()
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"The attrs of series {item.name!r} are no JSON: {error}.") from error
    _check(item.name)
    row = {name: getattr(item, name) for name in _COLUMNS}
    return row | {
        "lon": None if item.lon is None else float(item.lon),
        "lat": None if item.lat is None else float(item.lat),
        "attrs": attrs,
    }


def _observed(items: "Iterable[Observation] | pd.DataFrame") -> Iterator[tuple[str, int, float | None, int]]:
    """Check observations; yield series, microseconds, value (None for NaN), flag."""
    if hasattr(items, "columns"):
        found = _columns(items)
    else:
        found = ((item.series, micros(item.time), item.value, item.flag) for item in items)
    last = None
    for name, time, value, flag in found:
        if name != last:
            _check(name)
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
    import pandas as pd

    lacking = [name for name in ("series", "time", "value") if name not in frame.columns]
    if lacking:
        raise InvalidInputError(
            f"The table lacks {', '.join(lacking)}; expected series, time, value and flag."
        )
    time = frame["time"]
    if not isinstance(time.dtype, pd.DatetimeTZDtype) or time.isna().any():
        raise InvalidInputError(
            f"The column time is {time.dtype}, or has gaps; expected times with a zone, like {_UTC}, in each row."
        )
    ticks = time.dt.tz_convert("UTC").dt.as_unit("us").astype("int64").tolist()
    flags = frame["flag"].tolist() if "flag" in frame.columns else [1] * len(frame)
    return zip(
        frame["series"].astype(str).tolist(),
        ticks,
        frame["value"].astype("float64").tolist(),
        flags,
        strict=True,
    )


def _check(name: str) -> None:
    if not name or len(name) > _NAME or name != name.strip() or not name.isprintable():
        raise InvalidInputError(
            f"{name[:80]!r} cannot name a series; expected 1 to {_NAME} printable characters without blanks around."
        )


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
    for name in ("time", "known"):
        frame[name] = frame[name].astype("datetime64[us]").dt.tz_localize("UTC")
    return frame


_COLUMNS = ("title", "field", "units", "lon", "lat", "hazard", "attrs")
_S, _T, _K = (bindparam(name, type_=BigInteger) for name in "stk")
_V, _F = bindparam("v", type_=Float), bindparam("f", type_=Integer)


def _next() -> Any:
    """Insert a value as the next revision of its time, unless it is there."""
    there = (observation.c.series_id == _S, observation.c.time == _T)
    revision = select(func.coalesce(func.max(observation.c.revision) + 1, 0)).where(*there).scalar_subquery()
    same = (observation.c.value.is_not_distinct_from(_V), observation.c.flag == _F)
    values = select(_S, _T, revision, _K, _V, _F).where(~select(1).where(*there, *same).exists())
    return insert(observation).from_select(
        ["series_id", "time", "revision", "known", "value", "flag"], values
    )


def _newest() -> Any:
    """Note the newest observation of a series, unless it is the one noted last."""
    top = (
        select(observation.c.series_id, observation.c.time, observation.c.revision)
        .where(observation.c.series_id == _S)
        .order_by(observation.c.time.desc(), observation.c.revision.desc())
        .limit(1)
        .subquery("top")
    )
    noted = (
        select(newest.c.time, newest.c.revision)
        .where(newest.c.series_id == _S)
        .order_by(newest.c.known.desc(), newest.c.time.desc(), newest.c.revision.desc())
        .limit(1)
        .subquery("noted")
    )
    same = select(1).select_from(noted).where(noted.c.time == top.c.time, noted.c.revision == top.c.revision)
    values = select(top.c.series_id, _K, top.c.time, top.c.revision).where(~same.exists())
    return insert(newest).from_select(["series_id", "known", "time", "revision"], values)


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


_NEXT, _NEWEST = _next(), _newest()
_LATEST, _LATEST_EVER = _latest(ever=False), _latest(ever=True)
