"""A floor with an empty store, people who may do things, and short ways to say what rules say."""

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import watchfloor
from watchfloor.alarms.life import Life
from watchfloor.alarms.policy import Policy, read_policy
from watchfloor.alarms.verdict import Verdict
from watchfloor.core.clock import FixedClock
from watchfloor.core.scales import WarningColour
from watchfloor.floor import Floor
from watchfloor.security.roles import Actor
from watchfloor.store import Series, Store

MINUTE = timedelta(minutes=1)
COLOURS = (None, WarningColour.BLUE, WarningColour.YELLOW, WarningColour.ORANGE, WarningColour.RED)


def says(
    at: datetime, subject: str = "G05", level: int = 2, rule: str = "river-level", **more: Any
) -> Verdict:
    """Return a verdict; level 0 is behind the dead-band unless said otherwise."""
    told = {
        "series": (subject,),
        "name": "" if level == 0 else f"level {level}",
        "colour": COLOURS[level],
        "value": 2.0 + level / 2,
        "limit": 2.4,
        "units": "m",
        "samples": ((subject, at),) if level else (),
        "why": f"Level at {subject} is {2 + level / 2} m.",
        "clears": level == 0,
        "hazard": "flood",
        "title": f"High water at {subject}",
    }
    return Verdict(rule, "1", subject, **{"time": at, "level": level} | told | more)


@pytest.fixture
def told() -> Callable[..., Verdict]:
    """Return a function that makes verdicts."""
    return says


@pytest.fixture
def policy() -> Policy:
    """Return the product's policy, with changes that count at once."""
    return read_policy(None).model_copy(update={"delays": {}})


@pytest.fixture
def floor(tmp_path: Any, clock: FixedClock) -> Iterator[Floor]:
    """Return a floor in earnest with five gauges along a river."""
    store = Store.open(tmp_path / "store.sqlite", clock=clock)
    store.describe(
        [
            Series(f"G{n:02d}", f"Gauge {n}", "water_level", "m", 112.0 + n / 10, 30.0, "flood")
            for n in range(10)
        ]
    )
    with watchfloor.open("world", store=store) as found:
        yield found
    store.close()


@pytest.fixture
def life(floor: Floor, policy: Policy) -> Life:
    """Return the life of the floor's alarms."""
    return Life(floor, policy)


@pytest.fixture
def anna() -> Actor:
    """Return somebody on duty."""
    return Actor("anna", frozenset({"duty"}))


@pytest.fixture
def bo() -> Actor:
    """Return somebody else on duty."""
    return Actor("bo", frozenset({"duty"}))


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """A PostgreSQL server of the store's tests; skips loudly where there is none, and fails in CI."""
    name = "watchfloor_tests_postgres"
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "store" / "postgres.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules.setdefault(name, importlib.util.module_from_spec(spec))
    if not hasattr(module, "Server"):
        spec.loader.exec_module(module)
    folder = module.programs()
    if folder is None:
        if os.environ.get("CI") == "true":
            pytest.fail(module.MISSING)
        pytest.skip(module.MISSING)
    found = module.Server(folder)
    yield found
    found.close()
