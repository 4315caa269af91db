"""From a source to an alarm through every fault: nothing acknowledged is lost, alarms neither vanish nor double, it is
said what is wrong, and all recovers by itself.

What each part does under its own faults is tested with it: sources and brokers in ``tests/feeds/collect``, stores and
servers in ``tests/store``, processes that are killed in ``test_kill.py``.
"""

import sqlite3
import threading
from contextlib import suppress
from datetime import timedelta

import pytest

import watchfloor
from watchfloor.alarms import Life, Verdict, Watch
from watchfloor.core.clock import FixedClock, format_time, parse_time
from watchfloor.core.errors import StoreError
from watchfloor.core.scales import WarningColour
from watchfloor.feeds.collect import Collector, FeedPlan, Fetched, FetchError, Validators, collector
from watchfloor.store import Store

MINUTE = timedelta(minutes=1)
PLAN = FeedPlan("gauges", "table", url="https://gauges.example/", cadence=MINUTE, late_after=5 * MINUTE)


class Above:
    """Raises where the newest value is above 10."""

    def evaluate(self, cube, at, also=()):
        for name in cube.names():
            window = cube.window(name, None, at + timedelta(microseconds=1)).measured()
            if len(window.time):
                value = float(window.value[-1])
                yield Verdict(
                    "above", "1", name, (name,), at, 2 if value > 10 else 0, value=value, clears=value <= 10, title=name,
                    colour=WarningColour.YELLOW if value > 10 else None, hazard="flood", why=f"{value} m",
                )  # fmt: skip


class Chain:
    """A source, a collector and a watch over one store; `answer` is what the source says next."""

    def __init__(self, store, clock, policy, monkeypatch):
        self.store, self.clock = store, clock
        self.answer = b""
        monkeypatch.setattr(collector, "fetch", self.fetch)
        self.floor = watchfloor.open("world", store=store, clock=clock)
        self.life = Life(self.floor, policy)
        self.begin()

    def begin(self):
        """Start what a process starts, as after a restart."""
        self.collector = Collector(self.store, [PLAN], self.clock)
        self.watch = Watch(self.floor, rules=Above(), life=self.life, notify=None)

    def fetch(self, url, **options):
        answer = self.answer() if callable(self.answer) else self.answer
        if isinstance(answer, Exception):
            raise answer
        return Fetched(url, answer, validators=Validators())

    def says(self, value, ahead=timedelta(0)):
        self.answer = (
            f"series,time,value,units\na/b,{format_time(self.clock.now() + ahead)},{value},m\n".encode()
        )

    def turn(self):
        """Let a minute pass, ask the source, and watch; return what the watch has trouble with."""
        self.clock.move(MINUTE)
        with suppress(FetchError, StoreError):
            self.collector.poll(PLAN)
        return self.watch.step().trouble

    def alarms(self):
        """Return every alarm ever raised, and how many steps each has: numbered without a gap."""
        found = self.life.alarms(open_only=False)
        for alarm in found:
            assert [step.step for step in self.life.timeline(alarm.id)] == list(range(1, alarm.step + 1))
        return [(alarm.title, alarm.standing) for alarm in found]

    def health(self):
        (state,) = [one for one in self.store.feeds() if one.source == "gauges"]
        return state.health(self.clock.now()), state.message


@pytest.fixture
def chain(tmp_path, policy, monkeypatch):
    clock = FixedClock(parse_time("2026-06-01T12:00:00Z"))
    with Store.open(tmp_path / "store.sqlite", clock=clock, wait=timedelta(seconds=0.2)) as store:
        found = Chain(store, clock, policy, monkeypatch)
        found.says(12.0)
        assert found.turn() == {}
        assert found.alarms() == [("a/b", True)]
        yield found
        assert found.store.check() == []


def recovers(chain):
    """The danger passes and comes back: one alarm ends, one more begins, and no other."""
    chain.says(3.0)
    assert chain.turn() == {}
    assert chain.alarms() == [("a/b", False)]
    assert chain.health()[0] == "ok"


def test_feed_down(chain):
    chain.answer = FetchError("It is refused.")
    for _ in range(10):
        assert chain.turn() == {}, "the watch has nothing to do with it"
    assert chain.health() == ("down", "It is refused.")
    assert chain.alarms() == [("a/b", True)], "silence is no calm"
    recovers(chain)


def test_feed_slow(chain):
    """While one source hangs, the watch and everybody else go on, and its age is seen."""
    hang = threading.Event()

    def answer():
        hang.wait(20)
        return FetchError("It took longer than 30 s.")

    chain.answer = answer
    failed = []

    def ask():
        try:
            chain.collector.poll(PLAN)
        except FetchError as error:
            failed.append(str(error))

    asking = threading.Thread(target=ask)
    asking.start()
    for _ in range(10):
        chain.clock.move(MINUTE)
        assert chain.watch.step().trouble == {}
    assert chain.health()[0] in {"late", "down"}
    assert chain.alarms() == [("a/b", True)]
    hang.set()
    asking.join(10)
    assert failed == ["It took longer than 30 s."]
    recovers(chain)


def test_feed_garbage(chain):
    for answer in (b"\x00\x01\x02" * 50, b"<html>Sign in</html>", b"series,time\n", b"{" * 5000):
        chain.answer = answer
        chain.turn()
        assert chain.health()[1]
    assert len(chain.store.quarantined()) >= 3
    assert chain.alarms() == [("a/b", True)]
    recovers(chain)


def test_feed_flapping(chain):
    for turn in range(12):
        if turn % 2:
            chain.answer = FetchError("It is away.")
        else:
            chain.says(12.0 + turn / 100)
        assert chain.turn() == {}
    assert chain.alarms() == [("a/b", True)], "one alarm, however often its source comes and goes"
    recovers(chain)


def test_clock_skew(chain):
    """A source whose clock is hours ahead, and the floor's own that jumps back."""
    chain.says(50.0, ahead=timedelta(hours=3))
    chain.turn()
    assert "Clock skew" in chain.health()[1]
    assert chain.alarms() == [("a/b", True)]
    steps = [(step.step, step.at) for step in chain.life.timeline(chain.life.alarms()[0].id)]
    chain.clock.move(-30 * MINUTE)
    chain.says(13.0)
    assert chain.turn() == {}
    assert chain.alarms() == [("a/b", True)]
    assert [(step.step, step.at) for step in chain.life.timeline(chain.life.alarms()[0].id)][
        : len(steps)
    ] == steps
    chain.clock.move(31 * MINUTE)
    recovers(chain)


def test_disk_full(chain, monkeypatch):
    whole = {name: getattr(Store, name) for name in ("append", "observe", "mark")}

    def full(*args, **more):
        raise StoreError("The disk is full; make room.")

    for name in whole:
        monkeypatch.setattr(Store, name, full)
    chain.says(3.0)
    assert chain.turn() == {}, "what could not be taken in is not news to the watch"
    monkeypatch.setattr(Store, "observe", whole["observe"])
    chain.says(3.0)
    assert "full" in chain.turn()["alarms"]
    assert chain.alarms() == [("a/b", True)]
    for name, method in whole.items():
        monkeypatch.setattr(Store, name, method)
    recovers(chain)


def test_database_locked(chain):
    other = sqlite3.connect(chain.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    chain.says(3.0)
    chain.turn()
    assert chain.alarms() == [("a/b", True)]
    other.execute("ROLLBACK")
    other.close()
    recovers(chain)


@pytest.mark.timeout(300)
def test_database_restarted(server, policy, monkeypatch):
    clock = FixedClock(parse_time("2026-06-01T12:00:00Z"))
    with Store.open(server.url(), clock=clock) as store:
        chain = Chain(store, clock, policy, monkeypatch)
        chain.says(12.0)
        assert chain.turn() == {}
        server.stop()
        chain.says(3.0)
        assert "cannot be reached" in chain.turn()["store"], "it is said what is wrong"
        server.start()
        recovers(chain)


def test_collector_killed(chain):
    """What was begun anew on the same store goes on: it asks again for what it had, and raises nothing twice."""
    for turn in range(5):
        chain.begin()  # the one before did not end, it was gone
        chain.says(12.0 + turn)
        assert chain.turn() == {}
        assert chain.turn() == {}, "the same document again"
        assert chain.alarms() == [("a/b", True)]
    assert len(chain.store.observations("a/b")) == 6
    recovers(chain)
