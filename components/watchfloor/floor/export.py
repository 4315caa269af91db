"""Take data out of a floor: every export says which floor, what time, whose data, and whether it is in earnest."""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.security.text import cell, plain

if TYPE_CHECKING:
    import pandas as pd

    from watchfloor.floor.floor import Floor

__all__ = ["FORMATS", "header", "to_csv", "to_geojson", "write"]

FORMATS = (".csv", ".geojson", ".parquet", ".nc", ".tif")


def header(floor: "Floor", entry: str, as_of: datetime | None = None) -> dict[str, str]:
    """Return what stands at the head of an export.

    Parameters
    ----------
    floor
        Where the data are from.
    entry
        Name of the catalog entry.
    as_of
        Known time that was asked for; None for now.
    """
    metadata = floor.catalog[entry].metadata
    said = {
        "mark": floor.mark,
        "floor": f"{floor.name} ({floor.status.value})",
        "data": entry,
        "known_at": format_time(as_of or floor.now(), floor.zone),
        "exported_at": format_time(floor.now(), floor.zone),
        "provider": metadata.provider,
        "licence": metadata.licence,
        "attribution": metadata.attribution,
    }
    return {key: plain(str(value), 500) for key, value in said.items() if value}


def to_csv(frame: "pd.DataFrame", head: Mapping[str, str]) -> bytes:
    """Write a table as CSV, UTF-8 with a byte order mark; the head is in lines that begin with ``#``.

    Cells that a spreadsheet would take for a formula are made harmless. Geometry is written as WKT, lists and
    objects as JSON, times as RFC 3339.
    """
    import pandas as pd

    rows = frame.reset_index() if frame.index.name else frame
    table = pd.DataFrame(
        {cell(str(name)): [cell(_flat(value)) for value in rows[name]] for name in rows.columns}
    )
    out = StringIO()
    for key, value in head.items():
        out.write(f"# {key}: {plain(value, 500)}\n")
    table.to_csv(out, index=False, lineterminator="\n")
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def to_geojson(frame: "pd.DataFrame", head: Mapping[str, str]) -> bytes:
    """Write a table with a geometry column as GeoJSON (RFC 7946); the head is its member ``watchfloor``."""
    from shapely.geometry import mapping

    table = frame.reset_index() if frame.index.name else frame
    names = [name for name in table.columns if name != "geometry"]
    columns = [[_json(value) for value in table[name]] for name in names]
    features = [
        {
            "type": "Feature",
            "geometry": None if place is None or place.is_empty else mapping(place),
            "properties": dict(zip(names, values, strict=True)),
        }
        for place, values in zip(table["geometry"], zip(*columns, strict=True), strict=True)
    ]
    document = {"type": "FeatureCollection", "watchfloor": dict(head), "features": features}
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def write(
    floor: "Floor",
    entry: str,
    path: Path,
    *,
    as_of: datetime | None = None,
    days: float = 0,
    overwrite: bool = False,
) -> str:
    """Write one catalog entry to a file and return what was written, in words.

    Of live records all are written, or with `days` those that held within so many days.

    Raises
    ------
    InvalidInputError
        If the file is there already, or its ending does not fit the data.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InvalidInputError(f"{path.name!r} ends in none of {', '.join(FORMATS)}.")
    if path.exists() and not overwrite:
        raise InvalidInputError(f"{path} is there already; choose another name, or pass --overwrite.")
    window = {"days": days} if "days" in floor.catalog[entry].arguments else {}
    data = floor.read(entry, as_of=as_of, **window)
    head = header(floor, entry, as_of)
    partial = path.with_name(path.name + ".partial")
    try:
        said = _put(data, head, partial, suffix)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return said


def _put(data: Any, head: Mapping[str, str], path: Path, suffix: str) -> str:
    import pandas as pd
    import xarray as xr

    if isinstance(data, xr.DataArray | xr.Dataset) and suffix in {".nc", ".tif"}:
        marked = data.assign_attrs({f"watchfloor_{key}": value for key, value in head.items()})
        if suffix == ".nc":
            marked.to_netcdf(path, engine="h5netcdf")
        else:
            marked.rio.to_raster(path, driver="GTiff", compress="deflate")
        return " x ".join(f"{size} {name}" for name, size in data.sizes.items())
    if not isinstance(data, pd.DataFrame) or suffix in {".nc", ".tif"}:
        raise InvalidInputError(
            f"A {type(data).__name__} cannot be written as {suffix}; grids go to .nc or .tif, tables to the others."
        )
    if suffix == ".csv":
        path.write_bytes(to_csv(data, head))
    elif suffix == ".geojson":
        if "geometry" not in data.columns:
            raise InvalidInputError("This table has no geometry; write it as .csv or .parquet.")
        path.write_bytes(to_geojson(data, head))
    else:
        table = data.copy()
        for name in table.columns:
            if table[name].map(lambda value: isinstance(value, dict | list)).any():
                table[name] = [json.dumps(_json(value), ensure_ascii=False) for value in table[name]]
        table.attrs = {"watchfloor": dict(head)}
        table.to_parquet(path)
    return f"{len(data)} rows"


def _flat(value: Any) -> Any:
    """Bring one value into a cell of text or a number."""
    value = _json(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value


def _json(value: Any) -> Any:
    """Bring one value into JSON's types; what is missing becomes None."""
    if isinstance(value, Mapping):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_json(item) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, datetime):
        if value != value:  # noqa: PLR0124  NaT is not equal to itself
            return None
        return format_time(value) if value.tzinfo else value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return value.wkt if hasattr(value, "wkt") else str(value)
