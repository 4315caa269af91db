"""Queries of catalogs: one SELECT, read-only, with bound parameters."""

import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from watchfloor.core.errors import CatalogError, InvalidInputError, LimitError

__all__ = ["DATABASE", "check", "query", "sqlite_path"]

DATABASE = "database:"
"""What a connection begins with that names a database of the settings."""
MOST_ROWS = 2_000_000
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_FORBIDDEN_FUNCTIONS = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"}
_FIRST = re.compile(r"\s*(select|with)\b", re.IGNORECASE)


def sqlite_path(conn: str) -> str | None:
    """Return the file that a connection names, or None if it names a database of the settings.

    Examples
    --------
    >>> sqlite_path("sqlite:///file:///data/x.sqlite"), sqlite_path("database:archive")
    ('/data/x.sqlite', None)
    """
    if conn.startswith(DATABASE):
        return None
    return conn.removeprefix("sqlite:///").removeprefix("file://")


def check(text: str) -> str | None:
    """Say why a query is refused, or None if it may run."""
    if "{" in text or "}" in text:
        return "parameters are never written into SQL; write :name in the query and name it in the entry's params"
    if not _FIRST.match(text):
        return f"{text[:60]!r} is not a query; expected one SELECT"
    if ";" in text.rstrip().rstrip(";"):
        return "holds more than one statement; expected one SELECT"
    return None


def query(conn: str, text: str, params: Mapping[str, Any], **kwargs: Any) -> Any:
    """Run one query and return a pandas table.

    Parameters
    ----------
    conn
        Path of a SQLite file, with or without ``sqlite:///``, or an SQLAlchemy address.
    text
        One SELECT, with ``:name`` where a parameter stands.
    params
        Values of the parameters; they are bound, never written into the text.
    kwargs
        ``parse_dates`` and ``index_col`` of `pandas.read_sql_query`.
    """
    import pandas as pd

    refused = check(text)
    if refused:
        raise CatalogError(f"This query {refused}.")
    if "://" in conn and not conn.startswith(("sqlite:///", "file://")):
        from sqlalchemy import create_engine
        from sqlalchemy import text as statement

        engine = create_engine(conn)
        try:
            with engine.connect() as connection:
                frame = pd.read_sql_query(statement(text), connection, params=dict(params), **kwargs)
                connection.rollback()
        finally:
            engine.dispose()
        return frame
    path = Path(sqlite_path(conn) or "").resolve()
    if not path.is_file():
        raise InvalidInputError(f"There is no SQLite file {path}.")
    opened = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5)
    try:
        opened.execute("PRAGMA query_only = ON")
        opened.execute("PRAGMA trusted_schema = OFF")
        opened.set_authorizer(_authorize)
        frame = pd.read_sql_query(text, opened, params=dict(params), **kwargs)
    except pd.errors.DatabaseError as error:
        raise CatalogError(f"{path.name}: this query cannot be run: {error}.") from error
    finally:
        opened.close()
    if len(frame) > MOST_ROWS:
        raise LimitError(f"{path.name}: this query gives more than {MOST_ROWS:,} rows.")
    return frame


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Let a query select, and nothing else: no ATTACH, no PRAGMA, no extension."""
    if action not in _ALLOWED:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and (second or first or "").casefold() in _FORBIDDEN_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
