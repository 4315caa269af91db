"""What leaves a floor says where it is from, runs nothing in a spreadsheet, and loses nothing."""

import json
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import watchfloor
from watchfloor.core.clock import FixedClock
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.settings import Settings
from watchfloor.floor.export import header, to_csv, to_geojson, write
from watchfloor.store import Record, Store


@pytest.fixture
def floor(tmp_path: Path, clock: FixedClock):
    """Open the demo floor with one alert whose title is a formula."""
    store = Store.open(tmp_path / "store.sqlite", clock=clock)
    at = clock.now()
    store.append([
        Record("alert", "cap:x", "A", "1", sent=at, valid_from=at, title='=HYPERLINK("http://evil.example")',
               status="Exercise", geometry={"type": "Point", "coordinates": (158.4, 34.0)}),
        Record("alert", "cap:x", "B", "1", sent=at, valid_from=at, title="洪水 <b>x</b>", status="Exercise"),
    ])  # fmt: skip
    found = watchfloor.open("demo", settings=Settings(data=tmp_path), store=store, clock=clock)
    yield found
    store.close()


def test_csv_is_marked_and_harmless(floor) -> None:
    data = to_csv(floor.read("live/alerts"), header(floor, "live/alerts"))
    text = data.decode("utf-8-sig")
    assert text.startswith("# mark: DEMO · invented data\n# floor: demo (Exercise)\n# data: live/alerts\n")
    table = pd.read_csv(BytesIO(data), comment="#", encoding="utf-8-sig")
    assert set(table["key"]) == {"A", "B"}
    assert not any(str(value).startswith(("=", "+", "-", "@")) for value in table["title"])
    assert table.set_index("key").loc["A", "geometry"] == "POINT (158.4 34)"


def test_geojson_round_trips(floor) -> None:
    frame = floor.read("live/alerts")
    document = json.loads(to_geojson(frame, header(floor, "live/alerts")))
    assert document["watchfloor"]["mark"] == "DEMO · invented data"
    back = gpd.GeoDataFrame.from_features(document["features"], crs=4326).set_index("key")
    assert back.loc["A"].geometry == shapely.Point(158.4, 34)
    assert back.loc["B"].geometry is None
    assert back.loc["B", "title"] == "洪水 <b>x</b>"


@pytest.mark.parametrize("suffix", [".csv", ".geojson", ".parquet"])
def test_files_are_written_whole_and_not_over_others(floor, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    assert write(floor, "live/alerts", out) == "2 rows"
    with pytest.raises(InvalidInputError, match="already"):
        write(floor, "live/alerts", out)
    write(floor, "live/alerts", out, overwrite=True)
    assert [path.name for path in tmp_path.glob("out*")] == [out.name]


def test_grids_go_to_grid_files_only(floor, tmp_path: Path) -> None:
    import xarray as xr

    with pytest.raises(InvalidInputError, match="grids go to"):
        write(floor, "region/dem", tmp_path / "dem.csv")
    write(floor, "region/dem", tmp_path / "dem.nc")
    with xr.open_dataset(tmp_path / "dem.nc") as back:
        assert back.attrs.get("watchfloor_mark", "") == "DEMO · invented data" or any(
            item.attrs.get("watchfloor_mark") for item in back.data_vars.values()
        )
    with pytest.raises(InvalidInputError, match="ends in none"):
        write(floor, "region/dem", tmp_path / "dem.exe")
