"""From states to verdicts: the numbers, the samples, and how sure."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from watchfloor.alarms.machine import NEVER
from watchfloor.alarms.rules.base import Case, Moment, Rule, Said
from watchfloor.alarms.runner import MICRO, Runner
from watchfloor.alarms.sentence import Sentence, Value, joined, length, number, station, words
from watchfloor.alarms.sentence import level as level_name
from watchfloor.alarms.thresholds import Level
from watchfloor.alarms.verdict import Verdict
from watchfloor.alarms.wording import sentence
from watchfloor.core.clock import from_micros
from watchfloor.store.cube import Cube

__all__ = ["RECENT", "Held", "held", "of_moment", "verdicts", "whole"]

RECENT = timedelta(days=7)
"""What fired within this time is spoken of after it has cleared when rules are asked first: who kept an alarm open hears of it."""
AGAIN = timedelta(hours=2)
"""After that, what has cleared is spoken of for so long."""
_SAMPLES = 12
_MEMBERS = 12
_FAR = 6 * 3_600_000_000
"""How far before the newest sample is looked for doubts, microseconds."""
_FEW = 0.8
_SUSPECT, _BAD = 2, 3

Held = tuple[int, Level | None]
"""How many levels hold, and the worst of them."""


def verdicts(
    rule: Rule, runner: Runner, cube: Cube, keys: frozenset[str], since: timedelta
) -> Iterator[Verdict]:
    """Say what a runner found: what fires, what has cleared lately, and the subjects of `keys`.

    Parameters
    ----------
    rule, runner
        What ran.
    cube
        Where the samples are.
    keys
        Subjects that are spoken of however they stand.
    since
        How long what has cleared is spoken of.
    """
    states, at = runner.states, runner.at
    wanted = (states.level > 0) | (states.changed >= at - since // MICRO)
    for key in keys:
        place = runner.place(key)
        if place is not None:
            wanted[place] = True
    for place in np.flatnonzero(wanted).tolist():
        seen, level = int(states.seen[place]), int(states.level[place])
        age = at - seen
        patience = rule.stale // MICRO if rule.stale is not None else 3 * runner.axis.cadence or 3_600_000_000
        # How old the newest value is, is said to the minute.
        state = (seen, level, age // 60_000_000 if seen != NEVER and age > patience else -1)
        before, said = runner.spoken.get(place, (None, None))
        if said is None or before != state:
            old = age / 1e6 if state[2] >= 0 else 0.0
            said = _verdict(rule, runner, cube, place, old)
            runner.spoken[place] = (state, said)
        yield said


def whole(said: Sentence, kept: Sentence | None = None, doubts: Sequence[Sentence] = ()) -> Sentence:
    """Return the whole sentence: what is so, why it still holds, and what makes it doubtful."""
    weak = Sentence("doubts", {"doubts": joined(list(doubts))}) if doubts else ""
    return Sentence("whole", {"said": said, "kept": kept or "", "doubts": weak})


def _title(rule: Rule) -> Value:
    return words({"en": rule.title("en"), "zh": rule.title("zh")})


def held(runner: Runner, place: int) -> Held:
    """Return the level that holds for a subject."""
    count = int(runner.states.level[place])
    chosen = runner.set_at(place, max(int(runner.states.seen[place]), 0))
    if not count or chosen is None:
        return 0, None
    return count, chosen.levels[min(count, len(chosen.levels)) - 1]


def of_moment(rule: Rule, moment: Moment, at: int) -> Verdict:
    """Say what a rule without samples of its own found."""
    subject = moment.subject
    level = subject.sets[0].levels[moment.level - 1] if moment.level else None
    first = subject.sets[0].levels[0]
    unit = "" if subject.units == "s" else subject.units
    known = moment.value if isfinite(moment.value) else None
    value = number(moment.value, unit) if known is None or subject.units != "s" else length(known)
    ended = {"title": _title(rule), "station": station(subject.about), "value": value}
    reason = whole(moment.said.sentence if moment.said else Sentence("over.moment", ended))
    return Verdict(
        rule=rule.id, version=rule.version, subject=subject.key, series=moment.series or (subject.about.name,),
        time=from_micros(at), level=moment.level, name=level.name if level else "", colour=level.colour if level else None,
        grade=level.grade if level else None, value=known, limit=(level or first).limit(moment.value), units=subject.units,
        why=sentence(reason, "en"), reason=reason, clears=moment.level == 0, hazard=rule.hazard or subject.about.hazard or "other",
        title=f"{rule.title()}: {subject.title}",
    )  # fmt: skip


def _verdict(rule: Rule, runner: Runner, cube: Cube, place: int, old: float) -> Verdict:
    subject, states = runner.plan.subjects[place], runner.states
    count, level = held(runner, place)
    seen, value = int(states.seen[place]), float(states.value[place])
    chosen = runner.set_at(place, max(seen, 0))
    onset = int(states.onset[place, count - 1]) if count else seen
    lasted = max(0, seen - onset) / 1e6
    span = runner.lookback + max(3 * runner.axis.cadence, min(seen - onset, 86_400_000_000))
    said, kept = Said(Sentence("both", {"parts": ""})), None
    if level is not None:
        said = rule.say(Case(subject, level, value, lasted, runner.plan, runner.board(place, span)))
        if not level.reached(value) and np.float32(value) != np.float32(level.limit(value)):
            kept = _kept(rule, level, subject.units)
    elif chosen is not None:
        first = chosen.levels[0]
        own = subject.title in {"", subject.about.station}
        back = {
            "station": station(subject.about)
            if own
            else _title(rule)
            if subject.title == rule.title()
            else subject.title,
            "level": level_name(first.name),
            "value": number(value, subject.units),
            "limit": number(first.limit(value), subject.units),
        }
        counted = runner.plan.own is None or bool(subject.units)
        said = Said(Sentence("over.behind" if counted else "over.few", back))
    doubts, samples = _doubts(runner, cube, place, onset, seen) if count else ([], [])
    if old:
        doubts.append(Sentence("weak.old", {"age": length(old)}))
    limit_value = None if level is None and chosen is None else (level or chosen.levels[0]).limit(value)  # type: ignore[union-attr]
    reason = whole(said.sentence, kept, doubts)
    return Verdict(
        rule=rule.id, version=rule.version, subject=subject.key,
        series=tuple(runner.plan.names[member] for member in subject.members[:_MEMBERS]),
        time=from_micros(max(seen, 0)), level=count, name=level.name if level else "",
        colour=level.colour if level else None, grade=level.grade if level else None,
        value=said.value if said.value is not None else value, limit=said.limit if said.limit is not None else limit_value,
        units=said.units or subject.units,
        samples=tuple((name, from_micros(time)) for name, time in (said.samples or samples)), weakened=bool(doubts),
        why=sentence(reason, "en"), reason=reason, clears=count == 0, hazard=rule.hazard or subject.about.hazard or "other",
        title=f"{rule.title()}: {subject.title}" if subject.title != rule.title() else subject.title,
    )  # fmt: skip


def _expected(time: NDArray[np.int64], start: int, end: int) -> int:
    """Return how many samples there would be without gaps: by their median step, since some send less than declared."""
    if len(time) < 3:
        return len(time)
    step = int(np.median(np.diff(time)))
    return max(len(time), (end - max(start, int(time[0]) - step + 1)) // step)


def _kept(rule: Rule, level: Level, units: str) -> Sentence | None:
    """Say why a level still holds, though the signal is behind its limit."""
    high, low = rule.back(level, units)
    below = high == high  # noqa: PLR0124  not NaN
    wait = Sentence("kept.wait", {"time": length(rule.off_after)}) if rule.off_after else ""
    if units:
        edge = number(high if below else low, units)
        return Sentence("kept.below" if below else "kept.above", {"edge": edge, "wait": wait})
    return Sentence("kept.time", {"wait": wait}) if wait else None


def _doubts(
    runner: Runner, cube: Cube, place: int, onset: int, seen: int
) -> tuple[list[Sentence], list[tuple[str, int]]]:
    """Return why a verdict is weak, and the samples that decided."""
    subject = runner.plan.subjects[place]
    found: list[Sentence] = []
    start = min(onset, seen) - runner.lookback
    start = max(start, seen - _FAR - runner.lookback)
    samples: list[tuple[str, int]] = []
    suspect = bad = 0
    there = steps = 0
    for member in subject.members[:_MEMBERS]:
        window = cube.window(runner.plan.names[member], from_micros(start), from_micros(max(seen, start) + 1))
        suspect += int((window.flag == _SUSPECT).sum())
        bad += int((window.flag == _BAD).sum())
        usable = ~np.isnan(window.value) & (window.flag < _BAD)
        count = int(usable.sum())
        there += count
        steps += count if count == len(usable) else _expected(window.time[usable], start, seen)
        if member == subject.members[0]:
            samples = [(runner.plan.names[member], int(time)) for time in window.time[usable][-_SAMPLES:]]
    if suspect:
        found.append(Sentence("weak.suspect", {"count": suspect, "of": there}))
    if bad:
        found.append(Sentence("weak.bad", {"count": bad}))
    elif steps and there < _FEW * steps:
        found.append(Sentence("weak.missing", {"count": steps - there, "of": steps}))
    return found, samples
