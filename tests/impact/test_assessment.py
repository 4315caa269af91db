"""Impacts worked out by hand, in small worlds."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.impact import Exposures, assess
from watchfloor.impact.vulnerability import VULNERABILITIES, Curve

spec = importlib.util.spec_from_file_location("impact_places", Path(__file__).parent / "places.py")
small = importlib.util.module_from_spec(spec)
spec.loader.exec_module(small)


@pytest.fixture
def world():
    """Return a flood of three members on 4 x 6 cells: the control wets the two western columns, half a metre deep."""
    depth = np.zeros((3, 4, 6))
    depth[0, :, :2] = 0.5
    depth[1, :, :3] = 1.0
    people = small.grid(np.full((4, 6), 10.0))
    return small.water(depth), Exposures.of(people=people, districts=small.halves(60, 40))


def test_people_are_counted_where_the_water_is(world):
    result, exposures = world
    impact = assess(result, exposures, kind="flood")
    assert impact.totals["people_exposed"].tolist() == [80.0, 120.0, 0.0]
    assert impact.members.tolist() == [0, 1, 2]
    assert impact.units["people_exposed"] == "1"
    assert impact.totals.attrs["units"]["deaths"] == "1"
    # 1 m of still water has the rating 0.5: not dangerous for most
    assert impact.totals["people_at_risk"].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(("speed", "people"), [(0.0, 0.0), (1.9, 0.0), (2.0, 240.0)])
def test_fast_water_is_dangerous_where_still_water_is_not(speed, people):
    """FD2320: 0.5 m x (2 m/s + 0.5) = 1.25, dangerous for most."""
    depth = np.full((1, 4, 6), 0.5)
    result = small.water(depth, flow_speed_max=np.full((1, 4, 6), speed))
    impact = assess(result, Exposures.of(people=small.grid(np.full((4, 6), 10.0))), kind="flood")
    assert impact.totals.loc[0, "people_at_risk"] == people


def test_districts_add_up_to_the_totals(world):
    impact = assess(*world, kind="flood")
    by = impact.by_district.sel(measure="people_exposed")
    assert by.sel(district="W").values.tolist() == [80.0, 120.0, 0.0]
    assert by.sel(district="E").values.tolist() == [0.0, 0.0, 0.0]
    assert np.allclose(impact.by_district.sum("district").values, impact.totals.to_numpy())
    table = impact.districts
    assert table["code"].tolist()[0] == "W"
    assert table.loc[0, "people_exposed"] == pytest.approx(200 / 3)
    assert table.loc[0, "people_exposed_q95"] == pytest.approx(np.quantile([80, 120, 0], 0.95))


def test_maps_add_up_to_the_totals(world):
    impact = assess(*world, kind="flood")
    for measure in ("people_exposed", "deaths"):
        mean = impact.cells(measure)
        assert mean.dims == ("y", "x")
        assert mean.attrs["crs"] == small.CRS
        assert float(mean.sum()) == pytest.approx(impact.totals[measure].mean(), rel=1e-5)
        assert float(impact.cells(measure, member=1).sum()) == pytest.approx(
            impact.totals.loc[1, measure], rel=1e-5
        )
    assert impact.cells("people_exposed", member=0).values[:, 2:].sum() == 0
    most = impact.cells("people_exposed", quantile=1.0)
    assert most.values[:, 2].tolist() == [10.0] * 4
    assert impact.cells("people_exposed", quantile=0.0).sum() == 0


def test_damage_is_value_times_the_share_of_the_depth():
    depth = np.zeros((1, 4, 4))
    depth[0, 3, 0], depth[0, 3, 1] = 1.0, 2.0  # row 3 is the southern one
    table = small.houses(
        [(5, 5), (15, 5), (25, 5)],
        kind=["residential", "commercial", "residential"],
        value=[100.0, 1000.0, 1e6],
        people=[2, 0, 5],
    )
    asia = VULNERABILITIES["depthdamage"](region="Asia")
    impact = assess(small.water(depth), Exposures.of(buildings=table), kind="flood", vulnerability=asia)
    assert impact.totals.loc[0, "damage"] == pytest.approx(100 * 0.494 + 1000 * 0.763, rel=1e-6)
    assert impact.totals.loc[0, "buildings_hit"] == 2
    assert impact.units["damage"] == "money"
    raised = VULNERABILITIES["depthdamage"](region="Asia", step=0.5)
    dearer = assess(small.water(depth), Exposures.of(buildings=table), kind="flood", vulnerability=raised)
    assert dearer.totals.loc[0, "damage"] == pytest.approx(100 * 0.327 + 1000 * 0.659, rel=1e-6)


def test_two_impacts_with_one_seed_meet_the_same_fates(world):
    result, exposures = world
    first, again = (
        assess(result, exposures, kind="flood", seed=4),
        assess(result, exposures, kind="flood", seed=4),
    )
    other = assess(result, exposures, kind="flood", seed=5)
    assert first.totals.equals(again.totals)
    assert first.trace == again.trace != other.trace
    assert first.totals.loc[0, "deaths"] == other.totals.loc[0, "deaths"]  # the control is central
    assert first.totals.loc[1, "deaths"] != other.totals.loc[1, "deaths"]
    part = assess(result.isel(member=[1]), exposures, kind="flood", seed=4)
    assert part.totals.loc[1, "deaths"] == pytest.approx(first.totals.loc[1, "deaths"], rel=1e-12)


def test_pieces_of_members_give_the_same(world):
    result, exposures = world
    whole = assess(result, exposures, kind="flood")
    pieces = assess(result, exposures, kind="flood", budget=1)
    assert np.array_equal(whole.totals.to_numpy(), pieces.totals.to_numpy())
    assert np.array_equal(whole.cells("deaths").values, pieces.cells("deaths").values)


def test_more_water_is_not_less_harm(world):
    result, exposures = world
    deeper = result.copy(deep=True)
    deeper["water_depth_max"] = deeper["water_depth_max"] * 1.5
    deeper["water_depth_max"].attrs["units"] = "m"
    before, after = (assess(r, exposures, kind="flood").totals for r in (result, deeper))
    assert (after.to_numpy() >= before.to_numpy() - 1e-9).all()
    assert after["deaths"].sum() > before["deaths"].sum()


def test_units_of_the_result_are_converted(world):
    result, exposures = world
    feet = result.copy(deep=True)
    feet["water_depth_max"] = (result["water_depth_max"] / 0.3048).assign_attrs(units="ft")
    metres, other = (assess(r, exposures, kind="flood").totals for r in (result, feet))
    assert np.allclose(metres.to_numpy(), other.to_numpy(), rtol=1e-4)
    del feet["water_depth_max"].attrs["units"]
    with pytest.raises(InvalidInputError, match="does not say its unit"):
        assess(feet, exposures, kind="flood")


def test_missing_values_are_said_and_count_as_nothing(world):
    result, exposures = world
    result["water_depth_max"][0, 0, 0] = np.nan
    impact = assess(result, exposures, kind="flood")
    assert impact.totals.loc[0, "people_exposed"] == 70.0
    assert any("1 values of water_depth_max were missing" in line for line in impact.remarks)


def test_coarse_people_are_spread_and_none_are_lost():
    depth = np.zeros((1, 8, 8))
    depth[0, :, :4] = 1.0
    people = small.grid(np.array([[100.0, 50.0], [60.0, 40.0]]), size=40.0)
    impact = assess(small.water(depth), Exposures.of(people=people), kind="flood")
    assert impact.totals.loc[0, "people_exposed"] == pytest.approx(160.0)
    assert any("spread by area" in line for line in impact.remarks)


def test_nobody_lives_in_the_river():
    depth = np.zeros((1, 8, 8))
    depth[0, :, 0] = 3.0
    people = small.grid(np.array([[80.0, 50.0], [80.0, 40.0]]), size=40.0)
    cover = np.full((8, 8), 50)
    cover[:, 0] = 80
    both = Exposures.of(people=people, environment=small.grid(cover).astype(int))
    impact = assess(small.water(depth), both, kind="flood", vulnerability="immersion")
    assert impact.totals.loc[0, "people_exposed"] == 0
    without = assess(small.water(depth), both.without("environment"), kind="flood", vulnerability="immersion")
    assert without.totals.loc[0, "people_exposed"] == pytest.approx(40.0)


def test_roads_are_closed_by_depth_but_bridges_are_not_judged():
    import geopandas as gpd
    import shapely

    depth = np.zeros((2, 4, 10))
    depth[:, :, 5:] = 1.0
    line = [shapely.LineString([small.degrees(0, y), small.degrees(100, y)]) for y in (5, 15)]
    table = gpd.GeoDataFrame(
        {"edge": [7, 8], "kind": ["road", "bridge"], "bridge": [False, True], "length": [0.1, 0.1], "grade": ["trunk", "trunk"]},
        geometry=line, crs="EPSG:4326",
    )  # fmt: skip
    arrival = np.where(depth > 0, 7200.0, 86400.0)
    impact = assess(small.water(depth, arrival_time=arrival), Exposures.of(roads=table), kind="flood")
    assert impact.totals["roads_closed"].to_numpy() == pytest.approx(0.05, abs=0.006)
    assert impact.roads["edge"].tolist() == [7]
    assert impact.roads.loc[0, "probability"] == 1.0
    assert impact.roads.loc[0, "arrival"] == 7200.0


def test_facilities_are_ranked_by_need_with_the_reason():
    depth = np.zeros((4, 4, 4))
    depth[:, 3, 0] = [2.0, 2.0, 2.0, 2.0]
    depth[:, 3, 1] = [2.0, 2.0, 0.0, 0.0]
    arrival = np.where(depth > 0, 5400.0, 86400.0)
    table = small.houses(
        [(5, 5), (15, 5), (25, 5)], id=["S1", "H1", "H2"], name=["School", "Hospital", "Dry"], kind=["school", "hospital", "hospital"],
        people=[100.0, 100.0, 500.0], beds=[0.0, 100.0, 500.0],
    )  # fmt: skip
    impact = assess(small.water(depth, arrival_time=arrival), Exposures.of(facilities=table), kind="flood")
    assert impact.facilities["id"].tolist() == ["H1", "S1"]  # 0.5 x 100 x 10 before 1 x 100 x 2
    assert impact.facilities["rank"].tolist() == [1, 2]
    assert impact.facilities["probability"].tolist() == pytest.approx([0.5, 1.0], abs=1e-6)
    first = impact.facilities.loc[0]
    assert first["need"] == pytest.approx(500.0, rel=1e-5)
    assert "50% of the members" in first["reason"]
    assert "100 people" in first["reason"]
    assert impact.facilities.loc[1, "arrival"] == 5400.0
    assert "reached after 1.5 h" in impact.facilities.loc[1, "reason"]
    assert impact.totals["beds_out"].tolist() == pytest.approx([100.0, 100.0, 0.0, 0.0], abs=1e-4)


def test_an_earthquakes_deaths_are_pagers(world):
    mmi = np.array([5.0, 6.0, 7.0, 8.0, 9.0, 9.0])
    values = np.broadcast_to(mmi, (1, 4, 6)).copy()
    result, exposures = world
    shaking = xr.Dataset(
        {"mmi": (("member", "y", "x"), values, {"units": "1"})},
        coords={key: result[key] for key in ("y", "x")}, attrs=result.attrs,
    )  # fmt: skip
    india = VULNERABILITIES["shaking"](country="IN")
    impact = assess(shaking, exposures, kind="earthquake", vulnerability=india)
    rates = [4.62833172e-10, 1.27558914e-06, 2.28027416e-04, 6.81282956e-03, 6.04383822e-02, 6.04383822e-02]
    assert impact.totals.loc[0, "deaths"] == pytest.approx(40 * sum(rates), rel=1e-4)


def test_a_curve_of_ones_own_counts(world):
    result, exposures = world
    curve = Curve.read(
        "water_depth_max [cm],share\n0,0\n50,0.25\n100,1\n",
        kind="flood",
        exposure="people",
        measure="displaced",
    )
    impact = assess(result, exposures, kind="flood", vulnerability=curve)
    assert impact.totals["displaced"].tolist() == pytest.approx([20.0, 120.0, 0.0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("water_depth_max [m],share\n0,0\n1,\n2,1\n", "Line 3, column 2 is empty"),
        (
            "water_depth_max [m],share\n0,0\n2,0.5\n1,1\n",
            "Line 4: the intensity 1 is not above that of line 3",
        ),
        ("water_depth_max [kg],share\n0,0\n1,1\n", "Line 1: Values in 'kg' cannot be turned into 'm'"),
        ("water_depth_max,share\n0,0\n1,1\n", "does not say its unit"),
        (
            "# note\nwater_depth_max [m],share\n0,0\n1,50\n",
            "Line 4: the share in 'share' is 50; expected 0 to 1. Is it in percent",
        ),
        ("water_depth_max [m],share\n0,zero\n1,1\n", "Line 2, column 2: 'zero' is no number"),
        ("water_depth_max [m],share\n0,0,0\n1,1\n", "Line 2 has 3 values; expected 2"),
        ("water_depth_max [m],share\n0,0\n", "at least two rows"),
        ("water_depth_max [m],share\n0,nan\n1,1\n", "no finite number"),
        ("water_depth_max [m],a,a\n0,0,0\n1,1,1\n", "two columns have the same name"),
    ],
)
def test_a_broken_curve_is_refused_with_its_line(text, said):
    with pytest.raises(InvalidInputError, match=said.replace("[", r"\[").replace("(", r"\(")):
        Curve.read(text, kind="flood", exposure="people", measure="displaced")


def test_an_unknown_quantity_is_answered_with_the_right_one():
    with pytest.raises(UnknownNameError, match="did you mean 'water_depth_max'"):
        Curve.read(
            "water_depth_mx [m],share\n0,0\n1,1\n", kind="flood", exposure="people", measure="displaced"
        )


def test_what_cannot_be_told_is_said(world):
    result, exposures = world
    with pytest.raises(InvalidInputError, match="no exposure at all"):
        assess(result, Exposures(), kind="flood")
    with pytest.raises(InvalidInputError, match="Say which kind"):
        assess(result, exposures)
    with pytest.raises(UnknownNameError, match="did you mean 'flood'"):
        assess(result, exposures, kind="floods")
    far = small.grid(np.full((4, 6), 10.0)).assign_coords(x=small.axes(4, 6)["x"] + 1e6)
    with pytest.raises(InvalidInputError, match="Nothing that is exposed lies inside"):
        assess(result, Exposures.of(people=far), kind="flood")
    with pytest.raises(InvalidInputError, match="is for flood, not for storm"):
        assess(result, exposures, kind="storm", vulnerability="immersion")
    with pytest.raises(InvalidInputError, match="there is no exposure buildings"):
        assess(result, exposures, kind="flood", vulnerability="depthdamage")
    twice = VULNERABILITIES["immersion"]()
    with pytest.raises(InvalidInputError, match="both give people_exposed"):
        assess(result, exposures, kind="flood", vulnerability=[twice, twice])
    wrong = result.assign_attrs(crs="EPSG:4326")
    with pytest.raises(InvalidInputError, match="does not measure in metres"):
        assess(wrong, exposures, kind="flood")
    impact = assess(result, exposures, kind="flood")
    with pytest.raises(UnknownNameError, match="measure"):
        impact.cells("death")
    with pytest.raises(UnknownNameError, match="member"):
        impact.cells("deaths", member=9)


def test_negative_people_are_refused():
    counts = np.full((4, 6), 10.0)
    counts[0, 0] = -9999.0
    with pytest.raises(InvalidInputError, match=r"values are negative \(least -9999\).*Mask it first"):
        Exposures.of(people=small.grid(counts))


def test_exceedance_falls_and_quantiles_rise(world):
    impact = assess(*world, kind="flood")
    table = impact.exceedance("people_exposed")
    assert table["value"].tolist() == [0.0, 80.0, 120.0]
    assert table["probability"].tolist() == pytest.approx([1.0, 2 / 3, 1 / 3])
    rows = impact.quantiles((0.0, 0.5, 1.0)).loc["people_exposed"]
    assert [rows["q00"], rows["q50"], rows["q100"]] == [0.0, 80.0, 120.0]
    assert rows["mean"] == pytest.approx(200 / 3)
    with pytest.raises(InvalidInputError, match="no quantiles"):
        impact.quantiles((1.5,))


def test_a_run_without_members_is_one_member(world):
    result, exposures = world
    impact = assess(result.isel(member=0, drop=True), exposures, kind="flood")
    assert impact.totals.index.tolist() == [0]
    assert impact.totals.loc[0, "people_exposed"] == 80.0


def test_members_on_the_disk_are_read_in_pieces(world):
    result, exposures = world
    whole = assess(result, exposures, kind="flood")
    lazy = assess(result.chunk({"member": 1}), exposures, kind="flood")
    assert np.array_equal(whole.totals.to_numpy(), lazy.totals.to_numpy())


def test_no_more_memory_than_said():
    """Values, intensities and shares of all members at once would be 100 MiB; a tenth of that is allowed."""
    import tracemalloc

    from watchfloor.hazards.action import Action

    rng = np.random.default_rng(1)
    depth = rng.gamma(0.5, 1.0, (80, 256, 256)).astype(np.float32)
    arrival = np.full(depth.shape, 3600.0, np.float32)
    result = small.water(depth, flow_speed_max=depth * 0.3, arrival_time=arrival)
    exposures = Exposures.of(people=small.grid(np.full((256, 256), 2.0)))
    order = [Action("evacuate", {"fraction": 0.5}, start=1800.0)]
    assess(result.isel(member=[0]), exposures, kind="flood", actions=order)  # compiled, and placed
    budget = 10 * 2**20
    tracemalloc.start()
    assess(result, exposures, kind="flood", actions=order, budget=budget)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    cells = 256 * 256 * 40  # places, counts and shares of one member are always there
    assert peak < budget + 2 * cells, f"{peak / 2**20:.1f} MiB"


def test_places_are_found_once_for_all_plans(world):
    from watchfloor.impact.ground import grounded

    result, exposures = world
    first = grounded(result, exposures)
    assert grounded(result.isel(member=[1]), exposures) is first
    moved = result.assign_coords(x=result.x + 10.0)
    assert grounded(moved, exposures) is not first
    again = Exposures.of(people=exposures.layers["people"])
    assert grounded(result, again) is not first


def test_who_is_reached_by_when():
    depth = np.zeros((2, 4, 6))
    depth[:, :, :3] = 1.0
    arrival = np.full((2, 4, 6), 86400.0)
    arrival[:, :, 0], arrival[:, :, 1], arrival[0, :, 2], arrival[1, :, 2] = 1000.0, 2000.0, 3000.0, 4000.0
    people = small.grid(np.full((4, 6), 10.0))
    impact = assess(small.water(depth, arrival_time=arrival), Exposures.of(people=people), kind="flood")
    told = impact.reached(steps=4)
    assert told["time"].tolist() == [1000.0, 2000.0, 3000.0, 4000.0]
    assert told["mean"].tolist() == [40.0, 80.0, 100.0, 120.0]
    assert told["q95"].iloc[-1] == impact.totals["people_exposed"].max()
    without = assess(small.water(depth), Exposures.of(people=people), kind="flood")
    with pytest.raises(InvalidInputError, match="does not say when the flood arrives"):
        without.reached()


def test_lifelines_are_listed_like_facilities():
    depth = np.zeros((2, 4, 4))
    depth[:, 3, 0] = 2.0
    table = small.houses([(5, 5), (25, 25)], name=["Substation", "Mast"], kind=["power", "communication"])
    impact = assess(small.water(depth), Exposures.of(lifelines=table), kind="flood")
    assert impact.lifelines["name"].tolist() == ["Substation"]
    assert impact.totals["lifelines_out"].tolist() == pytest.approx([1.0, 1.0])
    assert impact.facilities.empty
    assert impact.roads.empty


def test_a_floor_with_towns_only_says_how_coarse_they_are():
    import watchfloor
    from watchfloor.impact import exposures_of
    from watchfloor.store import Store

    with watchfloor.open("world", store=Store.open(":memory:")) as floor:
        found = exposures_of(floor)
    assert "buildings" not in found.layers
    assert "The catalog has no buildings." in found.remarks
    assert any("stand at one point" in line for line in found.remarks)
