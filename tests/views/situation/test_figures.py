"""Key figures: counted right, and each followed to what it stands on."""

import math
import time
from datetime import timedelta

import numpy as np
import pytest
import shapely
import xarray as xr

from watchfloor.core.provenance import digest
from watchfloor.views.situation import SituationList
from watchfloor.views.situation.figures import FIGURES, figure, figures, warned
from watchfloor.views.situation.people import People, count
from watchfloor.views.situation.snapshot import take

from .conftest import NOW, SQUARE, record, tell


def test_every_figure_counts_what_it_says(busy):
    found = {item.name: item for item in figures(take(busy), people=1234.0)}
    assert tuple(found) == FIGURES
    assert {name: found[name].value for name in FIGURES} == {
        "Extreme": 1, "Severe": 1, "Moderate": 1, "Minor": 0, "Unknown": 0,
        "people": 1234.0, "incidents": 1, "sensors": 1, "resources": 1, "feeds": 1,
    }  # fmt: skip
    assert [row.record.key for row in found["Extreme"].rows] == ["A2"]
    assert [sensor.name for sensor in found["sensors"].sensors] == ["demo/gauge/G0"]
    assert found["sensors"].extra == {"of": 4, "silent": 1}
    assert found["feeds"].tone == "late"


def test_what_cannot_be_known_is_no_zero(floor):
    found = {item.name: item.value for item in figures(take(floor))}
    assert found["people"] is None
    assert found["sensors"] is None
    assert found["resources"] is None
    assert found["Extreme"] == 0


def test_a_trace_names_the_records_and_its_digest_is_over_them(busy):
    snapshot = take(busy)
    item = figure("Severe", figures(snapshot))
    trace = item.trace(snapshot)
    assert trace["identities"] == [row.record.identity for row in item.rows]
    assert trace["known at"] == "2026-06-01T12:00:00Z"
    told = {name: value for name, value in trace.items() if name not in {"digest", "records"}}
    assert trace["digest"] == digest(told)
    tell(busy, record("A1", revision="2", severity="Severe", sent=NOW - timedelta(seconds=30)))
    other = take(busy)
    assert figure("Severe", figures(other)).trace(other)["digest"] != trace["digest"]


def test_the_severities_count_what_the_list_shows(busy):
    tell(busy, record("L1", "alarm", source="alarms", severity="Extreme", sent=NOW - timedelta(minutes=1)))
    snapshot = take(busy)
    counted = {item.name: item.value for item in figures(snapshot)}
    listed = SituationList(busy).pane.state["rows"]
    for severity in ("Extreme", "Severe", "Moderate"):
        assert counted[severity] == sum(row["severity"] == severity for row in listed)
    assert counted["Extreme"] == 2


def test_a_sensor_that_is_silent_or_flagged_is_not_calm_and_not_over(busy):
    found = {sensor.name: sensor for sensor in take(busy).sensors}
    assert found["demo/gauge/G0"].crossed.name == "orange"
    assert found["demo/gauge/G1"].crossed is None
    assert found["demo/gauge/G2"].crossed is None  # 9.9 m, but flagged bad
    assert found["demo/gauge/G3"].silent  # it never said anything
    assert math.isnan(found["demo/gauge/G3"].value)
    busy.clock.move(NOW + timedelta(hours=1))
    assert all(sensor.silent for sensor in take(busy).sensors)


def test_people_are_counted_once_under_two_warnings():
    grid = xr.DataArray(
        np.ones((10, 10), dtype="float32"),
        coords={"y": np.arange(10)[::-1] + 0.5, "x": np.arange(10) + 0.5},
        dims=("y", "x"),
    )
    left, right = shapely.box(0, 0, 6, 10), shapely.box(4, 0, 10, 10)
    assert count(grid, left) == 60
    assert count(grid, shapely.union_all([left, right])) == 100
    assert count(grid, shapely.box(20, 20, 30, 30)) == 0
    grid[0, 0] = np.nan
    assert count(grid, left) == 59


def test_only_active_alerts_with_an_area_are_counted(busy):
    tell(busy, record("A5", geometry=SQUARE, severity="Unknown", sent=NOW - timedelta(seconds=5)))
    tell(busy, record("A6", geometry=SQUARE, state="cancelled", sent=NOW - timedelta(seconds=4)))
    assert [row.record.key for row in warned(take(busy).rows)] == ["A1"]


def test_the_people_of_the_demo_city_are_found(busy):
    if "region/population" not in busy.catalog:
        pytest.skip("the demo region has no population grid")
    people = People.of(busy)
    deadline = time.monotonic() + 20  # noqa: TID251
    while (known := people.known(take(busy)))[0] is None and time.monotonic() < deadline:  # noqa: TID251
        time.sleep(0.05)
    number, notes = known
    assert 0 < number <= 700_000
    assert notes == ()


def test_a_floor_without_a_grid_says_so():
    from .conftest import make_floor

    floor = make_floor(name="world")
    tell(floor, record("A1", geometry=SQUARE, status="Actual"))
    number, notes = People.of(floor).known(take(floor))
    assert number is None
    assert notes == ("there is no population grid",)
    floor.close()
    floor.store.close()
