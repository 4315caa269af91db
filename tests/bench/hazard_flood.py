"""How fast floods run: `python tests/bench/hazard_flood.py [--landlab] [--plot FILE]`.

Cell updates a second of CPU time on one thread, by the number of cells, all of them wet, on sealed ground and on a soil that drinks;
all threads together; what part of the time the memory would need alone (a copy of as many bytes, STREAM's first kernel); and
256 x 256 cells for six hours, as the model runs them. Both scalings are drawn as a page, by default build/bench/flood.html.
With `--landlab` the reference runs the same rain on the same ground in an environment of its own (landlab is installed there
by uv or pip, which needs a package index): its OverlandFlow (de Almeida 2012), steps and CPU seconds. Ratios count, not seconds:
the machine's load is printed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter, process_time, thread_time

import numpy as np
import xarray as xr

from watchfloor.hazards.flood import Flood
from watchfloor.hazards.flood.state import State, begin
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.streams import Streams

CELL = 20.0
RAIN = 30.0 / 3.6e6
BYTES = {True: 112, False: 88}
"""Read and written for a cell in a step if every array passes the memory once, with and without a soil that drinks: in double
precision bed, two crests and source, and depth twice; in single both frictions once, both discharges, greatest depth and speed
twice; and of the soil two in single once, and what it drank twice."""
REFERENCE = """
import json, sys
from time import process_time
import numpy as np
from landlab import RasterModelGrid
from landlab.components import OverlandFlow
size, cell, rain, until = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
z = np.load(sys.argv[5])
grid = RasterModelGrid((size, size), xy_spacing=cell)
grid.add_field("topographic__elevation", z.ravel().copy(), at="node")
grid.add_zeros("surface_water__depth", at="node")
grid.set_closed_boundaries_at_grid_edges(True, True, True, True)
flow = OverlandFlow(grid, mannings_n=0.035, rainfall_intensity=rain, steep_slopes=False, theta=1.0, alpha=0.7)
now, steps = 0.0, 0
flow.overland_flow(dt=1.0)
begin = process_time()
while now < until and process_time() - begin < 60.0:
    flow.dt = min(flow.calc_time_step(), 44.0, until - now)
    flow.overland_flow(dt=flow.dt)
    now += flow.dt
    steps += 1
print(json.dumps({"seconds": process_time() - begin, "steps": steps, "reached": now,
                  "depth": float(grid.at_node["surface_water__depth"].mean())}))
"""


def ground(size: int) -> np.ndarray:
    """Return a rough slope with valleys, m."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:size, 0:size] * CELL
    return np.asarray(30.0 - x * 0.004 + 8.0 * np.sin(y / 400.0) + 0.2 * rng.random((size, size)))


def state(size: int, *, soil: bool = True) -> State:
    """Return a state under rain, ten minutes into it."""
    axis, none, no = np.arange(size) * CELL, np.zeros((size, size)), np.zeros(0, np.int64)
    made = begin(
        Grid(axis, axis, "EPSG:32650"), ground(size), none, none + 0.035, none + 2 / 3.6e6 * soil, none + 0.03, (True,) * 4, (no, no)
    )  # fmt: skip
    made.arrays["source"][:] = RAIN
    made.forward(600.0, 0.7, 0.05, 10**9)
    return made


def rate(size: int, *, soil: bool, rounds: int = 7) -> float:
    """Return the best million cell updates in a second of CPU time."""
    made, best = state(size, soil=soil), 0.0
    for _ in range(rounds):
        steps, begun = made.steps, process_time()
        made.forward(1e9, 0.7, 0.05, max(3, 8_000_000 // size**2))
        best = max(best, (made.steps - steps) * size**2 / (process_time() - begun) / 1e6)
    return best


def threads(size: int, count: int) -> tuple[float, float]:
    """Return million cell updates in a second by runs side by side: of the wall clock, and of cores that do nothing else."""
    made = [state(size) for _ in range(count)]

    def forward(one: State) -> float:
        begun = thread_time()
        one.forward(1e9, 0.7, 0.05, max(3, 60_000_000 // size**2))
        return thread_time() - begun

    steps, begun = sum(one.steps for one in made), perf_counter()
    with ThreadPoolExecutor(count) as pool:
        spent = max(pool.map(forward, made))
    done = (sum(one.steps for one in made) - steps) * size**2 / 1e6
    return done / (perf_counter() - begun), done / spent


def copied(size: int, each: int) -> float:
    """Return the bytes that a copy moves in a second of CPU time, where each cell has so many read and written."""
    one = np.zeros((size, size, each // 16))
    other = np.zeros_like(one)
    best = 0.0
    for _ in range(7):
        begun, times = process_time(), max(1, 40_000_000 // one.size)
        for _ in range(times):
            np.copyto(other, one)
        best = max(best, 2.0 * one.nbytes * times / (process_time() - begun))
    return best


def plot(rates: dict[str, dict[int, float]], side: dict[int, tuple[float, float]], path: Path) -> None:
    """Draw both scalings as a page that any browser shows."""
    import holoviews as hv

    hv.extension("bokeh")
    cells = hv.Overlay(
        [
            hv.Curve([(size**2, value) for size, value in found.items()], "cells", "Mcell/s", label=label)
            for label, found in rates.items()
        ]
    ).opts(logx=True, title="one thread, by cells", legend_position="bottom_left")
    many = hv.Curve(
        [(count, value[1]) for count, value in side.items()],
        "threads",
        "Mcell/s together",
        label="by threads",
    ).opts(tools=["hover"])
    path.parent.mkdir(parents=True, exist_ok=True)
    hv.save(cells + many, path, fmt="html")
    print(f"drawn as {path}")


def against_landlab(size: int, until: float, keep: Path | None) -> None:
    """Run the same rain by landlab in its own environment, and here."""
    folder = keep or Path(tempfile.mkdtemp(prefix="landlab-"))
    python = folder / "bin" / "python"
    if not python.exists():
        uv = shutil.which("uv")
        subprocess.run(
            [uv, "venv", "-q", "--python", "3.13", str(folder)]
            if uv
            else [sys.executable, "-m", "venv", str(folder)],
            check=True,
        )
        install = (
            [uv, "pip", "install", "-q", "--python", str(python)]
            if uv
            else [str(python), "-m", "pip", "install", "-q"]
        )
        subprocess.run([*install, "landlab"], check=True)
    np.save(folder / "ground.npy", ground(size))
    told = subprocess.run(
        [str(python), "-W", "ignore", "-c", REFERENCE, str(size), str(CELL), str(RAIN), str(until), str(folder / "ground.npy")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    theirs = json.loads(told.stdout.splitlines()[-1])
    state(32).forward(601.0, 0.7, 0.05, 1)  # the loops are compiled before, as landlab's are
    axis, none, no = np.arange(size) * CELL, np.zeros((size, size)), np.zeros(0, np.int64)
    ours = begin(
        Grid(axis, axis, "EPSG:32650"), ground(size), none, none + 0.035, none, none, (False,) * 4, (no, no)
    )
    ours.arrays["source"][:] = RAIN
    begun = process_time()
    ours.forward(theirs["reached"], 0.7, 0.05, 10**9)
    spent = process_time() - begun
    per = [theirs["steps"] * size**2 / theirs["seconds"] / 1e6, ours.steps * size**2 / spent / 1e6]
    print(
        f"landlab: {theirs['reached']:.0f} s of the flood in {theirs['seconds']:.2f} s CPU, {theirs['steps']} steps, {per[0]:.2f} Mcell/s"
    )
    print(
        f"here:    {ours.now:.0f} s of the flood in {spent:.3f} s CPU, {ours.steps} steps, {per[1]:.1f} Mcell/s"
    )
    print(
        f"         {per[1] / per[0]:.0f} x a cell update (asked: 30), {theirs['seconds'] / spent:.0f} x the same flood"
    )
    print(
        f"         mean depth {float(ours.arrays['h'].mean()) * 1e3:.2f} mm, landlab {theirs['depth'] * 1e3:.2f} mm"
    )
    if keep is None:
        shutil.rmtree(folder)


def main() -> None:
    """Print everything."""
    asked = argparse.ArgumentParser(description="How fast floods run.")
    asked.add_argument(
        "--landlab", action="store_true", help="install landlab in an environment of its own and compare"
    )
    asked.add_argument("--environment", type=Path, help="that environment, to use it again")
    asked.add_argument(
        "--plot",
        type=Path,
        default=Path(__file__).resolve().parents[2] / "build" / "bench" / "flood.html",
        help="where the scaling is written as a page",
    )
    given = asked.parse_args()
    state(32).forward(601.0, 0.7, 0.05, 1)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; CPU seconds of one thread (best of 7)")
    rates: dict[str, dict[int, float]] = {}
    for soil, label in ((False, "sealed ground"), (True, "soil that drinks")):
        rates[label] = {size: rate(size, soil=soil) for size in (64, 128, 256, 512, 1024)}
        for size, value in rates[label].items():
            alone = copied(size, BYTES[soil]) / BYTES[soil] / 1e6
            print(
                f"{label}, {size:4d} x {size:<4d} {value:6.1f} Mcell/s; memory alone would allow {alone:5.0f}: {value / alone:4.0%} "
                "of the time"
            )
        print(f"asked: 100 Mcell/s on one quiet core; best here {max(rates[label].values()):.0f}")
    side = {count: threads(256, count) for count in range(1, (os.cpu_count() or 1) + 1)}
    for count, value in side.items():
        print(
            f"{count} threads: {value[0]:6.1f} Mcell/s of the wall clock, {value[1]:6.1f} by the threads' own CPU seconds "
            f"({value[1] / side[1][1]:.2f} x one), as on cores that do nothing else"
        )
    axis = np.arange(256) * CELL
    site = xr.Dataset(
        {"elevation": (("y", "x"), ground(256), {"units": "m"})},
        coords={"y": axis + 3e6, "x": axis + 5e5},
        attrs={"crs": "EPSG:32650"},
    )
    rain = xr.Dataset(
        {"rain_rate": ("time", [30.0, 0.0], {"units": "mm/h"})}, coords={"time": [0.0, 3 * 3600.0]}
    )
    model = Flood()
    for fidelity in ("standard", "preview"):
        ready = model.prepare(site, rain, until=6 * 3600.0, fidelity=fidelity)
        begun = process_time()
        result = model.run(ready, model.sample(Streams(1, 0)))
        print(
            f"256 x 256, 20 m, 6 h, {fidelity}: {process_time() - begun:.2f} s CPU, {result.attrs['steps']} steps, "
            f"water lost or made {result.attrs['balance_error']:.1e}"
        )
    plot(rates, side, given.plot)
    if given.landlab or given.environment:
        against_landlab(128, 1800.0, given.environment)


if __name__ == "__main__":
    main()
