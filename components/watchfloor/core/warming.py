"""Get ready what takes long the first time: rooms name their compiled loops, and they are compiled beside the pages.

A room that has loops has a module ``warming`` with a function ``loops()``, which yields names and functions to call;
nothing else needs to know them. A process that finds nothing compiled has a child of low priority compile everything
to the disk, so that neither its pages nor its watch wait for the compiler; then it reads what is there.

``python -m watchfloor.core.warming`` compiles everything, as for an image of a container.
"""

import hashlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TypeAlias

from watchfloor.core.clock import monotonic
from watchfloor.core.jit import kept

__all__ = ["MODULE", "Loops", "Warmed", "compiled", "rooms", "stamp", "start", "warm"]

_LOG = logging.getLogger(__name__)
MODULE = "warming"
"""Name of the module of a room that says what is to be got ready."""
LONGEST = 900.0
"""Seconds that compiling may take, on a slow machine; who needs a loop before compiles it by itself."""
_ROOT = Path(__file__).resolve().parents[1]
_LOOK = 0.2

Loops: TypeAlias = Iterator[tuple[str, Callable[[], object]]]
"""What ``loops()`` of a room yields: a name, and what is called to get it ready."""


@dataclass(frozen=True)
class Warmed:
    """How getting one thing ready went.

    Parameters
    ----------
    name
        Room and loop.
    seconds
        How long it took.
    trouble
        What failed; empty where nothing did. It fails again, or not, when it is used.

    Examples
    --------
    >>> Warmed("store.cube", 0.1).trouble
    ''
    """

    name: str
    seconds: float
    trouble: str = ""


def rooms(root: Path = _ROOT) -> list[str]:
    """Return the rooms that have loops, sorted; nothing is imported.

    Examples
    --------
    >>> "store" in rooms()
    True
    """
    return sorted(
        room.name
        for room in iter_modules([str(root)])
        if room.ispkg
        and room.name != "core"
        and any(item.name == MODULE for item in iter_modules([str(root / room.name)]))
    )


def warm(
    stop: threading.Event | None = None,
    *,
    gently: bool = False,
    package: str = "watchfloor",
    root: Path = _ROOT,
) -> list[Warmed]:
    """Get everything ready, one after the other.

    Parameters
    ----------
    stop
        Ends it between two.
    gently
        Whether it rests after each as long as that took, so that whoever answers a page meanwhile has the
        interpreter at least half of the time.
    package, root
        Where the rooms are.

    Returns
    -------
    list of Warmed
        What fails costs nothing else.
    """
    found: list[Warmed] = []

    def timed(name: str, work: Callable[[], object]) -> None:
        began, trouble = monotonic(), ""
        try:
            work()
        except Exception as error:  # noqa: BLE001  whatever it is, it concerns this loop alone
            trouble = f"{type(error).__name__}: {error}"
            _LOG.warning("%s cannot be got ready: %s", name, trouble)
        found.append(Warmed(name, monotonic() - began, trouble))
        if gently and stop is not None:
            stop.wait(min(found[-1].seconds, 1.0))

    for room in rooms(root):
        listed: list[tuple[str, Callable[[], object]]] = []

        def read(room: str = room, listed: list[tuple[str, Callable[[], object]]] = listed) -> None:
            listed.extend(import_module(f"{package}.{room}.{MODULE}").loops())

        timed(room, read)
        for name, work in listed:
            if stop is not None and stop.is_set():
                return found
            timed(f"{room}.{name}", work)
    return found


def start(stop: threading.Event, notes: Path | None = None) -> threading.Thread:
    """Get everything ready in the background.

    Parameters
    ----------
    stop
        Ends it.
    notes
        Folder where it is noted for what code everything was compiled, so that the next start spares itself the
        child; by default where compiled loops are kept.
    """
    place = notes if notes is not None else kept()
    thread = threading.Thread(target=_background, args=(stop, place), name="warming", daemon=True)
    thread.start()
    return thread


def compiled(notes: Path) -> bool:
    """Tell whether all loops of this code were compiled by this Python on this machine."""
    return _note(notes).exists()


def stamp(root: Path = _ROOT) -> str:
    """Return what changes whenever loops must be compiled anew: the code, Python, numba, the processor."""
    import llvmlite.binding as llvm  # type: ignore[import-untyped]
    import numba

    found = hashlib.sha256()
    cpu = f"{llvm.get_host_cpu_name()} {os.environ.get('NUMBA_CACHE_DIR', '')}"
    found.update(f"{sys.version} {numba.__version__} {cpu}\n".encode())
    for path in sorted(root.rglob("*.py")):
        text = path.read_bytes()
        if b"jit" not in text and b"@compiled" not in text:
            continue  # another page's code: loops are as they were
        about = path.stat()
        found.update(f"{path.relative_to(root)} {about.st_mtime_ns} {about.st_size}\n".encode())
    return found.hexdigest()[:24]


def _note(notes: Path) -> Path:
    return notes / f"compiled-{stamp()}"


def _background(stop: threading.Event, notes: Path) -> None:
    began = monotonic()
    try:
        if not compiled(notes) and _compile(stop):
            notes.mkdir(parents=True, exist_ok=True, mode=0o700)
            for old in notes.glob("compiled-*"):
                old.unlink(missing_ok=True)
            _note(notes).touch()
        if not stop.is_set():
            warm(stop, gently=True)
            _LOG.info("all loops are ready after %.1f s", monotonic() - began)
    except Exception:  # noqa: BLE001  it is a help, not a need
        _LOG.exception("loops are not got ready ahead; they are when they are used first")


def _compile(stop: threading.Event) -> bool:
    """Have a child of low priority compile everything; tell whether it did."""
    command = [sys.executable, "-m", "watchfloor.core.warming", str(os.getpid())]
    began = monotonic()
    with subprocess.Popen(  # noqa: S603  this very program
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        while child.poll() is None:
            if stop.wait(_LOOK) or monotonic() - began > LONGEST:
                child.terminate()
        return child.returncode == 0


def main() -> int:
    """Compile everything; return 1 if something failed."""
    parent = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    ended = threading.Event()
    if parent:
        with suppress(OSError):
            os.nice(19)

        def look() -> None:
            while os.getppid() == parent:
                ended.wait(1.0)
            os._exit(2)  # whom it was for is gone

        threading.Thread(target=look, daemon=True).start()
    found = warm()
    for item in found:
        sys.stdout.write(f"{item.seconds:7.2f} s  {item.name}{f'  {item.trouble}' if item.trouble else ''}\n")
    return int(any(item.trouble for item in found))


if __name__ == "__main__":
    sys.exit(main())
