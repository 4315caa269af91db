"""The invented region is whole: it drains, adds up, hangs together and says that it is invented."""

import numpy as np
import pytest
import shapely

from watchfloor.core.fields import field
from watchfloor.core.kinds import KINDS

TABLES = (
    "basin", "coast", "rivers", "reservoir", "districts", "buildings", "roads", "hospitals", "schools", "shelters",
    "facilities", "plant", "mine", "responders", "stocks", "sensors",
)  # fmt: skip


def test_small_enough_to_ship(demo):
    assert (
        sum(path.stat().st_size for path in demo.rglob("*") if path.is_file() and path.suffix != ".pyc") < 8e6
    )


def test_every_land_cell_falls_to_the_sea(grid):
    dem = grid("dem")
    sea = np.ma.getmaskarray(dem)
    assert dem.shape == (1200, 1500)
    height = np.where(sea, -1.0, dem.filled(0))
    around = np.full(height.shape, np.inf)
    padded = np.pad(height, 1, constant_values=-1.0)
    for dr in (0, 1, 2):
        for dc in (0, 1, 2):
            if (dr, dc) != (1, 1):
                around = np.minimum(around, padded[dr : dr + 1200, dc : dc + 1500])
    # Each land cell has a lower neighbour, so that every path downhill is finite and ends at the sea.
    assert (around[~sea] < height[~sea]).all()
    assert height[~sea].min() > 0
    assert 600 < height.max() < 1000


def test_population_adds_up(grid, table):
    people = grid("population")
    assert int(people.sum()) == 600_000
    assert people.shape == (240, 300)
    districts = table("districts")
    assert 12 <= len(districts) <= 16
    assert int(districts.population.sum()) == 600_000
    assert table("buildings").occupants.sum() == pytest.approx(600_000, rel=0.01)


def test_districts_cover_the_island_once(table):
    districts = table("districts").to_crs(32657).geometry
    assert shapely.coverage_is_valid(districts.values)
    island = table("coast").to_crs(32657).geometry.iloc[0]
    covered = shapely.union_all(districts.values)
    assert covered.intersection(island).area > 0.97 * island.area


def test_classes_are_known_numbers(grid):
    assert set(np.unique(grid("land-cover").compressed())) <= {10, 20, 30, 40, 50, 60, 80, 90}
    fuels = {91, 93, 98, 99, 101, 102, 104, 122, 142, 145, 161, 165, 183, 188}
    assert set(np.unique(grid("fuels").compressed())) <= fuels
    assert (np.ma.getmaskarray(grid("fuels")) == np.ma.getmaskarray(grid("dem"))).all()


def test_roads_hang_together(table):
    roads = table("roads")
    top = {node: node for node in {*roads.from_node, *roads.to_node}}

    def root(node):
        while top[node] != node:
            top[node] = top[top[node]]
            node = top[node]
        return node

    for a, b in zip(roads.from_node, roads.to_node, strict=True):
        top[root(a)] = root(b)
    assert len({root(node) for node in top}) == 1
    assert (roads.capacity_vph > 0).all()
    assert (roads.length_m > 0).all()
    assert not roads.duplicated(["from_node", "to_node"]).any()
    assert 8 <= roads.bridge.sum() <= 60
    # The ends of the lines are the nodes: one place each.
    places = {}
    for row in roads.itertuples():
        for node, end in ((row.from_node, row.geometry.coords[0]), (row.to_node, row.geometry.coords[-1])):
            assert np.allclose(places.setdefault(node, end), end, atol=2e-6)
    for name in ("hospitals", "schools", "shelters", "facilities"):
        assert set(table(name).node) <= set(top)


def test_rivers_run_downhill_into_each_other(table):
    rivers = table("rivers")
    assert (rivers.bed_end_m <= rivers.bed_top_m).all()
    main = rivers[rivers.name == "Ilven"].sort_values("area_km2")
    assert main.area_km2.max() == pytest.approx(table("basin").area_km2.iloc[0], rel=0.01)
    assert (np.diff(main.bed_end_m) <= 0).all()
    assert main.to_crs(32657).union_all().length > 20_000


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_in_degrees_named_and_marked(table, name):
    found = table(name)
    assert found.crs.to_epsg() == 4326
    assert len(found) > 0
    left, low, right, high = found.total_bounds
    assert left > 158.2
    assert right < 158.6
    assert low > 33.85
    assert high < 34.15
    assert found.geometry.is_valid.all()
    if name != "buildings":
        assert found.invented.all()
    named = {"name", "title", "item"} & set(found.columns)
    for column in named:
        has = found[column].fillna("") != ""
        assert (found.loc[has, f"{column}_zh"] != "").all()


def test_sensors_speak_the_vocabulary(table):
    sensors = table("sensors")
    assert sensors.series.is_unique
    assert 140 <= len(sensors) <= 170
    assert set(sensors.kind) == {
        "gauge",
        "rain",
        "wind",
        "seismic",
        "gas",
        "slope",
        "dam",
        "air",
        "hospital",
        "crowd",
    }
    for row in sensors.itertuples():
        assert field(row.field).units == row.units
        assert row.hazard in KINDS
        levels = np.array([row.blue, row.yellow, row.orange, row.red])
        steps = np.diff(levels)
        assert (steps > 0).all() if row.direction == "above" else (steps < 0).all()
