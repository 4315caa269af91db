"""Buildings beside the streets: what they are, how high, who lives there, what they are worth."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from city import DISTRICTS, City, wet
from place import CELL, COARSE, CRS, rowcol
from terrain import Terrain
from water import Water

__all__ = ["TYPES", "build"]

TYPES = ("apartments", "house", "commercial", "industrial", "farm", "public")


def build(ground: Terrain, water: Water, city: City, roads: Any, rng: np.random.Generator) -> Any:
    """Stand buildings beside the streets, as many and as high as the people of the cell need."""
    local = roads.to_crs(CRS)
    lines = local.geometry.values
    street = local["class"].isin(["residential", "tertiary", "secondary", "primary"]).to_numpy()
    steps = []
    for k in np.flatnonzero(street):
        count = max(1, int(lines[k].length // 22.0))
        at = (np.arange(count) + rng.uniform(0.2, 0.8, count)) * lines[k].length / count
        here = shapely.line_interpolate_point(lines[k], at)
        ahead = shapely.line_interpolate_point(lines[k], np.minimum(at + 1.0, lines[k].length))
        a, b = shapely.get_coordinates(here), shapely.get_coordinates(ahead)
        way = b - a
        way /= np.maximum(np.hypot(*way.T), 1e-6)[:, None]
        normal = np.column_stack([-way[:, 1], way[:, 0]])
        side = np.where(rng.random(count) < 0.5, -1.0, 1.0)[:, None]
        back = rng.uniform(16, 70, count)[:, None]
        steps.append(a + normal * side * back)
    spots = np.vstack(steps)
    row, col = rowcol(spots[:, 0], spots[:, 1], COARSE)
    crowd = city.people[row, col].astype(float)
    fine = rowcol(spots[:, 0], spots[:, 1], CELL)
    dry = ~wet(ground, water)[fine]
    keep = dry & (crowd > 0) & (rng.random(len(spots)) < np.clip(0.10 + crowd / 60, 0, 0.62))
    spots, row, col, crowd = spots[keep], row[keep], col[keep], crowd[keep]
    # Every inhabited cell beside a street shares its people among its buildings.
    cell = row * city.people.shape[1] + col
    draw = rng.random(len(spots))
    kind = np.where(
        crowd > 60,
        np.where(draw < 0.62, 0, np.where(draw < 0.90, 2, 5)),
        np.where(draw < 0.72, 1, np.where(draw < 0.86, 2, 3)),
    )
    kind = np.where((crowd <= 5) & (draw < 0.45), 4, kind)
    floors = np.where(
        kind == 0,
        3 + rng.poisson(crowd / 45),
        np.where(kind == 2, 1 + rng.poisson(1.6, len(spots)), 1 + (rng.random(len(spots)) < 0.4)),
    )
    footprint = np.where(
        kind == 0,
        rng.uniform(250, 700, len(spots)),
        np.where(kind == 1, rng.uniform(70, 160, len(spots)), rng.uniform(180, 1400, len(spots))),
    )
    footprint = np.round(footprint / 10) * 10
    homes = np.isin(kind, (0, 1, 4))
    room = np.where(homes, footprint * floors, 0.0)
    total = np.bincount(cell, weights=room, minlength=city.people.size)
    share = np.divide(room, total[cell], out=np.zeros(len(spots)), where=total[cell] > 0)
    occupants = share * crowd
    occupants *= 600_000 / occupants.sum()
    price = np.array([1_450, 1_200, 1_900, 900, 450, 2_300])[kind]
    value = np.round(footprint * floors * price / 1e4) * 10  # thousands, in steps of ten
    order = np.lexsort((spots[:, 0], cell))
    x, y = spots[order].T
    table = gpd.GeoDataFrame(
        {
            "building": np.arange(1, len(spots) + 1, dtype=np.int32),
            "type": np.array(TYPES)[kind[order]],
            "floors": floors[order].astype(np.int16),
            "footprint_m2": footprint[order].astype(np.int32),
            "occupants": np.round(occupants[order]).astype(np.int16),
            "value_k": value[order].astype(np.int32),
            "ground_m": np.round(np.where(ground.sea, 0, ground.height)[rowcol(x, y)], 1).astype(np.float32),
            "district": np.array([code for code, *_ in DISTRICTS])[np.maximum(city.member[row[order], col[order]], 0)],
        },
        geometry=shapely.points(np.round(x), np.round(y)),
        crs=CRS,
    ).to_crs("EPSG:4326")  # fmt: skip
    table.geometry = shapely.set_precision(table.geometry.values, 1e-5)
    return table
