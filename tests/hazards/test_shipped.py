"""The demo's own scenarios: one of each hazard of its story at least, in two languages, and each runs where it lies."""

import numpy as np
import pytest
import yaml

import watchfloor
from watchfloor.hazards import HAZARDS, library
from watchfloor.hazards.streams import Streams
from watchfloor.store import Store


@pytest.fixture(scope="module")
def floor():
    with watchfloor.open("demo", store=Store.open(":memory:")) as made:
        yield made


def test_every_model_has_a_scenario_and_every_file_is_read(floor):
    known = library.shipped(floor)
    files = {path.stem for path in (floor.path / "scenarios").glob("*.yml")}
    assert set(known) == files
    assert {one.scenario.model for one in known.values()} == set(HAZARDS)
    for path in (floor.path / "scenarios").glob("*.yml"):
        assert set(yaml.safe_load(path.read_text(encoding="utf-8"))["title"]) == {"en", "zh"}
        assert known[path.stem].title_zh


@pytest.mark.parametrize("name", list(HAZARDS))
def test_it_runs_at_preview_and_something_happens(floor, name):
    shipped = [one.scenario for one in library.shipped(floor).values() if one.scenario.model == name]
    for scenario in shipped:
        asked = scenario.request(floor, "preview", timed=())
        result = asked.member(0)
        model = asked.model
        for item in model.gives:
            if item.field in result:
                assert np.isfinite(result[item.field].values).all(), item.field
        strong = [item.field for item in model.gives if item.intensity and item.field in result]
        assert any(float(np.abs(result[field]).max()) > 0 for field in strong), "nothing happens"
        assert repr(model.sample(Streams(0, 1))) != repr(model.sample(Streams(0, 0)))
