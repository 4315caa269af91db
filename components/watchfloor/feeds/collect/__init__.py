"""How do documents come in? From addresses, from a folder, from a simulated edge; all by one path into the store."""

from watchfloor.feeds.collect.broker import Broker
from watchfloor.feeds.collect.collector import Collector
from watchfloor.feeds.collect.edge import Edge, Published
from watchfloor.feeds.collect.fetch import Fetched, FetchError, Validators, fetch
from watchfloor.feeds.collect.file import ingest_file
from watchfloor.feeds.collect.inbox import Inbox
from watchfloor.feeds.collect.ingest import Accept, Payload, Receipt, ingest, ingest_batch
from watchfloor.feeds.collect.mqtt import Subscription
from watchfloor.feeds.collect.plan import FeedPlan
from watchfloor.feeds.collect.sniff import sniff

__all__ = [
    "Accept",
    "Broker",
    "Collector",
    "Edge",
    "FeedPlan",
    "FetchError",
    "Fetched",
    "Inbox",
    "Payload",
    "Published",
    "Receipt",
    "Subscription",
    "Validators",
    "fetch",
    "ingest",
    "ingest_batch",
    "ingest_file",
    "sniff",
]
