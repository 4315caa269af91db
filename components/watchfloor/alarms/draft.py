"""A message that is being written: what it says, who wrote it, who agreed, what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from watchfloor.core.clock import format_time, parse_time
from watchfloor.core.geometry import read, union, write
from watchfloor.core.kinds import guess
from watchfloor.core.scales import Certainty, Severity, Status, Urgency
from watchfloor.security.text import plain
from watchfloor.store.records import Record
from watchfloor.store.records import State as Holds

__all__ = ["SOURCE", "Draft", "Issue", "Stage"]

SOURCE = "drafts"
"""Source of the records."""
Stage = Literal["writing", "issued", "withdrawn"]
_HOLDS: Mapping[Stage, Holds] = {"writing": "active", "issued": "ended", "withdrawn": "cancelled"}


@dataclass(frozen=True)
class Issue:
    """The message that a draft became.

    Parameters
    ----------
    sender, identifier, sent
        CAP's name of it.
    status
        CAP's status.
    raw
        SHA-256 of the XML as the store keeps it.
    signed
        Whether it was signed.
    """

    sender: str
    identifier: str
    sent: str
    status: str
    raw: str
    signed: bool = False

    @property
    def reference(self) -> str:
        """How later messages refer to it."""
        return f"{self.sender},{self.identifier},{self.sent}"


@dataclass(frozen=True)
class Draft:
    """A draft after one step.

    Parameters
    ----------
    id
        Its name.
    step
        Number of the step, from 1.
    event
        What happened: ``write``, ``edit``, ``approve``, ``issue``, ``withdraw``.
    at, by
        When, and who.
    message
        What it says, by CAP's own names, as `alarms.cap.build` takes it; texts are untrusted.
    stage
        Whether it is being written, or was issued or withdrawn.
    alarms
        Alarms that it is about.
    authors
        Whoever wrote at what it says now.
    approvals
        Whoever agreed to what it says now.
    issue
        The message that it became.
    before
        Names of the drafts whose messages it updates or cancels, the first first.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> draft = Draft("d1", 1, "write", EPOCH, "anna", {"msgType": "Alert", "infos": [{"headline": "High water"}]})
    >>> draft.title, Draft.read(draft.record()) == draft
    ('High water', True)
    """

    id: str
    step: int
    event: str
    at: datetime
    by: str
    message: Mapping[str, Any]
    stage: Stage = "writing"
    alarms: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    issue: Issue | None = None
    before: tuple[str, ...] = ()
    note: str = field(default="")

    @property
    def title(self) -> str:
        """One line; untrusted."""
        infos = self.message.get("infos", ())
        return plain(str(infos[0].get("headline", "")) if infos else str(self.message.get("note", "")), 300)

    @property
    def kind(self) -> str:
        """CAP's type of message."""
        return str(self.message.get("msgType", "Alert"))

    @property
    def geometry(self) -> dict[str, Any] | None:
        """Where it is about: GeoJSON, EPSG:4326."""
        rings = [ring for area in self.message.get("areas", ()) for ring in area.get("polygons", ())]
        return (
            write(union([read({"type": "Polygon", "coordinates": [ring]}) for ring in rings]))
            if rings
            else None
        )

    def after(self, event: str, by: str, at: datetime, **changes: Any) -> "Draft":
        """Return the draft after one more step."""
        return replace(self, step=self.step + 1, event=event, by=by, at=max(at, self.at), **changes)

    def record(self) -> Record:
        """Return this step as a revision of the draft's record."""
        infos = self.message.get("infos", ())
        first: Mapping[str, Any] = infos[0] if infos else {}
        return Record(
            kind="draft",
            source=SOURCE,
            key=self.id,
            revision=f"{self.step:06d}",
            sent=self.at,
            valid_from=self.at,
            title=self.title,
            hazard=guess(str(first.get("event", "")), str(first.get("category", ""))),
            severity=_word(Severity, first.get("severity")),
            urgency=_word(Urgency, first.get("urgency")),
            certainty=_word(Certainty, first.get("certainty")),
            status=Status.DRAFT,
            state=_HOLDS[self.stage],
            geometry=self.geometry,
            body={
                "event": self.event,
                "by": self.by,
                "stage": self.stage,
                "message": dict(self.message),
                "alarms": list(self.alarms),
                "authors": list(self.authors),
                "approvals": list(self.approvals),
                "issue": None if self.issue is None else vars(self.issue),
                "before": list(self.before),
                "note": self.note,
                "at": format_time(self.at),
            },
        )

    @classmethod
    def read(cls, record: Record) -> "Draft":
        """Read a draft back from a revision of its record."""
        body = record.body
        return cls(
            id=record.key,
            step=int(record.revision),
            event=body["event"],
            at=parse_time(body["at"]),
            by=body["by"],
            message=body["message"],
            stage=body["stage"],
            alarms=tuple(body["alarms"]),
            authors=tuple(body["authors"]),
            approvals=tuple(body["approvals"]),
            issue=None if body["issue"] is None else Issue(**body["issue"]),
            before=tuple(body["before"]),
            note=body.get("note", ""),
        )


def _word(words: Any, said: Any) -> Any:
    return words(said) if said in set(words) else words("Unknown")
