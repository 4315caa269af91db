"""Rows of a layer as the columns that the browser draws: areas, lines, markers and crosses.

What is made here is shared by all sessions that see the same rows in the same colours, and never changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from watchfloor.core.scales import COLOUR
from watchfloor.core.terms import terms
from watchfloor.security.text import plain
from watchfloor.views.map.layer import Layer
from watchfloor.views.map.style import MISSING, THEMES, colours, markers
from watchfloor.views.map.table import Table

__all__ = ["Columns", "columns", "sent", "tooltip"]

MANY_LINES = 400
"""Above this many, lines of one colour are drawn as one: they answer to a tap but show nothing on hover."""
MANY_VERTICES = 60_000
"""Above this many vertices, outlines are simplified until the map still moves."""
MANY_TIPS = 4000
"""Above this many rows the texts for hovering are left to the tap: they would be most of what is sent."""
_TIP = 240
SMALL = 6
"""Markers up to this size have no edge of their own."""
OPEN = ("cross", "x", "dash", "asterisk", "y")
"""Markers made of strokes alone."""


@dataclass(frozen=True, eq=False)
class Columns:
    """What is sent to the browser for one layer.

    Parameters
    ----------
    area
        ``xs, ys`` (polygons with holes, nested three deep, metres), ``fill``, ``line``, ``row`` and tips.
    line
        ``xs, ys``, ``line``, ``row`` and tips.
    mark
        ``x, y, fill, line, marker, row`` and tips.
    cross
        ``x, y``: drawn over markers whose value cannot be trusted or is too old.
    tips
        Column and title of each text shown on hover.
    shown, placeless
        Number of rows seen, and of those without a place.
    """

    area: dict[str, Any] = field(default_factory=dict)
    line: dict[str, Any] = field(default_factory=dict)
    mark: dict[str, Any] = field(default_factory=dict)
    cross: dict[str, Any] = field(default_factory=dict)
    tips: tuple[tuple[str, str], ...] = ()
    shown: int = 0
    placeless: int = 0

    def like(self, last: "Columns | None") -> "Columns":
        """Return it with the very parts of what was sent last where they say the same, so that they are not sent.

        Positions in the table do not count: they move with every new record, and the browser does not get them.
        """
        if last is None:
            return self
        names = ("area", "line", "mark", "cross")
        same = {
            name: getattr(last, name)
            for name in names
            if _same(sent(getattr(self, name)), sent(getattr(last, name)))
        }
        return replace(self, **same)


def columns(
    layer: Layer,
    table: Table,
    rows: npt.NDArray[np.intp],
    dead: npt.NDArray[np.bool_],
    theme: str,
    zone: tzinfo | None,
    language: str,
) -> Columns:
    """Make the columns of the rows that are seen.

    Parameters
    ----------
    layer, table
        What to draw, and how.
    rows
        Positions of the rows that are seen, in drawing order.
    dead
        Which rows of the table hold a value that is too old or bad: drawn grey and crossed, (n,).
    theme
        Name of the theme, for outlines.
    zone
        Zone that times are written in; None is UTC.
    language
        Of the titles.
    """
    placed = rows[table.placed[rows]]
    frame = table.frame.iloc[placed]
    fill, shape = colours(layer.style, frame), markers(layer.style, frame)
    dead = dead[placed]
    if layer.table == "observation" and "severity" in frame.columns:
        beyond = frame["severity"].map({str(word): colour for word, colour in COLOUR.items()})
        fill = np.where(beyond.notna(), beyond.fillna(""), fill)
    fill = np.where(dead, MISSING, fill)
    tips = tooltip(layer, frame.columns, language) if len(placed) <= MANY_TIPS else ()
    texts = {
        f"tip{i}": write(frame[name], layer.units.get(name, ""), zone) for i, (name, _) in enumerate(tips)
    }
    every = {"fill": fill, "row": placed.astype(np.int32), **texts}
    shapes = table.shapes[placed]
    kinds = shapely.get_type_id(shapes)
    area, line = np.isin(kinds, (3, 6, 7)), np.isin(kinds, (1, 2, 5))
    marked = ~(area | line) | (area & _signed(layer)) if layer.style.kind != "points" else ~line
    edge = THEMES[theme].edge
    points = table.points[placed]
    return Columns(
        area=_areas(shapes[area], _take(every, area)) if area.any() else {},
        line=_lines(shapes[line], _take(every, line)) if line.any() else {},
        mark={
            **_take(every, marked),
            "x": points[marked, 0],
            "y": points[marked, 1],
            "marker": shape[marked],
            # a marker of strokes alone has no inside to colour, and of a small one the edge would be all that is seen
            "line": np.where(np.isin(shape[marked], OPEN) | (layer.style.size <= SMALL), fill[marked], edge),
            "width": np.where(np.isin(shape[marked], OPEN), 2.6, 1.1),
        }
        if marked.any()
        else {},
        cross={"x": points[marked & dead, 0], "y": points[marked & dead, 1]} if dead.any() else {},
        tips=tuple((f"tip{i}", title) for i, (_, title) in enumerate(tips)),
        shown=len(rows),
        placeless=len(rows) - len(placed),
    )


def sent(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that the browser gets of a part: all but the positions in the table."""
    return {name: values for name, values in part.items() if name != "row"}


def tooltip(layer: Layer, present: Iterable[Any], language: str) -> list[tuple[str, str]]:
    """Return column and title of what is shown on hover: what the catalog names, and else what a record has."""
    names = list(layer.style.tooltip or ["title", "severity", "sent", "source"])
    if layer.table == "observation":
        names.append("threshold")
    if layer.table == "record":
        names.insert(1, "drawn")  # there where some shapes are those of codes
    there = set(present)
    names = [name for name in names if name in there]
    if layer.style.label and layer.style.label in there and layer.style.label not in names:
        names.insert(0, layer.style.label)
    table = terms()
    return [
        (name, (table[name].get(language) or table[name]["en"]) if name in table else name.replace("_", " "))
        for name in names
    ]


def write(column: pd.Series, unit: str, zone: tzinfo | None) -> list[str]:
    """Write a column's values as short plain text, with unit, and with zone and offset where they are times."""
    tail = f" {unit}" if unit and unit != "1" else ""

    def one(value: Any) -> str:
        if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
            return "–"
        if isinstance(value, datetime):
            moment = value if zone is None or value.tzinfo is None else value.astimezone(zone)
            offset = moment.strftime("%z")
            return moment.strftime("%Y-%m-%d %H:%M") + (f" {offset[:3]}:{offset[3:]}" if offset else "")
        if isinstance(value, float | np.floating):
            return f"{value:,.6g}{tail}"
        if isinstance(value, int | np.integer) and not isinstance(value, bool):
            return f"{value:,}{tail}"
        return plain(str(value), _TIP)

    return [one(value) for value in column]


def _same(new: Any, old: Any) -> bool:
    """Tell whether columns say the same; what is nested in them may be arrays."""
    if isinstance(new, np.ndarray) or isinstance(old, np.ndarray):
        if not (isinstance(new, np.ndarray) and isinstance(old, np.ndarray)) or new.dtype != old.dtype:
            return False
        return bool(np.array_equal(new, old, equal_nan=new.dtype.kind == "f"))
    if isinstance(new, dict) and isinstance(old, dict):
        return new.keys() == old.keys() and all(_same(value, old[name]) for name, value in new.items())
    if isinstance(new, list) and isinstance(old, list):
        return len(new) == len(old) and all(map(_same, new, old))
    return bool(new == old)


def _signed(layer: Layer) -> bool:
    """Tell whether a polygon gets a marker as well: where its meaning must not hang on colour alone."""
    return layer.style.shape.severity or layer.style.colour.severity or bool(layer.style.shape.values)


def _take(every: dict[str, Any], keep: npt.NDArray[np.bool_]) -> dict[str, Any]:
    where = np.flatnonzero(keep)
    return {
        name: values[where] if isinstance(values, np.ndarray) else [values[i] for i in where]
        for name, values in every.items()
    }


def _areas(shapes: npt.NDArray[np.object_], every: dict[str, Any]) -> dict[str, Any]:
    xs, ys = [], []
    for shape in _simple(shapes):
        east, north = [], []
        for part in shapely.get_parts(shape):
            if part.geom_type == "MultiPolygon":
                rings = [_rings(leaf) for leaf in part.geoms]
            elif part.geom_type == "Polygon":
                rings = [_rings(part)]
            else:
                continue
            east += [[ring[:, 0] for ring in polygon] for polygon in rings]
            north += [[ring[:, 1] for ring in polygon] for polygon in rings]
        xs.append(east)
        ys.append(north)
    return {**every, "line": every["fill"], "xs": xs, "ys": ys}


def _rings(polygon: Any) -> list[npt.NDArray[np.float64]]:
    return [_placed(shapely.get_coordinates(ring)) for ring in (polygon.exterior, *polygon.interiors)]


def _placed(at: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return places to the centimetre: more is not seen, and half of what a browser would be sent."""
    return np.round(at, 2)


def _lines(shapes: npt.NDArray[np.object_], every: dict[str, Any]) -> dict[str, Any]:
    if len(shapes) <= MANY_LINES:
        broken = [_broken(np.array([shape])) for shape in shapes]
        return {
            **every,
            "line": every["fill"],
            "xs": [at[:, 0] for at in broken],
            "ys": [at[:, 1] for at in broken],
        }
    fills = np.asarray(every["fill"])
    names = list(dict.fromkeys(fills.tolist()))
    broken = [_broken(shapes[fills == name]) for name in names]
    return {
        "fill": np.array(names),
        "line": np.array(names),
        "row": np.full(len(names), -1, np.int32),
        **{name: [""] * len(names) for name in every if name.startswith("tip")},
        "xs": [at[:, 0] for at in broken],
        "ys": [at[:, 1] for at in broken],
    }


def _broken(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Return the vertices of lines one after the other, with a gap (NaN) between two lines."""
    parts = shapely.get_parts(shapes)
    at, which = shapely.get_coordinates(parts, return_index=True)
    return np.insert(_placed(at), np.flatnonzero(np.diff(which)) + 1, np.nan, axis=0)


def _simple(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    tolerance = 5.0
    while shapely.get_num_coordinates(shapes).sum() > MANY_VERTICES and tolerance < 20_000:
        shapes = shapely.simplify(shapes, tolerance)
        tolerance *= 2
    return shapes
