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
    "quarantine",
    "record",
    "series",
]

FOREVER = 2**63 - 1
METADATA = MetaData()
# SQLite numbers rows by itself only for a column it calls INTEGER; elsewhere the number is 64 bits wide.
_SERIAL = BigInteger().with_variant(Integer, "sqlite")

change = Table(
    "change",
    METADATA,
    Column("cursor", _SERIAL, primary_key=True, autoincrement=True),
    Column("known", BigInteger, nullable=False),
    Column("table", String, nullable=False),
    Column("key", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("source", String, nullable=False),
    Column("count", Integer, nullable=False),
    Column("detail", Text, nullable=False),
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
    Column("kind", String, nullable=False),
    Column("source", String, nullable=False),
    Column("key", String, nullable=False),
    Column("revision", String, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_to", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("hazard", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("urgency", String, nullable=False),
    Column("certainty", String, nullable=False),
    Column("status", String, nullable=False),
    Column("state", String, nullable=False),
    Column("west", Float),
    Column("south", Float),
    Column("east", Float),
    Column("north", Float),
    Column("area", Text, nullable=False),
    Column("trust", String, nullable=False),
    Column("raw", String, nullable=False),
    Column("known", BigInteger, nullable=False),
    # The long columns stand last: a row that is only tested is then read from its first page.
    Column("geometry", LargeBinary),
    Column("body", Text, nullable=False),
    Index("record_chain", "kind", "source", "key", "sent", "revision", "known"),
    Index("record_valid", "kind", "valid_to", "valid_from"),
    Index("record_sent", "kind", "sent"),
    sqlite_autoincrement=True,
)

name = Table(
    "name",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("key", String, nullable=False),
    Column("known", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Which statement a message belongs to that others refer to by its name: the first telling stays."""

series = Table(
    "series",
    METADATA,
    Column("id", _SERIAL, primary_key=True, autoincrement=True),
    Column("name", String, nullable=False, unique=True),
    Column("known", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

description = Table(
    "description",
    METADATA,
    Column("seq", _SERIAL, primary_key=True, autoincrement=True),
    Column("series_id", BigInteger, ForeignKey("series.id"), nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("field", String, nullable=False),
    Column("units", String, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("hazard", String, nullable=False),
    Column("attrs", Text, nullable=False),
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
    Column("reason", Text, nullable=False),
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
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)

heard = Table(
    "heard",
    METADATA,
    Column("seq", _SERIAL, primary_key=True, autoincrement=True),
    Column("known", BigInteger, nullable=False),
    Column("source", String, nullable=False),
    Column("feed", String, nullable=False),
    Column("last_try", BigInteger, nullable=False),
    Column("last_ok", BigInteger),
    Column("newest", BigInteger),
    Column("message", Text, nullable=False),
    Column("cadence", BigInteger, nullable=False),
    Column("late_after", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Index("heard_source", "source", "known", "seq"),
    sqlite_autoincrement=True,
)

blob = Table(
    "blob",
    METADATA,
    Column("sha256", String(64), primary_key=True),
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
    Column("source", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("where", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
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
    Column("key", String, nullable=False),
    Column("value", Text, nullable=False),
    Index("meta_key", "key", "seq"),
    sqlite_autoincrement=True,
)

APPEND_ONLY: tuple[Table, ...] = tuple(METADATA.sorted_tables)
"""Every table: the database itself refuses UPDATE and DELETE on each."""
