"""Landslides: rain over thresholds, slopes that slide, how far they reach, and when a moving one fails."""

from watchfloor.hazards.landslide.model import Landslide

__all__ = ["Landslide"]
