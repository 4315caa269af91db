"""A store that cannot be written to, while sensors go on: the disk full, the database locked; nothing is lost, and it is said."""

import json
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from watchfloor.core.clock import LiveClock, format_time, monotonic
from watchfloor.feeds.collect import Broker, FeedPlan, Subscription
from watchfloor.store import Store

pytestmark = pytest.mark.network
NOW = LiveClock().now().replace(microsecond=0) - timedelta(hours=6)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of 3 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk: A FULL DISK IS NOT TESTED")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def until(held: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = monotonic() + seconds
    while monotonic() < end:
        if held():
            return True
        threading.Event().wait(0.05)
    return held()


def message(number: int, pad: int = 0) -> bytes:
    said = {"time": format_time(NOW + timedelta(seconds=number)), "value": number}
    return json.dumps(said).encode() + b" " * pad


def running(store: Store, broker: Any) -> tuple[Subscription, threading.Event, threading.Thread]:
    plan = FeedPlan("edge", "sensor", broker=Broker(broker.url, ("watchfloor/#",)))
    made, stop = Subscription(store, plan, hosts=[broker.host]), threading.Event()
    thread = threading.Thread(target=made.run, args=(stop,))
    thread.start()
    return made, stop, thread


def state(store: Store) -> Any:
    return next((item for item in store.feeds() if item.source == "edge"), None)


def test_the_disk_is_full(
    small: Path, mosquitto: Callable[..., Any], publish: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    broker = mosquitto()
    with Store.open(small / "store.sqlite") as store:
        subscription, stop, thread = running(store, broker)
        try:
            assert until(lambda: state(store) is not None and state(store).last_ok is not None)
            ballast = small / "ballast"
            with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="space"):
                while True:
                    file.write(b"x" * 4096)
            client = publish(broker.port)
            infos = [
                client.publish(f"watchfloor/S{number % 10}/x", message(number), qos=1)
                for number in range(500)
            ]
            for info in infos:
                info.wait_for_publish(10)  # the broker has them
            assert until(lambda: any("full" in record.message for record in caplog.records)), caplog.text
            held = len(store.observations())
            assert held < 500
            ballast.unlink()
            assert until(lambda: len(store.observations(latest=False)) == 500)
            assert until(lambda: subscription.received >= 500)
            assert state(store).failures == 0
            assert not [line for line in store.check() if "disk" not in line]
        finally:
            stop.set()
            thread.join(20)
        assert not thread.is_alive()


def test_the_database_is_locked_for_longer_than_anyone_waits(
    tmp_path: Path,
    mosquitto: Callable[..., Any],
    publish: Callable[..., Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A minute in life, 3 s here with a patience of 0.3 s."""
    broker, path = mosquitto(), tmp_path / "locked.sqlite"
    with Store.open(path, wait=timedelta(seconds=0.3)) as store:
        subscription, stop, thread = running(store, broker)
        try:
            assert until(lambda: state(store) is not None and state(store).last_ok is not None)
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            client = publish(broker.port)
            for number in range(300):
                client.publish("watchfloor/S/x", message(number), qos=1)
            threading.Event().wait(3.0)
            assert len(store.observations()) == 0
            assert any("edge" in record.message for record in caplog.records)
            other.execute("ROLLBACK")
            other.close()
            assert until(lambda: len(store.observations(latest=False)) == 300)
            assert until(lambda: subscription.received >= 300)
        finally:
            stop.set()
            thread.join(20)
        assert not thread.is_alive()
        assert not store.quarantined()
