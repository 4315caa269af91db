"""Maps of counts on other grids: nobody is lost, nobody is counted twice."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.grid import Grid
from watchfloor.impact.regrid import classes, conserve, overlap

CRS = "EPSG:32650"


def counts(values, size, x0=500_000.0, y0=3_000_000.0, crs=CRS, rising=False):
    values = np.asarray(values, float)
    y = y0 + size * (np.arange(values.shape[0]) + 0.5)
    x = x0 + size * (np.arange(values.shape[1]) + 0.5)
    return xr.DataArray(
        values,
        dims=("y", "x"),
        coords={"y": y if rising else y[::-1], "x": x},
        attrs={"crs": crs},
        name="people",
    )


def grid(rows, columns, size, x0=500_000.0, y0=3_000_000.0):
    return Grid(x0 + size * (np.arange(columns) + 0.5), y0 + size * (np.arange(rows)[::-1] + 0.5), CRS)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 9),
    st.integers(2, 9),
    st.floats(3.0, 70.0),
    st.floats(3.0, 70.0),
    st.floats(-40, 40),
    st.booleans(),
    st.integers(0, 99),
)
def test_all_are_kept_inside_a_larger_grid(rows, columns, source, target, shift, rising, seed):
    values = np.random.default_rng(seed).integers(0, 100, (rows, columns)).astype(float)
    given = counts(values, source, x0=500_500.0 + shift, y0=3_000_500.0 + shift, rising=rising)
    size = int(np.ceil((1000.0 + 9 * 70) / target)) + 1
    made, _ = conserve(given, grid(size, size, target))
    assert made.sum() == pytest.approx(values.sum(), rel=1e-9, abs=1e-6)
    assert (made >= -1e-9).all()


def test_half_outside_is_left_out():
    made, said = conserve(counts([[10.0, 20.0]] * 2, 100.0), grid(20, 10, 10.0))
    assert made.sum() == pytest.approx(20.0)
    assert "100 m" in said[0]
    part, _ = conserve(counts([[10.0, 20.0]] * 2, 100.0), grid(20, 15, 10.0))  # half of the second column
    assert part.sum() == pytest.approx(40.0)


def test_rows_from_the_south_are_the_same_place():
    values = np.arange(12.0).reshape(3, 4)
    fine = grid(30, 40, 10.0)
    north = conserve(counts(values, 100.0), fine)[0]
    south = conserve(counts(values[::-1], 100.0, rising=True), fine)[0]
    assert np.allclose(north, south)
    assert north[:10, :10].sum() == pytest.approx(values[0, 0])


def test_people_live_where_they_may():
    live = np.ones((20, 20), bool)
    live[:, :5] = False
    live[10:, :10] = False
    made, _ = conserve(counts([[100.0, 50.0], [80.0, 40.0]], 100.0), grid(20, 20, 10.0), live)
    assert made.sum() == pytest.approx(270.0)
    assert made[:10, :5].sum() == pytest.approx(0.0)
    assert made[:10, 5:10].sum() == pytest.approx(100.0)
    # a cell in which nobody may live keeps its people all the same
    assert made[10:, :10].sum() == pytest.approx(80.0)


def test_another_system_keeps_everybody():
    values = np.random.default_rng(1).integers(0, 50, (12, 12)).astype(float)
    lon, lat = 117.0 + 0.001 * (np.arange(12) + 0.5), 27.12 + 0.001 * (np.arange(12)[::-1] + 0.5)
    given = xr.DataArray(
        values, dims=("y", "x"), coords={"y": lat, "x": lon}, attrs={"crs": "EPSG:4326"}, name="people"
    )
    made, said = conserve(given, grid(200, 200, 20.0, x0=499_000.0, y0=2_999_000.0))
    assert made.sum() == pytest.approx(values.sum(), rel=1e-9)
    assert "EPSG:4326" in said[0]
    live = np.zeros((200, 200), bool)
    live[:, 100:] = True
    kept, _ = conserve(given, grid(200, 200, 20.0, x0=499_000.0, y0=2_999_000.0), live)
    assert kept.sum() == pytest.approx(values.sum(), rel=1e-9)
    live[:] = False
    live[:, ::2] = True  # some of every source cell, so that nobody is elsewhere
    kept, _ = conserve(given, grid(200, 200, 20.0, x0=499_000.0, y0=2_999_000.0), live)
    assert kept.sum() == pytest.approx(values.sum(), rel=1e-9)
    assert kept[:, 1::2].sum() == 0.0


def test_overlaps_are_lengths():
    made = overlap(np.array([5.0, 15.0, 25.0]), np.array([25.0, 15.0, 5.0])).toarray()
    assert made.tolist() == [[0, 0, 10], [0, 10, 0], [10, 0, 0]]
    assert overlap(np.array([50.0]), np.array([5.0, 15.0])).shape == (2, 1)


def test_classes_are_those_at_the_centre():
    cover = counts([[10, 40], [80, 50]], 100.0)
    found = classes(cover, grid(4, 6, 50.0))
    assert found[0].tolist() == [10, 10, 40, 40, 0, 0]
    assert found[3].tolist() == [80, 80, 50, 50, 0, 0]


def test_what_cannot_be_placed_is_said():
    uneven = counts(np.ones((2, 3)), 100.0).assign_coords(x=[0.0, 100.0, 300.0])
    with pytest.raises(InvalidInputError, match="not evenly spaced along x"):
        conserve(uneven, grid(4, 4, 10.0))
    with pytest.raises(InvalidInputError, match="'EPSG:0'"):
        conserve(counts(np.ones((2, 2)), 100.0, crs="EPSG:0"), grid(4, 4, 10.0))
