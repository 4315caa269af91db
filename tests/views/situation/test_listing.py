"""Which kinds the list shows unasked, which when asked, and what that does to the map and to the numbers."""

from watchfloor.views.selection import Selection
from watchfloor.views.situation import Detail, Filters, KeyFigures, SituationList

from .conftest import NOW, record, tell


def kinds(view):
    """Return kind, count and whether it is listed."""
    return [(each["kind"], each["count"], each["on"]) for each in view.pane.state["kinds"]]


def keys(view):
    """Return the keys of the rows."""
    return [row["key"] for row in view.pane.state["rows"]]


def test_resources_are_listed_when_asked_for_and_counted_before(busy):
    view = SituationList(busy)
    assert keys(view) == ["A2", "A1", "I1"]
    assert kinds(view) == [("alert", 2, True), ("incident", 1, True), ("resource", 2, False)]
    view.heard("kind", {"kind": "resource"})
    assert keys(view) == ["A2", "A1", "I1", "R1", "R2"]
    assert (view.pane.state["total"], view.pane.state["all"]) == (5, 5)
    assert view.selection.to_query() == "?also=resource"
    assert view.selection.filters.empty  # the map is not filtered by what the list shows
    view.heard("kind", {"kind": "resource"})
    assert view.selection.to_query() == ""


def test_leaving_out_what_matters_is_a_filter_and_can_be_undone(busy):
    view = SituationList(busy)
    view.heard("kind", {"kind": "resource"})
    view.heard("kind", {"kind": "alert"})
    assert keys(view) == ["I1", "R1", "R2"]
    assert set(view.selection.kinds) == {"alarm", "event", "incident", "resource"}
    view.heard("kind", {"kind": "alert"})
    assert (view.selection.kinds, view.selection.also) == ([], ["resource"])
    view.heard("kind", {"kind": "rumour"})
    assert view.selection.also == ["resource"]
    view.heard("reset", {})
    assert keys(view) == ["A2", "A1", "I1"]


def test_a_word_finds_what_is_not_listed_and_says_where_it_is(busy):
    view = SituationList(busy)
    view.heard("text", {"value": "r1"})
    assert keys(view) == []
    assert ("resource", 1, False) in kinds(view)


def test_the_filters_count_what_the_list_would_show(busy):
    selection = Selection()
    view = Filters(busy, selection)

    def count(word):
        groups = {group["facet"]: group["options"] for group in view.pane.state["groups"]}
        return {option["word"]: option["count"] for option in groups["severities"]}[word]

    assert count("Unknown") == 0  # two resources, which are not listed
    selection.also = ["resource"]
    assert count("Unknown") == 2


def test_a_figure_opens_kinds_that_are_not_listed(busy):
    figures = KeyFigures(busy)
    listed = SituationList(busy, figures.selection, picture=figures.picture)
    figures.heard("open", {"figure": "resources"})
    assert keys(listed) == ["R1"]


def test_an_alarm_is_listed_and_leads_to_the_monitor(busy):
    tell(busy, record("L1", "alarm", source="alarms", severity="Severe", sent=NOW))
    view = SituationList(busy)
    assert keys(view) == ["A2", "L1", "A1", "I1"] or keys(view) == ["A2", "A1", "L1", "I1"]
    view.selection.record = ("alarm", "alarms", "L1")
    detail = Detail(busy, view.selection)
    assert detail.pane.state["record"]["monitor"] == "./monitor?r=alarm!alarms!L1&tab=alarm"
    view.selection.record = ("incident", "geojson:incidents", "I1")
    assert detail.pane.state["record"]["monitor"] == ""
