"""The server's own list of who is signed in: what is not on it is not, whatever a browser still holds."""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Lock

from watchfloor.core.clock import Clock, LiveClock, format_time, parse_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.security.secrets import guarded

__all__ = ["LONGEST", "SignIn", "SignIns"]

LONGEST = timedelta(hours=24)
"""A sign-in ends after two shifts of twelve hours, however busy."""
_MOST = 10_000


@dataclass(frozen=True)
class SignIn:
    """One browser that somebody signed in on.

    Parameters
    ----------
    user
        Name of the account.
    stamp
        The account's stamp at that moment: it changes with the password.
    since
        When.
    """

    user: str
    stamp: str
    since: datetime


class SignIns:
    """Keys of browsers, kept over a restart; only their digests are stored.

    Parameters
    ----------
    folder
        The data folder.
    clock
        The machine's clock.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as home:
    ...     signins = SignIns(Path(home))
    ...     key = signins.open("anna", "stamp")
    ...     before = SignIns(Path(home)).get(key).user
    ...     signins.close(key)
    ...     before, signins.get(key)
    ('anna', None)
    """

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._path = guarded(folder / "secrets") / "signins.json"
        self._clock = clock or LiveClock()
        self._lock = Lock()
        self._held: dict[str, SignIn] = self._load()

    def open(self, user: str, stamp: str) -> str:
        """Sign a browser in; return the key for its cookie."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            self._drop_old()
            self._held[_digest(key)] = SignIn(user, stamp, self._clock.now())
            while len(self._held) > _MOST:
                del self._held[next(iter(self._held))]
            self._save()
        return key

    def get(self, key: str) -> SignIn | None:
        """Return the sign-in of a key, or None if it is unknown, closed or too old."""
        found = self._held.get(_digest(key)) if 20 <= len(key) <= 100 else None
        if found is None or self._clock.now() - found.since > LONGEST:
            return None
        return found

    def close(self, key: str) -> None:
        """Sign a browser out."""
        with self._lock:
            if self._held.pop(_digest(key), None) is not None:
                self._save()

    def _drop_old(self) -> None:
        now = self._clock.now()
        self._held = {digest: one for digest, one in self._held.items() if now - one.since <= LONGEST}

    def _load(self) -> dict[str, SignIn]:
        try:
            rows = json.loads(self._path.read_text(encoding="utf-8"))
            return {
                digest: SignIn(user, stamp, parse_time(since))
                for digest, (user, stamp, since) in rows.items()
            }
        except (OSError, ValueError, TypeError, AttributeError, InvalidInputError):
            return {}  # an unreadable list means that everybody signs in again

    def _save(self) -> None:
        rows = {digest: (one.user, one.stamp, format_time(one.since)) for digest, one in self._held.items()}
        fresh = self._path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(rows, file)
        fresh.replace(self._path)


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
