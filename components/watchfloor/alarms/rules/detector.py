"""Detector: a detector of the diagnosis finds a series unusual."""

from datetime import timedelta
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from watchfloor.alarms.amount import Span
from watchfloor.alarms.boards import Board
from watchfloor.alarms.rules.base import Case, Plan, Rule, Said, named
from watchfloor.alarms.sentence import Sentence, Value, number
from watchfloor.alarms.sentence import level as level_name
from watchfloor.alarms.site import About
from watchfloor.catalog.problems import suggest
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.quality import Flag
from watchfloor.diagnosis.detectors import DETECTORS

__all__ = ["DetectorRule"]

_DAY = 86_400_000_000


class DetectorRule(Rule):
    """The score of a detector against limits.

    Parameters
    ----------
    detector
        Name of a detector of `watchfloor.diagnosis.detectors`.
    settings
        Its parameters.
    history
        How far back the detector looks. Each day (UTC) is scored with the same start, so that scores do not depend on
        when they were asked for.

    Examples
    --------
    >>> rule = DetectorRule(kind="detector", title="Unusual", detector="ewma", limits={"yellow": 5})
    >>> rule.lookback.days
    15
    """

    takes_own: ClassVar[bool] = False
    kind: Literal["detector"]
    detector: str
    settings: dict[str, Any] = Field({}, max_length=20)
    history: Span = timedelta(days=14)

    @field_validator("detector")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in DETECTORS:
            raise ValueError(
                f"{name!r} is not a detector{suggest(name, DETECTORS)} Known: {', '.join(DETECTORS)}."
            )
        return name

    @property
    def lookback(self) -> timedelta:
        """How far before a sample its signal depends on."""
        return self.history + timedelta(days=1)

    def signal_units(self, about: About) -> str:  # noqa: ARG002  of any series the same
        """Return the unit of a score: none."""
        return "1"

    def signal(self, board: Board, plan: Plan, subjects: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the scores."""
        width = board.value.shape[1]
        out = np.full((len(subjects), width - board.begin), np.nan, np.float32)
        if not out.size:
            return out
        history = self.history // timedelta(microseconds=1)
        for row, at in enumerate(subjects.tolist()):
            place = int(board.place[plan.subjects[at].members[0]])
            own, time = board.row(place)
            value, wanted = board.value[place, own], max(0, board.begin - own.start)
            days = time // _DAY
            for day in np.unique(days[wanted:]).tolist():
                first = int(np.searchsorted(time, day * _DAY - history))
                end = int(np.searchsorted(time, (day + 1) * _DAY))
                part = value[first:end].astype(np.float64)
                flag = np.where(np.isnan(part), np.uint8(Flag.MISSING), np.uint8(Flag.UNCHECKED))
                score = self._make().score(time[first:end], part, flag).score
                begin = max(wanted, int(np.searchsorted(time, day * _DAY)))
                # What is wanted begins at the same column of each row.
                out[row, begin - wanted : end - wanted] = score[begin - first :]
        return out

    def say(self, case: Case) -> Said:
        """Say why a level holds."""
        about, kind = case.subject.about, DETECTORS[self.detector]
        now: Value = ""
        if case.board is not None:
            row = case.board.value[case.board.place[case.subject.members[0]]]
            have = row[~np.isnan(row)]
            if len(have):
                now = Sentence("detector.now", {"now": number(float(have[-1]), about.units)})
        values = {
            **named(about),
            "now": now,
            "detector": self.detector,
            "score": number(case.value),
            "level": level_name(case.level.name),
            "limit": number(case.level.high),
            "measure": kind.measure,
        }
        return Said(Sentence("detector.score", values))

    def _make(self) -> Any:
        try:
            return DETECTORS[self.detector](**self.settings)
        except (TypeError, ValueError) as error:
            raise InvalidInputError(
                f"The detector {self.detector!r} cannot be made with {self.settings}: {error}."
            ) from error
