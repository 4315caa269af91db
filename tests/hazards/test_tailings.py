"""Tailings ponds: water is neither made nor lost, and what people do keeps the freeboard."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Action
from watchfloor.hazards.streams import Streams
from watchfloor.hazards.tailings import Tailings, fill, weir


def rise(actions=(), member=0, change=None, forcing=None, fidelity="standard", **parameters):
    site, drive, until = Tailings.example()
    model, streams = Tailings(**parameters), Streams(1, member)
    ready = model.prepare(
        site if change is None else change(site),
        drive if forcing is None else forcing,
        until=until,
        fidelity=fidelity,
    )
    patches = [p for p in model.patches(actions, streams) if p.kind != "exposure"]
    return model.run(ready, model.sample(streams), patches, times=True)


def put(**values):
    return lambda site: site.assign(
        {k: ("node", v, {"units": site[k].attrs["units"]}) for k, v in values.items()}
    )


def test_the_closed_pond_holds_all_that_came():
    _, forcing, until = Tailings.example()
    made = rise(crest_length=1.0)
    hours = np.diff([*forcing.time.values, until]) / 3600.0
    depth = float((forcing.rain_rate.values * hours).sum()) / 1000.0
    water = depth * (150_000.0 + 0.8 * 1_050_000.0) + 0.25 * until
    # it stays below its crest only if it is high; here it does not
    assert water / 150_000.0 > 2.0
    high = rise(change=put(crest_level=[430.0, 391.0]))
    assert float(high.pond_level_max[0]) - 412.0 == pytest.approx(water / 150_000.0, rel=1e-4)
    assert float(made.freeboard_min[0]) < 0.0


@settings(max_examples=30, deadline=None)
@given(
    rain=st.lists(st.floats(0, 100), min_size=4, max_size=4),
    flow=st.floats(-2, 5),
    step=st.floats(600, 86_400),
    sill=st.floats(386.0, 391.0),
)
def test_no_water_is_made_or_lost(rain, flow, step, sill):
    forcing = Tailings.example()[1].assign(
        rain_rate=("time", rain, {"units": "mm/h"}), discharge=("time", [flow] * 4, {"units": "m^3/s"})
    )
    made = rise(forcing=forcing, step=step, change=put(spillway_level=[9000.0, sill]))
    assert abs(made.attrs["balance_error"]) < 1e-6
    assert np.isfinite(made.pond_level.values).all()


def test_the_step_does_not_matter_much():
    fine, coarse = rise(step=150.0), rise(step=1200.0)
    assert np.allclose(fine.pond_level_max, coarse.pond_level_max, atol=0.03)
    assert np.allclose(fine.time_to_limit, coarse.time_to_limit, atol=1300.0)


@pytest.mark.parametrize(
    "action",
    [
        Action("lower-pond", {"discharge": 2.0}),
        Action("stop-slurry", {"discharge": 0.25}),
        Action("divert", {"factor": 0.4}),
        Action("raise-crest", {"height": 1.0}),
        Action("open-spillway", {"height": 1.0}, ["lower dam"]),
    ],
    ids=lambda action: action.measure,
)
def test_what_people_do_keeps_the_freeboard(action):
    plain, better = rise(), rise([action])
    here = slice(1, 2) if action.where else slice(None)
    assert (better.freeboard_min >= plain.freeboard_min - 1e-4).all()
    assert (better.freeboard_min[here] > plain.freeboard_min[here]).any()
    assert (better.trigger_level <= plain.trigger_level).all()
    assert (better.time_to_limit >= plain.time_to_limit).all()


def test_more_rain_is_never_less_water():
    levels = []
    for factor in (0.0, 0.5, 1.0, 2.0):
        forcing = Tailings.example()[1]
        forcing["rain_rate"] = forcing.rain_rate * factor
        forcing.rain_rate.attrs["units"] = "mm/h"
        levels.append(rise(forcing=forcing).pond_level_max.values)
    assert np.all(np.diff(levels, axis=0) >= 0)


def test_levels_follow_the_plan():
    made = rise(watch=2.4, act=1.5, withdraw=0.2)
    free = made.freeboard_min.values
    assert np.array_equal(
        made.trigger_level.values, (free <= 2.4).astype(int) + (free <= 1.5) + (free <= 0.2)
    )
    never = made.time_to_limit.values == made.attrs["never"]
    assert np.array_equal(never, free > 0.2)


def test_a_spillway_carries_more_the_higher_the_water():
    head = np.linspace(-1, 3, 50)
    assert np.all(np.diff(weir(head, 5.0)) >= 0)
    assert float(weir(-0.5, 5.0)) == 0.0
    one = np.array([100.0])
    level, out = fill(one, one * 1000, one * 0.2, one - 1, one * 0 + 10, one + 5, one * 0 + 50, 1e7)
    # at rest what comes in goes out
    assert float(out[0]) == pytest.approx(20.0, rel=1e-3)
    assert float(weir(level - 99.0, 10.0)[0]) == pytest.approx(20.0, rel=1e-3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put(pond_level=[416.0, 388.0]), "check the datum"),
        (put(catchment_area=[1000.0, 500_000.0]), "smaller than its pond"),
        (put(pond_area=[-5.0, 80_000.0]), "Is its unit"),
        (put(crest_level=[np.nan, 391.0]), "missing values"),
        (lambda site: site.drop_vars("crest_level"), "has no crest"),
    ],
)
def test_impossible_ponds_are_refused(change, said):
    with pytest.raises(InvalidInputError, match=said):
        rise(change=change)


def test_impossible_weather_and_plans_are_refused():
    _, forcing, _ = Tailings.example()
    with pytest.raises(InvalidInputError, match="Is its unit"):
        rise(forcing=forcing.assign(rain_rate=("time", [-1.0, 0, 0, 0], {"units": "mm/h"})))
    with pytest.raises(InvalidInputError, match="value at time 0"):
        rise(forcing=forcing.assign_coords(time=forcing.time + 60.0))
    with pytest.raises(InvalidInputError, match="trigger levels"):
        rise(watch=0.5, act=1.0)
    with pytest.raises(InvalidInputError, match="no pond third dam"):
        rise([Action("lower-pond", {}, ["third dam"])])
    with pytest.raises(InvalidInputError, match="named, not drawn"):
        rise([Action("lower-pond", {}, {"type": "Point", "coordinates": [0, 0]})])


def test_ponds_without_a_region_of_their_own_have_numbers():
    site, forcing, until = Tailings.example()
    made = Tailings().prepare(site.drop_vars("node"), forcing, until=until)
    assert made.arrays["names"] == ["0", "1"]
    assert xr.Dataset.equals(made.forcing, made.forcing)
