"""Local accounts: names, roles and argon2 hashes in one file that only its owner may read."""

import json
import os
import re
import stat
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_UN, flock
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from watchfloor.core.errors import InvalidInputError, SettingsError, UnknownNameError, UnsafeError
from watchfloor.security.roles import ROLES, known

__all__ = ["SHORTEST", "Account", "Accounts"]

SHORTEST = 12
"""Fewest characters of a password (NIST SP 800-63B asks for 8 at least, and 15 where it stands alone)."""
_LONGEST = 256
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}", re.ASCII)
_LARGEST = 1_000_000
_HASHER = PasswordHasher(
    time_cost=2, memory_cost=19_456, parallelism=1
)  # OWASP Password Storage Cheat Sheet, 2025
_NOBODY = _HASHER.hash("nobody has this password, but it takes as long to find out")


@dataclass(frozen=True)
class Account:
    """One person who may sign in.

    Parameters
    ----------
    name
        Lower-case letters, digits, dot, hyphen, underscore.
    roles
        Names of `roles.ROLES`.
    hash
        argon2id, with its parameters.
    """

    name: str
    roles: frozenset[str]
    hash: str

    @property
    def stamp(self) -> str:
        """Change of password is change of stamp: a sign-in made with the old one ends."""
        return sha256(self.hash.encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"Account({self.name!r}, {sorted(self.roles)})"


class Accounts:
    """The accounts of one file, read anew whenever it changed.

    Parameters
    ----------
    path
        A TOML file, mode 0600; it need not exist yet.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as home:
    ...     accounts = Accounts(Path(home) / "accounts.toml")
    ...     _ = accounts.add("anna", "correct horse battery", ["duty"])
    ...     accounts.verify("anna", "wrong"), accounts.verify("anna", "correct horse battery")
    (None, Account('anna', ['duty']))
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = RLock()
        self._seen: tuple[int, int, int] | None = None
        self._held: dict[str, Account] = {}

    def __iter__(self) -> Iterator[Account]:
        """Iterate over the accounts by name."""
        return iter([self._read()[name] for name in sorted(self._read())])

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._read())

    def get(self, name: str) -> Account | None:
        """Return an account as the file has it now, or None."""
        return self._read().get(name)

    def verify(self, name: str, password: str) -> Account | None:
        """Return the account if the password is right; an unknown name takes just as long.

        Parameters
        ----------
        name, password
            As typed; untrusted.
        """
        account = self.get(name) if _NAME.fullmatch(name) else None
        text = password if len(password) <= _LONGEST else ""
        try:
            _HASHER.verify(account.hash if account is not None else _NOBODY, _normal(text))
        except (Argon2Error, InvalidHashError):
            return None
        return account

    def add(self, name: str, password: str, roles: Iterable[str]) -> Account:
        """Add an account, or give an existing one a new password and roles.

        Raises
        ------
        InvalidInputError
            If name or password do not do.
        UnknownNameError
            If a role does not exist.
        """
        if not _NAME.fullmatch(name):
            raise InvalidInputError(
                f"{name[:40]!r} cannot name an account; expected 1 to 32 lower-case letters, digits, '.', '-' or '_'."
            )
        chosen = known(roles)
        if not chosen:
            raise InvalidInputError(f"An account needs a role; there are: {', '.join(ROLES)}.")
        if not SHORTEST <= len(password) <= _LONGEST:
            raise InvalidInputError(
                f"The password has {len(password)} characters; expected {SHORTEST} to {_LONGEST}. Some words in a row do well."
            )
        if len(set(password)) < 5 or name in password.casefold():
            raise InvalidInputError(
                "The password is easy to guess: few different characters, or the account's name."
            )
        account = Account(name, chosen, _HASHER.hash(_normal(password)))
        with self._changing() as held:
            held[name] = account
        return account

    def remove(self, name: str) -> None:
        """Remove an account; its open pages end within seconds.

        Raises
        ------
        UnknownNameError
            If there is none of that name.
        """
        with self._changing() as held:
            if name not in held:
                raise UnknownNameError("account", name, held)
            del held[name]

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Account]]:
        """Change the file as one step, one process at a time."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        guard = self.path.with_name(self.path.name + ".lock")
        with self._lock, guard.open("a") as lock:
            guard.chmod(0o600)
            flock(lock, LOCK_EX)
            try:
                held = dict(self._read())
                yield held
                self._write(held)
            finally:
                flock(lock, LOCK_UN)

    def _write(self, held: dict[str, Account]) -> None:
        rows = ["# Local accounts of Watchfloor. Change them with `watchfloor account`.", ""]
        for name in sorted(held):
            account = held[name]
            # a JSON string without escapes beyond these is a TOML string too
            rows += [
                f'[users."{name}"]',
                f"roles = {json.dumps(sorted(account.roles))}",
                f"hash = {json.dumps(account.hash)}",
                "",
            ]
        fresh = self.path.with_name(self.path.name + ".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write("\n".join(rows))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        self._seen = None

    def _read(self) -> dict[str, Account]:
        with self._lock:
            try:
                found = self.path.lstat()
            except FileNotFoundError:
                self._seen, self._held = None, {}
                return self._held
            seen = (found.st_mtime_ns, found.st_size, found.st_ino)
            if seen != self._seen:
                _safe(self.path, found)
                self._held = _parse(self.path)
                self._seen = seen
            return self._held


def _normal(password: str) -> str:
    """Bring the same password typed on two keyboards to the same characters (RFC 8265)."""
    return unicodedata.normalize("NFC", password)


def _safe(path: Path, found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode) or not stat.S_ISREG(found.st_mode):
        raise UnsafeError(f"{path} is not a plain file; accounts are kept in one.")
    if found.st_uid != os.getuid():
        raise UnsafeError(f"{path} belongs to user id {found.st_uid}, not to {os.getuid()}; chown it.")
    if found.st_mode & 0o077:
        raise UnsafeError(
            f"{path} can be read by others (mode {found.st_mode & 0o777:o}); run: chmod 600 {path}"
        )
    if found.st_size > _LARGEST:
        raise UnsafeError(f"{path} has {found.st_size} bytes; expected at most {_LARGEST}.")


def _parse(path: Path) -> dict[str, Account]:
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}.") from error
    held = {}
    for name, row in table.get("users", {}).items():
        if (
            not _NAME.fullmatch(name)
            or not isinstance(row, dict)
            or not str(row.get("hash", "")).startswith("$argon2id$")
        ):
            raise SettingsError(
                f"{path}: account {name!r} is malformed; make it with `watchfloor account add`."
            )
        held[name] = Account(name, known(row.get("roles", [])), str(row["hash"]))
    return held
