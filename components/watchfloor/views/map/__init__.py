"""Where is it? The map of a floor: layers made from its catalog, linked with what the session looks at."""

from typing import TYPE_CHECKING, Any

from watchfloor.views.map.area import Figure, Figures, inside
from watchfloor.views.map.layer import Layer, read_layers
from watchfloor.views.map.panel import LayerPanel
from watchfloor.views.map.view import MapView

if TYPE_CHECKING:
    from watchfloor.views.map.notebook import base, element

__all__ = ["Figure", "Figures", "Layer", "LayerPanel", "MapView", "base", "element", "inside", "read_layers"]


def __getattr__(name: str) -> Any:
    """Import GeoViews only for those who ask for its elements: it takes seconds, and no page needs it."""
    if name in {"base", "element"}:
        from watchfloor.views.map import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
