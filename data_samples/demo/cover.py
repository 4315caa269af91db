"""What covers the ground, and what of it burns."""

from typing import Any

import numpy as np
from city import City, wet
from place import CELL, COLS, ROWS, generator
from scipy import ndimage
from terrain import Terrain, noise
from water import Water

__all__ = ["CLASSES", "FUELS", "build"]

CLASSES: dict[int, tuple[str, str]] = {
    10: ("tree cover", "树木"),
    20: ("shrubland", "灌丛"),
    30: ("grassland", "草地"),
    40: ("cropland", "耕地"),
    50: ("built-up", "建成区"),
    60: ("bare", "裸地"),
    80: ("water", "水体"),
    90: ("wetland", "湿地"),
}
"""Codes of the ESA WorldCover legend (worldcover2021.esa.int, product user manual 2.0, table 3)."""
FUELS: dict[int, str] = {
    91: "NB1 urban", 93: "NB3 agricultural", 98: "NB8 open water", 99: "NB9 bare ground",
    101: "GR1", 102: "GR2", 104: "GR4", 122: "GS2", 142: "SH2", 145: "SH5", 161: "TU1", 165: "TU5",
    183: "TL3", 188: "TL8",
}  # fmt: skip
"""Standard fire behaviour fuel models: Scott & Burgan (2005), USDA RMRS-GTR-153."""


def build(ground: Terrain, water: Water, city: City) -> tuple[Any, Any]:
    """Return land cover and fuel model numbers, uint8 (ROWS, COLS); 0 at sea."""
    rng = generator("cover")
    height = np.where(ground.sea, 0.0, ground.height)
    slope = city.slope
    patch = noise(rng, (ROWS, COLS), CELL, 3_000, 6)
    field = noise(rng, (ROWS, COLS), CELL, 900, 4)
    people = ndimage.gaussian_filter(np.kron(city.people.astype(float), np.ones((5, 5))), 2.0)
    fall_y = np.gradient(ndimage.gaussian_filter(height, 3.0), CELL, axis=0)
    south = np.clip(-fall_y * 6, -1, 1)  # rows run south: height that falls with the row faces south
    dryness = 0.6 * south + 0.5 * patch - 0.15 * np.clip(height / 300, 0, 1.5)

    cover = np.where(dryness > 0.55, 30, np.where(dryness > 0.05, 20, 10))
    cover = np.where((height > 560) & (patch > -0.3), 30, cover)
    cover = np.where((slope > 33) & (field > 0.2), 60, cover)
    farmed = (slope < 6.5) & (height < 150) & (field + 0.5 * patch < 0.75)
    cover = np.where(farmed, np.where(field > 0.55, 30, 40), cover)
    damp = (height < 2.2) & (slope < 1.5)
    cover = np.where(damp & (field > -0.7), 90, cover)
    cover = np.where(people > 15.0 + 5.0 * field, 50, cover)
    cover = np.where((people > 20) & (field > 2.0), 30, cover)  # parks
    cover = np.where(wet(ground, water), 80, cover)
    cover = np.where(ground.sea, 0, cover).astype(np.uint8)

    fuel = np.zeros(cover.shape, dtype=np.uint8)
    fuel[cover == 10] = np.where(dryness < -0.75, 188, np.where(dryness < -0.35, 183, 165))[cover == 10]
    fuel[(cover == 10) & (dryness > -0.15)] = 161
    fuel[cover == 20] = np.where(dryness > 0.30, 145, 142)[cover == 20]
    fuel[(cover == 20) & (field > 0.8)] = 122
    fuel[cover == 30] = np.where(dryness > 0.9, 104, np.where(slope < 6.5, 101, 102))[cover == 30]
    fuel[cover == 40] = 93
    fuel[cover == 50] = 91
    fuel[cover == 60] = 99
    fuel[cover == 80] = 98
    fuel[cover == 90] = 101
    return cover, fuel
