"""Series side by side: lags, travel times, breaks; irregular and with gaps."""

from typing import Any

import numpy as np
import pytest

from watchfloor.core.errors import InvalidInputError
from watchfloor.diagnosis.compare import double_mass, grid, lag_correlation, travel_time

MINUTE = 60_000_000


def red(n: int, seed: int, keep: float = 0.9) -> np.ndarray:
    rng = np.random.default_rng(seed)
    out = np.empty(n)
    last = 0.0
    for place, step in enumerate(rng.standard_normal(n)):
        last = keep * last + step
        out[place] = last
    return out


def irregular(
    time: np.ndarray, value: np.ndarray, seed: int, share: float = 0.8
) -> tuple[np.ndarray, np.ndarray]:
    """Drop values by lot, a whole stretch, and shake the times."""
    rng = np.random.default_rng(seed)
    keep = rng.random(len(time)) < share
    keep[len(time) // 3 : len(time) // 3 + 40] = False
    return (time + rng.integers(0, 3 * MINUTE, len(time)))[keep], value[keep]


def test_a_lag_is_found_in_gappy_irregular_series() -> None:
    time = np.arange(2000, dtype=np.int64) * 10 * MINUTE
    value = red(2000, 1)
    first = irregular(time, value, 2)
    second = irregular(time + 90 * MINUTE, 0.5 * value + 0.2 * red(2000, 3, 0.0), 4)
    found = lag_correlation(first, second, step=600.0, most=4 * 3600.0)
    assert found.best == pytest.approx(5400.0, abs=600.0)
    at = int(np.argmax(found.correlation))
    assert found.low[at] < found.correlation[at] < found.high[at]
    assert found.correlation[at] > 0.8
    assert (found.common[np.isfinite(found.correlation)] >= 20).all()
    other = lag_correlation(second, first, step=600.0, most=4 * 3600.0)
    assert other.best == pytest.approx(-found.best, abs=600.0)


def test_series_that_have_nothing_to_do_with_each_other_stay_within_the_interval() -> None:
    """Both wander by themselves: an interval that forgot it would call most of these correlated."""
    time = np.arange(1000, dtype=np.int64) * 10 * MINUTE
    wrong = 0
    for seed in range(100):
        found = lag_correlation(
            (time, red(1000, 2 * seed, 0.95)), (time, red(1000, 2 * seed + 1, 0.95)), step=600.0, most=0.0
        )
        wrong += found.low[0] > 0 or found.high[0] < 0
    assert wrong <= 12, "5 of 100 are expected"


def test_travel_time_of_a_wave_with_its_interval() -> None:
    time = np.arange(1500, dtype=np.int64) * 10 * MINUTE
    at = np.arange(1500)
    rain = np.clip(red(1500, 5, 0.8), 0, None)
    up = np.convolve(rain, np.exp(-np.arange(40) / 8), "full")[:1500]
    down = np.interp(at - 7.4, at, up)  # 74 minutes
    found = travel_time(irregular(time, up, 6), irregular(time, down, 7), step=600.0, most=6 * 3600.0)
    assert found.seconds == pytest.approx(74 * 60, abs=400)
    assert found.low <= 74 * 60 + 300
    assert found.high >= 74 * 60 - 300
    assert found.high - found.low < 3600
    assert found.correlation > 0.4
    again = travel_time(irregular(time, up, 6), irregular(time, down, 7), step=600.0, most=6 * 3600.0)
    assert again == found, "seeded"


def test_the_storys_crest_travels_downstream(story: Any) -> None:
    cube, _ = story
    head, middle, down = (cube.data[f"demo/gauge/G0{k}"] for k in (2, 6, 8))
    far = travel_time(head, down, step=600.0, most=6 * 3600.0)
    near = travel_time(middle, down, step=600.0, most=6 * 3600.0)
    assert 15 * 60 < near.seconds < 60 * 60 < far.seconds < 4 * 3600
    assert near.correlation > far.correlation > 0.5
    assert near.high < far.low, "the nearer gauge is surely nearer"


def test_double_mass_finds_the_day_that_a_gauge_was_moved() -> None:
    rng = np.random.default_rng(0)
    day = np.arange(600, dtype=np.int64) * 1440 * MINUTE
    rain = rng.gamma(0.4, 8.0, 600)
    check = rain * rng.normal(1.0, 0.15, 600)
    whole = double_mass((day, rain), (day, check))
    assert whole.at is None
    assert whole.before == whole.after == whole.slope == pytest.approx(1.0, abs=0.05)
    check[400:] *= 0.75
    gaps = rng.random(600) < 0.9
    found = double_mass((day, rain), (day[gaps], check[gaps]))
    assert found.at is not None
    assert abs(found.at - day[400]) <= 20 * 1440 * MINUTE
    assert (found.before, found.after) == pytest.approx((1.0, 0.75), abs=0.05)
    assert found.chance < 0.01
    assert (np.diff(found.first) >= 0).all()
    assert len(found.time) == gaps.sum()


def test_double_mass_believes_in_a_change_as_rarely_as_it_says() -> None:
    false = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        day = np.arange(200, dtype=np.int64) * 1440 * MINUTE
        rain = rng.gamma(0.5, 8.0, 200)
        found = double_mass((day, rain), (day, rain * rng.normal(1, 0.2, 200)), draws=99, level=0.05)
        false += found.at is not None
    assert false <= 8, "3 of 60 are expected"


def test_what_cannot_be_compared_is_said() -> None:
    time = np.arange(100, dtype=np.int64) * MINUTE
    with pytest.raises(InvalidInputError, match="no time in common"):
        lag_correlation((time, time * 1.0), (time + 10**12, time * 1.0), step=60.0, most=60.0)
    with pytest.raises(InvalidInputError, match="in common"):
        lag_correlation((time, np.ones(100)), (time, np.ones(100)), step=60.0, most=60.0)
    with pytest.raises(InvalidInputError, match="expected 20 steps more"):
        travel_time((time, time * 1.0), (time, time * 1.0), step=60.0, most=6000.0)
    with pytest.raises(InvalidInputError, match="at least 20"):
        double_mass((time, time * 1.0), (time, time * 1.0))
    with pytest.raises(InvalidInputError, match="step"):
        grid(time, time * 1.0, 0.0)
    with pytest.raises(InvalidInputError, match="longer step"):
        grid([0, 10**16], [1.0, 2.0], 1.0)


def test_lags_longer_than_what_is_common_are_left_out() -> None:
    value = red(60, 3)
    time = np.arange(60) * MINUTE
    found = lag_correlation((time, value), (time, value), step=60.0, most=7200.0)
    assert found.best == 0.0
    assert found.common[0] == 0
    assert np.isnan(found.correlation[0])
    with pytest.raises(InvalidInputError, match="at most 5 steps"):
        lag_correlation((time[:5], value[:5]), (time, value), step=60.0, most=7200.0)
