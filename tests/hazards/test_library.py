"""The library: scenarios saved as records with revisions and provenance, who may, what the journal says, what ships."""

import json
from datetime import timedelta

import pytest

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.errors import ForbiddenError, InvalidInputError, UnknownNameError
from watchfloor.hazards import library
from watchfloor.hazards.scenario import Scenario
from watchfloor.security.roles import Actor
from watchfloor.store import Store

NOW = parse_time("2026-06-01T12:00:00Z")
DUTY = Actor("anna", frozenset({"duty"}))
HOSTILE = "<img src=x onerror=alert(1)>\u202e"


@pytest.fixture
def floor():
    clock = FixedClock(NOW)
    with watchfloor.open("demo", store=Store.open(":memory:", clock=clock), clock=clock) as made:
        yield made


def test_a_scenario_is_saved_revised_and_kept_as_it_was_known(floor):
    first = library.save(
        floor, DUTY, Scenario("flood", "High tide"), runs={"preview": "a" * 64}, origin=("alert", "cap", "1")
    )
    assert (first.revision, first.actor) == (1, "anna")
    floor.clock.set(NOW + timedelta(hours=1)) if hasattr(floor.clock, "set") else None
    second = library.save(floor, DUTY, first.scenario.but(seed=3), key=first.key)
    assert (second.key, second.revision) == (first.key, 2)
    assert [one.revision for one in library.saved(floor)] == [2]
    assert library.read(floor, first.key).scenario.seed == 3
    history = floor.store.history("scenario", library.SOURCE, first.key)
    assert [record.revision for record in history] == ["000001", "000002"]
    assert history[0].body["provenance"]["runs"] == {"preview": "a" * 64}
    assert history[0].body["provenance"]["origin"] == ["alert", "cap", "1"]
    assert history[0].status == floor.status
    acts = [(entry.actor, entry.action) for entry in floor.store.journal.entries()]
    assert acts == [("anna", "save scenario"), ("anna", "save scenario")]
    assert floor.store.journal.verify().ok


def test_whoever_may_not_record_may_not_save_or_drop(floor):
    viewer = Actor("bo", frozenset({"viewer"}))
    with pytest.raises(ForbiddenError, match="bo"):
        library.save(floor, viewer, Scenario("flood", "Mine"))
    made = library.save(floor, DUTY, Scenario("flood", "Ours"))
    with pytest.raises(ForbiddenError):
        library.drop(floor, viewer, made.key)
    assert [one.key for one in library.saved(floor)] == [made.key]
    assert len(floor.store.journal.entries()) == 1


def test_a_title_is_needed_and_is_only_text(floor):
    with pytest.raises(InvalidInputError, match="title"):
        library.save(floor, DUTY, Scenario("flood", "   "))
    made = library.save(floor, DUTY, Scenario("flood", HOSTILE))
    assert "\u202e" not in made.scenario.title
    assert "<img" in made.scenario.title, "it is shown as what it is"


def test_what_is_dropped_is_off_the_list_and_in_the_history(floor):
    made = library.save(floor, DUTY, Scenario("storm", "Old"))
    library.drop(floor, DUTY, made.key)
    assert library.saved(floor) == []
    assert len(floor.store.history("scenario", library.SOURCE, made.key)) == 2
    with pytest.raises(UnknownNameError):
        library.drop(floor, DUTY, "nothing")
    with pytest.raises(UnknownNameError):
        library.read(floor, "nothing")


def test_scenarios_of_the_catalog_are_there_in_both_languages_and_run(floor, monkeypatch):
    known = library.shipped(floor)
    assert {"flood"} <= set(known)
    for one in known.values():
        assert one.scenario.title
        assert one.title_zh
        site = one.scenario.but(resolution=600.0).site(floor)
        forcing = one.scenario.forcing(floor, site)
        assert forcing.attrs["remarks"] or not forcing.data_vars
    assert library.opening(floor, "flood") == known["flood"].scenario
    monkeypatch.setattr(library, "shipped", lambda _: {})
    assert library.opening(floor, "crowd") == Scenario("crowd")


def test_a_broken_file_of_the_catalog_costs_itself_only(floor, tmp_path):
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "a.yml").write_text("title: {en: A}\nmodel: nonsense\n")
    (folder / "b.yml").write_text("!!python/object/apply:os.system [true]")
    (folder / "c.yml").write_text("title: {en: Good, zh: 好}\nmodel: storm\n", encoding="utf-8")
    floor.path = tmp_path
    assert list(library.shipped(floor)) == ["c"]


def test_scenarios_never_show_as_news(floor):
    library.save(floor, DUTY, Scenario("flood", "Quiet"))
    assert floor.store.records() == []


def test_saved_scenarios_are_an_entry_of_the_catalog(floor):
    asked = Scenario("storm", "Landfall", settings={"frames": 9}, members=3)
    before = floor.now()
    floor.clock.move(timedelta(minutes=1))
    kept = library.save(floor, DUTY, asked, runs={"full": "abc"}, origin=("incident", "own", "I1"))
    library.save(floor, DUTY, asked.but(title="Landfall, later"), key=kept.key)
    other = library.save(floor, DUTY, Scenario("flood", "Given up"))
    library.drop(floor, DUTY, other.key)
    entry = floor.catalog["live/scenarios"]
    assert entry.metadata.title.zh == "情景"
    found = entry.read()
    assert found["title"].tolist() == ["Landfall, later"]
    row = found.iloc[0]
    assert (row["model"], row["hazard"], row["saved_by"], row["revision"]) == (
        "storm",
        "storm",
        "anna",
        "000002",
    )
    assert row["digest"] == asked.key
    assert row["model_version"] == asked.kind.version
    # what the catalog gives can be asked again
    assert Scenario.of(json.loads(row["body"])) == asked.but(title="Landfall, later")
    assert entry.read(as_of=before).empty
    assert entry.read(state="cancelled")["title"].tolist() == ["Given up"]
    assert entry.read(hazard="flood").empty


def test_provenance_of_a_scenario_is_in_the_catalog(floor):
    library.save(
        floor, DUTY, Scenario("storm", "Begun"), runs={"full": "abc"}, origin=("incident", "own", "I1")
    )
    row = floor.catalog["live/scenarios"].read().iloc[0]
    assert row["origin"] == "incident/own/I1"
    assert json.loads(row["runs"]) == {"full": "abc"}
    assert list(floor.read("live/scenarios")["title"]) == ["Begun"]
