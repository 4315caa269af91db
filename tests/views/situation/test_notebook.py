"""Every view shows itself without a server, as in a notebook, and works there alone."""

import gc
import weakref

import pytest

import watchfloor.views.situation as desk
from watchfloor.views.selection import Selection

from .conftest import NOW, SQUARE, record, tell

ALONE = ["AreaSummary", "Detail", "Export", "FeedHealth", "Filters", "KeyFigures", "SituationList", "TimeBar"]


@pytest.mark.parametrize("name", ALONE)
def test_a_view_builds_its_model_with_the_code_that_draws_it(name, busy):
    view = getattr(desk, name)(busy)
    root = view._create_view().get_root()
    assert root.class_name in root.esm
    assert "export default" in root.esm
    assert root.data.clock["zone"] == str(busy.zone)
    view.close()


def test_the_whole_desk_builds_as_one_layout(busy):
    view = desk.Situation(busy)
    root = view._create_view().get_root()
    names = {getattr(model, "class_name", "") for model in root.references()}
    assert {"ListPane", "DetailPane", "FiguresPane", "FiltersPane", "TimePane", "HealthPane"} <= names
    view.close()


def test_news_come_to_a_view_that_stands_alone(busy):
    view = desk.SituationList(busy)
    view._create_view()
    tell(busy, record("fresh", severity="Extreme", urgency="Immediate", sent=NOW))
    view.picture._news(None)
    assert view.pane.state["rows"][0]["key"] == "fresh"
    view.close()


def test_a_closed_view_hears_nothing_and_goes_away(busy):
    selection = Selection()
    view = desk.SituationList(busy, selection)
    view._create_view()
    view.close()
    selection.text = "nothing"
    assert view.pane.state["text"] == ""
    kept = weakref.ref(view)
    del view
    gc.collect()
    assert kept() is None


def test_the_figures_of_an_area_are_worked_out_once(busy, monkeypatch):
    from watchfloor.views.map import area

    asked = []
    original = area.inside
    monkeypatch.setattr(area, "inside", lambda *args: asked.append(1) or original(*args))
    selection = Selection(area=SQUARE)
    first = desk.AreaSummary(busy, selection).state()
    again = desk.AreaSummary(busy, Selection(area=SQUARE)).state()
    assert first == again
    assert len(asked) == 1
    assert first["size"] == pytest.approx(410, rel=0.05)  # 0.2 by 0.2 degrees at 34 degrees north
    assert all(isinstance(row["value"], int | float) for row in first["figures"])
    selection.area = None
    assert desk.AreaSummary(busy, selection).state() == {"area": False}
