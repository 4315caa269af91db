"""Which bytes data were made of: a quick stamp to see a change, and a hash to trace it."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from watchfloor.core.clock import EPOCH

__all__ = ["Stamp", "file_digest", "newest", "stamp"]

Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
_hashes: dict[Stamp, str] = {}


def stamp(paths: Sequence[Path]) -> Stamp:
    """Return name, time of change and size of every file, and of every file in a folder."""
    found = []
    for file in _files(paths):
        status = file.stat()
        found.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(found)


def newest(paths: Sequence[Path]) -> datetime | None:
    """Return when the newest of some files was changed."""
    times = [changed for _, changed, _ in stamp(paths)]
    return EPOCH + timedelta(microseconds=max(times) // 1000) if times else None


def file_digest(paths: Sequence[Path]) -> str:
    """Return the SHA-256 of a file, or of the names and hashes of several.

    Examples
    --------
    >>> file_digest([])
    ''
    """
    key = stamp(paths)
    if not key:
        return ""
    if key not in _hashes:
        single = {name: _hash(Path(name)) for name, _, _ in key}
        if len(single) == 1:
            _hashes[key] = next(iter(single.values()))
        else:
            lines = "".join(f"{value}  {name}\n" for name, value in sorted(single.items()))
            _hashes[key] = hashlib.sha256(lines.encode()).hexdigest()
    return _hashes[key]


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(item for item in path.rglob("*") if item.is_file())
        else:
            yield path
