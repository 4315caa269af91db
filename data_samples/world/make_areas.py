"""Make the table of areas that messages name by code: ``python data_samples/world/make_areas.py PACKAGE``.

PACKAGE is the unpacked folder of the npm package ``us-atlas`` 3.0.1 (``npm pack us-atlas@3.0.1``), which holds the
counties of the U.S. Census Bureau's cartographic boundary files (edition of 2017) as TopoJSON; the data are in the
public domain. Alerts of the US name counties and states by SAME codes (0 and the FIPS code; 47 CFR 11.31) and by UGC
codes (the state's letters, C, and the county's three digits; NWS Instruction 10-1702). Forecast zones are not
counties and are not here. Neighbours are simplified together, so that their shared border stays one line.

The same package and the same versions of GDAL, GEOS and pyarrow give the same table.
"""

import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

HERE = Path(__file__).resolve().parent
TOLERANCE = 0.012
"""Degrees within which a border may be moved: about a kilometre."""
STATES = dict(
    pair.split("=")
    for pair in [
        "01=AL",
        "02=AK",
        "04=AZ",
        "05=AR",
        "06=CA",
        "08=CO",
        "09=CT",
        "10=DE",
        "11=DC",
        "12=FL",
        "13=GA",
        "15=HI",
        "16=ID",
        "17=IL",
        "18=IN",
        "19=IA",
        "20=KS",
        "21=KY",
        "22=LA",
        "23=ME",
        "24=MD",
        "25=MA",
        "26=MI",
        "27=MN",
        "28=MS",
        "29=MO",
        "30=MT",
        "31=NE",
        "32=NV",
        "33=NH",
        "34=NJ",
        "35=NM",
        "36=NY",
        "37=NC",
        "38=ND",
        "39=OH",
        "40=OK",
        "41=OR",
        "42=PA",
        "44=RI",
        "45=SC",
        "46=SD",
        "47=TN",
        "48=TX",
        "49=UT",
        "50=VT",
        "51=VA",
        "53=WA",
        "54=WV",
        "55=WI",
        "56=WY",
        "60=AS",
        "66=GU",
        "69=MP",
        "72=PR",
        "78=VI",
    ]
)
"""FIPS code of each state and territory -> its letters (USPS)."""


def areas(folder: Path) -> gpd.GeoDataFrame:
    """Return counties, then states, with their names, codes and shapes (EPSG:4326)."""
    path = folder / "counties-10m.json"
    found = gpd.read_file(path, layer="counties").set_crs(4326)
    found = found.loc[found.id.str[:2].isin(STATES)].sort_values("id", ignore_index=True)
    # the plain make_valid would turn parts of a coast into lines
    found.geometry = shapely.make_valid(found.geometry.to_numpy(), method="structure", keep_collapsed=False)
    found = found[~found.is_empty].reset_index(
        drop=True
    )  # a town (Falls Church) is smaller than the package's grid
    shapes = shapely.set_precision(shapely.coverage_simplify(found.geometry.to_numpy(), TOLERANCE), 1e-4)
    letters = found.id.str[:2].map(STATES)
    counties = gpd.GeoDataFrame(
        {
            "name": found["name"],
            "state": letters,
            "SAME": "0" + found.id,
            "UGC": letters + "C" + found.id.str[2:],
            "geometry": shapes,
        },
        crs="EPSG:4326",
    )
    names = gpd.read_file(path, layer="states").set_index("id")["name"]
    rows = [
        {
            "name": names[fips],
            "state": code,
            "SAME": f"0{fips}000",
            "UGC": f"{code}C000",
            "geometry": shapely.union_all(
                counties.geometry[counties.state == code].to_numpy(), grid_size=1e-4
            ),
        }
        for fips, code in STATES.items()
    ]
    table = pd.concat([counties, gpd.GeoDataFrame(rows, crs="EPSG:4326")], ignore_index=True)
    return gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")


def main() -> None:
    """Read the command line and write the table."""
    if len(sys.argv) != 2:
        raise SystemExit("Usage: make_areas.py FOLDER  (that of the unpacked npm package us-atlas)")
    table = areas(Path(sys.argv[1]))
    path = HERE / "counties.parquet"
    table.to_parquet(path, index=False, compression="zstd", compression_level=19)
    print(f"{path.name}: {len(table):,} rows, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
