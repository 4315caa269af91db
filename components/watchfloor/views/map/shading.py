"""Values as places in a palette of 256 colours: by a quantity's scale, by class, or as shaded relief."""

from typing import Any

import numpy as np
import numpy.typing as npt

from watchfloor.catalog.metadata import Colour
from watchfloor.core.fields import Field, field
from watchfloor.views.map.style import scale

__all__ = ["NONE_AT_ZERO", "RELIEF", "Bytes", "Cells", "paint", "ramp", "relief", "shade"]

Bytes = npt.NDArray[np.uint8]
Cells = npt.NDArray[np.float32]

NONE_AT_ZERO = frozenset(
    {"population", "people", "water_depth", "rain_rate", "fire_power", "gas_concentration"}
)
"""Quantities of which zero means that there is nothing, so that nothing is drawn."""
RELIEF = frozenset({"elevation"})
"""Quantities that are drawn as shaded relief."""
_TINTS, _SHADES = 17, 15


def paint(values: Any, colour: Colour) -> Bytes:
    """Turn values into places in the layer's palette: 1 to 255, 0 where there is nothing.

    Examples
    --------
    >>> paint(np.array([np.nan, 0.0, 0.03, 6.0]), Colour.model_validate({"field": "water_depth"})).tolist()
    [0, 0, 2, 255]
    """
    values = np.asarray(values)
    known = np.isfinite(values)
    out = np.zeros(values.shape, np.uint8)
    if colour.values is not None:
        for place, name in enumerate(list(colour.values)[:254], start=1):
            try:
                out[values == float(name)] = place
            except ValueError:
                continue
        out[known & (out == 0)] = 255
        return out
    _, low, high = scale(field(colour.field or ""))
    if colour.field in NONE_AT_ZERO:
        known &= np.nan_to_num(values) > 0
    out[known] = np.clip((values[known] - low) / (high - low) * 254 + 1, 1, 255).astype(np.uint8)
    return out


def ramp(colour: Colour) -> list[str]:
    """Return the palette that `paint` and `relief` point into: 256 colours, the first for nothing."""
    if colour.values is not None:
        named = list(colour.values.values())[:254]
        # a class without a colour of its own is not drawn: what it hides is worth more
        return ["#00000000", *named, *["#00000000"] * (255 - len(named))]
    colours, _, _ = scale(field(colour.field or ""))
    if colour.field not in RELIEF:
        return ["#00000000", *colours[1:]]
    tints = [colours[round(place * 255 / (_TINTS - 1))] for place in range(_TINTS)]
    lit = [_lit(tint, 0.35 + 0.95 * step / (_SHADES - 1)) for tint in tints for step in range(_SHADES)]
    return ["#00000000", *lit]


def relief(values: Cells, light: Cells, quantity: Field) -> Bytes:
    """Turn heights and the light on them into places in the palette."""
    known = np.isfinite(values) & np.isfinite(light)
    _, low, high = scale(quantity)
    tint = np.clip((values[known] - low) / (high - low) * _TINTS, 0, _TINTS - 1).astype(np.uint8)
    step = np.clip(light[known] * _SHADES, 0, _SHADES - 1).astype(np.uint8)
    out = np.zeros(values.shape, np.uint8)
    out[known] = 1 + tint * np.uint8(_SHADES) + step
    return out


def shade(values: Cells, dx: float, dy: float) -> Cells:
    """Return the light on the ground, 0 to 1, of a sun in the north-west at 45 degrees, heights doubled.

    Lambert's cosine law on the surface's normal (Horn, 1981, doi:10.1109/PROC.1981.11918).

    Parameters
    ----------
    values
        Heights, metres, (rows, columns).
    dx, dy
        Metres from column to column eastwards and from row to row northwards (negative where rows run south).

    Examples
    --------
    >>> shade(np.zeros((3, 3), np.float32), 20, -20).round(3).tolist()[0]
    [0.7070000171661377, 0.7070000171661377, 0.7070000171661377]
    """
    north, east = np.gradient(2 * values.astype(np.float32), dy, dx)
    half = np.float32(np.sqrt(0.5))
    light = (half + np.float32(0.5) * (east - north)) / np.sqrt(1 + east**2 + north**2)
    return np.asarray(np.clip(light, 0, 1), np.float32)


def _lit(tint: str, light: float) -> str:
    parts = (min(round(int(tint[i : i + 2], 16) * light), 255) for i in (1, 3, 5))
    return "#" + "".join(f"{part:02X}" for part in parts)
