"""Gas in mines: how it gathers where air fails, when it passes the limit, and what more air does."""

from watchfloor.hazards.mine.model import Mine

__all__ = ["Mine"]
