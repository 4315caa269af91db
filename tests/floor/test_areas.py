"""Places that messages name by code: what is read from a message, and what a table makes of it."""

from datetime import timedelta

import pytest
import shapely

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.feeds import FEEDS
from watchfloor.feeds.base import Context
from watchfloor.floor.areas import Areas, codes
from watchfloor.store import Store
from watchfloor.store.records import Record

NOW = parse_time("2026-06-01T12:00:00Z")


@pytest.fixture
def world():
    clock = FixedClock(NOW)
    with watchfloor.open("world", store=Store.open(":memory:", clock=clock), clock=clock) as floor:
        yield floor


def body(*pairs):
    """Return the body of a message whose areas have these codes."""
    geocode = [{"name": name, "value": value} for name, value in pairs]
    return {"infos": [{"areas": [{"areaDesc": "Somewhere", "geocode": geocode}]}]}


def alert(given, **values):
    return Record("alert", "cap:x", "A", "1", NOW, NOW, NOW + timedelta(hours=6), body=given, **values)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (body(("SAME", "048453")), [("SAME", "048453")]),
        (body(("same", "148453")), [("SAME", "048453")]),  # a part of the county
        (body(("FIPS6", "048453 048091,048021")), [("SAME", "048453"), ("SAME", "048091"), ("SAME", "048021")]),
        (body(("UGC", "txz000")), [("UGC", "TXC000")]),  # all zones of a state are the state
        (body(("UGC", "TXZ192")), [("UGC", "TXZ192")]),
        (body(("EMMA_ID", "AT001")), [("EMMA_ID", "AT001")]),
        ({"infos": "x"}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_codes_are_read_as_they_are_written(given, expected):
    assert codes(given) == expected


def test_a_county_is_found_by_either_code_and_drawn_once(world):
    areas = Areas.of(world)
    by_same, by_ugc = (areas.of_record(alert(body(pair))) for pair in (("SAME", "048453"), ("UGC", "TXC453")))
    assert by_same.names == by_ugc.names == ("Travis",)
    assert by_same.shape.equals(by_ugc.shape)
    assert by_same.shape.contains(shapely.Point(-97.74, 30.27))  # Austin
    assert not by_same.shape.contains(shapely.Point(-95.37, 29.76))  # Houston
    both = areas.of_record(alert(body(("SAME", "048453"), ("SAME", "048091"), ("UGC", "TXZ192"))))
    assert both.names == ("Travis", "Comal")
    assert both.missing == ()  # the zone says the same place in another scheme


def test_a_state_is_all_its_counties(world):
    found = Areas.of(world).of_record(alert(body(("SAME", "048000"))))
    assert found.names == ("Texas",)
    assert found.shape.contains(shapely.Point(-95.37, 29.76))
    assert found.shape.contains(shapely.Point(-106.5, 31.8))


def test_forecast_zones_and_foreign_codes_stand_for_nothing_here(world):
    areas = Areas.of(world)
    assert areas.of_record(alert(body(("UGC", "TXZ192")))) is None
    assert areas.of_record(alert(body(("EMMA_ID", "AT001")))) is None
    part = areas.of_record(alert(body(("SAME", "048453"), ("SAME", "077650"))))  # the other is a marine zone
    assert (part.names, part.missing) == (("Travis",), (("SAME", "077650"),))


def test_a_shape_of_its_own_is_never_replaced(world):
    own = {"type": "Point", "coordinates": [1.0, 2.0]}
    assert Areas.of(world).of_record(alert(body(("SAME", "048453")), geometry=own)) is None


def test_a_floor_without_a_table_finds_nothing():
    with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
        assert not Areas.of(floor).there
        assert Areas.of(floor).of_record(alert(body(("SAME", "048453")))) is None


def test_what_is_stored_keeps_no_shape(world):
    world.store.append([alert(body(("SAME", "048453")))])
    assert world.store.records("alert")[0].geometry is None


def test_the_alerts_of_a_real_day_are_placed(world, realdata):
    path = realdata("alerts/thtroyer__noaa-cap-alerts/tests/files/noaaExample1.xml")
    parsed = FEEDS["cap"]().parse(path.read_bytes(), Context(NOW, path.name))
    bare = [record for record in parsed.records if record.geometry is None]
    placed = [record for record in bare if Areas.of(world).of_record(record) is not None]
    assert (len(parsed.records), len(bare), len(placed)) == (215, 112, 112)
