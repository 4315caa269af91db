"""One alarm in depth: its life step by step, the samples that fired, who was told, and the message that is written of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import numpy as np

from watchfloor.alarms.alarm import Alarm
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.security.text import plain
from watchfloor.views.monitor import alarmdrafts
from watchfloor.views.monitor.alarmacts import act, may
from watchfloor.views.monitor.alarmfiles import lived
from watchfloor.views.monitor.alarmroll import Roll, row
from watchfloor.views.monitor.base import MonitorPane, MonitorView
from watchfloor.views.monitor.curve import curve
from watchfloor.views.sensors import thresholds
from watchfloor.views.serve.current import acting
from watchfloor.views.situation.rows import millis
from watchfloor.views.units import quantity, unit

__all__ = ["AlarmDepth", "AlarmDepthPane", "drawn", "points"]

_WIDTH = 360
"""Columns of pixels that a curve is thinned to."""
_BEFORE = timedelta(hours=12)
_AFTER = timedelta(hours=6)
_STEPS, _NOTICES, _SAMPLES = 200, 60, 60


class AlarmDepthPane(MonitorPane):
    """The alarm on the screen."""


class AlarmDepth(MonitorView):
    """The selected alarm: facts, curve with the samples that fired, every step of its life, receipts and drafts.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     AlarmDepth(floor).state()
    {'row': None}
    """

    pane_type = AlarmDepthPane
    tall = True
    watched: ClassVar[tuple[str, ...]] = ("snapshot", "trouble")

    def __init__(self, floor: Any, selection: Any = None, **params: Any) -> None:
        self._draft = ""
        super().__init__(floor, selection, **params)
        self.watch(self.selection, ["record", "tab", "as_of", "language"])

    def state(self) -> dict[str, Any]:
        """Return all that is to be told of the selected alarm."""
        chosen = self.selection
        if chosen.record is None or chosen.record[0] != "alarm":
            return {"row": None}
        if chosen.tab != "alarm" and hasattr(self, "pane"):
            return dict(self.pane.state)  # nobody looks
        try:
            return self._described(chosen.record[2], chosen.as_of)
        except WatchfloorError as error:
            return {"row": None, "trouble": str(error)}

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Act on the alarm, write at a draft, open a station."""
        chosen = self.selection
        if what == "series":
            chosen.series = str(message["name"])[:300] or None
        elif what == "draft":
            self._draft = str(message["id"])[:80]
            self.refresh()
        elif what in {"act", "write"}:
            if not chosen.live:
                raise InvalidInputError("The past is shown; go back to the present before you act.")
            roll, actor = Roll.of(self.floor), acting()
            try:
                if what == "act":
                    self.pane.say(act(roll, actor, message, chosen.language))
                else:
                    area = chosen.area if message.get("drawn") else None
                    said, self._draft = alarmdrafts.write(roll, actor, message, chosen.language, area)
                    self.pane.say(said)
            finally:
                self.refresh()
        elif what == "save":
            if chosen.record is not None and chosen.record[0] == "alarm":
                life = Roll.of(self.floor).life.timeline(chosen.record[2], chosen.as_of)
                self.pane.hand(*lived(self.floor, life, chosen.as_of))
        elif what == "xml":
            name = str(message["id"])[:80]
            self.pane.hand(f"{name}.xml", Roll.of(self.floor).drafts.xml(name), "application/xml")

    # inside

    def _described(self, name: str, as_of: datetime | None) -> dict[str, Any]:
        roll = Roll.of(self.floor)
        life = roll.life.timeline(name, as_of)
        if not life:
            raise InvalidInputError("This alarm was not known yet at the time that is shown.")
        alarm = life[-1]
        drafts = alarmdrafts.about(roll, alarm.id, as_of)
        open_ = self._draft if any(each.id == self._draft for each in drafts) else ""
        return {
            "row": row(roll, alarm),
            "live": self.selection.live,
            "may": may(acting()),
            "shelf": roll.life.policy.shelf.longest / timedelta(hours=1),
            "steps": [_step(each) for each in life[-_STEPS:]],
            "curve": drawn(self.floor, alarm, as_of, self.selection.language),
            "notices": [_notice(each) for each in roll.notices(alarm.id, as_of)[:_NOTICES]],
            "dry": roll.dry,
            "channels": sorted(roll.life.policy.channels),
            "drafts": [alarmdrafts.line(each) for each in drafts],
            "draft": alarmdrafts.told(roll, next(each for each in drafts if each.id == (open_ or drafts[0].id)))
            if drafts
            else None,
            "districts": alarmdrafts.districts(self.floor),
            "outline": self.selection.area is not None,
            "members": _members(roll, alarm, as_of),
        }  # fmt: skip


def drawn(
    floor: Any, alarm: Alarm, as_of: datetime | None = None, language: str = "en"
) -> dict[str, Any] | None:
    """Return the curve of an alarm's first series around its life, with the samples that fired and the limits."""
    verdict = alarm.verdict
    if not verdict.series:
        return None
    name = verdict.series[0]
    known = as_of or floor.now()
    end = min(known, max(alarm.at, verdict.time) + _AFTER)
    start = min(alarm.onset, end) - _BEFORE
    found = curve(floor.store, name, start, end, _WIDTH, as_of)
    series = floor.store.series(as_of, name)
    there = name in series.index
    attrs = series.loc[name, "attrs"] if there else {}
    return {
        "name": name,
        "start": millis(start),
        "end": millis(end),
        "units": unit(series.loc[name, "units"]) if there else "",
        "field": quantity(series.loc[name, "field"], language) if there else "",
        "points": points(found.time, found.value, found.flag),
        "limits": [
            {"value": item.value, "name": plain(item.name, 40), "severity": str(item.severity)}
            for item in thresholds(attrs if isinstance(attrs, dict) else {})
        ],
        "limit": verdict.limit if verdict.units == (series.loc[name, "units"] if there else "") else None,
        "samples": [millis(at) for which, at in verdict.samples[:_SAMPLES] if which == name],
        "onset": millis(alarm.onset),
    }


def points(time: np.ndarray, value: np.ndarray, flag: np.ndarray) -> list[list[Any]]:
    """Return samples as JSON's rows: milliseconds, value or null, flag.

    Examples
    --------
    >>> points(np.array([0.0]), np.array([np.nan]), np.array([9]))
    [[0.0, None, 9]]
    """
    return [
        [float(round(float(at))), float(f"{one:.6g}") if np.isfinite(one) else None, int(mark)]
        for at, one, mark in zip(time, value, flag, strict=True)
    ]


def _step(alarm: Alarm) -> dict[str, Any]:
    return {
        "n": alarm.step,
        "event": alarm.event.value,
        "at": millis(alarm.at),
        "by": plain(alarm.by, 80),
        "note": plain(alarm.said(), 2000),
        "note_zh": "" if alarm.spoken is None else plain(alarm.said("zh"), 2000),
        "state": alarm.state.value,
        "colour": alarm.colour.value if alarm.colour else "",
    }


def _notice(notice: Any) -> dict[str, Any]:
    return {
        "at": millis(notice.at),
        "channel": plain(notice.channel, 80),
        "what": notice.what,
        "stage": notice.stage,
        "tries": notice.tries,
        "why": plain(notice.why, 300),
        "title": plain(notice.title, 200),
        "acknowledged": plain(notice.acknowledged, 80),
    }


def _members(roll: Roll, alarm: Alarm, as_of: datetime | None) -> list[dict[str, Any]]:
    """Return the other open alarms of the same event."""
    others = [
        each
        for each in roll.alarms(as_of)
        if alarm.group and each.group == alarm.group and each.id != alarm.id
    ]
    return [
        {"id": each.id, "title": plain(each.title, 200), "colour": each.colour.value if each.colour else "", "state": each.state.value}
        for each in others[:30]
    ]  # fmt: skip
