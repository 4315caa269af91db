"""Who is this request from, and may they? One answer for page, websocket, autoload, metadata, tiles and metrics."""

import logging
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import urlsplit

from panel.config import config as panel_config
from tornado.httputil import HTTPServerRequest
from tornado.web import decode_signed_value

from watchfloor.security.accounts import Accounts
from watchfloor.security.roles import Actor, Capability
from watchfloor.views.serve.signins import SignIns

__all__ = ["COOKIE", "OPEN", "Access", "Identity", "Local", "OAuth", "Verdict"]

log = logging.getLogger(__name__)

COOKIE = "watchfloor"
"""Name of the cookie that holds a sign-in's key."""
OPEN = ("healthz", "readyz", "login", "favicon.ico", "static", "wf-fonts")
"""First parts of paths that need no sign-in: nothing of the floor is told there."""
_CHOSEN = ("bokeh-session-id", "bokeh-token", "bokeh-absolute-url")
"""Arguments by which a link could put its reader into a session, or on a server, of somebody else's choice."""


class Identity(Protocol):
    """How a request's sender is known."""

    def actor(self, request: HTTPServerRequest) -> Actor | None:
        """Return whoever sent it, as the accounts are now, or None."""
        ...

    def end(self, request: HTTPServerRequest) -> None:
        """Sign the request's browser out."""
        ...

    def roles(self, name: str) -> frozenset[str]:
        """Return the roles that somebody has now."""
        ...


class Local:
    """Accounts of this installation.

    Parameters
    ----------
    accounts
        Who may sign in.
    signins
        Who is.
    """

    def __init__(self, accounts: Accounts, signins: SignIns) -> None:
        self.accounts, self.signins = accounts, signins

    def actor(self, request: HTTPServerRequest) -> Actor | None:
        """Look the key up on the server's list, and the account in the file as it is now."""
        held = self.signins.get(_cookie(request, COOKIE))
        account = self.accounts.get(held.user) if held is not None else None
        if held is None or account is None or account.stamp != held.stamp:
            return None
        return Actor(account.name, account.roles)

    def end(self, request: HTTPServerRequest) -> None:
        """Strike the key from the list."""
        self.signins.close(_cookie(request, COOKIE))

    def roles(self, name: str) -> frozenset[str]:
        """Read them from the file as it is now."""
        account = self.accounts.get(name)
        return account.roles if account is not None else frozenset()


class OAuth:
    """A provider of Panel's signs in; the operator's settings say who has which role.

    Parameters
    ----------
    roles
        User name -> roles. Whoever is not named may see nothing.
    """

    def __init__(self, roles: Mapping[str, list[str]]) -> None:
        self._roles = {name: frozenset(words) for name, words in roles.items()}
        self._ended: dict[str, None] = {}

    def actor(self, request: HTTPServerRequest) -> Actor | None:
        """Read the provider's signed cookie."""
        raw = _cookie(request, "user")
        if not raw or _digest(raw) in self._ended or not panel_config.cookie_secret:
            return None
        user = decode_signed_value(panel_config.cookie_secret, "user", raw, max_age_days=1)
        if not user:
            return None
        name = user.decode("utf-8", "replace")
        return Actor(name, self.roles(name))

    def roles(self, name: str) -> frozenset[str]:
        """Look them up in the settings."""
        return self._roles.get(name, frozenset())

    def end(self, request: HTTPServerRequest) -> None:
        """Remember that this cookie counts no more: it is valid by itself for a day."""
        raw = _cookie(request, "user")
        if raw:
            self._ended[_digest(raw)] = None
            while len(self._ended) > 10_000:
                del self._ended[next(iter(self._ended))]


@dataclass(frozen=True)
class Verdict:
    """Whether a request goes on: 200, or the status it is answered with."""

    status: int
    actor: Actor | None = None
    reason: str = ""


@dataclass
class Access:
    """Decides about every request, before any handler of Bokeh, Panel or ours sees it.

    Parameters
    ----------
    identity
        How senders are known; None where everybody at this machine may do everything.
    hosts
        ``host:port`` names that pages may be asked by; others are refused, so that a foreign name that points to
        this machine (DNS rebinding) reads nothing.
    needs
        First part of an app's path -> what one must be allowed to, to open it.
    prefix
        Path prefix behind a proxy, without a slash at its end.
    """

    identity: Identity | None
    hosts: Callable[[], set[str]]
    needs: dict[str, Capability] = field(default_factory=dict)
    prefix: str = ""
    sockets: "weakref.WeakSet[Any]" = field(default_factory=weakref.WeakSet)
    lines: "weakref.WeakSet[Any]" = field(default_factory=weakref.WeakSet)

    def judge(self, request: HTTPServerRequest) -> Verdict:
        """Say whether a request goes on, and as whom."""
        return self._form(request) or self._sender(request)

    def _form(self, request: HTTPServerRequest) -> Verdict | None:
        """Refuse what nobody may send."""
        if request.host.lower() not in self.hosts():
            known = ", ".join(sorted(self.hosts()))
            return Verdict(
                421, reason=f"This name is not served; open {known}, or add it to the setting origin."
            )
        if "Bokeh-Session-Id" in request.headers or any(name in request.arguments for name in _CHOSEN):
            return Verdict(403, reason="Sessions are named by the server only.")
        posts = self.head(request) in {"login", "logout"}
        if request.method not in {"GET", "HEAD"} and not (request.method == "POST" and posts):
            return Verdict(405, reason="This address is read only.")
        return None

    def _sender(self, request: HTTPServerRequest) -> Verdict:
        """Decide by who sent it."""
        if self.identity is None:
            return Verdict(200)
        head, actor = self.head(request), self.identity.actor(request)
        if head in OPEN or (actor is None and head == "metrics" and _near(request)):
            return Verdict(200, actor)
        if actor is None:
            return Verdict(401, reason="Sign in first.")
        need = self.needs.get(head, Capability.VIEW)
        if head != "logout" and not actor.may(need):
            return Verdict(403, actor, f"{actor.name} may not {need.value} here.")
        return Verdict(200, actor)

    def head(self, request: HTTPServerRequest) -> str:
        """Return the first part of the path, below the prefix."""
        path = urlsplit(request.path).path
        if self.prefix and path.startswith(self.prefix):
            path = path[len(self.prefix) :]
        parts = [part for part in path.split("/") if part]
        return parts[0] if parts else ""

    def sweep(self) -> int:
        """Close the open pages of those who may no longer see them; return how many."""
        closed = 0
        for socket in [*self.sockets, *self.lines]:
            verdict = self.judge(socket.request)
            name = verdict.actor.name if verdict.actor is not None else ""
            if verdict.status != 200 or name != getattr(socket.request, "watchfloor_user", ""):
                log.info(
                    "a page of %s is closed: %s",
                    getattr(socket.request, "watchfloor_user", ""),
                    verdict.reason,
                )
                self.sockets.discard(socket)
                self.lines.discard(socket)
                socket.close(4403, "signed out")
                closed += 1
        return closed


def _near(request: HTTPServerRequest) -> bool:
    """Tell whether a request comes from this machine itself, not through a proxy on it."""
    return request.remote_ip in {"127.0.0.1", "::1"} and "X-Forwarded-For" not in request.headers


def _cookie(request: HTTPServerRequest, name: str) -> str:
    found = request.cookies.get(name)
    return str(found.value) if found is not None else ""


def _digest(value: str) -> str:
    return sha256(value.encode()).hexdigest()
