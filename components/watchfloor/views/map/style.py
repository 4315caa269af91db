"""Colours and markers of a layer's rows, and the legend that explains them: both from the same metadata."""

from collections.abc import Mapping
from dataclasses import dataclass
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
from watchfloor.views.theme import tokens

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
    ring
        Round what is selected.
    accent
        Of the area that is looked at.
    mark
        Of the words that say a floor is invented or an exercise.
    """

    page: str
    sea: str
    text: str
    muted: str
    line: str
    edge: str
    halo: str
    ring: str
    accent: str
    mark: str


def _theme(name: str) -> Theme:
    t = tokens(name)
    ring = "#FFFFFF" if name == "dark" else "#0B1118"
    return Theme(
        t["page"],
        t["sea"],
        t["text"],
        t["muted"],
        t["line"],
        "#0B1118",
        t["panel"],
        ring,
        t["accent"],
        t["late"],
    )


THEMES: dict[str, Theme] = {name: _theme(name) for name in ("dark", "light")}
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
        return vars(self) | {"ramp": list(self.ramp)}


@cache
def palette(name: str) -> tuple[str, ...]:
    """Return a palette of 256 colours for a map.

    Bokeh's Blues run from dark to light and are turned round, so that more water looks like more. Inferno and Magma
    begin in black, which on a map would hide the ground where there is least: they begin at their first colours.
    """
    colours: tuple[str, ...] = tuple(getattr(bokeh.palettes, name))
    if name in {"Inferno256", "Magma256"}:
        return tuple(colours[round(place)] for place in np.linspace(70, 255, 256))
    return colours[::-1] if name == "Blues256" else colours


@cache
def _heights() -> tuple[str, ...]:
    """Return 256 muted colours of the ground from the shore to the heights, to be shaded."""
    stops = np.array([[52, 78, 66], [78, 98, 70], [120, 112, 78], [140, 122, 100], [196, 192, 186]], float)
    at = np.linspace(0, len(stops) - 1, 256)
    mixed = np.column_stack([np.interp(at, range(len(stops)), stops[:, i]) for i in range(3)])
    return tuple(f"#{r:02X}{g:02X}{b:02X}" for r, g, b in np.rint(mixed).astype(int))


def scale(quantity: Field) -> tuple[tuple[str, ...], float, float]:
    """Return the colours of a quantity and the ends of its scale, in its units.

    Heights have colours of their own: a ramp of greys could not be told from their shading.
    """
    if quantity.name == "elevation":
        return _heights(), quantity.limits[0], quantity.limits[1]
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
