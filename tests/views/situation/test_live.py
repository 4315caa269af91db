"""News by the channel: what a page hears is what its session would have shown, whatever happens in between."""

import json
import re
import signal
import sys
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from bokeh.document import Document

import watchfloor
from watchfloor.core.clock import FixedClock, LiveClock, monotonic
from watchfloor.core.scales import Severity, Status
from watchfloor.store import Record, Store
from watchfloor.store.changes import Change
from watchfloor.views.selection import Selection
from watchfloor.views.serve.broadcast import Broadcast
from watchfloor.views.serve.hub import Batch
from watchfloor.views.serve.topics import frame
from watchfloor.views.situation import Situation
from watchfloor.views.situation.live import Live
from watchfloor.views.situation.standing import PANES, Standing

kit = sys.modules["watchfloor_tests_browser"]
URL = "/situation/broadcast#page"


def alert(key, revision="1", **values):
    at = LiveClock().now()
    point = {"type": "Point", "coordinates": (114.3, 30.6)}
    usual = {
        "status": Status.ACTUAL,
        "severity": Severity.SEVERE,
        "title": f"Alert {key}",
        "geometry": point,
    }
    return Record("alert", "cap:test", key, revision, at, at, **(usual | values))


@pytest.fixture
def floor():
    with watchfloor.open("world", store=Store.open(":memory:", clock=LiveClock())) as made:
        made.store.append([alert("a"), alert("b", severity=Severity.MINOR)])
        yield made


@pytest.fixture
def standstill(floor, monkeypatch):
    """Let no time pass on the floor: a snapshot is taken anew every ten seconds, and a test may lie across that."""
    monkeypatch.setattr(floor, "clock", FixedClock(floor.now()))


class Line:
    """A page's line."""

    page = "page"

    def __init__(self):
        self.heard = {}

    def offer(self, name, made):
        length = int.from_bytes(made[:2], "little")
        self.heard[name] = json.loads(made[(2 + length + 7) // 8 * 8 :])

    def may(self, need):
        return True

    def beat(self):
        pass


@pytest.fixture
def desk(floor):
    """A desk whose page listens; `said` gives what the page was told by the channel."""
    made = Situation(floor, Selection(language="en"))
    doc = Document()
    made.picture.shared = Live(made, doc, URL)
    made.doc = doc
    yield made
    made.close()


def batch(floor, *changes):
    return Batch(floor.store.cursor(), list(changes), {change.table for change in changes})


def change(floor, record):
    return Change(
        floor.store.cursor(),
        "record",
        record.key,
        LiveClock().now(),
        record.revision,
        record.kind,
        record.source,
    )


def listening(desk):
    """Open the line as the page's script does; what is made is made at once."""
    channel, line = Broadcast.of(desk.floor.store), Line()
    channel._remake = lambda topic: (
        topic.make
        and line.offer(
            topic.name,
            frame(topic.name, topic.make()),
        )
    )
    channel._listeners[line], channel._pages[line.page] = set(), line
    live = desk.picture.shared
    for part in live.told["parts"]:
        assert channel.hear(line, live.told["base"] + part)
    return line


def test_channel_says_what_the_session_would(floor, desk):
    line = listening(desk)
    base = desk.picture.shared.told["base"]
    views = {"list": desk.list, "figures": desk.figures, "health": desk.health, "filters": desk.filters,
             "area": desk.area, "time": desk.time, "keys": desk.keys}  # fmt: skip
    assert views.keys() == PANES.keys()
    for turn in range(2):
        for name, view in views.items():
            assert line.heard[base + name] == json.loads(json.dumps(view.state())), (turn, name)
        mark = line.heard[f"{base}map/live/alerts"]["mark"]
        made = desk.map.stack.drawn["live/alerts"].made.mark
        assert mark["fill"] == list(made["fill"])
        assert mark["x"] == pytest.approx(made["x"], abs=0.01)
        assert line.heard[f"{base}counts"]["live/alerts"] == str(2 + turn)
        floor.store.append([alert("c", severity=Severity.EXTREME)])
        desk.picture.look()
        desk.map.refresh()
        for topic in list(Broadcast.of(floor.store)._topics):
            Broadcast.of(floor.store).changed(topic)


@pytest.mark.parametrize("what", ["notes", "source", "figure", "window", "filters", "time"])
def test_what_a_page_alone_looks_at_is_not_overridden(floor, standstill, desk, what):
    if what == "notes":
        desk.selection.notes = ["sev: 'Worst' is not known"]
    elif what == "source":
        source = desk.picture.snapshot.feeds[0].source
        desk.health.pane._do({"do": "open", "source": source})
        assert desk.health.pane.state["about"]
    elif what == "figure":
        desk.figures.pane._do({"do": "open", "figure": "Minor"})
    elif what == "window":
        floor.store.append([alert(f"n{number}") for number in range(200)])
        desk.picture.look()
        desk.list.pane._do({"do": "window", "start": 90})
    elif what == "filters":
        desk.selection.param.update(severities=["Minor"], language="zh", theme="light")
    else:
        desk.selection.time = floor.now() - timedelta(hours=3)
    line, base = listening(desk), desk.picture.shared.told["base"]
    assert ("time" in desk.picture.shared.told["parts"]) == (what != "time")
    views = {"list": desk.list, "figures": desk.figures, "health": desk.health, "filters": desk.filters}
    for name, view in views.items():
        assert line.heard[base + name] == json.loads(json.dumps(view.state())), name


def test_session_sleeps_and_catches_up_before_it_acts(floor, desk):
    live, picture = desk.picture.shared, desk.picture
    new = alert("c", severity=Severity.EXTREME)
    floor.store.append([new])
    assert picture._wants(batch(floor, change(floor, new))), "whoever hears nothing is told by the session"
    listening(desk)
    assert not picture._wants(batch(floor, change(floor, new)))
    assert live.behind
    assert [row.record.key for row in picture.rows] == ["a", "b"]
    desk.list.pane._do({"do": "place", "place": 0})
    assert desk.selection.record == ("alert", "cap:test", "c"), "the row that the user sees first"
    assert not live.behind
    # what is in focus is the session's own: its detail is told by it
    again = alert("c", "2")
    floor.store.append([again])
    assert picture._wants(batch(floor, change(floor, again)))
    other = alert("d")
    floor.store.append([other])
    assert not picture._wants(batch(floor, change(floor, other)))
    acted = Change(floor.store.cursor(), "journal", "1", LiveClock().now())
    assert picture._wants(batch(floor, acted))
    assert picture._wants(Batch(1, [], set(), complete=False))


def test_what_is_shown_again_is_sent_again(floor, desk):
    """The browser heard more than the session told it; going back to what was told last must be sent all the same."""
    listening(desk)
    sent = []
    root = desk.list.pane.get_root(desk.doc)
    root.data.on_change("state", lambda attr, old, new: sent.append(new))
    told = json.loads(root.data.state)
    before = floor.now()
    time.sleep(0.01)
    new = alert("c", severity=Severity.EXTREME)
    floor.store.append([new])
    assert not desk.picture._wants(batch(floor, change(floor, new)))
    drawn = desk.map.stack.drawn["live/alerts"]
    told_map = []
    desk.doc.add_root(desk.map.figure)
    drawn.parts["mark"][0].on_change("data", lambda attr, old, new: told_map.append(len(new["x"])))
    desk.selection.as_of = before
    assert [json.loads(text)["total"] for text in sent][-1:] == [2]
    assert json.loads(sent[-1])["rows"][0]["key"] == told["rows"][0]["key"]
    assert told_map[-1:] == [2]
    assert desk.picture.shared.told is None, "of the past the channel says nothing"
    assert not desk.picture._wants(batch(floor, change(floor, new)))
    desk.selection.as_of = None
    assert desk.picture.shared.told is not None
    assert json.loads(sent[-1])["total"] == 3


def test_lost_line_is_made_good(floor, desk):
    line = listening(desk)
    new = alert("c")
    floor.store.append([new])
    assert not desk.picture._wants(batch(floor, change(floor, new)))
    assert not desk.picture._due(None)
    Broadcast.of(floor.store).part(line)
    assert desk.picture._due(None), "the next sign of life finds the line lost"
    desk.picture._beat(None)
    assert len(desk.picture.rows) == 3
    assert not desk.picture._due(None)


def test_pages_alike_share_and_others_do_not(floor, desk):
    values = {"language": "en", "hazards": ["flood"]}
    assert Standing.of(floor, values) is not Standing.of(floor, {"language": "en"})
    base = desk.picture.shared.told["base"]
    second = Situation(floor, Selection(language="en"))
    doc = Document()
    second.picture.shared = Live(second, doc, "/situation/broadcast#second")
    assert second.picture.shared.told["base"] == base
    second.selection.hazards = ["flood"]
    other = second.picture.shared.told["base"]
    assert other != base
    topics = set(Broadcast.of(floor.store)._topics)
    second.selection.hazards = []
    assert second.picture.shared.told["base"] == base
    assert not any(name.startswith(other) for name in Broadcast.of(floor.store)._topics), (
        "what nobody looks at goes"
    )
    assert topics > set(Broadcast.of(floor.store)._topics)
    second.close()


def test_new_part_of_a_layer_wakes_the_page():
    with watchfloor.open("world", store=Store.open(":memory:", clock=LiveClock())) as floor:
        desk = Situation(floor, Selection(language="en"))
        doc = Document()
        doc._session_context = lambda: SimpleNamespace()
        live = desk.picture.shared = Live(desk, doc, URL)
        listening(desk)
        assert ("live/alerts", "mark") not in live.drawn()
        new = alert("a")
        floor.store.append([new])
        assert not desk.picture._wants(batch(floor, change(floor, new)))
        Broadcast.of(floor.store).changed(f"{live.told['base']}map/live/alerts")
        (woken,) = doc.session_callbacks
        woken.callback()
        assert ("live/alerts", "mark") in live.drawn()
        desk.close()


@pytest.mark.browser
@pytest.mark.network
def test_news_reach_the_page_without_its_session(served, browser):
    desk = served(floor="demo")
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page, seen = kit.watched(context)
    by_session = []

    def opened(socket):
        if socket.url.endswith("/situation/ws"):
            socket.on("framereceived", lambda text: by_session.append(str(text)))

    page.on("websocket", opened)
    page.goto(f"{desk.url}/situation?hz=storm")
    kit.live(page, 60_000)
    page.wait_for_timeout(2500)
    del by_session[:]

    def write(key, **values):
        with Store.open(desk.data / "demo" / "store.sqlite") as store:
            store.append([alert(key, hazard="storm", status=Status.EXERCISE, **values)])

    write("one", title="<b>first</b> storm")
    row = page.get_by_role("option").filter(has_text="<b>first</b> storm")
    row.wait_for(timeout=15_000)
    marks = """() => { for (const model of Bokeh.documents[0]._all_models.values())
        if (model.name === 'live/alerts#mark') return model.data_source.data.x.length; return 0 }"""
    until = monotonic() + 10
    while not page.evaluate(marks):  # a layer that was empty is made by the session
        assert monotonic() < until
        page.wait_for_timeout(100)
    row.click()
    page.wait_for_url(re.compile(r"[?&]r="))
    write("two", title="second storm")
    page.get_by_role("option").filter(has_text="second storm").wait_for(timeout=15_000)
    chosen = page.locator("[role=option][aria-selected=true]")
    assert "<b>first</b> storm" in chosen.inner_text()
    # the past does not move
    page.wait_for_timeout(2500)
    past = (LiveClock().now() - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    page.goto(f"{desk.url}/situation?hz=storm&asof={past}")
    kit.live(page, 60_000)
    page.get_by_role("option").filter(has_text="second storm").wait_for(timeout=15_000)
    write("three", title="third storm")
    page.wait_for_timeout(3000)
    assert page.get_by_role("option").filter(has_text="third storm").count() == 0
    assert seen.errors == []
    assert seen.foreign == []
    assert not any("first" in text for text in by_session[:1])
    desk.stop(signal.SIGTERM)
    context.close()
