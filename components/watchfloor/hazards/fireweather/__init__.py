"""Danger of fire by the weather: the Canadian Forest Fire Weather Index System."""

from watchfloor.hazards.fireweather.model import FireWeather

__all__ = ["FireWeather"]
