"""What the desk shows to all pages that look at the same: worked out once, for the broadcast channel."""

import json
import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from bokeh.plotting import figure

from watchfloor.core.clock import EPOCH, micros
from watchfloor.core.provenance import digest_bytes
from watchfloor.views.map.columns import sent
from watchfloor.views.map.layer import read_layers, shown
from watchfloor.views.map.stack import Stack
from watchfloor.views.map.view import clock_text
from watchfloor.views.selection import Selection
from watchfloor.views.situation.area import AreaSummary
from watchfloor.views.situation.base import View
from watchfloor.views.situation.filtering import Filters
from watchfloor.views.situation.health import FeedHealth
from watchfloor.views.situation.keyfigures import KeyFigures
from watchfloor.views.situation.keys import Keys
from watchfloor.views.situation.listing import SituationList
from watchfloor.views.situation.picture import Picture
from watchfloor.views.situation.snapshot import STEP
from watchfloor.views.situation.timing import TimeBar
from watchfloor.views.told import written

__all__ = ["PANES", "SEEN", "Standing"]

PANES: dict[str, type[View]] = {
    "list": SituationList,
    "figures": KeyFigures,
    "health": FeedHealth,
    "filters": Filters,
    "area": AreaSummary,
    "time": TimeBar,
    "keys": Keys,
}
"""Parts of the desk whose state follows from what is looked at alone."""
SEEN = (
    "time", "area", "kinds", "also", "hazards", "severities", "statuses", "states", "text", "layers", "language",
    "theme", "notes",
)  # fmt: skip
"""What of a selection makes a difference to what is shown, but for the record and the series in focus."""
_BOX = (-1e7, -1e7, 1e7, 1e7)


class Standing:
    """The desk as every page with the same filters shows it; it is never on a page itself.

    Parameters
    ----------
    floor
        The floor.
    values
        The parameters of a selection, those of `SEEN`.
    opened
        Name of the figure whose records are listed.
    start
        First row of the list's window.
    source
        Name of the source that is opened in the strip.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     standing = Standing.of(floor, {"language": "en"})
    ...     again = Standing.of(floor, {"language": "en"})
    ...     json.loads(standing.payload("list"))["total"], standing is again
    (0, True)
    """

    _all: ClassVar["weakref.WeakValueDictionary[tuple[int, str], Standing]"] = weakref.WeakValueDictionary()
    _guard: ClassVar[threading.Lock] = threading.Lock()

    def __init__(
        self, floor: Any, values: Mapping[str, Any], opened: str = "", start: int = 0, source: str = ""
    ) -> None:
        self.floor = floor
        self.selection = Selection(**values)
        self._opened, self._start, self._source = opened, start, source
        self._lock = threading.RLock()
        self._mark: tuple[int, int] | None = None
        self._picture: Picture | None = None
        self._views: dict[str, View] = {}
        self._stack: Stack | None = None
        self._maps: dict[str, tuple[Any, bytes]] = {}
        self.pages: weakref.WeakSet[Any] = weakref.WeakSet()
        """Pages that show it: they are woken where it has a part that they have not."""

    @classmethod
    def of(
        cls, floor: Any, values: Mapping[str, Any], opened: str = "", start: int = 0, source: str = ""
    ) -> "Standing":
        """Return the one of this floor and these values."""
        name = cls.name(values, opened, start, source)
        with cls._guard:
            found = cls._all.get((id(floor), name))
            if found is None or found.floor is not floor:
                found = cls._all[id(floor), name] = cls(floor, values, opened, start, source)
            return found

    @staticmethod
    def name(values: Mapping[str, Any], opened: str = "", start: int = 0, source: str = "") -> str:
        """Return a short name: equal for what is equal."""
        return digest_bytes(repr((sorted(values.items()), opened, start, source)).encode())[:16]

    def parts(self) -> list[str]:
        """Return the names of its parts: the panes, the map's live layers that are on, their counts, the map's time."""
        layers = [
            f"map/{layer.name}"
            for layer in read_layers(self.floor, self.selection.language)
            if layer.live and layer.style.kind != "raster" and shown(layer, self.selection.layers).visible
        ]
        # where the bar of a chosen time stands depends on where it stood: that is each page's own
        panes = [name for name in PANES if name != "time" or self.selection.time is None]
        return [*panes, *layers, "counts", "clock"]

    def maker(self, part: str) -> Callable[[], bytes]:
        """Return what makes a part's payload."""
        return lambda: self.payload(part)

    def payload(self, part: str) -> bytes:
        """Return a part as it is now, as JSON; the floor is looked at once for all parts. From any thread."""
        with self._lock:
            stack = self._look()
            if part in PANES:
                return _json(self._views[part].pane.state)
            if part == "clock":
                return _json({"text": clock_text(self.floor, self.selection)})
            if part == "counts":
                return _json({name: f"{seen:,}" for name, (seen, _) in stack.counts.items()})
            return self._layer(stack, part.removeprefix("map/"))

    def _look(self) -> Stack:
        """Look at the floor, unless nothing came since, and time did not pass."""
        mark = (self.floor.store.cursor(), micros(self.floor.now()) // micros(EPOCH + STEP))
        if self._picture is None or self._stack is None:
            self._picture = Picture(self.floor, self.selection)
            self._picture.figure = self._opened
            self._views = {
                name: kind(self.floor, self.selection, picture=self._picture) for name, kind in PANES.items()
            }
            self._views["list"].heard("window", {"start": self._start})
            self._views["health"].heard("open", {"source": self._source})
            # an empty figure that nobody sees; with `later`, no picture of a view is drawn that nobody has
            self._stack = Stack(self.floor, self.selection, figure(), (_BOX, 1000, 667), lambda _: None)
            self._stack.layers = [layer for layer in self._stack.layers if layer.live]
        elif mark == self._mark:
            return self._stack
        else:
            self._picture.look()
        self._mark = mark
        self._stack.refresh()
        have = self.drawn(self._stack)
        for page in list(self.pages):
            if not have <= page.drawn():
                page.wake()
        return self._stack

    @staticmethod
    def drawn(stack: Stack) -> set[tuple[str, str]]:
        """Return the parts of live layers that a figure has renderers for."""
        live = {layer.name for layer in stack.layers if layer.live}
        return {(name, part) for name, one in stack.drawn.items() if name in live for part in one.parts}

    def _layer(self, stack: Stack, name: str) -> bytes:
        one = stack.drawn.get(name)
        made = None if one is None else one.made
        kept = self._maps.get(name)
        if kept is not None and kept[0] is made:
            return kept[1]
        told = {
            part: _plain(sent(getattr(made, part)))
            for part in ("area", "line", "mark", "cross")
            if made is not None
        }
        self._maps[name] = (made, _json(told))
        return self._maps[name][1]


def _json(value: Any) -> bytes:
    try:
        return written(value).encode("utf-8", "replace")
    except ValueError:  # a number that JSON has not
        return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    """Return columns in JSON's types: metres to the centimetre, what is no number as null."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, np.ndarray):
        if value.dtype.kind != "f":
            return value.tolist()
        found = np.round(value.astype(float), 2)
        return found.tolist() if np.isfinite(found).all() else [_plain(item) for item in found.tolist()]
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value
