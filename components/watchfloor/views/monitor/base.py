"""What the parts of the monitor desk have in common, and where each has its place.

A part is a file of this folder with a class and, if it draws by itself, a module of the same name (``station.py`` and
``station.js``). It is found by its place: one that is not there has no place on the screen.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from threading import Thread, current_thread
from typing import Any, ClassVar

from watchfloor.views.selection import Selection
from watchfloor.views.situation.base import Pane, View
from watchfloor.views.situation.picture import Picture

__all__ = ["PLACES", "MonitorPane", "MonitorView", "Place", "Quiet", "part"]

log = logging.getLogger(__name__)

_QUIET = frozenset({"observation", "mark", "series"})


@dataclass(frozen=True)
class Place:
    """Where a part stands.

    Parameters
    ----------
    name
        Name of the part, of its file, and of its tab in the address.
    kind
        Name of its class: it takes ``(floor, selection, *, picture, wall=False)``, has ``close()`` and
        ``__panel__()``, and shows ``selection``.
    slot
        Place on the page: ``main`` (one tab of several), ``list`` (at the right, above) or ``detail`` (below it).
    wall
        Whether it stands on a wall that nobody touches.
    """

    name: str
    kind: str
    slot: str
    wall: bool = False

    @property
    def module(self) -> str:
        """The file it is in."""
        return f"watchfloor.views.monitor.{self.name}"


PLACES: tuple[Place, ...] = (
    Place("wall", "Wall", "main", wall=True),
    Place("station", "StationDepth", "main"),
    Place("latency", "Latency", "main"),
    Place("compare", "Compare", "main"),
    Place("alarm", "AlarmDepth", "main"),
    Place("rules", "Rules", "main"),
    Place("alarms", "Alarms", "list", wall=True),
)
"""Every part that the desk has a place for; tabs in their order."""


def part(place: Place) -> type[Any] | None:
    """Return the class of a part, or None where there is no such file.

    Examples
    --------
    >>> part(PLACES[0]).__name__, part(Place("nothing", "Nothing", "main"))
    ('Wall', None)
    """
    if find_spec(place.module) is None:
        return None
    found: type[Any] = getattr(import_module(place.module), place.kind)
    return found


class MonitorPane(Pane):
    """A drawing surface of the monitor desk; the desk's parts share one bundle of ESM."""

    _bundle = "monitor.bundle.js"


class Quiet(Picture):
    """A picture for a desk whose values come by another way: it is not looked at anew for each of them.

    Examples
    --------
    >>> issubclass(Quiet, Picture)
    True
    """

    def _wants(self, batch: Any) -> bool:
        """Tell whether the page is to be woken at all: values alone come by the broadcast channel."""
        shown = self.selection.series
        theirs = shown is not None and any(shown in change.series for change in batch.changes)
        news = theirs or not batch.complete or bool(set(batch.tables) - _QUIET)
        return news and super()._wants(batch)


class MonitorView(View):
    """A part that is one pane. Its parameters are those of `situation.base.View`, and whether it stands on a wall.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     MonitorView(floor).state()
    {}
    """

    pane_type: ClassVar[type[Pane]] = MonitorPane
    watched: ClassVar[tuple[str, ...]] = ("trouble",)
    tall: ClassVar[bool] = False
    """Whether it fills its place, and on a telephone becomes as long as what it has to say."""

    def __init__(
        self,
        floor: Any,
        selection: Selection | None = None,
        *,
        picture: Picture | None = None,
        wall: bool = False,
        **params: Any,
    ) -> None:
        self.on_wall = wall
        self._threads: list[Thread] = []
        super().__init__(floor, selection, picture=picture, **params)
        if self.tall:
            self.pane.param.update(sizing_mode="stretch_both", css_classes=["wf-tall"])

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Do what a message of the browser asks for. Nothing in it is trusted."""

    def begin(self, work: Callable[..., object], *arguments: Any) -> None:
        """Do slow work on a thread of its own, so that the page goes on."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = Thread(target=work, args=arguments, name=type(self).__name__.lower(), daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Stop watching, and wait for what is being worked on: a store is not closed under its readers."""
        super().close()
        for thread in self._threads:
            if thread is not current_thread():
                thread.join(timeout=10)
