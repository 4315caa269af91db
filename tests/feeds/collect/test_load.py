"""Invented stations: the same world for the same seed, faults at their rates, never on a floor in earnest."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from watchfloor.core.clock import FixedClock, LiveClock, micros, parse_time
from watchfloor.core.errors import ForbiddenError, InvalidInputError, NotReadyError
from watchfloor.core.scales import Status
from watchfloor.feeds.collect import Broker, FeedPlan, Inbox, Subscription, load
from watchfloor.feeds.collect.shapes import SHAPES, Faults, history, sample, skew, stations
from watchfloor.store import Store

START, END = parse_time("2025-03-01T00:00:00Z"), parse_time("2025-04-01T00:00:00Z")
STEP = timedelta(minutes=10)


def ticks(days: int = 31) -> Any:
    return micros(START) + np.arange(days * 144, dtype=np.int64) * 600_000_000


def test_a_history_is_the_same_however_it_is_cut() -> None:
    whole = history(8, START, END)
    assert {values.shape for values in whole.values()} == {(31 * 144,)}
    assert all(values.dtype == np.float32 and np.isfinite(values).all() for values in whole.values())
    later = history(8, START + timedelta(days=9), START + timedelta(days=11))
    for name, values in later.items():
        np.testing.assert_array_equal(values, whole[name][9 * 144 : 11 * 144])
    assert not np.array_equal(
        whole["invented/level-0000/level"], history(8, START, END, seed=1)["invented/level-0000/level"]
    )


def test_shapes_are_what_they_say() -> None:
    made = history(len(SHAPES), START, END)
    for shape, values in zip(SHAPES, made.values(), strict=True):
        assert shape.low <= values.min() <= values.max() <= shape.high
    air = made["invented/air-0003/air"].reshape(31, 144).mean(axis=0)
    assert 6 <= air.argmax() / 6 - 8 + 8 <= 23  # warmest by day, coldest by night
    assert air.max() - air.min() > 7
    rain = made["invented/rain-0001/rain"]
    assert np.median(rain) < 0.5 < 5 < rain.max()  # it mostly does not rain, and then it does


def test_neighbours_share_their_storms() -> None:
    made = stations(400)
    values = history(
        [item for item in made if item.name.endswith("/level")],
        START,
        START + timedelta(days=365),
        timedelta(hours=1),
    )
    rows = np.array(list(values.values()))
    together = np.corrcoef(rows)
    assert (together > 0.8).sum() > 2 * len(rows)  # a region's gauges rise together
    assert (together < 0.3).sum() > len(rows)  # another's do not


@pytest.mark.parametrize("rate", [0.01, 0.1])
def test_faults_come_at_their_rates(rate: float) -> None:
    name, clean = "invented/level-0000/level", sample("invented/level-0000/level", ticks())
    spiked = sample(name, ticks(), faults=Faults(spike=rate))
    assert (np.abs(spiked - clean) > 20).mean() == pytest.approx(rate, rel=0.35)
    holes = np.mean(
        [
            np.isnan(sample(f"invented/level-{n:04d}/level", ticks(), faults=Faults(gap=rate))).mean()
            for n in range(0, 160, 8)
        ]
    )
    assert holes == pytest.approx(rate, rel=0.35)
    names = [f"invented/level-{n:04d}/level" for n in range(0, 8000, 8)]
    assert np.mean([skew(item, 0, Faults(skew=rate)) != timedelta(0) for item in names]) == pytest.approx(
        rate, rel=0.5
    )
    stuck = sample(name, ticks(), faults=Faults(stuck=1.0))
    assert (np.diff(stuck) == 0).mean() > 0.9
    drifting = sample(name, ticks(), faults=Faults(drift=1.0)) - clean
    assert drifting.max() > 0.5


@pytest.mark.parametrize("given", [{"spike": -0.1}, {"gap": 2}])
def test_shares_are_shares(given: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError, match="expected 0 to 1"):
        Faults(**given)


def test_limits() -> None:
    with pytest.raises(InvalidInputError):
        history(1, END, START)
    with pytest.raises(InvalidInputError):
        history(1, START, END, timedelta(microseconds=1))
    with pytest.raises(InvalidInputError):
        stations(0)
    with pytest.raises(InvalidInputError, match="no invented series"):
        sample("real/gauge", ticks(1))


def test_a_floor_in_earnest_is_refused(clock: FixedClock) -> None:
    with pytest.raises(ForbiddenError, match="in earnest"):
        load.Load(stations(1), 1, lambda readings: None, clock, Status.ACTUAL)
    with pytest.raises(InvalidInputError):
        load.Load(stations(1), 0, lambda readings: None, clock, Status.TEST)


def test_direct_and_by_the_inbox(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    made = stations(16)
    load.Load(made, 32, load.direct(store, made, Status.EXERCISE), clock, Status.EXERCISE).step(1.0)
    assert len(store.observations()) == 32
    about = store.series().loc["invented/level-0000/level"]
    assert (about["field"], about["units"], about["attrs"]["invented"]) == ("water_level", "m", True)
    folder = tmp_path / "inbox"
    folder.mkdir()
    clock.move(timedelta(seconds=1))
    load.Load(made, 32, load.inbox(folder, made, clock), clock, Status.EXERCISE).step(1.0)
    receipts = Inbox(store, folder, clock, settle=timedelta(0)).scan()
    assert len(receipts) == 2
    assert all(receipt.ok for receipt in receipts)
    assert len(store.observations()) == 64
    with pytest.raises(InvalidInputError, match="no folder"):
        load.inbox(tmp_path / "none", made, clock)


def test_the_rate_is_kept_however_steps_are_cut(clock: FixedClock) -> None:
    out: list[Any] = []
    made = load.Load(stations(3), 7, out.extend, clock, Status.EXERCISE)
    for _ in range(30):
        clock.move(timedelta(seconds=0.1))
        made.step(0.1)
    assert made.sent == len(out) == 21
    per = {item.name: sum(reading.series == item.name for reading in out) for item in stations(3)}
    assert set(per.values()) == {7}


@pytest.mark.network
def test_by_mqtt(tmp_path: Path, mosquitto: Callable[..., Any]) -> None:
    broker, made = mosquitto(), stations(8)
    with Store.open(tmp_path / "live.sqlite") as store:
        plan = FeedPlan("edge", "sensor", broker=Broker(broker.url, ("watchfloor/#",)))
        subscription, stop = Subscription(store, plan, hosts=[broker.host]), threading.Event()
        thread = threading.Thread(target=subscription.run, args=(stop,))
        thread.start()
        try:
            while not any(state.last_ok for state in store.feeds()):
                stop.wait(0.05)
            with load.mqtt(Broker(broker.url, ("watchfloor/#",))) as send:
                running = load.Load(made, 100, send, LiveClock(), Status.EXERCISE)
                running.step(1.0)
            for _ in range(200):
                if subscription.received == running.sent:
                    break
                stop.wait(0.05)
        finally:
            stop.set()
            thread.join(10)
        assert len(store.observations()) == running.sent == 100
        assert store.series().loc["invented/level-0000/level", "units"] == "m"
    broker.stop()
    with pytest.raises(NotReadyError, match="cannot be reached"), load.mqtt(Broker(broker.url, ("a",))):
        pass
    assert json.loads(load.described(made))["type"] == "FeatureCollection"
