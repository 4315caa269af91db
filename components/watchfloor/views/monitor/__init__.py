"""The monitor desk: sensors, early warning and alarms of the floor, each part a view of its own."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchfloor.views.monitor.desk import MonitorDesk
    from watchfloor.views.monitor.latency import Latency
    from watchfloor.views.monitor.wall import Wall

__all__ = ["Latency", "MonitorDesk", "Wall"]

_HOMES = {"Latency": "latency", "MonitorDesk": "desk", "Wall": "wall"}


def __getattr__(name: str) -> Any:
    """Import a part when it is asked for: one part can be used without all the others."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
