"""Readers of other packages, by entry point: trusted because they were installed; broken ones are shown, not fatal."""

import sys
from pathlib import Path

import pytest

from watchfloor.catalog import open_catalog, trusted
from watchfloor.core.errors import CatalogError, UnsafeError
from watchfloor.core.registry import BrokenPluginWarning

CODE = """
from intake.readers.datatypes import FileData
from intake.readers.readers import FileReader
import pandas as pd

class Lines(FileData):
    pass

class LinesReader(FileReader):
    implements = {Lines}
    output_instance = "pandas:DataFrame"
    def _read(self, data, skip=0, **kw):
        import intake
        assert intake.conf["allow_import"] is False
        with open(data.url) as file:
            return pd.DataFrame({"line": file.read().splitlines()[skip:]})

class NoReader:
    pass
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch):
    """Install a package that offers readers, for one test."""
    folder = tmp_path / "installed"
    info = folder / "wfthird-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "wfthird.py").write_text(CODE)
    (folder / "wfbroken.py").write_text("raise RuntimeError('half installed')")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: wfthird\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[watchfloor.catalog.readers]\n"
        "lines = wfthird:LinesReader\nlines-data = wfthird:Lines\nbroken = wfbroken:Reader\nno-reader = wfthird:NoReader\n"
        "steal = intake.readers.readers:PandasCSV\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    trusted.foreign.cache_clear()
    yield folder
    trusted.foreign.cache_clear()
    trusted.broken.clear()
    for name in ("wfthird", "wfbroken"):
        sys.modules.pop(name, None)


@pytest.fixture
def path(write, make, tmp_path) -> Path:
    found = write(make.single("wfthird:LinesReader", "wfthird:Lines", "{CATALOG_DIR}/a.txt", skip=1))
    (tmp_path / "site" / "a.txt").write_text("one\ntwo\n")
    return found


def test_an_installed_reader_is_read(package, path):
    catalog = open_catalog(path, strict=True)
    assert "wfthird" not in sys.modules, "opening imports nothing"
    assert catalog["x"].read()["line"].tolist() == ["two"]


def test_the_same_rules_hold_for_its_files(package, write, make):
    with pytest.raises(UnsafeError, match="outside"):
        open_catalog(write(make.single("wfthird:LinesReader", "wfthird:Lines", "/etc/passwd")))["x"].read()


def test_without_the_package_it_is_refused(path):
    catalog = open_catalog(path)
    with pytest.raises(UnsafeError):
        catalog["x"].read()
    assert any("'wfthird:LinesReader' is not a reader" in line for line in catalog.problems)


def test_a_broken_reader_costs_only_itself(package, write, make, tmp_path):
    content = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv")
    content["entries"]["broken"] = make.entry("wfbroken:Reader", {})
    content["entries"]["none"] = make.entry("wfthird:NoReader", {})
    path = write(content)
    (tmp_path / "site" / "a.csv").write_text("a\n1\n")
    catalog = open_catalog(path)
    assert catalog.problems == []
    with (
        pytest.warns(BrokenPluginWarning, match="half installed"),
        pytest.raises(CatalogError, match="does not load"),
    ):
        catalog["broken"].reader()
    with pytest.warns(BrokenPluginWarning), pytest.raises(CatalogError, match="neither a reader nor"):
        catalog["none"].reader()
    assert catalog["x"].read().shape == (1, 1)
    assert any("wfbroken:Reader: RuntimeError: half installed" in line for line in catalog.problems)


def test_check_loads_what_is_installed(package, write, make):
    with pytest.warns(BrokenPluginWarning):
        found = open_catalog(write({})).check()
    assert any("half installed" in line for line in found)


def test_a_package_cannot_replace_a_listed_reader(package):
    assert trusted.foreign()["wfthird:LinesReader"].point is not None
    assert "intake.readers.readers:PandasCSV" not in trusted.foreign()


def test_intake_imports_our_readers_lightly():
    """``import intake`` imports our module by its entry point; it must not bring anything heavy along."""
    import subprocess

    code = (
        "import intake, sys\n"
        "assert 'watchfloor.catalog.readers' in sys.modules, 'not installed with its entry point'\n"
        "heavy = {'pandas', 'geopandas', 'xarray', 'rioxarray', 'pydantic', 'sqlalchemy', 'shapely', 'pyproj'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_listing_imports_neither_intake_nor_data_libraries():
    import subprocess

    code = (
        "import sys\n"
        "from watchfloor.catalog import open_catalog\n"
        "from watchfloor.core.share import folder\n"
        "catalog = open_catalog(folder('catalogs') / 'demo')\n"
        "assert len(catalog) > 8 and catalog.layers() and catalog.search('river')\n"
        "heavy = {'intake', 'pandas', 'geopandas', 'xarray', 'shapely'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
