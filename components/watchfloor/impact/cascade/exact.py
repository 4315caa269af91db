"""Exact probabilities of a cascade, by going through every combination: for small graphs, and to check the sampling."""

from collections.abc import Mapping

import numpy as np

from watchfloor.core.errors import LimitError
from watchfloor.impact.cascade.graph import Cascade

__all__ = ["LARGEST", "probabilities"]

LARGEST = 20
"""Most events of a graph that is gone through (a million combinations)."""


def probabilities(cascade: Cascade, given: Mapping[str, bool] | None = None) -> dict[str, float]:
    """Return how probable each event is.

    Parameters
    ----------
    cascade
        At most `LARGEST` events.
    given
        What is known to have happened or not; probabilities are conditional on it.

    Returns
    -------
    dict
        By name of the event; NaN where what is given cannot be.

    Raises
    ------
    LimitError
        If there are more events.

    Examples
    --------
    >>> from watchfloor.impact.cascade.graph import Event, Link
    >>> cascade = Cascade("a", "A", events=(Event("a", "A", probability=0.5), Event("b", "B")), links=(Link("a", "b", 0.4),))
    >>> probabilities(cascade)
    {'a': 0.5, 'b': 0.2}
    """
    size = len(cascade.order)
    if size > LARGEST:
        raise LimitError(
            f"A graph of {size} events is not gone through; at most {LARGEST}. Sample it instead."
        )
    place = {name: number for number, name in enumerate(cascade.order)}
    states = (np.arange(2**size)[:, None] >> np.arange(size)) & 1 == 1
    weight = np.ones(2**size)
    for name in cascade.order:
        links, event = cascade.into[name], cascade.by_name[name]
        if event.gate == "all" and links:
            passed = np.ones(2**size)
            for link in links:
                passed *= np.where(states[:, place[link.cause]], link.probability, 0.0)
            happens = 1.0 - (1.0 - event.probability) * (1.0 - passed)
        else:
            stays = np.full(2**size, 1.0 - event.probability)
            for link in links:
                stays *= np.where(states[:, place[link.cause]], 1.0 - link.probability, 1.0)
            happens = 1.0 - stays
        weight *= np.where(states[:, place[name]], happens, 1.0 - happens)
    for name, value in (given or {}).items():
        weight = np.where(states[:, place[name]] == value, weight, 0.0)
    whole = weight.sum()
    return {
        name: round(float((weight * states[:, place[name]]).sum() / whole), 15) if whole > 0 else float("nan")
        for name in cascade.order
    }
