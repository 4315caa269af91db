"""Any order of events: no alarm vanishes or doubles, closed stays closed, each step is in the journal, the past stays."""

from contextlib import suppress
from datetime import timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import watchfloor
from watchfloor.alarms.life import Life
from watchfloor.alarms.policy import read_policy
from watchfloor.alarms.transitions import BENEATH, TABLE, Event, State, settle
from watchfloor.alarms.verdict import Verdict
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.scales import WarningColour
from watchfloor.security.roles import Actor
from watchfloor.store import Series, Store

MINUTE = timedelta(minutes=1)
SUBJECTS = ("G01", "G02", "G03")
COLOURS = (None, "blue", "yellow", "orange", "red")
ANNA = Actor("anna", frozenset({"duty"}))


class Machine(RuleBasedStateMachine):
    """Two lives of the same floor take turns, as two processes would."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FixedClock(parse_time("2026-06-01T12:00:00Z"))
        store = Store.open(":memory:", clock=self.clock)
        store.describe([Series(name, lon=110.0 + n / 5, lat=30.0) for n, name in enumerate(SUBJECTS)])
        self.floor = watchfloor.open("world", store=store)
        policy = read_policy(None).model_copy(update={"delays": {}})
        self.lives = [Life(self.floor, policy), Life(self.floor, policy)]
        self.ever: dict[str, int] = {}
        self.past: list[tuple[object, list[tuple[str, int]]]] = []
        self.undone: set[tuple[str, int]] = set()
        self.journalled = 0
        self.journal: set[tuple[str, int, str]] = set()

    def teardown(self) -> None:
        self.check_past()
        self.floor.store.close()

    @property
    def names(self) -> list[str]:
        return sorted(self.ever)

    @rule(
        which=st.integers(0, 1),
        levels=st.lists(st.integers(0, 4), min_size=3, max_size=3),
        clears=st.booleans(),
        weakened=st.booleans(),
        maintenance=st.sets(st.sampled_from(SUBJECTS), max_size=1),
    )
    def take(self, which, levels, clears, weakened, maintenance) -> None:
        self.clock.move(MINUTE)
        now = self.clock.now()
        verdicts = [
            Verdict(
                "level", "1", name, (name,), now, level, colour=WarningColour(COLOURS[level]) if level else None,
                clears=clears and not level, weakened=weakened, hazard="flood",
            )
            for name, level in zip(SUBJECTS, levels, strict=True)
        ]  # fmt: skip
        self.lives[which].take(verdicts, now, maintenance=maintenance)

    @rule(which=st.integers(0, 1), minutes=st.integers(0, 90))
    def tick(self, which, minutes) -> None:
        self.clock.move(minutes * MINUTE)
        self.lives[which].tick(self.clock.now())

    @precondition(lambda self: self.ever)
    @rule(
        which=st.integers(0, 1),
        data=st.data(),
        what=st.sampled_from(
            ["acknowledge", "assign", "shelve", "unshelve", "override", "release", "disable", "enable", "close", "undo",
             "escalate", "split", "merge"]
        ),
    )  # fmt: skip
    def person(self, which, data, what) -> None:
        life, name = self.lives[which], data.draw(st.sampled_from(self.names))
        until = self.clock.now() + timedelta(minutes=data.draw(st.integers(1, 120)))
        more = {
            "assign": ("crew",), "shelve": ("why", until), "override": (WarningColour.RED, "why", until),
            "disable": ("why",), "close": ("why",), "escalate": ("admin",),
        }.get(what, ())  # fmt: skip
        before = {alarm.id for alarm in life.alarms(open_only=False) if not alarm.open}
        with suppress(InvalidInputError):
            if what in {"split", "merge"}:
                getattr(life, what)(ANNA, [name, *self.names[:1]])
            else:
                made = getattr(life, what)(ANNA, name) if not more else getattr(life, what)(ANNA, name, *more)
                assert name not in before or what == "undo" or not made.open

    @invariant()
    def none_vanishes_doubles_or_reopens(self) -> None:
        now = {alarm.id: alarm for alarm in self.lives[0].alarms(open_only=False)}
        other = {alarm.id: alarm for alarm in self.lives[1].alarms()}
        assert {name: alarm for name, alarm in now.items() if alarm.open} == other
        assert set(self.ever) <= set(now)
        assert all(now[name].step >= step for name, step in self.ever.items())
        keys = [alarm.key for alarm in other.values()]
        assert len(keys) == len(set(keys)), "two open alarms of one rule and subject"
        self.read_journal()
        for name, alarm in now.items():
            for step in range(self.ever.get(name, 0) + 1, alarm.step + 1):
                self.look(name, step)
        self.ever = {name: alarm.step for name, alarm in now.items()}
        self.past.append((self.clock.now(), sorted(self.ever.items())))

    def look(self, name: str, number: int) -> None:
        """Check one step against the table and the journal."""
        line = self.lives[0].timeline(name)
        step = line[number - 1]
        assert step.step == number
        assert step.state is settle(step.facts), step
        if number == 1:
            assert step.event is Event.RAISE
        else:
            then = TABLE[line[number - 2].state][step.event]
            assert then is BENEATH or then is step.state
            if line[number - 2].state is State.CLOSED:
                assert step.state is State.CLOSED or step.event is Event.UNDO
            assert step.at >= line[number - 2].at
        assert (name, number, step.event.value) in self.journal

    def read_journal(self) -> None:
        for entry in self.floor.store.journal.entries(since=self.journalled):
            self.journalled = entry.seq
            if entry.action == "step":
                self.journal |= {(name, step, event) for name, step, event in entry.detail["steps"]}
            elif entry.action == "group":
                self.journal |= {(name, step, "group") for name, step in entry.detail["steps"]}
            else:
                self.journal.add((entry.subject.removeprefix("alarm/"), entry.detail["step"], entry.action))

    def check_past(self) -> None:
        last = dict(self.past)  # of one moment the last answer counts: more came at the same time
        for at, held in last.items():
            found = self.lives[0].alarms(at, open_only=False)
            assert sorted((alarm.id, alarm.step) for alarm in found) == held


def test_any_order_of_events():
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.slow
def test_any_order_of_many_events():
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=1000, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
