"""The twin desk: choose a model and a place, change what is assumed, and see what may happen."""

from threading import Thread
from typing import Any

import panel as pn
import param
from panel.viewable import Viewer

from watchfloor.core.errors import WatchfloorError
from watchfloor.hazards import library
from watchfloor.hazards.ensemble import Shelf
from watchfloor.views.pageloop import on_page
from watchfloor.views.selection import Selection
from watchfloor.views.situation.picture import Picture
from watchfloor.views.twin.begin import FIRST, begun
from watchfloor.views.twin.card import Card
from watchfloor.views.twin.cascades import Cascades
from watchfloor.views.twin.course import Course
from watchfloor.views.twin.forms import models
from watchfloor.views.twin.frames import Frames
from watchfloor.views.twin.mapping import TwinMap
from watchfloor.views.twin.outcome import Outcome
from watchfloor.views.twin.running import RunBar
from watchfloor.views.twin.scenarios import Scenarios
from watchfloor.views.twin.setup import Setup
from watchfloor.views.twin.stakes import Stakes
from watchfloor.views.twin.work import Work

__all__ = ["TwinDesk"]


_LOADING = 6.0
"""Seconds that a page is given to load before its first question is asked all the same."""


class TwinDesk(Viewer):
    """Form, map, result and scenarios of one floor, with one selection.

    It shows itself in Jupyter; an app puts its `places` into a page.

    Parameters
    ----------
    floor
        The floor.
    selection
        What is looked at; None makes its own.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     desk = TwinDesk(floor)
    ...     sorted(desk.places), desk.close()
    (['detail', 'kpi', 'list', 'map', 'side', 'time'], None)
    """

    floor = param.Parameter(doc="The floor.")
    selection = param.ClassSelector(class_=Selection, doc="What is looked at, shared by all parts.")

    def __init__(self, floor: Any, selection: Selection | None = None, **params: Any) -> None:
        super().__init__(floor=floor, selection=selection or Selection(), **params)
        chosen = self.selection
        self.picture = Picture(floor, chosen)
        self.work = Work(floor, chosen, _shelf(floor))
        shared: dict[str, Any] = {"picture": self.picture, "work": self.work}
        self.map = TwinMap(floor, chosen, work=self.work)
        self.setup = Setup(floor, chosen, **shared)
        self.bar = RunBar(floor, chosen, **shared)
        self.outcome = Outcome(floor, chosen, **shared)
        self.stakes = Stakes(floor, chosen, **shared)
        self.stakes.find = self.map.frame.see
        self.cascades = Cascades(floor, chosen, **shared)
        self.setup.find = self.map.frame.see
        self.scenarios = Scenarios(floor, chosen, **shared)
        self.card = Card(floor, chosen, **shared)
        self.frames = Frames(floor, chosen, **shared)
        self.course = Course(floor, chosen, **shared)
        self.parts: list[Any] = [
            self.setup, self.bar, self.outcome, self.stakes, self.cascades, self.scenarios, self.card, self.frames, self.course,
        ]  # fmt: skip
        self._stop = self.work.listen(["scenario"], self._named)
        self._thread: Thread | None = None

    @property
    def places(self) -> dict[str, Any]:
        """The parts by their place on a page (see `views.page.page`)."""

        def stacked(*views: Any) -> pn.Column:
            return pn.Column(*views, sizing_mode="stretch_width", margin=0)

        return {
            "map": self.map,
            "side": stacked(self.setup, self.scenarios, self.card),
            "kpi": self.bar,
            "list": stacked(self.outcome),
            "detail": stacked(self.stakes, self.cascades),
            "time": stacked(self.frames, self.course),
        }

    def follow(self, doc: Any = None) -> None:
        """Open what the address asks for; models are imported beside the page, which does not wait for them."""
        if doc is not None:
            doc.on_session_destroyed(lambda context: self.close())  # noqa: ARG005  Bokeh checks the signature
        if doc is not None and doc.session_context is None:
            return
        self.picture.follow(doc)
        self._thread = Thread(target=self._open, args=(doc,), name="twin-open", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Cancel what runs, stop watching, and let go of the floor."""
        self._stop()
        self.work.close()
        for view in self.parts:
            view.close()
        self.map.close()
        self.picture.close()

    def _open(self, doc: Any) -> None:
        """Import the models and begin; on a thread."""
        chosen = self.selection
        try:
            kept = None if chosen.scenario is None else library.read(self.floor, chosen.scenario)
        except WatchfloorError as error:
            kept = None
            text = str(error)
            on_page(doc, lambda: self.bar.pane.say(text, bad=True))
        if kept is not None:
            saved = kept
            models()
            self._await(doc)
            on_page(doc, lambda: self.work.open(saved))
            return
        first, origin = begun(self.floor, chosen)
        self.work.origin = origin
        models()
        self._await(doc)
        on_page(doc, lambda: self.work.begin(first))

    def _await(self, doc: Any) -> None:
        """Wait until the browser shows the page, for a while: what changes while it loads may be lost on the way."""
        if doc is not None:
            self.work.seen.wait(_LOADING)

    def _named(self, *_: Any) -> None:
        now = self.work.scenario
        self.selection.model = None if now is None or now.model == FIRST else now.model

    def __panel__(self) -> Any:
        """Return the desk as one layout, for a notebook."""
        self.follow(pn.state.curdoc)
        places = self.places
        upper = pn.Row(
            pn.Column(places["side"], width=320, sizing_mode="stretch_height", margin=0),
            pn.Column(places["map"], sizing_mode="stretch_both", margin=0),
            pn.Column(places["list"], width=380, sizing_mode="stretch_height", margin=0),
            sizing_mode="stretch_width",
            height=640,
            margin=0,
        )
        return pn.Column(
            places["kpi"], upper, places["time"], places["detail"], sizing_mode="stretch_width", margin=0
        )


def _shelf(floor: Any) -> Shelf | None:
    """Return where long runs are kept: beside the floor's data, or in memory where the store is no file."""
    path = floor.store.path
    return None if path is None else Shelf(path.parent / "runs")
