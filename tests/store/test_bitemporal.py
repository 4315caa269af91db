"""The store against a model of ten lines, over histories that Hypothesis makes up."""

import math
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.store import Mark, Observation, Record, Store

START = parse_time("2026-05-31T23:54:00Z")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

minutes = st.integers(0, 12)
alerts = st.builds(
    lambda key, revision, sent, length, state: Record(
        "alert", "cap", key, revision,
        START + sent * MINUTE, START + sent * MINUTE, None if length is None else START + (sent + length) * MINUTE,
        title=f"{key}/{revision}/{sent}", state=state,
    ),
    st.sampled_from("AB"), st.sampled_from("123"), minutes, st.none() | st.integers(0, 6),
    st.sampled_from(["active", "active", "cancelled", "ended"]),
)  # fmt: skip
values = st.builds(
    lambda series, time, value, flag: Observation(series, START + time * MINUTE, value, flag),
    st.sampled_from("xy"), minutes, st.sampled_from([0.0, 1.0, math.nan]), st.sampled_from([0, 3]),
)  # fmt: skip


def same(one, other):
    return one == other or (math.isnan(one) and math.isnan(other))


marks = st.builds(
    lambda series, time, checks: Mark(series, START + time * MINUTE, checks, 2 if checks else 0),
    st.sampled_from("xy"), minutes, st.sampled_from([0, 1, 4]),
)  # fmt: skip


class Histories(RuleBasedStateMachine):
    """Append, observe, mark, move the clock and old months; ask as of any time, and ask again later."""

    def address(self):
        return ":memory:"

    @initialize()
    def open(self):
        self.clock = FixedClock(START)
        self.folder = Path(tempfile.mkdtemp())
        self.store = Store.open(self.address(), clock=self.clock, archive=self.folder)
        self.last = None
        self.told = []  # records with their known time, in the order of the commits
        self.seen = []  # observations likewise
        self.judged = []
        self.answers = {}

    def known(self, given):
        at = given if given is not None else self.clock.now()
        self.last = at if self.last is None else max(at, self.last)
        return self.last

    @rule(batch=st.lists(alerts, max_size=4), back=st.none() | st.integers(0, 5))
    def append(self, batch, back):
        given = None if back is None else self.clock.now() - back * MINUTE
        had = {item.identity for item, _ in self.told}
        new = []
        for item in batch:
            if item.identity not in had:
                had.add(item.identity)
                new.append(item)
        result = self.store.append(batch, known=given)
        assert (result.stored, result.duplicates) == (len(new), len(batch) - len(new))
        if new:
            known = self.known(given)
            assert result.known == known
            self.told += [(item, known) for item in new]

    @rule(batch=st.lists(values, max_size=4), back=st.none() | st.integers(0, 5))
    def observe(self, batch, back):
        given = None if back is None else self.clock.now() - back * MINUTE
        new = []
        for item in batch:
            every = [other for other, _ in self.seen] + new
            if not any(
                (other.series, other.time, other.flag) == (item.series, item.time, item.flag)
                and same(other.value, item.value)
                for other in every
            ):
                new.append(item)
        result = self.store.observe(batch, known=given)
        assert (result.stored, result.duplicates) == (len(new), len(batch) - len(new))
        if new:
            known = self.known(given)
            self.seen += [(item, known) for item in new]

    @rule(batch=st.lists(marks, max_size=4))
    def mark(self, batch):
        said = {(item.series, item.time): item for item, _ in self.judged}
        new = []
        for item in batch:
            before = said.get((item.series, item.time))
            if before is None or before.checks != item.checks:
                said[item.series, item.time] = item
                new.append(item)
        assert self.store.mark(batch).stored == len(new)
        if new:
            known = self.known(None)
            self.judged += [(item, known) for item in new]

    @rule(as_of=st.none() | minutes)
    def ask_marks(self, as_of):
        as_of = None if as_of is None else START + as_of * MINUTE
        expected = {
            (item.series, item.time): item.checks
            for item, known in self.judged
            if as_of is None or known <= as_of
        }
        table = self.store.marks(as_of=as_of)
        keys = zip(table["series"], table["time"].dt.to_pydatetime(), strict=True)
        assert dict(zip(keys, table["checks"], strict=True)) == expected

    @rule()
    def archive(self):
        """The hours asked about lie about a change of the month: half of them goes, or all."""
        there = bool(self.seen)
        moved = self.store.archive(START + (40 if len(self.seen) % 2 else 1) * DAY, actor="op", few=0)
        if moved.rows:
            assert there
            self.known(None)

    @rule(by=st.integers(-3, 5))
    def move(self, by):
        self.clock.move(by * MINUTE)

    @rule(fails=st.lists(alerts, min_size=1, max_size=2))
    def undo(self, fails):
        try:
            with self.store.batch():
                self.store.append(fails)
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    def latest(self, as_of):
        chains = {}
        for item, known in self.told:
            if as_of is None or known <= as_of:
                best = chains.get(item.key)
                if best is None or (item.sent, item.revision) > (best.sent, best.revision):
                    chains[item.key] = item
        return chains

    @rule(as_of=st.none() | minutes, valid=st.none() | minutes)
    def ask_records(self, as_of, valid):
        as_of = None if as_of is None else START + as_of * MINUTE
        valid = None if valid is None else START + valid * MINUTE
        expected = {
            item.title
            for item in self.latest(as_of).values()
            if valid is None
            or (
                item.state == "active"
                and item.valid_from <= valid
                and (item.valid_to is None or valid < item.valid_to)
            )
        }
        found = {item.title for item in self.store.records("alert", as_of=as_of, valid_at=valid)}
        assert found == expected
        self.remember(("records", as_of, valid), as_of, sorted(found))

    @rule(as_of=st.none() | minutes)
    def ask_observations(self, as_of):
        as_of = None if as_of is None else START + as_of * MINUTE
        expected = {}
        for item, known in self.seen:
            if as_of is None or known <= as_of:
                expected[item.series, item.time] = item
        table = self.store.observations(as_of=as_of)
        assert [(row.series, row.time.to_pydatetime()) for row in table.itertuples()] == sorted(expected)
        for row in table.itertuples():
            item = expected[row.series, row.time.to_pydatetime()]
            assert same(row.value, item.value)
            assert row.flag == item.flag
        newest = {}
        for (series, time), item in expected.items():
            if series not in newest or time > newest[series].time:
                newest[series] = item
        latest = self.store.latest(as_of=as_of)
        assert latest.index.tolist() == sorted(newest)
        for row in latest.itertuples():
            assert row.time == newest[row.Index].time
            assert same(row.value, newest[row.Index].value)
            assert row.flag == newest[row.Index].flag
        self.remember(("latest", as_of), as_of, latest.to_csv())

    def remember(self, question, as_of, answer):
        """The same question as of a time before the last commit has the same answer for ever."""
        if as_of is not None and self.last is not None and as_of < self.last:
            assert self.answers.setdefault(question, answer) == answer

    @precondition(lambda self: self.told or self.seen)
    @rule()
    def ask_before_all(self):
        first = min(known for _, known in self.told + self.seen) - MINUTE
        assert self.store.records(as_of=first) == []
        assert self.store.latest(as_of=first).empty
        assert self.store.observations(as_of=first).empty
        assert self.store.series(as_of=first).empty

    @invariant()
    def every_row_has_its_change(self):
        changes = self.store.changes(0)
        assert sum(item.count for item in changes if item.table == "record") == len(self.told)
        assert sum(item.count for item in changes if item.table == "observation") == len(self.seen)
        known = [item.known for item in changes]
        assert known == sorted(known)

    def teardown(self):
        assert self.store.check() == [] or self.clock.now() < (self.last or START)
        self.store.close()
        shutil.rmtree(self.folder)


class InFile(Histories):
    """In a file, with the archive beside it."""

    def address(self):
        return self.folder / "store.sqlite"


class OnServer(Histories):
    """On a server."""

    server = None

    def address(self):
        return self.server.url()


@pytest.mark.timeout(600)  # a failure takes long to be made small
@pytest.mark.parametrize("machine", [InFile, OnServer])
def test_every_history_is_told_as_the_model_tells_it(machine, request):
    examples = 25
    if machine is OnServer:
        machine.server, examples = request.getfixturevalue("server"), 12
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
