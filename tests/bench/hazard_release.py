"""How fast a map of a release is made: a million cells of a plume, a dense cloud, and puffs in a turning wind."""

import os
import time

import numpy as np
import xarray as xr

from watchfloor.hazards.grid import Grid
from watchfloor.hazards.release import Release
from watchfloor.hazards.release.plume import gaussian
from watchfloor.hazards.streams import Streams


def case(side: int, turn: float) -> tuple[xr.Dataset, xr.Dataset]:
    """Return a square of `side` cells of 10 m, and an hour's release in a wind that turns by some degrees."""
    site = xr.Dataset(
        coords={"y": 3e6 + np.arange(side)[::-1] * 10.0, "x": 5e5 + np.arange(side) * 10.0},
        attrs={"crs": "EPSG:32650"},
    )
    lon, lat = Grid.of(site).degrees()
    forcing = xr.Dataset(
        {
            "emission_rate": (("time", "source"), [[2.0], [2.0]], {"units": "kg/s"}),
            "wind_speed": ("time", [4.0, 4.0], {"units": "m/s"}),
            "wind_direction": ("time", [270.0 - turn / 2, 270.0 + turn / 2], {"units": "degrees"}),
            "longitude": ("source", [float(lon[side // 2, side // 10])]),
            "latitude": ("source", [float(lat[side // 2, side // 10])]),
        },
        coords={"time": [0.0, 3600.0]},
    )
    return site, forcing


def main() -> None:
    """Print the times."""
    print(f"load {os.getloadavg()[0]:.1f}")
    for label, side, turn, options, fidelity in (
        ("plume, all maps, 1e6 cells", 1000, 0.0, {"buoyancy": "passive"}, "standard"),
        ("dense cloud, all maps, 1e6 cells", 1000, 0.0, {"buoyancy": "dense"}, "standard"),
        ("puffs, wind turns by 60 degrees, 1e6 cells", 1000, 60.0, {}, "standard"),
        ("puffs, wind turns by 60 degrees, 9e4 cells", 300, 60.0, {}, "standard"),
        ("puffs, preview, 9e4 cells", 300, 60.0, {}, "preview"),
    ):
        model, (site, forcing) = Release(**options), case(side, turn)
        ready = model.prepare(site, forcing, until=3600.0, fidelity=fidelity)
        theta = model.sample(Streams(1, 0))
        model.run(ready, theta)
        spent = []
        for _ in range(3):
            begin = time.process_time()
            model.run(ready, theta)
            spent.append(time.process_time() - begin)
        print(f"{label}: {min(spent):.3f} s CPU")
    x, y = np.meshgrid(np.arange(1000) * 10.0 + 5.0, np.arange(1000) * 10.0 - 5000.0)
    begin = time.process_time()
    gaussian(x, y, 1.5, 2.0, 4.0, 3)
    print(f"reference, the same formula in NumPy, one map: {time.process_time() - begin:.3f} s CPU")


if __name__ == "__main__":
    main()
