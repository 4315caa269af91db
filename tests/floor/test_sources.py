"""Where a floor's news comes from: its story continues, its addresses stay off until they are allowed."""

import threading
import time
from datetime import timedelta

import pytest

import watchfloor
from watchfloor.core.clock import FixedClock
from watchfloor.core.errors import SettingsError, StoreError
from watchfloor.floor.sources import LEAD
from watchfloor.store import Store

HOUR = timedelta(hours=1)


def test_the_storys_past_is_known_at_the_times_at_which_it_was_told(make, clock):
    with watchfloor.open("small", settings=make(), clock=clock) as floor:
        assert floor.prepare() == 42
        anchor = clock.now() - LEAD
        told = floor.store.records("incident")
        assert [(item.title, item.known, item.status) for item in told] == [
            ("Wall gave way", anchor + HOUR, floor.status)
        ]
        rows = floor.store.observations("g/1")
        assert rows["value"].tolist() == [float(hour) for hour in range(41)]
        assert (rows["known"] - rows["time"]).max() <= timedelta(minutes=1)
        assert floor.store.latest(as_of=anchor + 10.5 * HOUR)["value"].tolist() == [10.0]
        assert floor.store.records(as_of=anchor + HOUR / 2) == []
        assert floor.store.check() == []


def test_preparing_again_adds_only_what_fell_due(make, clock):
    settings = make()
    with watchfloor.open("small", settings=settings, clock=clock) as floor:
        floor.prepare()
        cursor = floor.store.cursor()
        assert floor.prepare() == 0
        assert floor.store.cursor() == cursor
        clock.move(2 * HOUR)
        assert floor.prepare() == 2
    clock.move(3 * HOUR)
    with watchfloor.open("small", settings=settings, clock=clock) as floor:
        assert floor.prepare() == 3, "after a restart the story goes on where it was"
        assert floor.store.observations("g/1")["value"].tolist() == [float(hour) for hour in range(46)]


def test_the_start_of_the_story_stays_when_the_floor_is_opened_later(make, clock):
    settings = make()
    with watchfloor.open("small", settings=settings, clock=clock) as floor:
        anchor = floor.sources.edges[0].anchor
    clock.move(5 * HOUR)
    with watchfloor.open("small", settings=settings, clock=clock) as floor:
        assert floor.sources.edges[0].anchor == anchor
        assert anchor == clock.now() - 5 * HOUR - LEAD


def test_a_failure_while_preparing_leaves_nothing_and_the_next_try_publishes_all(make, clock, monkeypatch):
    with watchfloor.open("small", settings=make(), clock=clock) as floor:
        observe, calls = floor.store.observe, []

        def failing(*args, **kwargs):
            calls.append(1)
            if len(calls) == 20:
                raise StoreError("The disk is full.")
            return observe(*args, **kwargs)

        monkeypatch.setattr(floor.store, "observe", failing)
        with pytest.raises(StoreError, match="full"):
            floor.prepare()
        assert floor.store.cursor() == 0
        assert floor.prepare() == 42
        assert floor.store.check() == []


def test_two_processes_that_prepare_at_once_publish_it_once(make, clock):
    settings = make()
    with (
        watchfloor.open("small", settings=settings, clock=clock) as one,
        watchfloor.open("small", settings=settings, clock=clock) as two,
    ):
        found: list[int] = []
        threads = [
            threading.Thread(target=lambda floor=floor: found.append(floor.prepare())) for floor in (one, two)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found) == [0, 42]
        assert one.store.check() == []


def test_a_floor_without_a_story_has_nothing_to_prepare(clock, tmp_path):
    with Store.open(":memory:", clock=clock) as store, watchfloor.open("world", store=store) as floor:
        assert floor.prepare() == 0
        assert store.cursor() == 0


def test_an_address_is_off_until_its_host_is_allowed(make, tmp_path):
    with Store.open(":memory:") as store:
        off = watchfloor.open("small", settings=make(), store=store)
        (reason,) = off.feeds_off()
        assert 'hosts = ["quakes.example.org"]' in reason
        assert [plan.source for plan in off.sources.plans()] == ["drop", "inbox"]
        on = watchfloor.open("small", settings=make(hosts=["Quakes.example.org"]), store=store)
        assert on.feeds_off() == []
        quakes, drop, inbox = on.sources.plans()
        assert (quakes.url, quakes.cadence, quakes.late_after) == (
            "https://quakes.example.org/all.geojson",
            timedelta(minutes=1),
            timedelta(minutes=5),
        )
        assert drop.inbox == tmp_path / "roots" / "small" / "drop"
        assert inbox.inbox == tmp_path / "var" / "small" / "inbox"
        own = watchfloor.open("small", settings=make(inbox=tmp_path / "mine"), store=store)
        assert own.sources.plans()[-1].inbox == tmp_path / "mine"


def test_a_certificate_that_cannot_be_read_is_named(make, tmp_path):
    (tmp_path / "a.pem").write_bytes(b"PEM")
    with Store.open(":memory:") as store:
        good = watchfloor.open("small", settings=make(trust=[tmp_path / "a.pem"]), store=store)
        assert good.sources.trust == (b"PEM",)
        bad = watchfloor.open("small", settings=make(trust=[tmp_path / "none.pem"]), store=store)
        with pytest.raises(SettingsError, match=r"none\.pem"):
            _ = bad.sources.trust


def test_collecting_goes_on_with_the_story_and_stops_when_told(make, clock: FixedClock):
    stop = threading.Event()
    with watchfloor.open("small", settings=make(), clock=clock) as floor:
        thread = threading.Thread(target=floor.collect, args=(stop,))
        thread.start()
        deadline = time.monotonic() + 20  # noqa: TID251  a test's own patience
        while floor.store.cursor() == 0 and time.monotonic() < deadline:  # noqa: TID251
            time.sleep(0.02)
        clock.move(HOUR)
        while len(floor.store.observations("g/1")) < 42 and time.monotonic() < deadline:  # noqa: TID251
            time.sleep(0.02)
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
        assert len(floor.store.observations("g/1")) == 42
