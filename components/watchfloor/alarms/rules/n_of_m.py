"""N of m: at least n of the last m samples of a station, or of m stations, are beyond their limits."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from watchfloor.alarms import signals
from watchfloor.alarms.amount import Span
from watchfloor.alarms.boards import Board
from watchfloor.alarms.rules.base import Case, Plan, Rule, Said, Subject, beyond, named
from watchfloor.alarms.rules.stations import own_limits, ranked, steps
from watchfloor.alarms.sentence import Sentence, Value, joined, number, quantity, station
from watchfloor.alarms.sentence import level as level_name
from watchfloor.alarms.site import Site
from watchfloor.alarms.thresholds import Level, ThresholdSet
from watchfloor.security.text import plain

__all__ = ["NOfMRule"]

Floats = NDArray[np.float32]
_AGE = timedelta(days=3650)


class NOfMRule(Rule):
    """At least n of m beyond their limits.

    Parameters
    ----------
    of
        ``samples``: the last `m` of each station; ``stations``: of those that `series` selects.
    n, m
        How many, of how many; `m` is not used for stations.
    by
        Attribute that puts stations into groups, such as ``basin``; empty for one group of all.
    hold
        A station that is silent counts with its last value for so long.

    Examples
    --------
    >>> rule = NOfMRule(kind="n_of_m", title="Rain over the basin", of="stations", n=3, by="basin")
    >>> rule.across_stations
    True
    """

    across: ClassVar[bool] = True
    kind: Literal["n_of_m"]
    of: Literal["samples", "stations"] = "samples"
    n: int = Field(ge=1, le=1000)
    m: int = Field(0, ge=0, le=1000)
    by: str = Field("", max_length=60)
    hold: Span = timedelta(minutes=30)

    @model_validator(mode="after")
    def _counts(self) -> "NOfMRule":
        if self.of == "samples" and not self.n <= self.m:
            raise ValueError(f"`n` is {self.n} and `m` is {self.m}; expected n <= m.")
        if self.of == "stations" and self.m:
            raise ValueError("`m` is not used for stations: it is how many `series` selects.")
        if self.direction == "outside" and self.of == "samples":
            raise ValueError(
                "`direction: outside` cannot be counted in samples: write one rule for each side."
            )
        return self

    @property
    def across_stations(self) -> bool:
        """Whether stations are counted."""
        return self.of == "stations"

    @property
    def lookback(self) -> timedelta:
        """How far before a sample its signal depends on: samples are counted, and may lie apart."""
        return self.hold if self.across_stations else timedelta(hours=max(24, self.m))

    def bind(self, names: Sequence[str], site: Site) -> tuple[Plan, dict[str, str]]:
        """Bind the rule: to each station, or to each group of them."""
        plan, left = super().bind(names, site)
        if not self.across_stations:
            return plan, left
        groups: dict[str, list[Subject]] = {}
        for subject in plan.subjects:
            value = subject.about.attrs.get(self.by) if self.by else "all"
            if isinstance(value, str | int | float):
                groups.setdefault(plain(str(value), 60), []).append(subject)
            else:
                left[subject.key] = f"it has no attribute {self.by!r}"
        sets: list[tuple[ThresholdSet, ...]] = [() for _ in names]
        for subject in plan.subjects:
            sets[subject.members[0]] = subject.sets
        subjects = []
        for group, mine in sorted(groups.items()):
            if len(mine) < self.n:
                left[mine[0].key] = f"its group {group!r} has {len(mine)} stations, fewer than n = {self.n}"
                continue
            most = max((item.sets[-1].levels for item in mine), key=len)
            subjects.append(
                Subject(
                    self.id if group == "all" and not self.by else f"{self.id}:{group}",
                    tuple(item.members[0] for item in mine),
                    (steps(most),),
                    "",
                    mine[0].about,
                    self.title() if not self.by else f"{self.title()}: {group}",
                )
            )
        return Plan(plan.names, tuple(subjects), plan.abouts, own_limits(sets)), left

    def signal(self, board: Board, plan: Plan, subjects: NDArray[np.int64]) -> Floats:
        """Return the n-th largest: of the last samples, or of how many levels the stations have reached."""
        if not self.across_stations:
            return self._samples(board, plan, subjects)
        assert plan.own is not None
        members = np.flatnonzero(board.place >= 0)
        order = np.argsort(board.place[members])
        members = members[order]
        back = int(self.hold // timedelta(microseconds=max(1, board.cadence))) if board.cadence else 0
        filled = signals.held(board.value, back)[:, board.begin :]
        reached = signals.position(np.ascontiguousarray(filled), plan.own[0][members], plan.own[1][members])
        out = np.full((len(subjects), filled.shape[1]), np.nan, np.float32)
        for row, at in enumerate(subjects.tolist()):
            mine = board.place[list(plan.subjects[at].members)].astype(np.int64)
            signals.across(reached, mine, self.n, out[row])
        return out

    def back(self, level: Level, units: str) -> tuple[float, float]:
        """Return where a level is left; of counted levels the dead-band is a share of the way to the level."""
        if not self.across_stations:
            return super().back(level, units)
        return level.high - self.deadband.of(1.0, ""), level.low

    def say(self, case: Case) -> Said:
        """Say why a level holds."""
        subject, level, value, board = case.subject, case.level, case.value, case.board
        about = subject.about
        if not self.across_stations:
            values = {
                **named(about),
                "value": number(value, subject.units),
                "n": self.n,
                "m": self.m,
                "beyond": beyond(level, value, subject.units),
            }
            return Said(Sentence("samples.least", values))
        asked: dict[str, Value] = {
            "quantity": quantity(about), "n": self.n, "of": len(subject.members), "level": level_name(level.name),
        }  # fmt: skip
        if board is None or case.plan.own is None:
            return Said(Sentence("stations.count", asked))
        back = int(self.hold // timedelta(microseconds=max(1, board.cadence))) if board.cadence else 0
        filled = Board(
            board.time, board.shift, signals.held(board.value, back), board.begin, board.cadence, board.place
        )
        found = ranked(
            filled,
            filled.value.shape[1] - 1,
            subject.members,
            case.plan.names,
            int(level.high),
            case.plan.own,
        )
        by_name = dict(zip(case.plan.names, case.plan.abouts, strict=True))
        stations: list[Value] = [
            Sentence("stations.one", {"station": station(by_name[name]), "value": number(at, about.units)})
            for name, at in found[:4]
        ]
        listed = {"stations": joined(stations), "more": len(found) - 4}
        key = "stations.more" if len(found) > 4 else "stations.listed"
        when = int(board.time[-1])
        return Said(
            Sentence(
                "stations.reached",
                asked | {"count": len(found), "listed": Sentence(key, listed) if stations else ""},
            ),
            float(len(found)), float(self.n), "1",
            tuple((name, when + int(board.shift[board.place[case.plan.names.index(name)]])) for name, _ in found[:12]),
        )  # fmt: skip

    def _samples(self, board: Board, plan: Plan, subjects: NDArray[np.int64]) -> Floats:
        rows = np.array([board.place[plan.subjects[at].members[0]] for at in subjects.tolist()])
        below = np.array([plan.subjects[at].sets[0].direction == "below" for at in subjects.tolist()])
        found = np.empty((len(rows), board.value.shape[1] - board.begin), np.float32)
        window = _AGE // timedelta(microseconds=1) if not board.cadence else (self.m - 1) * board.cadence
        for side in (False, True):
            mine = below == side
            if mine.any():
                found[mine] = signals.nth(
                    board.value[rows[mine]],
                    board.times(rows[mine]),
                    board.begin,
                    window,
                    self.m,
                    self.n,
                    0.0,
                    not side,
                    self.n,
                )
        return found
