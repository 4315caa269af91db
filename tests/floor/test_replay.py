"""A replay knows at each moment what the floor knew at that moment, and nothing of it reaches the floor."""

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

import watchfloor
from watchfloor.core.clock import FixedClock, ReplayClock
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.settings import Settings
from watchfloor.floor.replay import Replay
from watchfloor.store import Observation, Record, Series, Store

HOUR = timedelta(hours=1)


@pytest.fixture
def source(tmp_path: Path, clock: FixedClock):
    """Open the world floor and let it learn things over three hours."""
    store = Store.open(tmp_path / "live.sqlite", clock=clock)
    floor = watchfloor.open("world", settings=Settings(data=tmp_path), store=store, clock=clock)
    start = clock.now()
    store.describe([Series("g/1", "Gauge", "water_level", "m", 10.0, 50.0, "flood", {})])
    for hour in range(3):
        at = start + hour * HOUR
        store.append(
            [Record("alert", "cap:x", "A", str(hour), sent=at, valid_from=start, title=f"told at {hour}")]
        )
        store.observe([Observation("g/1", at, float(hour))])
        clock.move(HOUR)
    yield floor
    floor.close()
    store.close()


def test_each_moment_is_lived_again(source, clock: FixedClock) -> None:
    start = clock.now() - 3 * HOUR
    replayed = FixedClock(start + timedelta(minutes=30))
    past = Replay(source, replayed)
    with past.floor() as floor:
        for hour in range(3):
            then = start + hour * HOUR + timedelta(minutes=30)
            replayed.move(then)
            past.tell(floor.store)
            assert [r.title for r in floor.store.records()] == [f"told at {hour}"]
            assert floor.store.records() == source.store.records(as_of=then)
            pd.testing.assert_frame_equal(floor.store.latest(), source.store.latest(as_of=then))
        assert past.tell(floor.store) == 0
        assert floor.mark == "REPLAY · not live"
        kept = floor.store.path
        assert kept is not None
        assert kept.exists()
    assert not kept.exists()


def test_the_source_is_untouched(source, clock: FixedClock) -> None:
    before = source.store.cursor()
    past = Replay(source, ReplayClock(clock.now() - 2 * HOUR, speed=0))
    with past.floor() as floor:
        floor.store.journal.write("trainee", "acknowledge", "A", {})
    assert source.store.cursor() == before


def test_the_future_cannot_be_replayed(source, clock: FixedClock) -> None:
    with pytest.raises(InvalidInputError, match="after"):
        Replay(source, FixedClock(clock.now() + HOUR))


def test_corrections_descriptions_and_feeds_are_lived_again_too(source, clock: FixedClock) -> None:
    start = clock.now()
    pace = {"cadence": HOUR, "late_after": HOUR}
    source.store.describe([Series("bare", "No place")])
    source.store.observe([Observation("bare", start, 1.0)])
    source.store.heard("x", feed="cap", ok=True, **pace)
    clock.move(HOUR)
    source.store.describe([Series("bare", "Placed", lon=10.0, lat=50.0)])
    source.store.observe([Observation("bare", start, 2.0)])
    source.store.heard("x", feed="cap", ok=False, message="refused", **pace)
    clock.move(HOUR)
    replayed = FixedClock(start + HOUR / 2)
    past = Replay(source, replayed)
    with past.floor() as floor:
        for then in (start + HOUR / 2, start + 1.5 * HOUR):
            replayed.move(then)
            past.tell(floor.store)
            pd.testing.assert_frame_equal(floor.store.observations(), source.store.observations(as_of=then))
            pd.testing.assert_frame_equal(floor.store.series(), source.store.series(as_of=then))
            assert floor.store.feeds() == source.store.feeds(as_of=then)
            assert [state.health(then) for state in floor.store.feeds()] == [
                state.health(then) for state in source.store.feeds(as_of=then)
            ]
        assert floor.store.check() == []
