"""Rain to rivers: losses, unit hydrographs, routing, a network, and the way into a flood."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Action
from watchfloor.hazards.ensemble import Request
from watchfloor.hazards.ensemble import run as run_ensemble
from watchfloor.hazards.flood import Flood
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.hydrology import Hydrology, hydrographs, inflow, network
from watchfloor.hazards.hydrology.losses import (
    constant_loss,
    curve_number,
    green_ampt,
    infiltrated,
    ponding_time,
)
from watchfloor.hazards.hydrology.routing import (
    coefficients,
    cunge,
    later,
    muskingum,
    order,
    recession,
    routed,
    slowed,
)
from watchfloor.hazards.hydrology.unit import clark, kirpich, scs
from watchfloor.hazards.streams import Streams

DEMO = Path(__file__).resolve().parents[2] / "data_samples" / "demo"


def run(
    actions=(), member=0, change=None, drive=None, fidelity="standard", times=True, until=None, **parameters
):
    site, forcing, length = Hydrology.example()
    site = change(site) if change is not None else site
    forcing = drive(forcing) if drive is not None else forcing
    model, streams = Hydrology(**parameters), Streams(4, member)
    ready = model.prepare(site, forcing, until=until or length, fidelity=fidelity)
    return model.run(ready, model.sample(streams), model.patches(actions, streams), times=times)


@settings(max_examples=50, deadline=None)
@given(rain=st.floats(0, 500), number=st.floats(5, 100), more=st.floats(0, 50))
def test_never_more_runs_off_than_falls(rain, number, more):
    depth = float(curve_number(np.array(rain), number))
    assert 0.0 <= depth <= rain + 1e-9
    assert float(curve_number(np.array(rain + more), number)) >= depth - 1e-9
    assert float(curve_number(np.array(rain), min(number + more, 100.0))) >= depth - 1e-9


def test_soil_that_ponds_within_a_step_agrees_with_the_closed_form():
    # 50 mm/h on silt loam: ponding after 0.17 h, then soil under water
    rate, suction = 6.5, 56.7468
    start = ponding_time(50.0, rate, suction)
    exact = float(infiltrated(2.0 - start, rate, suction, 50.0 * start))
    for minutes in (5, 20, 60):
        steps = 120 // minutes
        rain = np.full((steps, 1), 50.0 * minutes / 60)
        found = 100.0 - float(green_ampt(rain, np.array([rate]), np.array([suction]), minutes * 60.0).sum())
        assert found == pytest.approx(exact, rel=1e-6)
    assert float(green_ampt(np.full((6, 1), 1.0), np.array([6.5]), np.array([50.0]), 3600.0).sum()) == 0.0
    assert ponding_time(5.0, 6.5, 50.0) == float("inf")


def test_a_first_and_a_constant_loss():
    rain = np.array([[6.0], [10.0], [10.0], [1.0]])
    assert constant_loss(rain, np.array([10.0]), np.array([2.0]), 3600.0).ravel().tolist() == [
        0.0,
        4.0,
        8.0,
        0.0,
    ]


@pytest.mark.parametrize("step", [300.0, 600.0, 1800.0])
def test_unit_hydrographs_hold_a_millimetre_and_crest_when_they_should(step):
    for unit in (scs(40.0, 5.0, step), clark(40.0, 5.0, 3.0, step)):
        assert float(unit.sum()) * step == pytest.approx(40e3)
        assert unit.min() >= 0.0
    rise = step / 3600.0 / 2 + 0.6 * 5.0
    assert (int(scs(40.0, 5.0, step).argmax()) + 1) * step / 3600.0 == pytest.approx(rise, abs=step / 3600.0)
    assert clark(40.0, 5.0, 6.0, step).max() < clark(40.0, 5.0, 2.0, step).max()
    assert float(kirpich(4000.0, 0.02)) > float(kirpich(2000.0, 0.02)) > float(kirpich(2000.0, 0.05))


@settings(max_examples=40, deadline=None)
@given(
    length=st.floats(50, 80_000), flow=st.floats(0.01, 5000), slope=st.floats(1e-5, 0.1), width=st.floats(1, 500),
    step=st.sampled_from([60.0, 600.0, 3600.0]),
)  # fmt: skip
def test_no_reach_makes_or_loses_water(length, flow, slope, width, step):
    reach = cunge(length, flow, slope, width, 0.04, step)
    inflow_ = flow * (1.0 + np.exp(-(((np.arange(300) - 60.0) / 15.0) ** 2)))
    out, gained = routed(inflow_, reach, step)
    volume = [step * (f.sum() - 0.5 * (f[0] + f[-1])) for f in (inflow_, out)]
    assert volume[0] - volume[1] == pytest.approx(gained, rel=1e-9, abs=1e-9 * volume[0])
    assert reach.parts == 0 or sum(coefficients(reach.storage, reach.weight, step)) == pytest.approx(1.0)
    assert out.max() <= inflow_.max() * 1.001  # a flood never grows on its way
    assert out.min() >= flow * 0.97


def test_a_flood_crests_later_and_lower_downstream():
    time = np.arange(400) * 600.0
    wave = 50.0 + 200.0 * np.exp(-(((time - 40000.0) / 8000.0) ** 2))
    crests = []
    for length in (0.0, 10_000.0, 30_000.0, 60_000.0):
        out = wave if length == 0 else muskingum(wave, cunge(length, 150.0, 5e-4, 40.0, 0.035, 600.0), 600.0)
        crests.append((int(out.argmax()), float(out.max())))
    assert [c[0] for c in crests] == sorted({c[0] for c in crests})
    assert [c[1] for c in crests] == sorted([c[1] for c in crests], reverse=True)


def test_half_the_step_gives_the_same_flood():
    coarse, fine = run(step=900.0), run(step=225.0)
    assert np.allclose(coarse.discharge_max, fine.discharge_max, rtol=0.03)  # Tp holds half a step
    assert np.abs(coarse.peak_time - fine.peak_time).max() <= 1200.0
    medium = run(step=450.0)
    error = [float(np.abs(r.discharge_max - fine.discharge_max).max()) for r in (coarse, medium)]
    assert error[1] < error[0]


def test_lag_and_muskingum():
    wave = np.zeros(50)
    wave[5] = 10.0
    out = muskingum(wave, later(1500.0, 600.0), 600.0)
    assert out[7] == out[8] == pytest.approx(5.0)
    assert slowed(300.0, 0.2, 600.0) == later(300.0, 600.0)
    assert (
        min(coefficients(slowed(9000.0, 0.45, 600.0).storage, slowed(9000.0, 0.45, 600.0).weight, 600.0))
        >= 0.0
    )
    with pytest.raises(InvalidInputError, match="X of at most"):
        muskingum(wave, slowed(9000.0, 0.2, 600.0).__class__(600.0, 0.7), 600.0)


def test_the_order_of_a_network_and_its_recession():
    assert order(np.array([3, 0, 0, -1])).tolist() == [1, 2, 0, 3]
    with pytest.raises(InvalidInputError, match="in a circle"):
        order(np.array([1, 2, 0, -1]))
    assert recession(np.array([4.0]), 0.5, np.array([0.0, 86400.0])).ravel().tolist() == [4.0, 2.0]


@pytest.mark.parametrize("losses", ["curve-number", "green-ampt", "initial-constant"])
@pytest.mark.parametrize("routing", ["muskingum-cunge", "muskingum", "lag"])
@pytest.mark.parametrize("unit", ["scs", "clark"])
def test_every_way_keeps_its_water(losses, routing, unit):
    for until in (6 * 3600.0, 72 * 3600.0):
        result = run(losses=losses, routing=routing, unit=unit, member=3, until=until)
        assert abs(result.attrs["balance_error"]) < 1e-12
        assert float(result.discharge.min()) >= 0.0
    rain = 87.0 * np.exp(1.5)
    assert float(result.runoff_depth.max()) < rain
    assert float(result.discharge_max[3]) > float(result.discharge_max[0])


def test_a_wet_storm_a_gate_a_diversion_and_retained_rain():
    plain = run()
    wet = run(drive=lambda f: f.assign(rain_rate=(f.rain_rate * 1.5).assign_attrs(units="mm/h")))
    assert (wet.discharge_max > plain.discharge_max).all()
    gate = run([Action("gate", {"factor": 0.5}, where=["west"])])
    assert float(gate.discharge_max[0]) == pytest.approx(0.5 * float(plain.discharge_max[0]), rel=1e-6)
    assert float(gate.discharge_max[1]) == float(plain.discharge_max[1])
    assert float(gate.discharge_max[3]) < float(plain.discharge_max[3])
    divert = run([Action("divert", {"discharge": 60.0}, where="fork")])
    assert float(divert.discharge_max[2]) == pytest.approx(float(plain.discharge_max[2]) - 60.0, rel=1e-5)
    retain = run([Action("retain", {"number": 10.0})])
    assert (retain.runoff_depth < plain.runoff_depth).all()
    for result in (gate, divert, retain):
        assert abs(result.attrs["balance_error"]) < 1e-12
    with pytest.raises(InvalidInputError, match="There is no node"):
        run([Action("retain", {"number": 10.0}, where=["nowhere"])])
    with pytest.raises(InvalidInputError, match="There is no node nowhere; expected some of west"):
        run([Action("gate", {"factor": 0.5}, where=["nowhere"])])
    with pytest.raises(InvalidInputError, match="Nodes are named, not drawn"):
        run([Action("gate", {"factor": 0.5}, where={"type": "Point", "coordinates": [0, 0]})])


def test_an_ensemble_gives_hydrographs_that_flow_into_a_flood():
    site, forcing, until = Hydrology.example()
    ensemble = run_ensemble(Request(Hydrology(), site, forcing, until, members=4, timed=(0, 1, 2, 3)))
    found = hydrographs(ensemble)
    assert found.dims == ("member", "time", "node")
    assert float(found.std("member").max()) > 1.0
    ground, _, _ = Flood.example()
    lon, lat = Grid.of(ground).degrees()
    drive = inflow(found.sel(member=1), {"town": (float(lon[20, 1]), float(lat[20, 1]))})
    town = found.sel(member=1, node="town")
    start = float(town.time.values[int(np.argmax(town.values))]) - 600.0
    drive = drive.assign_coords(time=drive.time - start)
    drive = drive.isel(time=drive.time.values >= 0)
    flood = Flood(inflow_spread=0.0).simulate(ground, drive, until=1200.0)
    assert float(flood.water_depth_max.max()) > 0.5
    with pytest.raises(InvalidInputError, match="There is no node"):
        inflow(found.sel(member=1), {"nowhere": (0.0, 0.0)})


def test_the_rivers_of_the_demo_region():
    import geopandas

    rivers = geopandas.read_parquet(DEMO / "rivers.parquet")
    site = network(rivers)
    total = float(rivers.area_km2[site.downstream.values < 0].sum())
    assert float(site.basin_area.sum()) == pytest.approx(total, rel=0.03)
    rain = xr.Dataset(
        {"rain_rate": ("time", [20.0, 0.0], {"units": "mm/h"})}, coords={"time": [0.0, 3 * 3600.0]}
    )
    model = Hydrology()
    ready = model.prepare(site, rain, until=24 * 3600.0)
    result = model.run(ready, model.sample(Streams(1, 0)))
    assert abs(result.attrs["balance_error"]) < 1e-12
    largest = int(np.argmax(rivers.area_km2.to_numpy()))
    assert int(np.argmax(result.discharge_max.values)) == largest
    # a few hundred km^2 crest hours after the small ones
    assert float(result.peak_time[largest]) > float(result.peak_time.median())
    with pytest.raises(InvalidInputError, match="no column"):
        network(rivers.drop(columns="width_m"))


@pytest.mark.parametrize(
    ("change", "drive", "said"),
    [
        (
            lambda s: s.assign(downstream=("node", [2.0, 2.0, 9.0, -1.0], {"units": "1"})),
            None,
            "whole numbers",
        ),
        (lambda s: s.assign(downstream=("node", [1.0, 0.0, 3.0, -1.0], {"units": "1"})), None, "in a circle"),
        (
            lambda s: s.assign(basin_area=(s.basin_area * 0).assign_attrs(units="km^2")),
            None,
            "nothing that rain",
        ),
        (lambda s: s.assign(curve_number=(s.curve_number + 40).assign_attrs(units="1")), None, "Is its unit"),
        (None, lambda f: f.assign(rain_rate=(-f.rain_rate).assign_attrs(units="mm/h")), "Is its unit"),
        (None, lambda f: f.isel(node=slice(2)), "for 2 nodes"),
        (None, lambda f: f.assign_coords(time=f.time + 60.0), "give a value at time 0"),
        (None, lambda f: f.drop_vars("rain_rate"), "has no rain rate"),
        (
            None,
            lambda f: f.assign(rain_rate=(f.rain_rate * np.nan).assign_attrs(units="mm/h")),
            "missing values",
        ),
    ],
)
def test_bad_inputs_are_refused(change, drive, said):
    with pytest.raises(InvalidInputError, match=said):
        run(change=change, drive=drive)


def test_it_is_right_without_a_compiler():
    code = (
        "import numpy as np; from watchfloor.hazards.hydrology.cases import emptying\n"
        "print(round(emptying(), 2))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "2.24"
