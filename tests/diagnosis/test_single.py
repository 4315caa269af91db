"""One series of pandas from all sides."""

import numpy as np
import pandas as pd
import pytest

from watchfloor import diagnosis
from watchfloor.core.errors import InvalidInputError


@pytest.fixture
def level() -> pd.Series:
    rng = np.random.default_rng(0)
    index = pd.date_range("2026-03-01", periods=4000, freq="10min", tz="Asia/Shanghai")
    value = 2 + 0.3 * np.sin(np.arange(4000) / 144 * 2 * np.pi) + rng.normal(0, 0.02, 4000)
    value[3000:] += 1.0
    value[1500] = 12.0
    value[100:110] = np.nan
    return pd.Series(np.round(value, 2), index)


def test_marks_scores_changes_and_clean_values(level: pd.Series) -> None:
    before = level.copy()
    found = diagnosis.of(level, field="water_level", units="m")
    spike = found.marks[found.marks["flag"] == 3]
    assert spike.index.tolist() == [level.index[1500].tz_convert("UTC")]
    assert "stands" in spike["reason"].iloc[0]
    assert found.marks["checks"].tolist() == ["gap", "spike"]
    assert len(found.clean) == 4000 - 10 - 1
    scores = found.scores("tail")
    assert scores.ignored == 1
    assert level.index[3000].tz_convert("UTC") in found.changes(penalty=2.0)
    pd.testing.assert_series_equal(level, before)


def test_forecast_and_extremes_leave_out_what_is_doubted(level: pd.Series) -> None:
    found = diagnosis.of(level, field="water_level", units="m")
    ahead = found.forecast(3.0)
    assert len(ahead.value) == 18
    assert ahead.high.max() < 6.0
    peaks = found.extremes(2.3, apart=6.0)
    assert peaks.data.max() < 4.0
    assert peaks.rate > 100


def test_naive_times_are_utc_and_other_indices_are_refused(level: pd.Series) -> None:
    naive = level.tz_convert("UTC").tz_localize(None)
    assert np.array_equal(diagnosis.of(naive).time, diagnosis.of(level).time)
    with pytest.raises(InvalidInputError, match="expected times"):
        diagnosis.of(level.reset_index(drop=True))
    with pytest.raises(InvalidInputError, match="not after the one before"):
        diagnosis.of(level.iloc[::-1])
    assert diagnosis.of(level.iloc[:0]).cadence is None
