"""The figure's frame in the browser: buttons, keys, read-out, scale bar and drawing; it only sends small messages."""

from collections.abc import Callable, Mapping
from typing import Any

import panel as pn
import param
from panel.custom import Child

from watchfloor.core.terms import term, terms
from watchfloor.views.components import Component
from watchfloor.views.pageloop import on_page

__all__ = ["Frame", "words"]


def words(language: str) -> dict[str, str]:
    """Return the words of the map in a language."""
    return {key.removeprefix("map."): term(key, language) for key in terms() if key.startswith("map.")}


class Canvas(pn.pane.Bokeh):
    """The figure as it is: Panel's own pane walks all its models twice, for callbacks and themes it does not have."""

    def _get_model(self, doc: Any, root: Any = None, parent: Any = None, comm: Any = None) -> Any:
        if root is None:
            return self.get_root(doc, comm)
        if self.object.document is not None and self.object.document is not doc:
            return super()._get_model(doc, root, parent, comm)
        self._models[root.ref["id"]] = (self.object, parent)
        return self.object


class Frame(Component):
    """What stands round the figure.

    Examples
    --------
    >>> Frame.param.home.doc
    'Left, bottom, right and top of the first view, metres.'
    """

    figure = Child(doc="The figure.")
    words = param.Dict({}, doc="Words of the buttons, by key.")
    home = param.List([-2e7, -1e7, 2e7, 1e7], doc="Left, bottom, right and top of the first view, metres.")
    places = param.List([], doc="Names of districts that can be chosen as an area.")
    tips = param.Dict({}, doc="Titles of what is shown on hover, by layer.")
    chosen = param.Boolean(default=False, doc="Whether an area is set.")
    file = param.String("map.png", doc="Name of a saved picture.")

    _module = "frame.js"

    def __init__(self, heard: Callable[[Mapping[str, Any]], None] | None = None, **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_both", "min_height": 260, "margin": 0} | params)
        # The page keeps the frame, and the frame must keep the view: nothing else does once an app's function returned.
        self._heard = heard

    @classmethod
    def _patch_datamodel_ref(cls, props: Any, ref: str) -> None:
        """Mark the data of this component only: there are no others inside, and looking for them walks the figure."""
        props.tags.append(f"__ref:{ref}")

    def _handle_msg(self, data: Any) -> None:
        # Panel calls this on a thread of its pool; models of Bokeh may be touched on the page's own loop only
        doc = pn.state.curdoc
        on_page(doc if doc is not None and doc.session_context is not None else None, lambda: self._do(data))

    def _do(self, data: Any) -> None:
        heard = self._heard
        if heard is not None and isinstance(data, Mapping) and isinstance(data.get("do"), str):
            heard(data)

    def say(self, text: str, *, bad: bool = False, done: bool = False) -> None:
        """Show one sentence over the map; an empty one takes it away."""
        self._send_msg({"say": text[:300], "bad": bad, "ok": done})

    def seen(self) -> None:
        """Say that the last view is drawn, so that the next may be asked for."""
        self._send_msg({"seen": True})

    def see(self, box: tuple[float, float, float, float]) -> None:
        """Move the view to a box, metres."""
        self._send_msg({"see": [float(v) for v in box]})
