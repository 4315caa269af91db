"""SenML: packs with bases, the examples' forms, and what a device must not say."""

import json
from typing import Any

import pytest

from watchfloor.feeds import FEEDS, Context, Parsed

BT = 1_780_308_000  # 2026-06-01T10:00:00Z


def read(*records: Any, context: Context) -> Parsed:
    return FEEDS["senml"]().parse(json.dumps(list(records)).encode(), context)


def test_bases_hold_until_the_next(context: Context) -> None:
    """As in RFC 8428, 5.1.2 to 5.1.4, with a unit that changes on the way."""
    parsed = read(
        {"bn": "urn:dev:ow:10e2073a01080063:", "bt": BT, "bu": "Cel", "n": "temp", "v": 23.1},
        {"n": "temp", "t": 60, "v": 23.4}, {"n": "rh", "u": "%RH", "v": 67.5}, {"bv": 20, "n": "temp", "t": 120, "v": 3.0},
        {"n": "door", "u": "/", "vb": True},
        context=context,
    )  # fmt: skip
    assert not parsed.rejected
    seen = [(item.series.rpartition(":")[2], item.time.minute, item.value) for item in parsed.observations]
    assert seen == [
        ("temp", 0, 23.1),
        ("temp", 1, 23.4),
        ("rh", 0, 67.5),
        ("temp", 2, 23.0),
        ("door", 0, 1.0),
    ]
    assert {item.name.rpartition(":")[2]: item.units for item in parsed.series} == {
        "temp": "degC",
        "rh": "percent",
        "door": "dimensionless",
    }


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"n": "a", "v": 1, "u": "m"}, "counts from now"), ({"n": "a", "v": 1, "u": "m", "t": -5}, "counts from now"),
        ({"n": "a", "v": 1, "u": "m", "t": BT * 1000}, "milliseconds"), ({"n": "a", "vs": "wet", "t": BT}, "no number"),
        ({"n": "a", "v": "1x", "t": BT}, "expected a number"), ({"v": 1, "t": BT}, "cannot name"), ({"n": 7, "v": 1, "t": BT}, "expected text"),
        ({"n": "a", "v": 1, "t": BT, "u": "smoot"}, "not known"), ({"n": "a", "v": 1, "t": BT, "new_": 1}, "does not know"),
        ({"n": "a", "v": 1, "t": BT, "bver": 99}, "does not know"), ({"n": "a", "vb": 1, "t": BT}, "no boolean"), (7, "expected an object"),
    ],
)  # fmt: skip
def test_what_is_put_aside(record: Any, why: str, context: Context) -> None:
    parsed = read(record, context=context)
    assert not parsed.observations
    assert why in parsed.rejected[0].reason
