"""Rate: how far a value rose, fell or moved within a window."""

from datetime import timedelta
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from watchfloor.alarms import signals
from watchfloor.alarms.amount import Span
from watchfloor.alarms.boards import Board
from watchfloor.alarms.rules.base import Case, Plan, Rule, Said, beyond, named
from watchfloor.alarms.sentence import Sentence, length, number
from watchfloor.alarms.site import About

__all__ = ["RateRule"]


class RateRule(Rule):
    """A rise, fall or change within a window against limits.

    Parameters
    ----------
    of
        ``rise`` above the smallest value of the window, ``fall`` below the largest, or the larger of both.
    over
        Length of the window.
    least
        Samples of the window that must be there.

    Examples
    --------
    >>> rule = RateRule(kind="rate", title="Rapid rise", over="1 h", limits={"orange": 0.5}, units="m")
    >>> rule.of, rule.lookback.total_seconds()
    ('rise', 3600.0)
    """

    takes_own: ClassVar[bool] = False
    kind: Literal["rate"]
    of: Literal["rise", "fall", "change"] = "rise"
    over: Span
    least: int = Field(2, ge=2, le=1000)

    @model_validator(mode="after")
    def _upwards(self) -> "RateRule":
        if self.direction not in {"", "above"}:
            raise ValueError(
                "`direction` is not used here: a rise, fall or change has no sign; choose it with `of`."
            )
        return self

    @property
    def lookback(self) -> timedelta:
        """How far before a sample its signal depends on."""
        return self.over

    def signal_units(self, about: About) -> str:
        """Return the unit of the signal: that of a difference."""
        return {"degC": "delta_degC", "degF": "delta_degF"}.get(about.units, about.units)

    def signal(self, board: Board, plan: Plan, subjects: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the rise, fall or change of the window."""
        rows = np.array([board.place[plan.subjects[at].members[0]] for at in subjects.tolist()])
        window = self.over // timedelta(microseconds=1)
        return signals.swing(board.value[rows], board.times(rows), board.begin, window, self.of, self.least)

    def say(self, case: Case) -> Said:
        """Say why a level holds."""
        subject, level, value = case.subject, case.level, case.value
        about = subject.about
        values = {
            **named(about),
            "value": number(value, about.units),
            "over": length(self.over),
            "beyond": beyond(level, value, about.units),
        }
        return Said(Sentence(f"rate.{self.of}", values))
