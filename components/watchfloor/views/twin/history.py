"""What was asked before: each step of a hand can be taken back, and done again."""

from watchfloor.core.clock import monotonic
from watchfloor.hazards.scenario import Scenario

__all__ = ["History"]

_MOST = 60
_DRAG = 1.2
"""Seconds between two changes of one thing that count as one step: a hand that drags."""


class History:
    """Steps back and forward through what was asked.

    Examples
    --------
    >>> history = History()
    >>> flood, fire = Scenario("flood"), Scenario("wildfire")
    >>> history.note(flood, "model")
    >>> history.back(fire).model, history.back(flood), history.forward(flood).model
    ('flood', None, 'wildfire')
    """

    def __init__(self) -> None:
        self._past: list[Scenario] = []
        self._future: list[Scenario] = []
        self._last = ("", 0.0)

    @property
    def steps(self) -> tuple[int, int]:
        """How many steps lead back, and how many forward."""
        return len(self._past), len(self._future)

    def note(self, before: Scenario, what: str) -> None:
        """Keep what was asked before a change of `what`; changes of one thing in quick succession are one step."""
        name, when = self._last
        self._last = (what, monotonic())
        self._future.clear()
        if what and name == what and self._last[1] - when < _DRAG and self._past:
            return
        self._past = [*self._past, before][-_MOST:]

    def back(self, now: Scenario) -> Scenario | None:
        """Return what was asked before `now`, or None."""
        return self._step(self._past, self._future, now)

    def forward(self, now: Scenario) -> Scenario | None:
        """Return what was asked before it was taken back, or None."""
        return self._step(self._future, self._past, now)

    def _step(self, out: list[Scenario], into: list[Scenario], now: Scenario) -> Scenario | None:
        self._last = ("", 0.0)
        if not out:
            return None
        into.append(now)
        return out.pop()
