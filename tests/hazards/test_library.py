"""The library: scenarios saved as records with revisions and provenance, who may, what the journal says, what ships."""

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


def test_scenarios_of_the_catalog_are_there_in_both_languages_and_run(floor):
    known = library.shipped(floor)
    assert {"flood"} <= set(known)
    for one in known.values():
        assert one.scenario.title
        assert one.title_zh
        site = one.scenario.but(resolution=600.0).site(floor)
        assert one.scenario.forcing(floor, site).attrs["remarks"]
    assert library.opening(floor, "flood") == known["flood"].scenario
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
