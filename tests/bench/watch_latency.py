"""How long from a commit of measured values to the alarm's record, at 1,000 messages a second, on one core.

First in processor time, commit by commit, which does not depend on what else the machine does; then by the clock, with
writer and watch as two threads.

``python tests/bench/watch_latency.py [--rate 1000] [--seconds 20] [--series 1000]``: writer and watch share one core;
every few seconds one series jumps over its limit, and the time until the record of its alarm is stored is taken.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

import watchfloor
from watchfloor.alarms import Life, Verdict, Watch
from watchfloor.alarms.documents import read_rule
from watchfloor.alarms.policy import read_policy
from watchfloor.alarms.ruleset import Rules
from watchfloor.core.clock import monotonic
from watchfloor.core.scales import WarningColour
from watchfloor.store import Observation, Series, Store
from watchfloor.store.cube import Cube

LIMIT, CALM, HIGH = 10.0, 5.0, 12.0


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--commit", type=float, default=0.1, help="seconds between two commits")
    chosen = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        steps(Path(folder), chosen)
        latency(Path(folder), chosen)
        many(Path(folder))


def floor_of(store: Store, count: int) -> tuple[list[str], Rules]:
    """Describe series with a limit, and return their names and the rule over them."""
    attrs = {"interval_s": 1, "thresholds": {"orange": LIMIT}}
    names = [f"s{n:04d}" for n in range(count)]
    store.describe(
        [
            Series(name, name, "", "m", 100 + n % 50 / 10, 30 + n // 50 / 10, "flood", attrs)
            for n, name in enumerate(names)
        ]
    )
    rule = read_rule(
        "above", {"kind": "level", "title": "Above", "series": {"name": "s*"}, "on_after": "0 s"}
    )
    return names, Rules([rule])


def steps(folder: Path, chosen: argparse.Namespace) -> None:
    """Commit a part of the messages, step, and take the processor time of the step, again and again."""
    store = Store.open(folder / "steps.sqlite")
    names, rules = floor_of(store, chosen.series)
    each = max(1, int(chosen.rate * chosen.commit))
    with watchfloor.open("world", store=store) as floor:
        watch = Watch(floor, rules=rules, life=Life(floor, read_policy(None)), notify=None)
        high: set[str] = set()
        base = floor.now().replace(microsecond=0) - timedelta(minutes=5)
        store.observe(
            [Observation(name, base - timedelta(seconds=n), CALM) for name in names for n in range(1, 30)]
        )
        watch.step()
        taken, writing, raised = [], 0.0, 0
        for number in range(120):
            part = [names[(number * each + n) % len(names)] for n in range(each)]
            if number % 5 == 0:
                high.add(part[number % each])
            start = time.process_time()
            when = base + timedelta(seconds=number * each // len(names))
            store.observe([Observation(name, when, HIGH if name in high else CALM) for name in part])
            before = time.process_time()
            step = watch.step()
            raised += len(step.alarms)
            if number >= 20:  # compiled by then
                writing += before - start
                taken.append(time.process_time() - before)
            time.sleep(0.02)
        ordered = sorted(taken)
        print(
            f"a step after each commit of {each} messages: median {statistics.median(taken) * 1000:.0f} ms CPU, p95"
            f" {ordered[int(0.95 * len(ordered))] * 1000:.0f} ms, worst {ordered[-1] * 1000:.0f} ms; {raised} alarms of {len(high)};"
            f" a second of messages costs {(sum(taken) + writing) / len(taken) / chosen.commit:.0%} of a core"
        )
        watch.close()
        Cube.of(store).close()
    store.close()


def latency(folder: Path, chosen: argparse.Namespace) -> None:
    """Write at a rate while a watch runs; take the time from each jump to its alarm."""
    store = Store.open(folder / "latency.sqlite")
    names, rules = floor_of(store, chosen.series)
    with watchfloor.open("world", store=store) as floor:
        begun = floor.now().replace(microsecond=0) - timedelta(minutes=5)
        store.observe(
            [Observation(name, begun - timedelta(seconds=n), CALM) for name in names for n in range(1, 60)]
        )
        life = Life(floor, read_policy(None))
        watch = Watch(floor, rules=rules, life=life, notify=None)
        watch.step()
        stop, found = threading.Event(), []
        thread = threading.Thread(target=watch.run, args=(stop,), kwargs={"prepared": True})
        thread.start()
        each = max(1, int(chosen.rate * chosen.commit))
        began, cpu, at, sent = monotonic(), time.process_time(), 0, 0
        jumped: dict[str, float] = {}
        seen: set[str] = set()
        cursor = store.cursor()
        while monotonic() - began < chosen.seconds:
            now = begun + timedelta(seconds=at // len(names))
            part = [names[(at + n) % len(names)] for n in range(each)]
            at += each
            jump = (
                next((name for name in part if name not in jumped), None)
                if len(jumped) < (monotonic() - began) * 2
                else None
            )
            store.observe(
                [Observation(name, now, HIGH if name in jumped or name == jump else CALM) for name in part]
            )
            sent += each
            if jump is not None:
                jumped[jump] = monotonic()
            deadline = began + sent / chosen.rate
            while monotonic() < deadline:
                for change in store.changes(cursor):
                    cursor = change.cursor
                    if change.kind == "alarm" and change.revision == "000001" and change.key not in seen:
                        seen.add(change.key)
                        found.append(monotonic() - jumped[life.alarm(change.key).key[1]])
                time.sleep(0.005)
        spent = time.process_time() - cpu
        lasted = monotonic() - began
        stop.set()
        thread.join()
        watch.close()
        print(
            f"{sent / lasted:,.0f} messages/s of {chosen.rate:,} wanted, CPU {spent / lasted:.0%} of one core, trouble {watch.trouble}"
        )
        ordered = sorted(found)
        print(
            f"commit -> alarm record: {len(found)} of {len(jumped)} alarms, median {statistics.median(found) * 1000:.0f} ms,"
            f" p95 {ordered[int(0.95 * len(ordered))] * 1000:.0f} ms, worst {ordered[-1] * 1000:.0f} ms"
        )
        Cube.of(store).close()
    store.close()


def many(folder: Path) -> None:
    """Raise 10,000 alarms in one step, change them all, and list them."""
    store = Store.open(folder / "many.sqlite")
    store.describe([Series(f"s{n}", lon=100 + n % 100 / 10, lat=30 + n // 100 / 20) for n in range(10_000)])
    with watchfloor.open("world", store=store) as floor:
        life = Life(floor, read_policy(None))
        now = floor.now()
        colours = (WarningColour.YELLOW, WarningColour.RED)
        for what, level in (("raised", 1), ("worsened", 2)):
            verdicts = [
                Verdict("r", "1", f"s{n}", (f"s{n}",), now, level, colour=colours[level - 1], hazard="flood", title=f"High at s{n}",
                        value=12.0, limit=10.0, samples=((f"s{n}", now),), why="12 m is above 10 m.")
                for n in range(10_000)
            ]  # fmt: skip
            start = time.process_time()
            made = life.take(verdicts, now)
            print(
                f"{len(made):,} alarms {what} in one step: {time.process_time() - start:.2f} s CPU, {len(life.groups())} events"
            )
        for _ in range(2):
            start = time.process_time()
            found = life.alarms()
            print(f"list of {len(found):,} open alarms: {(time.process_time() - start) * 1000:.0f} ms CPU")
        start = time.process_time()
        print(
            f"read anew from the store: {len(Life(floor, life.policy).alarms()):,} in {time.process_time() - start:.2f} s CPU"
        )
        start = time.process_time()
        life.alarms(floor.now())
        print(f"as of a time: {time.process_time() - start:.2f} s CPU")
    store.close()


if __name__ == "__main__":
    main()
