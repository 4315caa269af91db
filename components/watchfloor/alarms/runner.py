"""One rule over its stations, step by step: only what is new is worked out, and late values are taken in.

What comes out is a function of the samples alone. A value that comes late, or is corrected, sets its subjects back to
the last known state before it; a restart begins at the beginning of the memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from watchfloor.alarms.boards import Axis, Board, Odd
from watchfloor.alarms.machine import NEVER, Limits, States, Timing, advance
from watchfloor.alarms.rules.base import Plan, Rule, Subject
from watchfloor.alarms.site import boundaries
from watchfloor.alarms.thresholds import ThresholdSet
from watchfloor.alarms.verdict import Verdict
from watchfloor.core.clock import from_micros

__all__ = ["MEMORY", "Runner", "Turn"]

Ints = NDArray[np.int64]
MICRO = timedelta(microseconds=1)
MEMORY = timedelta(days=40)
"""How far back states are worked out when nothing is known: only a level that stayed within its dead-band for longer is lost."""
_DAY = timedelta(days=1) // MICRO
_HOUR = _DAY // 24
_FINE = _DAY // 4
_KEPT = 4
_CELLS = 4_000_000
_NARROW = 512
_NOTHING = np.empty((0, 0), np.int8)


@dataclass(frozen=True)
class Turn:
    """A change of the level of one subject.

    Parameters
    ----------
    subject
        Its place in the plan.
    time
        Microseconds.
    level
        How many levels hold from then on.
    value
        The signal then.
    """

    subject: int
    time: int
    level: int
    value: float


@dataclass
class _Point:
    """States that may be gone back to."""

    at: int
    done: Ints
    states: States


class Runner:
    """A rule bound to the series of one axis, and where it stands.

    Another version of a threshold set holds from the column in which it begins, so to within one cadence.

    Parameters
    ----------
    rule, plan, axis
        What is run, and over what.
    """

    def __init__(self, rule: Rule, plan: Plan, axis: Axis) -> None:
        self.rule, self.plan, self.axis = rule, plan, axis
        self.at = NEVER
        self.spoken: dict[int, tuple[tuple[int, ...], Verdict]] = {}
        """What was said last of a subject, and of which samples: who speaks keeps it here."""
        subjects = plan.subjects
        self._count = max((len(item.levels) for subject in subjects for item in subject.sets), default=1)
        self._edges = sorted({at for subject in subjects for at in boundaries(subject.sets)})
        self._limits: dict[int, Limits] = {}
        self._points: list[_Point] = []
        self.lookback = self.rule.lookback // MICRO
        gap = self.rule.gap // MICRO if self.rule.gap is not None else 3 * self.axis.cadence
        self._timing = Timing(self.rule.on_after // MICRO, self.rule.off_after // MICRO, gap or 2**62)
        self._of = {subject.key: at for at, subject in enumerate(subjects)}
        self._users: dict[str, list[int]] = {}
        for at, subject in enumerate(subjects):
            for member in subject.members:
                self._users.setdefault(self.plan.names[member], []).append(at)
        self._members = np.array([member for subject in subjects for member in subject.members], np.int64)
        self._offsets = np.cumsum([0, *(len(subject.members) for subject in subjects)])[:-1]
        self._start = NEVER
        self._states = States.fresh(len(subjects), self._count)
        self._done = np.full(len(subjects), NEVER, np.int64)

    @property
    def states(self) -> States:
        """Where the subjects stand."""
        return self._states

    def place(self, key: str) -> int | None:
        """Return the place of a subject in the plan; None where there is none."""
        return self._of.get(key)

    def adopt(self, other: "Runner") -> None:
        """Go on from where another runner of this rule and this kind of axis stands, for the subjects that both have.

        Only where each subject rests on one series: its columns are then numbered the same whatever else is on the axis.
        """
        pairs = [
            (place, theirs)
            for place, subject in enumerate(self.plan.subjects)
            if (theirs := other.place(subject.key)) is not None
            and _alone(self.plan, subject) == _alone(other.plan, other.plan.subjects[theirs])
        ]
        if not pairs:
            return
        mine, before = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
        self.at, self._start = other.at, other._start
        self._done[mine] = other._done[before]
        self._states.take(other._states, mine, before)
        for point in other._points:
            done = np.full(len(self._done), NEVER, np.int64)
            done[mine] = point.done[before]
            states = States.fresh(len(done), self._count)
            states.take(point.states, mine, before)
            self._points.append(_Point(point.at, done, states))
        self.spoken = {place: other.spoken[at] for place, at in pairs if at in other.spoken}

    def run(self, at: int, touched: Mapping[str, int]) -> None:
        """Go on to a time (microseconds).

        Parameters
        ----------
        at
            Samples up to this time are taken in.
        touched
            The earliest time that changed of each series since the last run.
        """
        if self.at == NEVER:
            self._start = at - MEMORY // MICRO
        elif at < self.at:  # back in time: the past is worked out again
            self._points = [point for point in self._points if point.at <= at]
            self._back(np.arange(len(self.plan.subjects)), at + 1)
        few, many = (self._users, touched) if len(self._users) < len(touched) else (touched, self._users)
        back: dict[int, int] = {}
        for name in few:
            if name not in many:
                continue
            for user in self._users[name]:
                self.spoken.pop(user, None)
                if touched[name] <= self.at:  # else all up to there stands
                    back[user] = min(touched[name], back.get(user, touched[name]))
        for time in set(back.values()):
            users = np.array([user for user, since in back.items() if since == time])
            users = users[self._done[users] != NEVER]
            if len(users):
                self._back(users, time)
        ends = self._ends(at)
        new = np.flatnonzero(self._done == NEVER)
        if len(new):
            self._done[new] = self._first(self._start, new)
        for rows in self._batches(self._done, ends):
            self._go(rows, self._done, ends, self._states, None)
        self._done = np.maximum(self._done, ends)
        self.at = at
        if not self._points or at - self._points[-1].at >= _HOUR:
            self._points.append(_Point(at, self._done.copy(), self._states.copy()))
            self._points = _thinned(self._points, at)

    def turns(self, start: int, end: int) -> list[Turn]:
        """Return all changes of levels between two times, worked out anew; what holds at `start` comes first."""
        states = States.fresh(len(self.plan.subjects), self._count)
        found: list[Turn] = []
        ends = self._ends(end)
        done = self._first(start - MEMORY // MICRO, np.arange(len(self.plan.subjects)))
        for rows in self._batches(done, ends):
            self._go(rows, done, ends, states, found)
        before: dict[int, Turn] = {}
        for turn in found:
            if turn.time < start:
                before[turn.subject] = turn
        held = [Turn(turn.subject, start, turn.level, turn.value) for turn in before.values() if turn.level]
        return held + [turn for turn in found if start <= turn.time <= end]

    def board(self, subject: int, span: int) -> Board:
        """Return the samples of a subject's series in the last time (microseconds) up to its newest sample."""
        members = np.array(sorted(self.plan.subjects[subject].members))
        end = int(self._done[subject])
        width = span // self.axis.cadence + 1 if self.axis.cadence else 64
        return self.axis.board(members, end - width, end, 0)

    def limits(self, at: int) -> Limits:
        """Return the limits that hold at a time."""
        place = int(np.searchsorted(np.array(self._edges, np.int64), at, side="right"))
        if place not in self._limits:
            self._limits[place] = self._make(at)
        return self._limits[place]

    def set_at(self, subject: int, at: int) -> ThresholdSet | None:
        """Return the threshold set of a subject that holds at a time; of several the last one."""
        when = from_micros(at)
        return next((item for item in reversed(self.plan.subjects[subject].sets) if item.holds(when)), None)

    def _ends(self, at: int) -> Ints:
        ends: Ints = np.maximum.reduceat(self.axis.ends(at)[self._members], self._offsets)
        return ends

    def _columns(self, subjects: Ints, at: int) -> tuple[Ints, Ints, Ints]:
        """Return the members of subjects, where those of each begin, and the first column of each at or after a time."""
        many = [self.plan.subjects[place].members for place in subjects.tolist()]
        members = np.array([member for some in many for member in some], np.int64)
        offsets = np.cumsum([0, *map(len, many)])[:-1]
        return members, offsets, self.axis.columns(members, at)

    def _first(self, start: int, subjects: Ints) -> Ints:
        """Return the column of each of these subjects at which the memory begins."""
        members, offsets, columns = self._columns(subjects, start)
        first: Ints = np.minimum.reduceat(np.maximum(columns, self.axis.begins()[members]), offsets)
        return first

    def _back(self, subjects: Ints, time: int) -> None:
        """Set subjects back to a known state before a time, if they are beyond it."""
        _, offsets, found = self._columns(subjects, time)
        columns = np.minimum.reduceat(found, offsets)
        late = self._done[subjects] > columns
        subjects, columns = subjects[late], columns[late]
        for point in reversed(self._points):
            if not len(subjects):
                return
            good = (point.done[subjects] <= columns) & (point.done[subjects] != NEVER)
            self._done[subjects[good]] = point.done[subjects[good]]
            self._states.take(point.states, subjects[good])
            subjects, columns = subjects[~good], columns[~good]
            point.done[subjects] = NEVER  # it rests on what has changed
        if len(subjects):
            self._done[subjects] = NEVER
            self._states.take(States.fresh(len(self._done), self._count), subjects)

    def _batches(self, done: Ints, ends: Ints) -> Iterator[Ints]:
        """Put subjects that have something new into batches of a good size."""
        fresh = np.flatnonzero(ends > done)
        if not len(fresh):
            return
        odd = isinstance(self.axis, Odd)
        wanted = (ends[fresh] if odd else ends[fresh].max()) - done[fresh]
        narrow = fresh[wanted <= _NARROW]
        if len(narrow):
            yield narrow
        wide = fresh[wanted > _NARROW]
        size = max(1, _CELLS // max(1, int((ends[wide].max() - done[wide].min()) if len(wide) else 1)))
        if odd:  # each has columns of its own
            size = 1
        for at in range(0, len(wide), size):
            yield wide[at : at + size]

    def _boards(self, rows: Ints, done: Ints, ends: Ints) -> Iterator[tuple[Ints, Board, Ints, Ints]]:
        """Yield the new columns of subjects, piece by piece: which subjects, their board, and from where to where on it."""
        members = np.unique([member for at in rows.tolist() for member in self.plan.subjects[at].members])
        odd = self.axis if isinstance(self.axis, Odd) else None
        low, high = (
            (0, int((ends - done)[rows].max())) if odd else (int(done[rows].min()), int(ends[rows].max()))
        )
        step = high - low
        if len(members) * step > 2 * _CELLS:
            step = max(1024, 2 * _CELLS // len(members))
        for start in range(low, high, step):
            stop = min(high, start + step)
            if odd is not None:
                begins, stops = (
                    np.minimum(done[rows] + start, ends[rows]),
                    np.minimum(done[rows] + stop, ends[rows]),
                )
                own = self._members[rows]
                for places, board in odd.boards(own, begins, stops, self.lookback):
                    yield rows[places], board, np.zeros(len(places), np.int64), (stops - begins)[places]
            else:
                board = self.axis.board(members, start, stop, self.lookback)
                width = board.value.shape[1] - board.begin
                yield (
                    rows,
                    board,
                    np.clip(done[rows] - start, 0, width),
                    np.clip(ends[rows] - start, 0, width),
                )

    def _go(self, rows: Ints, done: Ints, ends: Ints, states: States, found: list[Turn] | None) -> None:
        """Run subjects over their new columns."""
        for mine, board, begin, end in self._boards(rows, done, ends):
            signal = np.ascontiguousarray(self.rule.signal(board, self.plan, mine), np.float32)
            time = np.ascontiguousarray(board.time[..., board.begin :])
            shift = board.shift[[board.place[self.plan.subjects[at].members[0]] for at in mine.tolist()]]
            for at, first, last in self._stretches(time):
                out = _NOTHING if found is None else np.zeros(signal.shape, np.int8)
                before = states.level[mine].copy()
                begins, stops = np.clip(begin, first, last), np.clip(end, first, last)
                advance(states, self.limits(at), self._timing, signal, time, shift, begins, stops, mine, out)
                if found is not None:
                    found += _turns(out, before, begins, stops, mine, time, shift, signal)

    def _stretches(self, time: Ints) -> Iterator[tuple[int, Ints, Ints]]:
        """Cut columns where other versions of thresholds begin to hold: a time, and the first and last column of each row."""
        lanes = np.atleast_2d(time)
        width = lanes.shape[1]
        own = lanes[(lanes > NEVER) & (lanes < -NEVER)] if time.ndim > 1 else time
        low, high = (int(own.min()), int(own.max())) if own.size else (0, 0)
        edges = [edge for edge in self._edges if low < edge <= high]
        cuts = [np.array([np.searchsorted(lane, edge) for lane in lanes]) for edge in edges]
        whole = [np.zeros(len(lanes), np.int64), *cuts, np.full(len(lanes), width)]
        for at, (first, last) in zip([low, *edges], pairwise(whole), strict=True):
            yield at, first, last

    def _make(self, at: int) -> Limits:
        n = len(self.plan.subjects)
        sides = [np.full((n, self._count), np.nan, np.float32) for _ in range(4)]
        for row, subject in enumerate(self.plan.subjects):
            chosen = self.set_at(row, at)
            for column, level in enumerate(chosen.levels if chosen else ()):
                back = self.rule.back(level, subject.units)
                for side, value in zip(sides, (level.high, level.low, *back), strict=True):
                    side[row, column] = value
        return Limits(*sides)


def _alone(plan: Plan, subject: Subject) -> tuple[object, ...]:
    """Return all that the states of a subject rest on, beside the samples of its one series."""
    return plan.names[subject.members[0]], len(subject.members), subject.facts


def _thinned(points: list[_Point], now: int) -> list[_Point]:
    """Keep all states of the last hours, for marks and values that come a little late, and one a day of those before."""
    found: list[_Point] = []
    for point in points:
        old = now - point.at > _FINE
        if not (old and found and point.at - found[-1].at < _DAY):
            found.append(point)
    fine = sum(now - point.at <= _FINE for point in found)
    return found[-(fine + _KEPT) :]


def _turns(
    out: NDArray[np.int8], before: NDArray[np.int8], begin: Ints, end: Ints, rows: Ints, time: Ints, shift: Ints,
    signal: NDArray[np.float32],
) -> list[Turn]:  # fmt: skip
    found = []
    for item, row in enumerate(rows.tolist()):
        first, last = int(begin[item]), int(end[item])
        if last <= first:
            continue
        levels = np.concatenate([before[item : item + 1], out[item, first:last]])
        for place in np.flatnonzero(np.diff(levels)).tolist():
            column = first + place
            when = int(time[item, column] if time.ndim > 1 else time[column]) + int(shift[item])
            found.append(Turn(row, when, int(levels[place + 1]), float(signal[item, column])))
    return found
