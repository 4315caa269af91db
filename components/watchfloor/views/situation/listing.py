"""The list of what matters, worst first."""

from collections.abc import Mapping
from typing import Any

from watchfloor.store.records import KINDS
from watchfloor.views.selection import MATTER, Filters
from watchfloor.views.situation.base import Pane, View

__all__ = ["ListPane", "SituationList"]

_WINDOW = 80
"""Rows that a browser holds at once."""


class ListPane(Pane):
    """Rows on the screen."""


class SituationList(View):
    """Records of concern, worst first; one is chosen by click or by key.

    Unasked it lists what calls for action; a chip lists reports, detections or resources as well.

    Only the rows in sight are sent to the browser, so thousands are no burden. Records without a place are listed too.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     SituationList(floor).state()["total"]
    0
    """

    pane_type = ListPane

    def __init__(self, floor: Any, selection: Any = None, **params: Any) -> None:
        self._start = 0
        super().__init__(floor, selection, **params)
        self.pane.sizing_mode = "stretch_both"
        self.pane.min_height = 240
        self.watch(self.selection, ["record", "text"])

    @property
    def start(self) -> int:
        """Place of the first row of the window that the browser holds."""
        return self._start

    def state(self) -> dict[str, Any]:
        """Return the window of rows and what is said above them."""
        picture = self.picture
        rows, snapshot = picture.rows, picture.snapshot
        chosen = self.selection.record
        place = (
            next((index for index, row in enumerate(rows) if row.name == chosen), None) if chosen else None
        )
        if place is not None and chosen != getattr(self, "_chosen", None) and not self._holds(place):
            self._start = max(0, place - _WINDOW // 2)  # bring what was chosen elsewhere into the window
        self._chosen = chosen
        self._start = min(self._start, max(0, len(rows) - _WINDOW))
        return {
            "rows": [row.state() for row in rows[self._start : self._start + _WINDOW]],
            "start": self._start,
            "total": len(rows),
            "all": self._all(),
            "kinds": self._kinds(),
            "selected": place,
            "text": self.selection.text,
            "figure": picture.figure if picture.figure not in {"sensors", "feeds"} else "",
            "trouble": bool(picture.trouble),
            "cut": bool(snapshot and snapshot.cut),
            # an empty list must not look calm while the past is still being told
            "loading": snapshot is None or bool(not rows and getattr(self.floor, "preparing", False)),
        }

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Choose a row, move the window, find text, or let everything through."""
        picture = self.picture
        if what == "select":
            name = (str(message["kind"]), str(message["source"]), str(message["key"]))
            if name[0] in KINDS and picture.snapshot is not None and picture.snapshot.find(name) is not None:
                self.selection.record = name
        elif what == "place":
            place = int(message["place"])
            if 0 <= place < len(picture.rows):
                self.selection.record = picture.rows[place].name
        elif what == "window":
            self._start = max(0, min(int(message["start"]), len(picture.rows)))
            self.refresh()
        elif what == "kind":
            self._list(str(message["kind"]))
        elif what == "text":
            self._start = 0
            self.selection.text = str(message["value"])[:200]
        elif what == "close":
            picture.figure = ""
        elif what == "reset":
            picture.figure = ""
            self.selection.reset()

    def _all(self) -> int:
        """Return how many rows of the listed kinds there are, whatever the filters."""
        picture, snapshot = self.picture, self.picture.snapshot
        if snapshot is None:
            return 0
        if picture.figure:
            return len(snapshot.rows)
        found = snapshot.counts(Filters())["kinds"]
        return sum(found.get(kind, 0) for kind in picture.listed)

    def _kinds(self) -> list[dict[str, Any]]:
        """Return each kind that there is with the number that passes the other filters, and whether it is listed."""
        snapshot = self.picture.snapshot
        if snapshot is None or self.picture.figure:
            return []
        passing, there = snapshot.counts(self.selection.filters)["kinds"], snapshot.counts(Filters())["kinds"]
        listed = self.picture.listed
        return [
            {"kind": kind, "count": passing.get(kind, 0), "on": kind in listed}
            for kind in (*MATTER, *(kind for kind in KINDS if kind not in MATTER))
            if there.get(kind)
        ]

    def _list(self, kind: str) -> None:
        """List a kind, or do not: beside what calls for action, or among the kinds that were chosen."""
        if kind not in KINDS:
            return
        chosen = self.selection
        held = set(self.picture.listed) ^ {kind}
        self._start = 0
        if set(MATTER) <= held:
            chosen.param.update(
                kinds=[], also=[each for each in KINDS if each in held and each not in MATTER]
            )
        else:  # one of those that call for action is left out: that is a filter, which the map follows too
            chosen.param.update(kinds=[each for each in KINDS if each in held], also=[])

    def _holds(self, place: int) -> bool:
        return self._start <= place < self._start + _WINDOW
