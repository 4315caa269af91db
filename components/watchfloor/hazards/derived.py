"""Fields that a catalog seldom has, made of those it has: by published tables and by geometry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from watchfloor.hazards.grid import Grid

__all__ = ["DERIVED", "FILL", "MANNING", "Derived", "aspect", "slope"]

MANNING: dict[int, float] = {
    10: 0.100, 20: 0.070, 30: 0.035, 40: 0.040, 50: 0.080, 60: 0.030, 70: 0.030, 80: 0.030, 90: 0.070, 95: 0.100,
    100: 0.035,
}  # fmt: skip
"""Manning's n, s/m^(1/3), by class of ESA WorldCover: normal values of Chow 1959, table 5-6, for flood plains (trees
D-2.d4, light brush C-2, short grass A-1, field crops B-3, wetland as brush C-3), and 0.08 for built-up land, where
buildings stand in the cells (0.05 to 0.2 is in use)."""
OTHER_MANNING = 0.035
SEA_BED = -2.0
FILL: dict[str, tuple[float, str]] = {
    "elevation": (SEA_BED, f"Where the elevation has no value there is sea; its bed is taken {-SEA_BED:g} m below the datum."),
    "fuel_model": (98.0, "Where there is no fuel there is water (NB8)."),
    "land_cover": (80.0, "Where there is no land cover there is water."),
    "population": (0.0, "Where no people are counted there are none."),
}  # fmt: skip
"""What stands in holes of a raster, and the sentence that says so."""


class Rasters(Protocol):
    """What a rule may ask for."""

    def field(self, name: str) -> np.ndarray | None:
        """Return a field on the grid, without holes where `FILL` knows what stands in them."""
        ...

    def raw(self, name: str) -> np.ndarray | None:
        """Return a raster as the catalog has it, holes as NaN."""
        ...


@dataclass(frozen=True)
class Derived:
    """One rule.

    Parameters
    ----------
    of
        Field that it needs.
    how
        Makes the field, (y, x), of the other and the grid.
    said
        Sentence for the result.
    raw
        Whether it needs the holes.
    """

    of: str
    how: Callable[[np.ndarray, Grid], np.ndarray]
    said: str
    raw: bool = False

    def make(self, rasters: Rasters, grid: Grid, say: Callable[[str], object]) -> np.ndarray | None:
        """Return the field, or None where what it needs is not there."""
        found = rasters.raw(self.of) if self.raw else rasters.field(self.of)
        if found is None:
            return None
        made = self.how(found, grid)
        if self.said:
            say(self.said)
        return made


def _gradient(height: np.ndarray, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Return the rise eastward and northward, m/m (central differences)."""
    north, east = np.gradient(height, float(grid.y[1] - grid.y[0]), float(grid.x[1] - grid.x[0]))
    return east, north


def slope(height: np.ndarray, grid: Grid) -> np.ndarray:
    """Return the steepest angle of the ground, degrees, of heights in metres, shape (y, x).

    Examples
    --------
    >>> grid = Grid(np.arange(3) * 10.0, np.arange(3) * 10.0, "EPSG:32650")
    >>> float(slope(np.tile(np.arange(3) * 10.0, (3, 1)), grid).round()[1, 1])
    45.0
    """
    east, north = _gradient(height, grid)
    return np.asarray(np.degrees(np.arctan(np.hypot(east, north))))


def aspect(height: np.ndarray, grid: Grid) -> np.ndarray:
    """Return the direction that the ground faces (down the slope), degrees clockwise from north; 0 where it is flat.

    Examples
    --------
    >>> grid = Grid(np.arange(3) * 10.0, np.arange(3) * 10.0, "EPSG:32650")
    >>> float(aspect(np.tile(np.arange(3) * 10.0, (3, 1)), grid)[1, 1])
    270.0
    """
    east, north = _gradient(height, grid)
    return np.asarray(np.degrees(np.arctan2(-east, -north)) % 360.0)


def _manning(cover: np.ndarray, grid: Grid) -> np.ndarray:  # noqa: ARG001  rules are called alike
    made = np.full(cover.shape, OTHER_MANNING)
    for code, value in MANNING.items():
        made[np.round(cover) == code] = value
    return made


DERIVED: dict[str, Derived] = {
    "manning_roughness": Derived(
        "land_cover", _manning, "Roughness is taken from the land cover (Chow 1959, table 5-6)."
    ),
    "sea_mask": Derived(
        "elevation",
        lambda height, grid: (~np.isfinite(height)).astype(float),  # noqa: ARG005
        "",
        raw=True,
    ),
    "water_depth": Derived(
        "elevation",
        lambda height, grid: np.where(np.isfinite(height), 0.0, -SEA_BED),  # noqa: ARG005
        "The sea stands at the datum.",
        raw=True,
    ),
    "slope": Derived("elevation", slope, "Slope is taken from the elevation."),
    "aspect": Derived("elevation", aspect, "Aspect is taken from the elevation."),
}
"""Rules by the field that they make."""
