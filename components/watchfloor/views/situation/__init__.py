"""The situation desk: everything around the map, each part a view of its own."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchfloor.views.situation.area import AreaSummary
    from watchfloor.views.situation.chart import SeriesChart
    from watchfloor.views.situation.detail import Detail
    from watchfloor.views.situation.export import Export
    from watchfloor.views.situation.filtering import Filters
    from watchfloor.views.situation.health import FeedHealth
    from watchfloor.views.situation.keyfigures import KeyFigures
    from watchfloor.views.situation.listing import SituationList
    from watchfloor.views.situation.situation import Situation
    from watchfloor.views.situation.timing import TimeBar

__all__ = [
    "AreaSummary",
    "Detail",
    "Export",
    "FeedHealth",
    "Filters",
    "KeyFigures",
    "SeriesChart",
    "Situation",
    "SituationList",
    "TimeBar",
]

_HOMES = {
    "AreaSummary": "area",
    "Detail": "detail",
    "Export": "export",
    "FeedHealth": "health",
    "Filters": "filtering",
    "KeyFigures": "keyfigures",
    "SeriesChart": "chart",
    "Situation": "situation",
    "SituationList": "listing",
    "TimeBar": "timing",
}


def __getattr__(name: str) -> Any:
    """Import a part when it is asked for: the bundle can be written, and one part used, without all the others."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
