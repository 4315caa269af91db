"""Listening: each at its own pace, every outcome seen, and one that fails, hangs or lies costs no other."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from watchfloor.core.clock import FixedClock, monotonic
from watchfloor.core.errors import ForbiddenError, StoreError
from watchfloor.feeds.collect import Collector, FeedPlan, Fetched, FetchError, Validators, collector
from watchfloor.feeds.collect.collector import _wait
from watchfloor.store import Store

QUICK = timedelta(milliseconds=30)


def feature(key: str, title: str = "x") -> bytes:
    place = {"type": "Point", "coordinates": [110, 25]}
    return json.dumps(
        {"type": "Feature", "id": key, "geometry": place, "properties": {"title": title}}
    ).encode()


class Web:
    """Answers by address; keeps what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[], bytes | None]] = {}
        self.asked: list[tuple[str, Validators]] = []

    def __call__(self, url: str, **options: Any) -> Fetched:
        self.asked.append((url, options["validators"]))
        return Fetched(url, self.answers[url](), validators=Validators(etag=f"of {url}"))


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    made = Web()
    monkeypatch.setattr(collector, "fetch", made)
    return made


def plan(name: str, **options: Any) -> FeedPlan:
    return FeedPlan(name, "geojson", url=f"https://{name}.example/", cadence=QUICK, **options)


def listen(made: Collector, until: Callable[[], bool]) -> None:
    """Run until something holds, then stop."""
    stop = threading.Event()
    thread = threading.Thread(target=made.run, args=(stop,))
    thread.start()
    end = monotonic() + 20
    while not until() and monotonic() < end:
        stop.wait(0.02)
    held = until()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert held


def raising(error: Exception) -> Callable[[], bytes]:
    def raise_it() -> bytes:
        raise error

    return raise_it


def test_news_are_taken_in_once(store: Store, clock: FixedClock, web: Web) -> None:
    one = plan("a")
    made = Collector(store, [one], clock)
    web.answers[one.url] = lambda: feature("1")
    assert made.poll(one).stored == 1
    assert made.poll(one).stored == 0
    web.answers[one.url] = lambda: None  # not changed
    made.poll(one)
    assert [asked.etag for _, asked in web.asked] == ["", f"of {one.url}", f"of {one.url}"]
    assert store.count() == 1
    assert store.feeds()[0].health(clock.now()) == "ok"


def test_what_could_not_be_read_is_asked_for_again_whole(store: Store, clock: FixedClock, web: Web) -> None:
    one = plan("a")
    made = Collector(store, [one], clock)
    web.answers[one.url] = lambda: b"{"
    assert not made.poll(one).ok
    web.answers[one.url] = lambda: feature("1")
    assert made.poll(one).stored == 1
    assert [asked.etag for _, asked in web.asked] == ["", ""]


def test_one_bad_source_costs_no_other(store: Store, clock: FixedClock, web: Web) -> None:
    hang = threading.Event()
    sources = ["good", "refused", "forbidden", "broken", "noise", "hanging"]
    plans = [plan(name) for name in sources]
    count = iter(range(10_000))
    web.answers = {
        "https://good.example/": lambda: feature(f"g{next(count)}"),
        "https://refused.example/": raising(FetchError("It is down.", timedelta(seconds=0))),
        "https://forbidden.example/": raising(ForbiddenError("Not allowed.")),
        "https://broken.example/": raising(ZeroDivisionError("a fault")),
        "https://noise.example/": lambda: b"\x00\x01",
        "https://hanging.example/": lambda: hang.wait(4) and None,
    }
    try:
        listen(Collector(store, plans, clock), lambda: store.count() >= 5)
    finally:
        hang.set()
    states = {state.source: state for state in store.feeds()}
    assert states["good"].failures == 0
    assert states["refused"].failures >= 1
    assert states["refused"].message == "It is down."
    assert states["forbidden"].message == "Not allowed."
    assert states["noise"].failures >= 1
    assert states["broken"].message == "Listening failed: ZeroDivisionError."


def test_a_store_that_fails_is_tried_again(
    store: Store, clock: FixedClock, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = plan("a")
    web.answers[one.url] = lambda: feature("1")
    whole, fails = Store.append, [2]

    def append(self: Store, records: Any, known: Any = None) -> Any:
        if fails[0]:
            fails[0] -= 1
            raise StoreError("The disk is full.")
        return whole(self, records, known)

    monkeypatch.setattr(Store, "append", append)
    listen(Collector(store, [one], clock), lambda: store.count() == 1)


def test_a_down_source_is_seen_down(store: Store, clock: FixedClock, web: Web) -> None:
    one = FeedPlan(
        "a",
        "geojson",
        url="https://a.example/",
        cadence=timedelta(minutes=1),
        late_after=timedelta(minutes=5),
    )
    made = Collector(store, [one], clock)
    web.answers[one.url] = lambda: feature("1")
    made.poll(one)
    web.answers[one.url] = raising(FetchError("It is down."))
    for _ in range(20):
        clock.move(timedelta(minutes=1))
        with pytest.raises(FetchError):
            made.poll(one)
    [state] = store.feeds()
    assert state.health(clock.now()) in ("late", "down")
    assert state.failures == 20
    web.answers[one.url] = lambda: feature("2")
    made.poll(one)
    assert store.feeds()[0].health(clock.now()) == "ok"


def test_waits_grow_and_honour_what_is_asked() -> None:
    minute = timedelta(minutes=1)
    assert all(48 <= _wait(minute, 0, None) <= 72 for _ in range(50))
    assert len({_wait(minute, 0, None) for _ in range(20)}) > 1  # sources do not fall into step
    assert 96 <= _wait(minute, 1, None) <= 144
    assert all(0.8 * 1800 <= _wait(minute, n, None) <= 1.2 * 1800 for n in (5, 6, 50, 5000))
    assert _wait(timedelta(hours=6), 3, None) <= 1.2 * (6 * 3600)  # never slower than its own pace needs
    assert _wait(minute, 1, timedelta(minutes=10)) == 600


def test_inboxes_are_plans_too(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "a.geojson").write_bytes(feature("1"))
    listen(
        Collector(store, [FeedPlan("drop", inbox=folder)], clock),
        lambda: (folder / "done/a.geojson").exists(),
    )
    assert store.count() == 1


def test_stop_does_not_wait_for_the_next_turn(store: Store, clock: FixedClock, web: Web) -> None:
    slow = FeedPlan("a", "geojson", url="https://a.example/", cadence=timedelta(hours=1))
    web.answers[slow.url] = lambda: feature("1")
    began = monotonic()
    listen(Collector(store, [slow], clock), lambda: store.count() == 1)
    assert monotonic() - began < 10
