"""What is asked: model, place, time, settings, what drives it, what is done."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import numpy as np

from watchfloor.core.clock import format_time, parse_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Action
from watchfloor.views.map.mercator import forward
from watchfloor.views.situation.rows import millis
from watchfloor.views.twin.base import TwinPane, TwinView
from watchfloor.views.twin.forms import courses, form, measures, models, places, sourced, stated, track
from watchfloor.views.twin.work import number

__all__ = ["Setup", "SetupPane"]


class SetupPane(TwinPane):
    """The form on the screen."""


class Setup(TwinView):
    """The form: made of what the model declares, so that any model of the registry has one.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> from watchfloor.views.selection import Selection
    >>> from watchfloor.views.twin.work import Work
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     Setup(floor, work=Work(floor, Selection())).state()["model"]
    """

    pane_type = SetupPane
    follows: ClassVar[tuple[str, ...]] = ("scenario", "inputs", "errors", "placing", "drawn")

    def __init__(self, *args: Any, **params: Any) -> None:
        self.find: Any = None
        """Takes a box in metres that the map is to show; the desk sets it."""
        super().__init__(*args, **params)
        self.watch(self.selection, ["area"])

    def state(self) -> dict[str, Any]:
        """Return the form, or only the models while none is chosen."""
        work = self.work
        now = work.scenario
        if now is None:
            return {"models": [], "model": None}
        kind, inputs = now.kind, work.inputs
        told: dict[str, Any] = {
            "models": list(models()),
            "model": now.model,
            "form": form(kind, now.settings, now.model),
            "errors": dict(work.errors),
            "start": None if now.start is None else millis(now.start),
            "observed": now.observed,
            "hours": now.length / 3600.0,
            "resolution": now.resolution,
            "area": now.area is not None,
            "selected": self.selection.area is not None,
            "same": self.selection.area == now.area,
            "seed": now.seed,
            "measures": measures(kind.measures, now.actions, now.length),
            "placing": work.placing,
            "placed": work.placed,
            "points": len(work.drawn),
            "drive": None,
            "places": [],
        }
        if inputs is not None:
            site, forcing = inputs
            told["drive"] = courses(kind, forcing)
            told["drive"]["numbers"] += stated(kind, site)
            told["places"] = [
                one | {"added": one["name"] in str(forcing.attrs.get("added", "")).split("\n")}
                for one in places(forcing, site)
            ]
            told["more"] = sourced(forcing)
            told["track"] = bool(track(forcing))
            if {"x", "y"} <= set(site.coords):
                told["cell"] = abs(float(site.x[1] - site.x[0]))
                told["size"] = [int(site.sizes["x"]), int(site.sizes["y"])]
        return told

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Change what is asked. Nothing in a message is trusted: the scenario checks it."""
        if what == "model":
            self.work.choose(str(message["name"]))
            return
        acts: dict[str, Callable[[Mapping[str, Any]], object]] = {
            "set": self._set, "reset": self._reset, "hours": self._hours, "resolution": self._resolution,
            "window": lambda _: self.work.window(), "start": self._start, "number": self._number, "placing": self._placing,
            "measure": lambda one: self.work.take(str(one["name"])), "finish": lambda _: self.work.finish(),
            "stop": lambda _: self.work.param.update(placing="", drawn=[]), "action": self._action,
            "add": lambda _: self.work.add(), "remove": lambda one: self.work.remove(str(one["name"])[:80]),
            "put": self._put, "track": self._track, "redraw": lambda one: self.work.redraw(int(number(one, "number"))),
        }  # fmt: skip
        if what in acts and self.work.scenario is not None:
            acts[what](message)

    def _set(self, message: Mapping[str, Any]) -> None:
        self.work.set(str(message["name"])[:80], message["value"])

    def _reset(self, _: Mapping[str, Any]) -> None:
        self.work.change("settings", settings={}, courses={}, places={}, until=None, resolution=None)

    def _hours(self, message: Mapping[str, Any]) -> None:
        # what was drawn by hand was drawn for another length
        self.work.change("hours", until=number(message, "value") * 3600.0, courses={})

    def _resolution(self, message: Mapping[str, Any]) -> None:
        value = message["value"]
        self.work.change("resolution", resolution=None if value is None else number(message, "value"))

    def _number(self, message: Mapping[str, Any]) -> None:
        field, at = str(message["field"])[:80], message.get("at")
        if at is None:
            self.work.drive(field, number(message, "value"))
        else:
            self.work.state(field, int(number(message, "at")), number(message, "value"))

    def _put(self, message: Mapping[str, Any]) -> None:
        """Put a place where its typed coordinates say."""
        self.work.place(str(message["name"])[:80], number(message, "lon"), number(message, "lat"))

    def _track(self, _: Mapping[str, Any]) -> None:
        """Show the whole of a track on the map."""
        points = [] if self.work.inputs is None else track(self.work.inputs[1])
        if self.find is not None and points:
            x, y = forward([p[0] for p in points], [p[1] for p in points])
            room = 0.15 * max(float(np.ptp(x)), float(np.ptp(y)), 1e4)
            self.find(
                (float(x.min()) - room, float(y.min()) - room, float(x.max()) + room, float(y.max()) + room)
            )

    def _placing(self, message: Mapping[str, Any]) -> None:
        name = str(message["name"])[:80]
        now = self.work.placing == f"place:{name}"
        self.work.param.update(placing="" if now else f"place:{name}", drawn=[])

    def _start(self, message: Mapping[str, Any]) -> None:
        text = str(message.get("value") or "")[:40]
        observed = bool(message.get("observed"))
        if observed and not text:
            start: datetime | None = self.floor.now()
        else:
            start = parse_time(text) if text else None
        self.work.since(
            None if start is None else start.astimezone(UTC).replace(microsecond=0), observed=observed
        )

    def _action(self, message: Mapping[str, Any]) -> None:
        """Change or drop one of the measures that are taken."""
        now = self.work.scenario
        at = message["number"]
        if now is None or not isinstance(at, int) or not 0 <= at < len(now.actions):
            raise InvalidInputError("There is no such measure any more; nothing was done.")
        if message.get("drop"):
            self.work.act(tuple(one for place, one in enumerate(now.actions) if place != at))
            return
        action: Action = now.actions[at]
        name = str(message["name"])[:80]
        value = number(message, "value")
        if name == "start":
            action = replace(action, start=value * 3600.0)
        elif name == "reliability":
            action = replace(action, reliability=value)
        else:
            action = replace(action, parameters={**action.parameters, name: value})
        self.work.act(tuple(action if place == at else one for place, one in enumerate(now.actions)))


def when(start: datetime | None) -> str:
    """Write a start for people; empty where there is none."""
    return "" if start is None else format_time(start)
