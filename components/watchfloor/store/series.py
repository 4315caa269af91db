"""Series: what is measured and where, and the numbers that stand for their names in the tables."""

import json
import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.store.database import Database
from watchfloor.store.records import Series
from watchfloor.store.revisions import Appended, parts, text
from watchfloor.store.tables import description, series

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Directory", "check_name", "names"]

_NAME = 200
_CHUNK = 500
_COLUMNS = ("title", "field", "units", "lon", "lat", "hazard", "attrs")


class Directory:
    """Names, numbers and descriptions of series.

    Parameters
    ----------
    database
        Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids: dict[str, int] = {}
        self._names: dict[int, str] = {}
        # A write that was undone may give the same numbers again, to others.
        database.undone += [self._ids.clear, self._names.clear]

    def describe(self, items: Iterable[Series], known: datetime | None) -> Appended:
        """Store descriptions; one that says what the last one said is a duplicate."""
        batch = [(item, _described(item)) for item in items]
        if not batch:
            return Appended(0, 0)
        stored: dict[str, None] = {}
        with self._database.write() as connection:
            at = self._database.known(connection, known)
            ids = self.identify(connection, [item.name for item, _ in batch], at)
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
                self.note(connection, at, "series", [ids[name] for name in stored], len(stored))
        return Appended(len(stored), len(batch) - len(stored), from_micros(at) if stored else None)

    def series(self, as_of: datetime | None, chosen: Iterable[str] | None = None) -> "pd.DataFrame":
        """Return what is known of each series, described or not; of those of these names, or of all if None."""
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
        statement = statement.order_by(series.c.name)
        with self._database.read() as connection:
            if chosen is None:
                rows = list(connection.execute(statement))
            else:
                named = [statement.where(series.c.name.in_(part)) for part in parts(sorted(set(chosen)))]
                rows = [row for part in named for row in connection.execute(part)]
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

    def identify(self, connection: Connection, names: Sequence[str], at: int) -> dict[str, int]:
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

    def numbers(self, connection: Connection, names: Iterable[str]) -> list[int]:
        """Return the numbers of those of these series that are known, in rising order."""
        ids, wanted = self._ids, set(names)
        missing = [name for name in wanted if name not in ids]
        for start in range(0, len(missing), _CHUNK):
            part = missing[start : start + _CHUNK]
            found = select(series.c.name, series.c.id).where(series.c.name.in_(part))
            ids.update({row.name: row.id for row in connection.execute(found)})
        return sorted(ids[name] for name in wanted if name in ids)

    def names(self, connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
        """Return the names of series by their numbers, which never change."""
        known, wanted = self._names, set(numbers)
        missing = [number for number in wanted if number not in known]
        for start in range(0, len(missing), _CHUNK):
            part = missing[start : start + _CHUNK]
            found = select(series.c.id, series.c.name).where(series.c.id.in_(part))
            known.update({row.id: row.name for row in connection.execute(found)})
        return {number: known[number] for number in wanted}

    def note(
        self,
        connection: Connection,
        at: int,
        table: str,
        ids: Iterable[int],
        count: int,
        span: tuple[int, int] | None = None,
    ) -> None:
        """Note a change of series; `span` holds the valid times of the first and the last row stored."""
        row: dict[str, Any] = {"table": table, "count": count, "detail": text(sorted(ids))}
        if span is not None:
            row |= {"first": span[0], "last": span[1]}
        self._database.note(connection, at, [row])


def names(connection: Connection) -> dict[int, str]:
    """Return the names of all series by their numbers."""
    return {row.id: row.name for row in connection.execute(select(series.c.id, series.c.name))}


def check_name(name: str) -> None:
    """Refuse what cannot name a series.

    Raises
    ------
    InvalidInputError
        If it is empty, long, or holds what cannot be printed.
    """
    if not name or len(name) > _NAME or name != name.strip() or not name.isprintable():
        raise InvalidInputError(
            f"{name[:80]!r} cannot name a series; expected 1 to {_NAME} printable characters without blanks around."
        )


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
        words = "".join((item.title, item.field, item.units, item.hazard))
        words.encode()
        if "\0" in words:
            raise ValueError("a text holds the character NUL")
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"Series {item.name!r} cannot be written down: {error}. Expected plain text, and attrs in JSON's types."
        ) from error
    check_name(item.name)
    row = {name: getattr(item, name) for name in _COLUMNS}
    return row | {
        "lon": None if item.lon is None else float(item.lon),
        "lat": None if item.lat is None else float(item.lat),
        "attrs": attrs,
    }
