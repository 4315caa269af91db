"""What a detector is: it scores each sample by the samples before it, at once or as they come."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import param
from numpy.typing import ArrayLike, NDArray

from watchfloor.core.clock import format_time, from_micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.quality import Flag

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Detector", "Scores", "refract"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Say = Callable[[int], str]


@dataclass(frozen=True)
class Scores:
    """How unusual each sample is.

    Parameters
    ----------
    detector
        Name of the detector.
    time
        Microseconds, int64, shape (n,).
    score
        In the detector's own measure, float64, shape (n,): 0 is usual; NaN for samples that were ignored.
    limit
        Score from which a sample is unusual.
    alarms
        Places of the samples that call: the first from the limit on, and none within the refractory time after it.
    reason
        A sentence for each sample at or beyond the limit, by its place.
    ignored
        How many samples were left out.
    note
        What was left out and why; empty for nothing.
    """

    detector: str
    time: Ints
    score: Floats
    limit: float
    alarms: Ints
    reason: Mapping[int, str] = field(default_factory=dict)
    ignored: int = 0
    note: str = ""

    def frame(self) -> "pd.DataFrame":
        """Return a table: index time (UTC); columns score, alarm, reason."""
        import pandas as pd

        alarm = np.zeros(len(self.time), dtype=bool)
        alarm[self.alarms] = True
        reason = [self.reason.get(at, "") for at in range(len(self.time))]
        index = pd.DatetimeIndex(pd.to_datetime(self.time, unit="us", utc=True), name="time")
        return pd.DataFrame({"score": self.score, "alarm": alarm, "reason": reason}, index=index)


class Detector(param.Parameterized):
    """Scores samples of one series by the samples before them.

    A subclass is one file of `watchfloor.diagnosis.detectors`. It never looks ahead: scoring a series at once and
    handing it over sample by sample give the same scores. Gaps are closed: samples count as they follow one another.
    Nothing that is handed over is changed.
    """

    title: ClassVar[str]
    measure: ClassVar[str]
    """What the score is, in words."""
    source: ClassVar[str]
    """Where the method is from."""

    limit = param.Number(default=4.0, bounds=(0, None), doc="Score from which a sample is unusual.")
    refractory = param.Integer(
        default=12, bounds=(0, 100_000), doc="Samples after a call within which there is no other one."
    )
    suspects = param.Boolean(
        default=False, doc="Whether values flagged as suspect are used; bad and missing ones never are."
    )

    _last: int | None
    _time: Ints
    _value: Floats
    _memory: dict[str, Any]

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._restart()

    @abstractmethod
    def _reach(self) -> int:
        """Return how many samples before one its score rests on."""

    @abstractmethod
    def _judge(self, time: Ints, value: Floats, start: int, memory: dict[str, Any]) -> tuple[Floats, Say]:
        """Score the samples from `start` on.

        Parameters
        ----------
        time, value
            Usable samples, shape (n,), increasing; at least `_reach` before `start` if there were so many.
        start
            First sample to score.
        memory
            What this method keeps from call to call; ``memory["first"]`` is how many samples there were before `time`.

        Returns
        -------
        array, function
            Scores, shape (n - start,), and what says a sentence for a place in `value`.
        """

    def score(self, time: ArrayLike, value: ArrayLike, flag: ArrayLike | None = None) -> Scores:
        """Score a series.

        Parameters
        ----------
        time
            Microseconds or datetime64, strictly increasing, shape (n,).
        value
            Shape (n,); NaN for missing.
        flag
            Quality flags (`core.quality.Flag`), shape (n,); None for not checked.

        Raises
        ------
        InvalidInputError
            If the lengths differ or times are not strictly increasing.
        """
        times, values, flags = _arrays(time, value, flag)
        keep = self._usable(values, flags)
        found = np.full(len(values), np.nan)
        reason: dict[int, str] = {}
        if keep.any():
            places = np.flatnonzero(keep)
            found[keep], say = self._judge(times[keep], values[keep], 0, {"first": 0})
            over = np.flatnonzero(found[places] >= self.limit)
            reason = {int(places[at]): say(int(at)) for at in over}
        ignored = int((~keep).sum())
        note = (
            f"{ignored} of {len(values)} values are missing or flagged, and were ignored." if ignored else ""
        )
        alarms = refract(found, float(self.limit), int(self.refractory))
        return Scores(self._word(), times, found, float(self.limit), alarms, reason, ignored, note)

    def update(self, time: int, value: float, flag: int = Flag.UNCHECKED) -> tuple[float, str]:
        """Score one more sample.

        Parameters
        ----------
        time
            Microseconds, after the last one.
        value, flag
            The sample.

        Returns
        -------
        score, reason
            NaN and why for a sample that is ignored; the reason is empty below the limit.
        """
        if self._last is not None and time <= self._last:
            raise InvalidInputError(
                f"A sample of {format_time(from_micros(int(time)))} came after one of {format_time(from_micros(self._last))}; "
                "expected a later one. Score the series anew to take in late values."
            )
        self._last = int(time)
        if not self._usable(np.array([value], dtype=np.float64), np.array([flag]))[0]:
            return float("nan"), "Ignored: the value is missing or flagged."
        self._time = np.append(self._time, np.int64(time))
        self._value = np.append(self._value, np.float64(value))
        score, say = self._judge(self._time, self._value, len(self._value) - 1, self._memory)
        reason = say(len(self._value) - 1) if score[0] >= self.limit else ""
        spare = len(self._value) - self._reach() - 1
        if spare >= max(self._reach(), 64):  # cut now and then, not each time
            self._time, self._value = self._time[spare:], self._value[spare:]
            self._memory["first"] += spare
        return float(score[0]), reason

    def restart(self) -> None:
        """Forget the samples that `update` was given."""
        self._restart()

    def _restart(self) -> None:
        self._time, self._value = np.zeros(0, np.int64), np.zeros(0)
        self._memory = {"first": 0}
        self._last = None

    def _usable(self, value: Floats, flag: NDArray[Any]) -> NDArray[np.bool_]:
        good = flag < (Flag.BAD if self.suspects else Flag.SUSPECT)
        return np.asarray(np.isfinite(value) & good & (flag >= 0), dtype=np.bool_)

    @classmethod
    def _word(cls) -> str:
        return cls.__module__.rsplit(".", 1)[-1]


def refract(score: Floats, limit: float, refractory: int) -> Ints:
    """Return the places that call: the first at or beyond the limit, and none within the refractory samples after it.

    Examples
    --------
    >>> refract(np.array([0.0, 5, 6, 0, 7, 8]), 5.0, 2).tolist()
    [1, 4]
    """
    found: list[int] = []
    for at in np.flatnonzero(score >= limit):
        if not found or at - found[-1] > refractory:
            found.append(int(at))
    return np.array(found, dtype=np.int64)


def _arrays(time: ArrayLike, value: ArrayLike, flag: ArrayLike | None) -> tuple[Ints, Floats, NDArray[Any]]:
    given = np.asarray(time)
    if given.dtype.kind == "M":
        given = given.astype("datetime64[us]")
    times = given.astype(np.int64)
    values = np.array(value, dtype=np.float64)
    flags = np.full(len(values), int(Flag.UNCHECKED)) if flag is None else np.asarray(flag)
    if times.ndim != 1 or times.shape != values.shape or values.shape != flags.shape:
        raise InvalidInputError(
            f"Times, values and flags have the shapes {times.shape}, {values.shape} and {flags.shape}; expected one and the same length."
        )
    wrong = np.flatnonzero(np.diff(times) <= 0)
    if len(wrong):
        at = int(wrong[0]) + 1
        raise InvalidInputError(
            f"Sample {at} ({format_time(from_micros(int(times[at])))}) is not after the one before it; expected times that "
            "increase. Sort the series, and keep one value a time."
        )
    return times, values, flags
