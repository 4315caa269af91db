"""The desk: its parts by their places, tabs made when they are opened, and nothing left when it is closed."""

import gc
import re
import time
import weakref

import pytest

from watchfloor.core.clock import monotonic
from watchfloor.core.terms import terms
from watchfloor.store.records import Record
from watchfloor.views.monitor import base, bundle
from watchfloor.views.monitor.base import PLACES, MonitorPane, part
from watchfloor.views.monitor.desk import MonitorDesk
from watchfloor.views.selection import Selection
from watchfloor.views.serve.hub import Hub

from .conftest import NOW, STEP, run

CODE = sorted(bundle.BUNDLE.parent.glob("*.js"))


@pytest.fixture
def desk(busy):
    made = MonitorDesk(busy, Selection())
    yield made
    made.close()


def test_every_part_that_is_there_has_its_place(desk):
    there = {place.name for place in PLACES if part(place) is not None}
    assert {"wall", "latency"} <= there
    assert set(desk.tabs.state()["tabs"]) == {place.name for place in PLACES if place.slot == "main"} & there
    assert {"main", "strip", "time", "detail"} <= set(desk.places)


def test_a_part_that_is_not_there_has_none(busy, monkeypatch):
    monkeypatch.setattr(base, "find_spec", lambda name: object() if name.endswith(".wall") else None)
    made = MonitorDesk(busy, Selection())
    assert made.tabs.state()["tabs"] == ["wall"]
    assert "list" not in made.places
    made.close()


def test_a_tab_s_part_is_made_when_it_is_opened_and_stays(desk):
    assert "latency" not in desk.parts
    desk.tabs.heard("tab", {"name": "latency"})
    assert desk.selection.tab == "latency"
    assert [view.visible for view in desk.middle[1:]] == [False, True]
    made = desk.parts["latency"]
    desk.selection.tab = "wall"
    assert [view.visible for view in desk.middle[1:]] == [True, False]
    desk.selection.tab = "latency"
    assert desk.parts["latency"] is made
    desk.tabs.heard("tab", {"name": "nothing"})
    assert desk.selection.tab == "latency"


def test_a_wall_has_no_controls_and_no_tabs_to_turn(busy):
    made = MonitorDesk(busy, Selection(), wall=True)
    assert made.tabs.state()["tabs"] == ["wall"]
    assert set(made.places) <= {"main", "strip", "list"}
    made.close()


def test_it_shows_itself_in_a_notebook(desk):
    shown = desk.__panel__()
    names = {model.class_name for model in shown.get_root().references() if getattr(model, "class_name", "")}
    assert {"WallPane", "DeskTabsPane", "HealthPane"} <= names


def test_values_alone_do_not_wake_a_page_but_all_else_does_at_once(busy):
    made = MonitorDesk(busy, Selection())
    looked = []
    take = made.picture._news
    made.picture._news = lambda batch: looked.append(batch) or take(batch)
    made.follow()
    hub = Hub.of(busy.store)

    def stored(work):
        work()
        cursor = busy.store.cursor()
        until = monotonic() + 20
        while hub.status().behind or hub.status().cursor < cursor:
            assert monotonic() < until
            time.sleep(0.02)
        return len(looked)

    def value(at, name="t/level"):
        return lambda: busy.store.observe(run(name, [5.5], end=at), known=NOW)

    assert [stored(value(NOW + STEP * turn)) for turn in range(1, 6)] == [0] * 5
    record = Record("event", "eoc", "one", "1", NOW, NOW, title="Something else")
    assert stored(lambda: busy.store.append([record], known=NOW)) == 1
    made.selection.series = "t/level"
    before = len(looked)
    assert stored(value(NOW + STEP * 9)) > before, "the curve of the station that is looked at goes on"
    made.close()


def test_closed_desks_leave_nothing(busy):
    kept = []
    for _ in range(5):
        made = MonitorDesk(busy, Selection())
        made.__panel__()
        kept.append(weakref.ref(made.parts["wall"]))
        made.close()
        del made
    gc.collect()
    assert [one() for one in kept if one() is not None] == []


def test_the_bundle_is_what_its_parts_and_the_terms_make():
    assert bundle.BUNDLE.read_text(encoding="utf-8") == bundle.build(), (
        "run python -m watchfloor.views.monitor.bundle"
    )


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_no_module_can_turn_text_into_markup_or_code(path):
    code = path.read_text(encoding="utf-8")
    banned = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|https?://(?!www\.w3\.org)"
    assert not re.search(banned, code)


def test_every_pane_is_in_the_bundle_under_its_class_name():
    for place in PLACES:
        part(place)
    names = {cls.__name__ for cls in MonitorPane.__subclasses__() if cls.__module__.startswith("watchfloor.")}
    assert names == set(re.findall(r"^PANES\.(\w+) = ", bundle.build(), re.MULTILINE))


def test_every_word_stands_in_both_languages_with_the_same_places():
    groups = ("wall.", "latency.", "monitor.")
    for key, row in terms().items():
        if key.startswith(groups):
            assert sorted(re.findall(r"\{(\w+)\}", row["en"])) == sorted(
                re.findall(r"\{(\w+)\}", row["zh"])
            ), key
