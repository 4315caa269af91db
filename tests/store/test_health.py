"""Feeds: their age is always known, and only what matters is written."""

from datetime import timedelta

import pytest

from watchfloor.core.errors import InvalidInputError
from watchfloor.store import Store
from watchfloor.store.health import worst

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def hear(store, ok=True, source="nws", **more):
    return store.heard(source, feed="nws", ok=ok, cadence=MINUTE, late_after=5 * MINUTE, **more)


def rows(store):
    with store._database.read() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM heard").scalar_one()


def test_health_over_the_life_of_a_feed(store, clock):
    def health():
        return store.feeds()[0].health(clock.now())

    hear(store, ok=False, message="refused")
    assert health() == "down", "it never came"
    hear(store)
    assert health() == "ok"
    clock.move(5 * MINUTE)
    assert health() == "ok"
    clock.move(SECOND)
    assert health() == "late", "nobody asked any more"
    hear(store, ok=False, message="timeout")
    assert health() == "down"
    assert (store.feeds()[0].failures, store.feeds()[0].message) == (1, "timeout")
    hear(store)
    assert health() == "ok"
    hear(store, ok=False, message="timeout")
    assert health() == "ok", "one failed try within the time that is allowed"


def test_one_row_in_thirty_seconds_but_what_is_shown_is_right_at_once(store, clock):
    for _ in range(61):
        hear(store)
        assert store.feeds()[0].last_ok == clock.now()
        clock.move(SECOND)
    assert rows(store) == 3


def test_a_change_is_written_at_once_and_a_long_outage_is_not_a_row_a_try(store, clock):
    hear(store)
    hear(store, ok=False, message="refused")
    for _ in range(10):
        clock.move(SECOND)
        hear(store, ok=False, message="refused")
    assert rows(store) == 2
    assert store.feeds()[0].failures == 11
    hear(store)
    assert rows(store) == 3


def test_another_process_sees_the_last_row(store, clock, address):
    hear(store)
    with Store.open(address, clock=clock) as other:
        assert other.feeds() == store.feeds()
        clock.move(MINUTE)
        hear(other, ok=False, message="refused")
        assert store.feeds()[0].failures == 1, "the later one counts"
        clock.move(SECOND)
        hear(store, ok=False, message="refused")
        assert store.feeds()[0].failures == 2, "and is counted on from"


def test_as_of_gives_the_state_at_the_time(store, clock):
    start = clock.now()
    hear(store, newest=start - HOUR)
    clock.move(HOUR)
    hear(store, ok=False, message="refused")
    hear(store, source="usgs")
    assert [state.source for state in store.feeds()] == ["nws", "usgs"]
    before = store.feeds(as_of=start)
    assert [(state.source, state.failures, state.newest) for state in before] == [("nws", 0, start - HOUR)]
    assert before[0].health(start) == "ok"
    assert store.feeds(as_of=start - SECOND) == []
    assert store.feeds()[0].last_ok == start, "a failure does not hide when it last came"


def test_the_newest_never_goes_back(store, clock):
    now = clock.now()
    hear(store, newest=now)
    hear(store, newest=now - HOUR)
    hear(store)
    assert store.feeds()[0].newest == now


def test_a_state_of_an_undone_write_is_forgotten(store):
    with pytest.raises(RuntimeError, match="stop"), store.batch():
        hear(store)
        raise RuntimeError("stop")
    assert store.feeds() == []


def test_a_source_has_a_name_and_the_worst_of_several_counts(store, clock):
    with pytest.raises(InvalidInputError):
        hear(store, source="")
    assert worst([], clock.now()) == "new"
    hear(store)
    hear(store, source="usgs", ok=False)
    assert worst(store.feeds(), clock.now()) == "down"


def test_a_source_that_answers_but_repeats_itself_is_late_where_something_must_have_happened(store, clock):
    now = clock.now()
    hear(store, newest=now - 4 * HOUR)
    [state] = store.feeds()
    assert state.health(now) == "ok", "nothing may happen for long"
    assert state.health(now, fresh=3 * HOUR) == "late"
    assert state.health(now, fresh=5 * HOUR) == "ok"
    hear(store)
    assert store.feeds()[0].health(now, fresh=3 * HOUR) == "late", "an answer alone is no news"
    hear(store, newest=now)
    assert store.feeds()[0].health(now, fresh=3 * HOUR) == "ok"
    hear(store, source="quiet")
    assert store.feeds()[1].health(now, fresh=3 * HOUR) == "ok", "it tells no times"
