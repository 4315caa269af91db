"""Where the invented region lies, how its grid is cut, and how numbers become files.

The island of Averin is invented. It is put into the open North Pacific, more than 1,000 km from any land, so that no
invented flood ever lies upon a real town. Local coordinates are metres of UTM zone 57 north (EPSG:32657).
"""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from pyproj import Transformer
from rasterio.transform import Affine, from_origin

HERE = Path(__file__).resolve().parent
SEED = 20_260_601
CRS = "EPSG:32657"
CELL = 20.0
COLS, ROWS = 1500, 1200
WEST, NORTH = 430_000.0, 3_774_000.0
"""Upper left corner of the grid in metres."""
EAST, SOUTH = WEST + COLS * CELL, NORTH - ROWS * CELL
TRANSFORM: Affine = from_origin(WEST, NORTH, CELL, CELL)
COARSE = 100.0
"""Cell of the population grid in metres."""
MARK = "invented"

_TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
_TO_METRES = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)


def degrees(x: Any, y: Any) -> tuple[Any, Any]:
    """Turn local metres into longitude and latitude."""
    return _TO_DEGREES.transform(x, y)


def metres(lon: Any, lat: Any) -> tuple[Any, Any]:
    """Turn longitude and latitude into local metres."""
    return _TO_METRES.transform(lon, lat)


def xy(row: Any, col: Any, cell: float = CELL) -> tuple[Any, Any]:
    """Return the centre of a cell in local metres."""
    return WEST + (np.asarray(col) + 0.5) * cell, NORTH - (np.asarray(row) + 0.5) * cell


def rowcol(x: Any, y: Any, cell: float = CELL) -> tuple[Any, Any]:
    """Return the cell that holds a point given in local metres."""
    row = np.floor((NORTH - np.asarray(y)) / cell).astype(int)
    col = np.floor((np.asarray(x) - WEST) / cell).astype(int)
    rows, cols = round(ROWS * CELL / cell), round(COLS * CELL / cell)
    return np.clip(row, 0, rows - 1), np.clip(col, 0, cols - 1)


def generator(name: str) -> np.random.Generator:
    """Return the random numbers of one module: its own stream, so that a change elsewhere does not move them."""
    return np.random.default_rng([SEED, *name.encode()])


def write_raster(
    path: Path, grid: Any, *, cell: float = CELL, nodata: float | None = None, **tags: Any
) -> None:
    """Write a grid as a compressed, tiled GeoTIFF in the local CRS; `tags` become its metadata."""
    predictor = 3 if grid.dtype.kind == "f" else (2 if grid.dtype.itemsize > 1 else 1)
    with rasterio.open(
        path, "w", driver="GTiff", height=grid.shape[0], width=grid.shape[1], count=1, dtype=grid.dtype,
        crs=CRS, transform=from_origin(WEST, NORTH, cell, cell), nodata=nodata, compress="deflate", zlevel=9,
        predictor=predictor, tiled=True, blockxsize=256, blockysize=256,
    ) as out:  # fmt: skip
        out.write(grid, 1)
        if "title" in tags:
            out.set_band_description(1, tags["title"])
        out.update_tags(invented="true", **tags)


def frame(rows: list[dict[str, Any]], geometry: list[Any]) -> gpd.GeoDataFrame:
    """Make a table in longitude and latitude from rows and shapes in local metres (rounded to about 0.1 m)."""
    table = gpd.GeoDataFrame(rows, geometry=geometry, crs=CRS).to_crs("EPSG:4326")
    table.geometry = shapely.set_precision(table.geometry.values, 1e-6, mode="pointwise")
    table["invented"] = True
    return table


def write_table(path: Path, table: gpd.GeoDataFrame) -> None:
    """Write a table as GeoParquet."""
    table.to_parquet(
        path, index=False, compression="zstd", geometry_encoding="WKB", write_covering_bbox=False
    )
