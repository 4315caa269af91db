"""Level and shape together: the larger of the two scores, and one call for one event."""

from typing import Any, ClassVar

import numpy as np
import param

from watchfloor.diagnosis.detectors.base import Detector, Floats, Ints, Say
from watchfloor.diagnosis.detectors.discord import Discord
from watchfloor.diagnosis.detectors.tail import Tail

__all__ = ["Combination"]


class Combination(Detector):
    """The larger of the tail's score and `weight` times the discord's, with a long refractory time.

    What is far outside the usual level is found by the one, what is inside it with a shape of its own by the other. Weight,
    windows and refractory time are those measured on the Numenta Anomaly Benchmark (tests/bench/nab.py).

    Examples
    --------
    >>> at = np.arange(1500)
    >>> value = np.sin(at / 6) + 0.1 * np.random.default_rng(0).normal(size=1500)
    >>> value[1000:1020], value[1400] = 0.0, 9.0
    >>> found = Combination().score(at, value).alarms
    >>> len(found), int(found[1])
    (2, 1400)
    """

    title: ClassVar[str] = "Level and shape together"
    measure: ClassVar[str] = "the larger of the tail's logarithm and the weighted standing of the shape"
    source: ClassVar[str] = "Own combination, measured on the Numenta Anomaly Benchmark"

    limit = param.Number(default=4.5, bounds=(0, 300), doc="Score from which a sample is unusual.")
    refractory = param.Integer(
        default=200, bounds=(0, 100_000), doc="Samples after a call within which there is no other one."
    )
    weight = param.Number(default=1.2, bounds=(0, 100), doc="Weight of the shape's score.")
    window = param.Integer(default=6400, bounds=(10, 1_000_000), doc="Values that tell which level is usual.")
    length = param.Integer(default=19, bounds=(3, 2000), doc="Values of a window of shape.")
    history = param.Integer(
        default=1500, bounds=(50, 100_000), doc="Windows of the past that a shape is compared with."
    )

    def _reach(self) -> int:
        return int(max(self.window + 100, self.history + 2 * self.length))

    def _judge(self, time: Ints, value: Floats, start: int, memory: dict[str, Any]) -> tuple[Floats, Say]:
        shape = Discord(length=self.length, history=self.history, normalise=False)
        kept = memory.setdefault("shape", {"first": 0})
        level, say_level = Tail(window=self.window)._judge(time, value, start, memory)
        other, say_shape = shape._judge(time, value, start, kept)
        weighted = self.weight * other

        def say(at: int) -> str:
            return say_level(at) if level[at - start] >= weighted[at - start] else say_shape(at)

        return np.maximum(level, weighted), say
