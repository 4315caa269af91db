"""A catalog: listing, nesting, searching, and what is wrong with it by line and column."""

import re
from pathlib import Path

import pytest

from watchfloor.catalog import Catalog, Policy, open_catalog
from watchfloor.core.errors import CatalogError, InvalidInputError, LimitError, UnknownNameError, UnsafeError

NESTED = "YAMLCatalogReader"


def nest(make, *themes: str, **more) -> dict:
    """Return a catalog that nests theme files of the same folder."""
    content = {"data": {}, "entries": {}}
    for theme in themes:
        one = make.single(NESTED, "YAMLFile", f"{{CATALOG_DIR}}/{theme}.yml")
        content["data"][f"{theme}-file"] = one["data"]["x-file"]
        content["entries"][theme] = one["entries"]["x"]
        content["entries"][theme]["kwargs"]["data"] = f"{{data({theme}-file)}}"
    return content | more


@pytest.fixture
def catalog(write, make, tmp_path) -> Catalog:
    rivers = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv")
    rivers["entries"]["x"]["metadata"] = make.META | {
        "tags": ["gauge"],
        "crs": "EPSG:4326",
        "map": {"kind": "lines", "group": "base", "order": 20},
    }
    rivers["entries"]["y"] = rivers["entries"]["x"] | {
        "metadata": make.META
        | {
            "title": {"en": "Fuels", "zh": "可燃物"},
            "description": "What burns.",
            "hazard": ["wildfire"],
            "crs": "EPSG:4326",
            "map": {"kind": "points", "group": "base", "order": 10},
        }
    }
    rivers["entries"]["z"] = rivers["entries"]["x"] | {"metadata": make.META | {"hazard": []}}
    write(rivers, "ground.yml")
    (tmp_path / "site" / "a.csv").write_text("a\n1\n")
    return open_catalog(write(nest(make, "ground")), strict=True)


def test_listing(catalog):
    assert list(catalog) == ["ground/x", "ground/y", "ground/z"]
    assert len(catalog) == 3
    assert "ground/x" in catalog
    assert "ground" not in catalog
    assert catalog.get("nothing") is None
    assert catalog.themes() == ["ground"]
    assert dict(catalog.items())["ground/x"] is catalog["ground/x"]
    assert "ground/y: Fuels" in repr(catalog)
    with pytest.raises(UnknownNameError, match="did you mean 'ground/x'"):
        catalog["ground/xx"]


def test_layers_lowest_first(catalog):
    assert [entry.name for entry in catalog.layers()] == ["ground/y", "ground/x"]


def test_search(catalog):
    def names(*args, **kwargs):
        return [entry.name for entry in catalog.search(*args, **kwargs)]

    assert names("fuels") == ["ground/y"]
    assert names("可燃") == ["ground/y"]
    assert names("burns WHAT") == ["ground/y"]
    assert names("nothing") == []
    assert names(hazard="flood") == ["ground/x", "ground/z"]
    assert names(hazard="wildfire") == ["ground/y", "ground/z"]
    assert names(tag="gauge") == ["ground/x"]
    assert names(theme="ground", live=False) == list(catalog)
    assert names(theme="gro") == []
    assert catalog.search("fuels")[0].read().shape == (1, 1)


def test_catalogs_can_be_kept_by_weak_references(catalog, write, make):
    assert hash(catalog) == hash(catalog)
    assert catalog == catalog
    assert catalog != open_catalog(catalog.path)


def test_the_repr_is_a_page_with_a_table(catalog):
    page = catalog._repr_html_()
    assert page.count("<tr>") == 4
    assert "Stages" in page


def test_parameters_flow_into_themes(write, make, tmp_path):
    theme = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/{DAY}.csv")
    write(theme, "days.yml")
    for day in ("mon", "tue"):
        (tmp_path / "site" / f"{day}.csv").write_text(f"{day}\n1\n")
    simple = "intake.readers.user_parameters:SimpleUserParameter"
    content = nest(
        make,
        "days",
        user_parameters={"DAY": {"cls": simple, "dtype": "str", "default": "mon", "description": ""}},
    )
    catalog = open_catalog(write(content), strict=True)
    assert list(catalog["days/x"].read()) == ["mon"]
    assert list(catalog(DAY="tue")["days/x"].read()) == ["tue"]


def test_themes_that_nest_each_other(write, make):
    write(nest(make, "b"), "a.yml")
    write(nest(make, "a"), "b.yml")
    catalog = open_catalog(write(nest(make, "a")))
    assert len(catalog) == 0
    assert any("is nested in itself" in line for line in catalog.problems)


def test_themes_nested_too_deep_or_too_many(write, make):
    for level in range(8):
        write(nest(make, f"t{level + 1}"), f"t{level}.yml")
    write({}, "t8.yml")
    catalog = open_catalog(write(nest(make, "t0")))
    assert any("nested more than 4 deep" in line for line in catalog.problems)
    for number in range(12):
        write({}, f"w{number}.yml")
    wide = open_catalog(write(nest(make, *(f"w{number}" for number in range(12)))), policy=Policy(files=10))
    assert any("nested over more than 10 files" in line for line in wide.problems)


def test_a_broken_theme_costs_only_itself(write, make, tmp_path):
    write(make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv"), "good.yml")
    write("version: 2\nentries: [", "bad.yml")
    catalog = open_catalog(write(nest(make, "good", "bad", "gone")))
    assert list(catalog) == ["good/x"]
    text = "\n".join(catalog.problems)
    assert "entries.bad:" in text
    assert re.search(r"bad\.yml:\d+:\d+: this is not YAML", text)
    assert "There is no file" in text


def test_a_theme_outside_is_refused(write, make, tmp_path):
    (tmp_path / "outside.yml").write_text("version: 2\n")
    content = make.single(NESTED, "YAMLFile", "{CATALOG_DIR}/../outside.yml")
    catalog = open_catalog(write(content))
    assert len(catalog) == 0
    assert any("outside the catalog's folders" in line for line in catalog.problems)


def test_a_shared_theme_for_any_catalog(write, make):
    content = {"entries": {"live": make.entry("watchfloor.catalog.readers:ThemeReader", {"theme": "live"})}}
    assert "live/alerts" in open_catalog(write(content), strict=True)
    content["entries"]["live"]["kwargs"]["theme"] = "../demo/region"
    assert any("There is no theme '../demo/region'" in line for line in open_catalog(write(content)).problems)


CATALOG = """\
version: 2
metadata: {}
aliases: {}
user_parameters: {}
data:
  a-file:
    datatype: intake.readers.datatypes:CSW
    kwargs: {url: "{CATALOG_DIR}/a.csv"}
    metadata: {}
    user_parameters: {}
  b-file:
    datatype: intake.readers.datatypes:CSV
    kwargs: {url: "{CATALOG_DIR}/{DAI}.csv"}
    metadata: {}
    user_parameters: {}
entries:
  a:
    reader: intake.readers.readers:PandasCSV
    output_instance: pandas:DataFrame
    kwargs: {data: "{data(a-file)}"}
    user_parameters: {}
    metadata: &good {title: A, description: B, provider: C, licence: D, hazard: [], cadence: static, classification: public}
  b:
    reader: intake.readers.readers:PandasCSW
    kwargs: {data: "{data(b-fil)}"}
    output_instance: pandas:DataFrame
    user_parameters: {}
    metadata:
      <<: *good
      hazard: [flod]
      crs: EPSG:4326
      colr: red
      map:
        kind: point
        group: base
        order: 1
        colour: blue
        shpe: circle
  Ground Water:
    reader: intake.readers.readers:PandasCSV
    kwargs: {data: "{data(b-file)}"}
    metadata: {title: X, cadence: PT1H}
    user_parameters: {}
"""


def test_problems_say_where(write):
    path = write(CATALOG)
    catalog = open_catalog(path)
    said = [line.removeprefix(f"{path}:") for line in catalog.problems]
    for expected in (
        "7:15: data.a-file.datatype: 'intake.readers.datatypes:CSW' is not a kind of data that catalogs may use; did you mean 'intake.readers.datatypes:CSV'?",
        "24:13: entries.b.reader: 'intake.readers.readers:PandasCSW' is not a reader that catalogs may use; did you mean 'intake.readers.readers:PandasCSV'?",
        "25:20: entries.b.kwargs.data: '{data(b-fil)}' is not one of the data above, as {data(name)}; did you mean 'b-file'?",
        "30:16: entries.b.metadata.hazard.0: 'flod' is not a kind of hazard; did you mean 'flood'?",
        "32:7: entries.b.metadata.colr: is not a known key",
        "34:15: entries.b.metadata.map.kind: 'point' is not one of points, lines, polygons, raster, cloud; did you mean 'points'?",
        "37:17: entries.b.metadata.map.colour.fixed: 'blue' is not a colour",
        "38:9: entries.b.metadata.map.shpe: is not a known key; did you mean 'shape'?",
        "39:3: entries.Ground Water: 'Ground Water' is not a name",
        "42:15: entries.Ground Water.metadata.provider: is missing",
        "13:19: data.b-file.kwargs.url: there is no parameter 'DAI'",
    ):
        assert any(line.startswith(expected) for line in said), (expected, said)
    assert any("entries.Ground Water.output_instance: is missing" in line for line in said)
    with pytest.raises(CatalogError, match="things are wrong with"):
        open_catalog(path, strict=True)


def test_a_mistake_in_the_metadata_costs_only_that_part(write, make, tmp_path):
    content = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv")
    content["entries"]["x"]["metadata"] = make.META | {
        "crs": "EPSG:4326",
        "map": {"kind": "point"},
        "cadense": "static",
    }
    path = write(content)
    (tmp_path / "site" / "a.csv").write_text("a\n1\n")
    catalog = open_catalog(path)
    entry = catalog["x"]
    assert entry.read().shape == (1, 1)
    assert entry.map is None
    assert catalog.layers() == []
    assert entry.metadata.provider == "Survey"
    assert entry.metadata.crs == "EPSG:4326"


def test_metadata_that_is_missing_is_taken_strictly(write, make, tmp_path):
    content = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv")
    content["entries"]["x"]["metadata"] = {}
    entry = open_catalog(write(content))["x"]
    assert entry.metadata.classification == "restricted"
    assert entry.metadata.licence == "unknown"
    assert entry.title() == "x"


def test_same_name_for_data_and_entry(write, make):
    content = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv")
    content["data"]["x"] = content["data"]["x-file"]
    assert any("data.x: has the name of an entry" in line for line in open_catalog(write(content)).problems)


@pytest.mark.parametrize("text", ["", "[]", "version: 3", "just words", "version: 2\nentries: []"])
def test_files_that_are_no_catalog(write, text):
    path = write(text)
    assert open_catalog(path).problems
    with pytest.raises(CatalogError):
        open_catalog(path, strict=True)


def test_no_file(tmp_path):
    with pytest.raises(InvalidInputError, match="cannot be read"):
        open_catalog(tmp_path)


def test_too_large(write):
    from watchfloor.catalog.document import Limits

    with pytest.raises(LimitError):
        open_catalog(write("version: 2\n" + "# " + "x" * 3000), policy=Policy(limits=Limits(size=1000)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "Real"}, "'Real' is not one of Actual, Exercise, System, Test"),
        ({"zone": "Mars/Base"}, "There is no time zone 'Mars/Base'"),
        ({"centre": [200, 0]}, "floor.centre.0"),
        ({"zoom": 99}, "floor.zoom"),
        ({"feeds": [{"source": "a", "feed": "cap"}]}, "expected exactly one of url, inbox, story and mqtt"),
        ({"feeds": [{"source": "A b", "feed": "cap", "url": "https://x.org"}]}, "is not a source's name"),
        ({"feeds": [{"source": "a", "feed": "cap", "url": "ftp://x.org"}]}, "is not an http(s) address"),
        ({"feeds": [{"source": "a", "feed": "cap", "url": "https://u:p@x.org"}]}, "without a user name"),
        (
            {"feeds": [{"source": "a", "feed": "cap", "url": "https://x.org"}] * 2},
            "name the source 'a' twice",
        ),
        (
            {"feeds": [{"source": "a", "feed": "cap", "story": "{func(os:getcwd)}"}]},
            "only {CATALOG_DIR} may stand",
        ),
        ({"extra": 1}, "floor.extra: is not a known key"),
    ],
)
def test_floor_block(write, change, words):
    good = {"title": "F", "status": "Test", "zone": "UTC", "centre": [0, 0], "zoom": 3}
    assert open_catalog(write({"metadata": {"floor": good}}), strict=True).floor.status == "Test"
    catalog = open_catalog(write({"metadata": {"floor": good | change}}))
    assert catalog.floor is None
    assert any(words in line for line in catalog.problems), catalog.problems


def test_check_reads_everything(catalog, tmp_path):
    found = catalog.check()
    assert any("has no geometry" in line for line in found)
    (tmp_path / "site" / "a.csv").unlink()
    fresh = open_catalog(catalog.path)
    assert sum("cannot be read" in line for line in fresh.check()) == 3


def test_refused_entries_are_listed_but_not_drawn(write, make):
    content = make.single("PythonModule", "PythonSourceCode", "a.py")
    catalog = open_catalog(write(content))
    assert list(catalog) == ["x"]
    assert catalog.layers() == []
    assert "refused" in catalog._repr_html_()
    assert "is not a reader" in catalog["x"].check()[0]
    with pytest.raises(UnsafeError):
        catalog["x"].reader()
    assert Path(catalog.path).name == "catalog.yml"


def test_what_a_file_says_of_all_its_entries(write, make, tmp_path):
    content = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv", sep=",")
    content["metadata"] = {
        "common": {key: value for key, value in make.META.items() if key not in {"title", "description"}}
    }
    content["entries"]["x"]["metadata"] = {"title": "X", "description": "Y", "licence": "Own"}
    entry = open_catalog(write(content), strict=True)["x"]
    assert (entry.metadata.provider, entry.metadata.licence) == ("Survey", "Own")
    content["metadata"]["common"]["cadence"] = "sometimes"
    catalog = open_catalog(write(content))
    assert any("metadata.common.cadence: 'sometimes' is not a duration" in line for line in catalog.problems)
