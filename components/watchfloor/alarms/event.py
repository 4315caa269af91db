"""An event: alarms of one hazard that belong together, seen as one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from watchfloor.alarms.alarm import Alarm, worse
from watchfloor.core.scales import WarningColour

__all__ = ["Group", "groups"]


@dataclass(frozen=True)
class Group:
    """Alarms that are parts of one event.

    Parameters
    ----------
    id
        Its name.
    alarms
        Its open alarms, the worst first.

    Examples
    --------
    >>> groups([])
    []
    """

    id: str
    alarms: tuple[Alarm, ...]

    @property
    def colour(self) -> WarningColour | None:
        """The worst colour."""
        return min((alarm.colour for alarm in self.alarms), key=worse)

    @property
    def count(self) -> int:
        """How many alarms it has."""
        return len(self.alarms)

    @property
    def waiting(self) -> int:
        """How many of them wait for somebody."""
        return sum(alarm.order[0] == 0 for alarm in self.alarms)

    @property
    def hazard(self) -> str:
        """The hazard of the worst alarm."""
        return self.alarms[0].hazard

    @property
    def title(self) -> str:
        """The title of the worst alarm; untrusted."""
        return self.alarms[0].title

    @property
    def onset(self) -> datetime:
        """When the first of them began."""
        return min(alarm.onset for alarm in self.alarms)

    @property
    def last(self) -> datetime:
        """When something last happened to one of them."""
        return max(alarm.at for alarm in self.alarms)

    @property
    def area(self) -> str:
        """The places in words."""
        return ", ".join(dict.fromkeys(alarm.area for alarm in self.alarms if alarm.area))

    @property
    def geometry(self) -> Mapping[str, Any] | None:
        """Where its alarms are: GeoJSON points, EPSG:4326; None where none has a place."""
        points: dict[tuple[float, ...], None] = {}
        for alarm in self.alarms:
            if alarm.geometry is not None:
                where = alarm.geometry["coordinates"]
                for point in [where] if alarm.geometry["type"] == "Point" else where:
                    points[tuple(point[:2])] = None
        return {"type": "MultiPoint", "coordinates": [list(point) for point in points]} if points else None

    @property
    def timeline(self) -> list[tuple[datetime, str, str]]:
        """When each alarm began and what last happened to it: time, event, name of the alarm."""
        told = [(alarm.onset, "raise", alarm.id) for alarm in self.alarms]
        told += [(alarm.at, alarm.event.value, alarm.id) for alarm in self.alarms if alarm.step > 1]
        return sorted(told)


def groups(alarms: Iterable[Alarm]) -> list[Group]:
    """Return the events that alarms are parts of: the worst first, then the earliest."""
    parts: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        parts.setdefault(alarm.group or alarm.id, []).append(alarm)
    found = [
        Group(name, tuple(sorted(members, key=lambda alarm: (worse(alarm.colour), alarm.onset, alarm.id))))
        for name, members in parts.items()
    ]
    return sorted(found, key=lambda group: (worse(group.colour), group.onset, group.id))
