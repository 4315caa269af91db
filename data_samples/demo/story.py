"""Tell the 72 hours: measurements, messages and the description of the series, in the form of a simulated edge."""

import gzip
import json
from pathlib import Path
from typing import Any

import flow
import geopandas as gpd
import hydrology
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
import signals
from place import COLS, metres, rowcol
from weather import Rain

__all__ = ["build"]

RARELY = {"gas": "PT30M", "crowd": "PT45M"}
"""How long sensors may be silent that tell every interval when there is something to tell, and less often otherwise."""


def build(source: Path, to: Path) -> None:
    """Write the story's three files.

    Parameters
    ----------
    source
        Folder of the region's files.
    to
        Folder of the story.
    """
    to.mkdir(parents=True, exist_ok=True)
    height, receiver, ordered = ground(source)
    sensors = gpd.read_parquet(source / "sensors.parquet")
    x, y = metres(sensors.geometry.x.to_numpy(), sensors.geometry.y.to_numpy())
    row, col = rowcol(x, y)
    posts = pd.DataFrame(sensors.drop(columns="geometry")).assign(
        x=x, y=y, ground=np.nan_to_num(height[row, col])
    )
    gauges = {
        station: int(r * COLS + c)
        for station, kind, r, c in zip(posts.station, posts.kind, row, col, strict=True)
        if kind == "gauge" and station != "L01"
    }
    reservoir = gpd.read_parquet(source / "reservoir.parquet")
    rain = Rain(np.nan_to_num(height).reshape(24, 50, 30, 50).mean(axis=(1, 3)))
    dam = _dam(reservoir, receiver, gauges["G02"])
    full = float(reservoir.full_supply_level_m.iloc[0])

    def run(fallen: Any) -> hydrology.Flows:
        return hydrology.route(height, receiver, ordered, gauges, dam, full, fallen)

    flows = run(rain)
    plant = gpd.read_parquet(source / "plant.parquet").set_index("name").geometry["Chlorine tank C-1"]
    tank = tuple(float(value) for value in metres(plant.x, plant.y))
    table = signals.build(posts, flows, rain, tank)
    late = table[table.series == signals.LATE]
    write_observations(to / "observations.parquet", table[table.series != signals.LATE])
    _stations(to / "stations.geojson", sensors)
    import foresight
    import messages

    foreseen = foresight.build(rain, run, dict(zip(sensors.station, sensors.title, strict=True)))
    lines = messages.build(source, flows, late, foreseen)
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    with (
        (to / "messages.jsonl.gz").open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as out,
    ):
        out.write(text.encode())


def ground(source: Path) -> tuple[Any, Any, Any]:
    """Return heights (NaN at sea), receivers and drainage order of the region's DEM."""
    with rasterio.open(source / "dem.tif") as file:
        grid = file.read(1).astype(float)
        sea = grid == file.nodata
    filled, receiver, ordered = flow.drain(np.where(sea, 0.0, grid * 64), sea, 1.0)
    if not (filled == np.where(sea, 0.0, grid * 64)).all():
        raise ValueError(f"The DEM of {source} does not drain; make the region again.")
    return np.where(sea, np.nan, grid), receiver, ordered


def _dam(reservoir: gpd.GeoDataFrame, receiver: Any, above: int) -> int:
    """Return the cell where the river passes under the dam."""
    line = reservoir[reservoir.kind == "dam"].to_crs("EPSG:32657").geometry.iloc[0].buffer(16.0)
    here = above
    import shapely
    from place import xy

    while not line.contains(shapely.Point(*xy(here // COLS, here % COLS))):
        here = int(receiver[here])
    return here


def write_observations(path: Path, table: pd.DataFrame) -> None:
    """Write measurements as Parquet: series as dictionary, offset int32, value float32, flag int8."""
    schema = pa.schema([
        ("series", pa.dictionary(pa.int16(), pa.string())), ("offset", pa.int32()), ("value", pa.float32()), ("flag", pa.int8()),
    ])  # fmt: skip
    arrays = [
        pa.array(table.series).dictionary_encode().cast(schema.field("series").type),
        pa.array(table.offset, pa.int32()),
        pa.array(table.value.astype(np.float32), pa.float32(), from_pandas=False),
        pa.array(table.flag, pa.int8()),
    ]
    pq.write_table(
        pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd", compression_level=19
    )


def _stations(path: Path, sensors: gpd.GeoDataFrame) -> None:
    """Describe the series, one feature each."""
    features = []
    for row in sensors.itertuples():
        said = {
            "series": row.series, "title": row.title, "title_zh": row.title_zh, "field": row.field, "units": row.units,
            "hazard": row.hazard, "station": row.station, "kind": row.kind, "interval_s": int(row.interval_s), "invented": True,
        }  # fmt: skip
        if row.kind in RARELY:
            said["silent_after"] = RARELY[row.kind]
        if row.direction:
            said["direction"] = row.direction
            said["thresholds"] = {
                colour: float(getattr(row, colour)) for colour in ("blue", "yellow", "orange", "red")
            }
            said |= said["thresholds"]
        features.append({
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(row.geometry.x, 6), round(row.geometry.y, 6)]},
            "properties": said,
        })  # fmt: skip
    lines = ",\n".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in features)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")
