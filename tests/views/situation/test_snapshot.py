"""What the desk shows: right, shared, and the same again as of the same time."""

from datetime import timedelta

from watchfloor.views.selection import Filters
from watchfloor.views.situation.snapshot import STEP, Shared, take

from .conftest import NOW, observe, record, tell


def keys(snapshot):
    return [row.record.key for row in snapshot.rows]


def test_the_worst_comes_first_and_a_cancel_is_seen(busy):
    assert keys(take(busy))[:3] == ["A2", "A1", "I1"]
    tell(
        busy,
        record(
            "A2",
            severity="Extreme",
            hazard="storm",
            revision="2",
            sent=NOW - timedelta(minutes=1),
            state="cancelled",
        ),
    )
    snapshot = take(busy)
    assert keys(snapshot)[0] == "A1"
    assert snapshot.find(("alert", "cap:office@example.org", "A2")).badges == ("cancelled",)


def test_as_of_shows_what_was_known_then_and_never_changes(busy):
    then = NOW - timedelta(minutes=42)
    before = take(busy, as_of=then)
    assert keys(before) == ["A1", "R1", "R2"]
    tell(busy, record("late", severity="Extreme", sent=NOW - timedelta(hours=3)), known=NOW)
    again = take(busy, as_of=then)
    assert keys(again) == keys(before)
    assert again.digest == before.digest
    assert "late" in keys(take(busy))
    assert "late" in take(busy).find(("alert", "cap:office@example.org", "late")).badges


def test_the_future_is_not_known(busy):
    assert take(busy, as_of=NOW + timedelta(hours=1)).as_of is None


def test_valid_time_moves_without_changing_what_is_known(busy):
    ahead = take(busy, time=NOW + timedelta(hours=7))
    assert {row.record.key: row.phase for row in ahead.rows}["A1"] == "over"
    assert ahead.known == take(busy).known


def test_an_update_is_told_from_a_new_record(busy):
    tell(busy, record("A1", revision="2", sent=NOW - timedelta(minutes=2)))
    tell(busy, record("A9", sent=NOW - timedelta(minutes=1)))
    found = {row.record.key: row.badges for row in take(busy).rows}
    assert found["A1"] == ("updated",)
    assert found["A9"] == ("new",)


def test_sessions_share_one_snapshot_until_something_comes_or_time_passes(busy):
    first = take(busy)
    assert take(busy) is first
    assert first.matching(Filters(hazards=("flood",))) is first.matching(Filters(hazards=("flood",)))
    busy.clock.move(STEP)
    second = take(busy)
    assert second is not first
    assert second.records is not first.records or second.records == first.records
    tell(busy, record("A9", sent=NOW))
    assert "A9" in keys(take(busy))


def test_records_are_not_read_again_for_every_measurement(busy, monkeypatch):
    take(busy)
    reads = []
    original = busy.store.records
    monkeypatch.setattr(
        busy.store, "records", lambda *args, **kwargs: reads.append(1) or original(*args, **kwargs)
    )
    for minute in range(3):
        observe(busy, "demo/gauge/G1", 1.0 + minute, at=NOW + timedelta(minutes=minute))
        busy.clock.move(NOW + timedelta(minutes=minute, seconds=30))
        assert take(busy).sensors
    assert reads == []


def test_sources_stand_worst_first_with_what_is_held(busy):
    lines = {line.source: line for line in take(busy).feeds}
    assert lines["river"].health == "ok"
    assert lines["river"].held == 1
    assert lines["weather"].health == "late"
    assert take(busy).feeds[0].health == "late"


def test_a_source_that_may_not_fetch_is_off():
    from .conftest import make_floor

    floor = make_floor(name="world")
    healths = {line.health for line in take(floor).feeds}
    assert healths == ({"off"} if floor.feeds_off() else set())
    floor.close()
    floor.store.close()


def test_a_store_that_is_gone_takes_its_snapshots_with_it():
    import gc
    import weakref

    from .conftest import make_floor

    floor = make_floor()
    take(floor)
    shared = weakref.ref(Shared.of(floor.store))
    floor.store.close()
    del floor
    gc.collect()
    assert shared() is None


def test_what_begins_now_is_in_force_at_once_and_not_after_the_next_step(busy):
    busy.clock.move(timedelta(seconds=7))  # in the middle of a step
    take(busy)
    now = busy.clock.now()
    tell(busy, record("begins", severity="Extreme", urgency="Immediate", sent=now))
    row = take(busy).rows[0]
    assert (row.record.key, row.phase) == ("begins", "active")
