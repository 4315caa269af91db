"""The strip of sources: what is late is shown as late."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from watchfloor.security.text import plain
from watchfloor.views.situation.base import Pane, View
from watchfloor.views.situation.rows import millis
from watchfloor.views.situation.snapshot import FeedLine

__all__ = ["FeedHealth", "HealthPane"]

_HELD = 50
"""Quarantined messages listed."""


class HealthPane(Pane):
    """The strip on the screen."""


class FeedHealth(View):
    """How each source stands: age, on time or late or down or off, and what of it is in quarantine.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     {line["health"] for line in FeedHealth(floor).state()["feeds"]} <= {"off", "new"}
    True
    """

    pane_type = HealthPane
    watched = ("snapshot", "trouble")

    def __init__(self, floor: Any, selection: Any = None, **params: Any) -> None:
        self._opened = ""
        super().__init__(floor, selection, **params)

    @property
    def opened(self) -> str:
        """Name of the opened source, or empty."""
        return self._opened

    def state(self) -> dict[str, Any]:
        """Return the sources, and all about the opened one."""
        snapshot = self.picture.snapshot
        if snapshot is None:
            return {"feeds": [], "loading": True}
        about = next((line for line in snapshot.feeds if line.source == self._opened), None)
        return {
            "feeds": [_line(line) for line in snapshot.feeds],
            "prefix": f"{self.floor.name}:",
            "opened": about.source if about else "",
            "about": self._about(about) if about else None,
        }

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Open a source."""
        if what == "open":
            self._opened = str(message.get("source", ""))[:300]
            self.refresh()

    def _about(self, line: FeedLine) -> dict[str, Any]:
        held = [
            item
            for item in self.floor.store.quarantined(as_of=self.selection.as_of, limit=1000)
            if item.source == line.source
        ]
        return _line(line) | {
            "newest": _millis(line.newest),
            "cadence": line.cadence / timedelta(milliseconds=1),
            "late_after": line.late_after / timedelta(milliseconds=1),
            "quarantine": [
                {
                    "known": millis(item.known),
                    "reason": plain(item.reason, 500),
                    "where": plain(item.where, 200),
                    "size": item.size,
                }
                for item in held[:_HELD]
            ],
        }


def _line(line: FeedLine) -> dict[str, Any]:
    return {
        "source": line.source,
        "feed": line.feed,
        "health": line.health,
        "ok": _millis(line.last_ok),
        "message": plain(line.message, 500),
        "held": line.held,
    }


def _millis(at: datetime | None) -> float | None:
    return None if at is None else millis(at)
