"""The twin app, built in process as a server builds it: its roots, what the address asks for, and that it goes away."""

import json
import weakref
from typing import Any

import pytest

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.settings import Settings
from watchfloor.hazards import library
from watchfloor.hazards.scenario import Scenario
from watchfloor.security.roles import Actor, Capability
from watchfloor.store import Store
from watchfloor.views.serve.current import Serving, use
from watchfloor.views.serve.hub import Hub
from watchfloor.views.twin.desk import TwinDesk

NOW = parse_time("2026-06-01T12:00:00Z")
APP = "twin"


@pytest.fixture
def floor(tmp_path):
    clock = FixedClock(NOW)
    made = watchfloor.open("demo", store=Store.open(":memory:", clock=clock), clock=clock)
    desks = {"twin": Capability.VIEW, "situation": Capability.VIEW, "secret": Capability.ADMINISTER}
    use(Serving(Settings(data=tmp_path), made, desks=desks))
    yield made
    use(None)
    Hub.of(made.store).close()
    made.close()
    made.store.close()


def panes(document: Any) -> dict[str, Any]:
    """Return the state of the desk's panes by class name."""
    return {
        model.class_name: json.loads(model.data.state)
        if isinstance(model.data.state, str)
        else dict(model.data.state)
        for root in document.roots
        for model in root.references()
        if getattr(model, "class_name", "").endswith("Pane")  # copied: a closed document empties its models
    }


def answered(document: Any) -> bool:
    """Tell whether a preview is shown."""
    return bool(panes(document).get("RunBarPane", {}).get("shown"))


def test_the_page_holds_its_parts_before_any_model_is_loaded(floor, build):
    found = build(look=panes)
    parts = {
        "SetupPane",
        "RunBarPane",
        "OutcomePane",
        "StakesPane",
        "ScenariosPane",
        "CardPane",
        "FramesPane",
        "CoursePane",
    }
    assert parts <= set(found)
    assert found["SetupPane"] == {"models": [], "model": None}


def test_a_saved_scenario_is_opened_and_answered_by_its_address(floor, build):
    asked = Scenario("flood", "Kept", resolution=800.0, until=3600.0, members=3)
    key = library.save(floor, Actor("anna", frozenset({"duty"})), asked).key

    def whole(document: Any) -> bool:
        shown = panes(document).get("RunBarPane", {}).get("shown") or {}
        return bool(shown.get("members") == 3)  # members are shown as they come

    found = build(f"?scenario={key}", panes, whole)
    assert found["RunBarPane"]["shown"]["members"] == 3
    assert found["RunBarPane"]["title"] == "Kept"
    assert found["ScenariosPane"]["open"] == key
    assert found["OutcomePane"]["result"]["model"]["zh"]


def test_a_model_is_opened_by_its_address_and_a_hostile_one_costs_nothing(floor, build):
    found = build("?model=storm", panes, answered)
    assert found["SetupPane"]["model"] == "storm"
    found = build("?model=%3Cb%3E&scenario=..%2F..%2Fetc", panes, answered)
    assert found["SetupPane"]["model"] == "flood"


def test_the_header_links_the_desks_that_may_be_opened(floor, build):
    desks = build(look=lambda document: document.template_variables["desks"])
    assert [name for name, _ in desks] == ["situation", "twin"]


def test_a_closed_session_cancels_its_runs_and_leaves_nothing(floor, build, left):
    alive: list[Any] = []
    closed: list[bool] = []
    original = TwinDesk.__init__

    def noted(self: Any, *args: Any, **values: Any) -> None:
        original(self, *args, **values)
        alive.append(weakref.ref(self))
        runs = self.work.runs
        before = runs.close
        runs.close = lambda: (before(), closed.append(True))

    TwinDesk.__init__ = noted
    try:
        for _ in range(3):
            build(look=lambda document: alive.append(weakref.ref(document)))
    finally:
        TwinDesk.__init__ = original
    assert closed == [True] * 3
    assert left(alive) == []
    assert Hub.of(floor.store).status().subscribers == 0
