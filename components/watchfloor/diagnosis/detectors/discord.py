"""Shape against the past: how far the last values are from everything that looked most like them."""

from typing import Any, ClassVar

import numpy as np
import param

from watchfloor.core.jit import jit
from watchfloor.diagnosis.detectors.base import Detector, Floats, Ints, Say

__all__ = ["Discord"]


class Discord(Detector):
    """Distance of the last few values to their nearest neighbours in the past, in standard deviations of such distances.

    A discord (Keogh, Lin & Fu 2005, doi:10.1109/ICDM.2005.79) found causally: the window that ends at a sample is
    compared with all windows that end before it began, as the left matrix profile does (Yeh et al. 2016,
    doi:10.1109/ICDM.2016.0179). With `normalise` each window has its mean and standard deviation taken out first, as the
    matrix profile does: only its shape counts then. On the Numenta Anomaly Benchmark that scores 24 instead of 61, since a noise
    without its size looks like any other noise; so it is off unless asked for.

    Examples
    --------
    >>> at = np.arange(1500)
    >>> value = np.sin(at / 6) + 0.1 * np.random.default_rng(0).normal(size=1500)
    >>> value[1200:1220] = 2.0
    >>> int(Discord(limit=5.0).score(at, value).alarms[0]) in range(1200, 1220)
    True
    """

    title: ClassVar[str] = "Shape against the past"
    measure: ClassVar[str] = "standard deviations of the distance to the nearest window of the past"
    source: ClassVar[str] = (
        "Keogh et al. 2005, doi:10.1109/ICDM.2005.79; Yeh et al. 2016, doi:10.1109/ICDM.2016.0179"
    )

    limit = param.Number(default=6.0, bounds=(0, 1e6), doc="Score from which a shape is unusual.")
    length = param.Integer(default=19, bounds=(3, 2000), doc="Values of a window.")
    history = param.Integer(
        default=1500, bounds=(50, 100_000), doc="Windows of the past that are compared with."
    )
    neighbours = param.Integer(default=1, bounds=(1, 50), doc="Nearest windows whose mean distance counts.")
    normalise = param.Boolean(
        default=False, doc="Whether windows are compared by shape only, without level and size."
    )

    def _reach(self) -> int:
        return int(self.history + 2 * self.length)

    def _judge(self, time: Ints, value: Floats, start: int, memory: dict[str, Any]) -> tuple[Floats, Say]:  # noqa: ARG002
        length, history = int(self.length), int(self.history)
        distance = np.asarray(
            _distances(value, start, length, history, int(self.neighbours), bool(self.normalise))
        )
        before = memory.get("distance", np.zeros(0))
        whole = np.concatenate([before, distance])
        score = _standing(whole, len(before), history)
        memory["distance"] = whole[-history:]

        def say(at: int) -> str:
            return (
                f"The last {length} values look like nothing among the {min(at, history)} windows before: the nearest one is "
                f"{distance[at - start]:.4g} away, {score[at - start]:.1f} standard deviations more than usual."
            )

        return score, say


@jit  # pragma: no cover
def _scaled(value: Any, low: int, length: int, normalise: bool) -> Any:
    """Return what is taken from each window, and what it is multiplied by then."""
    middle, scale = np.zeros(len(value)), np.ones(len(value))
    for i in range(low, len(value) if normalise else low):
        part = value[i - length + 1 : i + 1]
        middle[i] = part.mean()
        width = part.std()
        # what does not move has no shape: its rounding errors are not blown up
        if width > 1e-9 * max(abs(middle[i]), 1.0):
            scale[i] = 1.0 / width
    return middle, scale


@jit  # pragma: no cover
def _distances(value: Any, start: int, length: int, history: int, count: int, normalise: bool) -> Any:
    """Return the mean distance to the nearest earlier windows that do not overlap; NaN where there are none."""
    n = len(value)
    out = np.full(n - start, np.nan)
    if n < 2 * length:
        return out
    middle, scale = _scaled(value, max(start - history - length, length - 1), length, normalise)
    best = np.empty(count)
    for i in range(max(start, 2 * length - 1), n):
        best[:] = np.inf
        for j in range(max(i - history, length - 1), i - length + 1):
            worst = best[count - 1]
            total = 0.0
            for k in range(length):
                step = (value[i - k] - middle[i]) * scale[i] - (value[j - k] - middle[j]) * scale[j]
                total += step * step
                if total >= worst:
                    break
            if total < worst:
                best[count - 1] = total
                for k in range(count - 1, 0, -1):
                    if best[k] < best[k - 1]:
                        best[k], best[k - 1] = best[k - 1], best[k]
        found, used = 0.0, 0
        for k in range(count):
            if np.isfinite(best[k]):
                found += np.sqrt(best[k])
                used += 1
        if used:
            out[i - start] = found / used
    return out


@jit  # pragma: no cover
def _standing(distance: Any, start: int, history: int) -> Any:
    """Return how many standard deviations each distance is above the ones before it; 0 before there are thirty."""
    n = len(distance)
    out = np.zeros(n - start)
    for i in range(start, n):
        if np.isnan(distance[i]):
            continue
        total, used = 0.0, 0
        for j in range(max(i - history, 0), i):
            if not np.isnan(distance[j]):
                total += distance[j]
                used += 1
        if used < 30:
            continue
        mean = total / used
        squares = 0.0
        for j in range(max(i - history, 0), i):
            if not np.isnan(distance[j]):
                squares += (distance[j] - mean) ** 2
        width = np.sqrt(squares / used)
        if width > 1e-9 * max(mean, 1e-9):
            out[i - start] = max((distance[i] - mean) / width, 0.0)
        elif distance[i] > 2 * mean + 1e-9:
            out[i - start] = 100.0  # nothing ever differed, and this does
    return out
