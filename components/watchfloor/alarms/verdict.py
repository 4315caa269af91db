"""What a rule says of one subject at one valid time: how bad, why, and how sure."""

from dataclasses import dataclass
from datetime import datetime

from watchfloor.alarms.sentence import Sentence
from watchfloor.core.scales import ResponseGrade, WarningColour

__all__ = ["Verdict"]


@dataclass(frozen=True)
class Verdict:
    """The outcome of one rule for one subject at one valid time.

    Parameters
    ----------
    rule, version
        Which rule said it, and in which wording of it.
    subject
        Stable key of what it speaks of: the name of a series, or of a combination.
    series
        Names of the series that it rests on.
    time
        Valid time: when it holds in the world.
    level
        How many levels are passed: 0 where the rule is not fulfilled, larger is worse.
    name
        The level's own name; empty at 0.
    colour
        Colour of the *warning*, where the level has one.
    grade
        Grade of the *response*, where the level has one; another axis than the colour.
    value, limit
        The number that decided, and the one that it was held against, in `units`.
    units
        Unit of both, readable by pint.
    samples
        (series, time) of the measurements that decided.
    weakened
        Whether it rests on flagged, late or missing data; `why` says which.
    why
        One plain English sentence with the numbers.
    reason
        The same as data, which `alarms.wording.sentence` puts into any language; None where only the words are known.
    clears
        Whether the subject is back behind the dead-band, for as long as the rule asks: only then an alarm may clear.
    hazard
        A name of `core.kinds`, or ``other``.
    title
        One line: what it is about, for a list. Untrusted, since names of series are.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> verdict = Verdict(
    ...     "river-level", "1", "demo/gauge/G05", ("demo/gauge/G05",), parse_time("2026-06-01T12:00:00Z"), 2, "yellow",
    ...     WarningColour.YELLOW, None, 2.41, 2.40, "m", why="Level at G05 is 2.41 m, above yellow 2.40 m.",
    ... )
    >>> verdict.fires, verdict.key
    (True, ('river-level', 'demo/gauge/G05'))
    """

    rule: str
    version: str
    subject: str
    series: tuple[str, ...]
    time: datetime
    level: int
    name: str = ""
    colour: WarningColour | None = None
    grade: ResponseGrade | None = None
    value: float | None = None
    limit: float | None = None
    units: str = ""
    samples: tuple[tuple[str, datetime], ...] = ()
    weakened: bool = False
    why: str = ""
    reason: Sentence | None = None
    clears: bool = False
    hazard: str = "other"
    title: str = ""

    @property
    def fires(self) -> bool:
        """Whether the rule is fulfilled at some level."""
        return self.level > 0

    @property
    def key(self) -> tuple[str, str]:
        """Rule and subject: verdicts of the same key follow one another in time."""
        return self.rule, self.subject
