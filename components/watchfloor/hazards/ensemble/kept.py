"""Where the members' results are kept: in memory while they fit, else in Zarr; and across a kill, if it is wanted.

A member counts as kept when its name is in the folder ``done``, which is written last: what a killed run leaves
behind is either whole or run again.
"""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import xarray as xr
import zarr

from watchfloor.core.errors import InvalidInputError

__all__ = ["BUDGET", "Kept", "Shelf"]

BUDGET = 512 * 1024 * 1024
"""Bytes of members' results that are held in memory; beyond, they go to Zarr."""


_LEAST = 64 * 1024
"""Bytes of a chunk at least: smaller ones cost more to open than to read."""


class Shelf:
    """A folder of finished and unfinished ensembles, by their key.

    Parameters
    ----------
    folder
        It is made when it is not there.
    limit
        Bytes that it may hold; the ensembles used longest ago go first.
    """

    def __init__(self, folder: Path, limit: int = 4 * 1024**3) -> None:
        self._folder = folder
        self._limit = limit

    def place(self, key: str) -> Path:
        """Return the folder of an ensemble, and note that it is used."""
        if len(key) != 64 or not set(key) <= set("0123456789abcdef"):
            raise InvalidInputError(f"{key[:80]!r} is no key of an ensemble; expected 64 hex digits.")
        path = self._folder / key
        path.mkdir(parents=True, exist_ok=True)
        os.utime(path)
        return path

    def tidy(self) -> list[str]:
        """Remove what was used longest ago until the rest fits; return the keys that went."""
        if not self._folder.is_dir():
            return []
        found = sorted(
            (path for path in self._folder.iterdir() if path.is_dir()),
            key=lambda path: path.stat().st_mtime,
            reverse=True,
        )
        gone, held = [], 0
        for number, path in enumerate(found):
            held += sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
            if held > self._limit and number:
                shutil.rmtree(path, ignore_errors=True)
                gone.append(path.name)
        return gone


class Kept:
    """The results of the members of one ensemble.

    Parameters
    ----------
    members
        How many there will be.
    path
        Folder to keep them in; None for memory only.
    budget
        Bytes that may be held in memory. Without a folder, more than that is refused.
    """

    def __init__(self, members: int, path: Path | None = None, budget: int = BUDGET) -> None:
        self._members = members
        self._path = path
        self._budget = budget
        self._arrays: dict[str, Any] = {}
        self._template: xr.Dataset | None = None
        self._done: set[int] = set()
        self._told: dict[int, dict[str, float]] = {}
        self.courses: dict[int, xr.Dataset] = {}
        """Outputs with time, of the members that were asked for."""

    @property
    def done(self) -> frozenset[int]:
        """Members that are kept."""
        return frozenset(self._done)

    def resume(self, timed: Sequence[int]) -> Self:
        """Take up what an earlier run of the same key left in the folder."""
        path = self._path
        if path is None or not (path / "template.nc").is_file():
            return self
        try:
            group = zarr.open_group(str(path / "members"), mode="r+")
            self._template = xr.load_dataset(path / "template.nc", engine="h5netcdf")
            self._arrays = {str(name): group[str(name)] for name in self._template.data_vars}
            for file in (path / "done").iterdir():
                number = int(file.name)
                self._told[number] = json.loads(file.read_text(encoding="utf-8"))
                if number in timed:
                    course = path / f"course-{number}.nc"
                    self.courses[number] = xr.load_dataset(course, engine="h5netcdf")
                self._done.add(number)
        except (OSError, ValueError, KeyError):
            # what cannot be read is run again
            self._arrays, self._template = {}, None
            self._done.clear()
            self._told.clear()
            self.courses.clear()
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
        return self

    def keep(self, number: int, result: xr.Dataset) -> None:
        """Keep a member's result; it is safe on the disk when this returns, if there is a folder."""
        lasting = result.drop_dims("time", errors="ignore")
        if self._template is None:
            self._begin(lasting)
        for name, array in self._arrays.items():
            array[number] = lasting[name].values
        if set(lasting.data_vars) != set(result.data_vars):
            self.courses[number] = result
            if self._path is not None:
                self._write(result, f"course-{number}.nc")
        told = {
            str(name): float(value)
            for name, value in result.attrs.items()
            if isinstance(value, int | float | np.number)
        }
        self._told[number] = told
        if self._path is not None:
            done = self._path / "done" / str(number)
            part = self._path / f"done-{number}.part"
            part.write_text(json.dumps(told), encoding="utf-8")
            part.replace(done)
        self._done.add(number)

    def dataset(self) -> xr.Dataset:
        """Return the kept members, dims ``member`` first; large ones stay on the disk until they are read."""
        if self._template is None:
            raise InvalidInputError("No member is finished yet.")
        order = np.array(sorted(self._done))
        made = {}
        for name, array in self._arrays.items():
            like = self._template[name]
            if isinstance(array, np.ndarray):
                values: Any = array if order.size == self._members else array[order]
                made[name] = xr.DataArray(values, dims=("member", *like.dims), attrs=like.attrs)
            else:
                whole = xr.open_zarr(str(self._path) + "/members", consolidated=False)[name]
                made[name] = (
                    whole if order.size == self._members else whole.isel(member=order)
                ).assign_attrs(like.attrs)
        coords = {name: self._template.coords[name] for name in self._template.coords}
        return xr.Dataset(made, coords=coords | {"member": order}, attrs=self._attrs())

    def _attrs(self) -> dict[str, Any]:
        """Return what the members tell of themselves; of numbers that differ, such as errors of balance, the largest in size.

        Whichever member is finished first says nothing.
        """
        assert self._template is not None
        found = dict(self._template.attrs)
        for name in {name for told in self._told.values() for name in told}:
            values = [told[name] for told in self._told.values() if name in told]
            whole = isinstance(found.get(name), int | np.integer)
            worst = max(values, key=lambda value: (abs(value), value))
            found[name] = int(worst) if whole and worst == int(worst) else worst
        return found

    def blocks(self, name: str) -> Iterator[tuple[slice, np.ndarray]]:
        """Go through one output in pieces of its first dimension after ``member``; yield where, and the values."""
        data = self.dataset()[name]
        if data.ndim == 1:
            yield slice(None), np.asarray(data.values)
            return
        rows, each = data.shape[1], self._rows(data.shape[1:])
        for start in range(0, rows, each):
            where = slice(start, min(start + each, rows))
            yield where, np.asarray(data[:, where].values)

    def _rows(self, shape: Sequence[int]) -> int:
        """Return how many rows of all members, float32, are looked at in one go: an eighth of the budget."""
        return max(1, int(self._budget / 8 // max(1, self._members * int(np.prod(shape[1:])) * 4)))

    def _chunk(self, shape: Sequence[int]) -> tuple[int, ...]:
        """Return the chunks of one member's array: its rows are cut as they are read, so that none is read for another's sake."""
        if not shape:
            return ()
        least = int(np.ceil(_LEAST / 4 / max(1, int(np.prod(shape[1:])))))
        rows = min(max(self._rows(shape), least), shape[0])
        return (max(1, rows), *(max(1, size) for size in shape[1:]))

    def _begin(self, lasting: xr.Dataset) -> None:
        need = sum(4 * self._members * int(np.prod(lasting[name].shape)) for name in lasting.data_vars)
        self._template = lasting.copy(deep=True)
        if self._path is None:
            if need > self._budget:
                raise InvalidInputError(
                    f"{self._members} members need {need / 2**20:.0f} MiB, and {self._budget / 2**20:.0f} MiB are "
                    "allowed in memory; give the run a folder, fewer members or larger cells."
                )
            self._arrays = {
                str(name): np.empty((self._members, *lasting[name].shape), np.float32)
                for name in lasting.data_vars
            }
            return
        (self._path / "done").mkdir(parents=True, exist_ok=True)
        group = zarr.open_group(str(self._path / "members"), mode="w")
        for name in lasting.data_vars:
            shape = lasting[name].shape
            self._arrays[str(name)] = group.create_array(
                str(name),
                shape=(self._members, *shape),
                chunks=(1, *self._chunk(shape)),
                dtype="float32",
                dimension_names=["member", *map(str, lasting[name].dims)],
            )
        self._write(lasting, "template.nc")

    def _write(self, data: xr.Dataset, name: str) -> None:
        assert self._path is not None
        part = self._path / f"{name}.part"
        data.to_netcdf(part, engine="h5netcdf")
        part.replace(self._path / name)
