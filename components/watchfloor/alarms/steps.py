"""What the watch makes of verdicts, and people of alarms, one step at a time: pure, from one alarm to the next."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from watchfloor.alarms.act import Act, Done
from watchfloor.alarms.alarm import KEPT, Alarm, worse
from watchfloor.alarms.sentence import Sentence
from watchfloor.alarms.transitions import Event, State, follow
from watchfloor.alarms.verdict import Verdict
from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.scales import WarningColour
from watchfloor.security.text import plain

__all__ = ["WATCH", "act", "clear", "level", "step", "undo"]

WATCH = "watch"
"""Who did it, where no person did."""
_NOTE = 2000


def step(
    alarm: Alarm,
    event: Event,
    at: datetime,
    by: str = WATCH,
    note: str = "",
    spoken: Sentence | None = None,
    **changes: Any,
) -> Alarm:
    """Return an alarm after an event.

    Parameters
    ----------
    alarm
        Before it.
    event
        What happens.
    at
        When, by the floor's clock; never before the step before.
    by, note
        Who, and what there is to say.
    spoken
        The same as data, where the machine said it.
    changes
        Fields of the alarm that change.

    Raises
    ------
    InvalidInputError
        If it cannot happen in the alarm's state.
    """
    at = max(at, alarm.at)
    changed = replace(
        alarm,
        **changes,
        step=alarm.step + 1,
        event=event,
        at=at,
        by=by,
        note=plain(note, _NOTE, newlines=True),
        spoken=spoken,
    )
    state = follow(alarm.state, event, changed.facts)
    closed = changed.closed
    if state is State.CLOSED and closed is None:
        closed = Act(by, at, note)
    waits = state is State.UNACKNOWLEDGED
    anew = waits and (alarm.state is not State.UNACKNOWLEDGED or event is Event.WORSEN)
    return replace(
        changed,
        state=state,
        closed=closed,
        demanded=at if anew else changed.demanded if waits else None,
        escalated=0 if anew else changed.escalated,
    )


def level(alarm: Alarm, verdict: Verdict, at: datetime) -> Alarm | None:
    """Return an open alarm after a verdict that fires; None where nothing changes that needs a step."""
    held = None if alarm.shelf is None else alarm.shelf.level
    changes: dict[str, Any] = {"verdict": verdict, "worst": min(alarm.worst, verdict.colour, key=worse)}
    if not alarm.standing:
        # What was taken note of before is not this.
        changes |= {"standing": True, "cleared": None, "acknowledged": None}
        changes["changes"] = (*alarm.changes, at)[-KEPT:]
    if verdict.level > (alarm.verdict.level if held is None else held):
        event = Event.RECUR if alarm.state is State.RETURNED else Event.WORSEN
        said: dict[str, Any] = {"note": verdict.why, "spoken": verdict.reason}
        return step(alarm, event, at, **said, **changes | {"shelf": None, "acknowledged": None})
    if not alarm.standing:
        return step(alarm, Event.RECUR, at, note=verdict.why, spoken=verdict.reason, **changes)
    if verdict.level < alarm.verdict.level and held is None:
        return step(alarm, Event.EASE, at, note=verdict.why, spoken=verdict.reason, verdict=verdict)
    return None


def clear(alarm: Alarm, verdict: Verdict, at: datetime) -> Alarm:
    """Return an alarm whose condition has gone."""
    return step(
        alarm,
        Event.CLEAR,
        at,
        note=verdict.why,
        spoken=verdict.reason,
        standing=False,
        cleared=verdict.time,
        changes=(*alarm.changes, at)[-KEPT:],
    )


_FIELDS: Mapping[Event, tuple[str, ...]] = {
    Event.ACKNOWLEDGE: ("acknowledged",),
    Event.ASSIGN: ("assigned",),
    Event.SHELVE: ("shelf",),
    Event.UNSHELVE: ("shelf",),
    Event.OVERRIDE: ("override",),
    Event.RELEASE: ("override",),
    Event.DISABLE: ("disabled",),
    Event.ENABLE: ("disabled",),
    Event.GROUP: ("group", "pinned"),
    Event.CLOSE: ("closed",),
}
"""What each human act changes, and its undoing puts back."""
_LIFTS = frozenset({Event.UNSHELVE, Event.RELEASE, Event.ENABLE})
_DECIDING = frozenset({Event.ACKNOWLEDGE, Event.SHELVE, Event.UNSHELVE, Event.DISABLE, Event.ENABLE})
"""Acts by which an alarm that is back to normal may have ended."""


def act(
    alarm: Alarm,
    event: Event,
    by: str,
    at: datetime,
    reason: str = "",
    *,
    until: datetime | None = None,
    longest: timedelta | None = None,
    colour: WarningColour | None = None,
    to: str = "",
) -> Alarm:
    """Return an alarm after a human act.

    Parameters
    ----------
    alarm, event, by, at
        As of `step`.
    reason
        Why; needed for all but acknowledging, assigning and moving.
    until
        When it ends by itself; needed for putting aside.
    longest
        How long it may last.
    colour
        What an override sets.
    to
        To whom it is assigned, or the event that it is moved to.

    Raises
    ------
    InvalidInputError
        If it cannot be done now, or lacks a reason or an end.
    """
    at = max(at, alarm.at)
    reason = plain(reason, _NOTE, newlines=True)
    if event in {Event.SHELVE, Event.OVERRIDE, Event.DISABLE, Event.CLOSE} and not reason:
        raise InvalidInputError(f"To {event.value} an alarm, say why.")
    if event is Event.SHELVE or until is not None:
        _ends(event, at, until, longest)
    done = Act(by, at, reason, until, colour, alarm.verdict.level)
    changes = _changed(alarm, event, done, plain(to, 80))
    before = {name: getattr(alarm, name) for name in _FIELDS[event]}
    acts = (*alarm.acts, Done(event, alarm.step + 1, before))[-KEPT:]
    said = reason or (to if event in {Event.ASSIGN, Event.GROUP} else "")
    return step(alarm, event, at, by, said, **changes, acts=acts)


def undo(alarm: Alarm, by: str, at: datetime) -> Alarm:
    """Return an alarm after its last human act was undone.

    Raises
    ------
    InvalidInputError
        If there is none.
    """
    if not alarm.acts:
        raise InvalidInputError("Nobody did anything to this alarm that could be undone.")
    last = alarm.acts[-1]
    changes = dict(last.before)
    if last.event in _DECIDING:
        changes["closed"] = None  # where it was over by this act only; the facts that are left decide
    return step(alarm, Event.UNDO, at, by, f"undone: {last.event.value}", **changes, acts=alarm.acts[:-1])


def _changed(alarm: Alarm, event: Event, done: Act, to: str) -> dict[str, Any]:
    """Return what a human act changes."""
    if event is Event.ACKNOWLEDGE and alarm.acknowledged is not None:
        first = alarm.acknowledged
        raise InvalidInputError(
            f"This alarm was acknowledged by {first.by} at {format_time(first.at)} already."
        )
    if event in {Event.ASSIGN, Event.GROUP} and not to:
        raise InvalidInputError(f"To {event.value} an alarm, say to whom, or with what.")
    if event is Event.GROUP:
        return {"group": to, "pinned": True}
    if event is Event.ASSIGN:
        return {"assigned": to}
    if event not in _FIELDS:
        raise InvalidInputError(f"{event.value!r} is not done by people.")
    (name,) = _FIELDS[event]
    if event not in _LIFTS:
        return {name: done}
    if getattr(alarm, name) is None:
        raise InvalidInputError(f"This alarm is {alarm.state.value}; there is nothing to {event.value}.")
    return {name: None}


def _ends(event: Event, at: datetime, until: datetime | None, longest: timedelta | None) -> None:
    if until is None:
        raise InvalidInputError(f"To {event.value} an alarm, say until when.")
    if until <= at:
        raise InvalidInputError(f"{format_time(until)} is not after now, {format_time(at)}.")
    if longest is not None and until - at > longest:
        raise InvalidInputError(
            f"An alarm can be put aside for {longest} at most; {format_time(until)} is {until - at} from now."
        )
