"""What people do to alarms from the screen: each act is checked here, on the server, and told in one sentence."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from watchfloor.alarms.alarm import Alarm
from watchfloor.alarms.transitions import Event
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.scales import WarningColour
from watchfloor.core.terms import term
from watchfloor.security.roles import Actor, Capability
from watchfloor.views.monitor.alarmroll import Roll

__all__ = ["act", "may"]

_MOST = 10_000
"""Alarms that one act may be about."""
_LONGEST = timedelta(days=30)
_WORSE = frozenset({Event.WORSEN, Event.RECUR, Event.RAISE})


def may(actor: Actor | None) -> dict[str, bool]:
    """Return what somebody may do to alarms.

    Examples
    --------
    >>> may(Actor("bo", frozenset({"viewer"})))
    {'acknowledge': False, 'decide': False}
    """
    return {
        str(what): actor is not None and actor.may(what)
        for what in (Capability.ACKNOWLEDGE, Capability.DECIDE)
    }


def act(roll: Roll, actor: Actor | None, message: Mapping[str, Any], language: str = "en") -> str:
    """Do what a message of the browser asks for, and return what is said of it.

    Parameters
    ----------
    roll
        The floor's alarms.
    actor
        Who acts.
    message
        ``what`` names the act, ``ids`` the alarms; ``reason``, ``minutes``, ``colour``, ``to`` and ``seen`` (alarm ->
        the step that was on the screen) as the act needs them. Nothing in it is trusted.
    language
        Language of the answer.

    Raises
    ------
    ForbiddenError
        If the actor may not.
    InvalidInputError
        If the act cannot be done.
    """
    what = str(message.get("what"))
    if what not in _ACTS and what not in {"merge", "split"}:
        raise InvalidInputError(f"{what[:40]!r} is nothing that can be done to an alarm.")
    ids = message.get("ids")
    if (
        not isinstance(ids, list)
        or not 1 <= len(ids) <= _MOST
        or not all(isinstance(one, str) for one in ids)
    ):
        raise InvalidInputError(f"An act is about 1 to {_MOST} alarms, by their names.")
    chosen = list(dict.fromkeys(ids))
    if what == "merge":
        roll.life.merge(actor, chosen)
    elif what == "split":
        roll.life.split(actor, chosen)
    else:
        _each(roll, actor, what, chosen, message)
    key = f"alarms.done.{what}"
    return term(key, language).replace("{n}", str(len(chosen)))


def _each(roll: Roll, actor: Actor | None, what: str, ids: list[str], message: Mapping[str, Any]) -> None:
    """Do something to each alarm; one that cannot be acted on costs the others nothing, and is told."""
    done, wrong = 0, list[WatchfloorError]()
    for name in ids:
        try:
            _ACTS[what](roll, actor, name, message)
        except InvalidInputError as error:
            wrong.append(error)
        else:
            done += 1
    if wrong:
        first = str(wrong[0])
        raise InvalidInputError(
            first if len(ids) == 1 else f"{done} of {len(ids)} alarms were changed. {first}"
        )


def _acknowledge(roll: Roll, actor: Actor | None, name: str, message: Mapping[str, Any]) -> Alarm:
    seen = message.get("seen")
    step = seen.get(name) if isinstance(seen, Mapping) else None
    if isinstance(step, int) and step < roll.life.alarm(name).step:
        later = [one for one in roll.life.timeline(name) if one.step > step]
        if any(one.event in _WORSE for one in later):
            raise InvalidInputError(
                "This alarm got worse while it was on the screen; look at it again, then acknowledge it."
            )
    return roll.life.acknowledge(actor, name, _text(message, "reason"))


def _until(roll: Roll, message: Mapping[str, Any]) -> datetime:
    minutes = message.get("minutes")
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not minutes > 0:
        raise InvalidInputError("Say for how long: a number of minutes above 0.")
    now: datetime = roll.floor.now()
    return now + min(timedelta(minutes=min(float(minutes), 1e6)), _LONGEST)


def _colour(message: Mapping[str, Any]) -> WarningColour | None:
    word = str(message.get("colour", ""))
    if word not in {"", *WarningColour}:
        raise InvalidInputError(
            f"{word[:20]!r} is no colour of a warning; expected blue, yellow, orange or red."
        )
    return WarningColour(word) if word else None


def _text(message: Mapping[str, Any], name: str) -> str:
    return str(message.get(name) or "")[:2000].strip()


_ACTS: Mapping[str, Callable[[Roll, Actor | None, str, Mapping[str, Any]], Alarm]] = {
    "acknowledge": _acknowledge,
    "assign": lambda roll, actor, name, told: roll.life.assign(actor, name, _text(told, "to")),
    "shelve": lambda roll, actor, name, told: roll.life.shelve(
        actor, name, _text(told, "reason"), _until(roll, told)
    ),
    "unshelve": lambda roll, actor, name, told: roll.life.unshelve(actor, name, _text(told, "reason")),
    "override": lambda roll, actor, name, told: roll.life.override(
        actor, name, _colour(told), _text(told, "reason"), _until(roll, told)
    ),
    "release": lambda roll, actor, name, told: roll.life.release(actor, name, _text(told, "reason")),
    "disable": lambda roll, actor, name, told: roll.life.disable(actor, name, _text(told, "reason")),
    "enable": lambda roll, actor, name, told: roll.life.enable(actor, name, _text(told, "reason")),
    "close": lambda roll, actor, name, told: roll.life.close(actor, name, _text(told, "reason")),
    "escalate": lambda roll, actor, name, told: roll.life.escalate(actor, name, _text(told, "to") or "duty"),
    "undo": lambda roll, actor, name, told: roll.life.undo(actor, name),  # noqa: ARG005
}
