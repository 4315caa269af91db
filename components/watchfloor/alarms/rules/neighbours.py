"""Neighbours: a station and those around it agree that it is bad, or one disagrees with all around it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from watchfloor.alarms import signals
from watchfloor.alarms.amount import Span
from watchfloor.alarms.boards import Board
from watchfloor.alarms.rules.base import Case, Plan, Rule, Said, Subject, named
from watchfloor.alarms.rules.stations import apart, own_limits, steps
from watchfloor.alarms.sentence import Sentence, Value, number
from watchfloor.alarms.sentence import level as level_name
from watchfloor.alarms.site import Site
from watchfloor.alarms.thresholds import Level, ThresholdSet

__all__ = ["NeighboursRule"]

Floats = NDArray[np.float32]


class NeighboursRule(Rule):
    """A station against those around it, of the same quantity.

    Parameters
    ----------
    mode
        ``agree``: the station and at least `least` neighbours have reached a level; ``disagree``: its value is further from
        the neighbours' median than the limits.
    radius_km
        How far neighbours may be.
    least
        How many there must be.
    most
        The nearest so many count.
    hold
        A neighbour that is silent counts with its last value for so long.

    Examples
    --------
    >>> rule = NeighboursRule(kind="neighbours", title="Confirmed rain", radius_km=15, least=2)
    >>> rule.mode, rule.across
    ('agree', True)
    """

    across: ClassVar[bool] = True
    kind: Literal["neighbours"]
    mode: Literal["agree", "disagree"] = "agree"
    radius_km: float = Field(gt=0, le=2000)
    least: int = Field(2, ge=1, le=50)
    most: int = Field(8, ge=1, le=50)
    hold: Span = timedelta(minutes=30)

    @model_validator(mode="after")
    def _own(self) -> "NeighboursRule":
        if self.mode == "disagree" and self.limits == "own":
            raise ValueError(
                "`limits` is missing: a disagreement is another quantity than the thresholds of the series."
            )
        if self.most < self.least:
            raise ValueError(f"`most` is {self.most} and `least` is {self.least}; expected least <= most.")
        return self

    @property
    def lookback(self) -> timedelta:
        """How far before a sample its signal depends on."""
        return self.hold

    def bind(self, names: Sequence[str], site: Site) -> tuple[Plan, dict[str, str]]:
        """Bind the rule to each station that has neighbours enough."""
        plan, left = super().bind(names, site)
        distance = apart(plan.abouts)
        np.fill_diagonal(distance, np.inf)
        fields = np.array([about.field for about in plan.abouts])
        distance[fields[:, None] != fields] = np.inf
        sets: list[tuple[ThresholdSet, ...]] = [() for _ in names]
        for subject in plan.subjects:
            sets[subject.members[0]] = subject.sets
        subjects = []
        for subject in plan.subjects:
            own = subject.members[0]
            order = np.argsort(distance[own], kind="stable")[: self.most]
            near = tuple(int(at) for at in order if distance[own, at] <= self.radius_km)
            if len(near) < self.least:
                left[subject.key] = (
                    f"it has {len(near)} neighbours within {self.radius_km:g} km, fewer than {self.least}"
                )
                continue
            levels = (steps(subject.sets[-1].levels),) if self.mode == "agree" else subject.sets
            units = "" if self.mode == "agree" else subject.units
            subjects.append(Subject(subject.key, (own, *near), levels, units, subject.about, subject.title))
        return Plan(plan.names, tuple(subjects), plan.abouts, own_limits(sets)), left

    def signal(self, board: Board, plan: Plan, subjects: NDArray[np.int64]) -> Floats:
        """Return the levels that are agreed upon, or the distance from the neighbours' median."""
        assert plan.own is not None
        back = int(self.hold // timedelta(microseconds=max(1, board.cadence))) if board.cadence else 0
        value = np.ascontiguousarray(signals.held(board.value, back)[:, board.begin :])
        own = board.value[:, board.begin :]
        if self.mode == "agree":
            members = np.flatnonzero(board.place >= 0)
            members = members[np.argsort(board.place[members])]
            value = signals.position(value, plan.own[0][members], plan.own[1][members])
        out = np.full((len(subjects), value.shape[1]), np.nan, np.float32)
        for row, at in enumerate(subjects.tolist()):
            mine, *near = (int(board.place[member]) for member in plan.subjects[at].members)
            have = ~np.isnan(own[mine])
            around = value[near]
            if self.mode == "agree":
                around = -np.sort(-np.nan_to_num(around, nan=-1.0), axis=0)[self.least - 1]
                found = np.minimum(value[mine], np.maximum(around, 0))
            else:
                have &= (~np.isnan(around)).sum(axis=0) >= self.least
                found = np.full(len(have), np.nan, np.float32)
                if have.any():
                    found[have] = np.abs(own[mine, have] - np.nanmedian(around[:, have], axis=0))
            out[row, have] = found[have]
        return out

    def back(self, level: Level, units: str) -> tuple[float, float]:
        """Return where a level is left; of counted levels the dead-band is a share of the way to the level."""
        if self.mode == "disagree":
            return super().back(level, units)
        return level.high - self.deadband.of(1.0, ""), level.low

    def say(self, case: Case) -> Said:
        """Say why a level holds."""
        subject, level, value, board = case.subject, case.level, case.value, case.board
        about = subject.about
        near = len(subject.members) - 1
        if board is None:
            return Said(Sentence("neighbours.same", {**named(about), "level": level_name(level.name)}))
        back = int(self.hold // timedelta(microseconds=max(1, board.cadence))) if board.cadence else 0
        last = signals.held(board.value, back)[[int(board.place[member]) for member in subject.members], -1]
        around = last[1:][~np.isnan(last[1:])]
        middle = float(np.median(around)) if len(around) else float("nan")
        common: dict[str, Value] = {
            **named(about), "value": number(float(last[0]), about.units), "median": number(middle, about.units),
            "near": near, "level": level_name(level.name),
        }  # fmt: skip
        if self.mode == "disagree":
            values = common | {
                "apart": number(value, about.units), "limit": number(level.limit(value), about.units),
            }  # fmt: skip
            return Said(Sentence("neighbours.disagree", values))
        return Said(
            Sentence("neighbours.agree", common | {"least": self.least}),
            float(last[0]), None, about.units,
        )  # fmt: skip
