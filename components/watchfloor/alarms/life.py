"""The life of alarms: what the watch raises and clears, what people do with them, and what time does by itself."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from watchfloor.alarms import steps
from watchfloor.alarms.alarm import SOURCE, Alarm
from watchfloor.alarms.book import Book, LostError, Said
from watchfloor.alarms.event import Group, groups
from watchfloor.alarms.judge import Judge
from watchfloor.alarms.places import Places
from watchfloor.alarms.policy import FILE, Policy, read_policy
from watchfloor.alarms.transitions import Event
from watchfloor.alarms.verdict import Verdict
from watchfloor.core.errors import InvalidInputError, StoreError, UnknownNameError
from watchfloor.core.provenance import digest
from watchfloor.core.scales import WarningColour
from watchfloor.security.roles import Actor, Capability, require

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["NEEDS", "Life"]

TRIES = 8
"""How often a step is thought over again when others are always first."""
NEEDS: Mapping[Event, Capability] = {
    Event.ACKNOWLEDGE: Capability.ACKNOWLEDGE,
    Event.ASSIGN: Capability.ACKNOWLEDGE,
    Event.ESCALATE: Capability.ACKNOWLEDGE,
    Event.GROUP: Capability.ACKNOWLEDGE,
    Event.SHELVE: Capability.DECIDE,
    Event.UNSHELVE: Capability.DECIDE,
    Event.OVERRIDE: Capability.DECIDE,
    Event.RELEASE: Capability.DECIDE,
    Event.DISABLE: Capability.DECIDE,
    Event.ENABLE: Capability.DECIDE,
    Event.CLOSE: Capability.DECIDE,
}
"""What one must be allowed to, for each act; undoing an act needs what the act needs."""


class Life:
    """The alarms of one floor.

    Several processes may look after the same alarms: each step is written once, whoever takes it first.

    Parameters
    ----------
    floor
        The floor.
    policy
        How alarms are looked after; by default the product's table, and the floor's own over it.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.core.clock import FixedClock, parse_time
    >>> from watchfloor.store import Store
    >>> at = parse_time("2026-06-01T12:00:00Z")
    >>> verdict = Verdict("level", "1", "G05", ("G05",), at, 2, colour=WarningColour.YELLOW, title="River is high")
    >>> with watchfloor.open("world", store=Store.open(":memory:", clock=FixedClock(at))) as floor:
    ...     life = Life(floor)
    ...     (alarm,) = life.take([verdict], floor.now())
    ...     life.acknowledge(Actor("anna", frozenset({"duty"})), alarm.id).state.value
    'acknowledged'
    """

    def __init__(self, floor: "Floor", policy: Policy | None = None) -> None:
        self._floor, self._store = floor, floor.store
        self.policy = policy if policy is not None else policy_of(floor)
        """How alarms are looked after."""
        self._book = Book(floor.store, floor.status)
        self._judge = Judge(self._book, self.policy, Places(floor))
        self._lock = threading.RLock()
        self._book.read.append(self._judge.learn)

    # What there is

    def alarms(self, as_of: datetime | None = None, *, open_only: bool = True) -> list[Alarm]:
        """Return alarms: those that wait for somebody first, the worst of them first.

        Parameters
        ----------
        as_of
            Known time; None for now.
        open_only
            Whether closed ones are left out.
        """
        if as_of is None and open_only:
            with self._lock:
                self._book.sync()
                found = [alarm for alarm in self._book.all() if alarm.open]
        else:
            state = "active" if open_only else None
            found = [
                Alarm.read(record)
                for record in self._store.records("alarm", source=SOURCE, state=state, as_of=as_of)
            ]
        return sorted(found, key=lambda alarm: alarm.order)

    def alarm(self, name: str, as_of: datetime | None = None) -> Alarm:
        """Return one alarm.

        Raises
        ------
        UnknownNameError
            If there is none of this name.
        """
        if as_of is None:
            with self._lock:
                self._book.sync()
                return self._book.get(name)
        told = self.timeline(name, as_of)
        if not told:
            raise UnknownNameError("alarm", name, ())
        return told[-1]

    def timeline(self, name: str, as_of: datetime | None = None) -> list[Alarm]:
        """Return every step of an alarm's life, the first first."""
        found = [Alarm.read(record) for record in self._store.history("alarm", SOURCE, name, as_of)]
        return sorted(found, key=lambda alarm: alarm.step)

    def groups(self, as_of: datetime | None = None) -> list[Group]:
        """Return the events that open alarms are parts of, the worst first."""
        return groups(self.alarms(as_of))

    # What the watch does

    def take(
        self,
        verdicts: Sequence[Verdict],
        now: datetime,
        *,
        maintenance: Collection[str] | None = None,
        known: datetime | None = None,
    ) -> list[Alarm]:
        """Raise, worsen, ease and clear alarms by what rules say.

        An alarm whose rule says nothing stays as it is: no news is not good news. What rests on bad data clears nothing.

        Parameters
        ----------
        verdicts
            What rules say; of one rule and subject the last one counts.
        now
            The floor's time, or the time of the past that is evaluated.
        maintenance
            Series under maintenance: alarms that rest on one are suppressed; None leaves that as it is.
        known
            When it was known; None for now.

        Returns
        -------
        list of Alarm
            Each alarm that changed, after its last step.
        """
        last = {verdict.key: verdict for verdict in verdicts}
        with self._lock:
            for attempt in range(TRIES):
                self._book.sync()
                made = self._judge.steps(last.values(), now, maintenance, anywhere=attempt > 0)
                if not made:
                    return []
                try:
                    self._book.commit(made, (), known)
                except LostError:
                    self._judge.lost()
                    continue
                self._judge.done(made, now)
                return list({alarm.id: alarm for alarm in made}.values())
        raise _lost()

    def keys(self) -> list[tuple[str, str]]:
        """Return rule and subject of every alarm whose condition is to be looked at."""
        with self._lock:
            self._book.sync()
            return [alarm.key for alarm in self._book.all() if alarm.open or alarm.standing]

    def matters(self, verdict: Verdict) -> bool:
        """Tell whether a verdict would change an alarm, or begin to."""
        with self._lock:
            alarm = self._book.at(verdict.key)
        if alarm is None or not (alarm.open or alarm.standing):
            return verdict.fires
        if verdict.fires:
            return not alarm.standing or verdict.level != alarm.verdict.level
        return alarm.standing and verdict.clears

    def tick(self, now: datetime, known: datetime | None = None) -> list[Alarm]:
        """Let time do what it does: shelves and overrides end, what nobody acknowledges is passed on.

        Returns
        -------
        list of Alarm
            Each alarm that changed.
        """
        with self._lock:
            for _ in range(TRIES):
                self._book.sync()
                made = [step for alarm in self._book.all() for step in self._judge.due(alarm, now)]
                if not made:
                    return []
                try:
                    self._book.commit(made, (), known)
                except LostError:
                    continue
                return list({alarm.id: alarm for alarm in made}.values())
        raise _lost()

    # What people do

    def acknowledge(self, actor: Actor | None, name: str, note: str = "") -> Alarm:
        """Take note of an alarm."""
        return self._act(actor, name, Event.ACKNOWLEDGE, note)

    def assign(self, actor: Actor | None, name: str, to: str) -> Alarm:
        """Give an alarm to somebody."""
        return self._act(actor, name, Event.ASSIGN, to=to)

    def shelve(self, actor: Actor | None, name: str, reason: str, until: datetime) -> Alarm:
        """Put an alarm aside for a while; it comes back by itself, and at once if it gets worse."""
        return self._act(actor, name, Event.SHELVE, reason, until=until, longest=self.policy.shelf.longest)

    def unshelve(self, actor: Actor | None, name: str, reason: str = "") -> Alarm:
        """Take an alarm back from the shelf."""
        return self._act(actor, name, Event.UNSHELVE, reason)

    def override(
        self,
        actor: Actor | None,
        name: str,
        colour: WarningColour | None,
        reason: str,
        until: datetime | None = None,
    ) -> Alarm:
        """Raise or lower an alarm's colour by hand."""
        return self._act(actor, name, Event.OVERRIDE, reason, colour=colour, until=until)

    def release(self, actor: Actor | None, name: str, reason: str = "") -> Alarm:
        """Give an alarm the rule's colour back."""
        return self._act(actor, name, Event.RELEASE, reason)

    def disable(self, actor: Actor | None, name: str, reason: str) -> Alarm:
        """Take an alarm out of service, until somebody puts it back."""
        return self._act(actor, name, Event.DISABLE, reason)

    def enable(self, actor: Actor | None, name: str, reason: str = "") -> Alarm:
        """Put an alarm back into service."""
        return self._act(actor, name, Event.ENABLE, reason)

    def close(self, actor: Actor | None, name: str, reason: str) -> Alarm:
        """End an alarm; while its condition stays, only a worse level raises another one."""
        return self._act(actor, name, Event.CLOSE, reason)

    def escalate(self, actor: Actor | None, name: str, to: str) -> Alarm:
        """Pass an alarm on at once."""
        who = require(actor, NEEDS[Event.ESCALATE])
        return self._step(
            who,
            name,
            lambda alarm, now: steps.step(
                alarm, Event.ESCALATE, now, who.name, to, escalated=alarm.escalated + 1
            ),
        )

    def undo(self, actor: Actor | None, name: str) -> Alarm:
        """Undo the last human act on an alarm.

        Raises
        ------
        InvalidInputError
            If there is none, or the alarm is over and was raised again since.
        """
        with self._lock:
            self._book.sync()
            acts = self._book.get(name).acts
        who = require(actor, NEEDS[acts[-1].event] if acts else Capability.ACKNOWLEDGE)

        def undone(alarm: Alarm, now: datetime) -> Alarm:
            newer = self._book.at(alarm.key)
            if not alarm.open and newer is not None and newer.id != alarm.id:
                raise InvalidInputError(
                    f"This alarm was raised again since, as {newer.id}; deal with that one."
                )
            return steps.undo(alarm, who.name, now)

        return self._step(who, name, undone)

    def merge(self, actor: Actor | None, names: Iterable[str]) -> str:
        """Put alarms, and all that their events hold, into one event; return its name."""
        chosen = list(dict.fromkeys(names))
        with self._lock:
            self._book.sync()
            found = sorted(
                (self._book.get(name) for name in chosen), key=lambda alarm: (alarm.onset, alarm.id)
            )
            if len({alarm.group for alarm in found}) < 2:
                raise InvalidInputError(
                    "These alarms are parts of one event already; choose some of different events."
                )
            group = found[0].group
            whole = {name for alarm in found for name in self._judge.members(alarm.group)} | set(chosen)
        return self._move(actor, sorted(whole), group)

    def split(self, actor: Actor | None, names: Iterable[str]) -> str:
        """Take alarms out of their event into one of their own; return its name."""
        chosen = sorted(dict.fromkeys(names))
        if not chosen:
            raise InvalidInputError("No alarm was named; choose those that make an event of their own.")
        return self._move(actor, chosen, f"g{digest([chosen, self._floor.now()])[:16]}")

    def _move(self, actor: Actor | None, names: Sequence[str], group: str) -> str:
        who = require(actor, NEEDS[Event.GROUP])
        for _ in range(TRIES):
            with self._lock:
                self._book.sync()
                now = self._floor.now()
                made = [
                    steps.act(alarm, Event.GROUP, who.name, now, to=group)
                    for alarm in map(self._book.get, names)
                    if alarm.group != group or not alarm.pinned
                ]
                told = {"steps": [[alarm.id, alarm.step] for alarm in made]}
                try:
                    self._book.commit(made, [Said(who.name, Event.GROUP.value, f"event/{group}", told)])
                except LostError:
                    continue
                self._judge.learn(made)
                return group
        raise _lost()

    def _act(self, actor: Actor | None, name: str, event: Event, reason: str = "", **more: Any) -> Alarm:
        who = require(actor, NEEDS[event])
        return self._step(
            who, name, lambda alarm, now: steps.act(alarm, event, who.name, now, reason, **more)
        )

    def _step(self, who: Actor, name: str, change: Callable[[Alarm, datetime], Alarm]) -> Alarm:
        for _ in range(TRIES):
            with self._lock:
                self._book.sync()
                alarm = change(self._book.get(name), self._floor.now())
                detail = {"step": alarm.step, "state": alarm.state.value, "note": alarm.note}
                try:
                    self._book.commit([alarm], [Said(who.name, alarm.event.value, f"alarm/{name}", detail)])
                except LostError:
                    continue
                self._judge.learn([alarm])
                return alarm
        raise _lost()


def policy_of(floor: "Floor") -> Policy:
    """Return how a floor's alarms are looked after."""
    return read_policy(floor.settings.alarms or floor.path / FILE)


def _lost() -> StoreError:
    return StoreError("Other processes change the alarms all the time; nothing was done, try again.")
