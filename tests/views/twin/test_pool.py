"""The shared threads: fair between owners, previews first, errors and cancelling as of any executor."""

from threading import Event

import pytest

from watchfloor.views.twin.pool import PREVIEW, RUN, Pool, Share


@pytest.fixture
def pool():
    made = Pool(1)
    yield made
    made.close()


def blocked(pool):
    """Hold the pool's one ordinary thread, and its quick one, until the event is set."""
    gate, started = Event(), [Event(), Event()]

    def wait(number):
        started[number].set()
        gate.wait(10)

    held = [Share(pool, "held", RUN).submit(wait, 0)]
    assert started[0].wait(10)
    held.append(Share(pool, "held", PREVIEW).submit(wait, 1))
    assert started[1].wait(10)
    return gate


def test_owners_take_turns_however_much_one_has_asked_for(pool):
    gate = blocked(pool)
    done: list[str] = []
    greedy, modest = Share(pool, "greedy", RUN), Share(pool, "modest", RUN)
    futures = [greedy.submit(done.append, "greedy") for _ in range(20)]
    futures += [modest.submit(done.append, "modest") for _ in range(2)]
    gate.set()
    for future in futures:
        future.result(10)
    assert "modest" in done[:2]
    assert done[:4].count("modest") == 2
    assert len(done) == 22


def test_a_preview_is_answered_while_long_members_run(pool):
    gate, started = Event(), Event()

    def long():
        started.set()
        gate.wait(40)

    long_run = Share(pool, "a", RUN)
    first = long_run.submit(long)
    rest = [long_run.submit(gate.wait, 40) for _ in range(5)]
    assert started.wait(10)
    assert Share(pool, "b", PREVIEW).submit(lambda: 42).result(5) == 42
    assert not first.done()
    gate.set()
    for future in rest:
        future.result(10)


def test_an_error_is_the_callers_and_the_thread_goes_on(pool):
    share = Share(pool, "a", RUN)
    future = share.submit(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        future.result(10)
    assert share.submit(lambda: 3).result(10) == 3


def test_what_was_cancelled_before_its_turn_is_not_done(pool):
    gate = blocked(pool)
    done: list[int] = []
    share = Share(pool, "a", RUN)
    future = share.submit(done.append, 1)
    last = share.submit(done.append, 2)
    assert future.cancel()
    gate.set()
    last.result(10)
    assert done == [2]
