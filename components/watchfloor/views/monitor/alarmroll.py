"""The alarms of a floor as all pages of a process share them: their life, their drafts, and the words around them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import RLock
from typing import Any

from watchfloor.alarms.alarm import Alarm
from watchfloor.alarms.documents import read_folder, stored
from watchfloor.alarms.drafts import Drafts
from watchfloor.alarms.life import Life
from watchfloor.alarms.notice import Notice
from watchfloor.alarms.notify import Notify
from watchfloor.alarms.transitions import State
from watchfloor.core.clock import monotonic
from watchfloor.security.text import plain
from watchfloor.views.monitor.alarmkept import Kept
from watchfloor.views.situation.rows import millis
from watchfloor.views.units import unit

__all__ = ["Roll", "row"]

_OWN = "_watchfloor_alarms"
_SERIES = 8
"""Series that are named with an alarm; of a combination of many the first ones."""
_FRESH = 20.0
"""Seconds after which a name that nobody knew is looked for again."""


class Roll:
    """What all pages of a process know of the alarms of one floor.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     Roll.of(floor).alarms(), Roll.of(floor) is Roll.of(floor)
    ([], True)
    """

    def __init__(self, floor: Any) -> None:
        self.floor = floor
        self.life = Life(floor)
        self.kept = Kept(floor, self.life)
        self.drafts = Drafts(floor, self.life)
        self._notify = Notify(floor, self.life)
        self._lock = RLock()
        self._read, self._named = float("-inf"), -1
        self._titles: dict[str, tuple[str, str]] = {}
        self._rules: dict[str, str] = {}

    @classmethod
    def of(cls, floor: Any) -> "Roll":
        """Return the one of a floor's store."""
        held = vars(floor.store)
        if _OWN not in held:
            held[_OWN] = cls(floor)
        found: Roll = held[_OWN]
        return found

    @property
    def dry(self) -> bool:
        """Whether nobody is really told of anything."""
        return self._notify.dry

    def alarms(self, as_of: datetime | None = None, *, open_only: bool = True) -> list[Alarm]:
        """Return alarms, as of a known time; those of now are shared by all pages, closed ones only of lately."""
        if as_of is not None:
            return self.life.alarms(as_of, open_only=open_only)
        return self.kept.alarms(open_only=open_only)

    def about(self, series: str, as_of: datetime | None = None) -> list[Alarm]:
        """Return every alarm that rested on a series, as of a known time."""
        if as_of is not None:
            told = self.life.alarms(as_of, open_only=False)
            return [alarm for alarm in told if series in alarm.verdict.series]
        return self.kept.about(series)

    def notices(self, alarm: str, as_of: datetime | None = None) -> list[Notice]:
        """Return the receipts of one alarm, the last first."""
        return self._notify.notices(alarm, as_of)

    def titles(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """Return what stations are called, in English and Chinese; a series that nobody described by its name."""
        with self._lock:
            wanted = list(names)
            self._look(any(name not in self._titles for name in wanted))
            return [self._titles.get(name, (plain(name, 120), "")) for name in wanted]

    def rule(self, name: str) -> str:
        """Return what a rule is called in Chinese, or an empty string."""
        with self._lock:
            self._look(name not in self._rules)
            return self._rules.get(name, "")

    def rung(self, alarm: Alarm) -> dict[str, Any] | None:
        """Return when and to whom an alarm is passed on next; None where it is not."""
        if alarm.state is not State.UNACKNOWLEDGED or alarm.colour is None or alarm.demanded is None:
            return None
        rungs = self.life.policy.escalation.get(alarm.colour, ())
        if alarm.escalated >= len(rungs):
            return None
        rung = rungs[alarm.escalated]
        return {"at": millis(alarm.demanded + rung.after), "to": rung.to}

    def _look(self, missed: bool) -> None:
        """Read what stations and rules are called, where one was described or one is not known."""
        named = self.kept.named
        if named == self._named and not (missed and monotonic() - self._read > _FRESH):
            return
        self._read, self._named = monotonic(), named
        series = self.floor.store.series()
        self._titles = {
            str(name): (plain(str(title or name), 120), _chinese(attrs))
            for name, title, attrs in zip(series.index, series["title"], series["attrs"], strict=True)
        }
        book = read_folder(self.floor.path / "rules")
        stored(self.floor, book)
        self._rules = {name: rule.title.zh for name, rule in book.rules.items()}


def row(roll: Roll, alarm: Alarm) -> dict[str, Any]:
    """Return an alarm as the screen tells of it, in JSON's types; all words in it are untrusted."""
    verdict = alarm.verdict
    names = verdict.series[:_SERIES]
    stations = roll.titles(names)
    return {
        "id": alarm.id,
        "step": alarm.step,
        "title": plain(alarm.title, 300),
        "zh": _titled(roll, alarm, stations),
        "hazard": alarm.hazard,
        "state": alarm.state.value,
        "waits": alarm.order[0] == 0,
        "standing": alarm.standing,
        "severity": str(alarm.severity),
        "colour": alarm.colour.value if alarm.colour else "",
        "by_rule": verdict.colour.value if verdict.colour else "",
        "grade": alarm.grade.value if alarm.grade else "",
        "level": plain(verdict.name, 60),
        "value": verdict.value,
        "limit": verdict.limit,
        "units": unit(verdict.units),
        "why": plain(alarm.why(), 1000),
        "why_zh": "" if verdict.reason is None else plain(alarm.why("zh"), 1000),
        "weakened": verdict.weakened,
        "chattering": len(alarm.changes) if alarm.chattering else 0,
        "onset": millis(alarm.onset),
        "time": millis(verdict.time),
        "at": millis(alarm.at),
        "cleared": None if alarm.cleared is None else millis(alarm.cleared),
        "rung": roll.rung(alarm),
        "escalated": alarm.escalated,
        "owner": plain(alarm.assigned, 80),
        "acknowledged": _act(alarm.acknowledged),
        "shelf": _act(alarm.shelf),
        "override": _act(alarm.override),
        "disabled": _act(alarm.disabled),
        "closed": _act(alarm.closed),
        "suppressed": plain(alarm.suppressed, 300),
        "undo": alarm.acts[-1].event.value if alarm.acts else "",
        "group": alarm.group or alarm.id,
        "pinned": alarm.pinned,
        "series": list(names),
        "more": len(verdict.series) - len(names),
        "stations": [{"title": title, "zh": zh} for title, zh in stations],
        "area": plain(alarm.area, 200),
        "rule": verdict.rule,
        "version": verdict.version,
    }


def _act(act: Any) -> dict[str, Any] | None:
    if act is None:
        return None
    return {
        "by": plain(act.by, 80),
        "at": millis(act.at),
        "reason": plain(act.reason, 500),
        "until": None if act.until is None else millis(act.until),
        "colour": act.colour.value if act.colour else "",
    }


def _titled(roll: Roll, alarm: Alarm, stations: list[tuple[str, str]]) -> str:
    """Return an alarm's title in Chinese, where its rule has one; the station as the English title names it."""
    rule = roll.rule(alarm.verdict.rule)
    if not rule:
        return ""
    _, colon, who = alarm.title.partition(": ")
    if colon and len(stations) == 1:
        who = stations[0][1] or who
    return plain(f"{rule}：{who}" if colon else rule, 300)


def _chinese(attrs: Any) -> str:
    return plain(str(attrs.get("title_zh") or ""), 120) if isinstance(attrs, Mapping) else ""
