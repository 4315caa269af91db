"""The empty map: ground, axes in degrees, and the marks that a saved picture must carry.

The figure is made with Bokeh itself. Rendering `gv.WMTS` gives the same figure, but takes 31 ms of every session
instead of 11, and each overlay of a layer 15 to 40 ms more; as GeoViews elements, layers come from `element`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    GlyphRenderer,
    ImageRGBA,
    Label,
    PanTool,
    Range1d,
    SaveTool,
    TileRenderer,
    WheelZoomTool,
    WMTSTileSource,
)
from bokeh.plotting import figure as new_figure

from watchfloor.views import tiles
from watchfloor.views.map.mercator import WORLD, forward
from watchfloor.views.map.style import THEMES

__all__ = ["CLOCK", "FONT", "Ground", "ground", "home", "magnify", "marks", "paint", "renderer"]

FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif"
"""Fonts of words on the map; the last named hold Chinese."""
CLOCK = "wf-map-clock"
"""Name of the label with the time, by which pages find it."""
_MARGIN = 1.6


@dataclass(eq=False)
class Ground:
    """The figure and the parts of it that later change.

    Parameters
    ----------
    figure
        Bokeh figure with Mercator axes.
    tiles
        Renderer of the base map's tiles, None where a picture is drawn.
    pictures
        Sources of the pictures drawn in place of tiles, with the box of each.
    mark, clock, credit
        Words in the lower left corner.
    """

    figure: Any
    tiles: TileRenderer | None
    pictures: list[tuple[ColumnDataSource, tuple[float, float, float, float]]]
    mark: Label
    clock: Label
    credit: Label
    region: str = ""


def home(centre: tuple[float, float], zoom: float, pixels: float = 1000) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top (metres) of a view of `pixels` width, two thirds as high.

    Examples
    --------
    >>> [round(v / 1000) for v in home((0.0, 0.0), 1, 512)]
    [-20038, -13358, 20038, 13358]
    """
    x, y = (float(v) for v in forward(*centre))
    half = WORLD * pixels / 256 / 2**zoom
    return x - half, y - half * 2 / 3, x + half, y + half * 2 / 3


def ground(box: tuple[float, float, float, float], theme: str, served: bool, region: str = "") -> Ground:
    """Make the empty map.

    Parameters
    ----------
    box
        Left, bottom, right and top of the first view, metres.
    theme
        Name of the theme.
    served
        Whether the tile server stands beside the page; a notebook has none, and gets a picture.
    region
        Path of an operator's tiles, for that picture.
    """
    wheel = WheelZoomTool()
    figure = new_figure(
        x_axis_type="mercator",
        y_axis_type="mercator",
        x_range=_range(box[0], box[2]),
        y_range=_range(box[1], box[3]),
        tools=[PanTool(), wheel, SaveTool()],
        toolbar_location=None,
        sizing_mode="stretch_both",
        lod_timeout=30,  # the default of 500 ms is most of the delay of a zoom
        lod_threshold=None,
        min_border=0,
    )
    figure.toolbar.active_scroll = wheel
    for axis in figure.axis:
        axis.major_label_text_font_size = "10px"
        axis.major_label_text_font = FONT
        axis.minor_tick_line_color = None
        axis.major_tick_in, axis.major_tick_out = 0, 4
    figure.yaxis.major_label_orientation = "vertical"
    found = None
    if served:
        found = TileRenderer(
            tile_source=WMTSTileSource(url=tiles.URL.format(style=theme)), level="underlay", smoothing=True
        )
        figure.renderers = [found]
    made = Ground(figure, found, [], *marks(figure), region=region)
    if found is None:
        made.pictures = _pictures(figure, box)
    paint(made, theme)
    return made


def marks(figure: Any) -> tuple[Label, Label, Label]:
    """Put the words into the lower left corner: mark, time and credit; drawn in the canvas, so saved with it."""
    common: dict[str, Any] = {
        "x_units": "screen",
        "y_units": "screen",
        "x": 10,
        "text": "",
        "text_font": FONT,
        "text_baseline": "bottom",
        "level": "overlay",
        "padding": 2,
        "border_radius": 2,
        "background_fill_alpha": 0.72,
    }
    mark = Label(y=42, text_font_size="15px", text_font_style="bold", **common)
    clock = Label(y=22, name=CLOCK, text_font_size="12px", **common)
    credit = Label(y=4, text_font_size="10px", **common)
    for label in (mark, clock, credit):
        figure.add_layout(label)
    return mark, clock, credit


def paint(made: Ground, theme: str) -> None:
    """Give the figure a theme's colours; nothing is rebuilt."""
    look, figure = THEMES[theme], made.figure
    figure.background_fill_color = look.sea
    figure.border_fill_color = look.page
    figure.outline_line_color = look.line
    for axis in figure.axis:
        axis.axis_line_color = look.line
        axis.major_tick_line_color = look.line
        axis.major_label_text_color = look.muted
    figure.grid.visible = False
    for label in (made.mark, made.clock, made.credit):
        label.background_fill_color = look.halo
        label.text_color = look.text
    made.mark.text_color = look.mark
    made.credit.text_color = look.muted
    if made.tiles is not None:
        made.tiles.tile_source.url = tiles.URL.format(style=theme)
    for source, box in made.pictures:
        source.data = {"image": [_pixels(theme, box, made.region)]}


def magnify(made: Ground, scale: float) -> None:
    """Write the words larger, for a wall; the axes, which nobody reads from afar, make room."""
    for label, size, low in ((made.mark, 15, 42), (made.clock, 12, 22), (made.credit, 10, 4)):
        label.update(text_font_size=f"{size * scale:.0f}px", y=round(low * scale))
    made.figure.axis.visible = False


def _pictures(
    figure: Any, box: tuple[float, float, float, float]
) -> list[tuple[ColumnDataSource, tuple[float, float, float, float]]]:
    """Add pictures of the world and of the surroundings, where no tiles are served."""
    width, height = box[2] - box[0], box[3] - box[1]
    near = (
        box[0] - _MARGIN * width,
        box[1] - _MARGIN * height,
        box[2] + _MARGIN * width,
        box[3] + _MARGIN * height,
    )
    made = []
    for extent in ((-WORLD, -WORLD, WORLD, WORLD), near):
        source = ColumnDataSource({"image": [np.zeros((1, 1), np.uint32)]})
        glyph = ImageRGBA(
            image="image", x=extent[0], y=extent[1], dw=extent[2] - extent[0], dh=extent[3] - extent[1]
        )
        figure.renderers.append(renderer(source, glyph, level="underlay"))
        made.append((source, extent))
    return made


def _pixels(theme: str, box: tuple[float, float, float, float], region: str) -> Any:
    picture = tiles.picture(theme, box, 768, 512, region).convert("RGBA")
    return np.flipud(np.asarray(picture)).copy().view(np.uint32).reshape(512, 768)


def renderer(source: ColumnDataSource, glyph: Any, **params: Any) -> GlyphRenderer:
    """Return a renderer with one glyph: the figure's own methods make five, of which a map needs no other.

    What is tapped is found on the server, so nothing fades on selection.
    """
    return GlyphRenderer(
        data_source=source,
        glyph=glyph,
        selection_glyph=None,
        nonselection_glyph=None,
        hover_glyph=None,
        muted_glyph=None,
        **params,
    )


def _range(start: float, end: float) -> Range1d:
    return Range1d(start, end, min_interval=60, max_interval=6 * WORLD)
