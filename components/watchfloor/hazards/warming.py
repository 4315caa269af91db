"""The models' loops, to be compiled ahead of their first use.

A model whose loops take long to compile has a class method ``warm()`` that calls them once, on a grid as small as they
allow and with arrays of the types that a run has; it returns nothing and touches no file. Models without one are left
alone.
"""

from functools import partial

from watchfloor.core.warming import Loops

__all__ = ["loops"]


def loops() -> Loops:
    """Yield the models; what is wrong with one concerns no other."""
    from watchfloor.hazards import HAZARDS

    for name in HAZARDS:
        yield name, partial(_warm, name)


def _warm(name: str) -> None:
    from watchfloor.hazards import HAZARDS

    warm = getattr(HAZARDS[name], "warm", None)
    if warm is not None:
        warm()
