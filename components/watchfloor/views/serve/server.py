"""Serve a floor's desks in one process: found, guarded, collected for, watched, and stopped cleanly."""

import asyncio
import ipaddress
import logging
import os
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread, current_thread, main_thread
from typing import Any

import panel as pn
from bokeh.models import Plot
from bokeh.settings import settings as bokeh
from panel.io.server import get_server
from tornado.ioloop import IOLoop, PeriodicCallback

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import SettingsError, UnsafeError
from watchfloor.core.settings import Settings
from watchfloor.core.share import folder
from watchfloor.floor import Floor
from watchfloor.security.accounts import Accounts
from watchfloor.security.roles import Capability
from watchfloor.security.secrets import secret
from watchfloor.views import tiles
from watchfloor.views.serve import apps as desks
from watchfloor.views.serve import listening, memory
from watchfloor.views.serve.access import Access, Identity, Local, OAuth
from watchfloor.views.serve.auth import LocalProvider, PanelProvider
from watchfloor.views.serve.broadcast import Broadcast
from watchfloor.views.serve.current import Serving, use
from watchfloor.views.serve.defaults import remember_defaults
from watchfloor.views.serve.frames import fewer_frames
from watchfloor.views.serve.guard import Missing, guard
from watchfloor.views.serve.handlers import hardened
from watchfloor.views.serve.hub import Hub
from watchfloor.views.serve.memory import give_back
from watchfloor.views.serve.policy import Harden
from watchfloor.views.serve.routes import FONTS, routes
from watchfloor.views.serve.signins import SignIns

__all__ = ["Server", "identity", "serve"]

log = logging.getLogger(__name__)

TOKEN = 86_400
"""Seconds that a page may take to open, or open again, the session it was made for."""
UNUSED = 60_000
"""Milliseconds that a session waits for its page: it survives a link that was down for half a minute."""
MESSAGE = 1_048_576
"""Bytes of one message or form from a browser; files go by the inbox."""
CHECK = 10_000
"""Milliseconds between two looks for sessions that wait in vain."""
THREADS = 4
"""Threads for callbacks of pages, so that a slow one does not stop the others."""
VALIDATE = "BOKEH_VALIDATE_DOC"
"""Set in the environment, has Bokeh look for mistakes of a desk's author in each page: an eighth of its building."""
SWEEP = 5_000
"""Milliseconds between two checks that the open pages' users may still see them."""
TRIM = 30_000
"""Milliseconds between two looks whether pages were closed, whose memory can go back to the system."""


class Server:
    """One process that serves one floor.

    Parameters
    ----------
    settings
        What the operator set.
    floor
        An open floor; by default the settings' floor is opened, and closed at the end.
    folders
        Where the desks' scripts are; the product's by default.
    collect
        Whether to collect feeds here; the settings' word by default.
    watch
        Whether to watch the floor's alarms here; where feeds are collected, by default.

    Raises
    ------
    UnsafeError
        If it would listen beyond this machine without sign-in.
    SettingsError
        If there is no desk, or the address cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        floor: Any = None,
        folders: Sequence[Path] | None = None,
        collect: bool | None = None,
        watch: bool | None = None,
    ) -> None:
        self.settings = settings
        sender = identity(settings)
        _check(settings.address, settings.port)
        self.apps = desks.find(folders if folders is not None else [folder("apps")])
        self._owned = floor is None
        if floor is None:
            import watchfloor

            floor = watchfloor.open(settings.floor, settings=settings)
        self.floor = floor
        self._collect = settings.collect if collect is None else collect
        self._watches = (self._collect if watch is None else watch) and isinstance(floor, Floor)
        self._stop, self._prepared = Event(), Event()
        self._listening = settings.port
        self._threads: list[Thread] = []
        self._pages = 0
        self._unsettled = False
        prefix = "/" + settings.prefix.strip("/") if settings.prefix.strip("/") else ""
        needs = {app.name: app.needs for app in self.apps} | {"metrics": Capability.ADMINISTER}
        self.access = Access(sender, self._hosts, needs, prefix)
        fonts = (folder("data_samples") / FONTS).is_dir()
        serving = Serving(
            settings,
            floor,
            signed_in=sender is not None,
            fonts=fonts,
            desks={app.name: app.needs for app in self.apps},
        )
        if sender is not None:
            serving.roles = sender.roles
        use(serving)
        self._validates = bokeh.perform_document_validation()
        try:
            self._server = self._build(prefix)
        except BaseException:
            self._close()
            raise

    @property
    def port(self) -> int:
        """The port it listens on."""
        found: int = self._server.port
        return found

    @property
    def url(self) -> str:
        """The address of the list of desks, on this machine."""
        host = self.settings.address if _loopback(self.settings.address) else "127.0.0.1"
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}{self.access.prefix}/"

    def run(self) -> None:
        """Serve until `stop`, SIGTERM or SIGINT."""
        loop: IOLoop = self._server.io_loop
        if current_thread() is main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: loop.add_callback_from_signal(loop.stop))
            self._unsettled = True  # the process is the server's own
            memory.set_aside()
        self._server.start()
        sweep = PeriodicCallback(self._sweep, SWEEP)
        if self.access.identity is not None:
            sweep.start()
        trim = PeriodicCallback(self._trim, TRIM)
        trim.start()
        self._begin()
        try:
            loop.start()
        finally:
            sweep.stop()
            trim.stop()
            self._server.stop(wait=False)
            self._close()

    def stop(self) -> None:
        """Stop serving; safe from any thread."""
        self._server.io_loop.add_callback(self._server.io_loop.stop)

    def ready(self) -> bool:
        """Tell whether the floor is prepared and its store can be read."""
        store = getattr(self.floor, "store", None)
        return self._prepared.is_set() and not Hub.of(store).status().trouble

    def _build(self, prefix: str) -> Any:
        settings, data = self.settings, self.settings.data
        pn.config.nthreads = THREADS
        remember_defaults()
        fewer_frames()
        memory.few_arenas()
        if VALIDATE not in os.environ:
            bokeh.perform_document_validation = False
        language = settings.language
        extra = routes(
            apps=self.apps, floor=self.floor, access=self.access, language=language, ready=self.ready
        )
        extra += tiles.routes(settings)
        extra += listening.routes(self.apps, self.floor, self.access)
        options: dict[str, Any] = {}
        sender = self.access.identity
        if isinstance(sender, Local):
            options["auth_provider"] = LocalProvider(self.access, secret(data, "forms"), language)
        elif isinstance(sender, OAuth):
            options["auth_provider"] = _oauth(settings, self.access)
        with hardened(self.access):
            server = get_server(
                {f"/{app.name}": desks.application(app) for app in self.apps},
                port=settings.port,
                address=settings.address,
                websocket_origin=sorted(self._origins()) or None,
                extra_patterns=extra,
                prefix=prefix,
                use_index=False,
                ico_path="none",
                warm=True,
                sign_sessions=True,
                secret_key=secret(data, "sessions"),
                cookie_secret=secret(data, "cookies").hex(),
                include_headers=["Host"],
                include_cookies=[],
                session_token_expiration=TOKEN,
                unused_session_lifetime_milliseconds=UNUSED,
                check_unused_sessions_milliseconds=CHECK,
                keep_alive_milliseconds=20_000,
                websocket_max_message_size=MESSAGE,
                http_server_kwargs={
                    "max_body_size": MESSAGE,
                    "max_header_size": 65_536,
                    "idle_connection_timeout": 120,
                },
                use_xheaders=sender is not None and _loopback(settings.address),
                transforms=[Harden],
                default_handler_class=Missing,
                default_handler_args={"language": language},
                **options,
            )
        if not settings.port:
            # with port 0 the origins are known only now
            server._tornado._websocket_origins = self._origins(server.port)
        guard(server._tornado, self.access, language)
        server._tornado.resources = _plain(server._tornado.resources)
        self._listening = server.port
        return server

    def _hosts(self) -> set[str]:
        return self._origins(self._listening)

    def _origins(self, port: int | None = None) -> set[str]:
        port = port if port is not None else self.settings.port
        own = {f"{host}:{port}" for host in ("127.0.0.1", "localhost")}  # Bokeh knows no IPv6 origins
        return own | {name.lower() for name in self.settings.origin}

    def _begin(self) -> None:
        """Prepare the floor, collect and watch, beside the pages."""
        began = monotonic()

        def prepared() -> None:
            self._prepared.set()
            self._server.io_loop.add_callback(self._settle)
            memory.give_back()
            log.info("floor prepared in %.1f s", monotonic() - began)

        def work() -> None:
            try:
                if self._watches:
                    from watchfloor.alarms.duty import keep

                    keep(self.floor, self._stop, collect=self._collect, ready=prepared)
                    return
                self.floor.prepare()
                prepared()
                if self._collect:
                    self.floor.collect(self._stop)
            except Exception:
                log.exception(
                    "collecting ended" if self._prepared.is_set() else "the floor could not be prepared"
                )

        thread = Thread(target=work, name="collect", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _sweep(self) -> None:
        try:
            self.access.sweep()
        except Exception:
            log.exception("the check of open pages failed")

    def _trim(self) -> None:
        """Give memory back when there are fewer pages than at the last look."""
        before, self._pages = self._pages, self._sessions()
        if self._pages < before:
            self._server.io_loop.run_in_executor(None, give_back)
        self._settle()

    def _settle(self) -> None:
        """Set the prepared floor aside, once, when no page is open."""
        if self._unsettled and self._prepared.is_set() and not self._sessions():
            self._unsettled = False
            memory.set_aside()

    def _sessions(self) -> int:
        return sum(len(list(one.sessions)) for one in self._server._tornado.applications.values())

    def _close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=10)
        store = getattr(self.floor, "store", None)
        if store is not None:
            Broadcast.of(store).close()
        Hub.of(store).close()
        use(None)
        bokeh.perform_document_validation = self._validates
        if self._owned:
            self.floor.close()


def _plain(resources: Callable[..., Any]) -> Callable[..., Any]:
    """Spare a page Bokeh's scripts for WebGL where no plot on it is drawn by that."""

    def chosen(*args: Any, **kwargs: Any) -> Any:
        found = resources(*args, **kwargs)
        models = () if pn.state.curdoc is None else pn.state.curdoc.models
        if not any(isinstance(model, Plot) and model.output_backend == "webgl" for model in models):
            found.components = [name for name in found.components if name != "bokeh-gl"]
        return found

    return chosen


def serve(
    settings: Settings,
    *,
    floor: Any = None,
    folders: Sequence[Path] | None = None,
    collect: bool | None = None,
    watch: bool | None = None,
    ready: Callable[[Server], None] | None = None,
) -> None:
    """Serve the desks until SIGTERM or SIGINT.

    Parameters
    ----------
    settings
        What the operator set.
    floor, folders, collect, watch
        As of `Server`.
    ready
        Called once when the server listens, with its address and port.
    """
    with suppress(RuntimeError):
        asyncio.get_running_loop()
        raise SettingsError("A server runs in its own process, not inside a running event loop.")
    server = Server(settings, floor=floor, folders=folders, collect=collect, watch=watch)
    log.info("listening on %s", server.url)
    if ready is not None:
        ready(server)
    server.run()


def identity(settings: Settings) -> Identity | None:
    """Return how users sign in; None where only this machine is served and no accounts are made.

    Raises
    ------
    UnsafeError
        If other machines would be served without sign-in.
    SettingsError
        If OAuth is named but not set up.
    """
    if settings.oauth_provider:
        if not (settings.oauth_key and settings.oauth_secret):
            raise SettingsError(
                f"OAuth with {settings.oauth_provider!r} needs oauth_key and oauth_secret; set them in the environment as "
                "WATCHFLOOR_OAUTH_KEY and WATCHFLOOR_OAUTH_SECRET."
            )
        if not settings.roles:
            raise SettingsError(
                'Nobody has a role; name users in the settings, like roles = {"anna@example.org" = ["duty"]}.'
            )
        return OAuth(settings.roles)
    accounts = Accounts(settings.accounts or settings.data / "accounts.toml")
    if len(accounts):
        return Local(accounts, SignIns(settings.data))
    if not _loopback(settings.address):
        raise UnsafeError(
            f"Listening on {settings.address} would let every machine that reaches it in, because no sign-in is configured. "
            "Make an account first, with `watchfloor account add NAME --role duty`, or name an oauth_provider; or serve "
            "this machine only, with --address 127.0.0.1."
        )
    return None


def _check(address: str, port: int) -> None:
    """Find out that a port is taken before the desks are built, not after."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise SettingsError(
                f"Cannot listen on {address}:{port}: {error.strerror or error}. Is another server running? Choose another "
                "--port, or an --address of this machine."
            ) from error


def _loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _oauth(settings: Settings, access: Access) -> PanelProvider:
    config: Any = pn.config
    config.oauth_provider = settings.oauth_provider
    config.oauth_key = settings.oauth_key
    config.oauth_secret = settings.oauth_secret
    config.oauth_redirect_uri = settings.oauth_redirect or None
    config.oauth_extra_params = dict(settings.oauth_extra)
    return PanelProvider(access)
