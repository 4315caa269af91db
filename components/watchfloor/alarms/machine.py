"""From a signal to levels: dead-band, delays, and what a gap in the data does to them.

One sample after the other, so that it makes no difference whether a day comes at once or step by step.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchfloor.store.cube.compiled import compiled

__all__ = ["NEVER", "Limits", "States", "Timing", "advance"]

NEVER = -(2**62)
"""A time (microseconds) that is before all others."""
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Limits:
    """Limits of n subjects at N levels, float32[n, N]; NaN for a level or a side that there is not.

    Parameters
    ----------
    high, low
        A level is reached at or above `high`, or at or below `low`.
    high_back, low_back
        It is left below `high_back` and above `low_back`: the dead-band lies between.
    """

    high: Floats
    low: Floats
    high_back: Floats
    low_back: Floats


@dataclass(frozen=True)
class Timing:
    """Delays of a rule, microseconds.

    Parameters
    ----------
    on, off
        How long a level must be reached, or left, before it counts.
    gap
        A gap longer than this begins the count anew.
    """

    on: int
    off: int
    gap: int


@dataclass
class States:
    """Where n subjects stand: all that must be known of the past.

    Parameters
    ----------
    active
        uint8[n, N]: which levels hold.
    above, below, onset
        int64[n, N]: since when the signal is beyond, or behind, each level; when what made it hold began.
    seen, changed
        int64[n]: time of the last sample, and of the last change of the level.
    value
        float32[n]: the last sample.
    level
        int8[n]: how many levels hold.

    Examples
    --------
    >>> states = States.fresh(2, 4)
    >>> states.level.tolist(), states.active.shape
    ([0, 0], (2, 4))
    """

    active: NDArray[np.uint8]
    above: Ints
    below: Ints
    onset: Ints
    seen: Ints
    changed: Ints
    value: Floats
    level: NDArray[np.int8]

    @classmethod
    def fresh(cls, n: int, levels: int) -> "States":
        """Return the states of subjects of which nothing is known."""

        def never(*shape: int) -> Ints:
            return np.full(shape, NEVER, np.int64)

        return cls(
            active=np.zeros((n, levels), np.uint8), above=never(n, levels), below=never(n, levels), onset=never(n, levels),
            seen=never(n), changed=never(n), value=np.full(n, np.nan, np.float32), level=np.zeros(n, np.int8),
        )  # fmt: skip

    def copy(self) -> "States":
        """Return a copy."""
        return States(*(getattr(self, item.name).copy() for item in fields(self)))

    def take(self, other: "States", rows: Any, theirs: Any = None) -> None:
        """Take over rows of another one: the same rows, or `theirs`; nothing holds at levels that the other has not."""
        for item in fields(self):
            mine, given = getattr(self, item.name), getattr(other, item.name)
            chosen = given[rows if theirs is None else theirs]
            if mine.ndim == 1:
                mine[rows] = chosen
            else:
                mine[rows, : chosen.shape[1]] = chosen[:, : mine.shape[1]]


def advance(
    states: States, limits: Limits, timing: Timing, signal: Floats, time: Ints, shift: Ints, begin: Ints, end: Ints, rows: Ints, out: NDArray[np.int8]
) -> None:  # fmt: skip
    """Go through samples, in place.

    Parameters
    ----------
    states, limits
        Of all n subjects.
    timing
        The rule's delays.
    signal
        float32[r, m] of r subjects; NaN for no sample, which changes nothing.
    time, shift
        int64[m], or int64[r, m], and int64[r]: a sample's time is the sum of both.
    begin, end
        int64[r]: the columns to go through.
    rows
        int64[r]: which subjects they are.
    out
        int8[r, m] to write the level after each column to, or int8[0, 0].
    """
    _advance(
        signal, np.atleast_2d(time), shift, begin, end, rows, limits.high, limits.low, limits.high_back, limits.low_back,
        timing.on, timing.off, timing.gap, states.active, states.above, states.below, states.onset, states.seen,
        states.changed, states.value, states.level, out,
    )  # fmt: skip


@compiled()
def _advance(  # noqa: PLR0912  one loop for the compiler
    signal: Floats, time: Ints, shift: Ints, begin: Ints, end: Ints, rows: Ints, high: Floats, low: Floats,
    high_back: Floats, low_back: Floats, on: int, off: int, gap: int, active: Any, above: Ints, below: Ints,
    onset: Ints, seen: Ints, changed: Ints, value: Floats, level: Any, out: Any,
) -> None:  # fmt: skip
    never = -(2**62)
    count = high.shape[1]
    wanted = out.shape[0] > 0
    for item in range(len(rows)):
        row = rows[item]
        lane = item if len(time) > 1 else 0
        for column in range(begin[item], end[item]):
            here = signal[item, column]
            if here == here:  # noqa: PLR0124  not NaN
                now = time[lane, column] + shift[item]
                broken = seen[row] != never and now - seen[row] > gap
                seen[row], value[row] = now, here
                reached = 0
                for at in range(count):
                    if broken:
                        above[row, at], below[row, at] = never, never
                    if active[row, at] == 0:
                        if here >= high[row, at] or here <= low[row, at]:
                            if above[row, at] == never:
                                above[row, at] = now
                            if now - above[row, at] >= on:
                                active[row, at], onset[row, at] = 1, above[row, at]
                                below[row, at] = never
                        else:
                            above[row, at] = never
                    elif here >= high_back[row, at] or here <= low_back[row, at]:
                        # Exactly on the edge of the dead-band is not behind it; without one, the limit itself counts.
                        below[row, at] = never
                    else:
                        if below[row, at] == never:
                            below[row, at] = now
                        if now - below[row, at] >= off:
                            active[row, at], above[row, at] = 0, never
                    if active[row, at]:
                        reached = at + 1
                if reached != level[row]:
                    level[row], changed[row] = reached, now
            if wanted:
                out[item, column] = level[row]
