"""One alarm at one step of its life, and how it is written into the store."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from watchfloor.alarms.act import ACTS, Act, Done, colour, read_act, read_before, time, told, written
from watchfloor.alarms.sentence import Sentence
from watchfloor.alarms.transitions import Event, Facts, State, settle
from watchfloor.alarms.verdict import Verdict
from watchfloor.alarms.wording import sentence
from watchfloor.core.clock import format_time, parse_time
from watchfloor.core.provenance import digest
from watchfloor.core.scales import (
    Certainty,
    ResponseGrade,
    Severity,
    Status,
    Urgency,
    WarningColour,
    crosswalk,
)
from watchfloor.security.text import plain
from watchfloor.store.records import Record
from watchfloor.store.records import State as Holds

__all__ = ["CHATTER_COUNT", "CHATTER_SPAN", "KEPT", "SOURCE", "Act", "Alarm", "Done", "alarm_id", "worse"]

SOURCE = "alarms"
"""Source of the records."""
CHATTER_COUNT = 5
CHATTER_SPAN = timedelta(hours=1)
"""An alarm that is raised and cleared at least so often in so long a time chatters.

EEMUA 191 (3rd ed., 2013) and ISA-18.2 call an alarm chattering that comes three or more times a minute. Gauges report every
few minutes, so the span is an hour here.
"""
KEPT = 12
"""Changes, and acts that can be undone, that an alarm carries with it."""
_COLOURS = tuple(WarningColour)
_LONGEST = 2000


@dataclass(frozen=True)
class Alarm:
    """An alarm as it stood after one step.

    Parameters
    ----------
    id
        Its name: the same condition that fired first at the same time has the same one, whoever raises it.
    step
        Number of the step, from 1.
    event
        What happened in it.
    at
        When, by the floor's clock; steps never go back.
    by
        Who did it; ``watch`` for the machine.
    note
        What there is to say about it; untrusted. `said` gives it in a language.
    spoken
        The same as data, where the machine said it.
    state
        How it stands.
    verdict
        What the rule said when it was raised, or changed its level, last.
    onset
        Valid time of its first firing.
    standing
        Whether the condition is there.
    cleared
        When the condition went, by valid time; None while it stands.
    demanded
        Since when it waits for somebody; None while it does not.
    acknowledged, shelf, override, disabled, closed
        Who did so, when and why; None where nobody did.
    suppressed
        Why maintenance suppresses it; empty where it does not.
    assigned
        To whom.
    escalated
        How many times it was passed on.
    worst
        The worst colour that the rule gave it, whatever it has eased to since.
    group, pinned
        The event that it is a part of, and whether a person put it there.
    changes
        When it was raised and cleared, the last ones.
    acts
        Human acts that can be undone, the last one last.
    geometry
        GeoJSON of where it is, EPSG:4326; None where that is not known.
    area
        The place in words.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> verdict = Verdict("level", "1", "G05", ("G05",), EPOCH, 2, colour=WarningColour.YELLOW, title="River is high")
    >>> alarm = Alarm.raised(verdict, EPOCH)
    >>> alarm.state.value, alarm.colour.value, alarm.record(Status.EXERCISE).severity.value
    ('unacknowledged', 'yellow', 'Moderate')
    """

    id: str
    step: int
    event: Event
    at: datetime
    by: str
    note: str
    state: State
    verdict: Verdict
    onset: datetime
    standing: bool = True
    cleared: datetime | None = None
    demanded: datetime | None = None
    acknowledged: Act | None = None
    shelf: Act | None = None
    override: Act | None = None
    disabled: Act | None = None
    closed: Act | None = None
    suppressed: str = ""
    assigned: str = ""
    escalated: int = 0
    worst: WarningColour | None = None
    group: str = ""
    pinned: bool = False
    changes: tuple[datetime, ...] = ()
    acts: tuple[Done, ...] = ()
    geometry: Mapping[str, Any] | None = None
    area: str = ""
    spoken: Sentence | None = None

    @classmethod
    def raised(
        cls,
        verdict: Verdict,
        at: datetime,
        *,
        number: int = 0,
        suppressed: str = "",
        changes: tuple[datetime, ...] = (),
        geometry: Mapping[str, Any] | None = None,
        area: str = "",
    ) -> "Alarm":
        """Return a new alarm.

        Parameters
        ----------
        verdict
            What fired.
        at
            When it is raised, by the floor's clock.
        number
            Which alarm of the same condition and the same first firing: 0 for the first.
        suppressed
            Why maintenance suppresses it from the beginning.
        changes
            When the same condition came and went before, so that chatter is told over several alarms.
        geometry, area
            Where.
        """
        facts = Facts(standing=True, acknowledged=False, suppressed=bool(suppressed))
        state = settle(facts)
        return cls(
            id=alarm_id(verdict, number),
            step=1,
            event=Event.RAISE,
            at=at,
            by="watch",
            note=verdict.why,
            spoken=verdict.reason,
            state=state,
            verdict=verdict,
            onset=verdict.time,
            demanded=at if state is State.UNACKNOWLEDGED else None,
            suppressed=suppressed,
            worst=verdict.colour,
            changes=(*changes, at)[-KEPT:],
            geometry=geometry,
            area=area,
        )

    @property
    def key(self) -> tuple[str, str]:
        """Rule and subject."""
        return self.verdict.key

    @property
    def colour(self) -> WarningColour | None:
        """Colour that counts: a person's, or else the rule's."""
        return self.override.colour if self.override is not None else self.verdict.colour

    @property
    def grade(self) -> ResponseGrade | None:
        """Grade of the response that the rule names."""
        return self.verdict.grade

    @property
    def title(self) -> str:
        """One line; untrusted."""
        return self.verdict.title or self.verdict.subject

    def why(self, language: str = "en") -> str:
        """Return why the rule said it, in a language; of old alarms the words that were stored. Untrusted."""
        return plain(sentence(self.verdict.reason, language, self.verdict.why), _LONGEST)

    def said(self, language: str = "en") -> str:
        """Return what there is to say about the last step, in a language; a person's words as they are. Untrusted."""
        return plain(sentence(self.spoken, language, self.note), _LONGEST, newlines=True)

    @property
    def hazard(self) -> str:
        """Kind of hazard."""
        return self.verdict.hazard

    @property
    def severity(self) -> Severity:
        """CAP's word for the colour."""
        return Severity.UNKNOWN if self.colour is None else Severity(_severity(self.colour.value))

    @property
    def open(self) -> bool:
        """Whether it is not over."""
        return self.state is not State.CLOSED

    @property
    def chattering(self) -> bool:
        """Whether it came and went often of late, up to its last step."""
        return sum(self.at - when <= CHATTER_SPAN for when in self.changes) >= CHATTER_COUNT

    @property
    def facts(self) -> Facts:
        """What makes its state."""
        return Facts(
            self.standing,
            self.acknowledged is not None,
            self.shelf is not None,
            bool(self.suppressed),
            self.disabled is not None,
            self.closed is not None,
        )

    @property
    def order(self) -> tuple[int, int, datetime, str]:
        """Sort key: what waits for somebody first, then by colour, the worst first, then by onset."""
        waits = 0 if self.state in {State.UNACKNOWLEDGED, State.RETURNED} else 1 if self.open else 2
        return waits, worse(self.colour), self.onset, self.id

    def record(self, status: Status) -> Record:
        """Return this step as a revision of the alarm's record.

        Parameters
        ----------
        status
            The floor's.
        """
        verdict, closed = self.verdict, self.state is State.CLOSED
        ends = self.closed.at if closed and self.closed is not None else self.at if closed else None
        holds: Holds = "active" if not closed else "cancelled" if self.standing else "ended"
        ahead = verdict.time > self.at
        return Record(
            kind="alarm",
            source=SOURCE,
            key=self.id,
            revision=f"{self.step:06d}",
            sent=self.at,
            valid_from=self.onset,
            valid_to=None if ends is None else max(ends, self.onset),
            title=plain(self.title, 300),
            hazard=verdict.hazard,
            severity=self.severity,
            urgency=Urgency.PAST if not self.standing else Urgency.FUTURE if ahead else Urgency.IMMEDIATE,
            certainty=Certainty.POSSIBLE
            if verdict.weakened
            else Certainty.LIKELY
            if ahead
            else Certainty.OBSERVED,
            status=status,
            state=holds,
            geometry=None if self.geometry is None else dict(self.geometry),
            area=self.area,
            body=self._body(),
        )

    @classmethod
    def read(cls, record: Record) -> "Alarm":
        """Read an alarm back from a revision of its record."""
        body = record.body
        said = body["verdict"]
        verdict = Verdict(
            **{name: said[name] for name in _PLAIN if name in said},
            title=record.title,
            hazard=record.hazard,
            series=tuple(said.get("series", ())),
            time=parse_time(said["time"]),
            colour=colour(said.get("colour")),
            grade=ResponseGrade(said["grade"]) if said.get("grade") else None,
            samples=tuple((name, parse_time(at)) for name, at in said.get("samples", ())),
            reason=Sentence.read(said.get("reason")),
        )
        return cls(
            id=record.key,
            step=int(record.revision),
            event=Event(body["event"]),
            at=record.sent,
            by=body["by"],
            note=body.get("note", ""),
            spoken=Sentence.read(body.get("spoken")),
            state=State(body["state"]),
            verdict=verdict,
            onset=record.valid_from,
            standing=bool(body.get("standing")),
            cleared=time(body.get("cleared")),
            demanded=time(body.get("demanded")),
            acknowledged=read_act(body.get("acknowledged")),
            shelf=read_act(body.get("shelf")),
            override=read_act(body.get("override")),
            disabled=read_act(body.get("disabled")),
            closed=read_act(body.get("closed")),
            suppressed=body.get("suppressed", ""),
            assigned=body.get("assigned", ""),
            escalated=body.get("escalated", 0),
            worst=colour(body.get("worst")),
            group=body.get("group", ""),
            pinned=body.get("pinned", False),
            changes=tuple(parse_time(at) for at in body.get("changes", ())),
            acts=tuple(
                Done(Event(item["event"]), item["step"], read_before(item["before"]))
                for item in body.get("acts", ())
            ),
            geometry=record.geometry,
            area=record.area,
        )

    def _body(self) -> dict[str, Any]:
        verdict = self.verdict
        said: dict[str, Any] = {name: getattr(verdict, name) for name in _PLAIN}
        said |= {
            "series": list(verdict.series),
            "time": format_time(verdict.time),
            "colour": verdict.colour and verdict.colour.value,
            "grade": verdict.grade and verdict.grade.value,
            "samples": [[name, format_time(at)] for name, at in verdict.samples],
            "reason": verdict.reason and verdict.reason.told(),
        }
        body: dict[str, Any] = {
            "event": self.event.value,
            "by": self.by,
            "note": self.note,
            "spoken": self.spoken and self.spoken.told(),
            "state": self.state.value,
            "standing": self.standing,
            "cleared": self.cleared and format_time(self.cleared),
            "demanded": self.demanded and format_time(self.demanded),
            "changes": [format_time(at) for at in self.changes],
            "acts": [
                {"event": item.event.value, "step": item.step, "before": told(item.before)}
                for item in self.acts
            ],
            "chattering": self.chattering,
            "shown": self.colour and self.colour.value,
            "worst": self.worst and self.worst.value,
        }
        body |= {name: getattr(self, name) for name in _WORDS}
        body |= {name: written(getattr(self, name)) for name in ACTS}
        said |= {name: _number(said[name]) for name in ("value", "limit")}
        body["verdict"] = {name: value for name, value in said.items() if _says(value)}
        return {name: value for name, value in body.items() if _says(value)}


def alarm_id(verdict: Verdict, number: int = 0) -> str:
    """Return the name of the alarm that a verdict raises: 24 hex digits of rule, subject and time of first firing.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> verdict = Verdict("level", "1", "G05", ("G05",), EPOCH, 1)
    >>> alarm_id(verdict) == alarm_id(verdict), alarm_id(verdict) == alarm_id(verdict, 1), len(alarm_id(verdict))
    (True, False, 24)
    """
    parts: list[Any] = [verdict.rule, verdict.subject, verdict.time]
    return digest(parts + [number] if number else parts)[:24]


def worse(colour: WarningColour | None) -> int:
    """Return the place of a colour, 0 the worst; none is the last.

    Examples
    --------
    >>> worse(WarningColour.RED), worse(None)
    (0, 4)
    """
    return len(_COLOURS) if colour is None else _COLOURS.index(colour)


_severity = crosswalk("colour-severity")
_PLAIN = (
    "rule",
    "version",
    "subject",
    "level",
    "name",
    "value",
    "limit",
    "units",
    "weakened",
    "why",
    "clears",
)
_WORDS = ("suppressed", "assigned", "escalated", "group", "pinned")


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _says(value: Any) -> bool:
    """Whether a value is worth writing; 0.0 is one."""
    return value is not None and value is not False and value not in ("", [])
