"""What a person does on the desk: it is checked on the server, and written into the journal before it is shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from watchfloor.core.errors import ForbiddenError, InvalidInputError
from watchfloor.security.roles import Actor, Capability, require
from watchfloor.security.text import plain
from watchfloor.views.serve.current import LOCAL, current_actor
from watchfloor.views.serve.current import acting as signed_in

__all__ = ["Act", "acknowledge", "acting", "acts", "subject"]

NOTE = 500
"""Characters of a note."""


@dataclass(frozen=True)
class Act:
    """One act on a record, as it stands in the journal."""

    at: datetime
    actor: str
    action: str
    note: str
    seq: int


def subject(name: tuple[str, str, str]) -> str:
    """Return how the journal names a record.

    Examples
    --------
    >>> subject(("alert", "cap:demo", "A 1"))
    'alert/cap:demo/A 1'
    """
    return "/".join(name)


def acting() -> Actor:
    """Return who acts in this session: the signed-in user with his roles, or the operator at the machine.

    Where nobody needs to sign in, the server listens on loopback only, and who sits there may do everything that a
    duty officer may.

    Raises
    ------
    ForbiddenError
        Where sign-in is on and nobody is signed in.
    """
    name = current_actor()
    if name == LOCAL:
        return Actor(name, frozenset({"duty"}))
    return signed_in()


def acknowledge(
    floor: Any, name: tuple[str, str, str], revision: str, note: str = "", actor: Actor | None = None
) -> Act:
    """Write down that somebody has taken note of a record.

    Parameters
    ----------
    floor
        The floor.
    name
        Kind, source and key of the record.
    revision
        The revision that was on the screen: a newer one is not acknowledged unseen.
    note
        What the person wants to add; plain text, at most `NOTE` characters.
    actor
        Who does it; the session's by default.

    Raises
    ------
    ForbiddenError
        If this person may not.
    InvalidInputError
        If there is no such record, or it has a newer revision by now.
    """
    who = require(actor or acting(), Capability.ACKNOWLEDGE)
    history = floor.store.history(*name)
    if not history:
        raise InvalidInputError(f"There is no record {subject(name)[:200]!r}; nothing was acknowledged.")
    latest = max(history, key=lambda record: (record.sent, record.revision))
    if latest.revision != revision:
        raise InvalidInputError(
            "This record was updated while it was on the screen; read the newer revision, then acknowledge it."
        )
    entry = floor.store.journal.write(
        who.name,
        "acknowledge",
        subject(name),
        {"note": plain(note, NOTE), "revision": revision, "identity": latest.identity},
    )
    return _act(entry)


def acts(floor: Any, name: tuple[str, str, str], as_of: datetime | None = None) -> list[Act]:
    """Return what was done about a record, first act first."""
    entries = floor.store.journal.entries(subject=subject(name))
    return [_act(entry) for entry in entries if as_of is None or entry.at <= as_of]


def may_acknowledge() -> str:
    """Return why the session's user may not acknowledge, or an empty string where he may."""
    try:
        require(acting(), Capability.ACKNOWLEDGE)
    except ForbiddenError as error:
        return str(error)
    return ""


def _act(entry: Any) -> Act:
    return Act(entry.at, entry.actor, entry.action, str(entry.detail.get("note", "")), entry.seq)
