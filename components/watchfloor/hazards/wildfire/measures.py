"""What people do against a wildfire, and which cells a firebreak takes."""

from collections.abc import Sequence
from functools import lru_cache
from json import loads
from typing import Any

import numpy as np
from pyproj import Geod

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.provenance import canonical
from watchfloor.hazards.action import EVACUATE, Action, Measure, Patch
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.wildfire.spread import flame_intensity

__all__ = ["ACCEPTS", "MEASURES", "breaks", "cells", "unlit"]

ACCEPTS = frozenset({"firebreak", "spread_rate", "ignition"})
_PIECES = 24
"""Parts of a line that are done one after the other."""
_EARTH = Geod(ellps="WGS84")
_HAND_LINE = 274.0
"""m/h that a crew of 15 cuts in grass: 900 ft/h (NWCG, Firefighter Math, chapter 9.8, hand crew production rates)."""
_DOZER_LINE = 1710.0
"""m/h of a Type 2 dozer uphill in grass on slopes up to 25 percent: 85 chains/h, the lower end (NWCG, Dozer fireline construction
rates, single pass, after Phillips, George and Nelson 1988, USDA INT-392)."""
_HOLDS_HAND = 1.2
_HOLDS_DOZER = 2.4
_HAULING = (
    "Flames up to 4 ft: a hand line should hold; 4 to 8 ft: it cannot be relied on, dozers can be effective; above: the head is "
    "out of control (Andrews and Rothermel 1982, USDA INT-131; NWCG Fireline Handbook, appendix B)."
)


def _line(action: Action, speed: float, holds: float) -> tuple[Patch, ...]:
    """Build a line piece by piece from its first point, as fast as the crew is."""
    pace = action.parameters.get("speed", speed)
    holds = action.parameters.get("holds", holds)
    if pace <= 0.0 or holds < 0.0:
        raise InvalidInputError(
            f"A line that is built at {pace:g} m/h and holds flames of {holds:g} m cannot be; expected more than zero."
        )
    made = []
    for geometry, seconds in _pieces(action.where, pace / 3600.0):
        begin = action.start + seconds
        if action.end is None or begin <= action.end:
            made.append(Patch("field", "firebreak", "maximum", holds, geometry, begin))
    return tuple(made)


def _pieces(where: Any, pace: float) -> list[tuple[Any, float]]:
    """Cut a line into pieces, each with the time at which it is done; other shapes are done at once."""
    if not isinstance(where, dict) or where.get("type") not in {"LineString", "MultiLineString"}:
        return [(where, 0.0)]
    lines = where["coordinates"] if where["type"] == "MultiLineString" else [where["coordinates"]]
    found: list[tuple[Any, float]] = []
    try:
        points = [np.asarray(line, float)[:, :2] for line in lines]
        lengths = [_EARTH.line_lengths(line[:, 0], line[:, 1]) for line in points]
    except (ValueError, IndexError, TypeError) as error:
        raise InvalidInputError(f"The line is not a GeoJSON geometry: {error}.") from error
    total = float(sum(length.sum() for length in lengths))
    each = max(total / _PIECES, 1e-6)
    before = 0.0
    for line, length in zip(points, lengths, strict=True):
        along = np.concatenate([[0.0], np.cumsum(length)])
        marks = np.union1d(along, np.arange(0.0, along[-1], each))
        lon, lat = np.interp(marks, along, line[:, 0]), np.interp(marks, along, line[:, 1])
        group: list[list[float]] = [[float(lon[0]), float(lat[0])]]
        done = each
        for mark, x, y in zip(marks[1:], lon[1:], lat[1:], strict=True):
            group.append([float(x), float(y)])
            if mark >= done - 1e-6 or mark == marks[-1]:
                found.append(({"type": "LineString", "coordinates": group}, (before + float(mark)) / pace))
                group = [[float(x), float(y)]]
                done += each
        before += float(along[-1])
    return found or [(where, 0.0)]


MEASURES = (
    Measure(
        "line", "Cut a line by hand", "人工开设隔离带", {"speed": ("m/h", _HAND_LINE), "holds": ("m", _HOLDS_HAND)},
        lambda action: _line(action, _HAND_LINE, _HOLDS_HAND),
        shape="line",
        source="900 ft/h by a crew of 15 in grass (NWCG, Firefighter Math 9.8); in brush and timber a fraction of it (Broyles 2011, "
        "USDA 1151-1805; Haven et al. 1982, PSW-62). " + _HAULING,
    ),
    Measure(
        "dozer", "Push a line by dozer", "推土机开设隔离带", {"speed": ("m/h", _DOZER_LINE), "holds": ("m", _HOLDS_DOZER)},
        lambda action: _line(action, _DOZER_LINE, _HOLDS_DOZER),
        shape="line",
        source="85 chains/h by a Type 2 dozer uphill in grass, slope up to 25 percent (NWCG dozer fireline construction rates; in "
        "brush half, in slash a tenth of it, on 41 to 55 percent a third). " + _HAULING,
    ),
    Measure(
        "retardant", "Drop retardant", "空投阻燃剂", {"factor": ("1", 0.5)},
        lambda action: (Patch("field", "spread_rate", "multiply", action.parameters.get("factor", 0.5), action.where,
                              action.start, action.end),),
        shape="area",
        source="How much slower fire spreads in it: there is no published figure that holds for all fuels and drops; the default is "
        "an assumption, to be set from local experience.",
    ),
    Measure(
        "backfire", "Light a backfire", "点烧迎面火", {},
        lambda action: (Patch("source", "ignition", "set", 1.0, action.where, action.start),),
        shape="line", source="Where and when it is lit.",
    ),
    Measure(
        "blackout", "Shut off power lines", "切断输电线路", {},
        lambda action: (Patch("source", "ignition", "multiply", 0.0, action.where, action.start, action.end),),
        shape="area",
        source="Lines that carry no current light no fire: ignitions of the scenario in the area, while it lasts, do not happen. Draw "
        "it only around those that lines would cause.",
    ),
    EVACUATE,
)  # fmt: skip


def cells(grid: Grid, where: Any) -> np.ndarray:
    """Return the flat numbers of the cells that a geometry touches; the members of an ensemble share the answer."""
    text = "" if where is None else canonical(where)
    return _cells(
        (
            float(grid.x[0]),
            float(grid.x[-1]),
            grid.x.size,
            float(grid.y[0]),
            float(grid.y[-1]),
            grid.y.size,
            grid.crs,
        ),
        text,
    )


@lru_cache(maxsize=512)
def _cells(place: tuple[float, float, int, float, float, int, str], text: str) -> np.ndarray:
    grid = Grid(np.linspace(*place[:3]), np.linspace(*place[3:6]), place[6])
    found = np.flatnonzero(grid.mask(loads(text) if text else None))
    found.setflags(write=False)
    return found


def unlit(where: np.ndarray, when: np.ndarray, patches: Sequence[Patch], grid: Grid) -> np.ndarray:
    """Return which of the ignitions happen, where lines are shut off.

    Parameters
    ----------
    where, when
        Flat numbers of the cells that are lit, and times, s.
    """
    happens = np.ones(where.size, bool)
    for patch in patches:
        if patch.target == "ignition" and patch.operation == "multiply" and patch.value == 0.0:
            off = np.isin(where, cells(grid, patch.where))
            happens &= ~(off & np.array([patch.applies(float(second)) for second in when], bool))
    return happens


def breaks(patches: Sequence[Patch], grid: Grid, pad: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the firebreaks as `growth.burn` takes them.

    Returns
    -------
    tuple of numpy.ndarray
        Number of each cell's break, int32 (cells of the rimmed grid), or of size 1 if there is none; since when, s, and up to
        which intensity it holds, kW/m, by number, (breaks, 2).
    """
    lines = [patch for patch in patches if patch.target == "firebreak"]
    since, holds = [(0.0, 0.0)], [(0.0, 0.0)]
    if not lines:
        return np.zeros(1, np.int32), np.array(since), np.array(holds)
    rows, columns = grid.shape
    number = np.zeros((rows + 2 * pad) * (columns + 2 * pad), np.int32)
    known: dict[tuple[tuple[float, float], ...], int] = {(): 0}
    sets: list[tuple[tuple[float, float], ...]] = [()]
    for patch in lines:
        where = cells(grid, patch.where)
        flat = (where // columns + pad) * (columns + 2 * pad) + where % columns + pad
        here = number[flat]
        for old in np.unique(here):
            both = _best((*sets[int(old)], (patch.start, flame_intensity(patch.value))))
            if both not in known:
                known[both] = len(sets)
                sets.append(both)
                since.append((both[0][0], both[-1][0]))
                holds.append((both[0][1], both[-1][1]))
            number[flat[here == old]] = known[both]
    return number, np.array(since), np.array(holds)


def _best(found: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Keep the first break, and the strongest of those that hold more and come later."""
    kept: list[tuple[float, float]] = []
    for begin, strength in sorted(found, key=lambda item: (item[0], -item[1])):
        if not kept or strength > kept[-1][1]:
            kept.append((begin, strength))
    return (kept[0],) if len(kept) == 1 else (kept[0], kept[-1])
