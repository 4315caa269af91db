"""Persistence: a value is beyond a limit all through a window, or for most of it."""

from datetime import timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from watchfloor.alarms import signals
from watchfloor.alarms.amount import Span
from watchfloor.alarms.boards import Board
from watchfloor.alarms.rules.base import Case, Plan, Rule, Said, beyond, named
from watchfloor.alarms.sentence import Sentence, length, number, share

__all__ = ["PersistenceRule"]


class PersistenceRule(Rule):
    """A value against limits, for how long.

    Parameters
    ----------
    over
        How long.
    share
        Share of the samples of that time that must be beyond the limit.
    present
        Share of the samples of that time that must be there at all.

    Examples
    --------
    >>> rule = PersistenceRule(kind="persistence", title="Bad air", over="3 h", share=0.9)
    >>> rule.lookback.total_seconds()
    10800.0
    """

    kind: Literal["persistence"]
    over: Span
    share: float = Field(1.0, gt=0, le=1)
    present: float = Field(0.75, gt=0, le=1)

    @model_validator(mode="after")
    def _sided(self) -> "PersistenceRule":
        if self.direction == "outside":
            raise ValueError(
                "`direction: outside` cannot persist: write one rule for above and one for below."
            )
        return self

    @property
    def lookback(self) -> timedelta:
        """How far before a sample its signal depends on."""
        return self.over

    def signal(self, board: Board, plan: Plan, subjects: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the value that the share of the window is at least beyond."""
        rows = np.array([board.place[plan.subjects[at].members[0]] for at in subjects.tolist()])
        window = self.over // timedelta(microseconds=1)
        least = int(np.ceil(self.present * window / board.cadence)) + 1 if board.cadence else 2
        below = np.array([plan.subjects[at].sets[0].direction == "below" for at in subjects.tolist()])
        found = np.empty((len(rows), board.value.shape[1] - board.begin), np.float32)
        for side in (False, True):
            mine = below == side
            if mine.any():
                found[mine] = signals.nth(
                    board.value[rows[mine]],
                    board.times(rows[mine]),
                    board.begin,
                    window,
                    0,
                    0,
                    self.share,
                    not side,
                    least,
                )
        return found

    def say(self, case: Case) -> Said:
        """Say why a level holds."""
        subject, level, value = case.subject, case.level, case.value
        about = subject.about
        values = {
            **named(about),
            "value": number(value, subject.units),
            "much": Sentence("much.all") if self.share == 1 else share(self.share),
            "over": length(self.over),
            "beyond": beyond(level, value, subject.units),
        }
        return Said(Sentence("persistence.least" if level.high == level.high else "persistence.most", values))
