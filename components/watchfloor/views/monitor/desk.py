"""The monitor desk: what the sensors say, what is late or silent, and what calls for somebody."""

from collections.abc import Mapping
from typing import Any, ClassVar

import panel as pn
import param
from panel.viewable import Viewer

from watchfloor.views.monitor.base import PLACES, MonitorPane, MonitorView, Place, Quiet, part
from watchfloor.views.selection import Selection
from watchfloor.views.situation.chart import SeriesChart
from watchfloor.views.situation.health import FeedHealth
from watchfloor.views.situation.keys import Keys
from watchfloor.views.situation.timing import TimeBar

__all__ = ["DeskTabs", "DeskTabsPane", "MonitorDesk"]


class DeskTabsPane(MonitorPane):
    """The tabs on the screen."""


class DeskTabs(MonitorView):
    """The tabs above the desk's middle: one for each part that stands there.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     DeskTabs(floor, names=["wall", "latency"]).state()
    {'tabs': ['wall', 'latency'], 'open': 'wall', 'vacant': True}
    """

    pane_type = DeskTabsPane
    watched: ClassVar[tuple[str, ...]] = ("trouble",)

    def __init__(self, floor: Any, selection: Any = None, *, names: list[str], **params: Any) -> None:
        self._names = names
        super().__init__(floor, selection, **params)
        self._watchers.append((self.selection, self.selection.param.watch(self._refresh, ["tab", "series"])))

    def state(self) -> dict[str, Any]:
        """Return the tabs, and whether the place for one station's detail is empty."""
        chosen = self.selection
        tab = chosen.tab if chosen.tab in self._names else self._names[0]
        # the tab of one station says more than what stands beside the wall
        return {"tabs": self._names, "open": tab, "vacant": chosen.series is None or tab == "station"}

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Open a tab."""
        if what == "tab" and message["name"] in self._names:
            self.selection.tab = str(message["name"])


class MonitorDesk(Viewer):
    """The wall of stations, what is late, one station in depth, alarms and rules of one floor, with one selection.

    It shows itself in Jupyter; an app puts its `places` into a page. Parts are found by `base.PLACES`; those whose
    files are not there have no place.

    Parameters
    ----------
    floor
        The floor.
    selection
        What is looked at; None makes its own.
    wall
        For a wall that nobody touches: no tabs, no time bar, no keys.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     {"main", "strip"} <= set(MonitorDesk(floor, wall=True).places)
    True
    """

    floor = param.Parameter(doc="The floor.")
    selection = param.ClassSelector(class_=Selection, doc="What is looked at, shared by all parts.")
    wall = param.Boolean(default=False, doc="Whether nobody touches the screen.")

    def __init__(self, floor: Any, selection: Selection | None = None, **params: Any) -> None:
        super().__init__(floor=floor, selection=selection or Selection(), **params)
        chosen = self.selection
        self.picture = Quiet(floor, chosen)
        self.parts: dict[str, Any] = {}
        self._there: dict[str, tuple[Place, type[Any]]] = {}
        for place in PLACES:
            found = part(place) if place.wall or not self.wall else None
            if found is not None:
                self._there[place.name] = (place, found)
        shared = {"picture": self.picture}
        self.health = FeedHealth(floor, chosen, **shared)
        tabs = [name for name, (place, _) in self._there.items() if place.slot == "main"]
        self.tabs = DeskTabs(floor, chosen, names=tabs, **shared)
        self.middle = pn.Column(self.tabs.pane, sizing_mode="stretch_both", margin=0)
        self._watcher = chosen.param.watch(self._turn, ["tab"])
        self._turn()
        self.beside = {
            place.slot: self._made(name) for name, (place, _) in self._there.items() if place.slot != "main"
        }
        if not self.wall:
            self.time = TimeBar(floor, chosen, **shared)
            self.keys = Keys(floor, chosen, **shared)
            if "detail" not in self.beside:
                self.parts["chart"] = self.beside["detail"] = SeriesChart(floor, chosen, **shared)

    @property
    def places(self) -> dict[str, Any]:
        """The parts by their place on a page (see `views.page.page`)."""
        found: dict[str, Any] = {"main": self.middle, "strip": self.health}
        for slot, view in self.beside.items():
            found[slot] = pn.Column(
                view, sizing_mode="stretch_both" if slot == "list" else "stretch_width", margin=0
            )
        if not self.wall:
            found["time"] = self.time
        return found

    def follow(self, doc: Any = None) -> None:
        """Have news come by themselves while the page is open."""
        self.picture.follow(doc)

    def close(self) -> None:
        """Stop watching, and let go of the floor."""
        self.selection.param.unwatch(self._watcher)
        for view in self.parts.values():
            view.close()
        self.tabs.close()
        self.health.close()
        if not self.wall:
            self.time.close()
            self.keys.close()
        self.picture.close()

    def _made(self, name: str) -> Any:
        if name not in self.parts:
            place, kind = self._there[name]
            extra = {"wall": self.wall} if place.wall else {}
            self.parts[name] = kind(self.floor, self.selection, picture=self.picture, **extra)
        return self.parts[name]

    def _turn(self, *_: Any) -> None:
        """Show the tab that is open; a part is made when its tab is opened first."""
        name = self.tabs.state()["open"]
        view = self._made(name).__panel__()
        for other in self.middle[1:]:
            other.visible = other is view
        if view not in list(self.middle):
            self.middle.append(view)

    def __panel__(self) -> Any:
        """Return the desk as one layout, for a notebook."""
        self.follow(pn.state.curdoc)
        places = self.places
        middle = pn.Column(places["main"], height=640, sizing_mode="stretch_width", margin=0)
        rest = [places[name] for name in ("time", "strip", "list", "detail") if name in places]
        return pn.Column(middle, *rest, sizing_mode="stretch_width", margin=0)
