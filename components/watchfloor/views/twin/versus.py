"""Two to four scenarios side by side, on one scale, and what differs from the first."""

import base64
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import shapely
import xarray as xr
from bokeh.palettes import RdBu11

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.ensemble import Ensemble, run
from watchfloor.hazards.library import Saved
from watchfloor.views.map.area import district, districts
from watchfloor.views.map.mercator import forward
from watchfloor.views.twin.layers import Layer, Shown, area_above, layer, nice
from watchfloor.views.twin.outcome import legend
from watchfloor.views.twin.overlay import Warp
from watchfloor.views.twin.pool import RUN, Pool, Share
from watchfloor.views.twin.runs import ground

__all__ = ["MOST", "difference", "versus"]

MOST = 4
"""Scenarios that are set side by side at most."""
_PIXELS = 420
_OUTLINES = 60


def versus(floor: Any, asked: Sequence[Saved], shown: Shown, language: str = "en") -> list[dict[str, Any]]:
    """Run scenarios as previews and return their pictures in JSON's types.

    Parameters
    ----------
    floor
        The floor.
    asked
        2 to `MOST` scenarios of one model.
    shown
        What of each is looked at.
    language
        Of titles.

    Returns
    -------
    list of dict
        For each: ``title``, ``picture`` (a data address of a PNG), ``lines`` (outlines over it), ``legend``, ``area``, and for all but the first
        ``difference`` and ``difference_legend``.

    Raises
    ------
    InvalidInputError
        If they are of different models: their numbers mean different things.
    """
    if len({one.scenario.model for one in asked}) > 1:
        raise InvalidInputError(
            "The chosen scenarios are of different models; set those of one model side by side."
        )
    ensembles = [_answer(floor, one) for one in asked]
    shown = shown.but(how="median") if shown.how == "time" else shown
    first = layer(ensembles[0], shown)
    shown = shown.but(level=first.note.get("level", shown.level))
    layers = [first, *(layer(one, shown) for one in ensembles[1:])]
    high = max(one.high for one in layers)
    found: list[dict[str, Any]] = []
    for one, made, ensemble in zip(asked, layers, ensembles, strict=True):
        title = one.title_zh if language == "zh" and one.title_zh else one.scenario.title
        row: dict[str, Any] = {
            "key": one.key, "title": title, "picture": _picture(made.values, made.factor, made.low, high, made.palette),
            "legend": legend(made) | {"high": high}, "area": area_above(ensemble, shown.level), "difference": "",
            "lines": outlines(floor, made.values),
        }  # fmt: skip
        if made is not first:
            apart = difference(first, made)
            if apart is not None:
                most = nice(float(np.nanmax(np.abs(apart.values))) / made.factor)
                ramp = _ramp()
                row["difference"] = _picture(apart.where(apart != 0), made.factor, -most, most, ramp)
                row["difference_legend"] = {
                    "title": dict(made.title),
                    "units": made.units,
                    "low": -most,
                    "high": most,
                    "ramp": list(ramp[::16]),
                }
        found.append(row)
    return found


def outlines(floor: Any, values: xr.DataArray) -> list[str]:
    """Return the floor's districts as paths over a picture of a grid, in thousandths of its width and height from above.

    Without them nobody knows what lies where.
    """
    if not {"y", "x"} <= set(values.dims):
        return []
    left, bottom, right, top = Warp(values).box
    found = []
    for name in districts(floor)[:_OUTLINES]:
        shape = district(floor, name)
        for part in shapely.get_parts(shape.simplify(0.0004)):
            at = shapely.get_coordinates(shapely.get_exterior_ring(part))
            x, y = forward(at[:, 0], at[:, 1])
            across, down = (x - left) / (right - left) * 1000, (top - y) / (top - bottom) * 1000
            found.append("M" + "L".join(f"{a:.0f} {b:.0f}" for a, b in zip(across, down, strict=True)) + "Z")
    return found


def difference(first: Layer, other: Layer) -> xr.DataArray | None:
    """Return what is more in the second of two layers, 0 where neither has anything; None on different grids."""
    a, b = first.values, other.values
    if (
        a.dims != b.dims
        or a.shape != b.shape
        or any(not np.array_equal(a[dim], b[dim]) for dim in a.dims if dim in a.coords)
    ):
        return None
    made = b.fillna(0.0) - a.fillna(0.0)
    return made.assign_attrs(b.attrs)


def _answer(floor: Any, one: Saved) -> Ensemble:
    request = one.scenario.request(floor, "preview", site=ground(floor, one.scenario))
    return run(request, executor=Share(Pool.shared(), id(one), RUN))


def _ramp() -> tuple[str, ...]:
    """Return 256 colours from less (blue) to more (red)."""
    stops = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in RdBu11], float)
    at = np.linspace(0, len(stops) - 1, 256)
    mixed = np.column_stack([np.interp(at, range(len(stops)), stops[:, i]) for i in range(3)])
    return tuple(f"#{r:02X}{g:02X}{b:02X}" for r, g, b in np.rint(mixed).astype(int))


def _picture(values: xr.DataArray, factor: float, low: float, high: float, colours: Sequence[str]) -> str:
    """Return a grid as the data address of a PNG; empty for what is no grid."""
    if not {"y", "x"} <= set(values.dims):
        return ""
    from PIL import Image

    places = Warp(values)(np.asarray(values.values, float) / factor, low, high)[::-1]
    step = max(1, -(-max(places.shape) // _PIXELS))
    image = Image.fromarray(np.ascontiguousarray(places[::step, ::step]))  # places in the palette
    image.putpalette([int(c[i : i + 2], 16) for c in ["#000000", *colours[1:]] for i in (1, 3, 5)])
    sink = BytesIO()
    image.save(sink, "PNG", transparency=0, optimize=True)
    return "data:image/png;base64," + base64.b64encode(sink.getvalue()).decode("ascii")
