"""Rules on the screen: text with its mistakes by line, limits by a form, trials in pieces, and new versions."""

import threading
from datetime import timedelta

import numpy as np
import pytest

from watchfloor.alarms.ruleset import Rules as Live
from watchfloor.core.errors import ForbiddenError, InvalidInputError
from watchfloor.security.roles import Actor
from watchfloor.store.cube import Cube
from watchfloor.views.monitor import ruletext, ruletrial
from watchfloor.views.monitor.past import Cancelled
from watchfloor.views.monitor.rules import Rules
from watchfloor.views.selection import Selection

from .conftest import NOW, run, series

TEXT = """rules:
  bridge:
    kind: level
    title: Water at the bridge
    hazard: flood
    series: {name: t/wave}
    limits: {yellow: 3.0, red: 5.0}
    source: Tested.
"""


@pytest.fixture
def wavy(floor):
    floor.store.describe([series("t/wave", "Wave", attrs={"thresholds": {}})])
    times = np.arange(144 * 30)
    floor.store.observe(run("t/wave", 3.0 + 2.5 * np.sin(times / 60)))
    return floor


@pytest.fixture
def desk(wavy):
    made = Rules(wavy, Selection(tab="rules"))
    yield made
    made.close()


def waited(desk):
    for thread in desk._threads:
        thread.join(60)


def test_mistakes_are_told_with_their_lines():
    found = ruletext.checked(TEXT.replace("kind: level", "kind: levle"))
    assert [(line, where) for line, _, where, _ in found.problems] == [(3, "rules.bridge.kind")]
    assert not found.good
    assert ruletext.checked("rules: [").problems[0][0] >= 1
    assert "expected one" in ruletext.checked("rules: {}").problems[0][3]
    assert ruletext.checked("a: !!python/object:os.system x").problems
    assert "at most" in ruletext.checked("x" * 30_000).problems[0][3]


def test_the_form_changes_the_text_and_nothing_else():
    text = ruletext.limited(TEXT, {"red": 4.5})
    found = ruletext.checked(text)
    assert [item["value"] for item in ruletext.limits(found.data)] == [3.0, 4.5]
    assert found.rule.title.en == "Water at the bridge"
    for wrong in ({"pink": 1}, {"red": "x"}, {"red": float("nan")}, {"red": True}):
        with pytest.raises(InvalidInputError):
            ruletext.limited(TEXT, wrong)


def test_a_trial_in_pieces_is_the_trial_as_a_whole(wavy):
    cube = Cube.of(wavy.store)
    cube.catch_up()
    rules, data = Live([]), {**ruletext.checked(TEXT).data, "id": "bridge"}
    start, parts = NOW - timedelta(days=30), []
    whole = rules.trial(data, start, NOW, cube)
    pieces = ruletrial.live_through(rules, data, start, NOW, cube, parts.append)
    assert len(whole.firings) > 5
    assert [(one.start, one.end, one.level) for one in pieces.firings] == [
        (one.start, one.end, one.level) for one in whole.firings
    ]
    assert parts[-1] == 1.0
    assert len(parts) > 2
    with pytest.raises(Cancelled):
        ruletrial.live_through(rules, data, start, NOW, cube, wanted=lambda: False)


def test_a_rule_is_tried_and_saved_and_is_live(desk, monkeypatch):
    desk.heard("check", {"text": TEXT})
    told = desk.state()["chosen"]
    assert (told["good"], [each["name"] for each in told["series"]], told["shown"]) == (
        True,
        ["t/wave"],
        "t/wave",
    )
    assert [item["value"] for item in told["curve"]["limits"]] == [3.0, 5.0]
    desk.heard("try", {"text": TEXT, "days": 30})
    waited(desk)
    told = desk.state()["chosen"]
    assert told["trial"]["count"] > 5
    assert told["trial"]["skill"] is None, "no incident is recorded"
    assert len(told["curve"]["spans"]) == told["trial"]["count"]
    with pytest.raises(InvalidInputError, match="reason"):
        desk.heard("save", {"text": TEXT, "reason": " "})
    monkeypatch.setattr("watchfloor.views.monitor.rules.acting", lambda: Actor("bo", frozenset({"duty"})))
    with pytest.raises(ForbiddenError):
        desk.heard("save", {"text": TEXT, "reason": "new bridge"})
    monkeypatch.setattr("watchfloor.views.monitor.rules.acting", lambda: Actor("ada", frozenset({"admin"})))
    desk.heard("save", {"text": TEXT, "reason": "new bridge"})
    assert "bridge" in Live.of(desk.floor).rules
    told = desk.state()
    assert "bridge" in {each["id"] for each in told["rules"]}
    assert [(each["version"], each["by"], each["why"]) for each in told["chosen"]["history"]] == [
        ("r1", "ada", "new bridge")
    ]


def test_a_trial_is_given_up(desk, monkeypatch):
    begun, go = threading.Event(), threading.Event()

    def slow(*_, **__):
        begun.set()
        go.wait(30)
        raise Cancelled

    monkeypatch.setattr(ruletrial, "live_through", slow)
    desk.heard("try", {"text": TEXT, "days": 7})
    assert begun.wait(30)
    desk.heard("cancel", {})
    go.set()
    waited(desk)
    told = desk.state()["chosen"]
    assert (told["progress"], told["trial"]) == (None, None)


def test_shipped_rules_can_be_opened_and_read_without_mistakes(desk):
    for each in desk.state()["rules"]:
        desk.heard("choose", {"id": each["id"]})
        assert desk.state()["chosen"]["problems"] == [], each["id"]
