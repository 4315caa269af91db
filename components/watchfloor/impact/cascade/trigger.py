"""What a hazard's result says of a cascade's events, member by member."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.impact.assessment import ARRIVAL
from watchfloor.impact.cascade.graph import Cascade, Trigger
from watchfloor.impact.result import Impact

__all__ = ["highest", "triggered"]


def triggered(cascade: Cascade, impact: Impact) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return which events an assessed hazard brings about, and when.

    Only events of the hazard's kind, or of none, are looked at, and only those whose output the result has.

    Parameters
    ----------
    cascade
        The graph.
    impact
        Of the hazard; its facilities, lifelines and districts are the places that triggers name.

    Returns
    -------
    dict, dict
        By event: whether, and at which time in seconds, one for each member: what `play` takes.

    Raises
    ------
    UnknownNameError
        If a facility or a district is not known.
    """
    given: dict[str, np.ndarray] = {}
    when: dict[str, np.ndarray] = {}
    run = impact.run
    timed = ARRIVAL in run.outcome.fields
    for name, trigger, cells in _looked(cascade, impact):
        found, first = np.zeros(impact.members.size, bool), np.zeros(impact.members.size)
        if cells.size:
            for where, values in run.outcome.blocks([trigger.field, *([ARRIVAL] if timed else [])], cells):
                above = values[trigger.field] > trigger.above
                found[where] = above.any(axis=1)
                if timed:
                    early = np.where(above, values[ARRIVAL], np.inf).min(axis=1)
                    first[where] = np.where(np.isfinite(early), early, 0.0)
        given[name], when[name] = found, first
    return given, when


def highest(cascade: Cascade, impact: Impact) -> dict[str, np.ndarray]:
    """Return the number that each trigger looks at: the highest value of its output at its place, one for each member.

    Parameters
    ----------
    cascade, impact
        As of `triggered`.

    Returns
    -------
    dict
        By event, in the field's unit; NaN where its place lies outside of the run.
    """
    made: dict[str, np.ndarray] = {}
    for name, trigger, cells in _looked(cascade, impact):
        made[name] = np.full(impact.members.size, np.nan)
        if cells.size:
            for where, values in impact.run.outcome.blocks([trigger.field], cells):
                made[name][where] = values[trigger.field].max(axis=1)
    return made


def _looked(cascade: Cascade, impact: Impact) -> Iterator[tuple[str, Trigger, np.ndarray]]:
    """Go through the events that a result tells, with what is looked at and in which cells."""
    for event in cascade.events:
        trigger = event.trigger
        if (
            trigger is None
            or trigger.field not in impact.run.outcome.fields
            or event.kind not in ("", impact.kind)
        ):
            continue
        yield event.name, trigger, _cells(trigger, impact.run)


def _cells(trigger: Trigger, run: Any) -> np.ndarray:
    """Return the cells that a trigger looks at; none where its place lies outside of the run."""
    if trigger.facility:
        names: list[str] = []
        for layer in ("facilities", "lifelines"):
            if layer not in run.exposures.layers:
                continue
            table = run.exposures.layers[layer].data
            for column in ("id", "name"):
                if column in table:
                    rows = np.flatnonzero(table[column].astype(str) == trigger.facility)
                    names += list(table[column].astype(str))
                    if rows.size:
                        elements = run.ground.place(run.exposures.layers[layer])
                        return np.unique(elements.cell[np.isin(elements.owner, rows)])
        raise UnknownNameError("facility", trigger.facility, [name for name in names if name])
    if trigger.district:
        table = run.ground.districts
        if table is None:
            raise InvalidInputError(
                f"The trigger names the district {trigger.district!r}, but no districts are given."
            )
        rows = np.flatnonzero(
            (table["code"].astype(str) == trigger.district) | (table["name"].astype(str) == trigger.district)
        )
        if not rows.size:
            raise UnknownNameError(
                "district", trigger.district, [*table["code"].astype(str), *table["name"].astype(str)]
            )
        return np.flatnonzero(np.isin(run.ground.district, rows))
    return np.arange(run.ground.size)
