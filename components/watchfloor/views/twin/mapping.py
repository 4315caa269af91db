"""The map of the twin desk: the floor's map with the result on it, and what is placed and drawn by hand."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from bokeh.models import ColumnDataSource, MultiLine, Text

from watchfloor.core.errors import WatchfloorError
from watchfloor.core.terms import term
from watchfloor.hazards.grid import Grid
from watchfloor.security.text import plain
from watchfloor.views.map.figure import FONT, renderer
from watchfloor.views.map.frame import Frame
from watchfloor.views.map.handles import HandleFrame
from watchfloor.views.map.mercator import forward, inverse
from watchfloor.views.map.said import number as said
from watchfloor.views.map.view import MapView
from watchfloor.views.twin.forms import places, track
from watchfloor.views.twin.layers import Layer, layer
from watchfloor.views.twin.outline import outline
from watchfloor.views.twin.overlay import Overlay
from watchfloor.views.twin.work import Work

__all__ = ["TwinMap"]

_ACCENT = "#EE9B3D"
_MOST = 60
"""Points of one line that are handles."""


class TwinMap(MapView):
    """The floor's map with a result.

    Parameters
    ----------
    floor, selection
        As of `MapView`.
    work
        What is shown and drawn.

    Examples
    --------
    >>> TwinMap.param.trouble.doc
    'Layers that cannot be read: name -> reason.'
    """

    frame_type: ClassVar[type[Frame]] = HandleFrame

    def __init__(self, floor: Any, selection: Any, *, work: Work, **params: Any) -> None:
        self.work = work
        self._zoomed: Any = None
        super().__init__(floor, selection, **params)
        self.overlay = Overlay(self.figure)
        self.lines = ColumnDataSource({"xs": [], "ys": []})
        self.points = ColumnDataSource({"x": [], "y": [], "text": []})
        line = renderer(
            self.lines, MultiLine(xs="xs", ys="ys", line_color=_ACCENT, line_width=4, line_join="round")
        )
        words = Text(
            x="x",
            y="y",
            text="text",
            y_offset=-13,
            text_align="center",
            text_font_size="12px",
            text_color=_ACCENT,
        )
        words.text_font = {"value": FONT}
        self.drawings = [line, renderer(self.points, words)]
        self.figure.renderers.extend(self.drawings)
        self.stack.keep_between(self.overlay.image)
        self.stack.keep_above(self.overlay.dots, *self.drawings)
        self.stack.restyle(force=True)
        self._stops = [
            work.listen(["answer", "shown"], self._result),
            work.listen(["scenario", "inputs", "drawn", "placing"], self._hand),
        ]
        self._result()
        self._hand()

    def wanted(self, layer: Any) -> bool:
        """Leave out what is live: the present is another desk's, and would stand over what may come."""
        return not layer.live

    def close(self) -> None:
        """Stop watching."""
        while self._stops:
            self._stops.pop()()
        super().close()

    def made(self) -> Layer | None:
        """Return what of the result is drawn, or None."""
        answer = self.work.answer
        if answer is None or answer.ensemble is None:
            return None
        try:
            return layer(answer.ensemble, self.work.shown)
        except WatchfloorError:
            return None

    def _result(self, *_: Any) -> None:
        made = self.made()

        def act() -> None:
            box = self.overlay.show(made)
            place = (
                None
                if self.work.scenario is None
                else (self.work.scenario.model, repr(self.work.scenario.area))
            )
            if box is not None and place != self._zoomed:
                self._zoomed = place
                self.frame.see(box)

        self._turn(act)

    def _hand(self, *_: Any) -> None:
        lines, points = self._drawn()
        taken, placing, several = self._handles(), self._placing(), not self.work.placing.startswith("place:")

        def act() -> None:
            self.lines.data = lines
            self.points.data = points
            self.frame.param.update(handles=taken, placing=placing, lines=several)

        self._turn(act)

    def _placing(self) -> str:
        """Say what the next taps place."""
        work = self.work
        what, _, name = work.placing.partition(":")
        if not what or work.scenario is None:
            return ""
        language = self.selection.language
        if what == "place":
            return term("twin.tap_place", language).replace("{name}", name)
        title = next(
            (
                {"en": one.en, "zh": one.zh}[language]
                for one in work.scenario.kind.measures
                if one.name == work.placed
            ),
            name,
        )
        return term("twin.tap_line", language).replace("{name}", title).replace("{n}", str(len(work.drawn)))

    def _handles(self) -> list[dict[str, Any]]:
        """Return the points that can be taken and moved, with their places in metres."""
        work, now = self.work, self.work.scenario
        found: list[tuple[str, str, str, float, float]] = []
        if work.inputs is not None:
            site, forcing = work.inputs
            found += [
                (f"place:{one['name']}", one["name"], "place", one["lon"], one["lat"])
                for one in places(forcing, site)
            ]
            found += [
                (f"track:{n}", str(n + 1), "vertex", lon, lat)
                for n, (lon, lat) in enumerate(track(forcing)[:_MOST])
            ]
        for at, action in enumerate(() if now is None else now.actions):
            for n, (lon, lat) in enumerate(outline(action.where)[1][:_MOST]):
                found.append((f"action:{at}:{n}", f"{action.measure} {n + 1}", "vertex", lon, lat))
        found += [(f"drawn:{n}", str(n + 1), "vertex", lon, lat) for n, (lon, lat) in enumerate(work.drawn)]
        x, y = forward([one[3] for one in found], [one[4] for one in found])
        return [
            {"id": name, "title": title, "kind": kind, "x": float(left), "y": float(up)}
            for (name, title, kind, _, _), left, up in zip(found, x, y, strict=True)
        ]

    def _heard(self, message: Any) -> None:
        """Take what a hand does with handles; all else is the map's."""
        what, work = message.get("do"), self.work
        acts: dict[Any, Callable[[], object]] = {
            "drag": lambda: work.drag(
                str(message["id"])[:120], *(float(v) for v in inverse(said(message, "x"), said(message, "y")))
            ),
            "pick": lambda: work.pick(str(message["id"])[:120]),
            "finish": work.finish,
            "undo": work.undo,
            "stop": lambda: work.param.update(placing="", drawn=[]),
        }
        if what not in acts:
            super()._heard(message)
            return
        try:
            acts[what]()
        except WatchfloorError as error:
            self.frame.say(plain(str(error), 200), bad=True)
        except (TypeError, ValueError, KeyError):
            self.frame.say(term("twin.not_done", self.selection.language), bad=True)

    def _drawn(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the lines and words of measures, places and what is just being drawn, metres."""
        work, now = self.work, self.work.scenario
        paths: list[Any] = []
        spots: list[tuple[float, float, str]] = []
        if work.inputs is not None:
            spots += [(one["lon"], one["lat"], one["name"]) for one in places(*reversed(work.inputs))]
            paths.append(track(work.inputs[1]))
        for action in () if now is None else now.actions:
            shape, points = outline(action.where)
            if shape == "point":
                spots.append((*points[0], action.measure))
            else:
                paths.append([*points, *points[:1]] if shape == "area" else points)
        paths.append(work.drawn)
        xs, ys = [], []
        for path in paths:
            if len(path) > 1:
                at = np.asarray(path, float)
                x, y = forward(at[:, 0], at[:, 1])
                xs.append(x)
                ys.append(y)
        x, y = forward([s[0] for s in spots], [s[1] for s in spots])
        return {"xs": xs, "ys": ys}, {"x": x, "y": y, "text": [s[2] for s in spots]}

    def _tapped(self, x: float, y: float, reach: float) -> None:
        lon, lat = (float(v) for v in inverse(x, y))
        if self.work.tapped(lon, lat):
            return
        told = self._value(lon, lat)
        super()._tapped(x, y, reach)
        if told:
            self.frame.say(told)

    def _value(self, lon: float, lat: float) -> str:
        """Say what the result is at a place."""
        made = self.made()
        if made is None or not {"y", "x"} <= set(made.values.dims):
            return ""
        place = Grid(made.values.x.values, made.values.y.values, str(made.values.attrs["crs"])).place(
            lon, lat
        )
        if place is None:
            return ""
        value = float(made.values.values[place]) / made.factor
        if not np.isfinite(value):
            return ""
        return f"{made.title[self.selection.language]}: {value:.3g} {made.units}"
