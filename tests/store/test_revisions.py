"""Records: stored once, found by what was known and by what holds."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.scales import Certainty, Severity, Status, Urgency
from watchfloor.store import Record

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def titles(records):
    return sorted(item.title for item in records)


def test_a_record_comes_back_as_it_was(store, clock):
    now = clock.now()
    made = Record(
        "incident", "geojson:ops", "I-1", "7", now, now - HOUR, None, "标题 <b>", "flood", Severity.SEVERE,
        Urgency.IMMEDIATE, Certainty.OBSERVED, Status.EXERCISE, "ended",
        {"type": "MultiPolygon", "coordinates": [[[[0.1, 0.2], [1.5, 0.0], [1.0, 1.0], [0.1, 0.2]]]]},
        "Old town", "verified", {"a": [1, None, {"b": "c"}], "z": 0.1}, "ab" * 32,
    )  # fmt: skip
    store.append([made])
    assert store.records() == [made.at(now)]


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [1.25, -2.5]},
        {"type": "LineString", "coordinates": [[0.0, 1.0], [2.0, 3.0]]},
        {"type": "MultiPoint", "coordinates": [[0.0, 1.0], [2.0, 3.0]]},
        {"type": "MultiLineString", "coordinates": [[[0.0, 1.0], [2.0, 3.0]], [[5.0, 6.0], [7.0, 8.0]]]},
        {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Point", "coordinates": [1.0, 2.0]},
                {"type": "Polygon", "coordinates": [[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]]},
            ],
        },
    ],
)
def test_every_geometry_comes_back_exactly(store, alert, geometry):
    store.append([alert(geometry=geometry)])
    assert store.records()[0].geometry == geometry


def test_the_same_message_is_stored_once(store, alert):
    first = store.append([alert(), alert(), alert("L")])
    again = store.append([alert("L"), alert("M"), alert()])
    assert (first.stored, first.duplicates) == (2, 1)
    assert (again.stored, again.duplicates) == (1, 2)
    assert titles(store.records(latest=False)) == ["K/1", "L/1", "M/1"]


def test_the_same_key_of_another_source_or_kind_is_another_statement(store, alert):
    store.append([alert(), alert(source="cap:b"), alert(kind="event")])
    assert len(store.records()) == 3


def test_a_batch_with_a_bad_record_stores_nothing(store, alert, clock):
    bad = replace(alert("bad"), sent=datetime(2026, 6, 1))
    with pytest.raises(InvalidInputError, match="no time zone"):
        store.append([alert("good"), bad])
    assert store.records() == []
    assert store.cursor() == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "rumour"}, "no record kind 'rumour'"),
        ({"state": "gone"}, "no state 'gone'"),
        ({"key": ""}, "expected both"),
        ({"source": ""}, "expected both"),
        ({"severity": "Bad"}, "Bad"),
        ({"body": {"a": float("nan")}}, "JSON"),
        ({"body": {"a": object()}}, "JSON"),
        ({"title": "\ud800"}, "surrogates"),
        ({"geometry": {"type": "Circle", "coordinates": [1, 2]}}, "Circle"),
        ({"geometry": {"type": "Point"}}, "coordinates"),
    ],
)
def test_what_cannot_be_written_down_is_refused_by_name(store, alert, changes, said):
    with pytest.raises(InvalidInputError, match=said):
        store.append([replace(alert(), **changes)])
    assert store.cursor() == 0


def test_the_latest_revision_is_the_one_sent_last_not_the_one_heard_last(store, alert, clock):
    store.append([alert(revision="b", after=10)])
    clock.move(HOUR)
    store.append([alert(revision="a")])
    assert titles(store.records()) == ["K/b"]
    assert titles(store.history("alert", "cap:a", "K")) == ["K/a", "K/b"]
    assert [item.title for item in store.history("alert", "cap:a", "K")] == ["K/b", "K/a"]


def test_of_two_revisions_sent_at_once_the_later_name_wins_whatever_the_order(store, alert):
    store.append([alert(revision="2"), alert("L", "1")])
    store.append([alert(revision="1"), alert("L", "2")])
    assert titles(store.records()) == ["K/2", "L/2"]


def test_a_cancel_that_comes_before_its_alert_cancels_it(store, alert, clock):
    store.append([alert(revision="cancel", after=5, state="cancelled")])
    clock.move(10 * MINUTE)
    store.append([alert(revision="first")])
    assert store.records(valid_at=clock.now()) == []
    assert titles(store.records(state="cancelled")) == ["K/cancel"]


def test_a_filter_never_brings_an_older_revision_back(store, alert):
    store.append([alert(severity=Severity.EXTREME), alert(revision="2", after=1, severity=Severity.MINOR)])
    assert store.records(severity="Extreme") == []
    assert titles(store.records(severity="Minor")) == ["K/2"]
    assert titles(store.records(severity="Extreme", latest=False)) == ["K/1"]


def test_valid_from_is_inside_and_valid_to_is_not(store, alert, clock):
    start = clock.now()
    store.append([alert(), alert("open", valid_to=None)])
    at = {
        offset: titles(store.records(valid_at=start + offset))
        for offset in (-MINUTE, 0 * MINUTE, HOUR - MINUTE, HOUR)
    }
    assert at == {
        -MINUTE: [],
        0 * MINUTE: ["K/1", "open/1"],
        HOUR - MINUTE: ["K/1", "open/1"],
        HOUR: ["open/1"],
    }


def test_valid_at_asks_for_active_ones_unless_told_otherwise(store, alert, clock):
    store.append([alert(), alert("L", state="cancelled"), alert("M", state="ended")])
    assert titles(store.records(valid_at=clock.now())) == ["K/1"]
    assert titles(store.records(valid_at=clock.now(), state=["active", "ended"])) == ["K/1", "M/1"]


def test_as_of_shows_what_was_known(store, alert, clock):
    start = clock.now()
    store.append([alert()])
    clock.move(10 * MINUTE)
    store.append([alert(revision="2", after=10), alert("L", after=10)])
    assert store.records(as_of=start - MINUTE) == []
    assert titles(store.records(as_of=start)) == ["K/1"]
    assert titles(store.records(as_of=start + 9 * MINUTE)) == ["K/1"]
    assert titles(store.records(as_of=start + 10 * MINUTE)) == ["K/2", "L/1"]
    assert titles(store.records(as_of=start, latest=False)) == ["K/1"]
    assert titles(store.history("alert", "cap:a", "K", as_of=start)) == ["K/1"]


def test_the_known_time_is_given_by_the_caller_or_the_clock_and_never_goes_back(store, alert, clock):
    now = clock.now()
    past = store.append([alert("past")], known=now - HOUR)
    here = store.append([alert("now")])
    late = store.append([alert("late")], known=now - 2 * HOUR)
    clock.move(-HOUR)
    back = store.append([alert("back")])
    assert [item.known for item in (past, here, late, back)] == [now - HOUR, now, now, now]
    assert [item.known for item in store.records(latest=False)] == [now, now, now, now - HOUR]
    assert store.append([alert("back")]).known is None


def test_filters_take_one_word_or_several_or_none(store, alert):
    store.append(
        [
            alert("A", hazard="flood", status=Status.EXERCISE),
            alert("B", hazard="storm", severity=Severity.MINOR),
            alert("C", hazard="flood", kind="event"),
        ]
    )
    assert titles(store.records(hazard="flood")) == ["A/1", "C/1"]
    assert titles(store.records(["alert", "event"], hazard=["storm", "flood"])) == ["A/1", "B/1", "C/1"]
    assert titles(store.records("alert", hazard=[])) == ["A/1", "B/1"]
    assert titles(store.records(status=Status.EXERCISE)) == ["A/1"]
    assert titles(store.records(severity=[Severity.MINOR, "Extreme"])) == ["B/1"]
    assert titles(store.records("event", hazard="storm")) == []


def test_a_source_stands_for_its_sub_sources(store, alert):
    store.append(
        [
            alert("A", source="cap"),
            alert("B", source="cap:x:y"),
            alert("C", source="capx"),
            alert("D", source="cap;"),
        ]
    )
    assert titles(store.records(source="cap")) == ["A/1", "B/1"]
    assert titles(store.records(source="cap:x")) == ["B/1"]


def test_a_bounding_box_finds_what_reaches_into_it(store, alert):
    def point(lon, lat):
        return {"type": "Point", "coordinates": [lon, lat]}

    square = [[[0, 2], [10, 2], [10, 12], [0, 12], [0, 2]]]
    store.append(
        [
            alert("in", geometry=point(5, 5)),
            alert("out", geometry=point(11, 5)),
            alert("edge", geometry=point(10, 10)),
            alert("over", geometry={"type": "Polygon", "coordinates": square}),
            alert("east", geometry=point(179, 0)),
            alert("west", geometry=point(-179, 0)),
            alert("none"),
        ]
    )
    assert titles(store.records(bbox=(4, 4, 10, 10))) == ["edge/1", "in/1", "over/1"]
    assert titles(store.records(bbox=(6, 11, 7, 11.5))) == ["over/1"]
    assert titles(store.records(bbox=(6, 0, 7, 1.5))) == []
    assert titles(store.records(bbox=(178, -1, -178, 1))) == ["east/1", "west/1"]
    with pytest.raises(InvalidInputError, match="bounding box"):
        store.records(bbox=(0, 5, 1, 4))
    with pytest.raises(InvalidInputError, match="bounding box"):
        store.records(bbox=(0, 5, float("nan"), 6))


def test_the_last_issued_stand_first_and_a_limit_cuts_the_rest(store, alert, clock):
    store.append([alert(str(at), after=at) for at in (3, 1, 2)])
    assert [item.key for item in store.records()] == ["3", "2", "1"]
    assert [item.key for item in store.records(limit=2)] == ["3", "2"]
    clock.move(5 * MINUTE)
    assert [item.key for item in store.records(valid_at=clock.now(), limit=2)] == ["3", "2"]


def test_a_record_is_decoded_once_and_an_undone_one_is_forgotten(store, alert):
    store.append([alert()])
    assert store.records()[0] is store.records()[0]
    with pytest.raises(RuntimeError, match="stop"), store.batch():
        store.append([alert("undone")])
        assert titles(store.records()) == ["K/1", "undone/1"]
        raise RuntimeError("stop")
    store.append([alert("other")])
    assert titles(store.records()) == ["K/1", "other/1"]


def test_the_shelf_holds_no_more_than_its_limit(store, alert):
    store._shelf._limit = store._shelf._room = 20_000
    store.append([alert(str(at), body={"text": "x" * 1000}) for at in range(100)])
    assert len(store.records()) == 100
    assert 0 < len(store._shelf._held) < 20
    assert store._shelf._room >= 0
    assert len(store.records()) == 100


def test_sql_in_text_is_text(store, alert):
    nasty = "'; DROP TABLE record; --"
    store.append([alert(nasty, source=nasty, area=nasty, hazard=nasty)])
    assert [item.key for item in store.records(source=nasty, hazard=[nasty])] == [nasty]
    assert store.history("alert", nasty, nasty)[0].area == nasty


@pytest.mark.parametrize("name", ["title", "area", "key", "revision", "source", "hazard"])
def test_a_text_that_no_database_holds_is_refused_on_each(store, alert, name):
    with pytest.raises(InvalidInputError, match="NUL"):
        store.append([alert(**{name: "a\0b"})])
    assert store.append([alert(body={"text": "a\0b", "names": ["a\0b", "good"]})]).stored == 1
    assert store.records()[0].body["text"] == "a\0b"
    assert store.named("alert", "cap:a", "good") == "K"
    assert store.check() == []
