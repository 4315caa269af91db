"""Where industry and ground are dangerous: the chemical works, the mine with its tailings, the slope that will fail."""

from typing import Any

import numpy as np
import shapely
from city import City
from place import CELL, COLS, CRS, frame, rowcol, xy
from scipy import ndimage
from streets import Streets
from terrain import Terrain
from water import Water, outline, upstream

__all__ = ["mine", "plant", "slide"]

PLANT = (742, 1248)
"""Row and column of the chemical works on the 20 m grid."""
MINE = (868, 640)


def plant(
    streets: Streets,
    tables: dict[str, Any],
    points: dict[str, tuple[float, float]],
) -> None:
    """Place the chemical works with its tanks."""
    x, y = streets.near(*PLANT)
    points["plant"] = (x + 120.0, y - 90.0)
    x, y = points["plant"]
    base = {
        "site": "Eastquay Chlor-Alkali Works",
        "site_zh": "东码头氯碱厂",
        "operator": "Averin Chemicals (invented)",
    }
    rows = [base | {
        "name": "Eastquay Chlor-Alkali Works", "name_zh": "东码头氯碱厂", "kind": "site", "substance": "", "substance_zh": "",
        "cas": "", "un": "", "amount_t": None, "capacity_t": None, "staff": 240,
    }]  # fmt: skip
    shapes: list[Any] = [_box(x, y, 620, 420)]
    tanks = (
        ("Chlorine tank C-1", "氯气储罐 C-1", "chlorine", "氯", "7782-50-5", "1017", 42.0, 60.0, -120, 60),
        ("Chlorine tank C-2", "氯气储罐 C-2", "chlorine", "氯", "7782-50-5", "1017", 18.0, 60.0, -70, 60),
        ("Ammonia sphere A-1", "氨球罐 A-1", "ammonia", "氨", "7664-41-7", "1005", 310.0, 500.0, 80, 40),
        ("Hydrochloric acid tank H-1", "盐酸储罐 H-1", "hydrochloric acid 33 %", "33% 盐酸", "7647-01-0", "1789", 180.0, 250.0, -40, -90),
        ("Caustic soda tank N-1", "烧碱储罐 N-1", "sodium hydroxide 50 %", "50% 氢氧化钠", "1310-73-2", "1824", 640.0, 900.0, 120, -90),
        ("Propane bullet P-1", "丙烷储罐 P-1", "propane", "丙烷", "74-98-6", "1978", 55.0, 80.0, 210, 110),
    )  # fmt: skip
    for name, name_zh, substance, substance_zh, cas, un, amount, capacity, dx, dy in tanks:
        rows.append(base | {
            "name": name, "name_zh": name_zh, "kind": "tank", "substance": substance, "substance_zh": substance_zh,
            "cas": cas, "un": un, "amount_t": amount, "capacity_t": capacity, "staff": None,
        })  # fmt: skip
        shapes.append(shapely.Point(x + dx, y + dy))
    points["chlorine"] = (x - 120, y + 60)
    tables["plant"] = frame(rows, shapes)


def slide(city: City, roads: Any) -> Any:
    """Return the slope that will fail: steep ground just above the road through the Brannick gorge."""
    local = roads.to_crs(CRS)
    best, spot = -1.0, None
    for line in local[(local.length_m > 620)].geometry.values:
        for point in line.segmentize(40.0).coords:
            row, col = rowcol(*point)
            if not (220 < row < 520 and 700 < col < 1000):
                continue
            window = (slice(row - 6, row + 7), slice(col - 6, col + 7))
            score = float(np.percentile(city.slope[window], 80))
            if score > best:
                best, spot = score, (row, col)
    assert spot is not None
    row, col = spot
    window = city.slope[row - 12 : row + 13, col - 12 : col + 13]
    r, c = np.unravel_index(ndimage.gaussian_filter(window, 3).argmax(), window.shape)
    head = np.array(xy(row - 12 + int(r), col - 12 + int(c)))
    foot = np.array(xy(row, col))
    axis = (foot - head) / max(np.hypot(*(foot - head)), 1.0)
    side = np.array([-axis[1], axis[0]])
    top, toe = head - axis * 90, foot + axis * 40
    ring = [
        top - side * 45,
        head - side * 75,
        toe - side * 95,
        toe + axis * 25,
        toe + side * 95,
        head + side * 75,
        top + side * 45,
    ]
    return shapely.Polygon(ring).buffer(15).buffer(-5)


def mine(
    ground: Terrain,
    water: Water,
    streets: Streets,
    tables: dict[str, Any],
    points: dict[str, tuple[float, float]],
) -> Any:
    """Place the mine, its shafts, and the tailings dam in a side valley of the Corrow."""
    x, y = streets.near(*MINE)
    points["mine"] = (x, y)
    corrow = water.rivers[water.rivers.name == "Corrow"].to_crs(CRS).union_all()
    arm = np.zeros(ground.sea.shape, dtype=bool)
    arm[(water.channel > 0) & (ground.area > 1.8) & (ground.area < 4.0) & ~ground.sea] = True
    rows_, cols_ = np.nonzero(arm)
    px, py = xy(rows_, cols_)
    far = np.hypot(px - x, py - y)
    into = np.hypot(
        *(np.array(xy(707, 678))[:, None] - np.array([px, py]))
    )  # the Corrow runs north into the reservoir
    far = (
        np.abs(far - 1_500.0)
        + 0.4 * shapely.distance(corrow, shapely.points(px, py))
        + 3_000.0 * (into < 2_600)
    )
    k = int(far.argmin())
    cell = int(rows_[k] * COLS + cols_[k])
    height = np.where(ground.sea, 0.0, ground.height)
    crest = round(float(height.ravel()[cell]) + 24.0, 1)
    above = upstream(ground, cell)
    label, _ = ndimage.label(above & (height < crest - 3.0), np.ones((3, 3)))
    pond = label == label.ravel()[cell]
    tail_x, tail_y = (float(value) for value in xy(rows_[k], cols_[k]))
    points["tailings"] = (tail_x, tail_y)
    rim = ndimage.binary_dilation(pond, np.ones((3, 3))) & ~pond & (height < crest)
    rr, cc = np.nonzero(rim & ~above)
    bx, by = xy(rr, cc)
    wall = shapely.MultiPoint(np.column_stack([bx, by])).minimum_rotated_rectangle
    centre_line = _axis(wall)
    volume = float((crest - 3.0 - height[pond]).sum() * CELL**2 / 1e6)
    base = {"site": "Corrow Mine", "site_zh": "科罗矿", "operator": "Corrow Minerals (invented)"}
    rows = [
        base | {"name": "Corrow Mine", "name_zh": "科罗矿", "kind": "site", "depth_m": 480.0, "underground": 180, "crest_m": None, "volume_mm3": None},
        base | {"name": "Main shaft", "name_zh": "主井", "kind": "shaft", "depth_m": 480.0, "underground": 180, "crest_m": None, "volume_mm3": None},
        base | {"name": "Return air shaft", "name_zh": "回风井", "kind": "shaft", "depth_m": 430.0, "underground": None, "crest_m": None, "volume_mm3": None},
        base | {"name": "Corrow tailings pond", "name_zh": "科罗尾矿库", "kind": "tailings pond", "depth_m": None, "underground": None, "crest_m": crest, "volume_mm3": round(volume, 2)},
        base | {"name": "Corrow tailings dam", "name_zh": "科罗尾矿坝", "kind": "tailings dam", "depth_m": 24.0, "underground": None, "crest_m": crest, "volume_mm3": round(volume, 2)},
    ]  # fmt: skip
    shapes = [
        _box(x, y, 760, 480, -20), shapely.Point(x - 60, y + 40), shapely.Point(x + 210, y - 70),
        outline(pond, 10.0), centre_line,
    ]  # fmt: skip
    tables["mine"] = frame(rows, shapes)
    return pond


def _axis(box: Any) -> Any:
    """Return the long middle line of a rectangle."""
    if box.geom_type != "Polygon":
        return box.buffer(1.0).minimum_rotated_rectangle.exterior
    a, b, c, d = (np.array(point) for point in box.exterior.coords[:4])
    pairs = ((a, b, c, d), (b, c, d, a))
    p, q, r, s = max(pairs, key=lambda item: np.hypot(*(item[0] - item[1])))
    return shapely.LineString([(p + s) / 2, (q + r) / 2])


def _box(x: float, y: float, width: float, depth: float, angle: float = 14.0) -> Any:
    return shapely.affinity.rotate(
        shapely.box(x - width / 2, y - depth / 2, x + width / 2, y + depth / 2), angle
    )
