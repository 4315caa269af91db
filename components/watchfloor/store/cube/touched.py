"""What changed since when, for any number of askers."""

import threading

__all__ = ["Touched"]

_KEPT = 256


class Touched:
    """The earliest time that changed of each series, by version.

    Older steps are put together: who asks for long ago is told of no less than what changed since.

    Examples
    --------
    >>> touched = Touched()
    >>> touched.add({"a": 5}); touched.add({"a": 9, "b": 7})
    >>> touched.since(0), touched.since(1)
    ((2, {'a': 5, 'b': 7}), (2, {'a': 9, 'b': 7}))
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: list[tuple[int, dict[str, int]]] = []
        self.version = 0

    def add(self, earliest: dict[str, int]) -> None:
        """Note what changed, as a new version; nothing is none."""
        if not earliest:
            return
        with self._lock:
            self.version += 1
            self._steps.append((self.version, earliest))
            if len(self._steps) > _KEPT:
                (_, first), (version, second) = self._steps[:2]
                self._steps[:2] = [(version, _earliest(first, second))]

    def since(self, version: int) -> tuple[int, dict[str, int]]:
        """Return the version now, and what changed after a version."""
        with self._lock:
            found: dict[str, int] = {}
            for number, earliest in self._steps:
                if number > version:
                    found = _earliest(found, earliest)
            return self.version, found


def _earliest(first: dict[str, int], second: dict[str, int]) -> dict[str, int]:
    return first | {name: min(at, first.get(name, at)) for name, at in second.items()}
