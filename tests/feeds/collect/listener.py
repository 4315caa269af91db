"""A collector as a process of its own, to be killed: listens to one broker until it is told to stop."""

import signal
import sys
import threading
from pathlib import Path

from watchfloor.feeds.collect import Broker, FeedPlan, Subscription
from watchfloor.store import Store

if __name__ == "__main__":
    path, url = sys.argv[1:3]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with Store.open(Path(path)) as store:
        plan = FeedPlan("edge", "sensor", broker=Broker(url, ("watchfloor/#",)))
        Subscription(store, plan, hosts=[url.removeprefix("mqtt://")]).run(stop)
