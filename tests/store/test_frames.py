"""Records as tables: the same from records and from the store."""

from datetime import timedelta

import geopandas.testing
import pandas as pd
import pytest

from watchfloor.core.scales import Severity
from watchfloor.store import Observation, Series, frames
from watchfloor.store.frames import COLUMNS

TIMES = ("sent", "valid_from", "valid_to", "known")


@pytest.fixture
def filled(store, alert):
    store.append(
        [
            alert("minor", severity=Severity.MINOR),
            alert("old", severity=Severity.EXTREME, geometry={"type": "Point", "coordinates": [1.5, 2.5]}),
            alert("new", after=5, severity=Severity.EXTREME, valid_to=None),
        ]
    )
    return store


def test_the_worst_and_then_the_last_issued_stand_first(filled, clock):
    table = filled.frame("alert")
    assert table["key"].tolist() == ["new", "old", "minor"]
    assert list(table.columns) == list(COLUMNS)
    assert table.crs.to_epsg() == 4326
    assert [str(table[name].dtype) for name in TIMES] == ["datetime64[us, UTC]"] * 4
    assert pd.isna(table["valid_to"][0])
    assert table["valid_to"][1] == clock.now() + timedelta(hours=1)
    assert table.geometry[0] is None
    assert table.geometry[1].coords[:] == [(1.5, 2.5)]
    assert table["severity"].tolist() == ["Extreme", "Extreme", "Minor"]
    assert {type(word) for word in table["severity"]} == {str}


def test_both_ways_give_the_same_table(filled):
    for filters in ({}, {"severity": "Minor"}, {"severity": "Severe"}):
        geopandas.testing.assert_geodataframe_equal(
            frames.frame(filled.records("alert", **filters)), filled.frame("alert", **filters)
        )


def test_an_empty_table_has_columns_types_and_a_crs(store):
    for table in (store.frame("alert"), frames.frame([])):
        assert list(table.columns) == list(COLUMNS)
        assert table.crs.to_epsg() == 4326
        assert str(table["sent"].dtype) == "datetime64[us, UTC]"
    assert frames.sensors(store).empty
    assert frames.sensors(store).crs.to_epsg() == 4326


def test_sensors_have_a_place_and_their_newest_value_as_of(store, clock):
    now = clock.now()
    store.describe(
        [Series("g", "Gauge", "water_level", "m", 10.0, 50.0, "flood", {"warn": 3}), Series("silent")]
    )
    store.observe([Observation("g", now, 1.0, 0)])
    clock.move(timedelta(minutes=1))
    store.observe([Observation("g", now + timedelta(minutes=1), 2.0, 2), Observation("bare", now, 5.0)])
    table = frames.sensors(store).set_index("series")
    assert table.index.tolist() == ["bare", "g", "silent"]
    assert (table.at["g", "value"], table.at["g", "flag"], table.at["g", "units"]) == (2.0, 2, "m")
    assert table.at["g", "geometry"].coords[:] == [(10.0, 50.0)]
    assert table.at["g", "attrs"] == {"warn": 3}
    assert table.at["bare", "geometry"] is None
    assert pd.isna(table.at["silent", "time"])
    assert pd.isna(table.at["silent", "flag"])
    before = frames.sensors(store, as_of=now).set_index("series")
    assert before.index.tolist() == ["g", "silent"]
    assert before.at["g", "value"] == 1.0
