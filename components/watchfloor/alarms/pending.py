"""Changes that must last before they count: since when each is seen."""

from collections.abc import Hashable
from datetime import datetime, timedelta

from watchfloor.alarms.transitions import Event

__all__ = ["Pending"]


class Pending:
    """Since when changes are seen that did not last long enough yet.

    It is not stored: a watch that starts again sees a change anew, so that nothing counts earlier than it should.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> pending, minute = Pending(), timedelta(minutes=1)
    >>> [pending.lasts("G05", Event.CLEAR, 0, EPOCH + n * minute, 2 * minute) for n in range(4)]
    [False, False, True, True]
    """

    def __init__(self) -> None:
        self._since: dict[tuple[Hashable, Event], tuple[datetime, int]] = {}
        self._before: dict[tuple[Hashable, Event], tuple[datetime, int]] | None = None

    def lasts(self, key: Hashable, event: Event, level: int, now: datetime, span: timedelta) -> bool:
        """Tell whether a change was seen for a span without a break; a level that eases further goes on."""
        if span <= timedelta(0):
            return True
        since, _ = self._since.setdefault((key, event), (now, level))
        return now - since >= span

    def forget(self, key: Hashable, event: Event | None = None) -> None:
        """Forget a change that did not last, or all of one subject."""
        for each in (event,) if event is not None else tuple(Event):
            self._since.pop((key, each), None)

    def begin(self) -> None:
        """Remember how things stand, for `undo`."""
        self._before = dict(self._since)

    def undo(self) -> None:
        """Go back to how things stood."""
        if self._before is not None:
            self._since = self._before

    def commit(self) -> None:
        """Go on from here."""
        self._before = None
