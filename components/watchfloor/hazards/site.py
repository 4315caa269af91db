"""Take a site or a forcing as people bring it, and make of it what a model may rely on, or say what is wrong."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.fields import convert
from watchfloor.hazards.spec import Needs

__all__ = ["HOLES", "coarsen", "conform", "lasting", "telling"]

HOLES = 0.02
"""Largest share of a map's cells that may be missing; such holes are filled from their neighbours, and it is said."""


def conform(data: xr.Dataset, needs: Sequence[Needs], what: str) -> tuple[xr.Dataset, tuple[str, ...]]:
    """Check and convert the inputs that a model declares.

    Each is brought into its field's unit (from the attribute ``units``, which must be there), checked against its
    limits and for missing values, and given its default where it is absent. Maps with few holes are filled from
    the nearest cells. What the model does not need is left out.

    Parameters
    ----------
    data
        The site, or the forcing.
    needs
        What the model declares, of one role.
    what
        ``site`` or ``forcing``, for messages.

    Returns
    -------
    tuple of xarray.Dataset and of str
        The inputs by field, float64, and sentences about what was mended or assumed.

    Raises
    ------
    InvalidInputError
        For the first input that cannot be used.

    Examples
    --------
    >>> need = Needs("water_depth", ("y", "x"), default=0.0)
    >>> dry, remarks = conform(xr.Dataset(), [need], "site")
    >>> float(dry.water_depth), remarks
    (0.0, ('Water depth is not given; 0 m is assumed.',))
    """
    remarks: list[str] = []
    found: dict[str, xr.DataArray] = {}
    for need in needs:
        field = need.spec
        if need.field not in data:
            if need.default is None:
                raise InvalidInputError(
                    f"The {what} has no {field.en.lower()} ({need.field}, {field.units}), which the model needs."
                )
            found[need.field] = xr.DataArray(float(need.default))
            unit = "" if field.units == "1" else f" {field.units}"
            remarks.append(f"{field.en} is not given; {need.default:g}{unit} is assumed.")
            continue
        array = data[need.field]
        strange = [str(dim) for dim in array.dims if dim not in need.dims]
        if strange:
            raise InvalidInputError(
                f"{field.en} ({need.field}) has the dimensions {', '.join(map(str, array.dims))}; expected some of "
                f"{', '.join(need.dims)}, in this order."
            )
        array = array.transpose(*[dim for dim in need.dims if dim in array.dims])
        unit = str(array.attrs.get("units", ""))
        if not unit:
            raise InvalidInputError(
                f"{field.en} ({need.field}) does not say its unit; set its attribute units, for instance to "
                f"{field.units!r}."
            )
        given = _numbers(array, f"{field.en} ({need.field})")
        try:
            values = np.asarray(convert(given, unit, field.units), float)
        except InvalidInputError as error:
            raise InvalidInputError(
                f"{field.en} ({need.field}) is in {unit[:32]!r}; expected {field.units!r} or what can be turned into it; "
                f"set its attribute units. {error}"
            ) from error
        values, filled = _whole(values, array.dims, f"{field.en} ({need.field})")
        if filled:
            remarks.append(f"{field.en}: {filled} missing cells were filled from their neighbours.")
        low, high = need.allowed
        least, most = float(values.min()), float(values.max())
        if least < low or most > high:
            marker = next((value for value in (least, most) if _marks_a_hole(value, low, high)), None)
            if marker is not None:
                raise InvalidInputError(
                    f"{field.en} ({need.field}) holds {marker:g}, which many programs write where there is no value; "
                    "set those cells to NaN (rioxarray: masked=True), and fill them or cut the site to where there are data."
                )
            raise InvalidInputError(
                f"{field.en} ({need.field}) runs from {least:g} to {most:g} {field.units}; expected {low:g} to "
                f"{high:g}. Is its unit really {unit!r}?"
            )
        coords = {name: array.coords[name] for name in array.dims if name in array.coords}
        found[need.field] = xr.DataArray(values, dims=array.dims, coords=coords, attrs={"units": field.units})
    made = xr.Dataset(found, attrs=dict(data.attrs))
    for name in ("y", "x", "time", "region", "node", "station"):
        if name in data.coords and name not in made.coords:
            made = made.assign_coords({name: data.coords[name]})
    if "time" in made.coords:
        _check_time(made)
    return made, tuple(remarks)


def lasting(until: float) -> float:
    """Return the length of a run, s, if it is one.

    Raises
    ------
    InvalidInputError
        If it is not a positive number.

    Examples
    --------
    >>> lasting(3600)
    3600
    """
    if not 0.0 < until < float("inf"):
        raise InvalidInputError(
            f"A run of {until:g} s cannot be; give its length as a positive number of seconds."
        )
    return until


def telling(remarks: Sequence[str], *seldom: str) -> tuple[str, ...]:
    """Leave out what need not be said: that inputs are not given which seldom are.

    Parameters
    ----------
    remarks
        As `conform` returned them. What was mended always stays.
    seldom
        How the sentences about such inputs begin.

    Examples
    --------
    >>> telling(["Sea level is not given; 0 m is assumed.", "Sea level: 2 missing cells were filled."], "Sea")
    ('Sea level: 2 missing cells were filled.',)
    """
    return tuple(line for line in remarks if " is not given; " not in line or not line.startswith(seldom))


def coarsen(site: xr.Dataset, factor: int, how: str = "mean") -> xr.Dataset:
    """Return a gridded site on cells larger by a whole factor.

    Parameters
    ----------
    site
        Dims ``y`` and ``x``.
    factor
        2 makes a fourth of the cells.
    how
        ``mean`` for heights and rates; ``sum`` for counts; ``max``; ``nearest`` for classes.
    """
    if factor == 1:
        return site
    if how == "nearest":
        half = factor // 2
        rows, columns = site.sizes["y"] // factor * factor, site.sizes["x"] // factor * factor
        return site.isel(y=slice(half, rows, factor), x=slice(half, columns, factor))
    windows = site.coarsen(y=factor, x=factor, boundary="trim")
    made: xr.Dataset = getattr(windows, how)()
    return made.assign_attrs(site.attrs)


MARKERS = (-32768.0, -9999.0, -99999.0, 1e20)
"""What rasters hold where they have no value, as their programs' default: 16-bit integers, GRASS and ESRI, netCDF."""


def _marks_a_hole(value: float, low: float, high: float) -> bool:
    """Tell whether a value beyond the limits is one that stands for none; so do the ends of float32."""
    return not low <= value <= high and (value in MARKERS or abs(value) >= 1e30)


def _numbers(array: xr.DataArray, name: str) -> np.ndarray:
    try:
        values = np.asarray(array.values)
        if values.dtype.kind not in "biuf":
            raise TypeError(values.dtype)
        return values.astype(float)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{name} holds {array.dtype}; expected numbers.") from error


def _whole(values: np.ndarray, dims: Sequence[object], name: str) -> tuple[np.ndarray, int]:
    """Fill few holes of a map; refuse many, and any elsewhere."""
    holes = ~np.isfinite(values)
    count = int(holes.sum())
    if values.size == 0:
        raise InvalidInputError(f"{name} is empty.")
    if not count:
        return values, 0
    share = count / values.size
    if tuple(dims[-2:]) != ("y", "x") or share > HOLES:
        raise InvalidInputError(
            f"{name} has {count} missing values ({share:.1%}); fill them first, or cut the site to where there are data "
            f"(up to {HOLES:.0%} of a map are filled from their neighbours)."
        )
    from scipy.ndimage import distance_transform_edt

    flat = values.reshape(-1, *values.shape[-2:]).copy()
    for layer in flat:
        missing = ~np.isfinite(layer)
        if missing.any():
            if missing.all():
                raise InvalidInputError(f"{name} has a time without any value.")
            nearest = distance_transform_edt(missing, return_distances=False, return_indices=True)
            layer[missing] = layer[tuple(nearest[:, missing])]
    return flat.reshape(values.shape), count


def _check_time(data: xr.Dataset) -> None:
    seconds = np.asarray(data["time"].values)
    if not np.issubdtype(seconds.dtype, np.number):
        raise InvalidInputError(
            "The forcing's time is not a number; expected seconds since the run's start "
            "((times - start) / np.timedelta64(1, 's'))."
        )
    if not np.all(np.isfinite(seconds)) or np.any(np.diff(seconds) <= 0):
        raise InvalidInputError("The forcing's times do not rise; sort them and drop what is double.")
