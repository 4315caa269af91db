"""Speed of the aftershock model: ``python tests/bench/hazard_aftershock.py``."""

import os
from time import process_time

from watchfloor.hazards.aftershock import Aftershock
from watchfloor.hazards.ensemble import Request, run


def main() -> None:
    """Print CPU seconds."""
    print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores")
    site, forcing, until = Aftershock.example()
    for cascade in (False, True):
        for magnitude in (6.8, 8.0):
            model = Aftershock(cascade=cascade)
            event = forcing.assign(magnitude=((), magnitude, {"units": "1"}))
            begin = process_time()
            ensemble = run(Request(model, site, event, until, members=200))
            spent = process_time() - begin
            count = float(ensemble.data.aftershock_count.isel(window=-1, threshold=0).mean())
            kind = "with aftershocks of aftershocks" if cascade else "plain"
            print(
                f"M {magnitude}, {kind}: 200 members of 30 days, {count:,.0f} events each: {spent:.2f} s CPU"
            )


if __name__ == "__main__":
    main()
