"""What one page knows of its floor: the snapshot, the rows that pass the filters, and news as they come."""

from typing import Any

import param

from watchfloor.core.clock import format_time
from watchfloor.core.errors import WatchfloorError
from watchfloor.views.selection import MATTER, Selection
from watchfloor.views.situation.figures import Figure, figures
from watchfloor.views.situation.people import People
from watchfloor.views.situation.rows import Row, millis
from watchfloor.views.situation.snapshot import Snapshot, take

__all__ = ["Picture"]

_FILTERS = ["kinds", "also", "hazards", "severities", "statuses", "states", "text", "area"]
_BEATS = 5
"""The present is looked at anew every so many beats of two seconds, because time passes where no news comes."""


class Picture(param.Parameterized):
    """The state that the views of one page share.

    Examples
    --------
    >>> Picture.param.snapshot.doc
    'What is known and looked at; None before it was read.'
    """

    floor = param.Parameter(doc="The floor.")
    selection = param.ClassSelector(class_=Selection, doc="What is looked at.")
    snapshot = param.ClassSelector(
        class_=Snapshot, allow_None=True, doc="What is known and looked at; None before it was read."
    )
    rows = param.List([], doc="Rows that pass the filters and the opened figure, worst first.")
    figure = param.String("", doc="Name of the figure whose records are opened, or empty.")
    trouble = param.String("", doc="Why the store could not be read, or empty.")

    def __init__(self, floor: Any, selection: Selection, **params: Any) -> None:
        super().__init__(floor=floor, selection=selection, **params)
        self._people = People.of(floor)
        self.listener: Any = None
        """A map, which is told of news in the same turn."""
        self.shared: Any = None
        """What the page hears beside this picture (`views.situation.live.Live`); None where all comes by the picture."""
        self.afresh = False
        """Whether parts of the page must be told again what they were told last: the browser may show other things."""
        self._subscriptions: list[Any] = []
        self._beats = 0
        self._watchers: list[tuple[Any, Any]] = [
            (selection, selection.param.watch(self._moved, ["as_of", "time"])),
            (selection, selection.param.watch(self._filtered, _FILTERS)),
            (selection, selection.param.watch(self._chosen, ["record", "series"])),
            (self, self.param.watch(self._filtered, ["figure"])),
        ]
        self.look()

    @property
    def live(self) -> bool:
        """Whether the present is shown."""
        return bool(self.selection.live)

    @property
    def listed(self) -> frozenset[str]:
        """Kinds of record that the list shows; the map shows its layers, whatever the list does."""
        chosen = self.selection
        return frozenset(chosen.kinds or (*MATTER, *chosen.also))

    def look(self) -> None:
        """Read the floor as the selection asks for it."""
        try:
            snapshot = take(self.floor, self.selection.as_of, self.selection.time)
        except WatchfloorError as error:
            # The last good picture stays, and says that it is old: a desk never goes blank.
            self.trouble = str(error)
            return
        self.param.update(snapshot=snapshot, rows=self._passing(snapshot), trouble="")

    def figures(self) -> list[Figure]:
        """Return the key figures of what is shown, worked out once for all sessions."""
        return [] if self.snapshot is None else self._figures(self.snapshot)

    def clock(self) -> dict[str, Any]:
        """Return what a browser needs to tell the floor's time: now, and how fast it passes."""
        clock = self.floor.clock
        speed = 0.0 if getattr(clock, "paused", False) else float(getattr(clock, "speed", 1.0))
        snapshot = self.snapshot
        return {
            "now": millis(self.floor.now()),
            "speed": speed,
            "zone": str(self.floor.zone),
            "as_of": None if self.selection.as_of is None else millis(self.selection.as_of),
            "at": None if snapshot is None else millis(snapshot.at),
            "known": None if snapshot is None else millis(snapshot.known),
        }

    def stamp(self) -> dict[str, str]:
        """Return the marks that every export carries."""
        snapshot = self.snapshot
        return {
            "floor": str(self.floor.name),
            "title": str(self.floor.title),
            "mark": str(self.floor.mark),
            "as of": format_time(snapshot.known) if snapshot else "",
            "valid at": format_time(snapshot.at) if snapshot else "",
            "live": "yes" if self.live else "no: as known at the time above",
            "digest": snapshot.digest if snapshot else "",
        }

    def follow(self, doc: Any = None) -> None:
        """Have news come by themselves while the page is open. Safe to call twice."""
        if self._subscriptions:
            return
        from watchfloor.views.serve.hub import Hub

        hub = Hub.of(self.floor.store)
        self._subscriptions = [
            hub.subscribe(self._news, doc=doc, wants=self._wants),
            hub.on_beat(self._beat, doc=doc, wants=self._due),
        ]

    def close(self) -> None:
        """Stop following and watching."""
        if self.shared is not None:
            self.shared.close()
            self.shared = None
        for subscription in self._subscriptions:
            subscription.close()
        self._subscriptions = []
        while self._watchers:
            owner, watcher = self._watchers.pop()
            owner.param.unwatch(watcher)

    def catch_up(self) -> None:
        """Know what the page shows already, before something is done on the page; nothing where that is known."""
        if self.shared is not None and self.shared.behind:
            if self.shared.deaf():
                self._moved()
                return
            self.shared.behind = False
            self.look()
            self._level(afresh=False)

    def tune(self) -> None:
        """Have the page hear what it now looks at."""
        if self.shared is not None:
            self.shared.tune()

    def _wants(self, batch: Any) -> bool:
        """Tell whether the page itself has to do with news; on the hub's thread."""
        return self.shared is None or bool(self.shared.wants(batch))

    def _due(self, _: Any) -> bool:
        """Tell whether the present is to be looked at anew because time passed; on the hub's thread."""
        self._beats += 1
        if not self.live:
            return False
        if self.shared is None:
            return self._beats % _BEATS == 0
        return bool(self.shared.lost()) or self._beats % (_BEATS if self.shared.deaf() else 6 * _BEATS) == 0

    def _news(self, batch: Any) -> None:
        if self.live:  # the hub lets at most two a second through
            if self._look_afresh():
                self._level(afresh=True)
            elif self.listener is not None:
                self.listener.update(batch)

    def _beat(self, _: Any) -> None:
        if self.live:
            if self._look_afresh():
                self._level(afresh=True)
            elif self.listener is not None and self._beats % (6 * _BEATS) == 0:
                self.listener.refresh()

    def _moved(self, *_: Any) -> None:
        if self._look_afresh():
            self._level(afresh=True)

    def _filtered(self, *_: Any) -> None:
        if self.shared is not None and self.shared.behind:
            self._moved()
        elif self.snapshot is not None:
            self.rows = self._passing(self.snapshot)

    def _chosen(self, *_: Any) -> None:
        self.catch_up()

    def _look_afresh(self) -> bool:
        """Look, and tell the page everything anew if it heard more by the channel than this picture knows."""
        if self.shared is None or not self.shared.behind:
            self.look()
            return False
        self.afresh, self.shared.behind = True, False
        try:
            self.look()
        finally:
            self.afresh = False
        return True

    def _level(self, *, afresh: bool) -> None:
        if self.listener is not None:
            self.shared.level(self.listener, afresh=afresh)

    def _passing(self, snapshot: Snapshot) -> list[Row]:
        found = snapshot.matching(self.selection.filters)
        listed = found if self.selection.kinds else self._listed(snapshot, found)
        if not self.figure:
            return listed
        opened = next((item for item in self._figures(snapshot) if item.name == self.figure), None)
        if opened is None or opened.unit not in {"records", "people"}:
            return listed
        names = {row.name for row in opened.rows}
        return [row for row in found if row.name in names]

    def _listed(self, snapshot: Snapshot, found: list[Row]) -> list[Row]:
        """Return the rows of the kinds that a list shows unasked, and of those asked for beside them."""
        kinds = self.listed
        made: list[Row] = snapshot.keep(
            ("listed", self.selection.filters, kinds),
            lambda: [row for row in found if row.record.kind in kinds],
        )
        return made

    def _figures(self, snapshot: Snapshot) -> list[Figure]:
        people, notes = self._people.known(snapshot)
        found: list[Figure] = snapshot.keep(
            ("figures", people, notes), lambda: figures(snapshot, people, notes)
        )
        return found
