"""All rules of a floor over all its series."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchfloor.alarms import documents
from watchfloor.alarms.boards import Axis, axes, together
from watchfloor.alarms.combining import Part, combine, grouped, level_of, rank_of
from watchfloor.alarms.documents import Book, read_rule
from watchfloor.alarms.rules import Rule
from watchfloor.alarms.rules.combination import CombinationRule
from watchfloor.alarms.runner import Runner
from watchfloor.alarms.sentence import Sentence, Value, words
from watchfloor.alarms.site import Dated, Site
from watchfloor.alarms.speaking import AGAIN, RECENT, held, of_moment, verdicts
from watchfloor.alarms.trial import Trial, tried
from watchfloor.alarms.verdict import Verdict
from watchfloor.alarms.wording import sentence
from watchfloor.catalog.problems import Problem
from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.store.cube import Cube

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["Rules"]


class Rules:
    """The rules of a floor, and where each of them stands.

    Parameters
    ----------
    rules
        Rules; of the same id the last one counts.
    thresholds
        Threshold sets of documents.
    problems
        What was wrong with the documents.

    Examples
    --------
    >>> from datetime import timedelta
    >>> from watchfloor.core.clock import FixedClock, parse_time
    >>> from watchfloor.store import Observation, Series, Store
    >>> at = parse_time("2026-06-01T12:00:00Z")
    >>> store = Store.open(":memory:", clock=FixedClock(at))
    >>> attrs = {"interval_s": 600, "thresholds": {"orange": 2.4}}
    >>> _ = store.describe([Series("G05", "Millrace", "water_level", "m", attrs=attrs)])
    >>> _ = store.observe([Observation("G05", at - timedelta(minutes=10 * n), 2.41) for n in range(3)])
    >>> cube = Cube.of(store)
    >>> _ = cube.catch_up()
    >>> rules = Rules([read_rule("river", {"kind": "level", "title": "River", "series": {"field": "water_level"}})])
    >>> rules.evaluate(cube, at)[0].why
    'Water level at Millrace is 2.41 m, above orange 2.40 m, for 20 min.'
    """

    def __init__(
        self, rules: Iterable[Rule] = (), thresholds: Iterable[Dated] = (), problems: Iterable[Problem] = ()
    ) -> None:
        self.rules: dict[str, Rule] = {rule.id: rule for rule in rules}
        self.problems: list[Problem] = list(problems)
        """What is wrong with the documents: file, line and column."""
        self.left: dict[str, dict[str, str]] = {}
        """Which series each rule leaves out, and why."""
        self._thresholds = list(thresholds)
        self._floor: Floor | None = None
        self._read: tuple[str, ...] = ()
        self._lock = threading.RLock()
        self._site: Site | None = None
        self._bound: tuple[Any, ...] = ()
        self._runners: dict[str, list[Runner]] = {}
        self._version = 0
        self._asked = False
        self._fired: dict[tuple[str, str], int] = {}

    @classmethod
    def of(cls, floor: "Floor", as_of: datetime | None = None) -> "Rules":
        """Return the rules of a floor: those of its folder, and what was changed in its store.

        Parameters
        ----------
        floor
            The floor.
        as_of
            Known time of the changes; None for now, and then later changes are taken in when rules are asked.
        """
        book = read(floor, as_of)
        found = cls(book.rules.values(), book.dated, book.problems)
        if as_of is None:
            found._floor, found._read = floor, _newest(floor)
        return found

    def evaluate(self, cube: Cube, at: datetime, also: Iterable[tuple[str, str]] = ()) -> list[Verdict]:
        """Return what all rules say at a time.

        Spoken of is what fires, and what has cleared within two hours. Who asks for the first time hears of what has
        cleared within a week, and of all that rules without samples of their own (silence, forecasts) look at.

        Parameters
        ----------
        cube
            The samples, caught up with.
        at
            Valid time: nothing later is looked at, but forecasts.
        also
            (rule, subject) pairs that are spoken of in any case.
        """
        with self._lock:
            self._refresh()
            self._bind(cube)
            assert self._site is not None
            now, found, parts = micros(at), list[Verdict](), list[Part]()
            self._version, touched = cube.since(self._version)
            since = AGAIN if self._asked else RECENT
            self._asked = True
            wanted: dict[str, set[str]] = {}
            for name, subject in also:
                wanted.setdefault(name, set()).add(subject)
            combined = [
                rule for rule in self.rules.values() if isinstance(rule, CombinationRule) and rule.enabled
            ]
            needed = {part for rule in combined for part in rule.parts}
            for name, runners in self._runners.items():
                rule = self.rules[name]
                for runner in runners:
                    runner.run(now, touched)
                    mine = list(verdicts(rule, runner, cube, frozenset(wanted.get(name, ())), since))
                    found += mine if rule.raises else []
                    if name in needed:
                        parts += self._parts(runner, mine)
            for rule in self.rules.values():
                if rule.enabled and rule.instant:
                    mine = self._moments(rule, cube, now, wanted.get(rule.id, set()))
                    found += mine if rule.raises else []
                    if rule.id in needed:
                        parts += [self._part(verdict) for verdict in mine]
            for rule in combined:
                found += self._combine(rule, parts, now, wanted.get(rule.id, set()))
            return found

    def trial(
        self, rule: str | Rule | Mapping[str, Any], start: datetime, end: datetime, cube: Cube | None = None
    ) -> Trial:
        """Run one rule on the past.

        Parameters
        ----------
        rule
            Its id; or a rule, or the data of a document, that need not be saved.
        start, end
            Valid times.
        cube
            The samples; those of the floor's store if None.

        Raises
        ------
        UnknownNameError
            If there is no rule of this id.
        InvalidInputError
            If the document cannot be used, the times are the wrong way round, or there is no cube.
        """
        if start >= end:
            raise InvalidInputError(
                f"A trial cannot run from {start.isoformat()} to {end.isoformat()}; expected a start before the end."
            )
        chosen = self._chosen(rule)
        if cube is None:
            if self._floor is None:
                raise InvalidInputError(
                    "These rules belong to no floor; pass the cube that they are tried on."
                )
            cube = Cube.of(self._floor.store)
            cube.catch_up()
        site = Site(cube.series(), self._thresholds)
        if isinstance(chosen, CombinationRule):
            parts = {name: self._chosen(name) for name in sorted(chosen.parts)}
            bound = {
                name: self._plans(part, cube, site, {}) for name, part in parts.items() if not part.instant
            }
            return tried(chosen, bound, site, cube, start, end, parts)
        return tried(
            chosen,
            {chosen.id: self._plans(chosen, cube, site, {})},
            site,
            cube,
            start,
            end,
            {chosen.id: chosen},
        )

    def _chosen(self, rule: str | Rule | Mapping[str, Any]) -> Rule:
        if isinstance(rule, Rule):
            return rule
        if isinstance(rule, str):
            if rule not in self.rules:
                raise UnknownNameError("rule", rule, self.rules)
            return self.rules[rule]
        return read_rule(str(rule.get("id", "unsaved")), rule)

    def _refresh(self) -> None:
        """Take in what was changed in the store."""
        if self._floor is None or self._read == (newest := _newest(self._floor)):
            return
        book = read(self._floor, None)
        self.rules, self._thresholds, self.problems = dict(book.rules), book.dated, list(book.problems)
        self._read, self._bound = newest, ()

    def _bind(self, cube: Cube) -> None:
        """Bind rules to series, where either of them changed; what stays as it was keeps where it stands."""
        bound = (id(cube), cube.shape)
        if bound == self._bound and self._site is not None:
            return
        self._site = Site(cube.series(), self._thresholds)
        before = {
            (name, type(runner.axis), runner.axis.cadence): runner
            for name, runners in self._runners.items()
            for runner in runners
        }
        same = self._bound[:1] == bound[:1]
        self._runners, self.left = {}, {}
        for name, rule in self.rules.items():
            if not rule.enabled or rule.instant or isinstance(rule, CombinationRule):
                continue
            runners = []
            for runner in self._plans(rule, cube, self._site, self.left.setdefault(name, {})):
                # Columns are numbered by the axis: where it is another one, all begins anew.
                old = before.get((name, type(runner.axis), runner.axis.cadence))
                if not same or old is None or old.rule != rule:
                    runners.append(runner)
                elif _alike(old, runner):
                    old.axis = runner.axis
                    runners.append(old)
                else:
                    if not rule.across:
                        runner.adopt(old)
                    runners.append(runner)
            self._runners[name] = runners
        self._bound = bound

    def _plans(self, rule: Rule, cube: Cube, site: Site, left: dict[str, str]) -> list[Runner]:
        if rule.instant:
            return []
        names = [about.name for about in site.selected(rule.series)]
        found: Sequence[Axis] = axes(cube, names)
        if rule.across and (len(found) > 1 or (found and len(found[0].names) > 1 and not found[0].cadence)):
            # stations are compared column by column
            found = [together(cube, found)]
        runners = []
        for axis in found:
            plan, lacking = rule.bind(axis.names, site)
            left |= lacking
            if plan.subjects:
                runners.append(Runner(rule, plan, axis))
        left |= {name: why for name, why in site.problems.items() if name in names}
        return runners

    def _moments(self, rule: Rule, cube: Cube, now: int, wanted: set[str]) -> list[Verdict]:
        assert self._site is not None
        first = not any(name == rule.id for name, _ in self._fired)
        self._fired[rule.id, ""] = now
        found = []
        for moment in rule.moments(cube, self._site, now):
            key = (rule.id, moment.subject.key)
            if moment.level:
                self._fired[key] = now
            recent = now - self._fired.get(key, -(2**62)) <= RECENT // _MICRO
            if moment.level or first or recent or moment.subject.key in wanted:
                found.append(of_moment(rule, moment, now))
        return found

    def _parts(self, runner: Runner, spoken: list[Verdict]) -> list[Part]:
        why = {verdict.subject: verdict for verdict in spoken}
        found = []
        for place, subject in enumerate(runner.plan.subjects):
            count, level = held(runner, place)
            if count:
                said = why[subject.key]
                found.append(
                    Part(
                        runner.rule.id,
                        subject.key,
                        rank_of(count, level),
                        level,
                        said.why,
                        said.reason,
                        said.series,
                        subject.about,
                    )
                )
        return found

    def _part(self, verdict: Verdict) -> Part:
        assert self._site is not None
        level = level_of(rank_of(1, None)) if not verdict.level else None
        rank = 0
        if verdict.level:
            from watchfloor.alarms.thresholds import Level

            level = Level(verdict.name, float(verdict.level), colour=verdict.colour)
            rank = rank_of(verdict.level, level)
        return Part(
            verdict.rule,
            verdict.subject,
            rank,
            level,
            verdict.why,
            verdict.reason,
            verdict.series,
            self._site.series[verdict.series[0]],
        )

    def _combine(self, rule: CombinationRule, parts: list[Part], now: int, wanted: set[str]) -> list[Verdict]:
        assert self._site is not None
        found = []
        mine = [part for part in parts if part.rule in rule.parts and part.rank]
        for place, group in sorted(grouped(rule, mine, self._site).items()):
            ranks: dict[str, int] = {}
            for part in group:
                ranks[part.rule] = max(ranks.get(part.rule, 0), part.rank)
            rank = combine(rule.when, ranks)
            key = (rule.id, f"{rule.id}:{place}" if rule.by != "series" else place)
            if rank:
                self._fired[key] = now
            if not rank and now - self._fired.get(key, -(2**62)) > RECENT // _MICRO and key[1] not in wanted:
                continue
            level = level_of(rank)
            series = tuple(dict.fromkeys(name for part in group for name in part.series))
            worst = sorted(group, key=lambda part: (-part.rank, part.rule))[:6]
            told: list[Value] = [part.reason or part.why for part in worst]
            reason = Sentence("both", {"parts": {"all": told, "by": "and"}})
            if not told:
                title = words({"en": rule.title("en"), "zh": rule.title("zh")})
                reason = Sentence("both.over", {"title": title})
            about = group[0].about if group else None
            found.append(
                Verdict(
                    rule=rule.id, version=rule.version, subject=key[1], series=series, time=from_micros(now), level=rank,
                    name=level.name if level else "", colour=level.colour if level else None,
                    why=sentence(reason, "en"), reason=reason, clears=not rank,
                    weakened=any("weak:" in part.why for part in group), hazard=rule.hazard or (about.hazard if about else "") or "other",
                    title=rule.title() if rule.by == "floor" else f"{rule.title()}: {about.station if about and rule.by == 'series' else place}",
                )
            )  # fmt: skip
        return found


_MICRO = RECENT.resolution


def _alike(one: Runner, other: Runner) -> bool:
    """Tell whether two runners ask the same of the same series."""
    asked, same = ([(each.members, each.facts) for each in some.plan.subjects] for some in (one, other))
    return one.plan.names == other.plan.names and asked == same


def read(floor: "Floor", as_of: datetime | None) -> Book:
    """Return what a floor's documents say: its folder's, and its store's in their place."""
    book = documents.read_folder(Path(floor.path) / "rules")
    documents.stored(floor, book, as_of)
    return book


def _newest(floor: "Floor") -> tuple[str, ...]:
    return tuple(
        f"{record.key}@{record.revision}" for record in floor.store.records("rule", source=documents.SOURCE)
    )
