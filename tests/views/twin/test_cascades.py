"""The view of cascades: what is drawn, what a result tells, one member's steps, and what is refused."""

import json

import numpy as np
import pytest

from watchfloor.core.errors import UnknownNameError
from watchfloor.hazards import library
from watchfloor.hazards.ensemble import run
from watchfloor.hazards.scenario import Scenario
from watchfloor.impact import assess
from watchfloor.views.twin.cascades import Cascades
from watchfloor.views.twin.stakes import Stakes, exposures


@pytest.fixture(scope="module")
def impact(floor):
    asked = library.opening(floor, "flood").but(members=3)
    return assess(run(asked.request(floor, "preview")), exposures(floor))


def test_the_floors_cascades_are_offered_and_none_is_played_unasked(floor, work):
    view = Cascades(floor, work=work)
    told = view.state()
    assert {one["name"]: one["zh"] for one in told["known"]} == {
        "quake": "阿维林地震",
        "river": "伊尔文河流域降雨",
    }
    assert told["played"] is None
    work.scenario = Scenario("earthquake")
    view.heard("open", {})
    assert view.state()["name"] == "quake", "the cascade that tells of the open hazard"
    view.wait()
    view.close()


def test_a_cascade_is_drawn_with_its_probabilities(floor):
    told = Cascades.of(floor, "river").state()
    assert json.dumps(told, allow_nan=False)
    played = told["played"]
    assert told["wide"]
    assert played["members"] == 200
    nodes = {one["name"]: one for one in played["nodes"]}
    assert nodes["rain"]["level"] == 0 < nodes["flood"]["level"] < nodes["outage"]["level"]
    assert abs(nodes["rain"]["probability"] - nodes["rain"]["exact"]) < 0.15
    assert nodes["flood"]["trigger"] == {
        "en": "Greatest water depth",
        "zh": "最大水深",
        "units": "m",
        "above": 0.3,
        "place": "D08",
    }
    edges = {(one["cause"], one["effect"]): one for one in played["edges"]}
    assert edges["dam", "flood"]["probability"] == 0.95
    assert edges["rain", "flood"]["why"]["zh"] == "洪峰十小时到达城区"
    assert all(one["why"]["zh"] != one["why"]["en"] for one in played["edges"])
    steps = played["steps"]
    assert [one["time"] for one in steps] == sorted(one["time"] for one in steps)
    first = {one["name"]: number for number, one in enumerate(steps)}
    assert steps[0]["by"] == "itself"
    for step in steps:
        for cause in step["causes"]:
            assert first[cause["cause"]] < first[step["name"]], "a cause comes before its effect"
            assert cause["probability"] == edges[cause["cause"], step["name"]]["probability"]


def test_a_result_says_what_triggered_and_with_which_number(floor, impact):
    view = Cascades.of(floor, "river", impact)
    played = view.state()["played"]
    assert played["members"] == 3
    nodes = {one["name"]: one for one in played["nodes"]}
    assert nodes["flood"]["given"]
    assert not nodes["rain"]["given"]
    assert nodes["flood"]["exact"] is None
    step = next(one for one in played["steps"] if one["name"] == "flood")
    assert step["by"] == "result"
    outcome = impact.run.outcome
    district = impact.run.ground.districts
    rows = np.flatnonzero(district["code"].astype(str) == "D08")
    cells = np.flatnonzero(np.isin(impact.run.ground.district, rows))
    deepest = np.concatenate(
        [v["water_depth_max"].max(axis=1) for _, v in outcome.blocks(["water_depth_max"], cells)]
    )
    row = int(np.flatnonzero(impact.members == played["member"])[0])
    assert step["value"] == pytest.approx(float(deepest[row]))
    assert step["value"] > step["trigger"]["above"]
    view.heard("member", {"value": 1})
    assert view.state()["played"]["member"] == 1
    with pytest.raises(UnknownNameError):
        view.heard("member", {"value": 77})


def test_the_cascade_follows_the_result_that_is_shown(floor, work, impact):
    stakes, view = Stakes(floor, work=work), Cascades(floor, work=work)
    view.choose("river")
    view.wait()
    assert view.state()["played"]["members"] == 200
    stakes._arrive(None, "", impact)
    view.wait()
    assert view.state()["played"]["members"] == 3
    stakes._arrive(None, "There is nothing to say.", None)
    view.wait()
    assert view.state()["played"]["members"] == 200
    view.close()
    stakes.close()


def test_what_is_chosen_by_the_page_is_checked(floor, work):
    view = Cascades(floor, work=work)
    for bad in (
        {"do": "cascade", "name": "<b>"},
        {"do": "cascade"},
        {"do": "member", "value": 1},
        {"do": "member"},
        {"do": "nothing"},
    ):
        view.pane._do(bad)
    assert view.state()["name"] == ""
    view.pane._do({"do": "cascade", "name": "quake"})
    view.wait()
    view.pane._do({"do": "event", "name": "outage"})
    assert view.state()["event"] == "outage"
    view.pane._do({"do": "event", "name": "outage"})
    assert view.state()["event"] == "", "once more lets go of it"
    view.close()


def test_a_cascade_that_cannot_be_played_says_why(floor, work, impact, monkeypatch):
    def refuse(*_):
        raise UnknownNameError("facility", "N99", ["N01"])

    monkeypatch.setattr("watchfloor.views.twin.cascades.triggered", refuse)
    view = Cascades(floor, work=work)
    work.impact = impact
    view.choose("river")
    view.wait()
    told = view.state()
    assert "N99" in told["trouble"]
    assert told["played"] is None
    assert not told["busy"]
    view.close()
