"""How stations stand: level, silence, trend, hours to a threshold, sparklines true to their extremes."""

from datetime import timedelta

import numpy as np
import pytest

from watchfloor.core.clock import from_micros, micros
from watchfloor.store.cube import Cube
from watchfloor.store.records import Observation
from watchfloor.views.monitor.board import (
    FALLING,
    FLAGGED,
    RISING,
    SILENT,
    SPANS,
    board,
    grid,
    slopes,
)
from watchfloor.views.monitor.past import Cancelled, Past
from watchfloor.views.monitor.stations import LEVELS, known
from watchfloor.views.sensors import sensors

from .conftest import NOW, STEP, run, series


def now_board(floor, span="6h", width=36):
    cube = Cube.of(floor.store)
    cube.catch_up()
    return board(cube, known(floor), NOW, SPANS[span], width)


def then_board(floor, span="6h", width=36, at=NOW, as_of=None):
    held = known(floor, as_of)
    past = Past(floor.store, held.names, at - timedelta(days=8), at + timedelta(hours=1), as_of)
    return board(past, held, at, SPANS[span], width)


def of(made, name, column):
    return getattr(made.facts, column)[made.roster.place[name]]


@pytest.fixture(params=["cube", "past"])
def shown(request, busy):
    return now_board(busy) if request.param == "cube" else then_board(busy)


def test_levels_agree_with_the_one_place_that_reads_thresholds(busy, shown):
    theirs = {
        item.name: "" if item.crossed is None else item.crossed.severity.value
        for item in sensors(busy.store.series(), busy.store.latest(), NOW)
    }
    ours = {name: LEVELS[shown.facts.level[row]] for name, row in shown.roster.place.items()}
    assert ours == theirs
    assert (ours["t/high"], ours["t/low"], ours["t/bad"]) == ("Severe", "Moderate", "")


def test_silence_agrees_too(busy, shown):
    theirs = {item.name: item.silent for item in sensors(busy.store.series(), busy.store.latest(), NOW)}
    assert {name: bool(of(shown, name, "state") & SILENT) for name in theirs} == theirs
    assert theirs["t/silent"]
    assert theirs["t/never"]


def test_a_bad_value_is_flagged_and_reaches_no_level(shown):
    assert of(shown, "t/bad", "state") & FLAGGED
    assert of(shown, "t/bad", "level") == 0
    assert of(shown, "t/bad", "value") == 99


def test_a_straight_rise_is_told_with_its_slope_and_the_hours_to_the_next_threshold(shown):
    assert of(shown, "t/rising", "rate") == pytest.approx(0.3, rel=0.02)
    assert of(shown, "t/rising", "state") & RISING
    assert of(shown, "t/rising", "eta") == pytest.approx((3.0 - 2.0) / 0.3, rel=0.03)
    assert (
        shown.roster.stations[shown.roster.place["t/rising"]].thresholds[of(shown, "t/rising", "next")].name
        == "yellow"
    )


def test_what_is_level_silent_or_bad_has_no_trend(shown):
    for name in ("t/level", "t/silent", "t/bad", "t/never"):
        assert not of(shown, name, "state") & (RISING | FALLING), name
        assert np.isnan(of(shown, name, "eta")), name
    assert np.isnan(of(shown, "t/silent", "rate"))


def test_noise_is_no_trend():
    noise = np.random.default_rng(1).normal(0, 1, (400, 24))
    _, sure = slopes(np.arange(24.0), noise)
    assert sure.mean() < 0.06  # 2.5 standard errors: about 2 % by chance with 22 degrees of freedom
    _, sure = slopes(np.arange(24.0), noise + np.arange(24.0))
    assert sure.all()


def test_a_sparkline_keeps_every_extreme(floor):
    floor.store.describe([series("t/a")])
    values = np.zeros(36)
    values[17], values[30] = 50.0, -7.0
    floor.store.observe(run("t/a", values), known=NOW)
    for made in (now_board(floor, width=12), then_board(floor, width=12)):
        assert np.nanmax(made.spark) == 50
        assert np.nanmin(made.spark) == -7
        assert made.spark.shape == (1, 12, 2)


def test_flagged_values_are_marked_in_their_column_and_gaps_are_not(busy):
    for made in (now_board(busy), then_board(busy)):
        row = made.roster.place["t/bad"]
        assert np.flatnonzero(made.odd[row]).tolist() == [(micros(NOW) - made.end) // made.step + 36]
        assert not made.odd[made.roster.place["t/silent"]].any()


def test_the_cube_and_the_store_say_the_same(busy):
    one, other = now_board(busy), then_board(busy)
    np.testing.assert_array_equal(one.spark, other.spark)
    for name in ("time", "value", "flag", "level", "state", "next"):
        np.testing.assert_array_equal(getattr(one.facts, name), getattr(other.facts, name), name)


def test_the_past_shows_what_was_known_then(busy):
    busy.store.observe([Observation("t/level", NOW, 6.0)], known=NOW)  # a correction
    assert of(then_board(busy), "t/level", "value") == 6
    before = then_board(busy, as_of=NOW - timedelta(seconds=30))
    assert of(before, "t/level", "value") == 1
    assert of(before, "t/level", "level") == 0


def test_an_earlier_time_is_shown_as_it_was(busy):
    made = then_board(busy, at=NOW - STEP * 10)
    assert of(made, "t/rising", "value") == pytest.approx(2.0 - 0.05 * 10, abs=0.01)
    assert not of(made, "t/silent", "state") & RISING


def test_a_value_of_the_future_is_not_the_present(floor):
    floor.store.describe([series("t/a")])
    floor.store.observe(run("t/a", [1.0, 2.0, 9.0], end=NOW + timedelta(hours=2)), known=NOW)
    floor.store.observe(run("t/a", [1.5]), known=NOW)
    assert of(now_board(floor), "t/a", "value") == 1.5


def test_columns_lie_on_a_grid_that_time_does_not_move():
    first = grid(micros(NOW), SPANS["6h"], 36)
    later = grid(micros(NOW + timedelta(minutes=9)), SPANS["6h"], 36)
    assert first == later
    assert from_micros(first[0]) == NOW + timedelta(minutes=10)


def test_reading_the_past_can_be_given_up(busy):
    with pytest.raises(Cancelled):
        Past(busy.store, ["t/high"], NOW - STEP, NOW, wanted=lambda: False)


def test_an_empty_floor_has_an_empty_board(floor):
    made = now_board(floor)
    assert made.spark.shape == (0, 36, 2)
    assert len(made.facts.time) == 0
