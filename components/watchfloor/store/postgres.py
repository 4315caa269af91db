"""All that is particular to PostgreSQL: how to reach it, guard it and read its complaints."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from watchfloor.core.errors import StoreAwayError, StoreError
from watchfloor.store.backend import APPLICATION
from watchfloor.store.tables import APPEND_ONLY, meta, observation

__all__ = ["VERSION", "PostgreSQL"]

VERSION = 14
"""Oldest major version of the server that will do: the first with CREATE OR REPLACE TRIGGER."""
_KEY = "tables.version"
_AWAY = ("08", "57P01", "57P02", "57P03", "57P05", "25P03")
"""SQLSTATE classes and codes of a connection that was lost or cannot be had."""


class PostgreSQL:
    """A store on a server, in a schema of its own.

    Writers queue for an advisory lock that is held until their commit is seen by all, so that numbers of changes
    grow in the order of the commits, and a reader that remembers the last one misses nothing. Readers see one
    snapshot (REPEATABLE READ) and wait for nobody.

    Parameters
    ----------
    url
        Without a password.
    schema
        Name of the schema; it is made where it is missing.
    password
        The password; empty where the server asks for none, or libpq finds it (PGPASSFILE, PGPASSWORD).
    create
        Whether to make the schema where it is missing.
    """

    kind: Literal["postgresql"] = "postgresql"
    path: Path | None = None
    alone = False
    reading: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    writing: Mapping[str, Any] = {"isolation_level": "READ COMMITTED", "postgresql_readonly": False}
    errors = (psycopg.Error,)

    def __init__(self, url: URL, schema: str, password: str, *, create: bool) -> None:
        self._url, self.schema, self._password, self._create = url, schema, password, create
        self.where = f"{url.render_as_string(hide_password=True)} (schema {schema})"
        digest = hashlib.sha256(schema.encode()).digest()
        self._lock = int.from_bytes(digest[:4], "big", signed=True)

    def engine(self, wait: float) -> Engine:
        """Return the pool; a connection that the server has dropped is replaced before it is used."""
        arguments: dict[str, Any] = {
            "connect_timeout": 10,
            "application_name": "watchfloor",
            "client_encoding": "utf8",
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
            # What is acknowledged is on the server's disk; a process that hangs does not hold the others up for ever.
            "options": f"-c search_path={self.schema},pg_temp -c synchronous_commit=on "
            f"-c lock_timeout={int(wait * 1000)} -c idle_in_transaction_session_timeout=60000 "
            # A plan that was made while a table was empty must not be used when it is full.
            "-c plan_cache_mode=force_custom_plan",
        }
        if self._password:
            arguments["password"] = self._password
        found = create_engine(
            self._url.set(drivername="postgresql+psycopg"),
            pool_size=8,
            max_overflow=24,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=arguments,
        )
        self._prepare(found)
        return found

    def _prepare(self, engine: Engine) -> None:
        ready: list[bool] = []

        def connected(raw: Any, _: Any) -> None:
            try:
                if not ready:
                    self._welcome(raw)
                    ready.append(True)
                # Held as long as the connection is: a store that is in use is not replaced.
                raw.execute("SELECT pg_advisory_lock_shared(%s, %s)", (APPLICATION + 1, self._lock))
                raw.commit()
            except BaseException:
                raw.close()
                raise

        event.listen(engine, "connect", connected)

    def _welcome(self, raw: Any) -> None:
        """Look at the server once, and make the schema."""
        if raw.info.server_version < VERSION * 10_000:
            raise StoreError(
                f"{self.where} runs PostgreSQL {raw.info.server_version // 10_000}; expected {VERSION} or later."
            )
        encoding = raw.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise StoreError(
                f"The database of {self.where} keeps text as {encoding}; make one with `createdb --encoding=UTF8`."
            )
        if self._create:
            raw.execute("SELECT pg_advisory_xact_lock(%s, %s)", (APPLICATION, 0))
            raw.execute(f"CREATE SCHEMA IF NOT EXISTS {self.schema}")
            raw.commit()

    def lock(self, connection: Connection) -> None:
        """Wait for the lock of all writers of this schema; it is given back after the commit is seen by all."""
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, %s)", (APPLICATION, self._lock))

    def retire(self, connection: Connection) -> str:
        """Keep the schema under another name, and make an empty one, within the caller's write.

        Raises
        ------
        StoreError
            If another process uses the store.
        """
        free = connection.exec_driver_sql(
            "SELECT pg_try_advisory_xact_lock(%s, %s)", (APPLICATION + 1, self._lock)
        )
        if not free.scalar_one():
            raise StoreError(f"{self.where} is in use; stop every process that uses it, then restore again.")
        there = set(connection.exec_driver_sql("SELECT nspname FROM pg_namespace").scalars())
        number = 1
        while (aside := f"{self.schema}_replaced_{number}") in there:
            number += 1
        connection.exec_driver_sql(f"ALTER SCHEMA {self.schema} RENAME TO {aside}")
        connection.exec_driver_sql(f"CREATE SCHEMA {self.schema}")
        return aside

    def version(self, connection: Connection) -> int:
        """Return the version of the schema's tables."""
        names = set(
            connection.exec_driver_sql(
                "SELECT tablename FROM pg_tables WHERE schemaname = %s", (self.schema,)
            ).scalars()
        )
        if not names:
            return 0
        if meta.name in names:
            last = (
                text("SELECT value FROM meta WHERE key = :key ORDER BY seq DESC LIMIT 1")
                if {"record", "change"} <= names
                else None
            )
            found = None if last is None else connection.execute(last, {"key": _KEY}).scalar()
            if found is not None:
                return int(found)
        raise StoreError(
            f"The schema {self.schema} was not made by Watchfloor; name another one: …?schema=name."
        )

    def set_version(self, connection: Connection, number: int) -> None:
        """Write the version into the table of what is kept about the store."""
        connection.execute(meta.insert(), {"known": 0, "key": _KEY, "value": str(int(number))})

    def guard(self, connection: Connection) -> None:
        """Make the triggers that refuse, whoever asks."""
        for statement in _guards():
            connection.exec_driver_sql(statement)

    def integrity(self, connection: Connection) -> list[str]:
        """Look for the triggers, and for settings of the server that would lose what was acknowledged."""
        problems = [
            f"The server's setting {name} is off: a power cut may lose or damage what was acknowledged; turn it on."
            for name in ("fsync", "full_page_writes")
            if connection.exec_driver_sql(f"SHOW {name}").scalar_one() != "on"
        ]
        found = set(
            connection.exec_driver_sql(
                "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
                "JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = %s AND tgenabled = 'A'",
                (self.schema,),
            ).scalars()
        )
        problems += [
            f"The guard against {act} on {table.name} is missing: someone has changed the database by hand."
            for table in APPEND_ONLY
            for act in ("UPDATE", "DELETE", "TRUNCATE")
            if f"{table.name}_no_{act.lower()}" not in found
        ]
        return problems

    def explain(self, error: DBAPIError | Exception) -> StoreError:
        """Say what the server complained of."""
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = " ".join(str(cause or error).split())[:500]
        state = getattr(cause, "sqlstate", None) or ""
        if (
            getattr(error, "connection_invalidated", False)
            or state.startswith(_AWAY)
            or (not state and isinstance(cause, psycopg.OperationalError) and not _refused(said))
        ):
            return StoreAwayError(
                f"The store {self.where} cannot be reached: {said}. It is not known whether what was being written is "
                "stored: send it again once the server answers, what is there already is not stored twice."
            )
        return StoreError(f"The store {self.where} answered: {said}. {_hint(state, said)}")


def _refused(said: str) -> bool:
    """Whether a server answered a new connection, and refused it for a reason that does not pass."""
    low = said.lower()
    return any(
        word in low for word in ("authentication", "password", "does not exist", "no pg_hba", "permission")
    )


def _hint(state: str, said: str) -> str:
    """Return what to do about a complaint."""
    if "append-only" in said:
        return "What was stored is never changed or removed; store a new revision instead."
    if _refused(said):
        return (
            "Check the database's name (createdb), the user, and the password: WATCHFLOOR_STORE_PASSWORD, or a line in "
            "the file that PGPASSFILE names."
        )
    return next((hint for start, hint in _HINTS.items() if state.startswith(start)), _HINTS[""])


_HINTS = {
    "55P03": "Another process held it for too long. Nothing of this write was stored: try again; if it stays so, look "
    "in pg_stat_activity for a session that is idle in a transaction.",
    "53": "The server is out of disk, memory or connections. Nothing of this write was stored: free some, then send it "
    "again.",
    "25P02": "A part of this write failed, so none of it was stored.",
    "25006": "It cannot be written: name the primary server, not a standby.",
    "XX": "The database is damaged: keep it for inspection, and restore a backup with `watchfloor restore`.",
    "": "Nothing of this was stored; run `watchfloor check`.",
}
"""What to do, by the beginning of SQLSTATE."""


def _guards() -> list[str]:
    """Return the statements that make the triggers."""
    found = [
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'the store is append-only: %% on %% refused', TG_OP, TG_TABLE_NAME; END $$",
        # One look at all rows of a statement: asking row by row would hold up the other writers for long.
        "CREATE OR REPLACE FUNCTION refuse_unless_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF EXISTS (SELECT 1 FROM gone WHERE NOT EXISTS (SELECT 1 FROM passage AS way "
        "WHERE gone.time BETWEEN way.first AND way.last AND gone.known <= way.known)) THEN "
        "RAISE EXCEPTION 'the store is append-only: %% on %% refused', TG_OP, TG_TABLE_NAME; END IF; "
        "RETURN NULL; END $$",
    ]
    for table in APPEND_ONLY:
        for act in ("UPDATE", "DELETE", "TRUNCATE"):
            name = f"{table.name}_no_{act.lower()}"
            found.append(
                f'CREATE OR REPLACE TRIGGER {name} AFTER DELETE ON "{table.name}" REFERENCING OLD TABLE AS gone '
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_unless_moved()"
                if (table, act) == (observation, "DELETE")
                else f'CREATE OR REPLACE TRIGGER {name} BEFORE {act} ON "{table.name}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
            )
            # Also where a session replicates, or says that it does.
            found.append(f'ALTER TABLE "{table.name}" ENABLE ALWAYS TRIGGER {name}')
    return found
