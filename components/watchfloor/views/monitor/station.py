"""One station in depth: its values from ten years to ten minutes, what they mean, and what happened meanwhile."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import numpy as np
import panel as pn

from watchfloor.core.clock import format_time, micros
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.terms import term
from watchfloor.diagnosis.forecast import forecast
from watchfloor.floor.export import to_csv
from watchfloor.security.text import filename, plain
from watchfloor.store.cube import Cube
from watchfloor.views.monitor import curve as curves
from watchfloor.views.monitor.alarmroll import Roll
from watchfloor.views.monitor.base import MonitorPane, MonitorView
from watchfloor.views.pageloop import on_page
from watchfloor.views.sensors import thresholds
from watchfloor.views.units import quantity, unit

__all__ = ["StationDepth", "StationPane"]

SPAN = timedelta(hours=72)
"""What is shown at first."""
_LEAST, _MOST = timedelta(minutes=10), timedelta(days=365.25 * 60)
_WIDTH = (100, 4000)
_FORECAST = timedelta(hours=24)
_FRESH = timedelta(seconds=60)
_AHEAD = 0.08
"""Share of the axis that lies ahead of now."""


class StationPane(MonitorPane):
    """The station on the screen."""


class StationDepth(MonitorView):
    """The selected series in depth.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     StationDepth(floor).state()["name"] is None
    True
    """

    pane_type = StationPane
    tall = True
    watched: ClassVar[tuple[str, ...]] = ("snapshot", "trouble")

    def __init__(self, floor: Any, selection: Any = None, **params: Any) -> None:
        self._view: tuple[datetime, datetime] | None = None
        self._following = True
        self._width = 1000
        self._facts: dict[str, Any] = {}
        self._counted: tuple[Any, ...] = ()
        self._counted_at: datetime | None = None
        self._ahead: dict[str, Any] | None = None
        self._busy = ""
        super().__init__(floor, selection, **params)
        self.watch(self.selection, ["series", "as_of"], self._turn)
        self.watch(self.selection, ["theme", "tab"])
        self._turn()

    def state(self) -> dict[str, Any]:
        """Return what is known of the series, and the stretch of it that is looked at."""
        name = self.selection.series
        if name is None:
            return {"name": None}
        if self.selection.tab not in {"station", "wall"} and hasattr(self, "pane"):
            return dict(self.pane.state)
        try:
            return self._described(name)
        except WatchfloorError as error:
            return {"name": name, "trouble": str(error)}

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Look at another stretch, another series, or ahead."""
        if what == "window":
            self._look(float(message["start"]), float(message["end"]), int(message["width"]))
        elif what == "now":
            self._view, self._following = None, True
            self.refresh()
        elif what == "series":
            self.selection.series = str(message["name"])[:300] or None
        elif what == "record":
            kind, source, key = (str(part)[:300] for part in message["record"])
            self.selection.record = (kind, source, key)
        elif what == "forecast":
            self._foresee()
        elif what == "save":
            self.pane.hand(*self.file())

    def file(self) -> tuple[str, bytes, str]:
        """Return name, bytes and media type of what is shown, every value of it."""
        name = self.selection.series
        if name is None:
            raise InvalidInputError("There is nothing to save: choose a station first.")
        start, end = self._stretch()
        as_of = self.selection.as_of
        found = self.floor.store.observations(name, start=start, end=end, as_of=as_of)
        head = {
            "mark": str(self.floor.mark),
            "floor": f"{self.floor.name} ({self.floor.status.value})",
            "series": name,
            "from": format_time(start),
            "to": format_time(end),
            "as of": format_time(as_of or self.floor.now()),
        }
        mark = str(self.floor.mark).split()
        title = filename("-".join([*mark[:1], name.replace("/", "-")]))
        return f"{title}.csv", to_csv(found, head), "text/csv"

    # inside

    def _described(self, name: str) -> dict[str, Any]:
        chosen, store = self.selection, self.floor.store
        as_of = chosen.as_of
        table = store.series(as_of=as_of)
        if name not in table.index:
            return {
                "name": name,
                "trouble": term("station.unknown", chosen.language).replace("{name}", plain(name, 80)),
            }
        row = table.loc[name]
        attrs = row["attrs"] if isinstance(row["attrs"], dict) else {}
        start, end = self._stretch()
        drawn = curves.curve(store, name, start, end, self._width, as_of)
        limits = [[limit.value, plain(limit.name, 40), str(limit.severity)] for limit in thresholds(attrs)]
        newest = store.latest(as_of=as_of)
        near = []
        for other, away in curves.neighbours(table, name):
            line = table.loc[other]
            near.append(
                {
                    "name": other,
                    "title": plain(str(line["title"] or other), 80),
                    "units": unit(line["units"]),
                    "km": round(away, 2),
                    "latest": _plain(curves.latest(newest, other)),
                }
            )
        return {
            "name": name,
            "title": plain(str(row["title"] or name), 120),
            "zh": plain(str(attrs.get("title_zh", "")), 120),
            "field": quantity(row["field"], chosen.language),
            "units": unit(row["units"]),
            "hazard": str(row["hazard"]),
            "every": attrs.get("interval_s") if isinstance(attrs.get("interval_s"), int | float) else None,
            "span": [micros(start) / 1e3, micros(end) / 1e3],
            "following": self._following,
            "curve": drawn.packed(),
            "limits": limits,
            "latest": _plain(curves.latest(newest, name)),
            "alarms": curves.raised(Roll.of(self.floor).about(name, as_of), name, self.selection.language),
            "events": curves.happened(store, str(row["hazard"]), start, end, as_of) if row["hazard"] else [],
            "marks": curves.flagged(store, name, start, end, as_of, chosen.language),
            "near": near,
            "facts": self._facts,
            "ahead": self._forecast(name, table, end) or self._ahead,
            "busy": self._busy,
            "trouble": self.picture.trouble,
        }

    def _stretch(self) -> tuple[datetime, datetime]:
        if self._view is not None and not self._following:
            return self._view
        last = self.selection.as_of or self.floor.now()
        span = SPAN if self._view is None else self._view[1] - self._view[0]
        end = last + span * _AHEAD
        return end - span, end

    def _look(self, start: float, end: float, width: int) -> None:
        """Take what the browser asks to see; times far away or turned around are brought to order."""
        if (
            not (math.isfinite(start) and math.isfinite(end))
            or end <= start
            or abs(start) > 1e14
            or abs(end) > 1e14
        ):
            raise InvalidInputError("That stretch of time cannot be shown.")
        first, last = curves.moment(start), curves.moment(end)
        span = min(max(last - first, _LEAST), _MOST)
        first = last - span
        self._width = min(max(width, _WIDTH[0]), _WIDTH[1])
        now = self.selection.as_of or self.floor.now()
        # while now is in sight near the right edge, the curve goes on with it
        self._following = first <= now <= last and (last - now) / span < 2 * _AHEAD
        self._view = (first, last)
        self.refresh()

    def _turn(self, *_: Any) -> None:
        """Begin with another series or another known time."""
        self._facts, self._ahead, self._busy = {}, None, ""
        self._counted, self._counted_at = (), None
        self.refresh()
        self._count()

    def refresh(self) -> None:
        """Show what is known now, and judge anew what has become old."""
        super().refresh()
        if self._counted_at is not None and self.floor.now() - self._counted_at > _FRESH:
            self._count()

    def _count(self) -> None:
        """Find out how unusual the newest value is, on a thread of its own: a long past takes a moment."""
        name, as_of = self.selection.series, self.selection.as_of
        doc = pn.state.curdoc
        if name is None or as_of is not None or (doc is not None and doc.session_context is None):
            return
        self._counted, self._counted_at = (name, as_of), self.floor.now()

        def work() -> None:
            try:
                newest = curves.latest(self.floor.store.latest(), name)
                if newest is None or not math.isfinite(newest["value"]):
                    return
                found = curves.standing(self.floor.store, name, newest["value"], curves.moment(newest["at"]))
            except WatchfloorError:
                return
            facts = {
                "percent": _number(found.percent),
                "period": _number(found.period),
                "low": _number(found.low),
                "high": _number(found.high),
                "years": round(found.years, 1),
            }
            on_page(doc, lambda: self._arrive((name, as_of), facts))

        self.begin(work)

    def _arrive(self, asked: tuple[Any, ...], facts: dict[str, Any]) -> None:
        if asked == self._counted and facts != self._facts:
            self._facts = facts
            super().refresh()

    def _forecast(self, name: str, table: Any, end: datetime) -> dict[str, Any] | None:
        """Return the newest forecast that some source gave for the series, if there is one."""
        of = table["attrs"].map(lambda attrs: isinstance(attrs, dict) and attrs.get("forecast_of") == name)
        for other in table.index[of.to_numpy(bool)][:1]:
            now = self.selection.as_of or self.floor.now()
            frame = self.floor.store.observations(
                str(other), start=now, end=max(end, now + timedelta(days=10)), as_of=self.selection.as_of
            )
            if len(frame):
                time = frame["time"].to_numpy("datetime64[us]").astype(np.int64) / 1e3
                values = frame["value"].to_numpy(float)
                said = term("station.forecast.source", self.selection.language)
                return {"t": time.tolist(), "v": [_number(v) for v in values], "why": said}
        return None

    def _foresee(self) -> None:
        """Forecast the series by its own past, on a thread of its own."""
        name, language, doc = self.selection.series, self.selection.language, pn.state.curdoc
        if name is None or self._busy:
            return
        self._busy = "forecast"
        super().refresh()
        asked = (name, self.selection.as_of)

        def work() -> None:
            window = Cube.of(self.floor.store).window(name, None, None)
            good = (window.flag < 3) & np.isfinite(window.value)
            time, value = window.time[good][-60_000:], window.value[good][-60_000:].astype(float)
            try:
                step = float(np.median(np.diff(time))) / 1e6 if len(time) > 2 else 600.0
                step = max(step, _FORECAST.total_seconds() / 288)
                found = forecast(time, value, lead=_FORECAST.total_seconds(), step=step)
            except WatchfloorError as error:
                text = str(error)
                on_page(doc, lambda: self._foresaw(asked, None, text))
                return
            made = {
                "t": (found.time / 1e3).tolist(),
                "v": [_number(v) for v in found.value],
                "lo": [_number(v) for v in found.low],
                "hi": [_number(v) for v in found.high],
                "why": plain(found.why, 300),
                "model": term(f"station.model.{found.model}", language),
            }
            on_page(doc, lambda: self._foresaw(asked, made, ""))

        self.begin(work)

    def _foresaw(self, asked: tuple[Any, ...], made: dict[str, Any] | None, trouble: str) -> None:
        if asked != (self.selection.series, self.selection.as_of):
            return
        self._busy = ""
        self._ahead = made
        if trouble:
            self.pane.say(trouble, bad=True)
        super().refresh()


def _plain(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return a newest value in JSON's types."""
    if found is None:
        return None
    return {"at": found["at"], "value": _number(found["value"]), "flag": found["flag"]}


def _number(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
