"""How fast impacts are: a million cells and fifty members, beside the same in NumPy. ``python tests/bench/impact.py``.

CPU time, not wall time: the machine may be shared. The kernel is compiled before it is measured.
"""

import os
import resource
import time

import numpy as np
import xarray as xr

from watchfloor.hazards.action import Action
from watchfloor.impact import Exposures, assess
from watchfloor.impact.vulnerability.immersion import mortality

CELLS, MEMBERS = 1000, 50


def water(members: int, size: int, share: float) -> xr.Dataset:
    """Return depths of a valley: about a share of the cells is wet."""
    rng = np.random.default_rng(1)
    x = np.linspace(-1, 1, size)
    ground = np.abs(x)[None, :] * 10 + np.sin(np.linspace(0, 20, size))[:, None]
    level = np.quantile(ground, share) + rng.normal(0, 0.3, members)
    depth = np.maximum(level[:, None, None] - ground, 0.0).astype(np.float32)
    arrival = np.where(depth > 0, 3600.0, 86400.0).astype(np.float32)
    dims = ("member", "y", "x")
    where = {"y": 10.0 * np.arange(size)[::-1], "x": 10.0 * np.arange(size)}
    units = {"units": "m"}
    return xr.Dataset(
        {
            "water_depth_max": (dims, depth, units),
            "flow_speed_max": (dims, depth * 0.5, {"units": "m/s"}),
            "arrival_time": (dims, arrival, {"units": "s"}),
        },
        coords=where,
        attrs={"crs": "EPSG:32650", "never": 86400.0, "run": "bench"},
    )


def people(size: int) -> xr.DataArray:
    """Return people in every cell."""
    where = {"y": 10.0 * np.arange(size)[::-1], "x": 10.0 * np.arange(size)}
    counts = np.random.default_rng(2).gamma(0.5, 4.0, (size, size)) + 0.01
    return xr.DataArray(counts, dims=("y", "x"), coords=where, attrs={"crs": "EPSG:32650"})


def plain(result: xr.Dataset, counts: xr.DataArray) -> np.ndarray:
    """Do the same with NumPy: deaths of each member."""
    x = np.linspace(0, 12, 241)
    y = 0.2 * mortality(x)
    found = []
    for depth, speed in zip(result.water_depth_max.values, result.flow_speed_max.values, strict=True):
        share = np.interp(depth * (1 + 2 * speed), x, y)
        found.append((share * counts.values * (depth > 0.1)).sum())
    return np.array(found)


def measured(label: str, action: object) -> float:
    """Run once and print the CPU seconds."""
    begin = time.process_time()
    action()  # type: ignore[operator]
    took = time.process_time() - begin
    print(f"{label:58s} {took:6.2f} s CPU")
    return took


def main() -> None:
    print(
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {CELLS**2:,} cells, {MEMBERS} members, all cells with people"
    )
    small, few = water(2, 64, 0.5), people(64)
    assess(small, Exposures.of(people=few), kind="flood", actions=[Action("evacuate", {"fraction": 0.5})])
    counts = people(CELLS)
    exposures = Exposures.of(people=counts)
    for share in (0.15, 0.5, 0.95):
        result = water(MEMBERS, CELLS, share)
        ours = measured(
            f"people in water, {share:.0%} of the cells wet, 5 figures",
            lambda r=result: assess(r, exposures, kind="flood"),
        )
        if share == 0.5:
            theirs = measured("the same in NumPy, 1 figure", lambda r=result: plain(r, counts))
            print(f"{'ratio':58s} {theirs / ours:6.1f}")
            still = result.drop_vars("flow_speed_max")
            measured("the same, still water", lambda r=still: assess(r, exposures, kind="flood"))
            told = [Action("evacuate", {"fraction": 0.5}, start=1800.0, reliability=0.9)]
            measured(
                "the same, with an evacuation",
                lambda r=result, a=told: assess(r, exposures, kind="flood", actions=a),
            )
            impact = assess(result, exposures, kind="flood")
            measured("a map of the mean of one figure", lambda i=impact: i.cells("deaths"))
    held = 3 * MEMBERS * CELLS**2 * 4 / 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MiB, of which the hazard's own members are about {2 * held:,.0f} MiB")


if __name__ == "__main__":
    main()
