"""What of an ensemble is shown: one number for each cell or place, its unit, its scale and its colours."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from watchfloor.core.errors import UnknownNameError
from watchfloor.core.fields import FIELDS
from watchfloor.hazards.ensemble import Ensemble
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.resample import onto
from watchfloor.hazards.spec import Gives
from watchfloor.views.map.style import palette

__all__ = ["HOWS", "Layer", "Shown", "area_above", "fields", "layer", "nice"]

HOWS = ("probability", "median", "p90", "worst", "spread", "member", "time")
"""Ways to look at an ensemble, in the order of the menu."""
_WET = 0.05
"""Depth, m, from which a place is water before anything happens."""
_SPAN = {"s": ((86_400 * 3, 86_400.0, "d"), (5_400, 3_600.0, "h"), (120, 60.0, "min"))}


@dataclass(frozen=True)
class Shown:
    """What is looked at.

    Parameters
    ----------
    field
        Of the model's outputs; empty for the one that impact is computed from.
    how
        One of `HOWS`.
    level
        Threshold of a probability, in the field's unit; None for the model's second.
    member
        Number of the single member.
    frame
        Number of the time shown.
    """

    field: str = ""
    how: str = "probability"
    level: float | None = None
    member: int = 0
    frame: int = 0

    def but(self, **changes: Any) -> "Shown":
        """Return it with some things otherwise."""
        return replace(self, **changes)


@dataclass(frozen=True, eq=False)
class Layer:
    """Values to be drawn.

    Parameters
    ----------
    values
        Dims ``(y, x)``, or one dim of places; NaN where nothing is drawn.
    title
        Field's names in ``en`` and ``zh``.
    how
        Which of `HOWS`.
    units
        Of `low` and `high`, as they are shown.
    low, high
        Ends of the scale.
    factor
        What a value is divided by to be in `units`.
    palette
        256 colours.
    note
        What else was decided: level, member, smallest value drawn.
    """

    values: xr.DataArray
    title: Mapping[str, str]
    how: str
    units: str
    low: float
    high: float
    factor: float
    palette: tuple[str, ...]
    note: Mapping[str, Any]


def fields(ensemble: Ensemble) -> list[Gives]:
    """Return the outputs that can be shown, the one for impact first."""
    model = ensemble.request.model
    there = set(ensemble.data.data_vars)
    found = [item for item in model.gives if item.field in there]
    return sorted(found, key=lambda item: not item.intensity)


def nice(value: float) -> float:
    """Return the next of 1, 2, 3, 5, 7.5 times a power of ten.

    Examples
    --------
    >>> nice(0.23), nice(6), nice(0)
    (0.3, 7.5, 1.0)
    """
    if not math.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    for step in (1.0, 2.0, 3.0, 5.0, 7.5):
        if value <= step * power * 1.001:
            return float(f"{step * power:.6g}")
    return float(f"{10 * power:.6g}")


def layer(ensemble: Ensemble, shown: Shown) -> Layer:
    """Return what is to be drawn of an ensemble.

    Raises
    ------
    UnknownNameError
        If there is no such output, or no such way to look at it.
    """
    known = {item.field: item for item in fields(ensemble)}
    if not known:
        raise UnknownNameError("output", shown.field, known)
    name = shown.field if shown.field in known else next(iter(known))
    if shown.how not in HOWS:
        raise UnknownNameError("way to look at an ensemble", shown.how, HOWS)
    gives = known[name]
    data = ensemble.data[name]
    until = ensemble.request.until
    title = {"en": gives.spec.en, "zh": gives.spec.zh}
    never = name == "arrival_time" or "never" in data.attrs
    top = _top(np.asarray(data.values), until if never else None)
    factor, units = _unit(gives.spec.units, top)
    colours = palette(FIELDS[name].cmap)
    if never:
        colours = palette("Inferno256")[::-1]
    high = nice(top / factor)
    note: dict[str, Any] = {
        "members": ensemble.members,
        "units": "" if gives.spec.units == "1" else gives.spec.units,
    }
    least = min(gives.levels) if gives.levels and gives.intensity else 0.0
    if shown.how == "probability" and not never:
        level = shown.level if shown.level is not None else _usual(gives, top)
        values = ensemble.probability(name, level)
        note |= {"level": level, "most": nice(top)}
        return _made(
            values.where(values > 0),
            title,
            shown.how,
            "%",
            0.0,
            100.0,
            0.01,
            palette("Plasma256"),
            note,
            ensemble,
        )
    how = "median" if shown.how == "probability" else shown.how
    if how == "time":
        course = _course(ensemble, name)
        if course is None:
            how = "worst"
        else:
            return _frame(ensemble, course, shown, least)
    if how == "worst":
        ranked = next((item.field for item in known.values() if item.intensity), name)
        number = ensemble.worst_credible(ranked)
        values, note["member"] = data.sel(member=number, drop=True), number
    elif how == "member":
        numbers = [int(one) for one in data.member.values]
        number = shown.member if shown.member in numbers else numbers[0]
        values, note["member"] = data.sel(member=number, drop=True), number
    elif how == "spread":
        values = ensemble.spread(name)
        top = _top(np.asarray(values.values), None)
        factor, units = _unit(gives.spec.units, top)
        high, least, colours = nice(top / factor), 0.0, palette("Viridis256")
    else:
        values = ensemble.quantile(name, 0.9 if how == "p90" else 0.5)
    hidden = (
        values >= until * 0.999
        if never and how != "spread"
        else values <= least
        if least > 0
        else values == 0
    )
    note["least"] = least / factor if how != "spread" else 0.0
    return _made(values.where(~hidden), title, how, units, 0.0, high, factor, colours, note, ensemble)


def area_above(ensemble: Ensemble, level: float | None = None) -> dict[str, Any] | None:
    """Return the area, km2, over which the field for impact is above a level: median, 10th and 90th percentile of the members.

    None where the model has no grid, or nothing for impact.
    """
    gives = next((item for item in fields(ensemble) if item.intensity and set(item.dims) == {"y", "x"}), None)
    if gives is None:
        return None
    data = ensemble.data[gives.field]
    if level is None:
        level = _usual(gives, _top(np.asarray(data.values), None))
    above = np.asarray(data.values) > level
    land = _land(ensemble, data)
    if land is not None:
        above &= land
    cell = abs(float(data.x[1] - data.x[0]) * float(data.y[1] - data.y[0])) / 1e6
    areas = above.reshape(above.shape[0], -1).sum(axis=1) * cell
    low, mid, high = (float(v) for v in np.quantile(areas, (0.1, 0.5, 0.9)))
    return {
        "field": gives.field,
        "level": level,
        "units": gives.spec.units,
        "low": low,
        "mid": mid,
        "high": high,
    }


def _usual(gives: Gives, top: float) -> float:
    """Return the level asked about where nobody chose one."""
    below = [level for level in gives.levels if level < top]
    if below:
        return float(below[min(1, len(below) - 1)])
    return float(gives.levels[0]) if gives.levels else float(f"{top / 4:.2g}")


def _top(values: np.ndarray, until: float | None) -> float:
    """Return the top of a scale: nearly the highest value, so that one cell does not pale all others."""
    seen = values[np.isfinite(values) & (values > 0)]
    if until is not None:
        seen = seen[seen < until * 0.999]
    return float(np.quantile(seen, 0.998)) if seen.size else 0.0


def _unit(units: str, top: float) -> tuple[float, str]:
    """Return by what values are divided for people, and their unit then."""
    for least, factor, name in _SPAN.get(units, ()):
        if top >= least:
            return factor, name
    return 1.0, "" if units == "1" else units


def _course(ensemble: Ensemble, name: str) -> xr.DataArray | None:
    """Return the output with time that belongs to a field: of the same name without its fold, or the first."""
    try:
        data = ensemble.course(ensemble.request.timed[0])
    except (UnknownNameError, IndexError):
        return None
    timed = [str(one) for one in data.data_vars if "time" in data[one].dims and data[one].ndim > 1]
    near = [one for one in timed if name.startswith(one)]
    chosen = near or timed
    return data[chosen[0]] if chosen else None


def _frame(ensemble: Ensemble, course: xr.DataArray, shown: Shown, least: float) -> Layer:
    frames = course.sizes["time"]
    number = min(max(shown.frame, 0), frames - 1)
    spec = FIELDS[str(course.name)]
    top = _top(np.asarray(course.values), None)
    factor, units = _unit(spec.units, top)
    values = course.isel(time=number, drop=True)
    note = {
        "member": ensemble.request.timed[0], "frame": number, "frames": frames,
        "seconds": float(course.time.values[number]), "least": least / factor,
    }  # fmt: skip
    hidden = values <= least if least > 0 else values == 0
    title = {"en": spec.en, "zh": spec.zh}
    return _made(
        values.where(~hidden),
        title,
        "time",
        units,
        0.0,
        nice(top / factor),
        factor,
        palette(spec.cmap),
        note,
        ensemble,
    )


def _land(ensemble: Ensemble, like: xr.DataArray) -> np.ndarray | None:
    """Return which cells of a result are land through and through, or None where the site does not say.

    Where water stands before anything happens, as in the sea that a dam's wave runs into, nothing is flooded.
    """
    site = ensemble.request.site
    if not {"y", "x"} <= set(like.dims):
        return None
    if "sea_mask" in site:
        sea = site.sea_mask
    elif "water_depth" in site and float(site.water_depth.max()) > _WET:
        sea = (site.water_depth > _WET).astype(float)
    else:
        return None
    sea = sea.assign_attrs(crs=site.attrs["crs"])
    share = onto(Grid(like.x.values, like.y.values, str(site.attrs["crs"])), sea, "sea_mask", "1")
    return np.asarray(np.nan_to_num(share) <= 0.0)


def _made(
    values: xr.DataArray,
    title: Mapping[str, str],
    how: str,
    units: str,
    low: float,
    high: float,
    factor: float,
    colours: Sequence[str],
    note: Mapping[str, Any],
    ensemble: Ensemble,
) -> Layer:
    land = _land(ensemble, values)
    if land is not None:
        values = values.where(xr.DataArray(land, dims=("y", "x"), coords={"y": values.y, "x": values.x}))
    site = ensemble.request.site
    if values.ndim == 1 and "longitude" in site.coords and site.longitude.dims == values.dims:
        values = values.assign_coords(longitude=site.longitude, latitude=site.latitude)
    crs = str(site.attrs.get("crs", ""))
    return Layer(values.assign_attrs(crs=crs), title, how, units, low, high, factor, tuple(colours), note)
