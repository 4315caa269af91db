"""What drives an epidemic from outside, step by step, as the plan has changed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from shapely import contains_xy

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.geometry import drawn
from watchfloor.hazards.action import Patch, named
from watchfloor.hazards.base import Prepared
from watchfloor.hazards.course import holding

__all__ = ["DAY", "Driven", "drive", "places"]

DAY = 86_400.0
"""Seconds."""


@dataclass
class Driven:
    """What holds in each step.

    Parameters
    ----------
    contacts, isolation
        Contacts as a part of what is usual, and part of transmission that is prevented, shape (step, region).
    travel
        Factor on visits, shape (step,).
    doses
        People a day who become immune, were all susceptible, shape (step, region).
    beds
        Hospital and intensive care beds, shape (step, 2, region).
    """

    contacts: np.ndarray
    isolation: np.ndarray
    travel: np.ndarray
    doses: np.ndarray
    beds: np.ndarray


def places(where: Any, names: Sequence[str], points: np.ndarray | None) -> np.ndarray:
    """Return which regions are meant, shape (region,): by name, or by a GeoJSON geometry that holds their points.

    Examples
    --------
    >>> places(["east"], ["west", "east"], None).tolist()
    [False, True]
    """
    if where is None:
        return np.ones(len(names), bool)
    if isinstance(where, Mapping):
        if points is None:
            raise InvalidInputError(
                "The regions do not say where they are; give them the coordinates longitude and latitude, or name the regions."
            )
        return np.asarray(contains_xy(drawn(where), points[:, 0], points[:, 1]), bool)
    return named(where, names, "region")


def drive(prepared: Prepared, patches: Sequence[Patch]) -> Driven:
    """Return what holds in each step.

    Raises
    ------
    InvalidInputError
        If a patch names a region that there is not.
    """
    a = prepared.arrays
    steps, count, step = int(a["steps"]), int(a["people"].size), float(a["step"])
    begin = np.arange(steps) * step * DAY
    contacts = np.ones((steps, count))
    given = prepared.forcing.contact_factor
    if "time" in given.dims:
        at = holding(given.time.values, begin)
        values = np.asarray(given.values, float)
        contacts *= values[at] if values.ndim > 1 else values[at][:, None]
    else:
        contacts *= np.asarray(given.values, float)
    driven = Driven(
        contacts, np.zeros((steps, count)), np.ones(steps), np.zeros((steps, count)),
        np.broadcast_to(a["beds"], (steps, 2, count)).copy(),
    )  # fmt: skip
    for patch in patches:
        now = (begin >= patch.start - 1e-6) & (begin < (np.inf if patch.end is None else patch.end) - 1e-6)
        if patch.target == "mobility":
            driven.travel[now] = np.clip(patch.apply(driven.travel[now]), 0.0, 1.0)
            continue
        here = places(patch.where, a["names"], a["points"])
        if not here.any() or not now.any():
            continue
        cells = np.ix_(now, here)
        if patch.target in ("contact_factor", "isolation"):
            target = driven.contacts if patch.target == "contact_factor" else driven.isolation
            most = np.inf if patch.target == "contact_factor" else 1.0
            target[cells] = np.clip(patch.apply(target[cells]), 0.0, most)
        elif patch.target == "vaccination":
            share = a["people"] * here / (a["people"] * here).sum()
            driven.doses[now] += max(patch.value, 0.0) * share
        elif patch.target in ("hospital_beds", "icu_beds"):
            kind = 0 if patch.target == "hospital_beds" else 1
            # split as the people are, where an amount is added
            value = (
                patch.value * a["people"] / (a["people"] * here).sum() if patch.operation == "add" else None
            )
            before = driven.beds[:, kind][cells]
            after = before + value[here] if value is not None else patch.apply(before)
            driven.beds[:, kind][cells] = np.maximum(after, 0.0)
    return driven
