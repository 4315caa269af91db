"""How long a slider waits for its preview, and what is still compiled after `warm`: `python tests/bench/preview.py [MODEL …]`.

Every model of the registry, as the demo floor's desk opens it: a preview is run, then another with one setting moved, in one process
with all loops warmed as a started floor has them. Then a standard and a full run of the model's own example, few members each: numba's
own event tells each loop that had to be compiled, which must be none; loops that were read from the disk only then are told too.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, process_time

import param
from numba.core import event

import watchfloor
from watchfloor.core.warming import warm
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.ensemble import Request, run
from watchfloor.hazards.library import opening
from watchfloor.hazards.scenario import Scenario
from watchfloor.impact import assess, exposures_of
from watchfloor.store import Store
from watchfloor.views.twin.runs import ground

AIM = 1.0
FEW = {"standard": 3, "full": 2}


class Heard(event.Listener):  # type: ignore[misc]
    """Keep which loops numba compiles."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def on_start(self, told: event.Event) -> None:
        """Keep its name."""
        self.names.append(told.data["dispatcher"].py_func.__name__)

    def on_end(self, told: event.Event) -> None:
        """Hear nothing."""


@contextmanager
def compiling() -> Iterator[list[str]]:
    """Yield the names of what is compiled meanwhile."""
    heard = Heard()
    with event.install_listener("numba:compile", heard):
        yield heard.names


def moved(asked: Scenario) -> Scenario:
    """Return a scenario with its first number set otherwise, as a slider does; or with another seed."""
    for name, one in asked.kind.param.objects("existing").items():
        bounds = getattr(one, "bounds", None)
        if type(one) is param.Number and bounds is not None and name not in asked.settings:
            value = one.default * 1.1 if one.default else 0.1
            if (bounds[0] is None or value >= bounds[0]) and (bounds[1] is None or value <= bounds[1]):
                return asked.but(settings={**asked.settings, name: value})
    return asked.but(seed=asked.seed + 1)


def main() -> int:
    """Print a line for each model; return 1 where a preview is too slow or something was compiled."""
    names = sys.argv[1:] or list(HAZARDS.usable())
    begun = perf_counter()
    trouble = [item for item in warm() if item.trouble]
    print(
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; warmed in {perf_counter() - begun:.1f} s"
    )
    for item in trouble:
        print(f"  {item.name}: {item.trouble}")
    print(
        f"{'model':<12}{'cells':>9}{'first':>8}{'slider':>8}{'wall':>8}{'impact':>8}   s CPU; compiled after warming"
    )
    bad = len(trouble)
    with watchfloor.open("demo", store=Store.open(":memory:")) as floor, compiling() as compiled:
        exposures = exposures_of(floor)
        for name in names:
            asked = opening(floor, name)
            spent = []
            for one in (asked, moved(asked)):
                wall, cpu = perf_counter(), process_time()
                found = run(one.request(floor, "preview", site=ground(floor, one)))
                spent.append((process_time() - cpu, perf_counter() - wall))
            cells = int(next(iter(found.data.data_vars.values())).isel(member=0).size)
            cpu = process_time()
            try:
                assess(found, exposures)
                hit = f"{process_time() - cpu:8.2f}"
            except watchfloor.core.errors.WatchfloorError:
                hit = f"{'-':>8}"
            kind = HAZARDS[name]
            site, forcing, until = kind.example()
            for fidelity, members in FEW.items():
                run(Request(kind(), site, forcing, until, members=members, fidelity=fidelity))  # type: ignore[arg-type]
            told = ", ".join(sorted(set(compiled))) or "nothing"
            slow = spent[1][0] > AIM
            bad += slow + bool(compiled)
            print(
                f"{name:<12}{cells:>9,}{spent[0][0]:8.2f}{spent[1][0]:8.2f}{spent[1][1]:8.2f}{hit}   {told}{'  TOO SLOW' if slow else ''}",
                flush=True,
            )
            compiled.clear()
    print(f"asked: under {AIM:g} s for every hazard, and nothing compiled after warming")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
