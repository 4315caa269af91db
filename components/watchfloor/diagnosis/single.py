"""One series of pandas, looked at from all sides: what the analyst's notebook starts with."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.quality import Flag, words
from watchfloor.diagnosis.detectors import DETECTORS, Scores
from watchfloor.diagnosis.quality import Limits, judge, limits_of

if TYPE_CHECKING:
    import pandas as pd

    from watchfloor.diagnosis.extremes import Extremes
    from watchfloor.diagnosis.forecast import Forecast

__all__ = ["Diagnosis", "of"]


@dataclass(frozen=True)
class Diagnosis:
    """What can be asked of one series.

    Parameters
    ----------
    time
        Microseconds, shape (n,).
    value
        Values without missing ones, shape (n,).
    limits
        What the series can be and do.
    units
        Its unit.
    cadence
        Microseconds from one value to the next; None where there are too few.

    Examples
    --------
    >>> import pandas as pd
    >>> index = pd.date_range("2026-06-01", periods=200, freq="10min", tz="UTC")
    >>> level = pd.Series(np.round(np.random.default_rng(0).normal(1.0, 0.02, 200), 2), index)
    >>> level.iloc[120] = 9.5
    >>> of(level, field="water_level", units="m").marks.checks.tolist()
    ['spike']
    """

    time: NDArray[np.int64]
    value: NDArray[np.float64]
    limits: Limits
    units: str
    cadence: int | None

    @cached_property
    def _judged(self) -> dict[int, tuple[int, int, str]]:
        return judge(self.time, self.value, self.limits, cadence=self.cadence, units=self.units)

    @property
    def marks(self) -> "pd.DataFrame":
        """What the checks of quality found: index time; columns value, checks, flag, reason."""
        import pandas as pd

        rows = [
            (self.value[at], ", ".join(words(mask)), flag, reason)
            for at, (mask, flag, reason) in sorted(self._judged.items())
        ]
        return pd.DataFrame(
            rows, columns=["value", "checks", "flag", "reason"], index=self._index(sorted(self._judged))
        )

    @property
    def flag(self) -> NDArray[np.uint8]:
        """Quality flag of each value."""
        out = np.full(len(self.value), Flag.GOOD, np.uint8)
        for at, (_, flag, _) in self._judged.items():
            out[at] = flag
        return out

    @property
    def clean(self) -> "pd.Series":
        """The values that nothing speaks against."""
        import pandas as pd

        good = np.flatnonzero(self.flag < Flag.SUSPECT)
        return pd.Series(self.value[good], index=self._index(good))

    def scores(self, detector: str = "combination", **settings: Any) -> Scores:
        """Score the series with a detector; what the checks doubt is ignored."""
        return DETECTORS[detector](**settings).score(self.time, self.value, self.flag)

    def changes(self, penalty: float | None = None) -> "pd.DatetimeIndex":
        """Return when the mean changed."""
        from watchfloor.diagnosis.detectors.changepoint import pelt

        good = np.flatnonzero(self.flag < Flag.SUSPECT)
        return self._index(good[pelt(self.value[good], penalty)])

    def forecast(self, hours: float, **settings: Any) -> "Forecast":
        """Forecast the series so many hours ahead by its own past."""
        from watchfloor.diagnosis.forecast import forecast

        good = self.flag < Flag.SUSPECT
        settings.setdefault("step", (self.cadence or 600_000_000) / 1e6)
        return forecast(self.time[good], self.value[good], lead=hours * 3600.0, **settings)

    def extremes(self, threshold: float, apart: float = 24.0) -> "Extremes":
        """Fit the peaks over a threshold, so many hours apart."""
        from watchfloor.diagnosis.extremes import YEAR, fit_peaks, peaks

        good = self.flag < Flag.SUSPECT
        years = float(good.sum() * (self.cadence or 0)) / YEAR
        return fit_peaks(peaks(self.time[good], self.value[good], threshold, apart)[1], threshold, years)

    def _index(self, places: Any) -> "pd.DatetimeIndex":
        import pandas as pd

        times = self.time[np.asarray(places, dtype=np.int64)]
        return pd.DatetimeIndex(pd.to_datetime(times, unit="us", utc=True), name="time")


def of(
    series: "pd.Series", *, field: str = "", units: str = "", attrs: dict[str, Any] | None = None
) -> Diagnosis:
    """Look at one series of pandas.

    Parameters
    ----------
    series
        Values with an increasing time index; without a zone it is taken for UTC. Missing values are left out.
    field
        A name of `core.fields`, for its limits.
    units
        Unit of the values; that of the field if empty.
    attrs
        What the series says of itself, such as ``{"quality": {"plausible": [0, 9]}}``.

    Raises
    ------
    InvalidInputError
        If the index is not of times, or does not increase.
    """
    import pandas as pd

    from watchfloor.diagnosis.detectors.base import _arrays

    if not isinstance(series.index, pd.DatetimeIndex):
        raise InvalidInputError(
            f"The index is of {series.index.dtype}; expected times. Use pd.to_datetime, and set_index on the result."
        )
    index = series.index if series.index.tz is None else series.index.tz_convert("UTC").tz_localize(None)
    times, values, _ = _arrays(index.to_numpy(), series.to_numpy(dtype=np.float64, na_value=np.nan), None)
    kept = np.isfinite(values)
    times, values = times[kept], values[kept]
    cadence = int(np.median(np.diff(times))) if len(times) > 2 else None
    return Diagnosis(times, values, limits_of(field, units, attrs or {}), units, cadence)
