"""Readings of gauges weigh the members of an ensemble: towards the truth, by the textbook, and never against reason."""

import numpy as np
import pytest

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.hazards.ensemble import Request, run
from watchfloor.hazards.ensemble.weighing import Reading, Weights, weigh
from watchfloor.hazards.flood import Flood
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.hydrology import Hydrology
from watchfloor.hazards.streams import Streams

MEMBERS = 40


@pytest.fixture(scope="module")
def flood():
    model = Flood(frames=13)
    site, forcing, until = model.example()
    request = Request(
        model, site, forcing, until, members=MEMBERS, fidelity="preview", timed=tuple(range(MEMBERS))
    )
    return run(request)


@pytest.fixture(scope="module")
def gauges(flood):
    course = flood.course(0)
    lon, lat = Grid.of(course).degrees()
    depth = np.asarray(course.water_depth.isel(time=6))
    rows, columns = np.nonzero(depth > 0.5 * depth.max())
    picked = range(0, rows.size, max(1, rows.size // 4))
    return [(float(lon[rows[k], columns[k]]), float(lat[rows[k], columns[k]])) for k in picked]


def truth(flood, seed):
    """Return a flood of the same kind that is none of the members."""
    asked = flood.request
    return asked.model.run(asked.prepared(), asked.model.sample(Streams(1000 + seed, 7)), times=True)


def readings(course, gauges, error=0.05):
    grid = Grid.of(course)
    cells = [grid.place(*place) for place in gauges]
    return [
        Reading("water_depth", float(course.water_depth[6, row, column]), error, float(course.time[6]), place)
        for place, (row, column) in zip(gauges, cells, strict=True)
    ]


def test_gauges_half_way_bring_the_forecast_of_the_end_closer_to_a_truth_that_is_no_member(flood, gauges):
    before = after = 0.0
    for seed in range(6):
        true = truth(flood, seed)
        weights = weigh(flood, readings(true, gauges))
        depths = flood.data.water_depth_max
        before += float(np.square(depths.mean("member") - true.water_depth_max).mean())
        after += float(np.square(weights.mean(depths) - true.water_depth_max).mean())
        assert weights.share.sum() == pytest.approx(1.0)
        assert 1.0 <= weights.effective <= MEMBERS
    assert after < 0.5 * before, f"{np.sqrt(after / before):.2f} of the error is left"


def test_a_member_that_was_read_exactly_is_found(flood, gauges):
    weights = weigh(flood, readings(flood.course(5), gauges, error=0.002))
    assert int(weights.member[weights.share.argmax()]) == 5


def test_readings_that_say_nothing_leave_all_alike(flood, gauges):
    weights = weigh(flood, readings(flood.course(5), gauges, error=1e6))
    assert weights.effective == pytest.approx(MEMBERS)
    same = weights.mean(flood.data.water_depth_max)
    assert np.allclose(same, flood.data.water_depth_max.mean("member"), atol=1e-5)


def test_weights_are_those_of_the_normal_law():
    made = Hydrology()
    site, forcing, until = made.example()
    ensemble = run(Request(made, site, forcing, until, members=5, fidelity="preview", timed=tuple(range(5))))
    moment = float(ensemble.course(0).time[20])
    told = np.array([float(ensemble.course(k).discharge.sel(node="town")[20]) for k in range(5)])
    weights = weigh(ensemble, [Reading("discharge", float(told[0]), 30.0, moment, "town")])
    likely = np.exp(-0.5 * ((told - told[0]) / 30.0) ** 2)
    assert weights.share == pytest.approx(likely / likely.sum(), rel=1e-5)
    with pytest.raises(UnknownNameError, match="town"):
        weigh(ensemble, [Reading("discharge", 1.0, 1.0, moment, "twon")])


def test_far_off_readings_give_finite_weights(flood, gauges):
    weights = weigh(flood, [Reading("water_depth", 500.0, 1e-3, 600.0, gauges[0])])
    assert np.isfinite(weights.share).all()
    assert weights.share.sum() == pytest.approx(1.0)
    assert Weights(np.arange(2), np.array([0.5, 0.5])).effective == 2.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"field": "snow"}, "snow"),
        ({"second": 1e9}, "outside of the run"),
        ({"place": (0.0, 0.0)}, "outside of the site"),
        ({"error": 0.0}, "above zero"),
        ({"value": float("nan")}, "expected numbers"),
    ],
)
def test_readings_that_cannot_be_are_refused(flood, gauges, change, said):
    good = {"field": "water_depth", "value": 1.0, "error": 0.1, "second": 600.0, "place": gauges[0]}
    with pytest.raises((InvalidInputError, UnknownNameError), match=said):
        weigh(flood, [Reading(**(good | change))])


def test_without_courses_or_readings_it_says_what_to_ask_for(flood):
    with pytest.raises(InvalidInputError, match="timed"):
        weigh(flood, [])
