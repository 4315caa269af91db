"""The situation app, built in process as a server builds it: its roots, what they hold, and that it goes away."""

import gc
import json
import weakref
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.settings import Settings
from watchfloor.store import Store
from watchfloor.store.records import Record
from watchfloor.views.serve.current import Serving, use
from watchfloor.views.serve.hub import Hub
from watchfloor.views.situation import Situation

NOW = parse_time("2026-06-01T12:00:00Z")
APP = "situation"


def record(key: str, severity: str = "Severe", minutes: int = 5) -> Record:
    at = NOW - timedelta(minutes=minutes)
    return Record(
        "alert", "cap:office", key, "1", sent=at, valid_from=at, title=f"{key} rises", hazard="flood", severity=severity,
        status="Exercise",
    )  # fmt: skip


@pytest.fixture
def floor(tmp_path):
    clock = FixedClock(NOW)
    made = watchfloor.open("demo", store=Store.open(":memory:", clock=clock), clock=clock)
    made.store.append([record("A1"), record("A2", "Extreme")], known=NOW - timedelta(minutes=5))
    use(Serving(Settings(data=tmp_path), made))
    yield made
    use(None)
    Hub.of(made.store).close()
    made.close()
    made.store.close()


def panes(document: Any) -> dict[str, Any]:
    """Return the models of the desk's panes by class name."""
    return {
        model.class_name: SimpleNamespace(
            state=json.loads(model.data.state), clock=model.data.clock, language=model.data.language
        )
        for root in document.roots
        for model in root.references()
        if getattr(model, "class_name", "").endswith("Pane")  # copied: a closed document empties its models
    }


def test_the_page_holds_every_part_and_the_worst_first(floor, build):
    found = build(look=panes)
    assert set(found) >= {
        "ListPane", "DetailPane", "FiguresPane", "FiltersPane", "TimePane", "HealthPane", "AreaPane", "ExportPane", "KeysPane",
    }  # fmt: skip
    rows = found["ListPane"].state["rows"]
    assert [row["title"] for row in rows] == ["A2 rises", "A1 rises"]
    figures = {item["name"]: item["value"] for item in found["FiguresPane"].state["figures"]}
    assert (figures["Extreme"], figures["Severe"]) == (1, 1)
    assert found["ListPane"].clock["zone"] == str(floor.zone)


def test_the_address_says_what_is_shown(floor, build):
    found = build("?sev=Severe&lang=zh&r=alert!cap:office!A1", panes)
    assert [row["key"] for row in found["ListPane"].state["rows"]] == ["A1"]
    assert found["ListPane"].language == "zh"
    assert found["DetailPane"].state["record"]["title"] == "A1 rises"
    past = build("?asof=2026-06-01T11:50:00Z", panes)
    assert past["ListPane"].state["total"] == 0


def test_a_hostile_address_costs_nothing_but_a_note(floor, build):
    found = build("?sev=Worst&asof=never&area=1,2&r=x&q=%00&layers=../..&zzz=1", panes)
    assert found["ListPane"].state["total"] == 2
    assert len(found["FiltersPane"].state["notes"]) >= 5


def test_a_wall_has_no_controls(floor, build):
    found = build("?wall=1", panes)
    assert "FiltersPane" not in found
    assert "TimePane" not in found
    assert found["ListPane"].state["total"] == 2


def test_the_page_carries_the_mark_of_the_floor(floor, build):
    assert build(look=lambda document: document.template_variables["mark"]) == floor.mark


def test_a_closed_session_leaves_nothing(floor, build, left):
    alive: list[Any] = []

    def look(document: Any) -> None:
        alive.append(weakref.ref(document))

    original = Situation.__init__

    def noted(self: Any, *args: Any, **values: Any) -> None:
        original(self, *args, **values)
        alive.append(weakref.ref(self))

    Situation.__init__ = noted
    try:
        for _ in range(4):
            build(look=look)
    finally:
        Situation.__init__ = original
    assert len(alive) == 8
    assert left(alive) == []
    assert Hub.of(floor.store).status().subscribers == 0


def test_fifty_desks_dropped_leave_none_alive(floor):
    kept = [weakref.ref(Situation(floor)) for _ in range(50)]
    gc.collect()
    assert [one() for one in kept if one() is not None] == []
