"""Alerts that name their place by code alone: on the map, in the list, in the detail, and inside an area."""

from datetime import timedelta

import pytest

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.store import Store
from watchfloor.store.records import Record
from watchfloor.views.map.layer import read_layers
from watchfloor.views.map.table import BY_CODE, read_table
from watchfloor.views.map.view import MapView
from watchfloor.views.selection import Selection
from watchfloor.views.situation import Detail, SituationList

NOW = parse_time("2026-06-01T12:00:00Z")
TEXAS = {"type": "Polygon", "coordinates": [[[-98, 30], [-97, 30], [-97, 31], [-98, 31], [-98, 30]]]}


def alert(key, *pairs, geometry=None):
    geocode = [{"name": name, "value": value} for name, value in pairs]
    body = {"infos": [{"areas": [{"areaDesc": "x", "geocode": geocode}]}]}
    end = NOW + timedelta(hours=6)
    return Record(
        "alert",
        "cap:nws",
        key,
        "1",
        NOW,
        NOW,
        end,
        title=key,
        severity="Severe",
        geometry=geometry,
        body=body,
    )


@pytest.fixture
def world():
    clock = FixedClock(NOW)
    with watchfloor.open("world", store=Store.open(":memory:", clock=clock), clock=clock) as floor:
        floor.store.append(
            [
                alert("county", ("SAME", "048453"), ("UGC", "TXZ192")),
                alert("zone", ("UGC", "TXZ192")),
                alert("own", ("SAME", "048453"), geometry={"type": "Point", "coordinates": [5.0, 50.0]}),
                alert("none"),
            ]
        )
        yield floor


def test_the_map_draws_what_it_can_and_says_how(world):
    [layer] = [each for each in read_layers(world) if each.name == "live/alerts"]
    table = read_table(world, layer, None, NOW)
    frame = table.frame.set_index("key")
    assert frame["drawn"].to_dict() == {"county": BY_CODE, "zone": "", "own": "", "none": ""}
    placed = dict(zip(frame.index, table.placed.tolist(), strict=True))
    assert placed == {"county": True, "zone": False, "own": True, "none": False}
    view = MapView(world)
    assert view.counts["live/alerts"] == (4, 2)
    drawn = view.stack.drawn["live/alerts"].made
    assert len(drawn.area["xs"]) == 1
    titles = [title for _, title in drawn.tips]
    assert "Drawn as" in titles
    view.close()


def test_list_and_area_take_the_county_for_its_place(world):
    selection = Selection()
    view = SituationList(world, selection)
    assert {row["key"]: row["placed"] for row in view.pane.state["rows"]} == {
        "county": True, "zone": False, "own": True, "none": False,
    }  # fmt: skip
    selection.area = TEXAS
    assert [row["key"] for row in view.pane.state["rows"]] == ["county"]


def test_the_detail_says_that_the_shape_is_not_the_messages_own(world):
    view = Detail(world)
    told = {}
    for key in ("county", "zone", "own", "none"):
        view.selection.record = ("alert", "cap:nws", key)
        told[key] = view.pane.state["record"]["coded"]
        assert view.pane.state["record"]["placed"] == (key == "own")
    assert told["county"] == {"names": ["Travis"], "codes": ["SAME 048453"], "missing": []}
    assert told["zone"] == {"names": [], "codes": [], "missing": ["UGC TXZ192"]}
    assert told["own"] is None
    assert told["none"] is None


def test_records_are_read_around_the_time_that_is_looked_at(world):
    old = NOW - timedelta(days=400)
    past = Record("alert", "cap:nws", "past", "1", old, old, old + timedelta(hours=3), geometry=TEXAS)
    world.store.append([past])
    [layer] = [each for each in read_layers(world) if each.name == "live/alerts"]
    assert "past" not in read_table(world, layer, None, NOW).frame["key"].tolist()
    assert read_table(world, layer, None, old).frame["key"].tolist() == ["past"]
    view = MapView(world, Selection(time=old + timedelta(hours=1)))
    assert view.counts["live/alerts"] == (1, 0)
    view.close()
