"""Fill the numbers into the story's texts, so that what is said agrees with the region and with the sensors."""

import re
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
from areas import Areas
from hydrology import Flows
from place import CRS
from rasterio.features import geometry_mask

__all__ = ["Figures"]

_PLACE = re.compile(r"\[\[(?:(people|buildings) ([^\]]+)|(\w+)(?:@([\d.]+))?)\]\]")


class Figures:
    """Fills ``[[G07@39.4]]`` (level at an hour), ``[[G07]]`` (crest), ``[[people D01]]`` and ``[[buildings D01]]``."""

    def __init__(self, areas: Areas, flows: Flows) -> None:
        self._areas, self._flows = areas, flows
        with rasterio.open(areas.source / "population.tif") as file:
            people = file.read(1).astype(np.int64)
            people[people == file.nodata] = 0
            self._people, self._transform = people, file.transform
        self._buildings: Any = gpd.read_parquet(areas.source / "buildings.parquet").to_crs(CRS).geometry

    def __call__(self, text: str) -> str:
        """Return the text with its numbers."""
        return _PLACE.sub(self._fill, text)

    def _fill(self, match: re.Match[str]) -> str:
        if match[1] == "people":
            mask = geometry_mask([self._areas[match[2]]], self._people.shape, self._transform, invert=True)
            return _round(int(self._people[mask].sum()))
        if match[1] == "buildings":
            return _round(int(self._buildings.within(self._areas[match[2]]).sum()))
        series = self._flows.pool if match[3] == "L01" else self._flows.level[match[3]]
        value = series.max() if match[4] is None else series[min(round(float(match[4]) * 6), len(series) - 1)]
        return f"{value:.1f}"


def _round(count: int) -> str:
    """Round a count to two digits, as people say it."""
    digits = max(0, len(str(count)) - 2)
    return f"{round(count, -digits):,}"
