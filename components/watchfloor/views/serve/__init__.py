"""Serve the desks: one server, signed in, watched, live."""

from typing import TYPE_CHECKING, Any

__all__ = ["Hub", "current_actor", "current_floor", "serve"]

if TYPE_CHECKING:
    from watchfloor.views.serve.current import current_actor, current_floor
    from watchfloor.views.serve.hub import Hub
    from watchfloor.views.serve.server import serve

_HOMES = {"Hub": "hub", "current_actor": "current", "current_floor": "current", "serve": "server"}


def __getattr__(name: str) -> Any:
    """Import the server only where something is served: views need just the hub."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
