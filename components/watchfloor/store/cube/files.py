"""The cube's cache folder: whose it is, what it holds, and whether it may be believed.

Nothing in it is the only copy of anything. Values are written first, then which series they are of, then the cursor:
who is killed in between does the last part again, and writing a value twice does no harm. After a crash of the whole
machine only what was put on the disk (`synced`) is believed.
"""

import fcntl
import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from watchfloor.core.errors import StoreError

__all__ = ["FORMAT", "Files", "Member", "State"]

FORMAT = 1
_SLOTS = 8
_LARGEST = 256 * 1024 * 1024


@dataclass
class Member:
    """Where one series is.

    Parameters
    ----------
    cadence, phase
        Microseconds between its steps, and of its times within a step; 0 for a series without a cadence.
    row
        Its row in the grid of its cadence.
    marked
        Whether any value of it was ever marked.
    since
        Cursor at which it came.
    """

    cadence: int = 0
    phase: int = 0
    row: int = -1
    marked: bool = False
    since: int = 0


@dataclass
class State:
    """How far the cube is.

    Parameters
    ----------
    cursor
        The store's cursor up to which all is in the cube.
    print
        What the store says of the change of that number: another history has another one.
    synced
        The cursor up to which all is on the disk.
    slots
        How many slots of each grid are on the disk, by cadence.
    """

    cursor: int = 0
    print: str = ""
    synced: int = 0
    slots: dict[str, int] = field(default_factory=dict)


class Files:
    """One cache folder, held by this process alone.

    Parameters
    ----------
    base
        Folder beside the database. Each process that has the store open takes the first of its sub-folders that is
        free: none ever waits for another, and none sees what another is just writing.
    store
        The store's id.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     files = Files(Path(name) / "cube", "abc")
    ...     before = files.read()
    ...     files.write_members({"a": Member(600, 0, 0)}); files.write_state(State(7, "x"))
    ...     after = files.read()
    ...     files.close()
    >>> before, after[0]["a"].cadence, after[1].cursor
    (None, 600, 7)
    """

    def __init__(self, base: Path, store: str) -> None:
        self._store = store
        self.folder, self._lock = _claim(base)
        self._boot = _boot()
        self.crashed = False
        """Whether the machine went down since the state was written."""

    def read(self) -> tuple[dict[str, Member], State] | None:
        """Return what the folder holds; None where it is empty, damaged, or of another store or format."""
        try:
            series, state = (_read(self.folder / name) for name in ("series.json", "state.json"))
            if series["head"] != self._head() or state["head"] != self._head():
                return None
            members = {str(name): Member(**found) for name, found in series["series"].items()}
            found = State(**state["state"])
            self.crashed = state["boot"] != self._boot
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return members, found

    def write_members(self, members: dict[str, Member]) -> None:
        """Put on the disk which series there are."""
        body = {"head": self._head(), "series": {name: vars(item) for name, item in members.items()}}
        _write(self.folder / "series.json", body, sync=True)

    def write_state(self, state: State, *, sync: bool = False) -> None:
        """Write how far the cube is."""
        body = {"head": self._head(), "boot": self._boot, "state": asdict(state)}
        _write(self.folder / "state.json", body, sync=sync)

    def clear(self) -> None:
        """Remove all that the folder holds."""
        for path in self.folder.iterdir():
            if path.name != "lock":
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def close(self) -> None:
        """Let others have the folder."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __del__(self) -> None:
        """Let others have the folder."""
        self.close()

    def _head(self) -> dict[str, Any]:
        return {"format": FORMAT, "store": self._store, "order": sys.byteorder}


def _claim(base: Path) -> tuple[Path, int]:
    for number in range(_SLOTS):
        folder = base / str(number)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(f"The cache folder {folder} cannot be made: {error.strerror}.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            continue
        return folder, lock
    raise StoreError(f"{_SLOTS} processes hold a cube beside {base} already; close some.")


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        found = json.loads(file.read(_LARGEST))
    if not isinstance(found, dict):
        raise ValueError(path.name)  # noqa: TRY004  as any other damage
    return found


def _write(path: Path, body: dict[str, Any], *, sync: bool) -> None:
    fresh = path.with_suffix(".new")
    try:
        with fresh.open("wb") as file:
            file.write(json.dumps(body, separators=(",", ":")).encode())
            if sync:
                file.flush()
                os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise StoreError(f"The cache file {path} cannot be written: {error.strerror}.") from error


def _boot() -> str:
    """Return what names this run of the machine; empty where it does not say, which trusts the page cache."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
