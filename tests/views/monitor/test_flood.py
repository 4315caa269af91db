"""A flood of alarms: told in parts, worked out once for all pages, acted on as one event by what was on the screen."""

import json
from datetime import timedelta

import pytest

from watchfloor.alarms.life import Life
from watchfloor.alarms.verdict import Verdict
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.scales import WarningColour
from watchfloor.security.roles import Actor
from watchfloor.store import Observation
from watchfloor.store.records import Series
from watchfloor.views.monitor.alarmroll import Roll
from watchfloor.views.monitor.alarms import Alarms
from watchfloor.views.selection import Selection
from watchfloor.views.situation.rows import millis

from .conftest import NOW, STEP

COLOURS = (None, WarningColour.BLUE, WarningColour.YELLOW, WarningColour.ORANGE, WarningColour.RED)
MANY = 400
ANNA = Actor("anna", frozenset({"duty"}))


def says(number, level=2, at=NOW, hazard="flood"):
    name = f"f/{number:03d}"
    return Verdict(
        "level", "1", name, (name,), at, level, "", COLOURS[level], None, 4.25, 3.0, "m", ((name, at),),
        why="High.", clears=level == 0, hazard=hazard, title=f"High: {name}",
    )  # fmt: skip


def describe(floor, east):
    floor.store.describe(
        [
            Series(f"f/{n:03d}", f"Gauge {n}", "water_level", "m", -170 + n * east, 40.0, "flood")
            for n in range(MANY)
        ]
    )


@pytest.fixture
def near(floor):
    """Return a floor with hundreds of alarms of one event."""
    describe(floor, 0.0001)
    Life(floor).take([says(n, 2 + (n == 77)) for n in range(MANY)], NOW)
    return floor


def test_one_event_of_hundreds_is_a_line_and_its_alarms_come_in_parts(near):
    shown = Alarms(near, Selection())
    (group,) = shown.state()["groups"]
    assert (group["count"], group["waiting"], group["colour"], group["rows"]) == (MANY, MANY, "orange", [])
    assert len(json.dumps(shown.state())) < 3000
    shown.heard("fold", {"group": group["id"], "open": True})
    (group,) = shown.state()["groups"]
    assert group["rows"][0]["colour"] == "orange", "the worst stands first"
    assert len(group["rows"]) + group["more"] == MANY
    assert len(group["rows"]) <= 60
    shown.heard("more", {"group": group["id"]})
    assert len(shown.state()["groups"][0]["rows"]) == 120


def test_events_everywhere_are_told_in_parts_the_worst_first(floor):
    describe(floor, 0.8)
    Life(floor).take([says(n, 1 + n % 4) for n in range(MANY)], NOW)
    shown = Alarms(floor, Selection())
    told = shown.state()
    assert len(told["groups"]) == 60
    assert {group["colour"] for group in told["groups"]} == {"red"}
    assert told["more"] > 300
    assert sum(len(group["rows"]) for group in told["groups"]) <= 240 + 2 * 60
    shown.heard("more", {})
    assert len(shown.state()["groups"]) == 120


def test_pages_that_look_alike_share_what_is_worked_out_until_an_alarm_changes(near):
    one, other = Alarms(near, Selection()), Alarms(near, Selection(language="zh"))
    first = one.state()["groups"]
    assert other.state()["groups"] is first
    near.store.observe([Observation("f/001", NOW - STEP, 1.0)])
    assert one.state()["groups"] is first, "a value that comes changes no alarm"
    far = Alarms(near, Selection(hazards=["storm"]))
    assert far.state()["groups"] == []
    Life(near).take([says(5, 4, NOW + STEP)], NOW + STEP)
    again = other.state()["groups"]
    assert again is not first
    assert again[0]["colour"] == "red"


def test_an_alarm_that_changes_costs_the_reading_of_that_one(near, monkeypatch):
    roll = Roll.of(near)
    assert len(roll.alarms()) == MANY
    read = []
    alarm = roll.life.alarm
    monkeypatch.setattr(roll.life, "alarm", lambda name, *more: read.append(name) or alarm(name, *more))
    monkeypatch.setattr(roll.life, "alarms", lambda *_, **__: pytest.fail("all were read again"))
    (changed,) = Life(near).take([says(5, 4, NOW + STEP)], NOW + STEP)
    assert roll.alarms()[0].id == changed.id
    assert read == [changed.id]
    assert len(roll.alarms()) == MANY


def test_what_closed_stays_a_day_and_goes(near):
    roll = Roll.of(near)
    name = roll.alarms()[3].id
    roll.life.close(ANNA, name, "over")
    assert name not in {alarm.id for alarm in roll.alarms()}
    assert name in {alarm.id for alarm in roll.alarms(open_only=False)}
    near.clock.move(timedelta(hours=25))
    Life(near).take([says(9, 4, NOW + timedelta(hours=25))], near.now())
    assert name not in {alarm.id for alarm in roll.alarms(open_only=False)}
    assert name in {alarm.id for alarm in roll.about(roll.life.alarm(name).verdict.series[0])}


def finish(shown):
    for thread in shown._threads:
        thread.join(30)


def test_a_whole_event_is_acknowledged_as_it_was_on_the_screen(near):
    shown = Alarms(near, Selection())
    (group,) = shown.state()["groups"]
    near.clock.move(STEP)
    Life(near).take([says(5, 4, near.now())], near.now())  # gets worse, and the screen does not show it yet
    said = []
    shown.pane.say = lambda text, **_: said.append(text)
    shown.heard("act", {"what": "acknowledge", "group": group["id"], "last": group["last"]})
    finish(shown)
    states = [alarm for alarm in Roll.of(near).alarms() if alarm.acknowledged is None]
    assert [alarm.verdict.subject for alarm in states] == ["f/005"]
    assert said[0].startswith(f"{MANY} alarms are being changed")
    assert "got worse while it was on the screen" in said[-1]
    (group,) = shown.state()["groups"]
    assert group["waiting"] == 1
    shown.heard("act", {"what": "acknowledge", "group": group["id"], "last": group["last"]})
    finish(shown)
    assert shown.state()["waiting"] == 0
    with pytest.raises(InvalidInputError, match="no such alarm"):
        shown.heard("act", {"what": "acknowledge", "group": group["id"], "last": group["last"]})


def test_a_filter_holds_for_acts_on_an_event_too(near):
    shown = Alarms(near, Selection(text="f/07"))
    (group,) = shown.state()["groups"]
    assert group["count"] == 10
    shown.heard("act", {"what": "assign", "to": "bo", "group": group["id"], "last": millis(NOW)})
    finish(shown)
    owned = {alarm.verdict.subject for alarm in Roll.of(near).alarms() if alarm.assigned == "bo"}
    assert owned == {f"f/07{n}" for n in range(10)}
