"""Who the stations are."""

import json

from watchfloor.store.records import Series
from watchfloor.views.monitor.stations import known, level, roster

from .conftest import series


def test_stations_stand_in_the_order_of_their_names_with_what_they_say(floor):
    floor.store.describe(
        [series("b", "B", attrs={"title_zh": "乙"}), series("a", "A", attrs={"basin": "Upper"})]
    )
    found = known(floor)
    assert found.names == ["a", "b"]
    assert found.stations[1].title_zh == "乙"
    assert found.stations[0].basin == "Upper"
    assert found.stations[1].district, "it stands in a district of the demo region"
    assert found.words[found.stations[1].district], "the district has a Chinese name"
    assert [item.name for item in found.stations[0].thresholds] == ["yellow", "orange", "red"]


def test_the_version_changes_with_what_is_told_and_not_without(floor):
    floor.store.describe([series("a", "A")])
    first = known(floor)
    assert known(floor).version == first.version
    floor.store.describe([series("a", "A new name")])
    assert known(floor).version != first.version


def test_what_sources_say_is_stripped_and_cut(floor):
    nasty = "<img src=x onerror=alert(1)>\u202e" + "x" * 5000
    floor.store.describe([Series("a", nasty, units="m" * 99, attrs={"kind": nasty, "district": nasty, "thresholds": [{"name": nasty, "value": 1}] * 50})])  # fmt: skip
    one = known(floor).stations[0]
    assert len(one.title) <= 120
    assert "\u202e" not in one.title
    assert len(one.units) <= 24
    assert len(one.thresholds) <= 12
    assert all(len(item.name) <= 40 for item in one.thresholds)


def test_the_payload_is_json_whatever_the_attributes_are(floor):
    floor.store.describe([Series("a", attrs={"interval_s": "often", "thresholds": "none", "cadence": 7}), Series("b", lon=None, lat=None)])  # fmt: skip
    told = json.loads(known(floor).payload)
    assert [row[0] for row in told["stations"]] == ["a", "b"]


def test_an_empty_store_has_no_stations(floor):
    assert len(roster(floor.store.series())) == 0


def test_levels_are_ordered_by_severity():
    assert [level(word) for word in ("Extreme", "Severe", "Moderate", "Minor", "Unknown")] == [5, 4, 3, 2, 1]
