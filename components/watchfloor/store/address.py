"""Where a store is: the addresses that name one."""

import os
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from watchfloor.core.errors import SettingsError, StoreError

__all__ = ["file_of", "place"]


def file_of(url: str | Path) -> Path | None:
    """Return the file that an address names; None for a database in memory."""
    if isinstance(url, Path):
        return url
    if url in {":memory:", "sqlite://", "sqlite:///:memory:"}:
        return None
    if "://" not in url:
        return Path(url)
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError(
            f"{url[:80]!r} is no database address; expected sqlite:///path/store.sqlite."
        ) from error
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise SettingsError(
            f"A store in {parsed.get_backend_name()!r} is not supported; expected sqlite:///path/store.sqlite."
        )
    return Path(parsed.database)


def place(path: Path, *, create: bool) -> None:
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
