"""Watchfloor: a digital watch floor for emergency management.

``watchfloor.open("demo")`` opens a floor: a catalog, a store, a clock and a status.
"""

from typing import TYPE_CHECKING, Any

__all__ = ["Floor", "__version__", "open"]
__version__ = "0.1.0"

if TYPE_CHECKING:
    from watchfloor.floor import Floor, open  # noqa: A004


def __getattr__(name: str) -> Any:
    """Import the floor only when it is asked for, so that the command line starts fast."""
    if name in {"Floor", "open"}:
        from watchfloor import floor

        return getattr(floor, name)
    raise AttributeError(f"module 'watchfloor' has no attribute {name!r}")
