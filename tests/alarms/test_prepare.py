"""A past that is lived through quickly leaves the alarms that one lived through from the beginning each time leaves."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

import watchfloor
from watchfloor.alarms import Life, Watch, runner, sight
from watchfloor.alarms.documents import read_rule
from watchfloor.alarms.policy import read_policy
from watchfloor.alarms.ruleset import Rules
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.floor import sources
from watchfloor.store import Series, Store

NOW = parse_time("2026-06-01T15:00:00Z")


class Anew:
    """Rules that are read and worked out from the beginning of the memory at each step."""

    def __init__(self, floor):
        self.floor, self.problems = floor, []

    def evaluate(self, cube, at, also=()):
        return Rules.of(self.floor).evaluate(cube, at, also)


def lived(tmp_path, name, rules=None):
    """Return every step of every alarm of the first fifteen hours of the story, with when it was known."""
    store = Store.open(tmp_path / f"{name}.sqlite", clock=FixedClock(NOW))
    with watchfloor.open("demo", store=store) as floor:
        watch = Watch(floor, rules=rules and rules(floor), notify=None)
        watch.prepare()
        found = told(floor, watch)
    store.close()
    return found


def told(floor, watch):
    """Return every step of every alarm, with when it was known, and every mark."""
    watch.close()
    assert watch.trouble == {}
    life = Life(floor, watch.life.policy)
    found = [
        (
            step.id,
            step.step,
            step.event.value,
            step.at,
            record.known,
            step.verdict.rule,
            step.verdict.level,
            step.said(),
        )
        for alarm in life.alarms(open_only=False)
        for step, record in zip(
            life.timeline(alarm.id), floor.store.history("alarm", "alarms", alarm.id), strict=True
        )
    ]
    marks = floor.store.marks()
    return sorted(found), sorted(
        zip(marks["series"], marks["time"], marks["checks"], marks["flag"], strict=True)
    )


@pytest.fixture
def short(monkeypatch):
    """Have the story begin fifteen hours ago: a fire, a crowd and an earthquake."""
    monkeypatch.setattr(sources, "LEAD", timedelta(hours=15))


@pytest.mark.timeout(300)
def test_what_is_kept_between_the_steps_changes_no_alarm_and_no_known_time(tmp_path, short, monkeypatch):
    quick, marked = lived(tmp_path, "quick")
    # as if nothing were kept: rules anew at each step, every value judged with those of its ten minutes alone
    monkeypatch.setattr(sight, "_PIECE", sight._TOGETHER)
    monkeypatch.setattr(runner, "_thinned", lambda points, now: points[-1:])
    slow, also = lived(tmp_path, "slow", Anew)
    assert {rule for *_, rule, _, _ in quick} >= {"smoke", "crowd-density", "quake"}
    assert quick == slow
    assert marked == also


RULES = [
    read_rule("level", {"kind": "level", "title": "High", "on_after": "20 min", "deadband": "0.1 m"}),
    read_rule(
        "rise", {"kind": "rate", "title": "Rise", "over": "2 h", "limits": {"orange": 1.5}, "units": "m"}
    ),
]


def samples():
    """Return two days of eight gauges that swing about their limits, some values wild, and when each is heard of."""
    rng = np.random.default_rng(7)
    parts = []
    for place in range(8):
        hour = np.arange(288) / 6
        value = 2 + 2 * np.sin(hour / 24 * 2 * np.pi + place) + rng.normal(0, 0.2, len(hour))
        value[rng.random(len(hour)) < 0.03] += 6
        value[60 + 5 * place : 130] = value[
            60 + 5 * place
        ]  # it stays where it is: hours later that is found out
        time = NOW + pd.to_timedelta(hour, unit="h") - timedelta(days=2)
        if place % 2:
            time += pd.to_timedelta(rng.random(len(hour)) * 300, unit="s")  # no cadence
        parts.append(pd.DataFrame({"series": f"g{place}", "time": time.as_unit("us"), "value": value}))
    found = pd.concat(parts, ignore_index=True)
    late = np.where(rng.random(len(found)) < 0.15, rng.random(len(found)) * 6, 0)
    return found, found["time"] + pd.to_timedelta(late, unit="h")


def heard(rules):
    """Return every alarm's steps and every mark of a watch to which values come late and are found to be bad later."""
    attrs = {"interval_s": 600, "thresholds": {"yellow": 2.5, "red": 3.5}, "quality": {"stuck": 3}}
    table, known = samples()
    store = Store.open(":memory:", clock=FixedClock(NOW))
    store.describe(
        [Series(f"g{n}", f"Gauge {n}", "water_level", "m", 10.0 * n, 0.0, "flood", attrs) for n in range(8)]
    )
    with watchfloor.open("world", store=store) as floor:
        watch = Watch(floor, rules=rules, life=Life(floor, read_policy(None)), notify=None)
        for hour in range(48):
            begin, end = (NOW - timedelta(hours=48 - each) for each in (hour, hour + 1))
            store.observe(table[(known > begin) & (known <= end)], known=end)
            watch.step(end, end, tell=False)
        found = told(floor, watch)
    store.close()
    return found


class Fresh:
    """The rules, worked out from the beginning at each step."""

    problems = ()

    def evaluate(self, cube, at, also=()):
        return Rules(RULES).evaluate(cube, at, also)


def test_late_values_and_late_marks_change_alarms_as_if_all_were_worked_out_anew():
    kept, marks = heard(Rules(RULES))
    anew, also = heard(Fresh())
    assert len({name for name, *_ in kept}) > 10
    assert {flag for *_, flag in marks} >= {2, 3}
    assert kept == anew
    assert marks == also
