"""Alerts of the US weather service: the saved answers of api.weather.gov, with their relative times filled in."""

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from watchfloor.core.clock import format_time, parse_time
from watchfloor.core.scales import Status
from watchfloor.feeds import Context
from watchfloor.feeds.collect import ingest
from watchfloor.feeds.nws import NWS
from watchfloor.store import Store

DATA = "alerts/weather-gov__weather.gov/api-proxy/data"
FILE = "alerts/active__status=actual.json"
NOW = parse_time("2024-01-30T00:00:00Z")


def filled(path: Path, now: datetime) -> bytes:
    """Fill ``date:now -1 hour`` and its like, by which the saved files hold times that tests move."""

    def fill(match: re.Match[str]) -> str:
        amount, unit = int(match[1] or 0), (match[2] or "seconds").rstrip("s") + "s"
        return f'"{format_time(now + timedelta(**{unit: amount}))}"'

    text = path.read_text(encoding="utf-8")
    text = re.sub(r'"date:now(?: ([+-]?\d+) (second|minute|hour|day)s?)?"', fill, text)
    return re.sub(r'"date:today [^"]*?([+-]\d+) (hour)s"', fill, text).encode()


def alert(**changes: Any) -> dict[str, Any]:
    properties = {
        "id": "urn:oid:1", "sender": "w-nws.webmaster@noaa.gov", "sent": "2024-01-29T12:00:00-06:00", "status": "Actual",
        "messageType": "Alert", "category": "Met", "event": "Flood Warning", "severity": "Severe", "urgency": "Immediate",
        "certainty": "Observed", "areaDesc": "Travis, TX", "geocode": {"UGC": ["TXC453"], "SAME": ["048453"]},
        "headline": "Flood Warning issued", "references": [], "effective": "2024-01-29T12:00:00-06:00",
        "onset": "2024-01-29T13:00:00-06:00", "expires": "2024-01-29T18:00:00-06:00", "ends": None,
        "parameters": {"VTEC": ["/O.NEW.KEWX.FL.W.0001.240129T1900Z-240131T0000Z/"]}, "response": "Avoid",
    }  # fmt: skip
    return {"type": "Feature", "geometry": None, "properties": properties | changes}


def parse(*alerts: dict[str, Any]) -> Any:
    return NWS().parse(
        json.dumps({"type": "FeatureCollection", "features": list(alerts)}).encode(), Context(NOW)
    )


@pytest.mark.parametrize(
    ("name", "records", "contradicting", "chains"),
    [("testing", 37, 1, {1: 21, 2: 14, 3: 1, 4: 1}), ("e2e", 141, 11, {1: 134, 2: 5, 3: 1, 4: 1})],
)
def test_saved_answers(
    name: str, records: int, contradicting: int, chains: dict[int, int], realdata: Callable[[str], Path]
) -> None:
    parsed = NWS().parse(filled(realdata(f"{DATA}/{name}/{FILE}"), NOW), Context(NOW))
    assert len(parsed.records) == records
    assert Counter(item.reason[:13] for item in parsed.rejected) == {"Another alert": contradicting}
    assert Counter(len(record.body["names"]) for record in parsed.records) == chains
    assert {record.source for record in parsed.records} == {"cap:w-nws.webmaster@noaa.gov"}
    assert sum(record.geometry is not None for record in parsed.records) == 1
    assert all(record.valid_to is None or record.valid_to >= record.valid_from for record in parsed.records)
    wind = next(
        r
        for r in parsed.records
        if r.body["identifier"].endswith("21973bd423ae0db39e5260d08fa31bb6eba8b288.001.1")
    )
    assert format_time(wind.sent) == "2024-01-08T19:48:00Z"
    assert wind.key.endswith(
        "3f75dc0fcc5146ce6b90b8cda2e8c565c7f4e2ad.001.1"
    )  # the earliest of three references
    assert wind.hazard == "storm"
    assert wind.body["vtec"][0]["action"] == "CON"
    assert wind.body["infos"][0]["areas"][0]["geocode"] == [{"name": "SAME", "value": "001073"}]


def test_placeholders_are_no_times(realdata: Callable[[str], Path]) -> None:
    parsed = NWS().parse(realdata(f"{DATA}/testing/{FILE}").read_bytes(), Context(NOW))
    assert len(parsed.records) == 3
    whole = [item for item in parsed.rejected if re.fullmatch(r"features\[\d+\]", item.where)]
    assert len(whole) == 35
    parts = [item for item in parsed.rejected if item not in whole]
    assert all("kept without it" in item.reason for item in parts)
    assert all(item.reason and item.data for item in parsed.rejected)


def test_an_unreadable_end_does_not_lose_the_alert() -> None:
    parsed = parse(alert(ends="tomorrow"))
    [record] = parsed.records
    assert format_time(record.valid_to) == "2024-01-30T00:00:00Z"  # falls back on expires
    assert parsed.rejected[0].where == "features[0].properties.ends"


def test_validity() -> None:
    [event] = parse(alert(ends="2024-01-31T00:00:00Z")).records
    assert format_time(event.valid_from) == "2024-01-29T19:00:00Z"
    assert format_time(event.valid_to) == "2024-01-31T00:00:00Z"
    [early] = parse(alert(onset="2024-02-01T00:00:00Z")).records  # expires before it begins
    assert format_time(early.valid_from) == "2024-01-29T18:00:00Z"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "active"),
        ({"messageType": "Cancel", "references": [{"identifier": "urn:oid:0", "sender": "w-nws.webmaster@noaa.gov", "sent": "2024-01-29T11:00:00-06:00"}]}, "cancelled"),
        ({"response": "AllClear"}, "ended"),
        ({"parameters": {"VTEC": ["/O.CAN.KEWX.FL.W.0001.000000T0000Z-240131T0000Z/"]}}, "cancelled"),
        ({"parameters": {"VTEC": ["/O.EXP.KEWX.FL.W.0001.000000T0000Z-240131T0000Z/"]}}, "ended"),
        ({"parameters": {"VTEC": ["/O.CAN.KEWX.FL.W.0001.000000T0000Z-240131T0000Z/", "/O.CON.KEWX.FL.W.0002.000000T0000Z-240131T0000Z/"]}}, "active"),
    ],
)  # fmt: skip
def test_state(changes: dict[str, Any], state: str) -> None:
    assert parse(alert(**changes)).records[0].state == state


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"id": "has blank"}, "CAP name"),
        ({"sent": None}, "no time of issue"),
        ({"sent": "2024-01-29T12:00:00"}, "no UTC offset"),
        ({"status": "Whatever"}, "status"),
        ({"messageType": "Shout"}, "messageType"),
    ],
)
def test_what_an_alert_must_say(changes: dict[str, Any], word: str) -> None:
    parsed = parse(alert(**changes), alert(id="urn:oid:2"))
    assert len(parsed.records) == 1
    assert word in parsed.rejected[0].reason


def test_words_of_cap() -> None:
    [record] = parse(alert(severity="severe", urgency="Whenever", status="Test")).records
    assert (record.severity.value, record.urgency.value, record.status) == ("Severe", "Unknown", Status.TEST)


def test_an_update_follows_its_alert_in_the_store(store: Store) -> None:
    at = parse_time("2024-01-30T00:00:00Z")
    first = alert()
    reference = {
        "identifier": "urn:oid:1",
        "sender": "w-nws.webmaster@noaa.gov",
        "sent": "2024-01-29T12:00:00-06:00",
    }
    second = alert(
        id="urn:oid:2",
        messageType="Update",
        references=[reference],
        sent="2024-01-29T13:00:00-06:00",
        severity="Extreme",
    )
    other = {
        "identifier": "urn:oid:2",
        "sender": "w-nws.webmaster@noaa.gov",
        "sent": "2024-01-29T13:00:00-06:00",
    }
    third = alert(id="urn:oid:3", messageType="Cancel", references=[other], sent="2024-01-29T14:00:00-06:00")
    for item in (third, first, second):  # the cancel comes before what it cancels
        data = json.dumps({"type": "FeatureCollection", "features": [item]}).encode()
        assert ingest(store, "nws", data, "nws", at).stored >= 1
    latest = store.records("alert")
    assert latest
    assert [record for record in latest if record.state == "active"] == []
    last = max(latest, key=lambda record: record.sent)
    assert (last.state, last.body["identifier"]) == ("cancelled", "urn:oid:3")
