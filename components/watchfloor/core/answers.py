"""What is worked out once and kept while it is used, for all threads of the process."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

__all__ = ["Answers"]

T = TypeVar("T")


class Answers:
    """A few answers, the least used dropped first; what several threads want at once is worked out once.

    What fails is not kept: whoever asks next works it out again.

    Parameters
    ----------
    most
        How many are kept.

    Examples
    --------
    >>> answers = Answers(2)
    >>> answers.get("a", lambda: 1), answers.get("a", lambda: 2)
    (1, 1)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._busy: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, work: Callable[[], T]) -> T:
        """Return the answer under a key, worked out where it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key]
                return found
            own = self._busy.setdefault(key, threading.Lock())
        with own:
            with self._lock:
                if key in self._kept:
                    again: T = self._kept[key]
                    return again
            try:
                answer = work()
                with self._lock:
                    self._kept[key] = answer
                    while len(self._kept) > self._most:
                        self._kept.popitem(last=False)
            finally:
                with self._lock:
                    self._busy.pop(key, None)
            return answer

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    def __contains__(self, key: Hashable) -> bool:
        """Tell whether something is kept."""
        with self._lock:
            return key in self._kept

    def __len__(self) -> int:
        """Return how many answers are kept."""
        return len(self._kept)
