"""What one record looks like in a list, and which of two records is the worse one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal

from watchfloor.core.clock import micros
from watchfloor.core.geometry import read
from watchfloor.core.scales import Certainty, Severity, Urgency
from watchfloor.floor.areas import Areas, Found
from watchfloor.store.records import Record

__all__ = ["LATE_AFTER", "NEW_FOR", "OVER_FOR", "SOON", "Phase", "Row", "order", "phase", "rows"]

Phase = Literal["active", "upcoming", "over"]

NEW_FOR = timedelta(minutes=30)
"""How long after it was learned a record is marked as new or updated."""
LATE_AFTER = timedelta(minutes=10)
"""Delay between the issue of a record and its arrival here from which it is marked as late."""
OVER_FOR = timedelta(hours=6)
"""How long a record that was cancelled, has ended or has expired stays in the list."""
SOON = timedelta(hours=24)
"""How far ahead a record that is not yet valid is listed."""

_SEVERITY = {str(item): place for place, item in enumerate(Severity)}
_URGENCY = {str(item): place for place, item in enumerate(Urgency)}
_CERTAINTY = {str(item): place for place, item in enumerate(Certainty)}
_PHASE: dict[str, int] = {"active": 0, "upcoming": 1, "over": 2}


@dataclass(frozen=True)
class Row:
    """A record as it stands in the list at one valid time.

    Parameters
    ----------
    record
        The latest revision known.
    phase
        ``active``, ``upcoming`` (begins within `SOON`) or ``over`` (cancelled, ended or expired within `OVER_FOR`).
    badges
        Of ``new``, ``updated``, ``cancelled``, ``ended``, ``expired``, ``upcoming``, ``late``, ``disputed``, ``exercise``, ``test``.
    people
        People inside its area, where that was worked out.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> now = parse_time("2026-06-01T12:00:00Z")
    >>> row = rows([Record("alert", "cap", "1", "1", sent=now, valid_from=now, known=now)], at=now, known=now)[0]
    >>> row.phase, row.badges
    ('active', ('new',))
    """

    record: Record
    phase: Phase
    badges: tuple[str, ...] = ()
    people: float | None = None
    coded: Found | None = field(default=None, repr=False, compare=False)
    """Where its codes say that it is, for a record that names no shape of its own."""
    text: str = field(default="", repr=False)
    """Title, area, source and key in lower case, for the text filter."""

    @property
    def name(self) -> tuple[str, str, str]:
        """Kind, source and key."""
        return (self.record.kind, self.record.source, self.record.key)

    @cached_property
    def shape(self) -> Any:
        """Its shape, EPSG:4326: its own, or that of its codes; None where neither is known."""
        own = read(self.record.geometry)
        return own if own is not None or self.coded is None else self.coded.shape

    def state(self) -> dict[str, Any]:
        """Return what the browser needs, in JSON's types; times in milliseconds since 1970, UTC. Not to be changed."""
        return self._state

    @cached_property
    def _state(self) -> dict[str, Any]:
        record = self.record
        return {
            "kind": record.kind,
            "source": record.source,
            "key": record.key,
            "title": record.title[:300],
            "hazard": record.hazard,
            "severity": str(record.severity),
            "urgency": str(record.urgency),
            "certainty": str(record.certainty),
            "status": str(record.status),
            "area": record.area[:300],
            "sent": millis(record.sent),
            "from": millis(record.valid_from),
            "to": None if record.valid_to is None else millis(record.valid_to),
            "known": None if record.known is None else millis(record.known),
            "trust": record.trust,
            "phase": self.phase,
            "badges": list(self.badges),
            "placed": record.geometry is not None or self.coded is not None,
            "people": self.people,
        }


def millis(at: datetime) -> float:
    """Return milliseconds since 1970-01-01T00:00:00Z, as browsers count."""
    return micros(at) / 1000


def phase(record: Record, at: datetime) -> Phase | None:
    """Say how a record stands at a valid time; None where it is of no concern then.

    What names no end is over when `Record.until` says so: an earthquake is not on the desk for ever.
    """
    end = record.until
    if record.state != "active":
        return "over" if abs(at - record.sent) <= OVER_FOR else None
    if record.valid_from > at:
        return "upcoming" if record.valid_from - at <= SOON else None
    if end is None or at < end:
        return "active"
    return "over" if at - end <= OVER_FOR else None


def rows(
    records: Iterable[Record],
    at: datetime,
    known: datetime,
    revised: Iterable[tuple[str, str, str]] = (),
    usual: str = "Actual",
    people: Mapping[tuple[str, str, str], float] | None = None,
    areas: Areas | None = None,
) -> list[Row]:
    """Make the list's rows, worst first.

    Parameters
    ----------
    records
        Latest revisions.
    at
        Valid time that is looked at.
    known
        Known time that is looked at: what came shortly before it is new.
    revised
        Kind, source and key of records that have more than one revision.
    usual
        CAP status of the floor: a record of another one is marked.
    people
        People inside the area of some records, by kind, source and key.
    areas
        Tables of areas, for records that name codes only.

    Returns
    -------
    list of Row
        In `order`.
    """
    again = frozenset(revised)
    counted = people or {}
    found = []
    for record in records:
        stands = phase(record, at)
        if stands is not None:
            name = (record.kind, record.source, record.key)
            found.append(
                Row(
                    record,
                    stands,
                    _badges(record, stands, known, again=name in again, usual=usual),
                    counted.get(name),
                    areas.of_record(record) if areas is not None and record.kind == "alert" else None,
                    f"{record.title}\n{record.area}\n{record.source}\n{record.key}".casefold(),
                )
            )
    found.sort(key=order)
    return found


def order(row: Row) -> tuple[Any, ...]:
    """Return a key that sorts the worst first.

    What is active comes before what will be and what is over; then the CAP severity, urgency and certainty, each
    with Unknown last; then the number of people inside where it is known; then the latest issue; then the name, so
    that the order never wavers.
    """
    record = row.record
    return (
        _PHASE[row.phase],
        _SEVERITY.get(record.severity, 4),
        _URGENCY.get(record.urgency, 4),
        _CERTAINTY.get(record.certainty, 4),
        -(row.people or 0.0),
        -record.sent.timestamp(),
        record.kind,
        record.source,
        record.key,
    )


def _badges(record: Record, stands: Phase, known: datetime, *, again: bool, usual: str) -> tuple[str, ...]:
    found: list[str] = []
    if record.state != "active":
        found.append(record.state)
    elif stands == "over":
        found.append("expired")
    elif stands == "upcoming":
        found.append("upcoming")
    if record.known is not None and stands != "over":
        if timedelta(0) <= known - record.known <= NEW_FOR:
            found.append("updated" if again else "new")
        if record.known - record.sent > LATE_AFTER:
            found.append("late")
    if record.body.get("disputed"):
        found.append("disputed")
    if record.status != usual and record.status in {"Exercise", "Test"}:
        found.append(str(record.status).lower())
    return tuple(found)
