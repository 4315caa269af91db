"""Flood from rain and rivers, by the local inertial equations."""

from watchfloor.hazards.flood.model import Flood

__all__ = ["Flood"]
