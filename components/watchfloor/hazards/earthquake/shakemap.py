"""ShakeMap grids (grid.xml) as a field of shaking in place of the prediction.

It lies here and not among the feeds: a feed makes records of what was received, while this makes arrays for a model.
It only takes bytes; who fetches them is not its business.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from pyproj import Transformer

from watchfloor.core.errors import InvalidInputError, LimitError
from watchfloor.hazards.earthquake.conversion import GRAVITY
from watchfloor.hazards.grid import Grid
from watchfloor.security.xml import Limits, parse_xml

__all__ = ["LIMITS", "ShakeMap", "read"]

LIMITS = Limits(size=48 * 1024 * 1024, depth=4, elements=200, text=9_900_000)
"""The text of the grid is one element, of which libxml2 takes ten million characters: about 150,000 points."""
_POINTS = 4_000_000
_FIELDS: dict[str, tuple[str, str, float]] = {
    "MMI": ("mmi", "1", 1.0),
    "PGA": ("ground_acceleration", "m/s^2", GRAVITY / 100.0 / 100.0),
    "PGV": ("ground_velocity", "cm/s", 1.0),
    "STDPGA": ("acceleration_spread", "1", 1.0),
    "SVEL": ("vs30", "m/s", 1.0),
}
"""Field, unit, and factor from ShakeMap's own unit (percent of g, cm/s, ln, m/s), by its name there."""
_UNITS = {"PGA": {"pctg", "%g"}, "PGV": {"cms", "cm/s"}}


@dataclass(frozen=True)
class ShakeMap:
    """One ShakeMap.

    Parameters
    ----------
    event
        Its key at who made it.
    title
        Of the event.
    time
        Of the event, as written.
    made
        When the map was made, as written.
    version
        Of the map.
    magnitude
        Of the event.
    depth
        Of the focus, km.
    longitude, latitude
        Of the epicentre, degrees.
    data
        Dims ``latitude`` (falling) and ``longitude``; what is there of ``mmi``, ``ground_acceleration``,
        ``ground_velocity``, ``acceleration_spread`` (standard deviation of ln acceleration) and ``vs30``.
    """

    event: str
    title: str
    time: str
    made: str
    version: str
    magnitude: float
    depth: float
    longitude: float
    latitude: float
    data: xr.Dataset

    def onto(self, grid: Grid) -> xr.Dataset:
        """Return its fields on a grid of a run, by bilinear interpolation, as forcing of the earthquake model.

        Raises
        ------
        InvalidInputError
            If it does not cover the grid.
        """
        from scipy.ndimage import map_coordinates

        east, north = np.meshgrid(grid.x, grid.y)
        lon, lat = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform(east, north)
        lons, lats = self.data.longitude.values, self.data.latitude.values
        column = (lon - lons[0]) / (lons[1] - lons[0])
        row = (lat - lats[0]) / (lats[1] - lats[0])
        if (
            column.min() < -0.5
            or row.min() < -0.5
            or column.max() > lons.size - 0.5
            or row.max() > lats.size - 0.5
        ):
            raise InvalidInputError(
                f"The ShakeMap covers {lons[0]:.3f} to {lons[-1]:.3f} and {lats[-1]:.3f} to {lats[0]:.3f} degrees, the site "
                f"{lon.min():.3f} to {lon.max():.3f} and {lat.min():.3f} to {lat.max():.3f}; cut the site to what the map covers."
            )
        made = {
            str(name): (
                ("y", "x"),
                map_coordinates(values.values, [row, column], order=1, mode="nearest"),
                dict(values.attrs),
            )
            for name, values in self.data.data_vars.items()
        }
        point: dict[str, Any] = {
            "magnitude": ((), self.magnitude, {"units": "1"}),
            "depth": ((), self.depth, {"units": "km"}),
            "longitude": ((), self.longitude, {"units": "degrees"}),
            "latitude": ((), self.latitude, {"units": "degrees"}),
        }
        return xr.Dataset(made | point, coords={"y": grid.y, "x": grid.x}, attrs={"crs": grid.crs})


def read(data: bytes) -> ShakeMap:
    """Read a ShakeMap grid.

    Parameters
    ----------
    data
        ``grid.xml`` of ShakeMap 3 or 4, as received; without DOCTYPE and entities.

    Raises
    ------
    LimitError
        If it is larger than `LIMITS`.
    UnsafeError
        If it has a document type.
    InvalidInputError
        If it is no such grid, or its numbers do not go together; it says which.
    """
    root = parse_xml(data, LIMITS)
    if _local(root.tag) != "shakemap_grid":
        raise InvalidInputError(
            f"This is {_local(root.tag)[:40]!r}, not a ShakeMap grid; expected the file grid.xml, whose root is shakemap_grid."
        )
    parts: dict[str, Any] = {}
    columns: dict[str, tuple[int, str]] = {}
    for item in root:
        name = _local(item.tag)
        if name == "grid_field":
            said = str(item.get("name", "")).upper()
            columns[said] = (
                int(_number(item.get("index"), "index of a grid_field")) - 1,
                str(item.get("units", "")),
            )
        else:
            parts.setdefault(name, item)
    missing = [name for name in ("event", "grid_specification", "grid_data") if name not in parts]
    missing += [name for name in ("LON", "LAT", "MMI") if name not in columns]
    if missing:
        raise InvalidInputError(
            f"The ShakeMap grid has no {', '.join(missing)}; fetch it again, it is not whole."
        )
    for name, known in _UNITS.items():
        if name in columns and columns[name][1] not in known:
            raise InvalidInputError(
                f"The ShakeMap's {name} is in {columns[name][1][:20]!r}; expected {' or '.join(sorted(known))}."
            )
    event, grid = parts["event"], parts["grid_specification"]
    width, height = (int(_number(grid.get(name), name)) for name in ("nlon", "nlat"))
    if width < 2 or height < 2 or width * height > _POINTS:
        raise LimitError(f"The ShakeMap grid has {width} x {height} points; 2 x 2 to {_POINTS:,} are read.")
    table = _table(parts["grid_data"].text or "", width * height, len(columns))
    lons, lats = _axes(table[:, columns["LON"][0]], table[:, columns["LAT"][0]], width, height)
    found = {
        name: (
            ("latitude", "longitude"),
            table[:, columns[said][0]].reshape(height, width) * factor,
            {"units": units},
        )
        for said, (name, units, factor) in _FIELDS.items()
        if said in columns
    }
    return ShakeMap(
        event=str(root.get("event_id", ""))[:80],
        title=str(event.get("event_description", "")).strip()[:200],
        time=str(event.get("event_timestamp", ""))[:40],
        made=str(root.get("process_timestamp", ""))[:40],
        version=str(root.get("shakemap_version", ""))[:20],
        magnitude=_within(event.get("magnitude"), "magnitude", -2.0, 10.0),
        depth=_within(event.get("depth"), "depth", -5.0, 750.0),
        longitude=_within(event.get("lon"), "longitude", -180.0, 180.0),
        latitude=_within(event.get("lat"), "latitude", -90.0, 90.0),
        data=xr.Dataset(found, coords={"latitude": lats, "longitude": lons}),
    )


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _number(text: str | None, what: str) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = np.nan
    if not np.isfinite(value) or abs(value) > 1e9:
        raise InvalidInputError(f"The ShakeMap's {what} is {(text or '')[:20]!r}; expected a number.")
    return value


def _within(text: str | None, what: str, low: float, high: float) -> float:
    value = _number(text, what)
    if not low <= value <= high:
        raise InvalidInputError(f"The ShakeMap's {what} is {value:g}; expected {low:g} to {high:g}.")
    return value


def _table(text: str, points: int, columns: int) -> np.ndarray:
    """Return the numbers, (points, columns)."""
    words = text.split()
    if len(words) != points * columns:
        raise InvalidInputError(
            f"The ShakeMap grid has {len(words):,} numbers; expected {points:,} points of {columns}. Fetch it again, it is not "
            "whole."
        )
    try:
        return np.array(words, float).reshape(points, columns)
    except ValueError as error:
        raise InvalidInputError(f"The ShakeMap grid holds something that is no number: {error}.") from error


def _axes(lon: np.ndarray, lat: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Return longitudes and latitudes of the grid, checked: even, rising eastward and falling southward."""
    lons, lats = lon.reshape(height, width), lat.reshape(height, width)
    across, down = np.linspace(lons[0, 0], lons[0, -1], width), np.linspace(lats[0, 0], lats[-1, 0], height)
    # the file has four decimals, so that points may lie half of the last beside the even grid
    even = np.abs(lons - across).max() < 2e-3 and np.abs(lats - down[:, None]).max() < 2e-3
    if not (
        np.isfinite(lons).all()
        and np.isfinite(lats).all()
        and even
        and across[0] < across[-1]
        and down[0] > down[-1]
    ):
        raise InvalidInputError(
            "The ShakeMap's points are not an even grid from its north-west corner, row by row; this reader takes no other."
        )
    return across, down
