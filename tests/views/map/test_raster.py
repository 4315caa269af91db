"""Grids as pictures of the view."""

from typing import Any

import numpy as np
import pytest
import xarray as xr
from pyproj import Transformer

from watchfloor.catalog.metadata import Colour
from watchfloor.core.errors import InvalidInputError
from watchfloor.views.map.mercator import forward
from watchfloor.views.map.raster import box_of, draw, grid, sample
from watchfloor.views.map.shading import paint, ramp, shade

DEPTH = Colour.model_validate({"field": "water_depth"})


def array(values: Any, x: Any, y: Any) -> Any:
    return xr.DataArray(np.asarray(values, np.float32), {"y": y, "x": x}, ("y", "x"))


def test_each_pixel_shows_the_cell_it_lies_in() -> None:
    found = grid(array([[1, 2], [3, 4]], [10.5, 11.5], [50.5, 49.5]), DEPTH)
    x, y = forward([10, 12], [49, 51])
    values = sample(found, (x[0], y[0], x[1], y[1]), 4, 4)
    assert values[0].tolist() == [3, 3, 4, 4]  # the first row is the southern one
    assert values[-1].tolist() == [1, 1, 2, 2]


def test_rows_that_run_north_are_read_alike() -> None:
    south = grid(array([[1, 2], [3, 4]], [10.5, 11.5], [50.5, 49.5]), DEPTH)
    north = grid(array([[3, 4], [1, 2]], [10.5, 11.5], [49.5, 50.5]), DEPTH)
    box = box_of(south)
    assert np.array_equal(draw(south, box, 7, 5), draw(north, box, 7, 5))


def test_outside_the_grid_there_is_nothing() -> None:
    found = grid(array(np.ones((4, 4)), np.arange(4) + 0.5, np.arange(4) + 0.5), DEPTH)
    x, y = forward([-4, 8], [-4, 8])
    cells = draw(found, (x[0], y[0], x[1], y[1]), 12, 12)
    assert cells[0].sum() == cells[:, 0].sum() == cells[-1].sum() == 0
    assert (cells > 0).sum() == 16


def test_a_grid_in_another_system_is_looked_up_within_a_pixel() -> None:
    rng = np.random.default_rng(3)
    values = rng.uniform(0, 6, (300, 400)).astype(np.float32)
    east, north = 200_000 + (np.arange(400) + 0.5) * 100, 3_340_000 - (np.arange(300) + 0.5) * 100
    found = grid(array(values, east, north), DEPTH, "EPSG:32650")
    box = box_of(found)
    looked = sample(found, box, 500, 400)
    px = box[0] + (np.arange(500) + 0.5) * (box[2] - box[0]) / 500
    py = box[1] + (np.arange(400) + 0.5) * (box[3] - box[1]) / 400
    gx, gy = Transformer.from_crs(3857, 32650, always_xy=True).transform(*np.meshgrid(px, py))
    j, i = np.floor((gx - 200_000) / 100).astype(int), np.floor((3_340_000 - gy) / 100).astype(int)
    inside = (i >= 0) & (i < 300) & (j >= 0) & (j < 400)
    exact = np.where(inside, values[np.clip(i, 0, 299), np.clip(j, 0, 399)], np.nan)
    same = (looked == exact) | (np.isnan(looked) & np.isnan(exact))
    assert same.mean() > 0.99  # the rest lies on edges of cells, a fraction of a pixel away


def test_a_far_view_shows_means_not_single_cells() -> None:
    values = np.indices((1024, 1024)).sum(0) % 2 * 6.0  # a chequerboard of 0 and 6
    found = grid(array(values + 1e-3, np.linspace(0, 4, 1024), np.linspace(0, 4, 1024)), DEPTH)
    cells = draw(found, box_of(found), 200, 200)
    assert len(found.levels) == 3
    assert abs(cells.mean() - 128) < 8


def test_classes_are_never_mixed() -> None:
    classes = Colour.model_validate({"values": {10: "#2E6B45", 80: "#2F6FA3"}})
    values = np.where(np.indices((1024, 1024)).sum(0) % 2, 10, 80)
    found = grid(array(values, np.linspace(0, 4, 1024), np.linspace(0, 4, 1024)), classes)
    assert set(np.unique(draw(found, box_of(found), 100, 100))) <= {0, 1, 2}
    assert paint([10, 80, 5, np.nan], classes).tolist() == [1, 2, 255, 0]
    assert ramp(classes)[:3] == ["#00000000", "#2E6B45", "#2F6FA3"]


def test_no_people_are_no_colour_but_the_shore_is_a_height() -> None:
    assert paint([0.0], Colour.model_validate({"field": "population"})).tolist() == [0]
    assert paint([0.0], Colour.model_validate({"field": "temperature"}))[0] > 0
    assert len(ramp(Colour.model_validate({"field": "elevation"}))) == 256


def test_a_slope_towards_the_sun_is_lighter() -> None:
    x, y = np.meshgrid(np.arange(5.0), np.arange(5.0)[::-1])  # rows run south
    towards = shade((x - y).astype(np.float32), 1, -1)[
        2, 2
    ]  # rises to the south-east, so it faces north-west
    away = shade((y - x).astype(np.float32), 1, -1)[2, 2]
    flat = shade(np.zeros((5, 5), np.float32), 1, -1)[2, 2]
    assert towards > flat > away


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (xr.DataArray(np.ones((2, 2)), dims=("a", "b")), "expected y and x"),
        (array(np.ones((2, 3)), [0, 1, 5], [0, 1]), "differ by more than 1 %"),
        (array(np.ones((1, 3)), [0, 1, 2], [0]), "at least 2"),
        (xr.Dataset({"t": ("time", [1.0])}), "no grid"),
    ],
)
def test_what_is_no_grid_is_told(data: Any, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        grid(data, DEPTH)
