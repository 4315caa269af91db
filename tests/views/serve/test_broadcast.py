"""The channel: made once and only while somebody listens; the newest wins; nothing is kept; nobody delays another."""

import asyncio
import gc
import sys
import threading
import weakref
from functools import wraps

import pytest
from bokeh.document import Document
from tornado.ioloop import IOLoop

from watchfloor.core.clock import LiveClock, monotonic
from watchfloor.core.errors import InvalidInputError
from watchfloor.security.roles import Capability
from watchfloor.store import Series, Store
from watchfloor.views.serve import broadcast
from watchfloor.views.serve.broadcast import Broadcast
from watchfloor.views.serve.topics import MOST, frame

kit = sys.modules["watchfloor_tests_browser"]


class Ear:
    """A listener that writes down what it is offered."""

    def __init__(self, roles=(Capability.VIEW,)):
        self.heard, self.roles, self.beats, self.page = [], set(roles), 0, f"page {id(self)}"

    def offer(self, name, made):
        assert threading.current_thread() is self.thread
        self.heard.append((name, payload(made)))

    def may(self, need):
        return need in self.roles

    def beat(self):
        self.beats += 1

    def said(self, name="wall"):
        return [text for topic, text in self.heard if topic == name]


def payload(made):
    length = int.from_bytes(made[:2], "little")
    return made[(2 + length + 7) // 8 * 8 :]


def looped(test):
    """Run a coroutine function on a loop, as the server does."""

    @wraps(test)
    def run(*args, **kwargs):
        async def inner():
            Ear.thread = threading.current_thread()
            await test(*args, **kwargs)

        kit.run(inner())

    return run


async def until(true, wait=10.0):
    end = monotonic() + wait
    while not true():
        assert monotonic() < end, "it did not come"
        await asyncio.sleep(0.005)


async def still(seconds=0.05):
    await asyncio.sleep(seconds)


def test_frame_begins_at_a_multiple_of_eight():
    for name in ("a", "abcdef", "abcdefg", "预警"):
        made = frame(name, b"12345678")
        assert len(made) % 8 == 0
        assert payload(made) == b"12345678"
    with pytest.raises(InvalidInputError, match="at most"):
        frame("wall", b"0" * (MOST + 1))
    with pytest.raises(InvalidInputError, match="str"):
        frame("wall", "text")


@looped
async def test_made_while_somebody_listens_only():
    channel, made = Broadcast(), []
    channel.topic("wall", lambda: made.append(1) or b"%d" % len(made))
    channel.changed("wall")
    channel.publish("wall", b"lost")
    await still()
    assert made == []
    first, second = Ear(), Ear()
    channel.join(first)
    channel.join(second)
    assert channel.hear(first, "wall")
    await until(lambda: first.said() == [b"1"])
    assert channel.hear(second, "wall")
    assert second.said() == [b"1"], "the last payload comes at once"
    assert made == [1], "and is not made again for it"
    channel.changed("wall")
    await until(lambda: first.said() == second.said() == [b"1", b"2"])
    channel.part(first)
    channel.changed("wall")
    await until(lambda: second.said() == [b"1", b"2", b"3"])
    assert first.said() == [b"1", b"2"]
    assert channel.hears(second.page, frozenset({"wall"}))
    assert not channel.hears(second.page, frozenset({"wall", "other"}))
    channel.part(second)
    assert not channel.hears(second.page, frozenset({"wall"}))
    assert channel._pages == {}
    channel.changed("wall")
    await still()
    assert len(made) == 3
    assert channel.status().kept == 0
    assert channel.status().listeners == 0
    assert channel._loop is None, "no timer runs for nobody"
    channel.close()


@looped
async def test_equal_payloads_are_sent_once_and_bursts_made_together():
    channel, made, gate, ear = Broadcast(), [], threading.Event(), Ear()

    def make():
        made.append(1)
        gate.wait(5)
        return b"same"

    channel.join(ear)
    channel.hear(ear, "wall")  # listened to before it exists
    channel.topic("wall", make)
    await until(lambda: made)
    for _ in range(50):
        channel.changed("wall")
    gate.set()
    await until(lambda: len(made) == 2)
    await still()
    assert len(made) == 2, "what came while it was made is made once more"
    assert ear.said() == [b"same"]
    channel.close()


@looped
async def test_failing_topic_costs_the_others_nothing(caplog_off):
    channel, ear = Broadcast(), Ear()
    broken = [True]

    def make():
        if broken[0]:
            raise ValueError("no")
        return b"well"

    channel.topic("ill", make)
    channel.topic("wall", lambda: b"fine")
    channel.join(ear)
    channel.hear(ear, "ill")
    channel.hear(ear, "wall")
    await until(lambda: ear.said() == [b"fine"])
    broken[0] = False
    channel.changed("ill")
    await until(lambda: ear.said("ill") == [b"well"])
    channel.close()


@pytest.fixture
def caplog_off(caplog):
    caplog.set_level("CRITICAL")


@looped
async def test_newest_only_from_many_threads():
    channel, ear = Broadcast(), Ear()
    channel.join(ear)
    channel.hear(ear, "wall")

    def shout(start):
        for number in range(500):
            channel.publish("wall", b"%d" % (start + number))

    threads = [threading.Thread(target=shout, args=(start,)) for start in (0, 1000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            await still(0.001)
    channel.publish("wall", b"last")
    await until(lambda: ear.said()[-1:] == [b"last"])
    channel.close()


@looped
async def test_every_and_live(tmp_path):
    with Store.open(tmp_path / "store.sqlite", clock=LiveClock()) as store:
        channel, ear, made = Broadcast.of(store), Ear(), []
        assert Broadcast.of(store) is channel
        channel.topic("wall", lambda: b"%d" % store.cursor(), live=True)
        channel.topic("clock", lambda: made.append(1) or b"%d" % len(made), every=0.01)
        channel.join(ear)
        channel.hear(ear, "wall")
        channel.hear(ear, "clock")
        await until(lambda: len(ear.said("clock")) > 5)
        before = store.cursor()
        store.describe([Series("rain", "rainfall_amount", "mm")])
        await until(lambda: ear.said("wall") and int(ear.said("wall")[-1]) > before)
        channel.leave(ear, "clock")
        await still()
        count = len(made)
        await still(0.1)
        assert len(made) <= count + 1
        assert channel._hub is not None
        channel.leave(ear, "wall")
        assert channel._hub is None, "the store is not watched for nobody"
        channel.close()


@looped
async def test_needs_are_asked_at_each_sending():
    channel, viewer, duty = Broadcast(), Ear(), Ear({Capability.VIEW, Capability.DECIDE})
    number = [0]
    channel.topic("wall", lambda: b"%d" % number[0], needs=Capability.DECIDE)
    channel.join(viewer)
    channel.join(duty)
    assert not channel.hear(viewer, "wall")
    assert channel.hear(duty, "wall")
    await until(lambda: duty.said() == [b"0"])
    duty.roles.discard(Capability.DECIDE)
    number[0] = 1
    channel.changed("wall")
    await still(0.1)
    assert duty.said() == [b"0"]
    assert viewer.heard == []
    # one who waits for a name before it is known to need more hears nothing either
    channel.hear(viewer, "later")
    channel.topic("later", lambda: b"secret", needs=Capability.DECIDE)
    await still(0.1)
    assert viewer.heard == []
    channel.close()


@looped
async def test_bounds(monkeypatch):
    monkeypatch.setattr(broadcast, "LISTENERS", 3)
    monkeypatch.setattr(broadcast, "NAMES", 4)
    monkeypatch.setattr(broadcast, "TOPICS", 6)
    channel = Broadcast()
    ears = [Ear() for _ in range(4)]
    assert [channel.join(ear) for ear in ears] == [True, True, True, False]
    assert [channel.hear(ears[0], f"t{number}") for number in range(5)] == [True] * 4 + [False]
    assert [channel.hear(ears[1], f"u{number}") for number in range(3)] == [True, True, False]
    assert not channel.hear(ears[2], "x" * 201)
    assert not channel.hear(ears[2], "a\nb")
    assert not channel.hear(ears[2], " ")
    assert not channel.hear(ears[3], "t0"), "who has not joined hears nothing"
    with pytest.raises(InvalidInputError, match="topics already"):
        channel.topic("one more", lambda: b"")
    for ear in ears:
        channel.part(ear)
    assert channel.status().topics == 0, "names that were only asked for are forgotten"
    channel.close()


@looped
async def test_topics_go_with_their_pages():
    channel, one, other = Broadcast(), Document(), Document()
    for doc in (one, other):
        channel.topic("wall", lambda: b"1", doc=doc)
    ear = Ear()
    channel.join(ear)
    channel.hear(ear, "wall")
    await until(lambda: ear.said() == [b"1"])
    channel.part(ear)
    for doc in (one, other):
        assert channel.status().topics == 1
        for end in list(doc.session_destroyed_callbacks):
            end(None)
    assert channel.status().topics == 0
    channel.close()


def test_nothing_is_kept_of_pages_listeners_or_stores(tmp_path):
    ends = []

    @looped
    async def use():
        store = Store.open(tmp_path / "store.sqlite", clock=LiveClock())
        channel = Broadcast.of(store)
        channel.topic("wall", lambda: b"%d" % store.cursor(), live=True)  # refers to the store that holds it
        for number in range(200):
            ear, doc = Ear(), Document()
            channel.join(ear)
            channel.topic(f"own {number}", lambda: b"0" * 100_000, doc=doc)
            channel.hear(ear, "wall")
            channel.hear(ear, f"own {number}")
            if number % 50 == 0:
                await until(lambda ear=ear, number=number: ear.said(f"own {number}"))
            channel.part(ear)
            for end in list(doc.session_destroyed_callbacks):
                end(None)
            ends.extend((weakref.ref(ear), weakref.ref(doc)))
        status = channel.status()
        assert (status.listeners, status.topics, status.kept) == (0, 1, 0)
        await still(0.2)
        channel.close()
        store.close()
        ends.extend((weakref.ref(channel), weakref.ref(store)))

    use()
    gc.collect()
    assert sum(end() is not None for end in ends) == 0


@looped
async def test_a_hundred_listeners_share_one_making():
    channel, made = Broadcast(), []
    channel.topic("wall", lambda: made.append(1) or b"%d" % len(made))
    ears = [Ear() for _ in range(100)]
    for ear in ears:
        channel.join(ear)
        channel.hear(ear, "wall")
    await until(lambda: all(ear.said()[-1:] == [b"1"] for ear in ears))
    channel.changed("wall")
    await until(lambda: all(ear.said()[-1:] == [b"2"] for ear in ears))
    assert len(made) == 2
    channel._beat()
    assert {ear.beats for ear in ears} == {1}
    assert IOLoop.current() is channel._loop
    channel.close()
