"""Judging a cube: the story's faults and only they, and the same marks however the values come."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.clock import FixedClock, from_micros, micros, parse_time
from watchfloor.core.quality import Check
from watchfloor.diagnosis.quality import Sensors, assess
from watchfloor.store import Observation, Series, Store
from watchfloor.store.cube import Cube
from watchfloor.store.records import Mark

START = micros(parse_time("2026-06-01T00:00:00Z"))
STEP = 600_000_000


def kept(marks: Iterable[Mark], store: dict[tuple[str, Any], Mark]) -> dict[tuple[str, Any], Mark]:
    """Do what a store does: the last mark of a value holds, one without checks takes back."""
    for mark in marks:
        store[mark.series, mark.time] = mark
    return store


def frame(store: dict[tuple[str, Any], Mark]) -> pd.DataFrame:
    return pd.DataFrame(
        [(mark.series, pd.Timestamp(mark.time), mark.checks) for mark in store.values()],
        columns=["series", "time", "checks"],
    )


def holding(store: dict[tuple[str, Any], Mark]) -> dict[tuple[str, Any], tuple[int, int, str]]:
    return {key: (mark.checks, mark.flag, mark.reason) for key, mark in store.items() if mark.checks}


def test_the_storys_faults_are_found_and_its_extremes_are_left_alone(story: Any) -> None:
    cube, series = story
    marks = assess(cube, cube.names(), None, series=series)
    hours = [
        (mark.series, round((micros(mark.time) - START) / 3.6e9, 1), Check(mark.checks), mark.flag)
        for mark in marks
    ]
    doubted = [item for item in hours if item[3] >= 2]
    assert [item for item in doubted if item[2] & Check.SPIKE] == [
        ("demo/air/T07", 8.0, Check.SPIKE | Check.NEIGHBOUR, 3),
        ("demo/gauge/G05", 29.0, Check.SPIKE, 3),
    ]
    stuck = [item for item in doubted if item[2] == Check.STUCK]
    assert {item[0] for item in stuck} == {"demo/gauge/G16"}
    assert (stuck[0][1], stuck[-1][1], len(stuck)) == (37.0, 47.3, 63)
    assert len(doubted) == 2 + 63, (
        "nothing else is doubted: no crest, no shock, no cloud of gas, no slope that fails"
    )
    gaps = {item[0]: item[1] for item in hours if item[2] == Check.GAP}
    assert gaps["demo/wind/A09"] == 30.0
    assert gaps["demo/gauge/G12"] == 44.0
    for name in ("demo/gauge/G07", "demo/gauge/L01", "demo/seismic/K01", "demo/gas/C03", "demo/slope/S12"):
        assert not [item for item in doubted if item[0] == name]


def test_reasons_are_sentences_with_numbers(story: Any) -> None:
    cube, series = story
    marks = assess(cube, ["demo/gauge/G05"], None, series=series)
    assert [mark.reason for mark in marks if mark.flag == 3] == [
        "19.99 m stands 19.2 m above the values before and after it; at most 0.3 m is usual."
    ]


@pytest.fixture(scope="module")
def troubled(arrays: Any, describe: Any) -> tuple[dict[str, tuple[Any, Any]], dict[str, int], pd.DataFrame]:
    """Return six thermometers with everything wrong that can be."""
    rng = np.random.default_rng(8)
    n = 420
    time = START + np.arange(n, dtype=np.int64) * STEP
    day = 15 + 6 * np.sin(np.arange(n) / 144 * 2 * np.pi)
    data = {}
    for site in range(6):
        value = np.round(day + site + 0.3 * rng.standard_normal(n), 1)
        shift = int(rng.integers(0, 60)) * 1_000_000
        data[f"t{site}"] = (time + shift, value)
    data["t0"][1][200] += 30.0
    data["t0"][1][300:302] -= 25.0
    data["t1"][1][210:290] = data["t1"][1][210]
    data["t2"][1][250:262] += 12.0
    data["t3"][1][100:110] = np.nan
    data["t4"][1][320] = 75.0
    keep = np.ones(n, bool)
    keep[150:160] = False
    data["t5"] = (data["t5"][0][keep], data["t5"][1][keep])
    rows = {
        f"t{site}": {
            "field": "temperature",
            "units": "degC",
            "lon": 0.01 * site,
            "lat": 0.0,
            "attrs": {"quality": {"neighbour": 4}},
        }
        for site in range(6)
    }
    rows["t3"]["attrs"] |= {"maintenance": [{"from": "2026-06-02T00:00:00Z", "to": "2026-06-02T03:00:00Z"}]}
    return data, dict.fromkeys(data, 600), describe(rows)


def test_every_kind_of_trouble_is_seen(arrays: Any, troubled: Any) -> None:
    data, cadence, series = troubled
    marks = assess(arrays(data, cadence), list(data), None, series=series)
    seen = {
        name: Check(int(np.bitwise_or.reduce([mark.checks for mark in marks if mark.series == name])))
        for name in data
    }
    assert seen["t0"] & Check.SPIKE
    assert seen["t1"] & Check.STUCK
    assert seen["t2"] & Check.NEIGHBOUR
    assert seen["t3"] & Check.MAINTENANCE
    assert seen["t3"] & Check.GAP
    assert seen["t4"] & Check.RANGE
    assert seen["t5"] & Check.GAP
    assert all(mark.reason.endswith(".") for mark in marks)


def test_judging_in_pieces_ends_in_the_same_marks(arrays: Any, troubled: Any) -> None:
    """Values come in batches; the sensor `behind` comes `delay` batches late, out of order."""
    data, cadence, series = troubled
    sensors = Sensors.of(series)
    whole = holding(kept(assess(arrays(data, cadence), list(data), None, series=sensors), {}))

    @settings(max_examples=12, deadline=None)
    @given(st.lists(st.integers(1, 419), max_size=7, unique=True), st.integers(0, 3), st.integers(0, 6))
    def check(cuts: list[int], delay: int, behind: int) -> None:
        edges = [0, *sorted(cuts), 420]
        shift = {name: (delay if name == f"t{behind}" else 0) for name in data}
        store: dict[tuple[str, Any], Mark] = {}
        before = dict.fromkeys(data, 0)
        for batch in range(1, len(edges) + delay):
            upto = {}
            for name, (time, _) in data.items():
                last = min(max(batch - shift[name], 0), len(edges) - 1)
                upto[name] = (
                    len(time)
                    if last == len(edges) - 1
                    else int(np.searchsorted(time, START + edges[last] * STEP))
                )
            fresh = {name: data[name][0][before[name]] for name in data if upto[name] > before[name]}
            part = {name: (time[: upto[name]], value[: upto[name]]) for name, (time, value) in data.items()}
            if fresh:
                since = from_micros(int(min(fresh.values())))
                kept(assess(arrays(part, cadence), fresh, since, series=sensors, marked=frame(store)), store)
            before = upto
        assert holding(store) == whole

    check()


def test_a_late_value_takes_back_what_was_said_without_it(arrays: Any, describe: Any) -> None:
    time = START + np.arange(100, dtype=np.int64) * STEP
    value = np.round(np.random.default_rng(0).normal(1.0, 0.02, 100), 2)
    series = describe({"g": {"field": "water_level", "units": "m"}})
    without = np.delete(np.arange(100), 60)
    first = assess(arrays({"g": (time[without], value[without])}, {"g": 600}), ["g"], None, series=series)
    assert [Check(mark.checks) for mark in first] == [Check.GAP]
    store = kept(first, {})
    again = assess(
        arrays({"g": (time, value)}, {"g": 600}),
        ["g"],
        from_micros(int(time[60])),
        series=series,
        marked=frame(store),
    )
    assert [(mark.checks, mark.flag, micros(mark.time)) for mark in again] == [(0, 0, int(time[61]))]


def test_values_in_the_future_are_bad_and_unknown_series_cost_nothing(arrays: Any, describe: Any) -> None:
    time = START + np.arange(10, dtype=np.int64) * STEP
    series = describe({"g": {"field": "water_level", "units": "m"}, "empty": {}})
    cube = arrays({"g": (time, np.linspace(1, 1.2, 10)), "empty": ([], [])}, {"g": 600})
    now = from_micros(int(time[8]))
    marks = assess(cube, ["g", "empty", "nobody"], None, series=series, now=now)
    assert [(micros(mark.time), Check(mark.checks), mark.flag) for mark in marks] == [
        (int(time[9]), Check.TIME, 3)
    ]
    assert not assess(cube, ["g"], now + timedelta(days=9), series=series, now=now + timedelta(days=9))


def test_a_flood_wave_that_several_gauges_see_is_no_spike(arrays: Any, describe: Any) -> None:
    time = START + np.arange(300, dtype=np.int64) * STEP
    quiet = np.random.default_rng(3)
    data = {name: (time, np.round(1 + 0.01 * quiet.standard_normal(300), 2)) for name in "abcd"}
    for name, at in (("a", 150), ("b", 151)):
        data[name][1][at : at + 2] += 2.5  # a dam-break wave passes in twenty minutes
    data["c"][1][200] += 2.5
    rows = {
        name: {"field": "water_level", "units": "m", "lon": 0.02 * k, "lat": 0.0}
        for k, name in enumerate("abcd")
    }
    marks = assess(arrays(data, dict.fromkeys("abcd", 600)), "abcd", None, series=describe(rows))
    assert {mark.series for mark in marks if mark.checks & Check.SPIKE} == {"c"}


def test_the_real_cube_is_judged_and_the_store_keeps_the_marks(arrays: Any, describe: Any) -> None:
    clock = FixedClock(from_micros(START + 400 * STEP))
    with Store.open(":memory:", clock=clock) as store:
        store.describe(
            [Series(name, field="temperature", units="degC", lon=0.01 * place, lat=0.0, attrs={"interval_s": 600})
             for place, name in enumerate("abcde")]
        )  # fmt: skip
        rng = np.random.default_rng(1)
        values = np.round(15 + rng.normal(0, 0.3, (4, 100)), 1)
        values[0, 50] = 44.0
        rows = [
            Observation(name, from_micros(START + place * STEP), float(value))
            for name, line in zip("abcd", values, strict=True)
            for place, value in enumerate(line)
        ]
        store.observe(rows)
        cube = Cube.of(store)
        names = cube.catch_up()
        marks = assess(cube, names, None, series=store.series(), now=clock.now(), marked=store.marks)
        assert [(mark.series, Check(mark.checks), mark.flag) for mark in marks] == [
            ("a", Check.SPIKE | Check.NEIGHBOUR, 3)
        ]
        assert store.mark(marks).stored == 1
        cube.catch_up()
        window = cube.window("a")
        assert window.flag[50] == 3
        assert window.time[50] == START + 50 * STEP
        again = assess(cube, names, None, series=store.series(), now=clock.now(), marked=store.marks)
        assert store.mark(again).stored == 0, "a mark rests on values, never on marks"
        store.observe([Observation("a", from_micros(START + 50 * STEP), 15.1)])
        cube.catch_up()
        since = from_micros(START + 50 * STEP)
        back = assess(cube, ["a"], since, series=store.series(), now=clock.now(), marked=store.marks)
        assert [(mark.series, mark.checks, mark.flag) for mark in back] == [("a", 0, 0)], (
            "the source corrected it"
        )
