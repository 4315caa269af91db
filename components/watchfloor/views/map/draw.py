"""One layer in the figure: its sources and renderers, made when it is first shown and patched from then on."""

from collections.abc import Mapping, Sequence
from typing import Any

from bokeh.models import (
    ColumnDataSource,
    GlyphRenderer,
    Image,
    LinearColorMapper,
    MultiLine,
    MultiPolygons,
    Scatter,
)

from watchfloor.views.map.columns import Columns, sent
from watchfloor.views.map.figure import renderer
from watchfloor.views.map.layer import Layer, Shown
from watchfloor.views.map.style import THEMES

__all__ = ["Drawn"]

_FILL = {"polygons": 0.28}
"""Share of the layer's opacity that areas are filled with: what lies under them must stay readable."""


class Drawn:
    """A layer's renderers in one figure.

    Parameters
    ----------
    figure
        The Bokeh figure.
    layer
        What is drawn.
    theme
        Name of the theme.

    Examples
    --------
    >>> Drawn.__name__
    'Drawn'
    """

    def __init__(self, figure: Any, layer: Layer, theme: str) -> None:
        self.figure = figure
        self.layer = layer
        self.theme = theme
        self.parts: dict[str, tuple[ColumnDataSource, GlyphRenderer]] = {}
        self.made: Columns | None = None
        self._opacity = 1.0
        self._scale = 1.0
        self._visible = True

    @property
    def renderers(self) -> list[GlyphRenderer]:
        """In drawing order."""
        return [
            self.parts[name][1] for name in ("raster", "area", "line", "mark", "cross") if name in self.parts
        ]

    def patch(self, made: Columns) -> bool:
        """Show other columns; True if a renderer was added, so that the order must be set anew.

        A part whose columns are the very same is not sent.
        """
        if made is self.made:
            return False
        last, self.made = self.made, made
        added = False
        for name in ("area", "line", "mark", "cross"):
            data: Mapping[str, Any] = getattr(made, name)
            if last is not None and (data is getattr(last, name) or not (data or getattr(last, name))):
                continue
            if name in self.parts:
                source = self.parts[name][0]
                source.data = sent(data) if data else {column: [] for column in source.data}
            elif data:
                self._add(name, sent(data))
                added = True
        return added

    def image(self, pixels: Any, box: tuple[float, float, float, float], palette: Sequence[str]) -> bool:
        """Show a picture whose cells are places in a palette (0 is nothing); True if a renderer was added.

        Parameters
        ----------
        pixels
            uint8, (rows, columns), first row at the bottom.
        box
            Left, bottom, right and top, metres.
        palette
            256 colours.
        """
        data = {
            "image": [pixels],
            "x": [box[0]],
            "y": [box[1]],
            "dw": [box[2] - box[0]],
            "dh": [box[3] - box[1]],
        }
        if "raster" in self.parts:
            self.parts["raster"][0].data = data
            return False
        mapper = LinearColorMapper(palette=["#00000000", *palette[1:]], low=-0.5, high=255.5)
        source = ColumnDataSource(data)
        glyph = Image(image="image", x="x", y="y", dw="dw", dh="dh", color_mapper=mapper)
        made = renderer(source, glyph, visible=self._visible, name=f"{self.layer.name}#raster")
        self.parts["raster"] = (source, made)
        self._restyle()
        return True

    def style(self, state: Shown, visible: bool) -> None:
        """Set opacity, and whether it is seen."""
        if state.opacity != self._opacity:
            self._opacity = state.opacity
            self._restyle()
        if visible != self._visible:
            self._visible = visible
            for drawn in self.renderers:
                drawn.visible = visible

    def magnify(self, scale: float) -> None:
        """Draw markers and lines larger."""
        if scale == self._scale:
            return
        self._scale = scale
        for name, (_, drawn) in self.parts.items():
            if name in {"mark", "cross"}:
                drawn.glyph.size = (self.layer.style.size + (5 if name == "cross" else 0)) * scale
            elif name in {"area", "line"}:
                drawn.glyph.line_width = self._width(name)

    def _width(self, name: str) -> float:
        width = self.layer.style.width
        return (max(width, 0.5) if name == "area" else width) * max(1.0, self._scale * 0.75)

    def repaint(self, theme: str) -> None:
        """Take the other theme's outlines."""
        self.theme = theme
        self._restyle()

    @property
    def tips(self) -> dict[str, Any]:
        """Titles of the layer and of each text shown on hover; the texts are the columns tip0, tip1 and so on."""
        found = self.made.tips if self.made is not None else ()
        return {"title": self.layer.title, "labels": [title for _, title in found]}

    def _add(self, name: str, data: dict[str, Any]) -> None:
        style, source = self.layer.style, ColumnDataSource(data)
        glyph: Any
        if name == "area":
            glyph = MultiPolygons(
                xs="xs", ys="ys", fill_color="fill", line_color="line", line_width=self._width("area")
            )
        elif name == "line":
            glyph = MultiLine(
                xs="xs", ys="ys", line_color="line", line_width=self._width("line"), line_join="round"
            )
        elif name == "mark":
            glyph = Scatter(
                x="x",
                y="y",
                marker="marker",
                size=style.size * self._scale,
                fill_color="fill",
                line_color="line",
                line_width="width",
            )
        else:
            glyph = Scatter(x="x", y="y", marker="x", size=(style.size + 5) * self._scale, line_width=1.6)
        made = renderer(source, glyph, visible=self._visible, name=f"{self.layer.name}#{name}")
        self.parts[name] = (source, made)
        self._restyle()

    def _restyle(self) -> None:
        for name, (_, drawn) in self.parts.items():
            glyph = drawn.glyph
            if name == "raster":
                glyph.global_alpha = self._opacity
            elif name == "area":
                glyph.fill_alpha = self._opacity * _FILL.get(self.layer.style.kind, 0.18)
                glyph.line_alpha = self._opacity
            elif name == "line":
                glyph.line_alpha = self._opacity
            elif name == "mark":
                glyph.fill_alpha = glyph.line_alpha = self._opacity
            else:
                glyph.line_alpha = self._opacity
                glyph.line_color = THEMES[self.theme].text
