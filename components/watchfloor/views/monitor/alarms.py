"""The alarm list: what waits for somebody first, the worst on top, floods folded into one event, with its actions."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

import panel as pn
import shapely
from shapely.geometry import shape

from watchfloor.alarms.alarm import SOURCE, Alarm, worse
from watchfloor.alarms.transitions import State
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.terms import term
from watchfloor.security.roles import Actor
from watchfloor.views.monitor.alarmacts import act, may
from watchfloor.views.monitor.alarmfiles import listed
from watchfloor.views.monitor.alarmkept import LATELY
from watchfloor.views.monitor.alarmroll import Roll, row
from watchfloor.views.monitor.base import MonitorPane, MonitorView
from watchfloor.views.pageloop import on_page
from watchfloor.views.selection import Selection
from watchfloor.views.serve.current import acting
from watchfloor.views.situation.rows import millis

__all__ = ["Alarms", "AlarmsPane", "events", "passing"]

SHOWS = ("open", "waiting", "shelved", "all")
_GROUPS = 60
"""Events told at once; more are asked for."""
_ROWS = 60
"""Alarms of one opened event told at once."""
_SMALL = 2
"""Events of so many alarms stand unfolded."""
_AT_ONCE = 25
"""An act on more alarms than these takes a moment: the page goes on meanwhile."""
_LINES = 240
"""Alarms told at once in all, besides those that were asked for."""
CALLING = frozenset({State.UNACKNOWLEDGED, State.RETURNED})
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
            found = self._listed(roll)
        except WatchfloorError as error:
            return told | {"trouble": str(error)}
        focus = self._focus
        return (
            told | found | {"selected": focus, "shelf": roll.life.policy.shelf.longest / timedelta(hours=1)}
        )

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
        elif what == "save":
            self.pane.hand(*self.file())
        elif what == "act":
            if not chosen.live:
                raise InvalidInputError("The past is shown; go back to the present before you act.")
            try:
                self._act(Roll.of(self.floor), acting(), self._meant(message), chosen.language)
            finally:
                self.refresh()

    def file(self) -> tuple[str, bytes, str]:
        """Return name, bytes and media type of all alarms that pass the filters."""
        chosen = self.selection
        alarms = self._wanted(passing(self._alarms(Roll.of(self.floor)), chosen))
        return listed(self.floor, alarms, chosen.as_of, chosen.language)

    # inside

    def _choose(self, name: Any) -> None:
        if name is None:
            self.selection.record = None
            return
        known = self.selection.as_of
        alarm = Roll.of(self.floor).life.alarm(str(name)[:80], known)
        series = alarm.verdict.series[0] if alarm.verdict.series else self.selection.series
        self.selection.choose(record=("alarm", SOURCE, alarm.id), series=series)

    def _act(self, roll: Roll, actor: Actor, message: Mapping[str, Any], language: str) -> None:
        """Do what is asked for: at once, or on a thread of its own where it is about many alarms."""
        ids = message.get("ids")
        if not isinstance(ids, list) or len(ids) <= _AT_ONCE or message.get("what") in {"merge", "split"}:
            self.pane.say(act(roll, actor, message, language))
            return
        doc = pn.state.curdoc

        def work() -> None:
            try:
                said, bad = act(roll, actor, message, language), False
            except WatchfloorError as error:
                said, bad = str(error), True
            on_page(doc, lambda: self.pane.say(said, bad=bad))
            on_page(doc, self.refresh)

        self.pane.say(term("alarms.busy", language).replace("{n}", str(len(ids))))
        self.begin(work)

    @property
    def _focus(self) -> str | None:
        record = self.selection.record
        return record[2] if record is not None and record[0] == "alarm" else None

    def _listed(self, roll: Roll) -> dict[str, Any]:
        """Return events and counts; of now once for all pages that look alike."""
        chosen = self.selection
        if chosen.as_of is not None:
            return self._list(roll)
        key = (
            "list", self._show, chosen.filters, self._focus, frozenset(self._turned.items()), self._groups,
            frozenset(self._more.items()),
        )  # fmt: skip
        found: dict[str, Any] = roll.kept.shared(key, lambda: self._list(roll))
        return found

    def _list(self, roll: Roll) -> dict[str, Any]:
        found, counts = self._alike(roll, ("events",), lambda: self._events(roll))
        made, left = [], _LINES
        for name, members in found[: self._groups]:
            group = self._group(roll, name, members, left)
            left -= len(group["rows"])
            made.append(group)
        return {"groups": made, "more": max(0, len(found) - self._groups), **counts}

    def _alike(self, roll: Roll, key: tuple[str, ...], make: Callable[[], Any]) -> Any:
        """Return what is the same for all pages of the same filters, whatever they look at."""
        if self.selection.as_of is not None:
            return make()
        return roll.kept.shared((*key, self._show, self.selection.filters), make)

    def _events(self, roll: Roll) -> tuple[list[tuple[str, list[Alarm]]], dict[str, Any]]:
        alarms = self._alarms(roll)
        wanted = self._wanted(passing(alarms, self.selection))
        return events(wanted), {
            "total": len(wanted),
            "all": sum(alarm.open for alarm in alarms),
            "waiting": sum(alarm.state in CALLING for alarm in alarms),
            "calls": _calls(alarms),
        }

    def _alarms(self, roll: Roll) -> list[Alarm]:
        as_of = self.selection.as_of
        if self._show != "all":
            return roll.alarms(as_of)
        since = (as_of or self.floor.now()) - LATELY
        return [alarm for alarm in roll.alarms(as_of, open_only=False) if alarm.open or alarm.at >= since]

    def _wanted(self, alarms: list[Alarm]) -> list[Alarm]:
        if self._show == "waiting":
            return [alarm for alarm in alarms if alarm.state in CALLING]
        if self._show == "shelved":
            return [alarm for alarm in alarms if alarm.state in _COVERED]
        return alarms

    def _group(self, roll: Roll, name: str, alarms: list[Alarm], room: int) -> dict[str, Any]:
        """Return an event with as many of its alarms as are asked for and there is room for on the screen."""
        focus = self._focus
        facts, ids = self._alike(roll, ("event", name), lambda: _facts(roll, name, alarms))
        holds = focus in ids
        opened = self._turned.get(name, len(alarms) <= _SMALL or holds)
        most = min(self._more.get(name, _ROWS), max(room, _SMALL))
        shown = alarms[: self._more.get(name, most)] if opened else []
        if opened and holds and all(alarm.id != focus for alarm in shown):  # never without what is looked at
            shown = [next(alarm for alarm in alarms if alarm.id == focus), *shown[:-1]]
        rows = [row(roll, alarm) for alarm in shown]
        more = len(alarms) - len(rows) if opened else 0
        return {**facts, "open": opened, "rows": rows, "more": more}

    def _meant(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a message that names alarms, where it names an event as it was on the screen at a time."""
        name, last = message.get("group"), message.get("last")
        if not isinstance(name, str) or isinstance(last, bool) or not isinstance(last, int | float):
            return message
        roll = Roll.of(self.floor)
        wanted = self._wanted(passing(self._alarms(roll), self.selection))
        members = [alarm for alarm in wanted if (alarm.group or alarm.id) == name and alarm.open]
        if message.get("what") == "acknowledge":
            members = [alarm for alarm in members if alarm.state in CALLING]
        if not members:
            raise InvalidInputError("This event has no such alarm any more.")
        seen = {}
        for alarm in members:
            step = alarm.step
            if millis(alarm.at) > last:
                step = max(
                    (one.step for one in roll.life.timeline(alarm.id) if millis(one.at) <= last), default=0
                )
            seen[alarm.id] = step
        return {**message, "ids": list(seen), "seen": seen}


def _facts(roll: Roll, name: str, alarms: list[Alarm]) -> tuple[dict[str, Any], frozenset[str]]:
    """Return what is told of an event, folded or not, and the names of its alarms."""
    worst = row(roll, alarms[0])
    states: dict[str, int] = {}
    for alarm in alarms:
        states[alarm.state.value] = states.get(alarm.state.value, 0) + 1
    told = {
        "id": name,
        "count": len(alarms),
        "waiting": sum(states.get(state.value, 0) for state in CALLING),
        "colour": str(min((alarm.colour for alarm in alarms), key=worse) or ""),
        "hazard": alarms[0].hazard,
        "area": ", ".join(dict.fromkeys(alarm.area for alarm in alarms[:200] if alarm.area))[:200],
        "onset": millis(min(alarm.onset for alarm in alarms)),
        "last": millis(max(alarm.at for alarm in alarms)),
        "states": states,
        "title": worst["title"],
        "zh": worst["zh"],
    }
    return told, frozenset(alarm.id for alarm in alarms)


def events(alarms: Iterable[Alarm]) -> list[tuple[str, list[Alarm]]]:
    """Return alarms by event: the event whose first call is the most pressing first.

    Parameters
    ----------
    alarms
        In the order of their calls (`alarms.alarm.Alarm.order`); the order of the events follows from it.

    Examples
    --------
    >>> events([])
    []
    """
    found: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        found.setdefault(alarm.group or alarm.id, []).append(alarm)
    return list(found.items())


def passing(alarms: Iterable[Alarm], chosen: Selection) -> list[Alarm]:
    """Return the alarms that pass a selection's filters: hazards, severities, words and area."""
    words = chosen.text.strip().casefold().split()
    if not (words or chosen.hazards or chosen.severities or chosen.area):
        return list(alarms)
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


def _calls(alarms: Iterable[Alarm]) -> dict[str, float]:
    """Return when an alarm of each colour began to wait last, for a sound."""
    found: dict[str, Any] = {}
    for alarm in alarms:
        if alarm.demanded is not None and alarm.colour is not None and alarm.state is State.UNACKNOWLEDGED:
            colour = alarm.colour.value
            if colour not in found or alarm.demanded > found[colour]:
                found[colour] = alarm.demanded
    return {colour: millis(at) for colour, at in found.items()}


def _may() -> dict[str, bool]:
    try:
        return may(acting())
    except WatchfloorError:
        return may(None)
