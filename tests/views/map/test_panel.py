"""The list of layers."""

import gc
from typing import Any

import pytest

from watchfloor.core.terms import term
from watchfloor.views.map import LayerPanel, MapView
from watchfloor.views.map.layer import ordered
from watchfloor.views.selection import Selection


@pytest.fixture
def panel(floor: Any) -> LayerPanel:
    return LayerPanel(floor, Selection())


def line(panel: LayerPanel, name: str) -> dict[str, Any]:
    return next(line for line in panel.pane.state["layers"] if line["name"] == name)


def test_every_layer_is_listed_topmost_first_with_a_legend_in_words_and_shapes(panel: LayerPanel) -> None:
    names = [line["name"] for line in panel.pane.state["layers"]]
    assert names == [layer.name for layer in reversed(ordered(panel.layers, {}))]
    swatches = line(panel, "live/alerts")["swatches"]
    assert [swatch["text"] for swatch in swatches] == ["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
    assert len({swatch["shape"] for swatch in swatches}) == 5
    ramp = line(panel, "region/population")["swatches"][0]
    assert (ramp["kind"], ramp["low"], ramp["high"]) == ("ramp", "0", "500")


def test_what_is_chosen_lands_in_the_selection(panel: LayerPanel) -> None:
    panel.heard({"do": "visible", "name": "region/roads", "on": False})
    panel.heard({"do": "opacity", "name": "region/roads", "value": 0.4})
    assert panel.selection.layers == {"region/roads": {"visible": False, "opacity": 0.4}}
    assert not line(panel, "region/roads")["visible"]


@pytest.mark.parametrize(
    "message",
    [
        {"do": "visible", "name": "nothing", "on": True}, {"do": "visible", "name": "region/roads", "on": "yes"},
        {"do": "opacity", "name": "region/roads", "value": 7}, {"do": "opacity", "name": "region/roads", "value": True},
        {"do": "opacity", "name": "region/roads", "value": float("nan")}, {"do": "format", "name": "region/roads"}, {},
    ],
)  # fmt: skip
def test_a_bad_message_changes_nothing(panel: LayerPanel, message: dict[str, Any]) -> None:
    panel.heard(message)
    assert panel.selection.layers == {}


def test_a_page_keeps_its_list_alive_though_nobody_else_does(floor: Any) -> None:
    selection = Selection()
    pane = LayerPanel(floor, selection).__panel__()
    gc.collect()
    pane._handle_msg({"do": "visible", "name": "region/roads", "on": False})
    assert selection.layers == {"region/roads": {"visible": False}}


def test_a_layer_moves_by_one_and_only_what_must_be_is_written_down(panel: LayerPanel) -> None:
    before = [layer.name for layer in ordered(panel.layers, {})]
    panel.heard({"do": "raise", "name": before[1]})
    after = [layer.name for layer in ordered(panel.layers, panel.selection.layers)]
    assert after == [before[0], before[2], before[1], *before[3:]]
    assert len(panel.selection.layers) <= 2
    panel.heard({"do": "lower", "name": before[1]})
    assert [layer.name for layer in ordered(panel.layers, panel.selection.layers)] == before
    panel.heard({"do": "lower", "name": before[0]})
    assert [layer.name for layer in ordered(panel.layers, panel.selection.layers)] == before


def test_the_state_survives_the_url(panel: LayerPanel) -> None:
    panel.heard({"do": "visible", "name": "region/roads", "on": False})
    panel.heard({"do": "raise", "name": "region/roads"})
    other = Selection().from_query(panel.selection.to_query())
    assert other.layers == panel.selection.layers


def test_counts_and_troubles_come_from_the_map(floor: Any) -> None:
    selection = Selection()
    view = MapView(floor, selection, served=True)
    panel = LayerPanel(floor, selection, view)
    found = line(panel, "live/alerts")
    assert (found["count"], found["notes"]) == ("3", ["1 without a place"])
    view.trouble = {"region/roads": "gone"}
    assert line(panel, "region/roads")["trouble"] == "Cannot be read: gone"
    selection.language = "zh"
    assert line(panel, "live/alerts")["notes"] == [term("map.placeless", "zh").replace("{n}", "1")]
