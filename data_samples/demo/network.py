"""The road graph: streets of the town on a bent grid, roads of the country along the easy ground, few bridges."""

from typing import Any

import numpy as np
import shapely
from city import City, shrink, wet
from place import CELL, COARSE, COLS, ROWS, frame, generator, rowcol, xy
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import Delaunay
from terrain import Terrain, noise
from water import Water

__all__ = ["CLASSES", "build"]

CLASSES: dict[str, tuple[float, int, int, int]] = {
    "trunk": (0.035, 4, 1_900, 80),
    "primary": (0.09, 4, 1_500, 60),
    "secondary": (0.17, 2, 1_200, 50),
    "tertiary": (0.25, 2, 800, 40),
    "residential": (1.0, 2, 400, 30),
}
"""Share of edges by traffic (rest for the last), lanes in all, vehicles an hour a lane, km/h."""
SPACING = 270.0


def build(ground: Terrain, water: Water, city: City) -> Any:
    """Return the roads: one row an edge, both ways; nodes are numbers, their places the ends of the lines."""
    rng = generator("network")
    points = _nodes(ground, water, city, rng)
    edges = _gabriel(points)
    land = _Land(ground, water, city)
    edges, lines, bridge = _draw(points, edges, land, water)
    weight = city.people[rowcol(points[:, 0], points[:, 1], COARSE)] + 1.0
    kind = _rank(len(points), edges, lines, weight, rng)
    rows = []
    for i, (a, b) in enumerate(edges):
        name = kind[i]
        _, lanes, each, speed = CLASSES[name]
        rows.append({
            "edge": i + 1, "from_node": int(a) + 1, "to_node": int(b) + 1, "class": name, "lanes": lanes,
            "capacity_vph": lanes // 2 * each, "speed_kmh": speed, "length_m": round(lines[i].length, 1),
            "bridge": bool(bridge[i]),
        })  # fmt: skip
    return frame(rows, lines)


class _Land:
    """What a road may cross: cost of each 100 m cell, and a least-cost path between two points."""

    def __init__(self, ground: Terrain, water: Water, city: City) -> None:
        self.sea = shrink(ground.sea.astype(float)) > 0.5
        self.lake = shrink(water.lake.astype(float)) > 0.1
        river = shrink(((water.channel > 0) & (ground.area > 25)).astype(float)) > 0
        cost = 1.0 + (shrink(city.slope) / 6.0) ** 2 + 6.0 * river
        cost = np.where(self.sea | self.lake, 400.0, cost)
        self.shape = cost.shape
        index = np.arange(cost.size).reshape(cost.shape)
        rows, cols = cost.shape
        i, j, w = [], [], []
        for dr, dc, length in ((0, 1, 1.0), (1, 0, 1.0), (1, 1, 2**0.5), (1, -1, 2**0.5)):
            a = index[: rows - dr, max(0, -dc) : cols - max(0, dc)].ravel()
            b = index[dr:, max(0, dc) : cols + min(0, dc)].ravel()
            i.append(a)
            j.append(b)
            w.append((cost.ravel()[a] + cost.ravel()[b]) / 2 * length)
        self.graph = sparse.csr_matrix(
            (np.concatenate(w), (np.concatenate(i), np.concatenate(j))), shape=(cost.size, cost.size)
        )

    def paths(self, start: Any, ends: Any) -> list[tuple[float, Any]]:
        """Return cost and points of the least-cost paths from one point to others, all in metres."""
        r, c = rowcol(start[0], start[1], COARSE)
        far, before = csgraph.dijkstra(
            self.graph,
            directed=False,
            indices=int(r * self.shape[1] + c),
            return_predecessors=True,
            limit=900.0,
        )
        out = []
        for end in ends:
            r, c = rowcol(end[0], end[1], COARSE)
            cell = int(r * self.shape[1] + c)
            cost = float(far[cell])
            cells = [cell]
            while before[cell] >= 0:
                cell = int(before[cell])
                cells.append(cell)
            cells = cells[::-1]
            x, y = xy(np.array(cells) // self.shape[1], np.array(cells) % self.shape[1], COARSE)
            middle = np.column_stack([x, y])[1:-1]
            if len(middle) > 4:
                kernel = np.ones(3) / 3
                middle = np.column_stack(
                    [np.convolve(np.pad(middle[:, k], 1, mode="edge"), kernel, "valid") for k in (0, 1)]
                )
            out.append((cost, np.vstack([start, middle, end])))
        return out


def _nodes(ground: Terrain, water: Water, city: City, rng: np.random.Generator) -> Any:
    """Return junctions in metres: dense where many live."""
    people = city.people.astype(float)
    angle = np.radians(14.0)
    n = 110
    i, j = np.meshgrid(np.arange(-n, n), np.arange(-n, n), indexing="ij")
    cx, cy = xy(655, 1130)
    x = cx + SPACING * (i * np.cos(angle) - j * np.sin(angle))
    y = cy + SPACING * (i * np.sin(angle) + j * np.cos(angle))
    bend = [noise(rng, (ROWS // 5, COLS // 5), COARSE, 5_000, 3) for _ in range(2)]
    r, c = rowcol(x, y, COARSE)
    away = np.hypot(x - cx, y - cy)
    swing = np.clip(away / 9_000, 0.08, 1.0) * 170
    x = x + swing * bend[0][r, c] + rng.normal(0, 14 + away / 500, x.shape)
    y = y + swing * bend[1][r, c] + rng.normal(0, 14 + away / 500, y.shape)
    inside = (x > xy(0, 3)[0]) & (x < xy(0, COLS - 4)[0]) & (y > xy(ROWS - 4, 0)[1]) & (y < xy(3, 0)[1])
    r, c = rowcol(x, y, COARSE)
    crowd = people[r, c]
    two = (i % 2 == 0) & (j % 2 == 0)
    six = (i % 6 == 0) & (j % 6 == 0)
    slope = shrink(city.slope)[r, c]
    keep = (crowd >= 14) | (two & (crowd >= 3)) | (six & (slope < 13))
    fr, fc = rowcol(x, y, CELL)
    coast = shrink(ground.sea.astype(float))[r, c] < 0.02
    keep &= inside & coast & ~wet(ground, water)[fr, fc] & (ground.area[fr, fc] < 8)
    return np.round(np.column_stack([x[keep], y[keep]]), 1)


def _gabriel(points: Any) -> Any:
    """Return the edges of the Gabriel graph: no third point lies in the circle over an edge (it is connected)."""
    tri = Delaunay(points)
    pairs = np.vstack([tri.simplices[:, [0, 1]], tri.simplices[:, [1, 2]], tri.simplices[:, [2, 0]]])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    first, near = tri.vertex_neighbor_vertices
    keep = np.ones(len(pairs), dtype=bool)
    for k, (a, b) in enumerate(pairs):
        middle = (points[a] + points[b]) / 2
        radius = ((points[a] - points[b]) ** 2).sum() / 4
        others = np.union1d(near[first[a] : first[a + 1]], near[first[b] : first[b + 1]])
        others = others[(others != a) & (others != b)]
        keep[k] = (((points[others] - middle) ** 2).sum(axis=1) >= radius).all()
    return pairs[keep]


def _draw(points: Any, edges: Any, land: _Land, water: Water) -> tuple[Any, list[Any], Any]:
    """Give each edge its line, leave out those over water or steep ground that the graph can do without."""
    length = np.hypot(*(points[edges[:, 0]] - points[edges[:, 1]]).T)
    lines: list[Any] = [shapely.LineString(points[edge]) for edge in edges]
    price = length.copy()
    long = np.flatnonzero(length > 620.0)
    by_start: dict[int, list[int]] = {}
    for k in long:
        by_start.setdefault(int(edges[k, 0]), []).append(int(k))
    for start, group in by_start.items():
        for k, (cost, path) in zip(group, land.paths(points[start], points[edges[group, 1]]), strict=True):
            lines[k] = shapely.LineString(path).simplify(25.0)
            price[k] = cost * COARSE
    local = water.rivers.to_crs("EPSG:32657")
    wide = local[local.width_m > 26].geometry
    tree = shapely.STRtree(wide.values)
    hits = tree.query(np.array(lines), predicate="intersects")[0]
    crossing = np.zeros(len(edges), dtype=bool)
    crossing[hits] = True
    lake = water.reservoir.to_crs("EPSG:32657").geometry.iloc[0]
    drowned = shapely.intersects(np.array(lines), lake)
    bridge = np.zeros(len(edges), dtype=bool)
    middle = np.array([line.interpolate(0.5, normalized=True).coords[0] for line in lines])
    taken: list[int] = []
    for k in sorted(np.flatnonzero(crossing & ~drowned), key=lambda item: price[item]):
        centre = np.hypot(*(middle[k] - np.array(xy(655, 1130))))
        gap = 750.0 if centre < 4_500 else 1_900.0
        if all(np.hypot(*(middle[k] - middle[other])) > gap for other in taken):
            taken.append(k)
            bridge[k] = True
    keep = (~crossing | bridge) & ~drowned & ~((length > 620) & (price > 3.6 * length))
    # What the graph needs to hang together comes back, the cheapest first.
    price = np.where(crossing & ~bridge, price * 20, price) + np.where(drowned, 1e7, 0)
    cost = np.where(keep, price * 1e-3, price)
    count = len(points)
    graph = sparse.csr_matrix((cost, (edges[:, 0], edges[:, 1])), shape=(count, count))
    needed = csgraph.minimum_spanning_tree(graph).tocoo()
    must = set(zip(needed.row.tolist(), needed.col.tolist(), strict=True))
    keep |= np.array([(a, b) in must or (b, a) in must for a, b in edges.tolist()])
    bridge = crossing
    return edges[keep], [line for line, yes in zip(lines, keep, strict=True) if yes], bridge[keep]


def _rank(count: int, edges: Any, lines: list[Any], weight: Any, rng: np.random.Generator) -> list[str]:
    """Class each edge by the traffic that shortest paths between where people live put on it, twice over."""
    length = np.array([line.length for line in lines])
    speed = np.full(len(edges), 30.0)
    names = list(CLASSES)
    cuts = np.cumsum([CLASSES[name][0] for name in names[:-1]])
    kind = np.full(len(edges), len(names) - 1)
    sources = rng.choice(count, 220, replace=False, p=weight / weight.sum())
    number = {(int(a), int(b)): k for k, (a, b) in enumerate(edges)}
    for _ in range(3):
        time = length / speed
        graph = sparse.csr_matrix((time, (edges[:, 0], edges[:, 1])), shape=(count, count))
        far, before = csgraph.dijkstra(graph, directed=False, indices=sources, return_predecessors=True)
        use = np.zeros(len(edges))
        for s in range(len(sources)):
            load = weight * np.exp(-far[s] / 220.0)
            for node in np.argsort(-far[s], kind="stable"):
                up = before[s, node]
                if up >= 0:
                    load[up] += load[node]
                    a, b = (int(node), int(up)) if (int(node), int(up)) in number else (int(up), int(node))
                    use[number[a, b]] += load[node]
        rank = np.argsort(
            np.argsort(-use * np.minimum(length, 800) ** 0, kind="stable"), kind="stable"
        ) / len(edges)
        kind = np.searchsorted(cuts, rank, side="right")
        speed = np.array([CLASSES[names[k]][3] for k in kind], dtype=float)
    # A bridge or a country road is never a mere street.
    country = (length > 620) & (kind > 3)
    kind = np.where(country, 3, kind)
    return [names[k] for k in kind]
