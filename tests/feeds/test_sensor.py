"""Our own sensor message: each of its forms, and what is not one."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from watchfloor.core.units import SOURCE
from watchfloor.feeds import FEEDS, Context, Parsed
from watchfloor.feeds.collect import Payload, ingest_batch
from watchfloor.store import Series, Store

AT = "2026-06-01T11:00:00Z"


def read(said: Any, context: Context, topic: str = "watchfloor/G01/level") -> Parsed:
    data = said if isinstance(said, bytes) else json.dumps(said).encode()
    return FEEDS["sensor"]().parse(data, replace(context, topic=topic))


def rows(parsed: Parsed) -> list[tuple[str, float, int]]:
    return [(seen.series, seen.value, seen.flag) for seen in parsed.observations]


@pytest.mark.parametrize(
    ("said", "topic", "expected"),
    [
        ({"time": AT, "value": 4.2}, "watchfloor/G01/level", [("G01/level", 4.2, 1)]),
        ({"time": AT, "value": 4, "flag": 2}, "site/7/level", [("site/7/level", 4.0, 2)]),
        ({"time": [AT, "2026-06-01T11:10:00Z"], "value": [1, 2], "flag": [0, 3]}, "watchfloor/a/b", [("a/b", 1.0, 0), ("a/b", 2.0, 3)]),
        ({"time": AT, "values": {"level": 1.5, "rain": 0}, "flags": {"rain": 2}}, "watchfloor/G01", [("G01/level", 1.5, 1), ("G01/rain", 0.0, 2)]),
        ([{"time": AT, "value": 1}, {"time": "2026-06-01T11:01:00Z", "value": 2}], "watchfloor/a/b", [("a/b", 1.0, 1), ("a/b", 2.0, 1)]),
        (b"online", "watchfloor/G01/status", [("G01/status", 1.0, 0)]),
        (b'"OFFLINE"', "watchfloor/G01/status", [("G01/status", 0.0, 0)]),
        ({"series": "x/y", "time": AT, "value": 1}, "", [("x/y", 1.0, 1)]),
    ],
)  # fmt: skip
def test_forms(said: Any, topic: str, expected: list[Any], context: Context) -> None:
    parsed = read(said, context, topic)
    assert rows(parsed) == expected
    assert not parsed.rejected


def test_a_missing_value_is_missing(context: Context) -> None:
    [seen] = read({"time": AT, "value": None}, context).observations
    assert math.isnan(seen.value)
    assert seen.flag == 9


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"value": 1}, "no time"), ({"time": AT}, "no value"), ({"time": AT, "value": "x"}, "expected a number"),
        ({"time": AT, "value": True}, "expected a number"), ({"time": AT, "value": [1]}, "as many times"),
        ({"time": [AT], "value": [1], "flag": [0, 1]}, "flags"), ({"time": AT, "value": 1, "flag": 5}, "flag is"),
        ({"time": AT, "value": 1, "unit": "m"}, "'unit'"), ({"time": AT, "value": 1, "units": "wat"}, "not known"),
        ({"time": AT, "value": 1, "units": ["m"]}, "expected text"), ({"time": AT, "value": 1, "series": "b"}, "both name"),
        ({"time": AT, "values": {}}, "no object"), ({"time": AT, "values": {"a": 1}, "value": 1}, "beside"),
        ([1], "expected an object"), ([], "empty list"), (b"online", "not JSON"), (b"", "empty"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(said: Any, why: str, context: Context) -> None:
    parsed = read(said, context)
    assert not parsed.observations
    assert why in parsed.rejected[0].reason


def test_half_a_message_is_not_taken(context: Context) -> None:
    parsed = read({"time": AT, "values": {"a": 1, "b": "x"}}, context)
    assert not parsed.observations
    assert len(parsed.rejected) == 1


def test_units_change_and_the_value_stays_what_it_is(store: Store, context: Context) -> None:
    """The declared unit holds; the source's is noted with the series, and the way back to it."""
    store.describe([Series("G01/level", title="Old bridge", units="m", attrs={"warning": 5})])
    for number, (value, unit) in enumerate(((4.0, "m"), (410.0, "cm"), (14.0, "ft"))):
        said = {"time": f"2026-06-01T1{number}:00:00Z", "value": value, "units": unit}
        ingest_batch(store, "sensor", [Payload("watchfloor/G01/level", json.dumps(said).encode())], "edge")
    assert [round(value, 4) for value in store.observations()["value"]] == [4.0, 4.1, 4.2672]
    about = store.series().loc["G01/level"]
    assert (about["title"], about["units"], about["attrs"]["warning"]) == ("Old bridge", "m", 5)
    assert about["attrs"][SOURCE] == {"units": "ft", "to": "m", "factor": 0.3048, "offset": 0.0}


def test_a_series_that_is_described_within_a_batch(store: Store) -> None:
    first = {"time": AT, "value": 1.0, "units": "m"}
    second = {"time": "2026-06-01T11:10:00Z", "value": 250.0, "units": "cm"}
    parts = [Payload("watchfloor/a/b", json.dumps(said).encode()) for said in (first, second)]
    receipt = ingest_batch(store, "sensor", parts, "edge")
    assert receipt.observations == 2
    assert store.observations()["value"].tolist() == [1.0, 2.5]
