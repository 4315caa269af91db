"""Earthquake shaking: equations, planes, instruments, the fields' statistics, and real events."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Action
from watchfloor.hazards.earthquake import Earthquake
from watchfloor.hazards.earthquake.blending import Blend, correlation
from watchfloor.hazards.earthquake.conversion import from_intensity, to_intensity
from watchfloor.hazards.earthquake.ground import from_slope, ground_slope
from watchfloor.hazards.earthquake.motion import acceleration, intensity, intensity_from_focus, velocity
from watchfloor.hazards.earthquake.rupture import Rupture
from watchfloor.hazards.earthquake.shakemap import read
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.noise import Waves
from watchfloor.hazards.streams import Streams

CONTROL = Streams(0, 0)
AXIS = np.arange(-60_000.0, 60_000.0, 2_000.0)
LON, LAT = Transformer.from_crs("EPSG:32650", "EPSG:4326", always_xy=True).transform(500_000.0, 3_000_000.0)


def plain(vs30=500.0, axis=AXIS):
    site = xr.Dataset(coords={"y": 3_000_000.0 - axis, "x": 500_000.0 + axis}, attrs={"crs": "EPSG:32650"})
    return site.assign(vs30=((), vs30, {"units": "m/s"}))


def quake(magnitude=6.5, depth=10.0, **more):
    said = {
        "magnitude": (magnitude, "1"),
        "depth": (depth, "km"),
        "longitude": (LON, "degrees"),
        "latitude": (LAT, "degrees"),
        **{name: (value, "degrees") for name, value in more.items()},
    }
    return xr.Dataset({name: ((), value, {"units": unit}) for name, (value, unit) in said.items()})


def with_stations(forcing, lon, lat, **values):
    units = {"acceleration": "m/s^2", "velocity": "cm/s", "vs30": "m/s", "intensity": "1"}
    made = {
        f"station_{name}": ("station", np.asarray(v, float), {"units": units[name]})
        for name, v in values.items()
    }
    made["station_longitude"] = ("station", np.asarray(lon, float), {"units": "degrees"})
    made["station_latitude"] = ("station", np.asarray(lat, float), {"units": "degrees"})
    return forcing.assign(made)


def run(site, forcing, streams=CONTROL, **settings):
    model = Earthquake(**settings)
    return model.run(model.prepare(site, forcing, until=120.0), model.sample(streams))


# ---- equations


@given(st.floats(5.0, 7.9), st.floats(1.0, 250.0), st.floats(1.01, 1.5))
def test_shaking_falls_with_distance_and_rises_with_magnitude(magnitude, distance, factor):
    for equation in (intensity, intensity_from_focus):
        assert equation(magnitude, distance * factor) < equation(magnitude, distance) + 1e-9
        # close to the fault the published equation saturates, and from M 7 even falls a little
        assert equation(magnitude + 0.1, distance + 30.0) > equation(magnitude, distance + 30.0)
    for equation in (acceleration, velocity):
        assert equation(magnitude, distance * factor, 760.0) < equation(magnitude, distance, 760.0)


def test_soft_ground_enlarges_weak_shaking_more_than_strong():
    weak = acceleration(5.0, 80.0, 250.0) - acceleration(5.0, 80.0, 760.0)
    strong = acceleration(7.5, 2.0, 250.0) - acceleration(7.5, 2.0, 760.0)
    assert weak > 0.5
    assert strong < weak - 0.3


@given(st.floats(1.2, 9.9))
def test_intensity_there_and_back(mmi):
    for measure in ("pga", "pgv"):
        # the published lines do not quite meet where they change
        assert to_intensity(measure, from_intensity(measure, mmi)) == pytest.approx(mmi, abs=0.03)


def test_distances_to_a_vertical_and_a_dipping_plane():
    vertical = Rupture(0.0, 0.0, 10.0, 40.0, 12.0, strike=90.0)
    above, near, focus = vertical.distances(np.array([0.0, 30_000.0, 0.0]), np.array([0.0, 0.0, 20_000.0]))
    assert above == pytest.approx([0.0, 10.0, 20.0])
    assert near == pytest.approx([4.0, np.hypot(10.0, 4.0), np.hypot(20.0, 4.0)])
    assert focus == pytest.approx([10.0, np.hypot(30.0, 10.0), np.hypot(20.0, 10.0)])
    # it strikes north and falls to the east at 45 degrees through a focus 10 km deep, from 10 km west of it
    slant = Rupture(0.0, 0.0, 10.0, 200.0, 20.0 * np.sqrt(2.0), strike=0.0, dip=45.0)
    above, near, _ = slant.distances(np.array([-20_000.0, 0.0, 20_000.0, 30_000.0]), np.zeros(4))
    assert above == pytest.approx([10.0, 0.0, 10.0, 20.0])
    assert near == pytest.approx(
        [10.0, 10.0 / np.sqrt(2.0), 30.0 / np.sqrt(2.0), np.hypot(20.0, 20.0)], rel=1e-6
    )


def test_a_plane_never_comes_out_of_the_ground():
    plane = Rupture(0.0, 0.0, 3.0, 40.0, 30.0, strike=0.0, dip=90.0)
    _, near, _ = plane.distances(np.array([5_000.0]), np.array([0.0]))
    assert near == pytest.approx([5.0])


def test_stiffness_follows_the_slope_over_a_kilometre_not_of_the_cells():
    x, y = np.arange(200) * 30.0, np.arange(150) * 30.0
    grid = Grid(x, y, "EPSG:32650")
    rough = np.random.default_rng(1).normal(0.0, 3.0, grid.shape)
    slope = ground_slope(0.02 * x[None, :] + rough, grid)[20:-20, 20:-20]
    assert np.median(slope) == pytest.approx(0.02, rel=0.1)
    assert from_slope(np.array([0.02])) == pytest.approx(370.0, abs=15.0)
    assert from_slope(np.array([0.02]), stable=True) > 600.0


# ---- fields


def test_the_field_has_the_variance_and_the_correlation_that_it_should():
    x = np.array([0.0, 3_000.0, 8_000.0, 20_000.0])
    draws = np.stack([Waves(seed, 8_000.0).at(x, np.zeros(4)) for seed in range(3_000)])
    assert draws.mean(axis=0) == pytest.approx(0.0, abs=0.06)
    assert draws.std(axis=0) == pytest.approx(1.0, abs=0.05)
    assert np.corrcoef(draws.T)[0] == pytest.approx(np.exp(-x / 8_000.0), abs=0.05)


def test_the_field_is_the_same_on_any_grid():
    field = Waves(5, 10_000.0)
    fine, coarse = field.on(np.arange(0.0, 9_000.0, 500.0), np.arange(0.0, 6_000.0, 500.0)), None
    coarse = field.on(np.arange(0.0, 9_000.0, 1_500.0), np.arange(0.0, 6_000.0, 1_500.0))
    assert fine[::3, ::3] == pytest.approx(coarse, abs=1e-5)
    assert fine[2, 4] == pytest.approx(field.at(2_000.0, 1_000.0), abs=1e-4)


def test_members_deviate_as_the_equation_says():
    site, forcing = plain(axis=np.arange(-60_000.0, 60_000.0, 6_000.0)), quake(strike=30.0, rake=0.0)
    exact = {"magnitude_spread": 0.0, "location_spread": 0.0, "depth_spread": 0.0}
    model = Earthquake(equation="boore 2014", **exact)
    ready = model.prepare(site, forcing, until=120.0)
    logs = np.log(
        [model.run(ready, model.sample(Streams(3, n))).ground_acceleration.values for n in range(1, 400)]
    )
    # M 6.5: 0.348 between and 0.495 within events
    assert logs.std(axis=0).mean() == pytest.approx(np.hypot(0.348, 0.495), rel=0.06)
    event = logs.mean(axis=(1, 2)).std()
    assert 0.3 < event < 0.5
    median = np.log(model.run(ready, model.sample(CONTROL)).ground_acceleration.values)
    assert np.abs(logs.mean(axis=0) - median).max() < 0.15


# ---- instruments


def test_the_conditional_field_is_that_of_the_textbook():
    """Two normal variables: the mean given one is ``rho s1 / s2`` times its deviation, with noise in the denominator."""
    grid = Grid(np.arange(5) * 1_000.0, np.arange(4) * 1_000.0, "EPSG:32650")
    far, tau, phi, noise = 6_000.0, 0.3, 0.5, 0.2
    blend = Blend.of(
        grid, {"mmi": (tau, np.full(grid.shape, phi))}, np.array([0.0]), np.array([0.0]), ["mmi"], [(tau, phi)],
        np.array([noise]), far,
    )  # fmt: skip
    away = np.hypot(*np.meshgrid(grid.x, grid.y))
    expected = (phi**2 * correlation(away, far) + tau**2) / (phi**2 + tau**2 + noise**2)
    assert blend.move("mmi", np.array([1.0])) == pytest.approx(expected, abs=1e-6)


def test_weights_on_a_lattice_are_those_of_all_cells(monkeypatch):
    from watchfloor.hazards.earthquake import blending

    draw = np.random.default_rng(4)
    grid = Grid(np.arange(80) * 1_000.0, np.arange(70) * 1_000.0, "EPSG:32650")
    x, y = draw.uniform(0, 79_000.0, 12), draw.uniform(0, 69_000.0, 12)
    told = (
        {"mmi": (0.3, np.full(grid.shape, 0.6))},
        x,
        y,
        ["mmi"] * 12,
        [(0.3, 0.6)] * 12,
        np.full(12, 0.3),
        25_000.0,
    )
    whole = Blend.of(grid, *told).move("mmi", np.ones(12))
    monkeypatch.setattr(blending, "_LARGEST", 8_000)
    lattice = Blend.of(grid, *told)
    assert lattice.weights["mmi"].shape[0] < 40
    assert lattice.move("mmi", np.ones(12)) == pytest.approx(whole, abs=0.05)


def test_an_instrument_draws_the_map_to_what_it_measured_and_leaves_the_far_side_alone():
    site, forcing = plain(), quake()
    before = run(site, forcing, equation="boore 2014")
    there = (500_000.0 + 20_000.0, 3_000_000.0 + 6_000.0)
    lon, lat = Transformer.from_crs("EPSG:32650", "EPSG:4326", always_xy=True).transform(*there)
    loud = 3.0 * float(before.ground_acceleration.sel(x=there[0], y=there[1]))
    told = with_stations(forcing, [lon], [lat], acceleration=[loud], vs30=[500.0])
    after = run(site, told, equation="boore 2014")
    at = after.ground_acceleration.sel(x=there[0], y=there[1])
    assert float(at) == pytest.approx(loud, rel=0.02)
    ratio = (after.ground_acceleration / before.ground_acceleration).values
    # far away only the event's own deviation is left: tau^2 / (tau^2 + phi^2) of it
    share = 0.348**2 / (0.348**2 + 0.495**2)
    corner = np.log(ratio[-1, 0]) / np.log(3.0)
    assert corner == pytest.approx(share, abs=0.05)
    assert ratio.min() > 1.0


def test_members_agree_at_the_instrument_and_differ_away_from_it():
    site, forcing = plain(), quake()
    lon, lat = Transformer.from_crs("EPSG:32650", "EPSG:4326", always_xy=True).transform(
        520_000.0, 3_006_000.0
    )
    told = with_stations(forcing, [lon], [lat], acceleration=[2.0], velocity=[15.0], vs30=[500.0])
    model = Earthquake(equation="boore 2014")
    ready = model.prepare(site, told, until=120.0)
    logs = np.log(
        [model.run(ready, model.sample(Streams(2, n))).ground_velocity.values for n in range(1, 60)]
    )
    spread = xr.DataArray(logs.std(axis=0), dims=("y", "x"), coords={"y": site.y, "x": site.x})
    assert float(spread.sel(x=520_000.0, y=3_006_000.0)) < 0.12
    assert float(spread[-1, 0]) > 0.4


def test_reports_of_people_count_less_than_instruments():
    site, forcing = plain(), quake()
    base = float(run(site, forcing).mmi.max())
    said = with_stations(forcing, [LON], [LAT], intensity=[10.0])
    loud = with_stations(forcing, [LON], [LAT], velocity=[float(from_intensity("pgv", 10.0))])
    by_people, by_velocity = (float(run(site, given).mmi.max()) for given in (said, loud))
    assert base < by_people < 10.0
    assert base < by_velocity < 10.0


# ---- a model that can be asked


def test_a_finer_grid_gives_the_same_shaking():
    site, forcing = plain(axis=np.arange(-60_000.0, 60_000.0, 200.0)), quake(strike=20.0)
    model = Earthquake()
    for streams, far in ((CONTROL, 0.02), (Streams(1, 4), 0.1)):
        fine, coarse = (
            model.run(model.prepare(site, forcing, until=120.0, fidelity=f), model.sample(streams)).mmi
            for f in ("full", "preview")
        )
        assert coarse.size <= 25_000 < fine.size
        # of a member, what the field has within a coarse cell is left
        assert np.abs(fine.interp(x=coarse.x, y=coarse.y).values - coarse.values).mean() < far


def test_more_magnitude_more_shaking_and_a_deeper_focus_less():
    site = plain()
    first = run(site, quake(6.0)).mmi
    assert (run(site, quake(6.5)).mmi > first).all()
    assert float(run(site, quake(6.0, depth=40.0)).mmi.max()) < float(first.max())
    soft = run(plain(200.0), quake(6.0)).mmi
    assert (soft > first).all()


def test_a_map_of_velocity_or_of_acceleration_alone_is_enough():
    site, axis = plain(), (("y", "x"), np.full((AXIS.size, AXIS.size), 20.0), {"units": "cm/s"})
    by_velocity = run(site, quake().assign(ground_velocity=axis))
    assert by_velocity.mmi.values == pytest.approx(float(to_intensity("pgv", 20.0)), abs=1e-5)
    by_number = run(site, quake().assign(ground_acceleration=((), 2.0, {"units": "m/s^2"})))
    assert by_number.mmi.values == pytest.approx(float(to_intensity("pga", 200.0)), abs=1e-5)
    # nought is no map, as forms give it
    none = quake().assign(mmi=((), 0.0, {"units": "1"}))
    assert run(site, none).equals(run(site, quake()))


def test_waves_arrive_at_the_speed_of_shear_waves():
    result = run(plain(), quake(depth=10.0))
    nearest = float(result.arrival_time.sel(x=500_000.0, y=3_000_000.0))
    assert nearest == pytest.approx(10.0 / 3.5, abs=0.01)


def test_measures_change_who_is_there_and_never_the_shaking():
    model = Earthquake()
    patches = model.patches(
        [Action("leave-buildings", {"fraction": 0.75}), Action("evacuate", {"fraction": 0.5})], CONTROL
    )
    assert [(p.kind, p.target, p.apply(1.0)) for p in patches] == [
        ("exposure", "indoor_fraction", 0.25),
        ("exposure", "population", 0.5),
    ]


@pytest.mark.parametrize(
    ("site", "forcing", "said"),
    [
        (plain(), quake(9.6), "Is its unit really"),
        (plain(), quake(depth=300.0), "Depth of the focus"),
        (plain(), quake(depth=-3.0), "Depth of the focus"),
        (plain(), quake(np.nan), "missing values"),
        (plain(), quake().drop_vars("magnitude"), "has no magnitude"),
        (plain(), quake(strike=400.0), "Strike"),
        (plain(), quake().assign(longitude=((), -100.0, {"units": "degrees"})), "nothing is felt"),
        (plain(np.nan), quake(), "missing values"),
        (plain().assign(vs30=((), 500.0, {"units": "ft"})), quake(), "cannot be turned"),
        (plain(), quake().assign(mmi=(("y", "x"), np.full((4, 4), 6.0), {"units": "1"})), "another grid"),
        (
            plain(),
            quake().assign(mmi=(("y", "x"), np.eye(AXIS.size) * 6.0, {"units": "1"})),
            "what it covers",
        ),
        (plain(), with_stations(quake(), [LON], [LAT], acceleration=[0.0]), "None of the instruments"),
        (
            plain(),
            with_stations(quake(), [LON] * 2001, [LAT] * 2001, acceleration=[1.0] * 2001),
            "at most 2000",
        ),
        (plain().assign_attrs(crs="EPSG:4326"), quake(), "does not measure in metres"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(site, forcing, said):
    with pytest.raises(InvalidInputError, match=said):
        Earthquake().prepare(site, forcing, until=120.0)


def test_a_dem_with_holes_is_refused_and_one_with_few_is_mended():
    height = np.tile(np.linspace(0.0, 500.0, AXIS.size), (AXIS.size, 1))
    site = plain().drop_vars("vs30").assign(elevation=(("y", "x"), height.copy(), {"units": "m"}))
    site.elevation.values[5, 5] = np.nan
    ready = Earthquake().prepare(site, quake(), until=120.0)
    assert any("1 missing cells were filled" in line for line in ready.remarks)
    site.elevation.values[:20] = np.nan
    with pytest.raises(InvalidInputError, match="fill them first"):
        Earthquake().prepare(site, quake(), until=120.0)


# ---- real events


def test_loma_prieta_is_predicted_within_half_a_degree_of_its_shakemap(realdata):
    path = "earthquakes/usgs__pager/test/data/eventdata/lomaprieta/lomaprieta_grid.xml"
    shake = read(realdata(path).read_bytes())
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:32610", always_xy=True).transform(
        shake.longitude, shake.latitude
    )
    axis = np.arange(-150_000.0, 150_000.0, 2_500.0)
    site = xr.Dataset(coords={"y": y - axis, "x": x + axis}, attrs={"crs": "EPSG:32610"})
    theirs = shake.onto(Grid.of(site))
    site = site.assign(vs30=theirs.vs30)
    event = theirs[["magnitude", "depth", "longitude", "latitude"]]
    fault = {"strike": 128.0, "dip": 70.0, "rake": 140.0}
    known = event.assign({name: ((), value, {"units": "degrees"}) for name, value in fault.items()})
    found = {}
    for name, forcing in (("point", event), ("plane", known)):
        deviation = (run(site, forcing).mmi - theirs.mmi).values
        found[name] = (deviation.mean(), np.sqrt(np.mean(deviation**2)))
        assert abs(found[name][0]) < 0.2
        assert found[name][1] < 0.5
    assert found["plane"][1] < found["point"][1]
    # and taken as the field itself, it is itself
    mapped = run(site, theirs)
    assert mapped.mmi.values == pytest.approx(theirs.mmi.values, abs=1e-4)
    assert mapped.ground_acceleration.values == pytest.approx(theirs.ground_acceleration.values, rel=1e-5)


def test_a_shakemaps_members_spread_as_it_says(realdata):
    path = "earthquakes/inasafe__inasafe/safe/test/data/hazard/shake_data/20131105060809/output/grid.xml"
    shake = read(realdata(path).read_bytes())
    assert (shake.magnitude, shake.depth, shake.title) == (3.6, 10.0, "Papua")
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:32754", always_xy=True).transform(
        shake.longitude, shake.latitude
    )
    axis = np.arange(-50_000.0, 50_000.0, 5_000.0)
    site = xr.Dataset(coords={"y": y - axis, "x": x + axis}, attrs={"crs": "EPSG:32754"})
    forcing = shake.onto(Grid.of(site)).assign(magnitude=((), 4.0, {"units": "1"}))
    model = Earthquake()
    ready = model.prepare(site, forcing, until=60.0)
    logs = np.log(
        [model.run(ready, model.sample(Streams(2, n))).ground_acceleration.values for n in range(1, 200)]
    )
    assert np.median(logs.std(axis=0)) == pytest.approx(0.5, rel=0.1)


def test_central_italy_instruments_help_at_instruments_that_were_left_out(realdata):
    folder = "earthquakes/gem__earthquake-scenarios/Europe/Italy/20162017_Sequence_CentralItaly/20160824_M6.21_CentralItaly"
    table = pd.read_csv(realdata(f"{folder}/3_Recording_Stations/Stations_Unique.csv"))
    table = table[(table.PGA_VALUE > 0) & (table.STATION_TYPE == "seismic")]
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:32633", always_xy=True)
    x, y = to_metres.transform(13.1877, 42.723)
    own_x, own_y = to_metres.transform(table.LONGITUDE.to_numpy(), table.LATITUDE.to_numpy())
    table = table.assign(x=own_x, y=own_y)
    table = table[np.hypot(table.x - x, table.y - y) < 150_000.0]
    left_out = np.random.default_rng(0).random(len(table)) < 0.3
    axis = np.arange(-160_000.0, 160_000.0, 4_000.0)
    site = xr.Dataset(coords={"y": y - axis, "x": x + axis}, attrs={"crs": "EPSG:32633"})
    site = site.assign(vs30=((), 500.0, {"units": "m/s"}))
    event = quake(6.2, 8.0, strike=155.0, dip=49.0, rake=-87.0)
    event = event.assign(
        longitude=((), 13.1877, {"units": "degrees"}), latitude=((), 42.723, {"units": "degrees"})
    )
    kept, rest = table[~left_out], table[left_out]
    vs30 = kept.VS30.where(kept.VS30 > 0, 500.0)
    told = with_stations(
        event, kept.LONGITUDE, kept.LATITUDE, acceleration=kept.PGA_VALUE * 9.80665, vs30=vs30
    )
    for equation in ("boore 2014", "allen 2012"):
        error = []
        for forcing in (event, told):
            field = run(site, forcing, equation=equation).ground_acceleration
            there = field.interp(x=("station", rest.x.to_numpy()), y=("station", rest.y.to_numpy())).values
            error.append(np.log(there / (rest.PGA_VALUE.to_numpy() * 9.80665)))
        assert abs(error[1].mean()) < 0.25 < abs(error[0].mean())
        assert np.sqrt(np.mean(error[1] ** 2)) < 0.95 * np.sqrt(np.mean(error[0] ** 2))
