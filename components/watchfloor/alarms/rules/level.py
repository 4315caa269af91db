"""Level: the value itself, or its mean, extreme or total over a window, is beyond a limit."""

from datetime import timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from watchfloor.alarms import signals
from watchfloor.alarms.amount import Span
from watchfloor.alarms.boards import Board
from watchfloor.alarms.rules.base import Case, Plan, Rule, Said, beyond, named
from watchfloor.alarms.sentence import Sentence, length, number, quantity
from watchfloor.alarms.site import About

__all__ = ["LevelRule"]

Floats = NDArray[np.float32]
_PER = {"s": 3600.0, "min": 60.0, "h": 1.0, "hour": 1.0, "d": 1 / 24, "day": 1 / 24}


class LevelRule(Rule):
    """A value, or a statistic of a window, against limits.

    Parameters
    ----------
    of
        ``value``; or ``mean``, ``min``, ``max`` or ``total`` of the window `over`. A total is the integral over time: of
        mm/h it is mm.
    over
        Length of the window.
    share
        Share of the window's samples that must be there.

    Examples
    --------
    >>> rule = LevelRule(kind="level", title="Heavy rain", of="total", over="24 h", limits={"red": 100}, units="mm")
    >>> rule.lookback.total_seconds(), total_of("mm/h"), total_of("m^3/s")
    (86400.0, ('mm', 1.0), ('m^3', 3600.0))
    """

    kind: Literal["level"]
    of: Literal["value", "mean", "min", "max", "total"] = "value"
    over: Span = timedelta(0)
    share: float = Field(0.75, ge=0, le=1)

    @model_validator(mode="after")
    def _window(self) -> "LevelRule":
        if (self.of != "value") != bool(self.over):
            raise ValueError(
                "`of` and `over` go together: a statistic needs a window, and a window a statistic."
            )
        if self.of == "total" and self.limits == "own":
            raise ValueError(
                "`limits` is missing: a total is another quantity than the thresholds of the series."
            )
        return self

    @property
    def lookback(self) -> timedelta:
        """How far before a sample its signal depends on."""
        return self.over

    def signal_units(self, about: About) -> str:
        """Return the unit of the signal of a series."""
        return total_of(about.units)[0] if self.of == "total" else about.units

    def signal(self, board: Board, plan: Plan, subjects: NDArray[np.int64]) -> Floats:
        """Return the value, or the statistic."""
        rows = np.array([board.place[plan.subjects[at].members[0]] for at in subjects.tolist()])
        value = (
            board.value if len(rows) == len(board.value) and (np.diff(rows) == 1).all() else board.value[rows]
        )
        if self.of == "value":
            return value[:, board.begin :]
        window = self.over // timedelta(microseconds=1)
        least = max(1, int(np.ceil(self.share * window / board.cadence))) if board.cadence else 1
        found = signals.rolling(
            value, board.times(rows), board.begin, window, "mean" if self.of == "total" else self.of, least
        )
        if self.of == "total":
            hours = self.over / timedelta(hours=1)
            scale = [total_of(plan.subjects[at].about.units)[1] * hours for at in subjects.tolist()]
            found *= np.array(scale, np.float32)[:, None]
        return found

    def say(self, case: Case) -> Said:
        """Say why a level holds."""
        subject, level, value = case.subject, case.level, case.value
        about = subject.about
        lasts = case.lasted >= 60 and level.reached(value)
        values = {
            **named(about),
            "what": Sentence(f"value.{self.of}", {"quantity": quantity(about), "over": length(self.over)}),
            "value": number(value, subject.units),
            "beyond": beyond(level, value, subject.units),
            "lasted": Sentence("lasted", {"time": length(case.lasted)}) if lasts else "",
        }
        return Said(Sentence("level.value", values))


def total_of(units: str) -> tuple[str, float]:
    """Return the unit of a quantity added up over time, and what an hour's mean is to be multiplied by."""
    base, _, per = units.rpartition("/")
    if base and per in _PER:
        return base, _PER[per]
    return f"{units}*h", 1.0
