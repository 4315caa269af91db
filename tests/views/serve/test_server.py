"""The server as a whole: where it may listen, what it serves, what it keeps, how it stops."""

import asyncio
import gc
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from bokeh.document import Document
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from watchfloor.core.errors import ForbiddenError, SettingsError, UnsafeError
from watchfloor.core.settings import Settings
from watchfloor.security.accounts import Accounts
from watchfloor.security.roles import Capability
from watchfloor.views.serve import server as server_module
from watchfloor.views.serve.access import Local, OAuth
from watchfloor.views.serve.apps import find
from watchfloor.views.serve.current import LOCAL, Serving, acting, current_actor, serving, use
from watchfloor.views.serve.hub import Hub
from watchfloor.views.serve.server import Server, identity

APPS = Path(__file__).with_name("apps")
kit = sys.modules["watchfloor_tests_browser"]
standin = Path(__file__).parents[1] / "standin.py"


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.5", "::", "watch.example.org"])
def test_beyond_this_machine_needs_sign_in(tmp_path, address):
    with pytest.raises(UnsafeError, match=r"watchfloor account add .*--address 127\.0\.0\.1") as error:
        identity(Settings(data=tmp_path, address=address))
    assert address in str(error.value)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_this_machine_needs_none(tmp_path, address):
    assert identity(Settings(data=tmp_path, address=address)) is None


def test_accounts_open_the_way_out(tmp_path):
    Accounts(tmp_path / "accounts.toml").add("anna", "correct horse battery", ["duty"])
    assert isinstance(identity(Settings(data=tmp_path, address="0.0.0.0")), Local)
    assert isinstance(identity(Settings(data=tmp_path)), Local), "accounts count on this machine too"


def test_oauth_needs_its_words_and_roles(tmp_path):
    with pytest.raises(SettingsError, match="oauth_key and oauth_secret"):
        identity(Settings(data=tmp_path, oauth_provider="generic"))
    whole = {"oauth_provider": "generic", "oauth_key": "k", "oauth_secret": "s"}
    with pytest.raises(SettingsError, match="Nobody has a role"):
        identity(Settings(data=tmp_path, **whole))
    assert isinstance(identity(Settings(data=tmp_path, roles={"a@b.c": ["duty"]}, **whole)), OAuth)


def test_desks_are_read_not_run(tmp_path):
    apps = {app.name: app for app in find([APPS])}
    assert apps["decide"].needs is Capability.DECIDE
    assert apps["shell"].needs is Capability.VIEW
    assert apps["broken"].title == "Broken"
    assert apps["broken"].summary == "a desk that cannot be built."
    (tmp_path / "bad.py").write_text("def (", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"bad\.py cannot be read"):
        find([tmp_path])
    with pytest.raises(SettingsError, match="no desks in"):
        find([tmp_path / "empty"])
    with pytest.raises(SettingsError, match="Two desks are called"):
        find([APPS, APPS])


def test_nobody_signed_in_is_the_local_operator():
    assert current_actor() == LOCAL
    assert serving() is None
    assert acting().may(Capability.ADMINISTER)


def test_a_session_without_user_acts_for_nobody_where_sign_in_is_on(tmp_path):
    use(Serving(Settings(data=tmp_path), None, signed_in=True, roles=lambda name: frozenset({"duty"})))
    try:
        with pytest.raises(ForbiddenError, match="signed-in user"):
            current_actor()
        with pytest.raises(ForbiddenError, match="signed-in user"):
            acting()
    finally:
        use(None)


@pytest.mark.network
def test_port_in_use_is_told(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            SettingsError, match=f"Cannot listen on 127.0.0.1:{port}: .*Choose another --port"
        ):
            Server(Settings(data=tmp_path, port=port), floor=object(), folders=[APPS])
    assert serving() is None


@pytest.mark.network
def test_clean_stop_on_sigterm_and_secrets_on_first_start(served):
    desk = served(folder=APPS, floor="stand-in", prefix="/watch")
    assert httpx.get(f"{desk.url}/watch/readyz").text == "ok\n"
    page = httpx.get(f"{desk.url}/watch/shell")
    assert page.status_code == 200
    assert 'src="static/js/bokeh' in page.text or 'src="./static' in page.text, (
        "addresses are relative to the page"
    )
    modes = {path.name: path.stat().st_mode & 0o777 for path in (desk.data / "secrets").iterdir()}
    assert modes["cookies"] == modes["sessions"] == 0o600
    began = time.perf_counter()
    assert desk.stop(signal.SIGTERM) == 0
    assert time.perf_counter() - began < 15
    assert "Traceback" not in desk.log().split("desk broken failed")[0]


def _floor(data):
    import importlib.util

    spec = importlib.util.spec_from_file_location("watchfloor_tests_standin", standin)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.StandIn(Settings(data=data), "Stand-in", "EXERCISE")


@pytest.mark.network
def test_sixty_closed_pages_leave_nothing(tmp_path, monkeypatch):
    """Pages that were opened and closed leave no subscriber, no session and no document."""
    monkeypatch.setattr(server_module, "UNUSED", 100)
    monkeypatch.setattr(server_module, "CHECK", 200)
    folder = tmp_path / "apps"
    folder.mkdir()
    (folder / "small.py").write_text(
        '"""Small."""\n'
        "import panel as pn\n"
        "from watchfloor.views import text\n"
        "from watchfloor.views.page import page\n"
        "from watchfloor.views.serve.current import current_floor\n"
        "from watchfloor.views.serve.hub import Hub\n"
        "floor = current_floor()\n"
        "shown = text.text('0')\n"
        "def take(batch):\n"
        "    shown.object = str(batch.cursor)\n"
        "Hub.of(floor.store).subscribe(take, pn.state.curdoc)\n"
        "page('Small', floor=floor, main=pn.Column(shown)).servable()\n",
        encoding="utf-8",
    )
    running: list[Server] = []
    failed: list[BaseException] = []
    ready = threading.Event()

    def run():
        asyncio.set_event_loop(asyncio.new_event_loop())
        try:
            one = Server(
                Settings(data=tmp_path, port=kit.free_port()), floor=_floor(tmp_path), folders=[folder]
            )
        except BaseException as error:
            failed.append(error)
            ready.set()
            raise
        running.append(one)
        one._server.io_loop.add_callback(ready.set)
        one.run()

    thread = threading.Thread(target=run, daemon=True)  # if this test fails, the others go on
    thread.start()
    assert ready.wait(60)
    assert not failed
    one = running[0]
    hub = Hub.of(one.floor.store)

    async def visit(count):
        import re

        async with httpx.AsyncClient(base_url=one.url, timeout=30) as client:
            for _ in range(count):
                page = await client.get("small")
                assert page.status_code == 200
                token = re.search(r'"token":"([A-Za-z0-9_\-.]+)"', page.text).group(1)
                request = HTTPRequest(one.url.replace("http", "ws") + "small/ws")
                link = await websocket_connect(request, subprotocols=["bokeh", token])
                assert await link.read_message() is not None
                link.close()
                while await asyncio.wait_for(link.read_message(), 10) is not None:
                    pass
                link.protocol = None
        await asyncio.sleep(0.2)

    def settle():
        end = time.perf_counter() + 20
        while (
            hub.status().subscribers
            or any(app.sessions for app in one._server._tornado.applications.values())
        ) and (time.perf_counter() < end):
            time.sleep(0.1)
        gc.collect()

    kit.run(visit(5))
    settle()
    before = sum(isinstance(thing, Document) for thing in gc.get_objects())
    kit.run(visit(60))
    settle()
    status = hub.status()
    sessions = sum(len(list(app.sessions)) for app in one._server._tornado.applications.values())
    after = sum(isinstance(thing, Document) for thing in gc.get_objects())
    one.stop()
    thread.join(30)
    one.floor.close()
    assert status.subscribers == 0
    assert sessions == 0
    assert after - before <= 3, "the garbage collector may hold the last few"
    assert not thread.is_alive()
