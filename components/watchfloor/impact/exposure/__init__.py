"""Who or what may be hit? One file is one kind of exposure, found in a catalog by its metadata."""

from watchfloor.core.registry import Registry
from watchfloor.impact.exposure.base import Exposure, Layer, Source

__all__ = ["EXPOSURES", "Exposure", "Layer", "Source"]

EXPOSURES: Registry[Exposure] = Registry(
    "watchfloor.impact.exposure",
    Exposure,  # type: ignore[type-abstract]
    besides=("base",),
)
"""Kinds of exposure, by name."""
