"""SHEF: the Standard Hydrometeorological Exchange Format of the US National Weather Service."""

from watchfloor.feeds.shef.feed import SHEF

__all__ = ["SHEF"]
