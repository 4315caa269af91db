"""Put exposures on the cells of a run: which cell, how much, of which class, in which district."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import shapely
import xarray as xr
from pyproj import Transformer

from watchfloor.core.burn import burn
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.provenance import digest_bytes
from watchfloor.hazards.grid import Grid
from watchfloor.impact.exposure.base import Layer
from watchfloor.impact.exposure.environment import CLASSES, WATER
from watchfloor.impact.regrid import classes, conserve

__all__ = ["Elements", "Ground", "grounded"]

_KEEP = 2
"""Grids on which the placed exposures of one inventory are kept: plans are compared on the same cells."""


@dataclass(frozen=True, eq=False)
class Elements:
    """One exposure on the cells of a run.

    Parameters
    ----------
    cell
        Flat number of the cell of each element, int64, rising.
    group
        Number of its class in `groups`, int32.
    district
        Number of its district, the last one for none, int32.
    owner
        Row of the layer's table that it belongs to; -1 for maps.
    weights
        Figures by name, float32, of the elements' number.
    groups
        Names of the classes.
    remarks
        What was done, and how much lies outside.
    """

    cell: np.ndarray
    group: np.ndarray
    district: np.ndarray
    owner: np.ndarray
    weights: Mapping[str, np.ndarray]
    groups: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many elements there are."""
        return int(self.cell.size)

    def total(self, weight: str) -> float:
        """Return the sum of a figure over all elements."""
        return float(self.weights[weight].sum(dtype=np.float64))


class Ground:
    """The cells of a run, and the districts they lie in.

    Parameters
    ----------
    result
        A run's outputs: with dims ``y`` and ``x`` and the attribute ``crs``, or with ``region`` or ``node``.
    districts
        Table of areas, EPSG:4326, with columns ``code`` and ``name``; None for none.
    cover
        Map of land cover, by which people are not put into water.

    Raises
    ------
    InvalidInputError
        If the result has no cells, or no system.
    """

    def __init__(self, result: xr.Dataset, districts: Any = None, cover: Layer | None = None) -> None:
        self.districts = districts
        self.grid: Grid | None = None
        self.names: tuple[str, ...] = ()
        self._cover = cover
        self._made: dict[str, Elements] = {}
        if {"y", "x"} <= set(result.dims):
            self.grid = Grid.of(result)
            self.dims: tuple[str, ...] = ("y", "x")
            self.size = int(np.prod(self.grid.shape))
        else:
            dim = next((name for name in ("region", "node", "station") if name in result.dims), None)
            if dim is None:
                raise InvalidInputError(
                    f"The result has the dimensions {', '.join(map(str, result.dims)) or 'none'}; expected y and x, region or node."
                )
            self.dims = (dim,)
            values = result[dim].values if dim in result.coords else np.arange(result.sizes[dim])
            self.names = tuple(str(value) for value in values)
            self.size = len(self.names)

    @cached_property
    def district(self) -> np.ndarray:
        """Number of the district of each cell, int32; the number of districts for none."""
        none = 0 if self.districts is None else len(self.districts)
        made = np.full(self.size, none, np.int32)
        if self.districts is None:
            return made
        if self.grid is None:
            codes = {str(code): row for row, code in enumerate(self.districts["code"])}
            names = {str(name): row for row, name in enumerate(self.districts["name"])}
            return np.array([codes.get(name, names.get(name, none)) for name in self.names], np.int32)
        from affine import Affine

        grid, table = self.grid, self.districts.to_crs(self.grid.crs)
        step_x, step_y = grid.x[1] - grid.x[0], grid.y[1] - grid.y[0]
        affine = Affine(step_x, 0, grid.x[0] - step_x / 2, 0, step_y, grid.y[0] - step_y / 2)
        shapes = [(shape, row + 1) for row, shape in enumerate(table.geometry)]
        burnt = burn(shapes, grid.shape, transform=affine, fill=0, dtype="int32")
        return np.where(burnt.ravel() > 0, burnt.ravel() - 1, none).astype(np.int32)

    @cached_property
    def cover(self) -> np.ndarray | None:
        """Class of land cover of each cell; None where no map is there."""
        if self.grid is None or self._cover is None:
            return None
        return classes(self._cover.data, self.grid)

    def itself(self) -> Elements:
        """Return each cell once, with the weight ``one``: for what the hazard counts itself."""
        cell = np.arange(self.size)
        one = {"one": np.ones(self.size, np.float32)}
        return self._elements(cell, np.zeros(self.size), np.full(self.size, -1), one, ("all",), ())

    def place(self, layer: Layer) -> Elements:
        """Put a layer on the cells; it is done once."""
        if layer.name not in self._made:
            self._made[layer.name] = self._place(layer)
        return self._made[layer.name]

    def _place(self, layer: Layer) -> Elements:
        if self.grid is None:
            return self._named(layer)
        if layer.table:
            return self._table(layer, self.grid)
        if layer.name == "environment":
            return self._land(layer, self.grid)
        live = None if self.cover is None else self.cover != WATER
        counts, remarks = conserve(layer.data, self.grid, live)
        weight = next(iter(layer.weights))
        outside = layer.total(weight) - counts.sum()
        whole = max(layer.total(weight), 1e-9)
        if outside > 0.001 * whole:
            remarks += (
                f"{counts.sum():,.0f} of {whole:,.0f} ({layer.name}) lie inside of the run's area; the others are not counted.",
            )
        flat = counts.ravel()
        cell = np.flatnonzero(flat > 0)
        made = flat[cell].astype(np.float32)
        return self._elements(
            cell, np.zeros(cell.size, np.int32), np.full(cell.size, -1), {weight: made}, ("all",), remarks
        )

    def _land(self, layer: Layer, grid: Grid) -> Elements:
        cover = self.cover if self.cover is not None else classes(layer.data, grid)
        cell = np.flatnonzero(cover.ravel() > 0)
        found = cover.ravel()[cell]
        numbers = np.unique(found)
        groups = tuple(CLASSES.get(int(number), f"class {int(number)}") for number in numbers)
        area = np.full(cell.size, grid.cell_area / 1e6, np.float32)
        return self._elements(
            cell, np.searchsorted(numbers, found), np.full(cell.size, -1), {"area": area}, groups, ()
        )

    def _table(self, layer: Layer, grid: Grid) -> Elements:
        table = layer.data
        way = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)
        shapes = shapely.transform(np.asarray(table.geometry), way.transform, interleaved=False)  # type: ignore[arg-type]
        kinds = shapely.get_type_id(shapes)
        points, owners, shares = [], [], []
        lines = np.isin(kinds, (1, 2, 5))
        areas = np.isin(kinds, (3, 6, 7))
        if lines.any():
            found, owner, share = _along(shapes[lines], 0.5 * min(grid.dx, grid.dy))
            points.append(found)
            owners.append(np.flatnonzero(lines)[owner])
            shares.append(share)
        if areas.any():
            found, owner, share = _across(shapes[areas], grid)
            points.append(found)
            owners.append(np.flatnonzero(areas)[owner])
            shares.append(share)
        rest = ~lines & ~areas
        if rest.any():
            points.append(shapely.get_coordinates(shapely.centroid(shapes[rest])))
            owners.append(np.flatnonzero(rest))
            shares.append(np.ones(int(rest.sum())))
        xy = np.concatenate(points) if points else np.zeros((0, 2))
        owner = np.concatenate(owners) if owners else np.zeros(0, int)
        share = np.concatenate(shares) if shares else np.zeros(0)
        column = np.rint((xy[:, 0] - grid.x[0]) / (grid.x[1] - grid.x[0]))
        row = np.rint((xy[:, 1] - grid.y[0]) / (grid.y[1] - grid.y[0]))
        inside = (column >= 0) & (column < grid.x.size) & (row >= 0) & (row < grid.y.size)
        cell = (row[inside] * grid.x.size + column[inside]).astype(np.int64)
        owner, share = owner[inside], share[inside]
        order = np.argsort(cell, kind="stable")
        cell, owner, share = cell[order], owner[order], share[order]
        names = np.asarray(table["kind"].astype(str)) if "kind" in table else np.full(len(table), "all")
        groups, number = np.unique(names, return_inverse=True)
        weights = {
            name: (np.asarray(table[name], np.float64)[owner] * share).astype(np.float32)
            for name in layer.weights
        }
        remarks: tuple[str, ...] = ()
        out = len(table) - np.unique(owner).size
        if out:
            remarks = (
                f"{len(table) - out:,} of {len(table):,} ({layer.name}) lie inside of the run's area.",
            )
        return self._elements(cell, number[owner], owner, weights, tuple(map(str, groups)), remarks)

    def _named(self, layer: Layer) -> Elements:
        """Put counts by name onto regions or nodes of the same names."""
        weight = next(iter(layer.weights))
        if layer.table:
            column = "code" if "code" in layer.data else "name"
            counts = dict(zip(layer.data[column].astype(str), layer.data[weight], strict=True))
        elif layer.data.ndim == 1:
            dim = layer.data.dims[0]
            counts = dict(zip(layer.data[dim].values.astype(str), layer.data.values, strict=True))
        else:
            raise InvalidInputError(
                f"The {layer.name} are a map, the run is of named {self.dims[0]}s; give counts by {self.dims[0]}."
            )
        found = np.array([float(counts.get(name, 0.0)) for name in self.names])
        missing = [name for name in self.names if name not in counts]
        said = (
            (
                f"{len(missing)} of {self.size} {self.dims[0]}s have no {layer.name} ({', '.join(missing[:3])}).",
            )
            if missing
            else ()
        )
        cell = np.flatnonzero(found > 0)
        return self._elements(
            cell,
            np.zeros(cell.size, np.int32),
            np.full(cell.size, -1),
            {weight: found[cell].astype(np.float32)},
            ("all",),
            said,
        )

    def _elements(
        self,
        cell: np.ndarray,
        group: np.ndarray,
        owner: np.ndarray,
        weights: Mapping[str, np.ndarray],
        groups: tuple[str, ...],
        remarks: tuple[str, ...],
    ) -> Elements:
        return Elements(
            np.ascontiguousarray(cell, np.int64),
            np.ascontiguousarray(group, np.int32),
            np.ascontiguousarray(self.district[cell], np.int32),
            np.ascontiguousarray(owner, np.int64),
            weights,
            groups,
            remarks,
        )


def _along(lines: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return points along lines not farther apart than a step, whose line each is on, and its share of the line."""
    length = shapely.length(lines)
    count = np.maximum(1, np.ceil(length / step)).astype(np.int64)
    owner = np.repeat(np.arange(lines.size), count)
    number = np.arange(owner.size) - np.repeat(np.cumsum(count) - count, count)
    at = (number + 0.5) / count[owner]
    found = shapely.line_interpolate_point(lines[owner], at, normalized=True)
    return shapely.get_coordinates(found), owner, 1.0 / count[owner]


def _across(areas: np.ndarray, grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return points on a lattice inside of areas (at least one each), whose each is, and its share of the area."""
    if areas.size > 5000:  # footprints: one point each is enough
        inner = shapely.point_on_surface(areas)
        return shapely.get_coordinates(inner), np.arange(areas.size), np.ones(areas.size)
    points, owners, shares = [], [], []
    box = shapely.box(grid.x.min(), grid.y.min(), grid.x.max(), grid.y.max())
    for number, area in enumerate(areas):
        if not shapely.intersects(area, box):
            continue
        west, south, east, north = area.bounds
        across = max(grid.dx, (east - west) / 400)
        up = max(grid.dy, (north - south) / 400)
        x, y = np.meshgrid(np.arange(west + across / 2, east, across), np.arange(south + up / 2, north, up))
        inside = shapely.contains_xy(area, x.ravel(), y.ravel())
        found = np.column_stack([x.ravel()[inside], y.ravel()[inside]])
        if not len(found):
            found = shapely.get_coordinates(shapely.point_on_surface(area))
        points.append(found)
        owners.append(np.full(len(found), number))
        shares.append(np.full(len(found), 1.0 / len(found)))
    if not points:
        return np.zeros((0, 2)), np.zeros(0, int), np.zeros(0)
    return np.concatenate(points), np.concatenate(owners), np.concatenate(shares)


_LOCK = Lock()
_GROUNDS: "WeakKeyDictionary[Any, OrderedDict[str, Ground]]" = WeakKeyDictionary()


def grounded(result: xr.Dataset, exposures: Any) -> Ground:
    """Return the cells of a run for an inventory; the last ones are kept with all that was placed on them.

    Parameters
    ----------
    result
        See `Ground`.
    exposures
        An `Exposures`; it is never changed, so what was placed stays true.
    """
    fresh = Ground(result, exposures.districts, exposures.layers.get("environment"))
    if fresh.grid is None:
        return fresh
    grid = fresh.grid
    key = digest_bytes(grid.x.tobytes() + b"|" + grid.y.tobytes() + b"|" + grid.crs.encode())
    with _LOCK:
        kept = _GROUNDS.setdefault(exposures, OrderedDict())
        found = kept.setdefault(key, fresh)
        kept.move_to_end(key)
        while len(kept) > _KEEP:
            kept.popitem(last=False)
    return found
