"""The course in time: a slider over the kept times, and play."""

from collections.abc import Mapping
from typing import Any, ClassVar

from watchfloor.core.errors import WatchfloorError
from watchfloor.views.situation.rows import millis
from watchfloor.views.twin.base import TwinPane, TwinView
from watchfloor.views.twin.layers import layer
from watchfloor.views.twin.work import number

__all__ = ["Frames", "FramesPane"]


class FramesPane(TwinPane):
    """The slider on the screen."""


class Frames(TwinView):
    """The times of the member whose course is kept; the picture is drawn when the browser asks for it.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> from watchfloor.views.selection import Selection
    >>> from watchfloor.views.twin.work import Work
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     Frames(floor, work=Work(floor, Selection())).state()
    {'frames': 0}
    """

    pane_type = FramesPane
    follows: ClassVar[tuple[str, ...]] = ("answer", "shown")

    def state(self) -> dict[str, Any]:
        """Return how many times there are, and which is shown."""
        answer, shown = self.work.answer, self.work.shown
        if answer is None or answer.ensemble is None:
            return {"frames": 0}
        try:
            made = layer(answer.ensemble, shown.but(how="time"))
        except WatchfloorError:
            return {"frames": 0}
        if made.how != "time":
            return {"frames": 0}
        start = answer.scenario.start
        return {
            "frames": made.note["frames"],
            "frame": made.note["frame"],
            "seconds": made.note["seconds"],
            "on": shown.how == "time",
            "start": None if start is None else millis(start),
            "title": dict(made.title),
        }

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Show a time."""
        if what == "frame":
            self.work.look(how="time", frame=int(number(message, "value")))
