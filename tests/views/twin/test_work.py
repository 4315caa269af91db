"""What a page works on: changes checked and answered by a preview, the newest wins, runs cancelled and ended with the page."""

from threading import Event

import numpy as np
import pytest

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.hazards.action import Action
from watchfloor.hazards.ensemble import Shelf
from watchfloor.hazards.scenario import Scenario
from watchfloor.views.twin.runs import Answer, Runs
from watchfloor.views.twin.work import Work

SMALL = Scenario("flood", "Small", resolution=800.0, until=3600.0, members=4)


def test_a_change_is_answered_by_a_preview_of_what_is_asked_now(work):
    work.begin(SMALL)
    work.set("wet", 0.2)
    work.drive("rain_rate", 60.0)
    work.runs.wait()
    assert work.scenario.settings == {"wet": 0.2}
    assert work.answer.scenario == work.scenario
    assert work.answer.ensemble.request.model.wet == 0.2
    assert float(work.answer.ensemble.request.forcing.rain_rate) == 60.0
    assert work.inputs[1] is work.answer.ensemble.request.forcing
    work.set("wet", 0.05)
    assert work.scenario.settings == {}, "what is the default again is not written down"


def test_what_is_refused_is_said_beside_its_field_and_changes_nothing(work):
    work.begin(SMALL)
    work.set("wet", 99)
    assert "from 0.001 to 1" in work.errors["set:wet"]
    assert work.scenario.settings == {}
    work.change("hours", until=-1.0)
    assert "length of the run" in work.errors["hours"]
    work.set("wet", 0.1)
    assert set(work.errors) == {"hours"}
    work.runs.wait()
    work.drive("discharge", [[1e9], [1e9]])
    work.runs.wait()
    assert work.preview.stage == "failed"
    assert "expected -100000 to 300000" in work.preview.trouble
    assert work.inputs is not None, "the form still shows what there is to mend"


def test_the_newest_question_wins_however_many_were_asked(work):
    heard: list[Answer] = []
    work.param.watch(lambda event: heard.append(event.new), ["answer"])
    work.begin(SMALL)
    for number in range(12):
        work.set("rain_spread", 0.1 + number / 100)
    work.runs.wait()
    assert heard[-1].scenario.settings["rain_spread"] == pytest.approx(0.21)
    assert heard[-1].stage == "done"
    finished = [one for one in heard if one.stage == "done"]
    assert len(finished) < 12, "those overtaken are given up"


def test_a_longer_run_tells_how_far_it_is_and_is_shown_in_place_of_the_preview(work):
    stages: list[str] = []
    work.param.watch(lambda event: stages.append(event.new.stage), ["longer"])
    work.begin(SMALL)
    work.runs.wait()
    work.run("standard")
    work.runs.wait()
    assert (work.answer.fidelity, work.answer.ensemble.members) == ("standard", 4)
    assert stages[0] == "preparing"
    assert stages[-1] == "done"
    work.runs.ask(work.scenario, "preview")
    work.runs.wait()
    assert work.answer.fidelity == "standard", "the same question has a finer answer already"
    with pytest.raises(UnknownNameError):
        work.run("finest")


def test_cancelling_stops_a_run_and_closing_says_nothing_more(floor, monkeypatch):
    begun, heard = Event(), []
    runs = Runs(
        floor, lambda answer: (heard.append(answer), begun.set() if answer.stage == "running" else None)
    )
    asked = SMALL.but(members=400)
    runs.ask(asked, "standard")
    assert begun.wait(30)
    runs.cancel()
    runs.wait()
    assert heard[-1].stage == "cancelled"
    begun.clear()
    runs.ask(asked, "standard")
    assert begun.wait(30)
    runs.close()
    count = len(heard)
    assert heard[-1].stage != "done"
    runs.ask(asked, "preview")
    runs.wait()
    assert len(heard) == count


def test_a_long_run_is_kept_on_the_shelf_and_taken_from_it(floor, tmp_path):
    heard: list[Answer] = []
    runs = Runs(floor, heard.append, Shelf(tmp_path))
    runs.ask(SMALL, "standard")
    runs.wait()
    key = heard[-1].ensemble.request.key
    assert runs.kept(key)
    assert not runs.kept("0" * 64)
    assert not runs.kept("../../etc")
    runs.ask(SMALL, "standard")
    runs.wait()
    assert heard[-1].ensemble.members == 4
    assert not any(one.status is not None and 0 < one.status.members < 4 for one in heard[-3:])
    runs.close()


def test_what_is_shown_of_an_unfinished_run_does_not_change_under_the_page(floor):
    from watchfloor.hazards.ensemble import run
    from watchfloor.views.twin.layers import HOWS, Shown, layer
    from watchfloor.views.twin.runs import still

    parts = []
    whole = run(
        SMALL.but(members=6).request(floor, "preview"), part=lambda one: parts.append(still(one)), every=2
    )
    assert parts
    assert whole.members == 6
    for one in parts:
        assert one.members == one.data.sizes["member"] < 6
        assert not one.complete
        for how in HOWS:
            layer(one, Shown(how=how))
        np.testing.assert_array_equal(
            one.data.water_depth_max, whole.data.water_depth_max.sel(member=one.data.member)
        )


def test_a_model_that_breaks_is_told_in_a_sentence(floor, monkeypatch):
    from watchfloor.hazards import HAZARDS

    def broken(*_, **__):
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(HAZARDS["flood"], "run", broken)
    heard: list[Answer] = []
    runs = Runs(floor, heard.append)
    runs.ask(SMALL, "preview")
    runs.wait()
    assert heard[-1].stage == "failed"
    assert "of Flood failed: ZeroDivisionError" in heard[-1].trouble
    runs.close()


def test_places_and_lines_are_taken_from_taps(work):
    work.begin(SMALL)
    assert not work.tapped(158.5, 34.0), "nothing is being placed"
    work.placing = "place:river"
    assert work.tapped(158.45, 33.985)
    assert work.scenario.places == {"river": (158.45, 33.985)}
    assert work.placing == ""
    work.take("levee")
    assert work.placing == "measure:levee"
    assert work.scenario.actions == (), "a levee without a place would stand everywhere"
    with pytest.raises(InvalidInputError, match="2 points"):
        work.finish()
    work.tapped(158.45, 33.98)
    work.tapped(158.47, 33.99)
    work.finish()
    (action,) = work.scenario.actions
    assert action.where == {"type": "LineString", "coordinates": [[158.45, 33.98], [158.47, 33.99]]}
    assert action.parameters == {"height": 1.0}
    work.take("gate")
    assert [one.measure for one in work.scenario.actions] == ["levee", "gate"]
    with pytest.raises(UnknownNameError):
        work.take("magic")
    work.runs.wait()
    assert work.preview.stage == "done", work.preview.trouble


def test_a_gate_means_less_water(work):
    courses = {"time": [0.0, 1800.0], "values": {"rain_rate": [0.0, 0.0], "discharge": [[300.0], [300.0]]}}
    work.begin(SMALL.but(courses=courses))
    work.runs.wait()
    before = float(work.answer.ensemble.data.water_depth_max.sum())
    work.act((Action("gate", {"factor": 0.2}),))
    work.runs.wait()
    assert float(work.answer.ensemble.data.water_depth_max.sum()) < before


def test_another_model_takes_place_and_time_along(work):
    area = {
        "type": "Polygon",
        "coordinates": [[[158.4, 33.9], [158.55, 33.9], [158.55, 34.05], [158.4, 34.05], [158.4, 33.9]]],
    }
    work.begin(SMALL.but(area=area))
    work.choose("storm")
    work.runs.wait()
    assert (work.scenario.model, work.scenario.area) == ("storm", area)
    assert work.answer.scenario.model == "storm"
    with pytest.raises(UnknownNameError):
        work.choose("nonsense")


def test_a_page_that_is_only_tried_runs_nothing(floor):
    from types import SimpleNamespace

    work = Work(floor, __import__("watchfloor.views.selection", fromlist=["Selection"]).Selection())
    work.doc = SimpleNamespace(session_context=None)
    work.begin(SMALL)
    work.runs.wait()
    assert work.answer is None
    work.close()


def test_what_is_asked_now_is_shown_as_finely_as_there_is(work):
    now, before = Scenario("storm", seed=1), Scenario("storm")
    work.scenario = now
    assert work._better(Answer(before, "preview", "done")), "better than nothing"
    work.answer = Answer(before, "full", "done")
    assert work._better(Answer(now, "preview", "done")), "of the settings that hold now"
    work.answer = Answer(now, "preview", "done")
    assert not work._better(Answer(before, "full", "done")), "fine, but of other settings"
    assert work._better(Answer(now, "standard", "done"))
    work.answer = Answer(now, "standard", "done")
    assert not work._better(Answer(now, "preview", "done")), "coarser"


def test_the_newest_question_stops_the_one_before(floor):
    heard: list[Answer] = []
    begun = Event()

    def told(answer: Answer) -> None:
        heard.append(answer)
        if answer.stage == "running":
            begun.set()

    runs = Runs(floor, told)
    first = Scenario("flood", resolution=400.0, until=7200.0, members=400)
    runs.ask(first, "standard")
    assert begun.wait(60)
    second = Scenario("storm", members=2)
    runs.ask(second, "standard")
    runs.wait()
    runs.close()
    stages = [(answer.scenario.model, answer.stage) for answer in heard]
    assert ("flood", "cancelled") in stages
    assert ("flood", "done") not in stages
    assert stages[-1] == ("storm", "done")
