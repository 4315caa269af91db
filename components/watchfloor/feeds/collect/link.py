"""One connection to an MQTT broker: what the network's thread hears, handed to the thread that stores."""

import contextlib
import ssl
import threading
from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import ForbiddenError
from watchfloor.feeds.collect.broker import Broker
from watchfloor.feeds.collect.connection import checked

__all__ = ["Link", "context", "said"]

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
_ANSWER = 10.0


class Link:
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
            self._client.tls_set_context(context(broker))

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
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = int(KEPT.total_seconds())
            properties.ReceiveMaximum = HELD // 2
            properties.MaximumPacketSize = LARGEST
        clean: dict[str, Any] = {"clean_start": False, "properties": properties} if properties else {}
        try:
            self._client.connect(broker.host, broker.port, broker.keepalive, **clean)
        except ForbiddenError:
            raise
        except (OSError, ValueError) as error:  # TLS's errors are OSErrors too
            raise ConnectionError(f"{broker.shown} cannot be reached: {said(error)}.") from error
        threading.Thread(target=self._run, name=f"mqtt {broker.shown}", daemon=True).start()
        end = monotonic() + _ANSWER
        while not self.answered.wait(0.05):
            if self.lost.is_set() or monotonic() > end:
                reason = self.reason or f"{broker.shown} does not answer as an MQTT broker."
                self.close()
                raise ConnectionError(reason)
        if self.reason:
            self.close()
            raise ConnectionError(self.reason)

    def gather(self, stop: threading.Event) -> list[MQTTMessage]:
        """Return what came, gathered for a moment; nothing, if nothing comes."""
        if not self.some.wait(0.2):
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
            self.reason = self.reason or f"{self._broker.shown} broke off: {said(error)}."
        finally:
            self.reason = self.reason or f"{self._broker.shown} closed the connection."
            self.lost.set()
            self.some.set()

    def _opened(self, _client: Client, _userdata: Any, sock: Any) -> None:
        """Check, before a name or a password is sent, that the connection leads to an address that was checked."""
        with contextlib.suppress(OSError):
            peer = str(sock.getpeername()[0]).partition("%")[0]
            if self._addresses and peer not in self._addresses:
                sock.close()
                raise ForbiddenError(
                    f"{self._broker.host} led to {peer}, which is not what it was checked as."
                )

    def _connected(
        self, client: Client, _userdata: Any, flags: Any, code: Any, _properties: Any = None
    ) -> None:
        if code.is_failure:
            self.reason = f"{self._broker.shown} refuses the connection: {code}."
            self.answered.set()
            return
        self.resumed = bool(flags.session_present)
        qos, topics = self._broker.qos, self._broker.topics
        if self._broker.version == "5":
            client.subscribe([(topic, SubscribeOptions(qos=qos)) for topic in topics])
        else:
            client.subscribe([(topic, qos) for topic in topics])

    def _subscribed(
        self, _client: Client, _userdata: Any, _mid: int, codes: Any, _properties: Any = None
    ) -> None:
        refused = [topic for topic, code in zip(self._broker.topics, codes, strict=False) if code.is_failure]
        if refused:
            self.reason = f"{self._broker.shown} refuses the topic {refused[0][:120]!r}: no right to read it."
        self.answered.set()

    def _message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
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

    def _disconnected(
        self, _client: Client, _userdata: Any, _flags: Any, code: Any, _properties: Any = None
    ) -> None:
        if not self._closing and not self.reason:
            self.reason = f"{self._broker.shown} broke off: {code}."


class _Socket(ssl.SSLSocket):
    """A socket that is closed when its handshake fails, which paho leaves to chance."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def context(broker: Broker) -> ssl.SSLContext:
    """Return what the broker's certificate is checked against; only it, where the settings name one."""
    context = ssl.create_default_context(cafile=str(broker.ca) if broker.ca else None)
    context.sslsocket_class = _Socket
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if broker.certificate:
        context.load_cert_chain(broker.certificate, broker.key)
    return context


def said(error: BaseException) -> str:
    """Return what an error says, or what it is called."""
    return str(error)[:300] or type(error).__name__
