"""The wall of stations: every sensor of the floor at a glance, worst first."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import panel as pn
import param

from watchfloor.core.clock import from_micros
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.scales import Severity
from watchfloor.views.monitor import export, wire
from watchfloor.views.monitor.base import MonitorPane, MonitorView
from watchfloor.views.monitor.board import SPANS, WIDTHS, Board, board, grid
from watchfloor.views.monitor.live import Key, Live, topic
from watchfloor.views.monitor.past import Cancelled, Past
from watchfloor.views.monitor.stations import known
from watchfloor.views.pageloop import on_page
from watchfloor.views.selection import CONDITIONS, GROUPS, HAZARD_WORDS, SIZES
from watchfloor.views.serve.current import serving
from watchfloor.views.situation.rows import millis

__all__ = ["Wall", "WallPane", "address"]

log = logging.getLogger(__name__)

_SHOWN = [
    "series",
    "hazards",
    "severities",
    "conditions",
    "text",
    "area",
    "span",
    "group",
    "size",
    "as_of",
    "time",
]
_LISTS = {
    "severities": tuple(item.value for item in Severity),
    "conditions": CONDITIONS,
    "hazards": HAZARD_WORDS,
}
_ONES = {"span": tuple(SPANS), "group": GROUPS, "size": SIZES}
_BACK = timedelta(days=7)
"""How far before the span the newest value of a silent station is looked for."""
_MOST_NAMES = 20_000


def address() -> str:
    """Return where this page listens to the broadcast channel; empty where there is none, as in a notebook."""
    from watchfloor.views.serve.listening import address as found

    return found()


class WallPane(MonitorPane):
    """The wall on the screen: what it shows comes over the channel, or by these parameters where there is none."""

    stations = param.Bytes(b"", doc="The roster, where there is no channel or the past is shown.")
    full = param.Bytes(b"", doc="A full message, likewise.")
    delta = param.Bytes(b"", doc="A small message, likewise.")


class Wall(MonitorView):
    """Thousands of stations with value, age, warning level, trend and sparkline; live within a second.

    The present is worked out once for all pages (`live.Live`); the past, or another time, for this page, from the
    store, as it was known then.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     Wall(floor).state()["span"]
    '6h'
    """

    pane_type = WallPane

    def __init__(self, floor: Any, selection: Any = None, **params: Any) -> None:
        self._url = address()
        self._live = Live.of(floor)
        self._asked: Any = ()
        self._progress: float | None = None
        self._trouble = ""
        self._past: Board | None = None
        self._end: Any = None
        self._doc: Any = None
        super().__init__(floor, selection, **params)
        self.pane.sizing_mode = "stretch_both"
        self._watchers.append((self.selection, self.selection.param.watch(self._turn, _SHOWN)))
        self._show()

    @property
    def key(self) -> Key:
        """The span and width that are shown."""
        return self.selection.span, WIDTHS[self.selection.size]

    @property
    def present(self) -> bool:
        """Whether the present is shown, which all pages share."""
        return self.selection.as_of is None and self.selection.time is None

    def state(self) -> dict[str, Any]:
        """Return what is asked for; the values themselves come as bytes."""
        chosen = self.selection
        at = None if self.present else self._moment()
        return {
            "url": self._url,
            "topic": topic(self.key) if self.present and self._url else "",
            "span": chosen.span,
            "group": chosen.group,
            "size": chosen.size,
            "hazards": list(chosen.hazards),
            "severities": list(chosen.severities),
            "conditions": list(chosen.conditions),
            "text": chosen.text.strip().casefold(),
            "area": chosen.area,
            "selected": chosen.series,
            "at": None if at is None else millis(at),
            "as_of": None if chosen.as_of is None else millis(chosen.as_of),
            "progress": self._progress,
            "trouble": self._trouble or self.picture.trouble,
            "mark": str(self.floor.mark),
            "title": str(self.floor.title),
            "file": export.stem(self.floor),
        }

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Open a station, change a choice or a filter, or hand out what is shown."""
        chosen = self.selection
        if what == "open":
            name = str(message["name"])[:300]
            chosen.series = name if name and name != chosen.series else None
        elif what == "set":
            name, value = str(message["name"]), str(message["value"])
            if value in _ONES.get(name, ()):
                setattr(chosen, name, value)
        elif what == "toggle":
            name, word = str(message["what"]), str(message["name"])
            if word in _LISTS.get(name, ()):
                held = list(getattr(chosen, name))
                setattr(
                    chosen, name, [item for item in held if item != word] if word in held else [*held, word]
                )
        elif what == "text":
            chosen.text = str(message["value"])[:200]
        elif what == "reset":
            chosen.reset()
        elif what == "save":
            self.pane.hand(*self.file(str(message["what"]), message.get("names")))

    def board(self) -> Board:
        """Return what is shown, as arrays."""
        if self.present or self._past is None:
            return self._live.board(self.key)
        return self._past

    def file(self, what: str, names: Any = None) -> tuple[str, bytes, str]:
        """Return name, bytes and media type of what is taken away.

        Parameters
        ----------
        what
            ``csv``, ``parquet`` or ``recipe``.
        names
            The stations, in their order; None for all.
        """
        if names is not None and (
            not isinstance(names, list)
            or len(names) > _MOST_NAMES
            or not all(isinstance(name, str) for name in names)
        ):
            raise InvalidInputError("The stations to hand out must be a list of names.")
        return export.file(what, self.floor, self.selection, self.board(), names)

    def close(self) -> None:
        """Stop watching, and give up what is being read."""
        self._asked = ()
        self._leave()
        super().close()

    def __panel__(self) -> Any:
        """Return what is shown; in a notebook it follows the present from then on."""
        return super().__panel__()

    # inside

    def _moment(self) -> datetime:
        """Return the time that is looked at: never later than what is known."""
        known_at: datetime = self.selection.as_of or self.floor.now()
        return min(self.selection.time or known_at, known_at)

    def _turn(self, *events: Any) -> None:
        if {event.name for event in events} & {"span", "size", "as_of", "time"}:
            self._show()
        self.refresh()

    def _leave(self) -> None:
        end, self._end = self._end, None
        if end is not None:
            end()

    def _show(self) -> None:
        """Have what is asked for sent to this page."""
        chosen = self.selection
        asked = (chosen.as_of, chosen.time, *self.key)
        if asked == self._asked:
            return
        self._asked = asked
        self._leave()
        self._trouble = ""
        if self.present:
            self._progress, self._past = None, None
            if self._url:
                self._live.offer(self.key)
            else:
                self._follow()
        else:
            self._progress = 0.0
            doc = pn.state.curdoc
            self.begin(self._read, asked, doc)
        if hasattr(self, "pane"):
            self.refresh()

    def _follow(self) -> None:
        """Take the present by parameters, where there is no channel."""
        doc = pn.state.curdoc
        if serving() is not None or (doc is not None and doc.session_context is None):
            return  # a server tries the desk before anybody looks
        self._doc = doc
        self._end = self._live.hear(self.key, self._hear)  # first, so that nothing is missed
        self._put(self._live.roster().message, self._live.full(self.key), b"")

    def _hear(self, stations: bytes, full: bytes, delta: bytes) -> None:
        if self.present:
            on_page(self._doc, lambda: self._put(stations, full, delta))

    def _put(self, stations: bytes, full: bytes, delta: bytes) -> None:
        new = {
            name: value
            for name, value in (("stations", stations), ("full", full), ("delta", delta))
            if value != getattr(self.pane, name)
        }
        if new:
            self.pane.param.update(**new)

    def _read(self, asked: Any, doc: Any) -> None:
        """Work out a board of the past on a thread of its own, telling how far it is."""
        span, width = asked[2], asked[3]
        try:
            made = self._then(asked, lambda part: on_page(doc, lambda: self._advance(asked, part)))
            payload, told = made.roster.message, wire.full(made, 1)
        except Cancelled:
            return
        except WatchfloorError as error:
            text = str(error)
            on_page(doc, lambda: self._failed(asked, text))
            return
        log.debug("the wall of %s with %d columns was read anew", span, width)
        on_page(doc, lambda: self._arrive(asked, made, payload, told))

    def _then(self, asked: Any, progress: Any) -> Board:
        as_of, length, width = asked[0], SPANS[asked[2]], asked[3]
        at = self._moment()
        held = known(self.floor, as_of)
        end, step = grid(int(at.timestamp() * 1e6), length, width)
        start = from_micros(end - step * width) - _BACK
        past = Past(
            self.floor.store, held.names, start, from_micros(end), as_of,
            progress=progress, wanted=lambda: self._asked == asked,
        )  # fmt: skip
        return board(past, held, at, length, width)

    def _advance(self, asked: Any, part: float) -> None:
        if self._asked == asked and (self._progress is None or part - self._progress >= 0.05):
            self._progress = round(part, 2)
            self.refresh()

    def _arrive(self, asked: Any, made: Board, stations: bytes, full: bytes) -> None:
        if self._asked == asked:
            self._past, self._progress = made, None
            self._put(stations, full, b"")
            self.refresh()

    def _failed(self, asked: Any, text: str) -> None:
        if self._asked == asked:
            self._progress, self._trouble = None, text
            self.refresh()
