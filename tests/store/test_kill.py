"""``kill -9`` at any moment of an import loses nothing that was acknowledged, and doubles nothing."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from watchfloor.store import Store

WRITER = Path(__file__).with_name("writer.py")
BATCH = 20


def kill_rounds(path: Path | str, rounds: int, seed: int) -> None:
    """Kill a writer at random moments, on the same file, and prove that the store is whole."""
    dice = random.Random(seed)
    acknowledged: set[tuple[int, int]] = set()
    with subprocess.Popen(
        [sys.executable, str(WRITER), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(rounds):
            process.stdin.write(f"{number}\n")
            process.stdin.flush()
            word, child = process.stdout.readline().split()
            assert word == "P"
            if number % 5:  # else it dies while it opens the store, or soon after
                _, writer, batch = process.stdout.readline().split()
                acknowledged.add((int(writer), int(batch)))
            time.sleep(dice.uniform(0.0, 0.1))
            os.kill(int(child), signal.SIGKILL)
            while (line := process.stdout.readline()) != "E\n":
                _, writer, batch = line.split()
                acknowledged.add((int(writer), int(batch)))
        process.stdin.close()
        assert process.wait(10) == 0
    assert len(acknowledged) >= rounds * 4 // 5
    prove(path, acknowledged)


def prove(path: Path | str, acknowledged: set[tuple[int, int]]) -> None:
    with Store.open(path, create=False) as store:
        found = Counter((item.source, item.key) for item in store.records(latest=False))
        assert set(found.values()) == {1}, "nothing is doubled"
        lost = [
            (number, batch, at)
            for number, batch in acknowledged
            for at in range(BATCH)
            if (f"cap:{number}", f"{batch}-{at}") not in found
        ]
        assert lost == []
        acts = Counter(entry.subject for entry in store.journal.entries())
        assert {f"{number}/{batch}" for number, batch in acknowledged} <= set(acts)
        assert set(acts.values()) == {1}
        seen = store.observations().groupby("series")["value"].apply(set)
        assert all(float(batch) in seen[f"s{number}"] for number, batch in acknowledged)
        assert store.journal.verify().ok
        assert store.check() == []
        changes = store.changes(0, limit=10_000_000)
        assert [item.cursor for item in changes] == list(range(1, len(changes) + 1)), (
            "a reader misses nothing"
        )


def test_many_kills_lose_and_double_nothing(address):
    kill_rounds(address, 25, seed=20260601)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_thousand_kills_lose_and_double_nothing(address):
    kill_rounds(address, 1000, seed=7)


def test_three_processes_write_at_once_and_a_reader_misses_nothing(address):
    started = [
        subprocess.Popen(
            [sys.executable, str(WRITER), str(address)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    children = []
    acknowledged = set()
    for number, process in enumerate(started):
        process.stdin.write(f"{number}\n")
        process.stdin.flush()
        children.append(int(process.stdout.readline().split()[1]))
    with Store.open(address) as store:
        cursor, seen = 0, Counter()
        for process in started * 10:
            _, writer, batch = process.stdout.readline().split()
            acknowledged.add((int(writer), int(batch)))
            cursor = follow(store, cursor, seen)
        for child, process in zip(children, started, strict=True):
            os.kill(child, signal.SIGKILL)
            out, _ = process.communicate(timeout=10)
            acknowledged |= {
                tuple(map(int, line.split()[1:])) for line in out.splitlines() if line.startswith("A")
            }
        follow(store, cursor, seen)
        assert seen["record"] == store.count() >= 30 * BATCH
        assert seen["journal"] == store.journal.head().seq
        assert seen["observation"] == len(store.observations(latest=False))
    prove(address, acknowledged)


def follow(store, cursor, seen):
    """Read what is new after a cursor, as a page does; a change that came later under a lower number would be missed."""
    for item in store.changes(cursor, limit=100_000):
        assert item.cursor == cursor + 1
        cursor = item.cursor
        seen[item.table] += item.count
    return cursor
