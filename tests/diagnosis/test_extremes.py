"""Extremes against Coles' worked examples, SciPy and what is known of generated data."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from watchfloor.core.errors import InvalidInputError
from watchfloor.diagnosis.extremes import Extremes, annual_maxima, fit_maxima, fit_peaks, peaks, percentile

# Annual maximum sea levels at Port Pirie, South Australia, 1923-1987, m (Coles 2001, example 1.1)
PORT_PIRIE = [
    4.03, 3.83, 3.65, 3.88, 4.01, 4.08, 4.18, 3.80, 4.36, 3.96, 3.98, 4.69, 3.85, 3.96, 3.85, 3.93, 3.75, 3.63, 3.57, 4.25, 3.97,
    4.05, 4.24, 4.22, 3.73, 4.37, 4.06, 3.71, 3.96, 4.06, 4.55, 3.79, 3.89, 4.11, 3.85, 3.86, 3.86, 4.21, 4.01, 4.11, 4.24, 3.96,
    4.21, 3.74, 3.85, 3.88, 3.66, 4.11, 3.71, 4.18, 3.90, 3.78, 3.91, 3.72, 4.00, 3.66, 3.62, 4.33, 4.55, 3.75, 4.08, 3.90, 3.88,
    3.94, 4.33,
]  # fmt: skip


def test_port_pirie_is_as_published() -> None:
    """Coles 2001, 3.4.1, and R's ismev: 3.87474692, 0.19804120, -0.05008773, log-likelihood 4.339."""
    fit = fit_maxima(PORT_PIRIE)
    assert (fit.location, fit.scale, fit.shape) == pytest.approx(
        (3.87474692, 0.19804120, -0.05008773), abs=1e-4
    )
    assert fit.likelihood == pytest.approx(4.339, abs=2e-3)
    assert fit.level(10) == pytest.approx(4.30, abs=0.005)
    hundred = fit.level_interval(100)
    assert hundred.value == pytest.approx(4.69, abs=0.005)
    assert (hundred.low, hundred.high) == pytest.approx((4.50, 5.27), abs=0.01)
    assert hundred.high - hundred.value > hundred.value - hundred.low, "the upper side is the uncertain one"


def test_the_rain_example_of_coles() -> None:
    """Coles 2001, 4.4.1: 152 peaks over 30 mm in 17531 days; the parameters give 106.3 mm once in 100 years."""
    fit = Extremes("gpd", 30.0, 7.44, 0.184, np.zeros(152), 152 * 365 / 17531, 0.0)
    assert fit.level(100) == pytest.approx(106.3, abs=0.3)
    assert fit.period(fit.level(100)) == pytest.approx(100, rel=1e-9)


@pytest.mark.parametrize("shape", [-0.2, 0.0, 0.2])
def test_scipy_finds_the_same_likelihood_and_quantiles(shape: float) -> None:
    data = stats.genextreme.rvs(-shape, 10.0, 2.0, size=80, random_state=3)
    fit = fit_maxima(data)
    frozen = stats.genextreme(-fit.shape, fit.location, fit.scale)
    assert fit.likelihood == pytest.approx(frozen.logpdf(data).sum(), abs=1e-6)
    theirs = stats.genextreme(*stats.genextreme.fit(data)).logpdf(data).sum()
    assert fit.likelihood >= theirs - 1e-3
    assert fit.level(50) == pytest.approx(frozen.isf(1 / 50), rel=1e-9)
    assert fit.period(fit.level(50)) == pytest.approx(50, rel=1e-6)

    over = stats.genpareto.rvs(shape, 5.0, 1.5, size=200, random_state=4)
    fit = fit_peaks(over, 5.0, 40.0)
    frozen = stats.genpareto(fit.shape, 5.0, fit.scale)
    assert fit.likelihood == pytest.approx(frozen.logpdf(over).sum(), abs=1e-6)
    assert fit.rate == 5.0
    assert fit.level(20) == pytest.approx(frozen.isf(1 / 100), rel=1e-9)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    truth = stats.genpareto.isf(1 / (5 * 50), 0.1, 0.0, 1.0)
    held = 0
    for seed in range(60):
        over = stats.genpareto.rvs(0.1, 0.0, 1.0, size=150, random_state=seed)
        interval = fit_peaks(over, 0.0, 30.0).level_interval(50, 0.9)
        assert interval.low < interval.value < interval.high
        held += interval.low <= truth <= interval.high
    assert 46 <= held <= 60, "54 of 60 are expected"


def test_periods_have_intervals_that_agree_with_those_of_levels() -> None:
    fit = fit_maxima(PORT_PIRIE)
    period = fit.period_interval(4.5)
    assert period.low < period.value < period.high
    assert fit.level_interval(period.low).high == pytest.approx(4.5, abs=2e-3)
    assert fit.level_interval(period.high).low == pytest.approx(4.5, abs=2e-3)
    never = fit.period_interval(9.0)
    assert never.value == np.inf
    assert never.high == np.inf
    assert fit.period(3.0) == pytest.approx(1.0, abs=1e-6)


def test_years_and_clusters() -> None:
    day = np.arange("2019-01-01", "2022-07-01", dtype="datetime64[D]")
    value = np.sin(np.arange(len(day)))
    value[400] = 9.0
    years, largest = annual_maxima(day, value)
    assert years.tolist() == [2019, 2020, 2021], "half a year is no year"
    assert largest[1] == 9.0
    when, top = peaks(day, value, 0.9, 24 * 3)
    assert top.max() == 9.0
    assert (np.diff(when) > 3 * 86_400e6).all()
    assert len(peaks(day, value, 99.0, 1.0)[0]) == 0


def test_nineteen_years_at_vlissingen(realdata: Callable[[str], Path]) -> None:
    """Rijkswaterstaat's gauge, hourly, cm above NAP, 1976-1994: 705 high waters a year, and two ways to the same level."""
    path = realdata("rivers_weather/Deltares__hatyan/tests/data_unitsystemtests/VLISSGN_obs19.txt")
    body = path.read_text(encoding="latin1").split("[WRD]")[1]
    level = np.array(
        [float(part.split("/")[0]) for part in body.replace("\n", "").split(":") if part.strip()]
    )
    assert len(level) == 166_560
    time = np.arange("1976-01-01T00", "1995-01-01T00", dtype="datetime64[h]")
    years = len(level) / 8766
    when, _ = peaks(time, level, 20.0, 3.0)
    assert len(when) / years == pytest.approx(705.2, abs=1.0), "lunar half-days of 12.42 h"
    calendar, largest = annual_maxima(time, level)
    assert calendar.tolist() == list(range(1976, 1995))
    assert largest[0] == 389.0, "the storm surge of January 1976"
    maxima, over = fit_maxima(largest), fit_peaks(peaks(time, level, 250.0, 36.0)[1], 250.0, years)
    assert over.rate == pytest.approx(22.4, abs=0.1)
    assert maxima.level(10) == pytest.approx(over.level(10), abs=5.0)
    interval = over.level_interval(10)
    assert interval.low < maxima.level(10) < interval.high
    assert maxima.level_interval(100).high > over.level_interval(100).high, "more data, narrower"


def test_percentiles_are_of_the_season() -> None:
    day = np.arange(20 * 365, dtype=np.int64) * 86_400_000_000
    value = (
        15
        - 10 * np.cos(np.arange(len(day)) / 365.25 * 2 * np.pi)
        + np.random.default_rng(0).normal(0, 2, len(day))
    )
    winter, summer = 20 * 365 * 86_400_000_000, (20 * 365 + 182) * 86_400_000_000
    assert percentile(day, value, winter, 12.0) > 99.0
    assert percentile(day, value, summer, 12.0) < 1.0
    assert 30 < percentile(day, value, winter, 5.2) < 70
    assert np.isnan(percentile(day[:5], value[:5], int(day[4]), 5.0))


def test_too_little_is_refused_and_said() -> None:
    for wrong in ([1.0] * 9, [1.0] * 20, [np.nan] * 20):
        with pytest.raises(InvalidInputError, match="at least 10"):
            fit_maxima(wrong)
    with pytest.raises(InvalidInputError, match="above the threshold"):
        fit_peaks(np.arange(20.0), 5.0, 3.0)
    with pytest.raises(InvalidInputError, match="more than 1"):
        fit_maxima(PORT_PIRIE).level(1.0)
    with pytest.raises(InvalidInputError, match="confidence"):
        fit_maxima(PORT_PIRIE).level_interval(10, 1.5)
    with pytest.raises(InvalidInputError, match="same length"):
        peaks([1, 2], [1.0], 0.0, 1.0)
