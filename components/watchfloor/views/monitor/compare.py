"""Several series side by side: drawn over each other, with what lag they go together, and where one of them broke."""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import panel as pn

from watchfloor.core.clock import format_time, from_micros
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.terms import term
from watchfloor.floor.export import to_csv
from watchfloor.security.text import filename, plain
from watchfloor.store.cube import Cube
from watchfloor.views.monitor import curve as curves
from watchfloor.views.monitor import pair as pairs
from watchfloor.views.monitor.base import MonitorPane, MonitorView
from watchfloor.views.pageloop import on_page
from watchfloor.views.selection import AXES, COMPARED
from watchfloor.views.units import quantity, unit

__all__ = ["Compare", "ComparePane"]

MOST = COMPARED + 1
"""How many series can be told apart on one plot."""
_WIDTH = (100, 4000)
_FOUND = 12
_FRESH = timedelta(seconds=60)


class ComparePane(MonitorPane):
    """The comparison on the screen."""


class Compare(MonitorView):
    """The selected series and up to five others.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     Compare(floor).state()["lines"]
    []
    """

    pane_type = ComparePane
    tall = True
    watched: ClassVar[tuple[str, ...]] = ("snapshot", "trouble")

    def __init__(self, floor: Any, selection: Any = None, **params: Any) -> None:
        self._width = 1000
        self._text = ""
        self._focus: str | None = None
        self._asked: tuple[Any, ...] = ()
        self._asked_at: datetime | None = None
        self._pairs: dict[str, dict[str, Any]] = {}
        self._done: int | None = None
        self._left = False
        super().__init__(floor, selection, **params)
        self._before = self.selection.series
        self.watch(self.selection, ["series"], self._turn)
        self.watch(self.selection, ["as_of", "tab", "others", "across", "axis"])
        self.refresh()

    @property
    def names(self) -> list[str]:
        """The series that are compared; the one that the others are held against first."""
        first = self.selection.series
        return (
            []
            if first is None
            else [first, *(name for name in self.selection.others if name != first)][:MOST]
        )

    def state(self) -> dict[str, Any]:
        """Return the lines, and what was found of each pair until now."""
        if not self._seen and hasattr(self, "pane"):
            return dict(self.pane.state)
        try:
            return self._described()
        except WatchfloorError as error:
            return {"lines": [], "trouble": str(error)}

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Take other series, another span, another axis."""
        if what == "find":
            self._text = plain(str(message["text"])[:80], 80).strip()
        elif what == "add":
            self._add(self._known(message["name"]))
        elif what == "drop":
            self._drop(str(message["name"])[:300])
        elif what == "first":
            self._lead(str(message["name"])[:300])
        elif what == "span":
            self.selection.across = _one_of(message["span"], pairs.SPANS, "A span")
        elif what == "axis":
            self.selection.axis = _one_of(message["axis"], AXES, "An axis")
        elif what == "focus":
            name = str(message["name"])[:300]
            self._focus = name if name in self.names[1:] else None
        elif what == "width":
            self._width = min(max(int(message["width"]), _WIDTH[0]), _WIDTH[1])
        elif what == "save":
            self.pane.hand(*self.file())
            return
        else:
            return
        self.refresh()

    def refresh(self) -> None:
        """Show what is known now, and work out anew what is about other series or has become old."""
        if hasattr(self, "_before"):
            self._work()
        super().refresh()

    def close(self) -> None:
        """Stop watching, and leave what is being worked out."""
        self._left = True
        super().close()

    def file(self) -> tuple[str, bytes, str]:
        """Return name, bytes and media type of all values that are compared, and of what was found."""
        names = self.names
        if not names:
            raise InvalidInputError("There is nothing to save: choose a station first.")
        start, end = self._stretch()
        as_of = self.selection.as_of
        head = {
            "mark": str(self.floor.mark),
            "floor": f"{self.floor.name} ({self.floor.status.value})",
            "from": format_time(start),
            "to": format_time(end),
            "as of": format_time(as_of or self.floor.now()),
        }
        frames = []
        for name in names:
            found = pairs.stretch(self.floor.store, name, start, end, as_of)
            head[f"left out of {name}"] = f"{found.left} flagged bad"
            time = pd.to_datetime(found.time, unit="us", utc=True)
            frames.append(pd.DataFrame({"series": name, "time": time, "value": found.value}))
        for name, found_pair in self._pairs.items():
            head[f"{names[0]} and {name}"] = _sentence(found_pair)
        table = pd.concat(frames, ignore_index=True)
        title = filename("-".join([*str(self.floor.mark).split()[:1], "compare", names[0].replace("/", "-")]))
        return f"{title}.csv", to_csv(table, head), "text/csv"

    # inside

    @property
    def _seen(self) -> bool:
        """Whether it is on the screen: beside other parts only while its tab is open."""
        return self._alone or self.selection.tab == "compare"

    def _described(self) -> dict[str, Any]:
        chosen = self.selection
        table = self.floor.store.series(as_of=chosen.as_of)
        names = self.names
        start, end = self._stretch()
        if chosen.as_of is None:
            Cube.of(self.floor.store).catch_up()
        lines = [self._line(name, table, start, end) for name in names]
        units = {line["units"] for line in lines if not line["trouble"]}
        focus = self._focus if self._focus in names[1:] else next(iter(names[1:]), None)
        return {
            "lines": lines,
            "span": chosen.across,
            "spans": list(pairs.SPANS),
            "from": pairs.milliseconds(start),
            "to": pairs.milliseconds(end),
            "agree": len(units) == 1,
            "axis": chosen.axis if len(units) == 1 else "own",
            "pairs": [self._pairs[name] | {"name": name} for name in names[1:] if name in self._pairs],
            "focus": focus,
            "done": self._done,
            "all": len(names) - 1,
            "text": self._text,
            "found": self._matching(table),
            "full": len(names) >= MOST,
            "trouble": self.picture.trouble,
        }

    def _line(self, name: str, table: pd.DataFrame, start: datetime, end: datetime) -> dict[str, Any]:
        if name not in table.index:
            said = term("station.unknown", self.selection.language).replace("{name}", plain(name, 80))
            return {
                "name": name,
                "title": plain(name, 80),
                "zh": "",
                "units": "",
                "field": "",
                "trouble": said,
            }
        row = table.loc[name]
        attrs = row["attrs"] if isinstance(row["attrs"], dict) else {}
        found = pairs.stretch(self.floor.store, name, start, end, self.selection.as_of)
        time, value = pairs.thinned(found, self._width)
        return {
            "name": name,
            "title": plain(str(row["title"] or name), 120),
            "zh": plain(str(attrs.get("title_zh", "")), 120),
            "units": unit(row["units"]),
            "field": quantity(row["field"], self.selection.language),
            "t": base64.b64encode((time / 1e3).astype("<f8").tobytes()).decode("ascii"),
            "v": base64.b64encode(value.astype("<f4").tobytes()).decode("ascii"),
            "count": len(found.time),
            "left": found.left,
            "every": found.cadence,
            "low": pairs.number(float(found.value.min())) if len(found.value) else None,
            "high": pairs.number(float(found.value.max())) if len(found.value) else None,
            "trouble": "",
        }

    def _matching(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        """Return series whose name holds what was typed; the nearest of the same kind where nothing was."""
        names = self.names
        text = self._text.casefold()
        if text:
            zh = table["attrs"].map(
                lambda attrs: attrs.get("title_zh", "") if isinstance(attrs, dict) else ""
            )
            words = table.index.astype(str) + "\n" + table["title"].astype(str) + "\n" + zh.astype(str)
            hit = [text in line.casefold() for line in words]
            found = [str(name) for name in table.index[np.array(hit, bool)]] if hit else []
        else:
            found = [name for name, _ in curves.neighbours(table, names[0])] if names else []
        made = []
        for name in [name for name in found if name not in names][:_FOUND]:
            attrs = table.loc[name, "attrs"]
            told = plain(str(attrs.get("title_zh", "")), 80) if isinstance(attrs, dict) else ""
            title = plain(str(table.loc[name, "title"] or name), 80)
            made.append({"name": name, "title": title, "zh": told})
        return made

    def _known(self, name: Any) -> str:
        found = str(name)[:300]
        if found not in self.floor.store.series(self.selection.as_of, found).index:
            raise InvalidInputError(
                f"There is no series {plain(found, 80)}; choose one that the search finds."
            )
        return found

    def _add(self, name: str) -> None:
        names = self.names
        if name in names:
            return
        if len(names) >= MOST:
            raise InvalidInputError(f"{MOST} series are compared already; take one away first.")
        if names:
            self.selection.others = names[1:] + [name]
        else:
            self.selection.series = name
        self._text = ""

    def _drop(self, name: str) -> None:
        names = self.names
        if name in names[1:]:
            self.selection.others = [each for each in names[1:] if each != name]
        elif name in names:
            self.selection.choose(series=names[1] if len(names) > 1 else None, others=names[2:])

    def _lead(self, name: str) -> None:
        """Hold the others against another one."""
        names = self.names
        if name in names[1:]:
            others = [names[0] if each == name else each for each in names[1:]]
            self.selection.choose(series=name, others=others)

    def _turn(self, *_: Any) -> None:
        """Go on with another series as the first; if it was among the others, the one before takes its place."""
        first, before, others = self.selection.series, self._before, self.selection.others
        self._before = first
        if first is not None and first in others:
            self.selection.others = [
                before if name == first else name for name in others if name != first or before
            ]
        self.refresh()

    def _stretch(self) -> tuple[datetime, datetime]:
        end = self.selection.as_of or self.floor.now()
        # what is valid right now is part of it
        return end - timedelta(hours=pairs.SPANS[self.selection.across].hours), end + timedelta(
            milliseconds=1
        )

    def _work(self) -> None:
        """Work out how the first goes with each other, on a thread of its own: a year takes a moment."""
        names, as_of, doc = self.names, self.selection.as_of, pn.state.curdoc
        if not self._seen or (doc is not None and doc.session_context is None):
            return
        asked = (tuple(names), self.selection.across, as_of)
        span = pairs.SPANS[self.selection.across]
        old = max(_FRESH, timedelta(hours=span.hours / 100))
        fresh = self._asked_at is not None and self.floor.now() - self._asked_at < old
        if asked == self._asked and (fresh or self._done is not None):
            return
        if asked[1:] != self._asked[1:] or names[:1] != list(self._asked[0][:1]):
            self._pairs = {}  # about another first, span or known time
        same = asked != self._asked and fresh
        wanted = [name for name in names[1:] if not (same and name in self._pairs)]
        self._pairs = {name: found for name, found in self._pairs.items() if name in names}
        self._asked, self._asked_at = asked, self.floor.now()
        self._done = len(names) - 1 - len(wanted) if wanted else None
        if not wanted:
            return
        start, end = self._stretch()

        def work() -> None:
            store = self.floor.store
            first = None
            for name in wanted:
                if self._left or asked != self._asked:
                    return
                try:
                    first = first or pairs.stretch(store, names[0], start, end, as_of)
                    found = pairs.compare(first, pairs.stretch(store, name, start, end, as_of), span)
                except WatchfloorError as error:
                    said = {"refused": plain(str(error), 300)}
                    found = {"lag": said, "travel": said, "mass": said}
                last = name == wanted[-1]
                on_page(doc, partial(self._arrive, asked, name, found, last))

        self.begin(work)

    def _arrive(self, asked: tuple[Any, ...], name: str, found: dict[str, Any], last: bool) -> None:
        if asked != self._asked or self._left:
            return
        self._pairs[name] = found
        self._done = None if last else (self._done or 0) + 1
        super().refresh()


def _one_of(given: Any, known: Any, what: str) -> str:
    if not isinstance(given, str) or given not in known:
        raise InvalidInputError(f"{what} cannot be {str(given)[:40]!r}; expected {', '.join(known)}.")
    return given


def _sentence(found: Mapping[str, Any]) -> str:
    """Return what was found of a pair, for the head of a file."""
    lag, travel, mass = found["lag"], found["travel"], found["mass"]
    parts = [
        lag.get("refused")
        or f"the second {lag['best']:g} s later, r {lag['r']:g} (95 %: {lag['low']:g} to {lag['high']:g})"
    ]
    if "refused" not in travel and travel["clear"]:
        way = "to the second" if travel["ahead"] else "to the first"
        parts.append(f"travel {way} {travel['seconds']:g} s (90 %: {travel['low']:g} to {travel['high']:g})")
    if mass.get("at") is not None:
        at = format_time(from_micros(int(mass["at"] * 1000)))
        parts.append(f"double mass broke at {at}: {mass['before']:g} before, {mass['after']:g} after")
    return "; ".join(parts)
