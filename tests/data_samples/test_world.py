"""The world's places and earthquakes are what they say, and every shipped file has a licence."""

import geopandas as gpd
import pytest

from watchfloor.core.share import folder


def test_places():
    path = folder("data_samples") / "world" / "places.parquet"
    assert path.stat().st_size < 2e6
    places = gpd.read_parquet(path)
    assert len(places) > 30_000
    assert places.crs.to_epsg() == 4326
    assert (places.population >= 0).all()
    assert places.country.str.fullmatch("[A-Z]{2}").all()
    by_name = places.set_index("name")
    assert by_name.loc["Beijing", "name_zh"] == "北京"
    assert by_name.loc["Beijing", "lat"] == pytest.approx(39.9, abs=0.1)


def test_earthquakes():
    quakes = gpd.read_parquet(folder("data_samples") / "world" / "earthquakes.parquet")
    assert len(quakes) > 2_000
    assert str(quakes.time.dtype).endswith("UTC]")
    assert quakes.time.is_monotonic_increasing
    assert quakes.magnitude.between(-2, 9.6).all()
    assert quakes.depth.between(-10, 750).all()
    assert quakes.geometry.x.between(-180, 180).all()
    assert quakes.geometry.y.between(-90, 90).all()


def test_every_data_file_has_a_licence():
    base = folder("data_samples")
    said = (base / "LICENCES.md").read_text("utf-8")
    for path in sorted((base / "world").iterdir()):
        if path.suffix not in {".py", ".md", ".part"} and path.is_file():
            assert f"world/{path.name}" in said, path.name
    for name in ("demo", "fonts"):
        assert f"`{name}/" in said


def test_counties_have_each_code_once_and_a_sound_shape():
    path = folder("data_samples") / "world" / "counties.parquet"
    table = gpd.read_parquet(path)
    assert path.stat().st_size < 1_500_000
    assert table.crs == "EPSG:4326"
    assert table["SAME"].is_unique
    assert table["UGC"].is_unique
    assert table.SAME.str.fullmatch(r"0\d{5}").all()
    assert table.UGC.str.fullmatch(r"[A-Z]{2}C\d{3}").all()
    assert table.is_valid.all()
    assert not table.is_empty.any()
    counties = table[~table.SAME.str.endswith("000") | (table.SAME.str[3:] != "000")]
    states = table.drop(counties.index)
    assert len(states) == 56
    for _, state in states[states.state.isin(["TX", "VT", "HI", "PR"])].iterrows():
        parts = sum(shape.area for shape in counties[counties.state == state.state].geometry)
        assert abs(parts / state.geometry.area - 1) < 0.002
