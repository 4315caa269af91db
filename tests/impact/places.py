"""Small worlds for the tests: water on a grid, people, houses, districts."""

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from pyproj import Transformer

CRS = "EPSG:32650"
EAST, NORTH = 500_000.0, 3_000_000.0


def axes(rows: int, columns: int, size: float = 10.0) -> dict[str, np.ndarray]:
    """Return coordinates of a grid, rows from north to south."""
    return {"y": NORTH + size * (np.arange(rows)[::-1] + 0.5), "x": EAST + size * (np.arange(columns) + 0.5)}


def grid(values: np.ndarray, size: float = 10.0, crs: str = CRS) -> xr.DataArray:
    """Return a map of counts."""
    values = np.asarray(values, float)
    return xr.DataArray(values, dims=("y", "x"), coords=axes(*values.shape, size), attrs={"crs": crs})


def water(depth: np.ndarray, size: float = 10.0, **more: np.ndarray) -> xr.Dataset:
    """Return a flood of the shape (members, rows, columns), with further outputs such as ``arrival_time``."""
    units = {"flow_speed_max": "m/s", "arrival_time": "s", "water_depth_max": "m"}
    found = {
        name: (("member", "y", "x"), np.asarray(values, np.float32), {"units": units[name]})
        for name, values in {"water_depth_max": depth, **more}.items()
    }
    depth = np.asarray(depth)
    coords = axes(*depth.shape[1:], size) | {"member": np.arange(depth.shape[0])}
    return xr.Dataset(found, coords=coords, attrs={"crs": CRS, "never": 86400.0})


def degrees(x: float, y: float) -> tuple[float, float]:
    """Return longitude and latitude of metres from the grid's lower left corner."""
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(EAST + x, NORTH + y)
    return float(lon), float(lat)


def area(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Return a rectangle, given in metres from the lower left corner, in EPSG:4326."""
    return shapely.Polygon(
        [degrees(west, south), degrees(east, south), degrees(east, north), degrees(west, north)]
    )


def houses(places: list[tuple[float, float]], **columns: list) -> gpd.GeoDataFrame:
    """Return points, given in metres from the lower left corner."""
    shapes = [shapely.Point(degrees(*place)) for place in places]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def halves(width: float, height: float) -> gpd.GeoDataFrame:
    """Return two districts, west and east."""
    shapes = [area(0, 0, width / 2, height), area(width / 2, 0, width, height)]
    return gpd.GeoDataFrame({"code": ["W", "E"], "name": ["West", "East"]}, geometry=shapes, crs="EPSG:4326")
