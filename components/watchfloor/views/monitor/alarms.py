"""The alarm list: what waits for somebody first, the worst on top, floods folded into one event, with its actions."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

import shapely
from shapely.geometry import shape

from watchfloor.alarms.alarm import SOURCE, Alarm, worse
from watchfloor.alarms.event import Group, groups
from watchfloor.alarms.transitions import State
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.views.monitor.alarmacts import act, may
from watchfloor.views.monitor.alarmroll import Roll, row
from watchfloor.views.monitor.base import MonitorPane, MonitorView
from watchfloor.views.selection import Selection
from watchfloor.views.serve.current import acting
from watchfloor.views.situation.rows import millis

__all__ = ["Alarms", "AlarmsPane", "passing"]

SHOWS = ("open", "waiting", "shelved", "all")
_GROUPS = 60
"""Events told at once; more are asked for."""
_ROWS = 120
"""Alarms of one opened event told at once."""
_SMALL = 2
"""Events of so many alarms stand unfolded."""
_CLOSED = timedelta(hours=24)
"""Closed alarms are listed for so long, where all are asked for."""
_COVERED = frozenset({State.SHELVED, State.SUPPRESSED, State.OUT_OF_SERVICE})


class AlarmsPane(MonitorPane):
    """The list on the screen."""


class Alarms(MonitorView):
    """Alarms, those that wait for somebody first; one click or key acknowledges, assigns, shelves, overrides, closes.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     told = Alarms(floor).state()
    >>> told["total"], told["waiting"], told["may"]["acknowledge"]
    (0, 0, True)
    """

    pane_type = AlarmsPane
    watched: ClassVar[tuple[str, ...]] = ("snapshot", "trouble")

    def __init__(self, floor: Any, selection: Any = None, **params: Any) -> None:
        self._show = "open"
        self._turned: dict[str, bool] = {}
        self._groups, self._more = _GROUPS, dict[str, int]()
        super().__init__(floor, selection, **params)
        self.pane.sizing_mode = "stretch_both"
        self.pane.min_height = 240
        self.watch(self.selection, ["record", "series", "text", "hazards", "severities", "area"])

    def state(self) -> dict[str, Any]:
        """Return the events and alarms that pass the filters, and what may be done to them."""
        floor, chosen = self.floor, self.selection
        told: dict[str, Any] = {
            "groups": [], "total": 0, "all": 0, "waiting": 0, "calls": {}, "more": 0, "show": self._show,
            "selected": None, "series": chosen.series, "live": chosen.live,
            "preparing": bool(getattr(floor, "preparing", False)),
            "trouble": self.picture.trouble, "may": _may(), "shelf": 24.0,
            "filtered": bool(chosen.text.strip() or chosen.hazards or chosen.severities or chosen.area),
        }  # fmt: skip
        try:
            roll = Roll.of(floor)
            alarms = self._alarms(roll)
        except WatchfloorError as error:
            return told | {"trouble": str(error)}
        wanted = self._wanted(passing(alarms, chosen))
        found = sorted(groups(wanted), key=_first)
        focus = chosen.record[2] if chosen.record and chosen.record[0] == "alarm" else None
        waits = [alarm for alarm in alarms if alarm.state is State.UNACKNOWLEDGED]
        return told | {
            "groups": [self._group(roll, group, focus) for group in found[: self._groups]],
            "more": max(0, len(found) - self._groups),
            "total": len(wanted),
            "all": sum(alarm.open for alarm in alarms),
            "waiting": sum(alarm.order[0] == 0 for alarm in alarms),
            "calls": _calls(waits),
            "selected": focus,
            "shelf": roll.life.policy.shelf.longest / timedelta(hours=1),
        }

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Choose, fold, filter, or act."""
        chosen = self.selection
        if what == "select":
            self._choose(message.get("id"))
        elif what == "open":
            self._choose(message.get("id"))
            chosen.tab = "alarm"
        elif what == "fold":
            name = str(message["group"])[:80]
            self._turned[name] = bool(message["open"])
            self.refresh()
        elif what == "show" and message["value"] in SHOWS:
            self._show = str(message["value"])
            self.refresh()
        elif what == "more":
            if name := str(message.get("group") or "")[:80]:
                self._more[name] = self._more.get(name, _ROWS) + _ROWS
            else:
                self._groups += _GROUPS
            self.refresh()
        elif what == "reset":
            chosen.reset()
        elif what == "act":
            if not chosen.live:
                raise InvalidInputError("The past is shown; go back to the present before you act.")
            try:
                self.pane.say(act(Roll.of(self.floor), acting(), message, chosen.language))
            finally:
                self.refresh()

    # inside

    def _choose(self, name: Any) -> None:
        if name is None:
            self.selection.record = None
            return
        known = self.selection.as_of
        alarm = Roll.of(self.floor).life.alarm(str(name)[:80], known)
        series = alarm.verdict.series[0] if alarm.verdict.series else self.selection.series
        self.selection.choose(record=("alarm", SOURCE, alarm.id), series=series)

    def _alarms(self, roll: Roll) -> list[Alarm]:
        as_of = self.selection.as_of
        if self._show != "all":
            return roll.alarms(as_of)
        since = (as_of or self.floor.now()) - _CLOSED
        return [alarm for alarm in roll.alarms(as_of, open_only=False) if alarm.open or alarm.at >= since]

    def _wanted(self, alarms: list[Alarm]) -> list[Alarm]:
        if self._show == "waiting":
            return [alarm for alarm in alarms if alarm.order[0] == 0]
        if self._show == "shelved":
            return [alarm for alarm in alarms if alarm.state in _COVERED]
        return alarms

    def _group(self, roll: Roll, group: Group, focus: str | None) -> dict[str, Any]:
        holds = any(alarm.id == focus for alarm in group.alarms)
        opened = self._turned.get(group.id, group.count <= _SMALL or holds)
        alarms = sorted(group.alarms, key=lambda alarm: alarm.order)
        most = self._more.get(group.id, _ROWS)
        if holds and focus not in {
            alarm.id for alarm in alarms[:most]
        }:  # what is looked at is never left out
            alarms.sort(key=lambda alarm: alarm.id != focus)
        worst = alarms[0]
        states: dict[str, int] = {}
        for alarm in alarms:
            states[alarm.state.value] = states.get(alarm.state.value, 0) + 1
        return {
            "id": group.id,
            "count": group.count,
            "waiting": group.waiting,
            "colour": group.colour.value if group.colour else "",
            "severity": str(min(group.alarms, key=lambda alarm: worse(alarm.colour)).severity),
            "hazard": group.hazard,
            "area": group.area[:200],
            "onset": millis(group.onset),
            "last": millis(group.last),
            "states": states,
            "title": row(roll, worst)["title"],
            "zh": row(roll, worst)["zh"],
            "ids": [alarm.id for alarm in alarms if alarm.open],
            "calls": [[alarm.id, alarm.step] for alarm in alarms if alarm.order[0] == 0],
            "open": opened,
            "rows": [row(roll, alarm) for alarm in alarms[:most]] if opened else [],
            "more": max(0, len(alarms) - most) if opened else 0,
        }


def passing(alarms: Iterable[Alarm], chosen: Selection) -> list[Alarm]:
    """Return the alarms that pass a selection's filters: hazards, severities, words and area."""
    words = chosen.text.strip().casefold().split()
    area = shape(chosen.area) if chosen.area else None
    return [
        alarm
        for alarm in alarms
        if (not chosen.hazards or (alarm.hazard or "other") in chosen.hazards)
        and (not chosen.severities or str(alarm.severity) in chosen.severities)
        and (not words or all(word in _said(alarm) for word in words))
        and (
            area is None
            or (alarm.geometry is not None and shapely.intersects(area, shape(dict(alarm.geometry))))
        )
    ]


def _said(alarm: Alarm) -> str:
    verdict = alarm.verdict
    return " ".join(
        [alarm.title, alarm.area, alarm.assigned, verdict.rule, verdict.subject, *verdict.series[:20]]
    ).casefold()


def _first(group: Group) -> tuple[int, int, Any, str]:
    """Sort key: events that wait for somebody first, the worst of them on top."""
    waits = [alarm for alarm in group.alarms if alarm.order[0] == 0]
    worst = min((worse(alarm.colour) for alarm in waits or group.alarms), default=0)
    stands = 0 if waits else 1 if any(alarm.open for alarm in group.alarms) else 2
    return stands, worst, group.onset, group.id


def _calls(alarms: list[Alarm]) -> dict[str, float]:
    """Return when an alarm of each colour began to wait last, for a sound."""
    found: dict[str, float] = {}
    for alarm in alarms:
        if alarm.colour is not None and alarm.demanded is not None:
            colour = alarm.colour.value
            found[colour] = max(found.get(colour, 0.0), millis(alarm.demanded))
    return found


def _may() -> dict[str, bool]:
    try:
        return may(acting())
    except WatchfloorError:
        return may(None)
