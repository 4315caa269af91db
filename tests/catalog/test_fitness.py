"""Data and metadata are compared; each thing that can differ is found."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401  the accessor
import xarray as xr
from pydantic import ValidationError

from watchfloor.catalog.fitness import compare
from watchfloor.catalog.metadata import Colour, MapStyle, Metadata


def metadata(make, **more) -> Metadata:
    return Metadata.model_validate(make.META | {"crs": "EPSG:4326"} | more)


POINTS = {"kind": "points", "group": "base", "order": 1}


def test_all_well(make, table):
    style = POINTS | {
        "label": "station",
        "tooltip": ["stage_m"],
        "colour": {"column": "stage_m", "field": "water_level"},
    }
    assert compare(metadata(make, map=style, units={"stage_m": "cm"}), table) == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {"units": {"stage": "m"}},
            "units names 'stage', which the data do not have; did you mean 'stage_m'?",
        ),
        ({"units": {"stage_m": "metrs per"}}, "'metrs per' is not a unit"),
        ({"map": POINTS | {"label": "nam"}}, "map names 'nam'"),
        ({"map": POINTS | {"tooltip": ["x"]}}, "map names 'x'"),
        ({"map": POINTS | {"time": "t"}}, "map names 't'"),
        ({"map": POINTS | {"colour": "severity"}}, "map names 'severity'"),
        ({"map": POINTS | {"kind": "lines"}}, "map.kind is lines, but there are Point"),
        ({"map": POINTS, "crs": "EPSG:32657"}, "crs is EPSG:32657, but the data are in EPSG:4326"),
        (
            {"map": POINTS | {"colour": {"column": "stage_m", "field": "water_level"}}},
            "units does not say the unit of 'stage_m'",
        ),
        (
            {
                "map": POINTS | {"colour": {"column": "stage_m", "field": "water_level"}},
                "units": {"stage_m": "kg"},
            },
            "'stage_m' is drawn as water_level: Values in 'kg' cannot be turned into 'm'",
        ),
        (
            {"map": POINTS | {"colour": {"column": "kind", "values": {"river": "#000000"}}}},
            "map lists no colour or shape for sea of 'kind'",
        ),
        ({"area": {"sums": [{"title": "Beds", "column": "beds"}]}}, "area names 'beds'"),
    ],
)
def test_what_differs_in_a_table(make, table, more, words):
    found = compare(metadata(make, **more), table)
    assert any(words in line for line in found), found
    assert len(found) == 1


def test_places(make, table):
    plain = pd.DataFrame(table.drop(columns="geometry"))
    assert compare(metadata(make, map=POINTS), plain) == [
        "has no geometry, and no columns lon and lat, so it cannot be drawn"
    ]
    assert compare(metadata(make, map=POINTS), plain.assign(lon=1.0, lat=2.0)) == []
    assert (
        "no known system" in compare(metadata(make, map=POINTS), table.set_crs(None, allow_override=True))[0]
    )
    far = gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=table.translate(500), crs="EPSG:4326")
    assert "lies outside the Earth" in compare(metadata(make, map=POINTS), far)[0]


def test_live_data_may_be_of_any_shape(make, table):
    assert compare(metadata(make, map=POINTS | {"kind": "lines"}), table, live=True) == []


def rain(**attrs) -> xr.DataArray:
    found = xr.DataArray(
        np.array([[1.0, 2.0], [np.nan, 3.0]]),
        dims=("y", "x"),
        coords={"x": [0, 1], "y": [1, 0]},
        name="rain",
        attrs=attrs,
    )
    return found.rio.write_crs("EPSG:4326")


RASTER = {"kind": "raster", "group": "base", "order": 1, "colour": {"field": "rain_rate"}}


def test_grids(make):
    good = metadata(make, map=RASTER, units={"rain_rate": "mm/h"})
    assert compare(good, rain(units="mm/h").rename("rain_rate")) == []
    assert "but the data say 'mm'" in compare(good, rain(units="mm").rename("rain_rate"))[0]
    assert "units names 'rain_rate', which the data do not have" in compare(good, rain())[0]
    classes = metadata(make, map=RASTER | {"colour": {"values": {1: "#000000", "2": "#000001"}}})
    assert compare(classes, rain()) == ["map lists no colour for the classes 3"]
    elsewhere = metadata(make, map=RASTER, crs="EPSG:32657", units={"rain_rate": "mm/h"})
    assert compare(elsewhere, rain().rename("rain_rate")) == [
        "crs is EPSG:32657, but the data are in EPSG:4326"
    ]
    turned = rain().rename(x="i", y="j").drop_vars("spatial_ref")
    assert any("has the dimensions j, i" in line for line in compare(classes, turned))


def test_neither_table_nor_grid(make):
    assert compare(metadata(make), [1]) == ["is a list; expected a table or a grid"]


@pytest.mark.parametrize(
    ("style", "words"),
    [
        (POINTS | {"colour": {"field": "water_level"}}, "need {column: …} as well"),
        (POINTS | {"colour": {"column": "x"}}, "exactly one of"),
        (POINTS | {"colour": {"field": "watr_level", "column": "x"}}, "did you mean 'water_level'"),
        (POINTS | {"colour": "#12345"}, "is not a colour"),
        (POINTS | {"shape": "circel"}, "did you mean 'circle'"),
        (POINTS | {"kind": "raster"}, "a raster is coloured by"),
        (POINTS | {"min_zoom": 9, "max_zoom": 3}, "min_zoom 9 is above max_zoom 3"),
        (POINTS | {"opacity": float("nan")}, "opacity"),
        (POINTS | {"size": 0}, "greater than 0"),
    ],
)
def test_styles_that_cannot_be_drawn(style, words):
    with pytest.raises(ValidationError) as caught:
        MapStyle.model_validate(style)
    assert words in str(caught.value)


def test_words_of_a_legend():
    rule = Colour.model_validate(
        {
            "column": "c",
            "values": {10: "#000000", "rain_rate": "#000000", "a_b": "#000000"},
            "names": {10: {"en": "Tree", "zh": "树"}},
        }
    )
    assert [rule.name(value, "zh") for value in rule.values] == ["树", "雨强", "a b"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"cadence": "PT5M"}, "late_after is missing"),
        ({"cadence": "5 minutes"}, "is not a duration"),
        ({"hazard": ["flods"]}, "did you mean 'flood'"),
        ({"classification": "secret"}, "public"),
        ({"crs": "WGS84"}, "pattern"),
        ({"map": POINTS}, "crs is missing"),
        ({"title": ""}, "at least 1 character"),
    ],
)
def test_metadata_that_is_wrong(make, more, words):
    with pytest.raises(ValidationError) as caught:
        Metadata.model_validate(make.META | more)
    assert words in str(caught.value)
