"""The checks of one series, each on a case where it must speak and on one where it must not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.errors import InvalidInputError
from watchfloor.diagnosis.quality import checks
from watchfloor.diagnosis.quality.limits import LIMITS, limits_of
from watchfloor.diagnosis.quality.neighbours import align, nearest, neighbour

MINUTES = 600_000_000


def axis(n: int, step: int = MINUTES) -> np.ndarray:
    return 1_780_000_000_000_000 + np.arange(n, dtype=np.int64) * step


def wave(n: int = 400, height: float = 4.0, rise: int = 30) -> np.ndarray:
    """Return a flood wave: two hundred calm samples, a steep front, a slow fall; quiet noise."""
    at = np.arange(n) - n // 2
    body = np.where(at < 0, np.exp(at / (rise / 3)), np.exp(-at / (3 * rise)))
    return np.round(1.0 + height * body + 0.008 * np.random.default_rng(1).standard_normal(n), 2)


def test_range_tells_the_impossible_from_the_implausible() -> None:
    value = np.array([np.nan, -96.0, -85.0, 0.0, 60.0, 61.0])
    found = checks.in_range(value, sensor=(-95, 60), plausible=(-80, 60), units="degC")
    assert found.at.tolist() == [1, 2, 5]
    assert found.flag.tolist() == [3, 2, 3]
    assert "outside the possible -95 to 60 degC" in found.reason[0]
    assert "outside the plausible -80 to 60 degC" in found.reason[1]
    assert checks.in_range(value, sensor=(-95, 60), start=2).at.tolist() == [5]


def test_season_is_by_month_and_wants_twelve() -> None:
    time = np.array(["2026-01-15", "2026-07-15"], "datetime64[us]").astype(np.int64)
    months = [(-20.0, 10.0)] * 6 + [(0.0, 35.0)] * 6
    found = checks.in_season(time, np.array([20.0, 20.0]), months, units="degC")
    assert found.at.tolist() == [0]
    assert "of month 1" in found.reason[0]
    with pytest.raises(InvalidInputError, match="12 pairs"):
        checks.in_season(time, np.zeros(2), months[:3])


def test_rate_allows_a_step_and_a_pace_and_forgets_over_a_gap() -> None:
    time, value = axis(5), np.array([0.0, 2.5, 2.6, 9.0, 9.1])
    found = checks.rate(time, value, step=1.0, per_hour=3.0, longest=1.0, units="m")
    assert found.at.tolist() == [1, 3]
    assert found.reason[0] == "Changed by 2.5 m in 10 min; at most 1.5 m is expected."
    time[3:] += 10 * MINUTES
    assert checks.rate(time, value, step=1.0, per_hour=3.0, longest=1.0).at.tolist() == [1]


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("sign", [-1, 1])
def test_spikes_of_up_to_three_samples_are_found_on_a_flood_wave(width: int, sign: int) -> None:
    for at in (100, 190, 260):
        value = wave()
        value[at : at + width] += sign * 8.0
        found, away = checks.spike(value, threshold=0.3, units="m")
        assert found.at.tolist() == list(range(at, at + width))
        assert set(found.flag.tolist()) == {3}
        assert (np.sign(away[found.at]) == sign).all()


def test_what_stays_longer_or_was_climbed_is_no_spike() -> None:
    value = wave()
    assert not len(checks.spike(value, threshold=0.3)[0].at), "the wave itself"
    value[100:104] += 8.0
    assert not len(checks.spike(value, threshold=0.3)[0].at), "four samples are an event"
    step = np.where(np.arange(200) < 100, 1.0, 5.0)
    assert not len(checks.spike(step, threshold=0.3)[0].at), "a step stays"
    crest = np.concatenate([np.linspace(1, 6, 5), np.linspace(6, 1, 5)])
    crest = np.concatenate([np.ones(30), crest, np.ones(30)])
    assert not len(checks.spike(crest, threshold=0.3)[0].at), "a crest that was climbed"
    value = wave()
    value[-1] = 30.0
    assert not len(checks.spike(value, threshold=0.3)[0].at), "the newest value awaits the next one"


def test_stuck_needs_a_sensor_that_otherwise_moves() -> None:
    time, value = axis(400), wave()
    value[300:380] = value[300]
    found = checks.stuck(time, value, hours=6.0, units="m")
    assert found.at.tolist() == list(range(300, 380))
    assert "without a change since 20" in found.reason[0]
    assert len(set(found.reason)) == 1
    assert not len(checks.stuck(time, value, hours=14.0).at)
    lazy = np.repeat(np.arange(10.0), 40)
    assert not len(checks.stuck(time, lazy, hours=6.0).at), "it always stands this long"
    assert not len(checks.stuck(time, np.full(400, 2.0), hours=6.0, idle=(2.0,)).at)
    dry = np.zeros(400)
    dry[:200] = np.random.default_rng(0).random(200)
    assert len(checks.stuck(time, dry, hours=6.0).at) == 200
    assert not len(checks.stuck(time, dry, hours=6.0, idle=(0.0,)).at)


def test_stuck_within_a_tolerance_is_not_a_slow_creep() -> None:
    time = axis(400)
    value = np.random.default_rng(2).normal(0, 1, 400)
    value[200:] = 3.0 + 0.01 * np.random.default_rng(3).random(200)
    assert len(checks.stuck(time, value, hours=6.0, tolerance=0.02).at) == 200
    value[200:] = 3.0 + 0.01 * np.arange(200)
    assert not len(checks.stuck(time, value, hours=6.0, tolerance=0.02).at)


def test_gap_and_timing() -> None:
    time = axis(40)
    time[30:] += 4 * MINUTES
    found = checks.gap(time, cadence=MINUTES)
    assert found.at.tolist() == [30]
    assert found.flag.tolist() == [0]
    assert found.reason[0].startswith("4 values before it are missing: nothing for 50 min")
    assert not len(checks.gap(axis(40, 3 * MINUTES), cadence=MINUTES).at), "it always tells every 30 min"

    time = axis(5)
    time[2] = time[1]
    time[4] += 90_000_000
    found = checks.timing(time, now=int(time[3]), ahead=MINUTES // 2, cadence=MINUTES)
    assert found.at.tolist() == [2, 3, 4] or found.at.tolist() == [2, 4]
    assert found.flag[0] == 3
    assert "is not after" in found.reason[0]
    assert "in the future" in found.reason[-1]
    late = axis(3)
    late[2] += 120_000_000
    assert checks.timing(late, cadence=MINUTES).flag.tolist() == [2]
    assert not len(checks.timing(axis(100), now=int(axis(100)[-1]), cadence=MINUTES).at)


def test_neighbours_are_the_nearest_within_the_radius_across_the_date_line() -> None:
    lon = np.array([179.9, -179.9, 0.0, np.nan])
    assert nearest(lon, np.zeros(4), radius=50.0) == [[1], [0], [], []]
    assert nearest(np.zeros(1), np.zeros(1), radius=50.0) == [[]]
    lon = np.linspace(0, 0.5, 12)
    assert nearest(lon, np.zeros(12), radius=500.0, count=3)[0] == [1, 2, 3]


def test_align_takes_the_nearest_value_only() -> None:
    time = np.array([0, 10, 20, 30])
    other = (np.array([1, 12, 50]), np.array([1.0, 2.0, 3.0]))
    none = (np.zeros(0, np.int64), np.zeros(0))
    aligned = align(time, [other, none, (np.array([10]), np.array([7.0]))], tolerance=5)
    assert np.array_equal(aligned[0], [1.0, 2.0, np.nan, np.nan], equal_nan=True)
    assert np.isnan(aligned[1]).all()
    assert np.array_equal(aligned[2], [np.nan, 7.0, np.nan, np.nan], equal_nan=True)


def test_a_sensor_that_leaves_its_neighbours_is_found_and_a_front_is_not() -> None:
    rng = np.random.default_rng(4)
    day = 15 + 5 * np.sin(np.arange(600) / 144 * 2 * np.pi)
    day[400:] -= 9.0  # a cold front reaches all of them
    sites = day + np.array([[0.0], [2.0], [-3.0], [1.0]]) + 0.3 * rng.standard_normal((4, 600))
    assert not len(neighbour(sites[0], sites[1:], tolerance=3.0).at)
    wrong = sites[0].copy()
    wrong[500:510] += 8.0
    found = neighbour(wrong, sites[1:], tolerance=3.0, units="degC")
    assert found.at.tolist() == list(range(500, 510))
    assert "3 neighbours together say" in found.reason[0]
    assert not len(neighbour(wrong, sites[1:3], tolerance=3.0).at), "two are too few"


def test_limits_come_from_the_field_the_unit_and_the_series() -> None:
    assert limits_of("temperature", "degF", {}).sensor == pytest.approx((-139, 140))
    assert limits_of("temperature", "degF", {}).spike == pytest.approx(7.2)
    assert limits_of("depth", "km", {}).plausible == (-5, 750)
    assert limits_of("", "", {}).plausible is None
    assert limits_of("water_level", "kg", {}).problems
    # a reservoir's level counts from the sea: its own thresholds say so
    high = limits_of("water_level", "m", {"thresholds": {"blue": 80.6, "red": 83.6}})
    assert high.plausible is not None
    assert high.plausible[0] < 75 < 90 < high.plausible[1]


def test_what_a_series_says_of_itself_is_taken_or_named() -> None:
    good = {
        "plausible": [None, 9],
        "spike": None,
        "off": ["rate"],
        "strict": True,
        "seasonal": [[0, 1]] * 12,
        "idle": [1],
    }
    found = limits_of("water_level", "m", {"quality": good})
    assert found.plausible == (float("-inf"), 9.0)
    assert found.spike is None
    assert found.strict
    assert not found.checks("rate")
    assert found.idle == (1.0,)
    assert not found.problems
    bad = {
        "plausible": [9, 1],
        "spike": "much",
        "step": True,
        "wrong": 1,
        "off": ["all"],
        "seasonal": [[0, 1]],
        "strict": 1,
        "idle": "x",
    }
    found = limits_of("water_level", "m", {"quality": bad})
    assert len(found.problems) == len(bad)
    assert found.plausible == LIMITS["water_level"].plausible
    assert limits_of("water_level", "m", {"quality": "off"}) == LIMITS["water_level"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-100, 100, width=32), max_size=60), st.integers(0, 60))
def test_judging_from_a_sample_on_says_what_judging_all_says(values: list[float], start: int) -> None:
    value = np.array(values)
    time = axis(len(value))
    start = min(start, len(value))
    for whole, part in (
        (checks.spike(value, threshold=1.0)[0], checks.spike(value, threshold=1.0, start=start)[0]),
        (
            checks.in_range(value, plausible=(-50, 50)),
            checks.in_range(value, plausible=(-50, 50), start=start),
        ),
        (
            checks.rate(time, value, step=5, per_hour=1, longest=1),
            checks.rate(time, value, step=5, per_hour=1, longest=1, start=start),
        ),
    ):
        later = whole.at >= start
        assert part.at.tolist() == whole.at[later].tolist()
        assert part.reason == [text for text, keep in zip(whole.reason, later, strict=True) if keep]
