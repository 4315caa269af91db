"""Sites and forcings made of a floor's catalog and sensors: windows, units, holes, what is derived and what is said."""

from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from shapely.geometry import Point, box, mapping

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.derived import aspect, slope
from watchfloor.hazards.ensemble import Request, run
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.place import forcing_of, length_of, remarks, site_of
from watchfloor.hazards.resample import onto
from watchfloor.store import Store
from watchfloor.store.records import Observation, Series

NOW = parse_time("2026-06-01T12:00:00Z")
CITY = mapping(box(158.45, 33.96, 158.52, 34.0))


@pytest.fixture(scope="module")
def floor():
    clock = FixedClock(NOW)
    with watchfloor.open("demo", store=Store.open(":memory:", clock=clock), clock=clock) as made:
        made.store.describe(
            [
                Series("w/speed", units="km/h", field="wind_speed"),
                *(Series(f"r/{n}", units="mm/h", field="rain_rate") for n in range(2)),
            ]
        )
        made.store.observe(
            [
                Observation("r/0", NOW - timedelta(hours=1), 10.0),
                Observation("r/1", NOW - timedelta(hours=2), 20.0),
                Observation("r/1", NOW - timedelta(hours=3), 900.0, flag=3),
                Observation("r/0", NOW - timedelta(hours=9), 500.0),
            ]
        )
        yield made


def test_the_flood_gets_heights_roughness_and_the_sea_of_the_island(floor):
    site = site_of(floor, "flood", resolution=200)
    grid = Grid.of(site)
    assert (grid.dx, site.attrs["crs"]) == (200.0, "EPSG:32657")
    assert site.elevation.attrs["units"] == "m"
    sea = site.sea_mask.values > 0.5
    assert 0.1 < sea.mean() < 0.5
    assert (site.elevation.values[sea] == -2.0).all()
    assert (site.water_depth.values[sea] == 2.0).all()
    assert (site.water_depth.values[~sea] == 0.0).all()
    assert {0.08, 0.1, 0.04} <= set(np.unique(site.manning_roughness.values))
    assert any("Chow 1959" in line for line in remarks(site))


def test_a_window_is_cut_and_its_cells_are_as_asked(floor):
    site = site_of(floor, "flood", CITY, resolution=40)
    lon, lat = Grid.of(site).degrees()
    assert 158.449 < lon.min() < lon.max() < 158.521
    assert 33.958 < lat.min() < lat.max() < 34.002
    assert Grid.of(site).dx == 40.0
    assert Grid.of(site_of(floor, "flood", CITY)).dx == 40.0, "unasked, it is as fine as the budget allows"
    assert Grid.of(site_of(floor, "flood")).dx == 120.0


@pytest.mark.parametrize(
    ("area", "resolution", "why"),
    [
        (mapping(box(0, 0, 1, 1)), None, "outside"),
        (CITY, 5000.0, "fewer than 3 cells"),
        (None, 1.0, "million"),
        ({"type": "Nonsense"}, None, "not a GeoJSON"),
    ],
)
def test_what_cannot_be_a_site_is_refused_with_a_sentence(floor, area, resolution, why):
    with pytest.raises(InvalidInputError, match=why):
        site_of(floor, "flood", area, resolution)


def test_people_are_summed_and_never_lost(floor):
    entry = floor.read("region/population")
    whole = float(np.nansum(entry.values))
    site = site_of(floor, "flood", resolution=400)
    made = onto(Grid.of(site), entry.squeeze(drop=True).assign_attrs(crs="EPSG:32657"), "population", "1")
    assert np.nansum(made) == pytest.approx(whole, rel=1e-6)
    finer = site_of(floor, "flood", CITY, resolution=20)
    fine = onto(Grid.of(finer), entry.squeeze(drop=True).assign_attrs(crs="EPSG:32657"), "population", "1")
    coarse = onto(
        Grid.of(site_of(floor, "flood", CITY, resolution=100)),
        entry.squeeze(drop=True).assign_attrs(crs="EPSG:32657"),
        "population",
        "1",
    )
    assert np.nansum(fine) == pytest.approx(np.nansum(coarse), rel=0.05)


def test_classes_are_never_averaged(floor):
    data = xr.DataArray(
        [[91.0, 91.0, 165.0, 98.0], [91.0, 101.0, 165.0, 165.0]],
        dims=("y", "x"),
        coords={"y": [30.0, 10.0], "x": [10.0, 30.0, 50.0, 70.0]},
        attrs={"crs": "EPSG:32650"},
    )
    grid = Grid(np.array([20.0, 60.0]), np.array([20.0]), "EPSG:32650")
    grid = SimpleNamespace(x=grid.x, y=grid.y, crs=grid.crs, dx=40.0, dy=40.0, cell_area=1600.0)
    assert onto(grid, data, "fuel_model", "1").tolist() == [[91.0, 165.0]]


def test_units_of_the_catalog_become_those_of_the_field():
    data = xr.DataArray(
        np.full((3, 3), 100.0),
        dims=("y", "x"),
        coords={"y": [2.0, 1.0, 0.0], "x": [0.0, 1.0, 2.0]},
        attrs={"crs": "EPSG:32650"},
    )
    grid = Grid(np.arange(3.0), np.arange(3.0), "EPSG:32650")
    assert onto(grid, data, "elevation", "ft")[1, 1] == pytest.approx(30.48)


def test_slope_and_aspect_of_a_plane():
    grid = Grid(np.arange(5) * 10.0, np.arange(5)[::-1] * 10.0, "EPSG:32650")
    east, north = np.meshgrid(grid.x, grid.y)
    falls_north = -0.5 * north
    assert slope(falls_north, grid)[2, 2] == pytest.approx(np.degrees(np.arctan(0.5)))
    assert aspect(falls_north, grid)[2, 2] == pytest.approx(0.0)
    assert aspect(-0.5 * east, grid)[2, 2] == pytest.approx(90.0)


def test_sensors_of_the_hours_before_drive_the_run_and_bad_values_do_not(floor):
    made = forcing_of(floor, "flood", at=NOW)
    assert float(made.rain_rate) == pytest.approx(15.0)
    assert any("2 sensors" in line for line in remarks(made))
    assert "time" in forcing_of(floor, "flood").rain_rate.dims, "a design event is the example's"


def test_places_are_moved_to_the_floor_and_stand_on_land(floor):
    site = site_of(floor, "flood", resolution=200)
    made = forcing_of(floor, "flood", site=site, until=7200.0)
    grid = Grid.of(site)
    row, column = grid.place(float(made.longitude[0]), float(made.latitude[0]))
    assert site.sea_mask.values[row, column] == 0
    assert made.time.values.tolist() == [0.0, 3600.0]
    storm = forcing_of(floor, "storm", site=site)
    assert abs(float(storm.longitude.mean()) - floor.centre[0]) < 1.0


def test_a_release_is_at_the_plant_a_fire_on_fuel_and_an_epidemic_in_the_districts(floor):
    plant = floor.read("region/plant").geometry.iloc[0]
    site = site_of(floor, "release")
    made = forcing_of(floor, "release", site=site)
    assert plant.buffer(1e-3).contains(Point(float(made.longitude[0]), float(made.latitude[0])))
    site = site_of(floor, "wildfire", resolution=400)
    made = forcing_of(floor, "wildfire", site=site)
    row, column = Grid.of(site).place(float(made.longitude[0]), float(made.latitude[0]))
    assert 100 < site.fuel_model.values[row, column] < 205
    site = site_of(floor, "epidemic")
    districts = floor.read("region/districts")
    assert float(site.population.sum()) == float(districts.population.sum())
    assert site.sizes["region"] == len(districts)


@pytest.mark.parametrize("name", list(HAZARDS))
def test_every_model_runs_on_the_demo_floor(floor, name):
    model = HAZARDS[name]
    site = site_of(floor, model, resolution=600 if model.kind != "drought" else 4000)
    forcing = forcing_of(floor, model, site=site)
    found = run(Request(model(), site, forcing, length_of(model), fidelity="preview", members=2))
    assert found.members == 2
    for item in model.gives:
        if item.field in found.data:
            assert np.isfinite(found.data[item.field].values).all()
