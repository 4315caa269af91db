"""The layers of one session's map: which are drawn, with which rows, in which order."""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from watchfloor.core.errors import WatchfloorError
from watchfloor.security.text import plain
from watchfloor.views.map import cloud, raster, shading
from watchfloor.views.map.columns import Columns, columns
from watchfloor.views.map.draw import Drawn
from watchfloor.views.map.layer import Layer, ordered, read_layers, shown
from watchfloor.views.map.mask import passing
from watchfloor.views.map.mercator import zoom_of
from watchfloor.views.map.picture import cloud_ramp
from watchfloor.views.map.table import BULK, SHARED, Table, one_moment, read_grid, read_table, version
from watchfloor.views.sensors import dead as crossed_out

__all__ = ["Stack", "View"]

log = logging.getLogger(__name__)

_POOL = ThreadPoolExecutor(2, thread_name_prefix="map")
MANY_NAMES = 200_000
"""Points of a cloud whose names are looked through, at most."""
_PIXELS = 700_000
"""Pixels of one picture, at most: beyond, the browser enlarges it."""
FEW = 20_000
"""Points of a cloud that are still drawn one by one, so that they can be pointed at."""

Box = tuple[float, float, float, float]
View = tuple[Box, int, int]
Seen = tuple[Layer, Table, npt.NDArray[np.intp]]
_Sieved = tuple[
    npt.NDArray[np.bool_],
    npt.NDArray[np.intp],
    npt.NDArray[np.intp],
    npt.NDArray[np.bool_],
    tuple[bytes, bytes],
]


class Stack:
    """Layers over one figure.

    Parameters
    ----------
    floor, selection
        What is shown, and how.
    figure
        The Bokeh figure.
    view
        The first view: box in metres, and width and height in pixels.
    later
        Runs a function on the page's own loop; None where there is none, and everything is done at once.
    """

    def __init__(
        self,
        floor: Any,
        selection: Any,
        figure: Any,
        view: View,
        later: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self.floor = floor
        self.selection = selection
        self.figure = figure
        self.view = view
        self.later = later
        self.layers = read_layers(floor, selection.language)
        self.drawn: dict[str, Drawn] = {}
        self.seen: dict[str, tuple[Table, npt.NDArray[np.intp]]] = {}
        self.kept: dict[str, npt.NDArray[np.bool_]] = {}
        self.trouble: dict[str, str] = {}
        self.counts: dict[str, tuple[int, int]] = {}
        self._below: list[Any] = list(figure.renderers)
        self._above: list[Any] = []
        self._between: list[Any] = []
        self._pending: set[str] = set()
        self._looked = False
        self.scale = 1.0
        """How much larger than on a desk markers and words are."""

    def keep_above(self, *renderers: Any) -> None:
        """Leave renderers above all layers."""
        self._above += renderers

    def keep_between(self, *renderers: Any) -> None:
        """Leave renderers above all pictures of the ground, and below lines, areas and places."""
        self._between += renderers

    def magnify(self, scale: float) -> None:
        """Draw all that is on the map larger, for a wall."""
        self.scale = scale
        for drawn in self.drawn.values():
            drawn.magnify(scale)

    @property
    def zoom(self) -> float:
        """Zoom level of the view."""
        box, width, _ = self.view
        return zoom_of(box[2] - box[0], width)

    @property
    def at(self) -> datetime:
        """The valid time that is looked at."""
        found: datetime = self.selection.time or self.selection.as_of or self.floor.now()
        return found

    def on(self, layer: Layer) -> bool:
        """Tell whether a layer is switched on."""
        return shown(layer, self.selection.layers).visible

    def close_enough(self, layer: Layer) -> bool:
        """Tell whether the view's zoom is one that the layer is drawn at."""
        return layer.style.min_zoom <= self.zoom <= layer.style.max_zoom

    def visible(self) -> list[Seen]:
        """Return what is seen, lowest first."""
        return [
            (layer, *self.seen[layer.name])
            for layer in ordered(self.layers, self.selection.layers)
            if layer.name in self.seen and self.on(layer) and self.close_enough(layer)
        ]

    @property
    def tips(self) -> dict[str, Any]:
        """Titles of what is shown on hover, by layer."""
        return {name: drawn.tips for name, drawn in self.drawn.items() if drawn.tips["labels"]}

    def refresh(self, names: Iterable[str] | None = None) -> None:
        """Read layers anew (all that are on, or those named) and patch what changed."""
        wanted = None if names is None else set(names)
        changed = False
        with one_moment(self.floor):
            for layer in self.layers:
                if (wanted is None or layer.name in wanted) and self.on(layer):
                    changed |= self._draw(layer)
            self.restyle(force=changed)

    def restyle(self, force: bool = False) -> None:
        """Bring visibility, opacity and order in line with the selection; build what was switched on."""
        states = self.selection.layers
        for layer in self.layers:
            if self.on(layer) and layer.name not in self.drawn and layer.name not in self.trouble:
                force |= self._draw(layer)
        for layer in self.layers:
            if layer.name in self.drawn:
                self.drawn[layer.name].style(
                    shown(layer, states), self.on(layer) and self.close_enough(layer)
                )
        drawn = [layer for layer in ordered(self.layers, states) if layer.name in self.drawn]
        if self._between:  # pictures of the ground first: a result lies on them
            drawn.sort(key=lambda layer: layer.style.kind != "raster")
        ground = sum(layer.style.kind == "raster" for layer in drawn) if self._between else 0
        order = [
            *self._below,
            *(r for layer in drawn[:ground] for r in self.drawn[layer.name].renderers),
            *self._between,
            *(r for layer in drawn[ground:] for r in self.drawn[layer.name].renderers),
            *self._above,
        ]
        if force or [r.id for r in order] != [r.id for r in self.figure.renderers]:
            self.figure.renderers = order

    def look(self, view: View) -> None:
        """Move to another view: pictures are drawn anew, layers appear and vanish by zoom."""
        self.view = view
        self._looked = True
        changed = False
        for layer in self.layers:
            if self._pictured(layer) and self.on(layer) and self.close_enough(layer):
                changed |= self._draw(layer)
        self.restyle(force=changed)

    def translate(self) -> None:
        """Take titles in the selection's language, without reading data again."""
        self.layers = read_layers(self.floor, self.selection.language)
        fresh = {layer.name: layer for layer in self.layers}
        for name, drawn in self.drawn.items():
            drawn.layer = fresh.get(name, drawn.layer)
        self.refresh()

    def repaint(self) -> None:
        """Take the selection's theme."""
        for drawn in self.drawn.values():
            drawn.repaint(self.selection.theme)
        self.refresh()

    def _draw(self, layer: Layer) -> bool:
        """Draw one layer; True if a renderer was added. Whatever is wrong with it costs the others nothing."""
        try:
            done = self._picture(layer) if self._pictured(layer) else self._rows(layer)
        except WatchfloorError as error:
            self._fail(layer, str(error))
        except Exception as error:  # a reader may raise anything; the map goes on
            log.warning("layer %s cannot be drawn", layer.name, exc_info=True)
            self._fail(layer, f"{type(error).__name__}: {error}")
        else:
            self.trouble.pop(layer.name, None)
            return done
        return False

    def _pictured(self, layer: Layer) -> bool:
        """Tell whether a layer is drawn as a picture of the view; a live cloud may be one today and not tomorrow."""
        if layer.style.kind != "cloud" or not layer.live:
            return layer.style.kind in {"raster", "cloud"}
        return len(read_table(self.floor, layer, self.selection.as_of, self.at)) > FEW

    def _fail(self, layer: Layer, reason: str) -> None:
        # what was drawn before stays: its age is told by the feeds' health, and an empty map would look calm
        self.trouble[layer.name] = plain(reason, 300)

    def _rows(self, layer: Layer) -> bool:
        selection = self.selection
        as_of: datetime | None = selection.as_of if layer.live else None
        at = self.at
        state = version(self.floor, layer, as_of, at)  # first, so that nothing older is kept under it
        table = read_table(self.floor, layer, as_of, at)
        filters = selection.filters
        moment = np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "us")
        gauges = layer.table == "observation" and "threshold" in table.frame.columns
        # between two of these times nothing begins, ends or falls silent, whatever the clock says
        since = (
            int(np.searchsorted(table.turns, moment, side="right")),
            int(np.searchsorted(table.dues, moment, side="left")) if gauges else 0,
        )

        def sieve() -> _Sieved:
            keep = passing(table, filters, at)
            rows = np.flatnonzero(keep)
            dead = crossed_out(table.frame, at) if gauges else np.zeros(len(table), bool)
            return keep, rows, rows[table.placed[rows]], dead, (keep.tobytes(), dead.tobytes())

        keep, rows, placed, dead, marks = SHARED.get(("rows", id(table), *state, filters, *since), sieve)
        drawn = self.drawn.get(layer.name)
        last = None if drawn is None else drawn.made
        made: Columns = SHARED.get(
            ("columns", *state, *marks, selection.theme, selection.language),
            lambda: columns(
                layer, table, rows, dead, selection.theme, self.floor.zone, selection.language
            ).like(last),
        )
        self.seen[layer.name] = (table, placed)
        self.kept[layer.name] = keep
        self.counts[layer.name] = (made.shown, made.placeless)
        return self._drawn(layer).patch(made)

    def _picture(self, layer: Layer) -> bool:
        as_of = self.selection.as_of if layer.live else None
        key = ("picture", *version(self.floor, layer, as_of, self.at))
        if self.later is not None and not self._looked and key in BULK:
            return False  # the browser says at once how large its view is; a guess would be drawn and sent for nothing
        if self.later is not None and key not in BULK:
            self._prepare(layer, key, self._making(layer, as_of))
            return False
        made = BULK.get(key, self._making(layer, as_of))
        if not self.close_enough(layer):
            return False
        if layer.style.kind == "raster":
            return self._grid(layer, made)
        return self._cloud(layer, *made)

    def picture(self, layer: Layer) -> Any:
        """Return what a raster's or a cloud's picture is made from, None where it is not read yet."""
        as_of = self.selection.as_of if layer.live else None
        key = ("picture", *version(self.floor, layer, as_of, self.at))
        return BULK.get(key, self._making(layer, as_of)) if layer.name in self.drawn or key in BULK else None

    def _making(self, layer: Layer, as_of: datetime | None) -> Callable[[], Any]:
        at = self.at

        def make() -> Any:
            if layer.style.kind == "raster":
                data = read_grid(self.floor, layer, as_of)
                crs = layer.entry.metadata.crs or "EPSG:4326"
                return raster.grid(data, layer.style.colour, crs)
            table = read_table(self.floor, layer, as_of, at)
            column = layer.style.colour.column
            value = None if column is None else table.frame[column].to_numpy(np.float32, na_value=np.nan)
            return table, cloud.cloud(table.points, value)

        return make

    def _prepare(self, layer: Layer, key: Any, make: Callable[[], Any]) -> None:
        """Read and sort a large layer outside the page's loop, and draw it when that is done."""
        if layer.name in self._pending or self.later is None:
            return
        self._pending.add(layer.name)
        later = self.later

        def work() -> None:
            try:
                BULK.get(key, make)
            except Exception as error:  # noqa: BLE001  told beside the layer
                reason = (
                    str(error) if isinstance(error, WatchfloorError) else f"{type(error).__name__}: {error}"
                )
                later(lambda: self._ready(layer, reason))
            else:
                later(lambda: self._ready(layer, ""))

        _POOL.submit(work)

    def _ready(self, layer: Layer, reason: str) -> None:
        self._pending.discard(layer.name)
        if reason:
            self._fail(layer, reason)
        else:
            self.refresh([layer.name])

    def _grid(self, layer: Layer, found: raster.Grid) -> bool:
        box = raster.box_of(found)
        view, width, height = self.view
        part, columns_, rows_ = _part(view, width, height, box)
        if columns_ < 1 or rows_ < 1:
            return False
        colour = layer.style.colour
        cells = raster.draw(found, part, columns_, rows_)
        return self._drawn(layer).image(cells, part, shading.ramp(colour))

    def _cloud(self, layer: Layer, table: Table, found: cloud.Cloud) -> bool:
        view, width, height = self.view
        part, columns_, rows_ = _part(view, width, height, view)
        counts, means, total = cloud.view(found, part, columns_, rows_)
        self.counts[layer.name] = (len(table), len(table) - len(found))
        colour = layer.style.colour
        if means is not None and colour.field is not None:
            cells, ramp = shading.paint(means, colour), shading.ramp(colour)
        else:
            cells, ramp = cloud.density(counts), cloud_ramp(colour.fixed)
        # its points are not drawn one by one, but the first of them (the largest, say) may be named
        named = layer.style.label is not None and len(table) <= MANY_NAMES
        self.seen[layer.name] = (table, np.flatnonzero(table.placed) if named else np.empty(0, np.intp))
        log.debug("%s: %d points in view", layer.name, total)
        return self._drawn(layer).image(cells, part, ramp)

    def _drawn(self, layer: Layer) -> Drawn:
        if layer.name not in self.drawn:
            self.drawn[layer.name] = Drawn(self.figure, layer, self.selection.theme)
            self.drawn[layer.name].magnify(self.scale)
            self.drawn[layer.name].style(shown(layer, self.selection.layers), self.close_enough(layer))
        return self.drawn[layer.name]


def _part(view: Box, width: int, height: int, box: Box) -> tuple[Box, int, int]:
    """Return the part of a view that a grid covers, and its size in pixels, no more than `_PIXELS`."""
    left, bottom = max(view[0], box[0]), max(view[1], box[1])
    right, top = min(view[2], box[2]), min(view[3], box[3])
    if right <= left or top <= bottom:
        return (left, bottom, right, top), 0, 0
    columns_ = (right - left) / (view[2] - view[0]) * width
    rows_ = (top - bottom) / (view[3] - view[1]) * height
    less = min(1.0, (_PIXELS / max(columns_ * rows_, 1.0)) ** 0.5)
    return (left, bottom, right, top), max(int(columns_ * less), 1), max(int(rows_ * less), 1)
