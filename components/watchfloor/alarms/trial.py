"""A rule on the past: how often it would have fired, where, and whether it would have chattered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watchfloor.alarms.amount import spoken
from watchfloor.alarms.combining import Part, combine, grouped, level_of, rank_of
from watchfloor.alarms.rules.base import Rule, Subject
from watchfloor.alarms.rules.combination import CombinationRule
from watchfloor.alarms.runner import Runner
from watchfloor.alarms.site import Site
from watchfloor.alarms.thresholds import Level
from watchfloor.core.clock import from_micros, micros
from watchfloor.store.cube import Cube

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHATTER", "Firing", "Trial", "tried"]

CHATTER = timedelta(minutes=60)
"""A rule that fires again for the same subject within this of its end chatters."""


@dataclass(frozen=True)
class Firing:
    """One stretch in which a rule would have fired for one subject.

    Parameters
    ----------
    subject, series
        Of whom, and what it rests on.
    start, end
        From when to when; `end` is the trial's where it goes on.
    level, name
        The worst level of it.
    value
        The signal when that level was reached.
    ended
        Whether it ended within the trial.
    """

    subject: str
    series: tuple[str, ...]
    start: datetime
    end: datetime
    level: int
    name: str
    value: float
    ended: bool = True


@dataclass(frozen=True)
class Trial:
    """What a rule would have done.

    Parameters
    ----------
    rule, version
        Which.
    start, end
        The stretch of the past.
    firings
        By their start.
    subjects
        How many it looks at.
    note
        What the past cannot show.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> at = [parse_time(f"2026-06-0{day}T00:00:00Z") for day in (1, 2, 3)]
    >>> trial = Trial("river", "1", at[0], at[2], (Firing("G05", ("G05",), at[0], at[1], 2, "orange", 2.5),), 1)
    >>> print(trial)
    river would have fired once in 2 d, at 1 of 1 places (0.5 a day); no chattering.
    """

    rule: str
    version: str
    start: datetime
    end: datetime
    firings: tuple[Firing, ...]
    subjects: int
    note: str = ""

    @property
    def per_day(self) -> float:
        """Firings a day."""
        return len(self.firings) / ((self.end - self.start) / timedelta(days=1))

    @property
    def chattering(self) -> int:
        """How many firings began within `CHATTER` of the end of the one before, of the same subject."""
        last: dict[str, datetime] = {}
        count = 0
        for firing in self.firings:
            count += firing.subject in last and firing.start - last[firing.subject] < CHATTER
            last[firing.subject] = firing.end
        return count

    def by_subject(self) -> dict[str, int]:
        """Return how often it fired for each subject that it fired for, the most first."""
        counts: dict[str, int] = {}
        for firing in self.firings:
            counts[firing.subject] = counts.get(firing.subject, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def frame(self) -> "pd.DataFrame":
        """Return the firings as a table: subject, start, end, level, name, value."""
        import pandas as pd

        rows = [(f.subject, f.start, f.end, f.level, f.name, f.value) for f in self.firings]
        return pd.DataFrame(rows, columns=["subject", "start", "end", "level", "name", "value"])

    def __str__(self) -> str:
        count = len(self.firings)
        times = {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
        text = f"{self.rule} would have fired {times} in {spoken(self.end - self.start)}"
        if count:
            text += f", at {len(self.by_subject())} of {self.subjects} places ({self.per_day:.2g} a day)"
            text += f"; {self.chattering} of them chattering" if self.chattering else "; no chattering"
        return f"{text}.{' ' + self.note if self.note else ''}"


@dataclass(frozen=True)
class _Change:
    """From `time` on a rule stands so for a subject."""

    rule: str
    subject: Subject
    series: tuple[str, ...]
    time: int
    level: int
    step: Level | None
    value: float


def tried(
    rule: Rule, runners: Mapping[str, Sequence[Runner]], site: Site, cube: Cube, start: datetime, end: datetime, parts: Mapping[str, Rule]
) -> Trial:  # fmt: skip
    """Run a rule, or the parts of a combination, from `start` to `end`."""
    changes: list[_Change] = []
    note = ""
    for name, part in parts.items():
        if part.instant:
            changes += _moments(part, cube, site, start, end)
            note = "What is known last is what it was tried on: late and corrected values stand where they belong."
        for runner in runners.get(name, ()):
            changes += _turned(name, runner, start, end)
    if isinstance(rule, CombinationRule):
        changes, count = _combined(rule, changes, site)
    else:
        count = sum(len(runner.plan.subjects) for runner in runners.get(rule.id, ()))
        count = count or len(site.selected(rule.series))
    return Trial(rule.id, rule.version, start, end, tuple(_firings(changes, end)), count, note)


def _turned(name: str, runner: Runner, start: datetime, end: datetime) -> list[_Change]:
    found = []
    for turn in runner.turns(micros(start), micros(end)):
        subject = runner.plan.subjects[turn.subject]
        chosen = runner.set_at(turn.subject, turn.time)
        step = chosen.levels[min(turn.level, len(chosen.levels)) - 1] if turn.level and chosen else None
        series = tuple(runner.plan.names[member] for member in subject.members[:12])
        found.append(_Change(name, subject, series, turn.time, turn.level, step, turn.value))
    return found


def _moments(rule: Rule, cube: Cube, site: Site, start: datetime, end: datetime) -> list[_Change]:
    found = []
    for at, moment in rule.changes(cube, site, micros(start), micros(end)):
        step = moment.subject.sets[0].levels[moment.level - 1] if moment.level else None
        found.append(_Change(rule.id, moment.subject, moment.series, at, moment.level, step, moment.value))
    return found


def _combined(rule: CombinationRule, changes: list[_Change], site: Site) -> tuple[list[_Change], int]:
    """Work out a combination at each time at which a part of it changes."""
    standing: dict[tuple[str, str], Part] = {}
    before: dict[str, int] = {}
    found: list[_Change] = []
    places = len(grouped(rule, (), site))
    changes = sorted(changes, key=lambda change: change.time)
    for at, change in enumerate(changes):
        about = change.subject.about
        standing[change.rule, change.subject.key] = Part(
            change.rule,
            change.subject.key,
            rank_of(change.level, change.step),
            change.step,
            "",
            None,
            change.series,
            about,
        )
        if at + 1 < len(changes) and changes[at + 1].time == change.time:
            continue
        holding = [part for part in standing.values() if part.rank]
        for place, group in grouped(rule, holding, site).items():
            ranks: dict[str, int] = {}
            for part in group:
                ranks[part.rule] = max(ranks.get(part.rule, 0), part.rank)
            rank = combine(rule.when, ranks)
            if rank != before.get(place, 0):
                before[place] = rank
                key = f"{rule.id}:{place}" if rule.by != "series" else place
                subject = Subject(key, (), (), "", about, place)
                series = tuple(dict.fromkeys(name for part in group for name in part.series))
                found.append(
                    _Change(rule.id, subject, series, change.time, rank, level_of(rank), float(rank))
                )
    return found, places


def _firings(changes: list[_Change], end: datetime) -> list[Firing]:
    found: list[Firing] = []
    standing: dict[str, list[_Change]] = {}
    for change in sorted(changes, key=lambda item: item.time):
        key = change.subject.key
        if change.level:
            standing.setdefault(key, []).append(change)
        elif key in standing:
            found.append(_firing(standing.pop(key), from_micros(change.time), ended=True))
    found += [_firing(each, end, ended=False) for each in standing.values()]
    return sorted(found, key=lambda firing: (firing.start, firing.subject))


def _firing(changes: list[_Change], end: datetime, *, ended: bool) -> Firing:
    worst = max(changes, key=lambda item: item.level)
    return Firing(
        worst.subject.key, worst.series, from_micros(changes[0].time), end, worst.level,
        worst.step.name if worst.step else "", worst.value, ended,
    )  # fmt: skip
