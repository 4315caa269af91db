"""What every detector promises, asked of all of them; then what each one is for."""

from typing import Any

import numpy as np
import pytest

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.diagnosis.detectors import DETECTORS, Detector
from watchfloor.diagnosis.detectors.base import refract
from watchfloor.diagnosis.detectors.changepoint import pelt

NAMES = sorted(DETECTORS)
STEP = 600_000_000
START = 1_780_000_000_000_000
SMALL: dict[str, dict[str, Any]] = {
    "tail": {"window": 400, "step": 20},
    "discord": {"history": 200, "limit": 5.0},
    "combination": {"window": 400, "history": 200},
    "extremes": {"window": 600, "fewest": 200, "apart": 1.0, "peaks": 5},
    "level": {"fewest": 12, "width": 1.0, "most": 700},
    "changepoint": {"window": 60},
}
"""Short memories, so that a few hundred samples go beyond them."""


def axis(n: int) -> np.ndarray:
    return START + np.arange(n, dtype=np.int64) * STEP


def signal(n: int = 900, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    value = 10 + 2 * np.sin(np.arange(n) / 144 * 2 * np.pi) + 0.3 * rng.standard_normal(n)
    value[n // 2 : n // 2 + 30] += 4.0
    return value


@pytest.fixture(params=NAMES)
def detector(request: pytest.FixtureRequest) -> Detector:
    return DETECTORS[request.param](**SMALL.get(request.param, {}))


def test_they_are_all_there_and_say_what_they_are() -> None:
    assert {"level", "tail", "ewma", "cusum", "changepoint", "discord", "extremes", "combination"} <= set(
        NAMES
    )
    with pytest.raises(UnknownNameError, match="did you mean 'cusum'"):
        DETECTORS["cussum"]
    for name in NAMES:
        kind = DETECTORS[name]
        assert kind.title
        assert kind.measure
        assert "doi:" in kind.source or "Own" in kind.source
        own = [item for item in kind.param.values() if item != "name"]
        assert {"limit", "refractory", "suspects"} <= set(own)
        for item in own:
            spec = kind.param[item]
            assert spec.doc, f"{name}.{item} has no doc"
            assert spec.doc.endswith(".")
            if type(spec).__name__ in {"Number", "Integer"} and item != "target":
                assert spec.bounds is not None, f"{name}.{item} has no bounds"


def test_a_constant_series_is_not_unusual(detector: Detector) -> None:
    for level in (0.0, 0.1, -273.15, 1e6):
        found = detector.score(axis(800), np.full(800, level))
        assert not len(found.alarms), level
        assert np.isfinite(found.score).all()
        assert not found.reason


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_samples_are_no_trouble(detector: Detector, n: int) -> None:
    found = detector.score(axis(n), np.arange(n, dtype=float))
    assert found.score.shape == (n,)
    assert not len(found.alarms)
    assert len(found.frame()) == n


def test_missing_and_flagged_values_are_ignored_and_that_is_said(detector: Detector) -> None:
    value, flag = signal(), np.ones(900, dtype=int)
    plain = detector.score(axis(900), value)
    assert plain.note == ""
    bad = np.zeros(900, bool)
    bad[100:140] = bad[::50] = True
    flag[bad] = np.resize([3, 9, 2], int(bad.sum()))
    wild = np.where(bad, 1e5, value)
    wild[100:120] = np.nan
    found = detector.score(axis(900), wild, flag)
    assert np.isnan(found.score[bad]).all()
    assert np.isfinite(found.score[~bad]).all()
    assert found.ignored == bad.sum()
    assert found.note.startswith(f"{bad.sum()} of 900 values")
    without = detector.score(axis(900)[~bad], value[~bad])
    assert np.array_equal(found.score[~bad], without.score), "as if they had never been there"
    assert not set(np.flatnonzero(bad)) & (set(found.alarms.tolist()) | set(found.reason))
    everything = detector.score(axis(5), np.full(5, np.nan))
    assert np.isnan(everything.score).all()


def test_suspects_are_used_only_when_asked_for(detector: Detector) -> None:
    flag = np.full(900, 2)
    assert detector.score(axis(900), signal(), flag).ignored == 900
    bold = type(detector)(**SMALL.get(detector._word(), {}), suspects=True)
    assert bold.score(axis(900), signal(), flag).ignored == 0


def test_gaps_are_tolerated(detector: Detector) -> None:
    time = axis(900)
    time[400:] += 50 * STEP
    found = detector.score(time, signal())
    assert np.isfinite(found.score).all()
    assert (found.score >= 0).all()


def test_disorder_and_uneven_lengths_are_refused(detector: Detector) -> None:
    time = axis(10)
    for wrong in (time[::-1], np.r_[time[:5], time[4:9]]):
        with pytest.raises(InvalidInputError, match="not after the one before"):
            detector.score(wrong, np.zeros(10))
    with pytest.raises(InvalidInputError, match="shapes"):
        detector.score(time, np.zeros(9))
    detector.update(int(time[3]), 1.0)
    with pytest.raises(InvalidInputError, match="expected a later one"):
        detector.update(int(time[3]), 1.0)


def test_the_same_input_gives_the_same_scores_and_is_left_alone(detector: Detector) -> None:
    time, value, flag = axis(900), signal(), np.ones(900, dtype=int)
    kept = time.copy(), value.copy(), flag.copy()
    first, second = detector.score(time, value, flag), detector.score(time, value, flag)
    assert np.array_equal(first.score, second.score)
    assert first.reason == second.reason
    for now, then in zip((time, value, flag), kept, strict=True):
        assert np.array_equal(now, then)
    stamps = detector.score(time.astype("datetime64[us]"), value)
    assert np.array_equal(stamps.score, first.score)


def test_sample_by_sample_is_as_all_at_once(detector: Detector) -> None:
    time, value = axis(900), signal()
    value[200] = np.nan
    whole = detector.score(time, value)
    ones = [detector.update(int(at), float(number)) for at, number in zip(time, value, strict=True)]
    scores = np.array([one[0] for one in ones])
    assert np.allclose(scores, whole.score, rtol=1e-6, atol=1e-8, equal_nan=True)
    assert np.isnan(scores[200])
    assert "Ignored" in ones[200][1]
    said = {at: one[1] for at, one in enumerate(ones) if one[1] and at != 200}
    assert set(said) == set(whole.reason)
    detector.restart()
    again = [detector.update(int(at), float(number))[0] for at, number in zip(time, value, strict=True)]
    assert np.array_equal(again, scores, equal_nan=True)


def test_no_score_looks_ahead(detector: Detector) -> None:
    time, value = axis(900), signal()
    whole, half = detector.score(time, value), detector.score(time[:500], value[:500])
    assert np.allclose(whole.score[:500], half.score, rtol=1e-9, atol=1e-12)


def test_a_gross_event_is_found_by_all_and_told_in_numbers(detector: Detector) -> None:
    rng = np.random.default_rng(5)
    value = 10 + 0.3 * rng.standard_normal(900)
    value[700:730] += 8.0
    found = detector.score(axis(900), value)
    calls = [int(at) for at in found.alarms if 700 <= at < 760]
    assert calls, "found"
    assert not [at for at in found.alarms if 300 <= at < 700], "and nothing else in the 400 values before"
    for at in calls:
        assert any(letter.isdigit() for letter in found.reason[at])
        assert found.reason[at].endswith(".")
    frame = found.frame()
    assert frame["alarm"].sum() == len(found.alarms)
    assert str(frame.index.tz) == "UTC"


def test_refractory_time_is_counted_from_the_call() -> None:
    assert refract(np.ones(10), 1.0, 3).tolist() == [0, 4, 8]
    assert refract(np.ones(4), 1.0, 0).tolist() == [0, 1, 2, 3]
    assert refract(np.array([np.nan, 0.0]), 1.0, 0).tolist() == []


def test_level_knows_the_hour_that_tail_does_not() -> None:
    hours = np.arange(21 * 144)
    value = (
        20 + 8 * np.sin(hours / 144 * 2 * np.pi) + 0.3 * np.random.default_rng(0).standard_normal(len(hours))
    )
    at = 20 * 144 + 108  # the lowest hour of the last day
    value[at] += 8.0
    time = axis(len(hours))
    assert DETECTORS["level"](width=0.5).score(time, value).alarms.tolist() == [at]
    assert at not in DETECTORS["tail"]().score(time, value).alarms


@pytest.mark.parametrize("seed", range(4))
def test_pelt_finds_the_best_partition_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    value = np.round(rng.standard_normal(40) + np.repeat(rng.normal(0, 2, 4), 10), 2)
    penalty, least = 3.0, 1 + seed

    def cost(part: np.ndarray) -> float:
        return float(((part - part.mean()) ** 2).sum())

    best, before = [-penalty] + [np.inf] * 40, [0] * 41
    for end in range(least, 41):
        for begin in range(end - least + 1):
            total = best[begin] + cost(value[begin:end]) + penalty
            if total < best[end] - 1e-12:
                best[end], before[end] = total, begin
    found, at = [], 40
    while (at := before[at]) > 0:
        found.append(at)
    assert pelt(value, penalty, least) == found[::-1]


def test_pelt_on_long_series_and_bad_input() -> None:
    rng = np.random.default_rng(0)
    value = np.r_[rng.normal(0, 1, 1000), rng.normal(5, 1, 1000), rng.normal(-2, 1, 1000)]
    assert pelt(value) == [1000, 2000]
    assert pelt(np.ones(100)) == []
    assert pelt([1.0]) == []
    with pytest.raises(InvalidInputError, match="gaps"):
        pelt([1.0, np.nan, 2.0])


def test_extremes_give_the_return_period_of_an_exponential() -> None:
    rng = np.random.default_rng(1)
    value = np.r_[rng.exponential(1.0, 20_000), np.log(24 * 1000.0)]  # exceeded once in 1000 days of hours
    time = START + np.arange(20_001) * 6 * STEP
    score = DETECTORS["extremes"](apart=0).score(time, value).score
    assert score[-1] == pytest.approx(3.0, abs=0.4)
    dry = DETECTORS["extremes"](apart=0, low=True).score(time, -value).score
    assert np.allclose(dry, score)
