"""Who may do what: capabilities, the roles that bundle them, and one check that every act goes through."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from watchfloor.core.errors import ForbiddenError, UnknownNameError

__all__ = ["ROLES", "Actor", "Capability", "capability", "known", "require"]


class Capability(StrEnum):
    """Something that one may be allowed to do."""

    VIEW = "view"
    ACKNOWLEDGE = "acknowledge"
    RECORD = "record"
    DECIDE = "decide"
    TRAIN = "train"
    ADMINISTER = "administer"


_DUTY = frozenset({Capability.VIEW, Capability.ACKNOWLEDGE, Capability.RECORD, Capability.DECIDE})

ROLES: dict[str, frozenset[Capability]] = {
    "viewer": frozenset({Capability.VIEW}),
    "duty": _DUTY,
    "trainer": frozenset({Capability.VIEW, Capability.TRAIN}),
    "admin": frozenset(Capability),
}
"""Capabilities of each role; a person with several roles has the union."""


@dataclass(frozen=True)
class Actor:
    """Whoever does something: a signed-in user, or the operator at the machine itself.

    Parameters
    ----------
    name
        As it stands in the journal.
    roles
        Names of `ROLES`; others give nothing.

    Examples
    --------
    >>> Actor("anna", frozenset({"duty"})).may(Capability.DECIDE)
    True
    """

    name: str
    roles: frozenset[str] = frozenset()

    def may(self, what: Capability) -> bool:
        """Tell whether one of the roles allows it."""
        return any(what in ROLES.get(role, frozenset()) for role in self.roles)


def require(actor: Actor | None, what: Capability) -> Actor:
    """Return the actor if the act is allowed; every act that changes something calls this on the server's side.

    Raises
    ------
    ForbiddenError
        Naming who lacks what, and which roles would allow it.

    Examples
    --------
    >>> require(Actor("bo", frozenset({"viewer"})), Capability.DECIDE)
    Traceback (most recent call last):
    watchfloor.core.errors.ForbiddenError: bo (viewer) may not decide; that needs the role admin or duty.
    """
    if actor is None:
        raise ForbiddenError(f"Nobody is signed in; to {what.value}, sign in first.")
    if actor.may(what):
        return actor
    roles = ", ".join(sorted(actor.roles)) or "no role"
    allowed = " or ".join(sorted(role for role, caps in ROLES.items() if what in caps))
    raise ForbiddenError(f"{actor.name} ({roles}) may not {what.value}; that needs the role {allowed}.")


def capability(word: str) -> Capability:
    """Look up a capability by its word.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    if word not in set(Capability):
        raise UnknownNameError("capability", word, [item.value for item in Capability])
    return Capability(word)


def known(roles: Iterable[str]) -> frozenset[str]:
    """Return the roles as a set.

    Raises
    ------
    UnknownNameError
        If one of them does not exist.
    """
    found = frozenset(roles)
    for role in sorted(found):
        if role not in ROLES:
            raise UnknownNameError("role", role, ROLES)
    return found
