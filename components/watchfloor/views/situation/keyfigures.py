"""Tiles of key figures, each of which opens what it was counted from."""

import json
from collections.abc import Mapping
from typing import Any

from watchfloor.views.situation.base import Pane, View
from watchfloor.views.situation.figures import FIGURES, Figure, figure
from watchfloor.views.situation.rows import millis

__all__ = ["FiguresPane", "KeyFigures"]

_NAMES = 60


class FiguresPane(Pane):
    """Tiles on the screen."""


class KeyFigures(View):
    """How many of what, how bad: a click on a figure opens the records behind it.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     [tile["name"] for tile in KeyFigures(floor).state()["figures"]][:2]
    ['Extreme', 'Severe']
    """

    pane_type = FiguresPane
    watched = ("snapshot", "figure", "trouble")

    def state(self) -> dict[str, Any]:
        """Return the tiles, and the trace of the opened one."""
        found = self.picture.figures()
        opened = figure(self.picture.figure, found)
        return {
            "figures": [self._tile(item) for item in found],
            "opened": opened.name if opened else "",
            "trace": self._trace(opened) if opened else None,
        }

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Open a figure, choose one of its series, or hand out its trace."""
        name = str(message.get("figure", ""))
        if what == "open" and name in {"", *FIGURES}:
            self.picture.figure = name
        elif what == "series":
            series = str(message["series"])
            snapshot = self.picture.snapshot
            if snapshot is not None and any(sensor.name == series for sensor in snapshot.sensors):
                self.selection.series = series
        elif what == "save":
            opened = figure(name, self.picture.figures())
            if opened is not None:
                told = (
                    self.picture.stamp() | opened.trace(self.picture.snapshot) | {"notes": list(opened.notes)}
                )
                data = json.dumps(told, ensure_ascii=False, indent=1).encode()
                self.pane.hand(f"{self.floor.name}-figure-{opened.name}.json", data, "application/json")

    def _tile(self, item: Figure) -> dict[str, Any]:
        told = {"name": item.name, "value": item.value, "tone": item.tone, "notes": list(item.notes)}
        return told | {name: item.extra[name] for name in ("of", "silent") if item.extra.get(name)}

    def _trace(self, item: Figure) -> dict[str, Any]:
        snapshot = self.picture.snapshot
        trace = item.trace(snapshot)
        names: list[dict[str, str]] = []
        for sensor in item.sensors[:_NAMES]:
            level = f"{sensor.crossed.name} {sensor.crossed.value:g}" if sensor.crossed else ""
            names.append(
                {
                    "series": sensor.name,
                    "text": f"{sensor.title}: {sensor.value:.4g} {sensor.units} (≥ {level})",
                }
            )
        names += [{"text": source} for source in item.feeds[:_NAMES]]
        return {
            "question": item.question,
            "records": trace["records"],
            "at": None if snapshot is None else millis(snapshot.at),
            "known": None if snapshot is None else millis(snapshot.known),
            "digest": trace["digest"],
            "notes": list(item.notes),
            "names": names,
        }
