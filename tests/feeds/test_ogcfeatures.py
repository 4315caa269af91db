"""OGC API Features: values become series, the rest records; pages follow each other; real answers of the USGS."""

import json
import math
from collections.abc import Callable
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from watchfloor.core.clock import format_time
from watchfloor.feeds import FEEDS, Context, Parsed, ogcfeatures
from watchfloor.feeds.collect import ingest, sniff
from watchfloor.store import Store

FILE = "rivers_weather/DOI-USGS__dataretrieval-python/tests/data/waterdata_ogc_fixtures.json"


def read(said: Any, context: Context) -> Parsed:
    return FEEDS["ogcfeatures"]().parse(json.dumps(said).encode(), context)


def items(*features: Any, **other: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "numberReturned": len(features), "features": list(features)} | other


def measured(value: Any = "1.5", station: str = "G1", **other: Any) -> dict[str, Any]:
    given = {
        "station": station,
        "parameter": "stage",
        "time": "2026-06-01T10:00:00Z",
        "value": value,
        "units": "m",
    } | other
    return {
        "type": "Feature",
        "id": "x",
        "geometry": {"type": "Point", "coordinates": [110.2, 25.1]},
        "properties": given,
    }


def test_real_answers_of_the_usgs(realdata: Callable[[str], Path], context: Context) -> None:
    """What measures becomes series with our quantities; days need a zone; places become records."""
    known = json.loads(realdata(FILE).read_bytes())
    for name in ("latest-continuous", "continuous"):
        data = json.dumps(known[name]).encode()
        assert sniff(data) == "ogcfeatures"
        parsed = FEEDS["ogcfeatures"]().parse(data, context)
        assert not parsed.rejected
        assert len(parsed.observations) == 2
    latest = read(known["latest-continuous"], context)
    assert [(item.field, item.units) for item in latest.series] == [
        ("water_level", "m"),
        ("discharge", "m^3/s"),
    ]
    first = latest.observations[0]
    assert first.series == "test/USGS-06904500/00065/b36569a0067443ac9425e850a3ac7baa"
    assert (format_time(first.time), first.flag) == ("2026-08-07T18:45:00Z", 1)
    assert first.value == pytest.approx(1.59 * 0.3048)
    assert "no UTC offset" in read(known["daily"], context).rejected[0].reason
    declared = Context(context.received, "test", zone=timezone(timedelta(hours=-6)))
    assert format_time(read(known["daily"], declared).observations[0].time) == "2025-12-27T06:00:00Z"
    places = read(known["monitoring-locations"], context)
    assert [record.key for record in places.records] == [
        feature["id"] for feature in known["monitoring-locations"]["features"]
    ]


@pytest.mark.parametrize(
    ("links", "following"),
    [
        ([{"rel": "self", "href": "a"}, {"rel": "next", "href": "b?offset=2"}], "b?offset=2"), ([], ""), (None, ""), ([{"rel": "next"}], ""), (["next"], ""),
        ([{"rel": "next", "href": "x" * 3000}], ""), ({"rel": "next", "href": "x"}, ""),
    ],
)  # fmt: skip
def test_pages(links: Any, following: str) -> None:
    assert FEEDS["ogcfeatures"]().more(json.dumps(items(links=links)).encode()) == following


@pytest.mark.parametrize("data", [b"", b"[", b"{", b"[]", b"7"])
def test_no_page_follows_what_cannot_be_read(data: bytes) -> None:
    assert FEEDS["ogcfeatures"]().more(data) == ""


def test_counts_that_stand_behind_the_features(context: Context) -> None:
    data = json.dumps(
        {"type": "FeatureCollection", "features": [measured() for _ in range(500)], "numberMatched": 500}
    ).encode()
    assert len(data) > 64 * 1024
    assert sniff(data) == "ogcfeatures"


@pytest.mark.parametrize(
    ("other", "flag"),
    [({"approval_status": "Approved"}, 0), ({"approval_status": "Provisional"}, 1), ({"approval_status": "Approved", "qualifier": ["ESTIMATED"]}, 2), ({"value": None}, 9), ({}, 1)],
)  # fmt: skip
def test_flags(other: dict[str, Any], flag: int, context: Context) -> None:
    [seen] = read(items(measured(**other)), context).observations
    assert seen.flag == flag
    assert math.isnan(seen.value) == (flag == 9)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (measured("NaN"), "finite"), (measured("x"), "number"), (measured(units="furlongs of salt"), "not known"), (measured(time="noon"), "not a time"),
        (measured(station=""), "which station"), (measured(parameter=None), "what it measures"), ({"type": "Feature", "geometry": None, "properties": {}}, "says nothing"),
        ("x", "no GeoJSON Feature"), (measured() | {"properties": []}, "list"),
    ],
)  # fmt: skip
def test_what_is_wrong_costs_only_itself(bad: Any, why: str, context: Context) -> None:
    parsed = read(items(bad, measured(station="good")), context)
    assert [seen.series for seen in parsed.observations] == ["test/good/stage"]
    assert why in parsed.rejected[0].reason


def test_two_values_of_one_time(context: Context) -> None:
    parsed = read(items(measured(1), measured(1), measured(2)), context)
    assert [seen.value for seen in parsed.observations] == [1.0]
    assert ["two values" in part.reason for part in parsed.rejected] == [True]


def test_another_coordinate_system_is_refused(context: Context) -> None:
    parsed = read(items(measured(), coordRefSys="http://www.opengis.net/def/crs/EPSG/0/28992"), context)
    assert not parsed.observations
    assert "CRS84" in parsed.rejected[0].reason
    assert read(
        items(measured(), coordRefSys="http://www.opengis.net/def/crs/OGC/1.3/CRS84"), context
    ).observations


def test_too_many_features(monkeypatch: pytest.MonkeyPatch, context: Context) -> None:
    monkeypatch.setattr(ogcfeatures, "MAX_FEATURES", 1)
    assert "more than 1" in read(items(measured(), measured()), context).rejected[0].reason


def test_it_is_stored(store: Store) -> None:
    receipt = ingest(store, "ogcfeatures", json.dumps(items(measured())).encode(), "api")
    assert receipt.rejected == 0
    assert store.observations("api/G1/stage")["value"].tolist() == [1.5]
