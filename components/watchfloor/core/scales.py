"""Scales are data: each is its own ordered set of words, and none is stored as "a level".

The severity of a message (CAP), the colour of a *warning*, the grade of a *response* and the severity of an
*event* are four different things. Cross-walks between them are tables, cited, and marked where they lose something.
"""

from dataclasses import dataclass
from enum import StrEnum

from watchfloor.core.errors import UnknownNameError

__all__ = [
    "COLOUR",
    "CROSSWALKS",
    "SHAPE",
    "Certainty",
    "Crosswalk",
    "EventSeverity",
    "ResponseGrade",
    "Severity",
    "Status",
    "Step",
    "Urgency",
    "WarningColour",
    "crosswalk",
    "rank",
]


class Severity(StrEnum):
    """CAP 1.2 ``severity``, worst first."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Urgency(StrEnum):
    """CAP 1.2 ``urgency``, most pressing first."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """CAP 1.2 ``certainty``, surest first."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


class Status(StrEnum):
    """CAP 1.2 ``status``: whether a message or a floor is in earnest."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"


class WarningColour(StrEnum):
    """The four colours of a warning, before the event (Emergency Response Law of China, art. 53; I is worst)."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"


class ResponseGrade(StrEnum):
    """The grade of a response, after the event (China's General Plan of 2025; I national to IV county)."""

    I = "I"  # noqa: E741  the grade's own name
    II = "II"
    III = "III"
    IV = "IV"


class EventSeverity(StrEnum):
    """How large an event itself is (China's General Plan of 2025)."""

    ESPECIALLY_MAJOR = "especially major"
    MAJOR = "major"
    LARGER = "larger"
    GENERAL = "general"


COLOUR: dict[Severity, str] = {
    Severity.EXTREME: "#EE3D77",
    Severity.SEVERE: "#F59A23",
    Severity.MODERATE: "#FFF3B0",
    Severity.MINOR: "#5AA9FF",
    Severity.UNKNOWN: "#9AA3AD",
}
"""Fill of each severity; at least 33 apart (CIE76) in normal and colour-blind sight, on a dark ground."""

SHAPE: dict[Severity, str] = {
    Severity.EXTREME: "diamond",
    Severity.SEVERE: "square",
    Severity.MODERATE: "triangle",
    Severity.MINOR: "circle",
    Severity.UNKNOWN: "circle_x",
}
"""Marker of each severity, so that colour never speaks alone (ISO 22324)."""


def rank(severity: str) -> int:
    """Return the place of a CAP severity, 0 the worst; a word that is not one counts as Unknown.

    Examples
    --------
    >>> rank("Extreme"), rank("no such word")
    (0, 4)
    """
    order = list(Severity)
    return order.index(Severity(severity)) if severity in set(order) else len(order) - 1


@dataclass(frozen=True)
class Step:
    """One row of a cross-walk: `source` on one scale reads as `target` on the other; `lossy` says what is lost."""

    source: str
    target: str
    lossy: str = ""


@dataclass(frozen=True)
class Crosswalk:
    """An ordered, cited table from one scale to another.

    Parameters
    ----------
    name
        ``from-to``.
    steps
        Rows, worst first.
    citation
        Where the rows come from.
    """

    name: str
    steps: tuple[Step, ...]
    citation: str

    def __call__(self, word: str) -> str:
        """Return the word of the other scale.

        Raises
        ------
        UnknownNameError
            If the table has no such word.
        """
        for step in self.steps:
            if step.source.casefold() == word.casefold():
                return step.target
        raise UnknownNameError(f"{self.name} word", word, [step.source for step in self.steps])


def _table(name: str, citation: str, *rows: tuple[str, ...]) -> Crosswalk:
    return Crosswalk(name, tuple(Step(*row) for row in rows), citation)


CROSSWALKS: dict[str, Crosswalk] = {
    table.name: table
    for table in (
        _table(
            "colour-severity",
            "Order of GB/T 35965.1-2018 warning colours and of CAP 1.2 severity; the pairing is a convention.",
            ("red", "Extreme"),
            ("orange", "Severe"),
            ("yellow", "Moderate"),
            ("blue", "Minor"),
        ),
        _table(
            "gdacs-severity",
            "GDACS alert levels: green 0-1, orange 1-2, red 2-3 (gdacs.org, models and methods).",
            ("Red", "Extreme", "three GDACS levels onto four CAP words"),
            ("Orange", "Severe", "three GDACS levels onto four CAP words"),
            ("Green", "Minor", "Moderate is never reached"),
        ),
        _table(
            "pager-severity",
            "USGS PAGER alert levels: yellow 1, orange 100, red 1,000 deaths; yellow 1 M, orange 100 M, red 1 B USD.",
            ("red", "Extreme"),
            ("orange", "Severe"),
            ("yellow", "Moderate"),
            ("green", "Minor"),
        ),
        _table(
            "nws-flood-severity",
            "NWS Manual 10-950 flood categories: action, minor, moderate, major.",
            ("major", "Extreme", "record flooding is not told apart"),
            ("moderate", "Severe"),
            ("minor", "Moderate"),
            ("action", "Minor"),
        ),
        _table(
            "uk-ea-severity",
            "UK Environment Agency severityLevel 1 severe flood warning to 4 no longer in force.",
            ("1", "Extreme"),
            ("2", "Severe"),
            ("3", "Moderate"),
            ("4", "Minor", "no longer in force is not a severity"),
        ),
        _table(
            "aws-severity",
            "Australian Warning System: Emergency Warning, Watch and Act, Advice (AIDR, 2021); the pairing is a convention.",
            ("Emergency Warning", "Extreme", "three warning levels onto four CAP words"),
            ("Watch and Act", "Severe", "three warning levels onto four CAP words"),
            ("Advice", "Minor", "Moderate is never reached"),
        ),
    )
}


def crosswalk(name: str) -> Crosswalk:
    """Look up a cross-walk by name.

    Examples
    --------
    >>> crosswalk("gdacs-severity")("Orange")
    'Severe'
    """
    if name not in CROSSWALKS:
        raise UnknownNameError("cross-walk", name, CROSSWALKS)
    return CROSSWALKS[name]
