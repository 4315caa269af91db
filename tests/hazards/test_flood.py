"""Flood: water is kept, levees hold, pumps pump, and coarse and fine grids agree."""

import os
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Action
from watchfloor.hazards.flood import Flood
from watchfloor.hazards.flood.cases import wave
from watchfloor.hazards.flood.state import begin
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.streams import Streams
from watchfloor.hazards.water import cube_root


def run(actions=(), member=0, change=None, drive=None, fidelity="standard", times=False, **parameters):
    site, forcing, until = Flood.example()
    site = change(site) if change is not None else site
    forcing = drive(forcing) if drive is not None else forcing
    model, streams = Flood(**parameters), Streams(4, member)
    ready = model.prepare(site, forcing, until=until, fidelity=fidelity)
    return model.run(ready, model.sample(streams), model.patches(actions, streams), times=times)


def high_water(forcing):
    """No rain, and much more water in the river."""
    return forcing.assign(
        rain_rate=("time", [0.0, 0.0], {"units": "mm/h"}),
        discharge=(("time", "source"), [[100.0], [300.0]], {"units": "m^3/s"}),
    )


def line(row: int, first: int, last: int) -> dict:
    """Return a line along a row of the example's grid."""
    site, _, _ = Flood.example()
    lon, lat = Grid.of(site).degrees()
    return {
        "type": "LineString",
        "coordinates": [[float(lon[row, c]), float(lat[row, c])] for c in (first, last)],
    }


def test_thecube_root_is_one():
    values = 10.0 ** np.linspace(-5, 3, 200)
    assert np.allclose([cube_root(v) for v in values], np.cbrt(values), rtol=1e-9)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), rain=st.floats(0, 200), roughness=st.floats(0.01, 0.2))
def test_no_water_is_made_or_lost_on_any_ground(seed, rain, roughness):
    rng = np.random.default_rng(seed)

    def change(site):
        shape = site.elevation.shape
        return site.assign(
            elevation=(("y", "x"), rng.random(shape) * 8, {"units": "m"}),
            manning_roughness=(("y", "x"), np.full(shape, roughness), {"units": "s/m^(1/3)"}),
            infiltration_rate=(("y", "x"), rng.random(shape) * 20, {"units": "mm/h"}),
        )

    result = run(change=change, drive=lambda f: f.assign(rain_rate=("time", [rain, 0.0], {"units": "mm/h"})))
    assert abs(result.attrs["balance_error"]) < 1e-10
    assert float(result.water_depth_max.min()) >= 0.0


def test_a_levee_keeps_the_far_side_dry_and_a_higher_one_is_never_worse():
    # the river runs along row 20; a levee along row 18 guards the rows above it
    quiet = {"drive": high_water}
    behind = {
        height: run([Action("levee", {"height": height}, line(18, 0, 47))], **quiet)
        for height in (0.0, 1.5, 5.0)
    }
    wet = [float(result.water_depth_max[:17].sum()) for result in behind.values()]
    assert wet[0] > 0.5
    assert wet[0] >= wet[1] >= wet[2]
    assert wet[2] == 0.0


def test_a_levee_that_is_late_lets_the_first_water_through():
    quiet = {"drive": high_water}
    early = run([Action("levee", {"height": 3.0}, line(18, 0, 47))], **quiet)
    late = run([Action("levee", {"height": 3.0}, line(18, 0, 47), start=2000.0)], **quiet)
    assert float(late.water_depth_max[:17].sum()) > float(early.water_depth_max[:17].sum())


def test_a_gate_and_a_pump_lower_the_water():
    plain, gate = run(), run([Action("gate", {"factor": 0.4})])
    assert float(gate.water_depth_max.sum()) < 0.9 * float(plain.water_depth_max.sum())
    pump = run([Action("pump", {"discharge": 20.0}, line(20, 20, 30))])
    assert float(pump.water_depth_max[18:23, 30:].sum()) < float(plain.water_depth_max[18:23, 30:].sum())


def test_more_rain_is_never_less_water():
    depths = [
        float(
            run(
                drive=lambda f, r=rain: f.assign(rain_rate=("time", [r, 0.0], {"units": "mm/h"}))
            ).water_depth_max.sum()
        )
        for rain in (0.0, 20.0, 80.0)
    ]
    assert depths == sorted(depths)


def test_thirsty_soil_takes_up_water_and_a_soaked_one_less():
    def soil(suction):
        return lambda site: site.assign(
            infiltration_rate=xr.full_like(site.elevation, 10.0).assign_attrs(units="mm/h"),
            suction_deficit=xr.full_like(site.elevation, suction).assign_attrs(units="mm"),
        )

    dry, soaked, sealed = run(change=soil(60.0)), run(change=soil(0.0)), run()
    total = [float(result.water_depth_max.sum()) for result in (dry, soaked, sealed)]
    assert total[0] < total[1] < total[2]


def test_the_front_arrives_later_farther_away_and_never_counts_as_the_length():
    result = run(drive=lambda f: f.assign(rain_rate=("time", [0.0, 0.0], {"units": "mm/h"})))
    river = result.arrival_time[20].values
    assert river[5] < river[20] < river[35]
    assert float(result.arrival_time.max()) == 2400.0
    assert ((result.inundation_duration > 0) == (result.arrival_time < 2400.0)).mean() > 0.99


def test_frames_are_evenly_spaced_and_the_maximum_bounds_them():
    result = run(times=True, frames=9)
    assert np.allclose(np.diff(result.time), 300.0)
    assert (result.water_depth.max("time") <= result.water_depth_max + 1e-5).all()


def test_finer_cells_bring_the_wave_closer_to_the_truth():
    coarse, fine = wave(0.03, 0.4, 50.0)[0], wave(0.03, 0.4, 12.5)[0]
    assert fine < coarse
    assert fine < 0.006


def test_preview_agrees_about_how_much_water_there_is():
    full, rough = run(), run(fidelity="preview")
    volume = [float(result.water_depth_max.mean()) for result in (full, rough)]
    assert volume[1] == pytest.approx(volume[0], rel=0.25)


def test_a_level_at_the_sea_floods_what_lies_below_it():
    def coast(site):
        z = np.tile(np.linspace(-2.0, 4.0, 48), (40, 1))
        sea = np.zeros_like(z)
        sea[:, 0] = 1
        return site.assign(
            elevation=(("y", "x"), z, {"units": "m"}), sea_mask=(("y", "x"), sea, {"units": "1"})
        )

    def tide(_):
        return xr.Dataset(
            {"sea_level": ("time", [-2.0, 1.0, 1.0], {"units": "m"})}, coords={"time": [0.0, 1200.0, 2400.0]}
        )

    result = run(
        change=coast, drive=tide, level_spread=0.0, first_row=False, last_row=False, west=False, east=False
    )
    level = coast(Flood.example()[0]).elevation + result.water_depth_max
    flooded = result.water_depth_max[20] > 0.1
    assert float(level[20].where(flooded).max()) == pytest.approx(1.0, abs=0.3)  # it runs up
    assert not bool(flooded[40])
    assert abs(result.attrs["balance_error"]) < 1e-10


@pytest.mark.parametrize(
    ("drive", "said"),
    [
        (lambda f: f.assign(rain_rate=("time", [-4.0, 0.0], {"units": "mm/h"})), "Is its unit"),
        (lambda f: f.assign_coords(longitude=("source", [0.0])), "outside of the site"),
        (lambda f: f.assign_coords(time=[60.0, 1200.0]), "give a value at time 0"),
        (lambda f: f.reset_coords(["longitude"], drop=True), "longitude and latitude"),
        (lambda f: f.assign(discharge=f.discharge * np.nan), "does not say its unit|missing values"),
    ],
)
def test_bad_forcings_are_refused(drive, said):
    with pytest.raises(InvalidInputError, match=said):
        run(drive=drive)


def test_no_speed_is_told_beyond_what_the_faces_may_have():
    def cliff(site):
        z = np.tile(np.where(np.arange(48) < 24, 60.0, 0.0), (40, 1))
        return site.assign(elevation=(("y", "x"), z, {"units": "m"}))

    result = run(change=cliff, drive=high_water, fidelity="preview")
    most = np.sqrt(2 * 9.80665 * result.water_depth_max.clip(0.03))
    assert float(result.flow_speed_max.max()) > 1.0
    assert (result.flow_speed_max <= most * 1.0001).all()


def test_a_mask_without_a_level_is_refused():
    with pytest.raises(InvalidInputError, match="no sea_level"):
        run(change=lambda s: s.assign(sea_mask=xr.ones_like(s.elevation).assign_attrs(units="1")))


def test_times_under_water_are_those_of_a_sum_over_the_steps():
    rng = np.random.default_rng(5)
    z, axis, none = rng.random((14, 17)) * 0.4, np.arange(17) * 5.0, np.zeros((14, 17))
    h, rain = np.where(rng.random(z.shape) > 0.8, 0.3, 0.0), rng.random(z.shape) * 1e-4
    sea = np.arange(14), np.zeros(14, np.int64)
    grid = Grid(axis, axis[:14], "EPSG:32650")
    whole, steps = (
        begin(grid, z, h, none + 0.03, none, none, (False, True, False, False), sea) for _ in range(2)
    )
    under, came = np.zeros_like(z), np.where(h > 0.1, 0.0, 1e30)
    for k in range(40):
        end = 5.0 * (k + 1)
        for made in (whole, steps):
            made.arrays["stage"][:] = 0.5 if k % 8 < 4 else 0.0
            made.arrays["source"][:] = rain if k % 20 < 10 else -20.0 * rain
        whole.forward(end, 0.7, 0.1, 10**9)
        while steps.now < end:
            before = steps.now
            steps.forward(end, 0.7, 0.1, 1)
            wet = steps.arrays["h"] > 0.1
            under += (steps.now - before) * wet
            came = np.minimum(came, np.where(wet, steps.now, 1e30))
    assert (whole.arrays["h"] == steps.arrays["h"]).all()
    assert ((under > 0) & (under < 200.0)).sum() > 10
    inland = np.s_[:, 1:]  # at the sea, the level is set after the water has moved
    assert np.allclose(whole.arrays["duration"][inland], under[inland], rtol=0, atol=1e-9)
    assert (whole.arrays["arrival"] == came)[inland].all()
    assert whole.arrays["arrival"].min() == 0.0


def test_it_is_right_without_a_compiler():
    code = (
        "import numpy as np; from watchfloor.hazards.flood.state import begin; from watchfloor.hazards.grid import Grid\n"
        "n = 12; x = np.arange(n) * 10.0; z = np.tile((n - np.arange(n)) * 0.1, (3, 1)); none = np.zeros_like(z)\n"
        "no = np.zeros(0, np.int64); grid = Grid(x, x[:3], 'EPSG:32650')\n"
        "s = begin(grid, z, none, none + 0.03, none, none, (False, True, False, False), (no, no))\n"
        "s.arrays['source'][:] = 50 / 3.6e6; s.forward(3000.0, 0.7, 0.05, 10**9); left = s.left\n"
        "s.forward(3060.0, 0.7, 0.05, 10**9)\n"
        "print(round((s.left - left) / 60 / (n * 3 * 100 * 50 / 3.6e6), 2), abs(s.balance) < 1e-12)"
    )
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.stdout.split() == ["1.0", "True"], told.stderr[-500:]
