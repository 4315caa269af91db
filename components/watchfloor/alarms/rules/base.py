"""What all kinds of rule have in common: the document, what it is bound to, and how it speaks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from watchfloor.alarms.amount import Amount, Band, Span
from watchfloor.alarms.boards import Board
from watchfloor.alarms.selection import Selection
from watchfloor.alarms.sentence import Sentence, Value, number, quantity, station
from watchfloor.alarms.sentence import level as level_name
from watchfloor.alarms.site import About, Site
from watchfloor.alarms.thresholds import Direction, Level, ThresholdSet, levels_of
from watchfloor.catalog.metadata import Words
from watchfloor.catalog.problems import suggest
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.kinds import KINDS, OTHER
from watchfloor.store.cube import Cube

__all__ = ["Case", "Moment", "Plan", "Rule", "Said", "Subject", "beyond", "named"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
_GRID = 600_000_000
"""Microseconds between two moments at which the past is asked, at most `_MOMENTS` times."""
_MOMENTS = 20_000


@dataclass(frozen=True)
class Subject:
    """What one verdict is about.

    Parameters
    ----------
    key
        Stable name: that of the series, or of the combination.
    members
        Places of its series in the plan's names, its own first.
    sets
        Levels that its signal is held against, by the dates on which they hold.
    units
        Unit of the signal.
    about
        What its first series says of itself.
    title
        One line.
    """

    key: str
    members: tuple[int, ...]
    sets: tuple[ThresholdSet, ...]
    units: str
    about: About
    title: str = ""

    @property
    def facts(self) -> tuple[object, ...]:
        """All but its places, for comparing: limits and degrees that are NaN are the same there where they are one object."""
        sets = (
            (
                tuple(tuple(vars(level).values()) for level in item.levels),
                tuple(value for name, value in vars(item).items() if name != "levels"),
            )
            for item in self.sets
        )
        return self.key, self.units, self.title, tuple(vars(self.about).values()), tuple(sets)


@dataclass(frozen=True)
class Plan:
    """A rule bound to series whose samples stand in common columns.

    Parameters
    ----------
    names
        Names of the series.
    subjects
        What it speaks of.
    abouts
        What each series says of itself.
    own
        Limits of each member at N levels, float32[members, N]: of kinds that compare stations by their levels.
    """

    names: tuple[str, ...]
    subjects: tuple[Subject, ...]
    abouts: tuple[About, ...]
    own: tuple[Floats, Floats] | None = None


@dataclass(frozen=True)
class Case:
    """A level that holds, to be put into words.

    Parameters
    ----------
    subject, level
        Which.
    value
        The signal's last sample.
    lasted
        Seconds for which it has been beyond the level.
    plan
        What the rule is bound to.
    board
        The last samples of the subject's series; None where they are not needed.
    """

    subject: Subject
    level: Level
    value: float
    lasted: float
    plan: Plan
    board: Board | None = None


@dataclass(frozen=True)
class Said:
    """What a verdict says: the sentence as data, and the figures in it where they are not the signal's own."""

    sentence: Sentence
    value: float | None = None
    limit: float | None = None
    units: str = ""
    samples: tuple[tuple[str, int], ...] = field(default=())


@dataclass(frozen=True)
class Moment:
    """What a rule without samples of its own says at one moment.

    Parameters
    ----------
    subject
        Of whom.
    level
        How many levels are reached.
    value
        What decided.
    said
        The words, where a level is reached.
    series
        What it rests on.
    """

    subject: Subject
    level: int
    value: float
    said: Said | None
    series: tuple[str, ...] = ()


class Rule(BaseModel):
    """One rule, as its document says it.

    Parameters
    ----------
    id, version
        Name, and which wording of it.
    kind
        Name of its kind, that of the kind's file.
    title
        One line, in the languages of the screens.
    hazard
        A name of `core.kinds`; that of the series if empty.
    series
        Which series it is for.
    limits
        ``own`` for the thresholds of each series, or the levels themselves.
    levels
        Only levels of these names.
    direction, units
        Of `limits`; those of the series if empty.
    deadband
        How far a signal must come back behind a limit before the level is left: a number, ``0.05 m``, or ``5 %`` of
        the limit.
    on_after, off_after
        How long a level must be reached, or left.
    gap
        A gap in the data longer than this begins both counts anew; three cadences if not given.
    stale
        Age of the newest value from which a verdict says that it is old; three cadences if not given.
    enabled
        Whether it is used.
    raises
        Whether it is spoken of for itself; otherwise it is a part of combinations only.
    source
        Who decided that it is so.
    response
        What whoever takes the alarm is to do (ISA-18.2: an alarm without a response is none).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)
    across: ClassVar[bool] = False
    """Whether a subject's signal rests on other series than its own."""
    takes_own: ClassVar[bool] = True
    """Whether its signal can be held against the thresholds of the series."""

    id: str = Field("", max_length=100)
    version: str = Field("1", max_length=40)
    kind: str
    title: Words
    hazard: str = ""
    series: Selection = Selection()
    limits: Literal["own"] | dict[str, Any] = "own"
    levels: list[str] = Field([], max_length=8)
    direction: Direction | Literal[""] = ""
    units: str = Field("", max_length=40)
    deadband: Band = Amount(0.0)
    on_after: Span = timedelta(0)
    off_after: Span = timedelta(0)
    gap: Span | None = None
    stale: Span | None = None
    enabled: bool = True
    raises: bool = True
    source: str = Field("", max_length=500)
    response: Words | None = None

    @field_validator("title", "response", mode="before")
    @classmethod
    def _words(cls, value: Any) -> Any:
        return {"en": value} if isinstance(value, str) else value

    @field_validator("version", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int | float) else value

    @field_validator("hazard")
    @classmethod
    def _hazard(cls, name: str) -> str:
        known = [*KINDS, OTHER.name]
        if name and name not in known:
            raise ValueError(f"{name!r} is not a kind of hazard{suggest(name, known)}")
        return name

    @field_validator("limits")
    @classmethod
    def _limits(cls, value: Any) -> Any:
        if value == "own" and not cls.takes_own:
            raise ValueError("are needed: the thresholds of the series are of another quantity.")
        return value

    @model_validator(mode="after")
    def _levels(self) -> "Rule":
        if not self.takes_own and self.limits == "own":
            raise ValueError("`limits` is missing: the thresholds of the series are of another quantity.")
        if isinstance(self.limits, dict):
            try:
                names = [level.name for level in levels_of(self.limits, self.direction or "above")]
            except InvalidInputError as error:
                raise ValueError(f"`limits`: {error}") from error
            for name in self.levels:
                if name not in names:
                    raise ValueError(f"`levels` names {name!r}, which `limits` has not{suggest(name, names)}")
        return self

    @property
    def instant(self) -> bool:
        """Whether it is worked out for one moment alone, without samples of its own."""
        return False

    def moments(self, cube: Cube, site: Site, at: int) -> Iterator[Moment]:
        """Say how it stands at a time (microseconds), of kinds that are `instant`."""
        raise NotImplementedError(f"Rules of the kind {self.kind!r} go by samples.")

    def changes(self, cube: Cube, site: Site, start: int, end: int) -> Iterator[tuple[int, Moment]]:
        """Say how it stood between two times (microseconds): each change of a level, by asking again and again."""
        before: dict[str, int] = {}
        step = max(_GRID, (end - start) // _MOMENTS)
        for at in range(start, end + 1, step):
            for moment in self.moments(cube, site, at):
                if moment.level != before.get(moment.subject.key, 0):
                    before[moment.subject.key] = moment.level
                    yield at, moment

    @property
    def lookback(self) -> timedelta:
        """How far before a sample its signal depends on."""
        return timedelta(0)

    def signal_units(self, about: About) -> str:
        """Return the unit of the signal of a series."""
        return about.units

    def bind(self, names: Sequence[str], site: Site) -> tuple[Plan, dict[str, str]]:
        """Bind the rule to series of one cadence; return why series were left out, too."""
        abouts = tuple(site.series[name] for name in names)
        subjects, left = [], {}
        for place, about in enumerate(abouts):
            try:
                sets = self.sets(about, site)
            except InvalidInputError as error:
                left[about.name] = str(error)
                continue
            if sets:
                subjects.append(
                    Subject(about.name, (place,), sets, self.signal_units(about), about, about.station)
                )
        return Plan(tuple(names), tuple(subjects), abouts), left

    def sets(self, about: About, site: Site) -> tuple[ThresholdSet, ...]:
        """Return the levels that the signal of a series is held against, in the signal's unit."""
        if isinstance(self.limits, dict):
            direction = self.direction or "above"
            chosen = ThresholdSet(
                levels_of(self.limits, direction),
                self.units,
                direction,
                self.id,
                self.version,
                self.source or "the rule",
            )
            found = [chosen.into(self.signal_units(about))]
        else:
            found = site.sets(about.name)
        if self.levels:
            found = [_only(item, self.levels) for item in found]
        return tuple(item for item in found if item.levels)

    def signal(self, board: Board, plan: Plan, subjects: Ints) -> Floats:
        """Return what is held against the limits.

        Parameters
        ----------
        board
            Samples of the members of these subjects.
        plan
            What the rule is bound to.
        subjects
            int64[r]: places in `plan.subjects`.

        Returns
        -------
        numpy.ndarray
            float32[r, m - board.begin].
        """
        raise NotImplementedError(f"Rules of the kind {self.kind!r} have no samples of their own.")

    def say(self, case: Case) -> Said:
        """Say why a level holds."""
        subject = case.subject
        values = {
            **named(subject.about),
            "what": quantity(subject.about),
            "value": number(case.value, subject.units),
            "beyond": beyond(case.level, case.value, subject.units),
            "lasted": "",
        }
        return Said(Sentence("level.value", values))

    def back(self, level: Level, units: str) -> tuple[float, float]:
        """Return where a level is left: below the first, and above the second."""
        return (
            level.high - self.deadband.of(level.high, units) if level.high == level.high else level.high,
            level.low + self.deadband.of(level.low, units) if level.low == level.low else level.low,
        )


def named(about: About) -> dict[str, Value]:
    """Return what nearly every sentence names: the quantity and the station."""
    return {"quantity": quantity(about), "station": station(about)}


def beyond(level: Level, value: float, units: str) -> Sentence:
    """Say that a value is beyond a level.

    Examples
    --------
    >>> beyond(Level("orange", high=2.4), 2.41, "m").key
    'beyond.above'
    """
    limit = level.limit(value)
    values = {"level": level_name(level.name), "limit": number(limit, units)}
    if not level.reached(float(np.float32(value))) and np.float32(value) != np.float32(limit):
        return Sentence("beyond.not-below" if value > limit else "beyond.not-above", values)
    word = "at" if np.float32(value) == np.float32(limit) else "above" if value > limit else "below"
    return Sentence(f"beyond.{word}", values)


def _only(given: ThresholdSet, names: Sequence[str]) -> ThresholdSet:
    return replace(given, levels=tuple(level for level in given.levels if level.name in names))
