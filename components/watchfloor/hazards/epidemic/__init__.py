"""Epidemics: how fast they grow, how many cases are not reported yet, and where they fill the hospitals."""

from watchfloor.hazards.epidemic.model import Epidemic

__all__ = ["Epidemic"]
