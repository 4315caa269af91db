"""What happens to an alarm: by the watch, by time, by people, and by several at once."""

from datetime import timedelta

import pytest

from watchfloor.alarms import Alarm, Event, Life, State
from watchfloor.alarms.policy import Delay
from watchfloor.core.errors import ForbiddenError, InvalidInputError, UnknownNameError
from watchfloor.core.scales import Severity, WarningColour
from watchfloor.security.roles import Actor

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_a_condition_is_raised_once_worsens_eases_and_clears(life, told, clock):
    at = clock.now()
    (alarm,) = life.take([told(at)], at)
    assert (alarm.state, alarm.colour, alarm.severity, alarm.onset) == (
        State.UNACKNOWLEDGED, WarningColour.YELLOW, Severity.MODERATE, at,
    )  # fmt: skip
    assert life.take([told(at + MINUTE)], at + MINUTE) == []
    (worse,) = life.take([told(at + 2 * MINUTE, level=4)], at + 2 * MINUTE)
    assert (worse.event, worse.colour, worse.step) == (Event.WORSEN, WarningColour.RED, 2)
    (eased,) = life.take([told(at + 3 * MINUTE, level=1)], at + 3 * MINUTE)
    assert (eased.event, eased.colour, eased.worst) == (Event.EASE, WarningColour.BLUE, WarningColour.RED)
    (gone,) = life.take([told(at + 4 * MINUTE, level=0)], at + 4 * MINUTE)
    assert (gone.state, gone.standing, gone.cleared) == (State.RETURNED, False, at + 4 * MINUTE)
    assert life.alarms() == [gone]
    assert [step.event for step in life.timeline(alarm.id)] == ["raise", "worsen", "ease", "clear"]


def test_the_alarm_is_a_record_that_desks_show(life, floor, told, clock):
    life.take([told(clock.now(), level=3)], clock.now())
    table = floor.read("live/alarms")
    assert table[["title", "hazard", "severity", "state"]].to_numpy().tolist() == [
        ["High water at G05", "flood", "Severe", "active"]
    ]
    assert table.geometry.iloc[0].x == pytest.approx(112.5)


def test_it_is_latched_until_somebody_takes_note(life, told, clock, anna):
    at = clock.now()
    (alarm,) = life.take([told(at)], at)
    life.take([told(at + HOUR, level=0)], at + HOUR)
    assert life.alarm(alarm.id).state is State.RETURNED
    clock.move(2 * HOUR)
    closed = life.acknowledge(anna, alarm.id, "seen")
    assert (closed.state, closed.closed.by, closed.acknowledged.reason) == (State.CLOSED, "anna", "seen")
    assert life.alarms() == []
    assert life.alarms(open_only=False)[0].state is State.CLOSED


def test_what_was_taken_note_of_ends_by_itself(life, told, clock, anna):
    at = clock.now()
    (alarm,) = life.take([told(at)], at)
    assert life.acknowledge(anna, alarm.id).state is State.ACKNOWLEDGED
    (closed,) = life.take([told(at + HOUR, level=0)], at + HOUR)
    assert closed.state is State.CLOSED
    record = life._store.records("alarm", state="ended")[0]
    assert record.valid_to == at + HOUR


def test_it_comes_back_while_nobody_took_note(life, told, clock):
    at = clock.now()
    for minute, level in enumerate([2, 0, 2, 0]):
        life.take([told(at + minute * MINUTE, level=level)], at + minute * MINUTE)
    (alarm,) = life.alarms(open_only=False)
    assert [step.event.value for step in life.timeline(alarm.id)] == ["raise", "clear", "recur", "clear"]


def test_the_next_time_is_another_alarm(life, told, clock, anna):
    at = clock.now()
    (first,) = life.take([told(at)], at)
    life.acknowledge(anna, first.id)
    life.take([told(at + MINUTE, level=0)], at + MINUTE)
    (second,) = life.take([told(at + 2 * MINUTE)], at + 2 * MINUTE)
    assert first.id != second.id
    assert [alarm.id for alarm in life.alarms()] == [second.id]


def test_a_worse_level_waits_for_somebody_again(life, told, clock, anna):
    at = clock.now()
    (alarm,) = life.take([told(at)], at)
    life.acknowledge(anna, alarm.id)
    (worse,) = life.take([told(at + MINUTE, level=3)], at + MINUTE)
    assert (worse.state, worse.acknowledged, worse.demanded) == (State.UNACKNOWLEDGED, None, at + MINUTE)


def test_no_news_is_not_good_news(life, told, clock):
    at = clock.now()
    life.take([told(at)], at)
    assert life.take([], at + HOUR) == []
    assert life.take([told(at + HOUR, level=0, clears=False)], at + HOUR) == [], "within the dead-band"
    assert life.take([told(at + HOUR, level=0, weakened=True)], at + HOUR) == [], "bad data clear nothing"
    assert life.alarms()[0].standing


def test_changes_count_when_they_last(floor, policy, told, clock):
    slow = Delay.model_validate({"raise": "PT2M", "ease": "PT2M", "clear": "PT2M"})
    life = Life(floor, policy.model_copy(update={"delays": {"default": slow}}))
    at = clock.now()
    seen = []
    for minute, level in enumerate([2, 0, 2, 2, 2, 3, 2, 3, 2, 2, 2, 0, 2, 0, 0, 0]):
        made = life.take([told(at + minute * MINUTE, level=level)], at + minute * MINUTE)
        seen += [(minute, alarm.event.value) for alarm in made]
    assert seen == [(4, "raise"), (5, "worsen"), (10, "ease"), (15, "clear")]


def test_chatter_is_counted_over_several_alarms_and_put_aside_by_nobody(life, told, clock, anna):
    at = clock.now()
    for minute in range(6):
        made = life.take([told(at + minute * MINUTE, level=2 * ((minute + 1) % 2))], at + minute * MINUTE)
        if minute == 0:
            assert not made[0].chattering
            life.acknowledge(anna, made[0].id)
    (alarm,) = life.alarms()
    assert alarm.step < 6
    assert alarm.chattering
    assert alarm.state is State.RETURNED
    later = at + 3 * HOUR
    assert not life.take([told(later)], later)[0].chattering


def test_shelved_it_comes_back_by_itself_and_at_once_when_it_is_worse(life, told, clock, anna):
    at = clock.now()
    (alarm,) = life.take([told(at)], at)
    life.shelve(anna, alarm.id, "known works at the weir", at + 2 * HOUR)
    assert life.take([told(at + HOUR, level=0)], at + HOUR)[0].state is State.SHELVED
    assert life.take([told(at + HOUR + MINUTE)], at + HOUR + MINUTE)[0].state is State.SHELVED
    assert life.tick(at + HOUR + 59 * MINUTE) == []
    (back,) = life.tick(at + 2 * HOUR)
    assert (back.event, back.state) == (Event.EXPIRE, State.UNACKNOWLEDGED)
    clock.move(3 * HOUR)
    life.shelve(anna, alarm.id, "again", clock.now() + HOUR)
    (worse,) = life.take([told(clock.now(), level=4)], clock.now())
    assert (worse.event, worse.state, worse.shelf) == (Event.WORSEN, State.UNACKNOWLEDGED, None)


@pytest.mark.parametrize(
    ("reason", "until", "message"),
    [("", HOUR, "say why"), ("why", -HOUR, "is not after now"), ("why", 25 * HOUR, "1 day, 0:00:00 at most")],
)
def test_a_shelf_needs_a_reason_and_an_end(life, told, clock, anna, reason, until, message):
    (alarm,) = life.take([told(clock.now())], clock.now())
    with pytest.raises(InvalidInputError, match=message):
        life.shelve(anna, alarm.id, reason, clock.now() + until)
    assert life.alarm(alarm.id).step == 1


def test_a_person_sets_the_colour_for_a_while(life, told, clock, anna):
    at = clock.now()
    (alarm,) = life.take([told(at)], at)
    raised = life.override(anna, alarm.id, WarningColour.RED, "dike is soft", at + HOUR)
    assert (raised.colour, raised.record(life._floor.status).severity) == (
        WarningColour.RED,
        Severity.EXTREME,
    )
    assert life.take([told(at + MINUTE, level=3)], at + MINUTE)[0].colour is WarningColour.RED
    events = [step.event for step in life.timeline(alarm.id)]
    assert Event.RELEASE not in events
    life.tick(at + HOUR)
    assert [step.event for step in life.timeline(alarm.id)][len(events)] is Event.RELEASE
    assert life.alarm(alarm.id).colour is WarningColour.ORANGE


@pytest.mark.parametrize("colour", ["red", "orange", "yellow", "blue"])
def test_what_nobody_acknowledges_is_passed_on(life, told, clock, colour, policy):
    at = clock.now()
    level = ["blue", "yellow", "orange", "red"].index(colour) + 1
    (alarm,) = life.take([told(at, level=level)], at)
    rungs = policy.escalation[WarningColour(colour)]
    assert life.tick(at + rungs[0].after - timedelta(seconds=1)) == []
    (passed,) = life.tick(at + rungs[0].after)
    assert (passed.event, passed.note, passed.escalated) == (Event.ESCALATE, rungs[0].to, 1)
    assert life.tick(at + rungs[0].after) == []
    told_to = [passed.note]
    for rung in rungs[1:]:
        told_to += [step.note for step in life.tick(at + rung.after)]
    assert told_to == [rung.to for rung in rungs]
    assert life.tick(at + 1000 * HOUR) == []
    assert life.alarm(alarm.id).state is State.UNACKNOWLEDGED


def test_what_somebody_acknowledged_is_not_passed_on(life, told, clock, anna):
    at = clock.now()
    (alarm,) = life.take([told(at, level=4)], at)
    life.acknowledge(anna, alarm.id)
    assert life.tick(at + HOUR) == []


def test_maintenance_suppresses_and_hides_nothing_afterwards(life, told, clock):
    at = clock.now()
    (alarm,) = life.take([told(at)], at, maintenance={"G05"})
    assert (alarm.state, alarm.suppressed) == (State.SUPPRESSED, "maintenance of G05")
    (other,) = life.take([told(at, "G06")], at, maintenance={"G05"})
    assert other.state is State.UNACKNOWLEDGED
    life.take([told(at, level=0)], at + MINUTE, maintenance={"G05"})
    (back,) = life.take([], at + HOUR, maintenance=set())
    assert (back.id, back.state) == (alarm.id, State.RETURNED)


def test_out_of_service_stays_so_until_somebody_puts_it_back(life, told, clock, anna):
    at = clock.now()
    (alarm,) = life.take([told(at)], at)
    life.disable(anna, alarm.id, "gauge is broken")
    for minute, level in ((1, 0), (2, 2), (3, 4)):
        life.take([told(at + minute * MINUTE, level=level)], at + minute * MINUTE)
    assert life.alarm(alarm.id).state is State.OUT_OF_SERVICE
    assert life.enable(anna, alarm.id).state is State.UNACKNOWLEDGED


def test_closed_by_hand_only_worse_raises_it_again(life, told, clock, anna):
    at = clock.now()
    (alarm,) = life.take([told(at)], at)
    life.close(anna, alarm.id, "tested by the fire brigade")
    assert life.take([told(at + MINUTE)], at + MINUTE) == []
    assert life.take([told(at + MINUTE, level=1)], at + MINUTE) == []
    again = Life(life._floor, life.policy)
    made = again.take([told(at + 2 * MINUTE, level=3)], at + 2 * MINUTE)
    assert sorted(step.event.value for step in made) == ["clear", "raise"]
    assert [step.colour for step in again.alarms()] == [WarningColour.ORANGE]
    assert again.alarm(alarm.id).state is State.CLOSED


def test_closed_by_hand_and_gone_it_comes_again(life, told, clock, anna):
    at = clock.now()
    (alarm,) = life.take([told(at)], at)
    life.close(anna, alarm.id, "no matter")
    (gone,) = life.take([told(at + MINUTE, level=0)], at + MINUTE)
    assert (gone.state, gone.standing) == (State.CLOSED, False)
    (new,) = life.take([told(at + 2 * MINUTE)], at + 2 * MINUTE)
    assert new.id != alarm.id


ACTS = {
    "acknowledge": lambda life, who, name, at: life.acknowledge(who, name),
    "assign": lambda life, who, name, at: life.assign(who, name, "pump crew"),
    "shelve": lambda life, who, name, at: life.shelve(who, name, "why", at + HOUR),
    "override": lambda life, who, name, at: life.override(who, name, WarningColour.RED, "why"),
    "disable": lambda life, who, name, at: life.disable(who, name, "why"),
    "close": lambda life, who, name, at: life.close(who, name, "why"),
    "split": lambda life, who, name, at: life.alarm(life.split(who, [name]) and name),
}


def plain(alarm: Alarm) -> tuple[object, ...]:
    """Return what an act changes."""
    return (
        alarm.state, alarm.colour, alarm.acknowledged, alarm.assigned, alarm.shelf, alarm.override, alarm.disabled,
        alarm.closed, alarm.group, alarm.pinned,
    )  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("gone", [False, True])
def test_every_human_act_is_undone(life, told, clock, anna, act, gone):
    at = clock.now()
    (alarm,) = life.take([told(at)], at)
    if gone:
        (alarm,) = life.take([told(at, level=0)], at)
    changed = ACTS[act](life, anna, alarm.id, at)
    assert plain(changed) != plain(alarm)
    back = life.undo(anna, alarm.id)
    assert plain(back) == plain(alarm)
    assert back.note.startswith("undone: ")
    with pytest.raises(InvalidInputError, match="Nobody did anything"):
        life.undo(anna, alarm.id)


@pytest.mark.parametrize("act", ACTS)
def test_every_human_act_needs_the_right_and_is_journalled(life, told, clock, anna, act):
    (alarm,) = life.take([told(clock.now())], clock.now())
    for who in (None, Actor("vi", frozenset({"viewer"})), Actor("tr", frozenset({"trainer"}))):
        with pytest.raises(ForbiddenError):
            ACTS[act](life, who, alarm.id, clock.now())
    assert life.alarm(alarm.id).step == 1
    before = life._store.journal.head().seq
    ACTS[act](life, anna, alarm.id, clock.now())
    entries = life._store.journal.entries(since=before)
    assert [entry.actor for entry in entries] == ["anna"]
    assert life._store.journal.verify().ok


def test_the_undoing_of_what_ended_it_reopens_it_unless_it_came_again(life, told, clock, anna):
    at = clock.now()
    (alarm,) = life.take([told(at)], at)
    life.acknowledge(anna, alarm.id)
    life.take([told(at + MINUTE, level=0)], at + MINUTE)
    assert life.alarm(alarm.id).state is State.CLOSED
    life.take([told(at + 2 * MINUTE)], at + 2 * MINUTE)
    with pytest.raises(InvalidInputError, match="raised again since"):
        life.undo(anna, alarm.id)


def test_acknowledging_twice_says_who_was_first(life, told, clock, anna, bo):
    (alarm,) = life.take([told(clock.now())], clock.now())
    life.acknowledge(anna, alarm.id)
    with pytest.raises(InvalidInputError, match="acknowledged by anna at 2026-06-01T12:00:00Z already"):
        life.acknowledge(bo, alarm.id)


def test_an_unknown_alarm_is_said_so(life, anna):
    with pytest.raises(UnknownNameError, match="There is no alarm 'nothing'"):
        life.acknowledge(anna, "nothing")


def test_the_past_does_not_change(life, told, clock, anna):
    at = clock.now()
    (alarm,) = life.take([told(at)], at)
    clock.move(MINUTE)
    life.acknowledge(anna, alarm.id)
    clock.move(MINUTE)
    life.take([told(clock.now(), level=0)], clock.now())
    assert [step.state.value for step in life.alarms(at)] == ["unacknowledged"]
    assert [step.state.value for step in life.alarms(at + MINUTE)] == ["acknowledged"]
    assert life.alarms(at + 2 * MINUTE) == []
    assert life.alarm(alarm.id, at).step == 1


def test_another_process_s_steps_are_seen(life, told, clock, anna):
    other = Life(life._floor, life.policy)
    at = clock.now()
    (alarm,) = life.take([told(at)], at)
    assert [one.id for one in other.alarms()] == [alarm.id]
    other.acknowledge(anna, alarm.id)
    assert life.alarms()[0].state is State.ACKNOWLEDGED
    assert life.take([told(at)], at) == []
    assert other.take([told(at)], at) == []


def test_an_alarm_reads_back_as_it_was_written(life, told, clock, anna):
    at = clock.now()
    (alarm,) = life.take([told(at, value=0.0, limit=0.0, weakened=True)], at)
    life.override(anna, alarm.id, None, "calm it", at + HOUR)
    life.shelve(anna, alarm.id, "水位计检修", at + HOUR)
    made = life.assign(anna, alarm.id, "李伟")
    assert Alarm.read(life._store.records("alarm")[0]) == made
    assert made.verdict.value == 0.0


def test_steps_never_go_back_in_time(life, told, clock, anna):
    at = clock.now()
    (alarm,) = life.take([told(at)], at + HOUR)
    assert life.acknowledge(anna, alarm.id).at == at + HOUR


def test_groups_are_seen_as_one_event(life, told, clock, anna):
    at = clock.now()
    life.take([told(at, f"G{n:02d}", level=1 + n % 4) for n in range(6)], at)
    (group,) = life.groups()
    assert (group.count, group.waiting, group.colour, group.hazard) == (6, 6, WarningColour.RED, "flood")
    assert len(group.geometry["coordinates"]) == 6
    assert [what for _, what, _ in group.timeline] == ["raise"] * 6
    life.acknowledge(anna, group.alarms[0].id)
    assert life.groups()[0].waiting == 5


def test_split_and_merged_by_hand_the_watch_leaves_it(life, told, clock, anna):
    at = clock.now()
    made = life.take([told(at, f"G{n:02d}") for n in range(4)], at)
    names = [alarm.id for alarm in made]
    own = life.split(anna, names[:2])
    assert {alarm.id for alarm in life.alarms() if alarm.group == own} == set(names[:2])
    life.take([told(at + MINUTE, f"G{n:02d}") for n in range(4, 8)], at + MINUTE)
    again = Life(life._floor, life.policy)
    again.take([told(at + 2 * MINUTE, f"G{n:02d}") for n in range(8, 10)], at + 2 * MINUTE)
    groups = {group.id: {alarm.id for alarm in group.alarms} for group in again.groups()}
    assert groups[own] == set(names[:2]), "what was split stays apart, and nothing nearer joins it"
    assert len(groups) == 2
    one = life.merge(anna, [names[0], names[3]])
    assert {alarm.group for alarm in life.alarms()} == {one}
    assert len(life.alarms()) == 10
    with pytest.raises(InvalidInputError, match="one event already"):
        life.merge(anna, names)


def test_thousands_of_changes_in_one_step_are_one_commit(life, told, clock):
    at = clock.now()
    cursor = life._store.cursor()
    made = life.take([told(at, f"S{n}", series=()) for n in range(3000)], at)
    assert len(made) == len(life.alarms()) == 3000
    known = {change.known for change in life._store.changes(cursor)}
    assert len(known) == 1
    steps = [row for entry in life._store.journal.entries(action="step") for row in entry.detail["steps"]]
    assert sorted(row[0] for row in steps) == sorted(alarm.id for alarm in made)
