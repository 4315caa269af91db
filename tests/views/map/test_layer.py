"""A layer and how a session shows it."""

from typing import Any

import pytest

from watchfloor.views.map.layer import ordered, read_layers, shown


def test_layers_come_from_the_catalog_lowest_first_and_in_the_language(floor: Any) -> None:
    layers = read_layers(floor, "zh")
    orders = [layer.style.order for layer in layers]
    assert orders == sorted(orders)
    titles = {layer.name: layer.title for layer in layers}
    assert titles["region/roads"] == "道路"
    assert {"live/alerts", "live/sensors"} <= set(titles)


def test_only_live_layers_follow_a_table(floor: Any) -> None:
    tables = {layer.name: layer.table for layer in read_layers(floor)}
    assert tables["region/roads"] == ""
    assert tables["live/alerts"] == "record"
    assert tables["live/sensors"] == "observation"


@pytest.mark.parametrize(
    "state",
    [{"visible": "yes"}, {"opacity": "0.5"}, {"opacity": float("nan")}, {"opacity": True}, {"order": 1.5}, {"order": True}, 7, None],
)  # fmt: skip
def test_a_state_that_makes_no_sense_is_as_if_there_were_none(floor: Any, state: Any) -> None:
    layer = read_layers(floor)[0]
    assert shown(layer, {layer.name: state}) == shown(layer, {})


def test_a_session_changes_visibility_opacity_and_order(floor: Any) -> None:
    layers = read_layers(floor)
    lowest = layers[0]
    states = {lowest.name: {"visible": True, "opacity": 7, "order": 9999}}
    assert shown(lowest, states).visible
    assert shown(lowest, states).opacity == 1.0
    assert ordered(layers, states)[-1] is lowest
