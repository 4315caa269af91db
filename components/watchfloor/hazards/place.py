"""Make a model's site and forcing from what a floor knows: its catalog by field, and its sensors.

Any model of the registry is served by what it declares. What is not in the catalog is derived where a cited table
says how, taken from the model's own example, or left to the model's default; each such step is said in a sentence
(`remarks`).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.fields import convert
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.base import Hazard
from watchfloor.hazards.moved import moved_to
from watchfloor.hazards.rasters import Rasters, has, window
from watchfloor.hazards.spec import Needs

__all__ = ["CELLS", "forcing_of", "length_of", "remarks", "site_of"]

CELLS = 60_000
"""Cells that a site has at most where no resolution is asked for: a preview then answers while one drags."""
SMOOTH = 2_500
"""The same, for models that look at no map of the ground: what they give is smooth."""
BEFORE = timedelta(hours=6)
"""How far back the sensors are asked, where a forcing is made of them."""
_GRID = {"y", "x"}


def site_of(
    floor: Any,
    model: Hazard | type[Hazard] | str,
    area: Mapping[str, Any] | None = None,
    resolution: float | None = None,
) -> xr.Dataset:
    """Make the site that a model needs.

    Parameters
    ----------
    floor
        Its catalog is asked for rasters and tables whose ``units`` name the fields that the model needs.
    model
        A model, its class, or its name in the registry.
    area
        GeoJSON geometry in EPSG:4326; its bounding box is cut out. None takes all that the elevation covers.
    resolution
        Width of a cell, metres; None takes the finest that gives at most `CELLS` cells (`SMOOTH`, for
        models without a map of the ground).

    Returns
    -------
    xarray.Dataset
        As `Hazard.prepare` takes it; the attribute ``remarks`` says what was assumed, one sentence a line.

    Raises
    ------
    InvalidInputError
        If the area does not touch the floor's data, or something that the model cannot do without is not there.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     site = site_of(floor, "flood", resolution=500)
    >>> sorted(site.data_vars)[:2], site.sizes["x"]
    (['elevation', 'manning_roughness'], 60)
    """
    kind = _class(model)
    said: list[str] = []
    example, _, _ = kind.example()
    needs = [need for need in kind.needs if need.role == "static"]
    gridded = any(
        set(dims) >= _GRID for dims in (*(n.dims for n in kind.needs), *(g.dims for g in kind.gives))
    )
    if not gridded:
        return _network(floor, needs, example, said)
    mapped = any(set(need.dims) >= _GRID and has(floor, need.field) for need in needs)
    most = CELLS if mapped else SMOOTH
    grid = window(floor, area, resolution, most)
    made: dict[str, tuple[tuple[str, ...], Any, dict[str, str]]] = {}
    rasters = Rasters(floor, grid, said.append)
    for need in needs:
        if not set(need.dims) >= _GRID:
            if need.field in example:
                item = example[need.field]
                made[need.field] = (tuple(map(str, item.dims)), item.values, dict(item.attrs))
                said.append(f"{need.spec.en} is that of the model's own example.")
            continue
        values = rasters.field(need.field)
        if values is None:
            if need.default is None:
                values = np.full(grid.shape, _typical(example, need))
                said.append(
                    f"{need.spec.en} is not in the catalog; {values.flat[0]:g} {need.spec.units} is assumed everywhere."
                )
            else:
                continue
        low, high = need.allowed
        made[need.field] = (("y", "x"), np.clip(values, low, high), {"units": need.spec.units})
    site = xr.Dataset(made, coords={"y": grid.y, "x": grid.x}, attrs={"crs": grid.crs})
    named = {name: example.coords[name] for name in example.coords if name not in {"y", "x"}}
    if named:
        moved = moved_to(floor, kind, xr.Dataset(coords=named), example, site, said.append)
        site = site.assign_coords({name: moved.coords[name] for name in moved.coords})
    return site.assign_attrs(remarks="\n".join(said))


def forcing_of(
    floor: Any,
    model: Hazard | type[Hazard] | str,
    at: datetime | None = None,
    *,
    site: xr.Dataset | None = None,
    until: float | None = None,
) -> xr.Dataset:
    """Make what drives a run.

    Parameters
    ----------
    floor
        Its sensors are asked.
    model
        A model, its class, or its name in the registry.
    at
        When the run begins: quantities that sensors measure hold on as they were in the hours before (the mean of the
        stations). None takes the values of the model's own example, as a design event.
    site
        Where: places named in the forcing (a river, a source, a track) are moved there. None takes the floor's centre.
    until
        Length of the run, in seconds; the example's courses are stretched to it. None leaves them.

    Returns
    -------
    xarray.Dataset
        As `Hazard.prepare` takes it, with the attribute ``remarks``.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     forcing_of(floor, "flood", until=7200.0).time.values.tolist()
    [0.0, 3600.0]
    """
    kind = _class(model)
    example, forcing, length = kind.example()
    made = forcing.copy(deep=True)
    said: list[str] = []
    made = moved_to(floor, kind, made, example, site, said.append)
    for name in map(str, made.data_vars):
        made[name] = _fitting(made[name], site)
    if until is not None and "time" in made.coords and until != length:
        seconds = np.asarray(made.time.values, float)
        made = made.assign_coords(time=np.where(seconds > 0, seconds * (until / length), seconds))
    for need in kind.needs:
        # what has a default is named all the same: whoever sets it sees what it is
        if (
            need.role == "forcing"
            and need.default is not None
            and need.field not in made
            and set(need.dims) <= {"time"}
        ):
            made[need.field] = ((), float(need.default), {"units": need.spec.units})
    if made.data_vars:
        said.insert(0, "What drives the run is the model's own example; set it to the event in question.")
    if at is not None:
        made = _observed(floor, kind, made, at, said)
    return made.assign_attrs(remarks="\n".join(said))


def length_of(model: Hazard | type[Hazard] | str) -> float:
    """Return the length of a model's own example, in seconds."""
    return float(_class(model).example()[2])


def remarks(*data: xr.Dataset) -> tuple[str, ...]:
    """Return what was assumed when sites and forcings were made, one sentence each.

    Examples
    --------
    >>> remarks(xr.Dataset(attrs={"remarks": "One."}), xr.Dataset())
    ('One.',)
    """
    lines = [line for item in data for line in str(item.attrs.get("remarks", "")).splitlines() if line]
    return tuple(dict.fromkeys(lines))


# ---- inside


def _class(model: Hazard | type[Hazard] | str) -> type[Hazard]:
    if isinstance(model, str):
        return HAZARDS[model]
    found: Any = type(model) if isinstance(model, Hazard) else model
    kind: type[Hazard] = found
    return kind


def _network(floor: Any, needs: list[Needs], example: xr.Dataset, said: list[str]) -> xr.Dataset:
    """Return a site without a grid: regions from the catalog's tables of them, else the model's own example."""
    dims = {dim for need in needs for dim in need.dims}
    if "region" in dims:
        made = _regions(floor, needs, example, said)
        if made is not None:
            return made.assign_attrs(remarks="\n".join(said))
    said.append("The catalog has no such network; the site is the model's own example.")
    return example.assign_attrs(remarks="\n".join(said))


def _regions(floor: Any, needs: list[Needs], example: xr.Dataset, said: list[str]) -> xr.Dataset | None:
    wanted = [need.field for need in needs if need.dims == ("region",)]
    for key, entry in floor.catalog.items():
        known = set(entry.metadata.units or {}) & set(wanted)
        drawn = entry.map
        if not known or entry.live or drawn is None or drawn.kind != "polygons":
            continue
        table = floor.read(key)
        label = drawn.label or "name"
        names = (
            [str(name) for name in table[label]] if label in table else [str(n) for n in range(len(table))]
        )
        lon, lat = table.geometry.representative_point().x, table.geometry.representative_point().y
        made: dict[str, Any] = {}
        for need in needs:
            if need.field in known:
                made[need.field] = (
                    "region",
                    table[need.field].to_numpy(float),
                    {"units": entry.metadata.units[need.field]},
                )
            elif need.field in example and need.dims == ("region",):
                usual = float(np.mean(example[need.field].values))
                made[need.field] = ("region", np.full(len(table), usual), dict(example[need.field].attrs))
                said.append(
                    f"{need.spec.en} of each region is the mean of the model's own example, {usual:.3g}."
                )
        if any(need.default is None and need.field not in made for need in needs):
            return None
        said.append(f"Regions are those of {key}.")
        return xr.Dataset(
            made,
            coords={
                "region": names,
                "longitude": ("region", lon.to_numpy()),
                "latitude": ("region", lat.to_numpy()),
            },
        )
    return None


def _typical(example: xr.Dataset, need: Needs) -> float:
    if need.field not in example:
        raise InvalidInputError(
            f"The catalog of this floor has no {need.spec.en.lower()} ({need.field}), which the model needs; add an entry "
            f"whose units name {need.field}."
        )
    return float(np.median(example[need.field].values))


def _fitting(array: xr.DataArray, site: xr.Dataset | None) -> xr.DataArray:
    """Take the mean over dims that the site has otherwise: a course over the example's grid is one of no other."""
    if site is None:
        return array
    strange = [
        dim for dim in ("y", "x", "region") if dim in array.dims and array.sizes[dim] != site.sizes.get(dim)
    ]
    return array.mean(strange, keep_attrs=True) if strange else array


def _observed(floor: Any, kind: type[Hazard], made: xr.Dataset, at: datetime, said: list[str]) -> xr.Dataset:
    """Put what the sensors told before a time in place of the example's values."""
    known: Any = None
    for need in kind.needs:
        if need.role != "forcing" or "time" not in need.dims or set(need.dims) - {"time", "y", "x"}:
            continue
        known = known if known is not None else floor.store.series()
        measured = known[known.field == need.field]
        if measured.empty:
            continue
        told = floor.store.observations(list(measured.index), at - BEFORE, at)
        told = told[(told.flag < 3) & np.isfinite(told.value)]
        if told.empty:
            continue
        units = str(measured.units.iloc[0])
        told = told[told.series.isin(measured.index[measured.units == units])]
        value = float(convert(_average(need.field, told.value.to_numpy(float)), units, need.spec.units))
        value = float(np.clip(value, *need.allowed))
        made = made.drop_vars(need.field, errors="ignore").assign(
            {need.field: ((), value, {"units": need.spec.units})}
        )
        said.append(
            f"{need.spec.en}: the mean of {told.series.nunique()} sensors over the {BEFORE.total_seconds() / 3600:g} h before "
            f"is held ({value:.3g} {need.spec.units})."
        )
    return made


def _average(name: str, values: np.ndarray) -> float:
    if name == "wind_direction":
        turn = np.radians(values)
        return float(np.degrees(np.arctan2(np.sin(turn).mean(), np.cos(turn).mean())) % 360.0)
    return float(values.mean())
