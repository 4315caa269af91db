"""Where a store is: the addresses that name one."""

import os
import re
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from watchfloor.core.address import is_server
from watchfloor.core.errors import SettingsError, StoreError
from watchfloor.store.backend import Backend
from watchfloor.store.sqlite import SQLite

__all__ = ["backend"]

_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,50}")
_OPTIONS = frozenset(
    {"schema", "host", "port", "passfile", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "service"}
)
_EXPECTED = "expected sqlite:///path/store.sqlite or postgresql://user@host/database"


def backend(url: str | Path, *, create: bool, password: str = "", place: bool = True) -> Backend:
    """Return the database that an address names.

    Parameters
    ----------
    url
        A file, ``sqlite:///file``, ``:memory:``, or ``postgresql://user@host:port/database?schema=name``; for a
        socket, ``postgresql://user@/database?host=/folder``. Options of libpq's TLS may be given too.
    create
        Whether to make a file where there is none.
    password
        For a server; it is never a part of the address, which is shown in messages and lists of processes.
    place
        Whether to look for the file at all.

    Raises
    ------
    SettingsError
        If it names no database of a kind that is known.
    StoreError
        If the file is missing, or cannot be made.
    """
    if is_server(url):
        return _server(str(url), password, create=create)
    path = _file(url)
    if path is not None and place:
        _place(path, create=create)
    return SQLite(path)


def _file(url: str | Path) -> Path | None:
    if isinstance(url, Path):
        return url
    if url in {":memory:", "sqlite://", "sqlite:///:memory:"}:
        return None
    if "://" not in url:
        return Path(url)
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise SettingsError(f"A store in {parsed.get_backend_name()!r} is not supported; {_EXPECTED}.")
    return Path(parsed.database)


def _server(url: str, password: str, *, create: bool) -> Backend:
    from watchfloor.store.postgres import PostgreSQL

    parsed = _parsed(url)
    if parsed.password is not None or "password" in parsed.query:
        raise SettingsError(
            "The store's address holds a password, which lists of processes and logs would show; take it out, and "
            "put it into WATCHFLOOR_STORE_PASSWORD or the file that PGPASSFILE names."
        )
    strange = sorted(set(parsed.query) - _OPTIONS)
    if strange or not parsed.database or not all(isinstance(value, str) for value in parsed.query.values()):
        raise SettingsError(
            f"The store's address {parsed.render_as_string(hide_password=True)[:200]!r} cannot be used; {_EXPECTED}, with "
            f"no option but {', '.join(sorted(_OPTIONS))}."
        )
    schema = str(parsed.query.get("schema", "watchfloor"))
    if not _SCHEMA.fullmatch(schema) or schema.startswith("pg_"):
        raise SettingsError(
            f"{schema[:80]!r} cannot name a schema; expected small letters, digits and underscores."
        )
    return PostgreSQL(parsed.difference_update_query(["schema"]), schema, password, create=create)


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        shown = re.sub(r"//[^/@]*@", "//…@", url)[:80]
        raise SettingsError(f"{shown!r} is no database address; {_EXPECTED}.") from error


def _place(path: Path, *, create: bool) -> None:
    """See to it that a store's file is there, readable by its owner only.

    Raises
    ------
    StoreError
        If it is missing and not to be made, or cannot be made.
    """
    if path.exists():
        return
    if not create:
        raise StoreError(f"There is no store {path}; name its file, or start the floor once to make it.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StoreError(
            f"The store {path} cannot be made: {error.strerror}. Name a folder that can be written."
        ) from error
