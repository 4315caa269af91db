"""Sensors that publish over MQTT: a subscription whose messages are acknowledged once the store has them.

A message that was published with QoS 1 is acknowledged to the broker only after the commit that holds it. If this
process dies before, the broker sends the message again to the next one (the session outlives the connection), and what
the store has already counts as a duplicate: nothing is lost, and nothing is there twice.
"""

import contextlib
import logging
import secrets
import ssl
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpcore
from paho.mqtt.client import CallbackAPIVersion, Client, MQTTMessage, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import ForbiddenError, InvalidInputError, WatchfloorError
from watchfloor.core.provenance import digest_bytes
from watchfloor.core.scales import Status
from watchfloor.feeds import FEEDS
from watchfloor.feeds.collect.broker import Broker
from watchfloor.feeds.collect.connection import checked
from watchfloor.feeds.collect.described import Described
from watchfloor.feeds.collect.ingest import Accept, Payload, Receipt, ingest_batch
from watchfloor.feeds.collect.plan import FeedPlan

if TYPE_CHECKING:
    from watchfloor.store import Store

__all__ = ["Subscription"]

_LOG = logging.getLogger(__name__)
GROUP = 0.1
"""Longest time, in seconds, for which messages are gathered before they are stored."""
QUIET = 0.02
"""A pause after which no more are waited for: a broker that sends on only what was acknowledged is not kept waiting."""
MOST = 2_000
"""Messages of one commit."""
HELD = 10_000
"""Messages that are held at once; more wait at the broker."""
BYTES = 32 * 1024 * 1024
LARGEST = 16 * 1024 * 1024
"""Largest packet that the broker may send."""
KEPT = timedelta(days=7)
"""How long the broker keeps what is published while nobody listens."""
_ASIDE = 100
_REFILL = 2.0
_LONGEST = 60.0
_ANSWER = 10.0
_TRIES = 4


class _Link:
    """One connection: what the network's thread hears, for the thread that stores.

    Parameters
    ----------
    broker
        Where to.
    identifier
        Client identifier; the broker keeps the session under it.
    hosts
        Allowed hosts.
    """

    def __init__(self, broker: Broker, identifier: str, hosts: frozenset[str]) -> None:
        self._broker, self._hosts = broker, hosts
        self._room = threading.Condition()
        self.waiting: deque[MQTTMessage] = deque()
        self._bytes = 0
        self.dropped = 0
        self.some = threading.Event()
        self.answered = threading.Event()
        self.lost = threading.Event()
        self.reason = ""
        self.resumed = False
        self._closing = False
        self._addresses: set[str] = set()
        five = broker.version == "5"
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=identifier,
            clean_session=None if five else False,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self._client.connect_timeout = _ANSWER
        self._client.on_connect = self._connected
        self._client.on_subscribe = self._subscribed
        self._client.on_message = self._message
        self._client.on_disconnect = self._disconnected
        self._client.on_socket_open = self._opened
        if broker.user:
            self._client.username_pw_set(broker.user, broker.secret())
        if broker.tls:
            self._client.tls_set_context(_context(broker))

    def open(self) -> None:
        """Connect, subscribe, and wait for the broker's answers.

        Raises
        ------
        ConnectionError
            With the reason, if that failed.
        ForbiddenError
            If the broker is no allowed host.
        """
        broker = self._broker
        if broker.named not in self._hosts:
            raise ForbiddenError(
                f"{broker.named} is not among the allowed hosts; to listen to it, put it into the setting `hosts`."
            )
        self._addresses = set(checked(broker.host, broker.port, self._hosts, monotonic() + _ANSWER))
        properties = None
        if broker.version == "5":
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = int(KEPT.total_seconds())
            properties.ReceiveMaximum = HELD // 2
            properties.MaximumPacketSize = LARGEST
        clean: dict[str, Any] = {"clean_start": False, "properties": properties} if properties else {}
        try:
            self._client.connect(broker.host, broker.port, broker.keepalive, **clean)
        except ForbiddenError:
            raise
        except (OSError, ValueError) as error:  # TLS's errors are OSErrors too
            raise ConnectionError(f"{broker.shown} cannot be reached: {_said(error)}.") from error
        threading.Thread(target=self._run, name=f"mqtt {broker.shown}", daemon=True).start()
        end = monotonic() + _ANSWER
        while not self.answered.wait(0.05):
            if self.lost.is_set() or monotonic() > end:
                self.close()
                raise ConnectionError(self.reason or f"{broker.shown} does not answer as an MQTT broker.")
        if self.reason:
            self.close()
            raise ConnectionError(self.reason)

    def gather(self, stop: threading.Event) -> list[MQTTMessage]:
        """Return what came, gathered for a moment; nothing, if nothing comes for a second."""
        if not self.some.wait(1.0):
            return []
        end, seen = monotonic() + GROUP, -1
        while monotonic() < end and seen != len(self.waiting) < MOST and not stop.is_set():
            seen = len(self.waiting)
            stop.wait(QUIET)
        with self._room:
            found = [self.waiting.popleft() for _ in range(min(MOST, len(self.waiting)))]
            self._bytes -= sum(len(item.payload) for item in found)
            if not self.waiting:
                self.some.clear()
            self._room.notify_all()
        return found

    def acknowledge(self, messages: Sequence[MQTTMessage]) -> None:
        """Tell the broker that these are stored; of a connection that is gone it will send them again."""
        for item in messages:
            if item.qos and not self.lost.is_set():
                self._client.ack(item.mid, item.qos)

    def close(self) -> None:
        """Disconnect; the broker keeps the session."""
        self._closing = True
        with self._room:
            self._room.notify_all()
        self._client.disconnect()
        self.lost.wait(2.0)

    def _run(self) -> None:
        try:
            self._client.loop_forever(retry_first_connection=False)
        except Exception as error:  # noqa: BLE001  what comes from the network must not end more than this connection
            self.reason = self.reason or f"{self._broker.shown} broke off: {_said(error)}."
        finally:
            self.reason = self.reason or f"{self._broker.shown} closed the connection."
            self.lost.set()
            self.some.set()

    def _opened(self, client: Client, userdata: Any, sock: Any) -> None:  # noqa: ARG002
        """Check, before a name or a password is sent, that the connection leads to an address that was checked."""
        with contextlib.suppress(OSError):
            peer = str(sock.getpeername()[0]).partition("%")[0]
            if self._addresses and peer not in self._addresses:
                sock.close()
                raise ForbiddenError(f"{self._broker.host} led to {peer}, which is not what it was checked as.")

    def _connected(self, client: Client, userdata: Any, flags: Any, code: Any, properties: Any = None) -> None:  # noqa: ARG002
        if code.is_failure:
            self.reason = f"{self._broker.shown} refuses the connection: {code}."
            self.answered.set()
            return
        self.resumed = bool(flags.session_present)
        five, qos = self._broker.version == "5", self._broker.qos
        wanted = [(topic, SubscribeOptions(qos=qos) if five else qos) for topic in self._broker.topics]
        client.subscribe(wanted)

    def _subscribed(self, client: Client, userdata: Any, mid: int, codes: Any, properties: Any = None) -> None:  # noqa: ARG002
        refused = [topic for topic, code in zip(self._broker.topics, codes, strict=False) if code.is_failure]
        if refused:
            self.reason = f"{self._broker.shown} refuses the topic {refused[0][:120]!r}: no right to read it."
        self.answered.set()

    def _message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:  # noqa: ARG002
        with self._room:
            while len(self.waiting) >= HELD or self._bytes > BYTES:
                if not message.qos:
                    self.dropped += 1  # nobody will send it again, and memory has an end
                    return
                if self._closing or self.lost.is_set():
                    return
                self._room.wait(1.0)  # the broker waits, too
            self.waiting.append(message)
            self._bytes += len(message.payload)
        self.some.set()

    def _disconnected(self, client: Client, userdata: Any, flags: Any, code: Any, properties: Any = None) -> None:  # noqa: ARG002
        if not self._closing and not self.reason:
            self.reason = f"{self._broker.shown} broke off: {code}."


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
                self._trouble(_said(error))
            except Exception as error:  # noqa: BLE001  whatever it is, it must not end the listening
                _LOG.exception("Listening to %s failed; it is tried again.", self._plan.source)
                self._trouble(f"Listening failed: {type(error).__name__}.")
            failures = 1 if monotonic() - began > _LONGEST else failures + 1
            stop.wait(_wait(failures))

    def _listen(self, stop: threading.Event) -> None:
        """Hold one connection until it breaks off or `stop` is set."""
        link = _Link(self._broker, self.identifier, self._hosts)
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
                    self._heard(ok=True, message=f"{dropped:,} messages without QoS 1 came too fast and are lost.")
                if link.lost.is_set():
                    raise ConnectionError(link.reason)
        finally:
            link.close()

    def _greeted(self, link: _Link) -> None:
        """Note that the broker answers, and whether it kept what was published meanwhile."""
        mark = f"{self._broker.shown} {self.identifier}"
        kept = link.resumed or self._store.meta(self._known) != mark
        message = "" if kept else "The broker kept no session: what was published while nobody listened is lost."
        self._store.set_meta(self._known, mark)
        self._heard(ok=True, message=message)

    def _store_all(self, messages: Sequence[MQTTMessage], stop: threading.Event, link: _Link) -> bool:
        """Store messages, however often that takes; False if it was given up for `stop`."""
        payloads = [Payload(_topic(item), bytes(item.payload)) for item in messages if item.payload]
        failures = 0
        while payloads:
            try:
                receipt = self._take(payloads)
            except WatchfloorError as error:
                failures += 1
                _LOG.warning("%s: %s", self._plan.source, error)
                self._trouble(_said(error))
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
            late_after=plan.late_after, aside=max(1, int(self._aside)),
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


def _context(broker: Broker) -> ssl.SSLContext:
    """Return what the broker's certificate is checked against; only it, where the settings name one."""
    context = ssl.create_default_context(cafile=str(broker.ca) if broker.ca else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if broker.certificate:
        context.load_cert_chain(broker.certificate, broker.key)
    return context


def _topic(message: MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return "\N{REPLACEMENT CHARACTER}"


def _said(error: BaseException) -> str:
    return str(error)[:300] or type(error).__name__


def _wait(failures: int) -> float:
    """Return the seconds until the next try: longer each time, and never at the same moment as others."""
    return min(2.0 ** min(failures - 1, 10) / 2, _LONGEST) * (500 + secrets.randbelow(1001)) / 1000
