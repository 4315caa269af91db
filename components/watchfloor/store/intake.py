"""Taking many observations in at once: they are put into a table beside, and sorted in by one statement.

The database compares the whole batch with what it has: what is there already is left out, and what differs becomes the
next revision of its time, in the order of the batch.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    Table,
    bindparam,
    case,
    func,
    insert,
    select,
)

from watchfloor.store.tables import newest, observation

__all__ = ["Row", "take"]

Row = tuple[int, int, int, float | None, int, int]
"""Place in the batch, number of the series, microseconds, value, flag, and the last revision that the archive has of
this time, or -1."""

incoming = Table(
    "incoming",
    MetaData(),
    Column("place", BigInteger, nullable=False),
    Column("series_id", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("value", Float),
    Column("flag", Integer, nullable=False),
    Column("base", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
_CREATE = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS incoming (place BIGINT NOT NULL, series_id BIGINT NOT NULL, "
    "time BIGINT NOT NULL, value DOUBLE PRECISION, flag INTEGER NOT NULL, base INTEGER NOT NULL)"
)
_NAMES = tuple(column.name for column in incoming.columns)
_TYPES = ("int8", "int8", "int8", "float8", "int4", "int4")
_FEW = 10_000
"""Up to so many rows go to a server as arrays with the statement itself; more by COPY, which costs a few steps more."""


def take(connection: Connection, rows: Iterable[Row], known: int) -> int:
    """Store rows within the caller's write; return how many were new.

    Parameters
    ----------
    connection
        One that holds the lock of writers.
    rows
        At least one; checked, and without those that the archive has already.
    known
        Microseconds.
    """
    listed = list(rows)
    if connection.dialect.name == "postgresql":
        if len(listed) <= _FEW:
            columns: dict[str, Any] = dict(zip(_NAMES, map(list, zip(*listed, strict=True)), strict=True))
            stored = connection.execute(_STORE_ARRAYS, {**columns, "known": known}).rowcount
            if stored:
                series = list(dict.fromkeys(columns["series_id"]))
                connection.execute(_NEWEST_ARRAYS, {"series_id": series, "known": known})
            return stored
        connection.exec_driver_sql(_CREATE)
        connection.exec_driver_sql("TRUNCATE incoming")
        copy(connection, incoming.name, _NAMES, _TYPES, listed)
    else:
        connection.exec_driver_sql(_CREATE)
        connection.exec_driver_sql("DELETE FROM incoming")
        connection.exec_driver_sql("INSERT INTO incoming VALUES (?, ?, ?, ?, ?, ?)", listed)
    stored = connection.execute(_STORE, {"known": known}).rowcount
    if stored:
        connection.execute(_NEWEST, {"known": known})
    return stored


def copy(
    connection: Connection, table: str, columns: Sequence[str], types: Sequence[str], rows: Iterable[Any]
) -> None:
    """Stream rows into a table of PostgreSQL, as COPY does it."""
    named = ", ".join(f'"{name}"' for name in columns)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{table}" ({named}) FROM STDIN (FORMAT BINARY)') as stream,
    ):
        stream.set_types(types)
        for row in rows:
            stream.write_row(row)


_KNOWN = bindparam("known", type_=BigInteger)


def _store(incoming: Any) -> Any:
    """Insert each row as the next revision of its time, unless its value and flag are there."""
    given = [incoming.c[name] for name in ("series_id", "time", "value", "flag")]
    first = func.min(incoming.c.place).label("place"), func.max(incoming.c.base).label("base")
    each = select(*given, *first).group_by(*given).subquery("each")
    there = (observation.c.series_id == each.c.series_id, observation.c.time == each.c.time)
    same = (observation.c.value.is_not_distinct_from(each.c.value), observation.c.flag == each.c.flag)
    have = func.coalesce(
        select(func.max(observation.c.revision)).where(*there).correlate(each).scalar_subquery(), -1
    )
    last = case((have > each.c.base, have), else_=each.c.base)
    place = func.row_number().over(partition_by=(each.c.series_id, each.c.time), order_by=each.c.place)
    values = (
        select(each.c.series_id, each.c.time, last + place, _KNOWN, each.c.value, each.c.flag)
        .where(~select(1).where(*there, *same).correlate(each).exists())
        .order_by(each.c.series_id, each.c.time)
    )
    return insert(observation).from_select(
        ["series_id", "time", "revision", "known", "value", "flag"], values
    )


def _newest(incoming: Any) -> Any:
    """Note the newest observation of each series of the batch, if it is newer than the one noted last."""
    name = select(incoming.c.series_id).distinct().subquery("name")
    time = select(func.max(observation.c.time)).where(observation.c.series_id == name.c.series_id)
    top = select(name.c.series_id, time.correlate(name).scalar_subquery().label("time")).subquery("top")
    revision = select(func.max(observation.c.revision)).where(
        observation.c.series_id == top.c.series_id, observation.c.time == top.c.time
    )

    def noted(column: Any) -> Any:
        found = select(column).where(newest.c.series_id == top.c.series_id)
        found = found.order_by(newest.c.known.desc(), newest.c.time.desc(), newest.c.revision.desc())
        return found.limit(1).correlate(top).scalar_subquery()

    both = select(
        top.c.series_id,
        top.c.time,
        revision.correlate(top).scalar_subquery().label("revision"),
        noted(newest.c.time).label("noted_time"),
        noted(newest.c.revision).label("noted_revision"),
    ).subquery("both")
    # What was noted last may have gone to the archive since: then the table's newest is older, and is not noted.
    newer = (both.c.time > both.c.noted_time) | (
        (both.c.time == both.c.noted_time) & (both.c.revision > both.c.noted_revision)
    )
    values = select(both.c.series_id, _KNOWN, both.c.time, both.c.revision).where(
        both.c.time.is_not(None), both.c.noted_time.is_(None) | newer
    )
    return insert(newest).from_select(["series_id", "known", "time", "revision"], values)


def _arrays(*names: str) -> Any:
    """Return arrays of PostgreSQL as a table."""
    kinds = {column.name: column.type for column in incoming.columns}
    given = [bindparam(name, type_=ARRAY(kinds[name])) for name in names]
    return func.unnest(*given).table_valued(*names).render_derived(name="incoming")


_STORE, _NEWEST = _store(incoming).execution_options(preserve_rowcount=True), _newest(incoming)
_STORE_ARRAYS = _store(_arrays(*_NAMES)).execution_options(preserve_rowcount=True)
_NEWEST_ARRAYS = _newest(_arrays("series_id"))
