"""Measure MQTT: messages published to a real broker until they are in the store; how many a second, and how late.

Run it by itself: ``python tests/bench/mqtt_rate.py [seconds] [rate]``. A process of its own publishes at the rate, so that
the collector's processor time is its own.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from watchfloor.core.clock import LiveClock, format_time, monotonic, parse_time
from watchfloor.feeds.collect import Broker, FeedPlan, Payload, Receipt, Subscription
from watchfloor.store import Store

_SPEC = importlib.util.spec_from_file_location(
    "brokers", Path(__file__).parents[1] / "feeds" / "collect" / "brokers.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
brokers = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(brokers)

STATIONS = 1000


def publish(port: int, seconds: float, rate: float) -> None:
    """Publish at a steady rate, each message with the time at which it is sent."""
    client, clock = brokers.publisher(port), LiveClock()
    began, sent = monotonic(), 0
    while (passed := monotonic() - began) < seconds:
        while sent < passed * rate:
            said = {"time": format_time(clock.now()), "value": sent % 1000 / 100, "flag": 0}
            client.publish(f"watchfloor/S{sent % STATIONS:04d}/level", json.dumps(said), qos=1)
            sent += 1
        time.sleep(0.005)
    while client._out_messages:
        time.sleep(0.05)
    client.disconnect()
    print(sent)


def measure(seconds: float, rate: float) -> None:
    """Publish and listen, and print what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        broker = brokers.Mosquitto(Path(folder) / "broker").start()
        store = Store.open(Path(folder) / "store.sqlite")
        plan = FeedPlan("edge", "sensor", broker=Broker(broker.url, ("watchfloor/#",)))
        subscription, stop = Subscription(store, plan, hosts=[broker.host]), threading.Event()
        late: list[float] = []
        done: list[float] = []
        take = subscription._take

        def timed(payloads: Sequence[Payload]) -> Receipt:
            """Take in, and note how old each message is when its commit is done."""
            receipt, now = take(payloads), LiveClock().now()
            late.extend(
                (now - parse_time(json.loads(item.data)["time"])).total_seconds() * 1000 for item in payloads
            )
            done.append(monotonic())
            return receipt

        subscription._take = timed  # type: ignore[method-assign]
        listener = threading.Thread(target=subscription.run, args=(stop,))
        listener.start()
        while not any(state.last_ok for state in store.feeds()):
            time.sleep(0.05)
        used = time.process_time()
        arguments = [sys.executable, __file__, "publish", str(broker.port), str(seconds), str(rate)]
        sent = int(subprocess.run(arguments, check=True, capture_output=True).stdout)
        while subscription.received < sent:
            time.sleep(0.02)
        used = time.process_time() - used
        stop.set()
        listener.join()
        assert len(store.observations()) == sent
        wall = done[-1] - done[0]
        broker.stop()
        store.close()
    middle, high, worst = np.percentile(late, [50, 95, 100])
    load = " ".join(f"{number:.1f}" for number in os.getloadavg())
    print(
        f"{sent:,} messages at {rate:g}/s asked: {sent / wall:,.0f}/s stored, {1e6 * used / sent:,.0f} us of CPU each, "
        f"{100 * used / wall:.0f} % of one core; published to committed p50 {middle:.0f} ms, p95 {high:.0f} ms, worst {worst:.0f} ms; "
        f"load of the machine {load}"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["publish"]:
        publish(int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
    else:
        asked = [float(text) for text in sys.argv[1:]]
        for rate in asked[1:] or (100, 1000, 2000):
            measure(asked[0] if asked else 10, rate)
