"""Files of allowed hosts: fetched within limits, asked again cheaply, and kept when the host is gone."""

import gzip

import pytest

from watchfloor.catalog import Policy, open_catalog
from watchfloor.core.errors import CatalogError, LimitError, NotReadyError, UnsafeError


def policy(base: str, **more) -> Policy:
    return Policy(hosts=frozenset({base.removeprefix("http://")}), **more)


def test_fetched_once_and_asked_again_by_its_mark(write, make):
    files = {"/a.csv": b"a\n1\n"}
    with make.served(files) as (base, asked):
        entry = open_catalog(write(make.single("PandasCSV", "CSV", base + "/a.csv")), policy=policy(base))[
            "x"
        ]
        assert entry.read()["a"].tolist() == [1]
        assert entry.read()["a"].tolist() == [1]
        assert entry.state.kind == "fresh"
        assert "If-None-Match" not in asked[0]
        assert "If-None-Match" in asked[1]
        files["/a.csv"] = b"a\n1\n22\n"
        assert entry.read()["a"].tolist() == [1, 22]
        assert entry.provenance()["url"] == base + "/a.csv"
    assert entry.read()["a"].tolist() == [1, 22]
    assert entry.state.kind == "last-good"
    assert "cannot be reached" in entry.state.message


def test_too_large(write, make):
    with make.served({"/a.csv": b"a\n" + b"1\n" * 5000}) as (base, _):
        path = write(make.single("PandasCSV", "CSV", base + "/a.csv"))
        with pytest.raises(LimitError, match=r"at most 1,000 are read"):
            open_catalog(path, policy=policy(base, fetch_limit=1000))["x"].read()


def test_not_found_and_not_what_it_says(write, make):
    with make.served({"/a.parquet": b"no table"}) as (base, _):
        with pytest.raises(NotReadyError, match="answers 404"):
            open_catalog(write(make.single("PandasCSV", "CSV", base + "/b.csv")), policy=policy(base))[
                "x"
            ].read()
        with pytest.raises(CatalogError, match="is not a Parquet file"):
            open_catalog(
                write(make.single("PandasParquet", "Parquet", base + "/a.parquet")), policy=policy(base)
            )["x"].read()


def test_endless_redirects(write, make):
    with make.served({}, redirect={"/a.csv": "/a.csv"}) as (base, asked):
        with pytest.raises(NotReadyError, match="redirects more than 5 times"):
            open_catalog(write(make.single("PandasCSV", "CSV", base + "/a.csv")), policy=policy(base))[
                "x"
            ].read()
        assert len(asked) == 6


def test_packed_files_keep_their_name(write, make):
    with make.served({"/a.csv.gz": gzip.compress(b"a\n5\n")}) as (base, _):
        entry = open_catalog(write(make.single("PandasCSV", "CSV", base + "/a.csv.gz")), policy=policy(base))[
            "x"
        ]
        assert entry.read()["a"].tolist() == [5]


def test_several_addresses_and_folders_are_not_fetched(write, make):
    with make.served({}) as (base, asked):
        urls = [base + "/a.csv", base + "/b.csv"]
        path = write(make.single("watchfloor.catalog.readers:CSVReader", "CSV", urls))
        with pytest.raises(CatalogError, match="one file is fetched from a host"):
            open_catalog(path, policy=policy(base))["x"].read()
        path = write(make.single("XArrayDatasetReader", "Zarr", args={"url": base + "/a.zarr", "root": ""}))
        with pytest.raises(CatalogError, match="one file is fetched from a host"):
            open_catalog(path, policy=policy(base))["x"].read()
        assert asked == []


def test_proxies_of_the_environment_are_not_used(write, make, monkeypatch):
    with (
        make.served({"/a.csv": b"a\n1\n"}) as (proxy, asked),
        make.served({"/a.csv": b"a\n1\n"}) as (base, _),
    ):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        open_catalog(write(make.single("PandasCSV", "CSV", base + "/a.csv")), policy=policy(base))["x"].read()
        assert asked == []


def test_a_page_instead_of_a_file(write, make):
    with make.served({"/a.csv": b"<!doctype html><p>Sign in"}) as (base, _):
        entry = open_catalog(write(make.single("PandasCSV", "CSV", base + "/a.csv")), policy=policy(base))[
            "x"
        ]
        with pytest.raises(NotReadyError, match="answers with an HTML page"):
            entry.read()


def test_a_name_that_leads_to_this_machine(write, make):
    with make.served({"/a.csv": b"a\n1\n"}) as (base, asked):
        name = base.replace("127.0.0.1", "localhost")
        with pytest.raises(UnsafeError):
            open_catalog(write(make.single("PandasCSV", "CSV", name + "/a.csv")), policy=policy(name))[
                "x"
            ].read()
        assert asked == []
