"""What happens next? One file, or one folder where it is large, is one model of a hazard."""

from watchfloor.core.registry import Registry
from watchfloor.hazards.base import Hazard

__all__ = ["BESIDES", "HAZARDS"]

BESIDES = (
    "action",
    "agreement",
    "base",
    "byhand",
    "cascade",
    "course",
    "derived",
    "ensemble",
    "grid",
    "library",
    "moved",
    "noise",
    "place",
    "progress",
    "rasters",
    "reference",
    "resample",
    "scenario",
    "site",
    "spec",
    "streams",
    "warming",
    "water",
)
"""Files and folders of the room that are not hazards."""

HAZARDS: Registry[Hazard] = Registry(
    "watchfloor.hazards",
    Hazard,  # type: ignore[type-abstract]
    besides=BESIDES,
)
"""The models, by name."""
