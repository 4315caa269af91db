"""Releases: what goes in comes by, puffs join up to the plume, and what people do helps."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.hazards.action import Action
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.release import Release
from watchfloor.hazards.release.dense import Dense, dense_number
from watchfloor.hazards.release.outflow import ambient_density, boiling_pressure, from_mass, gas_jet, pool
from watchfloor.hazards.release.plume import gaussian, indoors, strength
from watchfloor.hazards.release.slug import Train, lay
from watchfloor.hazards.release.stability import CLASSES, golder, night_or_day, sigma, wind_at
from watchfloor.hazards.release.substance import DURATIONS, SUBSTANCES, substance
from watchfloor.hazards.streams import Streams

PLAIN = {"buoyancy": "passive", "stability": "D"}


def escape(
    actions=(), member=0, forcing=None, until=None, site=None, times=False, fidelity="standard", **parameters
):
    usual_site, usual, length = Release.example()
    model, streams = Release(**{**PLAIN, **parameters}), Streams(1, member)
    ready = model.prepare(
        usual_site if site is None else site,
        usual if forcing is None else forcing,
        until=until or length,
        fidelity=fidelity,
    )
    patches = [p for p in model.patches(actions, streams) if p.kind != "exposure"]
    return model.run(ready, model.sample(streams), patches, times=times)


def changed(**values):
    """Return the example's forcing with other values."""
    return Release.example()[1].assign(
        {name: (("time",), list(value), {"units": unit}) for name, (value, unit) in values.items()}
    )


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("terrain", ["rural", "urban"])
@pytest.mark.parametrize("height", [0.0, 30.0])
def test_as_much_passes_every_section_as_is_released(number, terrain, height):
    for x in (100.0, 1000.0, 5000.0):
        side, up = sigma(x, number, terrain)
        y = np.linspace(-8 * side, 8 * side, 401)
        z = np.linspace(0.0, height + 8 * up, 801)
        section = np.stack([gaussian(x, y, v, 2.0, 3.0, number, height, terrain) for v in z])
        assert np.trapezoid(np.trapezoid(section, y, axis=1), z) * 3.0 == pytest.approx(2.0, rel=1e-3)


def test_the_ground_reflects():
    # nothing flows through the ground: the concentration is level there; and at it a ground release doubles
    low, high = (gaussian(800.0, 0.0, z, 1.0, 3.0, 3, 20.0) for z in (0.0, 1e-3))
    assert float(high - low) / 1e-3 == pytest.approx(0.0, abs=1e-9)
    side, up = sigma(800.0, 3)
    free = 1.0 / (2 * np.pi * 3.0 * side * up)
    assert float(gaussian(800.0, 0.0, 0.0, 1.0, 3.0, 3)) == pytest.approx(2 * free)


def test_nothing_goes_against_the_wind():
    assert float(gaussian(-10.0, 0.0, 0.0, 1.0, 3.0, 3)) == 0.0


def test_slugs_join_up_to_the_plume():
    train = Train(0.0, 0.0, "rural")
    for _ in range(40):
        train.step(30.0, 4.0, 270.0, 3, 1.0)
    x, y = np.arange(100.0, 3000.0, 20.0), np.arange(-300.0, 301.0, 20.0)
    found = np.zeros((y.size, x.size))
    lay(x, y, train.nodes, train.mass, 0.0, 1.5, 1.0, found)
    exact = gaussian(x[None, :], y[:, None], 1.5, 1.0, 4.0, 3)
    inside = exact > 0.05 * exact.max(axis=0)
    assert np.abs(found / exact - 1.0)[inside].max() < 0.08
    assert np.median(np.abs(found / exact - 1.0)[inside]) < 0.01


def test_slugs_hold_all_that_was_released_whatever_the_wind():
    train = Train(0.0, 0.0, "rural")
    rng = np.random.default_rng(3)
    for _ in range(20):
        train.step(60.0, float(rng.uniform(0, 2)), float(rng.uniform(0, 360)), 2, 1.0)
    x = np.arange(-4000.0, 4000.0, 20.0)
    total = 0.0
    # over the depth, by a rule that is fine near the ground
    z = np.linspace(0.0, 1.0, 60) ** 2 * 1200.0
    layers = []
    for level in z:
        layer = np.zeros((x.size, x.size))
        lay(x, x, train.nodes[:-3], train.mass[:-3], 0.0, float(level), 1.0, layer)
        layers.append(layer.sum() * 400.0)
    total = np.trapezoid(layers, z)
    assert total == pytest.approx(train.mass[:-3].sum(), rel=0.05)


def test_a_turning_wind_that_does_not_turn_gives_the_plume():
    steady = escape()
    # just so much that it counts as turning
    turning = escape(forcing=changed(wind_direction=([264.4, 265.6], "degrees")), fidelity="full")
    assert steady.attrs["treated_as"] == "plume"
    assert turning.attrs["treated_as"] == "puffs"
    one, other = steady.gas_concentration_max.values, turning.gas_concentration_max.values
    along = one > 20.0
    assert np.median(np.abs(other[along] / one[along] - 1.0)) < 0.15
    # but for the surroundings of the source, where a cell is wider than the cloud
    far = slice(12, None)
    assert float(turning.gas_dose[:, far].sum()) == pytest.approx(
        float(steady.gas_dose[:, far].sum()), rel=0.05
    )


def test_calm_air_stays_at_the_source():
    still = escape(forcing=changed(wind_speed=([0.0, 0.0], "m/s")))
    assert still.attrs["treated_as"] == "puffs"
    row, column = np.unravel_index(int(still.gas_dose.values.argmax()), still.gas_dose.shape)
    assert (abs(row - 25), abs(column - 5)) <= (1, 1)
    spread = still.gas_dose.values
    # the same to all sides
    assert spread[25, 5 + 4] == pytest.approx(spread[25 - 4, 5], rel=0.05)


def test_the_plume_lies_downwind():
    for direction, way in ((270.0, (0, 1)), (180.0, (-1, 0)), (0.0, (1, 0))):
        made = escape(forcing=changed(wind_direction=([direction] * 2, "degrees")))
        rows, columns = np.nonzero(made.gas_concentration_max.values > 1.0)
        # rows run southward
        lean = np.sign([rows.mean() - 25, columns.mean() - 5])
        assert tuple(np.where(np.abs(way) > 0, lean, 0)) == way


def test_two_sources_are_told_apart_and_added():
    site, forcing, _ = Release.example()
    lon, lat = Grid.of(site).degrees()
    both = xr.Dataset(
        {
            "emission_rate": (("time", "source"), [[3.0, 3.0], [0.0, 0.0]], {"units": "kg/s"}),
            "wind_speed": forcing.wind_speed,
            "wind_direction": forcing.wind_direction,
            "longitude": ("source", [float(lon[10, 5]), float(lon[40, 5])]),
            "latitude": ("source", [float(lat[10, 5]), float(lat[40, 5])]),
        },
        coords={"time": forcing.time},
    )
    made = escape(forcing=both)
    column = made.gas_concentration_max.values[:, 30]
    assert column[8] > 5 * column[25]
    assert column[38] > 5 * column[25]
    assert made.attrs["released"] == pytest.approx(7200.0)


def test_it_arrives_with_the_wind_and_leaves_no_nan():
    made = escape(times=True)
    assert all(np.isfinite(made[name].values).all() for name in made)
    wind = float(wind_at(3.0, 2.0, 3))
    at = 55
    seconds = float(made.arrival_time[24, at])
    assert seconds == pytest.approx((at - 5) * 40.0 / wind, rel=0.25)
    assert float(made.arrival_time[24, 60]) > float(made.arrival_time[24, 30])
    assert float(made.arrival_time.max()) == made.attrs["never"]
    # the release ends; so does the cloud
    assert float(made.gas_concentration[-1].max()) < 0.01 * float(made.gas_concentration.max())


def test_a_release_without_end_has_the_plume_as_its_peak():
    site, forcing, _ = Release.example()
    made = escape(forcing=forcing.isel(time=[0]).assign_coords(time=[0.0]), until=7200.0)
    east = float(site.x[40] - site.x[5])
    turn = np.radians(5.0)
    # the wind is from 265 degrees: the axis runs 5 degrees north of east
    for row in (20, 22, 24):
        north = float(site.y[row] - site.y[25])
        x, y = east * np.cos(turn) + north * np.sin(turn), -east * np.sin(turn) + north * np.cos(turn)
        exact = gaussian(x, y, 1.5, 3.0, float(wind_at(3.0, 2.0, 3)), 3) * from_mass(0.070906, 288.15)
        assert float(made.gas_concentration_max[row, 40]) == pytest.approx(float(exact), rel=5e-3)


def test_a_short_release_is_weaker_far_away():
    x, side = np.array([100.0, 5000.0]), np.array([8.0, 250.0])
    q = strength(x, side, 3.0, np.linspace(0, 4000, 4001), np.array([0.0, 60.0]), np.array([2.0]))
    assert q[0].max() == pytest.approx(2.0, rel=1e-6)
    assert q[1].max() < 1.0
    # nothing is lost
    assert np.allclose(np.trapezoid(q, dx=1.0, axis=1), 120.0, rtol=5e-3)


def test_houses_follow_slowly_and_hold_on():
    times = np.linspace(0, 7200, 721)
    outside = np.where(times < 3600, 100.0, 0.0)
    inside = indoors(outside, times, np.full(720, 0.5))
    assert inside[360] == pytest.approx(100 * (1 - np.exp(-0.5)), rel=5e-3)
    assert inside[-1] == pytest.approx(inside[360] * np.exp(-0.5), rel=5e-3)
    assert np.allclose(indoors(outside, times, np.full(720, 500.0))[100:350], 100.0)


def test_indoors_is_safer_and_shutting_windows_makes_it_more_so():
    plain = escape()
    shut = escape([Action("ventilation-off", {"factor": 0.3})])
    assert (plain.indoor_concentration_max <= plain.gas_concentration_max + 1e-6).all()
    assert float(shut.indoor_concentration_max.max()) < 0.5 * float(plain.indoor_concentration_max.max())
    assert (shut.indoor_fatality_probability <= plain.indoor_fatality_probability + 1e-7).all()
    assert shut.gas_concentration_max.identical(plain.gas_concentration_max)


@pytest.mark.parametrize("wind", [[265.0, 265.0], [240.0, 290.0]])
@pytest.mark.parametrize(
    "action",
    [
        Action("shut-off", {}, start=300.0),
        Action("curtain", {"factor": 0.5}),
        Action("foam", {"factor": 0.3}),
    ],
)
def test_less_comes_out_where_people_act(action, wind):
    forcing = changed(wind_direction=(wind, "degrees"))
    plain, better = escape(forcing=forcing), escape([action], forcing=forcing)
    assert better.attrs["released"] < 0.6 * plain.attrs["released"]
    for name in ("gas_concentration_max", "gas_dose", "toxic_exposure", "fatality_probability", "toxic_zone"):
        assert (better[name] <= plain[name] + 1e-5).all(), name
    assert float((better.toxic_zone >= 2).sum()) < float((plain.toxic_zone >= 2).sum())


def test_an_action_elsewhere_does_not_reach_the_source():
    far = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]]}
    assert escape([Action("shut-off", {}, far)]).gas_dose.identical(escape().gas_dose)


def test_people_who_leave_or_hide_change_no_gas():
    model = Release()
    for name in ("evacuate", "shelter"):
        patches = model.patches([Action(name)], Streams(1, 0))
        assert {patch.kind for patch in patches} == {"exposure"}


def test_zones_are_nested_and_follow_the_levels():
    made = escape()
    zone, exposure = made.toxic_zone.values, made.toxic_exposure.values
    levels = substance("chlorine").levels(60.0)
    for number, level in enumerate(levels, start=1):
        assert ((zone >= number) == (exposure >= np.float32(level))).mean() > 0.999
    assert set(np.unique(zone)) == {0.0, 1.0, 2.0, 3.0}


def test_a_gas_that_only_burns_has_zones_of_its_limit():
    made = escape(substance="methane")
    zone, peak = made.toxic_zone.values, made.gas_concentration_max.values
    assert ((zone == 3) == (peak >= 50_000)).mean() > 0.999
    assert float(made.fatality_probability.max()) == 0.0


def test_lethality_is_told_only_where_it_is_known_or_set():
    site, forcing, until = Release.example()
    unknown = Release(substance="phosgene")
    assert any(
        "No lethality of phosgene" in line for line in unknown.prepare(site, forcing, until=until).remarks
    )
    assert float(escape(substance="phosgene").fatality_probability.max()) == 0.0
    own = {"probit_a": -8.29, "probit_b": 0.92, "probit_n": 2.0}
    assert escape(substance="chlorine", **own).fatality_probability.identical(escape().fatality_probability)
    assert float(escape(substance="phosgene", **own).fatality_probability.max()) > 0.5


def test_heavy_gas_spreads_wider_and_is_chosen_by_itself():
    dense = escape(buoyancy="automatic")
    assert dense.attrs["treated_as"] == "dense"
    assert escape(buoyancy="automatic", substance="ammonia").attrs["treated_as"] == "plume"

    def width(made):
        near = made.gas_concentration_max.values[:, 7:12]
        return int((near > 0.1 * near.max(axis=0)).sum())

    assert width(dense) > width(escape())


def test_dense_gas_grows_with_density_and_calms_with_wind():
    air = ambient_density(288.0)
    numbers = [dense_number(1.0, density, air, 3.0) for density in (1.0, 1.3, 2.0, 3.0)]
    assert numbers[0] == 0.0
    assert np.all(np.diff(numbers) > 0)
    assert dense_number(1.0, 3.0, air, 10.0) < dense_number(1.0, 3.0, air, 2.0)
    cloud = Dense(2.0, 3.0, air, 3.0)
    x = np.geomspace(1.0, 5000.0, 300)
    assert np.all(np.diff(cloud.centre(x)) <= 1e-12)
    assert np.all(np.diff(cloud.half_width(x)) > 0)


def test_sources_follow_their_physics():
    kept = {"temperature": 288.0, "molar": 0.0709, "ratio": 1.33}
    assert gas_jet(0.02, 101_325.0, **kept) == 0.0
    # choked: the flow does not care what is outside
    assert gas_jet(0.02, 8e5, **kept) == pytest.approx(gas_jet(0.02, 8e5, outside=5e4, **kept))
    assert gas_jet(0.02, 1.2e5, **kept) < gas_jet(0.02, 1.3e5, **kept) < gas_jet(0.02, 8e5, **kept)
    assert boiling_pressure(325.8, 505e3, 0.056063, 325.8) == pytest.approx(101_325.0)
    # acrolein at 20 degrees: 210 mmHg (NIOSH Pocket Guide)
    assert boiling_pressure(325.8, 505e3, 0.056063, 293.15) / 133.322 == pytest.approx(210, rel=0.15)
    assert pool(10.0, 3.0, 0.056, 28e3, 293.0) == pytest.approx(2 * pool(5.0, 3.0, 0.056, 28e3, 293.0))
    # the equation as EPA prints it: pounds a minute, square feet, mm of mercury
    pounds = 0.284 * 3.0**0.78 * 56.063 ** (2 / 3) * (10.0 / 0.09290304) * 210.0 / (82.05 * 293.0)
    assert pool(10.0, 3.0, 0.056063, 210.0 * 133.322, 293.0) == pytest.approx(
        pounds * 0.45359237 / 60.0, rel=5e-3
    )


@pytest.mark.parametrize("origin", ["liquid from a hole", "gas from a hole", "pool"])
def test_a_vessel_gives_no_more_than_it_holds(origin):
    forcing = Release.example()[1].drop_vars("emission_rate")
    made = escape(forcing=forcing, origin=origin, inventory=0.2, hole_diameter=0.03)
    assert 0 < made.attrs["released"] <= 200.0 + 1e-9
    assert float(made.gas_dose.max()) > 0


def test_stability_follows_sun_clouds_and_wind():
    def classes(speed, radiation, cover):
        return "".join(CLASSES[k] for k in np.atleast_1d(night_or_day(speed, radiation, cover)))

    assert classes([1, 2.5, 4, 5.5, 7], 1000.0, 0.0) == "AABCC"
    assert classes([1, 2.5, 4, 5.5, 7], 0.0, 1.0) == "FEDDD"
    assert classes([1, 2.5, 4, 5.5, 7], 0.0, 0.0) == "FFEDD"
    assert classes(3.0, [0, 100, 300, 700, 1000], 0.3) == "EDCBB"
    assert [CLASSES[k] for k in golder([-5.0, -20.0, 1e6, 10.0], 0.03)] == ["A", "C", "D", "F"]


def test_levels_are_whole_and_in_order():
    for name, what in SUBSTANCES.items():
        for system in ("AEGL", "ERPG"):
            for minutes in (*DURATIONS, 45.0, 5.0):
                one, two, three = what.levels(minutes, system)
                assert 0 < one <= two <= three, (name, minutes)
        for row in what.aegl:
            assert np.all(np.diff(row)[np.isfinite(np.diff(row))] <= 0), name
        assert what.molar > 0.001
        assert what.zh
        assert 1.0 <= what.exponent <= 5.0
    with pytest.raises(UnknownNameError):
        substance("phlogiston")


@settings(max_examples=20, deadline=None)
@given(
    rate=st.floats(0.01, 100.0),
    wind=st.floats(0.0, 20.0),
    direction=st.floats(0.0, 360.0),
    turn=st.floats(0.0, 180.0),
    letter=st.sampled_from(CLASSES),
)
def test_whatever_the_weather_nothing_is_negative_or_more_than_pure(rate, wind, direction, turn, letter):
    forcing = changed(
        wind_speed=([wind, wind], "m/s"), wind_direction=([direction, (direction + turn) % 360], "degrees")
    )
    forcing["emission_rate"] = (("time", "source"), [[rate], [0.0]], {"units": "kg/s"})
    made = escape(forcing=forcing, stability=letter, fidelity="preview")
    for name in made:
        assert np.isfinite(made[name].values).all()
        assert float(made[name].min()) >= 0.0
    assert float(made.gas_concentration_max.max()) <= 1e6 * (1 + 1e-6)
    assert float(made.fatality_probability.max()) <= 1.0


@pytest.mark.parametrize(
    ("forcing", "said"),
    [
        (Release.example()[1].drop_vars("emission_rate"), "Nothing is released"),
        (Release.example()[1].drop_vars("wind_speed"), "has no wind speed"),
        (changed(wind_speed=([300.0, 300.0], "m/s")), "Is its unit"),
        (changed(wind_speed=([np.nan, 3.0], "m/s")), "missing values"),
        (Release.example()[1].assign(longitude=("source", [0.0])), "outside of the site"),
        (Release.example()[1].assign_coords(time=[60.0, 1200.0]), "give a value at time 0"),
        (Release.example()[1].assign(wind_speed=("time", [3.0, 3.0])), "does not say its unit"),
        (Release.example()[1].drop_vars("latitude"), "has no latitude"),
    ],
)
def test_what_cannot_be_is_refused(forcing, said):
    with pytest.raises(InvalidInputError, match=said):
        escape(forcing=forcing)


def test_an_empty_vessel_is_refused():
    with pytest.raises(InvalidInputError, match="Nothing comes out"):
        escape(origin="gas from a hole", vessel_pressure=0.0)


def test_members_spread_to_the_sides():
    peaks = [escape(member=k).gas_concentration_max.values for k in range(1, 9)]
    rows = [int(np.argmax(p[:, 50])) for p in peaks]
    assert np.ptp(rows) >= 3


def test_the_loops_are_warmed():
    Release.warm()
    assert lay.signatures


def test_without_a_compiler_it_gives_the_same(tmp_path):
    script = (
        "import numpy as np\n"
        "from watchfloor.hazards.release import Release\n"
        "from watchfloor.hazards.streams import Streams\n"
        "site, forcing, until = Release.example()\n"
        "site = site.isel(x=slice(0, 24), y=slice(16, 34))\n"
        "for turn in (0.0, 60.0):\n"
        "    forcing['wind_direction'] = ('time', [265.0, 265.0 + turn], {'units': 'degrees'})\n"
        "    model = Release(buoyancy='passive')\n"
        "    ready = model.prepare(site, forcing, until=600.0, fidelity='preview')\n"
        "    made = model.run(ready, model.sample(Streams(1, 0)))\n"
        "    print(repr([float(made[name].sum()) for name in made]))\n"
    )
    said = []
    for off in ("0", "1"):
        run = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "NUMBA_DISABLE_JIT": off},
            capture_output=True,
            text=True,
            check=True,
        )
        said.append([np.array(json.loads(line)) for line in run.stdout.splitlines()])
    for one, other in zip(*said, strict=True):
        assert np.allclose(one, other, rtol=1e-5)


def prairie_grass(realdata):
    """Read the arcs of Project Prairie Grass (Barad 1958) and the weather of each run."""
    met = {}
    base = "plume_chem/GuBij__dataAssimLangevin/"
    for line in realdata(base + "Data/inputFiles/case.orig/modelParamList.txt").read_text().splitlines():
        parts = line.split()
        if len(parts) >= 10:
            met[int(parts[0])] = (float(parts[1]), float(parts[9]))
    arcs, known = [], False
    for line in realdata(base + "PGARCS_even.txt").read_text().splitlines():
        if "'" in line:
            parts = line.split(",")
            arcs.append({"run": int(parts[0]), "x": float(parts[-1]), "c": []})
            known = False
        elif "," in line and not known:
            parts = [float(v) for v in line.split(",")]
            arcs[-1] |= {"rate": parts[7] / 1e3, "height": parts[8], "receptor": parts[9]}
            known = True
        else:
            arcs[-1]["c"].append(float(line.split()[3]))
    return [(arc, *met[arc["run"]]) for arc in arcs if arc["run"] in met]


def test_prairie_grass_within_a_factor_of_two(realdata):
    ratios = []
    for arc, length, wind in prairie_grass(realdata):
        number = int(golder([length], 0.006)[0])
        found = gaussian(arc["x"], 0.0, arc["receptor"], arc["rate"], wind, number, arc["height"])
        # mg/m^3, the largest of an arc
        ratios.append(float(found) * 1e6 / max(arc["c"]))
    ratios = np.array(ratios)
    fac2 = float(np.mean((ratios >= 0.5) & (ratios <= 2.0)))
    bias = float(np.exp(np.mean(np.log(ratios))))
    print(
        f"Prairie Grass: {ratios.size} arcs, FAC2 {fac2:.3f}, geometric mean of predicted over observed {bias:.2f}"
    )
    assert ratios.size >= 100
    assert fac2 >= 0.6
    assert 0.67 < bias < 1.5
