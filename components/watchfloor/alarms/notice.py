"""A message to one channel: what it says, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from watchfloor.core.clock import format_time, parse_time
from watchfloor.core.provenance import digest
from watchfloor.core.scales import Status
from watchfloor.security.text import plain
from watchfloor.store.records import Record

__all__ = ["SOURCE", "Notice", "Stage", "notice_id"]

SOURCE = "notices"
"""Source of the records."""
Stage = Literal["queued", "sent", "failed", "given up", "dry-run", "dropped"]
OPEN: frozenset[str] = frozenset({"queued", "failed"})
"""Stages in which something is still to be done."""


@dataclass(frozen=True)
class Notice:
    """A message to one channel after one step; its revisions are the receipts.

    Parameters
    ----------
    id
        Its name: the same step of an alarm is told to a channel once, whoever thinks of it.
    step
        Number of the step, from 1.
    at
        When.
    channel
        Name of the channel; its address is nowhere here.
    alarm, told
        The alarm, and the step of it that is told.
    what
        ``alarm``, ``escalation`` or ``stand-down``.
    title, text
        What is said; untrusted.
    stage
        What became of it.
    since
        When it was first to be told.
    due
        Not before this time.
    tries
        How often it was sent.
    why
        What went wrong, or what there is to say.
    acknowledged
        Who acknowledged the alarm after it was sent.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> notice = Notice("n", 1, EPOCH, "duty", "a", 1, "alarm", "RED: High water", "…", "queued", EPOCH, EPOCH)
    >>> Notice.read(notice.record(Status.EXERCISE)) == notice
    True
    """

    id: str
    step: int
    at: datetime
    channel: str
    alarm: str
    told: int
    what: str
    title: str
    text: str
    stage: Stage
    since: datetime
    due: datetime
    tries: int = 0
    why: str = ""
    acknowledged: str = ""

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.stage in OPEN

    def after(self, stage: Stage, at: datetime, **changes: Any) -> "Notice":
        """Return the notice after one more step."""
        return replace(self, step=self.step + 1, stage=stage, at=max(at, self.at), **changes)

    def record(self, status: Status) -> Record:
        """Return this step as a revision of the notice's record."""
        return Record(
            kind="notice",
            source=SOURCE,
            key=self.id,
            revision=f"{self.step:06d}",
            sent=self.at,
            valid_from=self.since,
            valid_to=None if self.open else self.at,
            title=plain(self.title, 300),
            status=status,
            state="active" if self.open else "ended",
            body={
                name: format_time(value) if isinstance(value, datetime) else value
                for name, value in vars(self).items()
                if name not in {"id", "step"}
            },
        )

    @classmethod
    def read(cls, record: Record) -> "Notice":
        """Read a notice back from a revision of its record."""
        body: dict[str, Any] = dict(record.body)
        body |= {name: parse_time(body[name]) for name in ("at", "since", "due")}
        return cls(id=record.key, step=int(record.revision), **body)


def notice_id(alarm: str, told: int, channel: str) -> str:
    """Return the name of the notice of one step of an alarm to one channel.

    Examples
    --------
    >>> notice_id("a", 1, "duty") == notice_id("a", 1, "duty"), len(notice_id("a", 1, "duty"))
    (True, 24)
    """
    return digest([alarm, told, channel])[:24]
