"""When a hazard reaches those whom it hits."""

import numpy as np
import pandas as pd

from watchfloor.core.errors import InvalidInputError
from watchfloor.impact.assessment import ARRIVAL, Part, Run, people, pieces
from watchfloor.impact.fold import paint

__all__ = ["reached"]


def reached(run: Run, part: Part, number: int, *, steps: int = 24) -> pd.DataFrame:
    """Return how much of a figure is reached by when.

    Each element counts in full from the time on at which the hazard comes to its cell; what it does there, it does at its
    worst.

    Parameters
    ----------
    run
        What was put in.
    part, number
        The vulnerability that gives the figure, and the figure's number in it.
    steps
        Times, evenly from the start to the last arrival.

    Returns
    -------
    pandas.DataFrame
        Columns ``time`` (s), ``mean``, ``q05``, ``q50``, ``q95`` of the members.

    Raises
    ------
    InvalidInputError
        If the result does not say when the hazard comes.
    """
    if ARRIVAL not in run.outcome.fields:
        raise InvalidInputError(f"The result does not say when the {run.kind} arrives ({ARRIVAL}).")
    if steps < 1:
        raise InvalidInputError(f"{steps} times cannot be told; expected 1 or more.")
    elements, members = part.elements, run.outcome.members.size
    weight, moved = part.weights[part.column[number]], bool(people(part)[number])
    never = float(run.outcome.attrs.get("never", np.inf))
    last = 0.0
    for _, block in run.outcome.blocks([ARRIVAL], elements.cell):
        there = block[ARRIVAL][block[ARRIVAL] < never]
        last = max(last, float(there.max()) if there.size else 0.0)
    times = np.linspace(0.0, last, steps + 1)[1:] if last > 0 else np.zeros(steps)
    found = np.zeros((members, steps))
    every = np.arange(elements.size)
    for row in range(members):
        where = slice(row, row + 1)
        hit = np.zeros(elements.size)
        for _, values, cell in pieces(run, part, [row]):
            for share, intensity in values:
                hit += paint(
                    intensity,
                    cell,
                    elements.group,
                    weight,
                    part.of(where),
                    number,
                    every,
                    elements.size,
                    share if moved else None,
                )[0]
        when = next(iter(run.outcome.blocks([ARRIVAL], elements.cell, rows=[row])))[1][ARRIVAL][0]
        place = np.searchsorted(times, when)
        counted = np.bincount(np.minimum(place, steps), hit, minlength=steps + 1)[:steps]
        found[row] = np.cumsum(counted)
    quantiles = np.quantile(found, [0.05, 0.5, 0.95], axis=0)
    made = pd.DataFrame(
        {
            "time": times,
            "mean": found.mean(axis=0),
            "q05": quantiles[0],
            "q50": quantiles[1],
            "q95": quantiles[2],
        }
    )
    made.attrs["units"] = {"time": "s"}
    return made
