"""The catalogs that ship: every entry is read, and is what its metadata say. There is no list of exceptions."""

from pathlib import Path

import intake
import pytest
from pyproj import Transformer

from watchfloor.catalog import Catalog, open_catalog
from watchfloor.core.share import folder
from watchfloor.feeds import FEEDS
from watchfloor.store import Store

FLOORS = sorted(path.parent.name for path in folder("catalogs").glob("*/catalog.yml"))
LIVE = [
    f"live/{name}"
    for name in [
        "alerts",
        "alarms",
        "events",
        "detections",
        "incidents",
        "reports",
        "resources",
        "scenarios",
        "sensors",
        "observations",
    ]
]


def names() -> list[tuple[str, str]]:
    """Return floor and name of every entry; opening a catalog reads nothing."""
    return [(floor, name) for floor in FLOORS for name in open_catalog(folder("catalogs") / floor)]


@pytest.fixture(scope="module")
def catalogs(tmp_path_factory) -> dict[str, Catalog]:
    store = Store.open(tmp_path_factory.mktemp("store") / "store.sqlite")
    yield {floor: open_catalog(folder("catalogs") / floor, store=store, strict=True) for floor in FLOORS}
    store.close()


def test_two_floors_ship():
    assert FLOORS == ["demo", "world"]


@pytest.mark.parametrize("floor", FLOORS)
def test_nothing_is_wrong_with_the_files(catalogs, floor):
    assert catalogs[floor].problems == []


@pytest.mark.parametrize("floor", FLOORS)
def test_every_floor_has_the_live_entries(catalogs, floor):
    assert [name for name in catalogs[floor] if name.startswith("live/")] == LIVE
    assert all(catalogs[floor][name].live for name in LIVE)


@pytest.mark.parametrize(("floor", "name"), names())
def test_entry_is_what_it_says(catalogs, floor, name):
    entry = catalogs[floor][name]
    assert entry.check() == []
    assert entry.state.kind == "fresh"


@pytest.mark.parametrize(("floor", "name"), names())
def test_entry_is_described(catalogs, floor, name):
    meta = catalogs[floor][name].metadata
    assert meta.title.zh, "a Chinese title"
    assert meta.description.zh, "a Chinese description"
    assert meta.description.en.endswith(".")
    assert meta.invented == (floor == "demo" and not name.startswith("live/"))


@pytest.mark.parametrize(("floor", "name"), [pair for pair in names() if pair[1].startswith("region/")])
def test_the_region_lies_where_the_floor_opens(catalogs, floor, name):
    entry, block = catalogs[floor][name], catalogs[floor].floor
    data = entry.read()
    if hasattr(data, "total_bounds"):
        west, south, east, north = data.total_bounds
    else:
        to_degrees = Transformer.from_crs(entry.metadata.crs, "EPSG:4326", always_xy=True)
        x, y = [float(data.x.min()), float(data.x.max())], [float(data.y.min()), float(data.y.max())]
        (west, east), (south, north) = to_degrees.transform(x, y)
    assert abs((west + east) / 2 - block.centre[0]) < 0.2
    assert abs((south + north) / 2 - block.centre[1]) < 0.2
    assert 0 < east - west < 0.6
    assert 0 < north - south < 0.6


@pytest.mark.parametrize("floor", FLOORS)
def test_layers_are_few_at_first_and_in_their_own_places(catalogs, floor):
    layers = catalogs[floor].layers()
    orders = [entry.map.order for entry in layers]
    assert len(set(orders)) == len(orders), "two layers in one place"
    assert sum(entry.map.visible for entry in layers) <= 16
    assert not any(
        entry.map.visible and entry.map.kind == "raster" and entry.map.opacity > 0.6 for entry in layers
    )
    assert {entry.map.group for entry in layers} <= {
        "hazards",
        "events",
        "resources",
        "sensors",
        "exposure",
        "base",
    }
    ground = max((entry.map.order for entry in layers if entry.map.group == "base"), default=0)
    assert all(
        entry.map.order > ground for entry in layers if entry.map.group in {"hazards", "events", "sensors"}
    )


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for path in folder("catalogs").rglob("*.yml")
        if path.parent.name not in {"rules", "alarms", "cascades", "scenarios"}
    ),
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_the_files_are_plain_intake(path: Path):
    catalog = intake.open_catalog(str(path))
    ours = open_catalog(path)
    for name in catalog.entries:
        reader = catalog[name]
        if type(reader).__name__ in {"YAMLCatalogReader", "ThemeReader"}:
            assert reader.read().entries
        elif not ours[name].live:
            theirs = reader.read()
            assert getattr(theirs, "shape", None) == ours[name].read().shape, name


def test_the_demo_floor_is_marked_and_listens_to_its_story(catalogs):
    block = catalogs["demo"].floor
    assert (block.status.value, block.invented) == ("Exercise", True)
    assert [feed.source for feed in block.feeds] == ["demo-edge"]
    assert block.feeds[0].story.resolve() == (folder("data_samples") / "demo" / "story").resolve()


def test_the_world_floor_is_in_earnest_and_its_feeds_are_known(catalogs):
    block = catalogs["world"].floor
    assert (block.status.value, block.invented) == ("Actual", False)
    assert {feed.feed for feed in block.feeds} <= set(FEEDS)
    assert {feed.host for feed in block.feeds} == {
        "api.weather.gov",
        "earthquake.usgs.gov",
        "www.gdacs.org",
        "firms.modaps.eosdis.nasa.gov",
    }
    assert all(feed.url.startswith("https://") for feed in block.feeds)


def test_contract_of_the_demo_region(catalogs):
    wanted = (
        "districts rivers dem land-cover population buildings roads hospitals schools shelters plant mine reservoir "
        "stocks responders sensors basin"
    )
    assert {f"region/{name}" for name in wanted.split()} <= set(catalogs["demo"])


def test_the_example_of_the_readme_works(tmp_path, table):
    text = (folder("catalogs") / "README.md").read_text(encoding="utf-8")
    (tmp_path / "catalog.yml").write_text(
        text.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8"
    )
    table.rename(columns={"stage_m": "level_m", "station": "name"}).to_file(tmp_path / "wells.geojson")
    catalog = open_catalog(tmp_path, strict=True)
    assert catalog.check() == []
    assert [entry.name for entry in catalog.layers()] == ["wells"]
    assert len(intake.open_catalog(str(tmp_path / "catalog.yml"))["wells"].read()) == 3
