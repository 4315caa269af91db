"""The tables. Times are int64 microseconds since 1970 in UTC; rows are only ever added.

`FOREVER` stands for "no end known", so that one index answers "what holds at this time?".
A column added here needs a step in `migrations` too; a test compares an upgraded file with a fresh one.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

__all__ = [
    "APPEND_ONLY",
    "FOREVER",
    "METADATA",
    "blob",
    "change",
    "description",
    "heard",
    "journal",
    "mark",
    "meta",
    "name",
    "newest",
    "observation",
    "passage",
    "quarantine",
    "record",
    "series",
    "shelved",
]

FOREVER = 2**63 - 1
METADATA = MetaData()
# SQLite numbers rows by itself only for a column it calls INTEGER; elsewhere the number is 64 bits wide.
_SERIAL = BigInteger().with_variant(Integer, "sqlite")
# Texts are compared and sorted by their code points, as SQLite does, wherever the server stands.
_WORD = String().with_variant(String(collation="C"), "postgresql")
_HASH = String(64).with_variant(String(64, collation="C"), "postgresql")
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")

change = Table(
    "change",
    METADATA,
    Column("cursor", _SERIAL, primary_key=True, autoincrement=True),
    Column("known", BigInteger, nullable=False),
    Column("table", _WORD, nullable=False),
    Column("key", _WORD, nullable=False),
    Column("kind", _WORD, nullable=False),
    Column("source", _WORD, nullable=False),
    Column("count", Integer, nullable=False),
    Column("detail", _TEXT, nullable=False),
    Column("first", BigInteger),
    Column("last", BigInteger),
    sqlite_autoincrement=True,
)
"""What happened, in the order of the commits; the hub reads nothing else to learn that something is new."""

record = Table(
    "record",
    METADATA,
    Column("seq", _SERIAL, primary_key=True, autoincrement=True),
    Column("identity", LargeBinary(32), nullable=False, unique=True),
    Column("kind", _WORD, nullable=False),
    Column("source", _WORD, nullable=False),
    Column("key", _WORD, nullable=False),
    Column("revision", _WORD, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_to", BigInteger, nullable=False),
    Column("title", _TEXT, nullable=False),
    Column("hazard", _WORD, nullable=False),
    Column("severity", _WORD, nullable=False),
    Column("urgency", _WORD, nullable=False),
    Column("certainty", _WORD, nullable=False),
    Column("status", _WORD, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("west", Float),
    Column("south", Float),
    Column("east", Float),
    Column("north", Float),
    Column("area", _TEXT, nullable=False),
    Column("trust", _WORD, nullable=False),
    Column("raw", _WORD, nullable=False),
    Column("known", BigInteger, nullable=False),
    # The long columns stand last: a row that is only tested is then read from its first page.
    Column("geometry", LargeBinary),
    Column("body", _TEXT, nullable=False),
    Index("record_chain", "kind", "source", "key", "sent", "revision", "known"),
    Index("record_valid", "kind", "valid_to", "valid_from"),
    Index("record_sent", "kind", "sent"),
    sqlite_autoincrement=True,
)

name = Table(
    "name",
    METADATA,
    Column("kind", _WORD, primary_key=True),
    Column("source", _WORD, primary_key=True),
    Column("name", _WORD, primary_key=True),
    Column("key", _WORD, nullable=False),
    Column("known", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Which statement a message belongs to that others refer to by its name: the first telling stays."""

series = Table(
    "series",
    METADATA,
    Column("id", _SERIAL, primary_key=True, autoincrement=True),
    Column("name", _WORD, nullable=False, unique=True),
    Column("known", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

description = Table(
    "description",
    METADATA,
    Column("seq", _SERIAL, primary_key=True, autoincrement=True),
    Column("series_id", BigInteger, ForeignKey("series.id"), nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("title", _TEXT, nullable=False),
    Column("field", _WORD, nullable=False),
    Column("units", _WORD, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("hazard", _WORD, nullable=False),
    Column("attrs", _TEXT, nullable=False),
    Index("description_series", "series_id", "seq"),
    sqlite_autoincrement=True,
)

observation = Table(
    "observation",
    METADATA,
    Column("series_id", BigInteger, primary_key=True),
    Column("time", BigInteger, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("known", BigInteger, nullable=False),
    Column("value", Float),
    Column("flag", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Clustered by series and time; a corrected value is the next revision of the same time."""

mark = Table(
    "mark",
    METADATA,
    Column("series_id", BigInteger, primary_key=True),
    Column("time", BigInteger, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("known", BigInteger, nullable=False),
    Column("checks", BigInteger, nullable=False),
    Column("flag", Integer, nullable=False),
    Column("reason", _TEXT, nullable=False),
    sqlite_with_rowid=False,
)
"""What the checks of quality said of a value; a later judgement is the next revision of the same time."""

newest = Table(
    "newest",
    METADATA,
    Column("series_id", BigInteger, primary_key=True),
    Column("known", BigInteger, primary_key=True),
    Column("time", BigInteger, primary_key=True),
    Column("revision", Integer, primary_key=True),
    sqlite_with_rowid=False,
)
"""Which observation was the newest of its series since when: "latest, as of" is one seek, however long ago."""

journal = Table(
    "journal",
    METADATA,
    Column("seq", _SERIAL, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", _WORD, nullable=False),
    Column("action", _WORD, nullable=False),
    Column("subject", _WORD, nullable=False),
    Column("detail", _TEXT, nullable=False),
    Column("previous", _HASH, nullable=False),
    Column("hash", _HASH, nullable=False, unique=True),
)

heard = Table(
    "heard",
    METADATA,
    Column("seq", _SERIAL, primary_key=True, autoincrement=True),
    Column("known", BigInteger, nullable=False),
    Column("source", _WORD, nullable=False),
    Column("feed", _WORD, nullable=False),
    Column("last_try", BigInteger, nullable=False),
    Column("last_ok", BigInteger),
    Column("newest", BigInteger),
    Column("message", _TEXT, nullable=False),
    Column("cadence", BigInteger, nullable=False),
    Column("late_after", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Index("heard_source", "source", "known", "seq"),
    sqlite_autoincrement=True,
)

blob = Table(
    "blob",
    METADATA,
    Column("sha256", _HASH, primary_key=True),
    Column("known", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=True,
)

quarantine = Table(
    "quarantine",
    METADATA,
    Column("seq", _SERIAL, primary_key=True, autoincrement=True),
    Column("known", BigInteger, nullable=False),
    Column("source", _WORD, nullable=False),
    Column("reason", _TEXT, nullable=False),
    Column("where", _TEXT, nullable=False),
    Column("sha256", _HASH, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("kept", BigInteger, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("quarantine_sha256", "sha256"),
    Index("quarantine_source", "source", "kept"),
    sqlite_autoincrement=True,
)

meta = Table(
    "meta",
    METADATA,
    Column("seq", _SERIAL, primary_key=True, autoincrement=True),
    Column("known", BigInteger, nullable=False),
    Column("key", _WORD, nullable=False),
    Column("value", _TEXT, nullable=False),
    Index("meta_key", "key", "seq"),
    sqlite_autoincrement=True,
)

shelved = Table(
    "shelved",
    METADATA,
    Column("seq", _SERIAL, primary_key=True, autoincrement=True),
    Column("known", BigInteger, nullable=False),
    Column("family", _WORD, nullable=False),
    Column("month", _WORD, nullable=False),
    Column("file", _WORD, nullable=False, unique=True),
    Column("sha256", _HASH, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("first_series", BigInteger, nullable=False),
    Column("last_series", BigInteger, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("first_known", BigInteger, nullable=False),
    Column("last_known", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""Files of the archive: which observations stand there, by their smallest and largest number of a series,
time and known time, and its SHA-256."""

passage = Table(
    "passage",
    METADATA,
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("known", BigInteger, nullable=False),
)
"""The one way out of the table of observations, open only within the transaction that moves them to the archive:
a row may be removed whose time lies from `first` to `last` and that was known by `known`."""

APPEND_ONLY: tuple[Table, ...] = tuple(table for table in METADATA.sorted_tables if table is not passage)
"""Every table but the passage: the database itself refuses UPDATE and DELETE on each."""
