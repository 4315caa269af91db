"""Thresholds: levels on two axes, read from series and documents, in the units of the series."""

import math

import pandas as pd
import pytest

from watchfloor.alarms.amount import Amount, short, span, spoken
from watchfloor.alarms.selection import Selection
from watchfloor.alarms.site import Dated, Site
from watchfloor.alarms.thresholds import Level, ThresholdSet, declared, levels_of
from watchfloor.core.clock import parse_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.scales import ResponseGrade, WarningColour


class TestDeclared:
    def test_a_mapping_and_a_list_say_the_same(self):
        mapping = declared({"thresholds": {"red": 3.9, "blue": 1.7}}, "m")
        listed = declared(
            {"thresholds": [{"name": "blue", "value": 1.7}, {"name": "red", "value": 3.9}]}, "m"
        )
        assert mapping == listed
        assert [(level.name, level.high, level.colour) for level in mapping.levels] == [
            ("blue", 1.7, WarningColour.BLUE),
            ("red", 3.9, WarningColour.RED),
        ]

    def test_colour_and_grade_are_two_axes(self):
        found = declared(
            {"thresholds": [{"name": "major", "value": 4, "colour": "orange", "grade": "II"}]}, "m"
        )
        assert (found.levels[0].colour, found.levels[0].grade) == (WarningColour.ORANGE, ResponseGrade.II)
        assert declared({"thresholds": {"red": 4}}, "m").levels[0].grade is None

    @pytest.mark.parametrize(
        "given",
        [None, 3, "high", {}, [], {"red": "4"}, {"red": True}, {"red": float("nan")}, [{"value": 4}], [7]],
    )
    def test_what_cannot_be_read_is_left_out(self, given):
        assert declared({"thresholds": given}, "m") is None

    def test_below_is_worst_at_the_lowest(self):
        found = declared({"thresholds": {"blue": 40, "red": 12}, "direction": "falling"}, "percent")
        assert [(level.name, level.low, math.isnan(level.high)) for level in found.levels] == [
            ("blue", 40, True),
            ("red", 12, True),
        ]
        assert [found.at(value) for value in (41, 40, 13, 12)] == [0, 1, 1, 2]


class TestLevels:
    @pytest.mark.parametrize(
        ("given", "direction", "message"),
        [
            ({"red": "high"}, "above", "has the limit 'high'; expected a number"),
            ({"red": {"at": 3, "clour": "red"}}, "above", "unknown key 'clour'"),
            (
                {"red": {"at": 3, "grade": "V"}},
                "above",
                "expected blue, yellow, orange or red, and IV, III, II or I",
            ),
            ({"a": 3, "b": 3}, "above", "'a' and 'b' have the same limit"),
            ({"red": 3}, "outside", "it needs `low` and `high`"),
            (
                {"a": {"low": 1, "high": 2}, "b": {"low": 1.5, "high": 3}},
                "outside",
                "must lie outside of 'a'",
            ),
            ({}, "above", "0 levels; expected 1 to 8"),
            ({str(n): n for n in range(9)}, "above", "9 levels"),
        ],
    )
    def test_what_is_wrong_is_said(self, given, direction, message):
        with pytest.raises(InvalidInputError, match=message):
            levels_of(given, direction)

    def test_a_level_says_which_limit_is_nearer(self):
        level = Level("red", high=10, low=0)
        assert (level.limit(9), level.limit(1), level.reached(10), level.reached(5)) == (10, 0, True, False)


class TestUnits:
    def test_limits_are_converted(self):
        feet = ThresholdSet(levels_of({"red": 10}, "above"), "ft")
        assert feet.into("m").levels[0].high == pytest.approx(3.048)
        celsius = ThresholdSet(levels_of({"red": 100}, "above"), "degF").into("degC")
        assert celsius.levels[0].high == pytest.approx(37.7778, abs=1e-4)
        with pytest.raises(InvalidInputError, match="cannot be turned into"):
            feet.into("mm/h")

    def test_a_dead_band_is_a_difference(self):
        assert Amount.read("2 degF").of(30.0, "degC") == pytest.approx(1.1111, abs=1e-4)
        assert Amount.read("5 %").of(40.0, "m") == 2.0
        assert Amount.read("5 percent").of(40.0, "percent") == 5.0
        with pytest.raises(ValueError, match="not an amount"):
            Amount.read("much")


class TestSite:
    def site(self, *dated):
        frame = pd.DataFrame(
            {
                "title": ["A"], "field": ["water_level"], "units": ["m"], "lon": [1.0], "lat": [2.0], "hazard": ["flood"],
                "attrs": [{"thresholds": {"red": 3}, "kind": "gauge", "basin": "Ilven"}],
            },
            index=["a"],
        )  # fmt: skip
        return Site(frame, dated)

    def test_documents_go_before_what_a_series_says(self):
        assert [item.levels[0].high for item in self.site().sets("a")] == [3]
        own = Dated(Selection(kind="gauge"), ThresholdSet(levels_of({"red": 200}, "above"), "cm", id="own"))
        assert [item.levels[0].high for item in self.site(own).sets("a")] == [2]

    def test_a_set_that_does_not_fit_is_a_problem(self):
        wrong = Dated(Selection(), ThresholdSet(levels_of({"red": 1}, "above"), "kPa", id="odd"))
        site = self.site(wrong)
        assert site.sets("a") == []
        assert "thresholds 'odd'" in site.problems["a"]

    def test_versions_hold_by_their_dates(self):
        first, second = (parse_time(f"202{year}-01-01T00:00:00Z") for year in (5, 6))
        old = ThresholdSet(levels_of({"red": 3}, "above"), valid_to=second)
        assert [old.holds(at) for at in (first, second)] == [True, False]

    @pytest.mark.parametrize(
        ("selection", "meant"),
        [
            (Selection(), True),
            (Selection(name="a*"), True),
            (Selection(name=["b", "c"]), False),
            (Selection(without="a"), False),
            (Selection(field="water_level", hazard="flood", kind="gauge"), True),
            (Selection(hazard="storm"), False),
            (Selection(attrs={"basin": ["Ilven", "Quell"]}), True),
            (Selection(attrs={"basin": "Quell"}), False),
            (Selection(area=[0, 0, 5, 5]), True),
            (Selection(area=[170, 0, -170, 5]), False),
            (Selection(area=[0.5, 0, -170, 5]), True),
        ],
    )
    def test_selections(self, selection, meant):
        assert bool(self.site().selected(selection)) == meant


def test_lengths_of_time_are_read_and_said():
    assert [spoken(span(text)) for text in ("20 min", "PT1H30M", "2 h", "1 d", "90 s")] == [
        "20 min",
        "1 h 30 min",
        "2 h",
        "1 d",
        "1 min 30 s",
    ]
    for wrong in ("soon", 5, "5000 d", None):
        with pytest.raises(ValueError, match=r"length of time|out of range"):
            span(wrong)


def test_numbers_are_written_as_people_write_them():
    assert [short(value, "m") for value in (2.4, 31000, 12.34, 0.00123, 0)] == [
        "2.40 m",
        "31,000 m",
        "12.3 m",
        "0.00123 m",
        "0.00 m",
    ]
