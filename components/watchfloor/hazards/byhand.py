"""What somebody drew, placed and set by hand, put into a model's site and into what drives it."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import xarray as xr

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.hazards.base import Hazard

__all__ = ["ADDED", "ByHand", "edited", "placed", "stated"]

ADDED = "source"
"""Dimension of a forcing along which places can be added: ignitions, leaks, inflows."""


class ByHand(Protocol):
    """What was changed by hand, and of which model; `hazards.scenario.Scenario` is one."""

    @property
    def courses(self) -> Mapping[str, Any]:
        """What drives it, as drawn."""

    @property
    def places(self) -> Mapping[str, tuple[float, float]]:
        """Places that were moved or added."""

    @property
    def kind(self) -> type[Hazard]:
        """The model's class."""


def edited(forcing: xr.Dataset, scenario: ByHand) -> xr.Dataset:
    """Return a forcing with the courses and places that a scenario changes.

    Raises
    ------
    InvalidInputError
        If a course has another number of values than there are times.
    """
    courses = scenario.courses
    made = placed(forcing, scenario.places)
    if not courses:
        return made
    times = courses.get("time")
    if times is not None and "time" in made.coords:
        old = np.asarray(made.time.values, float)
        new = np.asarray(times, float)
        # what was not drawn by hand keeps its course
        moving = [name for name in made.data_vars if "time" in made[name].dims]
        kept = (
            made[moving].assign_coords(time=old).interp(time=np.clip(new, old[0], old[-1]))
            if moving
            else None
        )
        made = made.drop_vars(moving).drop_vars("time").assign_coords(time=new)
        if kept is not None:
            for name in moving:
                made[name] = (forcing[name].dims, kept[name].values, dict(forcing[name].attrs))
    own = {need.field for need in scenario.kind.needs if need.role == "static"}
    for name, values in dict(courses.get("values") or {}).items():
        if name in own:
            continue  # it is the site's
        if name not in made:
            raise UnknownNameError("course", str(name)[:80], map(str, made.data_vars))
        like = made[name]
        array = np.asarray(values, float)
        dims: tuple[Any, ...] = like.dims if array.ndim else ()
        if array.ndim and "time" not in dims and "time" in made.coords:
            dims = ("time",)
        shape = tuple(made.sizes[dim] for dim in dims)
        if "source" in dims and array.ndim == 2 and array.shape[1] < shape[1]:
            # sources that were added since do as the first does
            array = np.hstack([array, np.repeat(array[:, :1], shape[1] - array.shape[1], axis=1)])
        if array.shape != shape or not np.all(np.isfinite(array)):
            raise InvalidInputError(
                f"The course of {name} has the shape {array.shape} with {int(np.sum(~np.isfinite(array)))} missing values; "
                f"expected {shape}, without holes."
            )
        made[name] = (dims, array, dict(like.attrs))
    return made


def stated(site: xr.Dataset, scenario: ByHand) -> xr.Dataset:
    """Set what a site's own parts are said to be: a number for all, or one for each (a reservoir's volume, a crest's level)."""
    own = {need.field for need in scenario.kind.needs if need.role == "static"}
    changed = {}
    for name, values in dict(scenario.courses.get("values") or {}).items():
        if name not in own:
            continue
        if name not in site or site[name].ndim != 1:
            raise UnknownNameError(
                "part of the site", str(name)[:80], sorted(own & set(map(str, site.data_vars)))
            )
        array = np.asarray(values, float)
        if array.shape not in {(), site[name].shape}:
            raise InvalidInputError(
                f"{name} has {array.size} values; expected one, or {site[name].size}: one for each {site[name].dims[0]}."
            )
        changed[name] = (
            site[name].dims,
            np.broadcast_to(array, site[name].shape).copy(),
            dict(site[name].attrs),
        )
    return site.assign(changed) if changed else site


def placed(data: xr.Dataset, places: Mapping[str, tuple[float, float]]) -> xr.Dataset:
    """Move named places, and add sources of other names; ``centre`` is where the place of a forcing without names lies."""
    lon, lat = (data.get(name, data.coords.get(name)) for name in ("longitude", "latitude"))
    if not places or lon is None or lat is None or lon.ndim > 1 or "time" in lon.dims:
        return data
    dim = str(lon.dims[0]) if lon.ndim else ""
    names = (
        [str(name) for name in (data[dim].values if dim in data.coords else range(lon.size))]
        if dim
        else ["centre"]
    )
    more = [name for name in places if name not in names] if dim == ADDED and dim in data.coords else []
    if more:
        # a source that somebody added does as the first does, elsewhere
        data = data.isel({dim: [*range(len(names)), *[0] * len(more)]}).assign_coords({dim: [*names, *more]})
        data = data.assign_attrs(added="\n".join(more))
        lon, lat, names = data.longitude, data.latitude, [*names, *more]
    lons, lats = np.array(lon.values, float), np.array(lat.values, float)
    for number, name in enumerate(names):
        if name in places:
            lons.flat[number], lats.flat[number] = places[name]
    moved = {"longitude": (lon.dims, lons, dict(lon.attrs)), "latitude": (lat.dims, lats, dict(lat.attrs))}
    return data.assign(moved) if "longitude" in data.data_vars else data.assign_coords(moved)
