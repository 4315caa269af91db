"""Brokers in a floor's catalog: what it may say, what the settings add, and what is off."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from watchfloor.catalog import FeedBlock, FloorBlock
from watchfloor.core.clock import FixedClock
from watchfloor.core.settings import BrokerLogin, Settings
from watchfloor.floor.sources import Sources
from watchfloor.store import Store

SOURCE: dict[str, Any] = {
    "source": "gauges",
    "feed": "sensor",
    "mqtt": "mqtts://broker.example.org",
    "topics": ["watchfloor/#"],
}


def sources(tmp_path: Path, clock: FixedClock, block: FeedBlock, **settings: Any) -> Sources:
    (tmp_path / "catalog.yml").touch()
    floor = FloorBlock(title="T", status="Test", zone="UTC", centre=(0, 0), zoom=3, feeds=[block])
    return Sources(
        tmp_path, floor, Store.open(":memory:", clock=clock), clock, Settings(**settings), lambda record: None
    )


def test_the_catalog_says_where_and_the_settings_how(tmp_path: Path, clock: FixedClock) -> None:
    login = BrokerLogin(user="floor", password="deep water", ca=tmp_path / "ca.pem")
    block = FeedBlock(**SOURCE, zone="Asia/Shanghai", late_after="PT20M", keepalive=30)
    found = sources(
        tmp_path, clock, block, hosts=["broker.example.org"], brokers={"broker.example.org": login}
    )
    plan = found.plans()[0]
    assert plan.broker is not None
    assert (plan.broker.host, plan.broker.port, plan.broker.tls, plan.broker.keepalive) == (
        "broker.example.org",
        8883,
        True,
        30,
    )
    assert (plan.broker.user, plan.broker.secret(), plan.broker.topics) == (
        "floor",
        "deep water",
        ("watchfloor/#",),
    )
    assert plan.late_after == timedelta(minutes=20)
    assert str(plan.zone) == "Asia/Shanghai"
    assert not found.off()
    assert "deep water" not in repr(plan)


def test_a_broker_that_is_not_allowed_is_off(tmp_path: Path, clock: FixedClock) -> None:
    found = sources(tmp_path, clock, FeedBlock(**SOURCE))
    assert [plan.source for plan in found.plans()] == ["inbox"]
    assert "broker.example.org is not among the allowed hosts" in found.off()[0]


@pytest.mark.parametrize(
    "change",
    [
        {"mqtt": "http://a"}, {"mqtt": "mqtt://u:p@a"}, {"topics": []}, {"topics": ["a/#/b"]}, {"qos": 2}, {"url": "https://a/"},
        {"feed": "nothing"}, {"client": "a b"}, {"keepalive": 1}, {"version": "4"}, {"password": "x"},
    ],
)  # fmt: skip
def test_what_a_catalog_may_not_say(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FeedBlock(**(SOURCE | change))


def test_a_profile_stands_beside_the_catalog(tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "p.yml").write_text(
        "{name: p, columns: [a], time: {columns: a}, series: [{column: b, name: b, units: m}]}"
    )
    block = FeedBlock(source="t", feed="table", inbox="in", profile="p.yml")
    [plan, _] = sources(tmp_path, clock, block).plans()
    assert plan.profile is not None
    assert plan.profile.series[0].units == "m"
