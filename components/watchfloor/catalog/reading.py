"""Readings that take no longer than they may, and in which Intake imports and unpickles nothing for a catalog."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

__all__ = ["Flight", "guarded"]

T = TypeVar("T")
_READING: ContextVar[bool] = ContextVar("watchfloor_catalog_reading", default=False)
_REFUSED = frozenset({"allow_import", "allow_pickle", "allow_templates"})
_lock = threading.Lock()


class Flight(Generic[T]):
    """A reading on its way, in a thread of its own.

    A thread cannot be stopped from outside: a reading that takes too long goes on, and whoever asks for the same
    again waits for it first.

    Parameters
    ----------
    work
        What is done.
    number
        Its place in the order in which readings began.

    Examples
    --------
    >>> Flight(lambda: 6 * 7).wait(1.0)
    True
    """

    def __init__(self, work: Callable[[], T], number: int = 0) -> None:
        self.number = number
        self.error: BaseException | None = None
        self._result: list[T] = []
        self._done = threading.Event()
        self._work = work
        threading.Thread(target=self._run, name="watchfloor-catalog", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Wait for the end; False if it has not come."""
        return self._done.wait(seconds)

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self._done.is_set()

    @property
    def result(self) -> T:
        """What was read; raises what the reading raised."""
        if self.error is not None:
            raise self.error
        return self._result[0]

    def _run(self) -> None:
        try:
            with guarded():
                self._result.append(self._work())
        except BaseException as error:  # noqa: BLE001  handed to whoever waits
            self.error = error
        finally:
            self._done.set()


@contextmanager
def guarded() -> Iterator[None]:
    """Refuse Intake's imports and pickles in this thread; other threads keep the configuration they have."""
    _install()
    token = _READING.set(True)
    try:
        yield
    finally:
        _READING.reset(token)


def _install() -> None:
    """Make Intake's one configuration answer by thread, once."""
    import intake

    with _lock:
        if getattr(type(intake.conf), "watchfloor", False):
            return

        class Config(type(intake.conf)):  # type: ignore[misc]
            """Intake's configuration, in which a catalog's reading is refused what could run code."""

            watchfloor = True

            def __getitem__(self, item: str) -> Any:
                return False if item in _REFUSED and _READING.get() else super().__getitem__(item)

            def get(self, key: str, default: Any = None) -> Any:
                return False if key in _REFUSED and _READING.get() else super().get(key, default)

        intake.conf.__class__ = Config
