"""Rivers, basin, coast, reservoir and tailings pond, drawn from the shaped ground."""

from dataclasses import dataclass
from typing import Any

import flow
import numpy as np
import shapely
from place import CELL, COLS, ROWS, TRANSFORM, frame, xy
from rasterio import features
from scipy import ndimage
from terrain import Terrain

__all__ = ["Water", "build", "outline", "upstream"]

NAMES = {
    "Ilven": "伊尔文河",
    "Brannick": "布兰尼克河",
    "Quell": "奎尔河",
    "Nareth": "纳雷斯溪",
    "Sorrel": "索雷尔溪",
    "Corrow": "科罗溪",
    "Teal": "蒂尔溪",
}
"""The main river and, largest first, the streams that join it."""
DAM_AREA = 130.0
"""The dam stands where the main river first drains more than this, in km2."""
DAM_HEIGHT = 26.0
"""Full supply level above the river bed at the dam, in metres."""


@dataclass(frozen=True)
class Water:
    """Lines and areas of water.

    Parameters
    ----------
    rivers, basin, coast, reservoir
        Tables in EPSG:4326.
    trunk
        Flat cells of the main river from the mouth upwards.
    lake
        True in the reservoir at its full supply level.
    dam
        Flat cell of the dam.
    level
        Full supply level in metres above the sea.
    channel
        Strahler order of each channel cell, else 0.
    """

    rivers: Any
    basin: Any
    coast: Any
    reservoir: Any
    trunk: list[int]
    lake: Any
    dam: int
    level: float
    channel: Any


def outline(mask: Any, smooth: float = 15.0, transform: Any = TRANSFORM) -> Any:
    """Return the outline of a mask as a polygon in local metres, corners rounded off."""
    shapes = [
        shapely.geometry.shape(item)
        for item, value in features.shapes(mask.astype(np.uint8), mask, transform=transform)
        if value
    ]
    joined = shapely.union_all(shapes)
    return joined.buffer(smooth).buffer(-2 * smooth).buffer(smooth).simplify(smooth / 2)


def upstream(ground: Terrain, cell: int) -> Any:
    """Return the cells that drain through a cell (ROWS, COLS)."""
    own = ground.receiver < 0
    own[cell] = True
    value = np.zeros(own.size, dtype=np.int64)
    value[cell] = 1
    return flow.inherit(ground.receiver, ground.ordered, value, own).reshape(ROWS, COLS) == 1


def build(ground: Terrain) -> Water:
    """Draw the water of the island."""
    area = ground.area.ravel()
    channel = (area >= 1.6) & (ground.receiver >= 0)
    donors: dict[int, list[int]] = {}
    for cell in np.flatnonzero(channel):
        donors.setdefault(int(ground.receiver[cell]), []).append(int(cell))
    strahler = _strahler(ground, channel)
    mouth = ground.mouth[0] * COLS + ground.mouth[1]
    trunk = _trace(donors, area, mouth)
    dam = next(cell for cell in reversed(trunk) if area[cell] > DAM_AREA)
    level = round(float(ground.height.ravel()[dam]) + DAM_HEIGHT, 1)
    above = upstream(ground, dam)
    label, _ = ndimage.label(above & (ground.height < level), np.ones((3, 3)))
    lake = label == label.ravel()[dam]
    rivers = _rivers(ground, donors, strahler, area, trunk)
    basin = frame(
        [
            {
                "name": "Ilven basin",
                "name_zh": "伊尔文河流域",
                "area_km2": round(float(ground.basin.sum()) * CELL**2 / 1e6, 1),
            }
        ],
        [outline(ground.basin, 20.0)],
    )
    coast = frame(
        [
            {
                "name": "Averin Island",
                "name_zh": "阿维林岛",
                "area_km2": round(float((~ground.sea).sum()) * CELL**2 / 1e6, 1),
            }
        ],
        [outline(~ground.sea, 25.0)],
    )
    return Water(
        rivers,
        basin,
        coast,
        _reservoir(ground, lake, dam, level),
        trunk,
        lake,
        dam,
        level,
        strahler.reshape(ROWS, COLS),
    )


def _strahler(ground: Terrain, channel: Any) -> Any:
    """Return the Strahler order of channel cells."""
    order = np.zeros(channel.size, dtype=np.int16)
    most = np.zeros(channel.size, dtype=np.int16)
    twice = np.zeros(channel.size, dtype=bool)
    for cell in ground.ordered[::-1]:
        if not channel[cell]:
            continue
        order[cell] = max(1, most[cell] + (1 if twice[cell] else 0))
        down = ground.receiver[cell]
        if order[cell] > most[down]:
            most[down], twice[down] = order[cell], False
        elif order[cell] == most[down]:
            twice[down] = True
    return order


def _trace(donors: dict[int, list[int]], area: Any, cell: int) -> list[int]:
    """Follow the larger branch upwards."""
    out = [cell]
    while out[-1] in donors:
        out.append(max(donors[out[-1]], key=lambda item: area[item]))
    return out


def _rivers(ground: Terrain, donors: dict[int, list[int]], strahler: Any, area: Any, trunk: list[int]) -> Any:
    """Cut the channel tree at its forks into lines; name the main river and its largest branches."""
    named: dict[int, str] = dict.fromkeys(trunk, "Ilven")
    forks = [
        branch
        for cell in trunk
        for branch in donors.get(cell, [])
        if branch not in named and ground.basin.ravel()[branch]
    ]
    forks.sort(key=lambda item: -area[item])
    for name, branch in zip(list(NAMES)[1:], forks, strict=False):
        named.update(dict.fromkeys(_trace(donors, area, branch), name))
    rows, lines = [], []
    ends = [int(cell) for cell in np.flatnonzero(strahler > 0) if strahler[ground.receiver[cell]] == 0]
    stack = list(ends)
    while stack:
        start = stack.pop()
        cells = [start]
        while len(donors.get(cells[-1], [])) == 1:
            cells.append(donors[cells[-1]][0])
        stack.extend(donors.get(cells[-1], []))
        down = int(ground.receiver[start])
        path = [*reversed(cells), down]
        x, y = xy(np.array(path) // COLS, np.array(path) % COLS)
        if len(path) < 2:
            continue
        name = named.get(start, "")
        drained = float(area[start])
        rows.append(
            {
                "river": len(rows) + 1,
                "name": name,
                "name_zh": NAMES.get(name, ""),
                "order": int(strahler[start]),
                "area_km2": round(drained, 1),
                "width_m": round(4.2 * drained**0.5, 1),
                "length_m": round(float(np.hypot(np.diff(x), np.diff(y)).sum())),
                "bed_top_m": _height(ground, cells[-1]),
                "bed_end_m": _height(ground, start),
            }
        )
        lines.append(shapely.LineString(_soften(np.column_stack([x, y]))))
    return frame(rows, lines)


def _height(ground: Terrain, cell: int) -> float:
    return round(float(ground.height.ravel()[cell]), 2)


def _soften(points: Any) -> Any:
    """Take the grid's corners off a line; its ends stay."""
    if len(points) < 5:
        return points
    size = min(9, len(points) // 2 * 2 - 1)
    padded = np.vstack([np.repeat(points[:1], size // 2, 0), points, np.repeat(points[-1:], size // 2, 0)])
    kernel = np.ones(size) / size
    out = np.column_stack([np.convolve(padded[:, i], kernel, mode="valid") for i in (0, 1)])
    out[0], out[-1] = points[0], points[-1]
    line = shapely.LineString(out).simplify(4.0)
    return shapely.get_coordinates(line)


def _reservoir(ground: Terrain, lake: Any, dam: int, level: float) -> Any:
    """Return the reservoir and its dam as a table."""
    rim = ndimage.binary_dilation(lake, np.ones((3, 3))) & ~lake & (ground.height < level)
    rows, cols = np.nonzero(rim)
    x, y = xy(rows, cols)
    points = np.column_stack([x, y])
    centre = np.array(xy(dam // COLS, dam % COLS))
    # The dam's axis is the long axis of the rim cells that lie below the full supply level.
    _, _, axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    along = (points - centre) @ axes[0]
    crest = shapely.LineString([centre + axes[0] * (along.min() - 30), centre + axes[0] * (along.max() + 30)])
    volume = float((level - ground.height[lake]).sum() * CELL**2 / 1e6)
    table = [
        {
            "name": "Nareth Reservoir", "name_zh": "纳雷斯水库", "kind": "reservoir",
            "full_supply_level_m": level, "crest_level_m": round(level + 4.0, 1), "dead_level_m": round(level - 18.0, 1),
            "volume_mm3": round(volume, 1), "area_km2": round(float(lake.sum()) * CELL**2 / 1e6, 2),
            "spillway_m3s": 950.0, "outlet_m3s": 120.0, "height_m": None, "length_m": None,
        },
        {
            "name": "Nareth Dam", "name_zh": "纳雷斯大坝", "kind": "dam",
            "full_supply_level_m": level, "crest_level_m": round(level + 4.0, 1), "dead_level_m": round(level - 18.0, 1),
            "volume_mm3": round(volume, 1), "area_km2": None,
            "spillway_m3s": 950.0, "outlet_m3s": 120.0, "height_m": DAM_HEIGHT + 4.0, "length_m": round(crest.length),
        },
    ]  # fmt: skip
    return frame(table, [outline(lake, 12.0), crest])
