"""Who is silent: health, the rule of silence, the situation's figures, the wall and the latency board say the same."""

from datetime import timedelta

import pytest

import watchfloor
from watchfloor.alarms.documents import read_rule
from watchfloor.alarms.ruleset import Rules
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.diagnosis.health import health
from watchfloor.store import Observation, Series, Store
from watchfloor.store.cube import Cube
from watchfloor.views.monitor.board import SILENT, board
from watchfloor.views.monitor.delays import punctuality
from watchfloor.views.monitor.past import Past
from watchfloor.views.monitor.stations import known
from watchfloor.views.situation.snapshot import take

NOW = parse_time("2026-06-01T12:00:00Z")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

# name: attributes, minutes before now of each value, which of them have none, whether it is silent
KINDS = {
    "due": ({"interval_s": 600}, range(5, 205, 10), (), False),
    "missed-two": ({"interval_s": 600}, range(29, 229, 10), (), False),
    "missed-three": ({"interval_s": 600}, range(31, 231, 10), (), True),
    "seldom-when-calm": ({"interval_s": 60, "silent_after": "PT30M"}, range(12, 212, 10), (), False),
    "seldom-and-gone": ({"interval_s": 60, "silent_after": "PT30M"}, range(41, 241, 10), (), True),
    "cadence": ({"cadence": "PT1H"}, range(100, 1000, 60), (), False),
    "undeclared": ({}, range(50, 250, 10), (), False),
    "undeclared-gone": ({}, range(61, 261, 10), (), True),
    "answers-without-values": ({"interval_s": 600}, range(0, 200, 10), range(0, 40, 10), True),
    "one-without-value": ({"interval_s": 600}, range(0, 200, 10), (0,), False),
    "never": ({"interval_s": 600}, (), (), True),
    "forecast": ({"interval_s": 600, "forecast_of": "due"}, range(300, 400, 10), (), False),
}
SENSORS = set(KINDS) - {"forecast"}
GONE = {name for name, (_, _, _, silent) in KINDS.items() if silent}


@pytest.fixture
def floor():
    clock = FixedClock(NOW)
    store = Store.open(":memory:", clock=clock)
    store.describe(
        [
            Series(name, name, "water_level", "m", 10.0, 50.0, "flood", attrs)
            for name, (attrs, *_) in KINDS.items()
        ]
    )
    store.observe(
        [
            Observation(
                name, NOW - ago * MINUTE, float("nan") if ago in without else 1.0, 9 if ago in without else 1
            )
            for name, (_, agos, without, _) in KINDS.items()
            for ago in agos
        ]
    )
    with watchfloor.open("world", store=store, clock=clock) as found:
        yield found


def by_health(floor):
    cube = Cube.of(floor.store)
    cube.catch_up()
    return {item.series for item in health(cube, floor.store, floor.now()) if item.state == "silent"}


def by_rule(floor):
    cube = Cube.of(floor.store)
    cube.catch_up()
    rule = read_rule("silent", {"kind": "silence", "title": "Silent", "never": True})
    return {said.subject for said in Rules([rule]).evaluate(cube, floor.now()) if said.fires}


def by_figures(floor):
    return {item.name for item in take(floor).sensors if item.silent}


def by_wall(floor):
    cube = Cube.of(floor.store)
    cube.catch_up()
    return _of(board(cube, known(floor), floor.now(), DAY, 24))


def by_past_wall(floor):
    past = Past(floor.store, known(floor).names, floor.now() - DAY, floor.now(), None)
    return _of(board(past, known(floor), floor.now(), DAY, 24))


def _of(made):
    return {name for name, row in made.roster.place.items() if made.facts.state[row] & SILENT}


def by_latency(floor):
    return {
        row.station.name
        for row in punctuality(floor.store, known(floor), floor.now())
        if row.silent(floor.now())
    }


ASKED = (by_health, by_rule, by_figures, by_wall, by_latency)


@pytest.mark.parametrize("ask", ASKED, ids=lambda ask: ask.__name__)
def test_all_who_are_asked_agree_on_who_is_silent(floor, ask):
    assert ask(floor) == GONE


def test_they_agree_as_time_goes_on(floor):
    for _ in range(12):
        found = {ask.__name__: ask(floor) for ask in ASKED}
        assert len({frozenset(names) for names in found.values()}) == 1, (floor.now(), found)
        floor.clock.move(9 * MINUTE)
    assert found["by_rule"] == SENSORS, "in the end nobody tells anything"


def test_the_list_of_sensors_holds_no_forecast(floor):
    assert {item.name for item in take(floor).sensors} == set(known(floor).names) == SENSORS


def test_a_rule_may_wait_longer_than_that_but_never_less(floor):
    cube = Cube.of(floor.store)
    cube.catch_up()
    rule = read_rule("silent", {"kind": "silence", "title": "S", "limits": {"blue": "1 min", "red": "1 h"}})
    said = {item.subject: item.name for item in Rules([rule]).evaluate(cube, floor.now()) if item.fires}
    assert said == {
        "missed-three": "blue", "seldom-and-gone": "blue", "undeclared-gone": "red", "answers-without-values": "blue",
    }  # fmt: skip


def test_documents_of_when_rules_counted_cadences_can_still_be_read():
    rule = read_rule("silent", {"kind": "silence", "title": "S", "limits": {"blue": "2 h"}, "cadences": 3})
    assert rule.ages[0].high == 7200.0


def test_the_trial_and_the_watch_say_the_same_of_the_past(floor):
    cube = Cube.of(floor.store)
    cube.catch_up()
    rule = read_rule("silent", {"kind": "silence", "title": "Silent"})
    found = Rules([rule]).trial(rule, NOW - DAY, NOW, cube)
    assert {firing.subject for firing in found.firings if firing.end is None or firing.end >= NOW} == GONE - {
        "never"
    }
