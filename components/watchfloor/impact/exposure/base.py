"""What an exposure is: who or what may be hit, found in a floor's catalog by its metadata."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import xarray as xr

from watchfloor.core.errors import InvalidInputError, WatchfloorError

__all__ = ["Exposure", "Layer", "Source", "counted", "placed"]


@dataclass(frozen=True)
class Source:
    """Where one layer is from.

    Parameters
    ----------
    entry
        Name in the catalog, or what it was made of.
    vintage
        State of the data, as their metadata tell it; ``unknown`` where they do not.
    digest
        SHA-256 of the file, where there is one.
    provider, licence
        Whose it is, on which terms.
    invented
        Whether it is made up.
    """

    entry: str
    vintage: str = "unknown"
    digest: str = ""
    provider: str = ""
    licence: str = ""
    invented: bool = False


@dataclass(frozen=True, eq=False)
class Layer:
    """One exposure: a map of counts, or places with counts.

    Parameters
    ----------
    name
        Of the exposure.
    data
        A grid of counts (dims ``(y, x)``, attribute ``crs``), a table with geometry in EPSG:4326 (columns ``name``,
        ``name_zh``, ``kind`` and those of `weights`), or counts by name (one dimension, ``region`` or ``node``).
    weights
        Unit of each figure: for a table, by column; for a map, one.
    sources
        Where it is from.
    remarks
        Sentences on what was mended or assumed.

    Examples
    --------
    >>> where = {"y": [15.0, 5.0], "x": [5.0, 15.0]}
    >>> grid = xr.DataArray([[1.0, 2.0], [3.0, 4.0]], dims=("y", "x"), coords=where, attrs={"crs": "EPSG:32650"})
    >>> Layer("people", grid, {"people": "1"}).total("people")
    10.0
    """

    name: str
    data: Any
    weights: Mapping[str, str]
    sources: Sequence[Source] = ()
    remarks: Sequence[str] = field(default=())

    @property
    def table(self) -> bool:
        """Whether it is a table of places."""
        return hasattr(self.data, "columns")

    def total(self, weight: str) -> float:
        """Return the sum of one of its figures."""
        return float(np.nansum(np.asarray(self.data[weight] if self.table else self.data.values, np.float64)))


class Exposure:
    """One kind of what may be hit. A subclass is one file of `watchfloor.impact.exposure`."""

    title: ClassVar[Mapping[str, str]]
    """In ``en`` and ``zh``."""
    doc: ClassVar[str]
    """One sentence: what it is and by which metadata it is found."""

    @classmethod
    @abstractmethod
    def find(cls, catalog: Any) -> list[Any]:
        """Return the entries of a catalog that tell of it, best first; none is no error."""

    @classmethod
    @abstractmethod
    def layer(cls, entries: Sequence[Any], data: Sequence[Any]) -> Layer | None:
        """Make the layer of what was read of the entries.

        Raises
        ------
        InvalidInputError
            If a figure is negative or of another unit.
        """

    @classmethod
    def read(cls, catalog: Any) -> tuple[Layer | None, tuple[str, ...]]:
        """Find, read and make the layer; what cannot be read is left out, with a sentence."""
        entries, data, remarks = [], [], []
        for entry in cls.find(catalog):
            try:
                data.append(entry.read())
                entries.append(entry)
            except WatchfloorError as error:
                remarks.append(f"{entry.name} is left out: {error}")
        return (cls.layer(entries, data) if entries else None), tuple(remarks)


def tables(catalog: Any, tags: Sequence[str]) -> list[Any]:
    """Return a catalog's tables with a geometry that have one of some tags, each once, in the tags' order."""
    found = {entry.name: entry for tag in tags for entry in catalog.search(tag=tag) if entry.map is not None}
    return [entry for entry in found.values() if entry.map.kind != "raster"]


def source_of(entry: Any, data: Any) -> Source:
    """Return where an entry's data are from."""
    said = entry.provenance()
    attrs = getattr(data, "attrs", {}) or {}
    vintage = str(attrs.get("vintage") or attrs.get("date") or attrs.get("time_coverage_end") or "unknown")
    return Source(
        entry.name,
        vintage,
        str(said.get("digest", "")),
        str(said.get("provider", "")),
        str(said.get("licence", "")),
        bool(said.get("invented", False)),
    )


def counted(values: Any, what: str) -> tuple[np.ndarray, int]:
    """Return counts as numbers, with 0 where they are missing, and how many were.

    Raises
    ------
    InvalidInputError
        If one is negative or infinite.

    Examples
    --------
    >>> counted([1, None, 2], "people")
    (array([1., 0., 2.]), 1)
    """
    found = np.asarray(values, np.float64)
    missing = np.isnan(found)
    found = np.where(missing, 0.0, found)
    if np.any(found < 0):
        raise InvalidInputError(
            f"{what.capitalize()}: {int((found < 0).sum())} values are negative (least {found.min():g}); expected counts of 0 "
            "or more. Is a negative number used for missing data? Mask it first."
        )
    if np.any(np.isinf(found)):
        raise InvalidInputError(f"{what.capitalize()}: there are infinite values; expected counts.")
    return found, int(missing.sum())


def placed(table: Any, what: str) -> Any:
    """Return a table of places in EPSG:4326, without empty geometries.

    Raises
    ------
    InvalidInputError
        If it does not say its coordinate system.
    """
    if getattr(table, "crs", None) is None:
        raise InvalidInputError(
            f"{what.capitalize()}: the places do not say their coordinate system; set it, for instance "
            "table.set_crs('EPSG:4326')."
        )
    made = table.to_crs("EPSG:4326") if table.crs.to_epsg() != 4326 else table
    good = made.geometry.notna() & ~made.geometry.is_empty
    return made[good].reset_index(drop=True)


def gridded(grid: xr.DataArray, crs: str | None, what: str) -> xr.DataArray:
    """Return a map of counts with dims ``(y, x)`` and the attribute ``crs``, checked.

    Raises
    ------
    InvalidInputError
        If it has other dims, no coordinate system, or negative counts.
    """
    if set(grid.dims) != {"y", "x"}:
        raise InvalidInputError(
            f"{what.capitalize()}: the map has the dimensions {', '.join(map(str, grid.dims))}; expected y and x."
        )
    grid = grid.transpose("y", "x")
    name = str(grid.attrs.get("crs", "")) or (crs or "")
    if not name and "spatial_ref" in grid.coords:
        name = str(grid.rio.crs)
    if not name:
        raise InvalidInputError(
            f"{what.capitalize()}: the map does not say its coordinate system; set the attribute crs."
        )
    values, _ = counted(grid.values, what)
    return xr.DataArray(
        values,
        dims=("y", "x"),
        coords={"y": np.asarray(grid["y"].values, float), "x": np.asarray(grid["x"].values, float)},
        attrs={"crs": name},
        name=what,
    )
