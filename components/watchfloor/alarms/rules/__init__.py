"""Kinds of rule, one a file: what may raise an alarm."""

from watchfloor.alarms.rules.base import Plan, Rule, Said, Subject
from watchfloor.core.registry import Registry

__all__ = ["RULES", "Plan", "Rule", "Said", "Subject"]

RULES: Registry[Rule] = Registry("watchfloor.alarms.rules", Rule, besides=("base", "stations"))
