"""Alarms as files to take away: the list as it passes the filters, and one alarm's life, marked with floor and time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from watchfloor.alarms.alarm import Alarm
from watchfloor.core.clock import format_time
from watchfloor.floor.export import to_csv
from watchfloor.security.text import filename

__all__ = ["listed", "lived"]

_LIST = (
    "id", "title", "state", "colour", "grade", "hazard", "severity", "onset", "cleared", "at", "value", "limit", "units",
    "area", "series", "assigned", "acknowledged_by", "rule", "version", "event", "why",
)  # fmt: skip
_LIFE = ("step", "at", "event", "by", "state", "colour", "note")


def listed(
    floor: Any, alarms: Iterable[Alarm], as_of: datetime | None, language: str
) -> tuple[str, bytes, str]:
    """Return name, bytes and media type of a table of alarms, in the order in which they are given."""
    rows = [
        (
            alarm.id, alarm.title, alarm.state.value, _word(alarm.colour), _word(alarm.grade), alarm.hazard,
            str(alarm.severity), _at(alarm.onset), _at(alarm.cleared), _at(alarm.at), alarm.verdict.value,
            alarm.verdict.limit, alarm.verdict.units, alarm.area, " ".join(alarm.verdict.series), alarm.assigned,
            "" if alarm.acknowledged is None else alarm.acknowledged.by, alarm.verdict.rule, alarm.verdict.version,
            alarm.group or alarm.id, alarm.why(language),
        )
        for alarm in alarms
    ]  # fmt: skip
    return _file(
        floor, "alarms", pd.DataFrame(rows, columns=list(_LIST)), as_of, "alarms that pass the filters"
    )


def lived(floor: Any, life: Sequence[Alarm], as_of: datetime | None) -> tuple[str, bytes, str]:
    """Return name, bytes and media type of every step of one alarm's life."""
    rows = [
        (step.step, _at(step.at), step.event.value, step.by, step.state.value, _word(step.colour), step.note)
        for step in life
    ]
    name = f"alarm-{life[-1].id}"
    return _file(floor, name, pd.DataFrame(rows, columns=list(_LIFE)), as_of, f"life of {life[-1].title}")


def _file(
    floor: Any, what: str, table: pd.DataFrame, as_of: datetime | None, data: str
) -> tuple[str, bytes, str]:
    head = {
        "mark": str(floor.mark),
        "floor": f"{floor.name} ({floor.status.value})",
        "data": data,
        "as of": format_time(as_of or floor.now()),
    }
    name = filename("-".join([*str(floor.mark).split()[:1], str(floor.name), what]))
    return f"{name}.csv", to_csv(table, head), "text/csv"


def _word(scale: Any) -> str:
    return "" if scale is None else str(scale.value)


def _at(time: datetime | None) -> str:
    return "" if time is None else format_time(time)
