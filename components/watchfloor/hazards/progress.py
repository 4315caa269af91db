"""How far a run is, and whether anybody still wants it."""

from collections.abc import Callable
from threading import Event

from watchfloor.core.errors import WatchfloorError

__all__ = ["Cancelled", "Progress"]


class Cancelled(WatchfloorError):  # noqa: N818  it is no error that somebody changes their mind
    """The run was cancelled; nothing of it counts."""


class Progress:
    """Told by a run several times a second; it stops the run when it is no longer wanted.

    Parameters
    ----------
    report
        Takes the part that is done (0 to 1).
    stop
        Set to cancel.

    Examples
    --------
    >>> heard = []
    >>> Progress(heard.append).at(0.5)
    >>> heard
    [0.5]
    """

    def __init__(self, report: Callable[[float], object] | None = None, stop: Event | None = None) -> None:
        self._report = report
        self._stop = stop

    def at(self, done: float) -> None:
        """Say what part is done.

        Raises
        ------
        Cancelled
            If the run is no longer wanted.
        """
        if self._stop is not None and self._stop.is_set():
            raise Cancelled("The run was cancelled; start it again to have a result.")
        if self._report is not None:
            self._report(min(max(done, 0.0), 1.0))
