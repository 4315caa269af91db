"""Catalogs of Intake 1, read-only: translated into version 2, so that the same checks hold for them.

No template language is run: only ``{{ CATALOG_DIR }}`` and the entry's own parameters are known. ``plugins`` would
import code and is refused.
"""

import re
from typing import Any

from watchfloor.catalog.document import Document, Where
from watchfloor.catalog.problems import Problem, suggest
from watchfloor.catalog.trusted import NESTED

__all__ = ["is_legacy", "translate"]

_TYPES = "intake.readers.datatypes:"
_OWN = "watchfloor.catalog.readers:"
_INTAKE = "intake.readers.readers:"
_DRIVERS: dict[str, tuple[str, str]] = {
    "csv": (f"{_OWN}CSVReader", "CSV"),
    "parquet": (f"{_INTAKE}PandasParquet", "Parquet"),
    "netcdf": (f"{_OWN}GridReader", "HDF5"),
    "zarr": (f"{_OWN}GridReader", "Zarr"),
    "rasterio": (f"{_OWN}GeoTIFFReader", "TIFF"),
    "geojson": (f"{_INTAKE}GeoPandasReader", "GeoJSON"),
    "shapefile": (f"{_INTAKE}GeoPandasReader", "Shapefile"),
    "geoparquet": (f"{_INTAKE}GeoPandasTabular", "Parquet"),
    "yaml_file_cat": (NESTED, "YAMLFile"),
}
"""What reads the data of each driver that is known."""
_CLASSES = {
    "intake.source.csv.CSVSource": "csv",
    "intake_xarray.netcdf.NetCDFSource": "netcdf",
    "intake_xarray.xzarr.ZarrSource": "zarr",
    "intake_xarray.raster.RasterIOSource": "rasterio",
    "intake_parquet.source.ParquetSource": "parquet",
    "intake_parquet.ParquetSource": "parquet",
    "intake_geopandas.geopandas.GeoJSONSource": "geojson",
    "intake_geopandas.geopandas.ShapeSource": "shapefile",
    "intake.catalog.local.YAMLFileCatalog": "yaml_file_cat",
}
_JINJA = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_ENV = re.compile(r"env\(\s*[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']?\s*\)")
_PYTHON = {"str": "str", "string": "str", "int": "int", "float": "float", "bool": "bool"}


def is_legacy(data: Any) -> bool:
    """Tell whether a catalog is of version 1."""
    return isinstance(data, dict) and "sources" in data and data.get("version", 1) == 1


def translate(document: Document) -> tuple[Document, list[Problem]]:
    """Write a catalog of version 1 as one of version 2, keeping lines and columns.

    Returns
    -------
    Document, list of Problem
        What cannot be translated is left out, and named.
    """
    translator = _Translator(document)
    return translator.out, translator.problems


class _Translator:
    def __init__(self, document: Document) -> None:
        self._old = document
        self.problems: list[Problem] = []
        self.out = Document(document.path)
        self.out.values[()] = document.at(())
        data = document.data
        self.out.data = {
            "version": 2,
            "metadata": data.get("metadata") or {},
            "aliases": {},
            "user_parameters": {},
            "data": {},
            "entries": {},
        }
        for key in ("plugins", "args"):
            if data.get(key):
                self._problem((key,), "is refused: it would import code that the catalog names", unsafe=True)
        sources = data.get("sources")
        for name, source in (sources or {}).items() if isinstance(sources, dict) else ():
            if isinstance(source, dict):
                self._source(str(name), source, ("sources", name))
            else:
                self._problem(("sources", name), "expected a mapping with driver and args")

    def _source(self, name: str, source: dict[str, Any], where: Where) -> None:
        driver = source.get("driver")
        if isinstance(driver, list):
            driver = driver[0] if driver else None
        known = _CLASSES.get(str(driver), str(driver))
        if known not in _DRIVERS:
            self._problem(
                (*where, "driver"),
                f"{driver!r} is not a driver that is read{suggest(driver, _DRIVERS)} Known: {', '.join(_DRIVERS)}",
                unsafe=True,
            )
            entry = {"reader": f"driver {driver}", "kwargs": {}, "output_instance": "", "user_parameters": {}}
            self.out.data["entries"][self._slug(name)] = entry | {"metadata": self._metadata(source)}
            self._marks(where, self._slug(name))
            return
        reader, datatype = _DRIVERS[known]
        slug = self._slug(name)
        args = source.get("args") if isinstance(source.get("args"), dict) else {}
        assert args is not None
        kwargs = dict(args)
        kwargs |= kwargs.pop("csv_kwargs", None) or {}
        kwargs |= {k: v for k, v in (kwargs.pop("xarray_kwargs", None) or {}).items() if k != "engine"}
        url = next((kwargs.pop(key) for key in ("urlpath", "path", "url") if key in kwargs), None)
        for dropped in ("metadata", "storage_options", "engine", "autoreload", "ttl"):
            if kwargs.pop(dropped, None) and dropped == "storage_options":
                self._problem((*where, "args", dropped), "is left out: addresses in catalogs hold no options")
        entries, data = self.out.data["entries"], self.out.data["data"]
        data[f"{slug}-file"] = {
            "datatype": _TYPES + datatype,
            "kwargs": {"url": self._template(url, (*where, "args", "urlpath"))},
            "metadata": {},
            "user_parameters": {},
        }
        entries[slug] = {
            "reader": reader,
            "kwargs": {"data": f"{{data({slug}-file)}}"} | self._template(kwargs, (*where, "args")),
            "output_instance": "",
            "metadata": self._metadata(source),
            "user_parameters": self._parameters(source.get("parameters"), where),
        }
        self._marks(where, slug)
        self.out.keys["data", f"{slug}-file"] = self._old.at(where, key=True)
        self.out.values["data", f"{slug}-file"] = self._old.at((*where, "args", "urlpath"))

    @staticmethod
    def _slug(name: str) -> str:
        return re.sub(r"[^a-z0-9-]+", "-", name.casefold()).strip("-") or "unnamed"

    def _marks(self, where: Where, slug: str) -> None:
        for path, mark in self._old.values.items():
            if path[: len(where)] == where:
                self.out.values["entries", slug, *path[len(where) :]] = mark
        self.out.keys["entries", slug] = self._old.at(where, key=True)

    def _metadata(self, source: dict[str, Any]) -> dict[str, Any]:
        """Take over the metadata, with the description that version 1 has beside it."""
        found = dict(source.get("metadata") or {})
        description = source.get("description")
        if description:
            found.setdefault("title", str(description)[:200])
            found.setdefault("description", str(description)[:200])
        return found

    def _parameters(self, blocks: Any, where: Where) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, block in (blocks or {}).items() if isinstance(blocks, dict) else ():
            dtype = _PYTHON.get(str(block.get("type", "str"))) if isinstance(block, dict) else None
            if dtype is None:
                self._problem(
                    (*where, "parameters", name), "is left out: its type is not str, int, float or bool"
                )
                continue
            options = block.get("allowed") or []
            found[str(name)] = {
                "cls": f"intake.readers.user_parameters:{'Options' if options else 'Simple'}UserParameter",
                "dtype": dtype,
                "default": self._template(block.get("default", ""), (*where, "parameters", name)),
                "description": str(block.get("description", "")),
                "options": options,
                "min": block.get("min"),
                "max": block.get("max"),
            }
        return found

    def _template(self, value: Any, where: Where) -> Any:
        """Turn ``{{ name }}`` into ``{name}``; what is more than a name stays, and is refused later."""
        if isinstance(value, str):
            return _JINJA.sub(lambda match: "{" + self._name(match[1]) + "}", value)
        if isinstance(value, dict):
            return {key: self._template(item, (*where, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._template(item, (*where, index)) for index, item in enumerate(value)]
        return value

    def _name(self, inner: str) -> str:
        match = _ENV.fullmatch(inner)
        return f"env({match[1]})" if match else inner

    def _problem(self, where: Where, message: str, *, unsafe: bool = False) -> None:
        line, column = self._old.at(where)
        dotted = ".".join(str(part) for part in where)
        self.problems.append(Problem(self._old.path, line, column, dotted, message, unsafe))
