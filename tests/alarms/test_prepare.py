"""A past that is lived through quickly leaves the alarms that one lived through from the beginning each time leaves."""

from datetime import timedelta

import pytest

import watchfloor
from watchfloor.alarms import Life, Watch, runner, sight
from watchfloor.alarms.ruleset import Rules
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.floor import sources
from watchfloor.store import Store

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
        watch.close()
        life = Life(floor)
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
                life.timeline(alarm.id), store.history("alarm", "alarms", alarm.id), strict=True
            )
        ]
        marks = store.marks()
        assert watch.trouble == {}
    store.close()
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
