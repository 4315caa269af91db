"""Growth of a wildfire over the ground, by Rothermel's spread and minimum travel time."""

from watchfloor.hazards.wildfire.model import Wildfire

__all__ = ["Wildfire"]
