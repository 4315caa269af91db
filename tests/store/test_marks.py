"""Marks of quality: sparse, revised, as of any time."""

from datetime import timedelta

import pandas as pd
import pytest

from watchfloor.core.errors import InvalidInputError
from watchfloor.store import Mark, Observation, Store

MINUTE = timedelta(minutes=1)


def test_marks_come_back_by_series_and_time(store, clock):
    now = clock.now()
    given = [
        Mark("b", now, 1, 3, "above the range"),
        Mark("a", now + MINUTE, 4 | 64, 2, "spike"),
        Mark("a", now, 16, 9),
    ]
    assert store.mark(given).stored == 3
    table = store.marks()
    assert list(table.columns) == ["series", "time", "checks", "flag", "reason", "known"]
    assert list(zip(table["series"], table["time"], table["checks"], table["flag"], strict=True)) == [
        ("a", now, 16, 9),
        ("a", now + MINUTE, 68, 2),
        ("b", now, 1, 3),
    ]
    assert table["reason"].tolist() == ["", "spike", "above the range"]
    assert str(table["time"].dtype) == str(table["known"].dtype) == "datetime64[us, UTC]"
    assert store.marks("a", now + MINUTE)["checks"].tolist() == [68]
    assert store.marks(["a", "b"], end=now + MINUTE)["checks"].tolist() == [16, 1]
    for empty in (store.marks([]), store.marks("none")):
        assert empty.empty
        assert list(empty.columns) == list(table.columns)
        assert empty.dtypes.tolist() == table.dtypes.tolist()


def test_the_same_judgement_is_a_duplicate_and_one_that_goes_back_is_not(store, clock):
    now = clock.now()
    bad, good = Mark("a", now, 4, 2, "spike"), Mark("a", now, 0, 0)
    assert store.mark([bad, bad]).duplicates == 1
    cursor = store.cursor()
    assert store.mark([bad]).stored == 0
    assert store.cursor() == cursor
    clock.move(MINUTE)
    assert store.mark([good]).stored == 1
    clock.move(MINUTE)
    assert store.mark([bad]).stored == 1
    assert [store.marks(as_of=now + at * MINUTE)["flag"].tolist() for at in (-1, 0, 1, 2)] == [
        [],
        [2],
        [0],
        [2],
    ]
    assert store.marks()["known"].tolist() == [now + 2 * MINUTE]
    assert store.check() == []


def test_several_judgements_of_one_value_in_one_batch_end_with_the_last(store, clock):
    now = clock.now()
    assert store.mark([Mark("a", now, 4, 2), Mark("a", now, 4, 3), Mark("a", now, 4, 2)]).stored == 3
    assert store.marks()["flag"].tolist() == [2]


def test_a_table_is_taken_like_marks(store, clock):
    now = clock.now()
    times = pd.DatetimeIndex([now, now + MINUTE]).tz_convert("Asia/Shanghai")
    frame = pd.DataFrame({"series": "a", "time": times, "checks": [1, 2], "flag": [2, 3]})
    assert store.mark(frame).stored == 2
    assert store.mark(frame.assign(reason=["", "fast"])).stored == 1
    assert store.marks()["reason"].tolist() == ["", "fast"]
    with pytest.raises(InvalidInputError, match="lacks checks"):
        store.mark(frame.drop(columns="checks"))
    with pytest.raises(InvalidInputError, match="zone"):
        store.mark(frame.assign(time=frame["time"].dt.tz_localize(None)))


@pytest.mark.parametrize(
    "change", [{"checks": -1}, {"checks": 2**40}, {"flag": 10}, {"flag": -1}, {"flag": 1.5}, {"series": " a"}]
)
def test_what_is_no_mark_is_refused_and_nothing_of_its_batch_is_stored(store, clock, change):
    bad = {"series": "a", "time": clock.now(), "checks": 1, "flag": 2} | change
    with pytest.raises(InvalidInputError):
        store.mark([Mark("good", clock.now(), 1, 2), Mark(**bad)])
    assert store.marks().empty
    assert store.cursor() == 0


def test_a_reason_is_one_line_of_measured_length(store, clock):
    store.mark([Mark("a", clock.now(), 1, 2, "a\nb\x00c" + "x" * 1000)])
    assert store.marks()["reason"][0] == "a b c" + "x" * 495


def test_a_change_says_which_series_and_what_span_were_marked_or_observed(store, clock):
    now = clock.now()
    store.observe([Observation("a", now, 1.0), Observation("b", now - MINUTE, 1.0)])
    store.mark([Mark("b", now, 1, 2), Mark("b", now + MINUTE, 1, 2)])
    seen, marked = store.changes(0)
    assert (seen.table, seen.series, seen.first, seen.last) == ("observation", ("a", "b"), now - MINUTE, now)
    assert (marked.table, marked.series, marked.first, marked.last) == ("mark", ("b",), now, now + MINUTE)
    assert marked.count == 2


def test_more_marks_than_one_statement_takes(store, clock):
    now = clock.now()
    many = [Mark(f"s{at % 7}", now + at * MINUTE, 1, 2) for at in range(2500)]
    assert store.mark(many).stored == 2500
    clock.move(MINUTE)
    assert store.mark(many).stored == 0
    assert store.mark([Mark(m.series, m.time, 2, 3) for m in many[::2]]).stored == 1250
    assert sorted(store.marks()["flag"].value_counts().items()) == [(2, 1250), (3, 1250)]


def test_marks_of_an_undone_write_are_gone(store, clock):
    with pytest.raises(RuntimeError, match="stop"), store.batch():
        store.mark([Mark("a", clock.now(), 1, 2)])
        raise RuntimeError("stop")
    assert store.marks().empty
    assert store.mark([Mark("b", clock.now(), 1, 2)]).stored == 1
    assert store.marks()["series"].tolist() == ["b"]


def test_another_process_sees_marks(store, clock, address):
    store.mark([Mark("a", clock.now(), 1, 2)])
    with Store.open(address, clock=clock) as other:
        assert other.mark([Mark("a", clock.now(), 1, 2)]).stored == 0
        assert other.mark([Mark("a", clock.now(), 1, 3)]).stored == 1
    assert store.marks()["flag"].tolist() == [3]
