"""The key figures, each with the records that it stands on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watchfloor.core.clock import format_time
from watchfloor.core.provenance import digest
from watchfloor.core.scales import Severity
from watchfloor.views.selection import MATTER
from watchfloor.views.sensors import Sensor
from watchfloor.views.situation.rows import Row
from watchfloor.views.situation.snapshot import Snapshot

__all__ = ["FIGURES", "Figure", "available", "figure", "figures", "warned"]

Tone = str


@dataclass(frozen=True)
class Figure:
    """One number and what it was counted from.

    Parameters
    ----------
    name
        Its name, also the term's key after ``figure.``.
    value
        The number; None where it cannot be worked out (shown as a dash, never as zero).
    unit
        ``records``, ``people``, ``sensors`` or ``feeds``: what is counted.
    tone
        A severity, ``late``, ``down`` or ``plain``.
    rows, sensors, feeds
        What was counted.
    question
        The question that was asked of the store, in words that can be repeated.
    notes
        What the number leaves out.

    Examples
    --------
    >>> Figure("incidents", 0, "records", question="kind = incident").trace(None)["records"]
    0
    """

    name: str
    value: float | None
    unit: str
    tone: Tone = "plain"
    rows: tuple[Row, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    feeds: tuple[str, ...] = ()
    question: str = ""
    notes: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    def trace(self, snapshot: Snapshot | None) -> dict[str, Any]:
        """Return what the number stands on: the question, identities, times, and a digest over them."""
        identities = [row.record.identity for row in self.rows]
        names = [sensor.name for sensor in self.sensors] or list(self.feeds)
        at: datetime | None = snapshot.at if snapshot else None
        known: datetime | None = snapshot.known if snapshot else None
        stands_on = {
            "question": self.question,
            "valid at": at and format_time(at),
            "known at": known and format_time(known),
            "cursor": snapshot.cursor if snapshot else None,
            "identities": identities,
            "names": names,
            "value": self.value,
        }
        return stands_on | {"records": len(identities) + len(names), "digest": digest(stands_on)}


def figures(snapshot: Snapshot, people: float | None = None, notes: Sequence[str] = ()) -> list[Figure]:
    """Count everything that the tiles show.

    Parameters
    ----------
    snapshot
        What is shown.
    people
        People inside the areas of active warnings, worked out by the caller (it reads a grid); None where unknown.
    notes
        What that number leaves out.
    """
    active = [row for row in snapshot.rows if row.phase == "active"]
    matter = [row for row in active if row.record.kind in MATTER]  # as the list shows them
    found = []
    for severity in Severity:
        held = tuple(row for row in matter if row.record.severity == severity)
        found.append(
            Figure(
                severity.value,
                len(held),
                "records",
                tone=severity.value,
                rows=held,
                question=f"kind in ({', '.join(MATTER)}), active at the valid time, severity = {severity.value}",
            )
        )
    areas = warned(snapshot.rows)
    incidents = tuple(row for row in active if row.record.kind == "incident")
    above = tuple(sensor for sensor in snapshot.sensors if sensor.crossed is not None and not sensor.silent)
    silent = sum(sensor.silent for sensor in snapshot.sensors)
    resources = tuple(row for row in active if row.record.kind == "resource")
    free = tuple(row for row in resources if available(row))
    late = tuple(line for line in snapshot.feeds if line.health in {"late", "down"})
    found += [
        Figure(
            "people",
            people,
            "people",
            rows=tuple(areas),
            question="people of the population grid inside the joined areas of active alerts",
            notes=tuple(notes),
        ),
        Figure("incidents", len(incidents), "records", rows=incidents, question="kind = incident, active"),
        Figure(
            "sensors",
            len(above) if snapshot.sensors else None,
            "sensors",
            tone=str(above[0].crossed.severity) if above and above[0].crossed else "plain",
            sensors=above,
            question="newest value at or beyond a threshold, quality flag below 3, not silent",
            notes=(f"{silent} silent",) if silent else (),
            extra={"of": len(snapshot.sensors), "silent": silent},
        ),
        Figure(
            "resources",
            len(free) if resources else None,
            "records",
            rows=free,
            question="kind = resource, active, whose status says that it is available",
            extra={"of": len(resources)},
        ),
        Figure(
            "feeds",
            len(late),
            "feeds",
            tone="down" if any(line.health == "down" for line in late) else "late" if late else "plain",
            feeds=tuple(line.source for line in late),
            question="sources whose newest success is older than they allow",
            extra={"of": len(snapshot.feeds)},
        ),
    ]
    return found


def figure(name: str, of: Sequence[Figure]) -> Figure | None:
    """Return one figure by name, or None."""
    return next((item for item in of if item.name == name), None)


def warned(rows: Sequence[Row]) -> list[Row]:
    """Return the active alerts of at least minor severity that have an area: those whose people are counted."""
    return [
        row
        for row in rows
        if row.phase == "active"
        and row.record.kind == "alert"
        and row.record.severity != Severity.UNKNOWN
        and _type(row) in {"Polygon", "MultiPolygon", "GeometryCollection"}
    ]


def _type(row: Row) -> str:
    geometry = row.record.geometry
    return "" if geometry is None else str(geometry.get("type"))


def available(row: Row) -> bool:
    """Tell whether a resource says that it is free.

    Examples
    --------
    >>> from types import SimpleNamespace as Bare
    >>> available(Bare(record=Bare(body={"properties": {"status": "Available"}})))
    True
    """
    body = row.record.body
    held = body.get("properties")
    properties = held if isinstance(held, dict) else body
    words = [str(properties.get(name, "")).casefold() for name in ("availability", "state", "status")]
    return any(word in {"available", "free", "ready", "standby", "in station", "可用"} for word in words)


FIGURES: tuple[str, ...] = (
    *(item.value for item in Severity),
    "people",
    "incidents",
    "sensors",
    "resources",
    "feeds",
)
"""Names of the figures, in the order of the tiles."""

Count = Callable[[Sequence[Row]], tuple[float | None, Sequence[str]]]
"""Works out the people inside the areas of some rows, and what the number leaves out."""
