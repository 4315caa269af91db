"""Who is asking, and on which floor: what an app needs to know about the process that serves it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import RLock, Thread
from typing import TYPE_CHECKING, Any

import panel as pn

from watchfloor.core.errors import ForbiddenError
from watchfloor.core.settings import Settings, load
from watchfloor.security.roles import Actor, Capability

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["LOCAL", "USER", "Serving", "acting", "current_actor", "current_floor", "serving", "use"]

log = logging.getLogger(__name__)

LOCAL = "local operator"
"""Name of whoever works on the machine itself where no sign-in is configured."""
USER = "watchfloor_user"
"""Field of a session's signed token that holds the user's name."""


@dataclass
class Serving:
    """What this process serves.

    Parameters
    ----------
    settings
        What the operator set.
    floor
        The one floor of the process.
    signed_in
        Whether pages are shown to signed-in users only.
    fonts
        Whether the fonts' route is there.
    roles
        Name -> roles, as the accounts are now.
    desks
        Name of each desk -> what one must be allowed to, to open it.
    """

    settings: Settings
    floor: Any
    signed_in: bool = False
    fonts: bool = False
    roles: Callable[[str], frozenset[str]] = field(default=lambda _: frozenset())
    desks: Mapping[str, Capability] = field(default_factory=dict)


_lock = RLock()
_now: list[Serving] = []


def use(serving: Serving | None) -> None:
    """Set what this process serves; None when it stops serving."""
    with _lock:
        _now.clear()
        if serving is not None:
            _now.append(serving)


def serving() -> Serving | None:
    """Return what `watchfloor serve` serves in this process, or None elsewhere."""
    return _now[0] if _now else None


_own: dict[str, Any] = {}


def current_floor(settings: Settings | None = None) -> "Floor":
    """Return the process's floor; under plain ``panel serve`` it is opened at the first page.

    Parameters
    ----------
    settings
        Used where the floor is opened here; read from file and environment by default.
    """
    with _lock:
        if _now:
            floor: Floor = _now[0].floor
            return floor
        settings = settings or load()
        if settings.floor not in _own:
            import watchfloor

            floor = watchfloor.open(settings.floor, settings=settings)
            _own[settings.floor] = floor
            # the story of a demo floor takes seconds to write: the page opens at once and fills
            Thread(target=floor.prepare, name="prepare", daemon=True).start()
        own: Floor = _own[settings.floor]
        return own


def current_actor() -> str:
    """Return the name that the journal gets: the signed-in user, or `LOCAL` where there is no sign-in.

    Raises
    ------
    ForbiddenError
        Where sign-in is on and the session has no user.

    Examples
    --------
    >>> current_actor()
    'local operator'
    """
    doc = pn.state.curdoc
    context = doc.session_context if doc is not None else None
    payload = getattr(context, "token_payload", None) if getattr(context, "_token", None) else None
    name = (payload or {}).get(USER, "")
    if name:
        return str(name)
    if _now and _now[0].signed_in:
        raise ForbiddenError("This needs a signed-in user, and the page has none; sign in again.")
    return LOCAL


def acting() -> Actor:
    """Return who acts, with the roles that the accounts give at this moment; pass it to `roles.require`.

    Where there is no sign-in, whoever works on the machine may do everything.

    Raises
    ------
    ForbiddenError
        Where sign-in is on and the session has no user.

    Examples
    --------
    >>> sorted(acting().roles)
    ['admin']
    """
    name = current_actor()
    if _now and _now[0].signed_in:
        return Actor(name, _now[0].roles(name))
    return Actor(name, frozenset({"admin"}))
