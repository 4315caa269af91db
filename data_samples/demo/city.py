"""Where people live: settlements, the population grid and the districts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from place import CELL, COARSE, COLS, NORTH, ROWS, WEST, frame, generator, xy
from rasterio import features
from rasterio.transform import from_origin
from scipy import ndimage, sparse
from scipy.sparse import csgraph
from terrain import Terrain, noise
from water import Water

__all__ = ["DISTRICTS", "PEOPLE", "SETTLEMENTS", "City", "build", "shrink"]

PEOPLE = 600_000
SETTLEMENTS: tuple[tuple[str, float, float, int, float], ...] = (
    ("Port Ilven", 655, 1130, 395_000, 2_050.0),
    ("Harbour", 622, 1290, 38_000, 900.0),
    ("University", 560, 1075, 36_000, 900.0),
    ("Quellgate", 610, 962, 30_000, 800.0),
    ("Saltmarsh", 780, 1215, 24_000, 800.0),
    ("Brannick Vale", 420, 1035, 20_000, 700.0),
    ("Upper Ilven", 672, 810, 17_000, 650.0),
    ("Corrow", 842, 668, 13_000, 500.0),
    ("North Shore", 165, 1215, 9_000, 500.0),
    ("South Cape", 985, 1180, 8_000, 500.0),
    ("Nareth", 640, 455, 6_000, 450.0),
    ("Quell Head", 300, 770, 4_000, 400.0),
)
"""Name, row and column on the 20 m grid, people, spread in metres."""
DISTRICTS: tuple[tuple[str, str, str, int, int], ...] = (
    ("D01", "Old Town", "老城区", 662, 1140),
    ("D02", "Stonebridge", "石桥区", 640, 1075),
    ("D03", "Northbank", "北岸区", 612, 1150),
    ("D04", "Southbank", "南岸区", 712, 1120),
    ("D05", "Eastquay", "东码头区", 700, 1225),
    ("D06", "Harbour", "港口区", 620, 1300),
    ("D07", "University", "大学城区", 555, 1080),
    ("D08", "Reedfield", "芦田区", 560, 1200),
    ("D09", "Saltmarsh", "盐沼区", 785, 1225),
    ("D10", "Millrace", "磨坊区", 625, 970),
    ("D11", "Brannick Vale", "布兰尼克谷区", 400, 1020),
    ("D12", "Upper Ilven", "上伊尔文区", 680, 800),
    ("D13", "Nareth", "纳雷斯区", 620, 440),
    ("D14", "Corrow", "科罗区", 860, 660),
    ("D15", "North Shore", "北滨区", 190, 1180),
    ("D16", "South Cape", "南岬区", 960, 1150),
)
"""Code, names, and row and column of the seat."""


@dataclass(frozen=True)
class City:
    """People and districts.

    Parameters
    ----------
    people
        People in each 100 m cell, uint16; 0 where nobody lives (ROWS / 5, COLS / 5).
    slope
        Slope in degrees on the 20 m grid.
    districts
        Table in EPSG:4326.
    member
        Index of the district of each 100 m cell, -1 at sea.
    """

    people: Any
    slope: Any
    districts: Any
    member: Any


def shrink(grid: Any, factor: int = 5) -> Any:
    """Average a grid over blocks."""
    rows, cols = grid.shape
    return grid.reshape(rows // factor, factor, cols // factor, factor).mean(axis=(1, 3))


def build(ground: Terrain, water: Water) -> City:
    """Settle the island."""
    height = np.where(ground.sea, 0.0, ground.height)
    slope = np.degrees(np.arctan(np.hypot(*np.gradient(ndimage.gaussian_filter(height, 1.0), CELL))))
    people = _people(ground, water, slope)
    member = _partition(ground, water, slope)
    return City(people, slope, _districts(people, member), member)


def wet(ground: Terrain, water: Water) -> Any:
    """Return the cells that the sea, the reservoir or a river more than 20 m wide covers."""
    broad = (water.channel > 0) & (ground.area > 25.0)
    wider = (water.channel > 0) & (ground.area > 200.0)
    return ground.sea | water.lake | broad | ndimage.binary_dilation(wider, np.ones((3, 3)))


def _people(ground: Terrain, water: Water, slope: Any) -> Any:
    rng = generator("people")
    factor = round(COARSE / CELL)
    shape = (ROWS // factor, COLS // factor)
    x, y = xy(*np.mgrid[0 : shape[0], 0 : shape[1]], COARSE)
    dry = shrink(1.0 - wet(ground, water))
    suits = np.clip(dry - 0.35, 0, 1) * np.clip(1.15 - shrink(slope) / 11.0, 0, 1) ** 1.3
    away = ndimage.distance_transform_edt(~ground.sea) * CELL
    suits *= np.clip((shrink(away) - 120) / 500, 0, 1)
    texture = np.exp(0.45 * noise(rng, shape, COARSE, 1_500, 4))
    total = np.zeros(shape)
    for _, row, col, count, spread in SETTLEMENTS:
        cx, cy = xy(row, col)
        # A city stretches along its valley: east-west distances count for less.
        distance = np.hypot((x - cx) / 1.25, (y - cy) / 0.95) / spread
        weight = np.exp(-(distance**1.35)) * suits * texture
        total += count * weight / weight.sum()
    scattered = suits * texture * np.clip(1.2 - shrink(slope) / 9.0, 0, 1)
    total = total * (PEOPLE - 12_000) / total.sum() + 12_000 * scattered / scattered.sum()
    total[total < 0.02] = 0.0
    total *= PEOPLE / total.sum()
    # Whole people, in all exactly PEOPLE: the largest remainders are rounded up.
    whole = np.floor(total)
    missing = PEOPLE - int(whole.sum())
    rest = (total - whole).ravel() * rng.random(total.size)
    whole.ravel()[np.argsort(-rest, kind="stable")[:missing]] += 1
    return whole.astype(np.uint16)


def _partition(ground: Terrain, water: Water, slope: Any) -> Any:
    """Give each 100 m cell to the district whose seat is reached most easily; rivers and ridges are hard to cross."""
    sea = shrink(ground.sea.astype(float)) > 0.5
    cost = 1.0 + (shrink(slope) / 8.0) ** 2
    big = shrink(((water.channel > 0) & (ground.area > 100)).astype(float)) > 0
    cost += 14.0 * big + 30.0 * (shrink(water.lake.astype(float)) > 0.3)
    height = shrink(np.where(ground.sea, 0.0, ground.height))
    cost += 2.0 * np.clip(height / 120.0, 0, 2)
    rows, cols = cost.shape
    index = np.arange(rows * cols).reshape(rows, cols)
    pairs, weights = [], []
    for dr, dc, length in ((0, 1, 1.0), (1, 0, 1.0), (1, 1, 2**0.5), (1, -1, 2**0.5)):
        a = index[: rows - dr, max(0, -dc) : cols - max(0, dc)]
        b = index[dr:, max(0, dc) : cols + min(0, dc)]
        pairs.append((a.ravel(), b.ravel()))
        weights.append((cost.ravel()[a] + cost.ravel()[b]).ravel() / 2 * length)
    i = np.concatenate([pair[0] for pair in pairs])
    j = np.concatenate([pair[1] for pair in pairs])
    graph = sparse.csr_matrix((np.concatenate(weights), (i, j)), shape=(rows * cols, rows * cols))
    seats = [index[row // 5, col // 5] for _, _, _, row, col in DISTRICTS]
    far = csgraph.dijkstra(graph, directed=False, indices=seats)
    # Seats of the country reach further than those of the town.
    reach = np.array([0.0 if code <= "D10" else -6.0 for code, *_ in DISTRICTS])[:, None]
    member = (far + reach).argmin(axis=0).reshape(rows, cols)
    smooth = np.stack(
        [ndimage.gaussian_filter((member == k).astype(float), 1.5) for k in range(len(DISTRICTS))]
    )
    member = smooth.argmax(axis=0)
    for k in range(len(DISTRICTS)):  # one piece each: a severed bit goes to its neighbour
        label, count = ndimage.label((member == k) & ~sea)
        if count > 1:
            keep = np.bincount(label.ravel())[1:].argmax() + 1
            loose = (label > 0) & (label != keep)
            smooth[k][loose] = 0
            member = np.where(loose, smooth.argmax(axis=0), member)
    return np.where(sea, -1, member)


def _districts(people: Any, member: Any) -> Any:
    transform = from_origin(WEST, NORTH, COARSE, COARSE)
    rows, shapes = [], []
    for k, (code, name, name_zh, _, _) in enumerate(DISTRICTS):
        mask = member == k
        parts = [
            shapely.geometry.shape(item)
            for item, value in features.shapes(mask.astype(np.uint8), mask, transform=transform)
            if value
        ]
        count = int(people[mask].sum())
        area = float(mask.sum()) * COARSE**2 / 1e6
        rows.append({
            "code": code, "name": name, "name_zh": name_zh, "population": count,
            "area_km2": round(area, 2), "density_km2": round(count / area, 1),
        })  # fmt: skip
        # A vertex at each cell's corner, so that neighbours share theirs where three districts meet.
        shapes.append(shapely.transform(shapely.segmentize(shapely.union_all(parts), COARSE), np.round))
    return frame(rows, list(shapely.coverage_simplify(np.array(shapes), 130.0)))
