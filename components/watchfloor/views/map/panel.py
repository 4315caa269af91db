"""The list of layers: on or off, order, opacity and legend, made from the catalog; what is chosen goes into the URL."""

from collections.abc import Mapping
from typing import Any

import param
from panel.viewable import Viewer

from watchfloor.core.terms import term
from watchfloor.security.text import plain
from watchfloor.views.components import Component
from watchfloor.views.map.frame import words
from watchfloor.views.map.layer import GROUPS, Layer, ordered, read_layers, shown
from watchfloor.views.map.style import Swatch, legend
from watchfloor.views.selection import Selection
from watchfloor.views.told import State, Told

__all__ = ["LayerPanel"]


class Panel(Told, Component):
    """The list in the browser: shows `state`, and sends what the user does as small messages."""

    state = State({}, doc="Groups and layers, in JSON's types.")
    words = param.Dict({}, doc="Words of the controls, by key.")

    _module = "panel.js"

    def __init__(self, owner: "LayerPanel | None" = None, **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_width", "margin": 0} | params)
        self._owner = owner  # the page keeps this part, and nothing but this part keeps its owner

    def _handle_msg(self, data: Any) -> None:
        owner = self._owner
        if owner is not None and isinstance(data, Mapping):
            owner.heard(data)


class LayerPanel(Viewer):
    """The layers of a floor, as a list.

    Parameters
    ----------
    floor
        The floor.
    selection
        Shared with other views: its `layers` hold what is switched on, how strong, and in which order.
    view
        The map whose counts and troubles are told; None for none.

    Examples
    --------
    >>> LayerPanel.param.selection.doc
    'What is looked at, shared with other views.'
    """

    floor = param.Parameter(doc="The floor.")
    selection = param.ClassSelector(class_=Selection, doc="What is looked at, shared with other views.")

    def __init__(
        self, floor: Any, selection: Selection | None = None, view: Any = None, **params: Any
    ) -> None:
        super().__init__(floor=floor, selection=selection or Selection(), **params)
        self._view = view
        self._legends: dict[str, list[dict[str, str]]] = {}
        self.layers = read_layers(floor, self.selection.language)
        self.pane = Panel(self, words=words(self.selection.language), state=self.state())
        self._watchers: list[tuple[Any, Any]] = [
            (self.selection, self.selection.param.watch(self._refresh, ["layers"])),
            (self.selection, self.selection.param.watch(self._translate, ["language"])),
        ]
        if view is not None:
            self._watchers.append((view, view.param.watch(self._refresh, ["counts", "trouble"])))

    def __panel__(self) -> Any:
        """Return what is shown."""
        return self.pane

    def close(self) -> None:
        """Stop watching."""
        while self._watchers:
            owner, watcher = self._watchers.pop()
            owner.param.unwatch(watcher)

    def state(self) -> dict[str, Any]:
        """Return the list in JSON's types: groups, and layers with the topmost first."""
        language = self.selection.language
        lines = list(reversed(ordered(self.layers, self.selection.layers)))
        # the severities are explained at once, where the eye falls first
        first = next(
            (layer.name for layer in lines if layer.style.group == GROUPS[0] and layer.style.visible), ""
        )
        return {
            "groups": [{"name": name, "title": term(f"group.{name}", language)} for name in GROUPS],
            "layers": [self._line(layer, language, first) for layer in lines],
        }

    def heard(self, message: Mapping[str, Any]) -> None:
        """Do what a message of the browser asks for. Nothing in it is trusted."""
        name, what = message.get("name"), message.get("do")
        layer = next((layer for layer in self.layers if layer.name == name), None)
        if layer is None:
            return
        value = message.get("value")
        if what == "visible" and isinstance(message.get("on"), bool):
            self._set(layer, visible=message["on"])
        elif (
            what == "opacity"
            and isinstance(value, int | float)
            and not isinstance(value, bool)
            and 0 <= value <= 1
        ):
            self._set(layer, opacity=round(float(value), 2))
        elif what in {"raise", "lower"}:
            self.shift(layer.name, 1 if what == "raise" else -1)

    def shift(self, name: str, by: int) -> None:
        """Draw a layer above (1) or below (-1) its neighbour."""
        states = self.selection.layers
        order = ordered(self.layers, states)
        place = next(i for i, layer in enumerate(order) if layer.name == name)
        if not 0 <= place + by < len(order):
            return
        order[place], order[place + by] = order[place + by], order[place]
        fresh = {key: dict(value) for key, value in states.items()}
        # only as many places are written down as must be, because they go into the URL
        least: int | None = None
        for layer in order:
            now = shown(layer, fresh).order
            if least is not None and now <= least:
                now = least + 1
                fresh[layer.name] = {**fresh.get(layer.name, {}), "order": now}
            least = now
        self.selection.layers = fresh

    def _set(self, layer: Layer, **values: Any) -> None:
        states = {key: dict(value) for key, value in self.selection.layers.items()}
        states[layer.name] = {**states.get(layer.name, {}), **values}
        self.selection.layers = states

    def _line(self, layer: Layer, language: str, first: str) -> dict[str, Any]:
        state = shown(layer, self.selection.layers)
        seen, placeless = (self._view.counts.get(layer.name) if self._view is not None else None) or (None, 0)
        notes = []
        if state.visible and placeless:
            notes.append(term("map.placeless", language).replace("{n}", f"{placeless:,}"))
        if state.visible and self._view is not None and not self._view.stack.close_enough(layer):
            notes.append(term("map.zoomed", language))
        trouble = self._view.trouble.get(layer.name, "") if self._view is not None else ""
        return {
            "name": layer.name,
            "title": plain(layer.title, 80),
            "group": layer.style.group,
            "visible": state.visible,
            "opacity": state.opacity,
            "open": layer.name == first,
            "count": f"{seen:,}" if state.visible and seen is not None else "",
            "notes": notes,
            "trouble": term("map.failed", language).replace("{reason}", trouble) if trouble else "",
            "credit": plain(layer.attribution, 200),
            "swatches": self._legend(layer, language),
        }

    def _legend(self, layer: Layer, language: str) -> list[dict[str, str]]:
        """Return what a layer's colours and shapes mean; this does not change while the page is open."""
        if layer.name not in self._legends:
            swatches: list[Swatch] = legend(layer, language)
            if layer.table == "observation":
                swatches.append(Swatch(term("map.old", language), "marker", "#9AA3AD", "x"))
            self._legends[layer.name] = [swatch.plain() for swatch in swatches]
        return self._legends[layer.name]

    def _refresh(self, *_: Any) -> None:
        self.pane.param.update(state=self.state())

    def _translate(self, *_: Any) -> None:
        self.layers = read_layers(self.floor, self.selection.language)
        self._legends.clear()
        self.pane.param.update(words=words(self.selection.language), state=self.state())
