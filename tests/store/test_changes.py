"""The table of changes: nothing that is stored is missing in it."""

from datetime import timedelta

import pytest

from watchfloor.core.errors import InvalidInputError, StoreError
from watchfloor.store import Observation, Series, Store


def test_every_commit_is_noted_with_what_it_touched(store, alert, clock):
    now = clock.now()
    assert (store.cursor(), store.changes(0)) == (0, [])
    store.append([alert("A"), alert("B", kind="event")])
    store.describe([Series("g1"), Series("g2")])
    store.observe(
        [Observation("g2", now, 1.0), Observation("g1", now, 1.0), Observation("g1", now + timedelta(1), 1.0)]
    )
    store.journal.write("li.wei", "close", "incident/1", {})
    store.heard("nws", feed="nws", ok=True, cadence=timedelta(1), late_after=timedelta(1))
    store.quarantine("nws", "bad", b"x")
    found = store.changes(0)
    assert [item.cursor for item in found] == [1, 2, 3, 4, 5, 6, 7]
    assert [item.table for item in found] == [
        "record",
        "record",
        "series",
        "observation",
        "journal",
        "feed",
        "quarantine",
    ]
    assert [(item.kind, item.source, item.key, item.revision) for item in found[:2]] == [
        ("alert", "cap:a", "A", "1"),
        ("event", "cap:a", "B", "1"),
    ]
    assert [item.series for item in found[2:4]] == [("g1", "g2"), ("g1", "g2")]
    assert found[3].count == 3
    assert [(item.key, item.kind, item.source) for item in found[4:]] == [
        ("1", "close", "li.wei"),
        ("nws", "nws", "nws"),
        ("1", "", "nws"),
    ]
    assert {item.known for item in found} == {now}
    assert store.cursor() == 7
    assert [item.cursor for item in store.changes(5)] == [6, 7]
    assert [item.cursor for item in store.changes(1, limit=2)] == [2, 3]


def test_what_stores_nothing_changes_nothing(store, alert, clock):
    store.append([alert()])
    store.observe([Observation("g", clock.now(), 1.0)])
    before = store.cursor()
    store.append([alert()])
    store.append([])
    store.observe([Observation("g", clock.now(), 1.0)])
    store.keep(b"x")
    store.set_meta("a", "b")
    assert store.cursor() == before


def test_meta_keeps_the_last_value_or_the_first(store):
    assert store.meta("a") is None
    assert store.set_meta("a", "1") == "1"
    assert store.set_meta("a", "2") == "2"
    assert store.set_meta("a", "3", once=True) == "2"
    assert store.meta("a") == "2"


def test_a_batch_is_one_commit_with_one_known_time_seen_by_none_before_its_end(store, alert, clock, address):
    with Store.open(address, clock=clock) as other:
        with store.batch():
            store.append([alert("A")])
            store.append([alert("B")])
            assert len(store.records()) == 2, "who writes sees what was written"
            assert other.records() == []
        assert len(other.records()) == 2


def test_a_failed_part_of_a_batch_leaves_the_rest(store, alert):
    with store.batch():
        store.append([alert("A")])
        with pytest.raises(InvalidInputError):
            store.append([alert("B"), alert("")])
        store.append([alert("C")])
    assert sorted(item.key for item in store.records()) == ["A", "C"]
    assert store.check() == []


def test_an_inner_batch_that_fails_is_undone_alone(store, alert, clock):
    with store.batch():
        store.append([alert("A")], known=clock.now() - timedelta(hours=1))
        with pytest.raises(RuntimeError, match="stop"), store.batch():
            store.append([alert("B")], known=clock.now())
            raise RuntimeError("stop")
        store.append([alert("C")], known=clock.now() - timedelta(hours=1))
    assert sorted(item.key for item in store.records()) == ["A", "C"]
    assert {item.known for item in store.changes(0)} == {clock.now() - timedelta(hours=1)}


def test_a_part_that_broke_while_it_wrote_takes_the_batch_down_even_if_its_error_is_caught(store, alert):
    with pytest.raises(StoreError, match="none of it was stored"), store.batch():
        store.append([alert("A")])
        with pytest.raises(StoreError, match="append-only"), store._database.write() as connection:
            connection.exec_driver_sql("DELETE FROM record")
        store.append([alert("C")])
    assert store.records() == []
    assert store.append([alert("D")]).stored == 1
