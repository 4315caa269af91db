"""Rows and places, read once for all sessions."""

from typing import Any

import numpy as np
import pytest

from watchfloor.core.errors import InvalidInputError
from watchfloor.views.map.layer import read_layers
from watchfloor.views.map.table import read_table, version

from .conftest import HOUR, NOW


def layer(floor: Any, name: str) -> Any:
    return next(layer for layer in read_layers(floor) if layer.name == name)


def test_rows_without_a_place_are_kept(floor: Any) -> None:
    table = read_table(floor, layer(floor, "live/alerts"))
    assert len(table) == 5
    assert int((~table.placed).sum()) == 1
    assert table.records["alert", "cap:test", "a3"] in np.flatnonzero(~table.placed)


def test_two_sessions_read_once(floor: Any) -> None:
    assert read_table(floor, layer(floor, "live/alerts")) is read_table(floor, layer(floor, "live/alerts"))
    assert read_table(floor, layer(floor, "region/roads")) is read_table(floor, layer(floor, "region/roads"))


def test_an_observation_does_not_age_the_alerts(floor: Any) -> None:
    alerts, sensors = layer(floor, "live/alerts"), layer(floor, "live/sensors")
    before = version(floor, alerts, None), version(floor, sensors, None)
    floor.store.observe([_observation(7.0)])
    after = version(floor, alerts, None), version(floor, sensors, None)
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_what_was_known_then_is_read_as_of_then(floor: Any) -> None:
    alerts = layer(floor, "live/alerts")
    assert len(read_table(floor, alerts, NOW - HOUR)) == 0
    assert len(read_table(floor, alerts, NOW)) == 5


def test_sensors_know_the_threshold_they_are_beyond(floor: Any) -> None:
    frame = read_table(floor, layer(floor, "live/sensors")).frame.set_index("series")
    assert frame.loc["t/g1", ["severity", "threshold"]].tolist() == ["Extreme", "red"]
    assert frame.loc["t/g2", "severity"] == ""


def test_data_without_places_say_what_they_have(floor: Any) -> None:
    observations = layer(floor, "live/alerts")
    fake = type(observations)(
        "region/none",
        "",
        observations.style,
        {},
        "",
        _Entry(read_table(floor, observations).frame.drop(columns="area")),
    )
    with pytest.raises(InvalidInputError, match=r"has no places.*kind"):
        read_table(floor, fake)


class _Entry:
    def __init__(self, data: Any) -> None:
        self.data = data

    def read(self) -> Any:
        return self.data


def _observation(value: float) -> Any:
    from watchfloor.store.records import Observation

    return Observation("t/g1", NOW, value, 0)
