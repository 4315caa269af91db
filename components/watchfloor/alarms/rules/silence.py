"""Silence: a station has sent no value for longer than it should."""

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar, Literal

import numpy as np
from pydantic import field_validator

from watchfloor.alarms.amount import Span, span, spoken
from watchfloor.alarms.rules.base import Moment, Rule, Said, Subject
from watchfloor.alarms.site import About, Site
from watchfloor.alarms.thresholds import Level, ThresholdSet, levels_of
from watchfloor.core.clock import format_time, from_micros
from watchfloor.store.cube import Cube

__all__ = ["SilenceRule"]

_DAY = timedelta(days=1)
_NEAR = 48
"""Columns that are looked through for all stations at once."""


class SilenceRule(Rule):
    """The age of the newest value of a station against limits.

    Parameters
    ----------
    limits
        Levels by ages, such as ``{yellow: 1 h, orange: 6 h}``.
    cadences
        A level is not reached before so many of the station's cadences have passed.
    forget
        A station that has been silent for longer counts as taken down, and no more as silent.

    Examples
    --------
    >>> rule = SilenceRule(kind="silence", title="Silent", limits={"yellow": "1 h"})
    >>> rule.ages[0].high
    3600.0
    """

    takes_own: ClassVar[bool] = False
    kind: Literal["silence"]
    cadences: float = 3.0
    forget: Span = timedelta(days=30)

    @field_validator("limits", mode="before")
    @classmethod
    def _ages(cls, value: object) -> object:
        """Read ages as seconds."""
        if not isinstance(value, dict):
            return value
        found: dict[str, object] = {}
        for name, row in value.items():
            if isinstance(row, dict) and "at" in row:
                found[name] = {**row, "at": span(row["at"]).total_seconds()}
            else:
                found[name] = span(row).total_seconds()
        return found

    @property
    def instant(self) -> bool:
        """Whether it is worked out for one moment alone: who is silent sends no samples."""
        return True

    @property
    def ages(self) -> tuple[Level, ...]:
        """The levels, their limits in seconds."""
        return levels_of(self.limits if isinstance(self.limits, dict) else {}, "above")

    def moments(self, cube: Cube, site: Site, at: int) -> Iterator[Moment]:
        """Say who is silent at a time."""
        levels = ThresholdSet(self.ages, "s", "above", self.id, self.version, self.source)
        newest = _newest(cube, at)
        for about in site.selected(self.series):
            last = newest.get(about.name)
            if last is None:
                continue  # what never spoke is not silent: it may not be there yet
            age, cadence = (at - last) / 1e6, cube.cadence(about.name)
            reached = self._level(age, cadence, levels)
            yield self._moment(about, levels, reached, age, last, cadence)

    def changes(self, cube: Cube, site: Site, start: int, end: int) -> Iterator[tuple[int, Moment]]:
        """Say who fell silent between two times, and who spoke again."""
        levels = ThresholdSet(self.ages, "s", "above", self.id, self.version, self.source)
        told = set(cube.names())
        for about in site.selected(self.series):
            if about.name not in told:
                continue
            cadence = cube.cadence(about.name)
            spoke = cube.window(about.name, None, from_micros(end + 1)).measured().time
            least = (
                max(levels.levels[0].high, cadence.total_seconds() * self.cadences if cadence else 0.0) * 1e6
            )
            gaps = np.diff(np.append(spoke, end))
            for at in np.flatnonzero(gaps >= least).tolist():
                last, until = int(spoke[at]), int(spoke[at] + gaps[at])
                before = 0
                limits = [level.high for level in levels.levels]
                patience = cadence.total_seconds() * self.cadences + 1e-6 if cadence else 0.0
                turns = sorted({*limits, max(patience, limits[0]), self.forget.total_seconds() + 1e-6})
                for age in turns:
                    when = last + round(age * 1e6)
                    reached = self._level(age, cadence, levels)
                    if when <= until and when <= end and reached != before:
                        before = reached
                        yield max(when, start), self._moment(about, levels, reached, age, last, cadence)
                if before and until < end:
                    yield until, self._moment(about, levels, 0, 0.0, until, cadence)

    def _level(self, age: float, cadence: timedelta | None, levels: ThresholdSet) -> int:
        patient = cadence is not None and age <= cadence.total_seconds() * self.cadences
        return 0 if patient or age > self.forget.total_seconds() else levels.at(age)

    def _moment(
        self,
        about: About,
        levels: ThresholdSet,
        reached: int,
        age: float,
        last: int,
        cadence: timedelta | None,
    ) -> Moment:
        subject = Subject(about.name, (), (levels,), "s", about, about.station)
        said = None
        if reached:
            level = levels.levels[reached - 1]
            expected = f", expected every {spoken(cadence)}" if cadence is not None else ""
            said = Said(
                f"{about.quantity} at {about.station} has sent no value for {spoken(age)} (last at "
                f"{format_time(from_micros(last))}{expected}), longer than {level.name} {spoken(level.high)}"
            )
        return Moment(subject, reached, age, said, (about.name,))


def _newest(cube: Cube, at: int) -> dict[str, int]:
    """Return the time of the newest value of every series at or before a time."""
    latest = cube.latest()
    now = (latest.time <= at) & ~np.isnan(latest.value)
    found = {
        name: time
        for name, time, good in zip(latest.names, latest.time.tolist(), now.tolist(), strict=True)
        if good
    }
    for group in cube.groups(name for name in latest.names if name not in found):
        step = group.step(at)
        end = int(step.max()) + 1
        value, _ = group.block(end - _NEAR, end)
        good = ~np.isnan(value) & (np.arange(end - _NEAR, end) <= step[:, None])
        place = good.shape[1] - 1 - np.argmax(good[:, ::-1], axis=1)
        for row in np.flatnonzero(good.any(axis=1)).tolist():
            found[group.names[row]] = int((end - _NEAR + place[row]) * group.cadence + group.phase[row])
    for name, time in zip(latest.names, latest.time.tolist(), strict=True):
        end, size = min(at, time), timedelta(hours=6)
        while (
            name not in found and size < 4000 * _DAY
        ):  # the longer it has been silent, the rarer it is asked
            window = cube.window(name, from_micros(end) - size, from_micros(end + 1))
            have = np.flatnonzero(~np.isnan(window.value))
            if len(have):
                found[name] = int(window.time[have[-1]])
            size *= 8
    return found
