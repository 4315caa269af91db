"""The loops of this room, to be compiled ahead of their first use."""

import numpy as np

from watchfloor.core.warming import Loops

__all__ = ["loops"]


def loops() -> Loops:
    """Yield what adds up impacts, few and many elements, what paints maps of them, and who left."""
    yield "assess", _assess


def _assess() -> None:
    import xarray as xr

    from watchfloor.hazards.action import Action
    from watchfloor.impact import Exposures, assess

    for size in (8, 64):  # few elements are added up one by one, many between the knots of a curve first
        y, x = 10.0 * np.arange(size)[::-1], 10.0 * np.arange(size)
        people = xr.DataArray(
            np.ones((size, size)), dims=("y", "x"), coords={"y": y, "x": x}, attrs={"crs": "EPSG:32650"}
        )
        dims, depth = ("member", "y", "x"), np.ones((2, size, size), np.float32)
        result = xr.Dataset(
            {
                "water_depth_max": (dims, depth, {"units": "m"}),
                "flow_speed_max": (dims, depth, {"units": "m/s"}),
                "arrival_time": (dims, depth, {"units": "s"}),
            },
            coords={"y": y, "x": x},
            attrs={"crs": "EPSG:32650", "never": 86400.0},
        )
        leave = [Action("evacuate", {"fraction": 0.5})]
        assess(result, Exposures.of(people=people), kind="flood", actions=leave).cells("deaths")
        assess(result, Exposures.of(people=people), kind="flood")
