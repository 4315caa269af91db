"""A small floor whose every number is known: two districts, a road, hospitals, a grid of people, alerts, sensors."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rioxarray  # noqa: F401  registers how grids are written
import shapely
import xarray as xr

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.scales import Severity, Status
from watchfloor.core.settings import Settings
from watchfloor.store import Store
from watchfloor.store.records import Observation, Record, Series

NOW = parse_time("2026-06-01T12:00:00Z")
HOUR = timedelta(hours=1)
XSS = "<img src=x onerror=window.__xss=1>"

_ENTRY = """
  {name}:
    reader: {reader}
    output_instance: {kind}
    kwargs: {{data: "{{data({name}-file)}}"{more}}}
    user_parameters: {{}}
    metadata:
      title: {{en: {title}, zh: {zh}}}
      description: {{en: For tests., zh: 测试用。}}
      provider: Tests
      licence: CC0-1.0
      attribution: Made for tests
      hazard: []
      cadence: static
      crs: {crs}
      classification: public
      {rest}
"""
_DATA = """
  {name}-file:
    datatype: intake.readers.datatypes:{type}
    kwargs: {{url: "{{CATALOG_DIR}}/{file}"}}
    metadata: {{}}
    user_parameters: {{}}
"""
_VECTOR = ("intake.readers.readers:GeoPandasTabular", "geopandas:GeoDataFrame", "Parquet", "parquet")
_RASTER = ("watchfloor.catalog.readers:GeoTIFFReader", "xarray:DataArray", "TIFF", "tif")
_LAYERS: list[tuple[str, str, str, tuple[str, str, str, str], str, str]] = [
    ("districts", "Districts", "城区", _VECTOR, "EPSG:4326",
     "units: {people: '1'}\n      map: {kind: polygons, group: base, order: 10, visible: true, colour: '#9AA3AD', label: name, tooltip: [name, people]}"),
    ("roads", "Roads", "道路", _VECTOR, "EPSG:4326",
     "area: {length: {en: Roads, zh: 道路}}\n      map: {kind: lines, group: base, order: 20, visible: true, colour: '#C7BBA0', width: 2, tooltip: [name]}"),
    ("hospitals", "Hospitals", "医院", _VECTOR, "EPSG:4326",
     "area: {count: {en: Hospitals, zh: 医院}, sums: [{title: {en: Beds, zh: 床位}, column: beds}]}\n      map: {kind: points, group: resources, order: 30, visible: true, colour: '#FFFFFF', shape: cross, tooltip: [name, beds]}"),
    ("population", "Population", "人口", _RASTER, "EPSG:4326",
     "area: {sums: [{title: {en: People, zh: 人口}}]}\n      map: {kind: raster, group: exposure, order: 5, colour: {field: population}}"),
    ("terrain", "Terrain", "地形", _RASTER, "EPSG:32650",
     "map: {kind: raster, group: base, order: 4, colour: {field: elevation}}"),
    ("cover", "Cover", "覆盖", _RASTER, "EPSG:4326",
     "map: {kind: raster, group: base, order: 3, colour: {values: {10: '#2E6B45', 80: '#2F6FA3'}}}"),
    ("quakes", "Quakes", "地震", _VECTOR, "EPSG:4326",
     "map: {kind: cloud, group: events, order: 40, colour: {column: mag, field: magnitude}}"),
]  # fmt: skip


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """Return a GeoJSON box."""
    return shapely.geometry.mapping(shapely.box(west, south, east, north))


def record(kind: Any, key: str, severity: Severity, geometry: Any, **more: Any) -> Record:
    """Return a record in force from an hour ago for six hours."""
    return Record(
        **{
            "kind": kind, "source": "cap:test", "key": key, "revision": "1", "sent": NOW - HOUR,
            "valid_from": NOW - HOUR, "valid_to": NOW + 6 * HOUR, "title": f"{kind} {key}", "hazard": "flood",
            "severity": severity, "status": Status.EXERCISE, "geometry": geometry,
        }
        | more
    )  # fmt: skip


RECORDS = [
    record("alert", "a1", Severity.EXTREME, box(112.0, 30.0, 112.1, 30.1), title=f"Flood {XSS}"),
    record("alert", "a2", Severity.MINOR, box(112.1, 30.0, 112.2, 30.1), hazard="storm"),
    record("alert", "a3", Severity.SEVERE, None, title="No place"),
    record("alert", "old", Severity.SEVERE, box(112.0, 30.0, 112.2, 30.1), valid_to=NOW - HOUR / 2),
    record("alert", "off", Severity.SEVERE, box(112.0, 30.0, 112.2, 30.1), state="cancelled"),
    record("incident", "i1", Severity.SEVERE, shapely.geometry.mapping(shapely.Point(112.05, 30.05))),
]


def write_floor(folder: Path) -> Path:
    """Write the floor's catalog and data."""
    folder.mkdir(parents=True)
    frames = {
        "districts": ({"name": ["East", "West"], "name_zh": ["东", "西"], "people": [1000, 3000]},
                      [shapely.box(112.1, 30.0, 112.2, 30.1), shapely.box(112.0, 30.0, 112.1, 30.1)]),
        "roads": ({"name": ["Ring", "Lane"]},
                  [shapely.LineString([(112.0, 30.05), (112.2, 30.05)]), shapely.LineString([(112.15, 30.0), (112.15, 30.1)])]),
        "hospitals": ({"name": [f"First {XSS}", "Second"], "beds": [100, 40]},
                      [shapely.Point(112.02, 30.02), shapely.Point(112.18, 30.08)]),
    }  # fmt: skip
    for name, (columns, shapes) in frames.items():
        gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_parquet(folder / f"{name}.parquet")
    random = np.random.default_rng(7)
    at = random.normal((112.1, 30.05), 0.02, (30_000, 2))
    quakes = gpd.GeoDataFrame({"mag": random.uniform(1, 7, len(at))}, geometry=shapely.points(at), crs=4326)
    quakes.to_parquet(folder / "quakes.parquet")
    x, y = 112.0 + (np.arange(20) + 0.5) * 0.01, 30.1 - (np.arange(10) + 0.5) * 0.01
    people = xr.DataArray(np.full((10, 20), 7.0, np.float32), {"y": y, "x": x}, ("y", "x"))
    people.rio.write_crs(4326).rio.to_raster(folder / "population.tif")
    cover = np.where(np.arange(20) < 10, 10, 80) * np.ones((10, 1))
    xr.DataArray(cover.astype(np.float32), {"y": y, "x": x}, ("y", "x")).rio.write_crs(4326).rio.to_raster(
        folder / "cover.tif"
    )
    east, north = 200_000 + (np.arange(400) + 0.5) * 100, 3_340_000 - (np.arange(400) + 0.5) * 100
    height = (np.arange(400)[:, None] * 2.0 + np.zeros((1, 400))).astype(np.float32)
    xr.DataArray(height, {"y": north, "x": east}, ("y", "x")).rio.write_crs(32650).rio.to_raster(
        folder / "terrain.tif"
    )
    entries = data = ""
    for name, title, zh, (reader, kind, type_, suffix), crs, rest in _LAYERS:
        more = ", name: value" if suffix == "tif" else ""
        entries += _ENTRY.format(
            name=name, reader=reader, kind=kind, title=title, zh=zh, crs=crs, rest=rest, more=more
        )
        data += _DATA.format(name=name, type=type_, file=f"{name}.{suffix}")
    (folder / "region.yml").write_text(
        f"version: 2\nmetadata: {{title: {{en: Region}}}}\naliases: {{}}\nuser_parameters: {{}}\ndata:{data}\nentries:{entries}",
        encoding="utf-8",
    )
    (folder / "catalog.yml").write_text(_FLOOR, encoding="utf-8")
    return folder


_FLOOR = """
version: 2
metadata:
  title: {en: Test}
  floor:
    title: {en: Test, zh: 测试}
    description: {en: Made for tests., zh: 测试用。}
    status: Exercise
    invented: true
    zone: Asia/Shanghai
    centre: [112.1, 30.05]
    zoom: 11
    languages: [en, zh]
    feeds: []
aliases: {}
user_parameters: {}
data:
  region-file:
    datatype: intake.readers.datatypes:YAMLFile
    kwargs: {url: "{CATALOG_DIR}/region.yml"}
    metadata: {}
    user_parameters: {}
entries:
  region:
    reader: intake.readers.readers:YAMLCatalogReader
    output_instance: intake.readers.entry:Catalog
    kwargs: {data: "{data(region-file)}"}
    metadata: {title: {en: Region}}
    user_parameters: {}
  live:
    reader: watchfloor.catalog.readers:ThemeReader
    output_instance: intake.readers.entry:Catalog
    kwargs: {theme: live}
    metadata: {}
    user_parameters: {}
"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the floor's catalog."""
    return write_floor(tmp_path_factory.mktemp("floors") / "small")


@pytest.fixture
def floor(folder: Path) -> Iterator[Any]:
    """Return the floor with its records and sensors, at noon."""
    clock = FixedClock(NOW)
    store = Store.open(":memory:", clock=clock)
    with watchfloor.open(
        folder, store=store, clock=clock, settings=Settings(catalogs=[folder.parent])
    ) as found:
        store.append(RECORDS, known=NOW - HOUR / 2)
        store.describe(
            [
                Series("t/g1", "Gauge 1", "water_level", "m", 112.05, 30.02, "flood",
                       {"thresholds": {"yellow": 3.0, "red": 5.0}, "cadence": "PT10M"}),
                Series("t/g2", "Gauge 2", "water_level", "m", 112.15, 30.02, "flood", {"cadence": "PT10M"}),
            ]
        )  # fmt: skip
        store.observe(
            [Observation("t/g1", NOW - HOUR / 10, 5.5, 0), Observation("t/g2", NOW - 5 * HOUR, 1.0, 0)]
        )
        yield found
    store.close()
