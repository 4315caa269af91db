"""A demo floor in memory, and what a page works on, for tests of the twin."""

import pytest

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.hazards.scenario import Scenario
from watchfloor.store import Store
from watchfloor.views.selection import Selection
from watchfloor.views.twin.work import Work

NOW = parse_time("2026-06-01T12:00:00Z")
SMALL = Scenario("flood", "Small", resolution=800.0, until=3600.0, members=4)


@pytest.fixture(scope="module")
def floor():
    clock = FixedClock(NOW)
    with watchfloor.open("demo", store=Store.open(":memory:", clock=clock), clock=clock) as made:
        yield made


@pytest.fixture
def work(floor):
    made = Work(floor, Selection())
    yield made
    made.close()


@pytest.fixture(scope="module")
def ensemble(floor):
    from watchfloor.hazards.ensemble import run

    courses = {"time": [0.0, 1800.0], "values": {"rain_rate": [80.0, 20.0], "discharge": [[50.0], [150.0]]}}
    return run(SMALL.but(courses=courses).request(floor, "standard"))
