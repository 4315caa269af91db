"""The map of the twin desk: the floor's map with the result on it, and what is placed and drawn by hand."""

from typing import Any

import numpy as np
import shapely
from bokeh.models import ColumnDataSource, MultiLine, Scatter, Text
from shapely.errors import ShapelyError
from shapely.geometry import shape as to_shape

from watchfloor.core.errors import WatchfloorError
from watchfloor.hazards.grid import Grid
from watchfloor.views.map.figure import FONT, renderer
from watchfloor.views.map.mercator import forward, inverse
from watchfloor.views.map.view import MapView
from watchfloor.views.twin.forms import places
from watchfloor.views.twin.layers import Layer, layer
from watchfloor.views.twin.overlay import Overlay
from watchfloor.views.twin.work import Work

__all__ = ["TwinMap"]

_ACCENT = "#EE9B3D"


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
        dots = Scatter(x="x", y="y", size=13, marker="star", fill_color=_ACCENT, line_color="#0B1118")
        words = Text(
            x="x",
            y="y",
            text="text",
            y_offset=-10,
            text_align="center",
            text_font_size="12px",
            text_color=_ACCENT,
        )
        words.text_font = {"value": FONT}
        self.drawings = [line, renderer(self.points, dots), renderer(self.points, words)]
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

        def act() -> None:
            self.lines.data = lines
            self.points.data = points

        self._turn(act)

    def _drawn(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the lines and points of measures, places and what is just being drawn, metres."""
        work, now = self.work, self.work.scenario
        xs: list[Any] = []
        ys: list[Any] = []
        spots: list[tuple[float, float, str]] = []
        if work.inputs is not None:
            spots += [(one["lon"], one["lat"], one["name"]) for one in places(*reversed(work.inputs))]
        for action in () if now is None else now.actions:
            try:
                found = to_shape(action.where) if action.where else None
            except (ShapelyError, AttributeError, KeyError, TypeError, ValueError):
                continue
            for part in [] if found is None else shapely.get_parts(found):
                at = shapely.get_coordinates(part)
                if len(at) == 1:
                    spots.append((float(at[0, 0]), float(at[0, 1]), action.measure))
                else:
                    x, y = forward(at[:, 0], at[:, 1])
                    xs.append(x)
                    ys.append(y)
        if len(work.drawn) > 1:
            at = np.asarray(work.drawn, float)
            x, y = forward(at[:, 0], at[:, 1])
            xs.append(x)
            ys.append(y)
        elif work.drawn:
            spots.append((*work.drawn[0], "1"))
        x, y = forward([s[0] for s in spots], [s[1] for s in spots])
        return {"xs": xs, "ys": ys}, {"x": x, "y": y, "text": [s[2] for s in spots]}

    def _tapped(self, x: float, y: float, reach: float) -> None:
        lon, lat = (float(v) for v in inverse(x, y))
        if self.work.tapped(lon, lat):
            count = len(self.work.drawn)
            self.frame.say("" if not count else f"{count}")
            return
        said = self._value(lon, lat)
        super()._tapped(x, y, reach)
        if said:
            self.frame.say(said)

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
