"""Time is strict, aware and in one place."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.core import clock as module
from watchfloor.core.clock import (
    FixedClock,
    LiveClock,
    ReplayClock,
    duration,
    format_time,
    from_micros,
    micros,
    parse_time,
    zone,
)
from watchfloor.core.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T03:10:00Z", "2026-11-22T03:10:00Z"),
        ("2026-11-22T03:10:00-00:00", "2026-11-22T03:10:00Z"),
        ("2026-11-22T03:10:00+0530", "2026-11-21T21:40:00Z"),
        ("2026-11-22 03:10+08:00", "2026-11-21T19:10:00Z"),
        ("2026-11-22T03:10:00.123456789Z", "2026-11-22T03:10:00.123456Z"),
    ],
)
def test_times_with_an_offset_are_read(text: str, expected: str) -> None:
    assert format_time(parse_time(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T03:10:00",
        "12/11/2026",
        "1764000000000",
        "2026-02-30T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T23:59:60Z",
        "2026-11-22T00:00:00+99:00",
        "2026-11-22T00:00:00+08:75",
        "２０２６-11-22T00:00:00Z",
        "9999-12-31T23:59:59-23:00",
        "",
        "2026-11-22T03:10:00Z" + " " * 100,
    ],
)
def test_what_is_not_such_a_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_time(text)


def test_a_naive_time_needs_its_source_zone() -> None:
    assert format_time(parse_time("2026-07-01T12:00:00", zone("Asia/Shanghai"))) == "2026-07-01T04:00:00Z"


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_writing_and_micros_round_trip(at: datetime) -> None:
    assert parse_time(format_time(at)) == at
    assert from_micros(micros(at)) == at


def test_naive_datetimes_never_enter() -> None:
    with pytest.raises(InvalidInputError, match="no time zone"):
        FixedClock(datetime(2026, 1, 1))


def test_live_clock_is_the_machine() -> None:
    first = LiveClock().now()
    assert timedelta(0) <= LiveClock().now() - first < timedelta(seconds=5)


def test_replay_runs_pauses_jumps_and_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = [100.0]
    monkeypatch.setattr(module, "monotonic", lambda: ticks[0])
    start = parse_time("2026-06-01T00:00:00Z")
    replay = ReplayClock(start, speed=60)
    ticks[0] += 2
    assert replay.now() - start == timedelta(minutes=2)
    replay.pause()
    ticks[0] += 10
    assert replay.now() - start == timedelta(minutes=2)
    fork = replay.fork()
    fork.resume()
    fork.speed = 1
    replay.jump(timedelta(hours=1))
    replay.resume()
    ticks[0] += 1
    assert replay.now() - start == timedelta(minutes=63)
    assert fork.now() - start == timedelta(minutes=2, seconds=1)


@pytest.mark.parametrize("speed", [-1, float("nan"), 1e9])
def test_impossible_speeds_are_refused(speed: float) -> None:
    with pytest.raises(InvalidInputError):
        ReplayClock(parse_time("2026-06-01T00:00:00Z"), speed=speed)


def test_durations() -> None:
    assert duration("P1DT2H3M4.5S") == timedelta(days=1, hours=2, minutes=3, seconds=4.5)
    for bad in ("P", "PT", "P1M", "10 min", "-PT1M"):
        with pytest.raises(InvalidInputError):
            duration(bad)


def test_unknown_zone_names_what_is_expected() -> None:
    with pytest.raises(InvalidInputError, match="IANA"):
        zone("Mars/Olympus")
