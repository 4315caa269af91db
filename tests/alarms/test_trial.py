"""Trials and skill against what was worked out by hand, and the demo's story as a whole."""

import json
from datetime import timedelta

import pandas as pd
import pytest

from watchfloor.alarms.documents import read_folder, read_rule
from watchfloor.alarms.ruleset import Rules
from watchfloor.alarms.site import Site
from watchfloor.alarms.skill import Occurred, crossings, recorded, skill
from watchfloor.alarms.trial import Firing, Trial
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.core.share import folder
from watchfloor.store import Observation, Record, Series, Store
from watchfloor.store.cube import Cube

T0 = parse_time("2026-06-01T00:00:00Z")
HOUR = timedelta(hours=1)


def at(hour):
    return T0 + hour * HOUR


def firing(subject, start, end, level=1):
    return Firing(subject, (subject,), at(start), at(end), level, "", 0.0)


def trial(*firings, hours=24):
    return Trial("r", "1", T0, at(hours), tuple(sorted(firings, key=lambda item: item.start)), 2)


@pytest.fixture(scope="module")
def cube():
    store = Store.open(":memory:", clock=FixedClock(at(100)))
    store.describe(
        [
            Series(
                "g",
                "G",
                "water_level",
                "m",
                attrs={"interval_s": 3600, "thresholds": {"yellow": 2.0, "red": 3.0}},
            )
        ]
    )
    values = [1, 2.1, 1, 2.2, 1, 1, 1, 1, 2.5, 3.5, 2.5, 1, 1, 2.1]
    store.observe([Observation("g", at(hour), value) for hour, value in enumerate(values)])
    cube = Cube.of(store)
    cube.catch_up()
    return cube


class TestTrial:
    RULE = {"kind": "level", "title": "L", "series": {"field": "water_level"}}

    def test_firings_say_from_when_to_when_and_how_bad(self, cube):
        found = Rules().trial(self.RULE, T0, at(14), cube)
        assert [((f.start - T0) / HOUR, (f.end - T0) / HOUR, f.name, f.ended) for f in found.firings] == [
            (1, 2, "yellow", True), (3, 4, "yellow", True), (8, 11, "red", True), (13, 14, "yellow", False),
        ]  # fmt: skip
        assert found.by_subject() == {"g": 4}
        assert found.per_day == pytest.approx(4 / (14 / 24))
        assert found.chattering == 0
        assert str(found).startswith(
            "unsaved would have fired 4 times in 14 h, at 1 of 1 places (6.9 a day); no chattering."
        )
        assert len(found.frame()) == 4

    def test_what_held_before_goes_on(self, cube):
        found = Rules().trial(self.RULE, at(9), at(10), cube)
        assert [(f.start, f.end, f.level, f.ended) for f in found.firings] == [(at(9), at(10), 2, False)]

    def test_an_edit_is_tried_before_it_is_saved(self, cube):
        saved = Rules([read_rule("r", self.RULE)])
        assert len(saved.trial("r", T0, at(14), cube).firings) == 4
        edited = saved.rules["r"].model_copy(update={"on_after": HOUR})
        assert len(saved.trial(edited, T0, at(14), cube).firings) == 1
        with pytest.raises(UnknownNameError, match="did you mean 'r'"):
            saved.trial("rr", T0, at(14), cube)
        with pytest.raises(InvalidInputError, match="expected a start before the end"):
            saved.trial("r", at(3), at(2), cube)

    def test_chattering_is_counted(self):
        found = trial(firing("a", 1, 2), firing("a", 2.5, 3), firing("a", 5, 6), firing("b", 2.2, 3))
        assert found.chattering == 1
        assert "1 of them chattering" in str(found)


class TestSkill:
    def test_hits_misses_and_false_alarms(self):
        """Two of three events are warned of, 3 h and 1 h before; one firing is false.

        POD = 2/3, FAR = 1/3, CSI = 2/4 (Wilks 2011, Statistical Methods in the Atmospheric Sciences, eqs. 8.6 to 8.10).
        """
        tried = trial(firing("a", 1, 5), firing("b", 9, 11), firing("a", 20, 21))
        events = [
            Occurred(at(4), at(5), frozenset("a")),
            Occurred(at(10), at(12), frozenset("b")),
            Occurred(at(15), at(16), frozenset("b")),
        ]
        found = skill(tried, events, before=3 * HOUR)
        assert (found.hits, found.misses, found.false_alarms) == (2, 1, 1)
        assert (found.pod, found.far, found.csi) == pytest.approx((2 / 3, 1 / 3, 1 / 2))
        assert sorted(found.lead) == [HOUR, 3 * HOUR]
        assert found.lead_time == 2 * HOUR
        assert found.missed[0].start == at(15)

    def test_too_early_and_too_late(self):
        event = [Occurred(at(10), at(12), frozenset("a"))]
        early = skill(trial(firing("a", 1, 3)), event, before=6 * HOUR)
        assert (early.hits, early.misses, early.false_alarms) == (0, 1, 1)
        late = trial(firing("a", 11, 12))
        assert skill(late, event).hits == 0
        assert skill(late, event, late=HOUR).lead == (-HOUR,)
        assert skill(trial(firing("b", 9, 12)), event).hits == 0
        assert skill(trial(firing("b", 9, 12)), [Occurred(at(10), at(12))]).hits == 1

    def test_nothing_happened_and_nothing_was_said(self):
        found = skill(trial(), [])
        assert (found.hits, found.misses, found.false_alarms, found.lead_time, found.leads()) == (
            0,
            0,
            0,
            None,
            [],
        )
        assert found.pod != found.pod  # NaN: it is not known
        assert "POD unknown" in str(found)
        assert found.correct_negatives == 4

    def test_firm_is_what_its_authors_define(self):
        """Four blocks: a hit of red, a red warned of as yellow, a false yellow, and calm.

        FIRM (Taggart et al. 2022, eq. 3, no discount): each threshold missed costs the risk parameter, each falsely
        passed 1 less it: (0 + 0.7 + 0.3 + 0) / 4.
        """
        tried = trial(firing("a", 0, 6, 2), firing("a", 6, 12, 1), firing("a", 12, 18, 1))
        events = [Occurred(T0, at(6), frozenset("a"), 2), Occurred(at(6), at(12), frozenset("a"), 2)]
        found = skill(tried, events, risk=0.7, block=6 * HOUR)
        assert found.firm == pytest.approx((0.7 + 0.3) / 4)
        # Risk matrix score (Taggart & Wilke 2025, eq. 2), weights 1 at 10, 30 and 50 %: the miss of red costs
        # 0.9 + 0.7 + 0.5, the false yellow 0.1 + 0.3 + 0.5.
        assert found.risk_matrix_score == pytest.approx((2.1 + 0.9) / 4)
        assert found.correct_negatives == 1

    def test_events_come_from_crossings_and_records(self):
        tried = trial(firing("a", 1, 5, 2), firing("b", 2, 3, 1))
        assert [event.subjects for event in crossings(tried, 2)] == [frozenset("a")]
        with Store.open(":memory:", clock=FixedClock(at(50))) as store:
            store.describe([Series("a", lon=0.0, lat=0.0), Series("b", lon=3.0, lat=0.0)])
            point = {"type": "Point", "coordinates": [0.05, 0.0]}
            far = {"type": "Point", "coordinates": [9.0, 0.0]}
            store.append(
                [
                    Record(
                        "incident",
                        "own",
                        "1",
                        "1",
                        sent=at(4),
                        valid_from=at(4),
                        valid_to=at(6),
                        title="Flooded road",
                        geometry=point,
                    ),
                    Record(
                        "incident",
                        "own",
                        "2",
                        "1",
                        sent=at(4),
                        valid_from=at(4),
                        title="Elsewhere",
                        geometry=far,
                    ),
                    Record("event", "own", "3", "1", sent=at(8), valid_from=at(8), title="Somewhere"),
                ]
            )
            events = recorded(store, Site(store.series()), T0, at(24))
        assert sorted((event.name, tuple(event.subjects)) for event in events) == [
            ("Flooded road", ("a",)),
            ("Somewhere", ()),
        ]
        assert skill(tried, events).hits == 2

    def test_what_cannot_be_scored_is_refused(self):
        with pytest.raises(InvalidInputError, match="0 < risk < 1"):
            skill(trial(), [], risk=1.0)
        with pytest.raises(InvalidInputError, match="choose longer blocks"):
            skill(trial(hours=10_000), [], block=timedelta(seconds=1))


@pytest.fixture(scope="module")
def story():
    """Return the demo's whole story in a cube."""
    place = folder("data_samples") / "demo" / "story"
    store = Store.open(":memory:", clock=FixedClock(at(72)))
    series = []
    for found in json.loads((place / "stations.geojson").read_text())["features"]:
        said, (lon, lat) = found["properties"], found["geometry"]["coordinates"][:2]
        series.append(
            Series(
                said["series"], said["title"], said["field"], said["units"], lon, lat, said["hazard"], said
            )
        )
    store.describe(series)
    frame = pd.read_parquet(place / "observations.parquet")
    time = (pd.Timestamp(T0) + pd.to_timedelta(frame["offset"], unit="s")).astype("datetime64[us, UTC]")
    store.observe(
        pd.DataFrame(
            {
                "series": frame["series"].astype(str),
                "time": time,
                "value": frame["value"].astype(float),
                "flag": frame["flag"],
            }
        )
    )
    cube = Cube.of(store)
    cube.catch_up()
    return cube


@pytest.fixture(scope="module")
def trials(story):
    book = read_folder(folder("catalogs") / "demo" / "rules")
    rules = Rules(book.rules.values(), book.dated)
    return {name: rules.trial(name, T0, at(72), story) for name in rules.rules}


class TestStory:
    def test_it_raises_a_sensible_number_of_alarms_and_none_chatters(self, trials):
        raised = [
            firing for name, found in trials.items() if name not in {"hot", "dry"} for firing in found.firings
        ]
        assert 40 <= len(raised) <= 80
        assert sum(found.chattering for found in trials.values()) <= 1
        for quiet in ("seepage-dam",):
            assert not trials[quiet].firings

    @pytest.mark.parametrize(
        ("rule", "subject", "begins", "name"),
        [
            ("fire-weather", "fire-weather:floor", (0, 2), "orange"),
            ("smoke", "demo/air/Q05", (4, 10), "yellow"),
            ("crowd-density", "demo/crowd/B01", (12.4, 13.2), "orange"),
            ("quake", "quake", (14.0, 14.1), "orange"),
            ("gale", "gale", (23, 30), "orange"),
            ("toxic-gas", "demo/gas/C06", (33.0, 34.2), "orange"),
            ("slope-movement", "slope-movement", (22, 37), "red"),
            ("methane", "methane", (33, 39.6), "orange"),
            ("river-level", "demo/gauge/G07", (39, 41), "red"),
            ("river-forecast", "demo/gauge/G07", (44, 48.5), "red"),
            ("tailings-seepage", "tailings-seepage", (43, 47), "orange"),
            ("patients", "patients", (40, 62), "yellow"),
            ("silent", "demo/wind/A09", (25.5, 28), "blue"),
        ],
    )
    def test_each_of_its_emergencies_is_told_in_time(self, trials, rule, subject, begins, name):
        found = [firing for firing in trials[rule].firings if firing.subject == subject]
        worst = max(found, key=lambda firing: firing.level)
        assert begins[0] <= (worst.start - T0) / HOUR <= begins[1]
        assert worst.name == name

    def test_the_forecast_leads_the_river_by_hours(self, trials):
        """At the four gauges that it is for, red is foreseen before it comes."""
        red = crossings(trials["river-level"], 3)
        gauges = {firing.subject for firing in trials["river-forecast"].firings}
        found = skill(
            trials["river-forecast"],
            [event for event in red if event.subjects & gauges],
            before=6 * HOUR,
            late=12 * HOUR,
        )
        assert found.hits == 3
        assert found.misses == 0
