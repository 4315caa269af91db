"""How many aftershocks follow, how strong, and how probably."""

from watchfloor.hazards.aftershock.model import Aftershock

__all__ = ["Aftershock"]
