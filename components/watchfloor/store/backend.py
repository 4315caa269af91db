"""What a kind of database must be able to do, so that the rest of the store need not know which one it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from watchfloor.core.errors import StoreError

__all__ = ["APPLICATION", "Backend"]

APPLICATION = 0x57464C52
"""Marks what is a store's: "WFLR"."""


class Backend(Protocol):
    """One database: a file, or a schema on a server."""

    @property
    def kind(self) -> Literal["sqlite", "postgresql"]:
        """Which kind."""

    @property
    def where(self) -> str:
        """Its address for messages; never with a password."""

    @property
    def path(self) -> Path | None:
        """Its file; None in memory or on a server."""

    @property
    def alone(self) -> bool:
        """Whether all threads share one connection."""

    @property
    def reading(self) -> Mapping[str, Any]:
        """Execution options of a connection that reads one snapshot."""

    @property
    def writing(self) -> Mapping[str, Any]:
        """Execution options of a connection that is going to write."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What the driver itself raises."""

    def engine(self, wait: float) -> Engine:
        """Return the pool of connections; a write waits for another one for so many seconds."""

    def lock(self, connection: Connection) -> None:
        """Wait until no other writes; then hold that until the transaction ends."""

    def version(self, connection: Connection) -> int:
        """Return the version of the tables; 0 where there are none.

        Raises
        ------
        StoreError
            If there are tables of another program.
        """

    def set_version(self, connection: Connection, number: int) -> None:
        """Write the version of the tables, in the same transaction as the change of the tables."""

    def guard(self, connection: Connection) -> None:
        """Have the database itself refuse to change or remove a row."""

    def integrity(self, connection: Connection) -> list[str]:
        """Return what is wrong with the database itself, and which guards are gone; an empty list is good."""

    def explain(self, error: DBAPIError | Exception) -> StoreError:
        """Say what the database complained of, and what to do about it."""
