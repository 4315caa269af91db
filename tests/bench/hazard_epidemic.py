"""How fast an ensemble of epidemics is run: 200 members, 50 regions, 180 days; beside the same chances in NumPy."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import xarray as xr

from watchfloor.hazards.epidemic import Epidemic
from watchfloor.hazards.epidemic.driver import DAY
from watchfloor.hazards.streams import Streams

REGIONS, DAYS, MEMBERS = 50, 180, 200


def site() -> xr.Dataset:
    """Return regions of 20,000 to 500,000 people who visit each other."""
    rng = np.random.default_rng(1)
    visits = rng.gamma(0.3, 0.01, (REGIONS, REGIONS))
    np.fill_diagonal(visits, 0.0)
    return xr.Dataset(
        {
            "population": ("region", np.round(rng.uniform(2e4, 5e5, REGIONS)), {"units": "1"}),
            "infectious_people": ("region", np.full(REGIONS, 20.0), {"units": "1"}),
            "mobility": (("region", "destination"), visits, {"units": "1"}),
        }
    )


def main() -> None:
    """Print the times."""
    print(f"load {os.getloadavg()[0]:.1f}")
    model = Epidemic()
    for fidelity in ("standard", "full"):
        ready = model.prepare(site(), xr.Dataset(), until=DAYS * DAY, fidelity=fidelity)
        model.run(ready, model.sample(Streams(1, 0)))

        def member(number: int, ready=ready) -> float:
            return float(model.run(ready, model.sample(Streams(1, number))).infections_total.sum())

        begin = time.process_time()
        found = [member(number) for number in range(MEMBERS)]
        spent = time.process_time() - begin
        wall = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(member, range(MEMBERS)))
        took = time.perf_counter() - wall
        print(f"{MEMBERS} members x {REGIONS} regions x {DAYS} days, {fidelity}: {spent:.2f} s CPU on one thread, {took:.2f} s wall on two; "
              f"infected {np.median(found):.3g}")  # fmt: skip
    rng = np.random.default_rng(1)
    people, share = np.full(REGIONS, 100_000), np.full(REGIONS, 0.01)
    begin = time.process_time()
    for _ in range(DAYS * 10):
        for _ in range(4):
            rng.binomial(people, share)
    print(
        f"reference, four binomial draws a day and region by NumPy: {(time.process_time() - begin) * MEMBERS / 10:.2f} s CPU"
    )


if __name__ == "__main__":
    main()
