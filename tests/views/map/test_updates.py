"""What one new record costs an open page: the layer that it belongs to, and nothing else."""

from typing import Any

import pytest
from bokeh.document import Document
from bokeh.document.events import ColumnDataChangedEvent

from watchfloor.views.map import MapView
from watchfloor.views.selection import Selection
from watchfloor.views.serve.hub import Batch

from .conftest import box, record


@pytest.fixture
def page(floor: Any) -> tuple[MapView, list[Any]]:
    """Return a map in a page, and the sources that were sent anew since."""
    view = MapView(floor, Selection(), served=True)
    doc, sent = Document(), []
    doc.add_root(view.frame.get_root(doc))
    doc.on_change(
        lambda event: sent.append(event.model) if isinstance(event, ColumnDataChangedEvent) else None
    )
    sources = {source for drawn in view.stack.drawn.values() for source, _ in drawn.parts.values()}
    assert len(sources) > 3
    assert all(source.document is doc for source in sources)
    return view, sent


def news(view: MapView, floor: Any, *records: Any) -> None:
    since = floor.store.cursor()
    floor.store.append(records)
    changes = list(floor.store.changes(since))
    view.update(Batch(floor.store.cursor(), changes, {change.table for change in changes}))


def test_one_alert_is_sent_as_the_layer_of_alerts_only(page: tuple[MapView, list[Any]], floor: Any) -> None:
    view, sent = page
    news(view, floor, record("alert", "new", "Severe", box(112.0, 30.0, 112.05, 30.05)))
    own = {source for source, _ in view.stack.drawn["live/alerts"].parts.values()}
    assert sent
    assert {source for source in sent if source is not view.focus.names} <= own
    assert len(sent) == len(set(sent))


def test_an_alert_without_a_place_sends_no_columns(page: tuple[MapView, list[Any]], floor: Any) -> None:
    view, sent = page
    before = view.counts["live/alerts"]
    news(view, floor, record("alert", "nowhere", "Severe", None))
    assert view.counts["live/alerts"] == (before[0] + 1, before[1] + 1)
    assert sent == []


def test_sessions_that_see_the_same_share_one_set_of_columns(floor: Any) -> None:
    one, other = (MapView(floor, Selection(), served=True) for _ in range(2))
    news(one, floor, record("alert", "shared", "Severe", box(112.0, 30.0, 112.05, 30.05)))
    other.refresh(["live/alerts"])
    made = [view.stack.drawn["live/alerts"].made for view in (one, other)]
    assert made[0] is made[1]
