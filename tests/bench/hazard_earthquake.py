"""Speed of the earthquake model: ``python tests/bench/hazard_earthquake.py``."""

import os
from time import process_time

import numpy as np
import xarray as xr
from pyproj import Transformer

from watchfloor.hazards.earthquake import Earthquake
from watchfloor.hazards.earthquake.motion import intensity
from watchfloor.hazards.streams import Streams


def _site(cells: int, width: float) -> tuple[xr.Dataset, xr.Dataset]:
    axis = np.linspace(-width / 2, width / 2, cells)
    height = 200.0 + 100.0 * np.sin(axis / 3_000.0)[None, :] * np.cos(axis / 5_000.0)[:, None]
    site = xr.Dataset(
        {"elevation": (("y", "x"), height, {"units": "m"})},
        coords={"y": 3_000_000.0 - axis, "x": 500_000.0 + axis},
        attrs={"crs": "EPSG:32650"},
    )
    _, forcing, _ = Earthquake.example()
    lon, lat = Transformer.from_crs("EPSG:32650", "EPSG:4326", always_xy=True).transform(
        500_000.0, 3_000_000.0
    )
    return site, forcing.assign(
        longitude=forcing.longitude.copy(data=lon), latitude=forcing.latitude.copy(data=lat)
    )


def _best(call: object, times: int = 5) -> float:
    found = []
    for _ in range(times):
        begin = process_time()
        call()  # type: ignore[operator]
        found.append(process_time() - begin)
    return min(found)


def main() -> None:
    """Print CPU seconds."""
    print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores")
    distance = np.linspace(1.0, 300.0, 1_000_000)
    print(f"the intensity equation alone, 1e6 distances: {_best(lambda: intensity(7.0, distance)):.3f} s CPU")
    site, forcing = _site(1300, 30_000.0)
    for equation in ("allen 2012", "boore 2014"):
        model = Earthquake(equation=equation)
        for fidelity in ("preview", "standard", "full"):
            begin = process_time()
            ready = model.prepare(site, forcing, until=60.0, fidelity=fidelity)
            made = process_time() - begin
            cells = ready.arrays["vs30"].size
            theta = model.sample(Streams(1, 1))
            print(
                f"{equation}, {fidelity}: {cells:,} cells, prepare {made:.2f} s, a member "
                f"{_best(lambda: model.run(ready, theta)):.3f} s CPU, the control "  # noqa: B023
                f"{_best(lambda: model.run(ready, model.sample(Streams(1, 0)))):.3f} s CPU"  # noqa: B023
            )
    draw = np.random.default_rng(1)
    for count in (20, 200, 1000):
        told = forcing.assign(
            station_longitude=(
                "station",
                float(forcing.longitude) + draw.normal(0, 0.2, count),
                {"units": "degrees"},
            ),
            station_latitude=(
                "station",
                float(forcing.latitude) + draw.normal(0, 0.2, count),
                {"units": "degrees"},
            ),
            station_acceleration=("station", np.exp(draw.normal(0, 0.5, count)), {"units": "m/s^2"}),
        )
        model = Earthquake(equation="boore 2014")
        begin = process_time()
        ready = model.prepare(site, told, until=60.0, fidelity="preview")
        made, theta = process_time() - begin, model.sample(Streams(1, 1))
        print(
            f"blending {count} instruments, {ready.arrays['vs30'].size:,} cells: prepare {made:.2f} s, a member "
            f"{_best(lambda: model.run(ready, theta)):.3f} s CPU"  # noqa: B023
        )


if __name__ == "__main__":
    main()
