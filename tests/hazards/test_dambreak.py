"""Dam break: analytic cases, a laboratory's tsunami, breaches, tailings, and what people can do."""

import io
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Action
from watchfloor.hazards.dambreak import DamBreak
from watchfloor.hazards.dambreak.breach import Breach, drawdown, froehlich, tailings_release
from watchfloor.hazards.dambreak.cases import bowl, heap, ritter, stoker
from watchfloor.hazards.dambreak.state import begin
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.streams import Streams
from watchfloor.hazards.water import GRAVITY


def run(
    actions=(), member=0, change=None, drive=None, fidelity="standard", times=False, until=None, **parameters
):
    site, forcing, length = DamBreak.example()
    site = change(site) if change is not None else site
    forcing = drive(forcing) if drive is not None else forcing
    model, streams = DamBreak(**parameters), Streams(4, member)
    ready = model.prepare(site, forcing, until=until or length, fidelity=fidelity)
    return model.run(ready, model.sample(streams), model.patches(actions, streams), times=times)


def line(column: int, first: int, last: int) -> dict:
    """Return a line along a column of the example's grid."""
    site, _, _ = DamBreak.example()
    lon, lat = Grid.of(site).degrees()
    return {
        "type": "LineString",
        "coordinates": [[float(lon[r, column]), float(lat[r, column])] for r in (first, last)],
    }


def test_finer_cells_come_closer_to_the_truth():
    coarse, fine = ritter(10.0), ritter(2.5)
    assert fine[2] < 0.5 * coarse[2]
    assert fine[2] < 0.015
    assert bowl(100)[0] < 0.5 * bowl(50)[0]
    assert abs(stoker(2.5)[2] - 6.6385) < abs(stoker(10.0)[2] - 6.6385) + 0.01


def test_a_lake_turned_by_a_quarter_is_the_same_lake():
    # rows and columns are worked on by different code: a break along one is a break along the other
    z = np.zeros((40, 40))
    h = np.where(np.arange(40)[None, :] < 15, 4.0, 0.5) * np.ones((40, 1))
    across, along = begin(z, h, z, (5.0, 5.0)), begin(z, h.T, z, (5.0, 5.0))
    for state in (across, along):
        state.forward(8.0)
    assert np.allclose(across.inner("h"), along.inner("h").T, atol=1e-12)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), high=st.floats(0.1, 30.0), n=st.floats(0.0, 0.2), open_=st.booleans())
def test_no_water_is_made_or_lost_and_no_depth_is_negative(seed, high, n, open_):
    rng = np.random.default_rng(seed)
    z = rng.random((24, 30)) * 10
    h = np.where(rng.random(z.shape) < 0.3, high, 0.0)
    state = begin(z, h, np.full(z.shape, n), (10.0, 10.0), (open_,) * 4)
    state.forward(60.0)
    assert abs(state.balance) < 1e-11
    assert float(state.inner("h").min()) >= 0.0
    assert (state.left > 0) or not open_


def test_the_window_around_the_water_changes_nothing():
    # the same break with a film of water everywhere far away, which makes the whole grid be worked on
    z = np.tile(np.linspace(6, 0, 120), (60, 1))
    h = np.zeros(z.shape)
    h[20:40, 5:15] = 5.0
    alone, watched = begin(z, h, z * 0 + 0.03, (10.0, 10.0)), begin(z, h, z * 0 + 0.03, (10.0, 10.0))
    watched.inner("h")[[0, -1, 0, -1], [0, 0, -1, -1]] = 1e-9
    for state in (alone, watched):
        state.forward(40.0)
    assert np.allclose(alone.inner("h"), watched.inner("h"), atol=1e-6)


def test_froehlich_breaches_and_drawdown():
    piped, topped = froehlich(5e6, 20.0), froehlich(5e6, 20.0, overtopped=True)
    assert topped.width == pytest.approx(1.3 * piped.width)
    assert (piped.side, topped.side) == (0.7, 1.0)
    edges = np.linspace(0, 4 * 3600.0, 241)
    flow = drawdown(5e6, 20.0, piped, shape=2.5, edges=edges)
    assert flow.min() >= 0.0
    assert float(flow.sum()) * 60 == pytest.approx(5e6, rel=0.01)
    # a breach that grows for longer lets a lower, later wave out
    slow = drawdown(5e6, 20.0, Breach(piped.width, 5 * piped.time, piped.side), shape=2.5, edges=edges)
    assert slow.max() < flow.max()
    assert np.argmax(slow) > np.argmax(flow)
    finer = drawdown(5e6, 20.0, piped, shape=2.5, edges=edges, parts=80)
    assert np.abs(finer - flow).max() < 0.002 * flow.max()
    assert tailings_release(10e6) == pytest.approx(0.354 * 10**1.01 * 1e6)
    with pytest.raises(InvalidInputError, match="does not break"):
        drawdown(0.0, 20.0, piped, shape=1.0, edges=edges)


def test_what_runs_out_is_what_was_stored():
    result = run(until=6000.0, west=False, east=False, first_row=False, last_row=False, times=True)
    volume = float(result.water_depth[-1].sum()) * 25 * 25
    assert volume == pytest.approx(1.5e6, rel=0.02)
    assert abs(result.attrs["balance_error"]) < 1e-12


def test_the_wave_goes_down_the_valley():
    result = run()
    reached = [float(result.arrival_time[20, column]) for column in (4, 16, 28, 40)]
    assert reached == sorted(reached)
    assert reached[-1] < 1500.0
    assert float(result.arrival_time.max()) == 1500.0
    assert float(result.flood_hazard.max()) <= float(
        result.water_depth_max.max() * result.flow_speed_max.max()
    )
    assert ((result.inundation_duration > 0) == (result.arrival_time < 1500.0)).mean() > 0.99


def test_a_lower_reservoir_a_later_breach_and_a_levee_help():
    plain = run()
    lower = run([Action("lower-reservoir", {"depth": 6.0})])
    assert lower.attrs["peak_outflow"] < 0.8 * plain.attrs["peak_outflow"]
    assert float(lower.water_depth_max.sum()) < float(plain.water_depth_max.sum())
    late = run([Action("lower-reservoir", {"depth": 6.0}, start=900.0)])  # the dam is gone by then
    assert late.attrs["peak_outflow"] == plain.attrs["peak_outflow"]
    held = run([Action("hold-breach", {"delay": 0.2})])
    come = (plain.arrival_time < 700) & (held.arrival_time < 1500)
    assert float((held.arrival_time - plain.arrival_time).where(come).median()) == pytest.approx(
        720.0, abs=30.0
    )
    behind = {
        height: float(
            run([Action("levee", {"height": height}, line(44, 0, 39))]).water_depth_max[:, 46:].sum()
        )
        for height in (0.0, 1.5, 12.0)
    }
    assert behind[0.0] > 1.0
    assert behind[0.0] >= behind[1.5] >= behind[12.0]
    assert behind[12.0] == 0.0


def test_only_the_dam_that_is_named_is_lowered():
    other = run([Action("lower-reservoir", {"depth": 6.0}, where=["another"])])
    assert other.attrs["peak_outflow"] == run().attrs["peak_outflow"]


def test_more_water_is_never_less_flood():
    def more(factor):
        return lambda site: site.assign(
            reservoir_volume=(site.reservoir_volume * factor).assign_attrs(units="m^3")
        )

    # a larger reservoir takes longer to break: what counts is the whole of it
    floods = [run(change=more(factor), until=9000.0, fidelity="preview") for factor in (0.5, 1.0, 2.0)]
    depths = [float(flood.water_depth_max.sum()) for flood in floods]
    assert depths == sorted(depths)


def test_tailings_with_a_yield_stress_stop_earlier_than_water():
    assert heap(1.0) <= 0.5 < heap(1.2) < heap(1.6)
    water = run()
    mud = run(yield_stress=1500.0, viscosity=50.0, density=1600.0)

    def reach(result):
        return int(np.nonzero((result.water_depth_max > 0.1).any("y").values)[0].max())

    assert reach(mud) < reach(water) - 10
    assert float(mud.flow_speed_max.max()) < 0.7 * float(water.flow_speed_max.max())
    assert abs(mud.attrs["balance_error"]) < 1e-12


def test_a_wall_keeps_water_back_and_its_foot_is_found_on_coarse_cells():
    def walled(site):
        wall = np.zeros(site.elevation.shape)
        wall[:, 1] = 40.0
        return site.assign(barrier_height=(("y", "x"), wall, {"units": "m"}))

    fine, coarse = run(change=walled), run(change=walled, fidelity="preview")
    assert float(fine.water_depth_max[:, 0].max()) == 0.0
    assert float(coarse.water_depth_max.sum()) > 0.0
    assert abs(coarse.attrs["balance_error"]) < 1e-12


def test_a_standing_wall_of_water_breaks_at_once_and_a_river_joins():
    def lake(site):
        depth = np.zeros(site.elevation.shape)
        depth[15:25, :6] = 10.0
        bare = site.drop_vars(["reservoir_volume", "reservoir_depth"]).drop_dims("dam")
        return bare.assign(water_depth=(("y", "x"), depth, {"units": "m"}))

    result = run(change=lake, until=300.0)
    assert float(result.arrival_time[20, 12]) < 60.0
    lon, lat = Grid.of(DamBreak.example()[0]).degrees()
    river = xr.Dataset(
        {"discharge": (("time", "source"), [[50.0]], {"units": "m^3/s"})},
        coords={"time": [0.0], "longitude": ("source", [lon[20, 10]]), "latitude": ("source", [lat[20, 10]])},
    )
    both = run(change=lake, drive=lambda _: river, until=300.0)
    assert float(both.water_depth_max.sum()) > float(result.water_depth_max.sum())


def test_preview_agrees_about_the_flood():
    fine, rough = run(), run(fidelity="preview")
    assert float((rough.water_depth_max > 0.3).mean()) == pytest.approx(
        float((fine.water_depth_max > 0.3).mean()), rel=0.35
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s.drop_vars(["reservoir_volume", "reservoir_depth"]), "nothing to flow"),
        (lambda s: s.assign(reservoir_depth=("dam", [0.0], {"units": "m"})), "no depth at its dam"),
        (lambda s: s.assign_coords(longitude=("dam", [0.0])), "outside of the site"),
        (lambda s: s.drop_vars("longitude"), "where its dam is"),
        (lambda s: s.assign(reservoir_volume=("dam", [-5.0], {"units": "m^3"})), "Is its unit"),
        (lambda s: s.assign(reservoir_volume=("dam", [5.0])), "does not say its unit"),
        (lambda s: s.assign(elevation=(s.elevation * np.nan).assign_attrs(units="m")), "missing values"),
        (lambda s: s.assign_attrs(crs="EPSG:4326"), "does not measure in metres"),
    ],
)
def test_bad_sites_are_refused(change, said):
    with pytest.raises(InvalidInputError, match=said):
        run(change=change)


def test_it_is_right_without_a_compiler():
    code = (
        "import numpy as np; from watchfloor.hazards.dambreak.state import begin\n"
        "z = np.zeros((3, 50)); h = np.where(np.arange(50)[None] < 20, 5.0, 1.0) * np.ones((3, 1))\n"
        "s = begin(z, h, z, (10.0, 10.0)); s.forward(14.0)\n"
        "print(round(float(s.inner('h')[1, 23]), 1), abs(s.balance) < 1e-12)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["2.5", "True"]


def okushiri(realdata, every: int):
    """Run Benchmark 2 of the NOAA tsunami set on every so many cells; return times, s, and levels, cm, seen and computed."""
    folder = "floods/GeoscienceAustralia__anuga_core/validation_tests/experimental_data/okushiri/"
    with zipfile.ZipFile(realdata(folder + "Benchmark_2_Bathymetry.zip")) as packed:
        table = np.loadtxt(io.BytesIO(packed.read(packed.namelist()[0])), skiprows=1, delimiter=",")
    x, y = np.unique(table[:, 0]), np.unique(table[:, 1])
    order = np.lexsort((table[:, 0], table[:, 1]))
    z = table[order, 2].reshape(y.size, x.size)[::every, ::every]
    cell = float(x[1] - x[0]) * every
    wave = np.loadtxt(realdata(folder + "Benchmark_2_input.txt"), skiprows=1)
    seen = np.loadtxt(realdata(folder + "output_ch5-7-9.txt"), skiprows=1)
    # the wave that comes in over x = 0, laid out as a simple wave on a level bed before it (Stoker 1957, section 10.3):
    # each of its depths travels at 3 sqrt(g h) - 2 sqrt(g h0)
    still = -float(z[:, 0].mean())
    deep = still + wave[:, 1]
    begins = -wave[:, 0] * (3 * np.sqrt(GRAVITY * deep) - 2 * np.sqrt(GRAVITY * still))
    before = int(27.0 / cell)
    place = (np.arange(-before, 0) + 0.5) * cell
    level = np.interp(place, begins[::-1], deep[::-1], left=still)
    z = np.hstack([np.full((z.shape[0], before), -still), z])
    h = np.maximum(-z, 0.0)
    h[:, :before] = level
    state = begin(z, h, np.full(z.shape, 0.0025), (cell, cell))
    state.inner("hu")[:, :before] = level * 2 * (np.sqrt(GRAVITY * level) - np.sqrt(GRAVITY * still))
    gauges = [(4.521, 1.196), (4.521, 1.696), (4.521, 2.196)]
    cells = [(round(gy / cell), before + round(gx / cell)) for gx, gy in gauges]
    times = np.arange(0.0, 22.5, 0.05)
    told = []
    for now in times:
        state.forward(now + 0.05, 0.7)
        told.append([state.inner("h")[c] + z[c] for c in cells])
    levels = np.array([np.interp(times + 0.05, seen[:, 0], seen[:, k]) for k in (1, 2, 3)]).T
    return times, levels, np.array(told) * 100.0


def test_okushiri_gauges(realdata):
    # 400 times smaller than the island; the gauges' own level before the wave is 0.26 to 0.38 cm off zero
    times, seen, told = okushiri(realdata, 4)
    late = times > 10.0
    error = np.sqrt(np.mean((told - seen)[late] ** 2, axis=0))
    peak = told[late].max(axis=0) - seen[late].max(axis=0)
    assert (error < 0.6).all(), error
    assert (np.abs(peak) < 0.35).all(), peak
    assert np.abs(times[told.argmax(axis=0)] - times[seen.argmax(axis=0)]).max() < 0.5
