"""Landslides: thresholds, the infinite slope, gathering water, reach, inverse velocity, and what measures do."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.core.share import folder
from watchfloor.hazards.action import Action
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.landslide import Landslide
from watchfloor.hazards.landslide.drainage import fed, gathered, order, reach_slope, reached, wetness
from watchfloor.hazards.landslide.failure import failure
from watchfloor.hazards.landslide.stability import critical_wetness, instability, needed_cohesion
from watchfloor.hazards.landslide.threshold import THRESHOLDS, ratio, threshold
from watchfloor.hazards.streams import Streams

CONTROL = Streams(0, 0)
DAY = 86_400.0


def hillside(cells=30, cell=20.0, slope=0.6):
    """Return a straight slope of one angle between two level strips."""
    y = np.arange(cells)[::-1] * cell
    z = np.clip(y - 5 * cell, 0.0, (cells - 10) * cell) * slope + y * 0.01
    return xr.Dataset(
        {"elevation": (("y", "x"), np.tile(z[:, None], (1, cells)), {"units": "m"})},
        coords={"y": 3_000_000.0 + y, "x": 500_000.0 + np.arange(cells) * cell},
        attrs={"crs": "EPSG:32650"},
    )


def storm(rate=10.0):
    return xr.Dataset(
        {"rain_rate": ("time", [rate, 0.0], {"units": "mm/h"})}, coords={"time": [0.0, 43_200.0]}
    )


def run(site, forcing, streams=CONTROL, actions=(), until=DAY, times=False, **settings):
    model = Landslide(**settings)
    ready = model.prepare(site, forcing, until=until)
    return model.run(ready, model.sample(streams), model.patches(actions, streams), times=times)


# ---- thresholds


def test_the_ratio_is_that_of_the_worst_window():
    line = THRESHOLDS["caine 1980"]
    edges = np.arange(13) * 3600.0
    rain = np.zeros(12)
    rain[4:7] = 12.0
    # three hours of 12 mm/h are worse than one, and worse than twelve of 3
    expected = max(12.0 / float(line.rain(h)) for h in (1.0, 2.0, 3.0))
    assert float(ratio(edges, rain, line)) == pytest.approx(
        max(expected, 36.0 / 12.0 / float(line.rain(12.0)))
    )


@given(st.lists(st.floats(0.0, 80.0), min_size=3, max_size=20), st.floats(1.1, 5.0))
def test_more_rain_anywhere_never_lowers_the_ratio(rain, factor):
    edges = np.arange(len(rain) + 1) * 1800.0
    values = np.array(rain)
    line = THRESHOLDS["guzzetti 2008"]
    base = float(ratio(edges, values, line))
    more = values.copy()
    more[0] += 5.0
    assert float(ratio(edges, more, line)) >= base - 1e-12
    assert float(ratio(edges, values * factor, line)) == pytest.approx(base * factor, rel=1e-9, abs=1e-12)


def test_many_steps_tell_the_same_as_few():
    line = THRESHOLDS["caine 1980"]
    coarse = np.repeat([2.0, 9.0, 4.0, 0.0], 6)
    few = float(ratio(np.arange(25) * 3600.0, coarse, line))
    many = float(ratio(np.arange(24 * 60 + 1) * 60.0, np.repeat(coarse, 60), line))
    assert many == pytest.approx(few, rel=0.02)


def test_an_unknown_threshold_is_named():
    with pytest.raises(UnknownNameError, match="threshold"):
        threshold("caines")


# ---- stability


@given(
    st.floats(0.0, 30.0),
    st.floats(20.0, 45.0),
    st.floats(0.3, 5.0),
    st.floats(5.0, 60.0),
    st.floats(0.0, 1.0),
)
def test_instability_critical_wetness_and_needed_cohesion_agree(cohesion, friction, depth, slope, wet):
    most = float(critical_wetness(cohesion, friction, depth, slope))
    if abs(most - wet) > 1e-6:
        assert (float(instability(cohesion, friction, depth, slope, wet)) >= 1.0) == (wet >= most)
    needed = float(needed_cohesion(friction, depth, slope, wet, 1.2))
    if needed > 0:
        assert float(instability(needed, friction, depth, slope, wet)) == pytest.approx(1 / 1.2)


def test_each_thing_works_in_its_direction():
    base = instability(5.0, 33.0, 1.5, 35.0, 0.5)
    assert instability(5.0, 33.0, 1.5, 35.0, 0.9) > base
    assert instability(8.0, 33.0, 1.5, 35.0, 0.5) < base
    assert instability(5.0, 36.0, 1.5, 35.0, 0.5) < base
    assert instability(5.0, 33.0, 2.5, 35.0, 0.5) > base
    assert instability(0.0, 33.0, 1.5, 0.0, 1.0) == 0.0


# ---- water


def test_no_water_is_lost_on_its_way_down():
    height = np.random.default_rng(3).random((40, 50)) * 20 + np.linspace(100, 0, 40)[:, None]
    rain = np.random.default_rng(4).random((40, 50))
    cells = order(height)
    whole = gathered(height, rain, cells, 10.0, 20.0)
    lower = np.zeros(height.shape, bool)
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            if i or j:
                near = np.full(height.shape, np.inf)
                rows, columns = slice(max(i, 0), 40 + min(i, 0)), slice(max(j, 0), 50 + min(j, 0))
                there = slice(max(-i, 0), 40 + min(-i, 0)), slice(max(-j, 0), 50 + min(-j, 0))
                near[there] = height[rows, columns]
                lower |= near < height
    assert whole[~lower].sum() == pytest.approx(rain.sum(), rel=1e-12)
    assert (whole >= rain - 1e-12).all()


def test_rain_is_remembered_as_a_linear_store_does():
    edges = np.array([0.0, 3600.0, 7200.0, 90_000.0])
    found = fed(edges, np.array([10.0, 0.0, 0.0]), 24.0)
    first = 10.0 * (1 - np.exp(-1 / 24))
    assert found == pytest.approx([first, first * np.exp(-1 / 24), first * np.exp(-24 / 24)])
    halves = fed(np.array([0.0, 1800.0, 3600.0]), np.array([10.0, 10.0]), 24.0)
    assert halves[-1] == pytest.approx(first)
    assert float(wetness(1e9, 20.0, 30.0)) == 1.0


def test_the_soil_holds_no_more_than_what_fell_and_no_more_than_flows_to_it():
    # 60 mm in a day on soil of 1.5 m with 15 % of free pores fill 0.27 of it, however far the ridge is
    site = hillside(cell=100.0, slope=0.3).assign(antecedent_rain=((), 0.0, {"units": "mm/d"}))
    short = run(site, storm(5.0), memory=720.0)
    assert float(short.soil_wetness[15, 15]) == pytest.approx(0.060 / (0.15 * 1.5), rel=0.05)
    # steep, short and conductive ground lets go of it as it comes
    swift = site.assign(transmissivity=((), 5000.0, {"units": "m^2/d"}))
    assert float(run(swift, storm(5.0), memory=720.0).soil_wetness[6, 15]) < 0.1
    deep = site.assign(soil_depth=((), 3.0, {"units": "m"}))
    assert float(run(deep, storm(5.0), memory=720.0).soil_wetness[15, 15]) < 0.6 * float(
        short.soil_wetness[15, 15]
    )


def test_hollows_are_wetter_than_noses():
    x, y = np.meshgrid(np.arange(60) * 10.0, np.arange(60)[::-1] * 10.0)
    z = 0.5 * y + 8.0 * np.cos(x / 60.0)
    area = gathered(z, np.ones(z.shape), order(z), 10.0, 10.0)[30]
    hollow, nose = np.cos(x[30] / 60.0) < -0.9, np.cos(x[30] / 60.0) > 0.9
    assert area[hollow].mean() > 2 * area[nose].mean()


def test_compiled_loops_say_what_the_same_loops_say_uncompiled():
    from watchfloor.hazards import noise
    from watchfloor.hazards.landslide import drainage
    from watchfloor.hazards.landslide import threshold as rains

    draw = np.random.default_rng(7)
    height = draw.random((6, 7)) * 30.0
    cells = order(height)

    def both(loop, make, out):
        plain = getattr(loop, "py_func", loop)
        first, second = make(), make()
        loop(*first)
        plain(*second)
        assert first[out] == pytest.approx(second[out], rel=1e-5, abs=1e-6)

    both(drainage._gather, lambda: (height, np.ones((6, 7)), cells, 10.0, 12.0, 1.1), 1)
    slides = height > 25.0
    both(
        drainage._run,
        lambda: (
            height,
            np.where(slides, height, -np.inf),
            np.where(slides, 5.0, 1e9),
            cells,
            10.0,
            12.0,
            0.4,
        ),
        1,
    )
    parts = draw.random((4, 5, 6)).astype(np.float32)
    both(noise._sum, lambda: (*parts, np.zeros((6, 6), np.float32)), 4)
    depth, first, last = np.cumsum(draw.random((4, 3)), axis=0), np.array([0, 0, 1]), np.array([1, 3, 2])
    plain = getattr(rains._largest, "py_func", rains._largest)
    need = np.array([1.0, 0.4, 2.0])
    assert rains._largest(depth, first, last, need) == pytest.approx(plain(depth, first, last, need))


def test_all_times_in_one_pass_are_each_time_by_itself():
    from watchfloor.hazards.landslide.soak import Soak

    draw = np.random.default_rng(5)
    height = draw.random((7, 9)) * 40.0
    cells, moments = order(height), np.arange(1.0, 6.0) * 7200.0
    first, conducts, store, most = (
        draw.uniform(0.0, 0.3, (7, 9)),
        draw.uniform(2, 20, (7, 9)),
        draw.uniform(0.1, 0.4, (7, 9)),
        draw.random((7, 9)),
    )
    rain = np.array([1.0, 1.3, 0.2, 2.0, 0.5])
    for water in (draw.random(5) * 20.0, draw.random((5, 7, 9)) * 20.0):
        soak = Soak.of(moments, water, 48.0, height, cells, 10.0, 10.0)
        for caps in (np.ones((1, 1, 9)), draw.uniform(0.3, 1.0, (5, 7, 9))):
            wettest, arrival = soak.rise(first, conducts, store, most, rain=rain, caps=caps, until=1e6)
            each = np.stack([soak.wetness(n, first, conducts, store, rain[n], caps) for n in range(5)])
            assert wettest == pytest.approx(each.max(axis=0))
            much = each >= most
            expected = np.where(much.any(axis=0), moments[much.argmax(axis=0)], 1e6)
            assert (arrival == expected).all()
    assert 0.1 < np.mean(arrival < 1e6) < 1.0


# ---- reach


def test_larger_slides_reach_farther_and_never_uphill():
    assert reach_slope(1e6) < reach_slope(1e3)
    # steep for 60 cells, gentle for 120, and up again
    at = np.arange(201)
    height = np.select([at < 60, at < 180], [192.0 - 3.0 * at, 12.0 - 0.1 * (at - 60.0)], 0.5 * (at - 180.0))[
        None, :
    ]
    slides = np.zeros(height.shape, bool)
    slides[0, 40] = True
    cells = order(height)
    short, long = (reached(height, slides, cells, 5.0, 5.0, tangent)[0] > 0 for tangent in (0.4, 0.3))
    assert 15 < short.sum() < long.sum()
    # 72 - 0.3 L meets the gentle ground, 14 - 0.02 L
    assert long.sum() * 5.0 == pytest.approx(58.0 / 0.28, abs=6.0)
    assert not long[0, :40].any()
    # it does not climb the other side: the line is drawn along ways that go down only
    assert not reached(height, slides, cells, 5.0, 5.0, 0.01)[0][0, 181:].any()
    assert reached(height, np.zeros_like(slides), cells, 5.0, 5.0, 0.3)[0].max() == 0.0


def test_the_first_of_two_slides_sets_the_time():
    height = (100.0 - 1.0 * np.arange(60))[None, :]
    slides = np.zeros(height.shape, bool)
    slides[0, [10, 20]] = True
    when = np.where(np.arange(60) == 10, 900.0, 300.0)[None, :]
    energy, first = reached(height, slides, order(height), 1.0, 1.0, 0.5, when)
    assert (first[0, 11:20] == 900.0).all()
    assert (first[0, 20:] == 300.0).all()
    assert np.isinf(first[0, :10]).all()
    assert (energy[0, 21:] > 0).all()


# ---- inverse velocity


def creep(end=48.0, noise=0.0, until=40.0, seed=1):
    hours = np.arange(0.0, until, 1 / 6)
    moved = -20.0 * np.log(1.0 - hours / end)
    return hours * 3600.0, moved + np.random.default_rng(seed).normal(0.0, noise, hours.size)


def test_failure_is_foretold_through_noise_with_an_honest_interval():
    inside = []
    for seed in range(60):
        found = failure(*creep(noise=0.15, until=44.0, seed=seed))
        assert found is not None
        assert found.time / 3600 == pytest.approx(48.0, abs=6.0)
        low, high = found.between(0.9)
        inside.append(low <= 48.0 * 3600 <= high)
    assert np.mean(inside) >= 0.85


def test_a_slope_that_creeps_steadily_or_slows_down_does_not_fail():
    hours = np.arange(0.0, 40.0, 1 / 6)
    noise = np.random.default_rng(1).normal(0.0, 0.1, hours.size)
    for moved in (0.5 * hours, 20.0 * np.sqrt(hours), np.zeros(hours.size)):
        assert failure(hours * 3600.0, moved + noise) is None
    assert failure(hours[:10] * 3600.0, hours[:10]) is None


def test_holes_are_left_out_and_bad_readings_refused():
    time, moved = creep()
    moved[::7] = np.nan
    assert failure(time, moved).time / 3600 == pytest.approx(48.0, abs=0.5)
    with pytest.raises(InvalidInputError, match="expected as many"):
        failure(time, moved[:-1])
    with pytest.raises(InvalidInputError, match="do not rise"):
        failure(np.zeros(50), np.ones(50))
    with pytest.raises(InvalidInputError, match="has no error"):
        failure(time, moved, window=2)


def test_the_slope_of_the_demo_is_foretold_hours_ahead_and_stable_ground_is_not():
    path = Path(folder("data_samples")) / "demo" / "story" / "observations.parquet"
    table = pd.read_parquet(path)
    table = table[table.series.astype(str).str.startswith("demo/slope/") & (table.flag < 3)]
    fails = 136_800.0
    for series, part in table.groupby("series", observed=True):
        part = part.sort_values("offset")
        for lead, error in ((2.0, 0.25), (4.0, 0.5), (6.0, 1.5)):
            known = part[part.offset <= fails - lead * 3600.0]
            found = failure(known.offset.to_numpy(float), known.value.to_numpy(float))
            if int(str(series)[-2:]) <= 8:
                assert found is not None, series
                assert abs(found.time - fails) / 3600.0 < error, (series, lead)
            else:
                assert found is None, series


# ---- the model


def test_without_rain_nothing_slides_and_more_rain_never_makes_less():
    site = hillside()
    dry = run(site, storm(0.0))
    assert float(dry.slope_failure.max()) == 0.0
    assert float(dry.landslide_reach.max()) == 0.0
    assert (dry.arrival_time == DAY).all()
    rates = [run(site, storm(rate), Streams(3, 5)) for rate in (4.0, 10.0, 30.0)]
    for less, more in pairwise(rates):
        for name in ("slope_failure", "soil_wetness", "instability", "rain_threshold_ratio"):
            assert (more[name] >= less[name] - 1e-6).all(), name
        assert (more.arrival_time <= less.arrival_time).all()
    assert float(rates[-1].slope_failure.sum()) > 0


def test_probability_of_failure_is_that_of_the_drawn_soil():
    """On a slope of one angle, with water given by rain that fills the soil, it has a closed form."""
    from scipy.stats import norm

    site = hillside(slope=0.7)
    spread = {"cohesion_spread": 0.0, "depth_spread": 0.0, "transmissivity_spread": 0.0, "rain_spread": 0.0}
    model = Landslide(stands=-1.0, friction_spread=0.15, **spread)
    ready = model.prepare(site.assign(cohesion=((), 4.0, {"units": "kPa"})), storm(120.0), until=DAY)
    middle = (15, 15)
    slope = float(ready.arrays["slope"][middle])
    fails = np.mean(
        [model.run(ready, model.sample(Streams(6, n))).slope_failure.values[middle] for n in range(1, 400)]
    )
    lean = np.radians(slope)
    needed = (18 * 1.5 * np.sin(lean) * np.cos(lean) - 4.0) / ((18 - 9.81) * 1.5 * np.cos(lean) ** 2)
    expected = norm.cdf(np.log(needed / np.tan(np.radians(33.0))) / 0.15)
    assert 0.05 < expected < 1.0
    assert fails == pytest.approx(expected, abs=0.06)


def test_failures_of_neighbours_hang_together():
    site = hillside(cells=60)
    model = Landslide(shared=0.0, correlation=100.0, transmissivity_spread=0.0, rain_spread=0.0, stands=-1.0)
    ready = model.prepare(site, storm(20.0), until=DAY)
    worst = np.stack(
        [model.run(ready, model.sample(Streams(6, n))).instability.values[30] for n in range(1, 200)]
    )
    near = np.corrcoef(worst[:, 20], worst[:, 21])[0, 1]
    far = np.corrcoef(worst[:, 5], worst[:, 55])[0, 1]
    assert near > 0.7
    assert abs(far) < 0.3


def test_drains_help_where_and_while_they_are():
    site = hillside()
    lon, lat = Grid.of(site).degrees()
    west = {
        "type": "Polygon",
        "coordinates": [[[lon.min() - 0.01, lat.min() - 0.01], [lon[0, 14], lat.min() - 0.01], [lon[0, 14], lat.max() + 0.01],
                         [lon.min() - 0.01, lat.max() + 0.01], [lon.min() - 0.01, lat.min() - 0.01]]],
    }  # fmt: skip
    model = {"stands": 0.05}
    plain = run(site, storm(20.0), **model)
    drained = run(site, storm(20.0), actions=[Action("drain", {"wetness": 0.3}, where=west)], **model)
    assert float(plain.slope_failure[:, :12].sum()) > 0
    assert float(drained.slope_failure[:, :12].sum()) == 0
    assert (drained.soil_wetness[:, :12] <= 0.3 + 1e-6).all()
    assert (drained.slope_failure[:, 18:] == plain.slope_failure[:, 18:]).all()
    late = run(site, storm(20.0), actions=[Action("drain", {"wetness": 0.3}, start=80_000.0)], **model)
    assert (late.slope_failure == plain.slope_failure).all()


def test_closing_the_road_changes_who_is_there_only():
    model = Landslide()
    patches = model.patches([Action("close-road", {"fraction": 0.9})], CONTROL)
    assert [(p.kind, p.target, round(p.value, 6)) for p in patches] == [("exposure", "population", 0.1)]


def test_rain_on_a_map_is_as_rain_of_one_number():
    site = hillside()
    one = storm(12.0)
    grid = one.rain_rate.expand_dims(y=site.y, x=site.x).transpose("time", "y", "x")
    first, second = run(site, one), run(site, one.assign(rain_rate=grid))
    for name in ("soil_wetness", "instability", "rain_threshold_ratio", "slope_failure"):
        assert second[name].values == pytest.approx(first[name].values, abs=1e-5), name
    half = grid.where(grid.x < site.x[15], 0.0)
    east = run(site, one.assign(rain_rate=half.assign_attrs(units="mm/h")))
    assert float(east.rain_threshold_ratio[:, 20:].max()) == 0.0
    assert float(east.soil_wetness[15, 25]) < 0.5 * float(first.soil_wetness[15, 25])


def test_an_earthquake_sets_slopes_going_at_once_and_more_so_when_they_are_wet():
    site = hillside()
    quake = storm(0.0).assign(ground_acceleration=((), 15.0, {"units": "m/s^2"}))
    shaken = run(site, quake)
    assert float(shaken.slope_failure[12, 15]) == 1.0
    assert float(shaken.slope_failure[0, 15]) == 0.0
    assert float(shaken.arrival_time[12, 15]) == 0.0
    weak = run(site, storm(0.0).assign(ground_acceleration=((), 0.2, {"units": "m/s^2"})))
    assert float(weak.slope_failure.sum()) == 0.0
    stiff = site.assign(cohesion=((), 16.0, {"units": "kPa"}))
    areas = [
        float(
            run(
                stiff.assign(antecedent_rain=((), rain, {"units": "mm/d"})), quake, Streams(2, 3), stands=-1.0
            ).slope_failure.sum()
        )
        for rain in (0.0, 40.0)
    ]
    assert areas[1] > areas[0]


def test_factor_of_safety_falls_while_it_rains():
    result = run(hillside(), storm(10.0), times=True)
    middle = result.factor_of_safety[:, 15, 15]
    wet = middle.time <= 43_200.0
    assert (middle[wet.values].diff("time") <= 1e-6).all()
    assert float(middle.min()) == pytest.approx(1.0 / float(result.instability[15, 15]), rel=1e-4)


def test_a_finer_grid_tells_the_same_of_a_plain_slope():
    coarse = run(hillside(30, 20.0), storm(10.0)).soil_wetness
    fine = run(hillside(60, 10.0), storm(10.0)).soil_wetness
    assert float(fine[30, 30]) == pytest.approx(float(coarse[15, 15]), rel=0.1)


def test_watched_slopes_are_told_in_remarks_and_results():
    site, forcing, until = Landslide.example()
    model = Landslide()
    ready = model.prepare(site, forcing, until=until)
    assert any("prism 1 speeds up" in line for line in ready.remarks)
    result = model.run(ready, model.sample(CONTROL))
    assert float(result.failure_time.sel(station="prism 1")) / 3600 == pytest.approx(9.0, abs=0.2)
    assert float(result.failure_time.sel(station="prism 2")) == until


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s, f: (s.drop_vars("elevation"), f), "has no elevation"),
        (lambda s, f: (s.assign(soil_depth=((), -1.0, {"units": "m"})), f), "Depth of the soil"),
        (lambda s, f: (s.assign(friction_angle=((), 80.0, {"units": "degrees"})), f), "Angle of friction"),
        (lambda s, f: (s.assign(cohesion=((), 5.0, {"units": "m"})), f), "cannot be turned"),
        (lambda s, f: (s, f.assign(rain_rate=f.rain_rate.drop_attrs())), "does not say its unit"),
        (lambda s, f: (s, storm(-3.0)), "Rain rate"),
        (lambda s, f: (s, storm(np.nan)), "missing values"),
        (lambda s, f: (s, f.assign_coords(time=[10.0, 20.0])), "give a value at time 0"),
        (lambda s, f: (s.assign_attrs(crs="EPSG:4326"), f), "does not measure in metres"),
        (lambda s, f: (s, f.assign(displacement=(("reading", "station"), np.ones((9, 1)), {"units": "mm"}))), "reading_time"),
        (lambda s, f: (s, f.assign(rain_rate=(("time", "y", "x"), np.ones((2, 4, 4)), {"units": "mm/h"}))), "another grid"),
        (lambda s, f: (s, f.assign(ground_acceleration=(("y", "x"), np.ones((4, 4)), {"units": "m/s^2"}))), "another grid"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_a_sentence(change, said):
    site, forcing = change(hillside(), storm())
    with pytest.raises(InvalidInputError, match=said):
        Landslide().prepare(site, forcing, until=DAY)


def test_a_dem_with_holes_is_refused_and_one_with_few_is_mended():
    site = hillside()
    site.elevation.values[3, 3] = np.nan
    assert any("1 missing" in line for line in Landslide().prepare(site, storm(), until=DAY).remarks)
    site.elevation.values[:5] = np.nan
    with pytest.raises(InvalidInputError, match="fill them first"):
        Landslide().prepare(site, storm(), until=DAY)


def test_rain_that_is_not_given_is_none_and_it_is_said():
    ready = Landslide().prepare(hillside(), xr.Dataset(), until=DAY)
    assert "Rain rate is not given; 0 mm/h is assumed." in ready.remarks


def test_wide_cells_are_told():
    site = hillside(cell=100.0)
    assert any(
        "smooth steep slopes" in line for line in Landslide().prepare(site, storm(), until=DAY).remarks
    )
