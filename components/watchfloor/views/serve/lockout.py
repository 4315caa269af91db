"""Slow down guessing of passwords, without locking out the officer on duty from her own desk."""

from collections import OrderedDict
from threading import Lock

from watchfloor.core.clock import monotonic

__all__ = ["Lockout"]

WINDOW = 300.0
"""Seconds that a failure counts."""
PAIR = 5
"""Failures of one name from one address."""
NAME = 50
"""Failures of one name from anywhere."""
ADDRESS = 30
"""Failures from one address, whatever the names."""
KEPT = 20_000


class Lockout:
    """Counts failures by name, by address and by both.

    Examples
    --------
    >>> lockout = Lockout()
    >>> for _ in range(5): lockout.failed("anna", "10.0.0.9")
    >>> lockout.closed("anna", "10.0.0.9"), lockout.closed("anna", "10.0.0.1")
    (True, False)
    """

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], list[float]] = OrderedDict()
        self._lock = Lock()

    def closed(self, name: str, address: str) -> bool:
        """Tell whether this try is refused unseen."""
        with self._lock:
            return any(len(self._recent(key)) >= most for key, most in _keys(name, address))

    def failed(self, name: str, address: str) -> None:
        """Count a failure."""
        with self._lock:
            for key, most in _keys(name, address):
                self._failures[key] = [*self._recent(key), monotonic()][-most:]
                self._failures.move_to_end(key)
            while len(self._failures) > KEPT:
                self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of this name from this address."""
        with self._lock:
            self._failures.pop((name[:64], address), None)

    def _recent(self, key: tuple[str, str]) -> list[float]:
        since = monotonic() - WINDOW
        return [at for at in self._failures.get(key, ()) if at > since]


def _keys(name: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
    name = name[:64]
    return ((name, address), PAIR), ((name, "*"), NAME), (("*", address), ADDRESS)
