"""A flood of alarms is one event: what is near in place and time, of one hazard, belongs together.

Alarms are linked where they are at most so many kilometres and so much time apart, and an event is what is linked
through any number of them: density-based clustering in space and time with a least number of neighbours of one
(ST-DBSCAN, Birant and Kut 2007, doi:10.1016/j.datak.2006.01.013, with MinPts = 1; single linkage). It is worked out
alarm by alarm, and comes to the same whatever parts the alarms come in. What a person moved stays where it is: events
that hold moved alarms are not joined to others any more, only added to.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product

from watchfloor.alarms.policy import Near
from watchfloor.core.clock import EPOCH

__all__ = ["Grouping", "Site"]

RADIUS = 6371.0088
"""Mean radius of the Earth, km (IUGG; Moritz 2000, doi:10.1007/s001900050278)."""
_STEPS = tuple(product((-1, 0, 1), repeat=3))
_BACK_AND_FORTH = (-1, 0, 1)
Cell = tuple[object, ...]


@dataclass(frozen=True)
class Site:
    """Where and when an alarm began.

    Parameters
    ----------
    id
        The alarm's.
    hazard, rule
        What it is about; alarms without a place are only near to those of the same rule.
    onset
        When.
    lon, lat
        Degrees, EPSG:4326; None where it has no place.
    group
        The event that it is a part of; empty for none yet.
    pinned
        Whether a person put it there.
    """

    id: str
    hazard: str
    rule: str
    onset: datetime
    lon: float | None = None
    lat: float | None = None
    group: str = ""
    pinned: bool = False

    @property
    def point(self) -> tuple[float, float, float] | None:
        """Place on a sphere, km from its centre."""
        if self.lon is None or self.lat is None:
            return None
        east, north = math.radians(self.lon), math.radians(self.lat)
        return (
            RADIUS * math.cos(north) * math.cos(east),
            RADIUS * math.cos(north) * math.sin(east),
            RADIUS * math.sin(north),
        )


class Grouping:
    """Alarms by event, grown alarm by alarm.

    Parameters
    ----------
    near
        How near is near, by hazard.

    Examples
    --------
    >>> grouping = Grouping(lambda hazard: Near(km=10, within=timedelta(hours=1)))
    >>> places = {"a": 100.0, "b": 100.05, "c": 105.0}
    >>> moved = grouping.add([Site(name, "flood", "level", EPOCH, lon, 30.0) for name, lon in places.items()])
    >>> moved["a"] == moved["b"], moved["a"] == moved["c"]
    (True, False)
    """

    def __init__(self, near: Callable[[str], Near]) -> None:
        self._near = near
        self._sites: dict[str, Site] = {}
        self._points: dict[str, tuple[float, float, float] | None] = {}
        self._groups: dict[str, dict[str, None]] = {}
        self._cells: dict[Cell, dict[str, dict[str, None]]] = {}
        self._first: dict[str, tuple[datetime, str]] = {}

    def __contains__(self, name: object) -> bool:
        """Tell whether an alarm is among them."""
        return name in self._sites

    def members(self, group: str) -> list[str]:
        """Return the alarms of an event, in the order in which they joined it."""
        return list(self._groups.get(group, ()))

    def add(self, sites: Iterable[Site]) -> dict[str, str]:
        """Take alarms in, and return the event of each that is new or was moved by a link between two events.

        Those that have an event already, as they were read from the store, keep it.
        """
        moved: dict[str, str] = {}
        for site in sorted(sites, key=lambda item: (not item.group, item.onset, item.id)):
            if site.id in self._sites:
                continue
            self._points[site.id] = site.point
            if site.group:
                self._put(site)
                continue
            near = sorted(self._linked(site), key=lambda group: self._first[group])
            group = near[0] if near else f"g{site.id[:16]}"
            self._put(replace(site, group=group))
            moved[site.id] = group
            for other in near[1:]:
                if not (self._held(group) or self._held(other)):
                    for name in self.members(other):
                        self.move(name, group)
                        moved[name] = group
        return moved

    def move(self, name: str, group: str, *, pinned: bool = False) -> None:
        """Put an alarm into an event; `pinned` where a person does so."""
        site = self._sites[name]
        self._take_out(site)
        self._put(replace(site, group=group, pinned=pinned or site.pinned))

    def place(self, name: str, group: str, pinned: bool) -> None:
        """Put an alarm where the store says that it is."""
        site = self._sites.get(name)
        if site is not None and (site.group, site.pinned) != (group, pinned):
            self._take_out(site)
            self._put(replace(site, group=group, pinned=pinned))

    def forget(self, before: datetime, keep: Callable[[str], bool]) -> None:
        """Forget alarms that began before a time, but those that are to be kept."""
        for site in [item for item in self._sites.values() if item.onset < before and not keep(item.id)]:
            self._take_out(site)
            del self._sites[site.id], self._points[site.id]

    def _put(self, site: Site) -> None:
        self._sites[site.id] = site
        self._groups.setdefault(site.group, {})[site.id] = None
        first = (site.onset, site.id)
        self._first[site.group] = min(self._first.get(site.group, first), first)
        self._cells.setdefault(self._cell(site), {}).setdefault(site.group, {})[site.id] = None

    def _take_out(self, site: Site) -> None:
        group = self._groups[site.group]
        del group[site.id]
        if not group:
            del self._groups[site.group], self._first[site.group]
        elif self._first[site.group][1] == site.id:
            self._first[site.group] = min((self._sites[name].onset, name) for name in group)
        cell = self._cell(site)
        here = self._cells[cell]
        del here[site.group][site.id]
        if not here[site.group]:
            del here[site.group]
        if not here:
            del self._cells[cell]

    def _held(self, group: str) -> bool:
        """Whether a person moved something into an event."""
        return any(self._sites[name].pinned for name in self._groups[group])

    def _linked(self, site: Site) -> set[str]:
        """Return the events that an alarm is near to."""
        near = self._near(site.hazard)
        found: set[str] = set()
        for cell in self._around(site):
            for group, names in self._cells.get(cell, {}).items():
                if group not in found and any(self._is_near(site, name, near) for name in names):
                    found.add(group)
        return found

    def _is_near(self, site: Site, name: str, near: Near) -> bool:
        other = self._sites[name]
        if abs(site.onset - other.onset) > near.within:
            return False
        here, there = self._points[site.id], self._points[name]
        if here is None or there is None:
            return here is there
        half = math.dist(here, there) / 2
        return 2 * RADIUS * math.asin(min(half / RADIUS, 1.0)) <= near.km

    def _cell(self, site: Site) -> Cell:
        near = self._near(site.hazard)
        when = (site.onset - EPOCH) // max(near.within, timedelta(seconds=1))
        point = self._points[site.id]
        if point is None:
            return (site.hazard, site.rule, when)
        return (site.hazard, when, *(math.floor(axis / near.km) for axis in point))

    def _around(self, site: Site) -> Iterator[Cell]:
        """Yield the cells that hold all that can be near: a chord is never longer than its arc."""
        cell = self._cell(site)
        if self._points[site.id] is None:
            hazard, rule, when = cell
            yield from ((hazard, rule, int(str(when)) + step) for step in _BACK_AND_FORTH)
            return
        hazard, when, *axes = cell
        x, y, z = (int(str(axis)) for axis in axes)
        for step in _BACK_AND_FORTH:
            for dx, dy, dz in _STEPS:
                yield (hazard, int(str(when)) + step, x + dx, y + dy, z + dz)
