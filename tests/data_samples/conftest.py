"""The demo's files, read once."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import rasterio

from watchfloor.core.share import folder
from watchfloor.feeds.collect.edge import Message

T0 = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def demo() -> Path:
    return folder("data_samples") / "demo"


@pytest.fixture(scope="session")
def table(demo: Path) -> Callable[[str], gpd.GeoDataFrame]:
    return lambda name: gpd.read_parquet(demo / f"{name}.parquet")


@pytest.fixture(scope="session")
def grid(demo: Path) -> Callable[[str], Any]:
    def read(name: str) -> Any:
        with rasterio.open(demo / f"{name}.tif") as file:
            assert file.crs.to_epsg() == 32657
            assert file.tags()["invented"] == "true"
            return file.read(1, masked=True)

    return read


@pytest.fixture(scope="session")
def observations(demo: Path) -> pd.DataFrame:
    found = pd.read_parquet(demo / "story" / "observations.parquet")
    return found.assign(series=found.series.astype(str), hour=found.offset / 3600)


@pytest.fixture(scope="session")
def lines(demo: Path) -> list[dict[str, Any]]:
    with gzip.open(demo / "story" / "messages.jsonl.gz") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="session")
def told(lines: list[dict[str, Any]]) -> list[tuple[dict[str, Any], datetime, bytes]]:
    """Every message with the time at which it comes in and its rendered bytes."""
    return [(line, T0 + timedelta(seconds=line["at"]), Message(**line).render(T0, 0)) for line in lines]
