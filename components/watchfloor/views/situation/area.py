"""What lies inside the selected area: people, facilities, alerts and resources."""

from collections.abc import Mapping
from typing import Any

from watchfloor.core.errors import WatchfloorError
from watchfloor.views.query import pack_area
from watchfloor.views.situation.base import Pane, View

__all__ = ["AreaPane", "AreaSummary"]


class AreaPane(Pane):
    """A small table on the screen."""


class AreaSummary(View):
    """Figures of the area that is drawn on the map or chosen by name; nothing is shown where none is.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     AreaSummary(floor).state()["area"]
    False
    """

    pane_type = AreaPane
    watched = ("snapshot", "trouble")

    def __init__(self, floor: Any, selection: Any = None, **params: Any) -> None:
        super().__init__(floor, selection, **params)
        self.watch(self.selection, ["area"])

    def state(self) -> dict[str, Any]:
        """Return the figures, worked out once for all sessions that look at the same area and snapshot."""
        area, snapshot = self.selection.area, self.picture.snapshot
        if area is None:
            return {"area": False}
        if snapshot is None:
            return {"area": True, "waiting": True}
        try:
            key = ("area", pack_area(area)[0], self.selection.language)
            figures: dict[str, Any] = snapshot.keep(key, self._figures)
        except WatchfloorError as error:
            return {"area": True, "trouble": str(error)}
        return {"area": True} | figures

    def heard(self, what: str, message: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Let go of the area."""
        if what == "clear":
            self.selection.area = None

    def _figures(self) -> dict[str, Any]:
        from watchfloor.views.map.area import inside

        chosen = self.selection
        found = inside(self.floor, chosen.area, chosen.as_of, chosen.time, chosen.language)
        return told(found)


def told(found: Any) -> dict[str, Any]:
    """Return figures of an area as the pane shows them."""
    rows = [
        {
            "label": item.title,
            "value": item.value,
            "digits": 1 if 0 < abs(item.value) < 10 and item.value % 1 else 0,
            "units": "" if item.unit == "1" else item.unit,
        }
        for item in found.figures
    ]
    return {"figures": rows, "size": found.size, "missing": sorted(found.trouble)}
