"""The compiled loops and what stands in for them say the same; a killed process costs nothing."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from watchfloor.store import Store
from watchfloor.store.cube import Cube, kernels
from watchfloor.store.cube.compiled import SlowWarning, compiled


def series(seed, n=3000):
    rng = np.random.default_rng(seed)
    value = rng.normal(size=n).cumsum().astype(np.float32)
    value[rng.random(n) < 0.3] = np.nan
    value[500:900] = np.nan
    return value, rng.choice(np.array([0, 1, 1, 1, 2, 3, 9], np.uint8), n)


@pytest.mark.parametrize("seed", range(5))
def test_columns_are_chosen_alike(seed):
    value, flag = series(seed)
    edges = np.unique(np.r_[0, np.random.default_rng(seed).integers(0, len(value), 90), len(value)]).astype(
        np.int64
    )
    for ours, theirs in zip(
        kernels.columns(value, flag, edges), kernels.columns.plain(value, flag, edges), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("seed", range(3))
def test_extremes_and_summaries_are_alike(seed):
    value, flag = series(seed, 8192)
    edges = np.linspace(0, 8192, 51).astype(np.int64)
    out = np.empty((2, 50, 2), np.float32)
    kernels.extremes(value, flag, edges, out[0])
    kernels.extremes.plain(value, flag, edges, out[1])
    np.testing.assert_array_equal(out[0], out[1])
    values, flags = value.reshape(2, 4096), flag.reshape(2, 4096)
    slots, blocks = np.repeat(np.arange(2), 64), np.tile(np.arange(64), 2)
    low, high = (np.zeros((2, 2, 64), np.float32) for _ in range(2))
    kernels.summarise(values, flags, slots, blocks, low[0], high[0])
    kernels.summarise.plain(values, flags, slots, blocks, low[1], high[1])
    np.testing.assert_array_equal(low[0], low[1])
    np.testing.assert_array_equal(high[0], high[1])
    table = np.array([[0, -1, 1]], np.int32)
    wide = (np.linspace(-100, 3 * 4096 + 50, 60).astype(np.int64) + 7 * 4096)[None, :]
    out = np.empty((3, 1, 59, 2), np.float32)
    for at, (run, summed) in enumerate([(kernels.sparks, 2), (kernels.sparks, 1), (kernels.sparks.plain, 0)]):
        run(values, flags, low[0], high[0], summed, table, 7, np.zeros(1, np.int64), wide, out[at])
    np.testing.assert_array_equal(out[0], out[2])
    np.testing.assert_array_equal(out[1], out[2])


def test_what_cannot_be_compiled_runs_all_the_same():
    @compiled(lambda values: float(values.sum()))
    def odd(values):
        return float(sum({str(value): value for value in values}.values(), start=object()))

    with pytest.warns(SlowWarning, match="odd is not compiled"):
        assert odd(np.ones(3)) == 3.0
    assert odd(np.ones(4)) == 4.0


WRITER = """
import sys
from datetime import timedelta
from watchfloor.core.clock import parse_time
from watchfloor.store import Observation, Series, Store
from watchfloor.store.cube import Cube
start = parse_time("2026-06-01T12:00:00Z")
store = Store.open(sys.argv[1])
names = [f"s{n}" for n in range(20)]
store.describe([Series(name, attrs={"interval_s": 600}) for name in names])
cube = Cube.of(store)
cube.catch_up()
print("ready", flush=True)
at = len(store.observations("s0"))
while True:
    # New slots all the time, a late value, and a series that leaves its cadence.
    rows = [Observation(name, start + timedelta(minutes=10) * (at * 1500), float(at)) for name in names]
    rows.append(Observation(f"n{at}", start + timedelta(seconds=at), 1.0))
    store.observe(rows + [Observation("s1", start + timedelta(minutes=10) * (at * 1500 - 700), float(-at))])
    if at % 3:
        cube.catch_up()
    at += 1
"""


def test_a_cube_whose_process_was_killed_is_right(tmp_path):
    path = tmp_path / "store.sqlite"
    rng = np.random.default_rng(7)
    for round_ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        try:
            writer.wait(0.05 + 0.3 * rng.random())
        except subprocess.TimeoutExpired:
            os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        with Store.open(path) as store:
            cube = Cube.of(store)
            cube.catch_up()
            frame = store.observations()
            assert len(frame) > 20 * round_
            for name, told in frame.groupby("series"):
                window = cube.window(str(name)).measured()
                assert window.time.tolist() == told["time"].dt.as_unit("us").astype("int64").tolist()
                assert window.value.tolist() == told["value"].tolist()
            assert cube._files is not None
            assert cube._files.folder.name == "0"
            cube.close()
