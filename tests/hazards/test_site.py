"""What people bring is checked, converted, filled a little, or refused with a sentence that helps."""

import numpy as np
import pytest
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.site import coarsen, conform
from watchfloor.hazards.spec import Needs

DEM = Needs("elevation", ("y", "x"), limits=(-500.0, 9000.0))
RAIN = Needs("rain_rate", ("time", "y", "x"), role="forcing", default=0.0)


def site(values: np.ndarray, units: str | None = "m", crs: str = "EPSG:32650") -> xr.Dataset:
    rows, columns = values.shape
    data = xr.DataArray(
        values, dims=("y", "x"), coords={"y": np.arange(rows)[::-1] * 10.0, "x": np.arange(columns) * 10.0}
    )
    if units:
        data.attrs["units"] = units
    return xr.Dataset({"elevation": data}, attrs={"crs": crs})


def test_units_are_converted():
    made, remarks = conform(site(np.full((4, 5), 100.0), "ft"), [DEM], "site")
    assert made.elevation.values == pytest.approx(30.48)
    assert made.elevation.attrs["units"] == "m"
    assert remarks == ()


def test_few_holes_are_filled_from_the_nearest_and_said():
    values = np.tile(np.arange(20.0), (20, 1))
    values[3, 4] = np.nan
    made, remarks = conform(site(values), [DEM], "site")
    assert made.elevation.values[3, 4] in (3.0, 4.0, 5.0)
    assert "1 missing cells" in remarks[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (site(np.where(np.eye(8) > 0, np.nan, 1.0)), "missing values"),
        (site(np.full((4, 4), 1.0), None), "does not say its unit"),
        (site(np.full((4, 4), 1.0), "kg"), "cannot be turned"),
        (site(np.full((4, 4), 12_000.0)), "Is its unit really"),
        (xr.Dataset(), "has no elevation"),
        (site(np.ones((4, 4))).expand_dims(band=2), "dimensions"),
    ],
)
def test_what_cannot_be_used_is_refused(data, said):
    with pytest.raises(InvalidInputError, match=said):
        conform(data, [DEM], "site")


def test_negative_rain_and_times_that_do_not_rise_are_refused():
    rain = xr.Dataset({"rain_rate": ("time", [1.0, -2.0], {"units": "mm/h"})}, coords={"time": [0.0, 600.0]})
    with pytest.raises(InvalidInputError, match="-2 to 1"):
        conform(rain, [RAIN], "forcing")
    twice = abs(rain).assign_coords(time=[0.0, 0.0])
    twice["rain_rate"].attrs["units"] = "mm/h"
    with pytest.raises(InvalidInputError, match="do not rise"):
        conform(twice, [RAIN], "forcing")


@pytest.mark.parametrize(
    ("crs", "said"),
    [
        ("", "does not say"),
        ("EPSG:4326", "metres"),
        ("EPSG:2263", "metres"),
        ("mars", "not a coordinate system"),
    ],
)
def test_a_grid_needs_metres(crs, said):
    with pytest.raises(InvalidInputError, match=said):
        Grid.of(site(np.ones((4, 4)), crs=crs))


def test_uneven_grids_are_refused():
    with pytest.raises(InvalidInputError, match="evenly"):
        Grid.of(site(np.ones((4, 4))).assign_coords(x=[0.0, 10.0, 25.0, 30.0]))


def test_a_point_is_found_in_its_cell_and_a_line_in_the_cells_it_crosses():
    grid = Grid(np.arange(500_000.0, 500_100.0, 10), np.arange(4_000_100.0, 4_000_000.0, -10), "EPSG:32650")
    lon, lat = grid.degrees()
    assert grid.place(float(lon[3, 7]), float(lat[3, 7])) == (3, 7)
    assert grid.place(0.0, 0.0) is None
    line = {"type": "LineString", "coordinates": [[lon[2, 1], lat[2, 1]], [lon[2, 8], lat[2, 8]]]}
    mask = grid.mask(line)
    assert mask[2, 1:9].all()
    assert not mask[4:].any()
    with pytest.raises(InvalidInputError, match="GeoJSON"):
        grid.mask({"type": "Nothing"})


def test_coarse_cells_hold_the_mean_and_classes_keep_their_class():
    fine = site(np.arange(16.0).reshape(4, 4))
    assert coarsen(fine, 2).elevation.values.tolist() == [[2.5, 4.5], [10.5, 12.5]]
    assert set(np.unique(coarsen(fine, 2, "nearest").elevation)) <= set(range(16))
    grid = Grid.of(fine)
    assert grid.coarse(2).dx == 20.0
    assert np.allclose(grid.coarse(2).x, coarsen(fine, 2).x)
