"""What comes into the model of landslides, brought into the form that it runs on."""

from typing import Any

import numpy as np
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.course import from_start, holding
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.landslide.failure import failure
from watchfloor.hazards.site import coarsen

__all__ = ["peak", "rain_steps", "watched"]

_GRID = ("y", "x")


def peak(drive: xr.Dataset, native: Grid, factor: int) -> np.ndarray | None:
    """Return the peak acceleration of an earthquake, g; None without one."""
    values = drive.ground_acceleration
    if float(values.max()) <= 0.0:
        return None
    native.check(values, "The ground acceleration")
    whole = xr.Dataset({"a": (_GRID, np.broadcast_to(values.values, native.shape))})
    return np.asarray(coarsen(whole, factor).a.values / 9.80665)


def rain_steps(
    drive: xr.Dataset, forcing: xr.Dataset, native: Grid, factor: int, until: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return edges, s, and the rain between them, mm/h, with the run's length divided into steps."""
    rain = drive.rain_rate
    if "y" in rain.dims:
        native.check(rain, "The rain")
        rain = coarsen(rain.to_dataset(name="r"), factor).r
    starts = np.array([0.0])
    if "time" in rain.dims:
        starts = np.asarray(forcing.time.values, float)
        from_start(starts, "rain")
    edges = np.unique(np.r_[np.linspace(0.0, until, 49), np.clip(starts, 0.0, until)])
    which = holding(starts, edges[:-1])
    values = np.asarray(rain.values, float)
    values = (
        values[which]
        if "time" in rain.dims
        else np.broadcast_to(values, (edges.size - 1, *values.shape)).copy()
    )
    return edges, values


def watched(forcing: xr.Dataset, drive: xr.Dataset) -> tuple[list[Any], list[str]]:
    """Return what the inverse velocity says of each watched slope (None where it does not speed up), and sentences."""
    if "reading_time" not in forcing or drive.displacement.dims != ("reading", "station"):
        raise InvalidInputError(
            "Displacements need the dimensions reading and station, and reading_time in seconds before the start."
        )
    found, said = [], []
    for number in range(drive.sizes["station"]):
        one = failure(drive.reading_time.values, drive.displacement.values[:, number])
        found.append(one)
        name = str(drive.station.values[number]) if "station" in drive.coords else f"station {number + 1}"
        if one is not None:
            low, high = one.between()
            said.append(
                f"{name} speeds up: by its inverse velocity it fails {one.time / 3600:.1f} h after the start, between "
                f"{low / 3600:.1f} and {high / 3600:.1f} h with 90 % (fit {one.fit:.2f})."
            )
    if not said:
        said.append("None of the watched slopes speeds up beyond doubt.")
    return found, said
