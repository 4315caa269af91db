"""The twin desk: what may happen next, asked by hand, answered by ensembles of the hazard models."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchfloor.views.twin.cascades import Cascades
    from watchfloor.views.twin.desk import TwinDesk

__all__ = ["Cascades", "TwinDesk"]

_HOMES = {"Cascades": "cascades", "TwinDesk": "desk"}


def __getattr__(name: str) -> Any:
    """Import a part when it is asked for: one part can be used without all the others."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
