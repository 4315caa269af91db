"""From a table of rivers to the site of a run, and from its hydrographs to what flows into a flood."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from shapely.geometry.base import BaseGeometry

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.hydrology.unit import kirpich

__all__ = ["hydrographs", "inflow", "network"]

_JOIN = 1e-6
"""Ends of lines that are this near, in degrees, are one."""


def network(rivers: Any, *, slope: float = 0.03) -> xr.Dataset:
    """Return the nodes of a river network: one at the lower end of each line, with the reach that leads on from it.

    Parameters
    ----------
    rivers
        A table with lines from fork to fork in flow direction (EPSG:4326) and the columns ``area_km2`` (of the whole basin above
        the lower end), ``length_m``, ``bed_top_m``, ``bed_end_m`` and ``width_m``.
    slope
        Of the ground beside the rivers, over which water runs to a line's own basin, m/m.

    Returns
    -------
    xarray.Dataset
        As `Hydrology` takes it, with the coordinates ``longitude`` and ``latitude``; curve numbers and base flow are not in it.

    Raises
    ------
    InvalidInputError
        If a column is missing or the lines do not join.
    """
    missing = [
        name for name in ("area_km2", "length_m", "bed_top_m", "bed_end_m", "width_m") if name not in rivers
    ]
    if missing:
        raise InvalidInputError(
            f"The rivers have no column {', '.join(missing)}; a network cannot be made of them."
        )
    lines: list[BaseGeometry] = list(rivers.geometry)
    starts = np.array([line.coords[0][:2] for line in lines])
    ends = np.array([line.coords[-1][:2] for line in lines])
    begins: dict[tuple[int, int], int] = {_key(point): number for number, point in enumerate(starts)}
    downstream = np.array([begins.get(_key(point), -1) for point in ends])
    if np.any(downstream == np.arange(len(lines))):
        raise InvalidInputError("A river flows into itself; its line ends where it begins.")
    whole = rivers["area_km2"].to_numpy(float)
    own = whole.copy()
    for number, below in enumerate(downstream):
        if below >= 0:
            own[below] -= whole[number]
    length = rivers["length_m"].to_numpy(float)
    fall = np.maximum(
        (rivers["bed_top_m"] - rivers["bed_end_m"]).to_numpy(float) / np.maximum(length, 1.0), 5e-4
    )
    own = np.maximum(own, 0.0)
    # over the ground to the river, half as far as its basin is wide, then down the river
    side = own * 1e6 / np.maximum(length, 1.0) / 2.0
    hours = kirpich(np.maximum(side, 50.0), np.full(side.size, slope)) + kirpich(
        np.maximum(length, 50.0), fall
    )
    below = np.maximum(downstream, 0)
    next_length = np.where(downstream >= 0, length[below], 0.0)
    values: Mapping[str, tuple[np.ndarray, str]] = {
        "basin_area": (own, "km^2"),
        "time_of_concentration": (np.maximum(hours, 0.1), "h"),
        "downstream": (downstream.astype(float), "1"),
        "reach_length": (next_length, "m"),
        "channel_slope": (np.clip(fall[below], 5e-4, 1.0), "m/m"),
        "channel_width": (rivers["width_m"].to_numpy(float)[below], "m"),
    }
    return xr.Dataset(
        {name: ("node", array, {"units": units}) for name, (array, units) in values.items()},
        coords={
            "node": [str(name) for name in (rivers["river"] if "river" in rivers else range(len(lines)))],
            "longitude": ("node", ends[:, 0]),
            "latitude": ("node", ends[:, 1]),
        },
    )


def hydrographs(ensemble: Any) -> xr.DataArray:
    """Return the discharge of the members whose course was kept, dims ``member``, ``time``, ``node``, m^3/s."""
    members = sorted(ensemble.request.timed)
    found = xr.concat([ensemble.course(member)["discharge"] for member in members], "member", join="override")
    named: xr.DataArray = found.assign_coords(member=members)
    return named


def inflow(discharge: xr.DataArray, nodes: Mapping[str, tuple[float, float]]) -> xr.Dataset:
    """Return what flows into a flood, of one member's hydrographs.

    Parameters
    ----------
    discharge
        Dims ``time``, ``node``, m^3/s.
    nodes
        Longitude and latitude at which each named node flows in.

    Returns
    -------
    xarray.Dataset
        ``discharge`` with dims ``time``, ``source`` and the coordinates ``longitude`` and ``latitude``: the forcing of `Flood` and
        `DamBreak`. Each value holds until the next there, so it is the mean of two.
    """
    known = [str(name) for name in discharge["node"].values]
    strange = sorted(set(nodes) - set(known))
    if strange:
        raise InvalidInputError(f"There is no node {', '.join(strange)}; known are {', '.join(known[:20])}.")
    chosen = discharge.transpose("time", "node").values[:, [known.index(name) for name in nodes]]
    held = np.vstack([0.5 * (chosen[1:] + chosen[:-1]), chosen[-1:]])
    places = np.array(list(nodes.values()), float)
    return xr.Dataset(
        {"discharge": (("time", "source"), held, {"units": "m^3/s"})},
        coords={
            "time": discharge["time"].values,
            "source": list(nodes),
            "longitude": ("source", places[:, 0]),
            "latitude": ("source", places[:, 1]),
        },
    )


def _key(point: np.ndarray) -> tuple[int, int]:
    return round(float(point[0]) / _JOIN), round(float(point[1]) / _JOIN)
