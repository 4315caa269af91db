"""How alarms are looked after: who is told next, what counts as one event, whom messages go to.

The product's own table is ``tables/policy.yml``; the file that the settings name, or ``alarms/policy.yml`` in the floor's folder,
replaces entries of it. A mistake is told with its line.
"""

from datetime import time, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from watchfloor.catalog.document import Document, Limits, read_document
from watchfloor.core.clock import duration
from watchfloor.core.errors import SettingsError
from watchfloor.core.kinds import kind
from watchfloor.core.scales import WarningColour

__all__ = ["DAYS", "FILE", "Channel", "Delay", "Near", "Policy", "Rung", "Sender", "Span", "read_policy"]

FILE = "alarms/policy.yml"
_LIMITS = Limits(size=256 * 1024, values=5_000)
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Days of the week, as Python counts them."""


def _length(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    return duration(str(value))


def _hour(value: Any) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, int):  # YAML 1.1 reads 08:00 without quotes as a number of base 60
        return time(value // 60, value % 60)
    return time.fromisoformat(str(value))


Duration = Annotated[timedelta, BeforeValidator(_length)]
Hour = Annotated[time, BeforeValidator(_hour)]


def _hazard(value: Any) -> Any:
    return kind(str(value)).name


Hazard = Annotated[str, BeforeValidator(_hazard)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Rung(_Part):
    """One step of an escalation: after how long, and to whom."""

    after: Duration
    to: str = Field(min_length=1, max_length=80)


class Delay(_Part):
    """How long a change must last before it counts."""

    raised: Duration = Field(timedelta(0), alias="raise")
    ease: Duration = timedelta(0)
    clear: Duration = timedelta(0)


class Near(_Part):
    """How near alarms of one event are: kilometres along the ground, and time between their onsets."""

    km: float = Field(gt=0, le=5000)
    within: Duration


class Span(_Part):
    """Hours of the day, in the floor's zone; over midnight where the end is before the beginning."""

    days: tuple[Day, ...] = DAYS
    start: Hour = Field(time(0, 0), alias="from")
    end: Hour = Field(time(0, 0), alias="to")
    but: WarningColour | None = None


class Channel(_Part):
    """Whom messages go to, and which."""

    to: str = Field(min_length=1, max_length=500, repr=False)
    least: WarningColour = Field(WarningColour.BLUE, alias="from")
    hazards: tuple[Hazard, ...] = ()
    districts: tuple[str, ...] = ()
    when: Span | None = None
    quiet: Span | None = None
    host: str = Field("", max_length=253)
    """The host that it reaches, where that cannot be told from the address."""
    language: Literal["en", "zh"] = "en"
    escalation: str = Field("", max_length=80)
    """Role whose escalations go here, whatever else the channel takes."""


class Flood(_Part):
    """So many messages in a span are sent one by one, the others together."""

    most: int = Field(10, ge=1, le=1000)
    span: Duration = timedelta(minutes=5)


class Shelf(_Part):
    """How long an alarm can be put aside."""

    longest: Duration = timedelta(hours=24)


class Sender(_Part):
    """Who issues messages, as CAP 1.2 names it."""

    sender: str = Field("", max_length=200, pattern=r"^[^\s,<&]*$")
    name: str = Field("", max_length=200)
    contact: str = Field("", max_length=500)
    web: str = Field("", max_length=500, pattern=r"^(https?://\S+)?$")
    scope: Literal["Public", "Restricted", "Private"] = "Public"
    restriction: str = Field("", max_length=500)
    addresses: str = Field("", max_length=2000)
    approvals: int = Field(1, ge=1, le=3)
    key: Path | None = None
    certificate: Path | None = None


class Policy(_Part):
    """All of it.

    Examples
    --------
    >>> policy = read_policy(None)
    >>> [(rung.after // timedelta(minutes=1), rung.to) for rung in policy.escalation[WarningColour.RED]]
    [(5, 'duty'), (15, 'admin')]
    >>> policy.near("flood").km, policy.near("no such hazard").km
    (25.0, 15.0)
    """

    escalation: dict[WarningColour, tuple[Rung, ...]] = Field(default_factory=dict)
    delays: dict[str, Delay] = Field(default_factory=dict)
    grouping: dict[str, Near] = Field(default_factory=dict)
    shelf: Shelf = Shelf()
    channels: dict[str, Channel] = Field(default_factory=dict)
    flood: Flood = Field(default_factory=lambda: Flood.model_validate({}))
    retry: tuple[Duration, ...] = ()
    cap: Sender = Field(default_factory=lambda: Sender.model_validate({}))

    def delay(self, rule: str) -> Delay:
        """Return a rule's delays."""
        return self.delays.get(rule) or self.delays.get("default") or Delay.model_validate({})

    def near(self, hazard: str) -> Near:
        """Return how near alarms of one event of a hazard are."""
        return self.grouping.get(hazard) or self.grouping["default"]


def read_policy(path: Path | None) -> Policy:
    """Read the product's table, and a floor's file over it.

    Parameters
    ----------
    path
        The floor's file; None, or one that is not there, for the product's alone.

    Raises
    ------
    SettingsError
        If it cannot be used, with the file, line and column of what is wrong.
    """
    own = _own()
    if path is None or not path.is_file():
        return _checked(own, own.data)
    theirs = read_document(path, _LIMITS)
    if theirs.data is not None and not isinstance(theirs.data, dict):
        raise SettingsError(f"{path}:1: expected sections such as escalation and channels.")
    merged = dict(own.data)
    for name, section in (theirs.data or {}).items():
        mine = merged.get(name)
        merged[name] = mine | section if isinstance(mine, dict) and isinstance(section, dict) else section
    return _checked(theirs, merged)


@cache
def _own() -> Document:
    return read_document(Path(__file__).with_name("tables") / "policy.yml", _LIMITS)


def _checked(document: Document, data: Any) -> Policy:
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        rows = []
        for row in error.errors()[:5]:
            where = tuple(part for part in row["loc"] if isinstance(part, str | int))
            line, column = document.at(where)
            rows.append(f"{document.path}:{line}:{column}: {'.'.join(map(str, where))}: {row['msg']}")
        raise SettingsError("; ".join(rows) + ".") from error
