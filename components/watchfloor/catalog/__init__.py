"""Where is the data, and is it fit? Intake catalogs, opened safely, described, and read in time."""

from typing import TYPE_CHECKING, Any

__all__ = ["Catalog", "Entry", "FeedBlock", "FloorBlock", "MapStyle", "Metadata", "Policy", "open_catalog"]

if TYPE_CHECKING:
    from watchfloor.catalog.collection import Catalog, open_catalog
    from watchfloor.catalog.entry import Entry
    from watchfloor.catalog.floorplan import FeedBlock, FloorBlock
    from watchfloor.catalog.metadata import MapStyle, Metadata
    from watchfloor.catalog.policy import Policy

_PLACES = {
    "Catalog": "collection",
    "open_catalog": "collection",
    "Entry": "entry",
    "FeedBlock": "floorplan",
    "FloorBlock": "floorplan",
    "MapStyle": "metadata",
    "Metadata": "metadata",
    "Policy": "policy",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that Intake can import our readers at little cost."""
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module(f"watchfloor.catalog.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'watchfloor.catalog' has no attribute {name!r}")
