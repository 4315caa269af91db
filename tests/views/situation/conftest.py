"""A floor with a few records of each kind, at a time that stands still."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.store import Store
from watchfloor.store.records import Record, Series
from watchfloor.views.serve.hub import Hub

NOW = parse_time("2026-06-01T12:00:00Z")
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[158.3, 33.9], [158.5, 33.9], [158.5, 34.1], [158.3, 34.1], [158.3, 33.9]]],
}
BODY = {
    "infos": [
        {
            "language": "en-US", "headline": "River rises", "description": "First part.\n\nSecond <b>part</b>.",
            "instruction": "Move to higher ground.", "web": "https://example.org/alert", "senderName": "River Office",
            "parameters": [{"valueName": "level", "value": "3.2 m"}], "resources": [{"uri": "javascript:alert(1)"}],
        },
        {"language": "zh-CN", "headline": "河水上涨", "description": "请勿靠近河岸。"},
    ]
}  # fmt: skip


def record(key: str = "A1", kind: str = "alert", **values: Any) -> Record:
    """Return a record in force, told half an hour ago and known at once."""
    sent = values.pop("sent", NOW - timedelta(minutes=45))
    given: dict[str, Any] = {
        "source": "cap:office@example.org",
        "revision": "1",
        "sent": sent,
        "valid_from": sent,
        "valid_to": NOW + timedelta(hours=6),
        "title": f"{key} rises",
        "hazard": "flood",
        "severity": "Moderate",
        "status": "Exercise",
        "area": "Lower town",
    }
    return Record(kind=kind, key=key, **(given | values))


def make_floor(at: datetime = NOW, name: str = "demo") -> Any:
    """Return an empty floor."""
    clock = FixedClock(at)
    return watchfloor.open(name, store=Store.open(":memory:", clock=clock), clock=clock)


def tell(floor: Any, *records: Record, known: datetime | None = None) -> None:
    """Store records as learned when they were sent, or at `known`."""
    for item in sorted(records, key=lambda each: known or each.sent):
        floor.store.append([item], known=known or item.sent)


@pytest.fixture
def floor() -> Iterator[Any]:
    """Return an empty demo floor at noon of 1 June 2026, UTC."""
    made = make_floor()
    yield made
    Hub.of(made.store).close()  # its poller must not open what is closed
    made.close()
    made.store.close()


@pytest.fixture
def busy(floor: Any) -> Any:
    """Return a floor with alerts, an incident, resources, sensors, sources and something in quarantine."""
    day = NOW - timedelta(hours=20)
    floor.store.describe(
        [
            Series(
                f"demo/gauge/G{number}", f"Gauge {number}", field="water_level", units="m", lon=158.4, lat=34.0,
                hazard="flood", attrs={"thresholds": {"yellow": 3.0, "orange": 4.0}, "cadence": "PT10M"},
            )
            for number in range(4)
        ],
        known=day,
    )  # fmt: skip
    tell(
        floor,
        record("A1", severity="Severe", geometry=SQUARE, body=BODY, sent=NOW - timedelta(minutes=50), trust="verified"),
        record("A2", severity="Extreme", hazard="storm", sent=NOW - timedelta(minutes=40)),
        record("I1", "incident", source="geojson:incidents", severity="Moderate", hazard="chemical", valid_to=None,
               geometry={"type": "Point", "coordinates": [158.4, 34.0]}, sent=NOW - timedelta(minutes=35)),
        record("R1", "resource", source="geojson:resources", severity="Unknown", body={"status": "available"}, valid_to=None,
               sent=NOW - timedelta(hours=2)),
        record("R2", "resource", source="geojson:resources", severity="Unknown", body={"status": "assigned"}, valid_to=None,
               sent=NOW - timedelta(hours=2)),
    )  # fmt: skip
    observe(floor, "demo/gauge/G0", 4.2)
    observe(floor, "demo/gauge/G1", 1.2)
    observe(floor, "demo/gauge/G2", 9.9, flag=4)
    minutes = timedelta(minutes=5)
    kept = {"cadence": minutes, "late_after": 3 * minutes}
    floor.store.heard("river", feed="cap", ok=True, at=NOW - minutes, newest=NOW, message="", **kept)
    floor.store.heard(
        "weather", feed="nws", ok=True, at=NOW - timedelta(hours=1), newest=NOW, message="", **kept
    )
    floor.store.quarantine("river", "no <alert> element", b"<html>", "line 1")
    return floor


def observe(
    floor: Any, series: str, value: float, flag: int = 1, at: datetime = NOW - timedelta(minutes=4)
) -> None:
    """Store one value."""
    from watchfloor.store.records import Observation

    floor.store.observe([Observation(series, at, value, flag)], known=at)


@pytest.fixture
def said() -> Callable[[Any], list[dict[str, Any]]]:
    """Return a function that records what a pane sends to the browser."""

    def listen(view: Any) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []
        view.pane.send = sent.append
        return sent

    return listen
