"""What holds in a span of time is found, and moments without an end do not hold for ever."""

from datetime import timedelta

from watchfloor.core.clock import FixedClock
from watchfloor.store import Record, Store
from watchfloor.store.records import OPEN_FOR

HOUR = timedelta(hours=1)


def test_during_agrees_with_until(clock: FixedClock) -> None:
    now = clock.now()
    told = [
        Record(kind, "x", f"{kind}-{begin}-{end}", "1", sent=now + begin * HOUR, valid_from=now + begin * HOUR,
               valid_to=None if end is None else now + end * HOUR)
        for kind in ("alert", "event", "detection", "resource")
        for begin in (-200, -30, -20, -1, 1, 30)
        for end in (None, *(h for h in (-25, -19, 2, 40) if h > begin))
    ]  # fmt: skip
    with Store.open(":memory:", clock=clock) as store:
        store.append(told)
        for first, last in ((-10, 10), (-26, -21), (0, 0), (100, 200)):
            start, end = now + first * HOUR, now + last * HOUR
            found = {item.key for item in store.records(during=(start, end))}
            assert found == {
                item.key
                for item in told
                if item.valid_from <= end and (item.until is None or item.until >= start)
            }


def test_a_moment_without_an_end_holds_for_a_day(clock: FixedClock) -> None:
    now = clock.now()
    quake = Record("event", "usgs", "q", "1", sent=now + HOUR, valid_from=now)
    assert quake.until == now + HOUR + OPEN_FOR
    assert Record("alert", "cap", "a", "1", sent=now, valid_from=now).until is None
