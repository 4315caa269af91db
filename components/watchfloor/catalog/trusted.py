"""Which readers and kinds of data a catalog may name: an allow-list, and what installed packages add to it.

A class that is not listed here is never imported for a catalog, so that naming it runs nothing.
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from inspect import isclass
from typing import Any
from warnings import warn

from watchfloor.core.errors import CatalogError
from watchfloor.core.registry import BrokenPluginWarning

__all__ = [
    "DATATYPES",
    "GROUP",
    "NESTED",
    "PARAMETERS",
    "READERS",
    "THEME",
    "Trusted",
    "broken",
    "foreign",
    "load",
]

GROUP = "watchfloor.catalog.readers"
"""Entry point group in which an installed package names its readers and kinds of data."""
_TYPES = "intake.readers.datatypes:"
_INTAKE = "intake.readers.readers:"
_OWN = "watchfloor.catalog.readers:"
NESTED = f"{_INTAKE}YAMLCatalogReader"
THEME = f"{_OWN}ThemeReader"


@dataclass(frozen=True)
class Trusted:
    """A reader that a catalog may name.

    Parameters
    ----------
    spec
        ``package.module:Class``.
    data
        Kinds of data that it reads; empty if it needs none.
    kwargs
        Keyword arguments that a catalog may set; None for any plain data.
    call
        Keyword arguments that a caller of ``Entry.read`` may set.
    many
        Whether it takes several files.
    live
        Whether it reads the store.
    point
        Where an installed package offers it; None for the ones listed here.
    """

    spec: str
    data: frozenset[str] = frozenset()
    kwargs: frozenset[str] | None = frozenset()
    call: frozenset[str] = frozenset()
    many: bool = False
    live: bool = False
    point: EntryPoint | None = None


DATATYPES: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (_TYPES + name for name in ("CSV", "Parquet", "GeoJSON", "GeoPackage", "FlatGeoBuf", "Shapefile")),
        frozenset({"url"}),
    ),
    **dict.fromkeys(
        (_TYPES + name for name in ("TIFF", "NetCDF3", "YAMLFile", "CatalogFile")), frozenset({"url"})
    ),
    _TYPES + "HDF5": frozenset({"url", "path"}),
    _TYPES + "Zarr": frozenset({"url", "root"}),
    _TYPES + "SQLQuery": frozenset({"conn", "query"}),
}
"""Kinds of data that a catalog may name, and the keyword arguments of each."""

PARAMETERS = frozenset(
    f"intake.readers.user_parameters:{name}UserParameter" for name in ("Simple", "Options", "BoundedNumber")
) | {"intake.readers.user_parameters:BaseUserParameter"}
"""Kinds of user parameters that a catalog may name."""


def _types(*names: str) -> frozenset[str]:
    return frozenset(_TYPES + name for name in names)


_CSV = frozenset(
    [
        "sep",
        "delimiter",
        "header",
        "names",
        "index_col",
        "usecols",
        "dtype",
        "skiprows",
        "skipfooter",
        "nrows",
        "na_values",
        "keep_default_na",
        "parse_dates",
        "date_format",
        "dayfirst",
        "thousands",
        "decimal",
        "quotechar",
        "comment",
        "encoding",
        "true_values",
        "false_values",
        "skipinitialspace",
    ]
)
_VECTOR = _types("GeoJSON", "GeoPackage", "FlatGeoBuf", "Shapefile")
_GRID = _types("NetCDF3", "HDF5", "Zarr")
_GRID_KWARGS = frozenset(
    ["chunks", "group", "decode_times", "mask_and_scale", "drop_variables", "concat_dim", "combine"]
)
_RECORDS = frozenset(["source", "hazard", "severity", "state", "status"])

READERS: dict[str, Trusted] = {
    item.spec: item
    for item in (
        Trusted(NESTED, _types("YAMLFile", "CatalogFile")),
        Trusted(THEME, kwargs=frozenset({"theme"})),
        Trusted(f"{_INTAKE}PandasCSV", _types("CSV"), _CSV),
        Trusted(f"{_INTAKE}DaskCSV", _types("CSV"), _CSV | {"blocksize"}, many=True),
        Trusted(f"{_INTAKE}PandasParquet", _types("Parquet"), frozenset({"columns", "filters"})),
        Trusted(f"{_INTAKE}DaskParquet", _types("Parquet"), frozenset({"columns", "filters"})),
        Trusted(
            f"{_INTAKE}GeoPandasReader",
            _VECTOR,
            frozenset({"layer", "bbox", "columns", "rows", "with_fsspec"}),
        ),
        Trusted(f"{_INTAKE}GeoPandasTabular", _types("Parquet"), frozenset({"columns", "bbox"})),
        Trusted(f"{_INTAKE}XArrayDatasetReader", _GRID, _GRID_KWARGS | {"consolidated"}, many=True),
        Trusted(f"{_OWN}CSVReader", _types("CSV"), _CSV, many=True),
        Trusted(f"{_OWN}GridReader", _GRID, _GRID_KWARGS | {"variable"}),
        Trusted(f"{_OWN}GeoTIFFReader", _types("TIFF"), frozenset({"band", "name", "masked"})),
        Trusted(f"{_OWN}SQLReader", _types("SQLQuery"), frozenset({"params", "parse_dates", "index_col"})),
        Trusted(
            f"{_OWN}RecordsReader",
            kwargs=_RECORDS | {"kind", "days"},
            call=_RECORDS | {"as_of", "valid_at", "during", "days", "bbox", "limit"},
            live=True,
        ),
        Trusted(
            f"{_OWN}ScenariosReader", call=frozenset({"as_of", "hazard", "state", "bbox", "limit"}), live=True
        ),
        Trusted(f"{_OWN}SensorsReader", call=frozenset({"as_of"}), live=True),
        Trusted(
            f"{_OWN}ObservationsReader",
            kwargs=frozenset({"series", "hours"}),
            call=frozenset({"as_of", "series", "start", "end", "hours"}),
            live=True,
        ),
    )
}
"""Readers that a catalog may name."""

broken: dict[str, str] = {}
"""What installed packages offer that does not load, and why."""


@cache
def foreign() -> dict[str, Trusted]:
    """Return the readers and kinds of data that installed packages offer, importing none."""
    return {
        point.value: Trusted(point.value, data=frozenset(), kwargs=None, many=True, point=point)
        for point in entry_points(group=GROUP)
        if point.value not in READERS and point.value not in DATATYPES
    }


def load(spec: str) -> type[Any]:
    """Import a class of the allow-list, and no other.

    Raises
    ------
    CatalogError
        If the class is not listed, does not load, or is neither a reader nor a kind of data of Intake.

    Examples
    --------
    >>> load("intake.readers.readers:PandasCSV").__name__
    'PandasCSV'
    """
    from intake.readers.datatypes import BaseData
    from intake.readers.readers import BaseReader

    point = foreign()[spec].point if spec in foreign() else None
    if point is None and spec not in READERS and spec not in DATATYPES:
        raise CatalogError(f"{spec!r} is not a reader or a kind of data that catalogs may use.")
    try:
        if point is not None:
            found: Any = point.load()
        else:
            module, _, name = spec.partition(":")
            found = getattr(import_module(module), name)
    except Exception as error:  # a third party's module may raise anything
        if point is None:
            raise
        broken[spec] = f"{type(error).__name__}: {error}"
        warn(f"Reader {spec!r} is left out: {broken[spec]}", BrokenPluginWarning, stacklevel=2)
        raise CatalogError(f"Reader {spec!r} does not load: {broken[spec]}") from error
    if not (isclass(found) and issubclass(found, BaseReader | BaseData)):
        broken[spec] = "is neither a reader nor a kind of data of Intake"
        warn(f"Reader {spec!r} is left out: it {broken[spec]}", BrokenPluginWarning, stacklevel=2)
        raise CatalogError(f"{spec!r} {broken[spec]}.")
    return found
