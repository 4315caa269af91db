"""The watch: from measured values to alarms, through faults, restarts, replays and the past."""

import threading
from datetime import timedelta

import pytest

import watchfloor
from watchfloor.alarms import Life, State, Verdict, Watch
from watchfloor.alarms.duty import keep
from watchfloor.core.clock import FixedClock, monotonic, parse_time
from watchfloor.core.errors import StoreError
from watchfloor.core.scales import WarningColour
from watchfloor.core.settings import Settings
from watchfloor.floor.replay import Replay
from watchfloor.store import Observation, Series, Store
from watchfloor.store.cube import Cube
from watchfloor.store.lease import Lease

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Above:
    """Raises where the newest value is above 10."""

    def __init__(self) -> None:
        self.asked = []
        self.broken: Exception | None = None
        self.problems: list[str] = []

    def evaluate(self, cube, at, also=()):
        self.asked.append(at)
        if self.broken is not None:
            raise self.broken
        found = []
        for name in cube.names():
            window = cube.window(name, None, at + timedelta(microseconds=1))
            if not len(window.time):
                continue
            value, fires = float(window.value[-1]), window.value[-1] > 10 and window.flag[-1] < 2
            found.append(
                Verdict(
                    "above", "1", name, (name,), at, 3 if fires else 0, colour=WarningColour.ORANGE if fires else None,
                    value=value, limit=10.0, samples=((name, at),), clears=not fires, hazard="flood", title=f"{name} is high",
                    why=f"{value} is above 10.",
                )
            )  # fmt: skip
        return found


@pytest.fixture
def rules():
    return Above()


@pytest.fixture
def floor(floor):
    """A series of which nothing is known, and one that cannot be 9,999."""
    floor.store.describe(
        [Series("plain", lon=112.0, lat=30.0), Series("spiky", "Gauge", "water_level", "m", 112.1, 30.0)]
    )
    return floor


@pytest.fixture
def watch(floor, rules, policy):
    found = Watch(floor, rules=rules, life=Life(floor, policy), notify=None)
    yield found
    found.close()


def measure(floor, value, name="plain", minute=0):
    floor.store.observe([Observation(name, floor.now() + minute * MINUTE, value)])


def told(floor):
    return {state.source: state for state in floor.store.feeds()}.get("watch")


def test_a_value_becomes_an_alarm_and_goes_again(watch, floor, clock):
    measure(floor, 12.0)
    assert [alarm.title for alarm in watch.step().alarms] == ["plain is high"]
    assert watch.step().alarms == ()
    clock.move(10 * MINUTE)
    measure(floor, 3.0)
    assert [alarm.state for alarm in watch.step().alarms] == [State.RETURNED]
    assert told(floor).health(floor.now()) == "ok"


def test_a_spike_is_judged_before_it_raises_an_alarm(watch, floor, clock):
    for minute in range(-60, 0, 10):
        measure(floor, 3.0 + minute / 600, "spiky", minute)
    watch.step()
    measure(floor, 9_999.0, "spiky")
    assert watch.step().alarms == ()
    marks = floor.store.marks("spiky")
    assert marks["flag"].tolist()[-1] == 2


def test_what_the_watch_wrote_itself_is_no_news(watch, floor, clock, rules):
    measure(floor, 12.0)
    assert watch.due()
    watch.step()
    assert not watch.due()
    clock.move(9 * timedelta(seconds=1))
    assert not watch.due()
    clock.move(timedelta(seconds=1))
    assert watch.due(), "time goes on: silence and forecasts are looked at anew"
    watch.step()
    measure(floor, 12.5)
    assert watch.due()


FAULTS = {
    "rules": (lambda watch, rules, patch: setattr(rules, "broken", ZeroDivisionError("x")), "rules"),
    "documents": (
        lambda watch, rules, patch: rules.problems.append("river.yml:3:5: no such kind"),
        "documents",
    ),
    "checks": (lambda watch, rules, patch: patch.setattr("watchfloor.alarms.sight.assess", _fail), "quality"),
    "cube": (lambda watch, rules, patch: patch.setattr(Cube, "catch_up", _fail), "cube"),
    "store full": (lambda watch, rules, patch: patch.setattr(Store, "append", _full), "alarms"),
}


def _fail(*args, **more):
    raise ValueError("broken on purpose")


def _full(*args, **more):
    raise StoreError("The disk is full; make room.")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_contained_said_and_over_by_itself(watch, floor, clock, rules, fault, caplog):
    with pytest.MonkeyPatch.context() as patch:
        breaks, part = FAULTS[fault]
        breaks(watch, rules, patch)
        measure(floor, 12.0)
        step = watch.step()
        assert part in step.trouble
        assert watch.step().trouble.keys() == step.trouble.keys()
        assert step.trouble[part][:20] in told(floor).message
        assert told(floor).failures > 0
        if fault in {"documents", "checks"}:
            assert len(step.alarms) == 1, "alarms are raised all the same"
    rules.broken = None
    rules.problems.clear()
    clock.move(MINUTE)
    step = watch.step()
    assert step.trouble == {}
    assert len(watch.life.alarms()) == 1
    assert told(floor).health(floor.now()) == "ok"
    assert sum("failed; it is tried again" in record.getMessage() for record in caplog.records) <= 1, (
        "told once"
    )


def test_a_locked_store_is_waited_out(tmp_path, clock, rules, policy):
    import sqlite3

    path = tmp_path / "locked.sqlite"
    with (
        Store.open(path, clock=clock, wait=timedelta(milliseconds=50)) as store,
        watchfloor.open("world", store=store) as floor,
    ):
        watch = Watch(floor, rules=rules, life=Life(floor, policy), notify=None)
        measure(floor, 12.0)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert "alarms" in watch.step().trouble
        assert watch.life.alarms() == []
        other.execute("ROLLBACK")
        other.close()
        assert watch.step().trouble == {}
        assert len(watch.life.alarms()) == 1
        watch.close()


def test_one_watches_and_another_takes_over(tmp_path, clock, policy):
    path = tmp_path / "one.sqlite"
    with (
        Store.open(path, clock=clock) as first,
        Store.open(path, clock=clock) as second,
        watchfloor.open("world", store=first) as here,
        watchfloor.open("world", store=second) as there,
    ):
        one, other = Watch(here, rules=Above(), notify=None), Watch(there, rules=Above(), notify=None)
        assert one.holds()
        assert not other.holds()
        one.close()
        assert other.holds()
        other.close()


def test_on_a_server_the_right_is_a_lock_and_two_watch_the_same_alarms(server, clock, policy):
    url = server.url()
    with (
        Store.open(url, clock=clock) as first,
        Store.open(url, clock=clock) as second,
        watchfloor.open("world", store=first) as here,
        watchfloor.open("world", store=second) as there,
    ):
        one, other = Lease(first, "watch"), Lease(second, "watch")
        assert one.take()
        assert one.take()
        assert not other.take()
        one.free()
        assert other.take()
        other.free()
        first.describe([Series("plain", lon=112.0, lat=30.0)])
        watches = [
            Watch(floor, rules=Above(), life=Life(floor, policy), notify=None) for floor in (here, there)
        ]
        measure(here, 12.0)
        made = [watch.step() for watch in (*watches, *watches)]
        assert [len(step.alarms) for step in made] == [1, 0, 0, 0]
        assert all(step.trouble == {} for step in made)
        assert len(watches[1].life.alarms()) == 1


@pytest.mark.network
def test_it_runs_beside_the_collecting_and_stops(tmp_path, policy):
    stop, ready = threading.Event(), threading.Event()
    with Store.open(tmp_path / "run.sqlite") as store, watchfloor.open("world", store=store) as floor:
        store.describe([Series("plain", lon=1.0, lat=2.0)])
        watch = Watch(floor, rules=Above(), life=Life(floor, policy), notify=None)
        thread = threading.Thread(
            target=keep, args=(floor, stop), kwargs={"collect": False, "watch": watch, "ready": ready.set}
        )
        thread.start()
        assert ready.wait(10)
        measure(floor, 12.0)
        life, start = Life(floor, policy), monotonic()
        while not life.alarms() and monotonic() - start < 10:
            stop.wait(0.02)
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
        assert len(life.alarms()) == 1
        assert Lease(store, "watch").take()


def test_what_was_missed_is_evaluated_with_its_own_times(floor, rules, policy, clock):
    start = clock.now()
    for minute in range(0, 240, 10):
        measure(floor, 12.0 if 60 <= minute < 120 else 3.0, minute=minute - 240)
    watch = Watch(floor, rules=rules, life=Life(floor, policy), notify=None)
    watch.prepare()
    (alarm,) = watch.life.alarms()
    assert (alarm.state, alarm.onset, alarm.cleared) == (
        State.RETURNED,
        start - 180 * MINUTE,
        start - 120 * MINUTE,
    )
    assert [step.at for step in watch.life.timeline(alarm.id) if step.event != "escalate"] == [
        alarm.onset,
        alarm.cleared,
    ]
    asked = len(rules.asked)
    again = Watch(floor, rules=rules, life=Life(floor, policy), notify=None)
    again.prepare()
    assert len(rules.asked) - asked <= 1, "what was evaluated is not evaluated again"
    watch.close()


def test_a_restart_changes_nothing(floor, rules, policy, clock):
    measure(floor, 12.0)
    Watch(floor, rules=rules, life=Life(floor, policy), notify=None).step()
    before = floor.store.count()
    again = Watch(floor, rules=rules, life=Life(floor, policy), notify=None)
    assert again.step().alarms == ()
    assert floor.store.count() == before


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """The demo floor as it is opened first: its past told and watched."""
    folder = tmp_path_factory.mktemp("story")
    clock = FixedClock(parse_time("2026-06-01T12:00:00Z"))
    settings = Settings(floor="demo", data=folder)
    with watchfloor.open(
        "demo", settings=settings, clock=clock, store=Store.open(folder / "s.sqlite", clock=clock)
    ) as floor:
        watch = Watch(floor)
        began = threading.Event()
        seen = []
        past = floor.store.heard

        def heard(*args, **more):
            began.set()
            seen.append((floor.preparing, more["message"]))
            return past(*args, **more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                floor.store,
                "heard",
                lambda source, **more: heard(source, **more) if source == "watch" else past(source, **more),
            )
            watch.prepare()
        yield floor, watch, seen
        watch.close()
        floor.store.close()


def test_the_story_s_past_has_its_alarms_at_their_times(story):
    floor, watch, seen = story
    alarms = watch.life.alarms(open_only=False)
    assert watch.trouble == {}
    assert 10 <= len(alarms) <= 150
    assert {alarm.colour for alarm in alarms} >= {
        WarningColour.RED,
        WarningColour.ORANGE,
        WarningColour.YELLOW,
    }
    assert {"flood", "landslide", "storm"} <= {alarm.hazard for alarm in alarms}
    assert any(alarm.state is State.RETURNED for alarm in alarms), "what is over is cleared"
    now = floor.now()
    records = floor.store.records("alarm", latest=False)
    assert {record.status for record in records} == {floor.status}
    assert all(record.known - record.sent <= timedelta(seconds=1) for record in records), (
        "known when it happened"
    )
    assert len({record.known for record in records}) > 10
    early = floor.alerts if False else watch.life.alarms(now - 12 * HOUR)
    assert 0 < len(early) < len(alarms)
    assert all(alarm.at <= now - 12 * HOUR for alarm in early)
    assert all(preparing for preparing, _ in seen), "the page says that the past is being told"
    assert "evaluating the past up to" in seen[0][1]
    assert floor.store.journal.verify().ok
    assert floor.store.check() == []


def test_a_replay_has_the_alarms_of_its_own_time(floor, policy, clock):
    source = Watch(floor, rules=Above(), life=Life(floor, policy), notify=None)
    for value in (3.0, 12.0, 3.0, 12.0):
        measure(floor, value)
        source.step()
        clock.move(10 * MINUTE)
    begin = clock.now() - 25 * MINUTE
    displaced = FixedClock(begin)
    past = Replay(floor, displaced)
    with past.floor() as again:
        assert again.store.records("alarm") == []
        watch = Watch(again, rules=Above(), life=Life(again, policy), notify=None)
        assert watch.holds()
        watch.prepare()
        watch.step()
        (alarm,) = watch.life.alarms()
        assert (alarm.at, alarm.state) == (begin, State.UNACKNOWLEDGED)
        displaced.move(10 * MINUTE)
        past.tell(again.store)
        assert [one.state for one in watch.step().alarms] == [State.RETURNED]
        assert again.store.records("alarm")[0].sent == displaced.now()
        watch.close()
    source.close()


def test_the_page_lists_them(story):
    floor, watch, _ = story
    table = floor.read("live/alarms")
    assert len(table[table["state"] == "active"]) == len(watch.life.alarms())
    assert table.geometry.notna().mean() > 0.5
