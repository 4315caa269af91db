"""Is this series behaving as it usually does? One way of telling a file."""

from watchfloor.core.registry import Registry
from watchfloor.diagnosis.detectors.base import Detector, Scores

__all__ = ["DETECTORS", "Detector", "Scores"]

DETECTORS: Registry[Detector] = Registry(
    "watchfloor.diagnosis.detectors",
    Detector,  # type: ignore[type-abstract]
    besides=("base", "learning"),
)
"""Detectors by name."""
