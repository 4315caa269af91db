"""Bokeh's and Panel's handlers of a page, a websocket and a resource, with what they leave open closed."""

import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

import bokeh.server.tornado as bokeh_tornado
import panel.io.server as panel_server
from bokeh.protocol import Protocol
from bokeh.server.urls import per_app_patterns
from bokeh.util.token import check_token_signature, get_token_payload
from panel.io.server import AutoloadJsHandler, ComponentResourceHandler, DocHandler, WSHandler
from tornado.web import HTTPError

from watchfloor.views.serve.access import Access
from watchfloor.views.serve.apps import APP, FAILED
from watchfloor.views.serve.current import USER
from watchfloor.views.serve.policy import nonce, sign_scripts

__all__ = ["hardened"]

log = logging.getLogger(__name__)

_PACKAGES = ("panel.", "watchfloor.views.")
"""Modules whose components' files may be read over the net; they must have been imported already."""
_swap = RLock()


class Page(DocHandler):
    """A desk's page: scripts signed with its nonce, and 500 where the desk could not be built."""

    async def get_session(self) -> Any:
        """Build the session; tell the browser if that failed."""
        session = await super().get_session()
        if getattr(session.document, FAILED, ""):
            self.set_status(500)
        return session

    def write(self, chunk: Any) -> None:
        """Sign the page's scripts."""
        if isinstance(chunk, str) and "<script" in chunk:
            chunk = sign_scripts(chunk, nonce(self.request))
        super().write(chunk)


class Autoload(AutoloadJsHandler):
    """A page's script for embedding: for our own pages only; `Harden` takes the header off that let all sites read it."""

    async def prepare(self) -> None:
        """Ask for a user here too: Bokeh checks none in `get`."""
        await super().prepare()
        if self.current_user is None:
            raise HTTPError(403)

    async def options(self, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002  Bokeh's signature
        """Answer no other site's question."""
        raise HTTPError(405)


class Socket(WSHandler):
    """A page's websocket: of the same user and desk as the page, and with errors that tell nothing of the inside."""

    access: Access

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Refuse a session that another user, or another desk, made."""
        token = self._token or ""
        try:
            signed = check_token_signature(
                token, signed=self.application.sign_sessions, secret_key=self.application.secret_key
            )
            payload = get_token_payload(token) if signed else {}
        except Exception:  # noqa: BLE001  whatever a token that is none makes the decoder raise
            signed, payload = False, {}
        user = getattr(self.request, "watchfloor_user", "")
        if not signed or payload.get(USER, "") != user or payload.get(APP) != self.application_context.url:
            log.warning("a websocket was refused: its session is not one of this user on this desk")
            self.close(4403, "refused")
            return
        self.access.sockets.add(self)
        super().open(*args, **kwargs)

    def on_close(self) -> None:
        """Forget it."""
        self.access.sockets.discard(self)
        super().on_close()

    async def send_message(self, message: Any) -> None:
        """Take the inside out of error replies: Bokeh writes the traceback into them."""
        if message.msgtype == "ERROR":
            number = secrets.token_hex(4)
            log.error("a browser's message failed [%s]: %s", number, message.content.get("text"))
            request = message.header.get("reqid", "")
            message = Protocol().create("ERROR", request, f"This failed on the server; error {number}.")
            message.content["traceback"] = None
        await super().send_message(message)

    def _internal_error(self, message: str) -> None:
        log.error("websocket: %s", message)
        self.close(4500, "internal error")

    def _protocol_error(self, message: str) -> None:
        log.warning("websocket: %s", message)
        self.close(4400, "protocol error")


class Resource(ComponentResourceHandler):
    """A file of a component that is in use. Panel's own handler imports whatever module is asked for."""

    def parse_url_path(self, path: str) -> Any:
        """Look only into modules that this process has imported for its views."""
        module = path.partition("/")[0]
        if module not in sys.modules or not (module + ".").startswith(_PACKAGES):
            raise HTTPError(404)
        return super().parse_url_path(path)


@contextmanager
def hardened(access: Access) -> Iterator[None]:
    """Have servers that are built inside use these handlers; afterwards Bokeh and Panel are as they were."""
    socket = type("Socket", (Socket,), {"access": access})
    swaps = ((WSHandler, socket), (AutoloadJsHandler, Autoload), (DocHandler, Page))
    with _swap:
        patterns = list(per_app_patterns)
        resource = panel_server.ComponentResourceHandler
        try:
            for index, row in enumerate(patterns):
                for old, new in swaps:
                    if row[1] is old:
                        per_app_patterns[index] = (row[0], new, *row[2:])
            if sum(row not in per_app_patterns for row in patterns) != len(swaps):
                raise RuntimeError(
                    "Bokeh's routes are not as expected; this version cannot be served safely."
                )
            if bokeh_tornado.per_app_patterns is not per_app_patterns:
                raise RuntimeError("Bokeh keeps its routes elsewhere; this version cannot be served safely.")
            panel_server.ComponentResourceHandler = Resource
            yield
        finally:
            per_app_patterns[:] = patterns
            panel_server.ComponentResourceHandler = resource
