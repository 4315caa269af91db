"""What lies inside an area: people, buildings, beds, roads, alerts, sensors, as the catalog says what to add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from affine import Affine
from pyproj import Transformer

from watchfloor.core.burn import burn
from watchfloor.core.errors import InvalidInputError, UnknownNameError, WatchfloorError
from watchfloor.core.geometry import GEOD, read
from watchfloor.views.map import raster
from watchfloor.views.map.layer import Layer, layer_of, read_layers
from watchfloor.views.map.mask import passing
from watchfloor.views.map.mercator import Floats, inverse, project
from watchfloor.views.map.table import BULK, Table, read_grid, read_table, version
from watchfloor.views.selection import Filters

__all__ = ["Figure", "Figures", "district", "districts", "inside"]

MANY = 2000
"""Districts that are offered for choice, at most."""
_SEMI_MAJOR, _ECCENTRICITY2 = 6378137.0, 0.0066943799901413165
"""WGS 84: half the long axis in metres, and the square of the eccentricity."""


@dataclass(frozen=True)
class Figure:
    """One figure of an area.

    Parameters
    ----------
    name
        Catalog entry that it comes from.
    title
        What it counts.
    value
        The figure, in `unit`.
    unit
        ``1`` for a pure number.
    records
        Kind, source and key of the records behind it, where it counts records.
    """

    name: str
    title: str
    value: float
    unit: str = "1"
    records: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Figures:
    """The figures of an area.

    Parameters
    ----------
    size
        The area itself, km2.
    figures
        In the order of the catalog's layers.
    trouble
        Entries that could not be read: name -> reason. What they would add is missing above.
    """

    size: float
    figures: tuple[Figure, ...]
    trouble: Mapping[str, str]

    def __getitem__(self, title: str) -> Figure:
        """Return the figure of a title."""
        for figure in self.figures:
            if figure.title == title:
                return figure
        raise UnknownNameError("figure", title, [figure.title for figure in self.figures])


def inside(
    floor: Any,
    area: Mapping[str, Any],
    as_of: datetime | None = None,
    time: datetime | None = None,
    language: str = "en",
) -> Figures:
    """Add up what lies inside an area.

    Every catalog entry whose metadata have an ``area`` block tells its figures; live records and sensors are counted
    always. A feature counts where its representative point lies inside; a live record where it touches the area; a
    cell of a grid with the share of it that lies inside; a line with its length inside.

    Parameters
    ----------
    floor
        The floor.
    area
        GeoJSON Polygon or MultiPolygon, EPSG:4326.
    as_of, time
        Known time and valid time of live records; None for the present.
    language
        Of the titles.

    Raises
    ------
    InvalidInputError
        If the area is no polygon.
    """
    shape = read(dict(area))
    if shape is None or not shape.geom_type.endswith("Polygon"):
        raise InvalidInputError(f"An area is a Polygon or MultiPolygon, not {area.get('type')!r}.")
    metres = project(np.array([shape], dtype=object))[0]
    shapely.prepare(metres)
    at = time or as_of or floor.now()
    found: list[Figure] = []
    trouble: dict[str, str] = {}
    for layer in _layers(floor, language):
        try:
            if layer.style.kind == "raster":
                found += _cells(floor, layer, shape, language)
            elif layer.live:
                found += _live(floor, layer, metres, as_of, at)
            else:
                found += _features(read_table(floor, layer), layer, metres, language)
        except WatchfloorError as error:
            trouble[layer.name] = str(error)
        except Exception as error:  # noqa: BLE001  a reader may raise anything; the other figures still count
            trouble[layer.name] = f"{type(error).__name__}: {error}"
    size = abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))[0]) / 1e6
    return Figures(size, tuple(found), trouble)


def districts(floor: Any) -> list[str]:
    """Return the names of the floor's districts, by which an area can be chosen without drawing."""
    found = _district_layer(floor)
    if found is None:
        return []
    layer, table = found
    names = table.frame[layer.style.label].dropna().astype(str)
    return sorted(names.unique().tolist())[:MANY]


def district(floor: Any, name: str) -> Any:
    """Return the shape of a district, EPSG:4326.

    Raises
    ------
    UnknownNameError
        If there is no such district.
    """
    found = _district_layer(floor)
    if found is not None:
        layer, table = found
        rows = np.flatnonzero((table.frame[layer.style.label].astype(str) == name).to_numpy() & table.placed)
        if len(rows):
            whole = shapely.union_all(table.shapes[rows])
            return shapely.transform(whole, lambda at: np.column_stack(inverse(at[:, 0], at[:, 1])))
    raise UnknownNameError("district", name, districts(floor))


def _district_layer(floor: Any) -> tuple[Layer, Table] | None:
    for layer in read_layers(floor):
        if (
            layer.style.kind == "polygons"
            and layer.style.label
            and not layer.live
            and "district" in layer.name
        ):
            try:
                table = read_table(floor, layer)
            except Exception:  # noqa: BLE001  the layer itself tells why it cannot be read
                return None
            if layer.style.label in table.frame.columns:
                return layer, table
    return None


def _layers(floor: Any, language: str) -> list[Layer]:
    """Return what is told of an area, in the order of the map's layers; an entry need not be a layer."""
    layers = {layer.name: layer for layer in read_layers(floor, language)}
    for name in floor.catalog:
        if name not in layers:
            metadata = floor.catalog[name].metadata
            if metadata.area is not None:
                layers[name] = layer_of(floor.catalog[name], language)
    counted = (
        "live/alerts",
        "live/alarms",
        "live/incidents",
        "live/events",
        "live/resources",
        "live/sensors",
        "live/reports",
    )
    return [layer for layer in layers.values() if layer.area is not None or layer.name in counted]


def _features(table: Table, layer: Layer, metres: Any, language: str) -> list[Figure]:
    area = layer.area
    if area is None:
        return []
    found = []
    rows = np.flatnonzero(shapely.contains_xy(metres, table.points[:, 0], table.points[:, 1]))
    if area.count is not None:
        found.append(Figure(layer.name, area.count(language), float(len(rows))))
    for part in area.sums:
        if part.column is None or part.column not in table.frame.columns:
            raise InvalidInputError(f"{layer.name} has no column {part.column!r} to add up.")
        values = pd.to_numeric(table.frame[part.column].iloc[rows], errors="coerce").fillna(0)
        found.append(Figure(layer.name, part.title(language), float(values.sum()), part.unit))
    if area.length is not None:
        found.append(Figure(layer.name, area.length(language), _length(table, metres) / 1000, "km"))
    return found


def _length(table: Table, metres: Any) -> float:
    """Return the length of the lines inside, metres on the ellipsoid."""
    near = table.tree.query(metres, predicate="intersects")
    whole = shapely.contains_properly(metres, table.shapes[near])
    cut = np.where(whole, table.shapes[near], shapely.intersection(table.shapes[near], metres))
    at, which = shapely.get_coordinates(shapely.get_parts(cut), return_index=True)
    if len(at) < 2:
        return 0.0
    same = np.diff(which) == 0
    lon, lat = inverse(at[:, 0], at[:, 1])
    return float(_steps(np.radians(lon), np.radians(lat))[same].sum())


def _steps(lon: Floats, lat: Floats) -> Floats:
    """Return the length of each short step between two places, metres, by the ellipsoid's radii of curvature.

    Exact to a millionth for steps of some kilometres (Bomford, Geodesy, 4th ed., section 2.10: principal radii).
    """
    middle = (lat[1:] + lat[:-1]) / 2
    w2 = 1 - _ECCENTRICITY2 * np.sin(middle) ** 2
    east = np.diff(lon) * np.cos(middle) * _SEMI_MAJOR / np.sqrt(w2)
    north = np.diff(lat) * _SEMI_MAJOR * (1 - _ECCENTRICITY2) / w2**1.5
    return np.asarray(np.hypot(east, north))


def _live(floor: Any, layer: Layer, metres: Any, as_of: datetime | None, at: datetime) -> list[Figure]:
    table = read_table(floor, layer, as_of, at)
    seen = passing(table, Filters(), at)
    near = np.sort(table.tree.query(metres, predicate="intersects")) if len(table) else np.empty(0, int)
    rows: npt.NDArray[np.intp] = near[seen[near]]
    names = list(table.records)
    records = tuple(names[row] for row in rows) if names else ()
    return [Figure(layer.name, layer.title, float(len(rows)), "1", records)]


def _cells(floor: Any, layer: Layer, shape: Any, language: str) -> list[Figure]:
    if layer.area is None:
        return []
    crs = layer.entry.metadata.crs or "EPSG:4326"
    found: raster.Grid = BULK.get(
        ("picture", *version(floor, layer, None)),
        lambda: raster.grid(read_grid(floor, layer), layer.style.colour, crs),
    )
    total = _sum(found, shape)
    return [Figure(layer.name, part.title(language), total, part.unit) for part in layer.area.sums]


def _sum(found: raster.Grid, shape: Any) -> float:
    """Add up a grid's cells, each with the share of it that lies inside."""
    own = shapely.transform(shape, _into(found.crs))
    transform = Affine(found.dx, 0, found.x - found.dx / 2, 0, found.dy, found.y - found.dy / 2)
    rows, columns = found.values.shape
    left, bottom, right, top = own.bounds
    j = sorted(((left - transform.c) / found.dx, (right - transform.c) / found.dx))
    i = sorted(((bottom - transform.f) / found.dy, (top - transform.f) / found.dy))
    j0, j1 = max(int(np.floor(j[0])), 0), min(int(np.ceil(j[1])), columns)
    i0, i1 = max(int(np.floor(i[0])), 0), min(int(np.ceil(i[1])), rows)
    if j0 >= j1 or i0 >= i1:
        return 0.0
    values = np.nan_to_num(found.values[i0:i1, j0:j1].astype(float))
    moved = transform * Affine.translation(j0, i0)
    burnt: dict[str, Any] = {"shape": values.shape, "transform": moved, "dtype": "uint8"}
    full = burn([(own, 1)], **burnt)
    edge = burn([(own.boundary, 1)], all_touched=True, **burnt)
    total = float(values[(full == 1) & (edge == 0)].sum())
    at = np.argwhere((edge == 1) & (values != 0))
    if len(at):
        x0 = moved.c + at[:, 1] * found.dx
        y0 = moved.f + at[:, 0] * found.dy
        boxes = shapely.box(
            np.minimum(x0, x0 + found.dx), np.minimum(y0, y0 + found.dy),
            np.maximum(x0, x0 + found.dx), np.maximum(y0, y0 + found.dy),
        )  # fmt: skip
        shapely.prepare(own)
        share = shapely.area(shapely.intersection(boxes, own)) / abs(found.dx * found.dy)
        total += float((values[at[:, 0], at[:, 1]] * share).sum())
    return total


def _into(crs: str) -> Any:
    transformer = Transformer.from_crs(4326, crs, always_xy=True)
    return lambda at: np.column_stack(transformer.transform(at[:, 0], at[:, 1]))
