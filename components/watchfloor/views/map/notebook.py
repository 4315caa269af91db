"""A layer as a GeoViews element, styled from the same metadata, to be put together with others in a notebook."""

from datetime import datetime
from itertools import pairwise
from typing import Any

import cartopy.crs as ccrs
import geoviews as gv
import holoviews as hv
import numpy as np
import pandas as pd
import shapely

from watchfloor.core.errors import UnknownNameError
from watchfloor.core.fields import field
from watchfloor.views import tiles
from watchfloor.views.map import raster
from watchfloor.views.map.columns import tooltip
from watchfloor.views.map.figure import home
from watchfloor.views.map.layer import Layer, read_layers
from watchfloor.views.map.mercator import inverse
from watchfloor.views.map.style import colours, markers, palette, scale
from watchfloor.views.map.table import Table, read_grid, read_table

__all__ = ["base", "element"]

_PIXELS = 600


def element(floor: Any, name: str, as_of: datetime | None = None, language: str = "en") -> Any:
    """Return a layer of a floor as a GeoViews element.

    Parameters
    ----------
    floor
        The floor.
    name
        Name of the catalog entry.
    as_of
        Known time of live data; None for the present.
    language
        Of the title.

    Returns
    -------
    geoviews element
        Points, Path, Polygons or an Image; several geometry types give an overlay. They compose with ``*``.

    Raises
    ------
    UnknownNameError
        If there is no such layer.
    """
    layers = {layer.name: layer for layer in read_layers(floor, language)}
    if name not in layers:
        raise UnknownNameError("layer", name, layers)
    layer = layers[name]
    if layer.style.kind == "raster":
        return _image(floor, layer, as_of)
    table = read_table(floor, layer, as_of)
    if layer.style.kind == "cloud":
        return _cloud(layer, table)
    return _vectors(layer, table, language)


def base(floor: Any, theme: str = "dark") -> Any:
    """Return the base map round a floor's centre as a picture, to be put under other elements in a notebook."""
    box = home(floor.centre, floor.zoom)
    pixels = np.asarray(tiles.picture(theme, box, 900, 600))
    x = np.linspace(box[0], box[2], 901)
    y = np.linspace(box[3], box[1], 601)
    centres = ((x[1:] + x[:-1]) / 2, (y[1:] + y[:-1]) / 2)
    channels = tuple(pixels[:, :, i] for i in range(3))
    return gv.RGB((*centres, *channels), crs=ccrs.GOOGLE_MERCATOR).opts(
        xlim=(box[0], box[2]), ylim=(box[1], box[3]), frame_width=700, data_aspect=1
    )


def _vectors(layer: Layer, table: Table, language: str) -> Any:
    style = layer.style
    rows = np.flatnonzero(table.placed)
    frame = table.frame.iloc[rows]
    kinds = shapely.get_type_id(table.shapes[rows])
    fill, shape = colours(style, frame), markers(style, frame)
    tips = [name for name, _ in tooltip(layer, frame.columns, language)]
    texts = {name: frame[name].astype(str).to_numpy() for name in tips}
    parts: list[Any] = []
    for chosen, make in ((np.isin(kinds, (3, 6)), _polygons), (np.isin(kinds, (1, 2, 5)), _paths)):
        if chosen.any():
            extra = {key: value[chosen] for key, value in texts.items()}
            parts.append(make(layer, table.shapes[rows[chosen]], fill[chosen], extra))
    dots = np.isin(kinds, (0, 4, 7))
    if style.colour.severity or style.shape.severity:
        dots |= np.isin(kinds, (3, 6))
    if dots.any() or not parts:
        lon, lat = inverse(table.points[rows][dots, 0], table.points[rows][dots, 1])
        data = pd.DataFrame({"lon": lon, "lat": lat, "wf_colour": fill[dots], "wf_marker": shape[dots]})
        for key, value in texts.items():
            data[key] = value[dots]
        points = gv.Points(data, ["lon", "lat"], ["wf_colour", "wf_marker", *texts], label=layer.title)
        parts.append(
            points.opts(
                color="wf_colour", marker=hv.dim("wf_marker"), size=style.size, line_color="#0B1118",
                alpha=style.opacity, tools=["hover"], show_legend=False,
            )
        )  # fmt: skip
    return parts[0] if len(parts) == 1 else hv.Overlay(parts)


def _polygons(layer: Layer, shapes: Any, fill: Any, texts: dict[str, Any]) -> Any:
    data = []
    for i, shape in enumerate(_degrees(shapes)):
        for part in shapely.get_parts(shape):
            holes = [shapely.get_coordinates(ring) for ring in part.interiors]
            data.append(
                {
                    ("lon", "lat"): shapely.get_coordinates(part.exterior),
                    "holes": [holes],
                    "wf_colour": fill[i],
                }
                | {key: value[i] for key, value in texts.items()}
            )
    return gv.Polygons(data, ["lon", "lat"], ["wf_colour", *texts], label=layer.title).opts(
        color="wf_colour", line_color="wf_colour", fill_alpha=0.28 * layer.style.opacity,
        line_width=layer.style.width, tools=["hover"], show_legend=False,
    )  # fmt: skip


def _paths(layer: Layer, shapes: Any, fill: Any, texts: dict[str, Any]) -> Any:
    """Return one element for each colour: a path takes a colour for itself, not from a column of words."""
    found = []
    degrees = _degrees(shapes)
    for colour in dict.fromkeys(fill.tolist()):
        data = [
            {("lon", "lat"): shapely.get_coordinates(part)} | {key: value[i] for key, value in texts.items()}
            for i in np.flatnonzero(fill == colour)
            for part in shapely.get_parts(degrees[i])
        ]
        path = gv.Path(data, ["lon", "lat"], list(texts), label=layer.title)
        found.append(
            path.opts(color=colour, line_width=layer.style.width, alpha=layer.style.opacity, tools=["hover"])
        )
    return found[0] if len(found) == 1 else hv.Overlay(found)


def _degrees(shapes: Any) -> Any:
    return shapely.transform(shapes, lambda at: np.column_stack(inverse(at[:, 0], at[:, 1])))


def _image(floor: Any, layer: Layer, as_of: datetime | None) -> Any:
    colour = layer.style.colour
    crs = layer.entry.metadata.crs or "EPSG:4326"
    found = raster.grid(read_grid(floor, layer, as_of), colour, crs)
    box = raster.box_of(found)
    high = max(int(_PIXELS * (box[3] - box[1]) / (box[2] - box[0])), 2)
    values = raster.sample(found, box, _PIXELS, high)
    x = box[0] + (np.arange(_PIXELS) + 0.5) * (box[2] - box[0]) / _PIXELS
    y = box[1] + (np.arange(high) + 0.5) * (box[3] - box[1]) / high
    vdim = layer.title
    image = gv.Image((x, y, values), ["x", "y"], vdim, crs=ccrs.GOOGLE_MERCATOR, label=layer.title)
    if colour.field is not None:
        ramp, low, top = scale(field(colour.field))
        return image.opts(cmap=list(ramp), clim=(low, top), alpha=layer.style.opacity, colorbar=True)
    named = colour.values or {}
    numbers = [float(key) for key in named]
    edges = [
        numbers[0] - 0.5,
        *((a + b) / 2 for a, b in pairwise(numbers)),
        numbers[-1] + 0.5,
    ]
    return image.opts(cmap=list(named.values()), color_levels=edges, alpha=layer.style.opacity)


def _cloud(layer: Layer, table: Table) -> Any:
    from holoviews.operation.datashader import rasterize  # takes seconds to load

    good = table.placed
    x, y = table.points[good, 0], table.points[good, 1]
    column = layer.style.colour.column
    data = {"x": x, "y": y}
    if column is not None:
        data[column] = table.frame[column].to_numpy(float)[good]
    points = gv.Points(
        pd.DataFrame(data),
        ["x", "y"],
        [column] if column else [],
        crs=ccrs.GOOGLE_MERCATOR,
        label=layer.title,
    )
    quantity = layer.style.colour.field
    cmap = list(scale(field(quantity))[0] if quantity else palette("Viridis256"))
    return rasterize(
        points, aggregator="mean" if column else "count", width=_PIXELS, height=_PIXELS // 2, dynamic=False
    ).opts(cmap=cmap, alpha=layer.style.opacity, colorbar=True)
