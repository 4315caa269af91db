"""Where a store is: the addresses that name one."""

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from watchfloor.core.errors import SettingsError

__all__ = ["file_of"]


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
