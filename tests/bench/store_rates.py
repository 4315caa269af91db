"""Measure the store on both databases: rows a second in, milliseconds for the questions a screen asks, and the archive.

Every write is on the disk when it counts (SQLite: WAL with synchronous=FULL; PostgreSQL: synchronous_commit=on, fsync
on), and idempotent. The machine's load is stated: rates by the wall clock are those of what the others leave; rates by
processor seconds count this process only, not a server's. ``store_rates.py quick`` measures observations alone.
"""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd

from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.scales import Severity
from watchfloor.store import Observation, Record, Store, frames

START = parse_time("2026-01-01T00:00:00Z")
HOUR = timedelta(hours=1)
ROW = "{:<58}{:>34}"


def main() -> None:
    """Run every measurement on each kind of database, in a fresh folder."""
    show("processors", f"{os.cpu_count()}")
    with tempfile.TemporaryDirectory() as folder:
        run("SQLite", Path(folder) / "store.sqlite", Path(folder) / "one")
        if server := postgres():
            try:
                run("PostgreSQL", server.url(), Path(folder) / "two")
            finally:
                server.close()
        else:
            show("PostgreSQL", "not here, not measured")


def run(kind: str, address: str | Path, folder: Path) -> None:
    """Measure one kind of database."""
    clock = FixedClock(START)
    print()
    show(kind, f"load {os.getloadavg()[0]:.1f} before")
    with Store.open(address, clock=clock, archive=folder) as store:
        if "quick" not in sys.argv[1:]:
            measure(store, clock)
        intake(store, clock)
        archived(store, clock)
    show(kind, f"load {os.getloadavg()[0]:.1f} after")


def postgres() -> Any:
    """Start a server of our own; None where there are no programs for it."""
    path = Path(__file__).parents[1] / "store" / "postgres.py"
    spec = importlib.util.spec_from_file_location("watchfloor_tests_postgres", path)
    if spec is None or spec.loader is None:
        return None
    kit = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(kit)
    programs = kit.programs()
    return kit.Server(programs) if programs else None


def intake(store: Store, clock: FixedClock) -> None:
    """Observations in: the promise is 50,000 a second in a file and 30,000 on a server."""
    clock.move(START + 8000 * HOUR)
    for size in (1_000, 10_000, 50_000):
        ticks = pd.date_range("2024-01-01", periods=size, freq="10min", tz="UTC").astype(
            "datetime64[us, UTC]"
        )
        tables = [
            pd.DataFrame({"series": f"in/{size}/{at}", "time": ticks, "value": walk(size, at), "flag": 0})
            for at in range(max(3, 100_000 // size))
        ]
        began = now_both()
        stored = sum(store.observe(table).stored for table in tables)
        show(f"observations in, durable, batches of {size:,}", rate(stored, began))
    began = now_both()
    again = store.observe(tables[0])
    assert (again.stored, again.duplicates) == (0, size)
    show(f"the same {size:,} again: duplicates", rate(size, began))
    names = [f"wide/{at}" for at in range(1000)]
    tables = [
        pd.DataFrame({"series": names, "time": tick, "value": 1.0, "flag": 0})
        for tick in pd.date_range("2025-01-01", periods=50, freq="10min", tz="UTC").as_unit("us")
    ]
    began = now_both()
    stored = sum(store.observe(table).stored for table in tables)
    show("observations in, one of each of 1,000 series a batch", rate(stored, began))
    began = now_both()
    for at in range(200):
        store.observe([Observation("one", START + timedelta(seconds=at), 1.0)])
    show("observations in, one a commit", rate(200, began))
    marks = pd.DataFrame({"series": "in/1000/0", "time": ticks[:1000], "checks": 4, "flag": 2})
    began = now_both()
    store.mark(marks)
    show("marks in, a batch of 1,000", rate(1000, began))
    show("marks of one series", ask(lambda: store.marks("in/1000/0")))


def walk(size: int, seed: int) -> Any:
    """Return values as a gauge has them: near the last one, in steps of a millimetre."""
    return np.round(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, size)), 3)


def archived(store: Store, clock: FixedClock) -> None:
    """The same questions before and after all is in the archive."""
    year = "in/50000/0"
    clock.move(START + 9000 * HOUR)
    begin = pd.Timestamp("2024-06-01", tz="UTC").to_pydatetime()
    questions = {
        "one series' year": lambda: store.observations(year),
        "one series' day": lambda: store.observations(year, begin, begin + 24 * HOUR),
        "latest of all": store.latest,
    }
    for name, question in questions.items():
        show(f"{name}, from the table", ask(question))
    began = now_both()
    moved = store.archive(START + 8000 * HOUR, actor="bench")
    show(
        f"moved to the archive ({moved.files} files, {moved.size / max(moved.rows, 1):.1f} bytes a row)",
        rate(moved.rows, began),
    )
    for name, question in questions.items():
        show(f"{name}, from the archive", ask(question))
    late = pd.DataFrame(
        {
            "series": year,
            "time": pd.date_range(begin, periods=1000, freq="10min").as_unit("us"),
            "value": -1.0,
        }
    )
    began = now_both()
    store.observe(late)
    show("late corrections of archived values, a batch of 1,000", rate(1000, began))
    show("check, files hashed", ask(store.check, times=1))


def measure(store: Store, clock: FixedClock) -> None:
    """Fill a store and ask it."""
    batches = [[record(batch * 1000 + at) for at in range(1000)] for batch in range(100)]
    began = now_both()
    for batch in batches:
        clock.move(timedelta(minutes=10))
        store.append(batch)
    show("records in, batches of 1,000 (polygon, 2 kB body)", rate(100_000, began))
    began = now_both()
    store.append(batches[0])
    show("duplicates of records", rate(1000, began))
    began = now_both()
    for at in range(200):
        store.append([record(200_000 + at)])
    show("records in, one a commit", rate(200, began))
    now = clock.now()
    active = len(store.records("alert", valid_at=now))
    show(f"records in force of 100,000 ({active})", ask(lambda: store.records("alert", valid_at=now)))
    show("the same as a GeoDataFrame", ask(lambda: store.frame("alert", valid_at=now)))
    show("the same through records", ask(lambda: frames.frame(store.records("alert", valid_at=now))))
    show(
        "the same as of the middle",
        ask(lambda: store.records("alert", valid_at=now - 8 * HOUR, as_of=now - 8 * HOUR)),
    )
    show("in force, any kind, in a box", ask(lambda: store.records(valid_at=now, bbox=(10, 10, 30, 30))))
    show("latest 200 of 100,000", ask(lambda: store.records("alert", limit=200)))
    show("one history", ask(lambda: store.history("alert", "cap:bench", "key-500")))
    show("cursor", ask(store.cursor))
    cursor = store.cursor()
    show("changes, the last 100", ask(lambda: store.changes(cursor - 100)))

    names = [f"bench/{at:04}" for at in range(1000)]
    table = [
        Observation(name, now + timedelta(minutes=minute), float(minute % 97))
        for minute in range(100)
        for name in names
    ]
    began = now_both()
    for at in range(0, len(table), 1000):
        store.observe(table[at : at + 1000], known=now + timedelta(minutes=at // 1000))
    show("observations in, batches of 1,000", rate(100_000, began))
    ticks = pd.date_range("2025-01-01", periods=52_000, freq="10min", tz="UTC").astype("datetime64[us, UTC]")
    began = now_both()
    for name in names[:20]:
        store.observe(pd.DataFrame({"series": name, "time": ticks, "value": np.arange(52_000.0), "flag": 0}))
    show("observations in, tables of 52,000", rate(20 * 52_000, began))
    began = now_both()
    store.observe(table[:1000])
    show("duplicates of observations", rate(1000, began))
    show("latest of 1,000 series", ask(store.latest))
    show("latest of 1,000 series, as of the start", ask(lambda: store.latest(now + timedelta(minutes=1))))
    show("sensors as a GeoDataFrame", ask(lambda: frames.sensors(store)))
    show("one series' year (52,100 values)", ask(lambda: store.observations(names[0])))
    show("one series' day of that", ask(lambda: store.observations(names[0], now, now + 24 * HOUR)))
    show("150 series' last hour", ask(lambda: store.observations(names[:150], now, now + HOUR)))
    began = now_both()
    for at in range(200):
        store.journal.write("bench", "note", str(at), {"text": "a" * 200})
    show("journal entries, one a commit", rate(200, began))
    show("journal verified (200 entries)", ask(store.journal.verify))
    size = store.path.stat().st_size / 2**20 if store.path else 0
    show("file", f"{size:,.0f} MiB")
    show("check", ask(store.check, times=1))


def record(at: int) -> Record:
    """Return one of many alerts: each key has two revisions, and each holds for an hour."""
    key = at % 1000 // 2 + at // 1000 * 500
    sent = START + timedelta(minutes=10) * (at // 1000 + 1) + timedelta(seconds=at % 2)
    lon, lat = at * 37 % 340 - 170.0, at * 17 % 160 - 80.0
    ring = [[lon + np.cos(a), lat + np.sin(a)] for a in np.linspace(0, 6, 20)]
    return Record(
        "alert", "cap:bench", f"key-{key}", f"{at}", sent, sent, sent + HOUR,
        title=f"Flood warning {key}", severity=list(Severity)[at % 5],
        geometry={"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        body={"description": "Water is rising. " * 100, "infos": [{"language": "en", "parameters": {"a": "b"}}]},
    )  # fmt: skip


def now_both() -> tuple[float, float]:
    """Return wall and processor seconds."""
    return perf_counter(), process_time()


def rate(count: int, began: tuple[float, float]) -> str:
    """Return how many a second, and how many a second of the processor where the machine is shared."""
    wall, own = perf_counter() - began[0], process_time() - began[1]
    return f"{count / wall:,.0f}/s ({count / own:,.0f}/CPU s)"


def ask(question: Callable[[], object], times: int = 7) -> str:
    """Return the median time of a question, and of the processor's part in it."""
    spent, own = [], []
    for _ in range(times):
        began = now_both()
        question()
        spent.append(perf_counter() - began[0])
        own.append(process_time() - began[1])
    return f"{sorted(spent)[times // 2] * 1000:,.1f} ms ({sorted(own)[times // 2] * 1000:,.1f} CPU ms)"


def show(what: str, figure: str) -> None:
    """Print a row."""
    print(ROW.format(what, figure), flush=True)


if __name__ == "__main__":
    main()
