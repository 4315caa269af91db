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
