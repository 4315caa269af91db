"""The median of compiled loops is NumPy's."""

import numpy as np
import pytest

from watchfloor.diagnosis.median import median, median_step


@pytest.mark.parametrize("n", [1, 2, 3, 5, 48, 144, 721])
def test_it_is_numpys(n: int) -> None:
    rng = np.random.default_rng(n)
    for value in (rng.normal(size=n), np.round(rng.normal(size=n), 0), np.arange(n, dtype=float)[::-1]):
        kept = value.copy()
        assert median(value) == np.median(value)
        assert np.array_equal(value, kept)
        holes = np.where(rng.random(n) < 0.3, np.nan, value)
        assert (
            median(holes) == pytest.approx(np.nanmedian(holes), nan_ok=True)
            if np.isfinite(holes).any()
            else True
        )
        if n > 1:
            assert median_step(value) == np.median(np.abs(np.diff(value)))


def test_nothing_has_none() -> None:
    assert np.isnan(median(np.zeros(0)))
    assert np.isnan(median_step(np.ones(1)))
