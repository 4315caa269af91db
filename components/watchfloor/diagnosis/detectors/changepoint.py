"""Where the mean changed."""

from typing import Any, ClassVar

import numpy as np
import param
from numpy.typing import ArrayLike

from watchfloor.core.clock import format_time, from_micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.jit import jit
from watchfloor.diagnosis.detectors.base import Detector, Floats, Ints, Say
from watchfloor.diagnosis.median import median_step

__all__ = ["ChangePoint", "pelt"]


class ChangePoint(Detector):
    """Likelihood ratio of the best change of the mean within the last values.

    As samples come, the last `window` of them are split in two wherever that explains most (Siegmund & Venkatraman
    1995, doi:10.1214/aos/1176324466); the score is what the split gains, in variances of the noise. The noise is taken from the steps
    between values, so that the change itself is not counted as noise. For a whole series, `pelt` finds all changes at once.

    Examples
    --------
    >>> value = np.r_[np.random.default_rng(0).normal(0, 1, 200), np.random.default_rng(1).normal(2, 1, 100)]
    >>> int(ChangePoint().score(np.arange(300), value).alarms[0]) in range(200, 220)
    True
    """

    title: ClassVar[str] = "Change of the mean"
    measure: ClassVar[str] = "gain of a split, in variances of the noise"
    source: ClassVar[str] = "Siegmund & Venkatraman 1995, doi:10.1214/aos/1176324466"

    limit = param.Number(default=30.0, bounds=(0, 1e9), doc="Gain from which a change is told.")
    refractory = param.Integer(
        default=100, bounds=(0, 100_000), doc="Samples after a call within which there is no other one."
    )
    window = param.Integer(default=200, bounds=(10, 20_000), doc="Values that are split.")
    least = param.Integer(default=5, bounds=(2, 10_000), doc="Fewest values on each side of a change.")

    def _reach(self) -> int:
        return int(self.window)

    def _judge(self, time: Ints, value: Floats, start: int, memory: dict[str, Any]) -> tuple[Floats, Say]:  # noqa: ARG002
        score, split, before, after = _gains(value, start, int(self.window), int(self.least))

        def say(at: int) -> str:
            place = at - start
            since = format_time(from_micros(int(time[split[place]])))
            return f"The mean changed from {before[place]:.5g} to {after[place]:.5g} at {since}; the split gains {score[place]:.1f} variances."

        return score, say


def pelt(value: ArrayLike, penalty: float | None = None, least: int = 2) -> list[int]:
    """Find all changes of the mean of a series, exactly, by pruned dynamic programming.

    PELT with squared deviations (Killick, Fearnhead & Eckley 2012, doi:10.1080/01621459.2012.737745).

    Parameters
    ----------
    value
        Values without gaps, shape (n,).
    penalty
        Cost of a change, in squared units; None for three times the noise's variance times the logarithm of n.
    least
        Fewest values between changes.

    Returns
    -------
    list of int
        Places at which a new mean begins, increasing; empty for none.

    Examples
    --------
    >>> pelt(np.r_[np.zeros(50), np.ones(50), np.full(20, -1.0)] + 0.1 * np.random.default_rng(3).normal(size=120))
    [50, 100]
    """
    values = np.asarray(value, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise InvalidInputError(
            "The series has gaps or is no line of numbers; expected numbers only. Leave the gaps out."
        )
    if least < 1:
        raise InvalidInputError(f"Fewest values between changes is {least}; expected 1 or more.")
    if len(values) < 2 * least:
        return []
    if penalty is None:
        noise = float(np.median(np.abs(np.diff(values)))) * 1.4826 / np.sqrt(2.0)
        penalty = (
            3.0 * max(noise**2, 1e-12 * max(1.0, float(np.abs(values).max()) ** 2)) * np.log(len(values))
        )
    last = _pelt(values - values.mean(), float(penalty), least)
    found, at = [], len(values)
    while (at := int(last[at])) > 0:
        found.append(at)
    return found[::-1]


@jit  # pragma: no cover
def _pelt(value: Any, penalty: float, least: int) -> Any:
    n = len(value)
    sums, squares = np.zeros(n + 1), np.zeros(n + 1)
    for i in range(n):
        sums[i + 1] = sums[i] + value[i]
        squares[i + 1] = squares[i] + value[i] ** 2
    best = np.full(n + 1, np.inf)
    best[0] = -penalty
    last = np.zeros(n + 1, np.int64)
    candidates = np.zeros(n + 1, np.int64)
    cost = np.zeros(n + 1)
    count = 1
    for end in range(least, n + 1):
        for k in range(count):
            begin = candidates[k]
            total = sums[end] - sums[begin]
            cost[k] = best[begin] + squares[end] - squares[begin] - total * total / (end - begin)
            if end - begin >= least and cost[k] + penalty < best[end]:
                best[end] = cost[k] + penalty
                last[end] = begin
        kept = 0
        for k in range(count):
            # one that is too young to end here may still serve later
            if cost[k] <= best[end] or end - candidates[k] < least:
                candidates[kept] = candidates[k]
                kept += 1
        candidates[kept] = end - least + 1
        count = kept + 1
    return last


@jit  # pragma: no cover
def _gains(value: Any, start: int, window: int, least: int) -> Any:
    n = len(value) - start
    score, split = np.zeros(n), np.zeros(n, np.int64)
    before, after = np.zeros(n), np.zeros(n)
    for i in range(start, len(value)):
        begin = max(0, i + 1 - window)
        part = value[begin : i + 1]
        size = len(part)
        if size < max(4 * least, 20):
            continue
        noise = median_step(part) * 1.4826 / np.sqrt(2.0)
        middle = part.mean()
        floor = 1e-6 * max(abs(middle), 1e-3)
        noise = max(noise, floor)
        left = 0.0
        total = (part - middle).sum()
        for k in range(1, size):
            left += part[k - 1] - middle
            if k < least or size - k < least:
                continue
            right = total - left
            gain = left * left / k + right * right / (size - k) - total * total / size
            if gain > score[i - start]:
                score[i - start] = gain
                split[i - start] = begin + k
                before[i - start], after[i - start] = middle + left / k, middle + right / (size - k)
        score[i - start] /= noise * noise
    return score, split, before, after
