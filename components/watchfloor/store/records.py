"""What the store keeps: a record is a statement about the world, an observation is a measured number."""

from dataclasses import dataclass, replace
from dataclasses import field as _field
from datetime import datetime, timedelta
from typing import Any, Literal

from watchfloor.core.provenance import digest
from watchfloor.core.scales import Certainty, Severity, Status, Urgency

__all__ = [
    "ALL",
    "KINDS",
    "MOMENTARY",
    "OPEN_FOR",
    "OWN",
    "Kind",
    "Observation",
    "Record",
    "Series",
    "State",
    "Trust",
]

Kind = Literal[
    "alert",
    "alarm",
    "event",
    "incident",
    "report",
    "detection",
    "resource",
    "draft",
    "notice",
    "rule",
    "scenario",
]
KINDS: tuple[Kind, ...] = ("alert", "alarm", "event", "incident", "report", "detection", "resource")
"""Kinds that speak of the world, which desks show; who names no kind asks for all of these."""
ALL: tuple[Kind, ...] = (*KINDS, "draft", "notice", "rule", "scenario")
"""Every kind: a draft of a message, a notice that was sent, a rule and a scenario speak of the floor's own work."""
OWN: frozenset[str] = frozenset({"alarm", "draft", "notice", "rule", "scenario"})
"""Kinds that only the floor itself makes: no source can."""
MOMENTARY: frozenset[str] = frozenset({"event", "detection", "report"})
"""Kinds that tell of a moment."""
OPEN_FOR = timedelta(hours=24)
"""How long what tells of a moment, and names no end, counts as holding after it was last told."""
State = Literal["active", "cancelled", "ended"]
Trust = Literal["verified", "unverified", "none"]


@dataclass(frozen=True)
class Record:
    """One revision of one statement: one of `ALL`.

    `source` and `key` say which statement it is; `revision` says which telling of it. The three together are stored
    once, however often they arrive.

    Parameters
    ----------
    kind
        What it is.
    source
        Where it is from: a feed's name, with a sub-source after a colon (``cap:w-nws.webmaster@noaa.gov``).
    key
        Identity within the source, shared by all revisions.
    revision
        Identity of this revision within the key; later sorts after earlier where the source allows it.
    sent
        When the source issued this revision.
    valid_from, valid_to
        When it holds in the world; `valid_to` is None where no end is known.
    title
        One line of plain text. Untrusted.
    hazard
        A name of `core.kinds`, or ``other``.
    severity, urgency, certainty, status
        CAP 1.2 words.
    state
        ``active``; ``cancelled`` by its source; ``ended`` by an all-clear.
    geometry
        GeoJSON geometry, EPSG:4326, longitude first, checked by `core.geometry`; None where the source names none.
    area
        The place in words. Untrusted.
    trust
        Whether a signature was verified, is there but unverified, or is not there.
    body
        All else that the message says, in JSON's types. Untrusted.
    raw
        SHA-256 of the bytes it was read from.
    known
        When this floor learned it; the store sets it.
    """

    kind: Kind
    source: str
    key: str
    revision: str
    sent: datetime
    valid_from: datetime
    valid_to: datetime | None = None
    title: str = ""
    hazard: str = "other"
    severity: Severity = Severity.UNKNOWN
    urgency: Urgency = Urgency.UNKNOWN
    certainty: Certainty = Certainty.UNKNOWN
    status: Status = Status.ACTUAL
    state: State = "active"
    geometry: dict[str, Any] | None = None
    area: str = ""
    trust: Trust = "none"
    body: dict[str, Any] = _field(default_factory=dict)
    raw: str = ""
    known: datetime | None = None

    @property
    def identity(self) -> str:
        """SHA-256 of source, key and revision: the same message twice has the same identity."""
        return digest([self.kind, self.source, self.key, self.revision])

    @property
    def until(self) -> datetime | None:
        """When it ceases to hold: its end, or, for an event, detection or report without one, `OPEN_FOR` after it was last told."""
        if self.valid_to is None and self.kind in MOMENTARY:
            return max(self.sent, self.valid_from) + OPEN_FOR
        return self.valid_to

    def at(self, known: datetime) -> "Record":
        """Return the record as learned at a time."""
        return replace(self, known=known)


@dataclass(frozen=True)
class Observation:
    """One measured number.

    Parameters
    ----------
    series
        Name of the series, such as ``demo/gauge/G01``.
    time
        When it was measured (valid time).
    value
        The number, in the series' unit; NaN where the source says that it is missing.
    flag
        Quality: 0 good, 1 not checked, 2 suspect, 3 bad, 9 missing (after the WMO and IOC primary flags).
    known
        When this floor learned it; the store sets it.
    """

    series: str
    time: datetime
    value: float
    flag: int = 1
    known: datetime | None = None


@dataclass(frozen=True)
class Mark:
    """What the checks of quality say of one value.

    Only values that are not plain good are marked; a mark is taken back by one with `checks` 0 and `flag` 0.

    Parameters
    ----------
    series
        Name of the series.
    time
        The value's valid time; for a gap, when a value was due.
    checks
        The checks that it failed: a sum of `core.quality.Check`.
    flag
        Quality, as of `Observation.flag`.
    reason
        Why, in one plain sentence.
    known
        When this floor judged so; the store sets it.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> Mark("demo/gauge/G01", EPOCH, checks=4, flag=2, reason="Rises by 3 m and falls again within 10 min.").flag
    2
    """

    series: str
    time: datetime
    checks: int
    flag: int
    reason: str = ""
    known: datetime | None = None


@dataclass(frozen=True)
class Series:
    """What a series of observations measures, and where.

    Parameters
    ----------
    name
        Its name, such as ``demo/gauge/G01``.
    title
        One line of plain text. Untrusted.
    field
        A name of `core.fields`; empty where none fits.
    units
        Unit of the values, readable by pint.
    lon, lat
        Place in degrees, EPSG:4326; None where it has none.
    hazard
        A name of `core.kinds`, or empty.
    attrs
        All else, in JSON's types. Untrusted.
    """

    name: str
    title: str = ""
    field: str = ""
    units: str = ""
    lon: float | None = None
    lat: float | None = None
    hazard: str = ""
    attrs: dict[str, Any] = _field(default_factory=dict)
