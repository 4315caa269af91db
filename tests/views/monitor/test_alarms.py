"""The alarm list on the server's side: what passes, what is folded, who may act, and what is refused."""

from datetime import timedelta

import pytest

from watchfloor.alarms.life import Life
from watchfloor.alarms.verdict import Verdict
from watchfloor.core.errors import ForbiddenError, InvalidInputError
from watchfloor.core.scales import WarningColour
from watchfloor.security.roles import Actor
from watchfloor.views.monitor import alarms as module
from watchfloor.views.monitor.alarm import AlarmDepth
from watchfloor.views.monitor.alarmacts import act
from watchfloor.views.monitor.alarmroll import Roll
from watchfloor.views.monitor.alarms import Alarms
from watchfloor.views.selection import Selection

from .conftest import NOW

COLOURS = (None, WarningColour.BLUE, WarningColour.YELLOW, WarningColour.ORANGE, WarningColour.RED)
ANNA, BO = Actor("anna", frozenset({"duty"})), Actor("bo", frozenset({"duty"}))
VIEWER = Actor("vi", frozenset({"viewer"}))


def says(subject, level=2, hazard="flood", at=NOW, **more):
    return Verdict(
        "level", "1", subject, (subject,), at, level, "", COLOURS[level], None, 4.25, 3.0, "m", ((subject, at),),
        why="High.", clears=level == 0, hazard=hazard, title=f"High: {subject}", **more,
    )  # fmt: skip


@pytest.fixture
def made(busy):
    life = Life(busy)
    life.take(
        [
            says("t/high", 4),
            says("t/rising", 3),
            says("t/level", 2),
            says("t/low", 2, "storm", weakened=True),
        ],
        NOW,
    )
    return busy


def view(floor, **chosen):
    return Alarms(floor, Selection(**chosen))


def alarm(floor, subject):
    return next(each for each in Roll.of(floor).alarms(open_only=False) if each.verdict.subject == subject)


def test_events_are_folded_with_their_count_and_worst_first(made):
    told = view(made).state()
    flood, storm = told["groups"]
    assert (flood["count"], flood["waiting"], flood["colour"], flood["open"], flood["rows"]) == (
        3,
        3,
        "red",
        False,
        [],
    )
    assert [row["id"] for row in storm["rows"]] == [alarm(made, "t/low").id]
    assert storm["rows"][0]["weakened"]
    assert (told["total"], told["waiting"], told["calls"].keys()) == (4, 4, {"red", "orange", "yellow"})


def test_an_opened_event_tells_value_limit_units_station_and_timer(made):
    shown = view(made)
    group = shown.state()["groups"][0]
    shown.heard("fold", {"group": group["id"], "open": True})
    row = shown.state()["groups"][0]["rows"][0]
    assert (row["colour"], row["value"], row["limit"], row["units"], row["state"]) == (
        "red",
        4.25,
        3.0,
        "m",
        "unacknowledged",
    )
    assert row["stations"] == [{"title": "High", "zh": "高"}]
    assert row["rung"] == {"at": (NOW + timedelta(minutes=5)).timestamp() * 1000, "to": "duty"}


def test_the_selection_filters_and_is_linked(made):
    assert view(made, hazards=["storm"]).state()["total"] == 1
    assert view(made, severities=["Extreme"]).state()["total"] == 1
    assert view(made, text="t/rising").state()["total"] == 1
    far = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    assert view(made, area=far).state()["total"] == 0
    shown = view(made)
    name = alarm(made, "t/rising").id
    shown.heard("select", {"id": name})
    assert shown.selection.record == ("alarm", "alarms", name)
    assert shown.selection.series == "t/rising"
    told = shown.state()
    assert told["selected"] == name
    assert told["groups"][0]["open"], "the event of what is chosen stands open"


def test_a_flood_is_told_in_parts_but_never_without_what_is_chosen(made, monkeypatch):
    monkeypatch.setattr(module, "_ROWS", 1)
    last = alarm(made, "t/level").id
    shown = view(made, record=("alarm", "alarms", last))
    group = shown.state()["groups"][0]
    assert ([row["id"] for row in group["rows"]], group["more"], group["count"]) == ([last], 2, 3)


def test_acts_go_to_the_server_and_are_told(made):
    shown = view(made)
    name = alarm(made, "t/high").id
    shown.heard("act", {"what": "acknowledge", "ids": [name], "seen": {name: 1}})
    assert alarm(made, "t/high").acknowledged.by == "local operator"
    roll = Roll.of(made)
    act(roll, ANNA, {"what": "shelve", "ids": [name], "reason": "pump test", "minutes": 60})
    assert alarm(made, "t/high").shelf.until == made.now() + timedelta(hours=1)
    act(roll, ANNA, {"what": "undo", "ids": [name]})
    assert alarm(made, "t/high").state == "acknowledged"
    act(roll, ANNA, {"what": "override", "ids": [name], "colour": "blue", "reason": "seen", "minutes": 30})
    assert alarm(made, "t/high").colour == "blue"
    act(roll, ANNA, {"what": "close", "ids": [name], "reason": "over"})
    assert not alarm(made, "t/high").open
    assert name not in {row["id"] for group in shown.state()["groups"] for row in group["rows"]}
    shown.heard("show", {"value": "all"})
    assert name in {each.id for each in shown._alarms(roll)}


def test_what_passes_the_filters_and_a_life_are_files_with_their_marks(made):
    shown = view(made, hazards=["flood"])
    handed = []
    shown.pane.hand = lambda *told: handed.append(told)
    shown.heard("save", {})
    ((name, data, media),) = handed
    lines = data.decode("utf-8-sig").splitlines()
    assert (name, media) == ("DEMO-demo-alarms.csv", "text/csv")
    assert lines[0].startswith("# mark: DEMO")
    table = [line for line in lines if not line.startswith("#")]
    assert table[0].startswith("id,title,state,colour")
    assert len(table) == 4
    assert "High: t/high,unacknowledged,red" in table[1]
    Life(made).acknowledge(ANNA, alarm(made, "t/high").id, "=cmd|' /C calc'!A0")
    depth = AlarmDepth(made, Selection(record=("alarm", "alarms", alarm(made, "t/high").id), tab="alarm"))
    depth.pane.hand = lambda *told: handed.append(told)
    depth.heard("save", {})
    rows = handed[-1][1].decode("utf-8-sig").splitlines()
    assert "acknowledge,anna,acknowledged,red" in rows[-1]
    assert "=cmd" not in rows[-1].replace("'=cmd", "")


def test_a_viewer_may_do_nothing(made):
    name = alarm(made, "t/high").id
    for what in ("acknowledge", "assign", "shelve", "override", "close", "merge", "split"):
        with pytest.raises(ForbiddenError, match="vi \\(viewer\\) may not"):
            act(
                Roll.of(made),
                VIEWER,
                {
                    "what": what,
                    "ids": [name, alarm(made, "t/low").id],
                    "to": "x",
                    "reason": "x",
                    "minutes": 5,
                },
            )
    assert alarm(made, "t/high").step == 1


def test_what_got_worse_on_the_screen_is_not_acknowledged_unseen(made):
    name = alarm(made, "t/level").id
    Life(made).take([says("t/level", 4, at=NOW + timedelta(minutes=1))], NOW + timedelta(minutes=1))
    with pytest.raises(InvalidInputError, match="got worse"):
        act(Roll.of(made), ANNA, {"what": "acknowledge", "ids": [name], "seen": {name: 1}})
    act(
        Roll.of(made),
        ANNA,
        {"what": "acknowledge", "ids": [name], "seen": {name: alarm(made, "t/level").step}},
    )


@pytest.mark.parametrize(
    "message",
    [
        {"what": "explode", "ids": ["x"]},
        {"what": "close", "ids": "x"},
        {"what": "close", "ids": []},
        {"what": "close", "ids": [1]},
        {"what": "shelve", "minutes": "nan", "reason": "x"},
        {"what": "shelve", "minutes": -1, "reason": "x"},
        {"what": "shelve", "minutes": 60, "reason": " "},
        {"what": "override", "minutes": 60, "reason": "x", "colour": "pink"},
    ],
)
def test_bad_messages_are_refused(made, message):
    with pytest.raises(InvalidInputError):
        act(Roll.of(made), ANNA, {"ids": [alarm(made, "t/high").id], **message})


def test_one_that_fails_costs_the_others_nothing(made):
    names = [alarm(made, "t/high").id, alarm(made, "t/low").id]
    act(Roll.of(made), ANNA, {"what": "close", "ids": names[:1], "reason": "over"})
    with pytest.raises(InvalidInputError, match="1 of 2 alarms were changed"):
        act(Roll.of(made), ANNA, {"what": "assign", "ids": names, "to": "bo"})
    assert alarm(made, "t/low").assigned == "bo"


def test_the_past_is_shown_as_it_was_known_and_cannot_be_acted_on(made):
    shown = view(made, as_of=NOW - timedelta(minutes=1))
    assert shown.state()["total"] == 0
    with pytest.raises(InvalidInputError, match="past"):
        shown.heard("act", {"what": "acknowledge", "ids": [alarm(made, "t/high").id]})


def test_one_alarm_in_depth_and_its_message_by_two_people(made, monkeypatch):
    name = alarm(made, "t/high").id
    depth = AlarmDepth(made, Selection(record=("alarm", "alarms", name), tab="alarm"))
    told = depth.state()
    assert told["steps"][0]["event"] == "raise"
    assert told["curve"]["samples"] == [NOW.timestamp() * 1000]
    assert len(told["curve"]["points"]) > 10
    assert len(told["members"]) == 2
    monkeypatch.setattr("watchfloor.views.monitor.alarm.acting", lambda: ANNA)
    depth.heard("write", {"what": "new", "alarm": name})
    draft = depth.state()["draft"]
    assert (draft["stage"], draft["faults"], draft["authors"]) == ("writing", [], ["anna"])
    depth.heard(
        "write",
        {
            "what": "edit",
            "id": draft["id"],
            "texts": {"en": {"headline": "Leave <b>now</b>"}},
            "hours": 6,
            "severity": "Severe",
        },
    )
    draft = depth.state()["draft"]
    assert draft["texts"]["en"]["headline"] == "Leave <b>now</b>"
    assert draft["severity"] == "Severe"
    with pytest.raises(ForbiddenError, match="somebody else"):
        depth.heard("write", {"what": "approve", "id": draft["id"], "step": draft["step"]})
    monkeypatch.setattr("watchfloor.views.monitor.alarm.acting", lambda: BO)
    depth.heard("write", {"what": "approve", "id": draft["id"], "step": draft["step"]})
    assert depth.state()["draft"]["issue"]["status"] == "Exercise"
    depth.heard("write", {"what": "cancel", "id": draft["id"], "reason": "over"})
    assert depth.state()["draft"]["kind"] in {"Update", "Cancel"}
