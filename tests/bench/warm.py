"""The first click of a floor whose loops were never compiled: with and without `core.warming`, CPU and wall seconds.

``python tests/bench/warm.py``: each line is a process of its own with an empty cache of compiled loops. "cold" does the
work at once; "warmed" after a child compiled everything to the disk, as `watchfloor serve` has it done beside its pages.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLICKS = ("wall", "rules", "quality", "detectors", "forecast")
WORK = """
import json, sys, time
from functools import partial
from watchfloor.core.clock import EPOCH, micros
import numpy as np
from watchfloor.store.warming import small
import watchfloor.alarms.warming as alarms, watchfloor.diagnosis.warming as diagnosis
from datetime import timedelta
cube = small()
clicks = {
    "wall": lambda: (cube.decimate("even", None, None, 10), cube.sparklines(["even", "odd"], EPOCH, EPOCH + timedelta(days=1), 20)),
    "rules": lambda: [work() for name, work in alarms.loops() if name.startswith("rules")],
    "quality": lambda: dict(diagnosis.loops())["quality"](),
    "detectors": lambda: [work() for name, work in diagnosis.loops() if name.startswith("detectors")],
    "forecast": lambda: dict(diagnosis.loops())["forecast"](),
}
import watchfloor.alarms.ruleset, watchfloor.diagnosis.quality, watchfloor.diagnosis.forecast, scipy.stats, numba
from watchfloor.diagnosis.detectors import DETECTORS
[DETECTORS[name] for name in DETECTORS]
if "--loaded" in sys.argv:
    from watchfloor.core.warming import warm
    warm()
found = {}
for name in sys.argv[1].split(","):
    wall, cpu = time.perf_counter(), time.process_time()
    clicks[name]()
    found[name] = [time.perf_counter() - wall, time.process_time() - cpu]
print(json.dumps(found))
"""


def run(command: list[str], cache: str) -> tuple[str, float]:
    """Run a process with its own cache of compiled loops; return what it printed and its wall seconds."""
    began = time.perf_counter()
    done = subprocess.run(
        command,
        env=os.environ | {"NUMBA_CACHE_DIR": cache},
        capture_output=True,
        text=True,
        check=True,
        timeout=900,
    )
    return done.stdout, time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name:
        cold = json.loads(run([sys.executable, "-c", WORK, ",".join(CLICKS)], str(Path(name) / "cold"))[0])
        warmed = str(Path(name) / "warmed")
        spent = run([sys.executable, "-m", "watchfloor.core.warming"], warmed)[1]
        read = json.loads(run([sys.executable, "-c", WORK, ",".join(CLICKS)], warmed)[0])
        ready = json.loads(run([sys.executable, "-c", WORK, ",".join(CLICKS), "--loaded"], warmed)[0])
    print(f"{'first click':<12}{'cold':>18}{'compiled before':>18}{'and loaded':>18}   wall s (CPU s)")
    for click in CLICKS:
        row = "".join(f"{one[click][0]:>10.3f} ({one[click][1]:5.2f})" for one in (cold, read, ready))
        print(f"{click:<12}{row}")
    print(
        f"the child that compiles everything takes {spent:.1f} s of its own, at the lowest priority where a floor starts it"
    )


if __name__ == "__main__":
    main()
