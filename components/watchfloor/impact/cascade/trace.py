"""One member's cascade, step by step: what came first, which output or which event brought each one about, with numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from watchfloor.impact.cascade.graph import Event, Link, Trigger
from watchfloor.impact.cascade.play import Play
from watchfloor.impact.outcome import row_of

__all__ = ["Step", "steps"]


@dataclass(frozen=True)
class Step:
    """One event of a member, and why it happened.

    Parameters
    ----------
    event
        What happened.
    time
        When, s from the start of the run.
    by
        ``result`` (a hazard's output passed a level), ``event`` (another event brought it about) or ``itself``.
    links
        Those that brought it about: the first that came, or all where all are needed. None unless `by` is ``event``.
    trigger
        What was looked at, where `by` is ``result``.
    value
        The output's highest value there, in the field's unit; NaN where it is not known.
    """

    event: Event
    time: float
    by: Literal["result", "event", "itself"]
    links: tuple[Link, ...] = ()
    trigger: Trigger | None = None
    value: float = float("nan")


def steps(played: Play, member: int, values: Mapping[str, np.ndarray] | None = None) -> tuple[Step, ...]:
    """Return all that happened in a member, in the order of time, each with what brought it about.

    Parameters
    ----------
    played
        The cascade in every member.
    member
        Its number.
    values
        By event: the number that its trigger looked at, one for each member (`highest`).

    Raises
    ------
    UnknownNameError
        If there is no such member.

    Examples
    --------
    >>> from watchfloor.impact.cascade import Cascade, play
    >>> flood, dark = Event("flood", "Flood", probability=1.0), Event("dark", "Outage")
    >>> made = play(Cascade("a", "A", events=(flood, dark), links=(Link("flood", "dark", 1.0, delay=3600.0),)), members=3)
    >>> [(step.event.en, step.time, step.by) for step in steps(made, 0)]
    [('Flood', 0.0, 'itself'), ('Outage', 3600.0, 'event')]
    """
    row = row_of(played.members, member)
    cascade = played.cascade
    told = values or {}
    found = []
    for name in cascade.order:
        if not played.happened[name][row]:
            continue
        event, time = cascade.by_name[name], float(played.time[name][row])
        if name in played.given and played.itself[name][row]:
            value = float(told[name][row]) if name in told else float("nan")
            found.append(Step(event, time, "result", trigger=event.trigger, value=value))
        elif played.itself[name][row]:
            found.append(Step(event, time, "itself"))
        else:
            came = [link for link in cascade.into[name] if played.passed[link.name][row]]
            # any: the first that arrived; all: each of them was needed
            first = (
                came
                if event.gate == "all"
                else [min(came, key=lambda link: (played.arrives(link, member), link.name))]
            )
            found.append(Step(event, time, "event", tuple(first)))
    place = {name: number for number, name in enumerate(cascade.order)}
    return tuple(sorted(found, key=lambda step: (step.time, place[step.event.name])))
