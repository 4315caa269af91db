"""Environment: land by class of cover, as areas."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.impact.exposure.base import Exposure, Layer, source_of

__all__ = ["CLASSES", "WATER", "Environment"]

CLASSES: Mapping[int, str] = {
    10: "forest",
    20: "shrubland",
    30: "grassland",
    40: "cropland",
    50: "built",
    60: "bare",
    70: "snow",
    80: "water",
    90: "wetland",
    95: "mangrove",
    100: "moss",
}
"""Classes of ESA WorldCover (v200 product user manual, doi:10.5281/zenodo.7254221), by number."""
WATER = 80
"""Class in which nobody lives."""


class Environment(Exposure):
    """Land cover: the area of forest, cropland, wetland and the rest that is hit.

    Examples
    --------
    >>> CLASSES[40]
    'cropland'
    """

    title: ClassVar[Mapping[str, str]] = {"en": "Environment", "zh": "环境"}
    doc: ClassVar[str] = "A map of classes (tag land cover), numbered as in ESA WorldCover."

    @classmethod
    def find(cls, catalog: Any) -> list[Any]:
        """Return the first map of land cover."""
        return [e for e in catalog.search(tag="land cover") if e.map is not None and e.map.kind == "raster"][
            :1
        ]

    @classmethod
    def layer(cls, entries: Sequence[Any], data: Sequence[Any]) -> Layer | None:
        """See `Exposure.layer`. Its data are classes, not counts; areas are made on the grid of the run."""
        entry, grid = entries[0], data[0]
        if set(grid.dims) != {"y", "x"}:
            raise InvalidInputError(
                f"Land cover has the dimensions {', '.join(map(str, grid.dims))}; expected y and x."
            )
        values = np.nan_to_num(np.asarray(grid.transpose("y", "x").values, np.float64), nan=0.0)
        made = xr.DataArray(
            values.astype(np.int16),
            dims=("y", "x"),
            coords={"y": np.asarray(grid["y"].values, float), "x": np.asarray(grid["x"].values, float)},
            attrs={"crs": str(entry.metadata.crs or grid.attrs.get("crs", ""))},
        )
        return Layer("environment", made, {"area": "km^2"}, (source_of(entry, grid),))
