"""What was done to an alarm, by whom and why, and how it is written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from watchfloor.alarms.transitions import Event
from watchfloor.core.clock import format_time, parse_time
from watchfloor.core.scales import WarningColour

__all__ = ["ACTS", "Act", "Done", "colour", "read_act", "read_before", "time", "told", "written"]

ACTS = ("acknowledged", "shelf", "override", "disabled", "closed")
"""Fields of an alarm that hold an act."""


@dataclass(frozen=True)
class Act:
    """Something that a person, or the watch, did to an alarm.

    Parameters
    ----------
    by
        Who.
    at
        When, by the floor's clock.
    reason
        Why; untrusted text.
    until
        When it ends by itself; None where it does not.
    colour
        The colour that an override sets; None for no warning.
    level
        The rule's level at that time.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> read_act(written(Act("anna", EPOCH, "known leak"))).reason
    'known leak'
    """

    by: str
    at: datetime
    reason: str = ""
    until: datetime | None = None
    colour: WarningColour | None = None
    level: int = 0


@dataclass(frozen=True)
class Done:
    """A human act that can be undone: which, at which step, and what it changed."""

    event: Event
    step: int
    before: Mapping[str, Any]


def colour(word: str | None) -> WarningColour | None:
    """Read a colour; None where there is none."""
    return WarningColour(word) if word else None


def time(text: str | None) -> datetime | None:
    """Read a time; None where there is none."""
    return parse_time(text) if text else None


def written(act: Act | None) -> dict[str, Any] | None:
    """Write an act in JSON's types."""
    if act is None:
        return None
    return {
        "by": act.by,
        "at": format_time(act.at),
        "reason": act.reason,
        "until": act.until and format_time(act.until),
        "colour": act.colour and act.colour.value,
        "level": act.level,
    }


def read_act(said: Mapping[str, Any] | None) -> Act | None:
    """Read an act back."""
    if said is None:
        return None
    return Act(
        said["by"],
        parse_time(said["at"]),
        said["reason"],
        time(said["until"]),
        colour(said["colour"]),
        said["level"],
    )


def told(before: Mapping[str, Any]) -> dict[str, Any]:
    """Write what an act changed, in JSON's types."""
    return {
        name: written(value) if name in ACTS else format_time(value) if isinstance(value, datetime) else value
        for name, value in before.items()
    }


def read_before(said: Mapping[str, Any]) -> dict[str, Any]:
    """Read back what an act changed."""
    return {
        name: read_act(value) if name in ACTS else time(value) if name in {"demanded", "cleared"} else value
        for name, value in said.items()
    }
