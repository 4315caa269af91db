"""Level against the same hour of other days."""

from typing import Any, ClassVar

import numpy as np
import param

from watchfloor.core.jit import jit
from watchfloor.diagnosis.detectors.base import Detector, Floats, Ints, Say
from watchfloor.diagnosis.median import median

__all__ = ["Level"]

_HOUR = 3_600_000_000


class Level(Detector):
    """Robust deviation from the values at the same phase of the day, or of the week, in the time before.

    Median and 1.4826 times the median absolute deviation (Rousseeuw & Croux 1993, doi:10.1080/01621459.1993.10476408)
    of what was measured within `width` of the same phase: a handful of wild values in the past do not move them.

    Examples
    --------
    >>> time = np.arange(14 * 24) * 3_600_000_000
    >>> value = 10 * np.sin(np.arange(14 * 24) / 24 * 2 * np.pi) + np.random.default_rng(0).normal(0, 0.3, 14 * 24)
    >>> value[306] = 0.5  # an ordinary value, at the wrong hour
    >>> Level().score(time, value).alarms.tolist()
    [306]
    """

    title: ClassVar[str] = "Level against the same hour"
    measure: ClassVar[str] = "robust standard deviations from the median of the same phase"
    source: ClassVar[str] = "Rousseeuw & Croux 1993, doi:10.1080/01621459.1993.10476408"

    limit = param.Number(default=6.0, bounds=(0, 1e6), doc="Score from which a value is unusual.")
    period = param.Number(
        default=24.0, bounds=(0.1, 24 * 366), doc="Period in hours: 24 for days, 168 for weeks."
    )
    width = param.Number(
        default=1.0, bounds=(0.01, 24 * 7), doc="Hours before and after the same phase that count."
    )
    days = param.Number(default=28.0, bounds=(0.1, 3660), doc="Days of the past that count.")
    fewest = param.Integer(
        default=8, bounds=(3, 10_000), doc="Values of the same phase before there is a score."
    )
    most = param.Integer(
        default=20_000, bounds=(100, 1_000_000), doc="Most values of the past that are looked at."
    )

    def _reach(self) -> int:
        return int(self.most)

    def _judge(self, time: Ints, value: Floats, start: int, memory: dict[str, Any]) -> tuple[Floats, Say]:  # noqa: ARG002
        middle, width = _phase(
            time, value, start, int(self.period * _HOUR), int(self.width * _HOUR), int(self.days * 24 * _HOUR),
            int(self.fewest), int(self.most),
        )  # fmt: skip
        score = np.nan_to_num(np.abs(value[start:] - middle) / width)

        def say(at: int) -> str:
            usual, spread = middle[at - start], width[at - start]
            side = "above" if value[at] > usual else "below"
            return (
                f"{value[at]:.5g} is {abs(value[at] - usual) / spread:.1f} robust standard deviations {side} {usual:.5g}, the "
                f"usual value at this phase of {self.period:g} hours."
            )

        return score, say


@jit  # pragma: no cover
def _phase(
    time: Any, value: Any, start: int, period: int, width: int, memory: int, fewest: int, most: int
) -> Any:
    n = len(value)
    middle, spread = np.full(n - start, np.nan), np.full(n - start, np.nan)
    same = np.empty(most)
    for i in range(start, n):
        used = 0
        j = i - 1
        while j >= 0 and i - j <= most and time[i] - time[j] <= memory:
            phase = (time[i] - time[j]) % period
            # the last hours are left out: an event is not to be measured by its own beginning
            if time[i] - time[j] > 2 * width and (phase <= width or phase >= period - width):
                same[used] = value[j]
                used += 1
            j -= 1
        if used < fewest:
            continue
        kept = same[:used]
        usual = median(kept)
        wide = 1.4826 * median(np.abs(kept - usual))
        # half of the values equal: the mean deviation, at last the resolution of the numbers
        if wide == 0.0:
            wide = 1.2533 * np.abs(kept - usual).mean()
        middle[i - start] = usual
        spread[i - start] = max(wide, 1e-6 * max(abs(usual), 1e-3))
    return middle, spread
