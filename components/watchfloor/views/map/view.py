"""The map of a floor: layers from its catalog, linked with the session's selection, in a notebook or served."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

import panel as pn
import param
from panel.viewable import Viewer

from watchfloor.core.clock import format_time
from watchfloor.core.errors import WatchfloorError
from watchfloor.core.geometry import write
from watchfloor.core.terms import term
from watchfloor.security.text import filename, plain
from watchfloor.views import tiles
from watchfloor.views.map import export
from watchfloor.views.map.area import Figures, district, districts, inside
from watchfloor.views.map.cloud import nearest
from watchfloor.views.map.columns import write as words_of
from watchfloor.views.map.figure import ground, home, magnify, paint
from watchfloor.views.map.focus import Focus
from watchfloor.views.map.frame import Canvas, Frame, words
from watchfloor.views.map.hit import Hit, hit
from watchfloor.views.map.labels import choose
from watchfloor.views.map.said import area_of, box_of, number, view_of
from watchfloor.views.map.stack import Stack
from watchfloor.views.map.turn import Turn
from watchfloor.views.selection import Selection

__all__ = ["MapView", "clock_text"]

_FILTERS = ["as_of", "time", "kinds", "hazards", "severities", "statuses", "states", "text"]


class MapView(Viewer):
    """The map.

    Parameters
    ----------
    floor
        The floor: its catalog's layers are drawn.
    selection
        Shared with other views; None makes its own.
    served
        Whether the tile server stands beside the page; None finds out.
    wall
        For a screen that is read from across a room: words and markers grow with its width.

    Notes
    -----
    The page that holds it calls `update` with each batch of the hub, and `refresh` now and then, because alerts come
    into force and end by time alone. It subscribes to nothing by itself.

    Examples
    --------
    >>> MapView.param.trouble.doc
    'Layers that cannot be read: name -> reason.'
    """

    frame_type: ClassVar[type[Frame]] = Frame
    """What stands round the figure."""

    floor = param.Parameter(doc="The floor.")
    selection = param.ClassSelector(class_=Selection, doc="What is looked at, shared with other views.")
    wall = param.Boolean(default=False, doc="Whether it is read from across a room.")
    counts = param.Dict(
        {}, doc="Layers that are on: name -> number of rows seen, and of those without a place."
    )
    trouble = param.Dict({}, doc="Layers that cannot be read: name -> reason.")

    def __init__(
        self, floor: Any, selection: Selection | None = None, *, served: bool | None = None, **params: Any
    ) -> None:
        super().__init__(floor=floor, selection=selection or Selection(), **params)
        doc = pn.state.curdoc
        if served is None:
            served = doc is not None and doc.session_context is not None
        self._turn = Turn(doc, self._push)
        self._tapping = False
        self.before: Callable[[], None] | None = None
        """Called before the browser's messages are heard, but those of the view: a page may have news to take first."""
        chosen = self.selection
        region = getattr(getattr(floor, "settings", None), "map_tiles", "") or ""
        self.home = home(floor.centre, floor.zoom)
        self.ground = ground(self.home, chosen.theme, served, region)
        self.figure = self.ground.figure
        self.focus = Focus(chosen.theme)
        self.stack = Stack(
            floor,
            chosen,
            self.figure,
            (self.home, 1000, 667),
            self._later if self._turn.served else None,
        )
        self.stack.layers = [layer for layer in self.stack.layers if self.wanted(layer)]
        self.stack.keep_above(*self.focus.renderers)
        self.frame = self.frame_type(
            self.heard,
            figure=Canvas(self.figure),
            words=words(chosen.language),
            home=list(self.home),
            places=districts(floor),
            chosen=chosen.area is not None,
            file=filename(f"{floor.name}-map.png"),
        )
        if self.wall:
            self._magnify(1000)
        self.stack.refresh()
        self.focus.bound(chosen.area)
        self._selected(zoom=False)
        self._say()
        self._watchers = [
            chosen.param.watch(self._filtered, _FILTERS),
            chosen.param.watch(self._layered, ["layers"]),
            chosen.param.watch(self._chosen, ["record", "series"]),
            chosen.param.watch(self._bounded, ["area"]),
            chosen.param.watch(self._painted, ["theme"]),
            chosen.param.watch(self._translated, ["language"]),
        ]

    def __panel__(self) -> Any:
        """Return what is shown."""
        return self.frame

    def wanted(self, layer: Any) -> bool:  # noqa: ARG002  for maps of less
        """Tell whether a layer of the catalog is on this map; on this one, all are."""
        return True

    # --- news -------------------------------------------------------------------------------------------------------

    def update(self, batch: Any) -> None:
        """Take a batch of the hub: layers over the tables that changed are read anew and patched.

        As of a past known time nothing changes, so nothing is done.
        """
        if self.selection.as_of is not None:
            return
        whole = not getattr(batch, "complete", True)
        changes = getattr(batch, "changes", None)
        kinds = None if changes is None else {each.kind for each in changes if each.table == "record"}
        names = [
            layer.name
            for layer in self.stack.layers
            if layer.live
            and (whole or layer.table in batch.tables)
            and (whole or kinds is None or layer.table != "record" or not layer.kind or layer.kind in kinds)
        ]
        if names:
            self.refresh(names)

    def refresh(self, names: Iterable[str] | None = None) -> None:
        """Read the live layers anew (or those named) and patch what changed; static ones stay as they are."""
        if names is None:
            names = [layer.name for layer in self.stack.layers if layer.live]
        wanted = list(names)
        self._turn(lambda: self._refresh(wanted))

    def _refresh(self, names: list[str]) -> None:
        self.stack.refresh(names)
        self._selected(zoom=False)
        self._say()

    def close(self) -> None:
        """Stop watching the selection."""
        while self._watchers:
            self.selection.param.unwatch(self._watchers.pop())

    # --- what others may ask ------------------------------------------------------------------------------------------

    def element(self, name: str, as_of: datetime | None = None) -> Any:
        """Return a layer as a GeoViews element, with the colours and markers of the catalog; see `element`."""
        from watchfloor.views.map.notebook import element

        return element(
            self.floor, name, as_of=as_of or self.selection.as_of, language=self.selection.language
        )

    def inside(self) -> Figures | None:
        """Return the figures of the selected area, None where none is selected."""
        if self.selection.area is None:
            return None
        return inside(
            self.floor,
            self.selection.area,
            self.selection.as_of,
            self.selection.time,
            self.selection.language,
        )

    def png(self, width: int = 1600, height: int = 1000) -> bytes:
        """Draw the present view as a PNG, with mark, time and attribution, without a browser."""
        return export.png(self, width, height)

    def data(self) -> dict[str, Any]:
        """Return what is seen as a GeoJSON FeatureCollection."""
        return export.data(self)

    def recipe(self) -> str:
        """Return the notebook cell that makes this map again."""
        return export.recipe(self)

    # --- what the browser says ----------------------------------------------------------------------------------------

    def heard(self, message: Mapping[str, Any]) -> None:
        """Do what a message of the browser asks for. Nothing in it is trusted."""
        if self.before is not None and message.get("do") != "view":
            self.before()
        self._turn(lambda: self._heard(message))

    def _heard(self, message: Mapping[str, Any]) -> None:
        try:
            what = message["do"]
            if what == "view":
                self._looked(message)
            elif what == "tap":
                self._tapped(*(number(message, name) for name in ("x", "y", "reach")))
            elif what == "area":
                self._bound(area_of(message.get("ring")))
            elif what == "box":
                self._bound(box_of(str(message.get("text", ""))[:100]))
            elif what == "place":
                self._bound(write(district(self.floor, str(message.get("name", ""))[:200])))
            elif what == "clear":
                self.selection.area = None
        except WatchfloorError as error:
            self.frame.say(plain(str(error), 200), bad=True)
        except (TypeError, ValueError, KeyError):
            self.frame.say("That cannot be done.", bad=True)

    def _looked(self, message: Mapping[str, Any]) -> None:
        try:
            view = view_of(message)
            if self.wall:
                self._magnify(view[1])
            self.stack.look(view)
            self._credit()
            self._named()
            self._tell()
        finally:
            self.frame.seen()

    def _magnify(self, width: int) -> None:
        """Let words and markers be as large on a wide screen as on a narrow one, seen from where both are seen whole."""
        scale = round(min(max(width / 650, 1.4), 4.0), 1)
        if scale != self.stack.scale:
            magnify(self.ground, scale)
            self.focus.magnify(scale)
            self.stack.magnify(scale)

    def _tapped(self, x: float, y: float, reach: float) -> None:
        seen = self.stack.visible()
        found = hit([item for item in seen if item[0].style.kind != "raster"], x, y, min(reach, 2e6))
        found = found or self._in_cloud(x, y, reach)
        if found is None:
            self._choose(record=None, series=None)
            self.frame.say("")
            return
        table = self.stack.seen[found.layer.name][0]
        row = table.frame.iloc[found.row]
        if table.records:
            self._choose(record=(str(row["kind"]), str(row["source"]), str(row["key"])))
        elif table.series:
            self._choose(series=str(row["series"]))
        names = found.layer.style.tooltip[:4] or [
            name for name in ("title", "name") if name in table.frame.columns
        ]
        texts = [
            words_of(table.frame[name].iloc[[found.row]], found.layer.units.get(name, ""), self.floor.zone)[0]
            for name in names
            if name in table.frame.columns
        ]
        self.frame.say(f"{found.layer.title}: {' · '.join(texts)}" if texts else found.layer.title)

    def _in_cloud(self, x: float, y: float, reach: float) -> Hit | None:
        for layer, _, _ in reversed(self.stack.visible()):
            if layer.style.kind == "cloud":
                made = self.stack.picture(layer)
                row = None if made is None else nearest(made[1], x, y, min(reach, 2e6))
                if row is not None:
                    return Hit(layer, row)
        return None

    def _bound(self, area: dict[str, Any] | None) -> None:
        self.selection.area = area
        self.frame.say("", done=True)

    def _choose(self, **values: Any) -> None:
        self._tapping = True
        try:
            self.selection.param.update(**values)
        finally:
            self._tapping = False

    # --- what the selection says --------------------------------------------------------------------------------------

    def _filtered(self, *_: Any) -> None:
        self.refresh()

    def _layered(self, *_: Any) -> None:
        def act() -> None:
            self.stack.restyle()
            self._say()

        self._turn(act)

    def _chosen(self, *_: Any) -> None:
        zoom = not self._tapping
        self._turn(lambda: self._selected(zoom=zoom))

    def _bounded(self, *_: Any) -> None:
        def act() -> None:
            self.focus.bound(self.selection.area)
            self.frame.chosen = self.selection.area is not None

        self._turn(act)

    def _painted(self, *_: Any) -> None:
        def act() -> None:
            paint(self.ground, self.selection.theme)
            self.focus.repaint(self.selection.theme)
            self.stack.repaint()

        self._turn(act)

    def _translated(self, *_: Any) -> None:
        def act() -> None:
            self.frame.words = words(self.selection.language)
            self.stack.translate()
            self._say()

        self._turn(act)

    def _selected(self, zoom: bool) -> None:
        """Put the ring round the selected record or series, and bring it into view if asked."""
        found = self._find()
        if found is None:
            self.focus.select(None, None)
            return
        table, row = found
        point, shape = table.points[row], table.shapes[row]
        if not math.isfinite(point[0]):
            self.focus.select(None, None)
            return
        self.focus.select(shape, (float(point[0]), float(point[1])))
        if zoom:
            self._show(shape, (float(point[0]), float(point[1])))

    def _find(self) -> tuple[Any, int] | None:
        record, series = self.selection.record, self.selection.series
        for table, _ in self.stack.seen.values():
            if record is not None and record in table.records:
                return table, table.records[record]
        for table, _ in self.stack.seen.values():
            if record is None and series is not None and series in table.series:
                return table, table.series[series]
        return None

    def _show(self, shape: Any, point: tuple[float, float]) -> None:
        """Move the view so that a shape is seen whole, unless it is already, large enough to be made out."""
        box, width, _ = self.stack.view
        left, bottom, right, top = shape.bounds if shape is not None else (*point, *point)
        pixel = (box[2] - box[0]) / max(width, 1)
        within = box[0] < left and right < box[2] and box[1] < bottom and top < box[3]
        if within and (max(right - left, top - bottom) > 40 * pixel or right == left):
            return
        half = max(right - left, top - bottom, 4000.0) * 0.9
        x, y = (left + right) / 2, (bottom + top) / 2
        self.frame.see((x - half, y - half, x + half, y + half))

    # --- words in the figure ------------------------------------------------------------------------------------------

    def _say(self) -> None:
        ground_, language = self.ground, self.selection.language
        ground_.mark.text = plain(self.floor.marked(language), 80)
        ground_.mark.visible = bool(self.floor.mark)
        ground_.clock.text = self.clock_text(language)
        self._credit()
        self._named()
        self._tell()

    def _credit(self) -> None:
        """Name whose data are seen: layers come into view, and go, with the zoom."""
        seen = dict.fromkeys(s[0].attribution for s in self.stack.visible() if s[0].attribution)
        said = plain(" · ".join([tiles.ATTRIBUTION, *seen]), 160)
        if self.ground.credit.text != said:
            self.ground.credit.text = said

    def clock_text(self, language: str) -> str:
        """Return the time that the map stands for: known, and valid where it is another one."""
        return clock_text(self.floor, self.selection, language)

    def _named(self) -> None:
        box, width, height = self.stack.view
        names = choose(self.stack.visible(), box, width, height, self.selection.language, self.stack.scale)
        if names["text"] != self.focus.names.data["text"] or names["x"] != self.focus.names.data["x"]:
            self.focus.name(names)

    def _tell(self) -> None:
        if self.stack.tips != self.frame.tips:
            self.frame.tips = self.stack.tips
        if self.stack.counts != self.counts:
            self.counts = dict(self.stack.counts)
        if self.stack.trouble != self.trouble:
            self.trouble = dict(self.stack.trouble)

    def _later(self, act: Callable[[], None]) -> None:
        """Do something at the page's next turn, from any thread, and say what changed."""

        def all_of_it() -> None:
            act()
            self._say()

        self._turn(all_of_it)

    def _push(self) -> None:
        """Send patches to a notebook: there is no server there that would do it by itself."""
        if not self._turn.served and self.frame._comms:
            pn.io.push_notebook(self.frame)


def clock_text(floor: Any, chosen: Selection, language: str = "") -> str:
    """Return the time that a selection stands for: known, and valid where it is another one."""
    language = language or chosen.language

    def at(moment: datetime) -> str:
        return format_time(moment.replace(microsecond=0), floor.zone).replace("T", " ")

    known = (
        f"{term('map.live', language)} {at(floor.now())}"
        if chosen.as_of is None
        else f"{term('map.as_of', language)} {at(chosen.as_of)}"
    )
    return known if chosen.time is None else f"{known} · {term('map.valid', language)} {at(chosen.time)}"
