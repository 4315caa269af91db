"""How sensors are: silent, stuck, drifting, worked on; and what alarms are told."""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from watchfloor.core.clock import from_micros, micros, parse_time
from watchfloor.diagnosis.drift import drift
from watchfloor.diagnosis.health import Finding, SensorHealth, findings, health
from watchfloor.diagnosis.quality import assess
from watchfloor.diagnosis.silence import patience

START = micros(parse_time("2026-06-01T00:00:00Z"))
STEP = 600_000_000
NOW = from_micros(START + 7 * 144 * STEP)


class Shelf:
    """Descriptions and marks, as a store gives them."""

    def __init__(self, series: pd.DataFrame, marks: Any = ()) -> None:
        self._series = series
        rows = [(mark.series, pd.Timestamp(mark.time), mark.checks, mark.flag, mark.reason) for mark in marks]
        self._marks = pd.DataFrame(rows, columns=["series", "time", "checks", "flag", "reason"])

    def series(self, as_of: Any = None) -> pd.DataFrame:
        return self._series

    def marks(
        self, series: Any = None, start: Any = None, end: Any = None, as_of: Any = None
    ) -> pd.DataFrame:
        return self._marks[self._marks["time"] >= start] if len(self._marks) else self._marks


def judged(arrays: Any, describe: Any, data: dict[str, Any], rows: dict[str, Any]) -> dict[str, SensorHealth]:
    cube = arrays(data, dict.fromkeys(data, 600))
    series = describe(rows)
    marks = assess(cube, list(data), None, series=series, now=NOW)
    return {item.series: item for item in health(cube, Shelf(series, marks), NOW)}


@pytest.fixture
def thermometers() -> tuple[dict[str, Any], dict[str, Any]]:
    rng = np.random.default_rng(2)
    n = 7 * 144
    time = START + np.arange(1, n + 1, dtype=np.int64) * STEP
    weather = 15 + 6 * np.sin(np.arange(n) / 144 * 2 * np.pi) + np.cumsum(rng.normal(0, 0.05, n))
    data = {f"t{k}": (time, np.round(weather + k + rng.normal(0, 0.3, n), 1)) for k in range(6)}
    rows = {
        name: {
            "field": "temperature",
            "units": "degC",
            "lon": 0.01 * k,
            "lat": 0.0,
            "title": f"T{k}",
            "attrs": {"interval_s": 600},
        }
        for k, name in enumerate(data)
    }
    return data, rows


def test_a_week_of_good_sensors_is_ok(arrays: Any, describe: Any, thermometers: Any) -> None:
    found = judged(arrays, describe, *thermometers)
    assert {item.state for item in found.values()} == {"ok"}
    assert {item.last_seen for item in found.values()} == {NOW}
    assert not any(item.reason for item in found.values())


def test_each_state_is_told_with_its_reason(arrays: Any, describe: Any, thermometers: Any) -> None:
    data, rows = thermometers
    data["t0"] = (data["t0"][0][:-10], data["t0"][1][:-10])
    data["t1"][1][-60:] = data["t1"][1][-61]
    data["t2"][1][-400:] += np.linspace(0, 5, 400)
    rows["t3"]["attrs"] = {"interval_s": 600, "maintenance": [{"from": "2026-06-07T12:00:00Z"}]}
    data["t4"] = (data["t4"][0][:-2], data["t4"][1][:-2])
    rows["new"] = {"field": "temperature", "units": "degC"}
    found = judged(arrays, describe, data, rows)
    assert {name: item.state for name, item in found.items()} == {
        "t0": "silent", "t1": "stuck", "t2": "drifting", "t3": "maintenance", "t4": "late", "t5": "ok", "new": "silent",
    }  # fmt: skip
    assert (
        found["t0"].reason == "Last value of 2026-06-07T22:20:00Z, 100 min ago; it is silent from 30 min on."
    )
    assert found["t0"].since == found["t0"].last_seen
    assert "without a change since" in found["t1"].reason
    begun = from_micros(int(data["t1"][0][-61]))
    assert found["t1"].since is not None
    assert begun - timedelta(minutes=30) <= found["t1"].since <= begun, (
        "an equal value just before may be part of the run"
    )
    assert "above its neighbours" in found["t2"].reason
    assert found["t2"].since is not None
    assert found["t2"].since > from_micros(int(data["t2"][0][-400]))
    assert "Is worked on since 2026-06-07T12:00:00Z." in found["t3"].reason
    assert found["new"].reason == "Has never told anything."
    assert found["new"].last_seen is None


def test_a_sensor_that_answers_without_values_is_silent(arrays: Any, describe: Any) -> None:
    time = START + np.arange(7 * 144 + 1, dtype=np.int64) * STEP
    value = np.random.default_rng(0).normal(1, 0.1, len(time))
    value[-300:] = np.nan
    found = judged(arrays, describe, {"g": (time, value)}, {"g": {"attrs": {"interval_s": 600}}})
    assert found["g"].state == "silent"
    assert found["g"].last_seen == from_micros(int(time[-301]))


def test_many_doubted_values_make_a_suspect(arrays: Any, describe: Any) -> None:
    time = START + np.arange(7 * 144 + 1, dtype=np.int64) * STEP
    value = np.random.default_rng(0).normal(10, 0.1, len(time))
    value[-100::2] = 70.0
    found = judged(arrays, describe, {"t": (time, value)}, {"t": {"field": "temperature", "units": "degC"}})
    assert found["t"].state == "suspect"
    assert "values of the last 24.0 h are doubted (range" in found["t"].reason


def test_batteries_are_told_with_their_sensor(arrays: Any, describe: Any) -> None:
    time = START + np.arange(7 * 144 + 1, dtype=np.int64) * STEP
    value = np.random.default_rng(0).normal(1, 0.1, len(time))
    data = {
        "g": (time, value),
        "g/battery": (time, np.linspace(80, 12.5, len(time))),
        "h": (time, value),
        "k/battery": (time, value),
    }
    rows = {"g": {}, "h": {"attrs": {"battery": 11.9, "battery_low": 11.5}}}
    found = judged(arrays, describe, data, rows)
    assert set(found) == {"g", "h", "k/battery"}
    assert (found["g"].battery, found["g"].low, found["g"].state) == (12.5, True, "ok")
    assert found["g"].reason == "The battery is at 12.5."
    assert (found["h"].battery, found["h"].low) == (11.9, False)


def test_drift_is_told_from_weather_and_from_a_step_in_a_neighbour() -> None:
    rng = np.random.default_rng(7)
    n = 7 * 144
    time = START + np.arange(n, dtype=np.int64) * STEP
    weather = np.cumsum(rng.normal(0, 0.2, n))
    sites = weather + rng.normal(0, 0.3, (6, n)) + np.arange(6)[:, None]
    assert drift(time, sites[0], sites[1:]) is None
    walking = sites[0] + np.r_[np.zeros(600), np.linspace(0, 3, n - 600)]
    found = drift(time, walking, sites[1:])
    assert found is not None
    assert time[600] < found[0]
    assert found[1] == pytest.approx(2.8, abs=0.5)
    assert drift(time, walking, sites[1:], floor=4.0) is None
    others = sites[1:].copy()
    others[0, 600:] += 5.0
    assert drift(time, sites[0], others) is None, "the neighbour is wrong"
    assert drift(time, sites[0], sites[1:3]) is None, "two neighbours are too few"
    assert drift(time[:50], sites[0, :50], sites[1:, :50]) is None


def test_drift_rarely_calls_for_nothing() -> None:
    calls = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        n = 7 * 144
        sites = np.cumsum(rng.normal(0, 0.2, n)) + rng.normal(0, 0.3, (6, n))
        calls += (
            drift(START + np.arange(n, dtype=np.int64) * STEP, sites[0], sites[1:], floor=1.5) is not None
        )
    assert calls == 0


def test_alarms_are_told_what_holds_and_what_is_over() -> None:
    gone = SensorHealth(
        "g", None, timedelta(minutes=30), "silent", 10.0, "Has never told anything.", low=True
    )
    fine = SensorHealth("h", NOW, timedelta(minutes=30), "ok")
    closed = SensorHealth("k", NOW, timedelta(minutes=30), "maintenance")
    found = findings([gone, fine, closed], NOW, {"g": "Gauge"})
    holds = [item for item in found if item.level]
    assert [(item.kind, item.level, item.title) for item in holds] == [
        ("sensor.silent", 2, "Gauge"),
        ("sensor.battery", 1, "Gauge"),
    ]
    assert all(isinstance(item, Finding) and item.why for item in holds)
    assert {item.subject for item in found if item.clears} == {"g", "h"}
    assert not [item for item in found if item.subject == "k"]


def test_patience_reads_only_what_makes_sense() -> None:
    hour = timedelta(hours=1)
    assert (
        patience({"interval_s": True})
        == patience({"interval_s": -5})
        == patience({"cadence": "often"})
        == hour
    )
    assert patience({"interval_s": 1}) == timedelta(minutes=5)
    assert patience({"interval_s": 1, "silent_after": 30}) == timedelta(seconds=30), (
        "who says so knows better"
    )
    assert patience({"interval_s": 600, "silent_after": -1}) == patience(
        {"silent_after": "P0D", "interval_s": 600}
    )


def test_the_storys_silent_mast_is_found(story: Any) -> None:
    cube, series = story
    now = from_micros(START + int(27.0 * 3.6e9))
    cut = type(cube)(
        {
            name: (time[time <= micros(now)], value[time <= micros(now)])
            for name, (time, value) in cube.data.items()
        },
        cube.seconds,
    )
    found = {item.series: item for item in health(cut, Shelf(series), now)}
    silent = {name for name, item in found.items() if item.state == "silent"}
    assert "demo/wind/A09" in silent
    assert silent <= {"demo/wind/A09", "demo/rain/R09"}, silent
