"""How rare a value is: the return period of a peak, from the peaks of the past."""

from typing import Any, ClassVar

import numpy as np
import param

from watchfloor.core.jit import jit
from watchfloor.diagnosis.detectors.base import Detector, Floats, Ints, Say

__all__ = ["Extremes"]

_DAY = 86_400_000_000
_MOST = 9.0
_PRIOR = (0.10, 0.122)
"""Mean and standard deviation of the shape, before any data: the geophysical prior of Martins & Stedinger (2000,
doi:10.1029/1999WR900330). The shape of n peaks has a variance of about 1 / n (Hosking & Wallis 1987, near 0)."""


class Extremes(Detector):
    """Decimal logarithm of the return period of a value in days, by peaks over a threshold.

    Peaks over a high quantile of the past, at least `apart` hours from one another, follow a generalised Pareto
    distribution (Pickands 1975, doi:10.1214/aos/1176343003), fitted by probability-weighted moments (Hosking & Wallis 1987,
    doi:10.1080/00401706.1987.10488243), the shape held near what rivers and rain have. 2 says once in a hundred days, 3.56 once in ten years. `diagnosis.extremes` gives
    the same with its uncertainty, for one series at leisure.

    Examples
    --------
    >>> value = np.r_[np.random.default_rng(0).exponential(1.0, 3000), 25.0]
    >>> Extremes(apart=0).score(np.arange(3001) * 3_600_000_000, value).alarms.tolist()
    [3000]
    """

    title: ClassVar[str] = "Rarity of a peak"
    measure: ClassVar[str] = "decimal logarithm of the return period in days"
    source: ClassVar[str] = "Pickands 1975, doi:10.1214/aos/1176343003"

    limit = param.Number(
        default=3.0,
        bounds=(-6, _MOST),
        doc="Score from which a value is unusual: 3 is once in a thousand days.",
    )
    refractory = param.Integer(
        default=72, bounds=(0, 100_000), doc="Samples after a call within which there is no other one."
    )
    quantile = param.Number(
        default=0.95, bounds=(0.5, 0.9999), doc="Share of the values of the past below the threshold."
    )
    apart = param.Number(default=24.0, bounds=(0, 24 * 365), doc="Hours between peaks that count as two.")
    window = param.Integer(default=20_000, bounds=(100, 2_000_000), doc="Values of the past that are fitted.")
    fewest = param.Integer(
        default=500, bounds=(50, 1_000_000), doc="Values of the past before there is a score."
    )
    peaks = param.Integer(default=10, bounds=(5, 1000), doc="Fewest peaks that are fitted.")
    step = param.Integer(default=100, bounds=(1, 100_000), doc="Values after which the fit is made anew.")
    low = param.Boolean(default=False, doc="Whether low values are the extreme ones.")

    def _reach(self) -> int:
        return int(self.window + self.step)

    def _judge(self, time: Ints, value: Floats, start: int, memory: dict[str, Any]) -> tuple[Floats, Say]:
        first = int(memory["first"])
        signed = -value if self.low else value
        score = np.zeros(len(value) - start)
        fit = np.full((len(value) - start, 4), np.nan)
        place = start
        while place < len(
            value
        ):  # one fit for a stretch of `step` values, at the same places however they come
            seen = place + first
            end = seen // int(self.step) * int(self.step)
            stop = min(end + int(self.step) - first, len(value))
            begin = max(end - int(self.window) - first, 0)
            if end - max(end - int(self.window), 0) >= self.fewest and end - first > begin:
                kept = memory.get("fit")
                if kept is None or kept[0] != end:
                    kept = (end, self._fit(time[begin : end - first], signed[begin : end - first]))
                    memory["fit"] = kept
                fit[place - start : stop - start] = kept[1]
            place = stop
        known = np.isfinite(fit[:, 0])
        if known.any():
            score[known] = _period(signed[start:][known], fit[known])

        def say(at: int) -> str:
            threshold = fit[at - start, 0]
            days = 10.0 ** score[at - start]
            often = f"once in {days:.3g} days" if days < 700 else f"once in {days / 365.25:.3g} years"
            rare = "or more rarely, " if score[at - start] >= _MOST else ""
            return (
                f"{value[at]:.5g} is expected {often}, {rare}judging by the peaks {'below' if self.low else 'above'} "
                f"{-threshold if self.low else threshold:.5g}."
            )

        # an ordinary value is no extreme: only what is beyond the threshold scores
        return score, say

    def _fit(self, time: Ints, value: Floats) -> Floats:
        """Return threshold, scale, shape and peaks a day; NaN where there are too few."""
        threshold = float(np.quantile(value, self.quantile))
        peaks = _peaks(time, value, threshold, int(self.apart * _DAY / 24))
        days = (time[-1] - time[0]) / _DAY
        if len(peaks) < self.peaks or days <= 0 or peaks.max() <= 0:
            return np.full(4, np.nan)
        ordered = np.sort(peaks)
        mean = ordered.mean()
        other = float(np.mean(ordered * (1.0 - (np.arange(1, len(ordered) + 1) - 0.35) / len(ordered))))
        if mean - 2.0 * other <= 0:
            return np.full(4, np.nan)
        # Hosking & Wallis write k for minus the shape; a shape of 0.5 has no variance and is not believed
        shape = float(np.clip(2.0 - mean / (mean - 2.0 * other), -0.5, 0.5))
        # few peaks say little of the shape: what is known of rivers and rain counts as `_PRIOR` does
        known = len(peaks) * _PRIOR[1] ** 2
        shape = (known * shape + _PRIOR[0]) / (known + 1.0)
        return np.array([threshold, mean * (1.0 - shape), shape, len(peaks) / days])


def _period(value: Floats, fit: Floats) -> Floats:
    """Return the logarithm of the return period in days; 0 at or below the threshold, at most 9."""
    threshold, scale, shape, rate = fit.T
    excess = (value - threshold) / scale
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        body = np.maximum(1.0 + shape * excess, 0.0)
        survival = np.where(
            np.abs(shape) < 1e-6, np.exp(-excess), body ** (-1.0 / np.where(shape == 0, 1.0, shape))
        )
        period = -np.log10(survival * rate)
    return np.where(excess > 0, np.clip(period, 0.0, _MOST), 0.0)


@jit  # pragma: no cover
def _peaks(time: Any, value: Any, threshold: float, apart: int) -> Any:
    """Return the excess of the highest value of each cluster."""
    out = np.empty(len(value))
    count = 0
    last = np.int64(0)
    for i in range(len(value)):
        if value[i] <= threshold:
            continue
        if count and time[i] - last <= apart:
            out[count - 1] = max(out[count - 1], value[i] - threshold)
        else:
            out[count] = value[i] - threshold
            count += 1
        last = time[i]
    return out[:count]
