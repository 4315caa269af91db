"""Small lasting shifts, added up."""

from typing import Any, ClassVar

import numpy as np
import param

from watchfloor.core.jit import jit
from watchfloor.diagnosis.detectors.base import Floats, Ints, Say
from watchfloor.diagnosis.detectors.learning import Learning, reference

__all__ = ["Cusum"]


class Cusum(Learning):
    """Two-sided tabular cumulative sum of standardised values (Page 1954, doi:10.1093/biomet/41.1-2.100).

    ``C+ = max(0, C+ + z - k)`` and ``C- = max(0, C- - z - k)``; the score is the larger one. With k = 0.5 and a limit of 5
    a chart in control calls once in 465 values, and a shift of one standard deviation is found after 10.4 (Montgomery,
    *Introduction to Statistical Quality Control*, table 9.3; computed by `diagnosis.runlength`).

    Examples
    --------
    >>> value = np.r_[np.random.default_rng(1).normal(0, 1, 300), np.random.default_rng(2).normal(1.5, 1, 60)]
    >>> int(Cusum(target=0.0, sigma=1.0, limit=8.0).score(np.arange(360), value).alarms[0]) in range(300, 315)
    True
    """

    title: ClassVar[str] = "Small lasting shifts (CUSUM)"
    measure: ClassVar[str] = "standard deviations, added up beyond the allowance"
    source: ClassVar[str] = "Page 1954, doi:10.1093/biomet/41.1-2.100"

    limit = param.Number(default=5.0, bounds=(0, 1e6), doc="Decision interval h, in standard deviations.")
    allowance = param.Number(
        default=0.5,
        bounds=(0, 10),
        doc="Reference value k: half of the shift to be found, in standard deviations.",
    )

    def _judge(self, time: Ints, value: Floats, start: int, memory: dict[str, Any]) -> tuple[Floats, Say]:  # noqa: ARG002
        state = memory.setdefault("state", np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0]))
        target, sigma = self._given()
        score, mean, spread, since = _sums(
            value, start, int(memory["first"]), state, float(self.allowance), float(self.limit), int(self.train),
            target, sigma, bool(self.relearn),
        )  # fmt: skip

        def say(at: int) -> str:
            place = at - start
            side = "above" if score[place] > 0 else "below"
            return (
                f"For {int(since[place])} values it has been {side} {mean[place]:.5g}: {abs(score[place]):.1f} standard deviations "
                f"(of {spread[place]:.4g}) added up, beyond an allowance of {self.allowance:g} each."
            )

        return np.abs(score), say


@jit  # pragma: no cover
def _sums(
    value: Any, start: int, first: int, state: Any, allowance: float, limit: float, train: int,
    target: float, sigma: float, relearn: bool,
) -> Any:  # fmt: skip
    """Return the larger sum, negative for the lower one; state: up, down, mean, spread, ready, place learned from."""
    n = len(value) - start
    score, mean, spread, since = np.zeros(n), np.zeros(n), np.ones(n), np.zeros(n)
    known = not np.isnan(target) and not np.isnan(sigma)
    rising = falling = 0.0
    for i in range(start, len(value)):
        if state[4] == 0.0:
            have = i + first - state[5]
            if not known and have < train:
                continue
            part = value[i - train : i] if not known else value[:0]
            if known:
                state[2], state[3] = target, sigma
            else:
                state[2], state[3] = reference(part, target, sigma)
            state[0], state[1], state[4] = 0.0, 0.0, 1.0
        z = (value[i] - state[2]) / state[3]
        state[0] = max(0.0, state[0] + z - allowance)
        state[1] = max(0.0, state[1] - z - allowance)
        at = i - start
        mean[at], spread[at] = state[2], state[3]
        score[at] = state[0] if state[0] >= state[1] else -state[1]
        rising = rising + 1.0 if state[0] > 0.0 else 0.0
        falling = falling + 1.0 if state[1] > 0.0 else 0.0
        since[at] = rising if score[at] > 0 else falling
        if abs(score[at]) >= limit:
            state[0], state[1] = 0.0, 0.0
            rising = falling = 0.0
            if relearn and not known:
                state[4], state[5] = 0.0, i + first + 1
    return score, mean, spread, since
