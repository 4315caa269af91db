"""Make the invented demo region and its story: ``python data_samples/demo/make.py [--story] [--to FOLDER]``.

Everything comes from one seed, so that the same files come out each time. ``--story`` makes the story alone, from the
region's files as they are. See README.md for what the files hold.
"""

import argparse
import shutil
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from place import COARSE, HERE, write_raster, write_table

__all__ = ["region", "story"]


def region(to: Path) -> None:
    """Make the region's files."""
    import city
    import cover
    import facilities
    import network
    import sensors
    import terrain
    import water

    to.mkdir(parents=True, exist_ok=True)
    ground = terrain.build()
    flows = water.build(ground)
    town = city.build(ground, flows)
    land, fuel = cover.build(ground, flows, town)
    roads = network.build(ground, flows, town)
    places = facilities.build(ground, flows, town, roads)
    posts = sensors.build(ground, flows, places)

    height = np.where(ground.sea, -9_999.0, np.nan_to_num(ground.height)).astype(np.float32)
    write_raster(to / "dem.tif", height, nodata=-9_999.0, title="elevation", units="m")
    classes = "; ".join(f"{code} {names[0]}" for code, names in cover.CLASSES.items())
    write_raster(to / "land-cover.tif", land, nodata=0, title="land_cover", classes=classes)
    models = "; ".join(f"{code} {name}" for code, name in cover.FUELS.items())
    write_raster(to / "fuels.tif", fuel, nodata=0, title="fuel_model", classes=models)
    people = np.where(town.member < 0, np.where(town.people > 0, town.people, 65_535), town.people).astype(
        np.uint16
    )
    write_raster(to / "population.tif", people, cell=COARSE, nodata=65_535, title="population", units="1")

    tables = {
        "basin": flows.basin, "coast": flows.coast, "rivers": flows.rivers, "reservoir": flows.reservoir,
        "districts": town.districts, "roads": roads, "sensors": posts.drop(columns="cell"), **places.tables,
    }  # fmt: skip
    for name, table in tables.items():
        write_table(to / f"{name}.parquet", gpd.GeoDataFrame(table))


def story(source: Path, to: Path) -> None:
    """Make the story's files from the region's."""
    import story as plot

    plot.build(source, to)


def main() -> None:
    """Read the command line and make what it asks for."""
    parser = argparse.ArgumentParser(description="Make the invented demo region and its story.")
    parser.add_argument("--to", type=Path, default=HERE, help="folder to write to")
    parser.add_argument("--story", action="store_true", help="make the story alone, from the region's files")
    given = parser.parse_args()
    if not given.story:
        region(given.to)
    elif given.to != HERE:
        given.to.mkdir(parents=True, exist_ok=True)
        for path in [*HERE.glob("*.parquet"), *HERE.glob("*.tif")]:
            shutil.copy(path, given.to / path.name)
    story(given.to, given.to / "story")


if __name__ == "__main__":
    main()
