"""Sensors that publish over MQTT: a subscription whose messages are acknowledged once the store has them.

A message that was published with QoS 1 is acknowledged to the broker only after the commit that holds it. If this
process dies before, the broker sends the message again to the next one (the session outlives the connection), and what
the store has already counts as a duplicate: nothing is lost, and nothing is there twice.
"""

import contextlib
import logging
import secrets
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import httpcore
from paho.mqtt.client import MQTTMessage

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.provenance import digest_bytes
from watchfloor.core.scales import Status
from watchfloor.feeds import FEEDS
from watchfloor.feeds.collect.broker import Broker
from watchfloor.feeds.collect.described import Described
from watchfloor.feeds.collect.ingest import Accept, Payload, Receipt, ingest_batch
from watchfloor.feeds.collect.link import Link, said
from watchfloor.feeds.collect.plan import FeedPlan

if TYPE_CHECKING:
    from watchfloor.store import Store

__all__ = ["Subscription"]

_LOG = logging.getLogger(__name__)
_ASIDE = 100
_REFILL = 2.0
_LONGEST = 60.0
_TRIES = 4


class Subscription:
    """Listens to one broker, and takes in what it sends.

    Parameters
    ----------
    store
        Where it goes.
    plan
        The source; its `broker` says where and what.
    accept
        Tells why the floor does not take a record.
    hosts
        Allowed hosts.
    status, trust
        As of `Context`.
    """

    def __init__(
        self,
        store: "Store",
        plan: FeedPlan,
        accept: Accept | None = None,
        *,
        hosts: Sequence[str] = (),
        status: Status = Status.ACTUAL,
        trust: tuple[bytes, ...] = (),
    ) -> None:
        if plan.broker is None:
            raise InvalidInputError(f"The source {plan.source} names no broker.")
        self._store, self._plan, self._accept = store, plan, accept
        self._broker: Broker = plan.broker
        self._hosts = frozenset(host.strip().lower() for host in hosts)
        self._status, self._trust = status, trust
        self._described = Described(store)
        self._aside, self._counted = float(_ASIDE), monotonic()
        self._known = f"mqtt.{plan.source}.session"
        self.received = 0
        """Messages that are in the store."""

    @property
    def identifier(self) -> str:
        """What the broker knows this subscription by: the same after every start, another one on another store."""
        name = f"{self._store.meta('store.id')} {self._plan.source}"
        return self._broker.client or f"wf-{digest_bytes(name.encode())[:20]}"

    def run(self, stop: threading.Event) -> None:
        """Listen until `stop` is set; whatever happens, it is tried again, later each time."""
        failures = 0
        while not stop.is_set():
            began = monotonic()
            try:
                self._listen(stop)
            except (OSError, WatchfloorError, httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                self._trouble(said(error))
            except Exception as error:  # noqa: BLE001  whatever it is, it must not end the listening
                _LOG.exception("Listening to %s failed; it is tried again.", self._plan.source)
                self._trouble(f"Listening failed: {type(error).__name__}.")
            failures = 1 if monotonic() - began > _LONGEST else failures + 1
            stop.wait(_wait(failures))

    def _listen(self, stop: threading.Event) -> None:
        """Hold one connection until it breaks off or `stop` is set."""
        link = Link(self._broker, self.identifier, self._hosts)
        link.open()
        try:
            self._greeted(link)
            while not stop.is_set():
                dropped = link.dropped
                messages = link.gather(stop)
                if messages and self._store_all(messages, stop, link):
                    link.acknowledge(messages)
                    self.received += len(messages)
                if dropped:
                    link.dropped -= dropped
                    self._heard(
                        ok=True, message=f"{dropped:,} messages without QoS 1 came too fast and are lost."
                    )
                if link.lost.is_set():
                    raise ConnectionError(link.reason)
        finally:
            link.close()

    def _greeted(self, link: Link) -> None:
        """Note that the broker answers, and whether it kept what was published meanwhile."""
        mark = f"{self._broker.shown} {self.identifier}"
        kept = link.resumed or self._store.meta(self._known) != mark
        message = (
            "" if kept else "The broker kept no session: what was published while nobody listened is lost."
        )
        self._store.set_meta(self._known, mark)
        self._heard(ok=True, message=message)

    def _store_all(self, messages: Sequence[MQTTMessage], stop: threading.Event, link: Link) -> bool:
        """Store messages, however often that takes; False if it was given up for `stop`."""
        payloads = [Payload(_topic(item), bytes(item.payload)) for item in messages if item.payload]
        failures = 0
        while payloads:
            try:
                receipt = self._take(payloads)
            except WatchfloorError as error:
                failures += 1
                _LOG.warning("%s: %s", self._plan.source, error)
                self._trouble(said(error))
                if stop.wait(min(_wait(failures), 5.0)) or (link.lost.is_set() and failures >= _TRIES):
                    return False  # the broker sends them again
            else:
                self._aside -= min(receipt.rejected, self._aside)
                break
        return True

    def _take(self, payloads: Sequence[Payload]) -> Receipt:
        now = monotonic()
        self._aside = min(float(_ASIDE), self._aside + (now - self._counted) * _REFILL)
        self._counted = now
        self._described.refresh()
        plan = self._plan
        return ingest_batch(
            self._store, plan.feed, payloads, plan.source, self._accept, described=self._described, zone=plan.zone,
            charset=plan.charset, status=self._status, trust=self._trust, cadence=plan.cadence,
            late_after=plan.late_after, aside=max(1, int(self._aside)), profile=plan.profile,
        )  # fmt: skip

    def _trouble(self, message: str) -> None:
        self._heard(ok=False, message=message)

    def _heard(self, *, ok: bool, message: str) -> None:
        reader = FEEDS[self._plan.feed]
        with contextlib.suppress(WatchfloorError):  # a store that cannot be written to is what went wrong
            self._store.heard(
                self._plan.source, feed=self._plan.feed, ok=ok, message=message,
                cadence=self._plan.cadence or reader.cadence, late_after=self._plan.late_after or reader.late_after,
            )  # fmt: skip


def _topic(message: MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return "\N{REPLACEMENT CHARACTER}"


def _wait(failures: int) -> float:
    """Return the seconds until the next try: longer each time, and never at the same moment as others."""
    return min(2.0 ** min(failures - 1, 10) / 2, _LONGEST) * (500 + secrets.randbelow(1001)) / 1000
