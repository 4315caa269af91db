"""What a tap means, and which names fit."""

from typing import Any

import numpy as np

from watchfloor.views.map.hit import hit
from watchfloor.views.map.labels import choose
from watchfloor.views.map.mercator import forward
from watchfloor.views.map.table import read_table

from .test_table import layer


def seen(floor: Any, *names: str) -> list[Any]:
    found = []
    for name in names:
        one = layer(floor, name)
        table = read_table(floor, one)
        found.append((one, table, np.flatnonzero(table.placed)))
    return found


def test_a_marker_goes_before_a_line_and_a_line_before_an_area(floor: Any) -> None:
    layers = seen(floor, "region/districts", "region/roads", "live/incidents")
    x, y = (float(v) for v in forward(112.05, 30.05))
    at = hit(layers, x, y, 300)
    assert at is not None
    assert at.layer.name == "live/incidents"
    at = hit(layers, x + 3000, y + 100, 300)
    assert at is not None
    assert at.layer.name == "region/roads"
    at = hit(layers, x + 3000, y + 1000, 300)
    assert at is not None
    assert (at.layer.name, layers[0][1].frame["name"].iloc[at.row]) == ("region/districts", "West")


def test_of_two_areas_the_smaller_is_meant(floor: Any) -> None:
    layers = seen(floor, "live/alerts")
    x, y = (float(v) for v in forward(112.09, 30.09))
    at = hit(layers, x, y, 10)
    assert at is not None
    assert layers[0][1].frame["key"].iloc[at.row] == "a1"


def test_a_tap_on_nothing(floor: Any) -> None:
    assert hit(seen(floor, "region/districts", "live/alerts"), 0.0, 0.0, 10) is None
    assert hit([], 0.0, 0.0, 10) is None


def test_names_do_not_cover_each_other_or_a_hazard(floor: Any) -> None:
    x, y = forward([111.9, 112.3], [29.9, 30.2])
    box = (float(x[0]), float(y[0]), float(x[1]), float(y[1]))
    layers = seen(floor, "region/districts")
    assert sorted(choose(layers, box, 1000, 700)["text"]) == ["East", "West"]
    assert choose(layers, box, 1000, 700, "zh")["text"] == ["东", "西"]
    assert len(choose(layers, box, 60, 40)["text"]) <= 1
    moved = seen(floor, "region/districts", "live/alerts")  # the alerts' markers stand where the names would
    assert choose(moved, box, 1000, 700)["text"] == []
