"""The rules: a readable list, one rule as text and as a form beside its curve, tried on the past before it goes live."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import panel as pn

from watchfloor.alarms import documents
from watchfloor.alarms.ruleset import Rules as Live
from watchfloor.alarms.site import Site
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.scales import crosswalk
from watchfloor.security.roles import Capability, require
from watchfloor.security.text import plain
from watchfloor.store.cube import Cube
from watchfloor.views.monitor import ruletext, ruletrial
from watchfloor.views.monitor.alarm import points
from watchfloor.views.monitor.alarmroll import Roll
from watchfloor.views.monitor.base import MonitorPane, MonitorView
from watchfloor.views.monitor.curve import curve
from watchfloor.views.monitor.past import Cancelled
from watchfloor.views.pageloop import on_page
from watchfloor.views.sensors import thresholds
from watchfloor.views.serve.current import acting
from watchfloor.views.situation.rows import millis
from watchfloor.views.units import quantity, unit

__all__ = ["Rules", "RulesPane"]

_DAYS = (1, 7, 30, 90, 365, 3650)
_SERIES = 300
_WIDTH = 400
_severity = crosswalk("colour-severity")


class RulesPane(MonitorPane):
    """The rules on the screen."""


class Rules(MonitorView):
    """The floor's rules: read, edited with the curve beside them, tried on the past, and saved as a new version.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     found = Rules(floor).state()
    >>> len(found["rules"]) > 0, found["chosen"]
    (True, None)
    """

    pane_type = RulesPane
    tall = True
    watched: ClassVar[tuple[str, ...]] = ("snapshot", "trouble")

    def __init__(self, floor: Any, selection: Any = None, **params: Any) -> None:
        self._name = ""
        self._text, self._turn = "", 0
        self._series: str | None = None
        self._days = 30
        self._asked: object = None
        self._progress: float | None = None
        self._trial: dict[str, Any] | None = None
        self._failed = ""
        self._book: tuple[Any, documents.Book] | None = None
        super().__init__(floor, selection, **params)
        self.watch(self.selection, ["tab", "as_of", "series", "language"])

    def state(self) -> dict[str, Any]:
        """Return the rules, and the one that is looked at."""
        if self.selection.tab != "rules" and hasattr(self, "pane"):
            return dict(self.pane.state)  # nobody looks
        try:
            book = self._read()
            chosen = self._describe(book) if self._text else None
        except WatchfloorError as error:
            return {"rules": [], "sets": [], "problems": [], "chosen": None, "trouble": str(error)}
        return {
            "rules": [_line(name, rule) for name, rule in sorted(book.rules.items())],
            "sets": [
                {"id": name, "source": plain(versions[-1].set.source, 200) if versions else "", "versions": len(versions)}
                for name, versions in sorted(book.thresholds.items())
            ],
            "problems": [
                {"file": Path(each.path).name, "line": each.line, "column": each.column, "where": each.where, "message": plain(each.message, 400)}
                for each in book.problems[:50]
            ],
            "chosen": chosen,
            "live": self.selection.live,
            "may": self._may(),
            "trouble": self.picture.trouble,
        }  # fmt: skip

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Open a rule, check, change, try or save it."""
        if what == "choose":
            self._open(str(message["id"])[:100])
        elif what == "fresh":
            self._new(str(message.get("series") or "")[:300])
        elif what == "check":
            self._text = str(message["text"])[: ruletext.MOST + 1]
        elif what == "limits":
            self._text = ruletext.limited(str(message["text"])[: ruletext.MOST + 1], dict(message["limits"]))
            self._turn += 1
        elif what == "series":
            self._series = str(message["name"])[:300]
        elif what == "try":
            self._text = str(message["text"])[: ruletext.MOST + 1]
            self._begin(int(message["days"]))
        elif what == "cancel":
            self._asked, self._progress = None, None
        elif what == "file":
            text = str(message["text"])[: ruletext.MOST + 1]
            self.pane.hand(f"{self._name or 'rule'}.yml", text.encode("utf-8", "replace"), "application/yaml")
        elif what == "save":
            self._text = str(message["text"])[: ruletext.MOST + 1]
            self._save(str(message.get("reason") or ""))
        self.refresh()

    def close(self) -> None:
        """Stop watching, and give up what is being tried."""
        self._asked = None
        super().close()

    # inside

    def _may(self) -> bool:
        try:
            return acting().may(Capability.ADMINISTER)
        except WatchfloorError:
            return False

    def _read(self) -> documents.Book:
        """Return the documents, read anew when one was saved."""
        as_of = self.selection.as_of
        stored = self.floor.store.records("rule", source=documents.SOURCE, as_of=as_of)
        key = (as_of, tuple((one.key, one.revision) for one in stored))
        if self._book is None or self._book[0] != key:
            book = documents.read_folder(Path(self.floor.path) / "rules")
            documents.stored(self.floor, book, as_of)
            gone = {one.key for one in stored if one.state != "active"}
            for name in gone:
                book.documents.pop(name, None)
            self._book = (key, book)
        return self._book[1]

    def _open(self, name: str) -> None:
        book = self._read()
        if name not in book.documents:
            raise InvalidInputError(f"There is no rule {name[:60]!r}.")
        what = "thresholds" if name in book.thresholds else "rule"
        self._name, self._turn = name, self._turn + 1
        self._text = ruletext.written(what, name, ruletext.plainly(book.documents[name]))
        self._series, self._trial, self._asked, self._progress, self._failed = None, None, None, None, ""

    def _new(self, series: str) -> None:
        """Begin a threshold set for a series, with the limits that the series declares."""
        table = self.floor.store.series()
        if series not in table.index:
            raise InvalidInputError("Choose a station first: its thresholds are written here.")
        attrs = table.loc[series, "attrs"]
        own = {item.name: item.value for item in thresholds(attrs if isinstance(attrs, dict) else {})}
        name = "".join(letter if letter.isalnum() else "-" for letter in series.casefold()).strip("-")[:80]
        data = {
            "series": {"name": [series]}, "units": str(table.loc[series, "units"]), "levels": own or {"yellow": 0},
            "source": "Who set these limits, and where it is written.",
        }  # fmt: skip
        self._name, self._turn = "", self._turn + 1
        self._text = ruletext.written("thresholds", name, data)
        self._series, self._trial, self._failed = series, None, ""

    def _describe(self, book: documents.Book) -> dict[str, Any]:
        found = ruletext.checked(self._text)
        rule = found.rule or book.rules.get(self._name)
        names = self._subjects(found, rule)
        series = self._series if self._series in names else next(iter(names), None)
        if self.selection.series in names and self._series is None:
            series = self.selection.series
        history = self.floor.store.history("rule", documents.SOURCE, self._name, self.selection.as_of)
        titles = Roll.of(self.floor).titles(names)
        return {
            "id": self._name,
            "what": found.what,
            "text": self._text,
            "turn": self._turn,
            "good": found.good,
            "problems": [
                {"line": line, "column": column, "where": where, "message": text} for line, column, where, text in found.problems
            ],
            "limits": ruletext.limits(found.data),
            "response": {"en": rule.response.en, "zh": rule.response.zh} if rule is not None and rule.response else None,
            "source": plain(rule.source, 400) if rule is not None else "",
            "history": [
                {
                    "version": plain(str(one.body.get("version", "")), 40), "at": millis(one.sent), "by": plain(str(one.body.get("by", "")), 80),
                    "why": plain(str(one.body.get("why", "")), 500), "removed": one.state != "active",
                }
                for one in sorted(history, key=lambda one: one.revision, reverse=True)[:30]
            ],
            "series": [{"name": name, "title": title, "zh": zh} for name, (title, zh) in zip(names, titles, strict=True)],
            "shown": series,
            "curve": self._drawn(series, found),
            "days": self._days,
            "progress": self._progress,
            "trial": self._trial,
            "failed": self._failed,
        }  # fmt: skip

    def _subjects(self, found: ruletext.Checked, rule: Any) -> list[str]:
        cube = Cube.of(self.floor.store)
        cube.catch_up()
        site = Site(cube.series(), [])
        if found.what == "thresholds":
            entries = found.data if isinstance(found.data, list) else [found.data]
            wanted = {name for each in entries if isinstance(each, dict) for name in _names(each)}
            return [name for name in site.series if name in wanted][:_SERIES]
        return [about.name for about in site.selected(rule.series)][:_SERIES] if rule is not None else []

    def _drawn(self, name: str | None, found: ruletext.Checked) -> dict[str, Any] | None:
        if name is None:
            return None
        end = self.selection.as_of or self.floor.now()
        start = end - timedelta(days=self._days)
        drawn = curve(self.floor.store, name, start, end, _WIDTH, self.selection.as_of)
        if drawn.first is not None:
            start = max(start, min(end, start.fromtimestamp(drawn.first / 1000, start.tzinfo)))
        table = self.floor.store.series(as_of=self.selection.as_of)
        attrs = table.loc[name, "attrs"] if name in table.index else {}
        own = [
            {"name": plain(item.name, 40), "value": item.value, "severity": str(item.severity)}
            for item in thresholds(attrs if isinstance(attrs, dict) else {})
        ]
        given = [
            {
                "name": item["name"],
                "value": item["value"],
                "severity": _severity(item["colour"]) if item["colour"] else "Unknown",
            }
            for item in ruletext.limits(found.data)
        ]
        spans = [
            {"start": one["start"], "end": one["end"], "severity": ""}
            for one in (self._trial or {}).get("firings", ())
            if one["series"] == name
        ]
        return {
            "start": millis(start),
            "end": millis(end),
            "units": unit(table.loc[name, "units"]) if name in table.index else "",
            "field": quantity(table.loc[name, "field"], self.selection.language)
            if name in table.index
            else "",
            "points": points(drawn.time, drawn.value, drawn.flag),
            "limits": given or own,
            "own": not given,
            "samples": [],
            "spans": spans,
        }

    def _begin(self, days: int) -> None:
        """Try what is written on the past, on a thread of its own."""
        if days not in _DAYS:
            raise InvalidInputError(f"A trial looks back {', '.join(map(str, _DAYS))} days.")
        found = ruletext.checked(self._text)
        if found.what != "rule" or not found.good:
            raise InvalidInputError("Only a rule without mistakes can be tried; mend what is wrong first.")
        self._days, self._trial, self._failed, self._progress = days, None, "", 0.0
        self._asked = asked = object()
        doc = pn.state.curdoc
        self.begin(self._live_through, asked, found, doc)

    def _live_through(self, asked: object, found: ruletext.Checked, doc: Any) -> None:
        try:
            cube = Cube.of(self.floor.store)
            cube.catch_up()
            end = self.floor.now()
            start = max(end - timedelta(days=self._days), self._earliest(cube, end))
            trial = ruletrial.live_through(
                Live.of(self.floor), {**found.data, "id": found.name}, start, end, cube,
                lambda part: on_page(doc, lambda: self._advance(asked, part)), lambda: self._asked is asked,
            )  # fmt: skip
            told = ruletrial.told(trial, Roll.of(self.floor).titles)
            hazard = found.rule.hazard if found.rule is not None else ""
            try:
                told["skill"] = ruletrial.scored(self.floor, trial, cube, hazard)
            except (
                WatchfloorError
            ) as error:  # too many firings for the scores; what fired is told all the same
                told |= {"skill": None, "note": str(error)}
        except Cancelled:
            return
        except WatchfloorError as error:
            text = str(error)
            on_page(doc, lambda: self._arrive(asked, None, text))
            return
        on_page(doc, lambda: self._arrive(asked, told, ""))

    def _earliest(self, cube: Cube, end: Any) -> Any:
        """Return when the oldest value of any series was measured, so that no empty past is lived through."""
        begins = [int(window.time[0]) for name in cube.names() if len((window := cube.window(name)).time)]
        return (
            min(end - timedelta(hours=1), end.fromtimestamp(min(begins) / 1e6, end.tzinfo))
            if begins
            else end - timedelta(days=1)
        )

    def _advance(self, asked: object, part: float) -> None:
        if self._asked is asked and self._progress is not None:
            self._progress = round(part, 2)
            self.refresh()

    def _arrive(self, asked: object, told: dict[str, Any] | None, failed: str) -> None:
        if self._asked is asked:
            self._asked, self._progress, self._trial, self._failed = None, None, told, failed
            self.refresh()

    def _save(self, reason: str) -> None:
        if not self.selection.live:
            raise InvalidInputError("The past is shown; go back to the present before you save.")
        actor = require(acting(), Capability.ADMINISTER)
        found = ruletext.checked(self._text)
        if not found.good:
            raise InvalidInputError(
                "This cannot be saved while something is wrong with it; the lines are named."
            )
        version = documents.save(self.floor, actor, found.name, found.data, reason[:1000], what=found.what)
        self._name = found.name
        self.pane.say(f"{found.name} {version}")


def _line(name: str, rule: Any) -> dict[str, Any]:
    return {
        "id": name,
        "title": plain(rule.title.en, 200),
        "zh": plain(rule.title.zh, 200),
        "kind": rule.kind,
        "hazard": rule.hazard,
        "enabled": rule.enabled,
        "raises": rule.raises,
        "version": rule.version,
    }


def _names(entry: Mapping[str, Any]) -> list[str]:
    series = entry.get("series")
    found = series.get("name", []) if isinstance(series, dict) else []
    return [found] if isinstance(found, str) else [str(each) for each in found]
