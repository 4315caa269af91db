"""Is the data what the catalog says it is? Columns, units, coordinate system, shapes and classes, compared."""

from collections.abc import Iterator
from typing import Any

from watchfloor.catalog.metadata import Metadata
from watchfloor.catalog.problems import suggest
from watchfloor.core.errors import WatchfloorError
from watchfloor.core.fields import convert, field, units

__all__ = ["compare"]

_SHAPES = {
    "points": {"Point", "MultiPoint"},
    "cloud": {"Point", "MultiPoint"},
    "lines": {"LineString", "MultiLineString"},
}
_SHOWN = 5


def compare(metadata: Metadata, data: Any, *, live: bool = False) -> list[str]:
    """Say where data and metadata differ; nothing where they agree.

    Parameters
    ----------
    metadata
        As the catalog has it.
    data
        As its reader gives it.
    live
        Whether sources outside decide what the data hold: their shapes may be of any kind, and classes may be new.

    Examples
    --------
    >>> import pandas as pd
    >>> about = Metadata.model_validate({
    ...     "title": "Stages", "description": "-", "provider": "Survey", "licence": "CC0-1.0", "hazard": [],
    ...     "cadence": "static", "classification": "public", "units": {"stage_m": "m"}})
    >>> compare(about, pd.DataFrame({"stage": [1.0]}))
    ["units names 'stage_m', which the data do not have; did you mean 'stage'?"]
    """
    if hasattr(data, "columns"):
        return [*_table(metadata, data, live=live)]
    if hasattr(data, "dims"):
        return [*_grid(metadata, data)]
    return [f"is a {type(data).__name__}; expected a table or a grid"]


def _table(metadata: Metadata, data: Any, *, live: bool) -> Iterator[str]:
    names = [str(name) for name in data.columns]
    named: dict[str, list[str]] = {"units": list(metadata.units)}
    if metadata.map is not None:
        named["map"] = list(metadata.map.columns)
    if metadata.area is not None:
        named["area"] = list(metadata.area.columns)
    for key, wanted in named.items():
        for name in wanted:
            if name not in names:
                yield f"{key} names {name!r}, which the data do not have{suggest(name, names)}"
    yield from _units(metadata)
    if metadata.map is None:
        return
    yield from _placed(metadata, data, live=live)
    for rule in () if live else (metadata.map.colour, metadata.map.shape):
        if rule.values is not None and rule.column in names:
            found = {str(value) for value in data[rule.column].dropna().unique()}
            missing = sorted(found - set(rule.values))
            if missing:
                yield f"map lists no colour or shape for {', '.join(missing[:_SHOWN])} of {rule.column!r}"


def _placed(metadata: Metadata, data: Any, *, live: bool) -> Iterator[str]:
    style = metadata.map
    if style is None or not hasattr(data, "geometry"):
        if not {"lon", "lat"} <= set(data.columns):
            yield "has no geometry, and no columns lon and lat, so it cannot be drawn"
        return
    epsg = f"EPSG:{data.crs.to_epsg()}" if data.crs is not None else None
    if epsg != metadata.crs:
        yield f"crs is {metadata.crs}, but the data are in {epsg or 'no known system'}"
    shapes = set(data.geometry.geom_type.dropna().unique())
    if not live and style.kind in _SHAPES and not shapes <= _SHAPES[style.kind]:
        yield f"map.kind is {style.kind}, but there are {', '.join(sorted(shapes - _SHAPES[style.kind]))}"
    if metadata.crs == "EPSG:4326" and len(data):
        west, south, east, north = data.total_bounds
        if west < -180 or east > 180 or south < -90 or north > 90:
            yield f"lies outside the Earth: {west:g}, {south:g}, {east:g}, {north:g}"


def _grid(metadata: Metadata, data: Any) -> Iterator[str]:
    names = [str(name) for name in data.data_vars] if hasattr(data, "data_vars") else [str(data.name)]
    arrays = {name: data[name] for name in names} if hasattr(data, "data_vars") else {names[0]: data}
    for name, unit in metadata.units.items():
        if name not in arrays:
            yield f"units names {name!r}, which the data do not have{suggest(name, names)}"
        elif str(arrays[name].attrs.get("units", unit)) != unit:
            yield f"units of {name!r} is {unit!r}, but the data say {arrays[name].attrs['units']!r}"
    yield from _units(metadata)
    if metadata.map is None:
        return
    crs = getattr(getattr(data, "rio", None), "crs", None)
    epsg = f"EPSG:{crs.to_epsg()}" if crs is not None else None
    if epsg != metadata.crs:
        yield f"crs is {metadata.crs}, but the data are in {epsg or 'no known system'}"
    if not any(name in data.dims for name in ("x", "lon", "longitude")):
        yield f"has the dimensions {', '.join(map(str, data.dims))}; a grid on a map has y and x"
    values = metadata.map.colour.values
    if values is not None:
        import numpy as np

        found = {
            f"{value:g}"
            for array in arrays.values()
            for value in np.unique(array.values[np.isfinite(array.values)])
        }
        if found - set(values):
            yield f"map lists no colour for the classes {', '.join(sorted(found - set(values))[:_SHOWN])}"


def _units(metadata: Metadata) -> Iterator[str]:
    """Check that units can be read, and that what is coloured as a quantity is in a unit of it."""
    for name, unit in metadata.units.items():
        try:
            units().parse_units(unit)
        except Exception as error:  # noqa: BLE001  pint's errors have no common ancestor but Exception
            yield f"units of {name!r}: {unit!r} is not a unit: {error}"
    if metadata.map is None or metadata.map.colour.field is None:
        return
    quantity = field(metadata.map.colour.field)
    name = metadata.map.colour.column or quantity.name
    if name not in metadata.units:
        yield f"units does not say the unit of {name!r}, which is drawn as {quantity.name}"
        return
    try:
        convert(1.0, metadata.units[name], quantity.units)
    except WatchfloorError as error:
        yield f"{name!r} is drawn as {quantity.name}: {error}"
