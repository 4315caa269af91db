"""Marks: what the checks of quality said of a value, and what they say now.

A judgement changes with what is learned later, and may go back to what it was; it is a duplicate only where the last
one said the same. Every judgement is kept, so that "what was known to be doubtful then?" has an answer.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select, tuple_

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.store.database import Database
from watchfloor.store.measured import stamped, ticks
from watchfloor.store.records import Mark
from watchfloor.store.revisions import Appended, parts
from watchfloor.store.series import Directory, check_name, names
from watchfloor.store.tables import mark

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Marked"]

_REASON = 500
_CHECKS = 2**31
_COLUMNS = ("series_id", "time", "checks", "flag", "reason", "known")

Place = tuple[int, int]
"""Number of the series, and microseconds."""
Judgement = tuple[int, int, str]
"""Checks, flag and reason."""


class Marked:
    """Marks of quality.

    Parameters
    ----------
    database
        Where they are.
    directory
        The numbers of series.
    """

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database, self._directory = database, directory

    def mark(self, items: "Iterable[Mark] | pd.DataFrame", known: datetime | None) -> Appended:
        """Store marks in one transaction; what was said last of a value is not stored again."""
        rows = list(_judged(items))
        if not rows:
            return Appended(0, 0)
        told = list(dict.fromkeys(row[0] for row in rows))
        with self._database.write() as connection:
            at = self._database.known(connection, known)
            ids = self._directory.identify(connection, told, at)
            last = _last(connection, {(ids[name], time) for name, time, _ in rows})
            new: list[dict[str, Any]] = []
            for name, time, judgement in rows:
                place = (ids[name], time)
                revision, before = last.get(place, (-1, None))
                if before == judgement:
                    continue
                last[place] = (revision + 1, judgement)
                checks, flag, reason = judgement
                new.append(
                    {
                        "series_id": place[0],
                        "time": time,
                        "revision": revision + 1,
                        "known": at,
                        "checks": checks,
                        "flag": flag,
                        "reason": reason,
                    }
                )
            if new:
                connection.execute(mark.insert(), new)
                times = [row["time"] for row in new]
                touched = {row["series_id"] for row in new}
                self._directory.note(connection, at, "mark", touched, len(new), (min(times), max(times)))
        return Appended(len(new), len(rows) - len(new), from_micros(at) if new else None)

    def marks(
        self,
        chosen: Sequence[str] | None,
        start: datetime | None,
        end: datetime | None,
        as_of: datetime | None,
    ) -> "pd.DataFrame":
        """Return the last mark of each value, by series and time."""
        import numpy as np
        import pandas as pd

        later = mark.alias("later")
        newer = [later.c.series_id == mark.c.series_id, later.c.time == mark.c.time]
        newer.append(later.c.revision > mark.c.revision)
        conditions = []
        if start is not None:
            conditions.append(mark.c.time >= micros(start))
        if end is not None:
            conditions.append(mark.c.time < micros(end))
        if as_of is not None:
            conditions.append(mark.c.known <= micros(as_of))
            newer.append(later.c.known <= micros(as_of))
        columns = [mark.c[name] for name in _COLUMNS]
        statement = select(*columns).where(*conditions, ~select(1).where(*newer).exists())
        statement = statement.order_by(mark.c.series_id, mark.c.time)
        with self._database.read() as connection:
            if chosen is None:
                table = names(connection)
                rows = list(connection.execute(statement))
            else:
                ids = self._directory.numbers(connection, chosen)
                table = self._directory.names(connection, ids)
                rows = [
                    row
                    for part in parts(ids)
                    for row in connection.execute(statement.where(mark.c.series_id.in_(part)))
                ]
        rows = sorted(rows, key=lambda row: (table[row.series_id], row.time))
        told: list[Any] = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
        frame = pd.DataFrame(
            {
                "series": pd.Series([table[number] for number in told[0]], dtype="str"),
                "time": np.array(told[1], np.int64),
                "checks": np.array(told[2], np.int64),
                "flag": np.array(told[3], np.int8),
                "reason": pd.Series(list(told[4]), dtype="str"),
                "known": np.array(told[5], np.int64),
            }
        )
        return stamped(frame)


def _last(connection: Connection, places: set[Place]) -> dict[Place, tuple[int, Judgement]]:
    """Return the last revision of each place, and what it says."""
    wanted = (mark.c.series_id, mark.c.time)
    top = select(*wanted, func.max(mark.c.revision).label("revision")).group_by(*wanted)
    found: dict[Place, tuple[int, Judgement]] = {}
    for part in parts(sorted(places)):
        newest = top.where(tuple_(*wanted).in_(part)).subquery()
        statement = select(mark).join(
            newest,
            (mark.c.series_id == newest.c.series_id)
            & (mark.c.time == newest.c.time)
            & (mark.c.revision == newest.c.revision),
        )
        for row in connection.execute(statement):
            found[row.series_id, row.time] = (row.revision, (row.checks, row.flag, row.reason))
    return found


def _judged(items: "Iterable[Mark] | pd.DataFrame") -> Iterator[tuple[str, int, Judgement]]:
    """Check marks; yield series, microseconds, and what is said."""
    if hasattr(items, "columns"):
        table: Any = items
        lacking = [name for name in ("series", "time", "checks", "flag") if name not in table.columns]
        if lacking:
            raise InvalidInputError(
                f"The table lacks {', '.join(lacking)}; expected series, time, checks, flag and, if wanted, reason."
            )
        reasons = table["reason"].astype(str) if "reason" in table.columns else [""] * len(table)
        found: Iterable[tuple[str, int, Any, Any, str]] = zip(
            table["series"].astype(str).tolist(),
            ticks(table["time"]),
            table["checks"].tolist(),
            table["flag"].tolist(),
            reasons,
            strict=True,
        )
    else:
        found = ((item.series, micros(item.time), item.checks, item.flag, item.reason) for item in items)
    for name, time, checks, flag, reason in found:
        check_name(name)
        if checks != int(checks) or not 0 <= checks < _CHECKS:
            raise InvalidInputError(
                f"A mark of {name!r} has the checks {checks}; expected a sum of core.quality.Check."
            )
        if flag != int(flag) or not 0 <= flag <= 9:
            raise InvalidInputError(f"A mark of {name!r} has the quality flag {flag}; expected 0 to 9.")
        plain = "".join(each if each.isprintable() else " " for each in reason[:_REASON])
        yield name, time, (int(checks), int(flag), plain)
