"""Keys for the whole desk, help on them, and the worst news spoken by screen readers."""

from collections.abc import Mapping
from typing import Any

from watchfloor.core.provenance import digest
from watchfloor.views.situation.base import Pane, View

__all__ = ["Keys", "KeysPane"]

_SPOKEN = 3


class KeysPane(Pane):
    """A button with a dialog."""


class Keys(View):
    """A ``?`` that explains the keys: / j k a , . t m l.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     Keys(floor).state()["news"]["rows"]
    []
    """

    pane_type = KeysPane
    watched = ("snapshot",)

    def __init__(self, floor: Any, selection: Any = None, **params: Any) -> None:
        super().__init__(floor, selection, **params)
        self.pane.param.update(sizing_mode="fixed", width=34, height=32)

    def state(self) -> dict[str, Any]:
        """Return the newest extreme and severe records, for screen readers."""
        snapshot = self.picture.snapshot
        rows = () if snapshot is None or not self.selection.live else snapshot.rows
        fresh = [
            row
            for row in rows
            if row.record.severity in {"Extreme", "Severe"} and {"new", "updated"} & set(row.badges)
        ][:_SPOKEN]
        told = [{"severity": str(row.record.severity), "title": row.record.title[:200]} for row in fresh]
        return {"news": {"id": digest([row.record.identity for row in fresh])[:16], "rows": told}}

    def heard(self, what: str, message: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Go back to the present."""
        if what == "live":
            self.selection.param.update(as_of=None, time=None)
