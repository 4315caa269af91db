"""The time bar: where it stands for a time near and far, and what is counted on it."""

from datetime import timedelta

import pytest

from watchfloor.core.clock import parse_time
from watchfloor.views.selection import Selection
from watchfloor.views.situation import SituationList, TimeBar
from watchfloor.views.situation.rows import millis
from watchfloor.views.situation.timing import span

from .conftest import NOW, record, tell

FAR = parse_time("2018-02-07T00:00:00Z")


def test_the_bar_stands_around_the_present_while_the_time_is_near():
    for hours in (-72, -1, 0, 23):
        assert span(NOW, NOW + timedelta(hours=hours)) == span(NOW)


@pytest.mark.parametrize("hours", [-73, 25, -24 * 400, 24 * 400])
def test_the_bar_follows_a_time_far_away_and_does_not_move_under_the_hand(hours):
    at = NOW + timedelta(hours=hours)
    start, end = span(NOW, at)
    assert start < at < end
    assert end - start == timedelta(hours=96)
    assert at - start == end - at
    edge = start + timedelta(hours=1)
    if not span(NOW)[0] <= edge <= span(NOW)[1]:
        assert span(NOW, edge, (start, end)) == (start, end)
        assert span(NOW, edge - timedelta(hours=2), (start, end)) != (start, end)


def test_a_time_long_past_shows_what_held_then(busy):
    old = record("OLD", severity="Severe", sent=FAR, valid_to=FAR + timedelta(hours=20))
    tell(
        busy,
        old,
        record("OLDER", sent=FAR - timedelta(hours=60), valid_to=FAR - timedelta(hours=40)),
        known=NOW,
    )
    selection = Selection()
    selection.from_query("?t=2018-02-07T00:00:00Z")
    view = TimeBar(busy, selection)
    state = view.pane.state
    assert state["start"] == millis(FAR - timedelta(hours=48))
    assert [bar for bar in state["density"] if bar[0]] == [[1, "Moderate"]] * 8 + [[1, "Severe"]] * 20
    assert [row["key"] for row in SituationList(busy, selection).pane.state["rows"]] == ["OLD"]
    view.heard("time", {"at": millis(FAR + timedelta(hours=40))})
    assert view.pane.state["start"] == millis(FAR - timedelta(hours=48))
    view.heard("time", {"at": None})
    assert view.pane.state["start"] == millis(NOW - timedelta(hours=72))
