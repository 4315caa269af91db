"""What the watch makes of verdicts and of time: which steps its alarms take next."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import shapely
from shapely.geometry import shape

from watchfloor.alarms import steps
from watchfloor.alarms.alarm import CHATTER_SPAN, Alarm, alarm_id
from watchfloor.alarms.book import Book
from watchfloor.alarms.grouping import Grouping, Site
from watchfloor.alarms.pending import Pending
from watchfloor.alarms.places import Places
from watchfloor.alarms.policy import Policy
from watchfloor.alarms.transitions import Event, State
from watchfloor.alarms.verdict import Verdict
from watchfloor.security.text import plain

__all__ = ["Judge"]

_FORGET = timedelta(days=30)


class Judge:
    """Thinks of the next steps; nothing is written here.

    Parameters
    ----------
    book
        The alarms as they stand.
    policy
        How they are looked after.
    places
        Where series are.

    Examples
    --------
    >>> from watchfloor.alarms.policy import read_policy
    >>> Judge(None, read_policy(None), None).members("no event")
    []
    """

    def __init__(self, book: Book, policy: Policy, places: Places) -> None:
        self._book, self._policy, self._places = book, policy, places
        self._grouping = Grouping(policy.near)
        self._pending = Pending()

    def members(self, group: str) -> list[str]:
        """Return the alarms of an event."""
        return self._grouping.members(group)

    def steps(
        self,
        verdicts: Iterable[Verdict],
        now: datetime,
        maintenance: Collection[str] | None,
        *,
        anywhere: bool,
    ) -> list[Alarm]:
        """Return the steps that verdicts make, each the next one of its alarm.

        Parameters
        ----------
        verdicts
            What rules say, one of each rule and subject.
        now
            The floor's time.
        maintenance
            Series under maintenance; None where that is not known.
        anywhere
            Whether names of new alarms are compared with all that were ever raised.
        """
        self._pending.begin()
        raised: dict[str, Alarm] = {}
        made: list[Alarm] = []
        for said in verdicts:
            verdict, alarm = said, self._book.at(said.key)
            if verdict.fires:
                title, why = plain(said.title or said.subject, 300), plain(said.why, 2000)
                verdict = replace(said, title=title, why=why)
            if alarm is None or (not alarm.open and not alarm.standing):
                if verdict.fires and self._lasts(verdict, Event.RAISE, now):
                    new = self._raise(verdict, now, maintenance, alarm, anywhere=anywhere)
                    raised[new.id] = new
                elif not verdict.fires:
                    self._pending.forget(verdict.key)
                continue
            made += self._changed(alarm, verdict, now)
            if not alarm.open and verdict.level > alarm.verdict.level:  # worse than what was closed by hand
                new = self._raise(verdict, now, maintenance, alarm, anywhere=anywhere)
                raised[new.id] = new
        if maintenance is not None:
            last = {alarm.id: alarm for alarm in (*self._book.all(), *made)}
            made += [step for alarm in last.values() for step in _suppressed(alarm, maintenance, now)]
        moved = self._grouping.add(map(_site, raised.values()))
        made += [replace(alarm, group=moved.get(alarm.id, alarm.group)) for alarm in raised.values()]
        last = {alarm.id: alarm for alarm in made}
        for name, group in moved.items():  # a link between two events moves one of them
            if name not in raised:
                made.append(
                    steps.step(
                        last.get(name) or self._book.get(name), Event.GROUP, now, group=group, note=group
                    )
                )
        return made

    def _changed(self, alarm: Alarm, verdict: Verdict, now: datetime) -> list[Alarm]:
        """Return the step that a verdict makes of an alarm that is there, if it makes one."""
        if verdict.fires:
            self._pending.forget(verdict.key, Event.CLEAR)
            if not alarm.open:
                return [steps.clear(alarm, verdict, now)] if verdict.level > alarm.verdict.level else []
            if alarm.standing and verdict.level < alarm.verdict.level:
                if not self._lasts(verdict, Event.EASE, now):
                    return []
            else:
                self._pending.forget(verdict.key, Event.EASE)
            step = steps.level(alarm, verdict, now)
            return [] if step is None else [step]
        if not alarm.standing or not verdict.clears or verdict.weakened:
            self._pending.forget(verdict.key, Event.CLEAR)
            return []
        return [steps.clear(alarm, verdict, now)] if self._lasts(verdict, Event.CLEAR, now) else []

    def _lasts(self, verdict: Verdict, event: Event, now: datetime) -> bool:
        delay = self._policy.delay(verdict.rule)
        span = {Event.RAISE: delay.raised, Event.EASE: delay.ease, Event.CLEAR: delay.clear}[event]
        return self._pending.lasts(verdict.key, event, verdict.level, now, span)

    def _raise(
        self,
        verdict: Verdict,
        now: datetime,
        maintenance: Collection[str] | None,
        before: Alarm | None,
        *,
        anywhere: bool,
    ) -> Alarm:
        number = 0
        while self._book.has(alarm_id(verdict, number), anywhere=anywhere):
            number += 1
        under = [name for name in verdict.series if maintenance is not None and name in maintenance]
        geometry, area = self._places.of(verdict.series)
        return Alarm.raised(
            verdict,
            now if before is None else max(now, before.at),
            number=number,
            suppressed=_reason(under),
            changes=() if before is None else tuple(at for at in before.changes if now - at <= CHATTER_SPAN),
            geometry=geometry,
            area=area,
        )

    def due(self, alarm: Alarm, now: datetime) -> list[Alarm]:
        """Return the steps that time makes of an alarm: what ends by itself, who is told next."""
        made: list[Alarm] = []
        if not alarm.open:
            return made
        if alarm.shelf is not None and alarm.shelf.until is not None and alarm.shelf.until <= now:
            made.append(steps.step(alarm, Event.EXPIRE, now, note=f"shelved by {alarm.shelf.by}", shelf=None))
            alarm = made[-1]
        if (
            alarm.override is not None
            and alarm.override.until is not None
            and alarm.override.until <= now
            and alarm.open
        ):
            made.append(
                steps.step(alarm, Event.RELEASE, now, note=f"set by {alarm.override.by}", override=None)
            )
            alarm = made[-1]
        if alarm.state is State.UNACKNOWLEDGED and alarm.colour is not None and alarm.demanded is not None:
            rungs = self._policy.escalation.get(alarm.colour, ())
            if alarm.escalated < len(rungs) and now - alarm.demanded >= rungs[alarm.escalated].after:
                to = rungs[alarm.escalated].to
                made.append(steps.step(alarm, Event.ESCALATE, now, note=to, escalated=alarm.escalated + 1))
        return made

    def learn(self, alarms: Iterable[Alarm]) -> None:
        """Keep the groups in step with what the store says."""
        found = list(alarms)
        self._grouping.add(_site(alarm) for alarm in found if alarm.group)
        for alarm in found:
            if alarm.id in self._grouping and alarm.group:
                self._grouping.place(alarm.id, alarm.group, alarm.pinned)

    def lost(self) -> None:
        """Forget what was thought: somebody else took a step first."""
        self._pending.undo()
        self._grouping = Grouping(self._policy.near)
        self.learn(self._book.all())

    def done(self, made: Sequence[Alarm], now: datetime) -> None:
        """Go on from steps that were written."""
        self._pending.commit()
        for alarm in made:
            self._pending.forget(alarm.key)
        self._book.drop(now - CHATTER_SPAN)
        self._grouping.forget(now - _FORGET, self._book.has)


def _site(alarm: Alarm) -> Site:
    lon = lat = None
    if alarm.geometry is not None:
        if alarm.geometry["type"] == "Point":
            lon, lat = alarm.geometry["coordinates"][:2]
        else:
            centre = shapely.centroid(shape(dict(alarm.geometry)))
            lon, lat = centre.x, centre.y
    return Site(alarm.id, alarm.hazard, alarm.verdict.rule, alarm.onset, lon, lat, alarm.group, alarm.pinned)


def _suppressed(alarm: Alarm, maintenance: Collection[str], now: datetime) -> list[Alarm]:
    """Return the step by which maintenance begins or ends to suppress an alarm."""
    if not alarm.open:
        return []
    under = [name for name in alarm.verdict.series if name in maintenance]
    if under and not alarm.suppressed:
        return [steps.step(alarm, Event.SUPPRESS, now, note=_reason(under), suppressed=_reason(under))]
    if alarm.suppressed and not under:
        return [steps.step(alarm, Event.UNSUPPRESS, now, note="maintenance ended", suppressed="")]
    return []


def _reason(under: Sequence[str]) -> str:
    return f"maintenance of {', '.join(under[:5])}" if under else ""
