"""Secrets of one installation: made at the first start, readable by their owner only."""

import os
import secrets
import stat
from pathlib import Path

from watchfloor.core.errors import UnsafeError

__all__ = ["guarded", "read", "secret"]


def secret(folder: Path, name: str, size: int = 32) -> bytes:
    """Return a secret, made when it is first asked for.

    Parameters
    ----------
    folder
        The data folder; the secret lies in ``secrets/`` below it.
    name
        Which secret.
    size
        Bytes.

    Raises
    ------
    UnsafeError
        If others may read it, it belongs to someone else, is a link, or is too short.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as home:
    ...     len(secret(Path(home), "cookie")), secret(Path(home), "cookie") == secret(Path(home), "cookie")
    (32, True)
    """
    if not name.isidentifier():
        raise UnsafeError(f"{name!r} cannot name a secret; expected letters, digits and underscores.")
    home = guarded(folder / "secrets")
    path = home / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return _known(path, size)
    with os.fdopen(handle, "wb") as file:
        value = secrets.token_bytes(size)
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    return value


def guarded(path: Path) -> Path:
    """Return a folder that only its owner may enter, made if it is not there.

    Raises
    ------
    UnsafeError
        If it belongs to someone else, or others may enter it.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check(path, path.lstat(), "go-rwx")
    return path


def read(path: Path, most: int, *, private: bool = True) -> bytes:
    """Return what a file holds; a link is not followed.

    Parameters
    ----------
    path
        The file.
    most
        Bytes that are read at most.
    private
        Whether only its owner, who must be the one that asks, may be able to read it.

    Raises
    ------
    UnsafeError
        If others may read what is private, or it belongs to someone else.
    OSError
        If it cannot be read, or is a link.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if private:
            _check(path, os.fstat(file.fileno()), "u=rw,go=")
        return file.read(most)


def _known(path: Path, size: int) -> bytes:
    try:
        value = read(path, 4096)
    except OSError as error:
        raise UnsafeError(
            f"{path} cannot be used as a secret: {error.strerror}; remove it to have one made."
        ) from error
    if len(value) < size:
        raise UnsafeError(f"{path} holds {len(value)} bytes, expected {size}; remove it to have one made.")
    return value


def _check(path: Path, found: os.stat_result, mode: str) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise UnsafeError(f"{path} is a link; secrets are kept in plain files and folders.")
    if found.st_uid != os.getuid():
        raise UnsafeError(
            f"{path} belongs to user id {found.st_uid}, not to {os.getuid()}; chown it, or use another data folder."
        )
    if found.st_mode & 0o077:
        raise UnsafeError(
            f"{path} can be read by others (mode {found.st_mode & 0o777:o}); run: chmod {mode} {path}"
        )
