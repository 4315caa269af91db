"""Read the members of a hazard's run in pieces, never more of them at once than the memory that is allowed."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import xarray as xr

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.core.fields import FIELDS, convert

__all__ = ["BUDGET", "Outcome", "row_of"]

BUDGET = 256 * 1024 * 1024
"""Bytes of members' values that are held at once."""


class Outcome:
    """A hazard's result, member by member.

    Parameters
    ----------
    data
        Dims ``member`` (may be missing) and those of the cells; other outputs, with time, are not read.
    dims
        Dims of the cells.
    budget
        Bytes that may be held at once.

    Raises
    ------
    InvalidInputError
        If there is no member, or an output does not say its unit.

    Examples
    --------
    >>> values = xr.DataArray([[[0.5, 1.0]]], dims=("member", "y", "x"), attrs={"units": "m"})
    >>> outcome = Outcome(xr.Dataset({"water_depth_max": values}), ("y", "x"))
    >>> [block[1]["water_depth_max"].tolist() for block in outcome.blocks(["water_depth_max"])]
    [[[0.5, 1.0]]]
    """

    def __init__(self, data: xr.Dataset, dims: Sequence[str], budget: int = BUDGET) -> None:
        self.data = data
        """As it was given."""
        self._data = data if "member" in data.dims else data.expand_dims("member")
        self._dims = tuple(dims)
        self._budget = budget
        size = int(self._data.sizes["member"])
        if not size:
            raise InvalidInputError("The result has no member; run the hazard first.")
        given = self._data["member"].values if "member" in self._data.coords else np.arange(size)
        self.members = np.asarray(given, np.int64)
        self.size = int(np.prod([self._data.sizes[dim] for dim in self._dims]))
        self.fields = tuple(
            str(name)
            for name, array in self._data.data_vars.items()
            if set(array.dims) == {"member", *self._dims}
        )
        """Outputs that can be read."""
        self.missing: dict[str, int] = {}
        """How many values of an output were no numbers."""

    @property
    def attrs(self) -> dict[Any, Any]:
        """Attributes of the result."""
        return dict(self._data.attrs)

    def each(self, count: int, cells: int | None = None) -> int:
        """Return how many members fit into the budget, with `count` arrays of `cells` values for each."""
        return max(1, int(self._budget // (4 * max(1, count) * max(1, cells or self.size))))

    def blocks(
        self,
        fields: Sequence[str],
        cells: np.ndarray | None = None,
        extra: int = 1,
        rows: Sequence[int] | None = None,
    ) -> Iterator[tuple[slice, dict[str, np.ndarray]]]:
        """Go through members; yield which, and each field as float32 of shape (members, cells).

        Parameters
        ----------
        fields
            Which outputs; a name twice is read once.
        cells
            Only these cells; None for all.
        extra
            Further arrays of this size that the caller makes for each member.
        rows
            Only these members, by place; None for all. They are yielded one by one.
        """
        wanted = list(dict.fromkeys(fields))
        if rows is not None:
            for row in rows:
                where = slice(row, row + 1)
                yield where, {name: self._read(name, where, cells) for name in wanted}
            return
        width = self.size if cells is None else int(cells.size)
        each = self.each(len(wanted) + extra, width)
        for start in range(0, self.members.size, each):
            where = slice(start, min(start + each, self.members.size))
            yield where, {name: self._read(name, where, cells) for name in wanted}

    def _read(self, name: str, where: slice, cells: np.ndarray | None) -> np.ndarray:
        array = self._data[name].transpose("member", *self._dims)
        unit = str(array.attrs.get("units", ""))
        known = FIELDS.get(name)
        if known is not None and not unit:
            raise InvalidInputError(
                f"{known.en} ({name}) does not say its unit; set its attribute units, for instance to {known.units!r}."
            )
        values = np.asarray(array[where].values).reshape(where.stop - where.start, -1)
        if cells is not None:
            values = values[:, cells]
        if known is not None and unit != known.units:
            values = np.asarray(convert(values, unit, known.units))
        return np.ascontiguousarray(values, np.float32)


def row_of(members: np.ndarray, member: int) -> int:
    """Return at which place a member stands among the members of a run.

    Raises
    ------
    UnknownNameError
        If it is none of them.

    Examples
    --------
    >>> row_of(np.array([0, 2, 5]), 5)
    2
    """
    found = np.flatnonzero(members == member)
    if not found.size:
        raise UnknownNameError("member", str(member), map(str, members[:50]))
    return int(found[0])
