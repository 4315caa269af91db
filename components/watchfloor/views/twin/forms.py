"""The form of a model, made of what it declares: parameters, courses that drive it, places, and measures."""

import logging
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import param
import xarray as xr

from watchfloor.core.terms import LANGUAGES, terms
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.action import Action, Measure
from watchfloor.hazards.base import Hazard
from watchfloor.hazards.byhand import ADDED
from watchfloor.views.twin.outline import outline

log = logging.getLogger(__name__)

__all__ = ["courses", "doc", "form", "label", "measures", "models", "places", "sourced", "stated", "track"]

_PARTS = 4
"""Parts of a site whose own numbers stand in the form at most: a dam or two, not every room of a mine."""

_UNIT = re.compile(r",\s([^,.;:()\s][^,.;:()]{0,11})\s?(?:\(|\.|;|$)")
_UNITS = frozenset({
    "m", "km", "s", "h", "min", "d", "m/s", "km/h", "mm", "mm/h", "kg", "kg/s", "K", "degC", "degrees", "deg", "percent", "%",
    "ppm", "1/s", "1/m^2", "m^2", "m^3/s", "kPa", "Pa", "hPa", "W/m^2", "MJ", "t", "days", "hours",
})  # fmt: skip


@cache
def models() -> tuple[dict[str, str], ...]:
    """Return name, kind and titles of every model that loads; it takes seconds the first time, as all are imported."""
    found = []
    for name in HAZARDS:
        try:
            kind = HAZARDS[name]
        except Exception as error:  # noqa: BLE001  a model that does not load costs itself only
            log.warning("the model %s is left out: %s", name, error)
            continue
        found.append({"name": name, "kind": kind.kind, "en": kind.title["en"], "zh": kind.title["zh"]})
    return tuple(found)


def label(name: str) -> dict[str, str]:
    """Return what a parameter is called: by the table of terms, or its name in words.

    Examples
    --------
    >>> label("rain_spread")["en"], label("some_new_thing")["zh"]
    ('Spread of the rain', 'Some new thing')
    """
    row = terms().get(f"param.{name}")
    plain = name.replace("_", " ").capitalize()
    return {language: (row or {}).get(language) or plain for language in LANGUAGES}


def doc(model: str, name: str, said: str) -> dict[str, str]:
    """Return what a parameter of a model means, in all languages: as the model says it, and as the table of terms does.

    Examples
    --------
    >>> doc("flood", "wet", "Depth from which a cell counts as flooded, m.")["zh"]
    '网格计为淹没的水深，m。'
    """
    table = terms()
    row = table.get(f"param.{model}.{name}.doc") or table.get(f"param.{name}.doc") or {}
    return {language: said if language == "en" else row.get(language) or said for language in LANGUAGES}


def form(kind: type[Hazard], settings: Mapping[str, Any], model: str = "") -> list[dict[str, Any]]:
    """Return the form's rows for a model's parameters, with the values that hold.

    Parameters
    ----------
    kind
        The model's class.
    settings
        What differs from the defaults.
    model
        Its name in the registry: words of the table may be for this model only.

    Examples
    --------
    >>> rows = {row["name"]: row for row in form(HAZARDS["flood"], {"wet": 0.1})}
    >>> rows["wet"]["value"], rows["wet"]["default"], rows["wet"]["low"], rows["wet"]["unit"], rows["west"]["type"]
    (0.1, 0.05, 0.001, 'm', 'switch')
    """
    rows = []
    for name, one in kind.param.objects("existing").items():
        if name == "name" or (one.precedence is not None and one.precedence < 0):
            continue
        row: dict[str, Any] = {
            "name": name, "label": label(name), "doc": doc(model, name, one.doc or ""), "unit": unit(one.doc or ""),
            "value": _json(settings.get(name, one.default)), "default": _json(one.default),
        }  # fmt: skip
        if isinstance(one, param.Boolean):
            row["type"] = "switch"
        elif isinstance(one, param.Selector):
            row |= {"type": "choice", "objects": [_json(item) for item in one.objects]}
        elif isinstance(one, param.Number):
            low, high = one.bounds or (None, None)
            row |= {"type": "number", "low": low, "high": high, "whole": isinstance(one, param.Integer)}
            row["step"] = one.step or _step(low, high, row["whole"])
        elif isinstance(one, param.Range | param.NumericTuple):
            row["type"] = "pair"
        else:
            row["type"] = "text"
        rows.append(row)
    return rows


def unit(doc: str) -> str:
    """Return the unit that a parameter's doc names, or an empty string.

    Examples
    --------
    >>> unit("Depth from which a cell counts as flooded, m."), unit("Share of what, say, is taken.")
    ('m', '')
    """
    found = [text.strip() for text in _UNIT.findall(doc)]
    return next((text for text in reversed(found) if text in _UNITS), "")


def courses(kind: type[Hazard], forcing: xr.Dataset) -> dict[str, Any]:
    """Return what drives a run, as numbers to be set and as courses to be drawn.

    Returns
    -------
    dict
        ``time`` in seconds, ``numbers`` (what holds all the time) and ``courses`` (values over the times, one line for
        each source), each with its field's names, unit and limits.
    """
    numbers, lines = [], []
    seconds = [float(value) for value in forcing.time.values] if "time" in forcing.coords else []
    for need in kind.needs:
        if need.role != "forcing" or need.field not in forcing:
            continue
        data = forcing[need.field]
        low, high = need.allowed
        about = {
            "field": need.field, "en": need.spec.en, "zh": need.spec.zh, "units": need.spec.units, "doc": need.doc,
            "low": low, "high": high,
        }  # fmt: skip
        turned = need.field == "wind_direction"
        if turned and data.ndim == 1:
            # one hand turns the wind for all times; the course stays in the chart
            numbers.append(about | {"value": float(np.ravel(data.values)[0]) % 360.0, "dial": True})
        if need.field in {"longitude", "latitude"}:
            continue  # it is moved on the map
        if data.ndim == 0:
            numbers.append(about | {"value": float(data), "dial": turned})
        elif data.dims[0] == "time" and data.ndim <= 2 and data.size <= 4000:
            table = np.asarray(data.values, float).reshape(data.shape[0], -1)
            dim = str(data.dims[1]) if data.ndim == 2 else ""
            names = (
                [str(v) for v in forcing[dim].values]
                if dim in forcing.coords
                else [str(n) for n in range(table.shape[1])]
            )
            lines.append(
                about
                | {"lines": names if dim else [], "values": [[float(v) for v in row] for row in table.T]}
            )
    return {"time": seconds, "numbers": numbers, "courses": lines}


def stated(kind: type[Hazard], site: xr.Dataset) -> list[dict[str, Any]]:
    """Return the numbers of a site's own parts, such as a reservoir's volume, where they are few.

    Returns
    -------
    list of dict
        As the numbers of `courses`, with ``at`` (which part) and ``part`` (its name).
    """
    rows = []
    for need in kind.needs:
        if need.role != "static" or need.field not in site or site[need.field].ndim != 1:
            continue
        data = site[need.field]
        dim = str(data.dims[0])
        if dim == "region" or data.size > _PARTS:
            continue
        low, high = need.allowed
        names = (
            [str(v) for v in data[dim].values] if dim in data.coords else [str(n) for n in range(data.size)]
        )
        rows += [
            {
                "field": need.field, "en": need.spec.en, "zh": need.spec.zh, "units": need.spec.units, "doc": need.doc,
                "low": low, "high": high, "value": float(data.values[at]), "dial": False, "at": at, "part": name,
            }
            for at, name in enumerate(names)
        ]  # fmt: skip
    return rows


def sourced(forcing: xr.Dataset) -> bool:
    """Tell whether places can be added to what drives a run: ignitions, leaks, inflows."""
    return ADDED in forcing.coords and "longitude" in forcing and forcing.longitude.dims == (ADDED,)


def track(forcing: xr.Dataset) -> list[tuple[float, float]]:
    """Return the places along a course that moves, such as a cyclone's track; none where nothing moves."""
    if not {"longitude", "latitude"} <= set(forcing.variables) or forcing.longitude.dims != ("time",):
        return []
    return [
        (float(x), float(y)) for x, y in zip(forcing.longitude.values, forcing.latitude.values, strict=True)
    ]


def places(*data: xr.Dataset) -> list[dict[str, Any]]:
    """Return the named places of a forcing and a site that can be moved on the map."""
    found: dict[str, dict[str, Any]] = {}
    for item in data:
        lon, lat = (item.get(name, item.coords.get(name)) for name in ("longitude", "latitude"))
        if (
            lon is None
            or lat is None
            or lon.ndim > 1
            or lon.size > 20
            or set(lon.dims) & {"region", "node", "time"}
        ):
            continue
        dim = str(lon.dims[0]) if lon.ndim else ""
        names = (item[dim].values if dim in item.coords else range(lon.size)) if dim else ["centre"]
        for name, x, y in zip(names, np.atleast_1d(lon.values), np.atleast_1d(lat.values), strict=True):
            found[str(name)] = {"name": str(name), "lon": round(float(x), 5), "lat": round(float(y), 5)}
    return list(found.values())


def measures(known: Sequence[Measure], actions: Sequence[Action], length: float) -> dict[str, Any]:
    """Return the measures that a model understands, and those that are taken."""
    return {
        "known": [
            {"name": one.name, "en": one.en, "zh": one.zh, "shape": one.shape, "source": one.source}
            for one in known
        ],
        "taken": [
            {
                "measure": action.measure,
                "numbers": [
                    {"name": name, "unit": "" if about[0] == "1" else about[0],
                     "value": action.parameters.get(name, about[1]), "label": label(name)}
                    for one in known if one.name == action.measure for name, about in one.parameters.items()
                ],
                "shape": next((one.shape for one in known if one.name == action.measure), ""),
                "points": len(outline(action.where)[1]),
                "start": action.start / 3600.0,
                "end": None if action.end is None else action.end / 3600.0,
                "reliability": action.reliability,
            }
            for action in actions
        ],
        "hours": length / 3600.0,
    }  # fmt: skip


def _json(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_json(item) for item in value]
    return value if isinstance(value, bool | int | float | str) or value is None else str(value)


def _step(low: float | None, high: float | None, whole: bool) -> float:
    if whole:
        return 1.0
    if low is None or high is None:
        return 0.01
    rough = (high - low) / 200.0
    power: float = 10.0 ** np.floor(np.log10(rough)) if rough > 0 else 0.01
    return float(f"{power:.3g}")
