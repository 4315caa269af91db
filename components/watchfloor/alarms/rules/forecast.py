"""Forecast: a limit will be passed within a time, with a probability."""

import math
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from watchfloor.alarms import signals
from watchfloor.alarms.amount import Span
from watchfloor.alarms.boards import Board
from watchfloor.alarms.rules.base import Case, Moment, Plan, Rule, Said, Subject, named
from watchfloor.alarms.sentence import Sentence, Value, length, number, share
from watchfloor.alarms.sentence import level as level_name
from watchfloor.alarms.site import About, Site
from watchfloor.alarms.thresholds import Level
from watchfloor.core.clock import from_micros
from watchfloor.store.cube import Cube

__all__ = ["ForecastRule"]

Floats = NDArray[np.float32]


class ForecastRule(Rule):
    """A forecast against limits.

    Parameters
    ----------
    by
        ``trend``: the straight line through the samples of the last `over`, with its prediction error; ``series``: series
        whose attribute ``forecast_of`` names the station's series, each one a member of an ensemble.
    within
        How far ahead is looked.
    over
        Length of the window that a trend is fitted to.
    probability
        With which probability the limit must be passed: the share of the ensemble, or that of the prediction's
        normal distribution.
    least
        Samples that a trend needs.

    Notes
    -----
    Forecast series are held as they are known last: on the past they know more than was known then.

    Examples
    --------
    >>> rule = ForecastRule(kind="forecast", title="Will rise", within="6 h", over="3 h", probability=0.8)
    >>> rule.lookback.total_seconds(), round(rule.z, 3)
    (10800.0, -0.842)
    """

    kind: Literal["forecast"]
    by: Literal["trend", "series"] = "trend"
    within: Span
    over: Span = timedelta(hours=3)
    probability: float = Field(0.5, gt=0, lt=1)
    least: int = Field(6, ge=3, le=10_000)

    @model_validator(mode="after")
    def _times(self) -> "ForecastRule":
        if not self.within:
            raise ValueError("`within` must be longer than nothing.")
        if self.direction == "outside":
            raise ValueError("`direction: outside` cannot be forecast: write one rule for each side.")
        return self

    @property
    def lookback(self) -> timedelta:
        """How far before a sample its signal depends on."""
        return self.over

    @property
    def z(self) -> float:
        """Quantile of the normal distribution that is passed with the probability asked for."""
        from scipy.stats import norm

        return float(norm.ppf(1 - self.probability))

    @property
    def instant(self) -> bool:
        """Whether it is worked out for one moment alone: a forecast that others made lies in the future."""
        return self.by == "series"

    def moments(self, cube: Cube, site: Site, at: int) -> Iterator[Moment]:
        """Say what forecast series reach after a time."""
        members: dict[str, list[str]] = {}
        for about in site.selected(self.series):
            target = str(about.attrs.get("forecast_of") or "")
            if target in site.series:
                members.setdefault(target, []).append(about.name)
        start, end = from_micros(at + 1), from_micros(at) + self.within
        told = set(cube.names())
        for target, names in sorted(members.items()):
            about = site.series[target]
            sets = [item for item in self.sets(about, site) if item.holds(from_micros(at))]
            windows = [cube.window(name, start, end).measured() for name in names if name in told]
            windows = [window for window in windows if len(window.time)]
            if not sets or not windows:
                continue
            chosen = sets[-1]
            subject = Subject(target, (), (chosen,), about.units, about, about.station)
            worst = [
                window.value.min() if chosen.direction == "below" else window.value.max()
                for window in windows
            ]
            rank = max(1, math.ceil(self.probability * len(worst)))
            value = float(
                np.sort(worst)[rank - 1]
                if chosen.direction == "below"
                else -np.sort(-np.array(worst))[rank - 1]
            )
            reached = chosen.at(value)
            said = None
            if reached:
                level = chosen.levels[reached - 1]
                past = [
                    window.time[[level.reached(float(item)) for item in window.value]] for window in windows
                ]
                first = sorted(int(times[0]) for times in past if len(times))
                values = self._said(about, level, value) | {
                    "count": len(first),
                    "of": len(windows),
                    "first": length((first[len(first) // 2] - at) / 1e6),
                }
                said = Said(Sentence("forecast.series", values))
            yield Moment(subject, reached, value, said, tuple(names))

    def signal(self, board: Board, plan: Plan, subjects: NDArray[np.int64]) -> Floats:
        """Return the value that is passed within the time with the probability asked for."""
        out = np.full((len(subjects), board.value.shape[1] - board.begin), np.nan, np.float32)
        below = np.array([plan.subjects[at].sets[0].direction == "below" for at in subjects.tolist()], bool)
        rows = np.array([board.place[plan.subjects[at].members[0]] for at in subjects.tolist()])
        window, ahead = self.over // timedelta(microseconds=1), self.within // timedelta(microseconds=1)
        for side in (False, True):
            mine = below == side
            if mine.any():
                z = -self.z if side else self.z
                out[mine] = signals.trend(
                    board.value[rows[mine]],
                    board.times(rows[mine]),
                    board.begin,
                    window,
                    ahead,
                    z,
                    self.least,
                )
        return out

    def say(self, case: Case) -> Said:
        """Say why a level holds."""
        subject, level, value, board = case.subject, case.level, case.value, case.board
        about = subject.about
        limit = level.limit(value)
        lead: Value = ""
        if board is not None and board.value.shape[1]:
            row = board.value[board.place[subject.members[0]]]
            have = ~np.isnan(row)
            now = float(row[have][-1]) if have.any() else float("nan")
            if level.reached(now):
                lead = Sentence("lead.there", {"now": number(now, about.units)})
            elif now == now and value != now:  # noqa: PLR0124
                hours = (limit - now) / (value - now) * (self.within / timedelta(hours=1))
                lead = Sentence("lead.later", {"now": number(now, about.units), "time": length(hours * 3600)})
        values = self._said(about, level, value) | {
            "probability": share(self.probability),
            "value": number(value, about.units),
            "lead": lead,
        }
        return Said(Sentence("forecast.trend", values))

    def _said(self, about: About, level: Level, value: float) -> dict[str, Value]:
        limit = level.limit(value)
        return {
            **named(about),
            "side": Sentence("side.below" if value < limit else "side.above"),
            "level": level_name(level.name),
            "limit": number(limit, about.units),
            "within": length(self.within),
        }
