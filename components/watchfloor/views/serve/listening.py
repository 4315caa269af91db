"""The websocket by which pages listen to the broadcast channel: let in as the page's own websocket is, and bounded."""

import logging
from asyncio import Future
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import panel as pn
from bokeh.util.token import check_token_signature, get_token_payload
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from watchfloor.core.clock import LiveClock, monotonic
from watchfloor.security.roles import Actor, Capability
from watchfloor.views.serve.access import Access
from watchfloor.views.serve.apps import APP, App
from watchfloor.views.serve.broadcast import Broadcast
from watchfloor.views.serve.current import USER, serving
from watchfloor.views.serve.topics import LONGEST, frame

__all__ = ["SUBPROTOCOL", "Line", "address", "belongs", "routes"]

log = logging.getLogger(__name__)

SUBPROTOCOL = "watchfloor"
"""What a page's end of the line calls itself; the page's signed token follows it."""
STUCK = 30.0
"""Seconds that one frame may take to be written."""
SILENT = 60.0
"""Seconds without an answer to a sign of life, after which the other side is gone."""
WORDS = 1_000
"""Messages that a page may send in all: it asks for topics, and connects anew when it needs more."""
_SIGN = frame(" ", b"")
"""A sign of life; no topic can have this name."""


def belongs(token: str, application: Any, user: str, app: str) -> bool:
    """Tell whether a page's token was signed here, for this user and this desk, and still counts.

    Parameters
    ----------
    token
        As the browser sent it.
    application
        Bokeh's Tornado application, which signs.
    user
        Name of whoever sent it; empty where nobody signs in.
    app
        Path of the desk, like ``/situation``.
    """
    try:
        if not check_token_signature(
            token, signed=application.sign_sessions, secret_key=application.secret_key
        ):
            return False
        payload = get_token_payload(token)
        if LiveClock().now().timestamp() >= payload["session_expiry"]:
            return False
    except Exception:  # noqa: BLE001  whatever a token that is none makes the decoder raise
        return False
    return bool(payload.get(USER, "") == user and payload.get(APP) == app)


class Line(WebSocketHandler):
    """One page's line. It says ``+topic`` and ``-topic``, and hears frames (`watchfloor.views.serve.topics.frame`).

    The door has been passed already (`watchfloor.views.serve.guard`): cookie, role by path, host.
    """

    def initialize(self, access: Access, floor: Any) -> None:
        """Take who may listen, and what there is to hear."""
        self._access, self._floor = access, floor
        self._channel: Broadcast | None = None
        self.page = ""
        self._waiting: dict[str, bytes] = {}
        self._since: float | None = None
        self._answered = monotonic()
        self._words = 0

    def check_origin(self, origin: str) -> bool:
        """Let our own pages in only."""
        return urlsplit(origin).netloc.lower() in self._access.hosts()

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Take the page's token from beside the protocol's name."""
        if len(subprotocols) != 2 or subprotocols[0] != SUBPROTOCOL:
            return None
        self.page = subprotocols[1]
        return SUBPROTOCOL

    def open(self, app: str) -> None:
        """Begin, if the token is one of this user's page of this desk."""
        user = getattr(self.request, "watchfloor_user", "")
        store = getattr(self._floor, "store", None)
        if store is None or not belongs(self.page, self.application, user, f"/{app}"):
            log.warning("a listener was refused: its page is not one of this user on this desk")
            self.close(4403, "refused")
            return
        channel = Broadcast.of(store)
        if not channel.join(self):
            self.close(4429, "too many listeners")
            return
        self._channel = channel
        self._access.lines.add(self)
        self.beat()

    def on_message(self, message: str | bytes) -> None:
        """Begin or end to hear a topic."""
        self._words += 1
        if self._channel is None or self._words > WORDS:
            self.close(4429, "too many messages")
        elif not isinstance(message, str) or len(message) > LONGEST + 1 or message[:1] not in {"+", "-"}:
            self.close(4400, "not understood")
        elif message[0] == "-":
            self._channel.leave(self, message[1:])
            self._waiting.pop(message[1:], None)
        elif not self._channel.hear(self, message[1:]):
            log.warning("a listener may not hear %r", message[1:])  # the other topics of its page go on

    def on_pong(self, data: bytes) -> None:  # noqa: ARG002  Tornado's
        """Take note that the other side is there."""
        self._answered = monotonic()

    def on_close(self) -> None:
        """Leave nothing."""
        self._access.lines.discard(self)
        self._waiting.clear()
        if self._channel is not None:
            self._channel.part(self)
            self._channel = None

    def offer(self, name: str, made: bytes) -> None:
        """Write a frame now, or when the one before is written; by then a newer one may have taken its place."""
        self._waiting[name] = made
        if self._since is None:
            self._write()

    def may(self, need: Capability) -> bool:
        """Ask for the user's roles as the accounts are now."""
        identity = self._access.identity
        if identity is None:
            return True
        name = getattr(self.request, "watchfloor_user", "")
        return Actor(name, identity.roles(name)).may(need)

    def beat(self) -> None:
        """Give a sign of life; hang up where a frame is stuck or nobody answers."""
        now = monotonic()
        if (self._since is not None and now - self._since > STUCK) or now - self._answered > SILENT:
            self.close(4408, "too slow")
            return
        self.offer(" ", _SIGN)
        if self._since is None or not self._waiting:
            try:
                self.ping(b"")
            except WebSocketClosedError:
                self.on_close()

    def _write(self) -> None:
        if not self._waiting:
            return
        name = next(iter(self._waiting))
        made = self._waiting.pop(name)
        try:
            future = self.write_message(made, binary=True)
        except WebSocketClosedError:
            self._waiting.clear()
            return
        self._since = monotonic()
        future.add_done_callback(self._written)

    def _written(self, future: "Future[None]") -> None:
        self._since = None
        if future.cancelled() or isinstance(future.exception(), (WebSocketClosedError, StreamClosedError)):
            self._waiting.clear()
            return
        self._write()


def address() -> str:
    """Return where the page that is being built listens: the first argument of ``listen`` in broadcast.js.

    It is empty where there is no such route (in a notebook, under plain ``panel serve``). The part after ``#`` is the
    page's own signed token, which its websocket carries too; it is never sent as an address.

    Examples
    --------
    >>> address()
    ''
    """
    now, doc = serving(), pn.state.curdoc
    context = doc.session_context if doc is not None else None
    signed = getattr(context, "_token", None)
    if now is None or context is None or not signed:
        return ""
    prefix, app = now.settings.prefix.strip("/"), (context.token_payload or {}).get(APP, "")
    return f"{'/' + prefix if prefix else ''}{app}/broadcast#{signed}" if app else ""


def routes(apps: Sequence[App], floor: Any, access: Access) -> list[tuple[str, Any, dict[str, Any]]]:
    """Return the route below each desk, so that its role is asked for."""
    names = "|".join(sorted(app.name for app in apps))
    return [(rf"/({names})/broadcast", Line, {"access": access, "floor": floor})]
