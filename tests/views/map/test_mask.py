"""Which rows a session sees."""

from typing import Any

import numpy as np
import pytest

from watchfloor.store import Record
from watchfloor.views.map.mask import passing
from watchfloor.views.map.table import read_table
from watchfloor.views.selection import Filters

from .conftest import HOUR, NOW
from .test_table import layer


def keys(floor: Any, name: str = "live/alerts", at: Any = NOW, **filters: Any) -> set[str]:
    table = read_table(floor, layer(floor, name))
    rows = np.flatnonzero(passing(table, Filters(**filters), at))
    return set(table.frame["key" if "key" in table.frame else "series"].iloc[rows])


def test_only_what_is_in_force_is_seen(floor: Any) -> None:
    assert keys(floor) == {"a1", "a2", "a3"}
    assert keys(floor, at=NOW - 0.75 * HOUR) == {"a1", "a2", "a3", "old"}
    assert keys(floor, at=NOW + 7 * HOUR) == set()


def test_a_cancelled_alert_is_seen_where_it_is_asked_for(floor: Any) -> None:
    assert keys(floor, states=("cancelled",)) == {"off"}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"hazards": ("storm",)}, {"a2"}),
        ({"severities": ("Extreme", "Minor")}, {"a1", "a2"}),
        ({"statuses": ("Actual",)}, set()),
        ({"kinds": ("incident",)}, set()),
        ({"text": "no place"}, {"a3"}),
        ({"text": "[.*"}, set()),
    ],
)
def test_filters(floor: Any, filters: dict[str, Any], expected: set[str]) -> None:
    assert keys(floor, **filters) == expected


def test_sensors_answer_to_hazard_only(floor: Any) -> None:
    assert keys(floor, "live/sensors", severities=("Minor",), text="nothing like it") == {"t/g1", "t/g2"}
    assert keys(floor, "live/sensors", hazards=("storm",)) == set()


def test_an_event_without_an_end_leaves_the_map_after_a_day(floor: Any) -> None:
    floor.store.append([Record("event", "usgs", "quake", "1", sent=NOW, valid_from=NOW, status="Exercise")])
    assert "quake" in keys(floor, "live/events", at=NOW + 23 * HOUR)
    assert "quake" not in keys(floor, "live/events", at=NOW + 25 * HOUR)
