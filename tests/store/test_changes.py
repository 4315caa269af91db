"""The table of changes: nothing that is stored is missing in it."""

from datetime import timedelta

from watchfloor.store import Observation, Series


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


def test_a_batch_is_one_commit_with_one_known_time_seen_by_none_before_its_end(store, alert, clock, tmp_path):
    from watchfloor.store import Store

    with Store.open(tmp_path / "store.sqlite", clock=clock) as other:
        with store.batch():
            store.append([alert("A")])
            store.append([alert("B")])
            assert len(store.records()) == 2, "who writes sees what was written"
            assert other.records() == []
        assert len(other.records()) == 2


def test_a_failed_part_of_a_batch_leaves_the_rest(store, alert):
    import pytest

    from watchfloor.core.errors import InvalidInputError

    with store.batch():
        store.append([alert("A")])
        with pytest.raises(InvalidInputError):
            store.append([alert("B"), alert("")])
        store.append([alert("C")])
    assert sorted(item.key for item in store.records()) == ["A", "C"]
    assert store.check() == []
