"""What drives a run over time: each value holds until the next."""

from typing import Any

import numpy as np
import xarray as xr

from watchfloor.core.errors import InvalidInputError

__all__ = ["CLOSE", "from_start", "held", "holding"]

CLOSE = 1e-6
"""Seconds by which a time may be early: steps that are added up do not meet it to the last digit."""


def holding(times: Any, now: Any) -> Any:
    """Return which values hold at a time, or at each of several: those of the last time that is not later.

    Parameters
    ----------
    times
        When each value begins to hold, s, rising, shape (n,). Before the first, its value holds.
    now
        Seconds, of any shape.

    Examples
    --------
    >>> holding([0.0, 60.0, 120.0], 60.0), holding([0.0, 60.0], [-1.0, 59.0, 600.0]).tolist()
    (1, [0, 0, 1])
    """
    found = np.maximum(np.searchsorted(times, np.asarray(now, float) + CLOSE, "right") - 1, 0)
    return found if found.ndim else int(found)


def held(values: xr.DataArray, forcing: xr.Dataset, now: float) -> np.ndarray:
    """Return the values that hold at a time of a forcing; those without the dimension ``time`` always do."""
    if "time" not in values.dims:
        return np.asarray(values.values, float)
    return np.asarray(values.isel(time=holding(forcing.time.values, now)).values, float)


def from_start(times: Any, what: str = "forcing") -> None:
    """Refuse what begins only after the run.

    Raises
    ------
    InvalidInputError
        If the first time is later than 0 s.

    Examples
    --------
    >>> from_start([0.0, 3600.0])
    """
    if float(times[0]) > 0.0:
        raise InvalidInputError(
            f"The {what} begins {float(times[0]):g} s after the run; give a value at time 0."
        )
