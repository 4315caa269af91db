"""After everything was got ready, a floor that starts, checks, judges and draws compiles nothing any more."""

import json
import subprocess
import sys

import pytest

SCRIPT = """
import gc, json, sys
from datetime import timedelta
from pathlib import Path
from numba.core.dispatcher import Dispatcher
import watchfloor
from watchfloor.alarms import Watch
from watchfloor.core.warming import rooms, warm
from watchfloor.floor import sources
from watchfloor.store import Store
from watchfloor.store.cube import Cube

ROOMS = tuple(f"watchfloor.{name}." for name in ("alarms", "diagnosis", "store"))

def compiled():
    return {
        f"{item.py_func.__module__}.{item.py_func.__name__}": len(item.signatures)
        for item in gc.get_objects()
        if isinstance(item, Dispatcher) and item.py_func.__module__.startswith(ROOMS)
    }

trouble = [item.trouble for item in warm() if item.trouble and not item.name.startswith("hazards")]
before = compiled()
sources.LEAD = timedelta(hours=3)
store = Store.open(Path(sys.argv[1]) / "store.sqlite")
with watchfloor.open("demo", store=store) as floor:
    watch = Watch(floor, notify=None)
    watch.prepare()
    cube = Cube.of(store)
    names, end = cube.names(), floor.now()
    cube.sparklines(names, end - timedelta(hours=3), end, 12)
    for name in names[:40]:
        cube.decimate(name, end - timedelta(hours=3), end, 4)
    watch.close()
after = compiled()
new = {name: count - before.get(name, 0) for name, count in after.items() if count != before.get(name, 0)}
print(json.dumps({"trouble": trouble, "rooms": rooms(), "before": len(before), "new": new}))
"""


@pytest.mark.timeout(300)
def test_what_is_got_ready_is_all_that_a_floor_needs(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, str(tmp_path)],
        capture_output=True, text=True, timeout=280, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["trouble"] == []
    assert found["before"] > 20
    assert found["new"] == {}
