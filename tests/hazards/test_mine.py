"""Gas in mines: it is neither made nor lost, a trend is told with its doubt, and air helps."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import theilslopes

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.hazards.action import Action
from watchfloor.hazards.mine import Mine
from watchfloor.hazards.mine.air import needed_air, steady, time_to_limit, trend
from watchfloor.hazards.mine.limits import LIMITS, limit
from watchfloor.hazards.streams import Streams


def gather(actions=(), member=0, site=None, forcing=None, until=None, fidelity="standard", **parameters):
    usual, drive, length = Mine.example()
    model, streams = Mine(**parameters), Streams(1, member)
    ready = model.prepare(
        usual if site is None else site,
        drive if forcing is None else forcing,
        until=until or length,
        fidelity=fidelity,
    )
    patches = [p for p in model.patches(actions, streams) if p.kind != "exposure"]
    return model.run(ready, model.sample(streams), patches, times=True)


def heading(airflow=10.0, volume=1000.0, start=0.0):
    return xr.Dataset(
        {
            "room_volume": ("node", [volume], {"units": "m^3"}),
            "airflow": ("node", [airflow], {"units": "m^3/s"}),
            "methane_fraction": ("node", [start], {"units": "percent"}),
        }
    )


def inflow(*values, times=None):
    return xr.Dataset(
        {"gas_inflow": (("time", "node"), np.array(values, float)[:, None], {"units": "m^3/s"})},
        coords={"time": np.arange(len(values)) * 600.0 if times is None else times},
    )


def test_steady_gas_and_air():
    made = gather(site=heading(), forcing=inflow(0.1), until=3 * 3600.0)
    assert float(made.methane_fraction[-1, 0]) == pytest.approx(100 * float(steady(0.1, 10.0)), rel=1e-5)


def test_still_air_fills_as_the_formula_says_whatever_the_step():
    seconds = 7200.0
    for step in (10.0, 60.0, 3600.0):
        made = gather(site=heading(airflow=0.0), forcing=inflow(0.05), until=seconds, step=step, withdraw=2.0)
        assert float(made.methane_fraction_max[0]) == pytest.approx(
            100 * (1 - np.exp(-0.05 * seconds / 1000)), rel=1e-5
        )
    # passed at -ln(1 - c) V / q
    fine = gather(site=heading(airflow=0.0), forcing=inflow(0.05), until=seconds, step=10.0, withdraw=2.0)
    assert float(fine.time_to_limit[0]) == pytest.approx(-np.log(0.98) * 1000 / 0.05, rel=1e-3)


def test_a_return_carries_what_the_face_gives():
    site = xr.Dataset(
        {
            "room_volume": ("node", [500.0, 800.0], {"units": "m^3"}),
            "airflow": ("node", [10.0, 10.0], {"units": "m^3/s"}),
            # the return is listed first
            "air_from": ("node", [1.0, -1.0], {"units": "1"}),
        }
    )
    forcing = xr.Dataset(
        {"gas_inflow": (("time", "node"), [[0.05, 0.05]], {"units": "m^3/s"})}, coords={"time": [0.0]}
    )
    made = gather(site=site, forcing=forcing, until=3 * 3600.0)
    face = float(steady(0.05, 10.0))
    assert made.methane_fraction[-1].values == pytest.approx(
        [100 * float(steady(0.05, 10.0, face)), 100 * face], rel=1e-4
    )


@settings(max_examples=30, deadline=None)
@given(
    air=st.floats(0, 50),
    gas=st.floats(0, 5),
    volume=st.floats(10, 1e5),
    start=st.floats(0, 100),
    step=st.floats(30, 3600),
)
def test_no_gas_is_made_or_lost(air, gas, volume, start, step):
    made = gather(site=heading(air, volume, start), forcing=inflow(gas, 0.0), until=3600.0, step=step)
    assert abs(made.attrs["balance_error"]) < 1e-9
    assert float(made.methane_fraction.min()) >= 0
    assert float(made.methane_fraction.max()) <= 100 * (1 + 1e-6)


def test_readings_tell_the_inflow_and_where_it_is_heading():
    site = heading(airflow=20.0).drop_vars("methane_fraction")
    past = np.arange(-24, 1) * 600.0
    line = 0.8 + 0.1 * past / 3600.0
    forcing = xr.Dataset(
        {"methane_fraction": (("time", "node"), line[:, None], {"units": "percent"})}, coords={"time": past}
    )
    made = gather(site=site, forcing=forcing, until=6 * 3600.0)
    # the readings go on as they went
    assert float(made.methane_fraction[0, 0]) == pytest.approx(0.8, abs=1e-6)
    assert float(made.methane_fraction[-1, 0]) == pytest.approx(1.4, rel=0.01)
    assert float(made.time_to_limit[0]) == 6 * 3600.0
    sooner = gather(site=site, forcing=forcing, until=6 * 3600.0, withdraw=1.2)
    assert float(sooner.time_to_limit[0]) == pytest.approx(4 * 3600.0, rel=0.02)


def test_a_trend_is_not_turned_by_one_wrong_reading():
    t = np.arange(30) * 60.0
    y = 0.5 + 1e-4 * t
    spoilt = y.copy()
    spoilt[[4, 17]] = [9.0, 0.0]
    assert trend(t, spoilt).slope == pytest.approx(1e-4, rel=0.02)
    # the slope and its interval are those of SciPy
    rng = np.random.default_rng(1)
    noisy = y + rng.normal(0, 0.05, 30)
    found, told = trend(t, noisy), theilslopes(noisy, t)
    assert found.slope == pytest.approx(told.slope)
    assert found.error * 1.96 * 2 == pytest.approx(told.high_slope - told.low_slope, rel=0.05)


def test_the_time_to_a_limit_is_told_with_its_doubt():
    inside, seeds = 0, 80
    t = np.arange(-36, 1) * 300.0
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        y = 1.0 + 2e-5 * t + rng.normal(0, 0.03, t.size)
        draws = time_to_limit(trend(t, y), 1.5, 500, rng)
        low, high = np.quantile(draws, [0.05, 0.95])
        inside += bool(low <= 0.5 / 2e-5 <= high)
    print(f"time to limit: 90 % interval held the truth in {inside} of {seeds}")
    assert 0.8 <= inside / seeds <= 1.0
    assert np.isinf(time_to_limit(trend(t, 1.0 - 1e-4 * t[::-1] * 0 - 1e-4 * t), 5.0)).all()
    assert (time_to_limit(trend(t, 2.0 + 0 * t), 1.5) == 0).all()


@pytest.mark.parametrize(
    ("action", "better"),
    [
        (Action("ventilate", {"airflow": 20.0}), True),
        (Action("drain", {"factor": 0.4}), True),
        (Action("fan-stop", {"factor": 0.1}), False),
    ],
)
def test_air_helps_and_its_failure_harms(action, better):
    plain, other = gather(), gather([action])
    sign = 1.0 if better else -1.0
    assert (sign * (plain.methane_fraction_max - other.methane_fraction_max) >= -1e-6).all()
    assert float(sign * (plain.methane_fraction_max[0] - other.methane_fraction_max[0])) > 0.1
    assert float(sign * (other.time_to_limit[0] - plain.time_to_limit[0])) >= 0
    assert float(sign * (plain.limit_duration.sum() - other.limit_duration.sum())) >= 0


def test_more_air_in_one_working_stays_there():
    plain, other = gather(), gather([Action("ventilate", {"airflow": 5.0}, ["heading"])])
    assert float(other.methane_fraction_max[2]) <= float(plain.methane_fraction_max[2])
    assert np.array_equal(other.methane_fraction[:, 0], plain.methane_fraction[:, 0])
    assert np.all(other.methane_fraction[5:, 2].values < 0.8 * plain.methane_fraction[5:, 2].values)


def test_power_and_people_change_no_gas():
    model = Mine()
    for name in ("power-cut", "evacuate"):
        assert {patch.kind for patch in model.patches([Action(name)], Streams(1, 0))} == {"exposure"}


def test_people_who_leave_an_area_do_not_stop_a_simulation():
    site, forcing, until = Mine.example()
    square = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}
    made = Mine().simulate(site, forcing, [Action("evacuate", {}, square)], until=until)
    assert np.array_equal(made.methane_fraction_max[0], gather().methane_fraction_max)


def test_levels_follow_the_rule():
    for name, rule in LIMITS.items():
        made = gather(rule=name)
        most = made.methane_fraction_max.values
        expected = (most >= rule.act / 2).astype(int) + (most >= rule.act) + (most >= rule.withdraw)
        assert np.array_equal(made.trigger_level.values, expected)
        assert made.attrs["rule"] == rule.source
        assert 0 < rule.act <= rule.withdraw
        assert rule.zh
    with pytest.raises(UnknownNameError):
        limit("the moon")


def test_air_that_is_needed():
    q = needed_air(0.2, 0.008, 0.001)
    assert float(steady(0.2, q, 0.001)) == pytest.approx(0.008)
    with pytest.raises(InvalidInputError, match="fresher air"):
        needed_air(0.2, 0.001, 0.002)


def test_preview_agrees():
    fine, coarse = gather(), gather(fidelity="preview")
    assert np.allclose(fine.methane_fraction_max, coarse.methane_fraction_max, rtol=0.01)


@pytest.mark.parametrize(
    ("site", "forcing", "said"),
    [
        (heading().drop_vars("airflow"), inflow(0.1), "has no airflow"),
        (heading(airflow=-1.0), inflow(0.1), "Is its unit"),
        (heading(volume=0.0), inflow(0.1), "Is its unit"),
        (heading().assign(air_from=("node", [0.0], {"units": "1"})), inflow(0.1), "in a ring"),
        (heading().assign(air_from=("node", [3.0], {"units": "1"})), inflow(0.1), "whole numbers"),
        (heading(), inflow(-0.1), "Is its unit"),
        (heading(), inflow(np.nan), "missing values"),
        (heading(), xr.Dataset(), "No gas comes in"),
        (
            heading(),
            xr.Dataset(
                {"methane_fraction": (("time", "node"), [[0.5], [0.6]], {"units": "percent"})},
                coords={"time": [-60.0, 0.0]},
            ),
            "needs at least 4",
        ),
    ],
)
def test_impossible_mines_are_refused(site, forcing, said):
    with pytest.raises(InvalidInputError, match=said):
        gather(site=site, forcing=forcing, until=3600.0)


def test_an_unknown_working_is_named():
    with pytest.raises(InvalidInputError, match="no working adit"):
        gather([Action("ventilate", {}, ["adit"])])
