"""What outlives a kill, what fits into the memory that was said, what is told while it runs, and what is not run twice."""

import importlib.util
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from watchfloor.core.clock import monotonic
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.ensemble import Request, Shelf, run

_SPEC = importlib.util.spec_from_file_location("watchfloor_tests_toy", Path(__file__).with_name("toy.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
toy = sys.modules.setdefault(_SPEC.name, importlib.util.module_from_spec(_SPEC))
if not hasattr(toy, "Toy"):
    _SPEC.loader.exec_module(toy)

_KILLED = """
import importlib.util, sys, time
from pathlib import Path
import xarray as xr
spec = importlib.util.spec_from_file_location("watchfloor_tests_toy", sys.argv[1])
toy = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = toy
spec.loader.exec_module(toy)
from watchfloor.hazards.ensemble import Request, run
run(Request(toy.Toy(), toy.site(), xr.Dataset(), 10.0, members=40), folder=Path(sys.argv[2]), part=lambda _: time.sleep(0.2), every=1)
"""


@pytest.fixture(autouse=True)
def fresh():
    toy.Toy.ran.clear()


def request(members: int, site: xr.Dataset | None = None, **changes) -> Request:
    return Request(
        toy.Toy(), toy.site() if site is None else site, xr.Dataset(), 10.0, members=members, **changes
    )


def test_a_process_that_is_killed_leaves_what_it_had(tmp_path):
    folder = Shelf(tmp_path).place(request(40).key)
    script = [sys.executable, "-c", _KILLED, str(Path(__file__).with_name("toy.py")), str(folder)]
    with subprocess.Popen(script) as process:
        begin = monotonic()
        while len(list(folder.glob("done/*"))) < 3:
            assert process.poll() is None, "it ended by itself"
            assert monotonic() - begin < 120
            threading.Event().wait(0.02)
        os.kill(process.pid, signal.SIGKILL)
    before = {int(file.name) for file in (folder / "done").iterdir()}
    assert 3 <= len(before) < 40
    whole = run(request(40), folder=folder).data.load()
    assert set(toy.Toy.ran) == set(range(40)) - before
    assert whole.identical(run(request(40)).data.assign_attrs(whole.attrs))
    # the same request is never run again; one that differs in anything is
    toy.Toy.ran.clear()
    run(request(40), folder=folder)
    assert toy.Toy.ran == []
    assert request(40, seed=1).key != request(40).key


def test_large_results_take_the_memory_that_was_said_and_no_more(tmp_path):
    run(request(2), folder=tmp_path / "small").quantile("water_depth", 0.9)  # what is loaded once
    members, side = 12, 640
    whole = members * side * side * 4
    wanted = request(members, toy.site(side, side).astype("f4"))
    with ThreadPoolExecutor(1) as pool:
        tracemalloc.start()
        try:
            ensemble = run(wanted, executor=pool, folder=tmp_path / "large", budget=whole // 4)
            _, running = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            ensemble.quantile("water_depth", 0.9)
            _, folding = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    # a few members on their way to the disk, and a map and an eighth of the budget: never the whole
    assert running < whole * 0.75, f"{running / 2**20:.1f} MiB for results of {whole / 2**20:.1f} MiB"
    assert folding < whole * 0.6, f"{folding / 2**20:.1f} MiB for results of {whole / 2**20:.1f} MiB"


def test_results_stream_in_while_it_runs():
    seen = []

    def part(ensemble):
        values = ensemble.data.water_depth.values
        seen.append((ensemble.members, values))
        assert not ensemble.complete
        assert f"{ensemble.members} of 20" in " ".join(ensemble.remarks)
        assert np.array_equal(
            ensemble.probability("water_depth", 5.0), (values > 5).mean(0, dtype=float).astype("f4")
        )

    with ThreadPoolExecutor(1) as pool:
        whole = run(request(20), executor=pool, part=part, every=5)
    numbers = [number for number, _ in seen]
    assert len(numbers) >= 2
    assert numbers == sorted(numbers)
    assert numbers[-1] < 20
    # what was shown early is what is there in the end
    assert np.array_equal(seen[0][1], whole.data.water_depth.values[: numbers[0]])


@pytest.mark.parametrize("name", ["flood", "epidemic", "tailings"])
def test_the_error_of_the_balance_is_the_largest_of_all_members_whoever_is_first(name, tmp_path):
    model = HAZARDS[name]()
    site, forcing, until = model.example()
    wanted = Request(
        model, site, forcing, min(until, 30 * 86_400.0) / 3.0, members=5, fidelity="preview", seed=3
    )
    alone = [wanted.member(number).attrs["balance_error"] for number in range(5)]
    results = []
    for workers in (1, 4):
        with ThreadPoolExecutor(workers) as pool:
            results.append(run(wanted, executor=pool).data)
    results.append(run(wanted, folder=tmp_path / "kept").data.load())
    results.append(run(wanted, folder=tmp_path / "kept").data.load())
    assert all(results[0].identical(other) for other in results[1:])
    assert abs(results[0].attrs["balance_error"]) == max(map(abs, alone))
