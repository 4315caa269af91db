"""Measure the store: rows a second in, and milliseconds for the questions a screen asks. Prints a table."""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pandas as pd

from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.scales import Severity
from watchfloor.store import Observation, Record, Store, frames

START = parse_time("2026-01-01T00:00:00Z")
HOUR = timedelta(hours=1)
ROW = "{:<58}{:>34}"


def main() -> None:
    """Run every measurement in a fresh folder."""
    with tempfile.TemporaryDirectory() as folder:
        clock = FixedClock(START)
        with Store.open(Path(folder) / "store.sqlite", clock=clock) as store:
            measure(store, clock)


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
