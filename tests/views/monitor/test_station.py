"""One station in depth: no peak is lost at any zoom, the past stays the past, and words say what is unusual."""

import base64
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import watchfloor
from watchfloor.core.clock import FixedClock, micros, parse_time
from watchfloor.store import Store
from watchfloor.store.records import Mark, Observation, Record, Series
from watchfloor.views.monitor import curve as curves
from watchfloor.views.monitor.station import StationDepth
from watchfloor.views.selection import Selection

NOW = parse_time("2026-06-01T12:00:00Z")
DAY = timedelta(days=1)


@pytest.fixture
def floor():
    store = Store.open(":memory:", clock=FixedClock(NOW))
    with watchfloor.open("world", store=store) as found:
        yield found
    store.close()


def fill(store, name="t/gauge/A", days=30.0, step=600, lon=10.0, value=None, title="A"):
    attrs = {"interval_s": step, "thresholds": {"blue": 2.0, "red": 5.0}}
    store.describe([Series(name, title, "water_level", "m", lon, 50.0, "flood", attrs)])
    count = int(days * 86_400 / step)
    time = pd.date_range(end=NOW, periods=count, freq=f"{step}s")
    values = np.sin(np.arange(count) / 100) if value is None else value(np.arange(count))
    store.observe(pd.DataFrame({"series": name, "time": time, "value": values, "flag": 1}))
    return time, values


def unpacked(packed):
    return (
        np.frombuffer(base64.b64decode(packed["t"]), "<f8"),
        np.frombuffer(base64.b64decode(packed["v"]), "<f4"),
        np.frombuffer(base64.b64decode(packed["f"]), "u1"),
    )


def test_no_peak_is_lost_however_far_away_it_is_looked_at(floor):
    def spiky(n):
        return np.where(n == 1234, 9.0, 0.0)

    time, _ = fill(floor.store, days=200, value=spiky)
    drawn = curves.curve(floor.store, "t/gauge/A", NOW - 400 * DAY, NOW, 300)
    assert len(drawn.time) <= 4 * 300
    assert float(np.nanmax(drawn.value)) == 9.0
    at = drawn.time[int(np.nanargmax(drawn.value))]
    assert at == micros(time[1234].to_pydatetime()) / 1e3


def test_as_of_an_earlier_time_shows_what_was_known_then(floor):
    fill(floor.store, days=2, value=lambda n: np.ones(len(n)))
    floor.store.clock.move(timedelta(hours=1))
    floor.store.observe([Observation("t/gauge/A", NOW, 7.0)])
    now = curves.curve(floor.store, "t/gauge/A", NOW - DAY, NOW + DAY, 500)
    then = curves.curve(floor.store, "t/gauge/A", NOW - DAY, NOW + DAY, 500, as_of=NOW)
    assert float(now.value[-1]) == 7.0
    assert float(then.value[-1]) == 1.0


def test_as_of_a_time_the_marks_of_that_time_count_and_no_good_extreme_is_lost(floor):
    time, _ = fill(floor.store)
    spike = time[3000].to_pydatetime()
    clock = floor.store.clock
    clock.move(timedelta(hours=1))
    floor.store.mark([Mark("t/gauge/A", spike, 4, 3, "alone")])
    for known, flag in ((NOW, 1), (clock.now(), 3)):
        drawn = curves.curve(floor.store, "t/gauge/A", NOW - 30 * DAY, NOW, 4000, known)
        assert drawn.flag[np.flatnonzero(drawn.time == micros(spike) / 1e3)[0]] == flag
    thin = curves.curve(floor.store, "t/gauge/A", NOW - 30 * DAY, NOW, 100, clock.now())
    assert len(thin.time) <= 800
    assert (thin.flag == 3).any()
    assert np.max(thin.value[thin.flag < 3]) == np.max(drawn.value[drawn.flag < 3])


def test_what_is_told_is_whole_and_safe(floor):
    fill(floor.store)
    fill(floor.store, "t/gauge/B", lon=10.1, title="<img src=x onerror=alert(1)>")
    floor.store.mark([Mark("t/gauge/A", NOW - DAY, 4, 3, "stands alone")])
    floor.store.append(
        [
            Record(
                "incident",
                "geojson:x",
                "i1",
                "1",
                sent=NOW - DAY,
                valid_from=NOW - DAY,
                title="Bank breached",
                hazard="flood",
            ),
            Record(
                "incident",
                "geojson:x",
                "i2",
                "1",
                sent=NOW - DAY,
                valid_from=NOW - DAY,
                title="Fire",
                hazard="wildfire",
            ),
        ]
    )
    view = StationDepth(floor, Selection(series="t/gauge/A", tab="station"))
    state = view.state()
    assert state["units"] == "m"
    assert state["limits"] == [[2.0, "blue", "Minor"], [5.0, "red", "Extreme"]]
    assert [other["name"] for other in state["near"]] == ["t/gauge/B"]
    assert state["near"][0]["km"] == pytest.approx(7.15, abs=0.1)
    assert [event["title"] for event in state["events"]] == ["Bank breached"]
    assert state["marks"][0]["reason"] == "stands alone"
    time, value, flag = unpacked(state["curve"])
    marked = np.abs(time - micros(NOW - DAY) / 1e3) < 1
    assert flag[marked].tolist() == [3]
    assert len(time) == len(value)
    view.close()


def test_zooming_asks_for_that_stretch_and_nonsense_is_refused(floor):
    fill(floor.store)
    view = StationDepth(floor, Selection(series="t/gauge/A", tab="station"))
    start, end = (micros(NOW - timedelta(hours=h)) / 1e3 for h in (5, 4))
    view.heard("window", {"start": start, "end": end, "width": 800})
    assert view.state()["span"] == [start, end]
    time, _, _ = unpacked(view.state()["curve"])
    assert len(time) == 6
    assert view.state()["following"] is False
    for bad in (
        {"start": 5.0, "end": 1.0},
        {"start": float("nan"), "end": 1.0},
        {"start": -1e300, "end": 1e300},
    ):
        with pytest.raises(watchfloor.core.errors.InvalidInputError):
            view.heard("window", bad | {"width": 100})
    view.heard("now", {})
    assert view.state()["following"] is True
    view.close()


def test_an_unknown_series_is_said(floor):
    view = StationDepth(floor, Selection(series="no/such", tab="station"))
    assert "no/such" in view.state()["trouble"]
    view.close()


def test_a_value_above_all_others_is_rare_and_a_usual_one_is_not(floor):
    rng = np.random.default_rng(2)

    def river(n):
        base = rng.gumbel(1.0, 0.3, len(n))
        base[-1] = 6.0
        return base

    fill(floor.store, days=8 * 365.25, step=86_400, value=river)
    rare = curves.standing(floor.store, "t/gauge/A", 6.0, NOW)
    usual = curves.standing(floor.store, "t/gauge/A", 1.0, NOW)
    assert rare.percent > 99
    assert rare.period > 8
    assert rare.low <= rare.period <= rare.high
    assert np.isnan(usual.period)
    assert 20 < usual.percent < 70


def test_few_years_give_no_return_period(floor):
    fill(floor.store, days=100)
    found = curves.standing(floor.store, "t/gauge/A", 1.0, NOW)
    assert np.isnan(found.period)
    assert found.years == pytest.approx(100 / 365.25, abs=0.01)


def test_alarms_on_the_curve_carry_their_samples():
    verdict = SimpleNamespace(series=("a", "b"), samples=(("a", NOW), ("b", NOW - DAY)))
    alarm = SimpleNamespace(
        verdict=verdict,
        why={"en": "Above.", "zh": "高于。"}.__getitem__,
        id="1",
        title="t",
        severity="Severe",
        state=SimpleNamespace(value="closed"),
        onset=NOW,
        cleared=NOW + DAY,
    )
    assert curves.raised([alarm], "c") == []
    told = curves.raised([alarm], "a")[0]
    assert told["samples"] == [micros(NOW) / 1e3]
    assert (told["why"], curves.raised([alarm], "a", "zh")[0]["why"]) == ("Above.", "高于。")
    assert told["to"] == micros(NOW + DAY) / 1e3


def test_a_source_s_forecast_is_shown(floor):
    fill(floor.store)
    floor.store.describe(
        [
            Series(
                "t/forecast/A",
                "A ahead",
                "water_level",
                "m",
                None,
                None,
                "flood",
                {"forecast_of": "t/gauge/A"},
            )
        ]
    )
    floor.store.observe([Observation("t/forecast/A", NOW + timedelta(hours=h), 1.0 + h) for h in (1, 2, 3)])
    view = StationDepth(floor, Selection(series="t/gauge/A", tab="station"))
    assert view.state()["ahead"]["v"] == [2.0, 3.0, 4.0]
    view.close()


def test_the_file_holds_every_value_of_the_stretch(floor):
    fill(floor.store)
    view = StationDepth(floor, Selection(series="t/gauge/A", tab="station"))
    name, data, media = view.file()
    assert name.endswith(".csv")
    assert media == "text/csv"
    rows = [line for line in data.decode().splitlines() if line.startswith("t/gauge/A")]
    assert len(rows) > 350
    view.close()
