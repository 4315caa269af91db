"""What a hand does on the twin's map and takes back: places, sources, tracks, measures, the numbers of a dam."""

import json

import numpy as np
import pytest

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.byhand import edited, placed, stated
from watchfloor.hazards.scenario import Scenario
from watchfloor.views.map.mercator import forward
from watchfloor.views.twin import forms
from watchfloor.views.twin.asked import Asked
from watchfloor.views.twin.course import Course
from watchfloor.views.twin.history import History
from watchfloor.views.twin.mapping import TwinMap
from watchfloor.views.twin.outline import geometry, outline
from watchfloor.views.twin.running import RunBar
from watchfloor.views.twin.setup import Setup


def asked(floor, scenario):
    """Return what is asked, with its inputs, and nothing that runs."""
    made = Asked(scenario=scenario)
    site = stated(placed(scenario.site(floor), scenario.places), scenario)
    made.inputs = (site, scenario.forcing(floor, site))
    return made


@pytest.fixture(scope="module")
def release(floor):
    return asked(floor, Scenario("release", members=2))


@pytest.fixture
def fresh(release):
    made = Asked(scenario=Scenario("release", members=2))
    made.inputs = release.inputs
    return made


def test_each_change_can_be_taken_back_and_done_again(work):
    work.runs.ask = lambda *a: None
    work.begin(Scenario("storm"))
    work.set("frames", 9)
    work.set("track_spread", 50.0)
    assert work.steps == (2, 0)
    work.undo()
    assert work.scenario.settings == {"frames": 9}
    assert work.steps == (1, 1)
    work.undo()
    work.undo()
    assert work.scenario.settings == {}
    work.redo()
    assert work.scenario.settings == {"frames": 9}
    work.set("frames", 11)
    assert work.steps == (2, 0), "a new change leaves no way forward"
    work.choose("flood")
    work.undo()
    assert (work.scenario.model, work.scenario.settings) == ("storm", {"frames": 11})


def test_a_drag_is_one_step():
    history, first = History(), Scenario("flood")
    for turn in range(5):
        history.note(first.but(seed=turn), "place:river")
    history.note(first.but(seed=9), "hours")
    assert history.steps == (2, 0)
    assert history.back(first).seed == 9
    assert history.back(first).seed == 0


def test_what_is_refused_is_no_step(fresh):
    fresh.set("hole_diameter", -5)
    assert fresh.errors
    assert fresh.steps == (0, 0)


def test_a_place_is_dragged_by_its_handle(fresh):
    fresh.drag("place:tank", 158.5, 33.97)
    assert fresh.scenario.places == {"tank": (158.5, 33.97)}


def test_another_source_is_dropped_and_taken_away(floor, fresh):
    fresh.add()
    assert fresh.placing == "place:tank 2"
    tank = (float(fresh.inputs[1].longitude[0]), float(fresh.inputs[1].latitude[0]))
    fresh.tapped(tank[0] + 0.01, tank[1])
    assert fresh.placing == ""
    made = fresh.scenario
    rate = np.asarray(fresh.inputs[1].emission_rate.values)
    forcing = made.forcing(floor, fresh.inputs[0])
    assert forcing.source.values.tolist() == ["tank", "tank 2"]
    assert np.allclose(forcing.longitude.values, [tank[0], tank[0] + 0.01])
    assert np.array_equal(forcing.emission_rate.values, np.repeat(rate, 2, axis=1)), (
        "it does as the first does"
    )
    # a course drawn for one source still holds, and the other goes with it
    one = made.but(courses={"values": {"emission_rate": [[2.0]] * len(rate)}})
    assert one.forcing(floor, fresh.inputs[0]).emission_rate.values.tolist() == [[2.0, 2.0]] * len(rate)
    fresh.inputs = (fresh.inputs[0], forcing)
    fresh.scenario = made.but(courses={"values": {"emission_rate": [[2.0, 3.0]] * len(rate)}})
    assert forms.sourced(forcing)
    fresh.pick("place:tank 2")
    assert fresh.scenario.places == {}
    assert fresh.scenario.courses["values"]["emission_rate"] == [[2.0]] * len(rate)
    fresh.pick("place:tank")
    assert fresh.scenario.places == {}, "what a model has of its own is not taken away"


def test_nothing_is_added_where_a_model_takes_no_sources(floor):
    storm = Asked(scenario=Scenario("storm"))
    storm.inputs = Scenario("storm").kind.example()[:2]
    with pytest.raises(InvalidInputError, match="Nothing can be added"):
        storm.add()


def test_a_track_is_steered_point_by_point():
    kind = Scenario("storm").kind
    site, forcing, _ = kind.example()
    made = Asked(scenario=Scenario("storm"))
    made.inputs = (site, forcing)
    before = forms.track(forcing)
    made.drag("track:1", 100.0, 10.0)
    made.drag("track:9", 1.0, 1.0)
    after = forms.track(edited(forcing, made.scenario))
    assert after[1] == (100.0, 10.0)
    assert [after[0], after[2]] == [before[0], before[2]]
    made.drag("track:0", 101.0, 11.0)
    assert forms.track(edited(forcing, made.scenario))[:2] == [(101.0, 11.0), (100.0, 10.0)]


def test_the_volume_of_a_dam_is_set_in_the_form(floor):
    scenario = Scenario("dambreak", resolution=600.0)
    made = asked(floor, scenario)
    rows = {(row["field"], row["part"]): row for row in forms.stated(scenario.kind, made.inputs[0])}
    assert set(rows) == {("reservoir_volume", "upper"), ("reservoir_depth", "upper")}
    made.state("reservoir_volume", 0, 2.5e5)
    request = made.scenario.request(floor, "preview")
    assert request.site.reservoir_volume.values.tolist() == [2.5e5]
    assert request.site.reservoir_depth.values.tolist() == [rows["reservoir_depth", "upper"]["value"]]
    with pytest.raises(InvalidInputError, match="expected one, or 1"):
        scenario.but(courses={"values": {"reservoir_volume": [1.0, 2.0]}}).request(floor)
    with pytest.raises(InvalidInputError, match="no such part"):
        made.state("reservoir_volume", 3, 1.0)


def test_points_of_a_measure_are_bent_and_taken_away(fresh):
    ring = [(158.50, 33.96), (158.52, 33.96), (158.52, 33.98), (158.50, 33.98)]
    fresh.take("shelter")
    assert fresh.scenario.actions[0].where is None, "an area that nobody drew is everywhere"
    fresh.redraw(0)
    assert (fresh.placing, fresh.placed) == ("outline:0", "shelter")
    for point in ring[:3]:
        fresh.tapped(*point)
    fresh.drag("drawn:1", 158.53, 33.96)
    assert fresh.drawn[1] == (158.53, 33.96)
    fresh.pick("drawn:1")
    assert len(fresh.drawn) == 2
    with pytest.raises(InvalidInputError, match="at least 3 points"):
        fresh.finish()
    fresh.tapped(*ring[2])
    fresh.tapped(*ring[3])
    fresh.finish()
    fresh.drag("action:0:0", 158.49, 33.95)
    shape, points = outline(fresh.scenario.actions[0].where)
    assert (shape, points[0], len(points)) == ("area", (158.49, 33.95), 4)
    assert fresh.scenario.actions[0].where["coordinates"][0][-1] == [158.49, 33.95], "a ring stays closed"
    fresh.pick("action:0:1")
    fresh.pick("action:0:1")
    assert fresh.scenario.actions == (), "an area of two points is none"


@pytest.mark.parametrize("shape", ["point", "line", "area"])
def test_points_are_a_geometry_and_back(shape):
    points = [(1.0, 2.0), (3.0, 4.0), (5.0, 2.0)][: 1 if shape == "point" else 3]
    assert outline(geometry(shape, points)) == (shape, points)


def test_the_map_hands_out_handles_and_takes_what_a_hand_does(floor, work):
    work.runs.ask = lambda *a: None
    work.begin(Scenario("release", members=2))
    found = TwinMap(floor, work.selection, work=work)
    work.inputs = (site := Scenario("release").site(floor), Scenario("release").forcing(floor, site))
    (handle,) = found.frame.handles
    assert (handle["id"], handle["kind"]) == ("place:tank", "place")
    x, y = forward(158.5, 33.97)
    found.heard({"do": "drag", "id": "place:tank", "x": float(x), "y": float(y)})
    assert work.scenario.places["tank"] == pytest.approx((158.5, 33.97))
    work.take("shelter")
    work.redraw(0)
    assert "Shelter" in found.frame.placing or "shelter" in found.frame.placing
    assert "0" in found.frame.placing
    assert found.frame.lines
    for dx in (0, 2000, 1000):
        found.heard({"do": "tap", "x": float(x) + dx, "y": float(y) + dx * (2000 - dx) / 1000, "reach": 1.0})
    assert [one["id"] for one in found.frame.handles][1:] == ["drawn:0", "drawn:1", "drawn:2"]
    assert "3" in found.frame.placing
    found.heard({"do": "undo"})
    assert len(work.drawn) == 2
    found.heard({"do": "tap", "x": float(x) + 1000, "y": float(y) + 900, "reach": 1.0})
    found.heard({"do": "finish"})
    assert found.frame.placing == ""
    assert len(work.scenario.actions) == 1
    assert [one["id"] for one in found.frame.handles][1:] == ["action:0:0", "action:0:1", "action:0:2"]
    before = work.scenario
    for bad in (
        {"do": "drag", "id": "action:9:9", "x": 1.0, "y": 1.0}, {"do": "drag", "id": "track:x", "x": 1.0, "y": 1.0},
        {"do": "drag", "id": "place:tank", "x": "1", "y": None}, {"do": "drag"}, {"do": "pick", "id": "action::"}, {"do": "pick", "id": "<b>"},
        {"do": "drag", "id": "place:tank", "x": float("nan"), "y": 1.0},
    ):  # fmt: skip
        found.heard(bad)
    assert work.scenario == before
    found.heard({"do": "pick", "id": "action:0:0"})
    assert work.scenario.actions == ()
    work.param.update(placing="", drawn=[])
    with pytest.raises(InvalidInputError, match="no such measure"):
        work.redraw(0)
    found.close()


def test_the_form_takes_typed_places_and_adds_sources(floor, work):
    work.runs.ask = lambda *a: None
    work.begin(Scenario("release", members=2))
    work.inputs = (site := Scenario("release").site(floor), Scenario("release").forcing(floor, site))
    setup = Setup(floor, work=work)
    told = setup.state()
    assert told["more"]
    assert [one["added"] for one in told["places"]] == [False]
    setup.pane._do({"do": "put", "name": "tank", "lon": 158.4, "lat": 33.9})
    assert work.scenario.places == {"tank": (158.4, 33.9)}
    setup.pane._do({"do": "put", "name": "tank", "lon": 1e9, "lat": 33.9})
    assert work.scenario.places == {"tank": (158.4, 33.9)}
    assert "place:tank" in work.errors
    setup.pane._do({"do": "add"})
    work.tapped(158.41, 33.91)
    work.inputs = (site, work.scenario.forcing(floor, site))
    told = setup.state()
    assert [(one["name"], one["added"]) for one in told["places"]] == [("tank", False), ("tank 2", True)]
    assert json.dumps(told, allow_nan=False)
    setup.pane._do({"do": "remove", "name": "tank 2"})
    assert set(work.scenario.places) == {"tank"}
    bar = RunBar(floor, work=work)
    assert bar.state()["steps"][0] >= 2
    bar.pane._do({"do": "undo"})
    assert set(work.scenario.places) == {"tank", "tank 2"}
    bar.pane._do({"do": "redo"})
    assert set(work.scenario.places) == {"tank"}
    bar.close()
    setup.close()


def test_a_track_is_shown_whole(floor, work):
    work.runs.ask = lambda *a: None
    work.begin(Scenario("storm"))
    work.inputs = Scenario("storm").kind.example()[:2]
    setup, seen = Setup(floor, work=work), []
    setup.find = seen.append
    assert setup.state()["track"]
    setup.pane._do({"do": "track"})
    (box,) = seen
    x, y = forward(*np.transpose(forms.track(work.inputs[1])))
    assert box[0] < x.min() < x.max() < box[2]
    assert box[1] < y.min() < y.max() < box[3]
    setup.close()


def test_a_track_keeps_its_way_when_a_course_gets_another_time(floor, work):
    work.runs.ask = lambda *a: None
    work.begin(Scenario("storm"))
    forcing = Scenario("storm").kind.example()[1]
    work.inputs = Scenario("storm").kind.example()[:2]
    view = Course(floor, work=work)
    told = view.state()
    assert {one["field"] for one in told["courses"]} == {"central_pressure", "wind_speed_max"}, (
        "a track is drawn on the map"
    )
    time = [0.0, 21600.0, 43200.0, 86400.0]
    values = {one["field"]: [[900.0 if "pressure" in one["field"] else 40.0] * 4] for one in told["courses"]}
    view.pane._do({"do": "courses", "time": time, "values": values})
    made = edited(forcing, work.scenario)
    assert made.time.values.tolist() == time
    old = np.asarray(forcing.time.values, float)
    np.testing.assert_allclose(made.longitude, np.interp(time, old, forcing.longitude.values))
    np.testing.assert_allclose(made.latitude, np.interp(time, old, forcing.latitude.values))
    assert made.central_pressure.values.tolist() == [900.0] * 4
    view.close()
