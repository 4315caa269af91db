"""What was measured while it runs says which members are likelier: weights of members, without running them again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.hazards.ensemble.products import Ensemble
from watchfloor.hazards.grid import Grid

__all__ = ["Reading", "Weights", "weigh"]


@dataclass(frozen=True)
class Reading:
    """One reading of a gauge.

    Parameters
    ----------
    field
        An output of the model with time, such as ``water_depth``.
    value, error
        What was read, and its standard deviation with that of what the model cannot know (a gauge is no cell), in the
        field's unit.
    second
        When, seconds since the run's start.
    place
        Longitude and latitude, degrees, of a run on a grid; else the name of the node, region or station.

    Examples
    --------
    >>> Reading("discharge", 120.0, 10.0, 3600.0, "town").place
    'town'
    """

    field: str
    value: float
    error: float
    second: float
    place: tuple[float, float] | str

    def __post_init__(self) -> None:
        if not np.all(np.isfinite([self.value, self.error, self.second])) or self.error <= 0.0:
            raise InvalidInputError(
                f"A reading of {self.value} with the error {self.error} at {self.second} s cannot be; expected numbers, and an "
                "error above zero."
            )


@dataclass(frozen=True)
class Weights:
    """How likely each member is, after what was measured.

    Parameters
    ----------
    member
        Numbers of the members.
    share
        Their weights, which sum to 1.

    Examples
    --------
    >>> Weights(np.arange(3), np.array([0.5, 0.5, 0.0])).effective
    2.0
    """

    member: np.ndarray
    share: np.ndarray

    @property
    def effective(self) -> float:
        """How many equal members they are worth; 1 where one member carries all, and no spread can be told."""
        return float(1.0 / np.sum(np.square(self.share)))

    def mean(self, values: xr.DataArray) -> xr.DataArray:
        """Return the weighted mean over the dimension ``member``; of a field above a level it is the probability."""
        share = xr.DataArray(self.share, dims="member", coords={"member": self.member})
        return (values.sel(member=self.member) * share).sum("member", keep_attrs=True)


def weigh(ensemble: Ensemble, readings: Sequence[Reading]) -> Weights:
    """Weigh the members by how likely they make what was read.

    Importance weights of a particle filter in one step (van Leeuwen 2009, doi:10.1175/2009MWR2835.1, eq. 6, with normal
    errors that are independent). Members are neither moved nor drawn anew, so that each stays one possible evolution and
    nothing is run again. Where the effective number falls to a few, run more members or widen their spreads.

    Parameters
    ----------
    ensemble
        Whose request keeps in time (``timed``) the members that are weighed.
    readings
        Of gauges.

    Raises
    ------
    InvalidInputError
        If there is no reading, no member in time, or a gauge lies outside.
    UnknownNameError
        If the model gives no such field with time.
    """
    members = np.array(ensemble.timed)
    if not members.size or not readings:
        raise InvalidInputError(
            f"There are {members.size} members in time and {len(readings)} readings; expected some of both: ask for the members' "
            "courses (timed), and give readings."
        )
    misfit = np.zeros(members.size)
    for reading in readings:
        told = np.array([_at(ensemble.course(int(member)), reading) for member in members])
        misfit += 0.5 * np.square((told - reading.value) / reading.error)
    share = np.exp(misfit.min() - misfit)
    return Weights(members, share / share.sum())


def _at(course: xr.Dataset, reading: Reading) -> float:
    """Return what a member says at the gauge: of its cell or node, linear between times."""
    if reading.field not in course or "time" not in course[reading.field].dims:
        raise UnknownNameError(
            "output with time", reading.field, [str(n) for n in course if "time" in course[n].dims]
        )
    values = course[reading.field]
    times = np.asarray(values.time.values, float)
    if not times[0] <= reading.second <= times[-1]:
        raise InvalidInputError(
            f"A reading at {reading.second:g} s lies outside of the run, {times[0]:g} to {times[-1]:g} s; leave it out, or run longer."
        )
    if isinstance(reading.place, str):
        dim = next(str(dim) for dim in values.dims if dim != "time")
        names = [str(name) for name in course[dim].values]
        if reading.place not in names:
            raise UnknownNameError(dim, reading.place[:80], names)
        line = values.isel({dim: names.index(reading.place)})
    else:
        cell = Grid.of(course).place(*reading.place)
        if cell is None:
            raise InvalidInputError(
                f"The gauge at {reading.place[0]:.5f}, {reading.place[1]:.5f} lies outside of the site; leave it out, or widen the site."
            )
        line = values.isel(y=cell[0], x=cell[1])
    return float(np.interp(reading.second, times, np.asarray(line.values, float)))
