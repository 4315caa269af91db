"""One reading of thresholds and silence for every part of a screen."""

import math
from datetime import timedelta

import pandas as pd
import pytest

from watchfloor.core.clock import parse_time
from watchfloor.core.scales import Severity
from watchfloor.views.sensors import SILENT_AFTER, beyond, crossed, dead, patience, sensors, thresholds

NOW = parse_time("2026-06-01T12:00:00Z")
KINDS = {
    "fast": {"interval_s": 60},
    "slow": {"interval_s": 6 * 3600},
    "named": {"cadence": "PT10M"},
    "both": {"interval_s": 600, "cadence": "P1D"},
    "none": {},
    "odd": {"cadence": "often", "interval_s": True},
}


def frames(
    age: timedelta, value: float = 1.0, flag: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return series and their newest values as the store has them, and both together as the map has them."""
    names = list(KINDS)
    series = pd.DataFrame(
        {
            "title": names, "field": "", "units": "m", "hazard": "", "lon": 1.0, "lat": 2.0,
            "attrs": [KINDS[name] | {"thresholds": {"yellow": 3, "orange": 4}} for name in names],
        },
        index=names,
    )  # fmt: skip
    latest = pd.DataFrame({"time": pd.Timestamp(NOW - age), "value": value, "flag": flag}, index=names)
    return series, latest, series.join(latest).reset_index(names="series")


@pytest.mark.parametrize("minutes", [2, 6, 29, 31, 59, 61, 17 * 60, 19 * 60])
def test_map_and_list_agree_on_who_is_silent(minutes):
    series, latest, both = frames(timedelta(minutes=minutes))
    listed = {item.name: item.silent for item in sensors(series, latest, NOW)}
    mapped = dict(zip(both["series"], dead(both, NOW).tolist(), strict=True))
    assert listed == mapped


def test_the_interval_of_a_series_says_when_it_is_silent():
    found = {name: patience(attrs) for name, attrs in KINDS.items()}
    assert found == {
        "fast": timedelta(minutes=5),
        "slow": timedelta(hours=18),
        "named": timedelta(minutes=30),
        "both": timedelta(minutes=30),
        "none": SILENT_AFTER,
        "odd": SILENT_AFTER,
    }


@pytest.mark.parametrize(
    ("value", "flag", "word"), [(4.2, 0, "Severe"), (3.0, 2, "Moderate"), (1, 0, ""), (9.9, 3, "")]
)
def test_map_and_list_agree_on_what_is_beyond(value, flag, word):
    series, latest, both = frames(timedelta(0), value, flag)
    assert beyond(both)[0] == [word] * len(KINDS)
    assert {str(item.crossed.severity) if item.crossed else "" for item in sensors(series, latest, NOW)} == {
        word
    }


def test_a_bad_value_is_crossed_out_though_it_is_recent():
    _, _, both = frames(timedelta(0), 9.9, 4)
    assert dead(both, NOW).all()


def test_thresholds_that_are_crossed_downwards():
    attrs = {"thresholds": {"yellow": 3.0, "red": 1.0}, "direction": "below"}
    assert crossed(attrs, 0.5, 0).name == "red"
    assert crossed(attrs, 2.0, 0).name == "yellow"
    assert crossed(attrs, 3.5, 0) is None


def test_thresholds_are_read_in_either_form_and_nonsense_is_left_out():
    listed = thresholds({"thresholds": [
        {"name": "dry", "value": 2.0, "severity": "Severe", "falling": True}, {"name": "x", "value": "3"}, "y",
        {"name": "nan", "value": math.nan}, {"name": "yes", "value": True},
    ]})  # fmt: skip
    assert [(item.name, item.crossed(1.9), item.crossed(2.1)) for item in listed] == [("dry", True, False)]
    assert thresholds({"thresholds": "none"}) == thresholds({}) == thresholds(None) == []
    named = thresholds({"thresholds": {"warning": 1, "danger": 2, "odd": 0}})
    assert [item.severity for item in named] == [Severity.UNKNOWN, Severity.MODERATE, Severity.EXTREME]


def test_no_series_no_sensors():
    empty = pd.DataFrame(columns=["title", "field", "units", "lon", "lat", "hazard", "attrs"])
    assert sensors(empty, pd.DataFrame(columns=["time", "value", "flag"]), NOW) == []
