"""Level against the last weeks: how far in the tail of a normal distribution a value lies."""

from typing import Any, ClassVar

import numpy as np
import param
from scipy.special import log_ndtr

from watchfloor.core.jit import jit
from watchfloor.diagnosis.detectors.base import Detector, Floats, Ints, Say

__all__ = ["Tail"]


class Tail(Detector):
    """Negative decimal logarithm of the normal tail beyond the value, against a sliding window.

    The windowed Gaussian of the Numenta Anomaly Benchmark (Lavin & Ahmad 2015, doi:10.1109/ICMLA.2015.141): mean
    and standard deviation of the last `window` values, moved on every `step` values. 3 says: one in a thousand.

    Examples
    --------
    >>> value = np.r_[np.random.default_rng(0).normal(0, 1, 500), 6.0]
    >>> Tail().score(np.arange(501), value).alarms.tolist()
    [500]
    """

    title: ClassVar[str] = "Level against the last weeks"
    measure: ClassVar[str] = "decimal logarithm of one in how many, if values were normal"
    source: ClassVar[str] = "Lavin & Ahmad 2015, doi:10.1109/ICMLA.2015.141"

    limit = param.Number(
        default=6.0, bounds=(0, 300), doc="Score from which a value is unusual: 6 is one in a million."
    )
    window = param.Integer(default=6400, bounds=(10, 1_000_000), doc="Values that tell what is usual.")
    step = param.Integer(default=100, bounds=(1, 100_000), doc="Values after which the full window moves on.")
    fewest = param.Integer(default=30, bounds=(2, 100_000), doc="Values before the first score.")

    def _reach(self) -> int:
        return int(self.window + self.step)

    def _judge(self, time: Ints, value: Floats, start: int, memory: dict[str, Any]) -> tuple[Floats, Say]:  # noqa: ARG002
        first = int(memory["first"])
        mean, spread = _usual(value, start, first, int(self.window), int(self.step), int(self.fewest))
        deviation = np.abs(value[start:] - mean) / spread
        score = np.where(np.isfinite(deviation), -log_ndtr(-deviation) / np.log(10.0), 0.0)

        def say(at: int) -> str:
            usual, width = mean[at - start], spread[at - start]
            side = "above" if value[at] > usual else "below"
            return (
                f"{value[at]:.5g} is {abs(value[at] - usual) / width:.1f} standard deviations {side} the mean {usual:.5g} "
                f"of the last {min(at + first, int(self.window))} values."
            )

        return np.minimum(score - np.log10(2.0), 300.0).clip(0.0), say


@jit  # pragma: no cover
def _usual(value: Any, start: int, first: int, window: int, step: int, fewest: int) -> Any:
    n = len(value)
    mean, spread = np.full(n - start, np.nan), np.full(n - start, np.nan)
    done = -1
    middle = width = 0.0
    total = squares = 0.0
    for i in range(start, n):
        seen = i + first
        if seen < fewest:
            continue
        end = seen if seen <= window else window + (seen - window) // step * step
        if end != done:
            begin = max(end - window, 0) - first
            part = value[begin : end - first]
            if done >= 0 and end == done + 1 and end <= window:
                newest = part[-1] - middle  # Welford's update, while the window fills
                total += newest / len(part)
                squares += newest * (part[-1] - total)
            else:
                total = part.mean()
                squares = ((part - total) ** 2).sum()
            middle = total
            width = max(np.sqrt(max(squares, 0.0) / len(part)), 1e-6 * max(abs(middle), 1.0))
            done = end
        mean[i - start], spread[i - start] = middle, width
    return mean, spread
