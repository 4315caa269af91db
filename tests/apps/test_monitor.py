"""The monitor app, built in process as a server builds it: its roots, what they hold, and that it goes away."""

import json
import weakref
from datetime import timedelta
from typing import Any

import pytest

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.settings import Settings
from watchfloor.security.roles import Capability
from watchfloor.store import Store
from watchfloor.store.records import Observation, Series
from watchfloor.views.monitor.desk import MonitorDesk
from watchfloor.views.monitor.live import Live
from watchfloor.views.serve.current import Serving, use
from watchfloor.views.serve.hub import Hub

NOW = parse_time("2026-06-01T12:00:00Z")
APP = "monitor"


@pytest.fixture
def floor(tmp_path):
    clock = FixedClock(NOW)
    made = watchfloor.open("demo", store=Store.open(":memory:", clock=clock), clock=clock)
    made.store.describe(
        [Series("t/a", "A", units="m", attrs={"interval_s": 600, "thresholds": {"red": 2.0}})]
    )
    made.store.observe([Observation("t/a", NOW - timedelta(minutes=5), 3.0)])
    desks = {"monitor": Capability.VIEW, "situation": Capability.VIEW, "secret": Capability.ADMINISTER}
    use(Serving(Settings(data=tmp_path), made, desks=desks))
    yield made
    use(None)
    Live.of(made).close()
    Hub.of(made.store).close()
    made.close()
    made.store.close()


def panes(document: Any) -> dict[str, Any]:
    """Return the state of the desk's panes by class name."""
    return {
        model.class_name: json.loads(model.data.state)
        if isinstance(model.data.state, str)
        else model.data.state
        for root in document.roots
        for model in root.references()
        if getattr(model, "class_name", "").endswith("Pane")  # copied: a closed document empties its models
    }


def test_the_page_holds_its_parts_and_listens_to_what_all_pages_share(floor, build):
    found = build(look=panes)
    assert {"WallPane", "DeskTabsPane", "TimePane", "HealthPane", "KeysPane"} <= set(found)
    assert found["WallPane"]["topic"] == "wall/6h/80"
    assert found["WallPane"]["url"].startswith("/monitor/broadcast#")
    assert "LatencyPane" not in found, "it is made when its tab is opened"


def test_the_address_says_what_is_shown(floor, build):
    found = build("?span=7d&size=large&group=hazard&cond=silent&s=t/a&tab=latency&hz=flood", panes)
    assert "WallPane" not in found, "the wall is made when its tab is opened"
    assert found["LatencyPane"]["selected"] == "t/a"
    wall = build("?span=7d&size=large&group=hazard&cond=silent&s=t/a&hz=flood", panes)["WallPane"]
    assert wall["topic"] == "wall/7d/160"
    assert (wall["group"], wall["conditions"], wall["selected"], wall["hazards"]) == (
        "hazard",
        ["silent"],
        "t/a",
        ["flood"],
    )


def test_a_hostile_address_costs_nothing(floor, build):
    wall = build("?span=forever&size=<b>&group=x&cond=y&tab=z&s=%00", panes)["WallPane"]
    assert (wall["span"], wall["size"], wall["group"], wall["conditions"]) == ("6h", "medium", "none", [])


def test_a_wall_has_no_controls(floor, build):
    found = build("?wall=1", panes)
    assert "TimePane" not in found
    assert "WallPane" in found


def test_the_past_is_not_listened_to(floor, build):
    wall = build("?asof=2026-06-01T11:00:00Z", panes)["WallPane"]
    assert wall["topic"] == ""
    assert wall["at"] == (NOW - timedelta(hours=1)).timestamp() * 1000


def test_the_header_links_the_desks_that_may_be_opened(floor, build):
    desks = build(look=lambda document: document.template_variables["desks"])
    assert [name for name, _ in desks] == ["situation", "monitor"]


def test_a_closed_session_leaves_nothing(floor, build, left):
    alive: list[Any] = []
    original = MonitorDesk.__init__

    def noted(self: Any, *args: Any, **values: Any) -> None:
        original(self, *args, **values)
        alive.append(weakref.ref(self))

    MonitorDesk.__init__ = noted
    try:
        for _ in range(4):
            build(look=lambda document: alive.append(weakref.ref(document)))
    finally:
        MonitorDesk.__init__ = original
    assert len(alive) == 8
    assert left(alive) == []
    assert Hub.of(floor.store).status().subscribers == 0
