"""Names of messages: they tell which statement a message belongs to that refers to another by its name.

A record may tell the names (identifiers) of the messages of its chain in ``body["names"]``. Each name is kept with the
key under which it was told first, and that stays: later messages of the chain are looked up by it.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select, tuple_

from watchfloor.store.records import Record
from watchfloor.store.tables import name

__all__ = ["Told", "keep", "named", "names_of"]

Told = tuple[str, str, str]
"""Kind, source and name."""
_CHUNK = 500


def names_of(record: Record) -> list[str]:
    """Return the names of a chain's messages that a record tells of, its own first; none where it tells of none."""
    names = record.body.get("names")
    if not isinstance(names, list):
        return []
    return [item for item in names if isinstance(item, str) and "\0" not in item]


def keep(connection: Connection, records: Iterable[Record], known: int) -> None:
    """Keep the names that records tell, within the caller's transaction; a name that is kept already stays as it is."""
    told: dict[Told, str] = {}
    for record in records:
        for item in names_of(record):
            told.setdefault((record.kind, record.source, item), record.key)
    places = list(told)
    columns = (name.c.kind, name.c.source, name.c.name)
    for start in range(0, len(places), _CHUNK):
        part: Sequence[Told] = places[start : start + _CHUNK]
        for found in connection.execute(select(*columns).where(tuple_(*columns).in_(part))):
            del told[tuple(found)]
    if told:
        connection.execute(
            name.insert(),
            [
                {"kind": kind, "source": source, "name": item, "key": key, "known": known}
                for (kind, source, item), key in told.items()
            ],
        )


def named(connection: Connection, kind: str, source: str, item: str) -> str | None:
    """Return the key under which a name was told first; None where it never was."""
    if "\0" in item:
        return None
    statement = select(name.c.key).where(name.c.kind == kind, name.c.source == source, name.c.name == item)
    return connection.execute(statement).scalar_one_or_none()
