"""What an ensemble says: how probable, how much, how soon, and which member is behind it."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.hazards.ensemble.kept import Kept
from watchfloor.hazards.ensemble.request import Request

__all__ = ["Ensemble"]


class Ensemble:
    """The finished members of a request, and the maps that are made of them.

    Parameters
    ----------
    request
        What was run.
    kept
        The members' results.
    complete
        Whether all members are there; maps of a part are good for a first look, and say so.
    """

    def __init__(self, request: Request, kept: Kept, *, complete: bool = True) -> None:
        self.request = request
        self.complete = complete
        self._kept = kept

    @property
    def members(self) -> int:
        """How many members are finished."""
        return len(self._kept.done)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was mended or assumed in the inputs, and what is missing in the result."""
        found = self.request.prepared().remarks
        if not self.complete:
            found += (f"{self.members} of {self.request.size} members are finished.",)
        return found

    @cached_property
    def data(self) -> xr.Dataset:
        """All outputs without time, dims ``member`` first, float32."""
        made = self._kept.dataset()
        model = self.request.model
        return made.assign_attrs(
            Conventions="CF-1.11",
            model=type(model).__module__.rpartition(".")[2],
            model_version=model.version,
            parameters=str(model.settings),
            seed=self.request.seed,
            fidelity=self.request.fidelity,
            run=self.request.key,
        )

    @property
    def timed(self) -> tuple[int, ...]:
        """Numbers of the members whose outputs with time are there; none where the model has no such outputs."""
        return tuple(sorted(self._kept.courses))

    def course(self, member: int = 0) -> xr.Dataset:
        """Return a member's outputs with time, of those that the request asked for."""
        if member not in self._kept.courses:
            raise UnknownNameError("member in time", str(member), map(str, sorted(self._kept.courses)))
        return self._kept.courses[member]

    def probability(self, field: str, level: float) -> xr.DataArray:
        """Return the share of members in which a field is above a level.

        Examples
        --------
        See ``notebooks`` for the twin; ``ensemble.probability("water_depth_max", 0.3)``.
        """
        made = self._fold(field, lambda values: np.mean(values > level, axis=0, dtype=np.float64))
        title = f"Probability of more than {level:g} {self._units(field)}"
        return made.assign_attrs(units="1", long_name=title, level=level)

    def quantile(self, field: str, share: float) -> xr.DataArray:
        """Return the value that `share` of the members do not pass, cell by cell (linear between members)."""
        if not 0.0 <= share <= 1.0:
            raise InvalidInputError(f"There is no quantile {share}; expected 0 to 1.")
        made = self._fold(field, lambda values: np.quantile(values, share, axis=0))
        return made.assign_attrs(units=self._units(field), long_name=f"Quantile {share:g} of {field}")

    def mean(self, field: str) -> xr.DataArray:
        """Return the members' mean."""
        made = self._fold(field, lambda values: np.mean(values, axis=0, dtype=np.float64))
        return made.assign_attrs(units=self._units(field), long_name=f"Mean of {field}")

    def spread(self, field: str) -> xr.DataArray:
        """Return the members' standard deviation."""
        made = self._fold(field, lambda values: np.std(values, axis=0, dtype=np.float64))
        return made.assign_attrs(units=self._units(field), long_name=f"Spread of {field}")

    def order(self, field: str) -> np.ndarray:
        """Return the members' numbers by the sum of a field over the site, the smallest first."""
        total = np.zeros(self.members)
        for _, values in self._kept.blocks(field):
            total += values.reshape(values.shape[0], -1).sum(axis=1, dtype=np.float64)
        numbers = np.array(sorted(self._kept.done))
        return np.asarray(numbers[np.argsort(total, kind="stable")])

    def worst_credible(self, field: str, share: float = 0.95, by: Sequence[float] | None = None) -> int:
        """Return the number of the member that is worse than a `share` of all.

        It is one whole possible evolution, which a map of quantiles is not.

        Parameters
        ----------
        field
            Ranked by the sum of this field, unless `by` is given.
        share
            How much of the ensemble it is to be worse than.
        by
            Loss of each finished member, in the order of their numbers.
        """
        if by is None:
            ranked = self.order(field)
        else:
            if len(by) != self.members:
                raise InvalidInputError(f"There are {len(by)} losses for {self.members} members.")
            ranked = np.array(sorted(self._kept.done))[np.argsort(np.asarray(by), kind="stable")]
        return int(ranked[min(int(np.ceil(share * (ranked.size - 1))), ranked.size - 1)])

    def member(self, number: int) -> xr.Dataset:
        """Return one member's outputs without time."""
        return self.data.sel(member=number)

    def _units(self, field: str) -> str:
        return str(self._array(field).attrs.get("units", "1"))

    def _array(self, field: str) -> xr.DataArray:
        if field not in self.data:
            raise UnknownNameError("output", field, map(str, self.data.data_vars))
        return self.data[field]

    def _fold(self, field: str, how: Callable[[np.ndarray], Any]) -> xr.DataArray:
        like = self._array(field)
        rest = like.isel(member=0, drop=True)
        made = np.empty(rest.shape, np.float32)
        for where, values in self._kept.blocks(field):
            if made.ndim:
                made[where] = how(values)
            else:
                made[...] = how(values)
        return xr.DataArray(made, dims=rest.dims, coords=rest.coords)
