"""Is this abnormal, why, and how sure? Quality, health of sensors, detectors, comparison, extremes, forecasts."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from watchfloor.diagnosis.single import Diagnosis

__all__ = ["of"]


def of(series: "pd.Series", **about: Any) -> "Diagnosis":
    """Look at one series of pandas from all sides; see `watchfloor.diagnosis.single.of`.

    Examples
    --------
    >>> import pandas as pd
    >>> level = pd.Series([1.0, 1.1, 40.0], pd.date_range("2026-06-01", periods=3, freq="10min"))
    >>> of(level, field="water_level", units="m").flag.tolist()
    [0, 0, 2]
    """
    from watchfloor.diagnosis import single

    return single.of(series, **about)
