"""Impacts of real cases: Jakarta's flood of 2007, PAGER's losses of Kumamoto 2016, the shaking of Loma Prieta 1989."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
import xarray as xr
from pyproj import Transformer

from watchfloor.hazards.earthquake.shakemap import read
from watchfloor.hazards.grid import Grid
from watchfloor.impact import Exposures, assess
from watchfloor.impact.vulnerability import VULNERABILITIES
from watchfloor.impact.vulnerability.shaking import coefficients, probability, rate

JAKARTA = "floods/inasafe__inasafe_data/"
PAGER = "earthquakes/usgs__pager/test/data/"
HKV = 2_485_442
"""People in more than 0.1 m in HKV's study, as InaSAFE's test_engine.py expects them (test_jakarta_flood_study)."""
SHARE = 2500.0 / 100_000.0
"""By which that test multiplies the raster of population: cells of 2500 m2, people on 100,000 m2."""


def raster(path):
    import rioxarray

    return rioxarray.open_rasterio(path, masked=True)[0].load()


@pytest.fixture(scope="module")
def jakarta(realdata):
    depth = raster(realdata(JAKARTA + "hazard/Flood_Current_Depth_Jakarta_geographic.asc"))
    people = raster(realdata(JAKARTA + "test/Population_Jakarta_geographic.asc"))
    return depth, people


def test_the_population_that_inasafe_finds(jakarta):
    """InaSAFE's own sum over cells: above 1 m 38,940,000, between 0.5 and 1 m 29,341,000 (densities, not people)."""
    depth, people = jakarta
    high = float(people.where(depth > 1.0).sum())
    medium = float(people.where((depth > 0.5) & (depth <= 1.0)).sum())
    assert high == pytest.approx(38_940_000, abs=1000)
    assert medium == pytest.approx(29_341_000, abs=1000)


def test_people_in_the_flood_of_jakarta(jakarta):
    """HKV's study: 2,485,442 people in more than 0.1 m. The run is on a grid in metres, the people are in degrees."""
    depth, people = jakarta
    way = Transformer.from_crs("EPSG:32748", "EPSG:4326", always_xy=True)
    back = Transformer.from_crs("EPSG:4326", "EPSG:32748", always_xy=True)
    west, south = back.transform(float(depth.x.min()), float(depth.y.min()))
    east, north = back.transform(float(depth.x.max()), float(depth.y.max()))
    x, y = np.arange(west - 500, east + 500, 50.0), np.arange(north + 500, south - 500, -50.0)
    lon, lat = way.transform(*np.meshgrid(x, y))
    column = np.rint((lon - float(depth.x[0])) / float(depth.x[1] - depth.x[0])).astype(int)
    row = np.rint((lat - float(depth.y[0])) / float(depth.y[1] - depth.y[0])).astype(int)
    inside = (column >= 0) & (column < depth.sizes["x"]) & (row >= 0) & (row < depth.sizes["y"])
    values = np.where(
        inside, np.nan_to_num(depth.values)[np.where(inside, row, 0), np.where(inside, column, 0)], 0.0
    )
    flood = xr.Dataset(
        {"water_depth_max": (("y", "x"), values, {"units": "m"})},
        coords={"y": y, "x": x},
        attrs={"crs": "EPSG:32748"},
    )
    counts = xr.DataArray(
        people.values * SHARE,
        dims=("y", "x"),
        coords={"y": people.y.values, "x": people.x.values},
        attrs={"crs": "EPSG:4326"},
    )
    exposures = Exposures.of(people=counts)
    assert exposures.layers["people"].total("people") == pytest.approx(8.9e6, rel=0.01)
    wet = VULNERABILITIES["immersion"](wet=0.1)
    impact = assess(flood, exposures, kind="flood", vulnerability=wet)
    whole = impact.run.ground.place(exposures.layers["people"]).total("people")
    assert whole == pytest.approx(exposures.layers["people"].total("people"), rel=1e-4)
    assert impact.totals.loc[0, "people_exposed"] == pytest.approx(HKV, rel=0.01)
    assert any("EPSG:4326" in line for line in impact.remarks)


def test_pagers_probabilities_of_kumamoto(realdata):
    """Of the published alert, to the whole percents it gives; exposure by intensity is PAGER's own."""
    root = ET.parse(realdata(PAGER + "pager.xml")).getroot()
    expected = {"fatality": 0.0, "economic": 0.0}
    for country in root.iter("exposures"):
        known = coefficients(country.get("countrycode"))
        for kind, tag, prefix in (("fatality", "exposure", ""), ("economic", "econexposure", "loss_")):
            exposed = np.array([float(item.get("exposure")) for item in country.findall(tag)])
            exposed[8] += exposed[9]  # PAGER takes 9 and more together
            rates = rate(np.arange(5.0, 10.0), known[f"{prefix}theta"], known[f"{prefix}beta"])
            expected[kind] += float((exposed[4:9] * rates).sum())
    for alert in root.iter("alert"):
        spread = float(alert.get("gvalue"))
        bins = list(alert.iter("bin"))
        edges = [max(float(item.get("min")), 0.0) for item in bins] + [np.inf]
        for item, low, high in zip(bins, edges, edges[1:], strict=False):
            found = 100.0 * probability(expected[alert.get("type")], spread, low, high)
            assert found == pytest.approx(float(item.get("probability")), abs=1.0), (alert.get("type"), low)
    assert expected["fatality"] == pytest.approx(214.5, abs=0.5)


def test_deaths_of_a_shakemap_are_the_sum_over_its_cells(realdata):
    """Loma Prieta 1989 with the same number of people everywhere: by our way, and by PAGER's formula cell by cell."""
    made = read(realdata(PAGER + "eventdata/lomaprieta/lomaprieta_grid.xml").read_bytes())
    x, y = np.arange(540_000.0, 660_000.0, 2000.0), np.arange(4_170_000.0, 4_060_000.0, -2000.0)
    shaking = made.onto(Grid(x, y, "EPSG:32610"))[["mmi"]]
    people = xr.DataArray(
        np.full((y.size, x.size), 1000.0),
        dims=("y", "x"),
        coords={"y": y, "x": x},
        attrs={"crs": "EPSG:32610"},
    )
    model = VULNERABILITIES["shaking"](country="XF")
    impact = assess(shaking, Exposures.of(people=people), kind="earthquake", vulnerability=model)
    known = coefficients("XF")
    direct = float((1000.0 * rate(shaking["mmi"].values, known["theta"], known["beta"])).sum())
    assert direct > 1
    assert impact.totals.loc[0, "deaths"] == pytest.approx(direct, rel=1e-3)
