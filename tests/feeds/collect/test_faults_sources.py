"""Sources that fail in every way they can: what is good is kept, what is wrong is said, and all of it ends by itself."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from watchfloor.core.clock import FixedClock, format_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.feeds.collect import Collector, FeedPlan, Fetched, FetchError, Validators, collector, ingest
from watchfloor.store import Series, Store

HOUR = timedelta(hours=1)


def table(*rows: str) -> bytes:
    return ("series,time,value,units\n" + "\n".join(rows) + "\n").encode()


def at(clock: FixedClock, back: timedelta) -> str:
    return format_time(clock.now() - back)


class Flapping:
    """Answers or fails, as the list says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[Callable[[], bytes]] = []
        monkeypatch.setattr(collector, "fetch", self)

    def __call__(self, url: str, **options: Any) -> Fetched:
        return Fetched(url, self.answers.pop(0)(), validators=Validators())


def fail(reason: str) -> Callable[[], bytes]:
    def answer() -> bytes:
        raise FetchError(reason)

    return answer


def health(store: Store, clock: FixedClock, source: str = "gauges") -> str:
    return next(state for state in store.feeds() if state.source == source).health(clock.now())


def test_a_source_that_flaps_is_told_each_time_and_nothing_is_stored_twice(
    store: Store, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, plan = Flapping(monkeypatch), FeedPlan("gauges", "table", url="https://a.example/", late_after=HOUR)
    listener = Collector(store, [plan], clock)
    rows = [f"a/b,{at(clock, 10 * HOUR)},1.0,m"]
    seen = []
    for turn in range(8):
        clock.move(2 * HOUR)
        if turn % 2:
            web.answers = [fail("It is refused.")]
            with pytest.raises(FetchError):
                listener.poll(plan)
        else:
            rows.append(f"a/b,{at(clock, HOUR)},{turn},m")
            web.answers = [lambda: table(*rows)]
            listener.poll(plan)
        seen.append((health(store, clock), store.feeds()[0].message))
    assert seen == [("ok", ""), ("down", "It is refused.")] * 4
    assert len(store.observations(latest=False)) == 5


def test_a_stale_repeat_is_heard_but_its_news_stay_old(store: Store, clock: FixedClock) -> None:
    """The server answers, always the same: the source is up, and the age of what it says is seen."""
    data = table(f"a/b,{at(clock, HOUR)},1.0,m")
    first = ingest(store, "table", data, "gauges")
    for _ in range(20):
        clock.move(HOUR)
        assert ingest(store, "table", data, "gauges").stored == 0
    [state] = store.feeds()
    assert state.newest == first.newest
    assert clock.now() - state.newest == 21 * HOUR
    assert len(store.observations(latest=False)) == 1


def test_a_thousand_duplicates_cost_one_row(store: Store, clock: FixedClock) -> None:
    row = f"a/b,{at(clock, HOUR)},1.0,m"
    receipt = ingest(store, "table", table(*[row] * 1000), "gauges")
    assert (receipt.stored, receipt.duplicates, receipt.rejected) == (1, 999, 0)


def test_six_hours_late_is_taken_and_known_when_it_came(store: Store, clock: FixedClock) -> None:
    ingest(store, "table", table(f"a/b,{at(clock, timedelta(0))},2.0,m"), "gauges")
    before = clock.now()
    clock.move(timedelta(minutes=1))
    ingest(store, "table", table(f"a/b,{at(clock, 6 * HOUR)},1.0,m"), "gauges")
    assert store.observations()["value"].tolist() == [1.0, 2.0]
    assert store.observations(as_of=before)["value"].tolist() == [2.0]
    assert store.latest()["value"].tolist() == [
        2.0
    ]  # the newest is the newest measured, not the last that came


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=3650)])
def test_the_future_is_put_aside(ahead: timedelta, store: Store, clock: FixedClock) -> None:
    rows = [f"a/b,{at(clock, -ahead)},9,m", f"a/b,{at(clock, HOUR)},1,m"]
    receipt = ingest(store, "table", table(*rows), "gauges")
    assert (receipt.stored, receipt.rejected) == (1, 1)
    assert receipt.newest == clock.now() - HOUR
    assert "Clock skew" in store.quarantined()[0].reason


def test_the_floor_s_clock_jumps_back_and_nothing_becomes_unknown(store: Store, clock: FixedClock) -> None:
    ingest(store, "table", table(f"a/b,{at(clock, HOUR)},1,m"), "gauges")
    answered = store.observations(as_of=clock.now())
    clock.move(-HOUR)
    ingest(store, "table", table(f"a/b,{at(clock, HOUR)},2,m"), "gauges")
    clock.move(HOUR)
    rows = store.observations()
    assert rows["value"].tolist() == [2.0, 1.0]
    assert rows["known"].is_monotonic_increasing or rows["known"].nunique() == 1
    assert answered["value"].tolist() == [1.0]


def test_a_unit_that_changes_is_followed(store: Store, clock: FixedClock) -> None:
    store.describe([Series("a/b", units="m")])
    rows = [
        f"a/b,{at(clock, 3 * HOUR)},4.0,m",
        f"a/b,{at(clock, 2 * HOUR)},13.1,ft",
        f"a/b,{at(clock, HOUR)},4,degC",
    ]
    receipt = ingest(store, "table", table(*rows), "gauges")
    assert [round(value, 2) for value in store.observations()["value"]] == [4.0, 3.99]
    assert receipt.rejected == 1
    assert "cannot be turned" in receipt.reasons[0]


def test_a_hostile_unit_does_not_hold_anything_up(store: Store, clock: FixedClock) -> None:
    rows = [f"a/b,{at(clock, HOUR)},1,9**9**9", f"a/c,{at(clock, HOUR)},1,m"]
    receipt = ingest(store, "table", table(*rows), "gauges")
    assert (receipt.stored, receipt.rejected) == (1, 1)


def test_a_flood_of_nan_is_missing_values_not_numbers(store: Store, clock: FixedClock) -> None:
    rows = [f"a/b,{at(clock, timedelta(seconds=number + 1))},NaN," for number in range(5000)]
    receipt = ingest(store, "table", table(*rows), "gauges")
    assert receipt.stored == 5000
    found = store.observations()
    assert found["value"].isna().all()
    assert set(found["flag"]) == {9}
    bad = json.dumps({"time": "2026-06-01T10:00:00Z", "value": 1}).replace("1}", "NaN}").encode()
    assert ingest(store, "sensor", bad, "edge").rejected == 1


def test_garbage_then_good(store: Store, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that sends rubbish for a while is seen to, and forgiven when it speaks again."""
    web, plan = Flapping(monkeypatch), FeedPlan("gauges", "table", url="https://a.example/")
    listener = Collector(store, [plan], clock)
    for number, data in enumerate((b"\x00\xff", b"<html>Sorry</html>", b"", b"series,time,value")):
        web.answers = [lambda data=data: data]
        clock.move(2 * HOUR)
        assert not listener.poll(plan).ok
        assert store.feeds()[0].failures == number + 1
    web.answers = [lambda: table(f"a/b,{at(clock, HOUR)},1,m")]
    assert listener.poll(plan).ok
    assert (store.feeds()[0].failures, store.feeds()[0].message) == (0, "")


def test_listening_goes_on_whatever_is_thrown(
    store: Store, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that throws what nobody expects costs neither itself nor another."""
    calls: list[str] = []

    def fetch(url: str, **options: Any) -> Fetched:
        calls.append(url)
        if "bad" in url:
            raise (MemoryError, RecursionError, KeyError, InvalidInputError)[len(calls) % 4]("?")
        return Fetched(url, table(f"a/b,{at(clock, HOUR)},1,m"))

    monkeypatch.setattr(collector, "fetch", fetch)
    monkeypatch.setattr(collector, "_wait", lambda *given: 0.02)
    plans = [FeedPlan(name, "table", url=f"https://{name}.example/") for name in ("bad", "good")]
    stop = threading.Event()
    thread = threading.Thread(target=Collector(store, plans, clock).run, args=(stop,))
    thread.start()
    try:
        for _ in range(200):
            if sum("bad" in url for url in calls) > 8 and len(store.observations()) == 1:
                break
            stop.wait(0.05)
    finally:
        stop.set()
        thread.join()
    assert sum("bad" in url for url in calls) > 8
    states = {state.source: state for state in store.feeds()}
    assert states["bad"].failures > 4
    assert states["good"].failures == 0
