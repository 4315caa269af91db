"""What the desk's views have in common: one browser bundle, one picture of the floor, safe messages."""

import base64
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import panel as pn
import param
from panel.viewable import Viewer

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import WatchfloorError
from watchfloor.security.text import filename
from watchfloor.views.pageloop import on_page
from watchfloor.views.selection import Selection
from watchfloor.views.situation.picture import Picture
from watchfloor.views.told import State, Told

__all__ = ["Pane", "Part", "View"]

log = logging.getLogger(__name__)

_DRIFT = 3.0
"""Seconds by which a browser's floor time may be off before it is told the time again."""


class Pane(Told):
    """One drawing surface in the browser: shows `state`, and sends what the user does as small messages.

    All panes share one bundle of ESM, which browsers keep; what is in `state` is shown as text only.
    """

    state = State({}, doc="What is shown, in JSON's types.")
    clock = param.Dict(
        {}, doc="The floor's time, how fast it passes, its zone, and the time that is looked at."
    )
    language = param.String("en", doc="Language of the words.")
    theme = param.String("dark", doc="Colours where the page around has none of ours, as in a notebook.")

    _bundle = "desk.bundle.js"

    def __init__(self, owner: Any = None, **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_width", "margin": 0} | params)
        # The pane keeps its view alive: in a layout nothing else does. Both go together.
        self._owner = owner

    def _handle_msg(self, data: Any) -> None:
        """Hand a message of the browser to the view, on the page's own loop and with its document locked.

        Panel calls this on a thread of its pool, where models of Bokeh must not be touched.
        """
        doc = pn.state.curdoc
        on_page(doc if doc is not None and doc.session_context is not None else None, lambda: self._do(data))

    def _do(self, data: Any) -> None:
        """Have the view do what a message asks for; the view checks it, and a bad one costs nothing."""
        owner = self._owner
        if owner is None or not isinstance(data, Mapping) or not isinstance(data.get("do"), str):
            return
        try:
            owner.picture.catch_up()
            owner.heard(str(data["do"]), data)
            owner.picture.tune()
        except WatchfloorError as error:
            self.say(str(error), bad=True)
        except (TypeError, ValueError, KeyError) as error:
            log.info("a message of a page was refused: %s: %s", type(error).__name__, error)
            self.say("That could not be done.", bad=True)

    def say(self, text: str, *, bad: bool = False) -> None:
        """Show one sentence for a moment."""
        self.send({"say": text[:300], "bad": bad})

    def hand(self, name: str, data: bytes, media: str) -> None:
        """Have the browser save a file."""
        self.send({"file": filename(name), "type": media, "data": base64.b64encode(data).decode("ascii")})

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to the browser."""
        self._send_msg(message)


class Part(Viewer):
    """What every part of a desk stands on: a floor, a selection and a picture, shared with the others or its own.

    Parameters
    ----------
    floor
        The floor.
    selection
        Shared with other views; None makes its own.
    picture
        Shared with other views of one page; None makes its own, which follows the floor by itself.
    """

    floor = param.Parameter(doc="The floor.")
    selection = param.ClassSelector(class_=Selection, doc="What is looked at, shared with other views.")
    picture = param.ClassSelector(class_=Picture, doc="What is known, shared with other views of the page.")

    def __init__(
        self, floor: Any, selection: Selection | None = None, *, picture: Picture | None = None, **params: Any
    ) -> None:
        self._alone = picture is None
        if selection is None:
            selection = picture.selection if picture is not None else Selection()
        super().__init__(
            floor=floor, selection=selection, picture=picture or Picture(floor, selection), **params
        )
        self._watchers: list[tuple[Any, Any]] = []

    def watch(self, owner: Any, names: Sequence[str], work: Callable[..., None] | None = None) -> None:
        """Do something whenever parameters of the picture or the selection change: `refresh`, where not said."""
        self._watchers.append((owner, owner.param.watch(work or self._refresh, list(names))))

    def refresh(self) -> None:
        """Show what the picture holds now."""

    def close(self) -> None:
        """Stop watching."""
        while self._watchers:
            owner, watcher = self._watchers.pop()
            owner.param.unwatch(watcher)
        if self._alone:
            self.picture.close()

    def shown(self) -> Any:
        """Return what is shown."""
        raise NotImplementedError

    def __panel__(self) -> Any:
        """Return what is shown; a part on its own follows the floor from then on."""
        if self._alone:
            self.picture.follow(pn.state.curdoc)
        return self.shown()

    def _refresh(self, *_: Any) -> None:
        self.refresh()


class View(Part):
    """A part that is one pane.

    Its parameters are those of `Part`.
    """

    pane_type: ClassVar[type[Pane]] = Pane
    watched: ClassVar[tuple[str, ...]] = ("snapshot", "rows", "trouble")
    height: ClassVar[int | None] = None

    def __init__(
        self, floor: Any, selection: Selection | None = None, *, picture: Picture | None = None, **params: Any
    ) -> None:
        super().__init__(floor, selection, picture=picture, **params)
        self._told = monotonic()
        size = {} if self.height is None else {"height": self.height}
        self.pane = self.pane_type(
            self,
            language=self.selection.language,
            theme=self.selection.theme,
            clock=self.picture.clock(),
            state=self.state(),
            **size,
        )
        self.watch(self.picture, self.watched)
        self.watch(self.selection, ["language", "theme"], self._translate)

    def refresh(self) -> None:
        """Show what the picture holds now; what did not change is not sent."""
        state, clock = self.state(), self.picture.clock()
        changed: dict[str, Any] = {}
        if state != self.pane.state:
            changed["state"] = state
        elif self.picture.afresh:
            self.pane.repeat()
        if self._drifted(clock):
            changed["clock"] = clock
            self._told = monotonic()
        if changed:
            self.pane.param.update(**changed)

    def _drifted(self, clock: dict[str, Any]) -> bool:
        """Tell whether the browser's idea of the floor's time is no longer right."""
        sent = self.pane.clock
        if {**sent, "now": 0, "at": 0, "known": 0} != {**clock, "now": 0, "at": 0, "known": 0}:
            return True
        expected = sent["now"] + (monotonic() - self._told) * 1000 * clock["speed"]
        return bool(abs(clock["now"] - expected) > _DRIFT * 1000)

    def state(self) -> dict[str, Any]:
        """Return what the pane shows, in JSON's types."""
        return {}

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Do what a message of the browser asks for. Nothing in it is trusted."""

    def shown(self) -> Any:
        """Return the pane."""
        return self.pane

    def _translate(self, *events: Any) -> None:
        self.pane.param.update(**{event.name: event.new for event in events})
