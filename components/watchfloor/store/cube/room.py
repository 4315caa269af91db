"""Arrays that grow: mapped onto files of a cache folder, or in memory where there is none."""

import mmap
import os
import weakref
from pathlib import Path
from tempfile import mkstemp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchfloor.core.errors import StoreError

__all__ = ["Room"]


class Room:
    """A table of fixed width that grows at its end; what was read from it before it grew stays readable.

    Both the old and the new map show the same pages of one file, so that nothing is copied when it grows, and a
    process that is killed leaves behind what it had written.

    Parameters
    ----------
    path
        The file; None for one without a name, which is gone with the process.
    width
        Items of a row.
    dtype
        Type of an item.

    Examples
    --------
    >>> room = Room(None, 4, np.float32)
    >>> room.grow(2); room.array[1] = 7
    >>> room.array.shape, float(room.array[1, 3])
    ((2, 4), 7.0)
    """

    def __init__(self, path: Path | None, width: int, dtype: Any) -> None:
        self.path, self.width, self.dtype = path, width, np.dtype(dtype)
        self._file = _nameless() if path is None else _open(path)
        self._close = weakref.finalize(self, os.close, self._file)
        self._map: mmap.mmap | None = None
        size = os.fstat(self._file).st_size
        self.array: NDArray[Any] = np.empty((0, width), self.dtype)
        self._look(size // (width * self.dtype.itemsize))

    def grow(self, rows: int) -> None:
        """Make it at least so many rows long; new rows are zero.

        Raises
        ------
        StoreError
            If the disk is full: a map onto room that is not there would end the process.
        """
        if rows <= len(self.array):
            return
        size = rows * self.width * self.dtype.itemsize
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(self._file, 0, size)
            else:
                os.ftruncate(self._file, size)
        except OSError as error:
            raise StoreError(
                f"The cache of observations {self.path or 'in memory'} cannot grow to {size / 1e6:.0f} MB: "
                f"{error.strerror}. Free some space; nothing that is stored is lost."
            ) from error
        self._look(rows)

    def flush(self) -> None:
        """Have the disk hold it."""
        if self._map is not None and self.path is not None:
            self._map.flush()

    def close(self) -> None:
        """Close the file; arrays that were given out stay readable."""
        self.flush()
        self._close()

    def _look(self, rows: int) -> None:
        if rows:
            self._map = mmap.mmap(self._file, rows * self.width * self.dtype.itemsize)
            self.array = np.frombuffer(self._map, self.dtype).reshape(rows, self.width)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"The cache file {path} cannot be opened: {error.strerror}.") from error


def _nameless() -> int:
    found, name = mkstemp(prefix="watchfloor-cube-")
    Path(name).unlink()
    return found
