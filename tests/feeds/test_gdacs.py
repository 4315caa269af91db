"""GDACS: the real RSS of 30 December 2019, and the JSON interface's traps."""

import json
from collections import Counter
from typing import Any

import pytest

from watchfloor.core.clock import format_time
from watchfloor.core.scales import Severity
from watchfloor.feeds import Context
from watchfloor.feeds.gdacs import GDACS

BASE = "alerts/exxamalte__python-aio-georss-gdacs"


def event(**changes: Any) -> dict[str, Any]:
    properties = {
        "eventtype": "FL", "eventid": 1102345, "episodeid": 2, "eventname": "", "name": "Flood in China", "glide": "FL-2026-000001-CHN",
        "description": "Flood in China", "alertlevel": "Red", "alertscore": 2.5, "episodealertlevel": "Orange",
        "episodealertscore": 1.5, "iscurrent": "true", "istemporary": "false", "country": "China", "iso3": "CHN",
        "fromdate": "2026-05-30T00:00:00", "todate": "2026-06-01T00:00:00", "datemodified": "2026-06-01T06:00:00",
        "source": "GLOFAS", "sourceid": "", "Class": "Point_Centroid",
        "url": {"report": "https://www.gdacs.org/report.aspx"}, "icon": "https://www.gdacs.org/Green/FL.png",
        "severitydata": {"severity": 1.5, "severitytext": "Large", "severityunit": ""},
        "affectedcountries": [{"iso3": "CHN", "countryname": "China"}],
    }  # fmt: skip
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [110.2, 25.1]},
        "properties": properties | changes,
    }


def parse(context: Context, *events: dict[str, Any]) -> Any:
    return GDACS().parse(
        json.dumps({"type": "FeatureCollection", "features": list(events)}).encode(), context
    )


def test_real_rss(realdata, context: Context) -> None:
    parsed = GDACS().parse(realdata(f"{BASE}/samples/gdacs-rss-24h.xml").read_bytes(), context)
    assert len(parsed.records) == 21
    assert not parsed.rejected
    assert Counter(record.severity for record in parsed.records) == {Severity.MINOR: 14, Severity.SEVERE: 7}
    assert Counter(record.hazard for record in parsed.records) == {"drought": 11, "earthquake": 8, "storm": 2}
    assert {record.state for record in parsed.records} == {"active"}  # a drought "on going" is not over
    quake = next(record for record in parsed.records if record.key == "EQ1200043")
    assert quake.body["lineage"] == ["gdacs:EQ1200043", "usgs:us70006s89"]
    assert quake.geometry == {"type": "Point", "coordinates": (11.3526, -52.8544)}
    assert format_time(quake.sent) == "2019-12-29T18:24:41Z"
    assert quake.body["severity"]["unit"] == "M"
    times = sorted(record.sent for record in parsed.records)
    assert format_time(times[0]) == "2019-12-29T01:44:25Z"


def test_fixtures(realdata, context: Context) -> None:
    assert (
        len(GDACS().parse(realdata(f"{BASE}/tests/fixtures/gdacs-1.xml").read_bytes(), context).records) == 4
    )
    [bare] = GDACS().parse(realdata(f"{BASE}/tests/fixtures/gdacs-2.xml").read_bytes(), context).records
    assert bare.key == "TC1000643"
    assert bare.geometry is None  # a bounding box of 26 degrees is a picture's frame, not a place
    assert bare.severity is Severity.UNKNOWN


def test_now_is_told_from_the_worst(context: Context) -> None:
    [record] = parse(context, event()).records
    assert record.severity is Severity.SEVERE
    assert (record.body["alertlevel"], record.body["episodealertlevel"]) == ("Red", "Orange")
    assert record.body["severity_basis"] == "GDACS episode alert level"


def test_naive_times_are_utc(context: Context) -> None:
    [record] = parse(context, event()).records
    assert format_time(record.sent) == "2026-06-01T06:00:00Z"
    assert format_time(record.valid_from) == "2026-05-30T00:00:00Z"


@pytest.mark.parametrize(
    ("flag", "state"),
    [("true", "active"), ("false", "ended"), (True, "active"), (False, "ended"), ("", "active")],
)
def test_current_is_a_string(flag: Any, state: str, context: Context) -> None:
    [record] = parse(context, event(iscurrent=flag)).records
    assert record.state == state
    assert (record.valid_to is None) == (state == "active")


def test_later_episodes_sort_after_earlier(context: Context) -> None:
    early, late = (parse(context, event(episodeid=number)).records[0] for number in (9, 10))
    assert early.revision < late.revision
    assert early.key == late.key


def test_footprints_are_no_events(context: Context) -> None:
    shape = event(Class="Poly_Affected") | {"geometry": {"type": "Polygon", "coordinates": []}}
    assert len(parse(context, event(), shape).records) == 1
    assert "shapes of events only" in parse(context, shape).rejected[0].reason


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"eventtype": "XX"}, "no event of GDACS"),
        ({"datemodified": "yesterday"}, "datemodified"),
        ({"eventid": None}, "no event of GDACS"),
    ],
)
def test_a_bad_event_costs_itself(changes: dict[str, Any], word: str, context: Context) -> None:
    parsed = parse(context, event(**changes), event(eventid=2))
    assert [record.key for record in parsed.records] == ["FL2"]
    assert word in parsed.rejected[0].reason
    assert parsed.rejected[0].where == "features[0]"


def test_doctype_is_refused(context: Context) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><channel><item><title>&a;</title></item></channel></rss>'
    parsed = GDACS().parse(bomb, context)
    assert not parsed.records
    assert "DOCTYPE" in parsed.rejected[0].reason.upper() or "document type" in parsed.rejected[0].reason
