"""Who and what is hit? Hazard x exposure x vulnerability, with uncertainty."""

from collections.abc import Sequence

import xarray as xr

from watchfloor.hazards.action import Action
from watchfloor.hazards.ensemble import Ensemble
from watchfloor.impact.assessment import calculate
from watchfloor.impact.exposure import EXPOSURES
from watchfloor.impact.inventory import Exposures, exposures_of
from watchfloor.impact.likelihood import Matrix
from watchfloor.impact.measures import MEASURES
from watchfloor.impact.outcome import BUDGET
from watchfloor.impact.result import Impact
from watchfloor.impact.vulnerability import VULNERABILITIES, Vulnerability

__all__ = [
    "EXPOSURES",
    "MEASURES",
    "VULNERABILITIES",
    "Exposures",
    "Impact",
    "Matrix",
    "assess",
    "exposures_of",
]


def assess(
    result: xr.Dataset | Ensemble,
    exposures: Exposures,
    *,
    kind: str | None = None,
    actions: Sequence[Action] | None = None,
    seed: int | None = None,
    vulnerability: Sequence[Vulnerability | str] | Vulnerability | str | None = None,
    budget: int = BUDGET,
) -> Impact:
    """Tell who and what is hit, in each member.

    Parameters
    ----------
    result
        An ensemble, or a dataset of a hazard's outputs with or without the dimension ``member``.
    exposures
        Who and what may be hit (`exposures_of`).
    kind
        Kind of hazard (`core.kinds`); an ensemble knows it.
    actions
        Interventions; those that change exposure (evacuate, shelter) count here, the others are the hazard's. None
        takes the ensemble's own. An action that fails in a member of the hazard's run fails in it here too.
    seed
        Of the vulnerabilities' streams; None takes the ensemble's. Two impacts with one seed meet the same fates.
    vulnerability
        Names or instances; None takes all usual ones of the kind whose inputs are there.
    budget
        Bytes of members' values that are held at once.

    Raises
    ------
    InvalidInputError
        If nothing can be told, or inputs cannot be used; it says why and what to do.

    Examples
    --------
    >>> import numpy as np
    >>> where = {"y": [25.0, 15.0, 5.0], "x": [5.0, 15.0, 25.0]}
    >>> depth = xr.DataArray(np.full((3, 3), 2.0), dims=("y", "x"), coords=where, attrs={"units": "m"})
    >>> water = xr.Dataset({"water_depth_max": depth}, attrs={"crs": "EPSG:32650"})
    >>> people = xr.DataArray(np.full((3, 3), 10.0), dims=("y", "x"), coords=where, attrs={"crs": "EPSG:32650"})
    >>> impact = assess(water, Exposures.of(people=people), kind="flood")
    >>> float(impact.totals.loc[0, "people_exposed"]), impact.units["people_exposed"]
    (90.0, '1')
    """
    run, sums, measures = calculate(
        result, exposures, kind=kind, actions=actions, seed=seed, vulnerability=vulnerability, budget=budget
    )
    return Impact(run, sums, measures)
