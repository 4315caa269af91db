"""Files that are not what they say, or that lead to other files, are refused before a library opens them.

GDAL opens whatever it recognises: a file called ``rain.tif`` that holds a VRT may read any file or address. HDF5
and Zarr can point outside themselves, and a Zarr array may ask for a codec that unpickles.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from watchfloor.catalog.locations import inside
from watchfloor.core.errors import CatalogError, LimitError, UnsafeError

__all__ = ["examine"]

_MAGIC: dict[str, tuple[bytes, ...]] = {
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "GeoPackage": (b"SQLite format 3\0",),
    "SQLite": (b"SQLite format 3\0",),
    "FlatGeoBuf": (b"fgb\x03",),
    "Shapefile": (b"\0\0\x27\x0a",),
    "HDF5": (b"\x89HDF\r\n\x1a\n",),
    "NetCDF3": (b"CDF\x01", b"CDF\x02", b"CDF\x05"),
    "Parquet": (b"PAR1",),
}
_MOST = 200_000
_CODECS = frozenset(
    [
        "blosc",
        "zlib",
        "gzip",
        "zstd",
        "lz4",
        "bz2",
        "lzma",
        "bytes",
        "endian",
        "transpose",
        "crc32c",
        "crc32",
        "adler32",
        "fletcher32",
        "shuffle",
        "delta",
        "fixedscaleoffset",
        "scale_offset",
        "cast_value",
        "quantize",
        "bitround",
        "packbits",
        "astype",
        "sharding_indexed",
        "vlen-utf8",
        "vlen-bytes",
        "vlen-array",
        "categorize",
    ]
)
"""Codecs that only move numbers and text about; ``pickle`` is the one that must never be here."""


def examine(path: Path, datatype: str, roots: Sequence[Path]) -> None:
    """Check the content of a file or folder before it is read.

    Parameters
    ----------
    path
        Inside the roots already.
    datatype
        Class of the kind of data.
    roots
        Folders that may be read.

    Raises
    ------
    UnsafeError
        If it leads outside or could run code.
    CatalogError
        If it is not the kind of file that the catalog says.
    """
    kind = datatype.rpartition(":")[2]
    if path.is_dir():
        _folder(path, roots)
        if kind == "Zarr":
            _zarr(path)
        return
    magic = _MAGIC.get(kind)
    with path.open("rb") as file:
        head = file.read(512)
    if magic is not None and not head.startswith(magic):
        raise CatalogError(f"{path} is not a {kind} file; its first bytes are {head[:8]!r}.")
    if kind == "GeoJSON" and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        raise CatalogError(f"{path} is not GeoJSON; its first bytes are {head[:8]!r}.")
    if kind == "HDF5":
        _hdf5(path)


def _folder(path: Path, roots: Sequence[Path]) -> None:
    """Follow every link below a folder; all must end inside the roots."""
    count = 0
    for where, folders, files in os.walk(path):
        for name in folders + files:
            count += 1
            if count > _MOST:
                raise LimitError(f"{path} holds more than {_MOST:,} files.")
            item = Path(where) / name
            if item.is_symlink():
                inside(item, roots)


def _zarr(path: Path) -> None:
    """Refuse a codec that is not known to be harmless (``pickle`` runs code)."""
    for name in (".zarray", ".zmetadata", "zarr.json"):
        for file in path.rglob(name):
            try:
                _codecs(json.loads(file.read_bytes()), file)
            except (ValueError, RecursionError) as error:
                raise CatalogError(f"{file} is not Zarr's JSON: {error}.") from error


def _codecs(value: Any, file: Path) -> None:
    if isinstance(value, list):
        for item in value:
            _codecs(item, file)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        for codec in item if isinstance(item, list) else [item]:
            if key in {"filters", "compressor", "codecs", "index_codecs"} and isinstance(codec, dict):
                name = str(codec.get("id") or codec.get("name") or "").removeprefix("numcodecs.")
                if name not in _CODECS:
                    raise UnsafeError(f"{file} asks for the codec {name!r}, which catalogs may not use.")
        if key != "attributes":
            _codecs(item, file)


def _hdf5(path: Path) -> None:
    """Refuse links to other files, raw data kept outside, and filters that are loaded from the machine."""
    import h5py

    with h5py.File(path, "r") as file:
        groups, count = [file], 0
        seen: set[Any] = set()
        while groups:
            group = groups.pop()
            if group.id.id in seen:
                continue
            seen.add(group.id.id)
            for name in group:
                count += 1
                if count > _MOST:
                    raise LimitError(f"{path} holds more than {_MOST:,} objects.")
                link = group.get(name, getlink=True)
                if isinstance(link, h5py.ExternalLink):
                    raise UnsafeError(f"{path}: {name!r} is a link to another file, {link.filename[:80]!r}.")
                if isinstance(link, h5py.SoftLink):
                    continue
                item = group[name]
                if isinstance(item, h5py.Group):
                    groups.append(item)
                elif isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
                    raise UnsafeError(f"{path}: the data of {name!r} are kept in another file.")
