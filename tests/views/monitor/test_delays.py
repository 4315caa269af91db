"""Punctuality: delays, gaps, flags, and the worst first."""

from datetime import timedelta

import numpy as np
import pytest

from watchfloor.core.quality import Check
from watchfloor.store.records import Mark, Observation
from watchfloor.views.monitor.delays import gaps, punctuality, table
from watchfloor.views.monitor.latency import Latency
from watchfloor.views.monitor.stations import known
from watchfloor.views.selection import Selection

from .conftest import NOW, STEP, series
from .test_wall import until


def told(floor, **words):
    return {row.station.name: row for row in punctuality(floor.store, known(floor), NOW, **words)}


@pytest.mark.parametrize(
    ("times", "end", "missing"),
    [
        ([], 60, 6), ([0, 10, 20], 25, 0), ([0, 10, 20], 34, 0), ([0, 10, 20], 36, 1), ([0, 30], 30, 2), ([0, 14, 20], 20, 0), ([35], 40, 3), ([0, 10, 19, 31, 40], 41, 0),
    ],
)  # fmt: skip
def test_what_was_expected_and_is_not_there_is_counted(times, end, missing):
    assert gaps(np.array(times, np.int64), 0, end, 10) == missing


def test_delays_are_from_measured_to_first_known(floor):
    floor.store.describe([series("t/a")], known=NOW - timedelta(days=2))
    for place, seconds in enumerate([60] * 18 + [600, 6000]):
        at = NOW - timedelta(hours=12) + STEP * place
        floor.store.observe([Observation("t/a", at, float(place))], known=at + timedelta(seconds=seconds))
    at = NOW - timedelta(hours=12)
    floor.store.observe([Observation("t/a", at, 99.0)], known=NOW)  # told anew: not late, but revised
    row = told(floor)["t/a"]
    assert row.p50 == pytest.approx(60, abs=601)
    assert row.p95 >= 600
    assert (row.values, row.revised) == (20, 1)


def test_the_age_is_told_in_intervals_and_the_worst_stands_first(busy):
    rows = punctuality(busy.store, known(busy), NOW)
    assert [row.station.name for row in rows[:2]] == ["t/never", "t/silent"]
    assert rows[1].age == pytest.approx(18)
    assert rows[1].silent(NOW)
    assert rows[0].last is None
    assert told(busy)["t/high"].age == 0


def test_a_station_that_tells_only_that_values_are_missing_has_spoken_before(floor):
    floor.store.describe([series("t/a"), series("t/long")], known=NOW - timedelta(days=9))
    for name, last in (("t/a", timedelta(hours=5)), ("t/long", timedelta(days=8))):
        floor.store.observe([Observation(name, NOW - last, 1.0)])
        floor.store.observe([Observation(name, NOW - STEP * place, float("nan"), 9) for place in range(6)])
    rows = told(floor)
    assert rows["t/a"].last == NOW - timedelta(hours=5)
    assert rows["t/long"].last == NOW - timedelta(days=8)
    assert rows["t/long"].age == timedelta(days=8) / STEP
    assert all(rows[name].silent(NOW) for name in rows)
    past = told(floor, as_of=floor.now())
    assert past["t/a"].last == NOW - timedelta(hours=5)


def test_flags_are_counted_by_check(busy):
    busy.store.mark(
        [Mark("t/high", NOW - STEP * place, int(Check.SPIKE | Check.RANGE), 2) for place in range(3)]
    )
    rows = told(busy)
    assert rows["t/high"].flags == {"range": 3, "spike": 3}
    assert rows["t/bad"].flags == {"source": 1}


def test_as_of_counts_what_was_known_then(busy):
    assert told(busy, as_of=NOW - timedelta(hours=12))["t/high"].values == 0


def test_the_board_shows_sources_and_stations_and_hands_out_a_table(busy):
    busy.store.heard(
        "river", feed="cap", ok=True, at=NOW - timedelta(hours=2), newest=NOW, cadence=STEP, late_after=STEP
    )
    board = Latency(busy, Selection())
    until(lambda: board.state()["at"])
    state = board.state()
    assert state["total"] == 7
    river = next(line for line in state["feeds"] if line["source"] == "river")
    assert (river["health"], river["age"]) == ("late", 12.0)
    board.selection.text = "silent"
    assert [row["name"] for row in board.state()["rows"]] == ["t/silent"]
    name, data, _ = board.file()
    assert name == "DEMO-demo-delays.csv"
    assert "t/silent" in data.decode()
    assert "t/high" not in data.decode()
    board.heard("open", {"name": "t/silent"})
    assert board.selection.series == "t/silent"
    board.close()


def test_a_thousand_stations_are_told_in_parts(floor):
    floor.store.describe([series(f"t/{place:04d}") for place in range(450)])
    board = Latency(floor, Selection())
    until(lambda: board.state()["at"])
    assert (len(board.state()["rows"]), board.state()["total"]) == (200, 450)
    board.heard("more", {})
    assert len(board.pane.state["rows"]) == 400
    board.close()


def test_the_table_has_a_row_for_each(busy):
    frame = table(punctuality(busy.store, known(busy), NOW), NOW)
    assert len(frame) == 7
    assert frame.set_index("series").loc["t/silent", "silent"]
