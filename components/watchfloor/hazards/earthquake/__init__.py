"""Shaking of an earthquake: predicted, blended with instruments, or taken from a ShakeMap."""

from watchfloor.hazards.earthquake.model import Earthquake

__all__ = ["Earthquake"]
