"""Buildings and places that matter in an emergency: what they are, where they stand, what they hold."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from city import DISTRICTS, SETTLEMENTS, City
from place import CELL, COARSE, COLS, CRS, frame, generator, rowcol, xy
from scipy import ndimage
from scipy.spatial import cKDTree
from terrain import Terrain
from city import wet
from water import Water, outline, upstream

__all__ = ["Facilities", "build"]

PLANT = (742, 1248)
"""Row and column of the chemical works on the 20 m grid."""
MINE = (868, 640)
STADIUM = (690, 1165)
WATERWORKS = (640, 1028)

HOSPITALS = (
    ("Ilven General Hospital", "伊尔文总医院", 648, 1150, 1250, 90, "level I trauma"),
    ("Southbank Hospital", "南岸医院", 735, 1120, 820, 46, "general"),
    ("University Hospital", "大学医院", 562, 1080, 1100, 82, "level I trauma, toxicology"),
    ("Millrace Hospital", "磨坊区医院", 628, 985, 460, 20, "general"),
    ("Harbour Clinic", "港口医院", 622, 1285, 280, 10, "general"),
    ("Saltmarsh Hospital", "盐沼区医院", 785, 1215, 320, 14, "general"),
    ("Children's Hospital", "儿童医院", 605, 1160, 380, 34, "paediatric"),
    ("Upper Ilven Clinic", "上伊尔文医院", 668, 822, 120, 4, "general"),
    ("Corrow Miners' Hospital", "科罗矿工医院", 838, 672, 140, 6, "general, hyperbaric"),
    ("North Shore Clinic", "北滨医院", 168, 1212, 90, 2, "general"),
)
FIRE = (
    ("Old Town Fire Station", "老城消防站", 660, 1128), ("Southbank Fire Station", "南岸消防站", 722, 1140),
    ("Eastquay Fire Station", "东码头消防站", 712, 1215), ("University Fire Station", "大学城消防站", 566, 1072),
    ("Millrace Fire Station", "磨坊消防站", 632, 972), ("Reedfield Fire Station", "芦田消防站", 566, 1185),
    ("Harbour Fire Station", "港口消防站", 616, 1292), ("Brannick Fire Station", "布兰尼克消防站", 420, 1040),
    ("Corrow Fire Station", "科罗消防站", 846, 664), ("Nareth Fire Station", "纳雷斯消防站", 644, 452),
)  # fmt: skip
POLICE = (
    ("Central Police Station", "中心警察局", 650, 1138), ("Southbank Police Station", "南岸警察局", 730, 1105),
    ("University Police Station", "大学城警察局", 552, 1090), ("Millrace Police Station", "磨坊警察局", 622, 960),
    ("Harbour Police Station", "港口警察局", 626, 1280), ("Upper Ilven Police Station", "上伊尔文警察局", 676, 806),
)  # fmt: skip
TYPES = ("apartments", "house", "commercial", "industrial", "farm", "public")


@dataclass(frozen=True)
class Facilities:
    """Tables in EPSG:4326, by entry name, and points that the story needs, in local metres."""

    tables: dict[str, Any]
    points: dict[str, tuple[float, float]]
    slide: Any
    pond: Any


class _Streets:
    """The junctions of the road graph, to put things where a road goes."""

    def __init__(self, roads: Any) -> None:
        lines = roads.to_crs(CRS).geometry.values
        ends = {}
        for a, b, line in zip(roads.from_node, roads.to_node, lines, strict=True):
            ends[a], ends[b] = line.coords[0], line.coords[-1]
        self.number = np.array(sorted(ends))
        self.points = np.array([ends[key] for key in self.number])
        self.tree = cKDTree(self.points)

    def near(self, row: float, col: float) -> tuple[float, float]:
        """Return a spot 25 m beside the junction nearest to a cell."""
        x, y = self.points[self.tree.query(xy(row, col))[1]]
        return round(float(x) + 18.0, 1), round(float(y) + 17.0, 1)

    def node(self, point: tuple[float, float]) -> int:
        """Return the number of the nearest junction."""
        return int(self.number[self.tree.query(point)[1]])


def build(ground: Terrain, water: Water, city: City, cover: Any, roads: Any) -> Facilities:
    """Place buildings and facilities."""
    streets = _Streets(roads)
    rng = generator("facilities")
    tables: dict[str, Any] = {}
    points: dict[str, tuple[float, float]] = {}

    rows, shapes = [], []
    for k, (name, name_zh, row, col, beds, icu, kind) in enumerate(HOSPITALS):
        point = streets.near(row, col)
        rows.append({
            "id": f"H{k + 1:02d}", "name": name, "name_zh": name_zh, "beds": beds, "icu": icu,
            "free_beds": int(beds * rng.uniform(0.10, 0.22)), "free_icu": int(icu * rng.uniform(0.15, 0.3)),
            "ambulances": max(2, beds // 120), "speciality": kind, "node": streets.node(point),
        })  # fmt: skip
        shapes.append(shapely.Point(point))
        points[f"H{k + 1:02d}"] = point
    tables["hospitals"] = frame(rows, shapes)

    schools = _spread(city, rng, 96, 420.0)
    rows, shapes = [], []
    for k, (row, col) in enumerate(schools):
        point = streets.near(row, col)
        kind, low, high = [("primary school", 320, 780), ("secondary school", 600, 1500), ("kindergarten", 90, 240)][k % 3]
        district = _district(city, point)
        rows.append({
            "id": f"E{k + 1:03d}", "name": f"{DISTRICTS[district][1]} {kind} {k + 1}",
            "name_zh": f"{DISTRICTS[district][2]}第{k + 1}{['小学', '中学', '幼儿园'][k % 3]}",
            "type": kind, "pupils": int(rng.integers(low, high)), "district": DISTRICTS[district][0], "node": streets.node(point),
        })  # fmt: skip
        shapes.append(shapely.Point(point))
    tables["schools"] = frame(rows, shapes)

    height = np.where(ground.sea, 0.0, ground.height)
    rows, shapes = [], []
    for row, col in _spread(city, rng, 90, 700.0):
        point = streets.near(row, col)
        r, c = rowcol(*point)
        bed = _above_river(ground, height, r, c)
        if bed < 5.0 or len(rows) >= 40:
            continue
        k = len(rows)
        district = _district(city, point)
        kind, kind_zh, low, high = [("sports hall", "体育馆", 600, 1800), ("school hall", "学校礼堂", 300, 800), ("community centre", "社区中心", 150, 450)][k % 3]
        rows.append({
            "id": f"S{k + 1:02d}", "name": f"{DISTRICTS[district][1]} {kind} {k + 1}",
            "name_zh": f"{DISTRICTS[district][2]}{k + 1}号{kind_zh}", "type": kind,
            "capacity": int(rng.integers(low, high) // 10 * 10), "beds": 0, "power_backup": bool(rng.random() < 0.6),
            "above_river_m": round(bed, 1), "district": DISTRICTS[district][0], "node": streets.node(point),
        })  # fmt: skip
        rows[-1]["beds"] = rows[-1]["capacity"] // 3
        shapes.append(shapely.Point(point))
    tables["shelters"] = frame(rows, shapes)

    _industry(ground, water, streets, tables, points)
    slide = _slide(ground, city, roads)
    points["slide"] = (slide.centroid.x, slide.centroid.y)
    pond = _mine(ground, water, streets, tables, points)
    _services(streets, tables, points)
    tables["buildings"] = _buildings(ground, water, city, roads, cover, generator("buildings"))
    return Facilities(tables, points, slide, pond)


def _above_river(ground: Terrain, height: Any, row: int, col: int) -> float:
    """Return the height above the lowest large channel within 1.2 km; 99 where there is none."""
    reach = 60
    window = (slice(max(0, row - reach), row + reach), slice(max(0, col - reach), col + reach))
    near = ground.area[window] > 50
    return float(height[row, col] - height[window][near].max()) if near.any() else 99.0


def _district(city: City, point: tuple[float, float]) -> int:
    row, col = rowcol(*point, COARSE)
    return max(0, int(city.member[row, col]))


def _spread(city: City, rng: np.random.Generator, count: int, gap: float) -> list[tuple[float, float]]:
    """Return cells of the 20 m grid drawn where people live, at least `gap` metres apart."""
    weight = city.people.ravel().astype(float) ** 0.8
    drawn = rng.choice(weight.size, 6000, replace=True, p=weight / weight.sum())
    out: list[tuple[float, float]] = []
    for cell in drawn:
        row, col = cell // city.people.shape[1] * 5 + 2, cell % city.people.shape[1] * 5 + 2
        if all(np.hypot(row - r, col - c) * CELL > gap for r, c in out):
            out.append((row, col))
        if len(out) == count:
            break
    return out


def _box(x: float, y: float, width: float, depth: float, angle: float = 14.0) -> Any:
    return shapely.affinity.rotate(shapely.box(x - width / 2, y - depth / 2, x + width / 2, y + depth / 2), angle)


def _industry(ground: Terrain, water: Water, streets: _Streets, tables: dict[str, Any], points: dict[str, tuple[float, float]]) -> None:
    """Place the chemical works with its tanks."""
    x, y = streets.near(*PLANT)
    points["plant"] = (x + 120.0, y - 90.0)
    x, y = points["plant"]
    base = {"site": "Eastquay Chlor-Alkali Works", "site_zh": "东码头氯碱厂", "operator": "Averin Chemicals (invented)"}
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


def _slide(ground: Terrain, city: City, roads: Any) -> Any:
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
    ring = [top - side * 45, head - side * 75, toe - side * 95, toe + axis * 25, toe + side * 95, head + side * 75, top + side * 45]
    return shapely.Polygon(ring).buffer(15).buffer(-5)


def _mine(ground: Terrain, water: Water, streets: _Streets, tables: dict[str, Any], points: dict[str, tuple[float, float]]) -> Any:
    """Place the mine, its shafts, and the tailings dam in a side valley of the Corrow."""
    x, y = streets.near(*MINE)
    points["mine"] = (x, y)
    corrow = water.rivers[water.rivers.name == "Corrow"].to_crs(CRS).union_all()
    arm = np.zeros(ground.sea.shape, dtype=bool)
    arm[(water.channel > 0) & (ground.area > 1.8) & (ground.area < 4.0) & ~ground.sea] = True
    rows_, cols_ = np.nonzero(arm)
    px, py = xy(rows_, cols_)
    far = np.hypot(px - x, py - y)
    into = np.hypot(*(np.array(xy(707, 678))[:, None] - np.array([px, py])))  # the Corrow runs north into the reservoir
    far = np.abs(far - 1_500.0) + 0.4 * shapely.distance(corrow, shapely.points(px, py)) + 3_000.0 * (into < 2_600)
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


def _services(streets: _Streets, tables: dict[str, Any], points: dict[str, tuple[float, float]]) -> None:
    """Place stations, waterworks and stadium; fill responders and stocks."""
    rows, shapes = [], []

    def add(code: str, name: str, name_zh: str, kind: str, row: int, col: int) -> None:
        point = streets.near(row, col)
        points[code] = point
        rows.append({"id": code, "name": name, "name_zh": name_zh, "kind": kind, "node": streets.node(point)})
        shapes.append(shapely.Point(point))

    for k, (name, name_zh, row, col) in enumerate(FIRE):
        add(f"F{k + 1:02d}", name, name_zh, "fire station", row, col)
    for k, (name, name_zh, row, col) in enumerate(POLICE):
        add(f"P{k + 1:02d}", name, name_zh, "police station", row, col)
    add("W01", "Millrace Waterworks", "磨坊区水厂", "waterworks", *WATERWORKS)
    add("W02", "Nareth Waterworks", "纳雷斯水厂", "waterworks", 700, 700)
    add("V01", "Ilven Stadium", "伊尔文体育场", "stadium", *STADIUM)
    add("V02", "Market Square", "集市广场", "square", 662, 1146)
    add("V03", "Central Station", "中央车站", "railway station", 640, 1122)
    add("N01", "Reedfield Substation", "芦田变电站", "substation", 580, 1205)
    add("N02", "Upper Ilven Substation", "上伊尔文变电站", "substation", 690, 860)
    add("C01", "Emergency Operations Centre", "应急指挥中心", "command post", 646, 1132)
    add("B01", "Regional Rescue Depot", "区域救援物资库", "depot", 575, 1140)
    add("B02", "Southbank Depot", "南岸物资库", "depot", 755, 1105)
    tables["facilities"] = frame(rows, shapes)

    units: list[dict[str, Any]] = []
    places: list[Any] = []

    def unit(code: str, name: str, name_zh: str, kind: str, base: str, staff: int, vehicles: int) -> None:
        x, y = points[base]
        n = len([item for item in units if item["base"] == base])
        units.append({"id": code, "name": name, "name_zh": name_zh, "type": kind, "base": base, "staff": staff, "vehicles": vehicles})
        places.append(shapely.Point(x + 22 * (n % 4), y - 22 * (n // 4 + 1)))

    for k in range(len(FIRE)):
        unit(f"ENG-{k + 1:02d}", f"Engine {k + 1}", f"消防车 {k + 1}", "engine", f"F{k + 1:02d}", 6, 1)
    for k, base in enumerate(("F01", "F02", "F05", "F06", "F08", "F09")):
        unit(f"RES-{k + 1:02d}", f"Rescue team {k + 1}", f"救援队 {k + 1}", "rescue team", base, 12, 2)
    for k, base in enumerate(("F01", "F03", "F07", "F05")):
        unit(f"BOA-{k + 1:02d}", f"Boat team {k + 1}", f"冲锋舟队 {k + 1}", "boat team", base, 8, 3)
    unit("HAZ-01", "Hazmat team 1", "危化品处置队 1", "hazmat team", "F03", 14, 3)
    unit("HAZ-02", "Hazmat team 2", "危化品处置队 2", "hazmat team", "F04", 10, 2)
    unit("MIN-01", "Mine rescue team", "矿山救护队", "mine rescue team", "F09", 18, 3)
    unit("WLD-01", "Wildland crew 1", "森林消防队 1", "wildland crew", "F08", 20, 3)
    unit("WLD-02", "Wildland crew 2", "森林消防队 2", "wildland crew", "F10", 20, 3)
    for k, base in enumerate(("H01", "H01", "H03", "H02", "H04", "H06", "H05", "H09")):
        unit(f"AMB-{k + 1:02d}", f"Ambulance group {k + 1}", f"救护组 {k + 1}", "ambulance group", base, 9, 3)
    for k in range(len(POLICE)):
        unit(f"POL-{k + 1:02d}", f"Patrol group {k + 1}", f"巡逻组 {k + 1}", "patrol group", f"P{k + 1:02d}", 24, 8)
    unit("ENR-01", "Road and levee crew 1", "道路堤防抢险队 1", "engineering crew", "B01", 30, 9)
    unit("ENR-02", "Road and levee crew 2", "道路堤防抢险队 2", "engineering crew", "B02", 26, 7)
    unit("HEL-01", "Helicopter 1", "直升机 1", "helicopter", "B01", 5, 1)
    unit("DRO-01", "Drone team 1", "无人机队 1", "drone team", "C01", 4, 1)
    unit("EPI-01", "Field epidemiology team", "现场流行病学队", "health team", "H03", 8, 2)
    tables["responders"] = frame(units, places)

    table, spots = [], []
    amounts = (
        ("sandbags", "沙袋", "1", (180_000, 95_000)), ("bulk sand", "散装砂", "t", (3_200, 1_500)),
        ("mobile pumps 500 m3/h", "移动水泵 500 m3/h", "1", (14, 8)), ("generators 200 kVA", "200 kVA 发电机", "1", (12, 6)),
        ("blankets", "毛毯", "1", (22_000, 9_000)), ("camp beds", "折叠床", "1", (6_500, 2_800)),
        ("bottled water", "瓶装水", "l", (160_000, 70_000)), ("ration packs", "口粮", "1", (48_000, 20_000)),
        ("boats", "冲锋舟", "1", (18, 9)), ("life jackets", "救生衣", "1", (1_400, 600)),
        ("chemical suits level A", "A 级防化服", "1", (60, 0)), ("lime slurry", "石灰浆", "t", (40, 0)),
        ("chlorine tablets", "漂白粉片", "kg", (900, 300)), ("oral rehydration salts", "口服补液盐", "1", (30_000, 8_000)),
        ("geotextile", "土工布", "m2", (26_000, 12_000)), ("diesel", "柴油", "l", (90_000, 45_000)),
    )  # fmt: skip
    for item, item_zh, measure, counts in amounts:
        for depot, amount in zip(("B01", "B02"), counts, strict=True):
            if amount:
                table.append({"id": f"K{len(table) + 1:02d}", "item": item, "item_zh": item_zh, "amount": float(amount), "unit": measure, "place": depot})
                x, y = points[depot]
                spots.append(shapely.Point(x + 12 * (len(table) % 5), y - 12 * (len(table) // 5 % 5)))
    tables["stocks"] = frame(table, spots)


def _buildings(ground: Terrain, water: Water, city: City, roads: Any, cover: Any, rng: np.random.Generator) -> Any:
    """Stand buildings beside the streets, as many and as high as the people of the cell need."""
    local = roads.to_crs(CRS)
    lines = local.geometry.values
    street = local["class"].isin(["residential", "tertiary", "secondary", "primary"]).to_numpy()
    steps = []
    for k in np.flatnonzero(street):
        count = max(1, int(lines[k].length // 22.0))
        at = (np.arange(count) + rng.uniform(0.2, 0.8, count)) * lines[k].length / count
        here = shapely.line_interpolate_point(lines[k], at)
        ahead = shapely.line_interpolate_point(lines[k], np.minimum(at + 1.0, lines[k].length))
        a, b = shapely.get_coordinates(here), shapely.get_coordinates(ahead)
        way = b - a
        way /= np.maximum(np.hypot(*way.T), 1e-6)[:, None]
        normal = np.column_stack([-way[:, 1], way[:, 0]])
        side = np.where(rng.random(count) < 0.5, -1.0, 1.0)[:, None]
        back = rng.uniform(16, 70, count)[:, None]
        steps.append(a + normal * side * back)
    spots = np.vstack(steps)
    row, col = rowcol(spots[:, 0], spots[:, 1], COARSE)
    crowd = city.people[row, col].astype(float)
    fine = rowcol(spots[:, 0], spots[:, 1], CELL)
    dry = ~wet(ground, water)[fine]
    keep = dry & (crowd > 0) & (rng.random(len(spots)) < np.clip(0.10 + crowd / 60, 0, 0.62))
    spots, row, col, crowd = spots[keep], row[keep], col[keep], crowd[keep]
    # Every inhabited cell beside a street shares its people among its buildings.
    cell = row * city.people.shape[1] + col
    draw = rng.random(len(spots))
    kind = np.where(crowd > 60, np.where(draw < 0.62, 0, np.where(draw < 0.90, 2, 5)), np.where(draw < 0.72, 1, np.where(draw < 0.86, 2, 3)))
    kind = np.where((crowd <= 5) & (draw < 0.45), 4, kind)
    floors = np.where(kind == 0, 3 + rng.poisson(crowd / 45), np.where(kind == 2, 1 + rng.poisson(1.6, len(spots)), 1 + (rng.random(len(spots)) < 0.4)))
    footprint = np.where(kind == 0, rng.uniform(250, 700, len(spots)), np.where(kind == 1, rng.uniform(70, 160, len(spots)), rng.uniform(180, 1400, len(spots))))
    footprint = np.round(footprint / 10) * 10
    homes = np.isin(kind, (0, 1, 4))
    room = np.where(homes, footprint * floors, 0.0)
    total = np.bincount(cell, weights=room, minlength=city.people.size)
    share = np.divide(room, total[cell], out=np.zeros(len(spots)), where=total[cell] > 0)
    occupants = share * crowd
    occupants *= 600_000 / occupants.sum()
    price = np.array([1_450, 1_200, 1_900, 900, 450, 2_300])[kind]
    value = np.round(footprint * floors * price / 1e4) * 10  # thousands, in steps of ten
    order = np.lexsort((spots[:, 0], cell))
    x, y = spots[order].T
    table = gpd.GeoDataFrame(
        {
            "building": np.arange(1, len(spots) + 1, dtype=np.int32),
            "type": np.array(TYPES)[kind[order]],
            "floors": floors[order].astype(np.int16),
            "footprint_m2": footprint[order].astype(np.int32),
            "occupants": np.round(occupants[order]).astype(np.int16),
            "value_k": value[order].astype(np.int32),
            "ground_m": np.round(np.where(ground.sea, 0, ground.height)[rowcol(x, y)], 1).astype(np.float32),
            "district": np.array([code for code, *_ in DISTRICTS])[np.maximum(city.member[row[order], col[order]], 0)],
        },
        geometry=shapely.points(np.round(x), np.round(y)),
        crs=CRS,
    ).to_crs("EPSG:4326")  # fmt: skip
    table.geometry = shapely.set_precision(table.geometry.values, 1e-5)
    return table


def settlements() -> list[tuple[str, float, float]]:
    """Return name, x and y of each settlement in metres."""
    return [(name, *(float(v) for v in xy(row, col))) for name, row, col, _, _ in SETTLEMENTS]
