"""What lies on top of all layers: the ring round what is selected, the area that is looked at, and the names."""

from typing import Any

import shapely
from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, MultiPolygons, Scatter, Text

from watchfloor.core.geometry import read
from watchfloor.views.map.figure import FONT, renderer
from watchfloor.views.map.mercator import project
from watchfloor.views.map.style import THEMES

__all__ = ["Focus"]


class Focus:
    """Renderers above the layers.

    Parameters
    ----------
    theme
        Name of the theme.
    """

    def __init__(self, theme: str) -> None:
        self.ring = ColumnDataSource({"x": [], "y": []})
        self.outline = ColumnDataSource({"xs": [], "ys": []})
        self.area = ColumnDataSource({"xs": [], "ys": []})
        self.names = ColumnDataSource({"x": [], "y": [], "text": [], "dy": []})
        self._area = renderer(
            self.area, MultiPolygons(xs="xs", ys="ys", fill_alpha=0.1, line_width=2, line_dash=[6, 4])
        )
        self._outline = renderer(self.outline, MultiPolygons(xs="xs", ys="ys", fill_alpha=0, line_width=3))
        self._ring = renderer(
            self.ring, Scatter(x="x", y="y", marker="circle", size=26, fill_alpha=0, line_width=3)
        )
        self._names = renderer(
            self.names,
            Text(
                x="x", y="y", text="text", y_offset="dy", text_align="center", text_baseline="middle",
                text_font=value(FONT), text_font_size=value("12px"), background_fill_alpha=0.45, padding=1,
                border_radius=2,
            ),
        )  # fmt: skip
        self._selected: tuple[Any, tuple[float, float] | None] = (None, None)
        self.repaint(theme)

    @property
    def renderers(self) -> list[Any]:
        """In drawing order."""
        return [self._names, self._area, self._outline, self._ring]

    def repaint(self, theme: str) -> None:
        """Take a theme's colours."""
        look = THEMES[theme]
        self._area.glyph.fill_color = self._area.glyph.line_color = look.accent
        self._outline.glyph.line_color = self._ring.glyph.line_color = look.ring
        self._names.glyph.text_color = look.text
        self._names.glyph.background_fill_color = look.halo

    def magnify(self, scale: float) -> None:
        """Write the names larger, and draw the ring wider."""
        self._names.glyph.text_font_size = value(f"{12 * scale:.0f}px")
        self._ring.glyph.update(size=26 * scale, line_width=3 * scale)

    def select(self, shape: Any, point: tuple[float, float] | None) -> None:
        """Put the ring round a point, and the outline round its shape where that is an area (metres)."""
        if (shape, point) == self._selected:
            return  # setting the same again would be sent again
        self._selected = (shape, point)
        self.ring.data = {"x": [], "y": []} if point is None else {"x": [point[0]], "y": [point[1]]}
        self.outline.data = _nested(shape)

    def bound(self, area: dict[str, Any] | None) -> None:
        """Show the area that is looked at (GeoJSON, degrees)."""
        shape = read(area)
        self.area.data = _nested(None if shape is None else shapely.transform(shape, _metres))

    def name(self, names: dict[str, list[Any]]) -> None:
        """Show names."""
        self.names.data = names


def _nested(shape: Any) -> dict[str, Any]:
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"] if shape else []
    if not polygons:
        return {"xs": [], "ys": []}
    rings = [
        [shapely.get_coordinates(ring) for ring in (polygon.exterior, *polygon.interiors)]
        for polygon in polygons
    ]
    return {
        "xs": [[[ring[:, 0] for ring in polygon] for polygon in rings]],
        "ys": [[[ring[:, 1] for ring in polygon] for polygon in rings]],
    }


def _metres(at: Any) -> Any:
    return shapely.get_coordinates(project(shapely.points(at)))
