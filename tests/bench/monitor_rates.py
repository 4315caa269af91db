"""How fast are 1,000 stations x 1 year x 10 minutes? Cube, drawing, and rules, on one machine, in one run.

Values come from a seeded pure function, a month at a time, straight into the cube: what is measured is the cube and the
rules, not the store (`store_rates.py`). CPU seconds of this process; the machine's load is printed beside.
"""

import os
import resource
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import numpy as np

from watchfloor.alarms.documents import read_rule
from watchfloor.alarms.ruleset import Rules
from watchfloor.core.clock import FixedClock, from_micros, parse_time
from watchfloor.store import Series, Store
from watchfloor.store.cube import Cube
from watchfloor.store.cube.layout import Batch

STATIONS = int(os.environ.get("WATCHFLOOR_STATIONS", "1000"))
DAYS = int(os.environ.get("WATCHFLOOR_DAYS", "365"))
STEP = 600_000_000
START = parse_time("2025-01-01T00:00:00Z")
NAMES = [f"bench/{number:04}" for number in range(STATIONS)]
RULES = {
    "level": {"kind": "level", "deadband": "3 %", "on_after": "20 min", "off_after": "2 h"},
    "mean": {"kind": "level", "of": "mean", "over": "3 h"},
    "rate": {
        "kind": "rate",
        "over": "1 h",
        "limits": {"orange": 0.9, "red": 1.6},
        "units": "m",
        "off_after": "1 h",
    },
    "persistence": {"kind": "persistence", "over": "1 h", "share": 0.8},
    "samples": {"kind": "n_of_m", "n": 3, "m": 6},
    "stations": {"kind": "n_of_m", "of": "stations", "n": 5, "by": "basin", "deadband": "10 %"},
    "neighbours": {"kind": "neighbours", "radius_km": 30, "least": 2, "deadband": "10 %"},
    "forecast": {"kind": "forecast", "within": "3 h", "over": "2 h", "probability": 0.7, "levels": ["red"]},
    "silence": {"kind": "silence", "limits": {"yellow": "1 h"}},
    "both": {"kind": "combination", "by": "basin", "when": {"all": ["level", "rate"]}},
}


def values(first: int, count: int) -> np.ndarray:
    """Return float32[STATIONS, count] from step `first` on: a season, a day, floods, noise and gaps."""
    steps = np.arange(first, first + count)
    station = np.arange(STATIONS)[:, None]
    noise = ((steps * 2654435761 + station * 40503) % 1009).astype(np.float32) / 1009
    flood = np.maximum(0, np.sin((steps + station * 331) / 700.0)) ** 24
    out = (1 + 0.3 * np.sin(steps / 8366.0) + 0.1 * noise + (1.4 + (station % 7) * 0.25) * flood).astype(
        np.float32
    )
    out[(steps * 7919 + station * 104729) % 997 == 0] = np.nan
    return out


class Measure:
    """CPU and wall time of a block, printed."""

    def __init__(self, what: str, times: int = 1) -> None:
        self._what, self._times = what, times

    def __enter__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def __exit__(self, *_: object) -> None:
        cpu, wall = (
            (time.process_time() - self._cpu) / self._times,
            (time.perf_counter() - self._wall) / self._times,
        )
        print(f"{self._what:<66} {cpu * 1e3:10.2f} ms CPU {wall * 1e3:10.2f} ms", flush=True)


def fill(cube: Cube) -> int:
    """Write all values into the cube, a slot's width at a time."""
    first, total = int(START.timestamp()) // 600, DAYS * 144
    code = np.repeat(np.arange(STATIONS), 0)
    for begin in range(0, total, 4096):
        count = min(4096, total - begin)
        part = values(begin, count)
        code = np.repeat(np.arange(STATIONS), count)
        stamps = np.tile((first + begin + np.arange(count, dtype=np.int64)) * STEP, STATIONS)
        value = part.ravel()
        flag = np.where(np.isnan(value), 9, 1).astype(np.uint8)
        cube._layout.put(Batch(NAMES, code, stamps, value, flag), 1)
    return total


def main() -> None:
    print(
        f"{STATIONS} stations, {DAYS} days of 10 minutes; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    end = START + timedelta(days=DAYS)
    rng = np.random.default_rng(11)
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(Path(folder) / "s.sqlite", clock=FixedClock(end)) as store,
    ):
        store.describe(
            Series(
                name, name, "water_level", "m", float(rng.uniform(-2, 2)), float(rng.uniform(-2, 2)), "flood",
                {"interval_s": 600, "basin": f"b{number % 20}", "thresholds": {"yellow": 1.9, "orange": 2.4, "red": 2.9}},
            )
            for number, name in enumerate(NAMES)
        )  # fmt: skip
        cube = Cube.of(store)
        cube.catch_up()
        with Measure("the cube is written"):
            total = fill(cube)
        print(f"{STATIONS * total / 1e6:.1f} million values; peak memory {_memory():.2f} GB")
        measure_drawing(cube, end)
        measure_rules(cube, end)
        cube._layout.moved = True
        cube._write()
        with Measure("the cube is closed (all on the disk)"):
            cube.close()
        again = Cube.of(store)
        with Measure("the cube is opened again"):
            again.catch_up()
        assert len(again.window(NAMES[7]).time) == total
        again.close()
    print(f"peak memory {_memory():.2f} GB, load {os.getloadavg()[0]:.1f}")


def measure_drawing(cube: Cube, end: object) -> None:
    cube.decimate(NAMES[0], None, None, 1200)
    with Measure("one station's year", 100):
        for name in NAMES[:100]:
            cube.window(name)
    with Measure("one station's year, decimated to 1,200 columns", 100):
        for name in NAMES[:100]:
            cube.decimate(name, None, None, 1200)
    cube.sparklines(NAMES[:2], START, START + timedelta(days=1), 4)
    with Measure("latest of all", 10):
        for _ in range(10):
            cube.latest()
    with Measure("sparklines of all, one year, 120 columns", 5):
        for _ in range(5):
            cube.sparklines(NAMES, START, START + timedelta(days=DAYS), 120)
    with Measure("sparklines of all, one day, 120 columns", 5):
        for _ in range(5):
            cube.sparklines(NAMES, START + timedelta(days=DAYS - 1), START + timedelta(days=DAYS), 120)
    ten = Cube(cube._store)
    ten._describe(None)
    steps = np.arange(10 * 365 * 144, dtype=np.int64)
    wave = np.sin(steps / 999).astype(np.float32)
    ten._layout.put(
        Batch(
            ["bench/0000"], np.zeros(len(steps), np.int64), steps * STEP, wave, np.ones(len(steps), np.uint8)
        ),
        1,
    )
    with Measure("ten years of one station, decimated to 1,200 columns", 20):
        for _ in range(20):
            ten.decimate("bench/0000", None, None, 1200)
    ten.close()


def measure_rules(cube: Cube, end: object) -> None:
    rules = Rules(
        [
            read_rule(name, {"title": name, "series": {"name": "bench/*"}, **data})
            for name, data in RULES.items()
        ]
    )
    at = START + timedelta(days=DAYS) - timedelta(days=2)
    warm = Rules(list(rules.rules.values()))
    warm.evaluate(cube, START + timedelta(hours=6))
    with Measure(f"{len(RULES)} rules begin: 40 days of all stations"):
        found = rules.evaluate(cube, at)
    print(f"  {sum(verdict.fires for verdict in found)} verdicts fire, {len(found)} are spoken of")
    with Measure(f"{len(RULES)} rules, one step of all stations", 144):
        for step in range(1, 145):
            rules.evaluate(cube, at + timedelta(minutes=10 * step))
    late = {name: int((at + timedelta(hours=20)).timestamp() * 1e6) for name in NAMES}
    cube._touched.add(late)
    with Measure(f"{len(RULES)} rules after every station's last hours were corrected"):
        rules.evaluate(cube, at + timedelta(days=1))
    for name in ("level", "rate"):
        with Measure(f"trial of {name!r} on a year"):
            trial = rules.trial(name, START, from_micros(int(at.timestamp() * 1e6)), cube)
        print(f"  {trial}")
    day = Rules(list(rules.rules.values()))
    with Measure(f"{len(RULES)} rules, a day again by new rules"):
        day.evaluate(cube, at + timedelta(days=1))


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
