"""Small lasting shifts, seen in a weighted mean."""

from typing import Any, ClassVar

import numpy as np
import param

from watchfloor.core.jit import jit
from watchfloor.diagnosis.detectors.base import Floats, Ints, Say
from watchfloor.diagnosis.detectors.learning import Learning, reference

__all__ = ["Ewma"]


class Ewma(Learning):
    """Exponentially weighted moving average of standardised values (Roberts 1959, doi:10.1080/00401706.1959.10489860).

    The score is the distance of the average from the target in its own standard deviations, which grow to
    ``sqrt(weight / (2 - weight))`` after the first values; a shift that is there from the beginning is so found sooner. With
    `steady`, a weight of 0.1 and a limit of 2.814 a chart in control calls
    once in 500 values, and a shift of one standard deviation is found after 10.3 (Lucas & Saccucci 1990,
    doi:10.1080/00401706.1990.10484583; computed by `diagnosis.runlength`).

    Examples
    --------
    >>> value = np.r_[np.random.default_rng(1).normal(0, 1, 300), np.random.default_rng(2).normal(1.5, 1, 60)]
    >>> int(Ewma(target=0.0, sigma=1.0, limit=4.0).score(np.arange(360), value).alarms[0]) in range(300, 315)
    True
    """

    title: ClassVar[str] = "Small lasting shifts (EWMA)"
    measure: ClassVar[str] = "standard deviations of the weighted mean from the target"
    source: ClassVar[str] = "Roberts 1959, doi:10.1080/00401706.1959.10489860"

    limit = param.Number(
        default=2.814, bounds=(0, 1e6), doc="Limit L, in standard deviations of the weighted mean."
    )
    weight = param.Number(default=0.1, bounds=(0.001, 1), doc="Weight of the newest value.")
    steady = param.Boolean(
        default=False, doc="Whether the limits are those of the long run from the first value on."
    )

    def _judge(self, time: Ints, value: Floats, start: int, memory: dict[str, Any]) -> tuple[Floats, Say]:  # noqa: ARG002
        state = memory.setdefault("state", np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0]))
        target, sigma = self._given()
        score, mean, average = _averages(
            value, start, int(memory["first"]), state, float(self.weight), float(self.limit), int(self.train), target,
            sigma, bool(self.relearn), bool(self.steady),
        )  # fmt: skip

        def say(at: int) -> str:
            place = at - start
            return (
                f"The weighted mean of the last values is {average[place]:.5g}, {score[place]:.1f} of its standard deviations "
                f"{'above' if average[place] > mean[place] else 'below'} {mean[place]:.5g}."
            )

        return score, say


@jit  # pragma: no cover
def _averages(
    value: Any, start: int, first: int, state: Any, weight: float, limit: float, train: int,
    target: float, sigma: float, relearn: bool, steady: bool,
) -> Any:  # fmt: skip
    """Return scores; state: average, values in it, mean, spread, ready, place learned from."""
    n = len(value) - start
    score, mean, average = np.zeros(n), np.zeros(n), np.zeros(n)
    known = not np.isnan(target) and not np.isnan(sigma)
    for i in range(start, len(value)):
        if state[4] == 0.0:
            if not known and i + first - state[5] < train:
                continue
            if known:
                state[2], state[3] = target, sigma
            else:
                state[2], state[3] = reference(value[i - train : i], target, sigma)
            state[0], state[1], state[4] = 0.0, 0.0, 1.0
        state[0] = weight * (value[i] - state[2]) / state[3] + (1.0 - weight) * state[0]
        state[1] += 1.0
        grown = 1.0 if steady else 1.0 - (1.0 - weight) ** (2.0 * state[1])
        width = np.sqrt(weight / (2.0 - weight) * grown)
        at = i - start
        score[at] = abs(state[0]) / width
        mean[at], average[at] = state[2], state[2] + state[0] * state[3]
        if score[at] >= limit:
            state[0], state[1] = 0.0, 0.0
            if relearn and not known:
                state[4], state[5] = 0.0, i + first + 1
    return score, mean, average
