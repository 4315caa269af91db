"""Catalogs written for one test, and data of every format that they can name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
import yaml

META: dict[str, Any] = {
    "title": {"en": "Stages", "zh": "水位"},
    "description": "Stages at gauges.",
    "provider": "Survey",
    "licence": "CC0-1.0",
    "hazard": ["flood"],
    "cadence": "static",
    "classification": "public",
}


def entry(reader: str, kwargs: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return an entry with everything that Intake needs."""
    return {
        "reader": reader,
        "output_instance": "",
        "kwargs": kwargs,
        "metadata": META,
        "user_parameters": {},
    } | more


def data(datatype: str, **kwargs: Any) -> dict[str, Any]:
    """Return a data block with everything that Intake needs."""
    name = datatype if ":" in datatype else f"intake.readers.datatypes:{datatype}"
    return {"datatype": name, "kwargs": kwargs, "metadata": {}, "user_parameters": {}}


def single(
    reader: str, datatype: str, url: Any = None, *, args: dict[str, Any] | None = None, **kwargs: Any
) -> dict[str, Any]:
    """Return a catalog with one entry ``x``."""
    reader = reader if ":" in reader else f"intake.readers.readers:{reader}"
    arguments = {"url": url} if args is None else args
    return {
        "data": {"x-file": data(datatype, **arguments)},
        "entries": {"x": entry(reader, {"data": "{data(x-file)}"} | kwargs)},
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a catalog into ``site/`` below the test's folder."""

    def to(content: dict[str, Any] | str, name: str = "catalog.yml") -> Path:
        path = tmp_path / "site" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
            return path
        whole = {
            "version": 2,
            "metadata": {},
            "aliases": {},
            "user_parameters": {},
            "data": {},
            "entries": {},
        } | content
        path.write_text(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return path

    return to


@pytest.fixture
def table() -> gpd.GeoDataFrame:
    """Return three gauges."""
    frame = pd.DataFrame(
        {"station": ["A", "B", "C"], "stage_m": [1.5, 2.5, 3.5], "kind": ["river", "river", "sea"]}
    )
    return gpd.GeoDataFrame(
        frame, geometry=shapely.points([[100, 30], [101, 31], [102, 32]]), crs="EPSG:4326"
    )


@pytest.fixture
def grid() -> xr.Dataset:
    """Return rain over a small grid."""
    return xr.Dataset(
        {
            "rain": (
                ("y", "x"),
                np.arange(12.0).reshape(3, 4),
                {"units": "mm/h", "standard_name": "rainfall_rate"},
            )
        },
        coords={"x": ("x", [0.0, 1, 2, 3]), "y": ("y", [2.0, 1, 0])},
    )


@contextmanager
def served(
    files: dict[str, bytes], *, redirect: dict[str, str] | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Serve files on loopback and note every request."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {dict(self.headers)}")
            path = self.path.partition("?")[0]
            if redirect and path in redirect:
                self.send_response(302)
                self.send_header("Location", redirect[path])
                self.end_headers()
                return
            body = files.get(path)
            etag = f'"{len(body or b"")}"'
            if body is not None and self.headers.get("If-None-Match") == etag:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def make() -> SimpleNamespace:
    """Return the functions above (test files cannot import from here)."""
    return SimpleNamespace(entry=entry, data=data, single=single, served=served, META=META)
