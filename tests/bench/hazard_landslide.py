"""Speed of the landslide model: ``python tests/bench/hazard_landslide.py``."""

import os
from functools import partial
from time import process_time

import numpy as np
import xarray as xr

from watchfloor.hazards.landslide import Landslide
from watchfloor.hazards.landslide.drainage import gathered, order
from watchfloor.hazards.landslide.stability import instability
from watchfloor.hazards.streams import Streams


def _best(call: object, times: int = 3) -> float:
    found = []
    for _ in range(times):
        begin = process_time()
        call()  # type: ignore[operator]
        found.append(process_time() - begin)
    return min(found)


def main() -> None:
    """Print CPU seconds."""
    print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores")
    Landslide.warm()
    draw = np.random.default_rng(1)
    soil = [
        draw.uniform(low, high, 1_000_000) for low, high in ((0, 10), (28, 38), (0.5, 3), (5, 50), (0, 1))
    ]
    print(f"instability alone, 1e6 cells x 100 draws: {100 * _best(lambda: instability(*soil)):.2f} s CPU")
    for cells in (300, 1000):
        axis = np.arange(cells) * 20.0
        east, north = np.meshgrid(axis, axis)
        height = (
            400.0
            + 150.0 * np.sin(east / 700.0) * np.cos(north / 900.0)
            + 0.05 * east
            + draw.normal(0, 0.2, east.shape)
        )
        site = xr.Dataset(
            {"elevation": (("y", "x"), height, {"units": "m"})},
            coords={"y": 3_000_000.0 + axis, "x": 500_000.0 + axis},
            attrs={"crs": "EPSG:32650"},
        )
        _, forcing, until = Landslide.example()
        ranked = order(height)
        spent = _best(partial(gathered, height, height, ranked, 20.0, 20.0))
        print(f"{cells * cells:,} cells, water gathered: {spent:.3f} s CPU")
        for fidelity in ("preview", "standard", "full"):
            model = Landslide()
            begin = process_time()
            ready = model.prepare(site, forcing, until=until, fidelity=fidelity)
            made, theta = process_time() - begin, model.sample(Streams(1, 1))
            print(
                f"  {fidelity}: {ready.arrays['slope'].size:,} cells, prepare {made:.2f} s, a member "
                f"{_best(lambda: model.run(ready, theta)):.3f} s CPU"  # noqa: B023
            )


if __name__ == "__main__":
    main()
