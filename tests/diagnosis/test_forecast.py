"""Forecasts: the band keeps its promise on series that change, and nothing is offered that is not better than naive."""

import numpy as np
import pytest

from watchfloor.core.errors import InvalidInputError
from watchfloor.diagnosis.forecast import BASES, adaptive_band, forecast

MINUTES = 600_000_000


def axis(n: int) -> np.ndarray:
    return np.arange(n, dtype=np.int64) * MINUTES


def drifting(kind: str, seed: int, n: int = 4000) -> np.ndarray:
    """Return forecast errors whose spread grows, jumps, swings with the day, or whose mean walks away."""
    rng = np.random.default_rng(seed)
    at = np.arange(n)
    if kind == "growing":
        return rng.normal(0, np.linspace(1, 8, n))
    if kind == "jumping":
        return rng.standard_t(4, n) * np.where((at // 700) % 2, 4.0, 1.0)
    if kind == "swinging":
        return rng.normal(0, 1 + 0.8 * np.sin(at / 144 * 2 * np.pi))
    return rng.normal(np.linspace(0, 6, n), 1.0)


@pytest.mark.parametrize("kind", ["growing", "jumping", "swinging", "walking"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_nine_of_ten_are_within_on_drifting_series(kind: str, seed: int) -> None:
    error = drifting(kind, seed)
    assert adaptive_band(error, 0.9).coverage == pytest.approx(0.9, abs=0.03)
    assert adaptive_band(error, 0.9, delay=12).coverage == pytest.approx(0.9, abs=0.03)
    assert adaptive_band(error, 0.5).coverage == pytest.approx(0.5, abs=0.03)


def test_a_band_that_does_not_adapt_fails_there() -> None:
    """The guard above can fail: without adaptation and with the whole past, the walking mean is lost."""
    stiff = adaptive_band(drifting("walking", 0), 0.9, rate=0.0, window=4000)
    assert stiff.coverage < 0.87


def test_the_band_never_sees_what_it_is_to_hold() -> None:
    error = drifting("jumping", 3)
    whole = adaptive_band(error, delay=5)
    changed = error.copy()
    changed[2000:] *= 100
    cut = adaptive_band(changed, delay=5)
    assert np.array_equal(whole.width[:2005], cut.width[:2005], equal_nan=True)
    assert not np.array_equal(whole.width[2005:2100], cut.width[2005:2100])
    gappy = error.copy()
    gappy[::7] = np.nan
    assert adaptive_band(gappy).coverage == pytest.approx(0.9, abs=0.03)
    assert np.isnan(adaptive_band(error[:5]).next)
    with pytest.raises(InvalidInputError, match="coverage"):
        adaptive_band(error, 1.2)


@pytest.mark.parametrize("seed", range(6))
def test_a_random_walk_is_offered_persistence_only(seed: int) -> None:
    value = np.random.default_rng(seed).normal(size=3000).cumsum()
    found = forecast(axis(3000), value, lead=6 * 3600.0, step=600.0)
    assert found.model == "persistence"
    assert set(found.offered) == set(BASES)
    assert "No model was better" in found.why
    assert (found.value == value[-1]).all()


def test_what_has_a_season_is_forecast_better_and_the_skill_is_stated() -> None:
    rng = np.random.default_rng(1)
    at = np.arange(3000)
    noise = np.zeros(3000)
    for place in range(1, 3000):
        noise[place] = 0.9 * noise[place - 1] + rng.normal(0, 0.3)
    value = 20 + 6 * np.sin(at / 144 * 2 * np.pi) + noise
    found = forecast(axis(3000), value, lead=6 * 3600.0, step=600.0)
    assert found.model == "regression"
    assert found.tried["regression"].skill > 0.1
    assert found.tried["regression"].error < min(found.tried[name].error for name in BASES)
    assert "better than the naive forecasts" in found.why
    truth = 20 + 6 * np.sin((3000 + np.arange(36)) / 144 * 2 * np.pi)
    assert np.abs(found.value - truth).mean() < 1.0
    assert ((found.low < truth) & (truth < found.high)).mean() > 0.8
    assert found.time[0] == axis(3001)[-1]
    assert found.held == pytest.approx(0.9, abs=0.05)
    assert (np.diff(found.high - found.low)[:6] > -0.3).all(), "the further ahead, the wider"


def test_what_is_offered_was_better_than_both_naive_ones() -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        value = np.round(np.convolve(rng.gamma(0.1, 5.0, 2500), np.exp(-np.arange(60) / 15))[:2500], 2)
        found = forecast(axis(2500), value, lead=3 * 3600.0, step=600.0)
        for name in found.offered:
            if name not in BASES:
                assert found.tried[name].skill > 0
        for name, item in found.tried.items():
            assert (name in found.offered) == (name in BASES or item.skill > 0.02)


def test_gaps_are_survived_and_too_little_is_said() -> None:
    rng = np.random.default_rng(0)
    value = np.sin(np.arange(3000) / 144 * 2 * np.pi) + rng.normal(0, 0.1, 3000)
    value[rng.random(3000) < 0.1] = np.nan
    value[1000:1100] = np.nan
    value[-4:] = np.nan
    kept = value.copy()
    found = forecast(axis(3000), value, lead=3600.0, step=600.0)
    assert np.array_equal(value, kept, equal_nan=True)
    assert np.isfinite(found.value).all()
    assert (found.low < found.value).all()
    assert found.time[0] == axis(3000)[int(np.flatnonzero(np.isfinite(value))[-1]) + 1]
    with pytest.raises(InvalidInputError, match="longer past"):
        forecast(axis(100), value[:100], lead=3600.0, step=600.0)
    with pytest.raises(InvalidInputError, match="longer past"):
        forecast(axis(500), np.full(500, np.nan), lead=3600.0, step=600.0)
    still = forecast(axis(500), np.full(500, 2.0), lead=3600.0, step=600.0)
    assert still.model in BASES
    assert (still.value == 2.0).all()
