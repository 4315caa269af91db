"""Colours and markers of a layer's rows, and the legend that explains them: both from the same metadata."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import bokeh.palettes
import numpy as np
import numpy.typing as npt
import pandas as pd

from watchfloor.catalog.metadata import Colour, MapStyle, Marker
from watchfloor.core.fields import Field, field
from watchfloor.core.scales import COLOUR, SHAPE, Severity
from watchfloor.core.terms import term
from watchfloor.views.map.layer import Layer

__all__ = ["MISSING", "THEMES", "Swatch", "Theme", "colours", "legend", "markers", "palette", "scale"]

MISSING = "#9AA3AD"
"""Colour of a value that is not there, and of a severity nobody gave."""


@dataclass(frozen=True)
class Theme:
    """Colours of the figure itself.

    Parameters
    ----------
    page, sea
        Around the map, and under it.
    text, muted, line
        Of words, lesser words and grid.
    edge
        Outline of markers.
    halo
        Behind words on the map.
    accent
        Ring round what is selected.
    """

    page: str
    sea: str
    text: str
    muted: str
    line: str
    edge: str
    halo: str
    accent: str


THEMES: dict[str, Theme] = {
    "dark": Theme("#0F141A", "#0B1118", "#E6EDF3", "#9AA3AD", "#2A3644", "#0B1118", "#0B1118", "#FFFFFF"),
    "light": Theme("#FFFFFF", "#D3DFE8", "#14202B", "#55636F", "#C9D2DA", "#14202B", "#FFFFFF", "#0B1118"),
}
"""Figure colours by name of the theme."""


@dataclass(frozen=True)
class Swatch:
    """One line of a legend: a word, its colour, and its marker, line, area or ramp.

    Parameters
    ----------
    text
        What it means, with its unit.
    kind
        ``marker``, ``line``, ``area`` or ``ramp``.
    colour
        A hex colour.
    shape
        Marker's name, for markers.
    ramp
        Colours from low to high, for ramps; `low` and `high` are the ends' texts.
    """

    text: str
    kind: str
    colour: str = MISSING
    shape: str = ""
    ramp: tuple[str, ...] = ()
    low: str = ""
    high: str = ""

    def plain(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return asdict(self) | {"ramp": list(self.ramp)}


@cache
def palette(name: str) -> tuple[str, ...]:
    """Return a Bokeh palette of 256 colours with low values dark-ground first.

    Bokeh's single-hue palettes (Blues, Greys) run from dark to light; on a map more must look like more, so they are
    turned round for quantities of water and the like.
    """
    if name == "Turbo256":
        return tuple(bokeh.palettes.Turbo256)
    colours: tuple[str, ...] = tuple(getattr(bokeh.palettes, name))
    return colours[::-1] if name == "Blues256" else colours


def scale(quantity: Field) -> tuple[tuple[str, ...], float, float]:
    """Return the colours of a quantity and the ends of its scale, in its units."""
    return palette(quantity.cmap), quantity.limits[0], quantity.limits[1]


def colours(style: MapStyle, frame: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Return the colour of each row, as hex text."""
    rule: Colour = style.colour
    if rule.fixed is not None:
        return np.full(len(frame), rule.fixed)
    if rule.severity:
        return _look(frame, "severity", {str(k): v for k, v in COLOUR.items()}, MISSING)
    if rule.values is not None:
        return _look(frame, rule.column, rule.values, rule.other)
    if rule.field is None or rule.column not in frame.columns:
        return np.full(len(frame), rule.other)
    ramp, low, high = scale(field(rule.field))
    value = pd.to_numeric(frame[rule.column], errors="coerce").to_numpy(float)
    known = np.isfinite(value)
    place = np.zeros(len(frame), dtype=int)
    place[known] = np.clip((value[known] - low) / (high - low) * 255, 0, 255).astype(int)
    return np.where(known, np.asarray(ramp)[place], rule.other)


def markers(style: MapStyle, frame: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Return the marker of each row, by Bokeh's names."""
    rule: Marker = style.shape
    if rule.fixed is not None:
        return np.full(len(frame), rule.fixed)
    if rule.severity:
        return _look(frame, "severity", {str(k): v for k, v in SHAPE.items()}, "circle_x")
    return _look(frame, rule.column, rule.values or {}, rule.other)


def legend(layer: Layer, language: str = "en") -> list[Swatch]:
    """Return the lines that explain a layer, each with a text beside its colour and shape."""
    style = layer.style
    kind = {"points": "marker", "lines": "line", "polygons": "area"}.get(style.kind, "area")
    rule, marker = style.colour, style.shape
    if rule.field is not None:
        quantity = field(rule.field)
        ramp, low, high = scale(quantity)
        unit = layer.units.get(rule.column or "", "") or quantity.units
        suffix = "" if unit == "1" else f" {unit}"
        title = quantity.zh if language == "zh" else quantity.en
        return [
            Swatch(title, "ramp", ramp=ramp[::32] + ramp[-1:], low=f"{low:g}", high=f"{high:g}{suffix}"),
            *_shapes(marker),
        ]
    if rule.severity:
        return [
            Swatch(term(str(word), language), kind if kind == "line" else "marker", COLOUR[word], SHAPE[word])
            for word in Severity
        ]
    if rule.values is not None:
        same = marker.values if marker.column == rule.column else None
        return [
            Swatch(
                rule.name(value, language),
                kind,
                colour,
                ((same or {}).get(value) or marker.other) if same else marker.fixed or "circle",
            )
            for value, colour in list(rule.values.items())[:24]
        ] + (_shapes(marker) if marker.column and same is None else [])
    if marker.severity:
        return [
            Swatch(term(str(word), language), "marker", rule.fixed or MISSING, SHAPE[word])
            for word in Severity
        ]
    if marker.values:
        return _shapes(marker, rule.fixed or MISSING)
    return [Swatch(layer.title, kind, rule.fixed or MISSING, marker.fixed or "circle")]


def _shapes(marker: Marker, colour: str = MISSING) -> list[Swatch]:
    return [
        Swatch(value.replace("_", " "), "marker", colour, shape)
        for value, shape in list((marker.values or {}).items())[:24]
    ]


def _look(
    frame: pd.DataFrame, column: str | None, table: Mapping[str, str], other: str
) -> npt.NDArray[np.str_]:
    if column is None or column not in frame.columns:
        return np.full(len(frame), other)
    codes, names = pd.factorize(frame[column].astype("string"), use_na_sentinel=True)
    found = np.array([*(table.get(str(name), other) for name in names), other])
    return found[codes]
