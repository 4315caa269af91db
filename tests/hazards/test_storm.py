"""Cyclone wind: where it is strongest, how the members spread, and a real storm."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.storm import Storm, fitted_wind, gradient_wind, shape, strongest
from watchfloor.hazards.streams import Streams


def track(lon, lat, pressure, speed, hours, radius=None):
    said = {
        "longitude": (lon, "degrees"),
        "latitude": (lat, "degrees"),
        "central_pressure": (pressure, "hPa"),
        "wind_speed_max": (speed, "m/s"),
    }
    if radius is not None:
        said["storm_radius"] = (radius, "km")
    return xr.Dataset(
        {name: ("time", np.asarray(values, float), {"units": unit}) for name, (values, unit) in said.items()},
        coords={"time": np.asarray(hours, float) * 3600.0},
    )


def plain(
    size: float = 400_000.0, cell: float = 5_000.0, crs: str = "EPSG:32650", north: float = 2_500_000.0
):
    axis = np.arange(-size / 2, size / 2, cell)
    return xr.Dataset(coords={"y": north + axis[::-1], "x": 500_000.0 + axis}, attrs={"crs": crs})


def run(site, forcing, until, member=0, **settings):
    model = Storm(**settings)
    ready = model.prepare(site, forcing, until=until)
    return model.run(ready, model.sample(Streams(1, member)), times=True)


def test_the_northern_storm_is_stronger_on_its_right():
    # it moves north along the central meridian of zone 50, 117 E
    forcing = track([117.0, 117.0], [21.6, 23.6], [950, 950], [45, 45], [0, 12], [30, 30])
    result = run(plain(), forcing, 43_200.0)
    middle = result.wind_speed_max.sel(y=2_500_000.0, method="nearest")
    right = float(middle.sel(x=530_000.0, method="nearest"))
    left = float(middle.sel(x=470_000.0, method="nearest"))
    assert right > left + 2.0
    assert right == pytest.approx(45.0, abs=2.0)


def test_the_wind_turns_against_the_clock_in_the_north_and_with_it_in_the_south():
    for crs, north, latitude, sign in (
        ("EPSG:32650", 2_500_000.0, 22.6, 1),
        ("EPSG:32750", 7_500_000.0, -22.6, -1),
    ):
        forcing = track([117.0, 117.0], [latitude, latitude], [960, 960], [40, 40], [0, 6], [40, 40])
        result = run(plain(crs=crs, north=north), forcing, 21_600.0)
        east_of_it = result.isel(time=0).sel(y=north, x=560_000.0, method="nearest")
        comes_from = float(east_of_it.wind_direction)
        # east of a northern storm it blows to the north and somewhat inwards: from the south-east
        expected = 160.0 if sign > 0 else 20.0
        assert comes_from == pytest.approx(expected, abs=6.0)


def test_a_deeper_storm_blows_harder_and_a_farther_place_is_calmer():
    distance = np.array([50.0, 100.0, 200.0, 400.0])
    weak = gradient_wind(distance, 40.0, 1.5, 30.0, 20.0)
    strong = gradient_wind(distance, 40.0, 1.5, 60.0, 20.0)
    assert np.all(strong > weak)
    assert np.all(np.diff(strong) < 0)
    assert strongest(shape(45.0, 60.0), 60.0) == pytest.approx(45.0)
    assert np.all(np.diff(fitted_wind(distance, 40.0, 45.0, 1.5)) < 0)


def test_members_spread_more_at_the_end_than_at_the_start():
    site, forcing, until = Storm.example()
    model = Storm(track_spread=100.0, speed_spread=0.0, radius_spread=0.0)
    ready = model.prepare(site, forcing, until=until)
    runs = [model.run(ready, model.sample(Streams(3, member)), times=True) for member in range(8)]
    winds = xr.concat(runs, "member").wind_speed
    spread = winds.std("member").mean(("y", "x"))
    # at first only the motion differs, by what it drifts in a day
    assert float(spread[0]) < 1.0
    assert float(spread[-1]) > 3 * float(spread[0])


def test_gale_lasts_as_long_as_the_wind_is_there():
    forcing = track([117.0, 117.0], [22.6, 22.6], [960, 960], [40, 40], [0, 10], [40, 40])
    result = run(plain(), forcing, 36_000.0)
    near = result.sel(y=2_500_000.0, x=540_000.0, method="nearest")
    assert float(near.gale_duration) == pytest.approx(10.0)
    assert float(result.gale_duration.max()) <= 10.0 + 1e-4


def test_halved_cells_give_the_same_wind():
    site, forcing, until = Storm.example()
    fine = run(site, forcing, until).wind_speed_max
    model = Storm()
    coarse = model.run(
        model.prepare(site, forcing, until=until, fidelity="preview"), model.sample(Streams(1, 0))
    )
    there = fine.interp(x=coarse.x, y=coarse.y).values
    assert np.abs(coarse.wind_speed_max.values - there).mean() < 0.3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pressure": [1015, 950]}, "not below the ambient pressure"),
        ({"speed": [45, 2]}, "below 5 m/s"),
        ({"hours": [0, 5]}, "shorten the run"),
        ({"lat": [21.0, 75.0]}, "Is its unit really"),
        ({"pressure": [np.nan, 950]}, "missing values"),
    ],
)
def test_bad_tracks_are_refused(change, said):
    good = {
        "lon": [117, 117],
        "lat": [21.0, 23.0],
        "pressure": [950, 950],
        "speed": [45, 45],
        "hours": [0, 12],
    }
    with pytest.raises(InvalidInputError, match=said):
        Storm().prepare(plain(), track(**(good | change)), until=43_200.0)


def test_andrew_1992_blows_as_strongly_as_its_best_track_says(realdata):
    path = "cyclones/CLIMADA-project__climada_python/climada/data/demo/ibtracs_global_intp-None_1992230N11325.csv"
    table = pd.read_csv(realdata(path))
    table = table[table.pcen.between(1, 990) & (table.vmax > 60)].iloc[:12]
    hours = np.arange(len(table)) * 6.0
    forcing = track(
        table.cgps_lon, table.cgps_lat, table.pcen, table.vmax * 0.514444, hours, np.full(len(table), 20.0)
    )
    middle = (float(table.cgps_lon.mean()), float(table.cgps_lat.mean()))
    zone = 32600 + int((middle[0] + 180) // 6) + 1
    from pyproj import Transformer

    x, y = Transformer.from_crs("EPSG:4326", zone, always_xy=True).transform(*middle)
    axis = np.arange(-1_200_000.0, 1_200_000.0, 8_000.0)
    site = xr.Dataset(coords={"y": y - axis[::1], "x": x + axis}, attrs={"crs": f"EPSG:{zone}"})
    result = run(site, forcing, float(hours[-1] * 3600), frames=200)
    assert float(result.wind_speed_max.max()) == pytest.approx(float(table.vmax.max() * 0.514444), rel=0.08)
