"""A store on each kind of database, and short ways to make what goes in."""

import importlib.util
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from watchfloor.core.clock import FixedClock
from watchfloor.store import Record, Store

_SPEC = importlib.util.spec_from_file_location(
    "watchfloor_tests_postgres", Path(__file__).with_name("postgres.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
postgres = sys.modules.setdefault(_SPEC.name, importlib.util.module_from_spec(_SPEC))
if not hasattr(postgres, "Server"):
    _SPEC.loader.exec_module(postgres)

BOTH = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """A PostgreSQL server for all tests of this process; skips loudly where there is none, and fails in CI."""
    folder = postgres.programs()
    if folder is None:
        if os.environ.get("CI") == "true":
            pytest.fail(postgres.MISSING)
        pytest.skip(postgres.MISSING)
    found = postgres.Server(folder)
    yield found
    found.close()


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """The address of a store that is not there yet, on each kind of database.

    ``@pytest.mark.parametrize("address", ["sqlite"], indirect=True)`` keeps a test to one kind.
    """
    if request.param == "sqlite":
        return tmp_path / "store.sqlite"
    url: str = request.getfixturevalue("server").url()
    return url


@pytest.fixture
def elsewhere(address: Path | str, request: pytest.FixtureRequest) -> Path | str:
    """The address of another store of the same kind."""
    if isinstance(address, Path):
        return address.with_name("elsewhere.sqlite")
    url: str = request.getfixturevalue("server").url()
    return url


@pytest.fixture
def store(address: Path | str, clock: FixedClock) -> Iterator[Store]:
    """A fresh store, on the clock that stands still."""
    with Store.open(address, clock=clock) as found:
        yield found


class Raw:
    """A plain connection to a store's database, as someone has it who does not use Watchfloor."""

    def __init__(self, connection: Any, *, file: bool) -> None:
        self.connection, self.file = connection, file
        self.refused = sqlite3.IntegrityError if file else psycopg.errors.RaiseException

    def execute(self, statement: str) -> Any:
        """Run a statement; it is a commit of its own, unless it begins a transaction."""
        return self.connection.execute(statement)

    def unguard(self, *tables: str) -> None:
        """Remove the guards of tables."""
        for table in tables:
            for act in ("update", "delete"):
                self.execute(f"DROP TRIGGER {table}_no_{act}" + ("" if self.file else f' ON "{table}"'))

    def close(self) -> None:
        """Close it."""
        self.connection.close()


def raw_of(address: Path | str, server: Any = None) -> Raw:
    """Return a plain connection to the database of a store."""
    if isinstance(address, Path):
        return Raw(sqlite3.connect(address, isolation_level=None), file=True)
    return Raw(server().connect(schema=str(make_url(address).query["schema"])), file=False)


@pytest.fixture
def raw(address: Path | str, request: pytest.FixtureRequest) -> Iterator[Callable[[], Any]]:
    """Return a function that opens a plain connection, to be used with `with`."""
    yield lambda: closing(raw_of(address, lambda: request.getfixturevalue("server")))


@pytest.fixture
def holding(address: Path | str, clock: FixedClock) -> Callable[[], Any]:
    """Return a context in which another connection holds the lock of writers."""

    @contextmanager
    def hold() -> Iterator[Any]:
        with Store.open(address, clock=clock) as other, other._database.write() as connection:
            yield connection

    return hold


@pytest.fixture
def alert(clock: FixedClock) -> Callable[..., Record]:
    """Return a function that makes an alert that holds from now for an hour."""
    now = clock.now()

    def make(key: str = "K", revision: str = "1", after: float = 0.0, **changes: Any) -> Record:
        sent: datetime = now + timedelta(minutes=after)
        told = {
            "sent": sent,
            "valid_from": sent,
            "valid_to": sent + timedelta(hours=1),
            "title": f"{key}/{revision}",
        }
        return Record(
            **({"kind": "alert", "source": "cap:a", "key": key, "revision": revision} | told | changes)
        )

    return make
