"""Processes that watch a store and are killed at any moment: forked from one that has loaded everything.

``python stepper.py STORE ROUNDS WATCHERS SEED`` prints one JSON object: what was told to be done, and what was found.
"""

import json
import os
import random
import select
import signal
import sys
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import watchfloor
from watchfloor.alarms import Life, Verdict, Watch
from watchfloor.alarms.policy import read_policy
from watchfloor.alarms.transitions import BENEATH, TABLE, State, settle
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.scales import WarningColour
from watchfloor.security.roles import Actor
from watchfloor.store import Observation, Series, Store

NAMES = [f"S{n}" for n in range(6)]
ANNA = Actor("anna", frozenset({"duty"}))
POLICY = read_policy(None).model_copy(update={"delays": {}})


class Above:
    """Raises where the newest value of a series is above 10."""

    def evaluate(self, cube, at, also=()):
        found = []
        for name in NAMES:
            if name not in cube.names():
                continue
            window = cube.window(name)
            time_, value = window.time[-1], float(window.value[-1])
            level = 0 if value <= 10 else 4 if value > 20 else 2
            found.append(
                Verdict(
                    "above", "1", name, (name,), at, level, clears=not level, hazard="flood", title=name, value=value,
                    colour={0: None, 2: WarningColour.YELLOW, 4: WarningColour.RED}[level], why=f"{value} at {time_}",
                )
            )  # fmt: skip
        return found


def work(path: Path, seed: int, out: int) -> None:
    """Measure, watch and act until killed; say what was done after it was done."""
    chance = random.Random(seed)
    store = Store.open(path, wait=timedelta(seconds=5))
    with watchfloor.open("world", store=store) as floor:
        life = Life(floor, POLICY)
        watch = Watch(floor, rules=Above(), life=life, notify=None)
        while True:
            try:
                now = floor.now()
                store.observe(
                    [Observation(name, now, chance.choice([3.0, 3.0, 12.0, 25.0])) for name in NAMES]
                )
                step = watch.step()
                done = [[alarm.id, alarm.step] for alarm in step.alarms]
                for alarm in life.alarms()[:3]:
                    act = chance.choice([life.acknowledge, life.undo, None])
                    if act is not None:
                        made = act(ANNA, alarm.id)
                        done.append([made.id, made.step])
            except InvalidInputError:
                continue
            except WatchfloorError:
                continue
            os.write(out, (json.dumps(done) + "\n").encode())


def main() -> None:
    path, rounds, watchers, seed = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    chance = random.Random(seed)
    with Store.open(path) as store:
        store.describe([Series(name, lon=100.0 + n, lat=30.0) for n, name in enumerate(NAMES)])
        with watchfloor.open("world", store=store):
            pass
    del store
    # All is loaded and compiled once here, so that a child gets to its work at once.
    with watchfloor.open("world", store=Store.open(":memory:")) as floor:
        floor.store.describe([Series(name) for name in NAMES])
        floor.store.observe([Observation(name, floor.now(), 12.0) for name in NAMES])
        Watch(floor, rules=Above(), notify=None).step()
        floor.store.close()
    told: dict[str, int] = {}
    steps = 0
    for number in range(rounds):
        read, write = os.pipe()
        children = []
        for watcher in range(watchers):
            child = os.fork()
            if child == 0:
                os.close(read)
                try:
                    work(path, seed * 1000 + number * 10 + watcher, write)
                finally:
                    os._exit(1)
            children.append(child)
        os.close(write)
        if number % 5:  # else it dies while it opens the store, or soon after
            select.select([read], [], [], 60)
        time.sleep(chance.uniform(0.0, 0.4 if watchers == 1 else 1.5))
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        with os.fdopen(read) as lines:
            for line in lines.read().split("\n")[:-1]:
                steps += 1
                for name, step in json.loads(line):
                    told[name] = max(step, told.get(name, 0))
    print(json.dumps(look(path, told) | {"steps": steps, "told": len(told)}))


def look(path: Path, told: dict[str, int]) -> dict[str, object]:
    """Return what is wrong with what is stored."""
    wrong = []
    with Store.open(path) as store, watchfloor.open("world", store=store) as floor:
        life = Life(floor, POLICY)
        journal = set()
        for entry in store.journal.entries():
            if entry.action == "step":
                journal |= {(name, step) for name, step, _ in entry.detail["steps"]}
            else:
                journal.add((entry.subject.removeprefix("alarm/"), entry.detail["step"]))
        alarms = life.alarms(open_only=False)
        for alarm in alarms:
            line = life.timeline(alarm.id)
            if [one.step for one in line] != list(range(1, len(line) + 1)):
                wrong.append(f"{alarm.id} has steps {[one.step for one in line]}")
            for before, after in pairwise(line):
                then = TABLE[before.state].get(after.event, "never")
                if then not in (BENEATH, after.state) or (
                    before.state is State.CLOSED and after.open and after.event != "undo"
                ):
                    wrong.append(f"{alarm.id}: {before.state} {after.event} {after.state}")
            wrong += [
                f"{one.id} {one.step}: {one.state}" for one in line if settle(one.facts) is not one.state
            ]
            wrong += [
                f"{one.id} {one.step} is not in the journal"
                for one in line
                if (one.id, one.step) not in journal
            ]
            if told.get(alarm.id, 0) > alarm.step:
                wrong.append(f"{alarm.id} was at step {told[alarm.id]}")
        wrong += [f"{name} vanished" for name in set(told) - {alarm.id for alarm in alarms}]
        keys = [alarm.key for alarm in alarms if alarm.open]
        wrong += [f"{key} is open twice" for key in set(keys) if keys.count(key) > 1]
        Watch(floor, rules=Above(), life=life, notify=None).step()
        latest = store.latest()["value"]
        standing = {alarm.key[1] for alarm in life.alarms(open_only=False) if alarm.standing}
        if standing != {name for name in NAMES if latest[name] > 10}:
            wrong.append(f"standing {standing}, measured {latest.to_dict()}")
        wrong += store.check()
        if not store.journal.verify().ok:
            wrong.append("the journal does not verify")
        return {"wrong": wrong, "alarms": len(alarms), "revisions": store.count()}


if __name__ == "__main__":
    main()
