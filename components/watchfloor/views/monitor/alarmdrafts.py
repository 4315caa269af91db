"""The message that is written of an alarm: what the form shows of it, and what a person does with it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from watchfloor.alarms.draft import Draft
from watchfloor.alarms.places import Places
from watchfloor.core.clock import parse_time
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.terms import term
from watchfloor.security.roles import Actor
from watchfloor.security.text import plain
from watchfloor.views.monitor.alarmroll import Roll
from watchfloor.views.situation.rows import millis

__all__ = ["about", "districts", "line", "told", "write"]

_TEXTS = ("headline", "description", "instruction")
_SCALES = ("severity", "urgency", "certainty")
_HOURS = (0.25, 240.0)
"""The shortest and the longest that a message may hold, hours."""
_OWN = "_watchfloor_districts"


def about(roll: Roll, alarm: str, as_of: datetime | None = None) -> list[Draft]:
    """Return the drafts about an alarm, the last changed first."""
    found = [each for each in roll.drafts.drafts(as_of, open_only=False) if alarm in each.alarms]
    return sorted(found, key=lambda each: (each.stage != "writing", -each.at.timestamp()))


def districts(floor: Any) -> list[str]:
    """Return the names of a floor's districts, read once."""
    held = vars(floor.store)
    if _OWN not in held:
        held[_OWN] = [plain(name, 120) for name in Places(floor).districts]
    names: list[str] = held[_OWN]
    return names


def line(draft: Draft) -> dict[str, Any]:
    """Return one line of a draft."""
    return {
        "id": draft.id,
        "kind": draft.kind,
        "stage": draft.stage,
        "title": draft.title,
        "at": millis(draft.at),
        "by": plain(draft.by, 80),
    }


def told(roll: Roll, draft: Draft) -> dict[str, Any]:
    """Return what the form shows of a draft."""
    message = draft.message
    infos = list(message.get("infos", ()))
    first: Mapping[str, Any] = infos[0] if infos else {}
    try:
        faults = roll.drafts.faults(draft.id) if draft.stage == "writing" else []
    except WatchfloorError as error:
        faults = [str(error)]
    return line(draft) | {
        "step": draft.step,
        "texts": {
            str(info["language"]).partition("-")[0]: {name: str(info.get(name, "")) for name in _TEXTS} for info in infos
        },
        **{name: str(first.get(name, "")) for name in _SCALES},
        "event": plain(str(first.get("event", "")), 200),
        "expires": _at(first.get("expires")),
        "onset": _at(first.get("onset")),
        "area": [plain(str(area.get("areaDesc", "")), 300) for area in message.get("areas", ())],
        "note": plain(str(message.get("note", "")), 2000),
        "references": plain(str(message.get("references", "")), 1000),
        "authors": list(draft.authors),
        "approvals": list(draft.approvals),
        "needed": roll.life.policy.cap.approvals,
        "status": roll.drafts.status.value,
        "faults": [plain(fault, 300) for fault in faults[:12]],
        "reason": plain(draft.note, 500),
        "issue": None
        if draft.issue is None
        else {"identifier": draft.issue.identifier, "sent": draft.issue.sent, "status": draft.issue.status, "signed": draft.issue.signed},
        "steps": [
            {"event": each.event, "by": plain(each.by, 80), "at": millis(each.at)} for each in roll.drafts.timeline(draft.id)[-40:]
        ],
    }  # fmt: skip


def write(
    roll: Roll,
    actor: Actor | None,
    message: Mapping[str, Any],
    language: str,
    area: Mapping[str, Any] | None = None,
) -> tuple[str, str]:
    """Do what a message of the browser asks for.

    Parameters
    ----------
    roll
        The floor's alarms.
    actor
        Who writes, approves, withdraws.
    message
        ``what``: new (of ``alarm``), edit, approve, withdraw, update, cancel or mistake (of ``id``); untrusted.
    language
        Language of the answer.
    area
        The outline that is drawn, where it is meant.

    Returns
    -------
    str
        What is said.
    str
        Name of the draft to show.

    Raises
    ------
    ForbiddenError
        If the actor may not, or approves his own words.
    InvalidInputError
        If it cannot be done.
    """
    what, drafts = str(message.get("what")), roll.drafts
    name = str(message.get("id") or "")[:80]
    if what == "new":
        found = drafts.from_alarm(actor, str(message["alarm"])[:80], whole=bool(message.get("whole", True)))
    elif what == "edit":
        found = _edit(roll, actor, name, message, area)
    elif what == "approve":
        found = drafts.approve(actor, name, int(message["step"]))
    elif what == "withdraw":
        found = drafts.withdraw(actor, name, _text(message, "reason", 2000))
    elif what == "update":
        found = drafts.update(actor, name, _text(message, "reason", 2000))
    elif what in {"cancel", "mistake"}:
        found = drafts.cancel(actor, name, _text(message, "reason", 2000), clear=what == "cancel")
    else:
        raise InvalidInputError(f"{what[:40]!r} is nothing that can be done to a draft.")
    key = "issued" if found.stage == "issued" and what == "approve" else what
    return term(f"alarms.draft.done.{key}", language), found.id


def _edit(
    roll: Roll, actor: Actor | None, name: str, message: Mapping[str, Any], area: Mapping[str, Any] | None
) -> Draft:
    given = message.get("texts")
    texts = {
        str(language): {field: str(text) for field, text in fields.items() if field in _TEXTS}
        for language, fields in (given.items() if isinstance(given, Mapping) else ())
        if isinstance(fields, Mapping)
    }
    expires = None
    if (hours := message.get("hours")) is not None:
        if (
            isinstance(hours, bool)
            or not isinstance(hours, int | float)
            or not _HOURS[0] <= hours <= _HOURS[1]
        ):
            raise InvalidInputError(f"A message holds for {_HOURS[0]} to {_HOURS[1]:g} hours.")
        expires = roll.floor.now() + timedelta(hours=float(hours))
    words: dict[str, Any] = {field: str(message[field])[:20] for field in _SCALES if message.get(field)}
    district = _text(message, "district", 120)
    if area is not None and not district:
        raise InvalidInputError("An outline that is drawn needs a name: say where it is.")
    return roll.drafts.edit(
        actor, name, texts=texts, expires=expires, area=area, district=district, note=_text(message, "note", 2000), **words
    )  # fmt: skip


def _text(message: Mapping[str, Any], name: str, most: int) -> str:
    return str(message.get(name) or "")[:most].strip()


def _at(text: Any) -> float | None:
    try:
        return millis(parse_time(str(text))) if text else None
    except InvalidInputError:
        return None
