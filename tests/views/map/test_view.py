"""The map and the session's selection, together."""

import gc
import weakref
from types import SimpleNamespace
from typing import Any

import numpy as np
import panel as pn
import pytest
from bokeh.document import Document
from bokeh.models import HoverTool, TileRenderer

from watchfloor.core.errors import NotReadyError
from watchfloor.views.map import MapView
from watchfloor.views.map.stack import Stack
from watchfloor.views.selection import Selection

from .conftest import HOUR, NOW, XSS, box, record


@pytest.fixture
def view(floor: Any) -> Any:
    return MapView(floor, Selection(), served=True)


def source(view: MapView, name: str, part: str = "mark") -> Any:
    return view.stack.drawn[name].parts[part][0]


def said(view: MapView, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(view.frame, "_send_msg", sent.append)
    return sent


def tap(view: MapView, lon: float, lat: float) -> None:
    from watchfloor.views.map.mercator import forward

    x, y = forward(lon, lat)
    view.heard({"do": "tap", "x": float(x), "y": float(y), "reach": 200.0})


def look(view: MapView) -> None:
    view.heard({"do": "view", "box": list(view.home), "width": 900, "height": 600})


def test_layers_that_are_off_are_not_read(view: MapView) -> None:
    assert "region/roads" in view.stack.drawn
    assert "region/terrain" not in view.stack.drawn
    assert "region/quakes" not in view.stack.drawn


def test_switching_a_layer_on_adds_it_in_its_place_and_off_hides_it(view: MapView) -> None:
    look(view)
    view.selection.layers = {"region/population": {"visible": True}}
    names = [r.name for r in view.figure.renderers if r.name]
    assert names[0] == "region/population#raster"
    image = source(view, "region/population", "raster").data["image"][0]
    assert image.dtype == np.uint8
    assert image.max() > 0
    view.selection.layers = {"region/population": {"visible": False}}
    assert not view.stack.drawn["region/population"].parts["raster"][1].visible


def test_order_and_opacity_change_what_is_there_and_rebuild_nothing(view: MapView) -> None:
    before = {r.id for r in view.figure.renderers}
    view.selection.layers = {"region/roads": {"order": 950, "opacity": 0.3}}
    assert {r.id for r in view.figure.renderers} == before
    layers = [r.name for r in view.figure.renderers if r.name]
    assert layers[-1] == "region/roads#line"
    assert view.stack.drawn["region/roads"].parts["line"][1].glyph.line_alpha == 0.3


def test_a_new_alert_is_patched_in(view: MapView, floor: Any) -> None:
    figure, drawn = view.figure, source(view, "live/alerts")
    before = len(drawn.data["x"])
    floor.store.append([record("alert", "new", "Severe", box(112.0, 30.0, 112.05, 30.05))])
    view.update(SimpleNamespace(tables={"record"}, complete=True))
    assert view.figure is figure
    assert source(view, "live/alerts") is drawn
    assert len(drawn.data["x"]) == before + 1
    assert view.counts["live/alerts"] == (4, 1)


def test_news_of_another_table_reads_nothing(view: MapView, monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[Any] = []
    monkeypatch.setattr(Stack, "refresh", lambda self, names=None: named.append(names))
    view.update(SimpleNamespace(tables={"observation"}, complete=True))
    view.update(SimpleNamespace(tables={"feed"}, complete=True))
    view.update(SimpleNamespace(tables=set(), complete=False))
    assert named[0] == ["live/sensors"]
    assert len(named) == 2
    assert "live/alerts" in named[1]


def test_as_of_a_past_known_time_nothing_new_is_shown(view: MapView, floor: Any) -> None:
    view.selection.as_of = NOW - HOUR
    assert view.counts["live/alerts"] == (0, 0)
    assert "2026-06-01 19:00:00+08:00" in view.ground.clock.text
    floor.store.append([record("alert", "new", "Severe", box(112.0, 30.0, 112.05, 30.05))])
    view.update(SimpleNamespace(tables={"record"}, complete=True))
    assert view.counts["live/alerts"] == (0, 0)
    view.selection.as_of = None
    assert view.counts["live/alerts"] == (4, 1)


def test_time_and_filters_choose_the_rows(view: MapView) -> None:
    view.selection.time = NOW - 0.75 * HOUR
    assert view.counts["live/alerts"] == (4, 1)
    view.selection.choose(time=None, hazards=["storm"])
    assert source(view, "live/alerts").data["marker"].tolist() == ["circle"]


def test_a_tap_selects_a_record_or_a_series_and_a_tap_on_nothing_lets_go(view: MapView) -> None:
    tap(view, 112.05, 30.05)
    assert view.selection.record == ("incident", "cap:test", "i1")
    assert len(view.focus.ring.data["x"]) == 1
    tap(view, 112.05, 30.02)
    assert view.selection.series == "t/g1"
    tap(view, 100.0, 10.0)
    assert view.selection.record is None
    assert view.selection.series is None
    assert view.focus.ring.data["x"] == []


def test_a_record_chosen_in_a_list_is_brought_into_view_but_not_one_that_was_tapped(
    view: MapView, floor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.store.append([record("alert", "far", "Severe", box(100, 10, 101, 11))])
    view.update(SimpleNamespace(tables={"record"}, complete=True))
    sent = said(view, monkeypatch)
    tap(view, 112.05, 30.05)
    assert not any("see" in message for message in sent)
    view.selection.record = ("alert", "cap:test", "far")
    (moved,) = [message["see"] for message in sent if "see" in message]
    assert moved[0] < 100.5 * 111_319 < moved[2]


def test_a_record_without_a_place_moves_nothing(view: MapView, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = said(view, monkeypatch)
    view.selection.record = ("alert", "cap:test", "a3")
    assert view.focus.ring.data["x"] == []
    assert sent == []


def test_the_theme_changes_colours_and_tiles_and_rebuilds_nothing(view: MapView) -> None:
    before = [r.id for r in view.figure.renderers]
    view.selection.theme = "light"
    assert [r.id for r in view.figure.renderers] == before
    tiles = next(r for r in view.figure.renderers if isinstance(r, TileRenderer))
    assert tiles.tile_source.url == "wf-tiles/light/{Z}/{X}/{Y}.png"
    assert view.figure.background_fill_color == "#D6E2EC"


def test_the_language_changes_words(view: MapView) -> None:
    view.selection.language = "zh"
    assert view.frame.words["draw"] == "绘制区域"
    assert view.frame.tips["region/roads"]["title"] == "道路"
    assert view.ground.clock.text.startswith("实时")


def test_mark_time_and_credit_are_in_the_figure(view: MapView) -> None:
    assert view.ground.mark.text == "DEMO · invented data"
    assert view.ground.mark in view.figure.center
    assert "Live 2026-06-01 20:00:00+08:00" in view.ground.clock.text
    assert view.ground.credit.text == "Base map: Natural Earth · Made for tests"


def test_an_area_is_drawn_typed_or_named(view: MapView, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = said(view, monkeypatch)
    view.heard({"do": "area", "ring": [[112, 30], [112.1, 30], [112.1, 30.1]]})
    assert view.selection.area["type"] == "Polygon"
    assert view.frame.chosen
    assert len(view.focus.area.data["xs"]) == 1
    view.heard({"do": "box", "text": "112, 30, 112.1, 30.1"})
    found = view.inside()
    assert found is not None
    assert found["Hospitals"].value == 1
    view.heard({"do": "place", "name": "East"})
    assert view.inside()["Beds"].value == 40  # type: ignore[index]
    view.heard({"do": "clear"})
    assert view.selection.area is None
    assert view.inside() is None
    assert not any(message.get("bad") for message in sent)


@pytest.mark.parametrize(
    "message",
    [
        {"do": "box", "text": "a,b"}, {"do": "box", "text": "10,10,5,20"}, {"do": "box", "text": "0,0,nan,1"},
        {"do": "box"}, {"do": "area", "ring": [[1, 2]]}, {"do": "area", "ring": [[0, 0], [0, 0], [0, 0]]},
        {"do": "area", "ring": "x"}, {"do": "area", "ring": [[0, 0], [1, 1], [float("inf"), 2]]},
        {"do": "area", "ring": [[0, 0, 1], [1, 1], [2, 2]]}, {"do": "area", "ring": [[0, 99], [1, 99], [1, 98]]},
        {"do": "place", "name": "nowhere"}, {"do": "tap", "x": "1", "y": 2, "reach": 3}, {"do": "tap"},
        {"do": "view", "box": [0, 0, 0, 0], "width": 10, "height": 10}, {"do": "view", "box": "x"},
        {"do": "view", "box": [0, 0, float("nan"), 1], "width": 10, "height": 10},
    ],
)  # fmt: skip
def test_a_bad_message_is_answered_and_changes_nothing(
    view: MapView, monkeypatch: pytest.MonkeyPatch, message: dict[str, Any]
) -> None:
    sent, before = said(view, monkeypatch), view.stack.view
    view.heard(message)
    assert any(answer.get("bad") for answer in sent)
    assert view.selection.area is None
    assert view.stack.view == before


def test_an_unknown_message_does_nothing(view: MapView, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = said(view, monkeypatch)
    view.frame._handle_msg("text")
    view.frame._handle_msg({"do": 7})
    view.heard({"do": "unknown"})
    assert sent == []


def test_a_layer_that_cannot_be_read_is_told_and_the_others_are_drawn(
    floor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from watchfloor.views.map import stack as module

    real = module.read_table

    def broken(floor: Any, layer: Any, as_of: Any = None, at: Any = None) -> Any:
        if layer.name == "region/roads":
            raise NotReadyError("The disk is <b>gone</b>.")
        if layer.name == "region/hospitals":
            raise ZeroDivisionError("no")
        return real(floor, layer, as_of, at)

    monkeypatch.setattr(module, "read_table", broken)
    view = MapView(floor, served=True)
    assert view.trouble == {
        "region/roads": "The disk is <b>gone</b>.",
        "region/hospitals": "ZeroDivisionError: no",
    }
    assert "live/alerts" in view.stack.drawn


def test_zoom_limits_hide_a_layer(view: MapView) -> None:
    roads = next(layer for layer in view.stack.layers if layer.name == "region/roads")
    object.__setattr__(roads.style, "min_zoom", 14)
    object.__setattr__(roads, "attribution", "Road office")
    try:
        look(view)
        assert "Road office" not in view.ground.credit.text
        assert not view.stack.drawn["region/roads"].parts["line"][1].visible
        x = (view.home[0] + view.home[2]) / 2
        y = (view.home[1] + view.home[3]) / 2
        view.heard({"do": "view", "box": [x - 500, y - 300, x + 500, y + 300], "width": 1000, "height": 600})
        assert view.stack.drawn["region/roads"].parts["line"][1].visible
        assert view.ground.credit.text == "Base map: Natural Earth · Made for tests · Road office"
    finally:
        object.__setattr__(roads, "attribution", "")
        object.__setattr__(roads.style, "min_zoom", 0)


def test_a_cloud_is_a_picture_and_its_points_can_be_tapped(
    view: MapView, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.selection.layers = {"region/quakes": {"visible": True}} | {
        name: {"visible": False} for name in ("region/districts", "live/alerts")
    }
    look(view)
    image = source(view, "region/quakes", "raster").data["image"][0]
    assert image.max() > 0
    assert view.counts["region/quakes"] == (30_000, 0)
    sent = said(view, monkeypatch)
    tap(view, 112.1, 30.06)
    assert any("Quakes" in message.get("say", "") for message in sent)


def test_a_notebook_gets_a_picture_of_the_ground(floor: Any) -> None:
    view = MapView(floor)
    assert not any(isinstance(r, TileRenderer) for r in view.figure.renderers)
    pixels = view.ground.pictures[0][0].data["image"][0]
    assert len(np.unique(pixels)) > 1


def test_what_feeds_wrote_reaches_the_browser_as_text(view: MapView) -> None:
    texts = [
        value
        for name, values in source(view, "live/alerts").data.items()
        if name.startswith("tip")
        for value in values
    ]
    assert any(XSS in text for text in texts)  # untouched: frame.js sets it by textContent only
    assert not view.figure.select({"type": HoverTool})


def test_views_that_are_gone_leave_nothing_behind(floor: Any) -> None:
    refs = []
    for _ in range(50):  # each is small: reading is shared
        doc, selection = Document(), Selection()
        view = MapView(floor, selection, served=True)
        root = view.frame.get_root(doc)
        doc.add_root(root)
        selection.hazards = ["flood"]
        refs.append((weakref.ref(view), weakref.ref(view.figure), weakref.ref(selection)))
        pn.state._views.pop(root.ref["id"], None)  # this and the next are what a page's end does
        view.frame._cleanup(root)
        doc.clear()
        del view, selection, doc, root
    gc.collect()
    assert [ref() for trio in refs for ref in trio if ref() is not None] == []


def test_a_page_keeps_its_map_alive_though_nobody_else_does(floor: Any) -> None:
    selection = Selection()
    frame = MapView(floor, selection, served=True).__panel__()
    gc.collect()
    frame._handle_msg({"do": "box", "text": "112, 30, 112.1, 30.1"})
    assert selection.area is not None


def test_closing_stops_it_from_following_the_selection(view: MapView) -> None:
    view.close()
    view.selection.theme = "light"
    assert view.figure.background_fill_color == "#0B1118"
