"""Chemical releases: plumes, puffs and dense clouds, what comes out of holes and pools, and what it does to people."""

from watchfloor.hazards.release.model import Release

__all__ = ["Release"]
