"""A layer of the map: a catalog entry that says how it is drawn, and how this session shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from watchfloor.catalog.metadata import AreaStyle, MapStyle
from watchfloor.store.records import KINDS

__all__ = ["GROUPS", "Layer", "Shown", "layer_of", "ordered", "read_layers", "shown"]

_HOLDS = {f"live/{kind}s": kind for kind in KINDS}
"""Live layer -> the kind of record that it shows."""
GROUPS = ("hazards", "events", "resources", "sensors", "exposure", "base")
"""Headings in the order of the list: what matters most stands first."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One catalog entry as a layer.

    Parameters
    ----------
    name
        Name of the entry.
    title
        In the screen's language.
    style
        How it is drawn.
    units
        Unit of each column that has one.
    attribution
        Whom to name beside it.
    entry
        The catalog's entry: ``read(as_of=None)``.

    Examples
    --------
    >>> style = MapStyle.model_validate({"kind": "lines", "group": "base", "order": 1, "colour": "#5AA9FF"})
    >>> Layer("live/alerts", "Alerts", style, {}, "", None).live
    True
    """

    name: str
    title: str
    style: MapStyle
    units: Mapping[str, str]
    attribution: str
    entry: Any
    area: AreaStyle | None = None

    @cached_property
    def live(self) -> bool:
        """Whether it is read from the store, so that it changes and can be seen as of a known time."""
        return self.name.startswith("live/")

    @cached_property
    def table(self) -> str:
        """The store's table that it follows; empty for data that stand still."""
        if not self.live:
            return ""
        return "observation" if self.name in {"live/sensors", "live/observations"} else "record"

    @cached_property
    def kind(self) -> str:
        """The one kind of records that it holds; empty where it holds others, or none."""
        return _HOLDS.get(self.name, "")


@dataclass(frozen=True)
class Shown:
    """How a session shows a layer: on or off, opacity 0 to 1, and its place in the order (low is drawn first)."""

    visible: bool
    opacity: float
    order: int


def read_layers(floor: Any, language: str = "en") -> list[Layer]:
    """Return the layers of a floor's catalog, lowest first."""
    found = [layer_of(entry, language) for entry in floor.catalog.layers()]
    return sorted(found, key=lambda layer: (layer.style.order, layer.name))


def layer_of(entry: Any, language: str = "en") -> Layer:
    """Return one catalog entry as a layer; one that says nothing of a map is taken as points that are not drawn."""
    metadata = entry.metadata
    style = metadata.map or MapStyle.model_validate({"kind": "points", "group": "base", "order": 1000})
    return Layer(
        entry.name, entry.title(language), style, metadata.units, metadata.attribution, entry, metadata.area
    )


def shown(layer: Layer, states: Mapping[str, Any]) -> Shown:
    """Return how a session shows a layer: what it chose, and else what the catalog says.

    A state may come from an address somebody else wrote: what is not a number or a truth value is not used.
    """
    style = layer.style
    chosen = states.get(layer.name)
    if not isinstance(chosen, Mapping):
        chosen = {}
    visible, opacity, order = (chosen.get(key) for key in ("visible", "opacity", "order"))
    return Shown(
        visible if isinstance(visible, bool) else style.visible,
        min(max(float(opacity), 0.0), 1.0)
        if isinstance(opacity, int | float) and not isinstance(opacity, bool) and opacity == opacity  # noqa: PLR0124  NaN
        else style.opacity,
        int(order) if isinstance(order, int) and not isinstance(order, bool) else style.order,
    )


def ordered(layers: Iterable[Layer], states: Mapping[str, Any]) -> list[Layer]:
    """Return layers in the order a session draws them, lowest first."""
    return sorted(layers, key=lambda layer: (shown(layer, states).order, layer.name))
