"""Intake readers for what Intake itself does not read: the store, GeoTIFF, SQL, several CSV files, shared themes.

``import intake`` imports this module (entry point group ``intake.imports``), so it imports nothing heavy itself.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from intake.readers import datatypes
from intake.readers.readers import BaseReader, FileReader

from watchfloor.core.errors import CatalogError, NotReadyError

__all__ = [
    "CSVReader",
    "GeoTIFFReader",
    "GridReader",
    "ObservationsReader",
    "RecordsReader",
    "SQLReader",
    "ScenariosReader",
    "SensorsReader",
    "ThemeReader",
]


_AHEAD = 366
"""Days ahead that count as all that is to come."""


def _path(url: str) -> str:
    return url[len("file://") :] if url.startswith("file://") else url


class CSVReader(FileReader):
    """One CSV file or several, one below the other, as one pandas table.

    Examples
    --------
    >>> CSVReader.output_instance
    'pandas:DataFrame'
    """

    implements: ClassVar[set[type]] = {datatypes.CSV}
    imports: ClassVar[set[str]] = {"pandas"}
    output_instance = "pandas:DataFrame"

    def _read(self, data: Any, **kwargs: Any) -> Any:
        import pandas as pd

        urls = [data.url] if isinstance(data.url, str) else list(data.url)
        frames = [pd.read_csv(_path(url), **kwargs) for url in urls]
        return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


class GridReader(FileReader):
    """NetCDF or Zarr as one data set, or one variable of it, with CF units and the coordinate system kept.

    Examples
    --------
    >>> GridReader.output_instance
    'xarray:Dataset'
    """

    implements: ClassVar[set[type]] = {datatypes.NetCDF3, datatypes.HDF5, datatypes.Zarr}
    imports: ClassVar[set[str]] = {"xarray"}
    output_instance = "xarray:Dataset"

    def _read(self, data: Any, variable: str | None = None, **kwargs: Any) -> Any:
        import xarray as xr

        if isinstance(data, datatypes.Zarr):
            whole = _consolidated(_path(data.url))
            kwargs = {"engine": "zarr", "group": data.root or None, "consolidated": whole} | kwargs
        else:
            engine = "scipy" if isinstance(data, datatypes.NetCDF3) else "h5netcdf"
            kwargs = {"engine": engine, "group": getattr(data, "path", None) or None} | kwargs
        found = xr.open_dataset(_path(data.url), decode_coords="all", **kwargs)
        if variable is None:
            return found
        if variable not in found:
            raise CatalogError(f"There is no variable {variable!r}; known: {', '.join(map(str, found))}.")
        return found[variable]


class GeoTIFFReader(FileReader):
    """A GeoTIFF as one array, with its coordinate system; one band loses the dimension ``band``.

    Examples
    --------
    >>> GeoTIFFReader.output_instance
    'xarray:DataArray'
    """

    implements: ClassVar[set[type]] = {datatypes.TIFF}
    imports: ClassVar[set[str]] = {"rioxarray"}
    output_instance = "xarray:DataArray"

    def _read(
        self, data: Any, band: int | None = None, name: str | None = None, masked: bool = True, **_: Any
    ) -> Any:
        import rioxarray

        # the driver is named, so that a file that only calls itself a TIFF opens nothing else
        found: Any = rioxarray.open_rasterio(
            _path(data.url), mask_and_scale=masked, driver="GTiff", parse_coordinates=False
        )
        found = _coordinates(found, _path(data.url))
        if band is not None:
            found = found.sel(band=band, drop=True)
        elif found.sizes.get("band") == 1:
            found = found.squeeze("band", drop=True)
        if "units" in found.attrs:
            found.attrs["units"] = str(
                found.attrs["units"]
            )  # GDAL's tags come back as numbers where they can
        return found.rename(name) if name else found


def _consolidated(path: str) -> bool:
    """Tell whether a Zarr store keeps its metadata in one place (xarray warns where it has to try)."""
    described = Path(path) / "zarr.json"
    if described.is_file():
        return "consolidated_metadata" in json.loads(described.read_bytes())
    return (Path(path) / ".zmetadata").is_file()


def _coordinates(found: Any, path: str) -> Any:
    """Give a grid the centres of its cells (rioxarray's own way warns with affine 3)."""
    import numpy as np

    west, dx, turn_x, north, turn_y, dy = map(float, found["spatial_ref"].attrs["GeoTransform"].split())
    if turn_x or turn_y:
        raise CatalogError(f"{path} is a turned grid; expected one whose rows run from west to east.")
    x = west + (np.arange(found.sizes["x"]) + 0.5) * dx
    y = north + (np.arange(found.sizes["y"]) + 0.5) * dy
    return found.assign_coords(x=("x", x, {"axis": "X"}), y=("y", y, {"axis": "Y"}))


class SQLReader(BaseReader):
    """A query on a SQLite file, opened for reading only, with bound parameters.

    In the query a parameter is written ``:name``; its value stands in ``params``. A database that the settings name
    (``conn: "database:NAME"``) is handed over as an SQLAlchemy address by our own catalog.

    Examples
    --------
    >>> SQLReader.output_instance
    'pandas:DataFrame'
    """

    implements: ClassVar[set[type]] = {datatypes.SQLQuery}
    imports: ClassVar[set[str]] = {"pandas", "sqlalchemy"}
    output_instance = "pandas:DataFrame"

    def _read(self, data: Any, params: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        from watchfloor.catalog.sql import query

        return query(str(data.conn), str(data.query), params or {}, **kwargs)


class ThemeReader(BaseReader):
    """A theme that ships with the product, such as ``live``, for any catalog to nest.

    Examples
    --------
    >>> sorted(ThemeReader(theme="live").read().entries)[0]
    'alarms'
    """

    output_instance = "intake.readers.entry:Catalog"

    def _read(self, theme: str, **_: Any) -> Any:
        from intake.readers.entry import Catalog

        from watchfloor.catalog.themes import theme_path

        return Catalog.from_yaml_file(str(theme_path(theme)))


class _LiveReader(BaseReader):
    """What reads the store; Watchfloor's catalog passes the floor's one."""

    imports: ClassVar[set[str]] = {"geopandas"}
    output_instance = "geopandas:GeoDataFrame"

    @staticmethod
    def _store(store: Any) -> Any:
        if store is None:
            raise NotReadyError(
                "Live entries need a store: open the floor (watchfloor.open), or pass store= to read()."
            )
        return store


class RecordsReader(_LiveReader):
    """The newest revision of each record of one kind, as the store knew it at a time.

    A store that runs for months holds far more than a map or a list needs. ``days`` (in the catalog, or of a caller) is
    how far back what held is taken, and all that is to come with it; 0 takes everything. A caller's ``valid_at`` or
    ``during`` (first and last time) says which times it wants, and there is no window then.

    Examples
    --------
    >>> RecordsReader(kind="alert").output_instance
    'geopandas:GeoDataFrame'
    """

    def _read(
        self,
        kind: str,
        store: Any = None,
        as_of: datetime | None = None,
        days: float | None = None,
        now: datetime | None = None,
        **query: Any,
    ) -> Any:
        from datetime import timedelta

        until = as_of or now
        if days and until is not None and query.get("during") is None and query.get("valid_at") is None:
            query["during"] = (until - timedelta(days=days), until + timedelta(days=_AHEAD))
        return self._store(store).frame(kind, as_of=as_of, **query)


class ScenariosReader(_LiveReader):
    """The newest revision of each scenario that somebody saved, with what its results rest on.

    Besides the columns of all records (the area is the geometry): ``model``, ``model_version``, ``software``, ``saved_by``,
    ``digest`` (of all that a result depends on), ``origin`` (kind/source/key of the record that it began from), ``runs``
    (JSON: fidelity -> key of the ensemble) and ``body`` (JSON, as `hazards.scenario.Scenario.of` reads it). Those that
    were taken off the list are told by ``state="cancelled"``.

    Examples
    --------
    >>> ScenariosReader().output_instance
    'geopandas:GeoDataFrame'
    """

    def _read(
        self, store: Any = None, as_of: datetime | None = None, state: str = "active", **query: Any
    ) -> Any:
        from watchfloor.store.frames import frame

        found = self._store(store).records("scenario", as_of=as_of, state=state, **query)
        table = frame(found)
        by_key = {(item.source, item.key): item.body for item in found}
        bodies = [by_key[name] for name in zip(table["source"], table["key"], strict=True)]
        made: dict[str, list[str]] = {}
        for body in bodies:
            asked, about = dict(body.get("scenario") or {}), dict(body.get("provenance") or {})
            row = {
                name: str(about.get(name) or "")
                for name in ("model_version", "software", "saved_by", "digest")
            }
            row |= {
                "model": str(asked.get("model", "")),
                "origin": "/".join(map(str, about.get("origin") or [])),
                "runs": json.dumps(about.get("runs") or {}, sort_keys=True),
                "body": json.dumps(asked, ensure_ascii=False, sort_keys=True),
            }
            for name, value in row.items():
                made.setdefault(name, []).append(value)
        for name in ("model", "model_version", "software", "saved_by", "digest", "origin", "runs", "body"):
            table[name] = made.get(name, [])
        return table


class SensorsReader(_LiveReader):
    """Every series with its place and its newest observation.

    Examples
    --------
    >>> SensorsReader().output_instance
    'geopandas:GeoDataFrame'
    """

    def _read(self, store: Any = None, as_of: datetime | None = None, **_: Any) -> Any:
        from watchfloor.store.frames import sensors

        return sensors(self._store(store), as_of=as_of)


class ObservationsReader(_LiveReader):
    """Observations of some series, or of all, by valid time.

    Examples
    --------
    >>> ObservationsReader(hours=24).output_instance
    'pandas:DataFrame'
    """

    imports: ClassVar[set[str]] = {"pandas"}
    output_instance = "pandas:DataFrame"

    def _read(
        self,
        store: Any = None,
        as_of: datetime | None = None,
        series: str | Sequence[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        hours: float | None = None,
        now: datetime | None = None,
        **_: Any,
    ) -> Any:
        from datetime import timedelta

        found = self._store(store)
        until = as_of or now
        if start is None and hours is not None and until is not None:
            start = (end or until) - timedelta(hours=hours)
        return found.observations(series, start=start, end=end, as_of=as_of)
