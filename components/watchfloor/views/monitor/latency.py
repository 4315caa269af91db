"""The latency board: what comes late, what does not come, and what the checks of quality say of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, ClassVar

import panel as pn

from watchfloor.core.clock import format_time
from watchfloor.core.errors import WatchfloorError
from watchfloor.floor.export import to_csv
from watchfloor.security.text import filename, plain
from watchfloor.views.monitor.base import MonitorPane, MonitorView
from watchfloor.views.monitor.delays import Punctuality, punctuality, table
from watchfloor.views.monitor.live import Live
from watchfloor.views.monitor.past import Cancelled
from watchfloor.views.monitor.stations import Roster, known
from watchfloor.views.pageloop import on_page
from watchfloor.views.situation.rows import millis

__all__ = ["Latency", "LatencyPane"]

_SHOWN = 200
"""Stations told at once; more are asked for."""
_EVERY = timedelta(seconds=60)
"""How long a report of the present counts as fresh."""
_OWN = "_watchfloor_delays"


class LatencyPane(MonitorPane):
    """The board on the screen."""


class _Report:
    """The report of the present, shared by all pages of a process."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.at: datetime | None = None
        self.rows: list[Punctuality] = []

    @classmethod
    def of(cls, store: Any) -> "_Report":
        """Return the one of a store."""
        found: _Report = vars(store).setdefault(_OWN, cls())
        return found


class Latency(MonitorView):
    """How each source and each station comes in: cadence, last seen, delay, gaps and flags; worst first.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     Latency(floor).state()["total"]
    0
    """

    pane_type = LatencyPane
    tall = True
    watched: ClassVar[tuple[str, ...]] = ("snapshot", "trouble")

    def __init__(self, floor: Any, selection: Any = None, **params: Any) -> None:
        self._rows: list[Punctuality] = []
        self._at: datetime | None = None
        self._most = _SHOWN
        self._asked: Any = None
        self._progress: float | None = None
        self._trouble = ""
        super().__init__(floor, selection, **params)
        chosen = self.selection.param
        self._watchers.append((self.selection, chosen.watch(self._ask, ["as_of", "time", "tab"])))
        self._watchers.append((self.selection, chosen.watch(self._refresh, ["text", "hazards", "series"])))
        self._ask()

    def state(self) -> dict[str, Any]:
        """Return the sources, and the stations that pass the filters."""
        snapshot, rows = self.picture.snapshot, self._passing()
        at = self._at
        return {
            "feeds": [] if snapshot is None else [_feed(line, snapshot.known) for line in snapshot.feeds],
            "at": None if at is None else millis(at),
            "total": len(rows),
            "all": len(self._rows),
            "rows": [] if at is None else [_row(row, at) for row in rows[: self._most]],
            "selected": self.selection.series,
            "progress": self._progress,
            "trouble": self._trouble or self.picture.trouble,
        }

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Open a station, show more of them, or hand out the table."""
        if what == "open":
            self.selection.series = str(message["name"])[:300] or None
        elif what == "more":
            self._most += _SHOWN
            self.refresh()
        elif what == "save":
            self.pane.hand(*self.file())

    def file(self) -> tuple[str, bytes, str]:
        """Return name, bytes and media type of the table."""
        at = self._at or self.floor.now()
        head = {
            "mark": str(self.floor.mark),
            "floor": f"{self.floor.name} ({self.floor.status.value})",
            "data": "how stations come in, 24 hours",
            "valid at": format_time(at),
            "as of": format_time(self.selection.as_of or at),
        }
        mark = str(self.floor.mark).split()
        name = filename("-".join([*mark[:1], str(self.floor.name), "delays"]))
        return f"{name}.csv", to_csv(table(self._passing(), at), head), "text/csv"

    def refresh(self) -> None:
        """Show what is known now, and count anew what has become old."""
        super().refresh()
        idle = self._at is not None and self.selection.live and self._progress is None
        if idle and self.selection.tab == "latency" and self.floor.now() - self._at > _EVERY:
            self._ask()

    def close(self) -> None:
        """Stop watching, and give up what is being counted."""
        self._asked = None
        super().close()

    # inside

    def _passing(self) -> list[Punctuality]:
        words = self.selection.text.strip().casefold().split()
        hazards = self.selection.hazards
        return [
            row
            for row in self._rows
            if (not hazards or (row.station.hazard or "other") in hazards)
            and all(
                word in f"{row.station.name} {row.station.title} {row.station.title_zh}".casefold()
                for word in words
            )
        ]

    def _ask(self, *events: Any) -> None:
        """Count on a thread of its own."""
        chosen = self.selection
        asked = (chosen.as_of, chosen.time)
        turned = {event.name for event in events} == {"tab"}
        if turned and (chosen.tab != "latency" or self._at is not None):
            return
        if self._progress is not None and asked == self._asked:
            return
        self._asked, self._progress, self._trouble = asked, 0.0, ""
        if hasattr(self, "pane"):
            super().refresh()
        doc = pn.state.curdoc
        if doc is not None and doc.session_context is None:
            return  # a server tries the desk before anybody looks
        self.begin(self._count, asked, doc)

    def _count(self, asked: Any, doc: Any) -> None:
        as_of, time = asked
        try:
            if as_of is None and time is None:
                rows, at = self._present(asked)
            else:
                last = as_of or self.floor.now()
                at = min(time or last, last)
                rows = self._report(known(self.floor, as_of), at, as_of, asked)
        except Cancelled:
            return
        except WatchfloorError as error:
            text = str(error)
            on_page(doc, lambda: self._arrive(asked, None, None, text))
            return
        on_page(doc, lambda: self._arrive(asked, rows, at, ""))

    def _present(self, asked: Any) -> tuple[list[Punctuality], datetime]:
        """Return the report that all pages share, counted anew when it is old."""
        shared = _Report.of(self.floor.store)
        with shared.lock:
            now = self.floor.now()
            if shared.at is None or not timedelta(0) <= now - shared.at < _EVERY / 2:
                shared.rows = self._report(Live.of(self.floor).roster(), now, None, asked)
                shared.at = now
            return shared.rows, shared.at

    def _report(self, roster: Roster, at: datetime, as_of: datetime | None, asked: Any) -> list[Punctuality]:
        return punctuality(self.floor.store, roster, at, as_of, wanted=lambda: self._asked == asked)

    def _arrive(self, asked: Any, rows: list[Punctuality] | None, at: datetime | None, trouble: str) -> None:
        if self._asked != asked:
            return
        self._progress, self._trouble = None, trouble
        if rows is not None:
            self._rows, self._at = rows, at
        super().refresh()


def _feed(line: Any, at: datetime) -> dict[str, Any]:
    """Tell how a source stands, and how many of its intervals ago it was heard."""
    every = line.cadence.total_seconds()
    heard = line.last_ok
    return {
        "source": line.source,
        "health": line.health,
        "cadence": every or None,
        "last": None if heard is None else millis(heard),
        "newest": None if line.newest is None else millis(line.newest),
        "age": None
        if heard is None or not every
        else round(max(0.0, (at - heard).total_seconds() / every), 2),
        "delay": None
        if heard is None or line.newest is None
        else round(max(0.0, (heard - line.newest).total_seconds()), 1),
        "failures": line.failures,
        "held": line.held,
        "message": plain(line.message, 300),
    }


def _row(row: Punctuality, at: datetime) -> dict[str, Any]:
    item = row.station
    return {
        "name": item.name,
        "title": item.title,
        "zh": item.title_zh,
        "every": None if item.interval is None else item.interval.total_seconds(),
        "last": None if row.last is None else millis(row.last),
        "silent": row.silent(at),
        "age": _number(row.age),
        "p50": _number(row.p50),
        "p95": _number(row.p95),
        "values": row.values,
        "missing": row.missing,
        "revised": row.revised,
        "flags": row.flags,
    }


def _number(value: float) -> float | None:
    return round(value, 2) if value == value else None  # noqa: PLR0124  NaN
