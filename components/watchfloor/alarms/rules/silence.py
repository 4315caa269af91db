"""Silence: a station has sent no value for longer than it should."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import field_validator, model_validator

from watchfloor.alarms.amount import Span, span
from watchfloor.alarms.rules.base import Moment, Rule, Said, Subject, named
from watchfloor.alarms.sentence import Sentence, length, moment
from watchfloor.alarms.sentence import level as level_name
from watchfloor.alarms.site import About, Site
from watchfloor.alarms.thresholds import Level, ThresholdSet, levels_of
from watchfloor.core.clock import from_micros
from watchfloor.diagnosis.silence import measures, patience
from watchfloor.store.cube import Cube

__all__ = ["SilenceRule"]

_DAY = timedelta(days=1)
_NEAR = 48
"""Columns that are looked through for all stations at once."""


class SilenceRule(Rule):
    """Who is silent, and for how long.

    When a station is silent is not this rule's to say: `diagnosis.silence` does, for maps and health as well.

    Parameters
    ----------
    limits
        Levels by ages of the newest value, such as ``{yellow: silent, orange: 6 h}``: ``silent`` is as soon as the
        station counts as such, and no level is reached before.
    never
        Whether a station that has never told anything is silent at the first level. It may not be there yet, so this
        must be asked for.
    forget
        A station that has been silent for longer counts as taken down, and no more as silent.

    Examples
    --------
    >>> rule = SilenceRule(kind="silence", title="Silent", limits={"blue": "silent", "yellow": "1 h"})
    >>> [level.high for level in rule.ages]
    [0.0, 3600.0]
    """

    takes_own: ClassVar[bool] = False
    kind: Literal["silence"]
    limits: Literal["own"] | dict[str, Any] = {"blue": 0.0}
    never: bool = False
    forget: Span = timedelta(days=30)

    @model_validator(mode="before")
    @classmethod
    def _former(cls, given: object) -> object:
        """Read documents of when rules themselves said how many cadences a station may miss."""
        if isinstance(given, dict) and "cadences" in given:
            return {name: value for name, value in given.items() if name != "cadences"}
        return given

    @field_validator("limits", mode="before")
    @classmethod
    def _ages(cls, value: object) -> object:
        """Read ages as seconds."""
        if not isinstance(value, dict):
            return value
        found: dict[str, object] = {}
        for name, row in value.items():
            if isinstance(row, dict) and "at" in row:
                found[name] = {**row, "at": _age(row["at"])}
            else:
                found[name] = _age(row)
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
        for about in self._sensors(site):
            last = newest.get(about.name)
            if last is None:
                if self.never:
                    yield self._moment(about, levels, 1, float("nan"), None)
                continue
            age = (at - last) / 1e6
            yield self._moment(about, levels, self._level(age, about, levels), age, last)

    def changes(self, cube: Cube, site: Site, start: int, end: int) -> Iterator[tuple[int, Moment]]:
        """Say who fell silent between two times, and who spoke again."""
        levels = ThresholdSet(self.ages, "s", "above", self.id, self.version, self.source)
        told = set(cube.names())
        for about in self._sensors(site):
            if about.name not in told:
                continue
            spoke = cube.window(about.name, None, from_micros(end + 1)).measured().time
            wait = patience(about.attrs).total_seconds() + 1e-6
            least = max(levels.levels[0].high, wait) * 1e6
            gaps = np.diff(np.append(spoke, end))
            for at in np.flatnonzero(gaps >= least).tolist():
                last, until = int(spoke[at]), int(spoke[at] + gaps[at])
                before = 0
                ages = {max(wait, level.high) for level in levels.levels}
                for age in sorted({*ages, self.forget.total_seconds() + 1e-6}):
                    when = last + round(age * 1e6)
                    reached = self._level(age, about, levels)
                    if when <= until and when <= end and reached != before:
                        before = reached
                        yield max(when, start), self._moment(about, levels, reached, age, last)
                if before and until < end:
                    yield until, self._moment(about, levels, 0, 0.0, until)

    def _sensors(self, site: Site) -> list[About]:
        return [about for about in site.selected(self.series) if measures(about.attrs)]

    def _level(self, age: float, about: About, levels: ThresholdSet) -> int:
        patient = age <= patience(about.attrs).total_seconds()
        return 0 if patient or age > self.forget.total_seconds() else levels.at(age)

    def _moment(
        self, about: About, levels: ThresholdSet, reached: int, age: float, last: int | None
    ) -> Moment:
        subject = Subject(about.name, (), (levels,), "s", about, about.station)
        said = None
        if reached:
            level, wait = levels.levels[reached - 1], patience(about.attrs)
            if last is None:
                said = Said(Sentence("silence.never", {**named(about)}))
            else:
                over = {"level": level_name(level.name), "limit": length(level.high)}
                values = {
                    **named(about),
                    "age": length(age),
                    "last": moment(last),
                    "patience": length(wait),
                    "longer": Sentence("silence.longer", over) if level.high else "",
                }
                said = Said(Sentence("silence.gone", values))
        return Moment(subject, reached, age, said, (about.name,))


def _age(given: object) -> float:
    return 0.0 if given == "silent" else span(given).total_seconds()


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
