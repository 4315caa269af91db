"""How fast fires grow: `python tests/bench/hazard_wildfire.py`.

200 members of 300 x 300 cells for six hours, drawn as the model draws them, over hills of grass, brush and timber with a river,
in hourly winds; then a preview on the demo floor's region, and a million days of fire weather. Beside it, in the same run, the reference: SciPy's Dijkstra on the
graph of one member (80 ways from every cell, at the pace of its head's hour), which only finds the times.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, process_time

import numpy as np
import xarray as xr
from scipy.ndimage import gaussian_filter
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from watchfloor.core.share import folder
from watchfloor.hazards.ensemble import Request, run
from watchfloor.hazards.fireweather.codes import PUBLISHED, day
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.streams import Streams
from watchfloor.hazards.wildfire import Wildfire
from watchfloor.hazards.wildfire.spread import behaviour
from watchfloor.hazards.wildfire.stencil import stencil

HOURS = 6


def land(size: int = 300, cell: float = 30.0) -> tuple[xr.Dataset, xr.Dataset]:
    """Return hills with fuels in patches and a river, and a summer day's wind."""
    rng = np.random.default_rng(11)
    hills = gaussian_filter(rng.normal(size=(size, size)), 18.0)
    patches = gaussian_filter(rng.normal(size=(size, size)), 6.0)
    fuel = np.select([patches > 0.03, patches > -0.01, patches > -0.04], [102.0, 122.0, 145.0], 165.0)
    column = (size * 0.8 + size * 0.05 * np.sin(np.arange(size) / 25.0)).astype(int)
    for step in range(3):
        fuel[np.arange(size), column + step] = 98.0
    fuel[size // 2 - 2 : size // 2 + 3, size // 5 - 2 : size // 5 + 3] = 102.0
    site = xr.Dataset(
        {
            "fuel_model": (("y", "x"), fuel, {"units": "1"}),
            "elevation": (("y", "x"), 300.0 + 4_000.0 * hills, {"units": "m"}),
        },
        coords={"y": 3e6 - np.arange(size) * cell, "x": 5e5 + np.arange(size) * cell},
        attrs={"crs": "EPSG:32650"},
    )
    lon, lat = Grid.of(site).degrees()
    spark = (size // 2, size // 5)
    forcing = xr.Dataset(
        {
            "wind_speed": ("time", [4.0, 5.0, 6.0, 7.0, 6.0, 5.0], {"units": "m/s"}),
            "wind_direction": ("time", [250.0, 260.0, 270.0, 285.0, 290.0, 280.0], {"units": "degrees"}),
            "moisture_1h": ("time", [7.0, 6.0, 5.0, 5.0, 6.0, 7.0], {"units": "percent"}),
            "ignition_time": ("source", [0.0], {"units": "s"}),
        },
        coords={
            "time": np.arange(HOURS) * 3600.0,
            "longitude": ("source", [lon[spark]]),
            "latitude": ("source", [lat[spark]]),
        },
    )
    return site, forcing


def graph(model: Wildfire, site: xr.Dataset) -> float:
    """Return the CPU seconds a cell of SciPy's Dijkstra for the same ways, with the graph that each member needs anew."""
    size = site.sizes["x"]
    ready = model.prepare(site, land()[1], until=3600.0 * HOURS)
    codes = site.fuel_model.values
    pace = behaviour(ready.arrays["rows"], codes, np.array([5.0, 7, 8, 60, 90]), 0.0, 0.0, 2.0, 270.0)["rate"]
    ways = stencil(size, 30.0, 30.0, -1.0)
    start = process_time()
    rows, columns, cost = [], [], []
    index = np.arange(size * size).reshape(size, size)
    inner = (slice(5, -5), slice(5, -5))
    for way in range(len(ways.offset)):
        begin = index[inner].ravel()
        fast = np.maximum(pace[inner].ravel(), 1e-6)
        rows.append(begin)
        columns.append(begin + ways.offset[way])
        cost.append(ways.length[way] / fast)
    matrix = csr_matrix(
        (np.concatenate(cost), (np.concatenate(rows), np.concatenate(columns))), shape=(size * size,) * 2
    )
    built = process_time() - start
    times = dijkstra(matrix, indices=(size // 2) * size + size // 5, limit=3600.0 * HOURS)
    spent = process_time() - start
    reached = int((times <= 3600.0 * HOURS).sum())
    print(
        f"SciPy's Dijkstra, one pace a cell: {built * 1000:.0f} ms for the graph, {(spent - built) * 1000:.0f} ms for the times, "
        f"{spent / reached * 1e6:.1f} us a cell of {reached:,}"
    )
    return spent / reached


def main() -> None:
    """Run and print."""
    load = os.getloadavg()[0]
    model = Wildfire()
    site, forcing = land()
    model.warm()
    until = 3600.0 * HOURS
    ready = model.prepare(site, forcing, until=until)
    start = process_time()
    found = [model.run(ready, model.sample(Streams(3, member))) for member in range(20)]
    spent = process_time() - start
    cells = sum(float(result.burned.sum()) for result in found)
    print(f"load {load:.1f} on {os.cpu_count()} cores")
    print(
        f"one member: {spent / 20 * 1000:.0f} ms CPU, {cells / 20:,.0f} cells burned, {spent / cells * 1e6:.2f} us a burned cell"
    )
    for workers in (1, 2):
        request = Request(model, site, forcing, until, members=200, seed=workers, timed=())
        wall, cpu = perf_counter(), process_time()
        with ThreadPoolExecutor(workers) as pool:
            done = run(request, executor=pool)
        wall, cpu = perf_counter() - wall, process_time() - cpu
        share = float(done.data.burned.mean())
        print(
            f"200 members of 300 x 300 x {HOURS} h on {workers}: {wall:.2f} s wall, {cpu:.2f} s CPU ({cpu / 2:.2f} s on two cores that do "
            f"nothing else); {share:.1%} of the cells burned"
        )
    slow = graph(model, site)
    print(f"{slow / (spent / cells):.1f} times SciPy's pace, with weather, slope, intensity and barriers")
    demo(model)
    danger()


def danger() -> None:
    """Print how long a million days of fire weather take."""
    rng = np.random.default_rng(1)
    places, days = 100_000, 10
    codes = np.stack([np.full(places, value) for value in (85.0, 6.0, 15.0)])
    out = np.zeros((4, places))
    air = [rng.uniform(5, 35, places), rng.uniform(15, 95, places), rng.uniform(0, 40, places)]
    rain = np.maximum(rng.normal(-5, 5, places), 0.0)
    lengths = np.full(places, 12.4), np.full(places, 6.4)
    day(*air, rain, *lengths, codes, out, PUBLISHED)
    start = process_time()
    for _ in range(days):
        day(*air, rain, *lengths, codes, out, PUBLISHED)
    print(f"fire weather: {process_time() - start:.2f} s CPU for {places * days:,} days of all seven indices")


def demo(model: Wildfire) -> None:
    """Print how long a preview of the demo region takes."""
    import rioxarray

    base = folder("data_samples") / "demo"
    fuel = rioxarray.open_rasterio(base / "fuels.tif", masked=True)[0]
    height = rioxarray.open_rasterio(base / "dem.tif", masked=True)[0]
    site = xr.Dataset(
        {
            "fuel_model": (("y", "x"), fuel.values, {"units": "1"}),
            "elevation": (("y", "x"), height.values, {"units": "m"}),
        },
        coords={"y": fuel.y.values, "x": fuel.x.values},
        attrs={"crs": "EPSG:32657"},
    )
    forcing = xr.Dataset(
        {
            "wind_speed": ((), 8.0, {"units": "m/s"}),
            "wind_direction": ((), 300.0, {"units": "degrees"}),
            "ignition_time": ("source", [0.0], {"units": "s"}),
        },
        coords={"longitude": ("source", [158.3329]), "latitude": ("source", [34.0553])},
    )
    for fidelity in ("preview", "standard"):
        ready = model.prepare(site, forcing, until=6 * 3600.0, fidelity=fidelity)  # type: ignore[arg-type]
        cpu = process_time()
        found = [model.run(ready, model.sample(Streams(1, member))) for member in range(5)]
        cpu = (process_time() - cpu) / 5
        burned = np.mean([float(result.burned.sum()) for result in found])
        print(
            f"demo region, {fidelity}, {found[0].burned.size:,} cells, {burned:,.0f} burned: {cpu * 1000:.0f} ms CPU a member"
        )


if __name__ == "__main__":
    main()
