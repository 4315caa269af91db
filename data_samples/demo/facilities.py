"""Buildings and places that matter in an emergency: what they are, where they stand, what they hold."""

from dataclasses import dataclass
from typing import Any

import buildings
import industry
import numpy as np
import shapely
from city import DISTRICTS, City
from place import CELL, COARSE, frame, generator, rowcol
from streets import Streets
from terrain import Terrain
from water import Water

__all__ = ["Facilities", "build"]

STADIUM = (716, 1086)
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


@dataclass(frozen=True)
class Facilities:
    """Tables in EPSG:4326, by entry name, and points that the story needs, in local metres."""

    tables: dict[str, Any]
    points: dict[str, tuple[float, float]]
    slide: Any
    pond: Any


def build(ground: Terrain, water: Water, city: City, roads: Any) -> Facilities:
    """Place buildings and facilities."""
    streets = Streets(roads)
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
        kind, low, high = [
            ("primary school", 320, 780),
            ("secondary school", 600, 1500),
            ("kindergarten", 90, 240),
        ][k % 3]
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
        kind, kind_zh, low, high = [
            ("sports hall", "体育馆", 600, 1800),
            ("school hall", "学校礼堂", 300, 800),
            ("community centre", "社区中心", 150, 450),
        ][k % 3]
        rows.append({
            "id": f"S{k + 1:02d}", "name": f"{DISTRICTS[district][1]} {kind} {k + 1}",
            "name_zh": f"{DISTRICTS[district][2]}{k + 1}号{kind_zh}", "type": kind,
            "capacity": int(rng.integers(low, high) // 10 * 10), "beds": 0, "power_backup": bool(rng.random() < 0.6),
            "above_river_m": round(bed, 1), "district": DISTRICTS[district][0], "node": streets.node(point),
        })  # fmt: skip
        rows[-1]["beds"] = rows[-1]["capacity"] // 3
        shapes.append(shapely.Point(point))
    tables["shelters"] = frame(rows, shapes)

    industry.plant(streets, tables, points)
    slide = industry.slide(city, roads)
    points["slide"] = (slide.centroid.x, slide.centroid.y)
    pond = industry.mine(ground, water, streets, tables, points)
    _services(streets, tables, points)
    tables["buildings"] = buildings.build(ground, water, city, roads, generator("buildings"))
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


def _services(streets: Streets, tables: dict[str, Any], points: dict[str, tuple[float, float]]) -> None:
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
        units.append(
            {
                "id": code,
                "name": name,
                "name_zh": name_zh,
                "type": kind,
                "base": base,
                "staff": staff,
                "vehicles": vehicles,
            }
        )
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
        unit(
            f"POL-{k + 1:02d}",
            f"Patrol group {k + 1}",
            f"巡逻组 {k + 1}",
            "patrol group",
            f"P{k + 1:02d}",
            24,
            8,
        )
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
                table.append(
                    {
                        "id": f"K{len(table) + 1:02d}",
                        "item": item,
                        "item_zh": item_zh,
                        "amount": float(amount),
                        "unit": measure,
                        "place": depot,
                    }
                )
                x, y = points[depot]
                spots.append(shapely.Point(x + 12 * (len(table) % 5), y - 12 * (len(table) // 5 % 5)))
    tables["stocks"] = frame(table, spots)
