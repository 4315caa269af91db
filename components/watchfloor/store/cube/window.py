"""What the cube gives: columns of numbers, as they lie in its arrays."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Latest", "Window"]


class Window(NamedTuple):
    """A stretch of one series, by time.

    Parameters
    ----------
    time
        int64[n], microseconds since 1970 UTC. Of a series with a cadence every step between its first and its last
        is there.
    value
        float32[n], not to be written to; NaN where missing.
    flag
        uint8[n], the worse of the source's flag and the mark (`core.quality.Flag`); 9 where missing.

    Examples
    --------
    >>> window = Window(np.array([0, 600]), np.float32([1, np.nan]), np.uint8([1, 9]))
    >>> len(window.time), window.measured().value.tolist()
    (2, [1.0])
    """

    time: NDArray[np.int64]
    value: NDArray[np.float32]
    flag: NDArray[np.uint8]

    def measured(self) -> "Window":
        """Return only what has a value."""
        have = ~np.isnan(self.value)
        return Window(self.time[have], self.value[have], self.flag[have])

    def frame(self) -> "pd.DataFrame":
        """Return the same as a table: time (UTC), value, flag."""
        import pandas as pd

        time = pd.Series(self.time.astype("datetime64[us]")).dt.tz_localize("UTC")
        return pd.DataFrame({"time": time, "value": self.value, "flag": self.flag})


class Latest(NamedTuple):
    """The newest telling of every series, by name.

    Parameters
    ----------
    names
        Names, sorted.
    time
        int64[n], microseconds.
    value, flag
        float32[n] and uint8[n], as in `Window`.
    """

    names: tuple[str, ...]
    time: NDArray[np.int64]
    value: NDArray[np.float32]
    flag: NDArray[np.uint8]
