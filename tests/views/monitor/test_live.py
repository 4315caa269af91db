"""The live wall: one full message, small ones between, the same bytes for all, and nothing while nobody looks."""

import gc
import time
from datetime import timedelta

import numpy as np
import pytest

from watchfloor.core.errors import UnknownNameError
from watchfloor.store.records import Observation
from watchfloor.views.monitor import live as module
from watchfloor.views.monitor import wire
from watchfloor.views.monitor.live import STATIONS, Live, topic

from .conftest import NOW, STEP, make_floor, run, series

KEY = ("6h", 36)


class Ear:
    """One page's end of the channel."""

    page = ""

    def __init__(self):
        self.frames = {}

    def offer(self, name, frame):
        self.frames.setdefault(name, []).append(frame[-(-(2 + len(name)) // 8) * 8 :])

    def may(self, need):
        return True

    def beat(self):
        pass


class Hearer:
    """What a notebook's view is."""

    def __init__(self):
        self.heard = []

    def take(self, stations, full, delta):
        self.heard.append((stations, full, delta))


def until(work, seconds=20):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if found := work():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen")


def test_a_new_value_is_told_within_a_second_with_its_station_only(busy):
    hearer, told = Hearer(), Live.of(busy)
    stop = told.hear(KEY, hearer.take)
    number = wire.decode(until(lambda: hearer.heard)[-1][1])["number"]
    begun = time.perf_counter()
    busy.store.observe([Observation("t/level", NOW, 6.0)], known=NOW)
    small = wire.decode(until(lambda: [delta for _, _, delta in hearer.heard if delta])[0])
    assert time.perf_counter() - begun < 5  # a second on a machine that does nothing else
    assert small["kind"] == "delta"
    assert small["number"] == number
    assert [told.roster().names[row] for row in small["rows"]] == ["t/level"]
    assert small["value"].tolist() == [6.0]
    assert small["level"].tolist() == [5]
    stop()


def test_small_messages_add_up_until_the_next_full_one(busy):
    hearer, told = Hearer(), Live.of(busy)
    stop = told.hear(KEY, hearer.take)
    until(lambda: hearer.heard)
    for name in ("t/level", "t/high", "t/silent"):
        busy.store.observe([Observation(name, NOW, 2.5)], known=NOW)
        until(lambda: hearer.heard[-1][2] and wire.decode(hearer.heard[-1][2])["value"].tolist().count(2.5))
        time.sleep(0.4)
    last = wire.decode(until(lambda: hearer.heard[-1][2]))
    names = {told.roster().names[row] for row in last["rows"]}
    assert names == {"t/level", "t/high", "t/silent"}, "a page that missed the others has them all"
    stop()


def test_a_described_station_brings_a_new_roster_and_a_full_message(busy):
    hearer, told = Hearer(), Live.of(busy)
    stop = told.hear(KEY, hearer.take)
    first = until(lambda: hearer.heard)[-1]
    busy.store.describe([series("t/new", "New")])
    busy.store.observe(run("t/new", [1.0]), known=NOW)
    last = until(lambda: hearer.heard[-1] if hearer.heard[-1][0] != first[0] else None)
    assert b"t/new" in last[0]
    assert wire.decode(last[1])["version"] == told.roster().version
    assert len(wire.decode(last[1])["value"]) == 8
    stop()


def test_the_floor_s_time_going_on_brings_a_full_message(busy, monkeypatch):
    monkeypatch.setattr(module, "FULL_EVERY", 1e9)
    hearer, told = Hearer(), Live.of(busy)
    stop = told.hear(KEY, hearer.take)
    first = wire.decode(until(lambda: hearer.heard)[-1][1])
    busy.clock.move(NOW + STEP * 15)
    last = until(
        lambda: hearer.heard[-1] if wire.decode(hearer.heard[-1][1])["number"] > first["number"] else None
    )
    assert wire.decode(last[1])["edge"] > first["edge"]
    stop()


def test_every_listener_gets_the_same_bytes_and_a_late_one_the_newest(busy):
    told, one, other = Live.of(busy), Ear(), Ear()
    told.offer(KEY)
    channel = told._channel
    # as on a server's loop, where frames are written later; here they are written when they are made
    channel._send = lambda held, frame: (setattr(held, "_frame", frame), [ear.offer(held.name, frame) for ear in held.listeners])  # fmt: skip
    channel._listeners.update({one: set(), other: set()})
    for name in (STATIONS, topic(KEY), topic(KEY) + "/now"):
        channel.hear(one, name)
    full = until(lambda: one.frames.get(topic(KEY)))[-1]
    assert wire.decode(full)["number"] >= 1
    assert until(lambda: one.frames.get(STATIONS))[-1] == told.roster().message
    busy.store.observe([Observation("t/level", NOW, 6.0)], known=NOW)
    small = until(lambda: [data for data in one.frames.get(topic(KEY) + "/now", []) if len(data) > 64])[-1]
    for name in (topic(KEY), topic(KEY) + "/now"):
        channel.hear(other, name)
    assert other.frames[topic(KEY) + "/now"][-1] == small
    assert other.frames[topic(KEY)][-1] == one.frames[topic(KEY)][-1]
    for ear in (one, other):
        channel.part(ear)
    assert not told._wanted()


def test_a_view_that_is_gone_is_called_no_more(busy):
    told = Live.of(busy)
    hearers = [Hearer()]
    told.hear(KEY, hearers[0].take)
    until(lambda: hearers[0].heard)
    assert told._wanted()
    hearers.clear()
    gc.collect()
    until(lambda: not told._wanted())


def test_nothing_runs_when_nobody_looks(busy, monkeypatch):
    monkeypatch.setattr(module, "REST", 0.3)
    hearer, told = Hearer(), Live.of(busy)
    stop = told.hear(KEY, hearer.take)
    until(lambda: hearer.heard)
    stop()
    until(lambda: told._thread is None)
    busy.store.observe([Observation("t/level", NOW, 6.0)], known=NOW)
    assert np.nanmax(told.board(KEY).facts.value) == 99
    again = Hearer()
    stop = told.hear(KEY, again.take)  # it begins again, with what came meanwhile
    assert 6.0 in wire.decode(told.full(KEY))["value"].tolist()
    busy.store.observe([Observation("t/high", NOW, 7.0)], known=NOW)
    small = wire.decode(until(lambda: again.heard and again.heard[-1][2]))
    assert 7.0 in small["value"].tolist()
    stop()


def test_a_store_in_trouble_ends_nothing(busy, monkeypatch):
    monkeypatch.setattr(module, "AGAIN", 0.1)
    hearer, told = Hearer(), Live.of(busy)
    stop = told.hear(KEY, hearer.take)
    until(lambda: hearer.heard)
    held = busy.store.cursor
    monkeypatch.setattr(busy.store, "cursor", lambda: 1 / 0)
    time.sleep(0.6)
    monkeypatch.setattr(busy.store, "cursor", held)
    busy.store.observe([Observation("t/level", NOW, 6.0)], known=NOW)
    until(lambda: [delta for _, _, delta in hearer.heard if delta])
    stop()


def test_a_span_that_is_none_is_refused(busy):
    with pytest.raises(UnknownNameError, match="span"):
        Live.of(busy).full(("2h", 36))


def test_a_very_large_floor_gets_fewer_columns_not_a_message_that_is_too_large(monkeypatch):
    monkeypatch.setattr(module, "_MOST", 3_000)
    made = make_floor()
    made.store.describe([series(f"t/{place:02d}") for place in range(20)])
    told = wire.decode(Live.of(made).full(("6h", 160)))
    assert told["spark"].shape == (20, 18, 2)
    Live.of(made).close()
    made.close()
    made.store.close()


def test_two_floors_have_two_walls(busy):
    other = make_floor("world")
    assert Live.of(other) is not Live.of(busy)
    assert len(Live.of(other).roster()) == 0
    other.close()
    other.store.close()


def test_an_hour_on_the_clock_leaves_no_stale_columns(busy):
    told = Live.of(busy)
    first = told.board(KEY)
    busy.clock.move(NOW + timedelta(hours=6))
    later = told.board(KEY)
    assert later.end - first.end == 6 * 3600 * 1_000_000
    assert np.isnan(later.spark[later.roster.place["t/high"], 5:]).all()
