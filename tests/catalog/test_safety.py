"""No catalog runs code or fetches what the settings do not allow: the known ways out of Intake, each with a proof.

Every test first lets the trick work where it can (Intake itself, or the plain library), so that the proof is known to
be one; then it opens and reads the same file through our catalog and looks at the proof.
"""

import json
import os
import pickle  # noqa: TID251  a break-out is made with it
import sqlite3
import sys
from pathlib import Path

import geopandas as gpd
import h5py
import intake
import numpy as np
import pandas as pd
import pytest
import rasterio
import yaml
import zarr

from watchfloor.catalog import Policy, open_catalog
from watchfloor.catalog.document import read_document
from watchfloor.core.errors import InvalidInputError, UnknownNameError, UnsafeError, WatchfloorError

READERS = "intake.readers.readers:"


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """Return a file that only code run from a catalog would make."""
    return tmp_path / "canary"


def refused(path: Path, *, policy: Policy | None = None, **params):
    """Open a catalog, see its entry ``x`` refused and listed, and return the catalog."""
    catalog = open_catalog(path, policy=policy)
    assert "x" in catalog
    with pytest.raises(UnsafeError) as caught:
        catalog["x"].read(**params)
    assert "x" in str(caught.value)
    return catalog


# the rows of the table of break-outs


def test_1_python_module_reader(write, make, tmp_path, canary):
    code = tmp_path / "site" / "run.py"
    code.parent.mkdir()
    code.write_text(f"open({str(canary)!r}, 'w').close()")
    path = write(make.single("PythonModule", "PythonSourceCode", str(code)))
    intake.open_catalog(str(path))["x"].read()
    assert canary.exists(), "the trick works in Intake itself"
    canary.unlink()
    catalog = refused(path)
    assert not canary.exists()
    assert any("PythonModule' is not a reader that catalogs may use" in line for line in catalog.problems)


class Touch:
    """An object whose unpickling makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (os.mknod, (str(self.path),))


def test_2_pickled_model_reader(write, make, tmp_path, canary):
    model = tmp_path / "site" / "model.pkl"
    model.parent.mkdir()
    model.write_bytes(pickle.dumps(Touch(canary)))
    with model.open("rb") as file:
        pickle.load(file)
    assert canary.exists(), "the trick works where it is unpickled"
    canary.unlink()
    path = write(make.single("SKLearnModelReader", "SKLearnPickleModel", str(model)))
    refused(path)
    assert not canary.exists()


def test_2b_pickle_template(write, make, tmp_path, canary):
    import base64

    text = base64.b64encode(pickle.dumps(Touch(canary))).decode()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.csv").write_text("a\n1\n")
    refused(write(make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv", names="{pickle64(" + text + ")}")))
    assert not canary.exists()


@pytest.mark.parametrize("word", ["func", "import"])
def test_3_function_template(write, make, tmp_path, canary, word):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.csv").write_text(f"a\nopen({str(canary)!r},'w').close()\n")
    kwargs = {"converters": {"a": "{" + word + "(builtins:eval)}"}, "sep": ";"}
    path = write(make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv", **kwargs))
    if word == "func":  # {import(…)} does not work in Intake 2.0.9, but may in the next
        intake.open_catalog(str(path))["x"].read()
        assert canary.exists(), "the trick works in Intake itself"
        canary.unlink()
    refused(path)
    assert not canary.exists()
    refused(write(make.single("PandasCSV", "CSV", "{" + word + "(os:getcwd)}/a.csv")))


@pytest.mark.parametrize("where", ["reader", "datatype", "cls", "output_instance"])
def test_4_class_of_any_module(write, make, tmp_path, canary, where, monkeypatch):
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "watchfloor_marker.py").write_text(f"open({str(canary)!r}, 'w').close()\nclass Thing: pass\n")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.csv").write_text("a\n1\n")
    monkeypatch.syspath_prepend(str(folder))
    content = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv")
    spec = "watchfloor_marker:Thing"
    if where == "reader":
        content["entries"]["x"]["reader"] = spec
    elif where == "datatype":
        content["data"]["x-file"]["datatype"] = spec
    elif where == "cls":
        content["user_parameters"] = {"P": {"cls": spec, "default": "a.csv", "description": ""}}
        content["data"]["x-file"]["kwargs"]["url"] = "{CATALOG_DIR}/{P}"
    else:
        content["entries"]["x"]["output_instance"] = spec
    path = write(content)
    if where == "output_instance":
        assert open_catalog(path)["x"].read().shape == (1, 1)
    elif where == "cls":
        with pytest.raises(UnsafeError):
            open_catalog(path)["x"].read(P="a.csv")
    else:
        refused(path)
    assert not canary.exists()
    assert "watchfloor_marker" not in sys.modules
    __import__("watchfloor_marker")
    assert canary.exists(), "the marker is one"
    del sys.modules["watchfloor_marker"]


def test_5_template_language_of_version_1(write, tmp_path, canary):
    shell = "{{ cycler.__init__.__globals__.os.popen('touch " + str(canary) + "').read() }}"
    path = write(yaml.safe_dump({"sources": {"x": {"driver": "csv", "args": {"urlpath": shell}}}}))
    catalog = refused(path)
    assert not canary.exists()
    assert any("may stand between braces" in line for line in catalog.problems)


@pytest.mark.parametrize(
    "text",
    [
        "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
        "{{ 7 * 7 }}",
        "{{ env('SECRET') }}/a.csv",
        "{{ shell('id') }}",
        "{{ [] | map(attribute='x') }}",
    ],
)
def test_5b_other_templates_of_version_1(write, text):
    refused(write(yaml.safe_dump({"sources": {"x": {"driver": "csv", "args": {"urlpath": text}}}})))


def test_6_plugins_of_version_1(write, tmp_path, canary, monkeypatch):
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "watchfloor_plugin.py").write_text(f"open({str(canary)!r}, 'w').close()\n")
    monkeypatch.syspath_prepend(str(folder))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.csv").write_text("a\n1\n")
    path = write(
        yaml.safe_dump(
            {
                "plugins": {"source": [{"module": "watchfloor_plugin"}, {"dir": str(folder)}]},
                "sources": {"x": {"driver": "csv", "args": {"urlpath": "{{ CATALOG_DIR }}/a.csv"}}},
            }
        )
    )
    catalog = open_catalog(path)
    assert catalog["x"].read().shape == (1, 1)
    assert not canary.exists()
    assert "watchfloor_plugin" not in sys.modules
    assert any("plugins: is refused" in line for line in catalog.problems)


def test_6b_driver_class_of_version_1(write, tmp_path, canary, monkeypatch):
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "watchfloor_driver.py").write_text(f"open({str(canary)!r}, 'w').close()\n")
    monkeypatch.syspath_prepend(str(folder))
    path = write(yaml.safe_dump({"sources": {"x": {"driver": "watchfloor_driver.Source", "args": {}}}}))
    catalog = refused(path)
    assert any("'watchfloor_driver.Source' is not a driver that is read" in line for line in catalog.problems)
    assert not canary.exists()


def test_7_python_tags(write, canary):
    path = write(f"version: 2\nmetadata: !!python/object/apply:os.mknod [{canary}]\n")
    with pytest.raises(WatchfloorError, match="tag"):
        open_catalog(path)
    assert not canary.exists()


def test_8_environment_is_not_sent(write, make, monkeypatch):
    monkeypatch.setenv("WATCHFLOOR_TEST_SECRET", "s3cr3t-value")
    with make.served({"/a.csv": b"a\n1\n"}) as (base, asked):
        host = frozenset({base.removeprefix("http://")})
        allowed = Policy(hosts=host, environment=frozenset({"WATCHFLOOR_TEST_SECRET"}))
        direct = write(make.single("PandasCSV", "CSV", base + "/a.csv?k={env(WATCHFLOOR_TEST_SECRET)}"))
        refused(direct, policy=Policy(hosts=host))
        catalog = refused(direct, policy=allowed)
        assert any("sends an environment variable to a host" in line for line in catalog.problems)
        content = make.single("PandasCSV", "CSV", base + "/a.csv?k={K}")
        simple = "intake.readers.user_parameters:SimpleUserParameter"
        content["user_parameters"] = {
            "K": {"cls": simple, "dtype": "str", "default": "env(WATCHFLOOR_TEST_SECRET)", "description": ""}
        }
        refused(write(content, "b.yml"), policy=allowed)
        content["data"]["x-file"]["kwargs"]["url"] = "{HOST}{K}"
        content["user_parameters"]["HOST"] = {
            "cls": simple,
            "dtype": "str",
            "default": base + "/a.csv?k=",
            "description": "",
        }
        refused(write(content, "c.yml"), policy=allowed)
        assert asked == []


def test_8a_an_address_from_the_environment_is_not_asked(write, make, monkeypatch):
    with make.served({"/a.csv": b"a\n1\n"}) as (base, asked):
        monkeypatch.setenv("WATCHFLOOR_TEST_URL", base + "/a.csv")
        path = write(make.single("PandasCSV", "CSV", "{env(WATCHFLOOR_TEST_URL)}"))
        policy = Policy(
            hosts=frozenset({base.removeprefix("http://")}), environment=frozenset({"WATCHFLOOR_TEST_URL"})
        )
        with pytest.raises(UnsafeError, match="would send an environment variable to a host"):
            open_catalog(path, policy=policy)["x"].read()
        assert asked == []


def test_8b_environment_needs_to_be_allowed(write, make, tmp_path, monkeypatch):
    monkeypatch.setenv("WATCHFLOOR_TEST_DAY", "monday")
    path = write(make.single("PandasCSV", "CSV", "{CATALOG_DIR}/{env(WATCHFLOOR_TEST_DAY)}.csv"))
    (tmp_path / "site" / "monday.csv").write_text("a\n1\n")
    assert any("'WATCHFLOOR_TEST_DAY' is not allowed" in line for line in refused(path).problems)
    allowed = Policy(environment=frozenset({"WATCHFLOOR_TEST_DAY"}))
    assert open_catalog(path, policy=allowed)["x"].read().shape == (1, 1)


@pytest.mark.parametrize(
    "url",
    ["/etc/passwd", "file:///etc/passwd", "FILE:///etc/passwd", "{CATALOG_DIR}/../../../../../../etc/passwd"],
)
def test_9_files_outside(write, make, url):
    with pytest.raises(UnsafeError, match=r"outside the catalog's folders"):
        open_catalog(write(make.single("PandasCSV", "CSV", url, header=None, sep=":")))["x"].read()


def test_10_loopback_is_not_asked(write, make):
    with make.served({"/a.csv": b"a\n1\n"}) as (base, asked):
        port = base.rpartition(":")[2]
        for url in (
            f"{base}/a.csv",
            f"HTTP://127.0.0.1:{port}/a.csv",
            f"http://localhost:{port}/a.csv",
            f"http://2130706433:{port}/a.csv",
            f"http://0x7f.1:{port}/a.csv",
            f"http://[::ffff:127.0.0.1]:{port}/a.csv",
            f"http://example.org@127.0.0.1:{port}/a.csv",
            f" http://127.0.0.1:{port}/a.csv",
            f"http:\\\\127.0.0.1:{port}\\a.csv",
        ):
            with pytest.raises(UnsafeError):
                open_catalog(
                    write(make.single("PandasCSV", "CSV", url)),
                    policy=Policy(hosts=frozenset({"example.org"})),
                )["x"].read()
        assert asked == []
        catalog = open_catalog(
            write(make.single("PandasCSV", "CSV", f"{base}/a.csv")),
            policy=Policy(hosts=frozenset({f"127.0.0.1:{port}"})),
        )
        assert catalog["x"].read().shape == (1, 1)
        assert len(asked) == 1, "the same address is asked when it is allowed"


# and more


def test_redirect_to_another_host_is_not_followed(write, make):
    with (
        make.served({"/secret.csv": b"a\n1\n"}) as (inner, asked_inner),
        make.served({}, redirect={"/a.csv": inner + "/secret.csv"}) as (outer, asked_outer),
    ):
        policy = Policy(hosts=frozenset({outer.removeprefix("http://")}))
        with pytest.raises(UnsafeError, match="is not among the allowed hosts"):
            open_catalog(write(make.single("PandasCSV", "CSV", outer + "/a.csv")), policy=policy)["x"].read()
        assert len(asked_outer) == 1
        assert asked_inner == []


@pytest.mark.parametrize(
    "url",
    [
        "simplecache::{CATALOG_DIR}/a.csv",
        "{CATALOG_DIR}/a.csv::zip",
        "{CATALOG_DIR}/zip://a.csv",
        "zip://a.csv::{CATALOG_DIR}/a.zip",
        "filecache::http://127.0.0.1:9/a.csv",
        "reference://x",
        "memory://a.csv",
        "data:,a%0A1",
        "s3://bucket/a.csv",
        "ftp://127.0.0.1/a.csv",
        "github://org:repo@main/a.csv",
        "/vsicurl/http://127.0.0.1:9/a.csv",
        "zip:///{CATALOG_DIR}/a.zip!a.csv",
        "~/a.csv",
        "a\x00.csv",
        "",
    ],
)
def test_chained_and_other_addresses(write, make, url):
    path = write(make.single("PandasCSV", "CSV", url))
    with pytest.raises(UnsafeError):
        open_catalog(path)["x"].read()


def test_symlinks_end_inside(write, make, tmp_path):
    path = write(make.single("PandasCSV", "CSV", "{CATALOG_DIR}/link.csv"))
    (tmp_path / "outside.csv").write_text("a\n1\n")
    (tmp_path / "site" / "inside.csv").write_text("a\n2\n")
    link = tmp_path / "site" / "link.csv"
    link.symlink_to(tmp_path / "outside.csv")
    with pytest.raises(UnsafeError, match="outside the catalog's folders"):
        open_catalog(path)["x"].read()
    link.unlink()
    link.symlink_to(tmp_path / "site" / "inside.csv")
    assert open_catalog(path)["x"].read()["a"].tolist() == [2]


def test_symlink_swapped_after_a_good_reading(write, make, tmp_path):
    path = write(make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv"))
    (tmp_path / "outside.csv").write_text("a\n666\n")
    (tmp_path / "site" / "a.csv").write_text("a\n2\n")
    entry = open_catalog(path)["x"]
    assert entry.read()["a"].tolist() == [2]
    (tmp_path / "site" / "a.csv").unlink()
    (tmp_path / "site" / "a.csv").symlink_to(tmp_path / "outside.csv")
    with pytest.raises(UnsafeError):
        entry.read()


@pytest.mark.parametrize(
    "url", ["{CATALOG_DIR}/../*.csv", "/etc/pass*", "{CATALOG_DIR}/*/../../*.csv", "{CATALOG_DIR}/d*/*.csv"]
)
def test_globs_end_inside(write, make, tmp_path, url):
    path = write(make.single("watchfloor.catalog.readers:CSVReader", "CSV", url))
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (tmp_path / "site" / "sub").mkdir()
    (tmp_path / "site" / "door").symlink_to(tmp_path)
    with pytest.raises(UnsafeError):
        open_catalog(path)["x"].read()


@pytest.mark.parametrize(
    "day", ["../../etc/passwd", "..", "a/b", "*", "a::b", "[a]", "a!b", ".hidden", "x\\y"]
)
def test_parameters_cannot_leave_their_place(write, make, tmp_path, day):
    content = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/{DAY}.csv")
    content["user_parameters"] = {
        "DAY": {
            "cls": "intake.readers.user_parameters:SimpleUserParameter",
            "dtype": "str",
            "default": "monday",
            "description": "",
        }
    }
    path = write(content)
    (tmp_path / "site" / "monday.csv").write_text("a\n1\n")
    catalog = open_catalog(path)
    assert catalog["x"].read().shape == (1, 1)
    with pytest.raises(UnsafeError, match="cannot stand in the path"):
        catalog["x"].read(DAY=day)


def test_environment_parameter_is_no_way_round_the_roots(write, make, monkeypatch):
    monkeypatch.setenv("WATCHFLOOR_TEST_FILE", "/etc/passwd")
    path = write(make.single("PandasCSV", "CSV", "{env(WATCHFLOOR_TEST_FILE)}"))
    with pytest.raises(UnsafeError, match="outside"):
        open_catalog(path, policy=Policy(environment=frozenset({"WATCHFLOOR_TEST_FILE"})))["x"].read()


@pytest.mark.parametrize(
    "kwargs",
    [
        {"storage_options": {"key": "x"}},
        {"filepath_or_buffer": "/etc/passwd"},
        {"converters": {"a": "x"}},
        {"engine": "python"},
        {"memory_map": True},
    ],
)
def test_arguments_are_an_allow_list(write, make, tmp_path, kwargs):
    path = write(make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv", **kwargs))
    (tmp_path / "site" / "a.csv").write_text("a\n1\n")
    assert any(
        "is not an argument of this reader that catalogs may set" in line for line in refused(path).problems
    )


def test_arguments_of_data_are_an_allow_list(write, make):
    args = {"url": "{CATALOG_DIR}/a.csv", "storage_options": {"headers": {"X": "1"}}}
    refused(write(make.single("PandasCSV", "CSV", args=args)))


def test_vector_arguments_cannot_run_sql(write, make):
    refused(
        write(
            make.single(
                "GeoPandasReader", "GeoPackage", "{CATALOG_DIR}/a.gpkg", sql="select 1", sql_dialect="SQLITE"
            )
        )
    )


# files that are not what they say


def test_vrt_called_tiff_reads_nothing_else(write, make, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    secret = tmp_path / "secret.tif"
    with rasterio.open(
        secret,
        "w",
        driver="GTiff",
        height=1,
        width=1,
        count=1,
        dtype="uint8",
        transform=rasterio.Affine(1, 0, 5, 0, -1, 5),
    ) as file:
        file.write(np.array([[7]], "uint8"), 1)
    (site / "a.tif").write_text(
        '<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        f"<SourceFilename>{secret}</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand><GeoTransform>5, 1, 0, 5, 0, -1</GeoTransform></VRTDataset>"
    )
    with rasterio.open(site / "a.tif") as file:
        assert file.read(1)[0, 0] == 7, "the trick works in GDAL itself"
    path = write(make.single("watchfloor.catalog.readers:GeoTIFFReader", "TIFF", "{CATALOG_DIR}/a.tif"))
    with pytest.raises(InvalidInputError, match="is not a TIFF file"):
        open_catalog(path)["x"].read()


def test_vrt_called_geojson_reads_nothing_else(write, make, tmp_path, table):
    site = tmp_path / "site"
    site.mkdir()
    table.to_file(tmp_path / "secret.geojson")
    (site / "a.geojson").write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{tmp_path}/secret.geojson</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    )
    (site / "a.vrt").write_text((site / "a.geojson").read_text())
    assert len(gpd.read_file(site / "a.vrt")) == 3, "the trick works in GDAL itself"
    for datatype in ("GeoJSON", "GeoPackage", "FlatGeoBuf", "Shapefile"):
        path = write(make.single("GeoPandasReader", datatype, "{CATALOG_DIR}/a.geojson"))
        with pytest.raises(InvalidInputError, match="is not"):
            open_catalog(path)["x"].read()


def test_hdf5_that_leads_elsewhere(write, make, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (tmp_path / "secret.bin").write_bytes(b"TOPSECRT")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["rain"] = np.arange(3.0)
    with h5py.File(site / "raw.nc", "w") as file:
        file.create_dataset("rain", (1,), "f8", external=[(str(tmp_path / "secret.bin"), 0, 8)])
    with h5py.File(site / "link.nc", "w") as file:
        file["rain"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/rain")
    with h5py.File(site / "virtual.nc", "w") as file:
        layout = h5py.VirtualLayout((3,), "f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "rain", (3,))
        file.create_group("deep").create_virtual_dataset("rain", layout)
    with h5py.File(site / "raw.nc") as file:
        assert file["rain"][:].tobytes() == b"TOPSECRT", "the trick works in HDF5 itself"
    for name in ("raw", "link", "virtual"):
        path = write(make.single("XArrayDatasetReader", "HDF5", f"{{CATALOG_DIR}}/{name}.nc"))
        with pytest.raises(UnsafeError, match="another file"):
            open_catalog(path)["x"].read()


def test_zarr_that_leads_elsewhere_or_unpickles(write, make, tmp_path, grid):
    site = tmp_path / "site"
    site.mkdir()
    grid.to_zarr(site / "a.zarr", zarr_format=2, consolidated=False)
    path = write(
        make.single(
            "XArrayDatasetReader",
            "Zarr",
            args={"url": "{CATALOG_DIR}/a.zarr", "root": ""},
            consolidated=False,
        )
    )
    assert open_catalog(path)["x"].read()["rain"].shape == (3, 4)
    described = site / "a.zarr" / "rain" / ".zarray"
    good = described.read_text()
    described.write_text(json.dumps(json.loads(good) | {"filters": [{"id": "pickle", "protocol": 5}]}))
    with pytest.raises(UnsafeError, match="the codec 'pickle'"):
        open_catalog(path)["x"].read()
    described.write_text(good)
    (tmp_path / "secret").write_bytes(b"\0" * 96)
    (site / "a.zarr" / "rain" / "0.0").unlink()
    (site / "a.zarr" / "rain" / "0.0").symlink_to(tmp_path / "secret")
    with pytest.raises(UnsafeError, match="outside the catalog's folders"):
        open_catalog(path)["x"].read()


def test_pickle_codec_runs_code_in_zarr_itself(canary, monkeypatch):
    numcodecs = pytest.importorskip("numcodecs")
    monkeypatch.setattr(
        "numcodecs.pickles.ALLOW_UNSAFE_PICKLE_DECODE", True, raising=False
    )  # newer ones ask for it
    codec = numcodecs.get_codec({"id": "pickle"})
    assert type(codec).__name__ == "Pickle", "the codec that is refused exists"
    codec.decode(pickle.dumps(Touch(canary)))
    assert canary.exists()
    assert zarr.__version__


def test_parquet_folder_with_a_link(write, make, tmp_path):
    site = tmp_path / "site"
    (site / "d").mkdir(parents=True)
    pd.DataFrame({"a": [1]}).to_parquet(site / "d" / "0.parquet")
    pd.DataFrame({"a": [666]}).to_parquet(tmp_path / "secret.parquet")
    path = write(make.single("PandasParquet", "Parquet", "{CATALOG_DIR}/d"))
    assert open_catalog(path)["x"].read()["a"].tolist() == [1]
    (site / "d" / "1.parquet").symlink_to(tmp_path / "secret.parquet")
    with pytest.raises(UnsafeError):
        open_catalog(path)["x"].read()


# SQL


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "site" / "cases.sqlite"
    path.parent.mkdir(exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("create table cases (hazard text, dead int)")
        connection.executemany("insert into cases values (?, ?)", [("flood", 3), ("fire", 5)])
    connection.close()
    return path


def sql(make, query: str, conn: str = "{CATALOG_DIR}/cases.sqlite", **kwargs) -> dict:
    content = make.single(
        "watchfloor.catalog.readers:SQLReader", "SQLQuery", args={"conn": conn, "query": query}, **kwargs
    )
    content["user_parameters"] = {
        "HAZARD": {
            "cls": "intake.readers.user_parameters:SimpleUserParameter",
            "dtype": "str",
            "default": "flood",
            "description": "",
        }
    }
    return content


def test_parameters_are_bound(write, make, database):
    path = write(sql(make, "select * from cases where hazard = :hazard", params={"hazard": "{HAZARD}"}))
    entry = open_catalog(path)["x"]
    assert entry.read()["dead"].tolist() == [3]
    assert entry.read(HAZARD="fire")["dead"].tolist() == [5]
    assert entry.read(HAZARD="x' or '1'='1")["dead"].tolist() == []


@pytest.mark.parametrize(
    "query",
    [
        "select * from cases where hazard = '{HAZARD}'",
        "delete from cases",
        "select 1; drop table cases",
        "attach database '/tmp/x.db' as x",
        "pragma writable_schema = 1",
        "vacuum into '/tmp/x.db'",
        "update cases set dead = 0",
    ],
)
def test_only_one_select_without_braces(write, make, database, query):
    refused(write(sql(make, query)))
    with sqlite3.connect(database) as connection:
        assert connection.execute("select count(*) from cases").fetchone() == (2,)
    connection.close()


@pytest.mark.parametrize(
    "query",
    [
        "with x as (select load_extension('/tmp/x.so') as y) select * from x",
        "select * from pragma_database_list",
    ],
)
def test_a_select_can_only_select(write, make, database, query):
    with pytest.raises(InvalidInputError, match="cannot be run"):
        open_catalog(write(sql(make, query)))["x"].read()


@pytest.mark.parametrize(
    "conn",
    [
        "sqlite:////etc/passwd",
        "/etc/passwd",
        "postgresql://u:p@127.0.0.1/x",
        "sqlite://",
        "file:x?mode=memory",
        "mssql+pyodbc://x",
    ],
)
def test_only_files_inside_and_named_databases(write, make, database, conn):
    with pytest.raises(UnsafeError):
        open_catalog(write(sql(make, "select 1", conn)))["x"].read()


def test_named_database(write, make, database):
    path = write(
        sql(make, "select * from cases where hazard = :h", "database:archive", params={"h": "{HAZARD}"})
    )
    with pytest.raises(UnknownNameError, match="database of the settings 'archive'"):
        open_catalog(path)["x"].read()
    policy = Policy(databases={"archive": f"sqlite+pysqlite:///{database}"})
    assert open_catalog(path, policy=policy)["x"].read(HAZARD="fire")["dead"].tolist() == [5]
    assert "archive" not in repr(policy)


# defence in depth: while a catalog is read, Intake itself refuses; elsewhere it does not


def test_intake_refuses_in_our_thread_only():
    from threading import Thread

    from watchfloor.catalog.reading import guarded

    seen: list[bool] = []
    before = intake.conf["allow_import"]
    with guarded():
        assert intake.conf["allow_import"] is False
        assert intake.conf.get("allow_pickle") is False
        other = Thread(target=lambda: seen.append(intake.conf["allow_import"]))
        other.start()
        other.join()
    assert seen == [before]
    assert intake.conf["allow_import"] == before
    with intake.conf.set(allow_import=False):
        assert intake.conf["allow_import"] is False
    assert intake.conf["allow_import"] == before


def test_shipped_catalogs_hold_no_aliases_of_code():
    from watchfloor.core.share import folder

    for path in sorted(folder("catalogs").rglob("*.yml")):
        found = read_document(path).data
        if path.parent.name == "rules":
            assert found["rules"]
        elif path.parent.name == "cascades":
            assert found["events"]
        elif path.parent.name == "scenarios":
            assert found["model"]
        elif path.parent.name != "alarms":
            assert found["version"] == 2
