"""The map drawn without a browser, for reports and exports: the same layers, colours, markers, mark and times."""

import io
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from PIL import Image, ImageDraw, ImageFont

from watchfloor.security.text import plain
from watchfloor.views import tiles
from watchfloor.views.map import cloud, raster, shading
from watchfloor.views.map.labels import choose
from watchfloor.views.map.layer import Layer, ordered, shown
from watchfloor.views.map.mercator import inverse
from watchfloor.views.map.style import THEMES, colours, markers, palette

__all__ = ["MARKERS", "png"]

_FINE = 2
"""Shapes are drawn this much larger and then made smaller, so that edges are smooth."""
_MOST = 4000
Box = tuple[float, float, float, float]


def _turned(corners: int, first: float, inner: float | None = None) -> list[tuple[float, float]]:
    steps = corners * (2 if inner else 1)
    return [
        (math.cos(first + 2 * math.pi * i / steps) * (inner if inner and i % 2 else 1),
         math.sin(first + 2 * math.pi * i / steps) * (inner if inner and i % 2 else 1))
        for i in range(steps)
    ]  # fmt: skip


MARKERS: dict[str, list[tuple[float, float]]] = {
    "circle": _turned(24, 0),
    "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    "triangle": [(0, -1.1), (1.05, 0.85), (-1.05, 0.85)],
    "inverted_triangle": [(0, 1.1), (1.05, -0.85), (-1.05, -0.85)],
    "diamond": [(0, -1.2), (0.9, 0), (0, 1.2), (-0.9, 0)],
    "star": _turned(5, -math.pi / 2, 0.45),
    "hex": _turned(6, 0),
    "plus": [(-0.35, -1), (0.35, -1), (0.35, -0.35), (1, -0.35), (1, 0.35), (0.35, 0.35), (0.35, 1), (-0.35, 1),
             (-0.35, 0.35), (-1, 0.35), (-1, -0.35), (-0.35, -0.35)],
}  # fmt: skip
"""Outlines of the markers, in units of half their size, y downwards."""
_STROKES: dict[str, list[tuple[tuple[float, float], tuple[float, float]]]] = {
    "x": [((-0.7, -0.7), (0.7, 0.7)), ((-0.7, 0.7), (0.7, -0.7))],
    "cross": [((-1, 0), (1, 0)), ((0, -1), (0, 1))],
    "dash": [((-1, 0), (1, 0))],
}


def png(view: Any, width: int = 1600, height: int = 1000) -> bytes:
    """Draw a map as a PNG.

    Parameters
    ----------
    view
        The `MapView`: its layers, selection and present view.
    width, height
        Pixels, 64 to 4000 each.

    Returns
    -------
    bytes
        With mark, known time, attribution and scale bar drawn in. Chinese names need a font that holds them.
    """
    width, height = (min(max(int(v), 64), _MOST) for v in (width, height))
    stack, theme = view.stack, view.selection.theme
    box = _fit(stack.view[0], width, height)
    image = tiles.picture(theme, box, width, height, view.ground.region).convert("RGBA")
    for layer in ordered(stack.layers, view.selection.layers):
        if not stack.on(layer) or not stack.close_enough(layer) or layer.name not in stack.drawn:
            continue
        opacity = shown(layer, view.selection.layers).opacity
        if layer.style.kind in {"raster", "cloud"}:
            over = _cells(stack, layer, box, width, height)
            if over is not None:
                over.putalpha(over.getchannel("A").point(lambda a, o=opacity: int(a * o)))
                image.alpha_composite(over)
        elif layer.name in stack.seen:
            table, rows = stack.seen[layer.name]
            over = _rows(layer, table, rows, box, (width, height), theme)
            over.putalpha(over.getchannel("A").point(lambda a, o=opacity: int(a * o)))
            image.alpha_composite(over)
    _words(view, image, box, theme)
    out = io.BytesIO()
    image.convert("RGB").save(out, "PNG", optimize=True)
    return out.getvalue()


def _fit(box: Box, width: int, height: int) -> Box:
    scale = max((box[2] - box[0]) / width, (box[3] - box[1]) / height)
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return x - scale * width / 2, y - scale * height / 2, x + scale * width / 2, y + scale * height / 2


def _cells(stack: Any, layer: Layer, box: Box, width: int, height: int) -> Image.Image | None:
    made = stack.picture(layer)
    if made is None:
        return None
    colour = layer.style.colour
    if layer.style.kind == "raster":
        cells, ramp = raster.draw(made, box, width, height), shading.ramp(colour)
    else:
        counts, means, _ = cloud.view(made[1], box, width, height)
        if means is not None and colour.field is not None:
            cells, ramp = shading.paint(means, colour), shading.ramp(colour)
        else:
            cells, ramp = cloud.density(counts), cloud_ramp(colour.fixed)
    table = np.array([_rgba(one) for one in ramp], np.uint8)
    table[0] = 0
    return Image.fromarray(np.flipud(table[cells]), "RGBA")


def cloud_ramp(colour: str | None) -> list[str]:
    """Return 256 colours of density: one colour from faint to full, or Viridis where none is named."""
    if colour is None:
        return list(palette("Viridis256"))
    return ["#00000000", *(f"{colour}{round(70 + 185 * place / 254):02X}" for place in range(255))]


def _rgba(text: str) -> tuple[int, int, int, int]:
    value = int(text.lstrip("#").ljust(8, "F"), 16)
    return value >> 24 & 255, value >> 16 & 255, value >> 8 & 255, value & 255


def _rows(layer: Layer, table: Any, rows: Any, box: Box, size: tuple[int, int], theme: str) -> Image.Image:
    width, height = size[0] * _FINE, size[1] * _FINE
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    per = (box[2] - box[0]) / width

    def pixels(at: Any) -> list[tuple[float, float]]:
        return list(zip((at[:, 0] - box[0]) / per, (box[3] - at[:, 1]) / per, strict=True))

    frame = table.frame.iloc[rows]
    fill, shape = colours(layer.style, frame), markers(layer.style, frame)
    edge = THEMES[theme].edge
    pad = 0.1 * (box[2] - box[0])
    window = (box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad)
    signed = layer.style.kind == "points" or layer.style.shape.severity or layer.style.colour.severity
    line = max(round(layer.style.width * _FINE), 1)
    for at, colour, marker in zip(rows, fill, shape, strict=True):
        found = table.shapes[at]
        kind = found.geom_type
        rgb = _rgba(str(colour))[:3]
        if "Point" not in kind:
            for part in shapely.get_parts(shapely.clip_by_rect(found, *window)):
                if part.geom_type == "Polygon":
                    pen.polygon(pixels(shapely.get_coordinates(part.exterior)), fill=(*rgb, 70))
                    for hole in part.interiors:
                        pen.polygon(pixels(shapely.get_coordinates(hole)), fill=(0, 0, 0, 0))
            for part in shapely.get_parts(shapely.clip_by_rect(_outline(found), *window)):
                if "Line" in part.geom_type:
                    pen.line(
                        pixels(shapely.get_coordinates(part)), fill=(*rgb, 255), width=line, joint="curve"
                    )
        if "Point" in kind or ("Polygon" in kind and signed):
            (x, y) = pixels(table.points[at][None, :])[0]
            _mark(pen, str(marker), x, y, layer.style.size / 2 * _FINE, (*rgb, 255), edge)
    return image.resize(size, Image.Resampling.BOX)


def _outline(shape: Any) -> Any:
    return shape.boundary if "Polygon" in shape.geom_type else shape


def _mark(
    pen: ImageDraw.ImageDraw, marker: str, x: float, y: float, half: float, colour: Any, edge: str
) -> None:
    base, _, over = marker.partition("_") if marker not in MARKERS else (marker, "", "")
    if base in MARKERS:
        pen.polygon([(x + dx * half, y + dy * half) for dx, dy in MARKERS[base]], fill=colour, outline=edge)
    for stroke in _STROKES.get(over or base, []):
        (ax, ay), (bx, by) = stroke
        pen.line(
            [(x + ax * half, y + ay * half), (x + bx * half, y + by * half)],
            fill=edge if base in MARKERS else colour,
            width=_FINE * 2,
        )


def _words(view: Any, image: Image.Image, box: Box, theme: str) -> None:
    look = THEMES[theme]
    pen = ImageDraw.Draw(image, "RGBA")
    halo = (*_rgba(look.halo)[:3], 185)

    def write(x: float, y: float, text: str, size: int, colour: str, anchor: str = "ls") -> None:
        if text:
            place = pen.textbbox((x, y), text, font=_font(size), anchor=anchor)
            pen.rectangle((place[0] - 4, place[1] - 3, place[2] + 4, place[3] + 3), fill=halo)
            pen.text((x, y), text, font=_font(size), fill=colour, anchor=anchor)

    names: dict[str, list[Any]] = choose(
        view.stack.visible(), box, image.width, image.height, view.selection.language
    )
    per = (box[2] - box[0]) / image.width
    for x, y, text, drop in zip(names["x"], names["y"], names["text"], names["dy"], strict=True):
        write((x - box[0]) / per, (box[3] - y) / per + drop, text, 13, look.text, "mm")
    bottom = image.height
    write(12, bottom - 10, plain(view.ground.credit.text, 160), 12, look.muted)
    write(12, bottom - 32, view.clock_text(view.selection.language), 15, look.text)
    write(12, bottom - 58, view.ground.mark.text, 20, view.ground.mark.text_color)
    _, lat = inverse(0.0, (box[1] + box[3]) / 2)
    metre = per * math.cos(math.radians(float(lat)))
    most = 160 * metre
    power = 10 ** math.floor(math.log10(most))
    step = max(s for s in (1, 2, 5) if s * power <= most) * power
    end = image.width - 16
    pen.line([(end - step / metre, bottom - 14), (end, bottom - 14)], fill=look.text, width=3)
    write(end, bottom - 22, f"{step / 1000:g} km" if step >= 1000 else f"{step:g} m", 13, look.text, "rs")


@cache
def _font(size: int) -> Any:
    places = (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
        "/System/Library/Fonts/PingFang.ttc",
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    )
    for place in places:
        if Path(place).is_file():
            return ImageFont.truetype(place, size)
    return ImageFont.load_default(size)
