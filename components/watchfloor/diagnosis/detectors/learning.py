"""What a control chart is held against: a mean and a spread, given or learned from the first values."""

from typing import Any

import numpy as np
import param

from watchfloor.core.jit import jit
from watchfloor.diagnosis.detectors.base import Detector
from watchfloor.diagnosis.median import median

__all__ = ["Learning", "reference"]


class Learning(Detector):
    """A chart of independent values about a target, after phase I and II of statistical process control.

    Where target and sigma are not given they are learned from the first `train` values, by median and median
    absolute deviation. After a call, the chart begins anew. Values of sensors that follow one another closely are not independent: run
    lengths hold for residuals (of a forecast, or against the neighbours), not for a river's level.
    """

    target = param.Number(
        default=None, allow_None=True, doc="Mean in control; None to learn it. In the unit of the series."
    )
    sigma = param.Number(
        default=None,
        allow_None=True,
        bounds=(0, None),
        inclusive_bounds=(False, True),
        doc="Standard deviation in control; None to learn it. In the unit of the series.",
    )
    train = param.Integer(default=100, bounds=(10, 100_000), doc="Values to learn from.")
    relearn = param.Boolean(default=True, doc="Whether a new level is learned after a call.")

    def _reach(self) -> int:
        return int(self.train)

    def _given(self) -> tuple[float, float]:
        """Return target and sigma, NaN for what is to be learned."""
        return tuple(np.nan if item is None else float(item) for item in (self.target, self.sigma))  # type: ignore[return-value]


@jit  # pragma: no cover
def reference(part: Any, target: float, sigma: float) -> Any:
    """Return mean and spread: as given, else median and 1.4826 MAD of values."""
    mean = median(part) if np.isnan(target) else target
    if not np.isnan(sigma):
        return mean, sigma
    away = np.abs(part - mean)
    spread = 1.4826 * median(away)
    if spread == 0.0:
        spread = np.sqrt(np.mean(away**2))
    return mean, max(spread, 1e-6 * max(abs(mean), 1e-3))
