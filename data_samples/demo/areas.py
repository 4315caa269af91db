"""The places that the story's messages speak of, by name, in local metres."""

from pathlib import Path
from typing import Any

import flow
import geopandas as gpd
import numpy as np
import rasterio
import shapely
from place import COLS, CRS, ROWS
from scipy import ndimage
from signals import FIRE, QUAKES, WIND_FROM
from water import outline

__all__ = ["Areas"]


class Areas:
    """Named shapes in local metres, and the text forms that messages need."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self._tables = {
            path.stem: gpd.read_parquet(path).to_crs(CRS)
            for path in sorted(source.glob("*.parquet"))
            if path.stem != "buildings"
        }
        self._made: dict[str, Any] = {}
        rivers = self._tables["rivers"]
        self.river = {
            name: rivers[rivers.name == name].union_all()
            for name in ("Ilven", "Quell", "Brannick", "Corrow", "Nareth", "Sorrel")
        }
        self.spots = {
            row.id: row.geometry
            for name in ("facilities", "hospitals", "shelters", "schools")
            for row in self._tables[name].itertuples()
        }
        plant = self._tables["plant"].set_index("name").geometry
        mine = self._tables["mine"].set_index("name").geometry
        slope = self._tables["sensors"].set_index("series").geometry
        self.spots |= {
            "plant": plant["Eastquay Chlor-Alkali Works"].centroid, "tank": plant["Chlorine tank C-1"],
            "mine": mine["Main shaft"], "tailings": mine["Corrow tailings dam"].centroid,
            "dam": self._tables["reservoir"].geometry.iloc[1].centroid,
            "slide": shapely.union_all([slope[f"demo/slope/S{k:02d}"] for k in range(1, 9)]).centroid,
            "fire": shapely.Point(FIRE), "quake": shapely.Point(QUAKES[0][3], QUAKES[0][4]),
        }  # fmt: skip
        for row in self._tables["sensors"].itertuples():
            self.spots[row.series] = row.geometry
            if row.kind == "gauge":
                self.spots[row.station] = row.geometry

    def table(self, name: str) -> gpd.GeoDataFrame:
        """Return a table of the region in local metres."""
        return self._tables[name]

    def __getitem__(self, name: str) -> Any:
        """Return a shape: a spot, ``D01+D02``, ``spot@metres``, ``river~metres``, ``fire#hectares``, or a made one."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Any:
        if name in self.spots:
            return self.spots[name]
        if "@" in name:
            spot, radius = name.split("@")
            return self[spot].buffer(float(radius), quad_segs=6)
        if "~" in name:
            river, width = name.split("~")
            return self.river[river].simplify(120).buffer(float(width), quad_segs=2).simplify(90)
        if name.startswith("flood#"):
            return self._flooded(*(float(value) for value in name[6:].split("/")))
        if name.startswith("fire#"):
            return self._burnt(float(name[5:]))
        if name.startswith("plume#"):
            return self._plume(float(name[6:]))
        if name == "island":
            return self._tables["coast"].geometry.iloc[0].simplify(350).buffer(250).simplify(250)
        if name == "basin":
            return self._tables["basin"].geometry.iloc[0].simplify(250)
        if name == "slide-body":
            points = [self.spots[f"S{k:02d}"] for k in range(1, 9)]
            return shapely.MultiPoint(points).convex_hull.buffer(60, quad_segs=3)
        if name == "west":
            return self["island"].intersection(shapely.box(429_000, 3_740_000, 444_500, 3_780_000))
        districts = self._tables["districts"].set_index("code").geometry
        return shapely.union_all([districts[code] for code in name.split("+")]).simplify(70)

    def _flooded(self, depth: float, head: float, reach: float = 500.0) -> Any:
        """Return the ground less than `depth` above the main river's bed, up to km `head` and `reach` metres away."""
        if not hasattr(self, "_above"):
            with rasterio.open(self.source / "dem.tif") as file:
                grid = file.read(1).astype(float)
                sea = grid == file.nodata
            whole, receiver, ordered = flow.drain(np.where(sea, 0.0, grid), sea, 0.0)
            area = flow.accumulate(receiver, ordered, np.full(grid.size, 4e-4))
            main = (area > 215) & (receiver >= 0)
            bed = flow.inherit(
                receiver, ordered, np.where(main, whole.ravel(), 1e9), main | (receiver < 0)
            ).reshape(ROWS, COLS)
            near = ndimage.distance_transform_edt(~main.reshape(ROWS, COLS)) * 20.0
            # Distance along the river from its mouth.
            steps = np.zeros(grid.size)
            for cell in ordered:
                steps[cell] = steps[receiver[cell]] + 0.02
            along = flow.inherit(
                receiver, ordered, np.where(main, steps, 0.0), main | (receiver < 0)
            ).reshape(ROWS, COLS)
            self._above, self._near, self._along, self._sea = grid - bed, near, along, sea
        mask = (self._above < depth) & (self._near < reach) & ~self._sea & (self._along <= head)
        label, _ = ndimage.label(ndimage.binary_closing(mask, np.ones((5, 5))))
        if label.max() == 0:
            raise ValueError(f"Nothing lies less than {depth} m above the river.")
        mask = label == np.bincount(label.ravel())[1:].argmax() + 1
        shape = outline(mask, 30.0).simplify(35)
        if shape.geom_type == "MultiPolygon":
            shape = max(shape.geoms, key=lambda part: part.area)
        return shapely.Polygon(shape.exterior)

    def _burnt(self, hectares: float) -> Any:
        """Return an ellipse of burnt ground that grows from its origin to the south-east, the fire's lee."""
        area = hectares * 1e4
        minor = (area / np.pi / 2.1) ** 0.5
        ellipse = shapely.affinity.scale(shapely.Point(0, 0).buffer(1.0, quad_segs=9), 2.1 * minor, minor)
        wave = shapely.transform(
            ellipse, lambda p: p * (1 + 0.07 * np.sin(5 * np.arctan2(p[:, 1], p[:, 0]) + 1))[:, None]
        )
        moved = shapely.affinity.translate(wave, 1.7 * minor, 0)
        return shapely.affinity.translate(shapely.affinity.rotate(moved, -40, origin=(0, 0)), *FIRE).simplify(
            8
        )

    def _plume(self, reach: float) -> Any:
        """Return the wedge downwind of the chlorine tank, ERG style: a circle at the source and a sector."""
        x, y = self.spots["tank"].x, self.spots["tank"].y
        angles = np.radians(WIND_FROM + 180.0 + np.linspace(-22, 22, 9))
        ring = [(x + reach * np.sin(a), y + reach * np.cos(a)) for a in angles]
        return shapely.Polygon([(x, y), *ring]).union(self.spots["tank"].buffer(250, quad_segs=4)).simplify(5)

    def path(self, start: Any, end: Any) -> Any:
        """Return the way by road between two points as a line (length by class speed)."""
        if not hasattr(self, "_graph"):
            from scipy import sparse
            from scipy.spatial import cKDTree

            roads = self._tables["roads"]
            ends: dict[int, Any] = {}
            for a, b, line in zip(roads.from_node, roads.to_node, roads.geometry.values, strict=True):
                ends[a], ends[b] = line.coords[0], line.coords[-1]
            nodes = sorted(ends)
            self._where = np.array([ends[node] for node in nodes])
            place = {node: k for k, node in enumerate(nodes)}
            i = roads.from_node.map(place).to_numpy()
            j = roads.to_node.map(place).to_numpy()
            self._graph = sparse.csr_matrix(
                (roads.length_m / roads.speed_kmh, (i, j)), shape=(len(nodes), len(nodes))
            )
            self._lines = dict(
                zip(zip(i.tolist(), j.tolist(), strict=True), roads.geometry.values, strict=True)
            )
            self._tree = cKDTree(self._where)
        from scipy.sparse import csgraph

        a, b = (int(self._tree.query((point.x, point.y))[1]) for point in (start, end))
        before = csgraph.dijkstra(self._graph, directed=False, indices=a, return_predecessors=True)[1]
        points = [(end.x, end.y)]
        here = b
        while before[here] >= 0:
            up = int(before[here])
            line = self._lines.get((up, here))
            coords = list(line.coords)[::-1] if line is not None else list(self._lines[(here, up)].coords)
            points.extend(coords)
            here = up
        points.append((start.x, start.y))
        return shapely.LineString(points[::-1])

    def geojson(self, name: str) -> dict[str, Any]:
        """Return a shape as GeoJSON in longitude and latitude, 5 decimals."""
        shape = gpd.GeoSeries([self[name]], crs=CRS).to_crs("EPSG:4326").iloc[0]
        return shapely.geometry.mapping(shapely.transform(shape, lambda p: np.round(p, 5)))

    def cap(self, name: str) -> list[str]:
        """Return a shape as CAP polygons: ``lat,lon lat,lon``, closed."""
        shape = gpd.GeoSeries([self[name]], crs=CRS).to_crs("EPSG:4326").iloc[0]
        parts = list(shape.geoms) if hasattr(shape, "geoms") else [shape]
        return [" ".join(f"{lat:.4f},{lon:.4f}" for lon, lat in part.exterior.coords) for part in parts]

    def district(self, x: float, y: float) -> tuple[str, str]:
        """Return the names of the district at a point."""
        found = self._tables["districts"]
        hit = found[found.contains(shapely.Point(x, y))]
        return (hit.name.iloc[0], hit.name_zh.iloc[0]) if len(hit) else ("Averin Island", "阿维林岛")
