"""The situation desk: what is happening, where, how bad, and what was known when."""

from typing import Any

import panel as pn
import param
from panel.viewable import Viewer

from watchfloor.views.map.panel import LayerPanel
from watchfloor.views.map.view import MapView
from watchfloor.views.selection import Selection
from watchfloor.views.serve.listening import address
from watchfloor.views.situation.area import AreaSummary
from watchfloor.views.situation.base import View
from watchfloor.views.situation.chart import SeriesChart
from watchfloor.views.situation.detail import Detail
from watchfloor.views.situation.export import Export
from watchfloor.views.situation.filtering import Filters
from watchfloor.views.situation.health import FeedHealth
from watchfloor.views.situation.keyfigures import KeyFigures
from watchfloor.views.situation.keys import Keys
from watchfloor.views.situation.listing import SituationList
from watchfloor.views.situation.live import Live
from watchfloor.views.situation.picture import Picture
from watchfloor.views.situation.timing import TimeBar

__all__ = ["Situation"]


class Situation(Viewer):
    """Map, list, detail, figures, filters, time and sources of one floor, with one selection.

    It shows itself in Jupyter; an app puts its `places` into a page.

    Parameters
    ----------
    floor
        The floor.
    selection
        What is looked at; None makes its own.
    wall
        For a wall that nobody touches: no filters, no time bar, no keys.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     sorted(Situation(floor, wall=True).places)
    ['kpi', 'list', 'map', 'strip']
    """

    floor = param.Parameter(doc="The floor.")
    selection = param.ClassSelector(class_=Selection, doc="What is looked at, shared by all parts.")
    wall = param.Boolean(default=False, doc="Whether nobody touches the screen.")

    def __init__(self, floor: Any, selection: Selection | None = None, **params: Any) -> None:
        super().__init__(floor=floor, selection=selection or Selection(), **params)
        chosen = self.selection
        self.picture = Picture(floor, chosen)
        shared = {"picture": self.picture}
        self.map = MapView(floor, chosen, wall=self.wall)
        self.list = SituationList(floor, chosen, **shared)
        self.figures = KeyFigures(floor, chosen, **shared)
        self.health = FeedHealth(floor, chosen, **shared)
        self.parts: list[View] = [self.list, self.figures, self.health]
        self.chart: SeriesChart | None = None
        self.picture.listener = self.map
        self.map.before = self.picture.catch_up
        if not self.wall:
            self.detail = Detail(floor, chosen, **shared)
            self.layers = LayerPanel(floor, chosen, self.map)
            self.filters = Filters(floor, chosen, **shared)
            self.area = AreaSummary(floor, chosen, **shared)
            self.export = Export(floor, chosen, map=self.map, **shared)
            self.time = TimeBar(floor, chosen, **shared)
            self.keys = Keys(floor, chosen, **shared)
            self.chart = SeriesChart(floor, chosen, **shared)
            self.parts += [self.detail, self.filters, self.area, self.export, self.time, self.keys]

    @property
    def places(self) -> dict[str, Any]:
        """The parts by their place on a page (see `views.page.page`)."""
        found: dict[str, Any] = {
            "map": self.map,
            "list": self.list,
            "kpi": self.figures,
            "strip": self.health,
        }
        if self.wall or self.chart is None:
            return found
        return found | {
            "side": pn.Column(
                self.filters, self.area, self.export, self.layers, sizing_mode="stretch_width", margin=0
            ),
            "detail": pn.Column(self.chart, self.detail, sizing_mode="stretch_width", margin=0),
            "time": self.time,
        }

    def follow(self, doc: Any = None) -> None:
        """Have news come by themselves while the page is open."""
        url = address() if doc is not None else ""
        if url:
            self.picture.shared = Live(self, doc, url)
        self.picture.follow(doc)

    def close(self) -> None:
        """Stop watching, and let go of the floor."""
        for part in self.parts:
            part.close()
        if self.chart is not None:
            self.chart.close()
        if not self.wall:
            self.layers.close()
        self.map.close()
        self.picture.close()

    def __panel__(self) -> Any:
        """Return the desk as one layout, for a notebook."""
        self.follow(pn.state.curdoc)
        places = self.places
        upper = pn.Row(
            pn.Column(places["map"], sizing_mode="stretch_both", margin=0),
            pn.Column(places["list"], width=420, sizing_mode="stretch_height", margin=0),
            sizing_mode="stretch_width",
            height=560,
            margin=0,
        )
        rest = [places[name] for name in ("time", "strip", "detail", "side") if name in places]
        return pn.Column(places["kpi"], upper, *rest, sizing_mode="stretch_width", margin=0)
