"""Likelihood and impact in one matrix, as the WMO's guidelines on impact-based forecasts do it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from watchfloor.core.errors import InvalidInputError

__all__ = ["COLOURS", "IMPACTS", "LEVELS", "LIKELIHOODS", "Matrix"]

IMPACTS = ("minimal", "minor", "significant", "severe")
"""Columns of the matrix (WMO-No. 1150, WMO Guidelines on Multi-hazard Impact-based Forecast and Warning Services, 2015)."""
LIKELIHOODS = ("very low", "low", "medium", "high")
"""Rows of the matrix, and the least probability of each in `BOUNDS`."""
BOUNDS = (0.0, 0.2, 0.4, 0.6)
"""Least probability of each likelihood: the Met Office's very low below 20 %, low to 40 %, medium to 60 %, high above."""
COLOURS: Mapping[str, tuple[str, str, str, str]] = {
    "high": ("green", "yellow", "orange", "red"),
    "medium": ("green", "yellow", "orange", "orange"),
    "low": ("green", "green", "yellow", "orange"),
    "very low": ("green", "green", "green", "yellow"),
}
"""Colour of each cell, as in the matrix of the Met Office's National Severe Weather Warning Service (WMO-No. 1150)."""
LEVELS: Mapping[str, tuple[float, float, float]] = {
    "deaths": (1, 10, 100),
    "injured": (10, 100, 1000),
    "displaced": (100, 1000, 10000),
    "people_exposed": (500, 5000, 50000),
    "people_at_risk": (50, 500, 5000),
    "people_crushed": (100, 1000, 5000),
    "infected": (100, 1000, 10000),
    "beds_needed": (50, 500, 5000),
    "buildings_lost": (10, 100, 1000),
    "buildings_damaged": (50, 500, 5000),
    "facilities_out": (1, 5, 20),
    "lifelines_out": (1, 3, 10),
    "roads_closed": (5, 50, 200),
    "damage": (1e6, 1e8, 1e9),
    "loss": (1e6, 1e8, 1e9),
    "crops_lost": (1, 10, 100),
}
"""From which value on an impact is minor, significant and severe; the user's to set. Deaths and losses are near the
alert levels of PAGER (1, 100, 1000 deaths; 1 M, 100 M, 1 B); the others are this product's own, for a city."""
_ORDER = ("green", "yellow", "orange", "red")


@dataclass(frozen=True, eq=False)
class Matrix:
    """Where an impact stands in likelihood and severity.

    Parameters
    ----------
    table
        One row for each figure and level: ``measure``, ``impact``, ``limit``, ``probability`` (of this much or more),
        ``likelihood``, ``colour``.
    colours
        Colour of each cell.

    Examples
    --------
    >>> made = Matrix.of({"deaths": [0, 0, 3, 4, 40]})
    >>> made.colour, made.cell
    ('yellow', ('low', 'significant'))
    """

    table: pd.DataFrame
    colours: Mapping[str, Sequence[str]] = field(default_factory=lambda: COLOURS)

    @classmethod
    def of(
        cls,
        totals: Mapping[str, Sequence[float]] | pd.DataFrame,
        levels: Mapping[str, Sequence[float]] = LEVELS,
        colours: Mapping[str, Sequence[str]] = COLOURS,
    ) -> "Matrix":
        """Make it of the members' totals.

        Parameters
        ----------
        totals
            Values of all members, by figure; figures without levels are left out.
        levels
            Least values of minor, significant and severe, by figure.
        colours
            Colour by likelihood, one for each impact.

        Raises
        ------
        InvalidInputError
            If levels do not rise.
        """
        rows = []
        for name, limits in levels.items():
            if name not in totals:
                continue
            if len(limits) != 3 or any(b <= a for a, b in pairwise(limits)):
                raise InvalidInputError(
                    f"The levels of {name} are {tuple(limits)}; expected three that rise."
                )
            values = np.asarray(totals[name], float)
            for number, limit in enumerate(limits, 1):
                probability = float(np.mean(values >= limit))
                row = LIKELIHOODS[int(np.searchsorted(BOUNDS, probability, "right")) - 1]
                colour = colours[row][number] if probability > 0 else "green"
                rows.append((name, IMPACTS[number], float(limit), probability, row, colour))
        columns = ["measure", "impact", "limit", "probability", "likelihood", "colour"]
        return cls(pd.DataFrame(rows, columns=columns), colours)

    @property
    def worst(self) -> "pd.Series | None":
        """The row with the worst colour; of several, the most severe, then the most probable. None where all is green."""
        table = self.table[self.table["probability"] > 0]
        if table.empty:
            return None
        key = table.assign(
            c=table["colour"].map(_ORDER.index), i=table["impact"].map(IMPACTS.index)
        ).sort_values(["c", "i", "probability"], ascending=False, kind="stable")
        found: pd.Series = table.loc[key.index[0]]
        return found

    @property
    def colour(self) -> str:
        """The worst colour."""
        found = self.worst
        return "green" if found is None else str(found["colour"])

    @property
    def cell(self) -> tuple[str, str]:
        """Likelihood and impact of the worst row."""
        found = self.worst
        return ("very low", "minimal") if found is None else (str(found["likelihood"]), str(found["impact"]))

    @property
    def grid(self) -> pd.DataFrame:
        """Colours: likelihood (most likely first) by impact."""
        return pd.DataFrame(
            [list(self.colours[row]) for row in LIKELIHOODS[::-1]],
            index=list(LIKELIHOODS[::-1]),
            columns=list(IMPACTS),
        )
