"""What closed pages leave behind: nothing, however many there were."""

import gc
import queue
import re
import sys
import threading
import time
from collections import Counter

import httpx
import panel as pn
import pytest
from bokeh.document import Document
from bokeh.plotting import figure
from bokeh.resources import Resources as BokehResources
from panel.io.state import set_curdoc

import watchfloor
from watchfloor.core.clock import monotonic
from watchfloor.core.settings import Settings
from watchfloor.core.share import folder
from watchfloor.views.map import MapView
from watchfloor.views.serve import server as server_module
from watchfloor.views.serve.hub import Hub
from watchfloor.views.serve.server import Server
from watchfloor.views.situation import Situation
from watchfloor.views.situation.picture import Picture

kit = sys.modules["watchfloor_tests_browser"]
HELD = (Document, Situation, MapView, Picture)
SESSIONS = 30


def alive() -> Counter[str]:
    """Count what sessions are made of, after a full collection."""
    gc.collect()
    return Counter(kind.__name__ for found in gc.get_objects() if (kind := type(found)) in HELD)


def sessions(server: Server) -> list[object]:
    return server._server._tornado.applications["/situation"].sessions


def reaped(server: Server, wait: float = 20) -> None:
    until = monotonic() + wait
    while sessions(server):
        assert monotonic() < until, f"{len(list(sessions(server)))} sessions are still open"
        time.sleep(0.1)
    time.sleep(0.3)  # the last one's callbacks


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The real desk over the invented region; a page that nobody joins is closed after a moment."""
    settings = Settings(port=0, data=tmp_path_factory.mktemp("desk"))
    made: queue.Queue[Server] = queue.Queue()
    with pytest.MonkeyPatch.context() as patch, watchfloor.open("demo", settings=settings) as floor:
        patch.setattr(server_module, "UNUSED", 200)
        patch.setattr(server_module, "CHECK", 100)

        def run() -> None:
            server = Server(settings, floor=floor, folders=[folder("apps")], collect=False)
            made.put(server)
            server.run()

        thread = threading.Thread(target=run, daemon=True)  # all of it: timers go to the loop of their thread
        thread.start()
        server = made.get(timeout=60)
        yield server
        server.stop()
        thread.join(20)
        assert not thread.is_alive()


def test_closed_pages_leave_nothing(desk):
    def opened(count: int) -> None:
        with httpx.Client(timeout=30) as client:
            for _ in range(count):
                answer = client.get(f"{desk.url}situation")
                assert answer.status_code == 200
                assert "wf-signals" in answer.text, "this is not the desk"
        reaped(desk)

    opened(1)  # what is read once and shared by all pages
    before, roots = alive(), len(pn.state._fake_roots)
    opened(SESSIONS)
    # the last one built may still be held by what built it; never one for each page
    more = alive() - before
    assert {name: count for name, count in more.items() if count > 1} == {}
    assert len(pn.state._fake_roots) <= roots, "Panel looks through these at every change of every page"
    assert Hub.of(desk.floor.store).status().subscribers == 0


def test_memory_goes_back_when_pages_close(desk, monkeypatch):
    gave: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr(server_module, "give_back", lambda: gave.put("back"))
    loop = desk._server.io_loop
    desk._pages = 0
    loop.add_callback(desk._trim)  # as many pages as before: nothing to give
    with pytest.raises(queue.Empty):
        gave.get(timeout=0.2)
    desk._pages = 1  # one at the last look, none now
    loop.add_callback(desk._trim)
    assert gave.get(timeout=10) == "back"
    loop.add_callback(desk._trim)
    with pytest.raises(queue.Empty):
        gave.get(timeout=0.2)


def test_what_lives_as_long_as_the_server_is_set_aside_once_and_never_with_pages(desk, monkeypatch):
    aside: list[int] = []
    monkeypatch.setattr(server_module.memory, "set_aside", lambda: aside.append(1))
    desk._settle()
    assert aside == [], (
        "in a thread of somebody's process, that one's objects are not the server's to set aside"
    )
    monkeypatch.setattr(desk, "_sessions", lambda: 1)
    desk._prepared.set()
    desk._unsettled = True
    desk._settle()
    assert aside == []
    monkeypatch.setattr(desk, "_sessions", lambda: 0)
    desk._settle()
    desk._settle()
    assert aside == [1]


def test_page_names_its_modules_first_and_takes_no_script_that_it_does_not_use(desk):
    text = httpx.get(f"{desk.url}situation", timeout=30).text
    named = re.findall(r'<link rel="modulepreload" href="\./([^"]+)">', text)
    assert len(named) == 3
    assert all(text.index(module) < text.index("<script") for module in named)
    for module in named:
        answer = httpx.get(desk.url + module, timeout=30)
        assert answer.status_code == 200
        assert "javascript" in answer.headers["content-type"]
    assert "js/bokeh.min.js" in text
    assert "js/bokeh-gl" not in text
    assert not re.search(r"<script[^>]*es-module-shims", text), "a list of what there is may name it"
    assert "window.importShim" in text


def test_plot_that_is_drawn_by_webgl_gets_its_script():
    chosen = server_module._plain(BokehResources)
    document = Document()
    with set_curdoc(document):
        assert "bokeh-gl" not in chosen(mode="server").components
        document.add_root(figure(output_backend="webgl"))
        assert "bokeh-gl" in chosen(mode="server").components
