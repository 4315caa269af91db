"""Scenarios: written down and read back, what is refused, and that what was asked reaches the run."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.errors import InvalidInputError, UnknownNameError, WatchfloorError
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.action import Action
from watchfloor.hazards.byhand import edited
from watchfloor.hazards.scenario import Scenario, configured
from watchfloor.store import Store

NOW = parse_time("2026-06-01T12:00:00Z")


@pytest.fixture(scope="module")
def floor():
    clock = FixedClock(NOW)
    with watchfloor.open("demo", store=Store.open(":memory:", clock=clock), clock=clock) as made:
        yield made


def test_everything_comes_back_and_the_title_is_no_part_of_the_question():
    where = {"type": "LineString", "coordinates": [[158.45, 33.98], [158.5, 33.98]]}
    asked = Scenario(
        "flood", "Spring tide", {"wet": 0.1, "west": False}, {"type": "Point", "coordinates": [158.5, 34.0]}, 80.0, NOW, until=7200.0, observed=True,
        courses={"time": [0.0, 60.0], "values": {"rain_rate": [1.0, 2.0], "sea_level": 0.5}}, places={"river": (158.45, 33.98)},
        actions=(Action("levee", {"height": 2.0}, where, 60.0, 120.0, 0.9),), seed=7, members=12,
    )  # fmt: skip
    again = Scenario.of(asked.body())
    assert again == asked
    assert again.but(title="Other").key == asked.key
    assert again.but(seed=8).key != asked.key


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"model": "nonsense"}, "nonsense"),
        ({"until": -5}, "length of the run"),
        ({"until": float("nan")}, "length of the run"),
        ({"members": 1_000_000}, "members"),
        ({"resolution": "wide"}, "cell width"),
        ({"settings": {"wet": float("inf")}}, "finite"),
        ({"settings": {"wet": {"a": 1}}}, "expected a number"),
        ({"places": {"river": [500, 0]}}, "degree"),
        ({"area": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 500], [0, 0]]]}}, "latitude"),
        ({"area": "everywhere"}, "GeoJSON"),
        ({"actions": [{"measure": "levee", "where": {"type": "LineString"}}]}, "GeoJSON"),
        ({"courses": {"time": [0.0, 0.0]}}, "rise"),
        ({"courses": {"time": list(range(10_000))}}, "times"),
        ({"courses": {"values": {"rain_rate": ["<b>"]}}}, "value of a course"),
        ({"actions": [{"measure": "levee", "reliability": 2}]}, "reliability"),
        ({"actions": [{}]}, "no scenario"),
        ({"start": "yesterday"}, "yesterday"),
    ],
)
def test_a_body_that_cannot_be_is_refused_with_its_reason(change, why):
    with pytest.raises(WatchfloorError, match=why):
        Scenario.of({**Scenario("flood").body(), **change})


@given(st.dictionaries(st.sampled_from(["model", "settings", "area", "until", "courses", "places", "actions", "seed", "members", "title"]),
                       st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
                                    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3), max_leaves=6)))  # fmt: skip
def test_whatever_comes_is_read_or_refused_never_more(body):
    try:
        made = Scenario.of({"model": "flood", **body})
    except (WatchfloorError, ValueError):
        return
    assert Scenario.of(made.body()) == made


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("wet", 5, "from 0.001 to 1"),
        ("frames", 2.5, "whole number from 2 to 240"),
        ("west", "yes", "true or false"),
        ("wet", None, "from 0.001 to 1"),
    ],
)
def test_a_setting_out_of_bounds_says_what_is_expected(name, value, expected):
    with pytest.raises(InvalidInputError, match=expected):
        configured(HAZARDS["flood"], {name: value})


def test_a_setting_that_is_not_there_is_named_and_a_choice_lists_its_words():
    with pytest.raises(UnknownNameError, match="wett"):
        configured(HAZARDS["flood"], {"wett": 1})
    with pytest.raises(InvalidInputError, match="holland 2010, holland 1980"):
        configured(HAZARDS["storm"], {"profile": "mine"})


def forcing() -> xr.Dataset:
    return xr.Dataset(
        {
            "rain_rate": ("time", [10.0, 0.0], {"units": "mm/h"}),
            "discharge": (("time", "source"), [[1.0], [3.0]], {"units": "m^3/s"}),
            "sea_level": ((), 0.0, {"units": "m"}),
        },
        coords={
            "time": [0.0, 100.0],
            "source": ["river"],
            "longitude": ("source", [1.0]),
            "latitude": ("source", [2.0]),
        },
    )


def test_drawn_courses_take_the_place_of_the_old_ones_and_others_keep_their_course():
    asked = Scenario(
        "flood",
        courses={"time": [0.0, 50.0, 200.0], "values": {"rain_rate": [5.0, 6.0, 7.0], "sea_level": 1.5}},
        places={"river": (9.0, 8.0)},
    )
    made = edited(forcing(), asked)
    assert made.rain_rate.values.tolist() == [5.0, 6.0, 7.0]
    assert made.discharge.values[:, 0].tolist() == [1.0, 2.0, 3.0]
    assert float(made.sea_level) == 1.5
    assert made.rain_rate.attrs["units"] == "mm/h"
    assert (float(made.longitude[0]), float(made.latitude[0])) == (9.0, 8.0)


@pytest.mark.parametrize("values", [{"rain_rate": [1.0]}, {"discharge": [1.0, 2.0]}, {"nothing": 1.0}])
def test_a_course_that_does_not_fit_its_times_is_refused(values):
    with pytest.raises(WatchfloorError):
        edited(forcing(), Scenario("flood", courses={"values": values}))


def test_what_is_asked_reaches_the_run(floor):
    asked = Scenario(
        "flood",
        resolution=800.0,
        until=3600.0,
        members=3,
        courses={"values": {"rain_rate": 100.0}},
        settings={"wet": 0.2},
    )
    request = asked.request(floor, "preview")
    assert (request.size, request.until, request.model.wet, request.fidelity) == (3, 3600.0, 0.2, "preview")
    assert float(request.forcing.rain_rate) == 100.0
    dry = asked.but(courses={"values": {"rain_rate": 0.0}}).request(floor, "preview")
    wet = (
        np.asarray(request.member(0).water_depth_max).mean()
        - np.asarray(dry.member(0).water_depth_max).mean()
    )
    assert wet > 0.05, "100 mm of rain in an hour more"
    assert asked.request(floor, "preview").key == request.key
