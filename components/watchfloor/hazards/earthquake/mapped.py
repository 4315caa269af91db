"""A map of shaking that somebody else made (a ShakeMap), taken as the field in place of the prediction."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.earthquake.conversion import from_intensity, slope, to_intensity
from watchfloor.hazards.site import coarsen

__all__ = ["SPREAD", "given", "moved"]

SPREAD = 0.5
"""Standard deviation of ln acceleration where a map does not say its own: that of a map without instruments nearby."""
_SHAKING = ("mmi", "ground_velocity", "ground_acceleration")


def given(drive: xr.Dataset, shape: tuple[int, int], factor: int) -> dict[str, np.ndarray]:
    """Return intensity, acceleration, m/s^2, velocity, cm/s, and spread of a map; nothing where there is none.

    Parameters
    ----------
    drive
        The forcing, checked; where a field is 0 everywhere it is not given.
    shape
        Of the site.
    factor
        By which the run's cells are wider than the site's.

    Raises
    ------
    InvalidInputError
        If it is on another grid, or has no shaking in a part of the site.
    """
    found: dict[str, np.ndarray] = {}
    for name in (*_SHAKING, "acceleration_spread"):
        values = drive[name]
        if float(np.max(values)) <= 0.0:
            continue
        if "y" in values.dims and values.shape != shape:
            raise InvalidInputError(
                "The ShakeMap is on another grid than the site; use ShakeMap.onto(grid) first."
            )
        whole = xr.Dataset({name: (("y", "x"), np.broadcast_to(values.values, shape))})
        found[name] = coarsen(whole, factor)[name].values
    if not set(_SHAKING) & set(found):
        return {}
    if "mmi" not in found:
        measure = "ground_velocity" if "ground_velocity" in found else "ground_acceleration"
        if measure == "ground_velocity":
            found["mmi"] = to_intensity("pgv", found[measure])
        else:
            found["mmi"] = to_intensity("pga", 100.0 * found[measure])
    if found["mmi"].min() < 0.5:
        raise InvalidInputError(
            f"The map's intensity falls to {found['mmi'].min():g}; expected 1 to 12 everywhere. Cut the site to what it covers."
        )
    return {"acceleration_spread": np.full(found["mmi"].shape, SPREAD)} | found


def moved(maps: Mapping[str, np.ndarray], field: Any) -> dict[str, np.ndarray]:
    """Return the map's shaking, moved within its own spread by a normal field (0 leaves it)."""
    mmi, spread = maps["mmi"], maps["acceleration_spread"]
    pga = maps.get("ground_acceleration", from_intensity("pga", mmi) / 100.0)
    pgv = maps.get("ground_velocity", from_intensity("pgv", mmi))
    ratio = np.exp(spread * field)
    return {
        "mmi": np.clip(mmi + spread * slope("pga", mmi) * field, 1.0, 10.0),
        "ground_acceleration": pga * ratio,
        "ground_velocity": pgv * ratio,
    }
