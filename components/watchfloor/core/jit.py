"""Compile loops over arrays once, and keep what was compiled where this process may write."""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

__all__ = ["FOLDER", "jit", "keep_in", "kept"]

FOLDER = "NUMBA_CACHE_DIR"
"""The environment's word for where numba keeps what it compiled; what an operator sets there is left alone."""


def jit(loop: Callable[..., Any]) -> Any:
    """Compile a loop when it is called first, without the GIL; it is read from the disk the next time.

    Where no file can be kept (a package and a home that are both read-only, a notebook's cell), it is compiled anew
    in each process instead of failing.

    Parameters
    ----------
    loop
        A function in the part of Python that numba compiles.

    Examples
    --------
    >>> import numpy as np
    >>> @jit
    ... def total(values):
    ...     found = 0.0
    ...     for value in values:
    ...         found += value
    ...     return found
    >>> total(np.ones(3))
    3.0
    """
    from numba import njit

    try:
        return njit(cache=True, nogil=True)(loop)
    except RuntimeError:  # numba: "no locator available"
        return njit(nogil=True)(loop)


def keep_in(folder: Path, code: Iterable[Path] | None = None) -> Path | None:
    """Keep compiled loops in a folder, if they cannot be kept beside the code; call it before rooms are imported.

    Parameters
    ----------
    folder
        Private to whom the process runs as: what is read from there is run.
    code
        Folders of the code; by default those of this package.

    Returns
    -------
    pathlib.Path or None
        The folder, if it is used.

    Examples
    --------
    >>> keep_in(Path("/nowhere"), code=[]) is None
    True
    """
    own = Path(__file__).resolve().parents[1]
    places = (
        list(code) if code is not None else [own, *sorted(path.parent for path in own.glob("*/__init__.py"))]
    )
    if os.environ.get(FOLDER) or all(_writable(place) for place in places):
        return None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ[FOLDER] = str(folder)
    if "numba" in sys.modules:  # it has read the environment already
        from numba.core import config

        config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    return folder


def kept() -> Path:
    """Return the folder that says where loops are kept: the environment's, or the package's own beside its code."""
    given = os.environ.get(FOLDER)
    return Path(given) if given else Path(__file__).resolve().parents[1] / "__pycache__"


def _writable(place: Path) -> bool:
    cache = place / "__pycache__"
    return os.access(cache if cache.is_dir() else place, os.W_OK)
