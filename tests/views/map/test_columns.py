"""Rows as what the browser draws."""

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import shapely

from watchfloor.core.scales import COLOUR, SHAPE
from watchfloor.views.map import columns as module
from watchfloor.views.map.columns import columns, write
from watchfloor.views.map.mercator import forward, inverse
from watchfloor.views.map.table import read_table
from watchfloor.views.sensors import dead as crossed_out

from .conftest import NOW, XSS
from .test_table import layer

ZONE = ZoneInfo("Asia/Shanghai")


def made(floor: Any, name: str, theme: str = "dark", dead: Any = None) -> Any:
    found = layer(floor, name)
    table = read_table(floor, found)
    dead = np.zeros(len(table), bool) if dead is None else dead
    return columns(found, table, np.arange(len(table)), dead, theme, ZONE, "en"), table


def test_an_alert_is_an_area_and_a_marker_in_colour_and_shape(floor: Any) -> None:
    found, table = made(floor, "live/alerts")
    row = list(found.mark["row"]).index(table.records["alert", "cap:test", "a1"])
    assert found.mark["fill"][row] == COLOUR["Extreme"]
    assert found.mark["marker"][row] == SHAPE["Extreme"]
    x, y = forward([112.0, 112.1], [30.0, 30.1])
    ring = found.area["xs"][list(found.area["row"]).index(found.mark["row"][row])][0][0]
    assert (ring.min(), ring.max()) == (round(x[0], 2), round(x[1], 2))  # to the centimetre
    assert y[0] < found.mark["y"][row] < y[1]


def test_rows_without_a_place_are_counted(floor: Any) -> None:
    found, _ = made(floor, "live/alerts")
    assert (found.shown, found.placeless) == (5, 1)


def test_times_on_hover_name_their_offset_and_text_is_left_as_text(floor: Any) -> None:
    found, _ = made(floor, "live/alerts")
    labels = dict(found.tips)
    texts = {title: found.mark[name] for name, title in labels.items()}
    assert any("2026-06-01 19:00 +08:00" in values for values in texts.values())
    assert any(f"Flood {XSS}" in values for values in texts.values())


def test_a_sensor_has_its_kind_as_shape_and_its_threshold_as_colour(floor: Any) -> None:
    found = layer(floor, "live/sensors")
    table = read_table(floor, found)
    dead = crossed_out(table.frame, NOW)
    drawn, _ = made(floor, "live/sensors", dead=dead)
    by = {table.frame["series"].iloc[row]: i for i, row in enumerate(drawn.mark["row"])}
    assert drawn.mark["fill"][by["t/g1"]] == COLOUR["Extreme"]
    assert drawn.mark["fill"][by["t/g2"]] == "#9AA3AD"
    assert set(drawn.mark["marker"]) == {"inverted_triangle"}
    x, _ = forward(112.15, 30.02)
    assert np.allclose(drawn.cross["x"], [x])


def test_open_markers_are_drawn_in_their_own_colour(floor: Any) -> None:
    found, _ = made(floor, "region/hospitals")
    assert found.mark["line"].tolist() == ["#FFFFFF", "#FFFFFF"]


def test_many_lines_of_one_colour_become_one(floor: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "MANY_LINES", 1)
    found, table = made(floor, "region/roads")
    assert len(found.line["xs"]) == 1
    gaps = int(np.isnan(found.line["xs"][0]).sum())
    assert gaps == 1
    assert len(found.line["xs"][0]) == shapely.get_num_coordinates(table.shapes).sum() + gaps
    assert found.line["row"].tolist() == [-1]


def test_outlines_with_too_many_vertices_are_simplified(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "MANY_VERTICES", 100)
    ring = shapely.Point(0, 0).buffer(50_000, quad_segs=500)
    found = module._simple(np.array([ring], dtype=object))
    assert shapely.get_num_coordinates(found).sum() <= 100
    assert abs(found[0].area / ring.area - 1) < 0.02


def test_numbers_have_their_unit_and_missing_ones_a_dash() -> None:
    assert write(pd.Series([1.5, np.nan]), "m", None) == ["1.5 m", "–"]
    assert write(pd.Series([1200]), "1", None) == ["1,200"]
    assert write(pd.Series(["a\u202egnp.exe"]), "", None) == ["agnp.exe"]


def test_there_and_back_again() -> None:
    lon, lat = inverse(*forward([-180, 0, 151.2], [-85, 0, -33.9]))
    assert np.allclose(lon, [-180, 0, 151.2])
    assert np.allclose(lat, [-85, 0, -33.9])
