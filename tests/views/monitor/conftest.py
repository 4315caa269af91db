"""A floor with a few stations of known behaviour, at a time that stands still."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.store import Store
from watchfloor.store.records import Observation, Series
from watchfloor.views.monitor.live import Live
from watchfloor.views.serve.hub import Hub

NOW = parse_time("2026-06-01T12:00:00Z")
STEP = timedelta(minutes=10)
LIMITS = {"yellow": 3.0, "orange": 4.0, "red": 5.0}


def series(name: str, title: str = "", **values: Any) -> Series:
    """Return a river gauge that reports every ten minutes."""
    attrs = {"interval_s": 600, "kind": "gauge", "thresholds": LIMITS} | values.pop("attrs", {})
    given = {"field": "water_level", "units": "m", "lon": 158.48, "lat": 33.99, "hazard": "flood"} | values
    return Series(name, title or name, attrs=attrs, **given)


def run(name: str, values: Any, *, end: Any = NOW, flag: int = 1) -> pd.DataFrame:
    """Return observations ten minutes apart, the last at `end`."""
    values = np.asarray(values, float)
    times = [end - STEP * (len(values) - 1 - place) for place in range(len(values))]
    return pd.DataFrame({"series": name, "time": pd.DatetimeIndex(times), "value": values, "flag": flag})


def make_floor(name: str = "demo") -> Any:
    """Return an empty floor."""
    clock = FixedClock(NOW)
    return watchfloor.open(name, store=Store.open(":memory:", clock=clock), clock=clock)


def end(made: Any) -> None:
    """Close a floor and all that runs for it."""
    Live.of(made).close()
    Hub.of(made.store).close()
    made.close()
    made.store.close()


@pytest.fixture
def floor() -> Iterator[Any]:
    """Return an empty demo floor at noon of 1 June 2026, UTC."""
    made = make_floor()
    yield made
    end(made)


@pytest.fixture
def busy(floor: Any) -> Any:
    """Return a floor whose stations are high, rising, level, falling below, silent, flagged and never heard."""
    floor.store.describe(
        [
            series("t/high", "High", attrs={"title_zh": "高"}),
            series("t/rising", "Rising"),
            series("t/level", "Level"),
            series(
                "t/low", "Low", attrs={"thresholds": {"yellow": 2.0, "orange": 1.0}, "direction": "below"}
            ),
            series("t/silent", "Silent"),
            series("t/bad", "Bad"),
            series("t/never", "Never"),
        ],
        known=NOW - timedelta(days=2),
    )
    frames = [
        run("t/high", np.full(40, 4.2)),
        run("t/rising", np.linspace(0.05, 2.0, 40)),  # 0.05 m in ten minutes: 0.3 m/h, so 3 m in 3.33 h
        run("t/level", np.full(40, 1.0)),
        run("t/low", np.full(40, 1.5)),
        run("t/silent", np.full(40, 1.0), end=NOW - timedelta(hours=3)),
        run("t/bad", np.full(39, 1.0), end=NOW - STEP),
    ]
    floor.store.observe(pd.concat(frames), known=NOW - timedelta(minutes=1))
    floor.store.observe([Observation("t/bad", NOW, 99.0, 3)], known=NOW - timedelta(minutes=1))
    return floor
