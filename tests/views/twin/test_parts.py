"""The parts of the twin desk: what each tells the browser, and what it does with what the browser says."""

import ast
import json

import numpy as np
import pytest
import xarray as xr

from watchfloor.core.clock import parse_time
from watchfloor.core.errors import WatchfloorError
from watchfloor.core.terms import terms
from watchfloor.hazards import HAZARDS, library
from watchfloor.hazards.scenario import Scenario
from watchfloor.security.roles import Actor
from watchfloor.store.records import Record
from watchfloor.views.selection import Selection
from watchfloor.views.twin import export, forms
from watchfloor.views.twin.begin import begun, model_of
from watchfloor.views.twin.bundle import BUNDLE, FRAME, build, frame
from watchfloor.views.twin.card import Card
from watchfloor.views.twin.course import Course
from watchfloor.views.twin.desk import TwinDesk
from watchfloor.views.twin.frames import Frames
from watchfloor.views.twin.layers import HOWS, Shown, layer
from watchfloor.views.twin.outcome import Outcome
from watchfloor.views.twin.running import RunBar
from watchfloor.views.twin.scenarios import Scenarios
from watchfloor.views.twin.setup import Setup
from watchfloor.views.twin.stakes import Stakes
from watchfloor.views.twin.versus import difference, outlines, versus

NOW = parse_time("2026-06-01T12:00:00Z")
SMALL = Scenario("flood", "Small", resolution=800.0, until=3600.0, members=4)


DUTY = Actor("anna", frozenset({"duty"}))


@pytest.fixture
def ready(work):
    work.begin(SMALL)
    work.runs.wait()
    return work


def test_the_bundle_is_what_its_files_make():
    assert BUNDLE.read_text(encoding="utf-8") == build(), "run python -m watchfloor.views.twin.bundle"
    assert FRAME.read_text(encoding="utf-8") == frame(), "run python -m watchfloor.views.twin.bundle"


def test_every_word_of_the_desk_is_there_in_both_languages():
    table = terms()
    mine = {key: row for key, row in table.items() if key.startswith("twin.")}
    assert len(mine) > 80
    assert all(row["en"] and row["zh"] for row in mine.values())
    assert {f"twin.how.{how}" for how in HOWS} <= set(mine)


@pytest.mark.parametrize("name", list(HAZARDS))
def test_every_model_of_the_registry_has_a_form(name):
    kind = HAZARDS[name]
    rows = forms.form(kind, {})
    assert json.loads(json.dumps(rows)) == rows
    shown = {
        key
        for key, one in kind.param.objects("existing").items()
        if one.precedence is None or one.precedence >= 0
    }
    assert {row["name"] for row in rows} == shown - {"name"}
    for row in rows:
        assert row["doc"], row["name"]
        assert row["type"] in {"switch", "choice", "number", "pair", "text"}


@pytest.mark.parametrize("name", list(HAZARDS))
def test_every_parameter_and_measure_is_named_and_explained_in_both_languages(name):
    table, kind = terms(), HAZARDS[name]
    for row in forms.form(kind, {}, name):
        words = table[f"param.{row['name']}"]
        assert row["label"] == {"en": words["en"], "zh": words["zh"]}
        assert words["en"] and words["zh"] and words["zh"] != words["en"], row["name"]
        assert row["doc"]["zh"] != row["doc"]["en"], (
            f"the table of terms does not explain {row['name']} in Chinese"
        )
        said = table.get(f"param.{name}.{row['name']}.doc") or table[f"param.{row['name']}.doc"]
        # what is translated is what the model says now
        assert said["en"] == " ".join(row["doc"]["en"].split()), row["name"]
        assert (row["unit"] == "") or row["unit"] in forms._UNITS
    for measure in kind.measures:
        assert measure.zh
        for number in measure.parameters:
            assert forms.label(number)["zh"] != forms.label(number)["en"], number


def test_no_words_are_kept_for_parameters_that_are_gone():
    known = {"param"}
    for name in HAZARDS:
        kind = HAZARDS[name]
        known |= {f"param.{row['name']}{end}" for row in forms.form(kind, {}) for end in ("", ".doc")}
        known |= {f"param.{name}.{row['name']}.doc" for row in forms.form(kind, {})}
        known |= {f"param.{number}" for measure in kind.measures for number in measure.parameters}
    assert {key for key in terms() if key.startswith("param.")} <= known


def test_the_form_changes_what_is_asked_and_hostile_messages_cost_nothing(floor, ready):
    setup = Setup(floor, work=ready)
    told = setup.state()
    assert told["model"] == "flood"
    assert {one["field"] for one in told["drive"]["numbers"]} == {"sea_level"}
    assert [one["name"] for one in told["places"]] == ["river"]
    assert json.dumps(told, allow_nan=False)
    setup.pane._do({"do": "set", "name": "wet", "value": 0.3})
    assert ready.scenario.settings == {"wet": 0.3}
    setup.pane._do({"do": "hours", "value": 2})
    assert ready.scenario.until == 7200.0
    setup.pane._do({"do": "start", "value": "2026-06-01T10:00Z", "observed": False})
    assert ready.scenario.start.isoformat() == "2026-06-01T10:00:00+00:00"
    setup.pane._do({"do": "start", "value": "", "observed": True})
    assert ready.scenario.start == floor.now()
    assert ready.scenario.observed
    before = ready.scenario
    for bad in (
        {"do": "model", "name": "<b>"}, {"do": "set"}, {"do": "set", "name": "wet", "value": {"a": [1]}}, {"do": "hours", "value": "x"},
        {"do": "number", "field": "<script>", "value": 1}, {"do": "action", "number": 99, "drop": True}, {"do": "finish"}, {"do": "start", "value": "soon"},
        {"do": "measure", "name": "nothing"}, {"do": "resolution", "value": -3}, {"do": "nothing"}, {"no": 1}, "text",
    ):  # fmt: skip
        setup.pane._do(bad)
    assert ready.scenario.but(courses={}) == before.but(courses={})
    setup.pane._do({"do": "reset"})
    assert ready.scenario.settings == {}
    setup.close()


def test_measures_are_changed_and_dropped(floor, ready):
    setup = Setup(floor, work=ready)
    setup.pane._do({"do": "measure", "name": "gate"})
    setup.pane._do({"do": "action", "number": 0, "name": "factor", "value": 0.4})
    setup.pane._do({"do": "action", "number": 0, "name": "start", "value": 0.5})
    setup.pane._do({"do": "action", "number": 0, "name": "reliability", "value": 0.8})
    (action,) = ready.scenario.actions
    assert (action.parameters["factor"], action.start, action.reliability) == (0.4, 1800.0, 0.8)
    assert setup.state()["measures"]["taken"][0]["numbers"][0]["value"] == 0.4
    setup.pane._do({"do": "action", "number": 0, "drop": True})
    assert ready.scenario.actions == ()
    setup.close()


def test_the_bar_says_what_is_shown_and_whether_it_is_of_other_settings(floor, ready):
    bar = RunBar(floor, work=ready)
    shown = bar.state()["shown"]
    assert (shown["fidelity"], shown["members"], shown["stale"]) == ("preview", 4, False)
    assert shown["area"]["units"] == "m"
    ready.scenario = ready.scenario.but(seed=5)
    assert bar.state()["shown"]["stale"]
    bar.pane._do({"do": "run", "fidelity": "rm -rf"})
    assert ready.longer is None
    bar.close()


def test_the_result_is_looked_at_in_every_way_with_its_validity(floor, ready):
    outcome = Outcome(floor, work=ready)
    for how in HOWS:
        outcome.pane._do({"do": "how", "name": how})
        told = outcome.state()["result"]
        assert told["how"] == how
        assert told["validity"]["zh"]
        assert told["remarks"]
        assert json.dumps(told, allow_nan=False)
    outcome.pane._do({"do": "level", "value": 1.0})
    assert ready.shown == Shown(how="probability", level=1.0, member=0)
    outcome.pane._do({"do": "field", "name": "arrival_time"})
    assert outcome.state()["result"]["field"] == "arrival_time"
    outcome.pane._do({"do": "how", "name": "sideways"})
    assert ready.shown.how == "probability"
    outcome.close()


def test_time_is_stepped_and_courses_are_drawn(floor, ready):
    frames = Frames(floor, work=ready)
    assert frames.state()["frames"] == 36
    frames.pane._do({"do": "frame", "value": 7})
    told = frames.state()
    assert (told["on"], told["frame"]) == (True, 7)
    course = Course(floor, work=ready)
    told = course.state()
    assert [one["field"] for one in told["courses"]] == ["rain_rate", "discharge"]
    course.pane._do(
        {
            "do": "courses",
            "time": [0.0, 900.0, 1800.0],
            "values": {"rain_rate": [[5, 60, 5]], "discharge": [[1, 2, 3]]},
        }
    )
    ready.runs.wait()
    forcing = ready.inputs[1]
    assert forcing.rain_rate.values.tolist() == [5.0, 60.0, 5.0]
    assert forcing.discharge.values.tolist() == [[1.0], [2.0], [3.0]]
    course.pane._do({"do": "courses", "time": [0.0, 0.0], "values": {"rain_rate": [[1, 2]]}})
    assert "rise" in course.state()["trouble"]
    course.close()
    frames.close()


def test_impact_stands_beside_the_result(floor, ready):
    stakes = Stakes(floor, work=ready)
    stakes._ask()
    stakes._thread.join(60)
    told = stakes.state()
    assert told["trouble"] == ""
    rows = {row["name"]: row for row in told["impact"]["rows"]}
    assert rows["people_exposed"]["low"] <= rows["people_exposed"]["mid"] <= rows["people_exposed"]["high"]
    assert json.dumps(told, allow_nan=False)
    asked: list[tuple[float, ...]] = []
    stakes.find = asked.append
    stakes.pane._do({"do": "show", "lon": 158.5, "lat": 34.0})
    stakes.pane._do({"do": "show", "lon": "x", "lat": 34.0})
    assert len(asked) == 1
    stakes.close()


def test_a_scenario_is_saved_opened_again_and_set_side_by_side(floor, ready):
    view = Scenarios(floor, work=ready)
    view.pane._do({"do": "save", "title": "<b>First</b>"})
    first = ready.selection.scenario
    assert first
    ready.set("rain_spread", 0.9)
    ready.drive("rain_rate", 90.0)
    view.pane._do({"do": "save", "title": "Second", "fresh": True})
    second = ready.selection.scenario
    assert second != first
    ready.runs.wait()
    titles = {row["key"]: row["title"] for row in view.state()["rows"]}
    assert titles[first] == "<b>First</b>"
    view.pane._do({"do": "open", "key": first})
    assert "rain_rate" not in dict(ready.scenario.courses.get("values") or {})
    assert ready.selection.scenario == first
    view.pane._do({"do": "choose", "key": first})
    view.pane._do({"do": "compare"})
    assert view.compared == [], "one alone is not compared"
    view.pane._do({"do": "choose", "key": second})
    view.pane._do({"do": "compare"})
    for thread in ready._threads:
        thread.join(60)
    assert [row["title"] for row in view.compared] == ["<b>First</b>", "Second"]
    assert view.compared[0]["picture"].startswith("data:image/png;base64,")
    assert view.compared[1]["difference"].startswith("data:image/png;base64,")
    # districts are drawn over the pictures, within them
    lines = view.compared[0]["lines"]
    assert len(lines) >= 10
    assert lines == view.compared[1]["lines"]
    at = np.array([[float(v) for v in pair.split()] for line in lines for pair in line[1:-1].split("L")])
    assert ((at >= 0) & (at <= 1000)).mean() > 0.95
    assert at.min() < 200 < 800 < at.max()
    view.pane._do({"do": "drop", "key": second})
    assert second not in {row["key"] for row in view.state()["rows"]}
    view.close()


def test_a_difference_is_of_one_grid_and_of_one_model(floor, ensemble):
    a, b = layer(ensemble, Shown(how="median")), layer(ensemble, Shown(how="p90"))
    apart = difference(a, b)
    assert float(apart.min()) >= 0.0
    assert float(apart.max()) > 0.0
    shorter = layer(ensemble, Shown(how="median"))
    assert (
        difference(
            a,
            type(a)(
                shorter.values[:-1],
                *[
                    getattr(a, name)
                    for name in ("title", "how", "units", "low", "high", "factor", "palette", "note")
                ],
            ),
        )
        is None
    )
    asked = [library.Saved("a", SMALL), library.Saved("b", SMALL.but(model="storm"))]
    with pytest.raises(WatchfloorError, match="different models"):
        versus(floor, asked, Shown())


def test_files_carry_marks_units_and_values(floor, ready, tmp_path):
    answer = ready.answer
    data, _, ending = export.file("netcdf", floor, answer, Shown())
    path = tmp_path / f"one.{ending}"
    path.write_bytes(data)
    made = xr.load_dataset(path, engine="h5netcdf")
    assert made.attrs["mark"] == "DEMO · invented data"
    assert made.water_depth_max_median.attrs["units"] == "m"
    ensemble = answer.ensemble
    np.testing.assert_allclose(made.water_depth_max_median, ensemble.quantile("water_depth_max", 0.5))
    np.testing.assert_allclose(made.water_depth_max_p90, ensemble.quantile("water_depth_max", 0.9))
    np.testing.assert_allclose(made.water_depth_max_spread, ensemble.spread("water_depth_max"))
    worst = ensemble.member(ensemble.worst_credible("water_depth_max"))["water_depth_max"]
    np.testing.assert_allclose(made.water_depth_max_worst_credible, worst)
    data, _, ending = export.file("geotiff", floor, answer, Shown(how="median"))
    path = tmp_path / f"one.{ending}"
    path.write_bytes(data)
    import rasterio

    with rasterio.open(path) as source:
        assert source.crs.to_epsg() == 32657
        assert source.tags()["mark"] == "DEMO · invented data"
        assert np.nanmax(source.read(1)) == pytest.approx(
            float(layer(answer.ensemble, Shown(how="median")).values.max())
        )
    with pytest.raises(WatchfloorError, match="GeoTIFF or NetCDF"):
        export.file("csv", floor, answer, Shown())
    with pytest.raises(WatchfloorError):
        export.file("exe", floor, answer, Shown())


def test_the_recipe_makes_the_same_numbers_and_nothing_in_it_is_code(floor, ready):
    ready.scenario = ready.scenario.but(title="'''\n__import__('os')#")
    ready.runs.ask(ready.scenario, "preview")
    ready.runs.wait()
    text = export.recipe(floor, ready.answer, Shown(how="median"))
    tree = ast.parse(text)
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called == {"run"}
    code = text.replace(f"watchfloor.open({floor.name!r})", "floor_")
    *lines, last = code.strip().splitlines()
    place = {"floor_": floor}
    exec("\n".join(lines) + f"\nfound = {last}", place)
    np.testing.assert_array_equal(place["found"], ready.answer.ensemble.quantile("water_depth_max", 0.5))


def test_the_card_computes_the_published_values_anew(floor, work):
    work.begin(SMALL.but(model="storm", resolution=None, until=None), run=False)
    card = Card(floor, work=work)
    assert card.state()["title"]["zh"] == "热带气旋大风"
    card.pane._do({"do": "verify"})
    for thread in work._threads:
        thread.join(60)
    checked = card.state()["checked"]
    assert len(checked["outcomes"]) == len(HAZARDS["storm"].references)
    assert all(one["passed"] for one in checked["outcomes"])
    assert checked["seconds"] > 0
    card.close()


def test_a_page_begins_with_the_place_time_and_hazard_of_a_record(floor):
    record = Record(
        "incident", "own", "I-1", "1", sent=NOW, valid_from=NOW, title="Levee leaks <b>", hazard="flood", status=floor.status,
        geometry={"type": "Point", "coordinates": [158.47, 33.985]},
    )  # fmt: skip
    floor.store.append([record])
    first, origin = begun(floor, Selection(record=("incident", "own", "I-1")))
    assert origin == ("incident", "own", "I-1")
    assert (first.model, first.start, first.title) == ("flood", NOW, "Levee leaks <b>")
    assert first.places == {"river": (158.47, 33.985)}
    assert first.request(floor, "preview").site.sizes["x"] > 3
    assert begun(floor, Selection(record=("incident", "own", "gone")))[1] is None
    assert begun(floor, Selection(model="storm"))[0].model == "storm"
    assert begun(floor, Selection(model="<script>"))[0].model == "flood"
    assert model_of("chemical") in {None, *HAZARDS}


def test_the_desk_opens_a_saved_scenario_by_its_address_and_closes_everything(floor):
    made = library.save(floor, DUTY, SMALL.but(title="Kept"))
    desk = TwinDesk(floor, Selection(scenario=made.key))
    desk.follow(None)
    desk._thread.join(60)
    desk.work.runs.wait()
    assert desk.work.scenario.title == "Kept"
    assert desk.map.overlay.visible
    assert not any(item.live for item in desk.map.stack.layers)
    lon, lat = 158.48, 33.985
    assert isinstance(desk.map._value(lon, lat), str)
    desk.close()
    assert desk.work.runs._closed
    lost = TwinDesk(floor, Selection(scenario="nothing-of-this-name"))
    lost.follow(None)
    lost._thread.join(60)
    assert lost.work.scenario.model == "flood"
    lost.close()


def test_outlines_lie_over_the_picture_as_the_map_does(floor, ensemble, monkeypatch):
    values = layer(ensemble, Shown(how="median")).values

    def middle(name):
        monkeypatch.setattr("watchfloor.views.twin.versus.districts", lambda _: [name])
        paths = outlines(floor, values)
        return np.mean(
            [[float(v) for v in pair.split()] for path in paths for pair in path[1:-1].split("L")], axis=0
        )

    assert middle("North Shore")[1] < 400 < 600 < middle("South Cape")[1], "north is above"
    assert middle("Nareth")[0] < 400 < 600 < middle("Harbour")[0], "east is at the right"
