"""The demo story as a small cube, and a cube made of arrays."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from watchfloor.core.clock import micros, parse_time
from watchfloor.core.share import folder

START = micros(parse_time("2026-06-01T00:00:00Z"))
COLUMNS = ["title", "field", "units", "lon", "lat", "hazard", "attrs"]


class Stretch(NamedTuple):
    """A window of a cube."""

    time: Any
    value: Any
    flag: Any


class Arrays:
    """A cube of arrays: name -> (microseconds, values)."""

    def __init__(self, data: Mapping[str, tuple[Any, Any]], cadence: Mapping[str, int]) -> None:
        self.data = {
            name: (np.asarray(time, np.int64), np.asarray(value, np.float32))
            for name, (time, value) in data.items()
        }
        self.seconds = dict(cadence)

    def names(self) -> list[str]:
        return sorted(self.data)

    def cadence(self, name: str) -> timedelta | None:
        return timedelta(seconds=self.seconds[name]) if name in self.seconds else None

    def window(self, name: str, start: datetime | None = None, end: datetime | None = None) -> Stretch:
        time, value = self.data[name]
        first = 0 if start is None else np.searchsorted(time, micros(start))
        last = len(time) if end is None else np.searchsorted(time, micros(end))
        part = slice(int(first), int(last))
        return Stretch(time[part], value[part], np.where(np.isfinite(value[part]), 1, 9).astype(np.uint8))


def table(rows: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Return descriptions as `store.series` does."""
    plain = {"title": "", "field": "", "units": "", "lon": None, "lat": None, "hazard": "", "attrs": {}}
    data = [[(plain | dict(row))[name] for name in COLUMNS] for row in rows.values()]
    frame = pd.DataFrame(data, columns=COLUMNS, index=pd.Index(list(rows), name="name"))
    return frame.astype({"lon": "float64", "lat": "float64"})


@pytest.fixture(scope="session")
def arrays() -> type[Arrays]:
    """Return the class of cubes made of arrays."""
    return Arrays


@pytest.fixture(scope="session")
def describe() -> Any:
    """Return the function that makes a table of descriptions."""
    return table


@pytest.fixture(scope="session")
def story() -> tuple[Arrays, pd.DataFrame]:
    """Return the demo story as a cube that begins on 1 June 2026, and its descriptions."""
    home = Path(folder("data_samples")) / "demo" / "story"
    observed = pd.read_parquet(home / "observations.parquet").sort_values(["series", "offset"])
    rows = {}
    for item in json.loads((home / "stations.geojson").read_text(encoding="utf-8"))["features"]:
        own, (lon, lat) = item["properties"], item["geometry"]["coordinates"]
        rows[own["series"]] = own | {"lon": lon, "lat": lat, "attrs": own}
    data = {
        name: (START + part["offset"].to_numpy(np.int64) * 1_000_000, part["value"].to_numpy())
        for name, part in observed.groupby("series", observed=True)
    }
    return Arrays(data, {name: int(row["interval_s"]) for name, row in rows.items()}), table(rows)
