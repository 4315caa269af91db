"""USGS earthquakes: the real week of February 2018, and what the feed does with what it must not believe."""

import json
from datetime import timedelta
from typing import Any

import pytest

from watchfloor.core.clock import EPOCH, format_time
from watchfloor.core.scales import Certainty, Severity
from watchfloor.feeds import Context
from watchfloor.feeds.collect import ingest
from watchfloor.feeds.usgs import USGS
from watchfloor.store import Store

WEEK = "earthquakes/npm__vega-datasets/earthquakes.json"


def event(**changes: Any) -> dict[str, Any]:
    properties = {
        "mag": 6.1, "place": "10 km N of Town", "time": 1780300000000, "updated": 1780300600000, "alert": None,
        "status": "automatic", "tsunami": 0, "net": "us", "code": "1", "ids": ",us1,ci9,", "type": "earthquake",
        "magType": "mww", "title": "M 6.1 - 10 km N of Town",
    }  # fmt: skip
    made = {
        "type": "Feature",
        "id": "us1",
        "geometry": {"type": "Point", "coordinates": [-118.6, 34.4, 12.5]},
    }
    return {**made, "properties": properties | changes}


def feed(*events: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "metadata": {}, "features": list(events)}).encode()


def test_real_week(realdata, context: Context) -> None:
    parsed = USGS().parse(realdata(WEEK).read_bytes(), context)
    assert len(parsed.records) == 1707
    assert not parsed.rejected
    times = sorted(record.valid_from for record in parsed.records)
    assert format_time(times[0]) == "2018-01-31T01:49:59.650000Z"
    assert format_time(times[-1]) == "2018-02-07T01:26:13.840000Z"
    assert len({record.key for record in parsed.records}) == 1707
    first = next(record for record in parsed.records if record.key == "ci37868143")
    assert first.geometry == {"type": "Point", "coordinates": (-118.6671667, 34.4945)}
    assert first.body["depth_km"] == 26.49
    assert (first.body["mag"], first.title) == (2.0, "M 2.0 - 4km W of Castaic, CA")
    assert {record.hazard for record in parsed.records} >= {
        "earthquake",
        "other",
    }  # quarry blasts are no earthquakes
    rated = [record for record in parsed.records if record.severity is not Severity.UNKNOWN]
    assert rated
    assert all(record.body["severity_basis"] == "PAGER alert colour" for record in rated)


def test_milliseconds_are_milliseconds(context: Context) -> None:
    [record] = USGS().parse(feed(event(time=1517966773840)), context).records
    assert record.valid_from == EPOCH + timedelta(milliseconds=1517966773840)


@pytest.mark.parametrize("wrong", [1517966773, 99999999999999, "1517966773840", 1.5, True])
def test_times_in_another_unit_are_refused(wrong: Any, context: Context) -> None:
    parsed = USGS().parse(feed(event(time=wrong), event(ids=",us2,")), context)
    assert len(parsed.records) == 1  # the good one goes on
    assert parsed.rejected[0].where == "features[0]"
    assert "time" in parsed.rejected[0].reason


def test_severity_comes_from_pager_only(context: Context) -> None:
    [strong] = USGS().parse(feed(event(mag=9.1)), context).records
    [rated] = USGS().parse(feed(event(mag=5.0, alert="orange")), context).records
    assert strong.severity is Severity.UNKNOWN
    assert rated.severity is Severity.SEVERE


def test_reviewed_is_observed_and_deleted_is_cancelled(context: Context) -> None:
    reviewed, deleted = (
        USGS().parse(feed(event(status="reviewed"), event(status="deleted", ids=",us3,")), context).records
    )
    assert reviewed.certainty is Certainty.OBSERVED
    assert deleted.state == "cancelled"


def test_key_does_not_depend_on_the_id_in_front(context: Context) -> None:
    one = event()
    other = event(ids=",ci9,us1,") | {"id": "ci9"}
    assert [record.key for record in USGS().parse(feed(one, other), context).records] == ["ci9", "ci9"]


def test_ids_that_grow_join_the_stored_event(store: Store) -> None:
    ingest(store, "usgs", feed(event(ids=",us1,")), "usgs")
    ingest(store, "usgs", feed(event(ids=",us1,ak5,", updated=1780300700000)), "usgs")
    [latest] = store.records("event")
    assert latest.key == "us1"
    assert len(store.history("event", "usgs", "us1")) == 2


def test_deleted_after_active_is_the_last_word(store: Store) -> None:
    ingest(store, "usgs", feed(event()), "usgs")
    ingest(store, "usgs", feed(event(status="deleted", updated=1780300900000)), "usgs")
    [latest] = store.records("event")
    assert latest.state == "cancelled"


def test_detail_is_kept_beside_the_summary(context: Context) -> None:
    detail = event() | {"properties": event()["properties"] | {"products": {"shakemap": [{"contents": {}}]}}}
    [record] = USGS().parse(json.dumps(detail).encode(), context).records
    assert record.body["products"] == {"shakemap": 1}
    assert record.revision.endswith("+detail")


@pytest.mark.parametrize(
    ("where", "word"),
    [
        ([200, 0, 5], ""),
        ([0, 91, 5], "latitude"),
        ([400, 0], "longitude"),
        ([0], "Point"),
        (["a", 0], "longitude"),
        ([0, 0, 5000], "depth"),
    ],
)
def test_places_off_the_earth(where: list[Any], word: str, context: Context) -> None:
    one = event() | {"geometry": {"type": "Point", "coordinates": where}}
    parsed = USGS().parse(feed(one), context)
    if not word:
        assert parsed.records[0].geometry == {"type": "Point", "coordinates": (-160.0, 0.0)}
    else:
        assert word in parsed.rejected[0].reason


def test_text_is_plain(context: Context) -> None:
    [record] = USGS().parse(feed(event(title="Quake\u202egnp\x07", place="<b>x</b>")), context).records
    assert record.title == "Quakegnp"
    assert record.area == "<b>x</b>"  # text stays text; views escape it
