"""Average run lengths of the charts against published tables, an approximation, and draws by lot."""

import numpy as np
import pytest

from watchfloor.core.errors import InvalidInputError
from watchfloor.diagnosis.detectors import DETECTORS
from watchfloor.diagnosis.runlength import cusum_run_length, ewma_run_length, siegmund

# Montgomery, Introduction to Statistical Quality Control, 7th ed., table 9.3: k = 0.5
CUSUM = {
    4.0: {0.0: 168, 0.25: 74.2, 0.5: 26.6, 0.75: 13.3, 1.0: 8.38, 1.5: 4.75, 2.0: 3.34, 3.0: 2.19},
    5.0: {0.0: 465, 0.25: 139, 0.5: 38.0, 0.75: 17.0, 1.0: 10.4, 1.5: 5.75, 2.0: 4.01, 3.0: 2.57},
}
# Lucas & Saccucci (1990), as in Montgomery's table 9.11: (weight, L)
EWMA = {
    (0.40, 3.054): {0.0: 500, 0.5: 71.2, 1.0: 14.3, 2.0: 3.5, 3.0: 2.0},
    (0.25, 2.998): {0.0: 500, 0.5: 48.2, 1.0: 11.1, 2.0: 3.6, 3.0: 2.3},
    (0.20, 2.962): {0.0: 500, 0.5: 41.8, 1.0: 10.5, 2.0: 3.7, 3.0: 2.4},
    (0.10, 2.814): {0.0: 500, 0.5: 31.3, 1.0: 10.3, 2.0: 4.4, 3.0: 2.9},
    (0.05, 2.615): {0.0: 500, 0.5: 28.8, 1.0: 11.4, 2.0: 5.2, 3.0: 3.5},
}


@pytest.mark.parametrize(
    ("limit", "shift", "published"), [(h, s, arl) for h, row in CUSUM.items() for s, arl in row.items()]
)
def test_cusum_is_as_published(limit: float, shift: float, published: float) -> None:
    assert cusum_run_length(limit, 0.5, shift) == pytest.approx(published, rel=0.01)


@pytest.mark.parametrize("limit", [4.0, 5.0])
@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_siegmunds_approximation_is_near(limit: float, shift: float) -> None:
    assert siegmund(limit, 0.5, shift) == pytest.approx(cusum_run_length(limit, 0.5, shift), rel=0.02)
    assert siegmund(4.0, 0.5, 0.5) == pytest.approx(1 / (1 / 5.166**2 + 1 / 4531.9), rel=0.01), (
        "no drift: b squared"
    )


@pytest.mark.parametrize(
    ("chart", "shift", "published"), [(c, s, arl) for c, row in EWMA.items() for s, arl in row.items()]
)
def test_ewma_is_as_published(chart: tuple[float, float], shift: float, published: float) -> None:
    weight, limit = chart
    assert ewma_run_length(limit, weight, shift) == pytest.approx(published, rel=0.02)


def test_ewma_is_as_by_crowders_integral() -> None:
    # SAS/QC, function EWMAARL, its example: by another method than ours (Crowder 1987)
    assert ewma_run_length(3.0, 0.25, 1.0) == pytest.approx(11.154267016, rel=1e-5)


def drawn(
    name: str, shift: float, runs: int, length: int, seed: int, **settings: float
) -> tuple[float, float]:
    """Return mean and standard error of the run length of the detector itself."""
    rng = np.random.default_rng(seed)
    detector = DETECTORS[name](target=0.0, sigma=1.0, refractory=0, **settings)
    found: list[int] = []
    while len(found) < runs:
        alarms = detector.score(np.arange(length), rng.normal(shift, 1.0, length)).alarms
        found += np.diff(np.r_[-1, alarms]).tolist()  # after a call the chart begins anew
    return float(np.mean(found)), float(np.std(found) / np.sqrt(len(found)))


@pytest.mark.parametrize(
    ("limit", "shift", "published"), [(4.0, 0.0, 168), (4.0, 1.0, 8.38), (5.0, 0.0, 465), (5.0, 1.0, 10.4)]
)
def test_the_cusum_detector_runs_as_long_as_published(limit: float, shift: float, published: float) -> None:
    mean, error = drawn("cusum", shift, 4000, 400_000, 1, limit=limit)
    assert mean == pytest.approx(published, rel=0.05)
    assert mean == pytest.approx(cusum_run_length(limit, 0.5, shift), abs=4 * error)


@pytest.mark.parametrize(("shift", "published"), [(0.0, 500), (1.0, 10.3)])
def test_the_ewma_detector_runs_as_long_as_published(shift: float, published: float) -> None:
    mean, error = drawn("ewma", shift, 4000, 400_000, 2, limit=2.814, weight=0.1, steady=True)
    assert mean == pytest.approx(published, rel=0.05)
    assert mean == pytest.approx(ewma_run_length(2.814, 0.1, shift), abs=4 * error)
    sooner, _ = drawn("ewma", shift, 4000, 400_000, 2, limit=2.814, weight=0.1)
    assert sooner < mean, "limits that widen with the first values find a shift of old sooner"


def test_nonsense_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="limit"):
        cusum_run_length(0.0)
    with pytest.raises(InvalidInputError, match="sides"):
        cusum_run_length(4.0, sides=3)
    with pytest.raises(InvalidInputError, match="weight"):
        ewma_run_length(3.0, 0.0)
    assert cusum_run_length(4.0, sides=1) == pytest.approx(2 * cusum_run_length(4.0), rel=1e-6)
