"""Series side by side: a lag that was put in is found and shown, what is bad is left out, and nothing typed is trusted."""

import base64
import json
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.store import Store
from watchfloor.store.records import Mark, Observation, Series
from watchfloor.views.monitor import pair
from watchfloor.views.monitor.compare import Compare
from watchfloor.views.selection import Selection

NOW = parse_time("2026-06-01T12:00:00Z")
STEP = timedelta(minutes=10)
LAG = 9
"""Steps by which what happens upstream comes later below: 90 minutes."""
NASTY = "<img src=x onerror=alert(1)>"


@pytest.fixture
def floor():
    store = Store.open(":memory:", clock=FixedClock(NOW))
    with watchfloor.open("world", store=store) as found:
        yield found
    store.close()


def put(store, name, values, *, title="", units="m", field="water_level", attrs=None):
    given = {"interval_s": 600} | (attrs or {})
    store.describe([Series(name, title or name, field, units, 10.0, 50.0, "flood", given)])
    time = pd.date_range(end=NOW, periods=len(values), freq=STEP)
    store.observe(pd.DataFrame({"series": name, "time": time, "value": values, "flag": 1}))
    return time


@pytest.fixture
def river(floor):
    """Return a floor with a gauge, one 90 minutes below it, one that has nothing to do with them, and rain in mm."""
    rng = np.random.default_rng(5)
    wave = np.convolve(rng.gamma(0.3, 1.0, 8 * 144), np.exp(-np.arange(40) / 12), "same") + 1.0
    put(floor.store, "t/up", wave, title="Upper")
    below = 0.8 * np.roll(wave, LAG) + rng.normal(0, 0.01, len(wave)) + 0.1
    put(floor.store, "t/down", below, title=NASTY, attrs={"title_zh": "下游"})
    put(floor.store, "t/else", rng.gamma(2.0, 1.0, len(wave)), title="Else")
    put(floor.store, "t/rain", rng.gamma(0.2, 1.0, len(wave)), title="Rain", units="mm", field="rain")
    return floor


def opened(floor, *others, span="7d", first="t/up"):
    view = Compare(floor, Selection(series=first, tab="compare"))
    view.heard("span", {"span": span})
    for name in others:
        view.heard("add", {"name": name})
    settle(view)
    return view


def settle(view):
    for thread in list(view._threads):
        thread.join(timeout=30)


def test_a_lag_that_was_put_in_is_found_either_way(river):
    view = opened(river, "t/down")
    state = view.state()
    found = state["pairs"][0]
    assert found["lag"]["best"] == LAG * 600
    assert found["lag"]["r"] > 0.95
    assert (found["lag"]["chance"], found["lag"]["edge"]) == (False, False)
    assert found["lag"]["low"] <= found["lag"]["r"] <= found["lag"]["high"]
    travel = found["travel"]
    assert travel["ahead"] is True
    assert travel["clear"] is True
    assert travel["low"] <= travel["seconds"] <= travel["high"]
    assert travel["seconds"] == pytest.approx(LAG * 600, abs=300)
    assert state["done"] is None
    view.heard("first", {"name": "t/down"})
    settle(view)
    turned = view.state()
    assert [line["name"] for line in turned["lines"]] == ["t/down", "t/up"]
    assert turned["pairs"][0]["lag"]["best"] == -LAG * 600
    assert turned["pairs"][0]["travel"]["ahead"] is False
    view.close()


def test_what_does_not_go_together_is_not_told_as_if_it_did(river):
    view = opened(river, "t/else")
    found = view.state()["pairs"][0]
    assert abs(found["lag"]["r"]) < 0.2
    assert found["lag"]["chance"] is True
    assert found["travel"]["clear"] is False
    view.close()


def test_flagged_values_are_left_out_and_counted(river):
    store = river.store
    before = opened(river, "t/down")
    clean = before.state()
    before.close()
    store.observe([Observation("t/down", NOW - 20 * STEP, 9_000.0, 3)])
    store.observe([Observation("t/down", NOW - 30 * STEP, -9_000.0)])
    store.mark([Mark("t/down", NOW - 30 * STEP, 1, 3, "impossible")])
    view = opened(river, "t/down")
    line = view.state()["lines"][1]
    assert line["left"] == 2
    assert line["count"] == clean["lines"][1]["count"] - 2
    assert -1 < line["low"] < line["high"] < 100
    drawn = np.frombuffer(base64.b64decode(line["v"]), "<f4")
    assert np.abs(drawn).max() < 100
    assert view.state()["pairs"][0]["lag"]["best"] == LAG * 600
    _, data, _ = view.file()
    assert "left out of t/down: 2 flagged bad" in data.decode()
    assert not [
        line for line in data.decode().splitlines() if line.split(",")[-1].strip("-").startswith("9000")
    ]
    view.close()


def test_as_of_an_earlier_time_what_was_marked_later_is_not_yet_bad(river):
    river.store.clock.move(timedelta(hours=1))
    river.store.mark([Mark("t/up", NOW - STEP, 1, 3, "wrong")])
    start = NOW - timedelta(days=1)
    then = pair.stretch(river.store, "t/up", start, NOW, as_of=NOW)
    later = pair.stretch(river.store, "t/up", start, NOW, as_of=NOW + timedelta(hours=2))
    now = opened(river, span="24h")
    assert (then.left, later.left) == (0, 1)
    assert now.state()["lines"][0]["left"] == 1
    now.close()


def test_a_break_is_found_and_amounts_below_zero_are_refused(floor):
    rng = np.random.default_rng(1)
    good = rng.gamma(2.0, 1.0, 30 * 144)
    broken = good * np.where(np.arange(len(good)) < 15 * 144, 1.0, 0.6)
    time = put(floor.store, "t/good", good)
    put(floor.store, "t/broken", broken)
    put(floor.store, "t/cold", good - 5.0)
    view = opened(floor, "t/broken", "t/cold", span="30d", first="t/good")
    mass, cold = (found["mass"] for found in view.state()["pairs"])
    # the days begin at midnight and the break is at noon: one day is half of each
    assert mass["before"] == pytest.approx(1.0, abs=0.02)
    assert mass["after"] == pytest.approx(0.6, abs=0.02)
    assert abs(mass["at"] / 1e3 - time[15 * 144].timestamp()) <= 86_400
    assert len(mass["t"]) == len(mass["x"]) == len(mass["y"])
    assert cold == {"negative": True}
    view.close()


def test_a_refusal_of_the_library_is_shown_as_it_is(floor):
    put(floor.store, "t/long", np.sin(np.arange(500)))
    put(floor.store, "t/short", np.arange(5.0))
    view = opened(floor, "t/short", first="t/long")
    found = view.state()["pairs"][0]
    assert "expected 20 or more" in found["lag"]["refused"]
    assert "refused" in found["travel"]
    json.dumps(view.state(), allow_nan=False)
    view.close()


def test_one_scale_only_where_units_agree(river):
    view = opened(river, "t/down")
    view.heard("axis", {"axis": "shared"})
    assert (view.state()["agree"], view.state()["axis"]) == (True, "shared")
    view.heard("add", {"name": "t/rain"})
    assert (view.state()["agree"], view.state()["axis"]) == (False, "own")
    settle(view)
    view.close()


def test_series_are_found_by_name_in_both_languages_and_six_are_enough(river):
    view = opened(river)
    for text, names in {"ELSE": ["t/else"], "下游": ["t/down"], "t/ra": ["t/rain"], "nothing": []}.items():
        view.heard("find", {"text": text})
        assert [one["name"] for one in view.state()["found"]] == names
    for place in range(6):
        put(river.store, f"t/more/{place}", np.arange(5.0))
    for place in range(5):
        view.heard("add", {"name": f"t/more/{place}"})
    assert view.state()["full"] is True
    with pytest.raises(InvalidInputError, match="6 series"):
        view.heard("add", {"name": "t/more/5"})
    view.heard("drop", {"name": "t/up"})
    assert view.selection.series == "t/more/0"
    assert len(view.state()["lines"]) == 5
    settle(view)
    view.close()


def test_hostile_titles_stay_text_in_state_and_file(river):
    put(river.store, "t/formula", np.arange(30.0), title="=cmd|' /C calc'!A0\u202e")
    view = opened(river, "t/down", "t/formula")
    titles = [line["title"] for line in view.state()["lines"]]
    assert titles[1] == NASTY
    assert "\u202e" not in titles[2]
    name, data, media = view.file()
    assert name.endswith(".csv")
    assert "/" not in name
    assert media == "text/csv"
    assert len([line for line in data.decode().splitlines() if line.startswith("t/up,")]) == 7 * 144 + 1
    view.close()


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("add", {"name": "no/such"}),
        ("add", {"name": ["t/up"]}),
        ("span", {"span": "100y"}),
        ("span", {"span": ["7d"]}),
        ("axis", {"axis": None}),
        ("add", {}),
        ("find", {}),
        ("width", {"width": "wide"}),
        ("width", {"width": float("inf")}),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(river, what, message):
    view = opened(river)
    before = view.state()
    with pytest.raises((InvalidInputError, KeyError, ValueError, TypeError, OverflowError)):
        view.heard(what, message)
    assert view.state() == before
    view.heard("drop", {"name": "no/such"})
    view.heard("focus", {"name": "no/such"})
    view.heard("unheard of", {})
    assert view.state() == before
    view.close()


def test_the_address_holds_what_is_compared_and_brings_it_back(river):
    view = opened(river, "t/down", "t/rain")
    view.heard("span", {"span": "7d"})
    view.heard("axis", {"axis": "shared"})
    settle(view)
    address = view.selection.to_query()
    shared = Compare(river, Selection().from_query(address))
    settle(shared)
    assert [line["name"] for line in shared.state()["lines"]] == ["t/up", "t/down", "t/rain"]
    assert (shared.state()["span"], shared.selection.axis) == ("7d", "shared")
    view.heard("first", {"name": "t/rain"})
    assert view.names == ["t/rain", "t/down", "t/up"]
    view.selection.from_query(address)  # as the browser's Back does
    settle(view)
    assert view.names == ["t/up", "t/down", "t/rain"]
    view.selection.from_query("?s=t/up&with=t/up!no/such!t/down")
    assert view.names == ["t/up", "no/such", "t/down"]
    assert view.state()["lines"][1]["trouble"]
    settle(view)
    for one in (view, shared):
        one.close()


def test_nothing_is_worked_out_while_another_tab_is_open(river):
    view = opened(river, "t/down")
    desk = Compare(river, Selection(series="t/up", tab="wall"), picture=view.picture)
    desk.heard("add", {"name": "t/down"})
    assert desk._threads == []
    desk.selection.tab = "compare"
    settle(desk)
    assert desk.state()["pairs"][0]["lag"]["best"] == view.state()["pairs"][0]["lag"]["best"]
    desk.close()
    view.close()


def test_no_peak_is_lost_in_a_year(floor):
    values = np.zeros(365 * 144)
    values[1234] = 9.0
    put(floor.store, "t/year", values)
    view = opened(floor, span="1y", first="t/year")
    line = view.state()["lines"][0]
    drawn = np.frombuffer(base64.b64decode(line["v"]), "<f4")
    assert len(drawn) <= 4 * 1000
    assert drawn.max() == 9.0
    view.close()
