"""Run a model many times: who runs it, what is kept, and what may be read from it."""

from watchfloor.hazards.ensemble.kept import Kept, Shelf
from watchfloor.hazards.ensemble.products import Ensemble
from watchfloor.hazards.ensemble.request import MEMBERS, Request
from watchfloor.hazards.ensemble.runner import Status, run
from watchfloor.hazards.ensemble.weighing import Reading, Weights, weigh

__all__ = [
    "MEMBERS",
    "Ensemble",
    "Kept",
    "Reading",
    "Request",
    "Shelf",
    "Status",
    "Weights",
    "run",
    "weigh",
]
