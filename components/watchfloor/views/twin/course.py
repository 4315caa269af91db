"""What drives the run, drawn by hand: courses whose points are dragged in a chart."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from watchfloor.views.twin.base import TwinPane, TwinView
from watchfloor.views.twin.forms import courses, track

__all__ = ["Course", "CoursePane"]


class CoursePane(TwinPane):
    """The chart on the screen."""


class Course(TwinView):
    """Hydrographs, hyetographs and whatever else a model takes as a course over time.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> from watchfloor.views.selection import Selection
    >>> from watchfloor.views.twin.work import Work
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     Course(floor, work=Work(floor, Selection())).state()
    {'courses': []}
    """

    pane_type = CoursePane
    follows: ClassVar[tuple[str, ...]] = ("scenario", "inputs", "errors")

    def state(self) -> dict[str, Any]:
        """Return the courses as they are now."""
        now, inputs = self.work.scenario, self.work.inputs
        if now is None or inputs is None:
            return {"courses": []}
        told = courses(now.kind, inputs[1])
        return {
            "courses": told["courses"],
            "time": told["time"],
            "until": now.length,
            "trouble": self.work.errors.get("courses", ""),
        }

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Take the courses as they were drawn: all of them, over the same times."""
        now = self.work.scenario
        if what != "courses" or now is None or self.work.inputs is None:
            return
        forcing = self.work.inputs[1]
        held = {
            name: one
            for name, one in dict(now.courses.get("values") or {}).items()
            if not isinstance(one, list) or name not in forcing
        }
        drawn: dict[str, Any] = {}
        for name, lines in dict(message["values"]).items():
            if name in forcing:
                drawn[str(name)] = (
                    [list(row) for row in zip(*lines, strict=True)]
                    if forcing[name].ndim == 2
                    else list(lines[0])
                )
        times = list(message["time"])
        if track(forcing):
            # a track is drawn on the map: it only gets other times here
            old = np.asarray(forcing.time.values, float)
            for name in ("longitude", "latitude"):
                drawn[name] = np.interp(times, old, np.asarray(forcing[name].values, float)).tolist()
        self.work.change("courses", courses={"time": times, "values": {**held, **drawn}})
