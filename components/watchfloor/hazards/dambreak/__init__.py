"""Floods that come all at once, from dams and tailings ponds, by the shallow water equations with shocks."""

from watchfloor.hazards.dambreak.model import DamBreak

__all__ = ["DamBreak"]
