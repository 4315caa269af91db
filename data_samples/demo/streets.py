"""The junctions of the road graph, to put things where a road goes."""

from typing import Any

import numpy as np
from place import CRS, xy
from scipy.spatial import cKDTree

__all__ = ["Streets"]


class Streets:
    """The junctions of the road graph, to put things where a road goes."""

    def __init__(self, roads: Any) -> None:
        lines = roads.to_crs(CRS).geometry.values
        ends = {}
        for a, b, line in zip(roads.from_node, roads.to_node, lines, strict=True):
            ends[a], ends[b] = line.coords[0], line.coords[-1]
        self.number = np.array(sorted(ends))
        self.points = np.array([ends[key] for key in self.number])
        self.tree = cKDTree(self.points)

    def near(self, row: float, col: float) -> tuple[float, float]:
        """Return a spot 25 m beside the junction nearest to a cell."""
        x, y = self.points[self.tree.query(xy(row, col))[1]]
        return round(float(x) + 18.0, 1), round(float(y) + 17.0, 1)

    def node(self, point: tuple[float, float]) -> int:
        """Return the number of the nearest junction."""
        return int(self.number[self.tree.query(point)[1]])
