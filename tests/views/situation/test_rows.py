"""Which of two records is the worse one, and how each stands at a time."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.scales import Certainty, Severity, Urgency
from watchfloor.store.records import OPEN_FOR
from watchfloor.views.situation.rows import LATE_AFTER, NEW_FOR, OVER_FOR, SOON, order, phase, rows

from .conftest import NOW, record

SECOND = timedelta(seconds=1)


def keys(records, **values):
    return [row.record.key for row in rows(records, NOW, NOW, **values)]


def test_severity_comes_first_and_unknown_is_not_the_worst():
    told = [
        record(str(item), severity=item) for item in ["Unknown", "Minor", "Extreme", "Moderate", "Severe"]
    ]
    assert keys(told) == ["Extreme", "Severe", "Moderate", "Minor", "Unknown"]


def test_urgency_then_certainty_then_people_then_recency():
    base = {"severity": "Severe", "urgency": "Expected", "certainty": "Likely"}
    told = [
        record("older", **base, sent=NOW - timedelta(minutes=50)),
        record("newer", **base, sent=NOW - timedelta(minutes=45)),
        record("many people", **base, sent=NOW - timedelta(minutes=59)),
        record("observed", **(base | {"certainty": "Observed"}), sent=NOW - timedelta(minutes=59)),
        record(
            "immediate",
            **(base | {"urgency": "Immediate", "certainty": "Unlikely"}),
            sent=NOW - timedelta(minutes=59),
        ),
    ]
    people = {("alert", told[2].source, "many people"): 5000.0}
    assert keys(told, people=people) == ["immediate", "observed", "many people", "newer", "older"]


def test_what_is_in_force_comes_before_what_is_not_however_bad_that_was():
    told = [
        record("cancelled", severity="Extreme", state="cancelled"),
        record("upcoming", severity="Extreme", valid_from=NOW + timedelta(hours=2)),
        record("minor", severity="Minor"),
    ]
    assert keys(told) == ["minor", "upcoming", "cancelled"]


records = st.builds(
    record,
    key=st.text("abc", min_size=1, max_size=3),
    severity=st.sampled_from(list(Severity)),
    urgency=st.sampled_from(list(Urgency)),
    certainty=st.sampled_from(list(Certainty)),
    sent=st.integers(0, 5000).map(lambda minutes: NOW - timedelta(minutes=minutes)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(records, max_size=12, unique_by=lambda item: item.key), st.randoms())
def test_the_order_never_depends_on_the_order_of_arrival(told, random):
    shuffled = told[:]
    random.shuffle(shuffled)
    first, second = rows(told, NOW, NOW), rows(shuffled, NOW, NOW)
    assert [row.name for row in first] == [row.name for row in second]
    assert [order(row) for row in first] == sorted(order(row) for row in first)


def test_the_bounds_of_each_phase():
    alert = record(valid_to=NOW)
    assert phase(alert, NOW - SECOND) == "active"
    assert phase(alert, NOW) == "over"  # the end is exclusive, as in the store
    assert phase(alert, NOW + OVER_FOR) == "over"
    assert phase(alert, NOW + OVER_FOR + SECOND) is None
    later = record(valid_from=NOW + SOON, valid_to=None)
    assert phase(later, NOW) == "upcoming"
    assert phase(later, NOW - SECOND) is None
    assert phase(later, NOW + SOON) == "active"


def test_an_event_without_an_end_is_not_on_the_desk_for_ever():
    quake = record(kind="event", valid_to=None, sent=NOW)
    assert phase(quake, NOW + OPEN_FOR - SECOND) == "active"
    assert phase(quake, NOW + OPEN_FOR) == "over"
    incident = replace(quake, kind="incident")
    assert phase(incident, NOW + 10 * OPEN_FOR) == "active"


def test_badges_say_new_updated_late_and_over():
    def badges(told, **values):
        return rows([told], NOW, NOW, usual="Exercise", **values)[0].badges

    fresh = record(sent=NOW - timedelta(minutes=5)).at(NOW - timedelta(minutes=4))
    assert badges(fresh) == ("new",)
    assert badges(fresh, revised=[("alert", fresh.source, fresh.key)]) == ("updated",)
    assert badges(fresh.at(NOW - NEW_FOR - SECOND)) == ()
    assert badges(replace(fresh, sent=NOW - LATE_AFTER - timedelta(minutes=5))) == ("new", "late")
    assert badges(replace(fresh, state="cancelled")) == ("cancelled",)
    assert badges(replace(fresh, state="ended")) == ("ended",)
    assert badges(replace(fresh, valid_to=NOW - SECOND)) == ("expired",)
    assert badges(replace(fresh, valid_from=NOW + SECOND)) == ("upcoming", "new")


def test_a_record_in_another_earnest_than_the_floor_is_marked():
    told = record()
    assert "exercise" not in rows([told], NOW, NOW, usual="Exercise")[0].badges
    assert "exercise" in rows([told], NOW, NOW, usual="Actual")[0].badges
