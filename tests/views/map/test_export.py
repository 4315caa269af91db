"""What is taken away: GeoJSON, a picture, and the notebook cell."""

import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from watchfloor.core.geometry import read
from watchfloor.views.map import MapView
from watchfloor.views.map.picture import MARKERS, png
from watchfloor.views.selection import Selection

from .conftest import HOUR, NOW, XSS


@pytest.fixture
def view(floor: Any) -> MapView:
    return MapView(floor, Selection(), served=True)


def test_geojson_holds_what_is_seen_and_what_has_no_place(view: MapView) -> None:
    found = json.loads(json.dumps(view.data(), allow_nan=False))
    alerts = [f for f in found["features"] if f["properties"]["layer"] == "live/alerts"]
    assert sorted(f["properties"]["key"] for f in alerts) == ["a1", "a2", "a3"]
    assert [f["geometry"] for f in alerts if f["properties"]["key"] == "a3"] == [None]
    shape = read(next(f["geometry"] for f in alerts if f["properties"]["key"] == "a1"))
    assert shape is not None
    assert shape.bounds == pytest.approx((112.0, 30.0, 112.1, 30.1), abs=1e-6)
    assert any(XSS in f["properties"].get("title", "") for f in alerts)
    assert found["watchfloor"]["mark"] == "DEMO · invented data"
    assert found["watchfloor"]["as_of"] == "2026-06-01T12:00:00Z"


def test_a_layer_that_is_off_is_not_exported(view: MapView) -> None:
    view.selection.layers = {"live/alerts": {"visible": False}}
    assert not [f for f in view.data()["features"] if f["properties"]["layer"] == "live/alerts"]


def test_the_picture_shows_layers_and_mark(view: MapView) -> None:
    image = Image.open(io.BytesIO(view.png(800, 500))).convert("RGB")
    assert image.size == (800, 500)
    pixels = np.asarray(image).astype(int).reshape(-1, 3)
    assert extreme(pixels).any()
    assert (np.abs(pixels.astype(int) - (0xE8, 0xB2, 0x3A)).sum(1) < 12).sum() > 20  # the words of the mark
    view.selection.layers = {name: {"visible": False} for name in view.stack.drawn}
    bare = np.asarray(Image.open(io.BytesIO(view.png(800, 500))).convert("RGB")).reshape(-1, 3)
    assert not extreme(bare.astype(int)).any()


def extreme(pixels: np.ndarray) -> np.ndarray:
    """Tell which pixels have the colour of Extreme, over a dark ground at nine tenths."""
    return (pixels[:, 0] > 190) & (pixels[:, 1] < 100) & (pixels[:, 2] > 80) & (pixels[:, 2] < 140)


def test_the_picture_shows_grids_and_the_other_theme(view: MapView) -> None:
    dark = view.png(400, 300)
    view.selection.choose(
        theme="light", layers={"region/population": {"visible": True}, "region/quakes": {"visible": True}}
    )
    light = np.asarray(Image.open(io.BytesIO(view.png(400, 300))).convert("L"), float)
    assert light.mean() > np.asarray(Image.open(io.BytesIO(dark)).convert("L"), float).mean() + 40


def test_its_size_is_bounded(view: MapView) -> None:
    assert Image.open(io.BytesIO(png(view, 1, 10**9))).size == (64, 4000)


def test_every_severity_has_a_marker_that_can_be_drawn() -> None:
    from watchfloor.core.scales import SHAPE

    assert {shape.partition("_")[0] for shape in SHAPE.values()} <= set(MARKERS)


def test_the_recipe_makes_the_same_map(view: MapView, folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    view.selection.choose(
        hazards=["storm"],
        as_of=NOW - HOUR / 4,
        layers={"region/roads": {"visible": False}},
        text="'); import os #",
    )
    cell = view.recipe()
    import watchfloor

    floor = view.floor
    monkeypatch.setattr(watchfloor, "open", lambda name: floor if name == "small" else None)
    scope: dict[str, Any] = {}
    exec(compile(cell, "cell", "exec"), scope)
    other = scope["view"]
    assert other.selection.filters == view.selection.filters
    assert other.selection.layers == view.selection.layers
    assert other.clock_text("en") == view.clock_text("en")
    assert "import os" not in cell
