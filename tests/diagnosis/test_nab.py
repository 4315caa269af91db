"""The benchmark's scorer on cases worked out by hand, and the score that the combination must reach."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture(scope="module")
def nab() -> ModuleType:
    path = Path(__file__).resolve().parents[1] / "bench" / "nab.py"
    spec = importlib.util.spec_from_file_location("tests_bench_nab", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_sigmoid_is_the_published_one(nab: ModuleType) -> None:
    """NAB's sweeper documents 0.98661 at the left edge, 0.84828 in the middle, 0 at the right edge, -0.98661 beyond."""
    assert nab.sigmoid([-1.0, -0.5, 0.0, 1.0]) == pytest.approx([0.98661, 0.84828, 0.0, -0.98661], abs=1e-5)


def test_each_place_is_worth_what_the_rules_say(nab: ModuleType) -> None:
    value, where = nab.worth(100, [(40, 49), (80, 89)])
    assert (where[:15] == -2).all(), "15 % are for learning"
    assert (where[15:40] == -1).all()
    assert (where[40:50] == 0).all()
    assert (where[80:90] == 1).all()
    assert value[20] == -1.0, "far from any window"
    assert value[40] == pytest.approx(1.0), "the left edge is worth all"
    assert value[49] == pytest.approx(np.tanh(0.25) / np.tanh(2.5)), (
        "the right edge a tenth of the way from nothing"
    )
    assert (np.diff(value[40:50]) < 0).all(), "the earlier the better"
    assert value[50] == pytest.approx(-np.tanh(2.5 / 9)), "just behind a window a call costs little"
    assert value[79] == -1.0, "more than three widths behind it costs all"
    assert nab.worth(10_000, [])[1].tolist().count(-2) == 750, "at most 750 are for learning"


def series(nab: ModuleType) -> list[object]:
    return [
        nab.Labelled("a", np.zeros(100), [(40, 49)]),
        nab.Labelled("b", np.zeros(100), [(60, 69)]),
        nab.Labelled("c", np.zeros(100), []),
    ]


def test_known_scores(nab: ModuleType) -> None:
    three = series(nab)
    none: list[int] = []
    for profile in nab.PROFILES:
        assert nab.score(three, [none, none, none], profile) == pytest.approx(0.0), "silence"
        assert nab.score(three, [[40], [60], none], profile) == pytest.approx(100.0), "perfection"
        assert nab.score(three, [[5], [14], none], profile) == pytest.approx(0.0), (
            "calls while learning are free"
        )
    # one of two windows: (1 - 1 + 2) / (2 * 2); in "low FN" a miss costs two: (1 - 2 + 4) / (2 * 3)
    assert nab.score(three, [[40], none, none], "standard") == pytest.approx(50.0)
    assert nab.score(three, [[40], none, none], "low FN") == pytest.approx(50.0)
    # only the earliest call within a window counts
    assert nab.score(three, [[40, 45, 49], [60], none], "standard") == pytest.approx(100.0)
    # a false call far from a window costs 0.11 of the 4 that there are to win, in "low FP" twice as much
    assert nab.score(three, [[40], [60], [50]], "standard") == pytest.approx(100.0 - 100 * 0.11 / 4)
    assert nab.score(three, [[40], [60], [50]], "low FP") == pytest.approx(100.0 - 100 * 0.22 / 4)
    assert nab.score(three, [[40, 50], [60], none], "standard") == pytest.approx(
        100.0 - 100 * 0.11 * np.tanh(2.5 / 9) / 4
    )
    with pytest.raises(ValueError, match="no window"):
        nab.score(three[2:], [none], "standard")


def test_the_threshold_is_the_best_one(nab: ModuleType) -> None:
    three = series(nab)
    scores = [np.zeros(100) for _ in range(3)]
    scores[0][40], scores[1][60], scores[2][50] = 5.0, 4.0, 3.0
    best, threshold = nab.optimised(three, scores, "standard", 0)
    assert best == pytest.approx(100.0)
    assert 3.0 < threshold <= 4.0
    scores[0][35] = 5.5
    best, _ = nab.optimised(three, scores, "standard", 10)
    assert best < 100.0, "a refractory time silences the true call behind a false one"


def test_the_combination_scores_at_least_fifty(nab: ModuleType, realdata: Callable[[str], Path]) -> None:
    """On the subset of eight series that is kept for tests, thresholds optimised on it; the corpus gives 56.9."""
    eight = nab.load(realdata("anomaly/numenta__NAB"))
    assert len(eight) == 8
    gaussian = nab.run(eight, "tail", {"fewest": 2})
    both = nab.run(eight, "combination")
    reached = {profile: nab.optimised(eight, both, profile, 200, tries=80)[0] for profile in nab.PROFILES}
    assert reached["standard"] >= 50.0
    assert reached["standard"] == pytest.approx(84.0, abs=2.0), "the measured figure; README and docs name it"
    assert reached["low FP"] <= reached["standard"]
    assert nab.optimised(eight, gaussian, "standard", 0, tries=80)[0] < reached["standard"]
