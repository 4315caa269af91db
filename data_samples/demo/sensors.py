"""Where the sensors stand, what they measure, and the levels at which they matter."""

from typing import Any

import numpy as np
import shapely
from facilities import Facilities
from place import COLS, ROWS, frame, generator, xy
from terrain import Terrain
from water import Water

__all__ = ["COLOURS", "GAUGES", "build"]

COLOURS = ("blue", "yellow", "orange", "red")
"""Threshold columns, mildest first; a warning colour each (core.scales.WarningColour)."""

GAUGES: tuple[tuple[str, str, int | str, tuple[float, float, float, float]], ...] = (
    ("Ilven at Nareth Head", "伊尔文河纳雷斯源站", 1080, (1.4, 1.9, 2.4, 2.9)),
    ("Ilven above the reservoir", "伊尔文河入库站", 935, (2.0, 2.7, 3.3, 4.0)),
    ("Ilven below Nareth Dam", "伊尔文河坝下站", 690, (1.5, 2.2, 2.9, 3.4)),
    ("Ilven at Upper Ilven", "伊尔文河上伊尔文站", 560, (1.6, 2.3, 3.0, 3.6)),
    ("Ilven at Millrace", "伊尔文河磨坊站", 400, (1.7, 2.4, 3.1, 3.9)),
    ("Ilven at Stonebridge", "伊尔文河石桥站", 300, (2.4, 3.2, 4.2, 5.2)),
    ("Ilven at Old Town Bridge", "伊尔文河老城桥站", 225, (2.4, 3.1, 4.2, 5.3)),
    ("Ilven at Eastquay", "伊尔文河东码头站", 140, (2.0, 2.7, 3.6, 4.5)),
    ("Ilven at Harbour Mouth", "伊尔文河河口站", 35, (2.0, 2.5, 3.0, 3.5)),
    ("Quell at Quell Head", "奎尔河源头站", "Quell:0.75", (1.2, 1.5, 1.8, 2.2)),
    ("Quell at Quellgate", "奎尔河奎尔门站", "Quell:0.12", (1.6, 2.0, 2.5, 3.0)),
    ("Brannick at Brannick Vale", "布兰尼克河谷站", "Brannick:0.7", (1.1, 1.4, 1.7, 2.1)),
    ("Brannick at Reedfield", "布兰尼克河芦田站", "Brannick:0.15", (1.6, 2.1, 2.6, 3.1)),
    ("Nareth Brook", "纳雷斯溪站", "Nareth:0.2", (1.6, 2.2, 2.7, 3.2)),
    ("Corrow at the mine", "科罗溪矿区站", "Corrow:0.5", (1.2, 1.6, 2.0, 2.4)),
    ("Sorrel at Southbank", "索雷尔溪南岸站", "Sorrel:0.3", (1.3, 1.6, 2.0, 2.4)),
)
"""English and Chinese title; cell along the main river from its mouth, or river and share of its length from its
mouth; levels in metres above the gauge's datum. The gauges of the main river run downstream."""


def build(ground: Terrain, water: Water, facilities: Facilities) -> Any:
    """Return all sensors as a table in EPSG:4326."""
    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []

    def add(
        kind: str, code: str, title: str, title_zh: str, quantity: str, units: str, hazard: str, point: Any,
        levels: tuple[float, float, float, float] | None = None, every: int = 600, **more: Any,
    ) -> None:  # fmt: skip
        low = levels or (None, None, None, None)
        rows.append({
            "series": f"demo/{kind}/{code}", "station": code, "kind": kind, "title": title, "title_zh": title_zh,
            "field": quantity, "units": units, "hazard": hazard, "interval_s": every,
            "blue": low[0], "yellow": low[1], "orange": low[2], "red": low[3],
            "direction": more.pop("direction", "above" if levels else ""), "place": more.pop("place", ""),
            "cell": more.pop("cell", -1),
        })  # fmt: skip
        shapes.append(shapely.Point(point))

    _rivers(ground, water, add)
    _weather(ground, water, add)
    _ground(facilities, add)
    _industry(facilities, water, add)
    _town(facilities, add)
    return frame(rows, shapes)


def _at(cell: int) -> tuple[float, float]:
    x, y = xy(cell // COLS, cell % COLS)
    return float(x), float(y)


def _rivers(ground: Terrain, water: Water, add: Any) -> None:
    """Gauges, and the level of the reservoir."""
    branches = _branches(ground, water)
    for k, (title, title_zh, where, levels) in enumerate(GAUGES):
        if isinstance(where, int):
            cell = water.trunk[where]
        else:
            name, share = where.split(":")
            path = branches[name]
            cell = path[int(float(share) * len(path))]
        add(
            "gauge",
            f"G{k + 1:02d}",
            title,
            title_zh,
            "water_level",
            "m",
            "flood",
            _at(cell),
            levels,
            cell=cell,
        )
    full = water.level
    add("gauge", "L01", "Nareth Reservoir level", "纳雷斯水库水位", "water_level", "m", "flood",
        _at(water.trunk[760]), (full - 1.0, full, full + 1.0, full + 2.0), cell=water.dam)  # fmt: skip


def _branches(ground: Terrain, water: Water) -> dict[str, list[int]]:
    """Return the cells of each named side river, from its mouth upwards."""
    from water import NAMES

    area = ground.area.ravel()
    channel = water.channel.ravel() > 0
    donors: dict[int, list[int]] = {}
    for cell in np.flatnonzero(channel):
        donors.setdefault(int(ground.receiver[cell]), []).append(int(cell))
    main = set(water.trunk)
    forks = [
        b for cell in water.trunk for b in donors.get(cell, []) if b not in main and ground.basin.ravel()[b]
    ]
    forks.sort(key=lambda item: -area[item])
    out: dict[str, list[int]] = {}
    for name, cell in zip(list(NAMES)[1:], forks, strict=False):
        path = [cell]
        while path[-1] in donors:
            path.append(max(donors[path[-1]], key=lambda item: area[item]))
        out[name] = path
    return out


def _weather(ground: Terrain, water: Water, add: Any) -> None:
    """Rain gauges over the basin and the coast, wind, temperature and humidity, fine dust."""
    rng = generator("sensors")
    spots: list[tuple[int, int]] = []
    want = 24
    gap = 190.0
    while len(spots) < want:
        row, col = int(rng.integers(40, ROWS - 40)), int(rng.integers(40, COLS - 40))
        inside = bool(ground.basin[row, col]) or (not ground.sea[row, col] and len(spots) >= 18)
        if inside and not water.lake[row, col] and all(np.hypot(row - r, col - c) > gap for r, c in spots):
            spots.append((row, col))
        gap *= 0.9995
    spots.sort(key=lambda item: item[1])
    for k, (row, col) in enumerate(spots):
        x, y = (float(v) for v in xy(row, col))
        add(
            "rain",
            f"R{k + 1:02d}",
            f"Rain gauge {k + 1}",
            f"雨量站 {k + 1}",
            "rain_rate",
            "mm/h",
            "storm",
            (x, y),
            (16.0, 30.0, 50.0, 80.0),
        )
    masts = (
        ("Nareth Ridge", "纳雷斯岭", 560, 190), ("Quell Pass", "奎尔山口", 210, 690), ("Corrow Peak", "科罗峰", 960, 520),
        ("Brannick Hill", "布兰尼克岗", 300, 1120), ("Upper Ilven", "上伊尔文", 675, 812), ("University", "大学城", 560, 1080),
        ("Old Town", "老城", 655, 1135), ("Chemical works", "化工厂", 742, 1258), ("Harbour", "港口", 640, 1345),
        ("Saltmarsh", "盐沼", 800, 1330), ("North Shore", "北滨", 150, 1235), ("South Cape", "南岬", 1040, 1090),
    )  # fmt: skip
    for k, (name, name_zh, row, col) in enumerate(masts):
        point = tuple(float(v) for v in xy(row, col))
        add(
            "wind",
            f"A{k + 1:02d}",
            f"Wind at {name}",
            f"{name_zh}风速",
            "wind_speed",
            "m/s",
            "storm",
            point,
            (10.8, 17.2, 24.5, 32.7),
        )
    for k in (0, 2, 4, 6, 10):
        name, name_zh, row, col = masts[k]
        point = tuple(float(v) for v in xy(row, col))
        add(
            "air",
            f"T{k + 1:02d}",
            f"Temperature at {name}",
            f"{name_zh}气温",
            "temperature",
            "degC",
            "drought",
            point,
            (33.0, 35.0, 37.0, 40.0),
        )
        add(
            "air",
            f"U{k + 1:02d}",
            f"Humidity at {name}",
            f"{name_zh}湿度",
            "humidity",
            "percent",
            "wildfire",
            point,
            (40.0, 30.0, 20.0, 12.0),
            direction="below",
        )
    posts = (
        ("Old Town", "老城", 668, 1150), ("Southbank", "南岸", 745, 1130), ("Northbank", "北岸", 600, 1160), ("University", "大学城", 552, 1070),
        ("Harbour", "港口", 618, 1300), ("Eastquay", "东码头", 705, 1210), ("Saltmarsh", "盐沼", 790, 1210), ("Millrace", "磨坊", 630, 975),
        ("Quell Valley", "奎尔谷", 430, 900), ("Brannick Vale", "布兰尼克谷", 415, 1030), ("Corrow", "科罗", 838, 668), ("Nareth", "纳雷斯", 642, 450),
    )  # fmt: skip
    for k, (name, name_zh, row, col) in enumerate(posts):
        point = tuple(float(v) for v in xy(row, col))
        add(
            "air",
            f"Q{k + 1:02d}",
            f"Fine dust at {name}",
            f"{name_zh}细颗粒物",
            "pm25",
            "ug/m^3",
            "wildfire",
            point,
            (75.0, 115.0, 150.0, 250.0),
        )


def _ground(facilities: Facilities, add: Any) -> None:
    """Seismometers and slope sensors."""
    posts = (
        ("Nareth Dam", "纳雷斯大坝", 707, 679), ("Corrow Mine", "科罗矿", 868, 640), ("Old Town", "老城", 655, 1135), ("Harbour", "港口", 625, 1310),
        ("University", "大学城", 558, 1078), ("Millrace", "磨坊", 632, 985), ("Brannick Vale", "布兰尼克谷", 418, 1036), ("Quell Head", "奎尔源", 300, 770),
        ("Nareth", "纳雷斯", 640, 455), ("North Shore", "北滨", 168, 1212), ("South Cape", "南岬", 985, 1180), ("West Coast", "西海岸", 620, 70),
    )  # fmt: skip
    for k, (name, name_zh, row, col) in enumerate(posts):
        point = tuple(float(v) for v in xy(row, col))
        add(
            "seismic",
            f"Z{k + 1:02d}",
            f"Seismometer {name}",
            f"{name_zh}地震仪",
            "ground_acceleration",
            "m/s^2",
            "earthquake",
            point,
            (0.03, 0.15, 0.5, 1.5),
        )
    body = facilities.slide
    left, low, right, high = body.bounds
    count = 0
    for fy in (0.2, 0.4, 0.6, 0.8):
        for fx in (0.3, 0.5, 0.7):
            point = shapely.Point(left + fx * (right - left), low + fy * (high - low))
            if body.contains(point) and count < 8:
                count += 1
                add(
                    "slope",
                    f"S{count:02d}",
                    f"Brannick Gorge slope, prism {count}",
                    f"布兰尼克峡谷边坡 {count} 号棱镜",
                    "displacement",
                    "mm",
                    "landslide",
                    point,
                    (20.0, 60.0, 150.0, 400.0),
                    place="slide",
                )
    x, y = facilities.points["slide"]
    others = (("Brannick Gorge, stable ground", "布兰尼克峡谷稳定区", (x + 420, y + 260)), ("Brannick cutting", "布兰尼克路堑", xy(470, 1010)),
              ("Corrow waste tip", "科罗排土场", xy(890, 665)), ("Nareth left abutment", "纳雷斯左坝肩", xy(690, 672)),
              ("Nareth right abutment", "纳雷斯右坝肩", xy(722, 690)), ("University hill", "大学城山坡", xy(500, 1060)))  # fmt: skip
    for name, name_zh, point in others:
        count += 1
        add(
            "slope",
            f"S{count:02d}",
            name,
            name_zh,
            "displacement",
            "mm",
            "landslide",
            tuple(float(v) for v in point),
            (20.0, 60.0, 150.0, 400.0),
            place="stable",
        )


def _industry(facilities: Facilities, water: Water, add: Any) -> None:
    """Gas around the works, methane in the mine, pore pressure in the dams."""
    x, y = facilities.points["chlorine"]
    count = 0
    for radius, angles in ((260.0, range(0, 360, 60)), (900.0, range(15, 375, 45))):
        for angle in angles:
            count += 1
            way = np.radians(angle)
            point = (x + radius * np.sin(way), y + radius * np.cos(way))
            add(
                "gas",
                f"C{count:02d}",
                f"Chlorine detector {count}",
                f"氯气探测器 {count}",
                "gas_concentration",
                "ppm",
                "chemical",
                point,
                (0.5, 1.0, 2.8, 50.0),
                every=60,
            )
    mx, my = facilities.points["mine"]
    drifts = ("return air shaft", "face 12", "face 14", "north drift", "main haulage", "intake air")
    drifts_zh = ("回风井", "12 号工作面", "14 号工作面", "北巷", "主运输巷", "进风巷")
    for k in range(6):
        point = (mx - 260 + 110 * k, my - 70 + 40 * (k % 3))
        add(
            "gas",
            f"M{k + 1:02d}",
            f"Methane, {drifts[k]}",
            f"甲烷 {drifts_zh[k]}",
            "methane_fraction",
            "percent",
            "mine",
            point,
            (0.5, 0.8, 1.0, 2.0),
        )
    dam = np.array(_at(water.dam))
    for k in range(8):
        point = dam + np.array([-14.0 + 14.0 * (k % 3), (k - 3.5) * 90.0])
        base = 150.0 - 9.0 * abs(k - 3.5)
        add("dam", f"P{k + 1:02d}", f"Nareth Dam piezometer {k + 1}", f"纳雷斯大坝渗压计 {k + 1}", "pore_pressure", "kPa", "flood", tuple(point),
            tuple(round(base + step) for step in (25, 40, 55, 75)), place="nareth")  # fmt: skip
    tail = np.array(facilities.points["tailings"])
    for k in range(6):
        point = tail + np.array([(k - 2.5) * 45.0, -12.0 + 24.0 * (k % 2)])
        base = 92.0 - 6.0 * abs(k - 2.5)
        add("dam", f"P{k + 9:02d}", f"Corrow tailings dam piezometer {k + 1}", f"科罗尾矿坝渗压计 {k + 1}", "pore_pressure", "kPa", "mine", tuple(point),
            tuple(round(base + step) for step in (18, 30, 42, 60)), place="tailings")  # fmt: skip


def _town(facilities: Facilities, add: Any) -> None:
    """Patients of each hospital and counts of crowds."""
    points = facilities.points
    names = facilities.tables["hospitals"]
    for k, (name, name_zh, beds) in enumerate(zip(names.name, names.name_zh, names.beds, strict=True)):
        usual = beds / 28.0
        levels = tuple(float(round(usual * factor)) for factor in (1.8, 2.5, 3.5, 5.0))
        add(
            "hospital",
            f"H{k + 1:02d}",
            f"{name}, arrivals",
            f"{name_zh}就诊人数",
            "patients",
            "1",
            "epidemic",
            points[f"H{k + 1:02d}"],
            levels,
            every=3600,
        )  # type: ignore[arg-type]
    x, y = points["V01"]
    counters = (
        ("Stadium north gate", "体育场北门", (x, y + 160), (4_000, 6_000, 8_000, 10_000)), ("Stadium east gate", "体育场东门", (x + 170, y), (4_000, 6_000, 8_000, 10_000)),
        ("Stadium south gate", "体育场南门", (x, y - 160), (4_000, 6_000, 8_000, 10_000)), ("Stadium west gate", "体育场西门", (x - 170, y), (4_000, 6_000, 8_000, 10_000)),
        ("Stadium bowl", "体育场看台", (x, y), (24_000, 28_000, 31_000, 34_000)), ("Market Square", "集市广场", points["V02"], (6_000, 9_000, 12_000, 15_000)),
        ("Central Station hall", "中央车站大厅", points["V03"], (2_500, 3_500, 4_500, 6_000)), ("Riverside promenade", "滨河步道", xy(672, 1172), (5_000, 8_000, 11_000, 14_000)),
        ("Harbour ferry pier", "港口轮渡码头", xy(640, 1338), (1_500, 2_200, 3_000, 4_000)), ("University campus", "大学校园", xy(548, 1078), (8_000, 11_000, 14_000, 18_000)),
    )  # fmt: skip
    for k, (title, title_zh, point, levels) in enumerate(counters):
        add(
            "crowd",
            f"B{k + 1:02d}",
            title,
            title_zh,
            "people",
            "1",
            "crowd",
            tuple(float(v) for v in point),
            tuple(float(v) for v in levels),
            every=300,
        )
