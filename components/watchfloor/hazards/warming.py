"""The models' loops, to be compiled ahead of their first use.

A model whose loops take long to compile has a class method ``warm()`` that calls them once, on a grid as small as they
allow and with arrays of the types that a run has; it returns nothing and touches no file. Models without one are left
alone.
"""

from collections.abc import Callable
from typing import Any

from watchfloor.core.warming import Loops

__all__ = ["loops"]


def loops() -> Loops:
    """Yield the models that have something to get ready."""
    from watchfloor.hazards import HAZARDS

    for name, model in HAZARDS.usable().items():
        call: Callable[[], Any] | None = getattr(model, "warm", None)
        if call is not None:
            yield name, call
